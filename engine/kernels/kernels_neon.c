/* Advanced SIMD of ARMv8.2 with the dot product. A panel's 16 lanes are four vectors. */
#include "kernels/kernels_isa.h"
#include "kernels/layout.h"
#include "kernels/passes.h"
#include <arm_neon.h>

#define INLINE static inline __attribute__((always_inline))
/* Loops over a tile's sums are unrolled, so that these arrays live in registers. */
#define UNROLL _Pragma("GCC unroll 16")

#define SUM_ROWS 6

/* ---- products: sums of a tile -------------------------------------------------------------------- */

INLINE float32x4_t load_lanes(const float *p, unsigned n)
{
    if (n >= 4)
        return vld1q_f32(p);
    float lane[4] = {0};
    __builtin_memcpy(lane, p, n * sizeof(float));
    return vld1q_f32(lane);
}

INLINE void store_lanes(float *p, float32x4_t v, unsigned n)
{
    if (n >= 4) {
        vst1q_f32(p, v);
        return;
    }
    float lane[4];
    vst1q_f32(lane, v);
    __builtin_memcpy(p, lane, n * sizeof(float));
}

/* The wanted lanes of quarter `q` of the tile's panel. */
INLINE unsigned lanes_of(const EngTile *t, unsigned q)
{
    return t->lanes <= 4 * q ? 0 : t->lanes - 4 * q;
}

INLINE void load_sums(const EngTile *t, float32x4_t acc[SUM_ROWS][4], unsigned first, unsigned R)
{
    UNROLL for (unsigned r = 0; r < R; r++)
    {
        UNROLL for (unsigned q = 0; q < 4; q++)
        {
            acc[r][q] = vdupq_n_f32(0);
            if (t->add && first + r < t->rows && lanes_of(t, q))
                acc[r][q] =
                    load_lanes(t->out + (first + r) * t->out_stride + 4 * q, lanes_of(t, q));
        }
    }
}

INLINE void store_sums(const EngTile *t, float32x4_t acc[SUM_ROWS][4], unsigned first, unsigned R)
{
    UNROLL for (unsigned r = 0; r < R; r++)
    {
        if (first + r < t->rows) {
            UNROLL for (unsigned q = 0; q < 4; q++)
            {
                if (lanes_of(t, q))
                    store_lanes(
                        t->out + (first + r) * t->out_stride + 4 * q, acc[r][q], lanes_of(t, q));
            }
        }
    }
}

/* The row records of a segment. Rows that are not there repeat the last one: their sums are
 * computed and dropped. */
INLINE void rows_of(
    const EngTile *t, size_t segment, unsigned first, unsigned R, const char *row[SUM_ROWS])
{
    UNROLL for (unsigned r = 0; r < R; r++) row[r] =
        t->row[segment * t->rows + (first + r < t->rows ? first + r : t->rows - 1)];
}

INLINE const float *floats_at(const char *p)
{
    return (const float *)(const void *)p;
}

/* ---- I8 ------------------------------------------------------------------------------------------ */

#define I8_ROWS 4

/* Both sides are signed here, so the sums begin with scale and not with start; the layout in
 * kernels.h says why subtracting it leaves S 2^sb exactly. */
