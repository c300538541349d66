#include "train/rate.h"
#include "base/mathfn.h"
#include <math.h>

EngRate eng_rate_default(void)
{
    return (EngRate){.kind = ENG_RATE_CONSTANT, .base = 0.05, .every = 1.0, .factor = 0.1};
}

/* factor^n by repeated multiplication: n is small, and exact for a factor like 0.5. */
static double repeated(double factor, double n)
{
    double product = 1.0;
    for (double i = 1.0; i <= n && product > 0.0; i += 1.0)
        product *= factor;
    return product;
}

double eng_rate_at(const EngRate *rate, EngClock clock, uint32_t step)
{
    const double warm_up = rate->warm_up * clock.steps_per_epoch;
    if (step < warm_up)
        return rate->base * (step + 1.0) / (warm_up + 1.0);
    const double since = step - warm_up, left = clock.steps - warm_up;
    switch (rate->kind) {
    case ENG_RATE_STEP:
        return rate->base *
            repeated(rate->factor, floor(since / (rate->every * clock.steps_per_epoch)));
    case ENG_RATE_COSINE:
        return rate->base * 0.5 * (1.0 + eng_cos_turn(0.5 * since / left));
    case ENG_RATE_CONSTANT:
        break;
    }
    return rate->base;
}
