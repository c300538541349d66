/* The softmax between attention's two products: position t looks at positions 0..t only. Scores
 * (n, heads, t, u) become p = softmax over u of scores / sqrt(width of a head), in place; where
 * u > t, p is 0 whatever the score is. */
#include "net/float_exp.h"
#include "net/lanes.h"
#include "net/layer.h"
#include <math.h>

static void forward_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    EngLayer *layer = arg;
    const size_t length = layer->op->in.c;
    const float scale = layer->op->scale;
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        const float *x = layer->x + i * length;
        float *y = layer->y + i * length;
        const size_t seen = i % length + 1;
        float most = x[0];
        for (size_t u = 1; u < seen; u++)
            most = x[u] > most ? x[u] : most;
        for (size_t u = 0; u < seen; u++)
            y[u] = eng_exp_float((x[u] - most) * scale);
        const float sum = eng_lanes_sum(y, seen);
        for (size_t u = 0; u < seen; u++)
            y[u] /= sum;
        for (size_t u = seen; u < length; u++)
            y[u] = 0.0f;
    }
}

/* dx = scale p (dy - sum over u of p dy) */
static void backward_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    EngLayer *layer = arg;
    const size_t length = layer->op->in.c;
    const float scale = layer->op->scale;
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        const float *p = layer->y + i * length, *dy = layer->dy + i * length;
        float *dx = layer->dx + i * length;
        const float level = eng_lanes_dot(p, dy, length);
        for (size_t u = 0; u < length; u++)
            dx[u] = scale * (p[u] * (dy[u] - level));
    }
}

static size_t rows_of(const EngLayer *layer, const EngStep *step)
{
    return step->samples * layer->op->in.y * layer->op->in.x;
}

void eng_softmax_forward(EngLayer *layer, const EngContext *ctx, const EngStep *step)
{
    eng_pool_run(ctx->pool, forward_rows, layer, rows_of(layer, step), 16);
}

void eng_softmax_backward(EngLayer *layer, const EngContext *ctx, const EngStep *step)
{
    eng_pool_run(ctx->pool, backward_rows, layer, rows_of(layer, step), 16);
}
