#include "train/run.h"
#include "train/emulate.h"
#include "base/hash.h"
#include "base/memory.h"
#include <math.h>
#include <string.h>
#include <time.h>

static double now_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Training time so far, pauses left out; only while a step runs. */
static void read_clock(EngRun *run)
{
    run->summary.wall_seconds = run->wall + (now_seconds() - run->began);
}

static EngStatus no_memory(EngError *err)
{
    return eng_error(err, ENG_ERR_NOMEM, "No memory for the run.");
}

static EngStatus check_options(const EngTrainerOptions *o, EngError *err)
{
    EngStatus status = eng_train_settings_check(&o->settings, err);
    if (status == ENG_OK)
        status = eng_hardware_check(&o->hardware, err);
    if (status != ENG_OK)
        return status;
    if (o->settings.batch > o->data->train.count)
        return eng_error(err, ENG_ERR_RANGE,
            "The batch is %u, but there are only %zu training samples.", o->settings.batch,
            o->data->train.count);
    const size_t wanted = eng_dataset_targets(o->data), told = eng_network_targets(o->net);
    if (wanted != told)
        return eng_error(err, ENG_ERR_SHAPE,
            "\"%s\" asks for %zu classes a sample, the network \"%.80s\" tells %zu.", o->data->name,
            wanted, o->net->text, told);
    const EngClock clock = eng_train_clock(&o->settings, o->data->train.count);
    if (o->plan->layers != o->net->product_count || o->plan->clock.steps != clock.steps ||
        o->plan->clock.steps_per_epoch != clock.steps_per_epoch)
        return eng_error(err, ENG_ERR_SHAPE,
            "The schedule is laid out for %zu layers and %u steps, the run has %zu layers and %u "
            "steps.",
            o->plan->layers, o->plan->clock.steps, o->net->product_count, clock.steps);
    const EngMultiplier multiplier = eng_run_multiplier(&o->hardware, &o->table);
    return eng_run_check_multiplier(&multiplier, o->net, o->plan, err);
}

static EngStatus allocate(EngRun *run, EngError *err)
{
    const EngTrainerOptions *o = &run->options;
    const size_t layers = o->net->product_count;
    run->label = eng_alloc(o->settings.batch, eng_dataset_targets(o->data) * sizeof *run->label);
    run->order = eng_alloc(o->data->train.count, sizeof *run->order);
    run->test_order = eng_alloc(o->data->test.count, sizeof *run->test_order);
    run->formats = eng_alloc(layers, sizeof *run->formats);
    run->cursor = eng_alloc(layers, ENG_SLOTS * sizeof *run->cursor);
    run->high = eng_alloc(layers, 3 * sizeof *run->high);
    if (!run->label || !run->order || !run->test_order || !run->formats || !run->cursor ||
        !run->high)
        return no_memory(err);
    for (size_t i = 0; i < o->data->test.count; i++)
        run->test_order[i] = (uint32_t)i;
    run->order_epoch = UINT32_MAX;
    return ENG_OK;
}

EngStatus eng_run_init(
    EngRun *run, const EngTrainerOptions *options, EngEmitFn emit, void *emit_ctx, EngError *err)
{
    *run = (EngRun){.options = *options, .emit = emit, .emit_ctx = emit_ctx};
    EngStatus status = check_options(options, err);
    const EngKernels *kernels;
    if (status == ENG_OK)
        status = eng_kernels(options->settings.isa, &kernels, err);
    if (status == ENG_OK)
        status = allocate(run, err);
    if (status == ENG_OK)
        status = eng_plan_splice(options->plan, options->plan, 0, &run->plan, err);
    if (status == ENG_OK)
        status = eng_pool_new(options->settings.threads, &run->pool, err);
    if (status == ENG_OK)
        status = eng_model_new(options->net, options->settings.batch,
            options->settings.seed_weights, kernels, run->pool, &run->model, err);
    if (status == ENG_OK)
        status = eng_run_emulate(run->model, options, err);
    if (status == ENG_OK && options->settings.optimiser.kind == ENG_OPTIMISER_ADAM)
        status = eng_model_add_moments(run->model, err);
    if (status != ENG_OK) {
        eng_run_clear(run);
        return status;
    }
    run->clock = run->plan->clock;
    run->summary = (EngRunSummary){.state = ENG_RUN_IDLE,
        .steps_total = run->clock.steps,
        .train_loss = NAN,
        .test_loss = NAN,
        .test_accuracy = NAN,
        .best_test_accuracy = NAN,
        .loss_hash = ENG_HASH_START};
    return ENG_OK;
}

