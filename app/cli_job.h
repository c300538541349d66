/* What the commands share that cost an experiment without training it: its network and plan, with
 * data or for samples of a shape only, and a cost as JSON. */
#ifndef APP_CLI_JOB_H
#define APP_CLI_JOB_H

#include "cli_experiment.h"
#include "hardware/cost.h"
#include "job.h"

/* The options that stand for data. */
typedef struct CliSamples {
    const char *input; /* NULL: the experiment's data are opened */
    uint32_t classes, count;
} CliSamples;

#define CLI_SAMPLES_DEFAULT ((CliSamples){.classes = 10, .count = 60000})

/* Rows of a command's option table. */
#define CLI_SAMPLES_OPTIONS(samples)                                                               \
    {"input", CLI_TEXT, &(samples).input, "SHAPE",                                                 \
        "instead of data: 784, or channels x rows x columns:\n3x32x32"},                           \
        {"classes", CLI_U32, &(samples).classes, "N", "with --input: classes (10)"},               \
    {                                                                                              \
        "samples", CLI_U32, &(samples).count, "N", "with --input: training samples (60000)"        \
    }

/* Whether the options name an experiment at all; false: a sentence was printed. */
bool cli_job_named(
    const CliCommand *command, const CliExperiment *wanted, const CliSamples *samples);

/* The experiment of the options, opened. Clear both in any case (app_job_close,
 * app_experiment_clear); *experiment and *job may be uninitialised. Errors: those of the readers. */
EngStatus cli_job_open(const CliCommand *command, const CliExperiment *wanted,
    const CliSamples *samples, AppExperiment *experiment, AppJob *job, EngError *err);

/* --high-share: a share. Error RANGE. */
EngStatus cli_check_share(double high_share, EngError *err);

/* Cycles, what binds them, seconds and joules. New reference. */
json_t *cli_cost_json(const EngCost *cost, const EngHardware *hw);

#endif
