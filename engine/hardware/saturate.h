/* Counting without wrapping round: a sum that does not fit stays at UINT64_MAX. */
#ifndef ENG_HARDWARE_SATURATE_H
#define ENG_HARDWARE_SATURATE_H

#include <stdint.h>

static inline uint64_t eng_sat_add(uint64_t a, uint64_t b)
{
    uint64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static inline uint64_t eng_sat_mul(uint64_t a, uint64_t b)
{
    uint64_t product;
    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

/* a b c, 0 where one of them is 0 even if the others do not fit. */
static inline uint64_t eng_sat_mul3(uint64_t a, uint64_t b, uint64_t c)
{
    return c == 0 ? 0 : eng_sat_mul(eng_sat_mul(a, b), c);
}

/* a / b rounded up, b >= 1. */
static inline uint64_t eng_ceil_div(uint64_t a, uint64_t b)
{
    return a / b + (a % b != 0);
}

static inline uint64_t eng_min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t eng_max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

#endif
