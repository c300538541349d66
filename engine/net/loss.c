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

/* One sample's loss, and its row of the gradient where that is wanted. */
static double sample_loss(const EngLossTask *t, size_t i, size_t best)
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
        t->gradient[i * t->classes + j] = (float)((p - target) / (double)t->samples);
    }
    return eng_log(sum) - (1.0 - t->smoothing) * (row[t->label[i]] - top) - rest * all;
}

EngStatus eng_softmax_loss(const EngLossTask *t, EngLoss *loss, EngError *err)
{
    double sum = 0.0;
    uint32_t correct = 0;
    for (size_t i = 0; i < t->samples; i++) {
        const size_t best = largest(t->logits + i * t->classes, t->classes);
        sum += sample_loss(t, i, best);
        correct += best == t->label[i];
    }
    *loss = (EngLoss){.mean = (float)(sum / (double)t->samples), .correct = correct};
    if (!isfinite(loss->mean))
        return eng_error(err, ENG_ERR_DIVERGED, "The loss is not a finite number any more.");
    return ENG_OK;
}
