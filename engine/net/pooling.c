/* Max and average pooling over windows that do not overlap, and the global average. */
#include "net/layer.h"
#include <string.h>

/* First float of pixel (y, x) of a sample. */
static size_t pixel(EngShape shape, size_t y, size_t x)
{
    return (y * shape.x + x) * shape.c;
}

/* One output row is one pass of the kernels; `rows` are the output rows of all samples. */
typedef struct Windows {
    const EngLayer *layer;
    const EngKernels *kernels;
} Windows;

/* The pass of output row `row`; *in and *out are where it begins in the two tensors. */
static EngPoolPass windows_of(const EngLayer *layer, size_t row, size_t *in, size_t *out)
{
    const EngShape from = layer->op->in, to = layer->op->out;
    const size_t sample = row / to.y, y = row % to.y;
    *in = sample * eng_shape_size(from) + pixel(from, y * layer->op->kernel, 0);
    *out = sample * eng_shape_size(to) + pixel(to, y, 0);
    return (EngPoolPass){.x = layer->x + *in,
        .outputs = to.x,
        .channels = to.c,
        .row = (size_t)from.x * from.c,
        .size = layer->op->kernel};
}

static void max_forward_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const Windows *w = arg;
    (void)worker;
    for (size_t row = begin; row < end; row++) {
        size_t in, out;
        const EngPoolPass pass = windows_of(w->layer, row, &in, &out);
        w->kernels->pool_max(&pass, w->layer->y + out);
    }
}

void eng_max_pool_forward(EngLayer *layer, const EngContext *ctx, const EngStep *step)
{
    Windows w = {layer, ctx->kernels};
    eng_pool_run(ctx->pool, max_forward_rows, &w, step->samples * layer->op->out.y, 1);
}

/* True where windows cover every pixel; the others get no gradient. */
static bool windows_cover_all(const EngOp *op)
{
    return op->in.y % op->kernel == 0 && op->in.x % op->kernel == 0;
}

static void clear_samples(void *arg, size_t begin, size_t end, unsigned worker)
{
    const EngLayer *layer = arg;
    const size_t size = eng_shape_size(layer->op->in);
    (void)worker;
    memset(layer->dx + begin * size, 0, (end - begin) * size * sizeof *layer->dx);
}

static void max_backward_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const Windows *w = arg;
    (void)worker;
    for (size_t row = begin; row < end; row++) {
        size_t in, out;
        const EngPoolPass pass = windows_of(w->layer, row, &in, &out);
        w->kernels->pool_max_gradient(
            &pass, w->layer->y + out, w->layer->dy + out, w->layer->dx + in);
    }
}

void eng_max_pool_backward(EngLayer *layer, const EngContext *ctx, const EngStep *step)
{
    Windows w = {layer, ctx->kernels};
    if (!windows_cover_all(layer->op))
        eng_pool_run(ctx->pool, clear_samples, layer, step->samples, 1);
    eng_pool_run(ctx->pool, max_backward_rows, &w, step->samples * layer->op->out.y, 1);
}

/* y = (v1 + v2 + …) / n, windows row by row. */
static void average_window(
    const float *x, EngShape in, size_t y0, size_t x0, unsigned size, float *y)
{
    const float *first = x + pixel(in, y0, x0);
    const float n = (float)(size * size);
    for (size_t c = 0; c < in.c; c++)
        y[c] = first[c];
    for (unsigned i = 1; i < size * size; i++) {
        const float *p = x + pixel(in, y0 + i / size, x0 + i % size);
        for (size_t c = 0; c < in.c; c++)
            y[c] += p[c];
    }
    for (size_t c = 0; c < in.c; c++)
        y[c] /= n;
}

static void windows_forward_samples(void *arg, size_t begin, size_t end, unsigned worker)
{
    const EngLayer *layer = arg;
    const EngShape in = layer->op->in, out = layer->op->out;
    const unsigned size = layer->op->kernel;
    (void)worker;
    for (size_t i = begin * out.y; i < end * out.y; i++) {
        const size_t n = i / out.y, y = i % out.y;
        for (size_t x = 0; x < out.x; x++)
            average_window(layer->x + n * eng_shape_size(in), in, y * size, x * size, size,
                layer->y + n * eng_shape_size(out) + pixel(out, y, x));
    }
}

void eng_average_pool_forward(EngLayer *layer, const EngContext *ctx, const EngStep *step)
{
    eng_pool_run(ctx->pool, windows_forward_samples, layer, step->samples, 1);
}

static void windows_backward_samples(void *arg, size_t begin, size_t end, unsigned worker)
{
    const EngLayer *layer = arg;
    const EngShape in = layer->op->in, out = layer->op->out;
    const unsigned size = layer->op->kernel;
    const float n = (float)(size * size);
    (void)worker;
    for (size_t i = begin * in.y; i < end * in.y; i++) {
        const size_t y = i % in.y / size;
        float *dx = layer->dx + i * in.x * in.c;
        const float *dy =
            layer->dy + i / in.y * eng_shape_size(out) + (y < out.y ? pixel(out, y, 0) : 0);
        for (size_t x = 0; x < in.x; x++) {
            const bool covered = y < out.y && x / size < out.x;
            for (size_t c = 0; c < in.c; c++)
                dx[x * in.c + c] = covered ? dy[x / size * in.c + c] / n : 0.0f;
        }
    }
}

void eng_average_pool_backward(EngLayer *layer, const EngContext *ctx, const EngStep *step)
{
    eng_pool_run(ctx->pool, windows_backward_samples, layer, step->samples, 1);
}

static void average_samples(void *arg, size_t begin, size_t end, unsigned worker)
{
    const EngLayer *layer = arg;
    const size_t pixels = (size_t)layer->op->in.y * layer->op->in.x, channels = layer->op->in.c;
    (void)worker;
    for (size_t n = begin; n < end; n++) {
        const float *x = layer->x + n * pixels * channels;
        for (size_t c = 0; c < channels; c++) {
            double sum = 0.0;
            for (size_t p = 0; p < pixels; p++)
                sum += x[p * channels + c];
            layer->y[n * channels + c] = (float)(sum / (double)pixels);
        }
    }
}

void eng_global_pool_forward(EngLayer *layer, const EngContext *ctx, const EngStep *step)
{
    eng_pool_run(ctx->pool, average_samples, layer, step->samples, 1);
}

static void spread_samples(void *arg, size_t begin, size_t end, unsigned worker)
{
    const EngLayer *layer = arg;
    const size_t pixels = (size_t)layer->op->in.y * layer->op->in.x, channels = layer->op->in.c;
    (void)worker;
    for (size_t n = begin; n < end; n++) {
        const float *dy = layer->dy + n * channels;
        float *dx = layer->dx + n * pixels * channels;
        for (size_t c = 0; c < channels; c++)
            dx[c] = dy[c] / (float)pixels;
        for (size_t i = channels; i < pixels * channels; i++)
            dx[i] = dx[i - channels];
    }
}

void eng_global_pool_backward(EngLayer *layer, const EngContext *ctx, const EngStep *step)
{
    eng_pool_run(ctx->pool, spread_samples, layer, step->samples, 1);
}
