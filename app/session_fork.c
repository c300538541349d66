/* Fork from here: a run whose past is another run's to the bit, and whose future is drawn anew. */
#include "session_private.h"

/* The run in front that has a past in the store, or 0. */
static gint64 parent_run(AppSession *self)
{
    if (!self->store || app_session_trains(self))
        return 0;
    if (self->shown_run)
        return self->shown_run;
    return self->live && self->live_shown ? app_live_run_get_id(self->live) : 0;
}

/* Where the fork would begin: at the pin, else at the playhead; 0: nowhere. */
static guint32 fork_step(AppSession *self)
{
    MtsTimeAxis *axis = mts_studio_get_axis(self->studio);
    const double pin = mts_time_axis_get_pin(axis), playhead = mts_time_axis_get_playhead(axis);
    const double step = pin >= 1 && pin < playhead ? pin : playhead;
    return (guint32)MIN(step, mts_time_axis_get_clock(axis).steps - 1.0);
}

static void update(AppSession *self)
{
    const guint32 step = parent_run(self) ? fork_step(self) : 0;
    const EngClock clock = mts_time_axis_get_clock(mts_studio_get_axis(self->studio));
    g_autofree char *tip = step == 0
        ? g_strdup(
              "Fork from here: a run that has ended goes on from the pin, or its end, differently")
        : g_strdup_printf("Fork from here: everything before epoch %.2f stays to the bit, the rest "
                          "is drawn anew",
              (double)step / MAX(clock.steps_per_epoch, 1));
    gtk_widget_set_sensitive(self->fork_button, step > 0);
    if (g_strcmp0(tip, gtk_widget_get_tooltip_text(self->fork_button)) != 0)
        gtk_widget_set_tooltip_text(self->fork_button, tip);
}

void app_session_update_fork(AppSession *self)
{
    if (self->window)
        update(self);
}

static void fork_here(AppSession *self)
{
    const AppFork fork = {.parent = parent_run(self), .step = fork_step(self)};
    if (fork.parent == 0 || fork.step == 0)
        return;
    EngPlan *plan = mts_schedule_model_to_plan(mts_studio_get_model(self->studio));
    app_session_show_job(self, app_shared_job_ref(self->shown), plan);
    eng_plan_free(plan);
    self->fork = fork;
    mts_studio_set_progress(self->studio, fork.step);
    app_session_show_ghost(self, fork.parent);
    app_session_say(self, "Draw what comes after the playhead, then press Run.");
}

void app_session_connect_fork(AppSession *self)
{
    MtsTransport *transport = mts_studio_get_transport(self->studio);
    self->fork_button = gtk_button_new_from_icon_name("mts-fork-symbolic");
    gtk_widget_add_css_class(self->fork_button, "flat");
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self->fork_button), GTK_ACCESSIBLE_PROPERTY_LABEL, "Fork from here", -1);
    mts_transport_add_end(transport, self->fork_button);
    GtkWidget *box = gtk_widget_get_parent(self->fork_button);
    gtk_widget_insert_after(self->fork_button, box, NULL);
    g_signal_connect_swapped(self->fork_button, "clicked", G_CALLBACK(fork_here), self);
    g_signal_connect_swapped(mts_studio_get_axis(self->studio), "cursor-changed",
        G_CALLBACK(app_session_update_fork), self);
    update(self);
}
