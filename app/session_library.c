/* Stored runs on the page: the library's list, a run in front, runs as ghosts. */
#include "json.h"
#include "session_private.h"
#include <string.h>

static void listed(gpointer data, const char *error)
{
    AppSession *self = data;
    if (error)
        app_session_say(self, error);
    const guint count = g_list_model_get_n_items(app_history_get_runs(self->history));
    const gint64 front = self->live_shown ? app_live_run_get_id(self->live) : self->shown_run;
    for (guint i = 0; i < count; i++) {
        g_autoptr(MtsRunItem) item = g_list_model_get_item(app_history_get_runs(self->history), i);
        mts_run_item_set_active(item, mts_run_item_get_id(item) == front);
    }
}

void app_session_refresh_library(AppSession *self)
{
    if (self->history && self->window)
        app_history_reload(self->history, listed, self);
}

/* ---- a run in front ----------------------------------------------------------------------- */

/* A stored run on its way to the page: its rows, then the job its experiment names. */
typedef struct Visit {
    AppSession *session;
    AppStoredRun *run;
    AppExperiment experiment;
    GCancellable *cancellable;
} Visit;

static void visit_free(Visit *visit)
{
    g_clear_pointer(&visit->run, app_stored_run_free);
    app_experiment_clear(&visit->experiment);
    g_object_unref(visit->cancellable);
    g_free(visit);
}

static Visit *visit_new(AppSession *self)
{
    Visit *visit = g_new0(Visit, 1);
    visit->session = self;
    visit->cancellable = g_object_ref(self->cancellable);
    return visit;
}

/* What the adaptive rule chose, as the recorder wrote it down. */
static void show_choice(AppSession *self, const AppSharedJob *job, const DbEventRow *event)
{
    json_error_t error;
    json_t *detail = json_loads(event->detail ? event->detail : "", 0, &error);
    const char *layer = NULL, *role = NULL, *precision = NULL;
    json_unpack(detail, "{s:s, s:s, s:s}", "layer", &layer, "role", &role, "precision", &precision);
    for (guint i = 0; layer && role && precision && i < job->job.net->product_count; i++) {
        if (strcmp(job->job.names[i], layer) != 0)
            continue;
        for (int r = ENG_ROLE_W; r <= ENG_ROLE_G; r++) {
            if (strcmp(role, eng_role_name((EngRole)r)) == 0)
                mts_timeline_add_choice(mts_studio_get_timeline(self->studio), i, (EngRole)r,
                    event->step, strcmp(precision, "high") == 0);
        }
    }
    json_decref(detail);
}

static void show_stored(AppSession *self, AppSharedJob *job, const AppStoredRun *run)
{
    const DbRun *row = &run->list.runs[0];
    g_autoptr(MtsRunData) data = app_stored_run_to_data(run);
    app_session_show_job(self, job, NULL);
    self->shown_run = row->id;
    mts_studio_set_live(self->studio, data);
    for (gsize i = 0; i < run->event_count; i++) {
        if (g_str_equal(run->events[i].kind, "choice"))
            show_choice(self, job, &run->events[i]);
    }
    MtsTransport *transport = mts_studio_get_transport(self->studio);
    mts_transport_set_status(transport, mts_run_status_from_name(row->status));
    mts_transport_set_times(transport, row->simulated_seconds, row->wall_seconds);
    mts_studio_set_progress(self->studio, row->steps);
    app_session_update_fork(self);
    app_session_refresh_library(self);
}

static void open_visit(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    Visit *visit = data;
    EngError err = {0};
    AppSharedJob *job = app_shared_job_open(&visit->experiment, &err);
    if (job)
        g_task_return_pointer(task, job, (GDestroyNotify)app_shared_job_unref);
    else
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", err.text);
}

static void visit_opened(GObject *source, GAsyncResult *result, gpointer data)
{
    Visit *visit = data;
    g_autoptr(GError) error = NULL;
    AppSharedJob *job = g_task_propagate_pointer(G_TASK(result), &error);
    if (job && visit->session->window)
        show_stored(visit->session, g_steal_pointer(&job), visit->run);
    else if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        app_session_say(visit->session, error->message);
    g_clear_pointer(&job, app_shared_job_unref);
    visit_free(visit);
}

