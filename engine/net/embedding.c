/* Embedding: y (n, t, c) = table[x (n, t)] + place[t]; table (classes, c), place (t, c). */
#include "net/layer.h"
#include <string.h>

typedef struct Job {
    const EngLayer *layer;
    size_t samples, positions, width;
} Job;

static Job job_of(const EngLayer *layer, const EngStep *step)
{
    return (Job){layer, step->samples, layer->op->out.y, layer->op->out.c};
}

/* Tokens come as floats; what is no token of the table would read past its end. */
static EngStatus check_tokens(const Job *job, EngError *err)
{
    const size_t tokens = job->layer->weight->size / job->width;
    for (size_t i = 0; i < job->samples * job->positions; i++) {
        const float x = job->layer->x[i];
        if (!(x >= 0.0f && x < (float)tokens))
            return eng_error(err, ENG_ERR_RANGE,
                "Layer %s: position %zu of sample %zu holds no token from 0 to %zu.",
                job->layer->op->name, i % job->positions, i / job->positions, tokens - 1);
    }
    return ENG_OK;
}

static void look_up(void *arg, size_t begin, size_t end, unsigned worker)
{
    const Job *job = arg;
    const EngLayer *layer = job->layer;
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        const float *row = layer->weight->value + (size_t)layer->x[i] * job->width;
        const float *place = layer->bias->value + i % job->positions * job->width;
        float *y = layer->y + i * job->width;
        for (size_t c = 0; c < job->width; c++)
            y[c] = row[c] + place[c];
    }
}

EngStatus eng_embedding_forward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err)
{
    Job job = job_of(layer, step);
    const EngStatus status = check_tokens(&job, err);
    if (status == ENG_OK)
        eng_pool_run(ctx->pool, look_up, &job, job.samples * job.positions, 16);
    return status;
}

/* Channels [begin, end) of both gradients: rows are added in their order, whoever adds them. */
static void scatter(void *arg, size_t begin, size_t end, unsigned worker)
{
    const Job *job = arg;
    const EngLayer *layer = job->layer;
    const size_t bytes = (end - begin) * sizeof(float);
    (void)worker;
    for (size_t i = begin; i < layer->weight->size; i += job->width)
        memset(layer->weight->gradient + i, 0, bytes);
    for (size_t i = begin; i < layer->bias->size; i += job->width)
        memset(layer->bias->gradient + i, 0, bytes);
    for (size_t i = 0; i < job->samples * job->positions; i++) {
        float *row = layer->weight->gradient + (size_t)layer->x[i] * job->width;
        float *place = layer->bias->gradient + i % job->positions * job->width;
        const float *dy = layer->dy + i * job->width;
        for (size_t c = begin; c < end; c++) {
            row[c] += dy[c];
            place[c] += dy[c];
        }
    }
}

void eng_embedding_backward(EngLayer *layer, const EngContext *ctx, const EngStep *step)
{
    Job job = job_of(layer, step);
    eng_pool_run(ctx->pool, scatter, &job, job.width, 16);
}
