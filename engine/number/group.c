#include "number/group.h"
#include <math.h>
#include <stdbool.h>

uint32_t eng_max_bits(const float *x, size_t n)
{
    uint32_t largest = 0;
    for (size_t i = 0; i < n; i++) {
        const uint32_t bits = eng_float_bits(x[i]) & 0x7fffffffu;
        largest = bits > largest ? bits : largest;
    }
    return largest;
}

int eng_bfp_min_exponent(const EngFormat *format, uint32_t max_bits)
{
    const int lowest = (int)format->m - 63;
    const int biased = (int)(max_bits >> 23);
    if (format->e >= 8 || biased == 0)
        return lowest;
    const int window = biased - 127 - ((1 << format->e) - 1);
    return window > lowest ? window : lowest;
}

int eng_group_scale(const EngGroupRule *rule, uint32_t max_bits)
{
    const int biased = (int)(max_bits >> 23);
    int exponent = rule->min_exponent;
    if (biased != 0 && biased - 127 > exponent)
        exponent = biased - 127;
    return exponent - (int)rule->m + 1;
}

/* floor(whole * 2^shift); `rest` tells whether anything was cut off. |shift| may be large. */
static uint64_t shifted(uint32_t whole, int shift, bool *rest)
{
    *rest = false;
    if (whole == 0)
        return 0;
    if (shift >= 0)
        return shift > 39 ? UINT64_MAX >> 1 : (uint64_t)whole << shift;
    if (shift <= -32) {
        *rest = true;
        return 0;
    }
    *rest = (whole & ((UINT32_C(1) << -shift) - 1)) != 0;
    return whole >> -shift;
}

uint64_t eng_round_shifted(
    uint32_t whole, int shift, unsigned rounding, unsigned noise_bits, uint32_t noise)
{
    unsigned bits = 0;
    uint32_t add = 0;
    if (rounding == ENG_ROUND_NEAREST || rounding == ENG_ROUND_EVEN) {
        bits = 1;
        add = 1;
    } else if (rounding != ENG_ROUND_TRUNCATE) {
        bits = noise_bits;
        add = noise;
    }
    bool rest;
    const uint64_t t = shifted(whole, shift + (int)bits, &rest);
    const uint64_t k = (t + add) >> bits;
    /* A tie is t odd with nothing behind it; half up has then gone to k, which even refuses
     * where k is odd. */
    const bool tie = rounding == ENG_ROUND_EVEN && (t & 1) && !rest;
    return tie ? k & ~UINT64_C(1) : k;
}

int32_t eng_group_mantissa(const EngGroupRule *rule, float x, int s, uint32_t noise)
{
    const uint32_t bits = eng_float_bits(x) & 0x7fffffffu;
    const int biased = (int)(bits >> 23);
    if (biased == 0)
        return 0; /* subnormals count as zero */
    const uint32_t whole = (bits & 0x7fffffu) | 0x800000u;
    const uint64_t k =
        eng_round_shifted(whole, biased - 150 - s, rule->rounding, rule->noise_bits, noise);
    const uint64_t most = (UINT64_C(1) << rule->m) - 1;
    const int32_t magnitude = (int32_t)(k < most ? k : most);
    return signbit(x) ? -magnitude : magnitude;
}
