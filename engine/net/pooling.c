/* Max and average pooling over windows that do not overlap, and the global average. */
#include "base/memory.h"
#include "net/layer.h"

EngStatus eng_max_pool_init(EngLayer *layer, size_t batch, EngError *err)
{
    layer->choice = eng_alloc(batch, eng_shape_size(layer->op->out));
    return layer->choice
        ? ENG_OK
        : eng_error(err, ENG_ERR_NOMEM, "No memory for layer %s.", layer->op->name);
}

/* First float of pixel (y, x) of a sample. */
static size_t pixel(EngShape shape, size_t y, size_t x)
{
    return (y * shape.x + x) * shape.c;
}

/* One window: y = max, choice = number of the first winner, windows counted row by row. */
static void pool_window(
    const float *x, EngShape in, size_t y0, size_t x0, unsigned size, float *y, uint8_t *choice)
{
    const float *first = x + pixel(in, y0, x0);
    for (size_t c = 0; c < in.c; c++) {
        y[c] = first[c];
        choice[c] = 0;
    }
    for (unsigned i = 1; i < size * size; i++) {
        const float *p = x + pixel(in, y0 + i / size, x0 + i % size);
        for (size_t c = 0; c < in.c; c++) {
            const bool wins = p[c] > y[c];
            y[c] = wins ? p[c] : y[c];
            choice[c] = wins ? (uint8_t)i : choice[c];
        }
    }
}

static void max_forward_samples(void *arg, size_t begin, size_t end, unsigned worker)
{
    const EngLayer *layer = arg;
    const EngShape in = layer->op->in, out = layer->op->out;
    const unsigned size = layer->op->kernel;
    const size_t in_size = eng_shape_size(in), out_size = eng_shape_size(out);
    (void)worker;
    for (size_t n = begin; n < end; n++) {
        for (size_t y = 0; y < out.y; y++) {
            for (size_t x = 0; x < out.x; x++) {
                const size_t at = n * out_size + pixel(out, y, x);
                pool_window(layer->x + n * in_size, in, y * size, x * size, size, layer->y + at,
                    layer->choice + at);
            }
        }
    }
}

void eng_max_pool_forward(EngLayer *layer, const EngContext *ctx, const EngStep *step)
{
    eng_pool_run(ctx->pool, max_forward_samples, layer, step->samples, 1);
}

static void max_backward_samples(void *arg, size_t begin, size_t end, unsigned worker)
{
    const EngLayer *layer = arg;
    const EngShape in = layer->op->in, out = layer->op->out;
    const unsigned size = layer->op->kernel;
    const size_t in_size = eng_shape_size(in), out_size = eng_shape_size(out);
    (void)worker;
    for (size_t i = begin * in_size; i < end * in_size; i++)
        layer->dx[i] = 0.0f; /* also the rows and columns no window covers */
    for (size_t n = begin; n < end; n++) {
        for (size_t y = 0; y < out.y; y++) {
            for (size_t x = 0; x < out.x; x++) {
                const size_t at = n * out_size + pixel(out, y, x);
                for (unsigned i = 0; i < size * size; i++) {
                    float *dx = layer->dx + n * in_size +
                        pixel(in, y * size + i / size, x * size + i % size);
                    for (size_t c = 0; c < in.c; c++)
                        dx[c] = layer->choice[at + c] == i ? layer->dy[at + c] : 0.0f;
                }
            }
        }
    }
}

void eng_max_pool_backward(EngLayer *layer, const EngContext *ctx, const EngStep *step)
{
    eng_pool_run(ctx->pool, max_backward_samples, layer, step->samples, 1);
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
