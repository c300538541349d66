/* Linear layer: y (n, out) = x (n, in) W (out, in)^T + b, where n counts samples or, in a sequence,
 * its flattened positions. */
#include "net/layer.h"

static size_t rows_of(const EngLayer *layer, size_t samples)
{
    return samples * eng_op_rows(layer->op);
}

EngStatus eng_linear_init(EngLayer *layer, size_t batch, EngError *err)
{
    const size_t in = eng_op_row_length(layer->op), out = layer->op->out.c;
    const size_t rows = rows_of(layer, batch);
    const struct {
        size_t rows, length;
        bool panels;
    } slot[ENG_SLOTS] = {
        [ENG_SLOT_A_FWD] = {rows, in, false},
        [ENG_SLOT_W_FWD] = {out, in, true},
        [ENG_SLOT_G_DGRAD] = {rows, out, false},
        [ENG_SLOT_W_DGRAD] = {in, out, true},
        [ENG_SLOT_A_WGRAD] = {in, rows, true},
        [ENG_SLOT_G_WGRAD] = {out, rows, false},
    };
    for (int s = 0; s < ENG_SLOTS; s++) {
        if (!layer->op->input_gradient && (s == ENG_SLOT_G_DGRAD || s == ENG_SLOT_W_DGRAD))
            continue;
        const EngStatus status = eng_operand_init(
            &layer->operand[s], 1, slot[s].rows, slot[s].length, slot[s].panels, err);
        if (status != ENG_OK)
            return status;
    }
    return ENG_OK;
}

/* `rows` rows of `length` neighbours. */
static EngMatrix along_rows(const float *data, size_t rows, size_t length)
{
    return (EngMatrix){.data = data,
        .outer = 1,
        .inner = rows,
        .length = length,
        .inner_stride = length,
        .pos_stride = 1,
        .inner_noise = 1};
}

/* The same memory, (rows, columns), with the contraction down its columns. */
static EngMatrix along_columns(const float *data, size_t rows, size_t columns)
{
    return (EngMatrix){.data = data,
        .outer = 1,
        .inner = columns,
        .length = rows,
        .inner_stride = 1,
        .pos_stride = columns,
        .inner_noise = 1};
}

EngMatrix eng_linear_matrix(const EngLayer *layer, EngSlot slot, size_t samples)
{
    const size_t in = eng_op_row_length(layer->op), out = layer->op->out.c;
    const size_t rows = rows_of(layer, samples);
    switch (slot) {
    case ENG_SLOT_A_FWD:
        return along_rows(layer->x, rows, in);
    case ENG_SLOT_W_FWD:
        return along_rows(eng_layer_slot_data(layer, slot), out, in);
    case ENG_SLOT_G_DGRAD:
        return along_rows(layer->dy, rows, out);
    case ENG_SLOT_W_DGRAD:
        return along_columns(eng_layer_slot_data(layer, slot), out, in);
    case ENG_SLOT_A_WGRAD:
        return along_columns(layer->x, rows, in);
    default:
        return along_columns(layer->dy, rows, out);
    }
}

EngStatus eng_linear_forward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err)
{
    const size_t out = layer->op->out.c;
    EngStatus status = eng_layer_quantize(layer, ctx, step, ENG_SLOT_A_FWD, err);
    if (status == ENG_OK)
        status = eng_layer_quantize(layer, ctx, step, ENG_SLOT_W_FWD, err);
    if (status != ENG_OK)
        return status;
    eng_product(ctx->kernels, ctx->pool, &layer->operand[ENG_SLOT_A_FWD],
        &layer->operand[ENG_SLOT_W_FWD], layer->y, out);
    eng_bias_add(layer, ctx, rows_of(layer, step->samples));
    return ENG_OK;
}

/* dx (n, in) = dy (n, out) W (out, in) */
static EngStatus input_gradient(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err)
{
    EngStatus status = eng_layer_quantize(layer, ctx, step, ENG_SLOT_G_DGRAD, err);
    if (status == ENG_OK)
        status = eng_layer_quantize(layer, ctx, step, ENG_SLOT_W_DGRAD, err);
    if (status == ENG_OK)
        eng_product(ctx->kernels, ctx->pool, &layer->operand[ENG_SLOT_G_DGRAD],
            &layer->operand[ENG_SLOT_W_DGRAD], layer->dx, eng_op_row_length(layer->op));
    return status;
}

/* dW (out, in) = dy^T x, contracted over the samples; db = column sums of dy. */
static EngStatus weight_gradient(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err)
{
    const size_t in = eng_op_row_length(layer->op);
    EngStatus status = eng_layer_quantize(layer, ctx, step, ENG_SLOT_A_WGRAD, err);
    if (status == ENG_OK)
        status = eng_layer_quantize(layer, ctx, step, ENG_SLOT_G_WGRAD, err);
    if (status == ENG_OK)
        eng_product(ctx->kernels, ctx->pool, &layer->operand[ENG_SLOT_G_WGRAD],
            &layer->operand[ENG_SLOT_A_WGRAD], layer->weight->gradient, in);
    eng_bias_gradient(layer, ctx, rows_of(layer, step->samples));
    return status;
}

EngStatus eng_linear_backward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err)
{
    const EngStatus status = weight_gradient(layer, ctx, step, err);
    if (status != ENG_OK || !layer->op->input_gradient)
        return status;
    return input_gradient(layer, ctx, step, err);
}
