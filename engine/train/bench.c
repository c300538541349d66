#include "train/bench.h"
#include "base/memory.h"
#include "base/philox.h"
#include "net/model.h"
#include <stdlib.h>
#include <time.h>

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static void fill(EngModel *model, const EngBenchStep *bench, uint16_t *label)
{
    EngRandom random;
    eng_random_init(&random, 1, 0, 0, 0);
    const EngNetwork *net = bench->net;
    const size_t values = bench->batch * eng_shape_size(net->input);
    const bool tokens = net->ops[0].kind == ENG_OP_EMBEDDING;
    for (size_t i = 0; i < values; i++)
        eng_model_input(model)[i] =
            (float)(tokens ? eng_random_below(&random, net->classes) : eng_random_normal(&random));
    for (size_t i = 0; i < bench->batch * eng_network_targets(net); i++)
        label[i] = (uint16_t)eng_random_below(&random, net->classes);
}

static EngStatus one_step(EngModel *model, const EngStep *step, const EngOptimiser *optimiser,
    const uint16_t *label, EngError *err)
{
    EngLoss loss;
    EngStatus status = eng_model_forward(model, step, err);
    if (status == ENG_OK)
        status = eng_model_loss(model, step, label, &loss, err);
    if (status == ENG_OK)
        status = eng_model_backward(model, step, err);
    if (status == ENG_OK)
        eng_model_update(model, optimiser, 0.01, step->step + 1);
    return status;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static EngStatus measure(const EngBenchStep *bench, EngModel *model,
    const EngFormat (*formats)[ENG_SLOTS], const uint16_t *label, double *ms, EngError *err)
{
    const EngOptimiser optimiser = eng_optimiser_default();
    for (uint32_t i = 0; i < bench->warm_up + bench->steps; i++) {
        const EngStep step = {.formats = formats,
            .noise_seed = 1,
            .step = i,
            .samples = bench->batch,
            .training = true};
        const double begin = now_ms();
        const EngStatus status = one_step(model, &step, &optimiser, label, err);
        if (status != ENG_OK)
            return status;
        if (i >= bench->warm_up)
            ms[i - bench->warm_up] = now_ms() - begin;
    }
    qsort(ms, bench->steps, sizeof *ms, ascending);
    return ENG_OK;
}

static void first_formats(const EngPlan *plan, EngFormat (*formats)[ENG_SLOTS])
{
    for (size_t layer = 0; layer < plan->layers; layer++) {
        for (int slot = 0; slot < ENG_SLOTS; slot++)
            formats[layer][slot] = eng_plan_at(plan, layer, (EngSlot)slot, 0)->precision.format;
    }
}

EngStatus eng_bench_step(const EngBenchStep *bench, double *ms, EngError *err)
{
    const EngKernels *kernels;
    EngPool *pool = NULL;
    EngModel *model = NULL;
    EngFormat(*formats)[ENG_SLOTS] = eng_alloc(bench->plan->layers, sizeof *formats);
    uint16_t *label = eng_alloc(bench->batch, eng_network_targets(bench->net) * sizeof *label);
    EngStatus status = eng_kernels(bench->isa, &kernels, err);
    if (!formats || !label)
        status = eng_error(err, ENG_ERR_NOMEM, "No memory for the benchmark.");
    if (status == ENG_OK)
        status = eng_pool_new(bench->threads, &pool, err);
    if (status == ENG_OK)
        status = eng_model_new(bench->net, bench->batch, 1, kernels, pool, &model, err);
    if (status == ENG_OK) {
        first_formats(bench->plan, formats);
        fill(model, bench, label);
        status = measure(bench, model, (const EngFormat(*)[ENG_SLOTS])formats, label, ms, err);
    }
    eng_model_free(model);
    eng_pool_free(pool);
    eng_free(formats);
    eng_free(label);
    return status;
}
