/* Test vectors: cases with an answer, one JSON object a line, that the engine must reproduce.
 *
 * `op` says what a case asks for; float32 values are given as the unsigned integers of their
 * bits. Each op has a function that computes the answer and compares. Lengths and ranges are
 * checked against the case's own arrays before anything is allocated. */
#ifndef APP_VECTORS_H
#define APP_VECTORS_H

#include "base/error.h"
#include "base/pool.h"
#include "kernels/kernels.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Largest length of a case's array, and largest value of its counts. */
#define VECTOR_LIMIT ((uint64_t)1 << 24)

/* What the cases are run with; results do not depend on it. */
typedef struct VectorBench {
    const EngKernels *kernels;
    EngPool *pool;
} VectorBench;

/* True where the engine's answer is the case's; else err->text says what differs. */
typedef bool (*VectorFn)(const VectorBench *bench, const json_t *vector, EngError *err);

bool vector_quantize(const VectorBench *bench, const json_t *vector, EngError *err);
bool vector_gemm(const VectorBench *bench, const json_t *vector, EngError *err);
bool vector_relative_improvement(const VectorBench *bench, const json_t *vector, EngError *err);
bool vector_fmac(const VectorBench *bench, const json_t *vector, EngError *err);
bool vector_cycles(const VectorBench *bench, const json_t *vector, EngError *err);
bool vector_mx(const VectorBench *bench, const json_t *vector, EngError *err);
bool vector_cast(const VectorBench *bench, const json_t *vector, EngError *err);
bool vector_train(const VectorBench *bench, const json_t *vector, EngError *err);

/* Runs one case; an op nobody knows fails. */
bool vector_check(const VectorBench *bench, const json_t *vector, EngError *err);

/* ---- fields of a case; false: err->text names the field and what was expected --------------- */

/* A whole number from `least` to `most`. */
bool vector_count(const json_t *vector, const char *key, uint64_t least, uint64_t most,
    uint64_t *out, EngError *err);

/* A decimal string or integer of 64 bits. */
bool vector_seed(const json_t *vector, const char *key, uint64_t *out, EngError *err);

bool vector_text(const json_t *vector, const char *key, const char **out, EngError *err);

/* `array`, called `name` in sentences, as `count` float32 from their bits; eng_free. */
bool vector_floats(const json_t *array, const char *name, size_t count, float **out, EngError *err);

/* The same for signed integers of 32 bits. */
bool vector_ints(const json_t *array, const char *name, size_t count, int32_t **out, EngError *err);

/* Whether the bits of got[count] are those of `array`. */
bool vector_same_floats(
    const float *got, size_t count, const json_t *array, const char *name, EngError *err);

bool vector_same_ints(
    const int32_t *got, size_t count, const json_t *array, const char *name, EngError *err);

/* `rows` and `cols` with rows * cols at most VECTOR_LIMIT. */
bool vector_size(const json_t *vector, const char *rows_key, const char *cols_key, size_t *rows,
    size_t *cols, EngError *err);

#endif
