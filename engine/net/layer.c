/* What all layers share: set-up, dispatch by kind, and the quantisation of a slot. */
#include "net/layer.h"
#include "base/memory.h"
#include "kernels/depthwise.h"
#include "net/sparse_weights.h"
#include "number/element.h"
#include "number/group.h"

EngStatus eng_layer_init(EngLayer *layer, size_t batch, EngError *err)
{
    layer->batch = batch;
    switch (layer->op->kind) {
    case ENG_OP_LINEAR:
        return eng_linear_init(layer, batch, err);
    case ENG_OP_SCORES:
    case ENG_OP_MIX:
        return eng_attention_init(layer, batch, err);
    case ENG_OP_BATCH_NORM:
        return eng_batch_norm_init(layer, batch, err);
    case ENG_OP_LAYER_NORM:
        return eng_layer_norm_init(layer, batch, err);
    case ENG_OP_DROPOUT:
        return eng_dropout_init(layer, batch, err);
    default:
        return ENG_OK;
    }
}

void eng_layer_clear(EngLayer *layer)
{
    for (int s = 0; s < ENG_SLOTS; s++)
        eng_operand_free(&layer->operand[s]);
    eng_sparse_weights_clear(layer);
    eng_free(layer->saved);
    eng_free(layer->choice);
    eng_free(layer->sums);
}

const float *eng_layer_slot_data(const EngLayer *layer, EngSlot slot)
{
    switch (eng_slot_role(slot)) {
    case ENG_ROLE_A:
        return layer->x;
    case ENG_ROLE_W:
        return eng_sparse_weights_of(layer, slot);
    default:
        return layer->dy;
    }
}

/* The slot's matrix of a layer that needs no patches. */
static EngMatrix slot_matrix(const EngLayer *layer, EngSlot slot, size_t samples)
{
    return layer->op->kind == ENG_OP_LINEAR ? eng_linear_matrix(layer, slot, samples)
                                            : eng_attention_matrix(layer, slot, samples);
}

static bool is_convolution(const EngLayer *layer)
{
    return layer->op->kind == ENG_OP_CONV || layer->op->kind == ENG_OP_DEPTHWISE;
}

void eng_layer_slot_rows(const EngLayer *layer, const EngStep *step, EngSlot slot, EngSlotRows *out)
{
    *out = (EngSlotRows){0};
    if (is_convolution(layer)) {
        out->conv = eng_conv_geometry(layer->op, step->samples);
        eng_conv_slot_rows(layer, step->formats[layer->op->product], slot, out);
    } else {
        out->matrix = slot_matrix(layer, slot, step->samples);
    }
    out->rows = out->matrix.outer * out->matrix.inner;
    out->length = out->matrix.length;
}

/* ---- passes ------------------------------------------------------------------------------------ */

static void observe(const EngLayer *layer, const EngStep *step, EngRole role, EngSlot slot)
{
    if (!step->observer || !step->observer->see)
        return;
    EngSlotRows rows;
    eng_layer_slot_rows(layer, step, slot, &rows);
    step->observer->see(step->observer->ctx, (size_t)layer->op->product, role, &rows);
}

/* How the ops of a kind go; those that can fail and those that cannot. */
typedef EngStatus (*TryFn)(EngLayer *, const EngContext *, const EngStep *, EngError *);
typedef void (*PassFn)(EngLayer *, const EngContext *, const EngStep *);

typedef struct Passes {
    TryFn try_forward, try_backward;
    PassFn forward, backward;
} Passes;

/* The gradient of a sum is the model's business, which hands it to both summands. */
static const Passes passes[ENG_OP_KINDS] = {
    [ENG_OP_LINEAR] = {.try_forward = eng_linear_forward, .try_backward = eng_linear_backward},
    [ENG_OP_CONV] = {.try_forward = eng_conv_layer_forward,
        .try_backward = eng_conv_layer_backward},
    [ENG_OP_DEPTHWISE] = {.try_forward = eng_depthwise_forward,
        .try_backward = eng_depthwise_backward},
    [ENG_OP_SCORES] = {.try_forward = eng_scores_forward, .try_backward = eng_scores_backward},
    [ENG_OP_MIX] = {.try_forward = eng_mix_forward, .try_backward = eng_mix_backward},
    [ENG_OP_EMBEDDING] = {.try_forward = eng_embedding_forward, .backward = eng_embedding_backward},
    [ENG_OP_RELU] = {.forward = eng_relu_forward, .backward = eng_relu_backward},
    [ENG_OP_GELU] = {.forward = eng_gelu_forward, .backward = eng_gelu_backward},
    [ENG_OP_SOFTMAX] = {.forward = eng_softmax_forward, .backward = eng_softmax_backward},
    [ENG_OP_DROPOUT] = {.forward = eng_dropout_forward, .backward = eng_dropout_backward},
    [ENG_OP_BATCH_NORM] = {.forward = eng_batch_norm_forward, .backward = eng_batch_norm_backward},
    [ENG_OP_LAYER_NORM] = {.forward = eng_layer_norm_forward, .backward = eng_layer_norm_backward},
    [ENG_OP_MAX_POOL] = {.forward = eng_max_pool_forward, .backward = eng_max_pool_backward},
    [ENG_OP_AVERAGE_POOL] = {.forward = eng_average_pool_forward,
        .backward = eng_average_pool_backward},
    [ENG_OP_GLOBAL_POOL] = {.forward = eng_global_pool_forward,
        .backward = eng_global_pool_backward},
    [ENG_OP_ADD] = {.forward = eng_add_forward},
};

