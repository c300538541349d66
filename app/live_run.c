#include "live_run.h"
#include "db_trace.h"
#include "past.h"
#include <sys/resource.h>
#include <unistd.h>

/* Records taken in one go: at most a frame's worth of time. */
#define TAKE 2048
/* How often the recorder looks into the ring, and how often it rewrites the run's row. */
#define DRAIN_MS 100
#define UPDATE_MS 1000
/* Checkpoints of a run that stay in the store. */
#define KEEP_CHECKPOINTS 8
/* Niceness of the training threads, 0..19. */
#define PATIENCE 10

struct AppLiveRun {
    AppSharedJob *job;
    EngTrainer *trainer;
    AppRecorder recorder; /* the recorder thread's own once that runs */
    DbStore *store;
    AppPast *past; /* of a fork, until the curves have it; else NULL */
    GThread *thread;
    MtsRunData *data;
    AppLiveListener listener;
    EngRecord records[TAKE]; /* room for one take */
    MtsStepPoint points[TAKE];
    char *store_error; /* what the store said at the end; NULL: all rows are in */
    GSource *recorded; /* attached by the recorder when it is done */
};

/* ---- the recorder's thread ---------------------------------------------------------------- */

static void take_state(AppLiveRun *self, EngRunState state);

/* On the main loop, once the last row is in the file. The window's ring may have dropped the last
 * state; the summary has not. */
static gboolean tell_recorded(gpointer data)
{
    AppLiveRun *self = data;
    EngRunSummary summary;
    while (app_live_run_take(self)) {
        /* The last records may have come after the last frame. */
    }
    eng_trainer_summary(self->trainer, &summary);
    take_state(self, summary.state);
    if (self->listener.recorded)
        self->listener.recorded(self->listener.ctx, self->recorder.run, self->store_error);
    return G_SOURCE_REMOVE;
}

/* Checkpoints of an epoch each; the last few stay, so that a run can be forked or gone on with. */
static void take_checkpoint(AppLiveRun *self)
{
    EngCheckpoint checkpoint;
    if (!self->store || !eng_trainer_take_checkpoint(self->trainer, &checkpoint))
        return;
    const DbNewCheckpoint row = {.step = checkpoint.step,
        .kind = "interval",
        .bytes = checkpoint.bytes,
        .size = checkpoint.size,
        .keep = KEEP_CHECKPOINTS};
    db_run_add_checkpoint(self->store, self->recorder.run, &row);
    eng_checkpoint_free(&checkpoint);
}

static gpointer record(gpointer arg)
{
    AppLiveRun *self = arg;
    gint64 updated = g_get_monotonic_time();
    for (gboolean over = FALSE; !over;) {
        EngRunSummary summary;
        eng_trainer_wait(self->trainer, DRAIN_MS);
        eng_trainer_summary(self->trainer, &summary);
        over = eng_run_state_final(summary.state);
        if (over) /* the last record leaves a moment after the state */
            eng_trainer_wait(self->trainer, UPDATE_MS);
        const gboolean news = app_recorder_drain(&self->recorder, self->trainer, NULL, NULL) > 0;
        const gint64 now = g_get_monotonic_time();
        take_checkpoint(self);
        if (over || (news && now - updated > UPDATE_MS * 1000)) {
            app_recorder_update(&self->recorder, self->trainer);
            updated = now;
        }
    }
    DbError err = {0};
    if (self->store && db_store_flush(self->store, &err) != DB_OK)
        self->store_error = g_strdup(err.text);
    g_source_attach(self->recorded, NULL);
    return NULL;
}

/* ---- making a run ------------------------------------------------------------------------- */

typedef struct Order {
    AppSharedJob *job;
    EngPlan *plan;
    char *text;
    DbStore *store;
    AppFork fork;
    AppLiveListener listener;
} Order;

static void order_free(gpointer data)
{
    Order *order = data;
    app_shared_job_unref(order->job);
    eng_plan_free(order->plan);
    g_free(order->text);
    g_free(order);
}

/* The trainer first: a run that cannot be trained leaves no row behind. */
static EngStatus make_trainer(AppLiveRun *self, const Order *order, EngError *err)
{
    EngTrainerOptions options = app_job_options(&self->job->job, &self->job->experiment);
    options.plan = order->plan;
    options.window_ring = true;
    options.checkpoint_every = order->store ? self->job->job.clock.steps_per_epoch : 0;
    if (self->past && self->past->checkpoint.bytes)
        options.resume = &self->past->checkpoint;
    return eng_trainer_new(&options, &self->trainer, err);
}

