/* Batch normalisation over (samples, y, x) for every channel.
 * Ioffe, Szegedy, "Batch Normalization", ICML 2015. y = gamma (x - mean) / sqrt(var + 1e-5) + beta.
 *
 * Sums run in float64 over fixed blocks of rows, then over the blocks in ascending order, so that
 * they do not depend on the number of threads. */
#include "base/memory.h"
#include "net/layer.h"
#include <math.h>
#include <string.h>

#define BLOCK_ROWS 256
#define EPSILON 1e-5
#define RUNNING_SHARE 0.1 /* of the new batch in the running statistics */

/* Rows of layer->saved, (channels) each. */
enum { MEAN, INVERSE_SIGMA, RUNNING_MEAN, RUNNING_VARIANCE, FACTOR_X, FACTOR_DY, SHIFT, SAVED };

typedef struct Job {
    EngLayer *layer;
    size_t rows, channels;
} Job;

static Job job_of(EngLayer *layer, const EngStep *step)
{
    const EngShape shape = layer->op->in;
    return (Job){layer, step->samples * shape.y * shape.x, shape.c};
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

/* Adds the two sums of one block: of x and x^2 (forward). */
static void sum_values(const float *x, size_t rows, size_t channels, double *sum, double *squares)
{
    for (size_t i = 0; i < rows; i++) {
        for (size_t c = 0; c < channels; c++) {
            const double v = x[i * channels + c];
            sum[c] += v;
            squares[c] += v * v;
        }
    }
}

/* … and of dy and dy xhat (backward). */
static void sum_gradients(const EngLayer *layer, size_t first, size_t rows, size_t channels,
    double *sum, double *products)
{
    const float *mean = saved(layer, MEAN), *inverse = saved(layer, INVERSE_SIGMA);
    const float *x = layer->x + first * channels, *dy = layer->dy + first * channels;
    for (size_t i = 0; i < rows; i++) {
        for (size_t c = 0; c < channels; c++) {
            const float xhat = (x[i * channels + c] - mean[c]) * inverse[c];
            const double g = dy[i * channels + c];
            sum[c] += g;
            products[c] += g * xhat;
        }
    }
}

static void sum_blocks(void *arg, size_t begin, size_t end, bool backward)
{
    const Job *job = arg;
    const size_t channels = job->channels;
    for (size_t block = begin; block < end; block++) {
        double *sum = job->layer->sums + block * 2 * channels;
        memset(sum, 0, 2 * channels * sizeof *sum);
        const size_t first = block * BLOCK_ROWS;
        const size_t rows = job->rows - first < BLOCK_ROWS ? job->rows - first : BLOCK_ROWS;
        if (backward)
            sum_gradients(job->layer, first, rows, channels, sum, sum + channels);
        else
            sum_values(job->layer->x + first * channels, rows, channels, sum, sum + channels);
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

static void batch_statistics(const Job *job, const EngContext *ctx)
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
    const EngLayer *layer = job->layer;
    const float *factor = saved(layer, FACTOR_X), *shift = saved(layer, SHIFT);
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        const float *x = layer->x + i * job->channels;
        float *y = layer->y + i * job->channels;
        for (size_t c = 0; c < job->channels; c++)
            y[c] = x[c] * factor[c] + shift[c];
    }
}

void eng_batch_norm_forward(EngLayer *layer, const EngContext *ctx, const EngStep *step)
{
    Job job = job_of(layer, step);
    if (step->training)
        batch_statistics(&job, ctx);
    else
        running_statistics(layer);
    for (size_t c = 0; c < job.channels; c++) {
        const float factor = layer->weight->value[c] * saved(layer, INVERSE_SIGMA)[c];
        saved(layer, FACTOR_X)[c] = factor;
        saved(layer, SHIFT)[c] = layer->bias->value[c] - saved(layer, MEAN)[c] * factor;
    }
    eng_pool_run(ctx->pool, normalise_rows, &job, job.rows, 64);
}

/* dx = a dy + b x + shift with a = gamma / sigma, b and shift from the two sums. */
static void gradient_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const Job *job = arg;
    const EngLayer *layer = job->layer;
    const float *a = saved(layer, FACTOR_DY), *b = saved(layer, FACTOR_X),
                *shift = saved(layer, SHIFT);
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        const float *x = layer->x + i * job->channels, *dy = layer->dy + i * job->channels;
        float *dx = layer->dx + i * job->channels;
        for (size_t c = 0; c < job->channels; c++)
            dx[c] = a[c] * dy[c] + (b[c] * x[c] + shift[c]);
    }
}

void eng_batch_norm_backward(EngLayer *layer, const EngContext *ctx, const EngStep *step)
{
    Job job = job_of(layer, step);
    eng_pool_run(ctx->pool, sum_gradient_blocks, &job, blocks_of(job.rows), 1);
    fold_blocks(&job);
    for (size_t c = 0; c < job.channels; c++) {
        const double sum = layer->sums[c], product = layer->sums[job.channels + c];
        layer->bias->gradient[c] = (float)sum;
        layer->weight->gradient[c] = (float)product;
        const double inverse = saved(layer, INVERSE_SIGMA)[c], mean = saved(layer, MEAN)[c];
        const double a = layer->weight->value[c] * inverse;
        const double b = -a * inverse * product / (double)job.rows;
        saved(layer, FACTOR_DY)[c] = (float)a;
        saved(layer, FACTOR_X)[c] = (float)b;
        saved(layer, SHIFT)[c] = (float)(-a * sum / (double)job.rows - b * mean);
    }
    if (layer->op->input_gradient)
        eng_pool_run(ctx->pool, gradient_rows, &job, job.rows, 64);
}
