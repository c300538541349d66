/* AVX2 with FMA and F16C: every x86 machine since 2013. A panel's 16 lanes are two vectors. */
#include "kernels/kernels_isa.h"
#include "kernels/layout.h"
#include "kernels/passes.h"
#include <immintrin.h>

#define INLINE static inline __attribute__((always_inline))
/* Loops over a tile's sums are unrolled, so that these arrays live in registers. */
#define UNROLL _Pragma("GCC unroll 16")

#define SUM_ROWS 6

/* ---- products: sums of a tile -------------------------------------------------------------------- */

/* All ones in the first n of eight lanes, n <= 8. */
INLINE __m256i first_lanes(unsigned n)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

/* The wanted lanes of half `h` of the tile's panel. */
INLINE __m256i lanes_of(const EngTile *t, unsigned h)
{
    const unsigned from = 8 * h;
    return first_lanes(t->lanes <= from ? 0 : t->lanes - from > 8 ? 8 : t->lanes - from);
}

INLINE void load_sums(const EngTile *t, __m256 acc[SUM_ROWS][2], unsigned first, unsigned R)
{
    UNROLL for (unsigned r = 0; r < R; r++)
    {
        UNROLL for (unsigned h = 0; h < 2; h++)
        {
            acc[r][h] = _mm256_setzero_ps();
            if (t->add && first + r < t->rows)
                acc[r][h] = _mm256_maskload_ps(
                    t->out + (first + r) * t->out_stride + 8 * h, lanes_of(t, h));
        }
    }
}

