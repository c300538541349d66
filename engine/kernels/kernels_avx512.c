/* AVX-512 with F, BW, VL, DQ and VNNI. */
#include "kernels/kernels_isa.h"
#include "kernels/layout.h"
#include "kernels/passes.h"
#include <immintrin.h>

#define INLINE static inline __attribute__((always_inline))

/* ---- products: sums of a tile -------------------------------------------------------------------- */

#define SUM_ROWS 8
#define SUM_PANELS 3

/* The lanes of panel `p` that are outputs. */
INLINE __mmask16 lanes_of(const EngTile *t, unsigned p)
{
    return p + 1 < t->panels ? 0xffff : (__mmask16)((1u << t->lanes) - 1);
}

/* Loops over a tile's sums are unrolled, so that these arrays live in registers. */
#define UNROLL _Pragma("GCC unroll 16")

INLINE void load_sums(
    const EngTile *t, __m512 acc[SUM_ROWS][SUM_PANELS], unsigned first, unsigned R, unsigned P)
{
    UNROLL for (unsigned r = 0; r < R; r++)
    {
        UNROLL for (unsigned p = 0; p < P; p++)
        {
            acc[r][p] = _mm512_setzero_ps();
            if (t->add && first + r < t->rows)
                acc[r][p] = _mm512_maskz_loadu_ps(
                    lanes_of(t, p), t->out + (first + r) * t->out_stride + p * ENG_LANES);
        }
    }
}

