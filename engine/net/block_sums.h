/* Two sums for every channel over all rows of a tensor (rows, channels), in float64: over blocks of
 * rows, then over the blocks in ascending order, so that they do not depend on the number of
 * threads. Private to the net room. */
#ifndef ENG_NET_BLOCK_SUMS_H
#define ENG_NET_BLOCK_SUMS_H

#include "base/pool.h"

/* Adds rows [first, first + rows) to a[channels] and b[channels]. */
typedef void (*EngBlockFn)(const void *ctx, size_t first, size_t rows, double *a, double *b);

/* Doubles of memory that `rows` rows need; 0 where that does not fit size_t. */
size_t eng_block_sums_size(size_t rows, size_t channels);

/* Leaves the sums in memory[0 .. channels) and memory[channels .. 2 channels). */
void eng_block_sums(
    EngPool *pool, EngBlockFn add, const void *ctx, size_t rows, size_t channels, double *memory);

#endif
