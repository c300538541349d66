#include "recorder.h"
#include "base/memory.h"
#include "db_trace.h"
#include "json.h"
#include "kernels/kernels.h"
#include "run_plan.h"
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Records that are moved at once: the rows below fit on the stack. */
#define BATCH 256

/* "avx512, 2 threads": what the run's time was measured on. */
static void describe_machine(const EngTrainSettings *settings, char *out, size_t size)
{
    const EngKernels *kernels = NULL;
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    const unsigned threads =
        settings->threads ? settings->threads : (unsigned)(online > 0 ? online : 1);
    const bool known = eng_kernels(settings->isa, &kernels, NULL) == ENG_OK;
    snprintf(out, size, "%s, %u thread%s", known ? kernels->name : "?", threads,
        threads == 1 ? "" : "s");
}

/* The shape of the samples: with it a run can be costed and compared where its data are not. */
static DbStatus add_shape(AppRecorder *recorder, const AppJob *job)
{
    EngText text = {0};
    app_shape_detail(job->net->input, job->net->classes, &text);
    const DbEvent event = {.step = 0, .kind = APP_EVENT_SHAPE, .detail = text.data};
    const DbStatus status = db_run_add_event(recorder->store, recorder->run, &event);
    eng_text_free(&text);
    return status;
}

DbStatus app_recorder_begin(AppRecorder *recorder, DbStore *store, const AppExperiment *experiment,
    const AppJob *job, const AppFork *fork, DbError *err)
{
    *recorder = (AppRecorder){.store = store, .job = job, .hardware = experiment->hardware};
    if (!store)
        return DB_OK;
    char machine[64];
    describe_machine(&experiment->training, machine, sizeof machine);
    EngText text = {0};
    app_experiment_text(experiment, &text, true);
    char *const title = app_experiment_title(experiment);
    const DbNewRun run = {
        .name = title,
        .data = experiment->data,
        .model = experiment->model,
        .schedule = experiment->schedule,
        .experiment = text.data,
        .engine_version = MANTISSA_VERSION,
        .machine = machine,
        .seed_weights = experiment->training.seed_weights,
        .seed_data = experiment->training.seed_data,
        .seed_noise = experiment->training.seed_noise,
        .steps_total = job->clock.steps,
        .steps_per_epoch = job->clock.steps_per_epoch,
        .created = (int64_t)time(NULL),
        .parent = fork ? fork->parent : 0,
        .fork_step = fork ? fork->step : 0,
    };
    DbStatus status = DB_ERR_NOMEM;
    if (text.failed || !title) {
        *err = (DbError){.code = status, .text = "no memory for the run's description"};
    } else {
        status = db_run_create(store, &run, &recorder->run, err);
        if (status == DB_OK)
            status = add_shape(recorder, job);
    }
    eng_free(title);
    eng_text_free(&text);
    return status;
}

/* ---- rows ----------------------------------------------------------------------------------- */

/* What was decided for a layer's role, as JSON. */
static void add_choice(AppRecorder *recorder, const EngRecord *record)
{
    const char *const layer = record->choice.layer < recorder->job->net->product_count
        ? recorder->job->names[record->choice.layer]
        : "?";
    json_t *const value = json_pack("{s:s, s:s, s:s, s:o, s:o}", "layer", layer, "role",
        eng_role_name((EngRole)record->choice.role), "precision",
        record->choice.high ? "high" : "low", "r", app_json_real((double)record->choice.r),
        "epsilon", app_json_real((double)record->choice.epsilon));
    EngText text = {0};
    app_json_add(&text, value, false);
    const DbEvent event = {.step = record->step, .kind = "choice", .detail = text.data};
    db_run_add_event(recorder->store, recorder->run, &event);
    eng_text_free(&text);
    json_decref(value);
}

/* A live edit: the whole schedule from here on. */
static void add_edit(AppRecorder *recorder, EngTrainer *trainer, uint32_t step)
{
    EngPlan *plan = NULL;
    if (eng_trainer_plan(trainer, &plan, NULL) != ENG_OK)
        return;
    char *const text = app_job_plan_text(recorder->job, plan);
    const DbEvent event = {.step = step, .kind = "plan", .detail = text};
    db_run_add_event(recorder->store, recorder->run, &event);
    eng_free(text);
    eng_plan_free(plan);
}

