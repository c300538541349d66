#include "mts-transport.h"

#include "mts-progress.h"
#include "mts-text.h"
#include <math.h>

enum { HEIGHT = 56, EDGE = 16, PILL = 112 };

/* The times' column at the right end is shown where the axis leaves it this much room. */
enum { TIMES_ROOM = 136 };

struct _MtsTransport {
    GtkWidget parent;
    MtsTimeAxis *axis;
    GtkWidget *progress, *buttons, *end;
    GtkWidget *rewind, *run, *stop, *step;
    GtkWidget *run_icon, *run_label;
    GtkWidget *times; /* two lines at the right end */
    MtsRunStatus status;
    double simulated, wall;
};

G_DEFINE_FINAL_TYPE(MtsTransport, mts_transport, GTK_TYPE_WIDGET)

enum { RUN, PAUSE, STEP, STOP, REWIND, SIGNALS };
static guint signals[SIGNALS];

static void mts_transport_dispose(GObject *object)
{
    MtsTransport *self = MTS_TRANSPORT(object);
    if (self->axis) {
        g_signal_handlers_disconnect_by_data(self->axis, self);
    }
    g_clear_object(&self->axis);
    g_clear_pointer(&self->progress, gtk_widget_unparent);
    g_clear_pointer(&self->buttons, gtk_widget_unparent);
    g_clear_pointer(&self->end, gtk_widget_unparent);
    g_clear_pointer(&self->times, gtk_widget_unparent);
    G_OBJECT_CLASS(mts_transport_parent_class)->dispose(object);
}

/* ---- state ----------------------------------------------------------------------------------- */

static gboolean final_status(MtsRunStatus status)
{
    return status != MTS_STATUS_IDLE && status != MTS_STATUS_RUNNING && status != MTS_STATUS_PAUSED;
}

static void show_run(MtsTransport *self)
{
    const gboolean running = self->status == MTS_STATUS_RUNNING;
    const char *label = running             ? "Pause"
        : self->status == MTS_STATUS_PAUSED ? "Resume"
        : final_status(self->status)        ? "Run Again"
                                            : "Run";
    gtk_image_set_from_icon_name(
        GTK_IMAGE(self->run_icon), running ? "mts-pause-symbolic" : "mts-run-symbolic");
    gtk_label_set_text(GTK_LABEL(self->run_label), label);
    gtk_widget_set_tooltip_text(self->run, running ? "Pause (Space)" : "Run (Space)");
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self->run), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void show_state(MtsTransport *self)
{
    const gboolean running = self->status == MTS_STATUS_RUNNING,
                   ready = self->status == MTS_STATUS_IDLE,
                   paused = self->status == MTS_STATUS_PAUSED;
    show_run(self);
    gtk_widget_set_sensitive(self->stop, running || paused);
    gtk_widget_set_sensitive(self->step, ready || paused);
    gtk_widget_set_sensitive(self->rewind, !ready);
}

static gboolean press(MtsTransport *self, GtkWidget *button, guint signal)
{
    if (!gtk_widget_get_sensitive(button)) {
        return FALSE;
    }
    g_signal_emit(self, signals[signal], 0);
    return TRUE;
}

gboolean mts_transport_run_pause(MtsTransport *self)
{
    return press(self, self->run, self->status == MTS_STATUS_RUNNING ? PAUSE : RUN);
}

gboolean mts_transport_step(MtsTransport *self)
{
    return press(self, self->step, STEP);
}

gboolean mts_transport_stop(MtsTransport *self)
{
    return press(self, self->stop, STOP);
}

gboolean mts_transport_rewind(MtsTransport *self)
{
    return press(self, self->rewind, REWIND);
}

/* ---- layout ---------------------------------------------------------------------------------- */

static int natural_width(GtkWidget *widget)
{
    int natural;
    gtk_widget_measure(widget, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL, NULL);
    return natural;
}

