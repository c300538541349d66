/* A job that several owners hold at once: the page that shows it, the run that trains it and the
 * thread that records it. The last one to let go closes it. Any thread. */
#ifndef APP_SHARED_JOB_H
#define APP_SHARED_JOB_H

#include "job.h"

typedef struct AppSharedJob {
    AppExperiment experiment;
    AppJob job;
} AppSharedJob;

/* Opens what `experiment` names (see app_job_open). Reads files: not on the main loop. Returns
 * NULL and fills `err` where something cannot be opened. */
AppSharedJob *app_shared_job_open(const AppExperiment *experiment, EngError *err);

AppSharedJob *app_shared_job_ref(AppSharedJob *self);
void app_shared_job_unref(AppSharedJob *self);

#endif