INLINE void i8_pair(const EngTile *t, unsigned first)
{
    enum { R = 2 };
    const size_t bytes = eng_panel_group_bytes(ENG_PACK_I8, t->group);
    const int8x16_t bias = vdupq_n_s8((int8_t)-128);
    float32x4_t acc[SUM_ROWS][4];
    load_sums(t, acc, first, R);
    for (size_t s = 0; s < t->segments; s++) {
        const char *row[SUM_ROWS], *panel = (const char *)t->panel[s] + t->first * bytes;
        rows_of(t, s, first, R, row);
        size_t at = t->groups * sizeof(float) + t->first * t->group;
        for (size_t g = t->first; g < t->first + t->count; g++, panel += bytes) {
            int32x4_t sum[R][4];
            UNROLL for (unsigned q = 0; q < 4; q++) sum[0][q] = sum[1][q] =
                vreinterpretq_s32_f32(vld1q_f32(floats_at(panel) + 4 * q));
            const int8_t *quad = (const int8_t *)panel + 128;
            for (const size_t end = at + t->group; at < end; at += 4, quad += 64) {
                int8x16_t b[4];
                UNROLL for (unsigned q = 0; q < 4; q++) b[q] = vld1q_s8(quad + 16 * q);
                UNROLL for (unsigned r = 0; r < R; r++)
                {
                    const int32_t *word = (const int32_t *)(const void *)(row[r] + at);
                    const int8x16_t a = veorq_s8(vreinterpretq_s8_s32(vld1q_dup_s32(word)), bias);
                    UNROLL for (unsigned q = 0; q < 4; q++) sum[r][q] =
                        vdotq_s32(sum[r][q], a, b[q]);
                }
            }
            UNROLL for (unsigned r = 0; r < R; r++)
            {
                const float row_scale = floats_at(row[r])[g];
                UNROLL for (unsigned q = 0; q < 4; q++)
                {
                    const float32x4_t scale = vld1q_f32(floats_at(panel) + 4 * q);
                    acc[r][q] = vfmaq_n_f32(
                        acc[r][q], vsubq_f32(vreinterpretq_f32_s32(sum[r][q]), scale), row_scale);
                }
            }
        }
    }
    store_sums(t, acc, first, R);
}

static void i8_product(const EngTile *t)
{
    for (unsigned first = 0; first < t->rows; first += 2)
        i8_pair(t, first);
}

/* ---- F32 ----------------------------------------------------------------------------------------- */

#define F32_ROWS 6

INLINE void f32_tile(const EngTile *t, unsigned R)
{
    float32x4_t acc[SUM_ROWS][4];
    load_sums(t, acc, 0, R);
    for (size_t s = 0; s < t->segments; s++) {
        const char *row[SUM_ROWS];
        const float *panel = t->panel[s];
        rows_of(t, s, 0, R, row);
        for (size_t k = t->first; k < t->first + t->count; k++) {
            float32x4_t b[4];
            UNROLL for (unsigned q = 0; q < 4; q++) b[q] = vld1q_f32(panel + k * ENG_LANES + 4 * q);
            UNROLL for (unsigned r = 0; r < R; r++)
            {
                const float a = floats_at(row[r])[k];
                UNROLL for (unsigned q = 0; q < 4; q++) acc[r][q] = vfmaq_n_f32(acc[r][q], b[q], a);
            }
        }
    }
    store_sums(t, acc, 0, R);
}

static void f32_product(const EngTile *t)
{
    if (t->rows > 3)
        f32_tile(t, 6);
    else
        f32_tile(t, 3);
}

/* ---- WIDE ---------------------------------------------------------------------------------------- */

#define WIDE_ROWS 3

/* One group's sums for the rows, exact in float32. */
INLINE void wide_float(float32x4_t sum[WIDE_ROWS][4], const char *const row[], const char *panel,
    size_t at, size_t group)
{
    UNROLL for (unsigned r = 0; r < WIDE_ROWS; r++)
    {
        UNROLL for (unsigned q = 0; q < 4; q++) sum[r][q] = vdupq_n_f32(0);
    }
    for (size_t k = 0; k < group; k++) {
        float32x4_t b[4];
        UNROLL for (unsigned q = 0; q < 4; q++) b[q] =
            vld1q_f32(floats_at(panel) + ENG_LANES * (k + 1) + 4 * q);
        UNROLL for (unsigned r = 0; r < WIDE_ROWS; r++)
        {
            const float a = floats_at(row[r] + at)[k];
            UNROLL for (unsigned q = 0; q < 4; q++) sum[r][q] = vfmaq_n_f32(sum[r][q], b[q], a);
        }
    }
}

