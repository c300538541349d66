/* What an experiment names, opened: its data, network, schedule and plan. Any thread but the
 * window's main loop, because data are read from files. */
#ifndef APP_JOB_H
#define APP_JOB_H

#include "base/error.h"
#include "data/dataset.h"
#include "experiment.h"
#include "net/network.h"
#include "schedule/schedule.h"
#include "train/trainer.h"

/* The seed of the built-in data generators. It is one number for all experiments, so that
 * replicas which vary the order of the samples still see the same samples. */
#define APP_DATA_SEED 1

typedef struct AppJob {
    EngDataset *data; /* NULL where only shapes were given */
    EngNetwork *net;
    EngSchedule *schedule;
    const char **names; /* of the layers that hold a product, net->product_count of them */
    EngClock clock;
    EngPlan *plan;
    EngMultiplier table; /* where the experiment multiplies by one */
    uint32_t *products;  /* what that points to */
} AppJob;

/* Opens everything an experiment names and checks its settings against the data. Nothing is
 * written anywhere. A preset that the experiment's schedule names becomes the text it has for this
 * network and clock. The caller owns what *out holds (app_job_close).
 * Errors: those of the engine's readers, with the sentence's cause named. */
EngStatus app_job_open(AppExperiment *experiment, AppJob *out, EngError *err);

/* Reads the multiplier's table of an experiment that has one; app_job_open does it, too.
 * Errors: RANGE where none is named, those of app_multiplier_read. */
EngStatus app_job_read_table(const AppExperiment *experiment, AppJob *job, EngError *err);

/* The same without data and without the multiplier's table, for samples of shape `input` in `classes` classes, `samples` of them to
 * train on: all that an estimate needs. */
EngStatus app_job_plan(AppExperiment *experiment, EngShape input, unsigned classes, size_t samples,
    AppJob *out, EngError *err);

/* Frees everything; a zeroed or closed job is fine. No trainer may use it any more. */
void app_job_close(AppJob *job);

/* The plan as schedule text, a line per lane; in memory of eng_alloc, NULL where it is short. */
char *app_job_plan_text(const AppJob *job, const EngPlan *plan);

/* The trainer's options for this job, with the store's ring on. */
EngTrainerOptions app_job_options(const AppJob *job, const AppExperiment *experiment);

#endif
