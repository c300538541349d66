/* Residual addition: y = x + second. */
#include "net/layer.h"

static void add_range(void *arg, size_t begin, size_t end, unsigned worker)
{
    const EngLayer *layer = arg;
    (void)worker;
    for (size_t i = begin; i < end; i++)
        layer->y[i] = layer->x[i] + layer->second[i];
}

void eng_add_forward(EngLayer *layer, const EngContext *ctx, const EngStep *step)
{
    eng_pool_run(ctx->pool, add_range, layer, step->samples * eng_shape_size(layer->op->out), 4096);
}
