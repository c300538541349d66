/* Quantisation and packing for any vector width. A file of one instruction set defines the
 * primitives below for its vectors and includes this text, which then defines
 * `static uint32_t quantize_simd(const EngQuantTile *)`.
 *
 * A vector holds VN rows (lanes) at one position: what a group shares is then one vector, and the
 * noise of 16 positions is four words per lane. Sources that run along the row are transposed on
 * the way in, row records on the way out.
 *
 * To be defined before: VN; types VF (VN floats) and VI (VN int32); and, with v = VF or VI,
 *   vf_load(p) vf_load_part(p, n) vf_store(p, v) vi_load(p) vi_store(p, v)
 *   vf_set(x) vi_set(x) vf_zero() vi_of_bits(VF) vf_of_bits(VI)
 *   vf_mul vi_add vi_sub vi_and vi_or vi_xor  vi_mul_low
 *   vi_shl(v, n) vi_shr(v, n) (logical)  vi_sar_each(v, VI n) (arithmetic)  vi_max (signed)
 *   vi_truncate(VF) vi_round_even(VF) vf_of_int(VI)
 *   vf_limit(VF v, VF limit): v with |v| cut to limit, its sign kept; limit > 0
 *   vf_add vf_sub
 *   vi_flip_negative(VI noise, VI mask, VI t): noise ^ (t < 0 ? mask : 0)
 *   vi_pack4(k0, k1, k2, k3): the low bytes, k0's lowest
 *   vi_add_bytes(VI sum, VI bytes): sum of the four signed bytes of each lane added
 *   vf_transpose(VF x[VN])
 *   store_quads(VI d[4], char *const row[VN], n): 16 bytes (d[0..3] of lane i) to row[i], i < n
 *   philox_lanes(VI counter, uint32_t c1, c2, c3, uint64_t key, VI word[4]) */
#include "kernels/kernels_isa.h"
#include "kernels/layout.h"
#include "number/format.h"
#include "number/group.h"
#include <string.h>

/* Blocks of VN rows that go through together, and vectors of scratch they share. */
#define SIMD_BLOCKS (ENG_QUANT_ROWS / VN)
#define SIMD_VECTORS 256
/* Positions that a mere copy takes at once. */
#define SIMD_COPY 32

/* How four_mantissas gets its integers; the last takes them as they stand. */
enum { ADD_CONSTANT, ADD_NOISE, HALF_TO_EVEN, READY };

/* What all rows of a tile have in common. */
typedef struct Work {
    const EngQuantTile *tile;
    size_t groups; /* of the layout */
    size_t span;   /* vectors of scratch for one group of one block */
    unsigned bits; /* noise bits below the mantissa */
    VF limit;
    VI constant, mask;
    VF x[SIMD_VECTORS];
} Work;

/* VN rows on their way. Never initialised as a whole: clearing costs more than short rows do. */
typedef struct Lanes {
    const Work *work;
    VF *x;            /* one group, position by position */
    const float *src; /* of the first lane */
    unsigned rows;    /* how many of the VN are there */
    VI counter;       /* of the noise, chunk 0 */
    size_t chunk;     /* what `low` and `high` hold; SIZE_MAX before the first */
    VI low[4], high[4];
    VI largest;    /* |x| so far, as bits */
    char *panel;   /* to_panel: where the first lane stands in the panel's vectors */
    char *row[VN]; /* else: the row records */
} Lanes;

/* ---- in: one group, lane by lane ----------------------------------------------------------------- */

/* Position by position over all blocks: neighbouring rows are neighbours in memory, and a position
 * is often a whole page away from the next. */
static void load_across(Lanes *l, size_t count, size_t from, size_t n)
{
    const size_t stride = l->work->tile->pos_stride;
    const float *src = l->src + from * stride;
    size_t full = 0;
    while (full < count && l[full].rows == VN)
        full++;
    for (size_t i = 0; i < n; i++, src += stride) {
        for (size_t b = 0; b < full; b++)
            l[b].x[i] = vf_load(src + b * VN);
        for (size_t b = full; b < count; b++)
            l[b].x[i] = l[b].rows ? vf_load_part(src + b * VN, l[b].rows) : vf_zero();
    }
}

