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
 *   vi_shl(v, n) vi_shr(v, n) (logical, n a variable)  vi_max vi_min (signed)
 *   vi_truncate(VF) vi_round_even(VF) vf_of_int(VI)
 *   vi_negate_where(VI k, VF x): -k where x has its sign bit set
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

#define SIMD_GROUP_MAX 256

enum { ADD_CONSTANT, ADD_NOISE, HALF_TO_EVEN };

/* VN rows of a tile on their way. */
typedef struct Lanes {
    const EngQuantTile *tile;
    const float *src; /* of the first lane */
    unsigned first;   /* which lane of the tile that is */
    unsigned rows;    /* how many of the VN are there */
    size_t groups;    /* of the layout */
    VI counter;       /* of the noise, chunk 0 */
    size_t chunk;     /* what `low` and `high` hold; SIZE_MAX before the first */
    VI low[4], high[4];
    VI most;
    unsigned bits; /* noise bits below the mantissa */
    VI constant, mask;
    VF x[SIMD_GROUP_MAX + 16]; /* one group, position by position */
    char *record[VN];
} Lanes;

/* ---- in: one group, lane by lane ----------------------------------------------------------------- */

static void load_strided(Lanes *l, size_t from, size_t n)
{
    const float *src = l->src + from * l->tile->pos_stride;
    if (l->rows == VN) {
        for (size_t i = 0; i < n; i++)
            l->x[i] = vf_load(src + i * l->tile->pos_stride);
    } else {
        for (size_t i = 0; i < n; i++)
            l->x[i] = vf_load_part(src + i * l->tile->pos_stride, l->rows);
    }
}

static void load_along(Lanes *l, size_t from, size_t n)
{
    for (size_t i = 0; i < n; i += VN) {
        const float *src = l->src + from + i;
        for (size_t r = 0; r < VN; r++) {
            if (r >= l->rows)
                l->x[i + r] = vf_zero();
            else if (n - i >= VN)
                l->x[i + r] = vf_load(src + r * l->tile->row_stride);
            else
                l->x[i + r] = vf_load_part(src + r * l->tile->row_stride, (unsigned)(n - i));
        }
        vf_transpose(l->x + i);
    }
}

