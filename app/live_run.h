/* AppLiveRun: one run from its first step to its last row: trainer, recorder thread, and the curves
 * the window shows.
 *
 * The trainer and the recorder have threads of their own, so nothing that is kept depends on the
 * window being drawn; the window takes what is new whenever it likes. All functions: main thread.
 */
#ifndef APP_LIVE_RUN_H
#define APP_LIVE_RUN_H

#include "db_store.h"
#include "mts-run-data.h"
#include "recorder.h"
#include "shared_job.h"
#include "train/trainer.h"
#include <gio/gio.h>

typedef struct AppLiveRun AppLiveRun;

/* What the run tells its session; each may be NULL. `choice` comes while records are taken,
 * `recorded` once all rows are in the store (error: the store's sentence, or NULL). */
typedef struct AppLiveListener {
    void (*choice)(gpointer ctx, const EngRecord *record);
    void (*plan)(gpointer ctx, guint32 step);
    void (*recorded)(gpointer ctx, gint64 run, const char *error);
    gpointer ctx;
} AppLiveListener;

/* Makes trainer and run row away from the main loop and answers through `ready`; the run stands
 * idle then. `plan` is the schedule as drawn (copied), `text` the same as text. `store` may be
 * NULL: nothing is kept. `fork` (NULL or without a parent: none) goes on from the parent's newest
 * checkpoint of at most fork->step steps, whose past becomes the run's own; the plan must be the
 * parent's up to that step. */
void app_live_run_new_async(AppSharedJob *job, const EngPlan *plan, const char *text,
    DbStore *store, const AppFork *fork, const AppLiveListener *listener, GAsyncReadyCallback ready,
    gpointer ready_data);
AppLiveRun *app_live_run_new_finish(GAsyncResult *result, GError **error);

/* Stops the run, waits for its last rows and frees everything. */
void app_live_run_free(AppLiveRun *self);

MtsRunData *app_live_run_get_data(AppLiveRun *self);  /* borrowed */
AppSharedJob *app_live_run_get_job(AppLiveRun *self); /* borrowed */
gint64 app_live_run_get_id(AppLiveRun *self);         /* 0: not kept */

void app_live_run_run(AppLiveRun *self);
void app_live_run_pause(AppLiveRun *self);
void app_live_run_step(AppLiveRun *self);
void app_live_run_stop(AppLiveRun *self);

/* A new plan for the steps to come. Error: its shape is not the run's. */
gboolean app_live_run_set_plan(AppLiveRun *self, const EngPlan *plan, GError **error);

/* The plan as used so far and as planned for the rest; caller frees with eng_plan_free. NULL where
 * memory is short. */
EngPlan *app_live_run_plan(AppLiveRun *self);

/* Appends the records that came in since the last call to the curves; returns whether there were
 * any. Takes some 10 microseconds a record. */
gboolean app_live_run_take(AppLiveRun *self);

/* Where the run stands. */
void app_live_run_summary(AppLiveRun *self, EngRunSummary *out);

#endif
