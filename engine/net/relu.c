/* ReLU, in place: y = max(x, 0); dx = y > 0 ? dy : 0. */
#include "net/layer.h"

typedef struct Job {
    const EngKernels *kernels;
    float *x;
    const float *y;
} Job;

static void forward_range(void *ctx, size_t begin, size_t end, unsigned worker)
{
    const Job *job = ctx;
    (void)worker;
    job->kernels->relu(job->x + begin, end - begin);
}

static void backward_range(void *ctx, size_t begin, size_t end, unsigned worker)
{
    const Job *job = ctx;
    (void)worker;
    job->kernels->relu_backward(job->x + begin, job->y + begin, end - begin);
}

void eng_relu_forward(EngLayer *layer, const EngContext *ctx, const EngStep *step)
{
    Job job = {ctx->kernels, layer->x, NULL};
    eng_pool_run(
        ctx->pool, forward_range, &job, step->samples * eng_shape_size(layer->op->in), 4096);
}

void eng_relu_backward(EngLayer *layer, const EngContext *ctx, const EngStep *step)
{
    Job job = {ctx->kernels, layer->dx, layer->y};
    eng_pool_run(
        ctx->pool, backward_range, &job, step->samples * eng_shape_size(layer->op->in), 4096);
}
