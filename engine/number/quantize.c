#include "number/quantize.h"
#include "base/philox.h"
#include "base/text.h"
#include "number/codec.h"
#include "number/group.h"
#include "number/lfsr.h"
#include <math.h>

/* The first element that no operand may hold, as a sentence. */
static EngStatus diverged(const float *x, size_t rows, size_t length, uint32_t limit, EngError *err)
{
    size_t i = 0;
    while (i < rows * length && (eng_float_bits(x[i]) & 0x7fffffffu) < limit)
        i++;
    char number[ENG_TEXT_NUMBER];
    return eng_error(err, ENG_ERR_DIVERGED,
        "The value %s in row %zu at position %zu is not %s: the run has diverged.",
        eng_text_double(number, (double)x[i]), i / length, i % length,
        limit == ENG_DIVERGED_BITS ? "below 2^62" : "finite");
}

EngStatus eng_bfp_quantize(const float *x, size_t rows, size_t length, const EngFormat *format,
    const uint32_t *noise, int32_t *k, int32_t *s, EngError *err)
{
    if (format->kind != ENG_KIND_BFP)
        return eng_error(err, ENG_ERR_SHAPE, "The format is no block floating point.");
    const uint32_t max_bits = eng_max_bits(x, rows * length);
    if (max_bits >= ENG_DIVERGED_BITS)
        return diverged(x, rows, length, ENG_DIVERGED_BITS, err);
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

void eng_noise_fill(const EngNoise *noise, uint32_t row, size_t length, size_t from, size_t n,
    unsigned bits, uint32_t *out)
{
    const uint32_t chunks = (uint32_t)((length + 15) / 16), mask = (UINT32_C(1) << bits) - 1;
    uint32_t low[4] = {0}, high[4] = {0};
    for (size_t i = 0; i < n; i++) {
        const size_t pos = from + i;
        if (i == 0 || pos % 16 == 0) {
            const uint32_t counter = row * chunks + (uint32_t)(pos / 16);
            eng_philox(
                (const uint32_t[4]){counter, noise->tensor, noise->step, 0}, noise->seed, low);
            if (bits > 8)
                eng_philox(
                    (const uint32_t[4]){counter, noise->tensor, noise->step, 1}, noise->seed, high);
        }
        const unsigned shift = pos % 4 * 8;
        const uint32_t first = low[pos % 16 / 4] >> shift & 0xff;
        const uint32_t second = high[pos % 16 / 4] >> shift & 0xff;
        out[i] = (first | second << 8) & mask;
    }
}

/* ---- values in any format ------------------------------------------------------------------------- */

typedef struct ValueTask {
    const EngFormat *format;
    const EngNoise *noise;
    const EngLfsr *lfsr;
    size_t rows, length;
} ValueTask;

/* R of a block's elements; zeros where the rounding takes none. */
static void block_noise(const ValueTask *t, size_t row, size_t from, size_t n, uint32_t *out)
{
    const EngFormat *f = t->format;
    for (size_t i = 0; i < n; i++)
        out[i] = 0;
    if (f->rounding == ENG_ROUND_STOCHASTIC && f->noise_bits)
        eng_noise_fill(t->noise, (uint32_t)row, t->length, from, n, f->noise_bits, out);
    if (f->rounding != ENG_ROUND_LFSR)
        return;
    const uint64_t groups = (t->length + f->g - 1) / f->g;
    const uint64_t steps = groups * t->rows * t->noise->step + row * groups + from / f->g;
    for (size_t i = 0; i < n; i++)
        out[i] = eng_lfsr_at(t->lfsr, (unsigned)i, steps) & ((1u << f->noise_bits) - 1);
}

/* The bits of |x| that a format cannot take; 0 where it takes all. */
static uint32_t limit_bits(const EngFormat *f)
{
    if (f->kind == ENG_KIND_BFP)
        return ENG_DIVERGED_BITS;
    return f->kind == ENG_KIND_FLOAT || f->kind == ENG_KIND_FIXED ? 0 : ENG_INFINITE_BITS;
}

EngStatus eng_quantize_values(const float *x, size_t rows, size_t length, const EngFormat *format,
    const EngNoise *noise, float *y, EngError *err)
{
    const uint32_t max_bits = eng_max_bits(x, rows * length), limit = limit_bits(format);
    if (limit && max_bits >= limit)
        return diverged(x, rows, length, limit, err);
    EngLfsr lfsr;
    if (format->rounding == ENG_ROUND_LFSR)
        eng_lfsr_init(&lfsr, noise->seed, noise->tensor, format->g);
    const ValueTask task = {format, noise, &lfsr, rows, length};
    EngCodec codec = eng_codec(format, max_bits, false);
    const size_t block = eng_codec_block(format);
    for (size_t row = 0; row < rows; row++) {
        eng_codec_row(&codec, x + row * length, 1, length);
        for (size_t from = 0; from < length; from += block) {
            uint32_t random[ENG_CODEC_BLOCK];
            const size_t n = length - from < block ? length - from : block;
            const size_t at = row * length + from;
            block_noise(&task, row, from, n, random);
            eng_codec_values(&codec, x + at, n, random, y + at);
        }
    }
    return ENG_OK;
}

/* ---- r(X) ----------------------------------------------------------------------------------------- */

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
        return diverged(x, rows, length, ENG_DIVERGED_BITS, err);
    const EngGroupRule rule[2] = {nearest_rule(low, max_bits), nearest_rule(high, max_bits)};
    Improvement sum = {0};
    for (size_t row = 0; row < rows; row++)
        improve_row(&sum, x + row * length, length, rule, low, high);
    const double size = literal ? fabs(sum.sum) : sum.size;
    *r = sum.changed == 0 ? 0 : size == 0 ? INFINITY : sum.changed / size;
    return ENG_OK;
}