/* The same through float64, which holds any group's sum; a row at a time. */
INLINE void wide_double(float32x4_t sum[WIDE_ROWS][4], const char *const row[], const char *panel,
    size_t at, size_t group)
{
    UNROLL for (unsigned r = 0; r < WIDE_ROWS; r++)
    {
        float64x2_t low[4], high[4];
        UNROLL for (unsigned q = 0; q < 4; q++) low[q] = high[q] = vdupq_n_f64(0);
        for (size_t k = 0; k < group; k++) {
            const float64x2_t a = vdupq_n_f64((double)floats_at(row[r] + at)[k]);
            UNROLL for (unsigned q = 0; q < 4; q++)
            {
                const float32x4_t b = vld1q_f32(floats_at(panel) + ENG_LANES * (k + 1) + 4 * q);
                low[q] = vfmaq_f64(low[q], vcvt_f64_f32(vget_low_f32(b)), a);
                high[q] = vfmaq_f64(high[q], vcvt_high_f64_f32(b), a);
            }
        }
        UNROLL for (unsigned q = 0; q < 4; q++) sum[r][q] =
            vcvt_high_f32_f64(vcvt_f32_f64(low[q]), high[q]);
    }
}

INLINE void wide_tile(const EngTile *t, bool exact_float)
{
    const size_t bytes = eng_panel_group_bytes(ENG_PACK_WIDE, t->group);
    float32x4_t acc[SUM_ROWS][4];
    load_sums(t, acc, 0, WIDE_ROWS);
    for (size_t s = 0; s < t->segments; s++) {
        const char *row[SUM_ROWS], *panel = (const char *)t->panel[s] + t->first * bytes;
        rows_of(t, s, 0, WIDE_ROWS, row);
        for (size_t g = t->first; g < t->first + t->count; g++, panel += bytes) {
            const size_t at = (t->groups + g * t->group) * sizeof(float);
            float32x4_t sum[WIDE_ROWS][4];
            if (exact_float)
                wide_float(sum, row, panel, at, t->group);
            else
                wide_double(sum, row, panel, at, t->group);
            UNROLL for (unsigned r = 0; r < WIDE_ROWS; r++)
            {
                const float row_scale = floats_at(row[r])[g];
                UNROLL for (unsigned q = 0; q < 4; q++)
                {
                    const float32x4_t scale =
                        vmulq_n_f32(vld1q_f32(floats_at(panel) + 4 * q), row_scale);
                    acc[r][q] = vfmaq_f32(acc[r][q], sum[r][q], scale);
                }
            }
        }
    }
    store_sums(t, acc, 0, WIDE_ROWS);
}

static void wide_product(const EngTile *t)
{
    if (eng_wide_fits_float(t))
        wide_tile(t, true);
    else
        wide_tile(t, false);
}

/* ---- quantisation -------------------------------------------------------------------------------- */

#define VN 4
typedef float32x4_t VF;
typedef int32x4_t VI;

