/* Optimisers: how a gradient becomes a new weight. All arithmetic in float32, each operation
 * rounded, so that the bits do not depend on threads or instruction set. */
#ifndef ENG_NET_OPTIMISER_H
#define ENG_NET_OPTIMISER_H

#include <stdbool.h>
#include <stdint.h>

typedef enum EngOptimiserKind { ENG_OPTIMISER_SGD, ENG_OPTIMISER_ADAM } EngOptimiserKind;

/* Settings, with default and range. */
typedef struct EngOptimiser {
    EngOptimiserKind kind; /* SGD */
    double momentum;       /* SGD: 0.9, 0 .. < 1 */
    bool nesterov;         /* SGD: off */
    double weight_decay;   /* added to the gradient as decay * w; 0, 0..1; not on biases and
                              normalisation */
    double beta1, beta2;   /* Adam: 0.9, 0.999, 0 .. < 1 */
    double epsilon;        /* Adam: 1e-8, > 0 .. 1 */
    double clip_norm;      /* gradients are scaled down to this norm over all of them; 0: off */
} EngOptimiser;

EngOptimiser eng_optimiser_default(void);

/* One update of `n` values.
 * SGD:  g += decay w; v = mu v + g; w -= lr v (nesterov: w -= lr (g + mu v)).
 * Adam (Kingma, Ba, ICLR 2015): v = b1 v + (1 - b1) g; s = b2 s + (1 - b2) g^2;
 *       w -= rate v / (sqrt(s) * root + epsilon), with the bias corrections rate = lr / (1 - b1^t)
 *       and root = 1 / sqrt(1 - b2^t) for the t-th update, t from 1. */
typedef struct EngAdamStep {
    float beta1, beta2, rate, root, epsilon, decay;
} EngAdamStep;

EngAdamStep eng_adam_step(const EngOptimiser *optimiser, double learning_rate, uint64_t t);
void eng_adam_update(
    const EngAdamStep *step, float *w, float *v, float *s, const float *g, uint64_t n);

#endif
