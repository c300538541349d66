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

EngStatus eng_softmax_loss(const float *logits, const uint16_t *label, size_t samples,
    size_t classes, float *gradient, EngLoss *loss, EngError *err)
{
    double sum_loss = 0.0;
    uint32_t correct = 0;
    for (size_t i = 0; i < samples; i++) {
        const float *row = logits + i * classes;
        const size_t best = largest(row, classes);
        const double top = row[best];
        double sum = 0.0;
        for (size_t j = 0; j < classes; j++)
            sum += eng_exp(row[j] - top);
        sum_loss += eng_log(sum) - (row[label[i]] - top);
        correct += best == label[i];
        for (size_t j = 0; gradient && j < classes; j++) {
            const double p = eng_exp(row[j] - top) / sum;
            gradient[i * classes + j] = (float)((p - (j == label[i])) / (double)samples);
        }
    }
    *loss = (EngLoss){.mean = (float)(sum_loss / (double)samples), .correct = correct};
    if (!isfinite(loss->mean))
        return eng_error(err, ENG_ERR_DIVERGED, "The loss is not a finite number any more.");
    return ENG_OK;
}
