#include "number/lfsr.h"
#include "base/philox.h"

uint8_t eng_lfsr_step(uint8_t state)
{
    return (uint8_t)(state >> 1 ^ (state & 1 ? 0xB8 : 0));
}

void eng_lfsr_init(EngLfsr *lfsr, uint64_t seed, uint32_t tensor, unsigned lanes)
{
    uint8_t where[256] = {0}, state = 1;
    for (unsigned i = 0; i < ENG_LFSR_PERIOD; i++, state = eng_lfsr_step(state)) {
        lfsr->state[i] = state;
        where[state] = (uint8_t)i;
    }
    for (unsigned lane = 0; lane < lanes; lane++) {
        uint32_t words[4];
        eng_philox((const uint32_t[4]){lane, tensor, 0, 2}, seed, words);
        lfsr->place[lane] = where[1 + words[0] % ENG_LFSR_PERIOD];
    }
}
