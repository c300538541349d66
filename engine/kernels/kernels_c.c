/* The reference: plain C that says what each kernel does. The instruction sets answer to it. */
#include "kernels/kernels_isa.h"
#include "kernels/layout.h"
#include "kernels/passes.h"
#include "number/group.h"
#include "number/lfsr.h"
#include "number/quantize.h"
#include <math.h>
#include <string.h>

/* ---- products --------------------------------------------------------------------------------- */

/* The exact sum of one group's products, and the power of two it counts. */
typedef struct GroupDot {
    double sum;
    float scale;
} GroupDot;

static GroupDot dot_i8(const EngTile *t, const void *row, const void *panel, size_t g, size_t lane)
{
    const float *scales = row;
    const uint8_t *a = (const uint8_t *)eng_row_mantissas(row, t->groups) + g * t->group;
    const char *at = (const char *)panel + g * eng_panel_group_bytes(ENG_PACK_I8, t->group);
    const float *head = (const float *)(const void *)at;
    const int8_t *b = (const int8_t *)(head + 2 * ENG_LANES);
    int32_t sum = 0;
    for (size_t k = 0; k < t->group; k++)
        sum += ((int)a[k] - 128) * b[(k / 4 * ENG_LANES + lane) * 4 + k % 4];
    const uint32_t bits = eng_float_bits(head[lane]);
    const float scale = bits ? eng_bits_float(bits - ENG_MAGIC_BITS) : 0.0f;
    return (GroupDot){sum, scales[g] * scale};
}

/* float64 holds the sum exactly: 256 products below 2^32. */
static GroupDot dot_wide(
    const EngTile *t, const void *row, const void *panel, size_t g, size_t lane)
{
    const float *scales = row;
    const float *a = (const float *)eng_row_mantissas(row, t->groups) + g * t->group;
    const char *at = (const char *)panel + g * eng_panel_group_bytes(ENG_PACK_WIDE, t->group);
    const float *head = (const float *)(const void *)at;
    const float *b = head + ENG_LANES;
    double sum = 0;
    for (size_t k = 0; k < t->group; k++)
        sum += (double)a[k] * (double)b[k * ENG_LANES + lane];
    return (GroupDot){sum, scales[g] * head[lane]};
}

static GroupDot dot_f32(const EngTile *t, const void *row, const void *panel, size_t g, size_t lane)
{
    (void)t;
    return (GroupDot){((const float *)row)[g], ((const float *)panel)[g * ENG_LANES + lane]};
}

typedef GroupDot (*DotFn)(
    const EngTile *t, const void *row, const void *panel, size_t g, size_t lane);

/* One fused multiply-add per group, groups in ascending order. */
static void product(const EngTile *t, DotFn dot)
{
    for (size_t i = 0; i < t->rows; i++) {
        for (size_t p = 0; p < t->panels; p++) {
            float *out = t->out + i * t->out_stride + p * ENG_LANES;
            const size_t lanes = p + 1 < t->panels ? ENG_LANES : t->lanes;
            for (size_t lane = 0; lane < lanes; lane++) {
                float acc = t->add ? out[lane] : 0.0f;
                for (size_t s = 0; s < t->segments; s++) {
                    for (size_t g = t->first; g < t->first + t->count; g++) {
                        const GroupDot d =
                            dot(t, t->row[s * t->rows + i], t->panel[s * t->panels + p], g, lane);
                        acc = fmaf((float)d.sum, d.scale, acc);
                    }
                }
                out[lane] = acc;
            }
        }
    }
}

void eng_c_product_i8(const EngTile *tile)
{
    product(tile, dot_i8);
}

void eng_c_product_wide(const EngTile *tile)
{
    product(tile, dot_wide);
}

void eng_c_product_f32(const EngTile *tile)
{
    product(tile, dot_f32);
}

/* ---- quantisation ----------------------------------------------------------------------------- */

/* One row on its way into a record or a lane of a panel. */
typedef struct Packer {
    const EngQuantTile *tile;
    size_t groups; /* of the layout */
    size_t row;
    size_t lane; /* in a panel */
} Packer;

static char *record(const Packer *p)
{
    const size_t index = p->tile->to_panel ? p->row / ENG_LANES : p->row;
    return (char *)p->tile->out + index * p->tile->record_bytes;
}

static char *panel_group(const Packer *p, size_t group)
{
    return record(p) + group * eng_panel_group_bytes(p->tile->packing, p->tile->pack_group);
}

