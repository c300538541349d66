/* The learning rate over time. Pure; any thread. */
#ifndef ENG_TRAIN_RATE_H
#define ENG_TRAIN_RATE_H

#include "schedule/schedule.h"

typedef enum EngRateKind {
    ENG_RATE_CONSTANT,
    ENG_RATE_STEP,   /* times `factor` after every `every` epochs */
    ENG_RATE_COSINE, /* half a cosine from the base down to 0 at the end of the run */
} EngRateKind;

/* Settings, with default and range. */
typedef struct EngRate {
    EngRateKind kind; /* CONSTANT */
    double base;      /* 0.05, > 0 .. 100 */
    double warm_up;   /* epochs in which the rate climbs linearly to the base; 0, 0..100000 */
    double every;     /* STEP: epochs; 1, > 0 .. 100000 */
    double factor;    /* STEP: 0.1, > 0 .. 1 */
} EngRate;

EngRate eng_rate_default(void);

/* The rate of step `step` (from 0). Warm-up comes first; step and cosine count from its end. */
double eng_rate_at(const EngRate *rate, EngClock clock, uint32_t step);

#endif
