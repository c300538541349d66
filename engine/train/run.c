#include "train/run.h"
#include "base/hash.h"
#include "base/mathfn.h"
#include "base/memory.h"
#include "base/text.h"
#include "net/weights.h"
#include "train/emulate.h"
#include <assert.h>
#include <math.h>
#include <string.h>
#include <time.h>

static double now_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void eng_run_read_clock(EngRun *run)
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
    status = eng_augment_check(o->settings.augment, o->data, err);
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
    run->test_order = eng_alloc(o->data->test.count, sizeof *run->test_order);
    run->formats = eng_alloc(layers, sizeof *run->formats);
    run->cursor = eng_alloc(layers, ENG_SLOTS * sizeof *run->cursor);
    run->high = eng_alloc(layers, 3 * sizeof *run->high);
    run->ratio = eng_alloc(layers, 3 * sizeof *run->ratio);
    if (!run->label || !run->test_order || !run->formats || !run->cursor || !run->high ||
        !run->ratio)
        return no_memory(err);
    for (size_t i = 0; i < 3 * layers; i++)
        run->ratio[i] = (EngRatio){NAN, NAN};
    for (size_t i = 0; i < o->data->test.count; i++)
        run->test_order[i] = (uint32_t)i;
    return ENG_OK;
}

EngStatus eng_run_start_loader(EngRun *run, EngError *err)
{
    const EngTrainerOptions *o = &run->options;
    const EngLoaderOptions options = {.data = o->data,
        .split = &o->data->train,
        .augment = o->settings.augment,
        .seed = o->settings.seed_data,
        .in_order = o->settings.no_shuffle,
        .batch = o->settings.batch,
        .first_step = run->step,
        .ahead = o->settings.load_ahead};
    eng_loader_free(run->loader);
    run->loader = NULL;
    run->batch = NULL;
    return eng_loader_new(&options, &run->loader, err);
}

EngStatus eng_run_init(
    EngRun *run, const EngTrainerOptions *options, EngRunSink sink, EngError *err)
{
    *run = (EngRun){.options = *options, .sink = sink, .scaler = {.scale = 65536.0f}};
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
    if (status == ENG_OK && options->initial_weights)
        status = eng_model_load_weights(run->model, options->initial_weights, err);
    run->options.initial_weights = NULL; /* the caller's, and done with */
    if (status == ENG_OK && options->settings.optimiser.kind == ENG_OPTIMISER_ADAM)
        status = eng_model_add_moments(run->model, err);
    if (status == ENG_OK)
        status = eng_run_start_loader(run, err);
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
        .loss_scale = 1.0f,
        .loss_hash = ENG_HASH_START};
    return ENG_OK;
}

void eng_run_clear(EngRun *run)
{
    eng_loader_free(run->loader);
    eng_model_free(run->model);
    eng_pool_free(run->pool);
    eng_plan_free(run->plan);
    eng_free(run->label);
    eng_free(run->test_order);
    eng_free(run->formats);
    eng_free(run->cursor);
    eng_free(run->high);
    eng_free(run->ratio);
    memset(run, 0, sizeof *run);
}

/* The batch of the present step; the loader hands them out in order. */
static void load_training_batch(EngRun *run)
{
    if (!run->batch || run->batch->step != run->step)
        run->batch = eng_loader_next(run->loader);
    assert(run->batch->step == run->step);
    eng_model_use_input(run->model, run->batch->x);
}

EngStep eng_run_context(const EngRun *run, size_t samples, bool training)
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
    run->sink.record(run->sink.ctx, &record);
}

/* Forward, loss and backward of run->batch. `overflowed`: with a scaled loss, gradients left their
 * format's range, and there is nothing to learn from them. */
