/* Softmax cross-entropy, mean over the batch, in float64 with the house's own exp and log. */
#include "base/mathfn.h"
#include "net/layer.h"
#include <math.h>

/* Index of the row's largest value; the first of equals. */
static size_t largest(const float *row, size_t n)
{
    size_t best = 0;
    for (size_t j = 1; j < n; j++) {
        if (row[j] > row[best])
            best = j;
    }
    return best;
}

/* One target's loss, and its row of the gradient where that is wanted. */
static double target_loss(const EngLossTask *t, size_t i, size_t best)
{
    const float *row = t->logits + i * t->classes;
    const double top = row[best], rest = t->smoothing / (double)t->classes;
    double sum = 0.0, all = 0.0;
    for (size_t j = 0; j < t->classes; j++) {
        sum += eng_exp(row[j] - top);
        all += row[j] - top;
    }
    for (size_t j = 0; t->gradient && j < t->classes; j++) {
        const double target = (j == t->label[i] ? 1.0 - t->smoothing : 0.0) + rest;
        const double p = eng_exp(row[j] - top) / sum;
        t->gradient[i * t->classes + j] = (float)((p - target) / (double)t->targets) * t->scale;
    }
    return eng_log(sum) - (1.0 - t->smoothing) * (row[t->label[i]] - top) - rest * all;
}

typedef struct Job {
    const EngLossTask *task;
    uint32_t correct[ENG_POOL_MAX]; /* by worker */
} Job;

static void run_targets(void *arg, size_t begin, size_t end, unsigned worker)
{
    Job *job = arg;
    const EngLossTask *t = job->task;
    for (size_t i = begin; i < end; i++) {
        const size_t best = largest(t->logits + i * t->classes, t->classes);
        t->loss[i] = target_loss(t, i, best);
        job->correct[worker] += best == t->label[i];
    }
}

EngStatus eng_softmax_loss(
    const EngLossTask *t, const EngContext *ctx, EngLoss *loss, EngError *err)
{
    Job job = {.task = t};
    eng_pool_run(ctx->pool, run_targets, &job, t->targets, 4);
    double sum = 0.0;
    for (size_t i = 0; i < t->targets; i++)
        sum += t->loss[i];
    *loss = (EngLoss){.mean = (float)(sum / (double)t->targets)};
    for (unsigned i = 0; i < ENG_POOL_MAX; i++)
        loss->correct += job.correct[i];
    if (!isfinite(loss->mean))
        return eng_error(err, ENG_ERR_DIVERGED, "The loss is not a finite number any more.");
    return ENG_OK;
}
