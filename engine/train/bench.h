/* How long a training step takes, on random data: what `mantissa-cli bench step` reports. */
#ifndef ENG_TRAIN_BENCH_H
#define ENG_TRAIN_BENCH_H

#include "base/error.h"
#include "kernels/kernels.h"
#include "net/network.h"
#include "schedule/schedule.h"
#include <stddef.h>
#include <stdint.h>

typedef struct EngBenchStep {
    const EngNetwork *net;
    const EngPlan *plan; /* its first step's formats are used throughout */
    uint32_t batch;      /* 1..65536 */
    uint32_t threads;    /* 0: one per processor */
    EngIsa isa;
    uint32_t warm_up; /* steps before the clock counts */
    uint32_t steps;   /* measured steps, >= 1 */
} EngBenchStep;

/* Runs the steps (forward, loss, backward, update; a fresh noise counter each) on normal random
 * inputs (random tokens before an embedding) and random classes, and stores each measured step's milliseconds in ms[steps], ascending.
 * Not from the main loop. Errors: those of the model and the pool; DIVERGED. */
EngStatus eng_bench_step(const EngBenchStep *bench, double *ms, EngError *err);

#endif
