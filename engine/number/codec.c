#include "number/codec.h"
#include <math.h>
#include <string.h>

/* No scale of a product leaves 2^±62: see "Block floating point" in ARCHITECTURE.md. */
#define LOWEST_SCALE (-62)
/* E8M0's smallest and largest scale. */
#define MX_LOWEST (-127)
#define MX_HIGHEST 127
/* NVFP4: largest element times largest block scale, which the tensor's largest value meets. */
#define NVFP4_SPAN (6.0f * 448.0f)

bool eng_codec_needs_max(const EngFormat *f)
{
    return (f->kind == ENG_KIND_BFP && f->e < 8) || f->kind == ENG_KIND_INT ||
        f->kind == ENG_KIND_NVFP4;
}

unsigned eng_codec_bits(const EngFormat *f)
{
    switch ((EngFormatKind)f->kind) {
    case ENG_KIND_BFP:
    case ENG_KIND_INT:
    case ENG_KIND_MX:
        return eng_format_bits(f);
    case ENG_KIND_NVFP4:
        return 8; /* twelve half steps times the 15 steps of a block scale's mantissa */
    default:
        return 0;
    }
}

unsigned eng_codec_block(const EngFormat *f)
{
    return f->g ? f->g : ENG_CODEC_BLOCK;
}

static unsigned int_most(const EngFormat *f)
{
    return (1u << (f->m - 1)) - 1;
}

EngCodec eng_codec(const EngFormat *format, uint32_t max_bits, bool for_product)
{
    EngCodec c = {.format = *format, .factor = 1, .lowest = for_product ? LOWEST_SCALE : -1000};
    const float largest = eng_bits_float(max_bits);
    const bool tensor_scale = format->kind == ENG_KIND_INT || format->kind == ENG_KIND_NVFP4;
    if (format->kind == ENG_KIND_BFP)
        c.group = (EngGroupRule){.m = format->m,
            .rounding = format->rounding,
            .noise_bits = format->noise_bits,
            .min_exponent = eng_bfp_min_exponent(format, max_bits)};
    else if (tensor_scale)
        c.factor = largest / (format->kind == ENG_KIND_INT ? (float)int_most(format) : NVFP4_SPAN);
    if (format->kind == ENG_KIND_FLOAT || format->kind == ENG_KIND_MX ||
        format->kind == ENG_KIND_NVFP4)
        c.rule = (EngElementRule){.traits = eng_element_traits((EngElement)format->element),
            .rounding = format->rounding,
            .noise_bits = format->noise_bits,
            .saturate = format->kind != ENG_KIND_FLOAT};
    return c;
}

void eng_codec_row(EngCodec *c, const float *x, size_t stride, size_t length)
{
    if (c->format.kind != ENG_KIND_BINARY && c->format.kind != ENG_KIND_TERNARY)
        return;
    double sum = 0;
    for (size_t i = 0; i < length; i++)
        sum += fabs((double)x[i * stride]);
    c->row_mean = (float)(sum / (double)length);
}

/* ---- blocks as integers --------------------------------------------------------------------------- */

static int bfp_integers(
    const EngCodec *c, const float *x, size_t n, const uint32_t *noise, int32_t *k)
{
    const int s = eng_group_scale(&c->group, eng_max_bits(x, n));
    for (size_t i = 0; i < n; i++)
        k[i] = eng_group_mantissa(&c->group, x[i], s, noise[i]);
    return s;
}

static void int_integers(
    const EngCodec *c, const float *x, size_t n, const uint32_t *noise, int32_t *k)
{
    const uint64_t most = int_most(&c->format);
    for (size_t i = 0; i < n; i++) {
        uint64_t size = 0;
        if (c->factor > 0)
            size = eng_round_double(fabs((double)x[i]) / (double)c->factor, c->format.rounding,
                c->format.noise_bits, noise[i]);
        size = size < most ? size : most;
        k[i] = signbit(x[i]) ? -(int32_t)size : (int32_t)size;
    }
}

/* The exponent of a block's E8M0 scale. */
static int mx_scale(const EngCodec *c, const float *x, size_t n)
{
    const int scale =
        eng_float_exponent(eng_bits_float(eng_max_bits(x, n))) - c->rule.traits->highest;
    return scale < MX_LOWEST ? MX_LOWEST : scale > MX_HIGHEST ? MX_HIGHEST : scale;
}

static int mx_integers(
    const EngCodec *c, const float *x, size_t n, const uint32_t *noise, int32_t *k)
{
    const EngElementTraits *traits = c->rule.traits;
    const int step = traits->lowest - traits->fraction;
    int scale = mx_scale(c, x, n);
    if (scale + step < c->lowest)
        scale = c->lowest - step;
    const float steps = eng_float_scale(1, -step);
    for (size_t i = 0; i < n; i++)
        k[i] = (int32_t)(eng_element_round(&c->rule, x[i], scale, noise[i]) * steps);
    return scale + step;
}

/* E4M3's scale of a block whose largest |x| is given: `mantissa` (0..15) times 2^exponent. */
typedef struct BlockScale {
    int mantissa, exponent;
} BlockScale;