static DbStatus make_row(AppLiveRun *self, const Order *order, DbError *err)
{
    AppExperiment drawn;
    EngError shortage = {0};
    if (app_experiment_copy(&self->job->experiment, &drawn, &shortage) != ENG_OK ||
        app_experiment_set(&drawn.schedule, order->text, &shortage) != ENG_OK) {
        g_strlcpy(err->text, shortage.text, sizeof err->text);
        return DB_ERR_NOMEM;
    }
    DbStatus status = app_recorder_begin(
        &self->recorder, order->store, &drawn, &self->job->job, &order->fork, err);
    app_experiment_clear(&drawn);
    if (status == DB_OK && self->past)
        status = app_past_store(self->past, order->store, self->recorder.run);
    return status;
}

static void free_unstarted(gpointer data)
{
    AppLiveRun *self = data;
    eng_trainer_free(self->trainer);
    app_shared_job_unref(self->job);
    g_clear_pointer(&self->past, app_past_free);
    g_free(self);
}

static void make(GTask *task)
{
    const Order *order = g_task_get_task_data(task);
    AppLiveRun *self = g_new0(AppLiveRun, 1);
    EngError err = {0};
    DbError db_err = {0};
    self->job = app_shared_job_ref(order->job);
    self->store = order->store;
    self->listener = order->listener;
    if (order->fork.parent && order->store)
        self->past = app_past_read(db_store_path(order->store), &order->fork, &db_err);
    if (order->fork.parent && !self->past) {
        free_unstarted(self);
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", db_err.text);
    } else if (make_trainer(self, order, &err) != ENG_OK) {
        free_unstarted(self);
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", err.text);
    } else if (make_row(self, order, &db_err) != DB_OK) {
        free_unstarted(self);
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", db_err.text);
    } else {
        g_task_return_pointer(task, self, free_unstarted);
    }
}

/* The training threads are children of this one and inherit its patience: where processors are
 * few, a frame of the window comes before a step of the training. */
static gpointer make_patiently(gpointer data)
{
    g_autoptr(GTask) task = data;
    setpriority(PRIO_PROCESS, (id_t)gettid(), PATIENCE);
    make(task);
    return NULL;
}

void app_live_run_new_async(AppSharedJob *job, const EngPlan *plan, const char *text,
    DbStore *store, const AppFork *fork, const AppLiveListener *listener, GAsyncReadyCallback ready,
    gpointer ready_data)
{
    g_autoptr(GTask) task = g_task_new(NULL, NULL, ready, ready_data);
    Order *order = g_new0(Order, 1);
    order->job = app_shared_job_ref(job);
    order->text = g_strdup(text);
    order->store = store;
    if (fork)
        order->fork = *fork;
    order->listener = *listener;
    g_task_set_task_data(task, order, order_free);
    EngError err = {0};
    if (eng_plan_copy(plan, &order->plan, &err) != ENG_OK) {
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", err.text);
        return;
    }
    g_thread_unref(g_thread_new("make-run", make_patiently, g_object_ref(task)));
}

AppLiveRun *app_live_run_new_finish(GAsyncResult *result, GError **error)
{
    AppLiveRun *self = g_task_propagate_pointer(G_TASK(result), error);
    if (!self)
        return NULL;
    g_autofree char *name = app_experiment_title(&self->job->experiment);
    self->data = mts_run_data_new(self->recorder.run, name, self->job->job.clock);
    if (self->past)
        app_past_show(self->past, self->data);
    g_clear_pointer(&self->past, app_past_free);
    self->recorded = g_idle_source_new();
    g_source_set_callback(self->recorded, tell_recorded, self, NULL);
    self->thread = g_thread_new("recorder", record, self);
    return self;
}

/* ---- commands ----------------------------------------------------------------------------- */

void app_live_run_free(AppLiveRun *self)
{
    if (!self)
        return;
    eng_trainer_stop(self->trainer);
    g_thread_join(self->thread);
    g_source_destroy(self->recorded);
    g_source_unref(self->recorded);
    g_free(self->store_error);
    eng_trainer_free(self->trainer);
    g_object_unref(self->data);
    app_shared_job_unref(self->job);
    g_free(self);
}