void eng_run_clear(EngRun *run)
{
    eng_model_free(run->model);
    eng_pool_free(run->pool);
    eng_plan_free(run->plan);
    eng_free(run->label);
    eng_free(run->order);
    eng_free(run->test_order);
    eng_free(run->formats);
    eng_free(run->cursor);
    eng_free(run->high);
    memset(run, 0, sizeof *run);
}

typedef struct Gather {
    const EngDataset *data;
    const EngSplit *split;
    const uint32_t *index;
    float *out;
    uint16_t *label;
} Gather;

static void gather_range(void *arg, size_t begin, size_t end, unsigned worker)
{
    const Gather *g = arg;
    (void)worker;
    eng_dataset_gather(g->data, g->split, g->index + begin, end - begin,
        g->out + begin * eng_shape_size(g->data->shape),
        g->label + begin * eng_dataset_targets(g->data));
}

/* Puts samples index[0..n) into the model's input. */
static void load_batch(EngRun *run, const EngSplit *split, const uint32_t *index, size_t n)
{
    Gather gather = {run->options.data, split, index, eng_model_input(run->model), run->label};
    eng_pool_run(run->pool, gather_range, &gather, n, 8);
}

static void load_training_batch(EngRun *run)
{
    const EngTrainerOptions *o = &run->options;
    const uint32_t epoch = run->step / run->clock.steps_per_epoch;
    if (epoch != run->order_epoch) {
        eng_dataset_order(o->settings.seed_data, epoch, o->data->train.count, run->order);
        run->order_epoch = epoch;
    }
    const size_t at = run->step % run->clock.steps_per_epoch;
    load_batch(run, &o->data->train, run->order + at * o->settings.batch, o->settings.batch);
}

static EngStep step_context(const EngRun *run, size_t samples, bool training)
{
    return (EngStep){.formats = (const EngFormat(*)[ENG_SLOTS])run->formats,
        .noise_seed = run->options.settings.seed_noise,
        .step = run->step,
        .samples = samples,
        .label_smoothing = training ? run->options.settings.label_smoothing : 0.0,
        .training = training};
}

/* The step's cost with the formats it really used. */
static void count_cost(EngRun *run)
{
    const EngTrainerOptions *o = &run->options;
    if (!run->cost_known) {
        run->step_cost = (EngCost){0};
        for (size_t layer = 0; layer < o->net->product_count; layer++) {
            const EngCost cost = eng_layer_step_cost(
                o->net, layer, o->settings.batch, run->formats[layer], &o->hardware);
            eng_cost_add(&run->step_cost, &cost, 1);
        }
        run->cost_known = true;
    }
    eng_cost_add(&run->summary.cost, &run->step_cost, 1);
}

/* Classes that are told of a batch. */
static size_t batch_targets(const EngRun *run)
{
    return run->options.settings.batch * eng_dataset_targets(run->options.data);
}

static void emit_step(EngRun *run, const EngLoss *loss)
{
    const EngRecord record = {.kind = ENG_RECORD_STEP,
        .step = run->step,
        .wall_seconds = run->summary.wall_seconds,
        .at_step = {.loss = loss->mean,
            .accuracy = (float)loss->correct / (float)batch_targets(run),
            .cycles = run->summary.cost.cycles,
            .femtojoules = run->summary.cost.femtojoules}};
    run->emit(run->emit_ctx, &record);
}

