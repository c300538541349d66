/* The run that trains: what the transport asks for, and what each frame takes from it. */
#include "session_private.h"
#include <math.h>

gboolean app_session_trains(AppSession *self)
{
    if (self->starting)
        return TRUE;
    if (!self->live)
        return FALSE;
    const MtsRunStatus status = mts_run_data_get_status(app_live_run_get_data(self->live));
    return status == MTS_STATUS_IDLE || status == MTS_STATUS_RUNNING || status == MTS_STATUS_PAUSED;
}

/* ---- every frame -------------------------------------------------------------------------- */

/* Steps a second over at least a quarter of a second, and what is left at that speed. */
static void show_speed(AppSession *self, const EngRunSummary *summary)
{
    MtsTransport *transport = mts_studio_get_transport(self->studio);
    const gint64 now = g_get_monotonic_time();
    const double seconds = (double)(now - self->rate_time) * 1e-6;
    if (summary->state != ENG_RUN_RUNNING) {
        mts_transport_set_speed(transport, NAN, NAN);
        self->rate_time = now;
        self->rate_steps = summary->steps;
    } else if (seconds >= 0.25 && summary->steps > self->rate_steps) {
        const double rate = (summary->steps - self->rate_steps) / seconds;
        mts_transport_set_speed(transport, rate, (summary->steps_total - summary->steps) / rate);
        self->rate_time = now;
        self->rate_steps = summary->steps;
    }
}

static void show_item(AppSession *self, const EngRunSummary *summary)
{
    MtsRunItem *item =
        self->history ? app_history_find(self->history, app_live_run_get_id(self->live)) : NULL;
    if (!item)
        return;
    mts_run_item_set_status(item, mts_run_data_get_status(app_live_run_get_data(self->live)));
    mts_run_item_set_result(
        item, (double)summary->best_test_accuracy, (double)summary->cost.cycles);
    mts_run_item_set_progress(item, (double)summary->steps / MAX(summary->steps_total, 1));
}

static void show_progress(AppSession *self)
{
    EngRunSummary summary;
    app_live_run_summary(self->live, &summary);
    show_item(self, &summary);
    if (!self->live_shown)
        return;
    MtsTransport *transport = mts_studio_get_transport(self->studio);
    const AppSharedJob *job = app_live_run_get_job(self->live);
    mts_transport_set_status(transport, mts_run_data_get_status(app_live_run_get_data(self->live)));
    mts_studio_set_progress(self->studio, summary.steps);
    mts_transport_set_times(transport, eng_cost_seconds(&summary.cost, &job->experiment.hardware),
        summary.wall_seconds);
    show_speed(self, &summary);
}

/* A quarter of a second of the fastest steps fits the window's ring. */
#define HIDDEN_MS 250

