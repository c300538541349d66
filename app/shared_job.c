#include "shared_job.h"
#include <glib.h>

static void clear(gpointer data)
{
    AppSharedJob *self = data;
    app_job_close(&self->job);
    app_experiment_clear(&self->experiment);
}

AppSharedJob *app_shared_job_open(const AppExperiment *experiment, EngError *err)
{
    AppSharedJob *self = g_atomic_rc_box_new0(AppSharedJob);
    EngStatus status = app_experiment_copy(experiment, &self->experiment, err);
    if (status == ENG_OK)
        status = app_job_open(&self->experiment, &self->job, err);
    if (status == ENG_OK)
        return self;
    app_shared_job_unref(self);
    return NULL;
}

AppSharedJob *app_shared_job_ref(AppSharedJob *self)
{
    return g_atomic_rc_box_acquire(self);
}

void app_shared_job_unref(AppSharedJob *self)
{
    g_atomic_rc_box_release_full(self, clear);
}
