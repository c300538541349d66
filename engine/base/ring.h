/* A ring of fixed-size records between one producer and one consumer thread, without locks. */
#ifndef ENG_BASE_RING_H
#define ENG_BASE_RING_H

#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct EngRing EngRing;

/* A ring of at least `records` records (rounded up to a power of two, 2..2^24) of `size` bytes.
 * Caller owns it. Errors: RANGE, NOMEM. */
EngStatus eng_ring_new(size_t records, size_t size, EngRing **out, EngError *err);

/* Frees the ring; NULL is fine. Neither side may be using it. */
void eng_ring_free(EngRing *ring);

/* Producer. Copies one record in. Returns false and counts a drop where the ring is full. */
bool eng_ring_push(EngRing *ring, const void *record);

/* Producer. True where the next push would find room (so that a lossless user can wait first). */
bool eng_ring_has_room(const EngRing *ring);

/* Consumer. Copies up to `max` records out, oldest first; returns how many. */
size_t eng_ring_pop(EngRing *ring, void *records, size_t max);

/* Any thread. How many records were dropped since the ring was made. */
uint64_t eng_ring_drops(const EngRing *ring);

#endif