MtsRunData *app_live_run_get_data(AppLiveRun *self)
{
    return self->data;
}

AppSharedJob *app_live_run_get_job(AppLiveRun *self)
{
    return self->job;
}

gint64 app_live_run_get_id(AppLiveRun *self)
{
    return self->recorder.run;
}

void app_live_run_run(AppLiveRun *self)
{
    eng_trainer_run(self->trainer);
}

void app_live_run_pause(AppLiveRun *self)
{
    eng_trainer_pause(self->trainer);
}

void app_live_run_step(AppLiveRun *self)
{
    eng_trainer_step(self->trainer);
}

void app_live_run_stop(AppLiveRun *self)
{
    eng_trainer_stop(self->trainer);
}

gboolean app_live_run_set_plan(AppLiveRun *self, const EngPlan *plan, GError **error)
{
    EngError err = {0};
    if (eng_trainer_set_plan(self->trainer, plan, &err) == ENG_OK)
        return TRUE;
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, err.text);
    return FALSE;
}

EngPlan *app_live_run_plan(AppLiveRun *self)
{
    EngPlan *plan = NULL;
    eng_trainer_plan(self->trainer, &plan, NULL);
    return plan;
}

/* ---- what the window takes ---------------------------------------------------------------- */

static MtsRunStatus status_of(EngRunState state)
{
    switch (state) {
    case ENG_RUN_RUNNING:
    case ENG_RUN_STOPPING:
        return MTS_STATUS_RUNNING;
    case ENG_RUN_PAUSED:
        return MTS_STATUS_PAUSED;
    case ENG_RUN_FINISHED:
        return MTS_STATUS_FINISHED;
    case ENG_RUN_STOPPED:
        return MTS_STATUS_STOPPED;
    case ENG_RUN_DIVERGED:
        return MTS_STATUS_DIVERGED;
    case ENG_RUN_FAILED:
        return MTS_STATUS_FAILED;
    case ENG_RUN_IDLE:
        break;
    }
    return MTS_STATUS_IDLE;
}

static void take_state(AppLiveRun *self, EngRunState state)
{
    EngRunSummary summary;
    eng_trainer_summary(self->trainer, &summary);
    const gboolean bad = state == ENG_RUN_DIVERGED || state == ENG_RUN_FAILED;
    mts_run_data_set_status(self->data, status_of(state), bad ? summary.error.text : NULL);
}

static void take_eval(AppLiveRun *self, const EngRecord *record)
{
    const MtsEvalPoint point = {
        .step = record->step, .loss = record->eval.loss, .accuracy = record->eval.accuracy};
    mts_run_data_append_evals(self->data, &point, 1);
}

/* Everything but steps, which the caller gathers into one batch. */
static void take_rare(AppLiveRun *self, const EngRecord *record)
{
    if (record->kind == ENG_RECORD_EVAL)
        take_eval(self, record);
    else if (record->kind == ENG_RECORD_STATE)
        take_state(self, record->state.state);
    else if (record->kind == ENG_RECORD_CHOICE && self->listener.choice)
        self->listener.choice(self->listener.ctx, record);
    else if (record->kind == ENG_RECORD_PLAN && self->listener.plan)
        self->listener.plan(self->listener.ctx, record->step);
}

gboolean app_live_run_take(AppLiveRun *self)
{
    EngRecord *records = self->records;
    MtsStepPoint *points = self->points;
    const gsize n = eng_trainer_window_records(self->trainer, records, TAKE);
    gsize steps = 0;
    for (gsize i = 0; i < n; i++) {
        if (records[i].kind == ENG_RECORD_STEP)
            points[steps++] = (MtsStepPoint){.step = records[i].step,
                .loss = records[i].at_step.loss,
                .accuracy = records[i].at_step.accuracy,
                .cycles = (double)records[i].at_step.cycles};
    }
    if (steps > 0)
        mts_run_data_append_steps(self->data, points, steps);
    for (gsize i = 0; i < n; i++) {
        if (records[i].kind != ENG_RECORD_STEP)
            take_rare(self, &records[i]);
    }
    return n > 0;
}

void app_live_run_summary(AppLiveRun *self, EngRunSummary *out)
{
    eng_trainer_summary(self->trainer, out);
}
