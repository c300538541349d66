#include "hardware/fmac.h"
#include <math.h>
#include <string.h>

#define MAX_EXPONENT 62

static EngStatus check_mantissas(
    const int32_t *k, unsigned g, unsigned m, const char *name, EngError *err)
{
    const int32_t limit = (int32_t)(1u << m) - 1;
    for (unsigned i = 0; i < g; i++) {
        if (k[i] < -limit || k[i] > limit)
            return eng_error(err, ENG_ERR_RANGE,
                "Mantissa %u of %s is %ld, %u bits hold -%ld..%ld.", i, name, (long)k[i], m,
                (long)limit, (long)limit);
    }
    return ENG_OK;
}

EngStatus eng_fmac_init(EngFmac *fmac, const int32_t *x, unsigned mx, int sx, const int32_t *y,
    unsigned my, int sy, unsigned g, unsigned width, unsigned cut, float before, EngError *err)
{
    if (g < 1 || g > ENG_FMAC_LANES || width < 1 || width > ENG_FMAC_LANES)
        return eng_error(err, ENG_ERR_RANGE,
            "A group of %u in a cell of %u products: both lie within 1..%d.", g, width,
            ENG_FMAC_LANES);
    if (mx < 1 || mx > 16 || my < 1 || my > 16)
        return eng_error(
            err, ENG_ERR_RANGE, "Mantissas of %u and %u bits: both lie within 1..16.", mx, my);
    if (sx < -MAX_EXPONENT || sx > MAX_EXPONENT || sy < -MAX_EXPONENT || sy > MAX_EXPONENT)
        return eng_error(err, ENG_ERR_RANGE, "Exponents %d and %d: both lie within -%d..%d.", sx,
            sy, MAX_EXPONENT, MAX_EXPONENT);
    EngStatus status = check_mantissas(x, g, mx, "x", err);
    if (!status)
        status = check_mantissas(y, g, my, "y", err);
    if (status)
        return status;
    *fmac = (EngFmac){.g = g,
        .mx = mx,
        .my = my,
        .sx = sx,
        .sy = sy,
        .width = width,
        .cut = cut,
        .before = before};
    memcpy(fmac->x, x, g * sizeof *x);
    memcpy(fmac->y, y, g * sizeof *y);
    return ENG_OK;
}

static unsigned chunks(unsigned m)
{
    return (m + 1) / 2;
}

/* The chunk pair's highest bit product stands in column 2 (i + j) + 2. */
static int pair_is_made(const EngFmac *fmac, unsigned i, unsigned j)
{
    return 2 * (i + j) + 2 >= fmac->cut;
}

static unsigned pairs_made(const EngFmac *fmac)
{
    unsigned made = 0;
    for (unsigned i = 0; i < chunks(fmac->mx); i++) {
        for (unsigned j = 0; j < chunks(fmac->my); j++)
            made += pair_is_made(fmac, i, j) != 0;
    }
    return made;
}

/* Passes of a slice: where everything is left out, one pass remains that adds nothing. */
static unsigned passes(const EngFmac *fmac)
{
    const unsigned made = pairs_made(fmac);
    return made > 0 ? made : 1;
}

unsigned eng_fmac_beats(const EngFmac *fmac)
{
    return passes(fmac) * ((fmac->g + fmac->width - 1) / fmac->width);
}

/* The chunk pair of pass `pass` of a slice. */
static void find_pair(const EngFmac *fmac, unsigned pass, unsigned *x_chunk, unsigned *y_chunk)
{
    *x_chunk = chunks(fmac->mx) - 1;
    *y_chunk = chunks(fmac->my) - 1;
    for (unsigned i = 0; i < chunks(fmac->mx); i++) {
        for (unsigned j = 0; j < chunks(fmac->my); j++) {
            if (!pair_is_made(fmac, i, j) || pass-- > 0)
                continue;
            *x_chunk = i;
            *y_chunk = j;
            return;
        }
    }
}

static int8_t chunk_of(int32_t k, unsigned index)
{
    const uint32_t magnitude = k < 0 ? (uint32_t)-k : (uint32_t)k;
    const int8_t chunk = (int8_t)(magnitude >> (2 * index) & 3);
    return k < 0 ? (int8_t)-chunk : chunk;
}