static void put_values(const Packer *p, size_t from, size_t n, const float *x)
{
    float *out = (float *)(void *)record(p);
    for (size_t i = from; i < from + n; i++)
        out[p->tile->to_panel ? i * ENG_LANES + p->lane : i] = x[i - from];
}

/* 2^s, |s| <= 62. */
static float power_of_two(int s)
{
    return eng_bits_float((uint32_t)(s + 127) << 23);
}

static void put_wide(const Packer *p, size_t group, const int32_t *k, int s)
{
    const unsigned n = p->tile->pack_group;
    float *head = (float *)(void *)record(p) + group;
    float *out = (float *)(void *)record(p) + p->groups + group * n;
    size_t stride = 1;
    if (p->tile->to_panel) {
        head = (float *)(void *)panel_group(p, group) + p->lane;
        out = head + ENG_LANES;
        stride = ENG_LANES;
    }
    *head = power_of_two(s);
    for (size_t i = 0; i < n; i++)
        out[i * stride] = (float)k[i];
}

static void put_i8_row(const Packer *p, size_t group, const int32_t *k, int s)
{
    const unsigned n = p->tile->pack_group;
    float *scales = (float *)(void *)record(p);
    uint8_t *out = (uint8_t *)(scales + p->groups) + group * n;
    scales[group] = power_of_two(s);
    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)(k[i] + 128);
}

static void put_i8_panel(const Packer *p, size_t group, const int32_t *k, int s)
{
    int32_t *head = (int32_t *)(void *)panel_group(p, group);
    int8_t *out = (int8_t *)(head + 2 * ENG_LANES);
    int32_t sum = 0;
    for (size_t i = 0; i < p->tile->pack_group; i++) {
        out[(i / 4 * ENG_LANES + p->lane) * 4 + i % 4] = (int8_t)k[i];
        sum += k[i];
    }
    const int32_t scale = (int32_t)(eng_float_bits(power_of_two(s)) + ENG_MAGIC_BITS);
    head[p->lane] = scale;
    head[ENG_LANES + p->lane] = scale - 128 * sum;
}

/* The layout's groups that lie in one group of the format. `k` is zero behind its last element. */
static void put_group(const Packer *p, size_t from, size_t n, const int32_t *k, int s)
{
    const EngQuantTile *t = p->tile;
    for (size_t i = 0; i < n; i += t->pack_group) {
        const size_t group = (from + i) / t->pack_group;
        if (t->packing == ENG_PACK_WIDE)
            put_wide(p, group, k + i, s);
        else if (t->to_panel)
            put_i8_panel(p, group, k + i, s);
        else
            put_i8_row(p, group, k + i, s);
    }
}

/* R for every element of a block; zeros where the rounding takes none. */
static void block_noise(
    const EngQuantTile *t, const EngLfsr *lfsr, size_t index, size_t from, size_t n, uint32_t *out)
{
    const EngNoise noise = {t->noise_seed, t->noise_tensor, t->noise_step};
    const uint32_t row = t->noise_row + (uint32_t)index * t->noise_row_step;
    memset(out, 0, n * sizeof *out);
    if (t->rounding == ENG_ROUND_STOCHASTIC && t->noise_bits > 0)
        eng_noise_fill(&noise, row, t->length, from, n, t->noise_bits, out);
    if (t->rounding != ENG_ROUND_LFSR)
        return;
    const uint64_t groups = (t->length + t->group - 1) / t->group;
    const uint64_t steps = t->lfsr_start + row * groups + from / t->group;
    for (size_t i = 0; i < n; i++)
        out[i] = eng_lfsr_at(lfsr, (unsigned)i, steps) & ((1u << t->noise_bits) - 1);
}

/* One block of a row, n <= t->group elements; returns the largest |x| as bits. */
static uint32_t quantize_block(
    const Packer *p, const EngCodec *codec, const EngLfsr *lfsr, size_t from, size_t n)
{
    const EngQuantTile *t = p->tile;
    float x[ENG_CODEC_BLOCK] = {0};
    int32_t k[ENG_CODEC_BLOCK] = {0};
    uint32_t noise[ENG_CODEC_BLOCK] = {0};
    if (p->row < t->rows) {
        for (size_t i = 0; i < n; i++)
            x[i] = t->src[p->row * t->row_stride + (from + i) * t->pos_stride];
        block_noise(t, lfsr, p->row, from, n, noise);
    }
    const uint32_t max_bits = eng_max_bits(x, n);
    if (t->packing == ENG_PACK_F32) {
        eng_codec_values(codec, x, n, noise, x);
        put_values(p, from, n, x);
    } else {
        const int s = eng_codec_integers(codec, x, n, noise, k);
        put_group(p, from, n, k, s);
    }
    return max_bits;
}

