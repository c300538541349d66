/* Depthwise convolution: y (n, oy, ox, c) from x (n, y, x, c) and w (c, r, s), without a bias. */
#include "kernels/depthwise.h"
#include "net/layer.h"

/* The forward product or the input gradient; patches are quantised on the way, under the slot's
 * noise. */
static EngStatus spread(EngLayer *layer, const EngContext *ctx, const EngStep *step, EngSlot slot,
    float *out, EngError *err)
{
    const EngConv conv = eng_conv_geometry(layer->op, step->samples);
    const EngFormat *format = step->formats[layer->op->product];
    const EngSlot partner = slot ^ 1;
    EngStatus status = eng_layer_quantize(layer, ctx, step, partner, err);
    if (status != ENG_OK)
        return status;
    const EngNoise noise = eng_layer_noise(layer, step, slot);
    eng_layer_inspect(layer, step, slot, &noise);
    status =
        eng_depthwise_spread(ctx->kernels, ctx->pool, &conv, slot, eng_layer_slot_data(layer, slot),
            &format[slot], &format[partner], &noise, &layer->operand[partner], out, err);
    if (status != ENG_OK)
        eng_error_prefix(err, "Layer %s, %s", layer->op->name, eng_slot_name(slot));
    return status;
}

EngStatus eng_depthwise_forward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err)
{
    return spread(layer, ctx, step, ENG_SLOT_A_FWD, layer->y, err);
}

EngStatus eng_depthwise_backward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err)
{
    const EngConv conv = eng_conv_geometry(layer->op, step->samples);
    EngStatus status = eng_layer_quantize(layer, ctx, step, ENG_SLOT_A_WGRAD, err);
    if (status == ENG_OK)
        status = eng_layer_quantize(layer, ctx, step, ENG_SLOT_G_WGRAD, err);
    if (status != ENG_OK)
        return status;
    eng_depthwise_wgrad(ctx->kernels, ctx->pool, &conv, &layer->operand[ENG_SLOT_G_WGRAD],
        &layer->operand[ENG_SLOT_A_WGRAD], layer->weight->gradient);
    return layer->op->input_gradient ? spread(layer, ctx, step, ENG_SLOT_G_DGRAD, layer->dx, err)
                                     : ENG_OK;
}
