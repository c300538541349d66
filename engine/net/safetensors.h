/* The safetensors container: named tensors with their shapes in one file.
 * Source: the format's description in huggingface/safetensors, README.md. A file is the header's
 * length (u64, little-endian), the header (JSON, blanks may follow) and the data:
 *
 *   {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, "__metadata__": {…}}
 *
 * Offsets count from the end of the header. Tensors cover the data without gaps and without
 * overlaps. What is read here is that and nothing more: every other JSON, an escaped character in a
 * name but \" and \\, a number with a sign, a fraction or an exponent is refused. Any thread, but
 * files not from the window's main loop. */
#ifndef ENG_NET_SAFETENSORS_H
#define ENG_NET_SAFETENSORS_H

#include "base/error.h"
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define ENG_SAFETENSORS_NAME 128 /* room for a name with its NUL */
#define ENG_SAFETENSORS_RANK 8
/* Longest header: what the format's own library takes. */
#define ENG_SAFETENSORS_HEADER 100000000u

typedef struct EngSafetensor {
    char name[ENG_SAFETENSORS_NAME];
    char dtype[8]; /* "F32", "F16", "BF16", "F64", "I64", … */
    size_t rank;
    uint64_t shape[ENG_SAFETENSORS_RANK];
    const uint8_t *data; /* in the file's bytes */
    size_t size;         /* bytes */
    size_t offset;       /* in the file, of its entry in the header: for sentences */
} EngSafetensor;

typedef struct EngSafetensors {
    char *file; /* for sentences */
    uint8_t *bytes;
    EngSafetensor *tensor; /* (count) in the order of their data */
    size_t count;
} EngSafetensors;

/* Reads a file of at most 1 GiB. Errors: IO, NOMEM, FORMAT (file, offset, what was expected).
 * Free with eng_safetensors_clear. */
EngStatus eng_safetensors_read(const char *path, EngSafetensors *out, EngError *err);

/* The same from `size` bytes, which are copied; `name` stands in for the file's. */
EngStatus eng_safetensors_parse(
    const char *name, const uint8_t *bytes, size_t size, EngSafetensors *out, EngError *err);

/* Frees everything; a zeroed or cleared one is fine. */
void eng_safetensors_clear(EngSafetensors *tensors);

/* The tensor of that name, or NULL. */
const EngSafetensor *eng_safetensors_find(const EngSafetensors *tensors, const char *name);

/* Values of the tensor: the product of its shape. */
size_t eng_safetensor_values(const EngSafetensor *tensor);

/* Copies a tensor of floats (F64, F32, F16 or BF16, rounded to nearest even) to out[values]. Error
 * FORMAT for any other type. */
EngStatus eng_safetensor_floats(
    const EngSafetensors *tensors, const EngSafetensor *tensor, float *out, EngError *err);

/* Writes float32 tensors. The caller fills name, rank and shape and hands the values over when
 * asked for: `values(ctx, index, buffer)` stores the product of its shape in floats. The file
 * appears whole or not at all. Errors: IO, NOMEM. */
typedef void (*EngSafetensorFn)(void *ctx, size_t index, float *buffer);
EngStatus eng_safetensors_write(const char *path, const EngSafetensor *tensor, size_t count,
    EngSafetensorFn values, void *ctx, EngError *err);

#endif
