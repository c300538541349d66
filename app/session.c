#include "base/memory.h"
#include "session_private.h"

void app_session_say(AppSession *self, const char *sentence)
{
    if (self->window)
        mts_window_toast(self->window, sentence);
}

void app_session_free_experiment(AppExperiment *experiment)
{
    if (!experiment)
        return;
    app_experiment_clear(experiment);
    g_free(experiment);
}

AppExperiment *app_session_current(AppSession *self)
{
    AppExperiment *experiment = g_new0(AppExperiment, 1);
    EngError err = {0};
    g_autofree char *text = mts_schedule_model_to_text(mts_studio_get_model(self->studio));
    if (app_experiment_copy(&self->shown->experiment, experiment, &err) == ENG_OK)
        app_experiment_set(&experiment->schedule, text, &err);
    return experiment;
}

/* ---- showing an experiment ---------------------------------------------------------------- */

static void show_title(AppSession *self)
{
    const AppExperiment *e = &self->shown->experiment;
    char *title = app_experiment_title(e);
    g_autofree char *subtitle = g_strdup_printf("%s \u00b7 %s", e->data, e->model);
    mts_window_set_run_title(self->window, title, *e->name ? subtitle : "");
    eng_free(title);
}

void app_session_show_job(AppSession *self, AppSharedJob *job, const EngPlan *plan)
{
    /* The page borrows the network: the old job goes only after it let go of it. */
    AppSharedJob *old = self->shown;
    self->shown = job;
    self->shown_run = 0;
    self->live_shown = FALSE;
    self->fork = (AppFork){0};
    mts_studio_set_live(self->studio, NULL);
    mts_studio_set_experiment(self->studio, job->job.net, plan ? plan : job->job.plan,
        job->experiment.training.batch, &job->experiment.hardware);
    mts_transport_set_status(mts_studio_get_transport(self->studio), MTS_STATUS_IDLE);
    show_title(self);
    app_session_update_fork(self);
    g_clear_pointer(&old, app_shared_job_unref);
}

/* An experiment on its way to the page. */
typedef struct Opening {
    AppExperiment *experiment;
    AppOpening how;
    guint number;
} Opening;

static void opening_free(gpointer data)
{
    Opening *opening = data;
    app_session_free_experiment(opening->experiment);
    g_free(opening);
}

static void free_job(gpointer data)
{
    app_shared_job_unref(data);
}

static void open_job(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    const Opening *opening = data;
    EngError err = {0};
    AppSharedJob *job = app_shared_job_open(opening->experiment, &err);
    if (job)
        g_task_return_pointer(task, job, free_job);
    else
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", err.text);
}

