/* How long an estimate takes: a schedule of 60 segments on resnet-20. Prints medians; no verdict. */
#include "base/memory.h"
#include "hardware/breakdown.h"
#include "hardware/cost.h"
#include "net/network.h"
#include "schedule/schedule.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MAX_LAYERS 64
#define SEGMENTS 60
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

/* Segments dealt out to the layers in turn, every lane different. */
static EngSchedule *schedule_of(const char *const *names, size_t layers)
{
    char text[8192];
    size_t used = 0;
    for (size_t i = 0; i < layers; i++) {
        const size_t count = SEGMENTS / layers + (i < SEGMENTS % layers);
        used += (size_t)snprintf(text + used, sizeof text - used, "%s:", names[i]);
        for (size_t s = 0; s < count; s++)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s bfp%zu @%zu..%zu%%",
                s ? "," : "", 2 + (i + 2 * s) % 7, 100 * s / count + (s ? i : 0),
                s + 1 < count ? 100 * (s + 1) / count + i : 100);
        used += (size_t)snprintf(text + used, sizeof text - used, "\n");
    }
    EngSchedule *schedule = NULL;
    EngError err = {.text = ""};
    if (eng_schedule_parse(text, &schedule, &err))
        printf("%s\n", err.text);
    return schedule;
}

int main(void)
{
    static double whole[ROUNDS], built[ROUNDS], one[ROUNDS], curve[ROUNDS], written[ROUNDS];
    static uint32_t steps[1000];
    static uint64_t cycles[1000];
    static EngShare shares[MAX_LAYERS * 3];
    const EngHardware hw = eng_hardware_default();
    const EngClock clock = {100000, 1000};
    EngNetwork *net = NULL;
    EngError err = {.text = ""};
    if (eng_network_parse("resnet-20", (EngShape){32, 32, 3}, 10, &net, &err)) {
        printf("%s\n", err.text);
        return 1;
    }
    const char *names[MAX_LAYERS];
    const size_t layers = net->product_count;
    for (size_t i = 0; i < layers; i++)
        names[i] = eng_network_product(net, i)->name;
    EngSchedule *const schedule = schedule_of(names, layers);
    if (!schedule)
        return 1;
    printf("# resnet-20: %zu layers with products, %d segments\n", layers, SEGMENTS);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < 1000; i++)
        steps[i] = i * 100;
    for (int i = 0; i < ROUNDS; i++) {
        EngPlan *plan = NULL;
        EngSchedule *again = NULL;
        double start = now();
        if (eng_plan_build(schedule, names, layers, clock, &plan, &err)) {
            printf("%s\n", err.text);
            return 1;
        }
        built[i] = now() - start;
        start = now();
        sum += eng_plan_shares(net, plan, 64, &hw, 0, shares).cost.cycles;
        whole[i] = now() - start;
        start = now();
        shares[7 * 3 + 1] = eng_plan_share(net, plan, 7, ENG_PRODUCT_DGRAD, 64, &hw, 0);
        sum += eng_shares_total(shares, layers * 3).cost.cycles;
        one[i] = now() - start;
        start = now();
        eng_plan_cycles(net, plan, 64, &hw, 0, steps, 1000, cycles);
        curve[i] = now() - start;
        start = now();
        if (eng_schedule_from_plan(plan, names, &again, &err))
            return 1;
        written[i] = now() - start;
        eng_schedule_free(again);
        eng_plan_free(plan);
    }
    report("lay the schedule over the layers", built);
    report("cost of the whole run, share by share", whole);
    report("the same after one edge of one slot moved", one);
    report("curve of 1000 points", curve);
    report("plan back to a schedule", written);
    printf("# checksum %llu\n", (unsigned long long)sum);
    eng_schedule_free(schedule);
    eng_network_free(net);
    return 0;
}