uint32_t eng_c_quantize_codec(const EngQuantTile *t, const EngCodec *codec)
{
    EngLfsr lfsr;
    if (t->rounding == ENG_ROUND_LFSR)
        eng_lfsr_init(&lfsr, t->noise_seed, t->noise_tensor, t->group);
    const size_t panels = (t->rows + ENG_LANES - 1) / ENG_LANES;
    memset(t->out, 0, (t->to_panel ? panels : t->rows) * t->record_bytes);
    const size_t rows = t->to_panel ? panels * ENG_LANES : t->rows;
    uint32_t largest = 0;
    for (size_t row = 0; row < rows; row++) {
        const Packer p = {t, (t->length + t->pack_group - 1) / t->pack_group, row, row % ENG_LANES};
        EngCodec own = *codec;
        if (row < t->rows)
            eng_codec_row(&own, t->src + row * t->row_stride, t->pos_stride, t->length);
        for (size_t from = 0; from < t->length; from += t->group) {
            const size_t n = t->length - from < t->group ? t->length - from : t->group;
            const uint32_t bits = quantize_block(&p, &own, &lfsr, from, n);
            largest = bits > largest ? bits : largest;
        }
    }
    return largest;
}

/* The codec of a tile's small floats. */
static EngCodec element_codec(const EngQuantTile *t)
{
    return (EngCodec){.format = {.kind = t->scaled ? ENG_KIND_MX : ENG_KIND_FLOAT,
                          .element = ENG_ELEMENT_BF16, /* any but fp32: the rule says which */
                          .g = (uint16_t)t->group},
        .factor = 1,
        .lowest = t->min_exponent + t->element->lowest - t->element->fraction,
        .rule = {.traits = t->element,
            .rounding = t->rounding,
            .noise_bits = t->noise_bits,
            .saturate = t->scaled}};
}

uint32_t eng_c_quantize(const EngQuantTile *t)
{
    EngCodec codec = {.format = eng_format_fp32()};
    if (t->element)
        codec = element_codec(t);
    else if (t->m > 0)
        codec = (EngCodec){.format = {.kind = ENG_KIND_BFP, .m = (uint8_t)t->m},
            .factor = 1,
            .group = {.m = t->m,
                .rounding = t->rounding,
                .noise_bits = t->noise_bits,
                .min_exponent = t->min_exponent}};
    return eng_c_quantize_codec(t, &codec);
}

uint32_t eng_c_max_abs(const float *x, size_t n)
{
    return eng_max_bits(x, n);
}

/* ---- elementwise ------------------------------------------------------------------------------ */

void eng_c_relu(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = x[i] < 0.0f ? 0.0f : x[i];
}

void eng_c_relu_backward(float *dx, const float *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        dx[i] = y[i] > 0.0f ? dx[i] : 0.0f;
}

void eng_c_add_bias(float *x, const float *bias, size_t rows, size_t n)
{
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < n; j++)
            x[i * n + j] += bias[j];
    }
}

void eng_c_column_sums(const float *x, size_t rows, size_t n, size_t stride, float *sum)
{
    for (size_t j = 0; j < n; j++) {
        double s = 0;
        for (size_t i = 0; i < rows; i++)
            s += (double)x[i * stride + j];
        sum[j] = (float)s;
    }
}

void eng_c_sgd(
    float *w, float *v, const float *g, size_t n, float lr, float mu, float decay, bool nesterov)
{
    for (size_t i = 0; i < n; i++) {
        const float slope = g[i] + decay * w[i];
        v[i] = mu * v[i] + slope;
        const float move = nesterov ? slope + mu * v[i] : v[i];
        w[i] = w[i] - lr * move;
    }
}

const EngKernels eng_kernels_c = {
    .name = "c",
    .isa = ENG_ISA_C,
    .product = {eng_c_product_i8, eng_c_product_wide, eng_c_product_f32},
    .tile_rows = {8, 8, 8},
    .tile_panels = {1, 1, 1},
    .quantize = eng_c_quantize,
    .max_abs = eng_c_max_abs,
    .relu = eng_c_relu,
    .relu_backward = eng_c_relu_backward,
    .add_bias = eng_c_add_bias,
    .column_sums = eng_c_column_sums,
    ENG_PASSES,
    .sgd = eng_c_sgd,
};
