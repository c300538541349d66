#include "hardware/hardware.h"
#include "hardware/saturate.h"

static unsigned chunks(unsigned m)
{
    return (m + 1) / 2;
}

unsigned eng_passes(unsigned mx, unsigned my)
{
    return chunks(mx) * chunks(my);
}

uint64_t eng_group_bits(unsigned m, unsigned g, unsigned e)
{
    return e + UINT64_C(3) * g * chunks(m);
}

/* `folds` times the array is filled, worked through and emptied; the last cycle of one is the
 * first of the next, and the last of all does not count. */
static uint64_t fold_cycles(uint64_t folds, uint64_t fill, uint64_t beats)
{
    const uint64_t cycles = eng_sat_mul(folds, eng_sat_add(fill - 2, beats));
    return cycles == UINT64_MAX ? cycles : cycles - 1;
}

uint64_t eng_array_cycles(
    EngDataflow dataflow, uint64_t R, uint64_t C, uint64_t M, uint64_t N, uint64_t kg, uint64_t p)
{
    switch (dataflow) {
    case ENG_DATAFLOW_WS:
        return fold_cycles(eng_sat_mul(eng_ceil_div(kg, R), eng_ceil_div(N, C)),
            eng_sat_add(eng_sat_mul(2, R), C), eng_sat_mul(M, p));
    case ENG_DATAFLOW_OS:
        return fold_cycles(eng_sat_mul(eng_ceil_div(M, R), eng_ceil_div(N, C)), eng_sat_add(R, C),
            eng_sat_mul(kg, p));
    case ENG_DATAFLOW_IS:
        return fold_cycles(eng_sat_mul(eng_ceil_div(kg, R), eng_ceil_div(M, C)),
            eng_sat_add(eng_sat_mul(2, R), C), eng_sat_mul(N, p));
    }
    return 0;
}
