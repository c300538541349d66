#include "job.h"
#include "base/memory.h"
#include "multiplier_file.h"
#include "schedule/presets.h"
#include <string.h>

/* The names of the layers a schedule's lanes can mean. */
static EngStatus collect_names(AppJob *job, EngError *err)
{
    const size_t count = job->net->product_count;
    job->names = eng_alloc(count, sizeof *job->names);
    if (!job->names)
        return eng_error(err, ENG_ERR_NOMEM, "no memory for the names of %zu layers", count);
    for (size_t i = 0; i < count; i++)
        job->names[i] = eng_network_product(job->net, i)->name;
    return ENG_OK;
}

static EngStatus check_batch(const AppExperiment *experiment, size_t samples, EngError *err)
{
    if (experiment->training.batch <= samples)
        return ENG_OK;
    return eng_error(err, ENG_ERR_RANGE, "batch is %u, expected at most the %zu training samples",
        experiment->training.batch, samples);
}

static bool names_preset(const AppExperiment *experiment)
{
    return strncmp(experiment->schedule, APP_PRESET, strlen(APP_PRESET)) == 0;
}

/* Puts the text of the preset that the experiment names in its place, now that the layers are
 * known, and reads it. */
static EngStatus write_preset(AppJob *job, AppExperiment *experiment, EngError *err)
{
    char *text = NULL;
    EngStatus status = eng_preset_text(experiment->schedule + strlen(APP_PRESET), job->names,
        job->net->product_count, job->clock, &text, err);
    if (status == ENG_OK)
        status = app_experiment_set_schedule(experiment, text, err);
    if (status == ENG_OK)
        status = eng_schedule_parse(experiment->schedule, &job->schedule, err);
    eng_free(text);
    return status;
}

/* Network, schedule and plan for samples of a shape, into a job that may hold its data already. */
static EngStatus fill(AppJob *job, AppExperiment *experiment, EngShape input, unsigned classes,
    size_t samples, EngError *err)
{
    EngStatus status = check_batch(experiment, samples, err);
    if (status == ENG_OK)
        status = eng_network_parse(experiment->model, input, classes, &job->net, err);
    if (status == ENG_OK)
        status = collect_names(job, err);
    if (status == ENG_OK) {
        job->clock = eng_train_clock(&experiment->training, samples);
        if (names_preset(experiment))
            status = write_preset(job, experiment, err);
    }
    if (status == ENG_OK)
        status = eng_plan_build(
            job->schedule, job->names, job->net->product_count, job->clock, &job->plan, err);
    return status;
}

/* What needs no data comes first: a wrong word is told before a long file is read. */
static EngStatus check_settings(const AppExperiment *experiment, AppJob *job, EngError *err)
{
    EngStatus status = eng_train_settings_check(&experiment->training, err);
    if (status == ENG_OK)
        status = eng_hardware_check(&experiment->hardware, err);
    if (status == ENG_OK && !names_preset(experiment))
        status = eng_schedule_parse(experiment->schedule, &job->schedule, err);
    return status;
}

EngStatus app_job_read_table(const AppExperiment *experiment, AppJob *job, EngError *err)
{
    if (experiment->hardware.multiplier != ENG_MULTIPLIER_TABLE)
        return ENG_OK;
    if (!experiment->multiplier_table[0])
        return eng_error(err, ENG_ERR_RANGE,
            "Hardware setting multiplier is table, expected its file in multiplier_table=FILE.");
    return app_multiplier_read(experiment->multiplier_table, &job->table, &job->products, err);
}

EngStatus app_job_open(AppExperiment *experiment, AppJob *out, EngError *err)
{
    AppJob job = {0};
    EngStatus status = check_settings(experiment, &job, err);
    if (status == ENG_OK)
        status = app_job_read_table(experiment, &job, err);
    if (status == ENG_OK)
        status =
            eng_dataset_open(experiment->data, APP_DATA_SEED, experiment->limit, &job.data, err);
    if (status == ENG_OK)
        status =
            fill(&job, experiment, job.data->shape, job.data->classes, job.data->train.count, err);
    if (status != ENG_OK)
        app_job_close(&job);
    *out = job;
    return status;
}

EngStatus app_job_plan(AppExperiment *experiment, EngShape input, unsigned classes, size_t samples,
    AppJob *out, EngError *err)
{
    AppJob job = {0};
    EngStatus status = check_settings(experiment, &job, err);
    if (status == ENG_OK)
        status = fill(&job, experiment, input, classes, samples, err);
    if (status != ENG_OK)
        app_job_close(&job);
    *out = job;
    return status;
}

void app_job_close(AppJob *job)
{
    eng_plan_free(job->plan);
    eng_free(job->names);
    eng_schedule_free(job->schedule);
    eng_network_free(job->net);
    eng_dataset_free(job->data);
    eng_free(job->products);
    *job = (AppJob){0};
}

char *app_job_plan_text(const AppJob *job, const EngPlan *plan)
{
    EngSchedule *schedule = NULL;
    if (eng_schedule_from_plan(plan, job->names, &schedule, NULL) != ENG_OK)
        return NULL;
    char *const text = eng_schedule_text(schedule, "\n");
    eng_schedule_free(schedule);
    return text;
}

EngTrainerOptions app_job_options(const AppJob *job, const AppExperiment *experiment)
{
    return (EngTrainerOptions){
        .data = job->data,
        .net = job->net,
        .plan = job->plan,
        .settings = experiment->training,
        .hardware = experiment->hardware,
        .table = job->table,
        .store_ring = true,
    };
}
