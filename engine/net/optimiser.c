#include "net/optimiser.h"
#include "base/mathfn.h"
#include <math.h>

EngOptimiser eng_optimiser_default(void)
{
    return (EngOptimiser){
        .kind = ENG_OPTIMISER_SGD, .momentum = 0.9, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8};
}

/* base^t for 0 <= base < 1. */
static double power(double base, uint64_t t)
{
    return base > 0.0 ? eng_exp((double)t * eng_log(base)) : 0.0;
}

EngAdamStep eng_adam_step(const EngOptimiser *o, double learning_rate, uint64_t t)
{
    return (EngAdamStep){.beta1 = (float)o->beta1,
        .beta2 = (float)o->beta2,
        .rate = (float)(learning_rate / (1.0 - power(o->beta1, t))),
        .root = (float)(1.0 / sqrt(1.0 - power(o->beta2, t))),
        .epsilon = (float)o->epsilon,
        .decay = (float)o->weight_decay};
}

void eng_adam_update(
    const EngAdamStep *step, float *w, float *v, float *s, const float *g, uint64_t n)
{
    const float keep1 = step->beta1, take1 = 1.0f - step->beta1;
    const float keep2 = step->beta2, take2 = 1.0f - step->beta2;
    for (uint64_t i = 0; i < n; i++) {
        const float gradient = g[i] + step->decay * w[i];
        v[i] = keep1 * v[i] + take1 * gradient;
        s[i] = keep2 * s[i] + take2 * (gradient * gradient);
        w[i] -= step->rate * (v[i] / (sqrtf(s[i]) * step->root + step->epsilon));
    }
}