INLINE VF vf_load(const float *p)
{
    return vld1q_f32(p);
}
INLINE VF vf_load_part(const float *p, unsigned n)
{
    return load_lanes(p, n);
}
INLINE void vf_store(float *p, VF v)
{
    vst1q_f32(p, v);
}
INLINE void vf_store_part(float *p, VF v, unsigned n)
{
    store_lanes(p, v, n);
}
INLINE VI vi_load(const int32_t *p)
{
    return vld1q_s32(p);
}
INLINE void vi_store(void *p, VI v)
{
    vst1q_s32(p, v);
}
INLINE VF vf_set(float x)
{
    return vdupq_n_f32(x);
}
INLINE VI vi_set(int x)
{
    return vdupq_n_s32(x);
}
INLINE VF vf_zero(void)
{
    return vdupq_n_f32(0);
}
INLINE VI vi_of_bits(VF v)
{
    return vreinterpretq_s32_f32(v);
}
INLINE VF vf_of_bits(VI v)
{
    return vreinterpretq_f32_s32(v);
}
INLINE VF vf_mul(VF a, VF b)
{
    return vmulq_f32(a, b);
}
INLINE VF vf_add(VF a, VF b)
{
    return vaddq_f32(a, b);
}
INLINE VF vf_sub(VF a, VF b)
{
    return vsubq_f32(a, b);
}
INLINE VF vf_clamp(VF v)
{
    return vreinterpretq_f32_u32(vbicq_u32(vreinterpretq_u32_f32(v), vcltzq_f32(v)));
}
INLINE VF vf_where_positive(VF y, VF x)
{
    return vreinterpretq_f32_u32(vandq_u32(vreinterpretq_u32_f32(x), vcgtzq_f32(y)));
}
INLINE VI vi_add(VI a, VI b)
{
    return vaddq_s32(a, b);
}
INLINE VI vi_sub(VI a, VI b)
{
    return vsubq_s32(a, b);
}
INLINE VI vi_and(VI a, VI b)
{
    return vandq_s32(a, b);
}
INLINE VI vi_or(VI a, VI b)
{
    return vorrq_s32(a, b);
}
INLINE VI vi_xor(VI a, VI b)
{
    return veorq_s32(a, b);
}
INLINE VI vi_mul_low(VI a, VI b)
{
    return vmulq_s32(a, b);
}
INLINE VI vi_shl(VI a, unsigned n)
{
    return vshlq_s32(a, vdupq_n_s32((int)n));
}
INLINE VI vi_shr(VI a, unsigned n)
{
    return vreinterpretq_s32_u32(vshlq_u32(vreinterpretq_u32_s32(a), vdupq_n_s32(-(int)n)));
}
INLINE VI vi_sar_each(VI a, VI n)
{
    return vshlq_s32(a, vnegq_s32(n));
}
INLINE VI vi_max(VI a, VI b)
{
    return vmaxq_s32(a, b);
}
INLINE VI vi_truncate(VF v)
{
    return vcvtq_s32_f32(v);
}
INLINE VI vi_round_even(VF v)
{
    return vcvtnq_s32_f32(v);
}
INLINE VF vf_of_int(VI v)
{
    return vcvtq_f32_s32(v);
}
INLINE VF vf_limit(VF v, VF limit)
{
    return vmaxq_f32(vminq_f32(v, limit), vnegq_f32(limit));
}
INLINE VI vi_flip_negative(VI noise, VI mask, VI t)
{
    return veorq_s32(noise, vandq_s32(mask, vshrq_n_s32(t, 31)));
}
INLINE VI vi_pack4(VI k0, VI k1, VI k2, VI k3)
{
    return vsliq_n_s32(vsliq_n_s32(vsliq_n_s32(k0, k1, 8), k2, 16), k3, 24);
}
INLINE VI vi_add_bytes(VI sum, VI bytes)
{
    return vdotq_s32(sum, vreinterpretq_s8_s32(bytes), vdupq_n_s8(1));
}
INLINE void transpose_words(VI x[4])
{
    const int64x2_t a0 = vreinterpretq_s64_s32(vtrn1q_s32(x[0], x[1]));
    const int64x2_t a1 = vreinterpretq_s64_s32(vtrn2q_s32(x[0], x[1]));
    const int64x2_t a2 = vreinterpretq_s64_s32(vtrn1q_s32(x[2], x[3]));
    const int64x2_t a3 = vreinterpretq_s64_s32(vtrn2q_s32(x[2], x[3]));
    x[0] = vreinterpretq_s32_s64(vtrn1q_s64(a0, a2));
    x[1] = vreinterpretq_s32_s64(vtrn1q_s64(a1, a3));
    x[2] = vreinterpretq_s32_s64(vtrn2q_s64(a0, a2));
    x[3] = vreinterpretq_s32_s64(vtrn2q_s64(a1, a3));
}
INLINE void vf_transpose(VF x[VN])
{
    VI word[4];
    UNROLL for (unsigned i = 0; i < 4; i++) word[i] = vreinterpretq_s32_f32(x[i]);
    transpose_words(word);
    UNROLL for (unsigned i = 0; i < 4; i++) x[i] = vreinterpretq_f32_s32(word[i]);
}
INLINE void store_quads(const VI d[4], char *const row[VN], unsigned n)
{
    VI lane[4] = {d[0], d[1], d[2], d[3]};
    transpose_words(lane);
    for (unsigned i = 0; i < n; i++)
        vst1q_s32((int32_t *)(void *)row[i], lane[i]);
}