static void mts_transport_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
    int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
    MtsTransport *self = MTS_TRANSPORT(widget);
    if (orientation == GTK_ORIENTATION_VERTICAL) {
        *minimum = *natural = HEIGHT;
    } else {
        *minimum = *natural = natural_width(self->buttons) + 2 * EDGE;
    }
}

static void place(GtkWidget *child, int x, int width, int y, int height)
{
    GskTransform *move = gsk_transform_translate(NULL, &GRAPHENE_POINT_INIT((float)x, (float)y));
    gtk_widget_allocate(child, width, height, -1, move);
}

/* The buttons stand left of the axis where there is room for them, as in a wide window with its
 * library open; else above the bar, which then lies at the bottom. */
static void mts_transport_size_allocate(GtkWidget *widget, int width, int height, int baseline)
{
    MtsTransport *self = MTS_TRANSPORT(widget);
    double axis = 0;
    mts_progress_find_axis(MTS_PROGRESS(self->progress), widget, &axis);
    const int left = natural_width(self->buttons);
    const gboolean stacked = axis < EDGE + left;
    const int right = MIN(natural_width(self->end), MAX(width - left - 3 * EDGE, 0));
    const int above = stacked ? height - 14 : height;
    place(self->progress, 0, width, 0, height);
    place(self->buttons, stacked ? EDGE - 8 : EDGE, left, 0, above);
    place(self->end, width - right - EDGE, right, 0, above);
    /* The times stand beyond the axis's right end, under the inspector. */
    const int beyond = (int)axis + mts_time_axis_get_width(self->axis) + EDGE;
    const int room = width - EDGE - right - beyond;
    const gboolean shown = !stacked && room >= TIMES_ROOM;
    gtk_widget_set_child_visible(self->times, shown);
    if (shown) {
        place(self->times, beyond, room, 0, height);
    }
    mts_progress_set_room(MTS_PROGRESS(self->progress), (stacked ? EDGE - 8 : EDGE) + left,
        right > 0 ? right + EDGE : 0, stacked);
}

/* ---- parts ----------------------------------------------------------------------------------- */

static GtkWidget *icon_button(const char *icon, const char *label, const char *tooltip)
{
    GtkWidget *button = gtk_button_new_from_icon_name(icon);
    gtk_widget_add_css_class(button, "flat");
    gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
    gtk_widget_set_tooltip_text(button, tooltip);
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
    return button;
}

static GtkWidget *run_button(MtsTransport *self)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    self->run_icon = gtk_image_new();
    self->run_label = gtk_label_new(NULL);
    gtk_widget_set_halign(box, GTK_ALIGN_CENTER);
    gtk_box_append(GTK_BOX(box), self->run_icon);
    gtk_box_append(GTK_BOX(box), self->run_label);
    GtkWidget *button = gtk_button_new();
    gtk_button_set_child(GTK_BUTTON(button), box);
    gtk_widget_add_css_class(button, "suggested-action");
    gtk_widget_add_css_class(button, "run-pill");
    gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
    gtk_widget_set_size_request(button, PILL, -1);
    return button;
}

static void build_buttons(MtsTransport *self)
{
    self->buttons = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 5);
    self->rewind = icon_button("mts-rewind-symbolic", "Rewind", "Back to the same start");
    self->run = run_button(self);
    self->stop = icon_button("mts-stop-symbolic", "Stop", "Stop the run here");
    self->step = icon_button("mts-step-symbolic", "Step", "One iteration (.)");
    GtkWidget *const all[] = {self->rewind, self->run, self->stop, self->step};
    for (guint i = 0; i < G_N_ELEMENTS(all); i++) {
        gtk_box_append(GTK_BOX(self->buttons), all[i]);
    }
    g_signal_connect_swapped(self->rewind, "clicked", G_CALLBACK(mts_transport_rewind), self);
    g_signal_connect_swapped(self->run, "clicked", G_CALLBACK(mts_transport_run_pause), self);
    g_signal_connect_swapped(self->stop, "clicked", G_CALLBACK(mts_transport_stop), self);
    g_signal_connect_swapped(self->step, "clicked", G_CALLBACK(mts_transport_step), self);
}