/* A stretch of one row after the other; what will be loaded next, further along the rows or at the
 * start of the next VN, is fetched meanwhile. */
static void load_along(Lanes *l, size_t from, size_t n)
{
    const EngQuantTile *t = l->work->tile;
    const size_t stride = t->row_stride;
    const size_t ahead = from + n < t->length ? n : VN * stride - from;
    const size_t whole = n / VN * VN;
    for (size_t r = 0; r < VN; r++) {
        const float *src = l->src + from + r * stride;
        VF *x = l->x + r;
        if (r >= l->rows) {
            for (size_t i = 0; i < n; i += VN)
                x[i] = vf_zero();
            continue;
        }
        for (size_t i = 0; i < whole; i += VN) {
            __builtin_prefetch(src + i + ahead);
            x[i] = vf_load(src + i);
        }
        if (whole < n)
            x[whole] = vf_load_part(src + whole, (unsigned)(n - whole));
    }
    for (size_t i = 0; i < n; i += VN)
        vf_transpose(l->x + i);
}

static inline size_t round_up(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

static inline VI magnitude_bits(VF v)
{
    return vi_and(vi_of_bits(v), vi_set(0x7fffffff));
}

/* Zeros behind a group's n positions up to whole groups of the layout and whole chunks of 16;
 * returns the largest |x| of each lane as bits. Two chains of maxima, each half as long to wait
 * for. */
static inline VI finish_group(Lanes *l, size_t n)
{
    const VF *x = l->x;
    for (size_t i = n; i < l->work->span; i++)
        l->x[i] = vf_zero();
    VI even = vi_set(0), odd = vi_set(0);
    for (size_t i = 0; i < n; i += 4) {
        even = vi_max(even, vi_max(magnitude_bits(x[i]), magnitude_bits(x[i + 1])));
        odd = vi_max(odd, vi_max(magnitude_bits(x[i + 2]), magnitude_bits(x[i + 3])));
    }
    const VI largest = vi_max(even, odd);
    l->largest = vi_max(l->largest, largest);
    return largest;
}

/* ---- the rule ------------------------------------------------------------------------------------ */

/* The scale word of the lanes: the bits of 2^s. */
static inline VI group_scales(const EngQuantTile *t, VI largest)
{
    const VI exponent = vi_max(vi_shr(largest, 23), vi_set(t->min_exponent + 127));
    return vi_shl(vi_sub(exponent, vi_set((int)t->m - 1)), 23);
}

static void load_noise(Lanes *l, size_t chunk)
{
    const EngQuantTile *t = l->work->tile;
    if (l->chunk == chunk)
        return;
    l->chunk = chunk;
    const VI counter = vi_add(l->counter, vi_set((int)chunk));
    philox_lanes(counter, t->noise_tensor, t->noise_step, 0, t->noise_seed, l->low);
    if (t->noise_bits > 8)
        philox_lanes(counter, t->noise_tensor, t->noise_step, 1, t->noise_seed, l->high);
}

static inline VI noise_of(const Lanes *l, size_t word, unsigned byte)
{
    VI noise = vi_shr(l->low[word], 8 * byte);
    if (l->work->tile->noise_bits > 8)
        noise = vi_or(vi_and(noise, vi_set(0xff)),
            vi_shl(vi_and(vi_shr(l->high[word], 8 * byte), vi_set(0xff)), 8));
    return vi_and(noise, l->work->mask);
}

/* How the elements of one group are rounded. With t = x 2^(b - s) cut to an integer towards zero,
 * the magnitude (|t| + R) >> b with x's sign is (t + R) >> b for t >= 0 and, because -floor(y) is
 * ceil(-y), (t + 2^b - 1 - R) >> b for t < 0, shifting arithmetically. 2^b - 1 - R is R with its b
 * bits flipped. Saturation happens before: |t| is cut to (2^m - 1) 2^b, from which any R leads to
 * 2^m - 1. */
typedef struct Rule {
    VF up;    /* 2^(b - s) */
    VF limit; /* (2^m - 1) 2^b */
    VI shift, mask, constant;
} Rule;

static inline __attribute__((always_inline)) Rule group_rule(const Work *w, VI scales)
{
    /* The bits of 2^(b - s) from those of 2^s: exponents mirror at 127. */
    return (Rule){.up = vf_of_bits(vi_sub(vi_set((int)((254 + w->bits) << 23)), scales)),
        .limit = w->limit,
        .shift = vi_set((int)w->bits),
        .mask = w->mask,
        .constant = w->constant};
}

/* The mantissas of positions i..i+3 of the group; `at` is i in the row. */
static inline __attribute__((always_inline)) void four_mantissas(
    Lanes *l, size_t i, size_t at, const Rule *rule, int rounding, VI k[4])
{
    if (rounding == ADD_NOISE)
        load_noise(l, at / 16);
    for (unsigned j = 0; j < 4; j++) {
        if (rounding == READY) {
            k[j] = vi_truncate(l->x[i + j]);
            continue;
        }
        const VF q = vf_limit(vf_mul(l->x[i + j], rule->up), rule->limit);
        if (rounding == HALF_TO_EVEN) {
            k[j] = vi_round_even(q);
            continue;
        }
        const VI t = vi_truncate(q);
        const VI noise = rounding == ADD_NOISE ? noise_of(l, at / 4 % 4, j) : rule->constant;
        k[j] = vi_sar_each(vi_add(t, vi_flip_negative(noise, rule->mask, t)), rule->shift);
    }
}

/* ---- small floats -------------------------------------------------------------------------------- */

/* How small floats are rounded; the roundings' own numbers stand in a Rule. */
typedef struct ElementRule {
    Rule rounding;
    VI lowest;       /* biased exponent below which steps stay the same */
    VI up_exponents; /* 254 + fraction + noise bits, less a biased exponent: 2^(b - step) */
    VI fraction;
    VF most;
    bool infinite;
} ElementRule;

static ElementRule element_rule(const Work *w)
{
    const EngElementTraits *e = w->tile->element;
    return (ElementRule){
        .rounding = {.shift = vi_set((int)w->bits), .mask = w->mask, .constant = w->constant},
        .lowest = vi_set(e->lowest + 127),
        .up_exponents = vi_set(254 + e->fraction + (int)w->bits),
        .fraction = vi_set(e->fraction),
        .most = vf_set(e->most),
        .infinite = e->infinite && !w->tile->scaled};
}

/* x in units of the last place its element has, rounded, as a value again. */
static inline __attribute__((always_inline)) VF element_value(
    const ElementRule *rule, VF x, VI noise, int rounding)
{
    const VI biased = vi_and(vi_shr(vi_of_bits(x), 23), vi_set(0xff));
    const VI exponent = vi_max(biased, rule->lowest);
    const VF unit = vf_of_bits(vi_shl(vi_sub(exponent, rule->fraction), 23));
    const VF q = vf_mul(x, vf_of_bits(vi_shl(vi_sub(rule->up_exponents, exponent), 23)));
    VI k;
    if (rounding == HALF_TO_EVEN) {
        k = vi_round_even(q);
    } else {
        const VI t = vi_truncate(q);
        k = vi_sar_each(
            vi_add(t, vi_flip_negative(noise, rule->rounding.mask, t)), rule->rounding.shift);
    }
    const VF y = vf_mul(vf_of_int(k), unit);
    const VF cut = vf_limit(y, rule->most);
    /* What is too large differs from its cut by at least 2: that overflows to its infinity. */
    return rule->infinite ? vf_add(y, vf_mul(vf_sub(y, cut), vf_set(0x1.fffffep127f))) : cut;
}

/* tf32 and bf16 have float32's exponents: rounding adds to the bits and cuts them off, and a carry
 * into the exponent is what it should be. */
static inline __attribute__((always_inline)) VF shortened(
    const Work *w, VF x, VI noise, int rounding)
{
    const unsigned drop = 23 - (unsigned)w->tile->element->fraction;
    const VI sign = vi_and(vi_of_bits(x), vi_set((int)0x80000000u));
    const VI size = vi_xor(vi_of_bits(x), sign);
    VI kept;
    if (rounding == HALF_TO_EVEN) {
        const VI odd = vi_and(vi_shr(size, drop), vi_set(1));
        const VI half = vi_add(vi_set((1 << (drop - 1)) - 1), odd);
        kept = vi_shr(vi_add(size, half), drop);
    } else {
        kept = vi_shr(vi_add(vi_shr(size, drop - w->bits), noise), w->bits);
    }
    return vf_of_bits(vi_or(vi_shl(kept, drop), sign));
}

/* Elements are rounded to even, or with noise where the format's bits are thrown; the constants of
 * nearest and truncate come as noise too. */
static inline __attribute__((always_inline)) VI element_noise(
    Lanes *l, const Rule *rule, size_t at, int rounding)
{
    if (rounding != ADD_NOISE)
        return rule->constant;
    load_noise(l, at / 16);
    return noise_of(l, at / 4 % 4, (unsigned)(at % 4));
}

/* Scratch [0, n) becomes elements; a zero that was negative stays so. */
static inline __attribute__((always_inline)) void elements_in_place(
    Lanes *l, size_t n, size_t from, int rounding)
{
    const ElementRule rule = element_rule(l->work);
    const bool wide = l->work->tile->element->lowest == -126;
    const VI sign = vi_set((int)0x80000000u);
    for (size_t i = 0; i < n; i++) {
        const VI noise = element_noise(l, &rule.rounding, from + i, rounding);
        const VF x = l->x[i];
        const VF y = wide ? shortened(l->work, x, noise, rounding)
                          : element_value(&rule, x, noise, rounding);
        l->x[i] = vf_of_bits(vi_or(vi_of_bits(y), vi_and(vi_of_bits(x), sign)));
    }
}

/* A block's scale 2^scale as two factors that are normal numbers whatever it is: biased exponents
 * of both. */
typedef struct BlockScale {
    VI first, second;
} BlockScale;

static inline BlockScale split_scale(VI biased)
{
    const VI half = vi_shr(biased, 1);
    return (BlockScale){vi_add(half, vi_set(64)), vi_add(vi_sub(biased, half), vi_set(63))};
}

static inline VF times(VF x, VI first, VI second)
{
    return vf_mul(vf_mul(x, vf_of_bits(vi_shl(first, 23))), vf_of_bits(vi_shl(second, 23)));
}

/* Scratch [0, n) becomes a Microscaling block's elements: with `unit` the values, else integers in
 * the element's smallest steps, as floats. Returns the scale word of these integers. */
static inline __attribute__((always_inline)) VI block_in_place(
    Lanes *l, VI largest, size_t n, size_t from, bool unit, int rounding)
{
    const EngQuantTile *t = l->work->tile;
    const ElementRule rule = element_rule(l->work);
    const int step = t->element->lowest - t->element->fraction;
    const VI biased = vi_max(
        vi_sub(vi_shr(largest, 23), vi_set(t->element->highest)), vi_set(t->min_exponent + 127));
    const BlockScale scale = split_scale(biased);
    const VI mirror = vi_set(254), sign = vi_set((int)0x80000000u);
    const VI down = vi_sub(mirror, scale.first), down_too = vi_sub(mirror, scale.second);
    const VF steps = vf_of_bits(vi_set((127 - step) << 23));
    for (size_t i = 0; i < n; i++) {
        const VI noise = element_noise(l, &rule.rounding, from + i, rounding);
        /* Adding zero takes the sign from zeros, which have none here. */
        const VF x = vf_add(l->x[i], vf_zero());
        const VF y = element_value(&rule, times(x, down, down_too), noise, rounding);
        if (unit)
            l->x[i] = vf_of_bits(vi_or(
                vi_of_bits(times(y, scale.first, scale.second)), vi_and(vi_of_bits(x), sign)));
        else
            l->x[i] = vf_mul(y, steps);
    }
    return vi_shl(vi_add(biased, vi_set(step)), 23);
}

/* ---- out ----------------------------------------------------------------------------------------- */

/* Scale words of a group into the row records. */
static void put_row_scales(const Lanes *l, size_t group, VI scales)
{
    int32_t word[VN];
    vi_store(word, scales);
    for (unsigned r = 0; r < l->rows; r++)
        memcpy(l->row[r] + group * sizeof(int32_t), &word[r], sizeof word[r]);
}

/* Four times four mantissas of each lane, `n` quads of them wanted, behind byte `at`. */
static void put_row_quads(const Lanes *l, size_t at, VI quad[4], size_t n)
{
    const VI bias = vi_set((int)0x80808080u);
    for (size_t j = 0; j < 4; j++)
        quad[j] = vi_xor(quad[j], bias);
    char *row[VN];
    for (unsigned r = 0; r < VN; r++)
        row[r] = l->row[r] + at;
    if (n == 4) {
        store_quads(quad, row, l->rows);
        return;
    }
    for (size_t j = 0; j < n; j++) {
        int32_t word[VN];
        vi_store(word, quad[j]);
        for (unsigned r = 0; r < l->rows; r++)
            memcpy(row[r] + 4 * j, &word[r], 4);
    }
}

/* One group of the layout into I8 row records, from scratch position i, row position `at`. */
static inline __attribute__((always_inline)) void i8_rows(
    Lanes *l, size_t i, size_t at, VI scales, const Rule *rule, int rounding)
{
    const size_t n = l->work->tile->pack_group;
    put_row_scales(l, at / n, scales);
    for (size_t j = 0; j < n; j += 16) {
        VI quad[4] = {vi_set(0), vi_set(0), vi_set(0), vi_set(0)};
        const size_t quads = n - j < 16 ? (n - j) / 4 : 4;
        for (size_t d = 0; d < quads; d++) {
            VI k[4];
            four_mantissas(l, i + j + 4 * d, at + j + 4 * d, rule, rounding, k);
            quad[d] = vi_pack4(k[0], k[1], k[2], k[3]);
        }
        put_row_quads(l, l->work->groups * sizeof(float) + at + j, quad, quads);
    }
}

/* The lines of a panel's group a few groups further on: stores would wait for them in order. */
static inline void fetch_panel(const int32_t *head, size_t group)
{
    const int32_t *next = head + eng_panel_group_bytes(ENG_PACK_I8, (unsigned)group);
    for (size_t j = 0; j < 2 + group / 4; j++)
        __builtin_prefetch(next + j * ENG_LANES, 1);
}

static inline __attribute__((always_inline)) void i8_panel(
    Lanes *l, size_t i, size_t at, VI scales, const Rule *rule, int rounding)
{
    const size_t n = l->work->tile->pack_group;
    int32_t *head =
        (int32_t *)(void *)(l->panel + at / n * eng_panel_group_bytes(ENG_PACK_I8, (unsigned)n));
    VI sum = vi_set(0);
    for (size_t j = 0; j < n; j += 4) {
        VI k[4];
        four_mantissas(l, i + j, at + j, rule, rounding, k);
        const VI bytes = vi_pack4(k[0], k[1], k[2], k[3]);
        sum = vi_add_bytes(sum, bytes);
        vi_store(head + (2 + j / 4) * ENG_LANES, bytes);
    }
    const VI magic = vi_add(scales, vi_set(ENG_MAGIC_BITS));
    vi_store(head, magic);
    vi_store(head + ENG_LANES, vi_sub(magic, vi_shl(sum, 7)));
}

/* The first `n` values of the scratch as floats behind float `at` of each row record. */
static void put_row_floats(Lanes *l, size_t n, size_t at)
{
    for (size_t j = 0; j < n; j += VN) {
        vf_transpose(l->x + j);
        for (unsigned r = 0; r < l->rows; r++) {
            float *out = (float *)(void *)l->row[r] + at + j;
            if (n - j >= VN) {
                vf_store(out, l->x[j + r]);
            } else {
                float part[VN];
                vf_store(part, l->x[j + r]);
                memcpy(out, part, (n - j) * sizeof(float));
            }
        }
    }
}

static void put_panel_floats(const Lanes *l, size_t i, size_t n, float *out)
{
    for (size_t j = 0; j < n; j++)
        vf_store(out + j * ENG_LANES, l->x[i + j]);
}

/* The scratch's mantissas in the packing WIDE: `n` of them, in whole groups of the layout. */
static void put_wide(Lanes *l, size_t from, size_t n, VI scales)
{
    const size_t group = l->work->tile->pack_group;
    const size_t bytes = eng_panel_group_bytes(ENG_PACK_WIDE, (unsigned)group);
    for (size_t i = 0; i < n; i += group) {
        const size_t index = (from + i) / group;
        if (!l->work->tile->to_panel) {
            put_row_scales(l, index, scales);
            continue;
        }
        float *head = (float *)(void *)(l->panel + index * bytes);
        vi_store(head, scales);
        put_panel_floats(l, i, group, head + ENG_LANES);
    }
    if (!l->work->tile->to_panel)
        put_row_floats(l, n, l->work->groups + from);
}

static void put_f32(Lanes *l, size_t from, size_t n)
{
    if (l->work->tile->to_panel)
        put_panel_floats(l, 0, n, (float *)(void *)l->panel + from * ENG_LANES);
    else
        put_row_floats(l, n, from);
}

/* Scratch [0, n) becomes the mantissas times `unit`, as floats. */
static inline __attribute__((always_inline)) void mantissas_in_place(
    Lanes *l, size_t n, size_t from, const Rule *rule, VF unit, int rounding)
{
    for (size_t i = 0; i < n; i += 4) {
        VI k[4];
        four_mantissas(l, i, from + i, rule, rounding, k);
        for (size_t j = 0; j < 4; j++)
            l->x[i + j] = vf_mul(vf_of_int(k[j]), unit);
    }
}

/* ---- groups, blocks, the tile -------------------------------------------------------------------- */

/* The group's integers into I8, from their floats or from the source. */
static inline __attribute__((always_inline)) void put_i8(
    Lanes *l, size_t from, size_t n, VI scales, const Rule *rule, int rounding)
{
    const EngQuantTile *t = l->work->tile;
    for (size_t i = 0; i < n; i += t->pack_group) {
        if (t->to_panel)
            i8_panel(l, i, from + i, scales, rule, rounding);
        else
            i8_rows(l, i, from + i, scales, rule, rounding);
    }
}

static inline __attribute__((always_inline)) void one_group(
    Lanes *l, size_t from, size_t n, int rounding)
{
    const EngQuantTile *t = l->work->tile;
    const VI scales = group_scales(t, finish_group(l, n));
    const Rule rule = group_rule(l->work, scales);
    if (t->packing == ENG_PACK_I8) {
        put_i8(l, from, n, scales, &rule, rounding);
        return;
    }
    const VF unit = t->packing == ENG_PACK_F32 ? vf_of_bits(scales) : vf_set(1.0f);
    mantissas_in_place(l, n, from, &rule, unit, rounding);
    if (t->packing == ENG_PACK_F32)
        put_f32(l, from, n);
    else
        put_wide(l, from, round_up(n, t->pack_group), scales);
}

/* A group of small floats, with a scale for the block or without. */
static inline __attribute__((always_inline)) void one_element_group(
    Lanes *l, size_t from, size_t n, int rounding)
{
    const EngQuantTile *t = l->work->tile;
    const VI largest = finish_group(l, n);
    if (!t->scaled) {
        elements_in_place(l, n, from, rounding);
        put_f32(l, from, n);
        return;
    }
    const bool values = t->packing == ENG_PACK_F32;
    const VI scales = block_in_place(l, largest, n, from, values, rounding);
    const Rule none = group_rule(l->work, scales);
    if (values)
        put_f32(l, from, n);
    else if (t->packing == ENG_PACK_WIDE)
        put_wide(l, from, round_up(n, t->pack_group), scales);
    else
        put_i8(l, from, n, scales, &none, READY);
}

/* Loads a group of all blocks: one block where the source runs along the rows. */
static void load_group(Lanes *l, size_t count, size_t from, size_t n)
{
    if (l->work->tile->pos_stride == 1)
        load_along(l, from, n);
    else
        load_across(l, count, from, n);
}

/* Positions that are read before the first is computed, where rows are streams of their own: the
 * more lines are asked for at once, the less each is waited for. */
#define SIMD_AHEAD 128

/* How many groups to load before the first is computed: as many as their scratch stands side by
 * side for. */
static inline size_t groups_together(const Work *w)
{
    const EngQuantTile *t = w->tile;
    const bool along = t->pos_stride == 1;
    return along && w->span == t->group && t->group < SIMD_AHEAD ? SIMD_AHEAD / t->group : 1;
}

static inline __attribute__((always_inline)) void all_groups(
    Lanes *l, size_t count, bool elements, int rounding)
{
    const EngQuantTile *t = l->work->tile;
    const size_t step = t->group * groups_together(l->work);
    for (size_t from = 0; from < t->length; from += t->group) {
        const size_t n = t->length - from < t->group ? t->length - from : t->group;
        const size_t loaded = from % step;
        if (loaded == 0)
            load_group(l, count, from, t->length - from < step ? t->length - from : step);
        for (size_t b = 0; b < count; b++) {
            Lanes *block = &l[b];
            block->x += loaded;
            if (elements)
                one_element_group(block, from, n, rounding);
            else
                one_group(block, from, n, rounding);
            block->x -= loaded;
        }
    }
}

static void copy_blocks(Lanes *l, size_t count)
{
    const size_t length = l->work->tile->length;
    for (size_t from = 0; from < length; from += SIMD_COPY) {
        const size_t n = length - from < SIMD_COPY ? length - from : SIMD_COPY;
        load_group(l, count, from, n);
        for (size_t b = 0; b < count; b++) {
            finish_group(&l[b], n);
            put_f32(&l[b], from, n);
        }
    }
}

static inline __attribute__((always_inline)) void round_blocks(
    Lanes *l, size_t count, bool elements)
{
    const EngQuantTile *t = l->work->tile;
    if (t->rounding == ENG_ROUND_EVEN)
        all_groups(l, count, elements, HALF_TO_EVEN);
    else if (t->rounding == ENG_ROUND_STOCHASTIC && t->noise_bits > 0)
        all_groups(l, count, elements, ADD_NOISE);
    else
        all_groups(l, count, elements, ADD_CONSTANT);
}

static void quantize_blocks(Lanes *l, size_t count)
{
    const EngQuantTile *t = l->work->tile;
    if (t->element)
        round_blocks(l, count, true);
    else if (t->m == 0)
        copy_blocks(l, count);
    else
        round_blocks(l, count, false);
}

static void work_init(Work *w, const EngQuantTile *t)
{
    const size_t group = t->m == 0 && !t->element ? SIMD_COPY : t->group;
    w->tile = t;
    w->groups = (t->length + t->pack_group - 1) / t->pack_group;
    /* Floats leave the scratch, and small ones enter, in whole vectors. */
    w->span = t->packing == ENG_PACK_I8 && !t->element ? group : round_up(group, 16);
    const uint32_t most = (UINT32_C(1) << t->m) - 1;
    w->bits = 0;
    w->constant = vi_set(0);
    if (t->rounding == ENG_ROUND_NEAREST) {
        w->bits = 1;
        w->constant = vi_set(1);
    } else if (t->rounding == ENG_ROUND_STOCHASTIC) {
        w->bits = t->noise_bits;
    }
    w->mask = vi_set((int)((UINT32_C(1) << w->bits) - 1));
    w->limit = vf_set((float)(most << w->bits));
}

/* Row records this short lie in one stretch: the lines of the next block's are asked for while this
 * one is computed, because stores would wait for them in order. */
#define SHORT_RECORD 512

static inline void fetch_records(const char *next, size_t bytes)
{
    for (size_t at = 0; at < bytes; at += ENG_RECORD_ALIGN)
        __builtin_prefetch(next + at, 1);
}

/* The block whose first row is `first`; its group stands at scratch vector `at`. */
static void lanes_init(Lanes *l, Work *w, unsigned first, size_t at)
{
    const EngQuantTile *t = w->tile;
    const uint32_t chunks = (uint32_t)((t->length + 15) / 16);
    uint32_t counter[VN];
    for (unsigned r = 0; r < VN; r++)
        counter[r] = (t->noise_row + (first + r) * t->noise_row_step) * chunks;
    l->work = w;
    l->x = w->x + at;
    l->rows = t->rows <= first ? 0 : t->rows - first < VN ? t->rows - first : VN;
    l->src = t->src + (l->rows ? first * t->row_stride : 0);
    l->counter = vi_load((const int32_t *)counter);
    l->chunk = SIZE_MAX;
    l->largest = vi_set(0);
    char *out = t->out;
    l->panel = out + first / ENG_LANES * t->record_bytes + first % ENG_LANES * sizeof(float);
    for (unsigned r = 0; r < VN; r++)
        l->row[r] = out + (r < l->rows ? first + r : first) * t->record_bytes;
    if (!t->to_panel && t->record_bytes <= SHORT_RECORD)
        fetch_records(l->row[0] + VN * t->record_bytes, VN * t->record_bytes);
}

static uint32_t largest_lane(VI v)
{
    int32_t lane[VN];
    vi_store(lane, v);
    int32_t most = 0;
    for (unsigned r = 0; r < VN; r++)
        most = lane[r] > most ? lane[r] : most;
    return (uint32_t)most;
}

/* The LFSR is there for comparison; 32 bits of mantissa and noise need a wider sum, and so does
 * noise below float32's own last bit. */
static bool is_simple(const EngQuantTile *t)
{
    if (t->rounding == ENG_ROUND_LFSR)
        return false;
    if (t->element)
        return t->noise_bits <= 23 - (unsigned)t->element->fraction;
    return t->m + t->noise_bits <= 31;
}

static uint32_t quantize_simd(const EngQuantTile *t)
{
    if (!is_simple(t))
        return eng_c_quantize(t);
    Work w;
    Lanes blocks[SIMD_BLOCKS];
    work_init(&w, t);
    size_t together = 1;
    if (t->pos_stride != 1)
        together = SIMD_VECTORS / w.span < SIMD_BLOCKS ? SIMD_VECTORS / w.span : SIMD_BLOCKS;
    const size_t panels = round_up(t->rows, ENG_LANES) / ENG_LANES;
    const size_t lanes = t->to_panel ? panels * ENG_LANES : t->rows;
    VI largest = vi_set(0);
    for (size_t first = 0; first < lanes;) {
        size_t count = 0;
        for (; count < together && first < lanes; count++, first += VN)
            lanes_init(&blocks[count], &w, (unsigned)first, count * w.span);
        quantize_blocks(blocks, count);
        for (size_t b = 0; b < count; b++)
            largest = vi_max(largest, blocks[b].largest);
    }
    return largest_lane(largest);
}
