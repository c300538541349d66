/* Data sets: images or vectors with a class each, in two splits. */
#ifndef ENG_DATA_DATASET_H
#define ENG_DATA_DATASET_H

#include "base/error.h"
#include "base/shape.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct EngSplit {
    size_t count;
    uint8_t *bytes;  /* (count, y, x, c) raw pixels, or NULL */
    float *values;   /* (count, y, x, c), or NULL; one of both is set */
    uint16_t *label; /* (count), below classes */
} EngSplit;

typedef struct EngDataset {
    char name[64]; /* "digits", "idx mnist" … for people */
    EngShape shape;
    unsigned classes; /* 2..65535 */
    EngSplit train, test;
    float mean[4], scale[4]; /* per channel (vectors: [0] for all): x' = (x - mean) * scale */
} EngDataset;

/* Opens what `spec` names: `idx:DIR` (MNIST file names, plain or .gz), `digits[:N]`, `spirals`,
 * and the further kinds `mantissa-cli --help` lists. N: training samples (100..1000000); a sixth
 * as many test samples are made. `seed` is the generators' (files ignore it); `limit` keeps the
 * first `limit` training samples, 0 keeps all. The same spec and seed give the same bytes on
 * every machine. Caller owns the result.
 * Errors: PARSE (unknown spec), IO, FORMAT (file, offset, what was expected), NOMEM. Not from the
 * window's main loop: it reads files. */
EngStatus eng_dataset_open(
    const char *spec, uint64_t seed, size_t limit, EngDataset **out, EngError *err);

void eng_dataset_free(EngDataset *data);

/* Copies samples index[0..n) of a split, normalised, to out (n, y, x, c) and their classes to
 * label (n). Indices must be below the split's count. */
void eng_dataset_gather(const EngDataset *data, const EngSplit *split, const uint32_t *index,
    size_t n, float *out, uint16_t *label);

/* The order of the `epoch`-th epoch: a permutation of 0..count-1 from Philox (Fisher-Yates);
 * the same for the same seed, count and epoch. */
void eng_dataset_order(uint64_t seed, uint32_t epoch, size_t count, uint32_t *order);

#endif
