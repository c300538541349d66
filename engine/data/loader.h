/* Batches in their order, loaded ahead on a thread of their own.
 *
 * Batch `step` is the (step mod batches)-th of epoch step / batches, where batches is
 * floor(count / batch) and a last incomplete one is left out. Its samples follow
 * eng_dataset_order, or their own order where that was asked for, and its augmentation
 * eng_dataset_gather_augmented, so what a batch holds depends on (seed, step) alone: not on how far
 * ahead it was loaded, nor on the step a run was resumed at. */
#ifndef ENG_DATA_LOADER_H
#define ENG_DATA_LOADER_H

#include "data/augment.h"

#define ENG_LOADER_AHEAD_MAX 16

typedef struct EngLoader EngLoader;

typedef struct EngLoaderOptions {
    const EngDataset *data; /* outlives the loader */
    const EngSplit *split;  /* of data */
    EngAugment augment;     /* none */
    uint64_t seed;          /* data order */
    bool in_order;          /* as the samples stand in the split, each epoch alike */
    uint32_t batch;         /* samples, 1..split's count */
    uint64_t first_step;    /* of the first batch handed out; its epoch below 2^32 */
    unsigned ahead;         /* batches kept ready, 0..ENG_LOADER_AHEAD_MAX; 0: no thread, a batch
                             * is made when it is asked for */
} EngLoaderOptions;

typedef struct EngBatch {
    uint64_t step;
    uint32_t epoch;
    const float *x;        /* (batch, y, x, c) normalised */
    const uint16_t *label; /* (batch, targets) */
} EngBatch;

/* Caller owns the loader. Errors: RANGE (naming setting, value and range), NOMEM, IO (no
 * thread). */
EngStatus eng_loader_new(const EngLoaderOptions *options, EngLoader **out, EngError *err);

/* The next batch; it stays as it is until the next call. Waits where it is not ready. One thread
 * at a time. */
const EngBatch *eng_loader_next(EngLoader *loader);

/* Ends the thread and frees everything; NULL is fine. */
void eng_loader_free(EngLoader *loader);

#endif