EngStatus eng_layer_forward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err)
{
    const Passes *p = &passes[layer->op->kind];
    if (layer->op->kind == ENG_OP_SCORES)
        eng_scores_prepare(layer, ctx, step);
    if (layer->op->kind == ENG_OP_MIX)
        eng_mix_prepare(layer, ctx, step, false);
    eng_sparse_weights_refresh(layer, ctx);
    if (layer->op->product >= 0) {
        observe(layer, step, ENG_ROLE_A, ENG_SLOT_A_FWD);
        observe(layer, step, ENG_ROLE_W, ENG_SLOT_W_FWD);
    }
    if (p->try_forward)
        return p->try_forward(layer, ctx, step, err);
    p->forward(layer, ctx, step);
    return ENG_OK;
}

EngStatus eng_layer_backward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err)
{
    const Passes *p = &passes[layer->op->kind];
    if (layer->op->kind == ENG_OP_MIX)
        eng_mix_prepare(layer, ctx, step, true);
    if (layer->op->product >= 0)
        observe(layer, step, ENG_ROLE_G, ENG_SLOT_G_DGRAD);
    if (p->try_backward)
        return p->try_backward(layer, ctx, step, err);
    if (p->backward)
        p->backward(layer, ctx, step);
    return ENG_OK;
}

/* ---- quantisation ------------------------------------------------------------------------------ */

/* True where the forward weights stand packed as this step wants them: evaluation runs many
 * batches on the same weights. */
static bool weights_are_packed(const EngLayer *layer, const EngFormat *format)
{
    return layer->weight_packed && eng_format_equal(&layer->packed_a, &format[ENG_SLOT_A_FWD]) &&
        eng_format_equal(&layer->packed_w, &format[ENG_SLOT_W_FWD]);
}

EngNoise eng_layer_noise(const EngLayer *layer, const EngStep *step, EngSlot slot)
{
    return (EngNoise){.seed = step->noise_seed,
        .tensor = (uint32_t)layer->op->product * 8 + slot,
        .step = step->step};
}

static EngStatus quantize(EngLayer *layer, const EngContext *ctx, const EngStep *step, EngSlot slot,
    const EngNoise *noise, EngError *err)
{
    const EngFormat *format = step->formats[layer->op->product];
    /* Slots 0 and 1, 2 and 3, 4 and 5 meet in a product. */
    const EngFormat *mine = &format[slot], *other = &format[slot ^ 1];
    EngOperand *operand = &layer->operand[slot];
    if (is_convolution(layer)) {
        const EngConv conv = eng_conv_geometry(layer->op, step->samples);
        const float *data = eng_layer_slot_data(layer, slot);
        return layer->op->kind == ENG_OP_CONV
            ? eng_conv_quantize(
                  ctx->kernels, ctx->pool, &conv, slot, data, mine, other, noise, operand, err)
            : eng_depthwise_quantize(
                  ctx->kernels, ctx->pool, &conv, slot, data, mine, other, noise, operand, err);
    }
    const EngMatrix matrix = slot_matrix(layer, slot, step->samples);
    EngPacking packing;
    unsigned group;
    eng_operand_layout(mine, other, &packing, &group);
    return eng_operand_quantize(
        ctx->kernels, ctx->pool, &matrix, mine, packing, group, noise, operand, err);
}

void eng_layer_inspect(
    const EngLayer *layer, const EngStep *step, EngSlot slot, const EngNoise *noise)
{
    if (!step->observer || !step->observer->inspect)
        return;
    EngSlotRows rows;
    eng_layer_slot_rows(layer, step, slot, &rows);
    step->observer->inspect(step->observer->ctx, (size_t)layer->op->product, slot, &rows,
        &step->formats[layer->op->product][slot], noise);
}

/* The largest number of a scalar float, as bits; of all other formats infinity's. */
static uint32_t largest_bits(const EngFormat *format)
{
    if (format->kind != ENG_KIND_FLOAT || eng_format_is_fp32(format))
        return ENG_INFINITE_BITS;
    return eng_float_bits(eng_element_traits((EngElement)format->element)->most);
}

EngStatus eng_layer_quantize(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngSlot slot, EngError *err)
{
    const EngFormat *format = step->formats[layer->op->product];
    const EngNoise noise = eng_layer_noise(layer, step, slot);
    eng_layer_inspect(layer, step, slot, &noise);
    if (slot == ENG_SLOT_W_FWD && weights_are_packed(layer, format))
        return ENG_OK;
    const EngStatus status = quantize(layer, ctx, step, slot, &noise, err);
    if (status != ENG_OK) {
        eng_error_prefix(err, "Layer %s, %s", layer->op->name, eng_slot_name(slot));
        return status;
    }
    if (eng_slot_role(slot) == ENG_ROLE_G)
        layer->overflowed |= layer->operand[slot].max_bits > largest_bits(&format[slot]);
    layer->operand[slot].approximate = ctx->approximate;
    layer->operand[slot].second = slot % 2 == 1;
    if (slot == ENG_SLOT_W_FWD && layer->weight) {
        layer->packed_a = format[ENG_SLOT_A_FWD];
        layer->packed_w = format[ENG_SLOT_W_FWD];
        /* Stochastic weights are thrown anew at every step. */
        layer->weight_packed = format[slot].rounding < ENG_ROUND_STOCHASTIC;
    }
    return ENG_OK;
}
