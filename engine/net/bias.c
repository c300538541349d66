/* The bias of linear layers and convolutions: y (rows, out) += b, and db = column sums of dy. */
#include "net/layer.h"

typedef struct Job {
    const EngLayer *layer;
    const EngKernels *kernels;
    size_t rows, out;
} Job;

static void add_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const Job *job = arg;
    (void)worker;
    job->kernels->add_bias(
        job->layer->y + begin * job->out, job->layer->bias->value, end - begin, job->out);
}

void eng_bias_add(const EngLayer *layer, const EngContext *ctx, size_t rows)
{
    Job job = {layer, ctx->kernels, rows, layer->op->out.c};
    eng_pool_run(ctx->pool, add_rows, &job, rows, 8);
}

static void sum_columns(void *arg, size_t begin, size_t end, unsigned worker)
{
    const Job *job = arg;
    (void)worker;
    job->kernels->column_sums(job->layer->dy + begin, job->rows, end - begin, job->out,
        job->layer->bias->gradient + begin);
}

void eng_bias_gradient(const EngLayer *layer, const EngContext *ctx, size_t rows)
{
    Job job = {layer, ctx->kernels, rows, layer->op->out.c};
    eng_pool_run(ctx->pool, sum_columns, &job, job.out, 16);
}