/* The product of two chunks whose lowest bits stand in column `column`, without what stands in
 * columns below `cut`. */
static int16_t chunk_product(int8_t x, int8_t y, unsigned column, unsigned cut)
{
    if (column >= cut)
        return (int16_t)(x * y);
    const unsigned a = (unsigned)(x < 0 ? -x : x), b = (unsigned)(y < 0 ? -y : y);
    int16_t sum = 0;
    for (unsigned p = 0; p < 2; p++) {
        for (unsigned q = 0; q < 2; q++) {
            if (column + p + q >= cut)
                sum = (int16_t)(sum + ((a >> p & b >> q & 1) << (p + q)));
        }
    }
    return (x < 0) != (y < 0) ? (int16_t)-sum : sum;
}

static void add_up(EngFmacBeat *beat)
{
    unsigned level = 0;
    beat->count[0] = beat->lanes;
    while (beat->count[level] > 1) {
        const unsigned n = beat->count[level];
        const int32_t *const from = beat->tree[level];
        int32_t *const to = beat->tree[level + 1];
        for (unsigned i = 0; i < n / 2; i++)
            to[i] = from[2 * i] + from[2 * i + 1];
        if (n % 2)
            to[n / 2] = from[n - 1];
        beat->count[++level] = (n + 1) / 2;
    }
    beat->levels = level + 1;
    beat->sum = beat->tree[level][0];
}

/* Which elements and which chunks beat `index` takes. */
static void place(const EngFmac *fmac, unsigned index, EngFmacBeat *beat)
{
    beat->slice = index / passes(fmac);
    find_pair(fmac, index % passes(fmac), &beat->i, &beat->j);
    beat->first = beat->slice * fmac->width;
    beat->lanes = fmac->g - beat->first < fmac->width ? fmac->g - beat->first : fmac->width;
    beat->shift = 2 * (beat->i + beat->j);
}

static void multiply(const EngFmac *fmac, EngFmacBeat *beat)
{
    for (unsigned n = 0; n < beat->lanes; n++) {
        beat->x[n] = chunk_of(fmac->x[beat->first + n], beat->i);
        beat->y[n] = chunk_of(fmac->y[beat->first + n], beat->j);
        beat->product[n] = chunk_product(beat->x[n], beat->y[n], beat->shift, fmac->cut);
        beat->tree[0][n] = beat->product[n];
    }
}

/* What the beats before `end` leave in the accumulator. */
static int64_t sum_until(const EngFmac *fmac, unsigned end, EngFmacBeat *beat)
{
    int64_t sum = 0;
    for (unsigned b = 0; b < end; b++) {
        place(fmac, b, beat);
        multiply(fmac, beat);
        for (unsigned n = 0; n < beat->lanes; n++)
            sum += (int64_t)beat->product[n] * (INT64_C(1) << beat->shift);
    }
    return sum;
}

void eng_fmac_beat(const EngFmac *fmac, unsigned beat, EngFmacBeat *out)
{
    out->before = sum_until(fmac, beat, out);
    place(fmac, beat, out);
    multiply(fmac, out);
    add_up(out);
    out->shifted = (int64_t)out->sum * (INT64_C(1) << out->shift);
    out->after = out->before + out->shifted;
}

float eng_fmac_scale(int exponent)
{
    const uint32_t bits = (uint32_t)(exponent + 127) << 23;
    float scale;
    memcpy(&scale, &bits, sizeof scale);
    return scale;
}

float eng_fmac_accumulate(int64_t integer, int exponent, float before)
{
    return fmaf((float)integer, eng_fmac_scale(exponent), before);
}

EngFmacResult eng_fmac_result(const EngFmac *fmac)
{
    EngFmacBeat last;
    eng_fmac_beat(fmac, eng_fmac_beats(fmac) - 1, &last);
    EngFmacResult result = {
        .integer = last.after, .exponent = fmac->sx + fmac->sy, .before = fmac->before};
    result.value = (float)result.integer;
    result.after = eng_fmac_accumulate(result.integer, result.exponent, result.before);
    return result;
}
