#include "number/quantize.h"
#include "base/philox.h"
#include "base/text.h"
#include "number/group.h"
#include <math.h>

/* A float without hidden one or exponent: value = whole * 2^(exponent). Subnormals are zero. */
typedef struct Split {
    uint32_t whole; /* 24 bits */
    int exponent;
} Split;

static Split split_magnitude(float x)
{
    const uint32_t bits = eng_float_bits(x) & 0x7fffffffu;
    const int biased = (int)(bits >> 23);
    if (biased == 0)
        return (Split){0, -149};
    return (Split){(bits & 0x7fffffu) | 0x800000u, biased - 150};
}

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

int32_t eng_group_mantissa(const EngGroupRule *rule, float x, int s, uint32_t noise)
{
    unsigned bits = 0;
    uint32_t add = 0;
    if (rule->rounding == ENG_ROUND_NEAREST || rule->rounding == ENG_ROUND_EVEN) {
        bits = 1;
        add = 1;
    } else if (rule->rounding != ENG_ROUND_TRUNCATE) {
        bits = rule->noise_bits;
        add = noise;
    }
    const Split part = split_magnitude(x);
    bool rest;
    const uint64_t t = shifted(part.whole, part.exponent + (int)bits - s, &rest);
    uint64_t k = (t + add) >> bits;
    /* A tie is t odd with nothing behind it; half up has then gone to k, which even refuses
     * where k is odd. */
    if (rule->rounding == ENG_ROUND_EVEN && (t & 1) && !rest)
        k &= ~UINT64_C(1);
    const uint64_t most = (UINT64_C(1) << rule->m) - 1;
    if (k > most)
        k = most;
    return signbit(x) ? -(int32_t)k : (int32_t)k;
}

/* The first element that no operand may hold, as a sentence. */
static EngStatus diverged(const float *x, size_t rows, size_t length, EngError *err)
{
    size_t i = 0;
    while (i < rows * length && (eng_float_bits(x[i]) & 0x7fffffffu) < ENG_DIVERGED_BITS)
        i++;
    char number[ENG_TEXT_NUMBER];
    return eng_error(err, ENG_ERR_DIVERGED,
        "The value %s in row %zu at position %zu is not below 2^62: the run has diverged.",
        eng_text_double(number, x[i]), i / length, i % length);
}

EngStatus eng_bfp_quantize(const float *x, size_t rows, size_t length, const EngFormat *format,
    const uint32_t *noise, int32_t *k, int32_t *s, EngError *err)
{
    if (format->kind != ENG_KIND_BFP)
        return eng_error(err, ENG_ERR_SHAPE, "The format is no block floating point.");
    const uint32_t max_bits = eng_max_bits(x, rows * length);
    if (max_bits >= ENG_DIVERGED_BITS)
        return diverged(x, rows, length, err);
    const EngGroupRule rule = {.m = format->m,
        .rounding = format->rounding,
        .noise_bits = format->noise_bits,
        .min_exponent = eng_bfp_min_exponent(format, max_bits)};
    const size_t g = format->g;
    for (size_t row = 0; row < rows; row++) {
        for (size_t from = 0; from < length; from += g) {
            const size_t first = row * length + from;
            const size_t n = length - from < g ? length - from : g;
            const int scale = eng_group_scale(&rule, eng_max_bits(x + first, n));
            for (size_t i = first; i < first + n; i++)
                k[i] = eng_group_mantissa(&rule, x[i], scale, noise ? noise[i] : 0);
            *s++ = scale;
        }
    }
    return ENG_OK;
}

/* Byte `index` of the 16 a call yields, words in order, each little-endian. */
static uint32_t noise_byte(uint64_t seed, const uint32_t counter[3], uint32_t plane, size_t index)
{
    uint32_t words[4];
    eng_philox((const uint32_t[4]){counter[0], counter[1], counter[2], plane}, seed, words);
    return words[index / 4] >> (index % 4 * 8) & 0xff;
}

uint32_t eng_noise_at(uint64_t seed, uint32_t tensor, uint32_t step, uint32_t row, size_t length,
    size_t pos, unsigned bits)
{
    const uint32_t chunks = (uint32_t)((length + 15) / 16);
    const uint32_t counter[3] = {row * chunks + (uint32_t)(pos / 16), tensor, step};
    uint32_t noise = noise_byte(seed, counter, 0, pos % 16);
    if (bits > 8)
        noise |= noise_byte(seed, counter, 1, pos % 16) << 8;
    return noise & ((UINT32_C(1) << bits) - 1);
}

/* The two sides of r(X), gathered group by group. */
typedef struct Improvement {
    double changed; /* sum |high - low| */
    double size;    /* sum |low| */
    double sum;     /* sum low */
} Improvement;

static EngGroupRule nearest_rule(const EngFormat *format, uint32_t max_bits)
{
    return (EngGroupRule){.m = format->m,
        .rounding = ENG_ROUND_NEAREST,
        .min_exponent = eng_bfp_min_exponent(format, max_bits)};
}

/* Elements [from, from + n) of a row, all in one group of either format. */
static void improve_span(
    Improvement *sum, const float *x, size_t n, const EngGroupRule rule[2], const int s[2])
{
    const double low_unit = ldexp(1.0, s[0]), high_unit = ldexp(1.0, s[1]);
    for (size_t i = 0; i < n; i++) {
        const double low = eng_group_mantissa(&rule[0], x[i], s[0], 0) * low_unit;
        const double high = eng_group_mantissa(&rule[1], x[i], s[1], 0) * high_unit;
        sum->changed += fabs(high - low);
        sum->size += fabs(low);
        sum->sum += low;
    }
}

/* s of the group of length g that holds position `at`. */
static int scale_at(const EngGroupRule *rule, const float *row, size_t length, size_t g, size_t at)
{
    const size_t from = at / g * g;
    return eng_group_scale(rule, eng_max_bits(row + from, length - from < g ? length - from : g));
}

static void improve_row(Improvement *sum, const float *row, size_t length,
    const EngGroupRule rule[2], const EngFormat *low, const EngFormat *high)
{
    const size_t cut = low->g < high->g ? low->g : high->g;
    for (size_t from = 0; from < length; from += cut) {
        const int s[2] = {scale_at(&rule[0], row, length, low->g, from),
            scale_at(&rule[1], row, length, high->g, from)};
        improve_span(sum, row + from, length - from < cut ? length - from : cut, rule, s);
    }
}

EngStatus eng_relative_improvement(const float *x, size_t rows, size_t length, const EngFormat *low,
    const EngFormat *high, bool literal, double *r, EngError *err)
{
    if (low->kind != ENG_KIND_BFP || high->kind != ENG_KIND_BFP)
        return eng_error(err, ENG_ERR_SHAPE, "r(X) needs two formats of block floating point.");
    const uint32_t max_bits = eng_max_bits(x, rows * length);
    if (max_bits >= ENG_DIVERGED_BITS)
        return diverged(x, rows, length, err);
    const EngGroupRule rule[2] = {nearest_rule(low, max_bits), nearest_rule(high, max_bits)};
    Improvement sum = {0};
    for (size_t row = 0; row < rows; row++)
        improve_row(&sum, x + row * length, length, rule, low, high);
    const double size = literal ? fabs(sum.sum) : sum.size;
    *r = sum.changed == 0 ? 0 : size == 0 ? INFINITY : sum.changed / size;
    return ENG_OK;
}