static EngStatus train_batch(EngRun *run, EngLoss *loss, EngError *err)
{
    EngStep step = step_context(run, run->options.settings.batch, true);
    EngObserver observer;
    eng_run_begin_formats(run, &observer, &step.observer);
    load_training_batch(run);
    EngStatus status = eng_model_forward(run->model, &step, err);
    if (status == ENG_OK)
        status = eng_model_loss(run->model, &step, run->label, loss, err);
    if (status == ENG_OK)
        status = eng_model_backward(run->model, &step, err);
    if (status == ENG_OK)
        eng_model_update(run->model, &run->options.settings.optimiser,
            eng_rate_at(&run->options.settings.rate, run->clock, run->step), run->step + 1);
    return status;
}

/* The whole test split in the formats of the last step. */
static EngStatus evaluate(EngRun *run, EngError *err)
{
    const EngSplit *test = &run->options.data->test;
    const size_t batch = run->options.settings.batch;
    double loss_sum = 0.0;
    size_t correct = 0;
    for (size_t at = 0; at < test->count; at += batch) {
        const size_t n = test->count - at < batch ? test->count - at : batch;
        const EngStep step = step_context(run, n, false);
        EngLoss loss;
        load_batch(run, test, run->test_order + at, n);
        EngStatus status = eng_model_forward(run->model, &step, err);
        if (status == ENG_OK)
            status = eng_model_loss(run->model, &step, run->label, &loss, err);
        if (status != ENG_OK) {
            eng_error_prefix(err, "Evaluation");
            return status;
        }
        loss_sum += (double)loss.mean * (double)n;
        correct += loss.correct;
    }
    EngRunSummary *s = &run->summary;
    read_clock(run);
    s->test_loss = (float)(loss_sum / (double)test->count);
    s->test_accuracy = (float)((double)correct /
        ((double)test->count * (double)eng_dataset_targets(run->options.data)));
    if (!(s->best_test_accuracy >= s->test_accuracy))
        s->best_test_accuracy = s->test_accuracy;
    const EngRecord record = {.kind = ENG_RECORD_EVAL,
        .step = run->step,
        .wall_seconds = s->wall_seconds,
        .eval = {.loss = s->test_loss, .accuracy = s->test_accuracy}};
    run->emit(run->emit_ctx, &record);
    return ENG_OK;
}

/* After every 1/evals of an epoch, and at the end. */
static bool evaluation_due(const EngRun *run)
{
    const uint32_t per_epoch = run->clock.steps_per_epoch;
    const uint32_t evals = run->options.settings.evals_per_epoch;
    const uint32_t interval = per_epoch / evals > 0 ? per_epoch / evals : 1;
    const uint32_t in_epoch = run->step % per_epoch;
    return run->step == run->clock.steps || in_epoch == 0 ||
        (in_epoch % interval == 0 && in_epoch / interval < evals);
}

EngStatus eng_run_step(EngRun *run, EngError *err)
{
    EngLoss loss;
    run->began = now_seconds();
    EngStatus status = train_batch(run, &loss, err);
    if (status == ENG_OK) {
        count_cost(run);
        run->summary.train_loss = loss.mean;
        run->summary.loss_hash = eng_hash_float(run->summary.loss_hash, loss.mean);
        read_clock(run);
        emit_step(run, &loss);
        run->step++;
        run->summary.steps = run->step;
        if (run->options.data->test.count > 0 && evaluation_due(run))
            status = evaluate(run, err);
    }
    if (status == ENG_ERR_DIVERGED)
        eng_error_prefix(err, "Step %u", run->step);
    read_clock(run);
    run->wall = run->summary.wall_seconds;
    return status;
}

EngStatus eng_run_replan(EngRun *run, const EngPlan *plan, EngError *err)
{
    EngPlan *spliced;
    const EngStatus status = eng_plan_splice(run->plan, plan, run->step, &spliced, err);
    if (status != ENG_OK)
        return status;
    eng_plan_free(run->plan);
    run->plan = spliced;
    eng_run_rewind_formats(run);
    const EngRecord record = {
        .kind = ENG_RECORD_PLAN, .step = run->step, .wall_seconds = run->summary.wall_seconds};
    run->emit(run->emit_ctx, &record);
    return ENG_OK;
}