static EngStatus pass(
    EngRun *run, const EngStep *step, EngLoss *loss, bool *overflowed, EngError *err)
{
    *overflowed = false;
    EngStatus status = eng_model_forward(run->model, step, err);
    if (status == ENG_OK)
        status = eng_model_loss(run->model, step, run->batch->label, loss, err);
    if (status != ENG_OK)
        return status;
    status = eng_model_backward(run->model, step, err);
    if (step->loss_scale == 1.0f || (status != ENG_OK && status != ENG_ERR_DIVERGED))
        return status;
    *overflowed = status == ENG_ERR_DIVERGED || eng_model_overflowed(run->model);
    return ENG_OK;
}

static EngStatus train_batch(EngRun *run, EngLoss *loss, EngError *err)
{
    EngObserver observer = {.ctx = run};
    if (eng_run_begin_formats(run))
        observer.see = eng_run_decide;
    if (eng_run_wants_to_inspect(run))
        observer.inspect = eng_run_inspect;
    EngStep step = eng_run_context(run, run->options.settings.batch, true);
    step.observer = &observer;
    step.loss_scale = run->summary.loss_scale = eng_run_loss_scale(run);
    load_training_batch(run);
    bool overflowed;
    EngStatus status = pass(run, &step, loss, &overflowed, err);
    if (status == ENG_OK && step.loss_scale != 1.0f)
        status = eng_run_adjust_scale(run, overflowed, err);
    if (status == ENG_OK && !overflowed)
        eng_model_update(run->model, &run->options.settings.optimiser,
            eng_rate_at(&run->options.settings.rate, run->clock, run->step), run->step + 1);
    return status;
}

/* A loss far beyond that of guessing, step after step, comes back to nothing one wants to train. */
#define LOUD_STEPS 16

static EngStatus check_explosion(EngRun *run, const EngLoss *loss, EngError *err)
{
    const double limit =
        run->options.settings.explosion * eng_log((double)run->options.net->classes);
    char text[ENG_TEXT_NUMBER];
    run->loud = limit > 0 && (double)loss->mean > limit ? run->loud + 1 : 0;
    if (run->loud < LOUD_STEPS)
        return ENG_OK;
    return eng_error(err, ENG_ERR_DIVERGED,
        "The loss has been above %s for %d steps: the run has diverged.",
        eng_text_double(text, (double)(float)limit), LOUD_STEPS);
}

static void note_step(EngRun *run, const EngLoss *loss)
{
    count_cost(run);
    run->summary.train_loss = loss->mean;
    run->summary.loss_hash = eng_hash_float(run->summary.loss_hash, loss->mean);
    eng_run_read_clock(run);
    emit_step(run, loss);
    run->step++;
    run->summary.steps = run->step;
    run->wish = (EngWish){0};
}

EngStatus eng_run_step(EngRun *run, EngError *err)
{
    EngLoss loss;
    run->began = now_seconds();
    run->improved = false;
    EngStatus status = train_batch(run, &loss, err);
    if (status == ENG_OK) {
        note_step(run, &loss);
        status = check_explosion(run, &loss, err);
    }
    if (status == ENG_OK && eng_run_evaluation_due(run))
        status = eng_run_evaluate(run, err);
    if (status == ENG_ERR_DIVERGED)
        eng_error_prefix(err, "Step %u", run->step);
    eng_run_read_clock(run);
    run->wall = run->summary.wall_seconds;
    return status;
}

EngStatus eng_run_show(EngRun *run, EngError *err)
{
    const EngObserver observer = {.inspect = eng_run_inspect, .ctx = run};
    EngLoss loss;
    bool overflowed;
    eng_run_begin_formats(run);
    if (!run->batch)
        run->batch = eng_loader_next(run->loader);
    eng_model_use_input(run->model, run->batch->x);
    EngStep step = eng_run_context(run, run->options.settings.batch, true);
    step.step = (uint32_t)run->batch->step;
    step.observer = &observer;
    step.dry = true;
    step.loss_scale = eng_run_loss_scale(run);
    const EngStatus status = pass(run, &step, &loss, &overflowed, err);
    run->wish = (EngWish){0};
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
    run->sink.record(run->sink.ctx, &record);
    return ENG_OK;
}
