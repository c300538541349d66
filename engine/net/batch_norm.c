/* Batch normalisation over (samples, y, x) for every channel.
 * Ioffe, Szegedy, "Batch Normalization", ICML 2015. y = gamma (x - mean) / sqrt(var + 1e-5) + beta.
 *
 * Sums run in float64 over fixed blocks of rows, then over the blocks in ascending order, so that
 * they do not depend on the number of threads. */
#include "base/memory.h"
#include "net/layer.h"
#include <math.h>

#define BLOCK_ROWS 256
#define EPSILON 1e-5
#define RUNNING_SHARE 0.1 /* of the new batch in the running statistics */

/* Rows of layer->saved, (channels) each. */
enum {
    MEAN,
    INVERSE_SIGMA,
    RUNNING_MEAN,
    RUNNING_VARIANCE,
    FACTOR, /* y = x FACTOR + SHIFT */
    SHIFT,
    GRADIENT_DY, /* dx = GRADIENT_DY g + (GRADIENT_X x + GRADIENT) */
    GRADIENT_X,
    GRADIENT,
    SAVED
};

typedef struct Job {
    EngLayer *layer;
    const EngKernels *kernels;
    size_t rows, channels;
} Job;

static Job job_of(EngLayer *layer, const EngContext *ctx, const EngStep *step)
{
    const EngShape shape = layer->op->in;
    return (Job){layer, ctx->kernels, step->samples * shape.y * shape.x, shape.c};
}

static size_t blocks_of(size_t rows)
{
    return (rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
}

static float *saved(const EngLayer *layer, int row)
{
    return layer->saved + (size_t)row * layer->op->in.c;
}

EngStatus eng_batch_norm_init(EngLayer *layer, size_t batch, EngError *err)
{
    const EngShape shape = layer->op->in;
    const size_t blocks = blocks_of(batch * shape.y * shape.x);
    layer->saved = eng_alloc(shape.c, SAVED * sizeof(float));
    layer->sums = eng_alloc(blocks, 2 * shape.c * sizeof(double));
    if (!layer->saved || !layer->sums)
        return eng_error(err, ENG_ERR_NOMEM, "No memory for layer %s.", layer->op->name);
    for (size_t c = 0; c < shape.c; c++)
        saved(layer, RUNNING_VARIANCE)[c] = 1.0f;
    return ENG_OK;
}

void eng_batch_norm_running(EngLayer *layer, float **mean, float **variance)
{
    *mean = saved(layer, RUNNING_MEAN);
    *variance = saved(layer, RUNNING_VARIANCE);
}

/* Rows [first, first + rows) as the kernels take them. */
static EngNormPass pass_of(const Job *job, size_t first, size_t rows)
{
    const EngLayer *layer = job->layer;
    return (EngNormPass){.x = layer->x + first * job->channels,
        .rows = rows,
        .channels = job->channels,
        .factor = saved(layer, FACTOR),
        .shift = saved(layer, SHIFT),
        .mean = saved(layer, MEAN),
        .inverse = saved(layer, INVERSE_SIGMA),
        .relu = layer->relu};
}

static void sum_blocks(void *arg, size_t begin, size_t end, bool backward)
{
    const Job *job = arg;
    for (size_t block = begin; block < end; block++) {
        double *sum = job->layer->sums + block * 2 * job->channels;
        const size_t first = block * BLOCK_ROWS;
        const size_t rows = job->rows - first < BLOCK_ROWS ? job->rows - first : BLOCK_ROWS;
        const EngNormPass pass = pass_of(job, first, rows);
        if (backward)
            job->kernels->norm_gradient_sums(
                &pass, job->layer->dy + first * job->channels, sum, sum + job->channels);
        else
            job->kernels->norm_sums(pass.x, rows, job->channels, sum, sum + job->channels);
    }
}

static void sum_value_blocks(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    sum_blocks(arg, begin, end, false);
}

static void sum_gradient_blocks(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    sum_blocks(arg, begin, end, true);
}

/* Folds all blocks into the first one, in ascending order. */
static void fold_blocks(const Job *job)
{
    double *total = job->layer->sums;
    for (size_t block = 1; block < blocks_of(job->rows); block++) {
        for (size_t i = 0; i < 2 * job->channels; i++)
            total[i] += total[block * 2 * job->channels + i];
    }
}

static void batch_statistics(const Job *job, const EngContext *ctx, bool keep)
{
    EngLayer *layer = job->layer;
    eng_pool_run(ctx->pool, sum_value_blocks, (void *)job, blocks_of(job->rows), 1);
    fold_blocks(job);
    const double rows = (double)job->rows;
    for (size_t c = 0; c < job->channels; c++) {
        const double mean = layer->sums[c] / rows;
        const double spread = layer->sums[job->channels + c] / rows - mean * mean;
        const double variance = spread > 0.0 ? spread : 0.0;
        saved(layer, MEAN)[c] = (float)mean;
        saved(layer, INVERSE_SIGMA)[c] = (float)(1.0 / sqrt(variance + EPSILON));
        if (!keep)
            continue;
        const double unbiased = rows > 1 ? variance * rows / (rows - 1.0) : variance;
        float *running_mean = saved(layer, RUNNING_MEAN) + c;
        float *running_variance = saved(layer, RUNNING_VARIANCE) + c;
        *running_mean = (float)(*running_mean + RUNNING_SHARE * (mean - *running_mean));
        *running_variance =
            (float)(*running_variance + RUNNING_SHARE * (unbiased - *running_variance));
    }
}

static void running_statistics(EngLayer *layer)
{
    for (size_t c = 0; c < layer->op->in.c; c++) {
        saved(layer, MEAN)[c] = saved(layer, RUNNING_MEAN)[c];
        saved(layer, INVERSE_SIGMA)[c] =
            (float)(1.0 / sqrt((double)saved(layer, RUNNING_VARIANCE)[c] + EPSILON));
    }
}

static void normalise_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const Job *job = arg;
    const EngNormPass pass = pass_of(job, begin, end - begin);
    (void)worker;
    job->kernels->norm_apply(&pass, job->layer->y + begin * job->channels);
}

