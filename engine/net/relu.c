/* ReLU: y = max(x, 0); dx = y > 0 ? dy : 0; in place where nobody else reads x. */
#include "net/layer.h"
#include <string.h>

typedef struct Job {
    const EngKernels *kernels;
    const EngLayer *layer;
} Job;

static void copy(float *to, const float *from, size_t begin, size_t end)
{
    if (to != from)
        memcpy(to + begin, from + begin, (end - begin) * sizeof *to);
}

static void forward_range(void *ctx, size_t begin, size_t end, unsigned worker)
{
    const Job *job = ctx;
    (void)worker;
    copy(job->layer->y, job->layer->x, begin, end);
    job->kernels->relu(job->layer->y + begin, end - begin);
}

static void backward_range(void *ctx, size_t begin, size_t end, unsigned worker)
{
    const Job *job = ctx;
    (void)worker;
    copy(job->layer->dx, job->layer->dy, begin, end);
    job->kernels->relu_backward(job->layer->dx + begin, job->layer->y + begin, end - begin);
}

void eng_relu_forward(EngLayer *layer, const EngContext *ctx, const EngStep *step)
{
    if (layer->absorbed)
        return;
    Job job = {ctx->kernels, layer};
    eng_pool_run(
        ctx->pool, forward_range, &job, step->samples * eng_shape_size(layer->op->in), 4096);
}

void eng_relu_backward(EngLayer *layer, const EngContext *ctx, const EngStep *step)
{
    if (layer->absorbed)
        return;
    Job job = {ctx->kernels, layer};
    eng_pool_run(
        ctx->pool, backward_range, &job, step->samples * eng_shape_size(layer->op->in), 4096);
}
