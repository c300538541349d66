/* The converter's own noise: one 8-bit Galois LFSR (taps 8, 6, 5, 4, mask 0xB8, period 255) per
 * lane, lane = position in the group. All lanes step once per group. A lane starts from
 * 1 + (Philox word at counter (lane, tensor, 0, 2) under the noise seed) mod 255, so never from 0,
 * where it would stay. Pure; any thread. */
#ifndef ENG_NUMBER_LFSR_H
#define ENG_NUMBER_LFSR_H

#include <stdint.h>

#define ENG_LFSR_PERIOD 255
#define ENG_LFSR_LANES 256

typedef struct EngLfsr {
    uint8_t state[ENG_LFSR_PERIOD]; /* the cycle, from state 1 */
    uint8_t place[ENG_LFSR_LANES];  /* where in the cycle each lane starts */
} EngLfsr;

/* The next state; 0 stays 0. */
uint8_t eng_lfsr_step(uint8_t state);

/* The lanes of one tensor's converter, `lanes` in 1..256 of them. */
void eng_lfsr_init(EngLfsr *lfsr, uint64_t seed, uint32_t tensor, unsigned lanes);

/* The state of `lane` after `steps` steps; the noise is its low bits. */
static inline uint32_t eng_lfsr_at(const EngLfsr *lfsr, unsigned lane, uint64_t steps)
{
    return lfsr->state[(lfsr->place[lane] + steps % ENG_LFSR_PERIOD) % ENG_LFSR_PERIOD];
}

#endif