static BlockScale nvfp4_scale(const EngCodec *c, float largest)
{
    const EngElementRule e4m3 = {.traits = eng_element_traits(ENG_ELEMENT_FP8_E4M3),
        .rounding = ENG_ROUND_EVEN,
        .saturate = true};
    if (c->factor == 0)
        return (BlockScale){0, 0};
    const float scale =
        eng_element_round_double(&e4m3, (double)largest / 6.0 / (double)c->factor, 0);
    const int exponent = scale == 0 ? 0 : eng_float_exponent(scale) - 3;
    return (BlockScale){(int)eng_float_scale(scale, -exponent), exponent};
}

static int nvfp4_integers(
    const EngCodec *c, const float *x, size_t n, const uint32_t *noise, int32_t *k)
{
    const BlockScale scale = nvfp4_scale(c, eng_bits_float(eng_max_bits(x, n)));
    const double unit = ldexp((double)scale.mantissa * (double)c->factor, scale.exponent);
    for (size_t i = 0; i < n; i++) {
        float element = 0;
        if (unit > 0) {
            const double q = fabs((double)x[i]) / unit;
            element = eng_element_round_double(&c->rule, q < 16 ? q : 16, noise[i]);
        }
        const int32_t size = (int32_t)(2 * element) * scale.mantissa;
        k[i] = signbit(x[i]) ? -size : size;
    }
    return scale.exponent - 1;
}

int eng_codec_integers(
    const EngCodec *c, const float *x, size_t n, const uint32_t *noise, int32_t *k)
{
    switch ((EngFormatKind)c->format.kind) {
    case ENG_KIND_BFP:
        return bfp_integers(c, x, n, noise, k);
    case ENG_KIND_MX:
        return mx_integers(c, x, n, noise, k);
    case ENG_KIND_NVFP4:
        return nvfp4_integers(c, x, n, noise, k);
    default:
        int_integers(c, x, n, noise, k);
        return 0;
    }
}

/* ---- blocks as values ----------------------------------------------------------------------------- */

static void float_values(
    const EngCodec *c, const float *x, size_t n, const uint32_t *noise, float *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = eng_element_round(&c->rule, x[i], 0, noise[i]);
}

static void mx_values(const EngCodec *c, const float *x, size_t n, const uint32_t *noise, float *y)
{
    const int scale = mx_scale(c, x, n);
    for (size_t i = 0; i < n; i++) {
        const float element = eng_element_round(&c->rule, x[i], scale, noise[i]);
        /* A zero has no sign here; what rounds to zero keeps its own. */
        y[i] = x[i] == 0 ? 0 : eng_float_scale(element, scale);
    }
}

static void fixed_values(
    const EngCodec *c, const float *x, size_t n, const uint32_t *noise, float *y)
{
    const EngFormat *f = &c->format;
    const double unit = ldexp(1, f->frac_bits);
    const uint64_t most = (UINT64_C(1) << (f->int_bits + f->frac_bits)) - 1;
    for (size_t i = 0; i < n; i++) {
        const double q = fabs((double)x[i]) * unit;
        uint64_t k = most;
        if (q < (double)most)
            k = eng_round_double(q, f->rounding, f->noise_bits, noise[i]);
        const float value = (float)((double)(k < most ? k : most) / unit);
        y[i] = isnan(x[i]) ? x[i] : signbit(x[i]) ? -value : value;
    }
}

static void sign_values(const EngCodec *c, const float *x, size_t n, float *y)
{
    const bool ternary = c->format.kind == ENG_KIND_TERNARY;
    for (size_t i = 0; i < n; i++) {
        float value = c->row_mean;
        if (ternary && !(fabs((double)x[i]) > 0.7 * (double)c->row_mean))
            value = 0;
        y[i] = signbit(x[i]) ? -value : value;
    }
}

static void integer_values(
    const EngCodec *c, const float *x, size_t n, const uint32_t *noise, float *y)
{
    int32_t k[ENG_CODEC_BLOCK];
    const int s = eng_codec_integers(c, x, n, noise, k);
    for (size_t i = 0; i < n; i++) {
        const float value = eng_float_scale((float)k[i], s) * c->factor;
        y[i] = k[i] == 0 ? 0 : value;
    }
}

void eng_codec_values(const EngCodec *c, const float *x, size_t n, const uint32_t *noise, float *y)
{
    switch ((EngFormatKind)c->format.kind) {
    case ENG_KIND_FLOAT:
        if (eng_format_is_fp32(&c->format))
            memmove(y, x, n * sizeof *y);
        else
            float_values(c, x, n, noise, y);
        break;
    case ENG_KIND_MX:
        mx_values(c, x, n, noise, y);
        break;
    case ENG_KIND_FIXED:
        fixed_values(c, x, n, noise, y);
        break;
    case ENG_KIND_BINARY:
    case ENG_KIND_TERNARY:
        sign_values(c, x, n, y);
        break;
    case ENG_KIND_BFP:
    case ENG_KIND_INT:
    case ENG_KIND_NVFP4:
        integer_values(c, x, n, noise, y);
        break;
    }
}
