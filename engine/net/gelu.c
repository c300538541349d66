/* GELU in its tanh form (D. Hendrycks, K. Gimpel, arXiv 1606.08415): y = x s(x) with
 * s = 1 / (1 + exp(-u)), u = 2 sqrt(2 / pi) (x + 0.044715 x^3). */
#include "net/float_exp.h"
#include "net/layer.h"

#define FIRST 1.59576912f   /* 2 sqrt(2 / pi) */
#define THIRD 0.0713548163f /* the same times 0.044715 */

static inline float share(float x)
{
    const float u = x * (FIRST + THIRD * (x * x));
    return 1.0f / (1.0f + eng_exp_float(-u));
}

static void forward_range(void *arg, size_t begin, size_t end, unsigned worker)
{
    const EngLayer *layer = arg;
    const float *restrict x = layer->x;
    float *restrict y = layer->y;
    (void)worker;
    for (size_t i = begin; i < end; i++)
        y[i] = x[i] * share(x[i]);
}

/* y' = s + x s (1 - s) u' */
static void backward_range(void *arg, size_t begin, size_t end, unsigned worker)
{
    const EngLayer *layer = arg;
    const float *restrict x = layer->x, *restrict dy = layer->dy;
    float *restrict dx = layer->dx;
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        const float s = share(x[i]);
        const float slope = FIRST + 3.0f * THIRD * (x[i] * x[i]);
        dx[i] = dy[i] * (s + x[i] * (s * (1.0f - s)) * slope);
    }
}

void eng_gelu_forward(EngLayer *layer, const EngContext *ctx, const EngStep *step)
{
    eng_pool_run(
        ctx->pool, forward_range, layer, step->samples * eng_shape_size(layer->op->in), 1024);
}

void eng_gelu_backward(EngLayer *layer, const EngContext *ctx, const EngStep *step)
{
    eng_pool_run(
        ctx->pool, backward_range, layer, step->samples * eng_shape_size(layer->op->in), 1024);
}
