/* One group of block floating point: the rule itself, in integers. Private to the engine; the
 * plain functions of quantize.h and the reference kernels call it. Pure; any thread. */
#ifndef ENG_NUMBER_GROUP_H
#define ENG_NUMBER_GROUP_H

#include "number/format.h"
#include <stddef.h>
#include <stdint.h>

/* |x| >= 2^62, infinities and NaN, as the bits of |x|: the operand has diverged. */
#define ENG_DIVERGED_BITS UINT32_C(0x5e800000)
/* The same for operands in float32, where only infinities and NaN count. */
#define ENG_INFINITE_BITS UINT32_C(0x7f800000)

/* How a group's magnitudes are rounded to mantissas. */
typedef struct EngGroupRule {
    unsigned m;          /* 1..16 */
    unsigned rounding;   /* EngRounding, settled */
    unsigned noise_bits; /* 0..16 */
    int min_exponent;    /* E is raised to this */
} EngGroupRule;

static inline uint32_t eng_float_bits(float x)
{
    union {
        float f;
        uint32_t u;
    } pun = {.f = x};
    return pun.u;
}

static inline float eng_bits_float(uint32_t u)
{
    union {
        uint32_t u;
        float f;
    } pun = {.u = u};
    return pun.f;
}

/* The bits of the largest |x| over n values; NaN and infinities come out above all numbers. */
uint32_t eng_max_bits(const float *x, size_t n);

/* The lowest E of an operand tensor whose largest |x| has these bits:
 * max(m - 63, Etop - (2^e - 1)), the second only where e < 8 and anything is not zero. */
int eng_bfp_min_exponent(const EngFormat *format, uint32_t max_bits);

/* s = E - m + 1 of a group whose largest |x| has these bits. */
int eng_group_scale(const EngGroupRule *rule, uint32_t max_bits);

/* whole * 2^shift rounded to an integer; `noise` is R of the stochastic roundings, `noise_bits`
 * wide. whole < 2^24. */
uint64_t eng_round_shifted(
    uint32_t whole, int shift, unsigned rounding, unsigned noise_bits, uint32_t noise);

/* The signed mantissa of x in units of 2^s; `noise` is R of the stochastic roundings. */
int32_t eng_group_mantissa(const EngGroupRule *rule, float x, int s, uint32_t noise);

#endif