/* The two words of each product of a 32-bit constant with four lanes. */
INLINE void multiply(uint32_t constant, uint32x4_t x, uint32x4_t *low, uint32x4_t *high)
{
    const uint32x2_t m = vdup_n_u32(constant);
    const uint32x4_t p = vreinterpretq_u32_u64(vmull_u32(vget_low_u32(x), m));
    const uint32x4_t q = vreinterpretq_u32_u64(vmull_u32(vget_high_u32(x), m));
    *low = vuzp1q_u32(p, q);
    *high = vuzp2q_u32(p, q);
}

/* Philox4x32-10 for four counters. */
INLINE void philox_lanes(
    VI counter, uint32_t c1, uint32_t c2, uint32_t c3, uint64_t key, VI word[4])
{
    uint32x4_t x0 = vreinterpretq_u32_s32(counter), x1 = vdupq_n_u32(c1), x2 = vdupq_n_u32(c2),
               x3 = vdupq_n_u32(c3);
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (int round = 0; round < 10; round++) {
        uint32x4_t low0, high0, low1, high1;
        multiply(0xD2511F53u, x0, &low0, &high0);
        multiply(0xCD9E8D57u, x2, &low1, &high1);
        x0 = veorq_u32(veorq_u32(high1, x1), vdupq_n_u32(k0));
        x2 = veorq_u32(veorq_u32(high0, x3), vdupq_n_u32(k1));
        x1 = low1;
        x3 = low0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    word[0] = vreinterpretq_s32_u32(x0);
    word[1] = vreinterpretq_s32_u32(x1);
    word[2] = vreinterpretq_s32_u32(x2);
    word[3] = vreinterpretq_s32_u32(x3);
}

#include "kernels/quantize_simd.h"

/* ---- elementwise --------------------------------------------------------------------------------- */

#include "kernels/elementwise_simd.h"

/* Column sums need float64, which the generic text does not know. */
static void column_sums(const float *x, size_t rows, size_t n, size_t stride, float *sum)
{
    for (size_t j = 0; j < n; j += 4) {
        const unsigned lanes = n - j < 4 ? (unsigned)(n - j) : 4;
        float64x2_t low = vdupq_n_f64(0), high = low;
        for (size_t r = 0; r < rows; r++) {
            const float32x4_t v = load_lanes(x + r * stride + j, lanes);
            low = vaddq_f64(low, vcvt_f64_f32(vget_low_f32(v)));
            high = vaddq_f64(high, vcvt_high_f64_f32(v));
        }
        store_lanes(sum + j, vcvt_high_f32_f64(vcvt_f32_f64(low), high), lanes);
    }
}

const EngKernels eng_kernels_neon = {
    .name = "neon",
    .isa = ENG_ISA_NEON,
    .product = {i8_product, wide_product, f32_product},
    .tile_rows = {I8_ROWS, WIDE_ROWS, F32_ROWS},
    .tile_panels = {1, 1, 1},
    .quantize = quantize_simd,
    .max_abs = max_abs,
    .relu = relu,
    .relu_backward = relu_backward,
    .add_bias = add_bias,
    .column_sums = column_sums,
    ENG_PASSES,
    .sgd = sgd,
};