INLINE void store_sums(const EngTile *t, __m256 acc[SUM_ROWS][2], unsigned first, unsigned R)
{
    UNROLL for (unsigned r = 0; r < R; r++)
    {
        if (first + r < t->rows) {
            UNROLL for (unsigned h = 0; h < 2; h++) _mm256_maskstore_ps(
                t->out + (first + r) * t->out_stride + 8 * h, lanes_of(t, h), acc[r][h]);
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

INLINE __m256 float_at(const char *p)
{
    return _mm256_broadcast_ss((const float *)(const void *)p);
}

INLINE __m256 floats_at(const char *p)
{
    return _mm256_load_ps((const float *)(const void *)p);
}

INLINE __m256i bytes_at(const char *p)
{
    return _mm256_load_si256((const __m256i *)(const void *)p);
}

/* ---- I8 ------------------------------------------------------------------------------------------ */

#define I8_ROWS 4

INLINE __m256i word_at(const char *p)
{
    return _mm256_castps_si256(float_at(p));
}

/* acc + S 2^sb 2^sa, rounded once; the layout in kernels.h says why the subtraction is exact. */
INLINE __m256 add_group(__m256i sum, __m256 scale, __m256 row_scale, __m256 acc)
{
    return _mm256_fmadd_ps(_mm256_sub_ps(_mm256_castsi256_ps(sum), scale), row_scale, acc);
}

/* vpmaddubsw adds two products of an unsigned and a signed byte in 16 bits. With few mantissa
 * bits the whole group fits there: 2 (128 + 2^ma - 1) (2^mb - 1) per quad. */
static bool fits_16_bits(const EngTile *t)
{
    const unsigned pair = 2 * (127 + (1u << t->row_bits)) * ((1u << t->panel_bits) - 1);
    return t->group <= 16 && pair * (t->group / 4) <= 32767;
}

INLINE void i8_narrow(const EngTile *t, unsigned QUADS)
{
    const size_t group = 4 * QUADS, bytes = eng_panel_group_bytes(ENG_PACK_I8, 4 * QUADS);
    const __m256i ones = _mm256_set1_epi16(1);
    __m256 acc[SUM_ROWS][2];
    load_sums(t, acc, 0, I8_ROWS);
    for (size_t s = 0; s < t->segments; s++) {
        const char *row[SUM_ROWS], *panel = (const char *)t->panel[s] + t->first * bytes;
        rows_of(t, s, 0, I8_ROWS, row);
        size_t at = t->groups * sizeof(float) + t->first * group;
        for (size_t g = t->first; g < t->first + t->count; g++, at += group, panel += bytes) {
            UNROLL for (unsigned r = 0; r < I8_ROWS; r++)
            {
                __m256i sum[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
                UNROLL for (unsigned j = 0; j < QUADS; j++)
                {
                    const __m256i a = word_at(row[r] + at + 4 * j);
                    UNROLL for (unsigned h = 0; h < 2; h++)
                    {
                        const __m256i pairs =
                            _mm256_maddubs_epi16(a, bytes_at(panel + 128 + 64 * j + 32 * h));
                        sum[h] = j ? _mm256_add_epi16(sum[h], pairs) : pairs;
                    }
                }
                const __m256 row_scale = float_at(row[r] + g * sizeof(float));
                UNROLL for (unsigned h = 0; h < 2; h++)
                {
                    const __m256i whole = _mm256_add_epi32(
                        _mm256_madd_epi16(sum[h], ones), bytes_at(panel + 64 + 32 * h));
                    acc[r][h] = add_group(whole, floats_at(panel + 32 * h), row_scale, acc[r][h]);
                }
            }
        }
    }
    store_sums(t, acc, 0, I8_ROWS);
}

/* Any mantissas, any group: |row| times the panel with the row's signs stays within 2 * 127^2. */
INLINE void i8_signed(const EngTile *t, unsigned first)
{
    enum { R = 2 };
    const size_t bytes = eng_panel_group_bytes(ENG_PACK_I8, t->group);
    const __m256i ones = _mm256_set1_epi16(1), bias = _mm256_set1_epi8((char)128);
    __m256 acc[SUM_ROWS][2];
    load_sums(t, acc, first, R);
    for (size_t s = 0; s < t->segments; s++) {
        const char *row[SUM_ROWS], *panel = (const char *)t->panel[s] + t->first * bytes;
        rows_of(t, s, first, R, row);
        size_t at = t->groups * sizeof(float) + t->first * t->group;
        for (size_t g = t->first; g < t->first + t->count; g++, panel += bytes) {
            __m256i sum[R][2];
            UNROLL for (unsigned r = 0; r < R; r++)
            {
                UNROLL for (unsigned h = 0; h < 2; h++) sum[r][h] =
                    _mm256_castps_si256(floats_at(panel + 32 * h));
            }
            const char *quad = panel + 128;
            for (const size_t end = at + t->group; at < end; at += 4, quad += 64) {
                UNROLL for (unsigned r = 0; r < R; r++)
                {
                    const __m256i a = _mm256_xor_si256(word_at(row[r] + at), bias);
                    const __m256i size = _mm256_abs_epi8(a);
                    UNROLL for (unsigned h = 0; h < 2; h++)
                    {
                        const __m256i b = _mm256_sign_epi8(bytes_at(quad + 32 * h), a);
                        sum[r][h] = _mm256_add_epi32(
                            sum[r][h], _mm256_madd_epi16(_mm256_maddubs_epi16(size, b), ones));
                    }
                }
            }
            UNROLL for (unsigned r = 0; r < R; r++)
            {
                const __m256 row_scale = float_at(row[r] + g * sizeof(float));
                UNROLL for (unsigned h = 0; h < 2; h++) acc[r][h] =
                    add_group(sum[r][h], floats_at(panel + 32 * h), row_scale, acc[r][h]);
            }
        }
    }
    store_sums(t, acc, first, R);
}

static void i8_product(const EngTile *t)
{
    if (!fits_16_bits(t)) {
        for (unsigned first = 0; first < t->rows; first += 2)
            i8_signed(t, first);
        return;
    }
    if (t->group == 16)
        i8_narrow(t, 4);
    else if (t->group == 8)
        i8_narrow(t, 2);
    else
        i8_narrow(t, 1);
}

/* ---- F32 ----------------------------------------------------------------------------------------- */

#define F32_ROWS 6

INLINE void f32_tile(const EngTile *t, unsigned R)
{
    __m256 acc[SUM_ROWS][2];
    load_sums(t, acc, 0, R);
    for (size_t s = 0; s < t->segments; s++) {
        const char *row[SUM_ROWS], *panel = t->panel[s];
        rows_of(t, s, 0, R, row);
        for (size_t k = t->first; k < t->first + t->count; k++) {
            const __m256 low = floats_at(panel + k * 64), high = floats_at(panel + k * 64 + 32);
            UNROLL for (unsigned r = 0; r < R; r++)
            {
                const __m256 a = float_at(row[r] + k * 4);
                acc[r][0] = _mm256_fmadd_ps(a, low, acc[r][0]);
                acc[r][1] = _mm256_fmadd_ps(a, high, acc[r][1]);
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

/* Sums of eight lanes in float64, as float32, each rounded once. */
INLINE __m256 join_halves(__m256d low, __m256d high)
{
    return _mm256_insertf128_ps(
        _mm256_castps128_ps256(_mm256_cvtpd_ps(low)), _mm256_cvtpd_ps(high), 1);
}

/* One group's sums for the rows, exact in float32. */
INLINE void wide_float(
    __m256 sum[WIDE_ROWS][2], const char *const row[], const char *panel, size_t at, size_t group)
{
    UNROLL for (unsigned r = 0; r < WIDE_ROWS; r++) sum[r][0] = sum[r][1] = _mm256_setzero_ps();
    for (size_t k = 0; k < group; k++) {
        const __m256 low = floats_at(panel + 64 * (k + 1));
        const __m256 high = floats_at(panel + 64 * (k + 1) + 32);
        UNROLL for (unsigned r = 0; r < WIDE_ROWS; r++)
        {
            const __m256 a = float_at(row[r] + at + 4 * k);
            sum[r][0] = _mm256_fmadd_ps(a, low, sum[r][0]);
            sum[r][1] = _mm256_fmadd_ps(a, high, sum[r][1]);
        }
    }
}

/* The same through float64, which holds any group's sum; a row at a time. */
INLINE void wide_double(
    __m256 sum[WIDE_ROWS][2], const char *const row[], const char *panel, size_t at, size_t group)
{
    UNROLL for (unsigned r = 0; r < WIDE_ROWS; r++)
    {
        __m256d s[4];
        UNROLL for (unsigned q = 0; q < 4; q++) s[q] = _mm256_setzero_pd();
        for (size_t k = 0; k < group; k++) {
            const float *b = (const float *)(const void *)(panel + 64 * (k + 1));
            const __m256d a =
                _mm256_set1_pd((double)*(const float *)(const void *)(row[r] + at + 4 * k));
            UNROLL for (unsigned q = 0; q < 4; q++) s[q] =
                _mm256_fmadd_pd(a, _mm256_cvtps_pd(_mm_load_ps(b + 4 * q)), s[q]);
        }
        sum[r][0] = join_halves(s[0], s[1]);
        sum[r][1] = join_halves(s[2], s[3]);
    }
}

INLINE void wide_tile(const EngTile *t, bool exact_float)
{
    const size_t bytes = eng_panel_group_bytes(ENG_PACK_WIDE, t->group);
    __m256 acc[SUM_ROWS][2];
    load_sums(t, acc, 0, WIDE_ROWS);
    for (size_t s = 0; s < t->segments; s++) {
        const char *row[SUM_ROWS], *panel = (const char *)t->panel[s] + t->first * bytes;
        rows_of(t, s, 0, WIDE_ROWS, row);
        for (size_t g = t->first; g < t->first + t->count; g++, panel += bytes) {
            const size_t at = (t->groups + g * t->group) * sizeof(float);
            __m256 sum[WIDE_ROWS][2];
            if (exact_float)
                wide_float(sum, row, panel, at, t->group);
            else
                wide_double(sum, row, panel, at, t->group);
            UNROLL for (unsigned r = 0; r < WIDE_ROWS; r++)
            {
                const __m256 row_scale = float_at(row[r] + g * sizeof(float));
                UNROLL for (unsigned h = 0; h < 2; h++) acc[r][h] = _mm256_fmadd_ps(
                    sum[r][h], _mm256_mul_ps(row_scale, floats_at(panel + 32 * h)), acc[r][h]);
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

#define VN 8
typedef __m256 VF;
typedef __m256i VI;

INLINE VF vf_load(const float *p)
{
    return _mm256_loadu_ps(p);
}
INLINE VF vf_load_part(const float *p, unsigned n)
{
    return _mm256_maskload_ps(p, first_lanes(n));
}
INLINE void vf_store(float *p, VF v)
{
    _mm256_storeu_ps(p, v);
}
INLINE void vf_store_part(float *p, VF v, unsigned n)
{
    _mm256_maskstore_ps(p, first_lanes(n), v);
}
INLINE VI vi_load(const void *p)
{
    return _mm256_loadu_si256(p);
}
INLINE void vi_store(void *p, VI v)
{
    _mm256_storeu_si256(p, v);
}
INLINE VF vf_set(float x)
{
    return _mm256_set1_ps(x);
}
INLINE VI vi_set(int x)
{
    return _mm256_set1_epi32(x);
}
INLINE VF vf_zero(void)
{
    return _mm256_setzero_ps();
}
INLINE VI vi_of_bits(VF v)
{
    return _mm256_castps_si256(v);
}
INLINE VF vf_of_bits(VI v)
{
    return _mm256_castsi256_ps(v);
}
INLINE VF vf_mul(VF a, VF b)
{
    return _mm256_mul_ps(a, b);
}
INLINE VF vf_add(VF a, VF b)
{
    return _mm256_add_ps(a, b);
}
INLINE VF vf_sub(VF a, VF b)
{
    return _mm256_sub_ps(a, b);
}
INLINE VF vf_clamp(VF v)
{
    /* max gives its second operand where either is NaN or both are zero. */
    return _mm256_max_ps(_mm256_setzero_ps(), v);
}
INLINE VF vf_where_positive(VF y, VF x)
{
    return _mm256_and_ps(_mm256_cmp_ps(y, _mm256_setzero_ps(), _CMP_GT_OQ), x);
}
INLINE VI vi_add(VI a, VI b)
{
    return _mm256_add_epi32(a, b);
}
INLINE VI vi_sub(VI a, VI b)
{
    return _mm256_sub_epi32(a, b);
}
INLINE VI vi_and(VI a, VI b)
{
    return _mm256_and_si256(a, b);
}
INLINE VI vi_or(VI a, VI b)
{
    return _mm256_or_si256(a, b);
}
INLINE VI vi_xor(VI a, VI b)
{
    return _mm256_xor_si256(a, b);
}
INLINE VI vi_mul_low(VI a, VI b)
{
    return _mm256_mullo_epi32(a, b);
}
INLINE VI vi_shl(VI a, unsigned n)
{
    return _mm256_slli_epi32(a, (int)n);
}
INLINE VI vi_shr(VI a, unsigned n)
{
    return _mm256_srli_epi32(a, (int)n);
}
INLINE VI vi_sar_each(VI a, VI n)
{
    return _mm256_srav_epi32(a, n);
}
INLINE VI vi_max(VI a, VI b)
{
    return _mm256_max_epi32(a, b);
}
INLINE VI vi_truncate(VF v)
{
    return _mm256_cvttps_epi32(v);
}
INLINE VI vi_round_even(VF v)
{
    return _mm256_cvttps_epi32(_mm256_round_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
INLINE VF vf_of_int(VI v)
{
    return _mm256_cvtepi32_ps(v);
}
INLINE VF vf_limit(VF v, VF limit)
{
    const __m256 low = _mm256_xor_ps(limit, _mm256_set1_ps(-0.0f));
    return _mm256_max_ps(_mm256_min_ps(v, limit), low);
}
INLINE VI vi_flip_negative(VI noise, VI mask, VI t)
{
    return _mm256_xor_si256(noise, _mm256_and_si256(mask, _mm256_srai_epi32(t, 31)));
}
INLINE VI vi_pack4(VI k0, VI k1, VI k2, VI k3)
{
    /* Signed saturation never acts: |k| <= 127. Per 128 bits the bytes stand as four lanes of k0,
     * four of k1, …; the shuffle gathers each lane's. */
    const __m256i order = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
    const __m256i low = _mm256_packs_epi32(k0, k1), high = _mm256_packs_epi32(k2, k3);
    return _mm256_shuffle_epi8(_mm256_packs_epi16(low, high), order);
}
INLINE VI vi_add_bytes(VI sum, VI bytes)
{
    const __m256i pairs = _mm256_maddubs_epi16(_mm256_set1_epi8(1), bytes);
    return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}
INLINE void vf_transpose(VF x[VN])
{
    __m256 a[8], b[8];
    UNROLL for (unsigned i = 0; i < 8; i += 2)
    {
        a[i] = _mm256_unpacklo_ps(x[i], x[i + 1]);
        a[i + 1] = _mm256_unpackhi_ps(x[i], x[i + 1]);
    }
    UNROLL for (unsigned i = 0; i < 8; i += 4)
    {
        b[i] = _mm256_shuffle_ps(a[i], a[i + 2], 0x44);
        b[i + 1] = _mm256_shuffle_ps(a[i], a[i + 2], 0xee);
        b[i + 2] = _mm256_shuffle_ps(a[i + 1], a[i + 3], 0x44);
        b[i + 3] = _mm256_shuffle_ps(a[i + 1], a[i + 3], 0xee);
    }
    /* b[4 q + c] holds, in half i, column 4 i + c of rows 4 q..4 q + 3. */
    UNROLL for (unsigned c = 0; c < 4; c++)
    {
        x[c] = _mm256_permute2f128_ps(b[c], b[4 + c], 0x20);
        x[4 + c] = _mm256_permute2f128_ps(b[c], b[4 + c], 0x31);
    }
}
INLINE void store_quads(const VI d[4], char *const row[VN], unsigned n)
{
    const __m256i a0 = _mm256_unpacklo_epi32(d[0], d[1]), a1 = _mm256_unpackhi_epi32(d[0], d[1]);
    const __m256i a2 = _mm256_unpacklo_epi32(d[2], d[3]), a3 = _mm256_unpackhi_epi32(d[2], d[3]);
    /* v[c] holds, in half q, lane 4 q + c. */
    const __m256i v[4] = {_mm256_unpacklo_epi64(a0, a2), _mm256_unpackhi_epi64(a0, a2),
        _mm256_unpacklo_epi64(a1, a3), _mm256_unpackhi_epi64(a1, a3)};
    UNROLL for (unsigned i = 0; i < VN; i++)
    {
        if (i < n)
            _mm_storeu_si128((__m128i *)(void *)row[i],
                i < 4 ? _mm256_castsi256_si128(v[i % 4]) : _mm256_extracti128_si256(v[i % 4], 1));
    }
}

/* Philox4x32-10 for four counters, in the low halves of 64-bit lanes; what the high halves hold
 * never reaches a low one. */
INLINE void philox_half(
    __m256i counter, uint32_t c1, uint32_t c2, uint32_t c3, uint64_t key, __m256i out[4])
{
    const __m256i m0 = _mm256_set1_epi64x(0xD2511F53), m1 = _mm256_set1_epi64x(0xCD9E8D57);
    __m256i x0 = counter, x1 = _mm256_set1_epi64x(c1), x2 = _mm256_set1_epi64x(c2),
            x3 = _mm256_set1_epi64x(c3);
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (int round = 0; round < 10; round++) {
        const __m256i p0 = _mm256_mul_epu32(m0, x0), p1 = _mm256_mul_epu32(m1, x2);
        x0 = _mm256_xor_si256(
            _mm256_xor_si256(_mm256_srli_epi64(p1, 32), x1), _mm256_set1_epi64x(k0));
        x2 = _mm256_xor_si256(
            _mm256_xor_si256(_mm256_srli_epi64(p0, 32), x3), _mm256_set1_epi64x(k1));
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
    __m256i even[4], odd[4];
    philox_half(counter, c1, c2, c3, key, even);
    philox_half(_mm256_srli_epi64(counter, 32), c1, c2, c3, key, odd);
    for (unsigned i = 0; i < 4; i++)
        word[i] = _mm256_blend_epi32(even[i], _mm256_slli_epi64(odd[i], 32), 0xaa);
}

#include "kernels/quantize_simd.h"

/* ---- elementwise --------------------------------------------------------------------------------- */

#include "kernels/elementwise_simd.h"

/* Column sums need float64, which the generic text does not know. */
static void column_sums(const float *x, size_t rows, size_t n, size_t stride, float *sum)
{
    for (size_t j = 0; j < n; j += 8) {
        const unsigned lanes = n - j < 8 ? (unsigned)(n - j) : 8;
        __m256d low = _mm256_setzero_pd(), high = low;
        for (size_t r = 0; r < rows; r++) {
            const __m256 v = vf_load_part(x + r * stride + j, lanes);
            low = _mm256_add_pd(low, _mm256_cvtps_pd(_mm256_castps256_ps128(v)));
            high = _mm256_add_pd(high, _mm256_cvtps_pd(_mm256_extractf128_ps(v, 1)));
        }
        vf_store_part(sum + j, join_halves(low, high), lanes);
    }
}

const EngKernels eng_kernels_avx2 = {
    .name = "avx2",
    .isa = ENG_ISA_AVX2,
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
