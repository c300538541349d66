/* What all layers share: set-up, dispatch by kind, and the quantisation of a slot. */
#include "net/layer.h"
#include "base/memory.h"

EngStatus eng_layer_init(EngLayer *layer, size_t batch, EngError *err)
{
    layer->batch = batch;
    switch (layer->op->kind) {
    case ENG_OP_LINEAR:
        return eng_linear_init(layer, batch, err);
    case ENG_OP_BATCH_NORM:
        return eng_batch_norm_init(layer, batch, err);
    case ENG_OP_MAX_POOL:
        return eng_max_pool_init(layer, batch, err);
    default:
        return ENG_OK;
    }
}

void eng_layer_clear(EngLayer *layer)
{
    for (int s = 0; s < ENG_SLOTS; s++)
        eng_operand_free(&layer->operand[s]);
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
        return layer->weight->value;
    default:
        return layer->dy;
    }
}

void eng_layer_slot_rows(const EngLayer *layer, const EngStep *step, EngSlot slot, EngSlotRows *out)
{
    *out = (EngSlotRows){0};
    if (layer->op->kind == ENG_OP_CONV) {
        out->conv = eng_conv_geometry(layer->op, step->samples);
        eng_conv_slot_rows(layer, step->formats[layer->op->product], slot, out);
    } else {
        out->matrix = eng_linear_matrix(layer, slot, step->samples);
    }
    out->rows = out->matrix.outer * out->matrix.inner;
    out->length = out->matrix.length;
}

static void observe(const EngLayer *layer, const EngStep *step, EngRole role, EngSlot slot)
{
    if (!step->observer || !step->observer->see)
        return;
    EngSlotRows rows;
    eng_layer_slot_rows(layer, step, slot, &rows);
    step->observer->see(step->observer->ctx, (size_t)layer->op->product, role, &rows);
}

EngStatus eng_layer_forward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err)
{
    if (layer->op->product >= 0) {
        observe(layer, step, ENG_ROLE_A, ENG_SLOT_A_FWD);
        observe(layer, step, ENG_ROLE_W, ENG_SLOT_W_FWD);
    }
    switch (layer->op->kind) {
    case ENG_OP_LINEAR:
        return eng_linear_forward(layer, ctx, step, err);
    case ENG_OP_CONV:
        return eng_conv_layer_forward(layer, ctx, step, err);
    case ENG_OP_RELU:
        eng_relu_forward(layer, ctx, step);
        break;
    case ENG_OP_BATCH_NORM:
        eng_batch_norm_forward(layer, ctx, step);
        break;
    case ENG_OP_MAX_POOL:
        eng_max_pool_forward(layer, ctx, step);
        break;
    case ENG_OP_GLOBAL_POOL:
        eng_global_pool_forward(layer, ctx, step);
        break;
    case ENG_OP_ADD:
        eng_add_forward(layer, ctx, step);
        break;
    case ENG_OP_KINDS:
        break;
    }
    return ENG_OK;
}

EngStatus eng_layer_backward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err)
{
    if (layer->op->product >= 0)
        observe(layer, step, ENG_ROLE_G, ENG_SLOT_G_DGRAD);
    switch (layer->op->kind) {
    case ENG_OP_LINEAR:
        return eng_linear_backward(layer, ctx, step, err);
    case ENG_OP_CONV:
        return eng_conv_layer_backward(layer, ctx, step, err);
    case ENG_OP_RELU:
        eng_relu_backward(layer, ctx, step);
        break;
    case ENG_OP_BATCH_NORM:
        eng_batch_norm_backward(layer, ctx, step);
        break;
    case ENG_OP_MAX_POOL:
        eng_max_pool_backward(layer, ctx, step);
        break;
    case ENG_OP_GLOBAL_POOL:
        eng_global_pool_backward(layer, ctx, step);
        break;
    case ENG_OP_ADD:
    case ENG_OP_KINDS:
        break;
    }
    return ENG_OK;
}

/* True where the forward weights stand packed as this step wants them: evaluation runs many
 * batches on the same weights. */
static bool weights_are_packed(const EngLayer *layer, const EngFormat *format)
{
    return layer->weight_packed && eng_format_equal(&layer->packed_a, &format[ENG_SLOT_A_FWD]) &&
        eng_format_equal(&layer->packed_w, &format[ENG_SLOT_W_FWD]);
}

static EngStatus quantize(EngLayer *layer, const EngContext *ctx, const EngStep *step, EngSlot slot,
    const EngNoise *noise, EngError *err)
{
    const EngFormat *format = step->formats[layer->op->product];
    /* Slots 0 and 1, 2 and 3, 4 and 5 meet in a product. */
    const EngFormat *mine = &format[slot], *other = &format[slot ^ 1];
    EngOperand *operand = &layer->operand[slot];
    if (layer->op->kind == ENG_OP_CONV) {
        const EngConv conv = eng_conv_geometry(layer->op, step->samples);
        return eng_conv_quantize(ctx->kernels, ctx->pool, &conv, slot,
            eng_layer_slot_data(layer, slot), mine, other, noise, operand, err);
    }
    const EngMatrix matrix = eng_linear_matrix(layer, slot, step->samples);
    EngPacking packing;
    unsigned group;
    eng_operand_layout(mine, other, &packing, &group);
    return eng_operand_quantize(
        ctx->kernels, ctx->pool, &matrix, mine, packing, group, noise, operand, err);
}

EngStatus eng_layer_quantize(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngSlot slot, EngError *err)
{
    const EngFormat *format = step->formats[layer->op->product];
    if (slot == ENG_SLOT_W_FWD && weights_are_packed(layer, format))
        return ENG_OK;
    const EngNoise noise = {.seed = step->noise_seed,
        .tensor = (uint32_t)layer->op->product * 8 + slot,
        .step = step->step};
    const EngStatus status = quantize(layer, ctx, step, slot, &noise, err);
    if (status != ENG_OK) {
        eng_error_prefix(err, "Layer %s, %s", layer->op->name, eng_slot_name(slot));
        return status;
    }
    if (slot == ENG_SLOT_W_FWD) {
        layer->packed_a = format[ENG_SLOT_A_FWD];
        layer->packed_w = format[ENG_SLOT_W_FWD];
        /* Stochastic weights are thrown anew at every step. */
        layer->weight_packed = format[slot].rounding < ENG_ROUND_STOCHASTIC;
    }
    return ENG_OK;
}
