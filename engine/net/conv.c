/* Convolution: y (n, oy, ox, k) = x (n, y, x, c) * w (k, r, s, c), and a bias where the op has one:
 * a batch norm behind it makes that superfluous. */
#include "net/layer.h"

static size_t pixels_of(const EngLayer *layer, const EngStep *step)
{
    return step->samples * layer->op->out.y * layer->op->out.x;
}

EngConv eng_conv_geometry(const EngOp *op, size_t samples)
{
    return (EngConv){.samples = samples,
        .in_y = op->in.y,
        .in_x = op->in.x,
        .in_c = op->in.c,
        .out_y = op->out.y,
        .out_x = op->out.x,
        .out_c = op->out.c,
        .kernel_y = op->kernel,
        .kernel_x = op->kernel,
        .stride_y = op->stride,
        .stride_x = op->stride,
        .pad_y = op->pad,
        .pad_x = op->pad};
}

EngStatus eng_conv_layer_forward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err)
{
    const EngConv conv = eng_conv_geometry(layer->op, step->samples);
    EngStatus status = eng_layer_quantize(layer, ctx, step, ENG_SLOT_A_FWD, err);
    if (status == ENG_OK)
        status = eng_layer_quantize(layer, ctx, step, ENG_SLOT_W_FWD, err);
    if (status != ENG_OK)
        return status;
    eng_conv_forward(ctx->kernels, ctx->pool, &conv, &layer->operand[ENG_SLOT_A_FWD],
        &layer->operand[ENG_SLOT_W_FWD], layer->y);
    if (layer->bias)
        eng_bias_add(layer, ctx, pixels_of(layer, step));
    return ENG_OK;
}

static EngStatus weight_gradient(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err)
{
    const EngConv conv = eng_conv_geometry(layer->op, step->samples);
    EngStatus status = eng_layer_quantize(layer, ctx, step, ENG_SLOT_A_WGRAD, err);
    if (status == ENG_OK)
        status = eng_layer_quantize(layer, ctx, step, ENG_SLOT_G_WGRAD, err);
    if (status == ENG_OK)
        eng_conv_wgrad(ctx->kernels, ctx->pool, &conv, &layer->operand[ENG_SLOT_G_WGRAD],
            &layer->operand[ENG_SLOT_A_WGRAD], layer->weight->gradient);
    if (layer->bias)
        eng_bias_gradient(layer, ctx, pixels_of(layer, step));
    return status;
}

static EngStatus input_gradient(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err)
{
    const EngConv conv = eng_conv_geometry(layer->op, step->samples);
    EngStatus status = eng_layer_quantize(layer, ctx, step, ENG_SLOT_G_DGRAD, err);
    if (status == ENG_OK)
        status = eng_layer_quantize(layer, ctx, step, ENG_SLOT_W_DGRAD, err);
    if (status == ENG_OK)
        eng_conv_dgrad(ctx->kernels, ctx->pool, &conv, &layer->operand[ENG_SLOT_G_DGRAD],
            &layer->operand[ENG_SLOT_W_DGRAD], layer->dx);
    return status;
}

EngStatus eng_conv_layer_backward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err)
{
    const EngStatus status = weight_gradient(layer, ctx, step, err);
    if (status != ENG_OK || !layer->op->input_gradient)
        return status;
    return input_gradient(layer, ctx, step, err);
}
