/* The two products of self-attention, each a layer of its own with six slots.
 *
 *   scores  S (n, h, t, u) = Q K^T    A is Q, in W's place stands K, G is dS
 *   mix     O (n, t, h, j) = P V      A is P, in W's place stands V, G is dO
 *
 * Q, K and V are the three parts of one tensor (n, t, 3, h, j); before they are quantised they are
 * copied apart, head by head (n, h, t, j). Every pair (n, h) is a product by itself. Rows of the
 * noise are counted over (n, h, row of the product). */
#include "base/memory.h"
#include "net/layer.h"
#include <string.h>

typedef struct Shape {
    size_t samples, heads, positions, width; /* width: of one head */
} Shape;

static Shape shape_of(const EngLayer *layer, size_t samples)
{
    const EngOp *op = layer->op;
    const bool scores = op->kind == ENG_OP_SCORES;
    const size_t channels = scores ? op->in.c / 3 : op->out.c;
    return (Shape){samples, op->heads, scores ? op->in.y : op->out.y, channels / op->heads};
}

static size_t pairs_of(const Shape *s)
{
    return s->samples * s->heads;
}

static size_t head_size(const Shape *s)
{
    return s->positions * s->width;
}

/* The layer's two copies: Q and K, or V and dO. */
static float *copy_of(const EngLayer *layer, const Shape *s, int which)
{
    return layer->saved + (size_t)which * layer->batch * s->heads * head_size(s);
}

/* Rows (outer, inner) along `length`, each pair's block contiguous. */
static EngMatrix blocks(
    const float *data, const Shape *s, size_t inner, size_t length, bool transposed)
{
    return (EngMatrix){.data = data,
        .outer = pairs_of(s),
        .inner = inner,
        .length = length,
        .outer_stride = inner * length,
        .inner_stride = transposed ? 1 : length,
        .pos_stride = transposed ? inner : 1,
        .outer_noise = inner,
        .inner_noise = 1};
}

EngMatrix eng_attention_matrix(const EngLayer *layer, EngSlot slot, size_t samples)
{
    const Shape s = shape_of(layer, samples);
    const size_t t = s.positions, j = s.width;
    const bool scores = layer->op->kind == ENG_OP_SCORES;
    const float *first = copy_of(layer, &s, 0), *second = copy_of(layer, &s, 1);
    const float *left = scores ? first : layer->x, *right = scores ? second : first;
    const float *gradient = scores ? layer->dy : second;
    switch (slot) {
    case ENG_SLOT_A_FWD:
        return blocks(left, &s, t, scores ? j : t, false);
    case ENG_SLOT_W_FWD:
        return scores ? blocks(right, &s, t, j, false) : blocks(right, &s, j, t, true);
    case ENG_SLOT_G_DGRAD:
        return blocks(gradient, &s, t, scores ? t : j, false);
    case ENG_SLOT_W_DGRAD:
        return scores ? blocks(right, &s, j, t, true) : blocks(right, &s, t, j, false);
    case ENG_SLOT_A_WGRAD:
        return blocks(left, &s, scores ? j : t, t, true);
    default:
        return blocks(gradient, &s, scores ? t : j, t, true);
    }
}

EngStatus eng_attention_init(EngLayer *layer, size_t batch, EngError *err)
{
    const Shape s = shape_of(layer, batch);
    const bool scores = layer->op->kind == ENG_OP_SCORES;
    layer->saved = eng_alloc(pairs_of(&s), 2 * head_size(&s) * sizeof *layer->saved);
    if (!layer->saved)
        return eng_error(err, ENG_ERR_NOMEM, "No memory for layer %s.", layer->op->name);
    for (int slot = 0; slot < ENG_SLOTS; slot++) {
        const EngMatrix m = eng_attention_matrix(layer, (EngSlot)slot, batch);
        /* The panels' side of the last product is the one that gives the gradient's columns: of
         * dK^T Q that is Q; of P^T dO, dO. */
        const bool panels = slot == ENG_SLOT_W_FWD || slot == ENG_SLOT_W_DGRAD ||
            slot == (scores ? ENG_SLOT_A_WGRAD : ENG_SLOT_G_WGRAD);
        const EngStatus status =
            eng_operand_init(&layer->operand[slot], m.outer, m.inner, m.length, panels, err);
        if (status != ENG_OK)
            return status;
    }
    return ENG_OK;
}

/* ---- copies by head ---------------------------------------------------------------------------- */

/* Copies a part of a tensor (n, t, stride) that begins at `from` to (n, h, t, j). */
typedef struct Split {
    Shape shape;
    const float *from;
    size_t stride;
    float *to;
} Split;

static void split_pairs(void *arg, size_t begin, size_t end, unsigned worker)
{
    const Split *split = arg;
    const Shape *s = &split->shape;
    (void)worker;
    for (size_t pair = begin; pair < end; pair++) {
        const float *from = split->from + pair / s->heads * s->positions * split->stride +
            pair % s->heads * s->width;
        float *to = split->to + pair * head_size(s);
        for (size_t t = 0; t < s->positions; t++)
            memcpy(to + t * s->width, from + t * split->stride, s->width * sizeof *to);
    }
}

static void split_heads(
    const EngContext *ctx, const Shape *s, const float *from, size_t stride, float *to)
{
    Split split = {*s, from, stride, to};
    eng_pool_run(ctx->pool, split_pairs, &split, pairs_of(s), 1);
}

