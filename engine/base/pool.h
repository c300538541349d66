/* A pool of worker threads with a static partition.
 *
 * The work of a call is cut into one contiguous range per worker, the same ranges on every call
 * with the same numbers; a thread that is done takes ranges that nobody has begun, so that one the
 * system keeps waiting delays nobody. Results never depend on the number of workers, because each
 * output element belongs to one range and is computed in one fixed order. */
#ifndef ENG_BASE_POOL_H
#define ENG_BASE_POOL_H

#include "base/error.h"
#include <stddef.h>

#define ENG_POOL_MAX 256

typedef struct EngPool EngPool;

/* What is done with one range: items [begin, end) of the call. `worker` is the range's number,
 * below eng_pool_threads: room indexed by it is used by one thread at a time. */
typedef void (*EngPoolFn)(void *ctx, size_t begin, size_t end, unsigned worker);

/* Starts a pool of `threads` workers, the calling thread included: 1..ENG_POOL_MAX, 0 means one
 * per online processor. Caller owns the pool. Errors: RANGE, NOMEM, IO (no thread). */
EngStatus eng_pool_new(unsigned threads, EngPool **out, EngError *err);

/* Ends the workers and frees the pool; NULL is fine. Not while eng_pool_run is running. */
void eng_pool_free(EngPool *pool);

/* Number of workers, the calling thread included. NULL counts as 1. */
unsigned eng_pool_threads(const EngPool *pool);

/* Runs fn over [0, count), cut at multiples of `grain` (>= 1), and returns when all is done.
 * A NULL pool, or work that is one grain, runs on the calling thread. One caller at a time. */
void eng_pool_run(EngPool *pool, EngPoolFn fn, void *ctx, size_t count, size_t grain);

#endif
