/* How long an estimate takes: a schedule of 60 segments on a network of 20 layers. Prints medians;
 * no verdict. */
#include "base/memory.h"
#include "hardware/breakdown.h"
#include "hardware/cost.h"
#include "hardware/test_net.h"
#include "schedule/schedule.h"
#include <stdlib.h>
#include <time.h>

#define LAYERS 20
#define ROUNDS 301

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(const char *what, double *micros)
{
    qsort(micros, ROUNDS, sizeof *micros, by_value);
    printf("%-60s %8.1f us (median of %d)\n", what, micros[ROUNDS / 2], ROUNDS);
}

/* Twenty lanes of three segments: 60 segments, every layer different. */
static EngSchedule *schedule_of_60(const char *const *names)
{
    char text[4096];
    size_t used = 0;
    for (int i = 0; i < LAYERS; i++)
        used += (size_t)snprintf(text + used, sizeof text - used,
            "%s: bfp%d @..%d%%, bfp%d @%d..%d%%, bfp%d @%d%%..\n", names[i], 2 + i % 3, 20 + i,
            4 + i % 3, 20 + i, 60 + i, 6 + i % 4, 60 + i);
    EngSchedule *schedule = NULL;
    EngError err = {.text = ""};
    if (eng_schedule_parse(text, &schedule, &err))
        printf("%s\n", err.text);
    return schedule;
}

int main(void)
{
    static TestNet t;
    static double whole[ROUNDS], built[ROUNDS], one[ROUNDS], curve[ROUNDS], written[ROUNDS];
    static uint32_t steps[1000];
    static uint64_t cycles[1000];
    static EngShare shares[LAYERS * 3];
    EngRandom random;
    eng_random_init(&random, 1, 0, 0, 0);
    test_net(&t, &random, LAYERS);
    const EngHardware hw = eng_hardware_default();
    const EngClock clock = {100000, 1000};
    EngSchedule *const schedule = schedule_of_60(t.names);
    EngError err;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < 1000; i++)
        steps[i] = i * 100;
    for (int i = 0; i < ROUNDS; i++) {
        EngPlan *plan = NULL;
        EngSchedule *again = NULL;
        double start = now();
        if (eng_plan_build(schedule, t.names, LAYERS, clock, &plan, &err)) {
            printf("%s\n", err.text);
            return 1;
        }
        built[i] = now() - start;
        start = now();
        sum += eng_plan_shares(&t.net, plan, 64, &hw, 0, shares).cost.cycles;
        whole[i] = now() - start;
        start = now();
        shares[7 * 3 + 1] = eng_plan_share(&t.net, plan, 7, ENG_PRODUCT_DGRAD, 64, &hw, 0);
        sum += eng_shares_total(shares, LAYERS * 3).cost.cycles;
        one[i] = now() - start;
        start = now();
        eng_plan_cycles(&t.net, plan, 64, &hw, 0, steps, 1000, cycles);
        curve[i] = now() - start;
        start = now();
        if (eng_schedule_from_plan(plan, t.names, &again, &err))
            return 1;
        written[i] = now() - start;
        eng_schedule_free(again);
        eng_plan_free(plan);
    }
    report("lay 60 segments over 20 layers", built);
    report("cost of the whole run, share by share", whole);
    report("the same after one edge of one slot moved", one);
    report("curve of 1000 points", curve);
    report("plan back to a schedule", written);
    printf("# checksum %llu\n", (unsigned long long)sum);
    eng_schedule_free(schedule);
    return 0;
}