/* A run that ended by itself says why. */
static void add_end(AppRecorder *recorder, EngTrainer *trainer, const EngRecord *record)
{
    const EngRunState state = record->state.state;
    if (state != ENG_RUN_DIVERGED && state != ENG_RUN_FAILED)
        return;
    EngRunSummary summary;
    eng_trainer_summary(trainer, &summary);
    const DbEvent event = {
        .step = record->step, .kind = eng_run_state_name(state), .detail = summary.error.text};
    db_run_add_event(recorder->store, recorder->run, &event);
}

/* Writes `count` records; neighbouring steps go out as one batch of rows. */
static void store_records(
    AppRecorder *recorder, EngTrainer *trainer, const EngRecord *records, size_t count)
{
    DbMetric rows[BATCH];
    DbStatistic figures[BATCH];
    size_t n = 0, measured = 0;
    for (size_t i = 0; i < count; i++) {
        const EngRecord *const r = &records[i];
        switch (r->kind) {
        case ENG_RECORD_STEP:
            rows[n++] = (DbMetric){.step = r->step,
                .loss = r->at_step.loss,
                .accuracy = r->at_step.accuracy,
                .cycles = r->at_step.cycles,
                .femtojoules = r->at_step.femtojoules,
                .wall_seconds = r->wall_seconds};
            break;
        case ENG_RECORD_EVAL: {
            const DbEval eval = {.step = r->step,
                .loss = r->eval.loss,
                .accuracy = r->eval.accuracy,
                .wall_seconds = r->wall_seconds};
            db_run_add_evals(recorder->store, recorder->run, &eval, 1);
            break;
        }
        case ENG_RECORD_STATE:
            add_end(recorder, trainer, r);
            break;
        case ENG_RECORD_PLAN:
            add_edit(recorder, trainer, r->step);
            break;
        case ENG_RECORD_CHOICE:
            add_choice(recorder, r);
            break;
        case ENG_RECORD_FIGURES:
            figures[measured++] = (DbStatistic){.step = r->step,
                .layer = r->figures.layer,
                .slot = r->figures.slot,
                .high = r->figures.high,
                .r = r->figures.r,
                .epsilon = r->figures.epsilon,
                .sqnr_db = r->figures.figures.sqnr_db,
                .flushed = r->figures.figures.flushed,
                .saturated = r->figures.figures.saturated,
                .spread = r->figures.figures.spread};
            break;
        }
    }
    if (n > 0)
        db_run_add_metrics(recorder->store, recorder->run, rows, n);
    if (measured > 0)
        db_run_add_statistics(recorder->store, recorder->run, figures, measured);
}

size_t app_recorder_drain(
    AppRecorder *recorder, EngTrainer *trainer, AppRecordFn seen, void *seen_ctx)
{
    EngRecord records[BATCH];
    size_t total = 0, count;
    while ((count = eng_trainer_store_records(trainer, records, BATCH)) > 0) {
        if (recorder->store)
            store_records(recorder, trainer, records, count);
        for (size_t i = 0; seen && i < count; i++)
            seen(seen_ctx, &records[i]);
        total += count;
    }
    return total;
}

/* The status as the store knows it: a run that has not ended is running or paused. */
static const char *stored_status(EngRunState state)
{
    if (eng_run_state_final(state) || state == ENG_RUN_PAUSED)
        return eng_run_state_name(state);
    return eng_run_state_name(ENG_RUN_RUNNING);
}

DbStatus app_recorder_update(AppRecorder *recorder, EngTrainer *trainer)
{
    if (!recorder->store)
        return DB_OK;
    EngRunSummary summary;
    eng_trainer_summary(trainer, &summary);
    EngPlan *plan = NULL;
    char *used = NULL;
    if (eng_trainer_plan(trainer, &plan, NULL) == ENG_OK)
        used = app_job_plan_text(recorder->job, plan);
    const bool bad = summary.state == ENG_RUN_DIVERGED || summary.state == ENG_RUN_FAILED;
    const DbRunEnd end = {
        .status = stored_status(summary.state),
        .message = bad ? summary.error.text : NULL,
        .schedule_used = used,
        .steps = summary.steps,
        .train_loss = summary.train_loss,
        .test_loss = summary.test_loss,
        .test_accuracy = summary.test_accuracy,
        .best_test_accuracy = summary.best_test_accuracy,
        .loss_hash = summary.loss_hash,
        .cycles = summary.cost.cycles,
        .compute_cycles = summary.cost.compute_cycles,
        .femtojoules = summary.cost.femtojoules,
        .simulated_seconds = eng_cost_seconds(&summary.cost, &recorder->hardware),
        .wall_seconds = summary.wall_seconds,
    };
    const DbStatus status = db_run_update(recorder->store, recorder->run, &end);
    eng_free(used);
    eng_plan_free(plan);
    return status;
}