void eng_batch_norm_forward(EngLayer *layer, const EngContext *ctx, const EngStep *step)
{
    Job job = job_of(layer, ctx, step);
    if (step->training)
        batch_statistics(&job, ctx, !step->dry);
    else
        running_statistics(layer);
    for (size_t c = 0; c < job.channels; c++) {
        const float factor = layer->weight->value[c] * saved(layer, INVERSE_SIGMA)[c];
        saved(layer, FACTOR)[c] = factor;
        saved(layer, SHIFT)[c] = layer->bias->value[c] - saved(layer, MEAN)[c] * factor;
    }
    eng_pool_run(ctx->pool, normalise_rows, &job, job.rows, 64);
}

static void gradient_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const Job *job = arg;
    const EngLayer *layer = job->layer;
    const EngNormPass pass = pass_of(job, begin, end - begin);
    const size_t at = begin * job->channels;
    (void)worker;
    job->kernels->norm_gradient(&pass, layer->dy + at, saved(layer, GRADIENT_DY),
        saved(layer, GRADIENT_X), saved(layer, GRADIENT), layer->dx + at);
}

void eng_batch_norm_backward(EngLayer *layer, const EngContext *ctx, const EngStep *step)
{
    Job job = job_of(layer, ctx, step);
    eng_pool_run(ctx->pool, sum_gradient_blocks, &job, blocks_of(job.rows), 1);
    fold_blocks(&job);
    for (size_t c = 0; c < job.channels; c++) {
        const double sum = layer->sums[c], product = layer->sums[job.channels + c];
        layer->bias->gradient[c] = (float)sum;
        layer->weight->gradient[c] = (float)product;
        const double inverse = saved(layer, INVERSE_SIGMA)[c], mean = saved(layer, MEAN)[c];
        const double a = layer->weight->value[c] * inverse;
        const double b = -a * inverse * product / (double)job.rows;
        saved(layer, GRADIENT_DY)[c] = (float)a;
        saved(layer, GRADIENT_X)[c] = (float)b;
        saved(layer, GRADIENT)[c] = (float)(-a * sum / (double)job.rows - b * mean);
    }
    if (layer->op->input_gradient)
        eng_pool_run(ctx->pool, gradient_rows, &job, job.rows, 64);
}