static gboolean take_news(AppSession *self)
{
    if (app_live_run_take(self->live))
        show_progress(self);
    return app_session_trains(self) ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean frame(GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
    AppSession *self = data;
    const gboolean go_on = take_news(self);
    if (!go_on)
        self->tick = 0;
    return go_on;
}

/* A hidden window draws no frames; its curves must be whole when it comes back. */
static gboolean look_while_hidden(gpointer data)
{
    AppSession *self = data;
    const gboolean go_on = take_news(self);
    if (!go_on)
        self->timer = 0;
    return go_on;
}

static void watch(AppSession *self)
{
    self->rate_time = g_get_monotonic_time();
    if (!self->tick)
        self->tick = gtk_widget_add_tick_callback(GTK_WIDGET(self->window), frame, self, NULL);
    if (!self->timer)
        self->timer = g_timeout_add(HIDDEN_MS, look_while_hidden, self);
}

void app_session_unwatch(AppSession *self)
{
    if (self->tick && self->window)
        gtk_widget_remove_tick_callback(GTK_WIDGET(self->window), self->tick);
    self->tick = 0;
    g_clear_handle_id(&self->timer, g_source_remove);
}

/* ---- what the run tells ------------------------------------------------------------------- */

static void choice(gpointer data, const EngRecord *record)
{
    AppSession *self = data;
    if (!self->live_shown)
        return;
    mts_timeline_add_choice(mts_studio_get_timeline(self->studio), record->choice.layer,
        (EngRole)record->choice.role, record->step, record->choice.high);
    mts_inspector_add_ratio(mts_studio_get_inspector(self->studio), record->choice.layer,
        (EngRole)record->choice.role, record->step, (double)record->choice.r);
}

static void rewind_now(AppSession *self)
{
    EngPlan *plan = mts_schedule_model_to_plan(mts_studio_get_model(self->studio));
    app_session_show_job(self, app_shared_job_ref(self->shown), plan);
    eng_plan_free(plan);
}

static void recorded(gpointer data, gint64 run, const char *error)
{
    AppSession *self = data;
    if (!self->window)
        return;
    show_progress(self);
    if (error)
        app_session_say(self, error);
    const char *message = mts_run_data_get_message(app_live_run_get_data(self->live));
    if (message && self->live_shown)
        app_session_say(self, message);
    app_session_refresh_library(self);
    if (self->next)
        app_session_show_experiment(self, g_steal_pointer(&self->next));
    else if (self->rewinding && self->live_shown)
        rewind_now(self);
    self->rewinding = FALSE;
    app_session_update_fork(self);
}

/* ---- commands ----------------------------------------------------------------------------- */

void app_session_drop_live(AppSession *self)
{
    if (!self->live || app_session_trains(self))
        return;
    if (self->live_shown)
        mts_studio_set_live(self->studio, NULL);
    self->live_shown = FALSE;
    app_session_unwatch(self);
    g_clear_pointer(&self->live, app_live_run_free);
}

/* Puts the live run in front of the charts; the schedule stays what the model holds. */
static void face_live(AppSession *self)
{
    self->live_shown = TRUE;
    self->shown_run = 0;
    mts_studio_set_live(self->studio, app_live_run_get_data(self->live));
    show_progress(self);
}

void app_session_show_live(AppSession *self)
{
    EngPlan *plan = app_live_run_plan(self->live);
    app_session_show_job(self, app_shared_job_ref(app_live_run_get_job(self->live)), plan);
    eng_plan_free(plan);
    face_live(self);
}

static void started(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    AppLiveRun *live = app_live_run_new_finish(result, &error);
    AppSession *self = data;
    if (!self->window) { /* closed in the meantime */
        app_live_run_free(live);
        return;
    }
    self->starting = FALSE;
    if (!live) {
        app_session_say(self, error->message);
        mts_transport_set_status(mts_studio_get_transport(self->studio), MTS_STATUS_IDLE);
        return;
    }
    self->live = live;
    face_live(self);
    app_session_refresh_library(self);
    if (self->single_step)
        app_live_run_step(live);
    else
        app_live_run_run(live);
    watch(self);
}

/* Trains what the page shows, from the start. */
static void start(AppSession *self, gboolean single_step)
{
    const AppLiveListener listener = {.choice = choice, .recorded = recorded, .ctx = self};
    if (!self->shown || self->starting)
        return;
    if (app_session_trains(self)) {
        app_session_say(self, "Another run is training; one trains at a time.");
        return;
    }
    const AppFork fork = self->fork; /* showing the job anew forgets it */
    app_session_drop_live(self);
    EngPlan *plan = mts_schedule_model_to_plan(mts_studio_get_model(self->studio));
    g_autofree char *text = mts_schedule_model_to_text(mts_studio_get_model(self->studio));
    app_session_show_job(self, app_shared_job_ref(self->shown), plan);
    if (fork.parent)
        mts_studio_set_progress(self->studio, fork.step);
    self->starting = TRUE;
    self->single_step = single_step;
    mts_transport_set_status(mts_studio_get_transport(self->studio), MTS_STATUS_RUNNING);
    app_live_run_new_async(self->shown, plan, text, self->store, &fork, &listener, started, self);
    eng_plan_free(plan);
}

static gboolean controls_live(AppSession *self)
{
    return self->live && self->live_shown && app_session_trains(self);
}

static void on_run(AppSession *self)
{
    if (!controls_live(self)) {
        start(self, FALSE);
        return;
    }
    app_live_run_run(self->live);
    watch(self);
}

static void on_step(AppSession *self)
{
    if (!controls_live(self)) {
        start(self, TRUE);
        return;
    }
    app_live_run_step(self->live);
    watch(self);
}

static void on_pause(AppSession *self)
{
    if (controls_live(self))
        app_live_run_pause(self->live);
}

static void on_stop(AppSession *self)
{
    if (!controls_live(self))
        return;
    app_live_run_stop(self->live);
    watch(self);
}

static void on_rewind(AppSession *self)
{
    if (!self->shown || self->starting)
        return;
    if (controls_live(self)) {
        self->rewinding = TRUE; /* the run's last rows come first */
        on_stop(self);
    } else {
        rewind_now(self);
    }
}

void app_session_connect_run(AppSession *self)
{
    MtsTransport *transport = mts_studio_get_transport(self->studio);
    g_signal_connect_swapped(transport, "run", G_CALLBACK(on_run), self);
    g_signal_connect_swapped(transport, "pause", G_CALLBACK(on_pause), self);
    g_signal_connect_swapped(transport, "step", G_CALLBACK(on_step), self);
    g_signal_connect_swapped(transport, "stop", G_CALLBACK(on_stop), self);
    g_signal_connect_swapped(transport, "rewind", G_CALLBACK(on_rewind), self);
}