static void build_end(MtsTransport *self)
{
    self->end = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 4);
    self->times = gtk_label_new(NULL);
    gtk_label_set_xalign(GTK_LABEL(self->times), 0);
    gtk_label_set_ellipsize(GTK_LABEL(self->times), PANGO_ELLIPSIZE_END);
    gtk_widget_add_css_class(self->times, "times");
}

static void show_times(MtsTransport *self)
{
    if (isnan(self->simulated) || isnan(self->wall)) {
        gtk_label_set_text(GTK_LABEL(self->times), "Emulated: time here is\nnot hardware time");
        return;
    }
    g_autofree char *simulated = mts_text_value(self->simulated);
    g_autofree char *wall = mts_text_clock(self->wall);
    g_autofree char *text =
        g_strdup_printf("<b>%s s</b> of hardware,\nemulated here in %s", simulated, wall);
    gtk_label_set_markup(GTK_LABEL(self->times), text);
}

static void mts_transport_class_init(MtsTransportClass *class)
{
    static const char *const names[SIGNALS] = {
        [RUN] = "run", [PAUSE] = "pause", [STEP] = "step", [STOP] = "stop", [REWIND] = "rewind"};
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = mts_transport_dispose;
    widget_class->measure = mts_transport_measure;
    widget_class->size_allocate = mts_transport_size_allocate;
    for (guint i = 0; i < SIGNALS; i++) {
        signals[i] = g_signal_new(names[i], G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST, 0, NULL,
            NULL, NULL, G_TYPE_NONE, 0);
    }
    gtk_widget_class_set_css_name(widget_class, "transport");
    gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_TOOLBAR);
}

static void mts_transport_init(MtsTransport *self)
{
    self->simulated = self->wall = NAN;
}

GtkWidget *mts_transport_new(MtsTimeAxis *axis)
{
    MtsTransport *self = g_object_new(MTS_TYPE_TRANSPORT, NULL);
    self->axis = g_object_ref(axis);
    self->progress = mts_progress_new(axis);
    build_buttons(self);
    build_end(self);
    gtk_widget_set_parent(self->progress, GTK_WIDGET(self));
    gtk_widget_set_parent(self->buttons, GTK_WIDGET(self));
    gtk_widget_set_parent(self->times, GTK_WIDGET(self));
    gtk_widget_set_parent(self->end, GTK_WIDGET(self));
    gtk_widget_set_tooltip_text(self->progress,
        "Speed and time left are the emulation's on this computer, not the simulated hardware's.");
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, "Transport", -1);
    /* A sliding panel moves and stretches the axis. */
    g_signal_connect_swapped(axis, "view-changed", G_CALLBACK(gtk_widget_queue_allocate), self);
    show_state(self);
    show_times(self);
    return GTK_WIDGET(self);
}

void mts_transport_set_anchor(MtsTransport *self, GtkWidget *anchor)
{
    mts_progress_set_anchor(MTS_PROGRESS(self->progress), anchor);
    gtk_widget_queue_allocate(GTK_WIDGET(self));
}

void mts_transport_set_status(MtsTransport *self, MtsRunStatus status)
{
    if (self->status != status) {
        self->status = status;
        show_state(self);
    }
}

MtsRunStatus mts_transport_get_status(MtsTransport *self)
{
    return self->status;
}

void mts_transport_set_speed(MtsTransport *self, double rate, double left)
{
    mts_progress_set_speed(MTS_PROGRESS(self->progress), rate, left);
}

void mts_transport_set_times(MtsTransport *self, double simulated, double wall)
{
    self->simulated = simulated;
    self->wall = wall;
    show_times(self);
}

void mts_transport_add_end(MtsTransport *self, GtkWidget *button)
{
    gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
    gtk_box_append(GTK_BOX(self->end), button);
}