/* The stored experiment with the schedule that was really used, live edits included. */
static gboolean read_experiment(Visit *visit, GError **error)
{
    const DbRun *row = &visit->run->list.runs[0];
    const char *text = row->experiment ? row->experiment : "";
    EngError err = {0};
    g_autofree char *name = g_strdup_printf("run %" G_GINT64_FORMAT, row->id);
    EngStatus status =
        app_experiment_parse(text, strlen(text), name, &visit->experiment, NULL, &err);
    if (status == ENG_OK && row->schedule_used && *row->schedule_used)
        status = app_experiment_set(&visit->experiment.schedule, row->schedule_used, &err);
    if (status != ENG_OK)
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, err.text);
    return status == ENG_OK;
}

static void visit_loaded(GObject *source, GAsyncResult *result, gpointer data)
{
    Visit *visit = data;
    g_autoptr(GError) error = NULL;
    visit->run = app_history_load_finish(result, &error);
    if (!visit->run || !read_experiment(visit, &error)) {
        if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
            app_session_say(visit->session, error->message);
        visit_free(visit);
        return;
    }
    g_autoptr(GTask) task = g_task_new(NULL, visit->cancellable, visit_opened, visit);
    g_task_set_task_data(task, visit, NULL);
    g_task_run_in_thread(task, open_visit);
}

static void run_activated(MtsLibrary *library, gint64 id, AppSession *self)
{
    if (self->live && app_live_run_get_id(self->live) == id) {
        if (!self->live_shown)
            app_session_show_live(self);
        app_session_refresh_library(self);
    } else {
        app_history_load_async(self->history, id, visit_loaded, visit_new(self));
    }
}

/* ---- ghosts ------------------------------------------------------------------------------- */

static void drop_ghost(AppSession *self, gint64 id)
{
    GListStore *ghosts = mts_studio_get_ghosts(self->studio);
    for (guint i = 0; i < g_list_model_get_n_items(G_LIST_MODEL(ghosts)); i++) {
        g_autoptr(MtsRunData) ghost = g_list_model_get_item(G_LIST_MODEL(ghosts), i);
        if (mts_run_data_get_id(ghost) == id) {
            g_list_store_remove(ghosts, i);
            return;
        }
    }
}

static void ghost_loaded(GObject *source, GAsyncResult *result, gpointer data)
{
    Visit *visit = data;
    AppSession *self = visit->session;
    g_autoptr(GError) error = NULL;
    visit->run = app_history_load_finish(result, &error);
    if (visit->run && self->window) {
        g_autoptr(MtsRunData) ghost = app_stored_run_to_data(visit->run);
        const guint slot = mts_studio_free_slot(self->studio);
        MtsRunItem *item = app_history_find(self->history, mts_run_data_get_id(ghost));
        mts_run_data_set_slot(ghost, slot);
        drop_ghost(self, mts_run_data_get_id(ghost));
        g_list_store_append(mts_studio_get_ghosts(self->studio), ghost);
        if (item)
            mts_run_item_set_checked(item, TRUE, slot);
    } else if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        app_session_say(self, error->message);
    }
    visit_free(visit);
}

void app_session_show_ghost(AppSession *self, gint64 id)
{
    app_history_load_async(self->history, id, ghost_loaded, visit_new(self));
}

static void run_checked(MtsLibrary *library, gint64 id, gboolean on, AppSession *self)
{
    if (on) {
        app_session_show_ghost(self, id);
        return;
    }
    MtsRunItem *item = app_history_find(self->history, id);
    drop_ghost(self, id);
    if (item)
        mts_run_item_set_checked(item, FALSE, 0);
}

void app_session_connect_library(AppSession *self)
{
    MtsLibrary *library = mts_studio_get_library(self->studio);
    mts_library_set_runs(library, app_history_get_runs(self->history));
    g_signal_connect(library, "run-activated", G_CALLBACK(run_activated), self);
    g_signal_connect(library, "run-checked", G_CALLBACK(run_checked), self);
    app_session_refresh_library(self);
}
