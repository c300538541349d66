/* Layer normalisation over the channels of each pixel or position.
 * J. Ba, J. Kiros, G. Hinton, "Layer Normalization", arXiv 1607.06450.
 * y = gamma (x - mean) / sqrt(var + 1e-5) + beta. */
#include "base/memory.h"
#include "net/block_sums.h"
#include "net/lanes.h"
#include "net/layer.h"
#include <math.h>

#define EPSILON 1e-5f

static size_t rows_of(const EngOp *op, size_t samples)
{
    return samples * op->in.y * op->in.x;
}

EngStatus eng_layer_norm_init(EngLayer *layer, size_t batch, EngError *err)
{
    const size_t rows = rows_of(layer->op, batch), width = layer->op->in.c;
    layer->saved = eng_alloc(rows, 2 * sizeof *layer->saved);
    layer->sums = eng_alloc(eng_block_sums_size(rows, width), sizeof *layer->sums);
    return layer->saved && layer->sums
        ? ENG_OK
        : eng_error(err, ENG_ERR_NOMEM, "No memory for layer %s.", layer->op->name);
}

static void forward_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    EngLayer *layer = arg;
    const size_t width = layer->op->in.c;
    const float *gamma = layer->weight->value, *beta = layer->bias->value;
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        const float *restrict x = layer->x + i * width;
        float *restrict y = layer->y + i * width;
        const float mean = eng_lanes_sum(x, width) / (float)width;
        for (size_t c = 0; c < width; c++)
            y[c] = x[c] - mean;
        const float variance = eng_lanes_dot(y, y, width) / (float)width;
        const float inverse = 1.0f / sqrtf(variance + EPSILON);
        for (size_t c = 0; c < width; c++)
            y[c] = y[c] * inverse * gamma[c] + beta[c];
        layer->saved[2 * i] = mean;
        layer->saved[2 * i + 1] = inverse;
    }
}

void eng_layer_norm_forward(EngLayer *layer, const EngContext *ctx, const EngStep *step)
{
    eng_pool_run(ctx->pool, forward_rows, layer, rows_of(layer->op, step->samples), 8);
}

/* With h = (x - mean) / sigma and g = gamma dy: dx = (g - mean(g) - h mean(g h)) / sigma. */
static void backward_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    EngLayer *layer = arg;
    const size_t width = layer->op->in.c;
    const float *gamma = layer->weight->value;
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        const float *restrict x = layer->x + i * width, *restrict dy = layer->dy + i * width;
        float *restrict dx = layer->dx + i * width;
        const float mean = layer->saved[2 * i], inverse = layer->saved[2 * i + 1];
        for (size_t c = 0; c < width; c++)
            dx[c] = gamma[c] * dy[c];
        const float level = eng_lanes_sum(dx, width) / (float)width;
        const float tilt =
            (eng_lanes_dot(dx, x, width) / (float)width - mean * level) * inverse * inverse;
        for (size_t c = 0; c < width; c++)
            dx[c] = (dx[c] - level - (x[c] - mean) * tilt) * inverse;
    }
}

/* Sums of dy and of dy h. */
static void sum_rows(const void *ctx, size_t first, size_t rows, double *sum, double *products)
{
    const EngLayer *layer = ctx;
    const size_t width = layer->op->in.c;
    for (size_t i = first; i < first + rows; i++) {
        const float *x = layer->x + i * width, *dy = layer->dy + i * width;
        const float mean = layer->saved[2 * i], inverse = layer->saved[2 * i + 1];
        for (size_t c = 0; c < width; c++) {
            sum[c] += (double)dy[c];
            products[c] += (double)(dy[c] * ((x[c] - mean) * inverse));
        }
    }
}

void eng_layer_norm_backward(EngLayer *layer, const EngContext *ctx, const EngStep *step)
{
    const size_t rows = rows_of(layer->op, step->samples), width = layer->op->in.c;
    eng_block_sums(ctx->pool, sum_rows, layer, rows, width, layer->sums);
    for (size_t c = 0; c < width; c++) {
        layer->bias->gradient[c] = (float)layer->sums[c];
        layer->weight->gradient[c] = (float)layer->sums[width + c];
    }
    if (layer->op->input_gradient)
        eng_pool_run(ctx->pool, backward_rows, layer, rows, 8);
}
