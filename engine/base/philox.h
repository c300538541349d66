/* Philox4x32-10, the counter-based generator everything random comes from.
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 * Pure functions; any thread. */
#ifndef ENG_BASE_PHILOX_H
#define ENG_BASE_PHILOX_H

#include <stdint.h>

/* out[4] = the four words for counter ctr[4] under `key` (low word first).
 * Known answer: counter 0, key 0 gives 6627e8d5 e169c58d bc57ac4c 9b00dbd8. */
void eng_philox(const uint32_t ctr[4], uint64_t key, uint32_t out[4]);

/* A stream of numbers for generators and initialisation: word after word of the calls with
 * counter (n, stream words). Two streams with different seeds or `stream` never meet. */
typedef struct EngRandom {
    uint64_t seed;
    uint32_t stream[3];
    uint32_t next; /* index of the next call */
    uint32_t word[4];
    unsigned have; /* words of the last call not handed out yet */
} EngRandom;

/* Starts the stream (a, b, c) of `seed`. */
void eng_random_init(EngRandom *random, uint64_t seed, uint32_t a, uint32_t b, uint32_t c);

/* 32 uniform bits. */
uint32_t eng_random_u32(EngRandom *random);

/* Uniform in [0, n), n >= 1, without modulo bias. */
uint32_t eng_random_below(EngRandom *random, uint32_t n);

/* Uniform in [0, 1), a multiple of 2^-53. */
double eng_random_unit(EngRandom *random);

/* Standard normal (Box-Muller on eng_log, eng_sin_turn); the same bits on every machine. */
double eng_random_normal(EngRandom *random);

#endif