/* ---- products of all pairs --------------------------------------------------------------------- */

/* Pair (n, h)'s result goes to out + n sample_stride + h head_stride, rows `row_stride` apart. */
typedef struct Products {
    const EngKernels *kernels;
    const EngOperand *rows, *panels;
    size_t heads;
    float *out;
    size_t sample_stride, head_stride, row_stride;
} Products;

/* The part of an operand that belongs to one pair. */
static EngOperand part_of(const EngOperand *op, size_t pair)
{
    EngOperand part = *op;
    part.records = op->records / op->outer;
    part.outer = 1;
    part.data = op->data + pair * part.records * op->record_bytes;
    return part;
}

static void multiply_pairs(void *arg, size_t begin, size_t end, unsigned worker)
{
    const Products *p = arg;
    (void)worker;
    for (size_t pair = begin; pair < end; pair++) {
        const EngOperand rows = part_of(p->rows, pair), panels = part_of(p->panels, pair);
        float *out = p->out + pair / p->heads * p->sample_stride + pair % p->heads * p->head_stride;
        eng_product(p->kernels, NULL, &rows, &panels, out, p->row_stride);
    }
}

/* Quantises two slots and multiplies them, pair by pair, into `out`. */
static EngStatus multiply(EngLayer *layer, const EngContext *ctx, const EngStep *step, EngSlot rows,
    EngSlot panels, Products out, EngError *err)
{
    EngStatus status = eng_layer_quantize(layer, ctx, step, rows, err);
    if (status == ENG_OK)
        status = eng_layer_quantize(layer, ctx, step, panels, err);
    if (status != ENG_OK)
        return status;
    out.kernels = ctx->kernels;
    out.rows = &layer->operand[rows];
    out.panels = &layer->operand[panels];
    out.heads = layer->op->heads;
    eng_pool_run(ctx->pool, multiply_pairs, &out, step->samples * out.heads, 1);
    return ENG_OK;
}

/* A result (n, h, rows, columns). */
static Products by_head(const Shape *s, float *out, size_t rows, size_t columns)
{
    return (Products){.out = out,
        .sample_stride = s->heads * rows * columns,
        .head_stride = rows * columns,
        .row_stride = columns};
}

/* A result in a part of a tensor (n, t, stride). */
static Products by_position(const Shape *s, float *out, size_t stride)
{
    return (Products){.out = out,
        .sample_stride = s->positions * stride,
        .head_stride = s->width,
        .row_stride = stride};
}

/* ---- scores ------------------------------------------------------------------------------------ */

void eng_scores_prepare(EngLayer *layer, const EngContext *ctx, const EngStep *step)
{
    const Shape s = shape_of(layer, step->samples);
    const size_t channels = s.heads * s.width;
    split_heads(ctx, &s, layer->x, 3 * channels, copy_of(layer, &s, 0));
    split_heads(ctx, &s, layer->x + channels, 3 * channels, copy_of(layer, &s, 1));
}

EngStatus eng_scores_forward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err)
{
    const Shape s = shape_of(layer, step->samples);
    return multiply(layer, ctx, step, ENG_SLOT_A_FWD, ENG_SLOT_W_FWD,
        by_head(&s, layer->y, s.positions, s.positions), err);
}

EngStatus eng_scores_backward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err)
{
    const Shape s = shape_of(layer, step->samples);
    const size_t channels = s.heads * s.width;
    const EngStatus status = multiply(layer, ctx, step, ENG_SLOT_G_WGRAD, ENG_SLOT_A_WGRAD,
        by_position(&s, layer->dx + channels, 3 * channels), err);
    if (status != ENG_OK)
        return status;
    return multiply(layer, ctx, step, ENG_SLOT_G_DGRAD, ENG_SLOT_W_DGRAD,
        by_position(&s, layer->dx, 3 * channels), err);
}

/* ---- mix --------------------------------------------------------------------------------------- */

void eng_mix_prepare(EngLayer *layer, const EngContext *ctx, const EngStep *step, bool backward)
{
    const Shape s = shape_of(layer, step->samples);
    const size_t channels = s.heads * s.width;
    if (backward)
        split_heads(ctx, &s, layer->dy, channels, copy_of(layer, &s, 1));
    else
        split_heads(ctx, &s, layer->second + 2 * channels, 3 * channels, copy_of(layer, &s, 0));
}

EngStatus eng_mix_forward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err)
{
    const Shape s = shape_of(layer, step->samples);
    return multiply(layer, ctx, step, ENG_SLOT_A_FWD, ENG_SLOT_W_FWD,
        by_position(&s, layer->y, s.heads * s.width), err);
}

EngStatus eng_mix_backward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err)
{
    const Shape s = shape_of(layer, step->samples);
    const size_t channels = s.heads * s.width;
    const EngStatus status = multiply(layer, ctx, step, ENG_SLOT_A_WGRAD, ENG_SLOT_G_WGRAD,
        by_position(&s, layer->second_gradient + 2 * channels, 3 * channels), err);
    if (status != ENG_OK)
        return status;
    return multiply(layer, ctx, step, ENG_SLOT_G_DGRAD, ENG_SLOT_W_DGRAD,
        by_head(&s, layer->dx, s.positions, s.positions), err);
}