static void job_opened(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    AppSharedJob *job = g_task_propagate_pointer(G_TASK(result), &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* the session is gone */
    AppSession *self = data;
    const Opening *opening = g_task_get_task_data(G_TASK(result));
    if (opening->number != self->openings || !self->window) { /* something else is wanted by now */
        g_clear_pointer(&job, app_shared_job_unref);
        return;
    }
    if (job) {
        app_session_drop_live(self);
        app_session_show_job(self, job, NULL);
        if (opening->how != APP_OPEN_BEHIND)
            mts_window_show_start(self->window, FALSE);
        app_remember_experiment(self);
        if (opening->how == APP_OPEN_RUN)
            mts_transport_run_pause(mts_studio_get_transport(self->studio));
    } else {
        app_session_say(self, error->message);
        if (!self->shown) { /* never an empty window */
            AppExperiment *demo = g_new0(AppExperiment, 1);
            EngError err;
            app_experiment_init(demo, &err);
            app_session_show_experiment(self, demo);
        }
    }
}

void app_session_open_experiment(AppSession *self, AppExperiment *experiment, AppOpening how)
{
    Opening *opening = g_new(Opening, 1);
    *opening = (Opening){experiment, how, ++self->openings};
    g_autoptr(GTask) task = g_task_new(NULL, self->cancellable, job_opened, self);
    g_task_set_task_data(task, opening, opening_free);
    g_task_run_in_thread(task, open_job);
}

void app_session_show_experiment(AppSession *self, AppExperiment *experiment)
{
    app_session_open_experiment(self, experiment, APP_OPEN_SHOW);
}

void app_session_open_last(AppSession *self)
{
    AppExperiment *last = app_recall_experiment();
    if (last) {
        app_session_show_experiment(self, last);
    } else {
        mts_window_show_start(self->window, TRUE);
        app_session_open_experiment(self, app_example("digits"), APP_OPEN_BEHIND);
    }
}

/* ---- the store ---------------------------------------------------------------------------- */

static void close_store(gpointer data)
{
    db_store_close(data, NULL);
}

static void open_store(GTask *task, gpointer source, gpointer path, GCancellable *cancellable)
{
    DbStore *store;
    DbError err = {0};
    if (db_store_open(path, &store, &err) == DB_OK)
        g_task_return_pointer(task, store, close_store);
    else
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", err.text);
}

static void store_opened(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    DbStore *store = g_task_propagate_pointer(G_TASK(result), &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    AppSession *self = data;
    self->store = store;
    if (store) {
        self->history = app_history_new(self->store_path);
        app_session_connect_library(self);
    } else {
        g_autofree char *sentence =
            g_strdup_printf("%s Runs are not kept until this is mended.", error->message);
        app_session_say(self, sentence);
    }
}

/* ---- life --------------------------------------------------------------------------------- */

static void schedule_committed(MtsScheduleModel *model, AppSession *self)
{
    g_autoptr(GError) error = NULL;
    EngPlan *plan = mts_schedule_model_to_plan(model);
    if (self->live_shown && app_session_trains(self) &&
        !app_live_run_set_plan(self->live, plan, &error))
        app_session_say(self, error->message);
    eng_plan_free(plan);
    app_remember_experiment(self);
}

static gboolean close_requested(GtkWindow *window, AppSession *self)
{
    app_remember_window(self->window);
    app_remember_experiment(self);
    return FALSE;
}

static void window_gone(gpointer data, GObject *window)
{
    AppSession *self = data;
    self->window = NULL;
    self->studio = NULL;
    app_session_unwatch(self);
}

AppSession *app_session_new(GtkApplication *app, const char *store)
{
    AppSession *self = g_new0(AppSession, 1);
    self->cancellable = g_cancellable_new();
    self->store_path = g_strdup(store);
    self->window = MTS_WINDOW(mts_window_new(app));
    self->studio = mts_window_get_studio(self->window);
    g_object_weak_ref(G_OBJECT(self->window), window_gone, self);
    g_signal_connect(self->window, "close-request", G_CALLBACK(close_requested), self);
    g_signal_connect(
        mts_studio_get_model(self->studio), "committed", G_CALLBACK(schedule_committed), self);
    app_session_connect_run(self);
    app_session_connect_new_run(self);
    app_session_connect_fork(self);
    app_session_connect_files(self, app);
    app_session_connect_welcome(self);
    app_session_connect_lab(self);
    app_restore_window(self->window);
    if (store) {
        g_autoptr(GTask) task = g_task_new(NULL, self->cancellable, store_opened, self);
        g_task_set_task_data(task, g_strdup(store), g_free);
        g_task_run_in_thread(task, open_store);
    }
    return self;
}

void app_session_present(AppSession *self)
{
    gtk_window_present(GTK_WINDOW(self->window));
}

GtkWindow *app_session_get_window(AppSession *self)
{
    return GTK_WINDOW(self->window);
}

void app_session_free(AppSession *self)
{
    g_cancellable_cancel(self->cancellable);
    if (self->window) {
        g_object_weak_unref(G_OBJECT(self->window), window_gone, self);
        GtkWindow *window = GTK_WINDOW(self->window);
        app_session_unwatch(self);
        self->window = NULL; /* what its parts say while they go concerns nobody */
        gtk_window_destroy(window);
    }
    g_clear_pointer(&self->live, app_live_run_free);
    g_clear_pointer(&self->history, app_history_free);
    db_store_close(self->store, NULL);
    g_clear_pointer(&self->shown, app_shared_job_unref);
    app_session_free_experiment(self->next);
    g_clear_object(&self->chooser);
    g_object_unref(self->cancellable);
    g_free(self->store_path);
    g_free(self);
}