static inline size_t round_up(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

/* Loads positions [from, from + n), with zeros behind them up to whole groups of the layout and
 * whole chunks of 16; returns the largest |x| of each lane as bits. */
static VI load_group(Lanes *l, size_t from, size_t n)
{
    if (l->tile->pos_stride == 1)
        load_along(l, from, n);
    else
        load_strided(l, from, n);
    const size_t end = round_up(round_up(n, l->tile->pack_group), 16);
    for (size_t i = n; i < end; i++)
        l->x[i] = vf_zero();
    const VI magnitude = vi_set(0x7fffffff);
    VI largest = vi_set(0);
    for (size_t i = 0; i < n; i++)
        largest = vi_max(largest, vi_and(vi_of_bits(l->x[i]), magnitude));
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
    const EngQuantTile *t = l->tile;
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
    if (l->tile->noise_bits > 8)
        noise = vi_or(vi_and(noise, vi_set(0xff)),
            vi_shl(vi_and(vi_shr(l->high[word], 8 * byte), vi_set(0xff)), 8));
    return vi_and(noise, l->mask);
}

/* The mantissas of positions i..i+3 of the group; `at` is i in the row, `up` 2^(bits - s). */
static inline __attribute__((always_inline)) void four_mantissas(
    Lanes *l, size_t i, size_t at, VF up, int rounding, VI k[4])
{
    const VI magnitude = vi_set(0x7fffffff);
    if (rounding == ADD_NOISE)
        load_noise(l, at / 16);
    for (unsigned j = 0; j < 4; j++) {
        const VF x = l->x[i + j];
        const VF q = vf_mul(vf_of_bits(vi_and(vi_of_bits(x), magnitude)), up);
        VI whole;
        if (rounding == HALF_TO_EVEN) {
            whole = vi_round_even(q);
        } else {
            const VI add = rounding == ADD_NOISE ? noise_of(l, at / 4 % 4, j) : l->constant;
            whole = vi_shr(vi_add(vi_truncate(q), add), l->bits);
        }
        k[j] = vi_negate_where(vi_min(whole, l->most), x);
    }
}

/* ---- out ----------------------------------------------------------------------------------------- */

/* Scale words of a group into the row records. */
static void put_row_scales(const Lanes *l, size_t group, VI scales)
{
    int32_t word[VN];
    vi_store(word, scales);
    for (unsigned r = 0; r < l->rows; r++)
        memcpy(l->record[r] + group * sizeof(int32_t), &word[r], sizeof word[r]);
}

/* Four times four mantissas of each lane, `n` quads of them wanted, behind byte `at`. */
static void put_row_quads(const Lanes *l, size_t at, VI quad[4], size_t n)
{
    const VI bias = vi_set((int)0x80808080u);
    for (size_t j = 0; j < 4; j++)
        quad[j] = vi_xor(quad[j], bias);
    char *row[VN];
    for (unsigned r = 0; r < VN; r++)
        row[r] = l->record[r] + at;
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
    Lanes *l, size_t i, size_t at, VI scales, VF up, int rounding)
{
    const size_t n = l->tile->pack_group;
    put_row_scales(l, at / n, scales);
    for (size_t j = 0; j < n; j += 16) {
        VI quad[4] = {vi_set(0), vi_set(0), vi_set(0), vi_set(0)};
        const size_t quads = n - j < 16 ? (n - j) / 4 : 4;
        for (size_t d = 0; d < quads; d++) {
            VI k[4];
            four_mantissas(l, i + j + 4 * d, at + j + 4 * d, up, rounding, k);
            quad[d] = vi_pack4(k[0], k[1], k[2], k[3]);
        }
        put_row_quads(l, l->groups * sizeof(float) + at + j, quad, quads);
    }
}

static inline __attribute__((always_inline)) void i8_panel(
    Lanes *l, size_t i, size_t at, VI scales, VF up, int rounding)
{
    const size_t n = l->tile->pack_group;
    int32_t *head = (int32_t *)(void *)((char *)l->tile->out +
                        at / n * eng_panel_group_bytes(ENG_PACK_I8, (unsigned)n)) +
        l->first;
    VI sum = vi_set(0);
    for (size_t j = 0; j < n; j += 4) {
        VI k[4];
        four_mantissas(l, i + j, at + j, up, rounding, k);
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
            float *out = (float *)(void *)l->record[r] + at + j;
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
        vf_store(out + j * ENG_LANES + l->first, l->x[i + j]);
}

/* The scratch's mantissas in the packing WIDE: `n` of them, in whole groups of the layout. */
static void put_wide(Lanes *l, size_t from, size_t n, VI scales)
{
    const size_t group = l->tile->pack_group;
    const size_t bytes = eng_panel_group_bytes(ENG_PACK_WIDE, (unsigned)group);
    for (size_t i = 0; i < n; i += group) {
        const size_t index = (from + i) / group;
        if (!l->tile->to_panel) {
            put_row_scales(l, index, scales);
            continue;
        }
        float *head = (float *)(void *)((char *)l->tile->out + index * bytes);
        vi_store(head + l->first, scales);
        put_panel_floats(l, i, group, head + ENG_LANES);
    }
    if (!l->tile->to_panel)
        put_row_floats(l, n, l->groups + from);
}

static void put_f32(Lanes *l, size_t from, size_t n)
{
    if (l->tile->to_panel)
        put_panel_floats(l, 0, n, (float *)l->tile->out + from * ENG_LANES);
    else
        put_row_floats(l, n, from);
}

/* Scratch [0, n) becomes the mantissas times `unit`, as floats. */
static inline __attribute__((always_inline)) void mantissas_in_place(
    Lanes *l, size_t n, size_t from, VF up, VF unit, int rounding)
{
    for (size_t i = 0; i < n; i += 4) {
        VI k[4];
        four_mantissas(l, i, from + i, up, rounding, k);
        for (size_t j = 0; j < 4; j++)
            l->x[i + j] = vf_mul(vf_of_int(k[j]), unit);
    }
}

/* ---- groups, lanes, the tile --------------------------------------------------------------------- */

static inline __attribute__((always_inline)) VI one_group(
    Lanes *l, size_t from, size_t n, int rounding)
{
    const EngQuantTile *t = l->tile;
    const VI largest = load_group(l, from, n);
    const VI scales = group_scales(t, largest);
    /* The bits of 2^(bits - s) from those of 2^s: exponents mirror at 127. */
    const VF up = vf_of_bits(vi_sub(vi_set((int)((254 + l->bits) << 23)), scales));
    if (t->packing != ENG_PACK_I8) {
        const VF unit = t->packing == ENG_PACK_F32 ? vf_of_bits(scales) : vf_set(1.0f);
        mantissas_in_place(l, n, from, up, unit, rounding);
        if (t->packing == ENG_PACK_F32)
            put_f32(l, from, n);
        else
            put_wide(l, from, round_up(n, t->pack_group), scales);
        return largest;
    }
    for (size_t i = 0; i < n; i += t->pack_group) {
        if (t->to_panel)
            i8_panel(l, i, from + i, scales, up, rounding);
        else
            i8_rows(l, i, from + i, scales, up, rounding);
    }
    return largest;
}

static inline __attribute__((always_inline)) VI all_groups(Lanes *l, int rounding)
{
    const EngQuantTile *t = l->tile;
    VI largest = vi_set(0);
    for (size_t from = 0; from < t->length; from += t->group) {
        const size_t n = t->length - from < t->group ? t->length - from : t->group;
        largest = vi_max(largest, one_group(l, from, n, rounding));
    }
    return largest;
}

static VI copy_lanes(Lanes *l)
{
    const size_t length = l->tile->length;
    VI largest = vi_set(0);
    for (size_t from = 0; from < length; from += 64) {
        const size_t n = length - from < 64 ? length - from : 64;
        largest = vi_max(largest, load_group(l, from, n));
        put_f32(l, from, n);
    }
    return largest;
}

static void set_rounding(Lanes *l)
{
    const EngQuantTile *t = l->tile;
    l->most = vi_set((int)((UINT32_C(1) << t->m) - 1));
    l->bits = t->rounding == ENG_ROUND_NEAREST ? 1 : 0;
    l->constant = vi_set((int)l->bits);
    if (t->rounding == ENG_ROUND_STOCHASTIC) {
        l->bits = t->noise_bits;
        l->mask = vi_set((int)((UINT32_C(1) << t->noise_bits) - 1));
        l->counter = vi_mul_low(vi_load((const int32_t *)t->noise_row + l->first),
            vi_set((int)((t->length + 15) / 16)));
    }
}

static VI quantize_lanes(Lanes *l)
{
    if (l->tile->m == 0)
        return copy_lanes(l);
    set_rounding(l);
    if (l->tile->rounding == ENG_ROUND_EVEN)
        return all_groups(l, HALF_TO_EVEN);
    if (l->tile->rounding == ENG_ROUND_STOCHASTIC && l->tile->noise_bits > 0)
        return all_groups(l, ADD_NOISE);
    return all_groups(l, ADD_CONSTANT);
}

/* Zeros behind the last group: records are whole cache lines. */
static void clear_tails(const EngQuantTile *t, size_t groups)
{
    const size_t group = t->to_panel ? eng_panel_group_bytes(t->packing, t->pack_group)
                                     : eng_row_group_bytes(t->packing, t->pack_group);
    const size_t used = groups * group;
    const size_t records = t->to_panel ? 1 : t->rows;
    for (size_t i = 0; i < records; i++)
        memset((char *)t->out + i * t->record_bytes + used, 0, t->record_bytes - used);
}

static uint32_t quantize_simd(const EngQuantTile *t)
{
    /* The LFSR is there for comparison; 32 bits of mantissa and noise need a wider sum. */
    if (t->rounding == ENG_ROUND_LFSR || t->m + t->noise_bits > 31)
        return eng_c_quantize(t);
    Lanes l = {.tile = t, .groups = (t->length + t->pack_group - 1) / t->pack_group};
    VI largest = vi_set(0);
    for (unsigned first = 0; first < (t->to_panel ? ENG_LANES : t->rows); first += VN) {
        l.first = first;
        l.rows = t->rows <= first ? 0 : t->rows - first < VN ? t->rows - first : VN;
        l.src = t->src + (l.rows ? first * t->row_stride : 0);
        l.chunk = SIZE_MAX;
        for (unsigned r = 0; r < VN && !t->to_panel; r++)
            l.record[r] = (char *)t->out + (r < l.rows ? first + r : first) * t->record_bytes;
        largest = vi_max(largest, quantize_lanes(&l));
    }
    clear_tails(t, l.groups);
    int32_t lane[VN];
    vi_store(lane, largest);
    uint32_t max_bits = 0;
    for (unsigned r = 0; r < VN; r++)
        max_bits = (uint32_t)lane[r] > max_bits ? (uint32_t)lane[r] : max_bits;
    return max_bits;
}
