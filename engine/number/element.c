#include "number/element.h"
#include "number/group.h"
#include <math.h>

static const EngElementTraits traits_of[] = {
    [ENG_ELEMENT_TF32] = {10, -126, 127, 0x1.ffcp127f, true},
    [ENG_ELEMENT_BF16] = {7, -126, 127, 0x1.fep127f, true},
    [ENG_ELEMENT_FP16] = {10, -14, 15, 65504, true},
    [ENG_ELEMENT_FP8_E4M3] = {3, -6, 8, 448, false},
    [ENG_ELEMENT_FP8_E5M2] = {2, -14, 15, 57344, true},
    [ENG_ELEMENT_FP6_E3M2] = {2, -2, 4, 28, false},
    [ENG_ELEMENT_FP6_E2M3] = {3, 0, 2, 7.5f, false},
    [ENG_ELEMENT_FP4_E2M1] = {1, 0, 2, 6, false},
    /* Two's complement with six fraction bits, used symmetrically: one step everywhere. */
    [ENG_ELEMENT_INT8] = {6, 0, 0, 127.0f / 64, false},
};

const EngElementTraits *eng_element_traits(EngElement element)
{
    return &traits_of[element];
}

int eng_float_exponent(float x)
{
    const uint32_t bits = eng_float_bits(x) & 0x7fffffffu;
    const int biased = (int)(bits >> 23);
    if (biased > 0)
        return biased - 127;
    return bits ? 31 - __builtin_clz(bits) - 149 : -150;
}

/* 2^exponent in float64, whose range takes any product of float32 exponents. */
static double power_of_two(int exponent)
{
    union {
        uint64_t u;
        double d;
    } pun = {.u = (uint64_t)(exponent + 1023) << 52};
    return pun.d;
}

float eng_float_scale(float x, int exponent)
{
    return (float)((double)x * power_of_two(exponent));
}

/* The element with k steps of 2^step, its sign apart; too large ones become the rule's limit. */
static float element_value(const EngElementRule *rule, uint64_t k, int step)
{
    /* k has few bits and the result is a float32 or beyond its largest. */
    const double value = (double)k * power_of_two(step);
    if (value <= (double)rule->traits->most)
        return (float)value;
    return rule->traits->infinite && !rule->saturate ? INFINITY : rule->traits->most;
}

float eng_element_round(const EngElementRule *rule, float x, int scale, uint32_t noise)
{
    if (isnan(x))
        return x;
    float value;
    if (isinf(x)) {
        value = element_value(rule, 1, 200);
    } else {
        const uint32_t bits = eng_float_bits(x) & 0x7fffffffu;
        const bool normal = bits >= 0x800000u;
        const uint32_t whole = normal ? (bits & 0x7fffffu) | 0x800000u : bits;
        const int unit = (normal ? (int)(bits >> 23) - 150 : -149) - scale;
        const int exponent = eng_float_exponent(x) - scale;
        const int step = (exponent > rule->traits->lowest ? exponent : rule->traits->lowest) -
            rule->traits->fraction;
        value = element_value(rule,
            eng_round_shifted(whole, unit - step, rule->rounding, rule->noise_bits, noise), step);
    }
    return signbit(x) ? -value : value;
}

uint64_t eng_round_double(double q, unsigned rounding, unsigned noise_bits, uint32_t noise)
{
    if (rounding == ENG_ROUND_STOCHASTIC || rounding == ENG_ROUND_LFSR)
        return ((uint64_t)(int64_t)(q * (double)(1u << noise_bits)) + noise) >> noise_bits;
    /* The rest is exact; q + 1/2 would round. No branches: they would be guessed wrong every other
     * time. */
    const int64_t whole = (int64_t)q;
    const double rest = q - (double)whole;
    const int64_t tie_goes_up = rounding == ENG_ROUND_NEAREST ? 1 : whole & 1;
    const int64_t up = (rest > 0.5) | ((rest == 0.5) & tie_goes_up);
    return (uint64_t)(whole + (rounding == ENG_ROUND_TRUNCATE ? 0 : up));
}

/* floor(log2 q) of a normal float64; subnormals count as the smallest. */
static int double_exponent(double q)
{
    union {
        double d;
        uint64_t u;
    } pun = {.d = q};
    return (int)(pun.u >> 52 & 0x7ff) - 1023;
}

float eng_element_round_double(const EngElementRule *rule, double q, uint32_t noise)
{
    const EngElementTraits *traits = rule->traits;
    const int exponent = double_exponent(q);
    const int step = (exponent > traits->lowest ? exponent : traits->lowest) - traits->fraction;
    const uint64_t k =
        eng_round_double(q * power_of_two(-step), rule->rounding, rule->noise_bits, noise);
    return element_value(rule, k, step);
}