INLINE void store_sums(
    const EngTile *t, __m512 acc[SUM_ROWS][SUM_PANELS], unsigned first, unsigned R, unsigned P)
{
    UNROLL for (unsigned r = 0; r < R; r++)
    {
        if (first + r < t->rows) {
            UNROLL for (unsigned p = 0; p < P; p++) _mm512_mask_storeu_ps(
                t->out + (first + r) * t->out_stride + p * ENG_LANES, lanes_of(t, p), acc[r][p]);
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

INLINE void panels_of(
    const EngTile *t, size_t segment, unsigned P, size_t offset, const char *panel[SUM_PANELS])
{
    UNROLL for (unsigned p = 0; p < P; p++) panel[p] =
        (const char *)t->panel[segment * t->panels + p] + offset;
}

/* ---- I8 ------------------------------------------------------------------------------------------ */

#define I8_ROWS 8
#define I8_PANELS 2

INLINE __m512i word_at(const char *p)
{
    int32_t word;
    __builtin_memcpy(&word, p, sizeof word);
    return _mm512_set1_epi32(word);
}

/* acc + S 2^sb 2^sa, rounded once; the layout in kernels.h says why the subtraction is exact. */
INLINE __m512 add_group(__m512i sum, __m512 scale, __m512 row_scale, __m512 acc)
{
    return _mm512_fmadd_ps(_mm512_sub_ps(_mm512_castsi512_ps(sum), scale), row_scale, acc);
}

/* Groups of 4, 8 or 16 (QUADS 1, 2 or 4): a group of all panels stays in registers while the
 * rows pass. */
INLINE void i8_short(const EngTile *t, unsigned R, unsigned P, unsigned QUADS)
{
    const size_t group = 4 * QUADS, bytes = eng_panel_group_bytes(ENG_PACK_I8, 4 * QUADS);
    __m512 acc[SUM_ROWS][SUM_PANELS];
    load_sums(t, acc, 0, R, P);
    for (size_t s = 0; s < t->segments; s++) {
        const char *row[SUM_ROWS], *panel[SUM_PANELS];
        rows_of(t, s, 0, R, row);
        panels_of(t, s, P, t->first * bytes, panel);
        size_t scale_at = t->first * sizeof(float);
        size_t at = t->groups * sizeof(float) + t->first * group;
        for (size_t g = 0; g < t->count; g++, scale_at += sizeof(float), at += group) {
            __m512i b[I8_PANELS][4], start[I8_PANELS];
            __m512 scale[I8_PANELS];
            UNROLL for (unsigned p = 0; p < P; p++)
            {
                scale[p] = _mm512_load_ps(panel[p]);
                start[p] = _mm512_load_si512(panel[p] + 64);
                UNROLL for (unsigned j = 0; j < QUADS; j++) b[p][j] =
                    _mm512_load_si512(panel[p] + 128 + 64 * j);
                panel[p] += bytes;
            }
            UNROLL for (unsigned r = 0; r < R; r++)
            {
                const __m512 row_scale = _mm512_castsi512_ps(word_at(row[r] + scale_at));
                __m512i sum[I8_PANELS];
                UNROLL for (unsigned p = 0; p < P; p++) sum[p] = start[p];
                UNROLL for (unsigned j = 0; j < QUADS; j++)
                {
                    const __m512i a = word_at(row[r] + at + 4 * j);
                    UNROLL for (unsigned p = 0; p < P; p++) sum[p] =
                        _mm512_dpbusd_epi32(sum[p], a, b[p][j]);
                }
                UNROLL for (unsigned p = 0; p < P; p++) acc[r][p] =
                    add_group(sum[p], scale[p], row_scale, acc[r][p]);
            }
        }
    }
    store_sums(t, acc, 0, R, P);
}

/* Longer groups: the integer sums of four rows stay in registers while the group passes. */
INLINE void i8_long(const EngTile *t, unsigned first, unsigned P)
{
    enum { R = 4 };
    const size_t bytes = eng_panel_group_bytes(ENG_PACK_I8, t->group);
    __m512 acc[SUM_ROWS][SUM_PANELS];
    load_sums(t, acc, first, R, P);
    for (size_t s = 0; s < t->segments; s++) {
        const char *row[SUM_ROWS], *panel[SUM_PANELS];
        rows_of(t, s, first, R, row);
        panels_of(t, s, P, t->first * bytes, panel);
        size_t scale_at = t->first * sizeof(float);
        size_t at = t->groups * sizeof(float) + t->first * t->group;
        for (size_t g = 0; g < t->count; g++, scale_at += sizeof(float)) {
            __m512i sum[R][I8_PANELS];
            UNROLL for (unsigned r = 0; r < R; r++)
            {
                UNROLL for (unsigned p = 0; p < P; p++) sum[r][p] =
                    _mm512_load_si512(panel[p] + 64);
            }
            for (const size_t end = at + t->group; at < end; at += 4) {
                const size_t quad = 128 + 16 * (at + t->group - end);
                UNROLL for (unsigned r = 0; r < R; r++)
                {
                    const __m512i a = word_at(row[r] + at);
                    UNROLL for (unsigned p = 0; p < P; p++) sum[r][p] =
                        _mm512_dpbusd_epi32(sum[r][p], a, _mm512_load_si512(panel[p] + quad));
                }
            }
            UNROLL for (unsigned r = 0; r < R; r++)
            {
                const __m512 row_scale = _mm512_castsi512_ps(word_at(row[r] + scale_at));
                UNROLL for (unsigned p = 0; p < P; p++) acc[r][p] =
                    add_group(sum[r][p], _mm512_load_ps(panel[p]), row_scale, acc[r][p]);
            }
            UNROLL for (unsigned p = 0; p < P; p++) panel[p] += bytes;
        }
    }
    store_sums(t, acc, first, R, P);
}

#define I8_SHORT(R, P, QUADS)                                                                      \
    static void i8_##R##x##P##_##QUADS(const EngTile *t)                                           \
    {                                                                                              \
        i8_short(t, R, P, QUADS);                                                                  \
    }
I8_SHORT(8, 2, 4)
I8_SHORT(8, 1, 4)
I8_SHORT(4, 2, 4)
I8_SHORT(4, 1, 4)
I8_SHORT(8, 2, 2)
I8_SHORT(8, 1, 2)
I8_SHORT(8, 2, 1)
I8_SHORT(8, 1, 1)

static void i8_product(const EngTile *t)
{
    const bool two = t->panels > 1;
    switch (t->group) {
    case 4:
        (two ? i8_8x2_1 : i8_8x1_1)(t);
        return;
    case 8:
        (two ? i8_8x2_2 : i8_8x1_2)(t);
        return;
    case 16:
        if (t->rows > 4)
            (two ? i8_8x2_4 : i8_8x1_4)(t);
        else
            (two ? i8_4x2_4 : i8_4x1_4)(t);
        return;
    default:
        for (unsigned first = 0; first < t->rows; first += 4) {
            if (two)
                i8_long(t, first, 2);
            else
                i8_long(t, first, 1);
        }
    }
}

/* ---- F32 ----------------------------------------------------------------------------------------- */

#define F32_ROWS 8
#define F32_PANELS 3

INLINE void f32_tile(const EngTile *t, unsigned R, unsigned P)
{
    __m512 acc[SUM_ROWS][SUM_PANELS];
    load_sums(t, acc, 0, R, P);
    for (size_t s = 0; s < t->segments; s++) {
        const char *row[SUM_ROWS], *panel[SUM_PANELS];
        rows_of(t, s, 0, R, row);
        panels_of(t, s, P, 0, panel);
        for (size_t k = t->first; k < t->first + t->count; k++) {
            __m512 b[F32_PANELS];
            UNROLL for (unsigned p = 0; p < P; p++) b[p] = _mm512_load_ps(panel[p] + k * 64);
            UNROLL for (unsigned r = 0; r < R; r++)
            {
                const __m512 a = _mm512_castsi512_ps(word_at(row[r] + k * 4));
                UNROLL for (unsigned p = 0; p < P; p++) acc[r][p] =
                    _mm512_fmadd_ps(a, b[p], acc[r][p]);
            }
        }
    }
    store_sums(t, acc, 0, R, P);
}

#define F32_TILE(R, P)                                                                             \
    static void f32_##R##x##P(const EngTile *t)                                                    \
    {                                                                                              \
        f32_tile(t, R, P);                                                                         \
    }
F32_TILE(8, 3)
F32_TILE(8, 2)
F32_TILE(8, 1)
F32_TILE(4, 3)
F32_TILE(4, 2)
F32_TILE(4, 1)

static void f32_product(const EngTile *t)
{
    static void (*const tile[2][F32_PANELS])(const EngTile *) = {
        {f32_4x1, f32_4x2, f32_4x3}, {f32_8x1, f32_8x2, f32_8x3}};
    tile[t->rows > 4][t->panels - 1](t);
}

/* ---- WIDE ---------------------------------------------------------------------------------------- */

#define WIDE_ROWS 4
#define WIDE_PANELS 2

/* Sums of eight lanes in float64, then sixteen as float32, each rounded once. */
INLINE __m512 join_halves(__m512d low, __m512d high)
{
    return _mm512_insertf32x8(
        _mm512_castps256_ps512(_mm512_cvtpd_ps(low)), _mm512_cvtpd_ps(high), 1);
}

/* Sums of one group for R rows and P panels, exact in float32. */
INLINE void wide_float(__m512 sum[WIDE_ROWS][WIDE_PANELS], const char *const row[],
    const char *const panel[], size_t at, size_t group, unsigned P)
{
    UNROLL for (unsigned r = 0; r < WIDE_ROWS; r++)
    {
        UNROLL for (unsigned p = 0; p < P; p++) sum[r][p] = _mm512_setzero_ps();
    }
    for (size_t k = 0; k < group; k++) {
        UNROLL for (unsigned r = 0; r < WIDE_ROWS; r++)
        {
            const __m512 a = _mm512_castsi512_ps(word_at(row[r] + at + 4 * k));
            UNROLL for (unsigned p = 0; p < P; p++) sum[r][p] =
                _mm512_fmadd_ps(a, _mm512_load_ps(panel[p] + 64 * (k + 1)), sum[r][p]);
        }
    }
}

/* The same through float64, which holds any group's sum. */
INLINE void wide_double(__m512 sum[WIDE_ROWS][WIDE_PANELS], const char *const row[],
    const char *const panel[], size_t at, size_t group, unsigned P)
{
    __m512d low[WIDE_ROWS][WIDE_PANELS], high[WIDE_ROWS][WIDE_PANELS];
    UNROLL for (unsigned r = 0; r < WIDE_ROWS; r++)
    {
        UNROLL for (unsigned p = 0; p < P; p++) low[r][p] = high[r][p] = _mm512_setzero_pd();
    }
    for (size_t k = 0; k < group; k++) {
        __m512d b_low[WIDE_PANELS], b_high[WIDE_PANELS];
        UNROLL for (unsigned p = 0; p < P; p++)
        {
            const float *b = (const float *)(const void *)(panel[p] + 64 * (k + 1));
            b_low[p] = _mm512_cvtps_pd(_mm256_load_ps(b));
            b_high[p] = _mm512_cvtps_pd(_mm256_load_ps(b + 8));
        }
        UNROLL for (unsigned r = 0; r < WIDE_ROWS; r++)
        {
            const float *a = (const float *)(const void *)(row[r] + at + 4 * k);
            const __m512d a8 = _mm512_cvtps_pd(_mm256_broadcast_ss(a));
            UNROLL for (unsigned p = 0; p < P; p++)
            {
                low[r][p] = _mm512_fmadd_pd(a8, b_low[p], low[r][p]);
                high[r][p] = _mm512_fmadd_pd(a8, b_high[p], high[r][p]);
            }
        }
    }
    UNROLL for (unsigned r = 0; r < WIDE_ROWS; r++)
    {
        UNROLL for (unsigned p = 0; p < P; p++) sum[r][p] = join_halves(low[r][p], high[r][p]);
    }
}

INLINE void wide_tile(const EngTile *t, unsigned P, bool exact_float)
{
    const size_t bytes = eng_panel_group_bytes(ENG_PACK_WIDE, t->group);
    __m512 acc[SUM_ROWS][SUM_PANELS];
    load_sums(t, acc, 0, WIDE_ROWS, P);
    for (size_t s = 0; s < t->segments; s++) {
        const char *row[SUM_ROWS], *panel[SUM_PANELS];
        rows_of(t, s, 0, WIDE_ROWS, row);
        panels_of(t, s, P, t->first * bytes, panel);
        for (size_t g = t->first; g < t->first + t->count; g++) {
            const size_t at = (t->groups + g * t->group) * sizeof(float);
            __m512 sum[WIDE_ROWS][WIDE_PANELS];
            if (exact_float)
                wide_float(sum, row, panel, at, t->group, P);
            else
                wide_double(sum, row, panel, at, t->group, P);
            UNROLL for (unsigned r = 0; r < WIDE_ROWS; r++)
            {
                const __m512 row_scale = _mm512_castsi512_ps(word_at(row[r] + g * sizeof(float)));
                UNROLL for (unsigned p = 0; p < P; p++)
                {
                    const __m512 scale = _mm512_mul_ps(row_scale, _mm512_load_ps(panel[p]));
                    acc[r][p] = _mm512_fmadd_ps(sum[r][p], scale, acc[r][p]);
                }
            }
            UNROLL for (unsigned p = 0; p < P; p++) panel[p] += bytes;
        }
    }
    store_sums(t, acc, 0, WIDE_ROWS, P);
}

static void wide_product(const EngTile *t)
{
    if (eng_wide_fits_float(t)) {
        if (t->panels > 1)
            wide_tile(t, 2, true);
        else
            wide_tile(t, 1, true);
    } else if (t->panels > 1) {
        wide_tile(t, 2, false);
    } else {
        wide_tile(t, 1, false);
    }
}

/* ---- quantisation -------------------------------------------------------------------------------- */

#define VN 16
typedef __m512 VF;
typedef __m512i VI;

INLINE VF vf_load(const float *p)
{
    return _mm512_loadu_ps(p);
}
INLINE VF vf_load_part(const float *p, unsigned n)
{
    return _mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
}
INLINE void vf_store(float *p, VF v)
{
    _mm512_storeu_ps(p, v);
}
INLINE void vf_store_part(float *p, VF v, unsigned n)
{
    _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), v);
}
INLINE VI vi_load(const void *p)
{
    return _mm512_loadu_si512(p);
}
INLINE void vi_store(void *p, VI v)
{
    _mm512_storeu_si512(p, v);
}
INLINE VF vf_set(float x)
{
    return _mm512_set1_ps(x);
}
INLINE VI vi_set(int x)
{
    return _mm512_set1_epi32(x);
}
INLINE VF vf_zero(void)
{
    return _mm512_setzero_ps();
}
INLINE VI vi_of_bits(VF v)
{
    return _mm512_castps_si512(v);
}
INLINE VF vf_of_bits(VI v)
{
    return _mm512_castsi512_ps(v);
}
INLINE VF vf_mul(VF a, VF b)
{
    return _mm512_mul_ps(a, b);
}
INLINE VF vf_add(VF a, VF b)
{
    return _mm512_add_ps(a, b);
}
INLINE VF vf_sub(VF a, VF b)
{
    return _mm512_sub_ps(a, b);
}
INLINE VF vf_clamp(VF v)
{
    /* max gives its second operand where either is NaN or both are zero. */
    return _mm512_max_ps(_mm512_setzero_ps(), v);
}
INLINE VF vf_where_positive(VF y, VF x)
{
    return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(y, _mm512_setzero_ps(), _CMP_GT_OQ), x);
}
INLINE VI vi_add(VI a, VI b)
{
    return _mm512_add_epi32(a, b);
}
INLINE VI vi_sub(VI a, VI b)
{
    return _mm512_sub_epi32(a, b);
}
INLINE VI vi_and(VI a, VI b)
{
    return _mm512_and_si512(a, b);
}
INLINE VI vi_or(VI a, VI b)
{
    return _mm512_or_si512(a, b);
}
INLINE VI vi_xor(VI a, VI b)
{
    return _mm512_xor_si512(a, b);
}
INLINE VI vi_mul_low(VI a, VI b)
{
    return _mm512_mullo_epi32(a, b);
}
INLINE VI vi_shl(VI a, unsigned n)
{
    return _mm512_slli_epi32(a, n);
}
INLINE VI vi_shr(VI a, unsigned n)
{
    return _mm512_srli_epi32(a, n);
}
INLINE VI vi_sar_each(VI a, VI n)
{
    return _mm512_srav_epi32(a, n);
}
INLINE VI vi_max(VI a, VI b)
{
    return _mm512_max_epi32(a, b);
}
INLINE VI vi_truncate(VF v)
{
    return _mm512_cvttps_epi32(v);
}
INLINE VI vi_round_even(VF v)
{
    return _mm512_cvt_roundps_epi32(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
INLINE VF vf_of_int(VI v)
{
    return _mm512_cvtepi32_ps(v);
}
INLINE VF vf_limit(VF v, VF limit)
{
    return _mm512_range_ps(v, limit, 0x02); /* the smaller magnitude, the first one's sign */
}
INLINE VI vi_flip_negative(VI noise, VI mask, VI t)
{
    return _mm512_ternarylogic_epi32(noise, mask, _mm512_srai_epi32(t, 31), 0x78);
}
INLINE VI vi_pack4(VI k0, VI k1, VI k2, VI k3)
{
    /* Signed saturation never acts: |k| <= 127. Per 128 bits the bytes stand as four lanes of k0,
     * four of k1, …; the shuffle gathers each lane's. */
    const __m512i order =
        _mm512_broadcast_i32x4(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
    const __m512i low = _mm512_packs_epi32(k0, k1), high = _mm512_packs_epi32(k2, k3);
    return _mm512_shuffle_epi8(_mm512_packs_epi16(low, high), order);
}
INLINE VI vi_add_bytes(VI sum, VI bytes)
{
    return _mm512_dpbusd_epi32(sum, _mm512_set1_epi8(1), bytes);
}
INLINE void vf_transpose(VF x[VN])
{
    __m512 a[16], b[16];
    UNROLL for (unsigned i = 0; i < 16; i += 2)
    {
        a[i] = _mm512_unpacklo_ps(x[i], x[i + 1]);
        a[i + 1] = _mm512_unpackhi_ps(x[i], x[i + 1]);
    }
    UNROLL for (unsigned i = 0; i < 16; i += 4)
    {
        b[i] = _mm512_shuffle_ps(a[i], a[i + 2], 0x44);
        b[i + 1] = _mm512_shuffle_ps(a[i], a[i + 2], 0xee);
        b[i + 2] = _mm512_shuffle_ps(a[i + 1], a[i + 3], 0x44);
        b[i + 3] = _mm512_shuffle_ps(a[i + 1], a[i + 3], 0xee);
    }
    /* b[4 q + c] holds, in block i of 128 bits, column 4 i + c of rows 4 q..4 q + 3. */
    UNROLL for (unsigned c = 0; c < 4; c++)
    {
        a[c] = _mm512_shuffle_f32x4(b[c], b[4 + c], 0x44);
        a[4 + c] = _mm512_shuffle_f32x4(b[c], b[4 + c], 0xee);
        a[8 + c] = _mm512_shuffle_f32x4(b[8 + c], b[12 + c], 0x44);
        a[12 + c] = _mm512_shuffle_f32x4(b[8 + c], b[12 + c], 0xee);
    }
    UNROLL for (unsigned c = 0; c < 4; c++)
    {
        x[c] = _mm512_shuffle_f32x4(a[c], a[8 + c], 0x88);
        x[4 + c] = _mm512_shuffle_f32x4(a[c], a[8 + c], 0xdd);
        x[8 + c] = _mm512_shuffle_f32x4(a[4 + c], a[12 + c], 0x88);
        x[12 + c] = _mm512_shuffle_f32x4(a[4 + c], a[12 + c], 0xdd);
    }
}
INLINE void store_quads(const VI d[4], char *const row[VN], unsigned n)
{
    const __m512i a0 = _mm512_unpacklo_epi32(d[0], d[1]), a1 = _mm512_unpackhi_epi32(d[0], d[1]);
    const __m512i a2 = _mm512_unpacklo_epi32(d[2], d[3]), a3 = _mm512_unpackhi_epi32(d[2], d[3]);
    /* v[c] holds, in block q of 128 bits, lane 4 q + c. */
    const __m512i v[4] = {_mm512_unpacklo_epi64(a0, a2), _mm512_unpackhi_epi64(a0, a2),
        _mm512_unpacklo_epi64(a1, a3), _mm512_unpackhi_epi64(a1, a3)};
    __m128i lane[VN];
    UNROLL for (unsigned c = 0; c < 4; c++)
    {
        lane[c] = _mm512_castsi512_si128(v[c]);
        lane[4 + c] = _mm512_extracti32x4_epi32(v[c], 1);
        lane[8 + c] = _mm512_extracti32x4_epi32(v[c], 2);
        lane[12 + c] = _mm512_extracti32x4_epi32(v[c], 3);
    }
    UNROLL for (unsigned i = 0; i < VN; i++)
    {
        if (i < n)
            _mm_storeu_si128((__m128i *)(void *)row[i], lane[i]);
    }
}

/* Philox4x32-10 for eight counters, in the low halves of 64-bit lanes; what the high halves hold
 * never reaches a low one. */
INLINE void philox_half(
    __m512i counter, uint32_t c1, uint32_t c2, uint32_t c3, uint64_t key, __m512i out[4])
{
    const __m512i m0 = _mm512_set1_epi64(0xD2511F53), m1 = _mm512_set1_epi64(0xCD9E8D57);
    __m512i x0 = counter, x1 = _mm512_set1_epi64(c1), x2 = _mm512_set1_epi64(c2),
            x3 = _mm512_set1_epi64(c3);
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (int round = 0; round < 10; round++) {
        const __m512i p0 = _mm512_mul_epu32(m0, x0), p1 = _mm512_mul_epu32(m1, x2);
        x0 = _mm512_ternarylogic_epi64(_mm512_srli_epi64(p1, 32), x1, _mm512_set1_epi64(k0), 0x96);
        x2 = _mm512_ternarylogic_epi64(_mm512_srli_epi64(p0, 32), x3, _mm512_set1_epi64(k1), 0x96);
        x1 = p1;
        x3 = p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = x0;
    out[1] = x1;
    out[2] = x2;
    out[3] = x3;
}

INLINE void philox_lanes(
    VI counter, uint32_t c1, uint32_t c2, uint32_t c3, uint64_t key, VI word[4])
{
    __m512i even[4], odd[4];
    philox_half(counter, c1, c2, c3, key, even);
    philox_half(_mm512_srli_epi64(counter, 32), c1, c2, c3, key, odd);
    for (unsigned i = 0; i < 4; i++)
        word[i] = _mm512_mask_blend_epi32(0xaaaa, even[i], _mm512_slli_epi64(odd[i], 32));
}

#include "kernels/quantize_simd.h"

/* ---- elementwise --------------------------------------------------------------------------------- */

#include "kernels/elementwise_simd.h"

/* Column sums need float64, which the generic text does not know. */
static void column_sums(const float *x, size_t rows, size_t n, size_t stride, float *sum)
{
    for (size_t j = 0; j < n; j += 16) {
        const unsigned lanes = n - j < 16 ? (unsigned)(n - j) : 16;
        __m512d low = _mm512_setzero_pd(), high = low;
        for (size_t r = 0; r < rows; r++) {
            const __m512 v = vf_load_part(x + r * stride + j, lanes);
            low = _mm512_add_pd(low, _mm512_cvtps_pd(_mm512_castps512_ps256(v)));
            high = _mm512_add_pd(high, _mm512_cvtps_pd(_mm512_extractf32x8_ps(v, 1)));
        }
        vf_store_part(sum + j, join_halves(low, high), lanes);
    }
}

const EngKernels eng_kernels_avx512 = {
    .name = "avx512",
    .isa = ENG_ISA_AVX512,
    .product = {i8_product, wide_product, f32_product},
    .tile_rows = {I8_ROWS, WIDE_ROWS, F32_ROWS},
    .tile_panels = {I8_PANELS, WIDE_PANELS, F32_PANELS},
    .quantize = quantize_simd,
    .max_abs = max_abs,
    .relu = relu,
    .relu_backward = relu_backward,
    .add_bias = add_bias,
    .column_sums = column_sums,
    ENG_PASSES,
    .sgd = sgd,
};
