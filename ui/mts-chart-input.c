#include "mts-chart-input.h"

#include <math.h>

/* A press that moves less than this is a click. */
#define CLICK 6.0
/* One notch of the wheel, and one press of a key. */
#define WHEEL_PAN 60.0
#define WHEEL_ZOOM 1.2

typedef struct Input {
    GtkWidget *plot; /* owns this */
    MtsTimeAxis *axis;
    double start, end; /* of a sweep, in pixels */
    gboolean sweeping;
    double pin;   /* before the press: a double click puts it back */
    double pinch; /* scale so far */
} Input;

static const char key[] = "mts-chart-input";

static void input_free(gpointer data)
{
    Input *input = data;
    g_object_unref(input->axis);
    g_free(input);
}

static gboolean inside(Input *input, double x)
{
    return x >= MTS_AXIS_GUTTER - 0.5 &&
        x <= mts_time_axis_get_width(input->axis) - MTS_AXIS_MARGIN + 0.5;
}

static void on_motion(GtkEventControllerMotion *motion, double x, double y, Input *input)
{
    mts_time_axis_set_crosshair(
        input->axis, inside(input, x) ? mts_time_axis_step(input->axis, x) : -1);
}

static void on_leave(GtkEventControllerMotion *motion, Input *input)
{
    mts_time_axis_set_crosshair(input->axis, -1);
}

static void on_drag_begin(GtkGestureDrag *drag, double x, double y, Input *input)
{
    gtk_widget_grab_focus(input->plot);
    input->start = input->end = x;
    input->sweeping = FALSE;
}

static void on_drag_update(GtkGestureDrag *drag, double dx, double dy, Input *input)
{
    input->end = input->start + dx;
    if (fabs(dx) > CLICK) {
        input->sweeping = TRUE;
        gtk_gesture_set_state(GTK_GESTURE(drag), GTK_EVENT_SEQUENCE_CLAIMED);
    }
    if (input->sweeping) {
        gtk_widget_queue_draw(input->plot);
    }
}

static void on_drag_end(GtkGestureDrag *drag, double dx, double dy, Input *input)
{
    double from, to;
    if (!mts_chart_input_band(input->plot, &from, &to)) {
        return;
    }
    input->sweeping = FALSE;
    gtk_widget_queue_draw(input->plot);
    if (to - from > CLICK) {
        mts_time_axis_set_view(input->axis, mts_time_axis_step(input->axis, from),
            mts_time_axis_step(input->axis, to));
    }
}

static void on_drag_cancel(GtkGesture *drag, GdkEventSequence *sequence, Input *input)
{
    input->sweeping = FALSE;
    gtk_widget_queue_draw(input->plot);
}

static void toggle_pin(Input *input, double step)
{
    const double pin = mts_time_axis_get_pin(input->axis);
    const gboolean there = pin >= 0 &&
        fabs(mts_time_axis_x(input->axis, pin) - mts_time_axis_x(input->axis, step)) < CLICK;
    mts_time_axis_set_pin(input->axis, there ? -1 : step);
}

static void on_released(GtkGestureClick *click, int presses, double x, double y, Input *input)
{
    if (presses == 1 && !input->sweeping && inside(input, x)) {
        input->pin = mts_time_axis_get_pin(input->axis);
        toggle_pin(input, mts_time_axis_step(input->axis, x));
    } else if (presses == 2) {
        mts_time_axis_set_pin(input->axis, input->pin);
        mts_time_axis_fit(input->axis);
    }
}

static gboolean on_scroll(GtkEventControllerScroll *scroll, double dx, double dy, Input *input)
{
    const GdkModifierType state =
        gtk_event_controller_get_current_event_state(GTK_EVENT_CONTROLLER(scroll));
    if (state & GDK_CONTROL_MASK) {
        const double at = mts_time_axis_get_crosshair(input->axis);
        const double x = at >= 0 ? mts_time_axis_x(input->axis, at) : MTS_AXIS_GUTTER;
        mts_time_axis_zoom_at(input->axis, x, pow(WHEEL_ZOOM, -dy));
        return GDK_EVENT_STOP;
    }
    /* With everything in sight there is nothing to pan: the page may scroll instead. */
    if (mts_time_axis_is_fitted(input->axis)) {
        return GDK_EVENT_PROPAGATE;
    }
    mts_time_axis_pan(input->axis, (dx + dy) * WHEEL_PAN);
    return GDK_EVENT_STOP;
}

static void on_pinch_begin(GtkGesture *gesture, GdkEventSequence *sequence, Input *input)
{
    input->pinch = 1;
}

static void on_pinch(GtkGestureZoom *zoom, double scale, Input *input)
{
    double x, y;
    if (gtk_gesture_get_bounding_box_center(GTK_GESTURE(zoom), &x, &y) && scale > 0) {
        mts_time_axis_zoom_at(input->axis, x, scale / input->pinch);
        input->pinch = scale;
    }
}

/* The keyboard's crosshair starts where the readout is. */
static void move_crosshair(Input *input, double pixels)
{
    double from, to;
    mts_time_axis_get_view(input->axis, &from, &to);
    const double now = CLAMP(mts_time_axis_get_readout(input->axis), from, to);
    const double step = mts_time_axis_step(input->axis, mts_time_axis_x(input->axis, now) + pixels);
    mts_time_axis_set_crosshair(input->axis, CLAMP(step, from, to));
}

static gboolean on_key(
    GtkEventControllerKey *controller, guint value, guint code, GdkModifierType state, Input *input)
{
    const double step = state & GDK_SHIFT_MASK ? 40 : 4;
    double from, to;
    mts_time_axis_get_view(input->axis, &from, &to);
    const double middle =
        mts_time_axis_x(input->axis, CLAMP(mts_time_axis_get_readout(input->axis), from, to));
    if (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK)) {
        return GDK_EVENT_PROPAGATE;
    }
    switch (value) {
    case GDK_KEY_Left:
        move_crosshair(input, -step);
        return GDK_EVENT_STOP;
    case GDK_KEY_Right:
        move_crosshair(input, step);
        return GDK_EVENT_STOP;
    case GDK_KEY_Home:
        mts_time_axis_set_crosshair(input->axis, from);
        return GDK_EVENT_STOP;
    case GDK_KEY_End:
        mts_time_axis_set_crosshair(input->axis, to);
        return GDK_EVENT_STOP;
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
        toggle_pin(input, mts_time_axis_get_readout(input->axis));
        return GDK_EVENT_STOP;
    case GDK_KEY_plus:
    case GDK_KEY_equal: /* the same key without Shift */
    case GDK_KEY_KP_Add:
        mts_time_axis_zoom_at(input->axis, middle, WHEEL_ZOOM);
        return GDK_EVENT_STOP;
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
        mts_time_axis_zoom_at(input->axis, middle, 1 / WHEEL_ZOOM);
        return GDK_EVENT_STOP;
    case GDK_KEY_0:
    case GDK_KEY_KP_0:
        mts_time_axis_fit(input->axis);
        return GDK_EVENT_STOP;
    case GDK_KEY_Escape:
        mts_time_axis_set_crosshair(input->axis, -1);
        mts_time_axis_set_pin(input->axis, -1);
        return GDK_EVENT_STOP;
    default:
        return GDK_EVENT_PROPAGATE;
    }
}

static void add_pointer(Input *input)
{
    GtkEventController *motion = gtk_event_controller_motion_new();
    g_signal_connect(motion, "motion", G_CALLBACK(on_motion), input);
    g_signal_connect(motion, "leave", G_CALLBACK(on_leave), input);
    gtk_widget_add_controller(input->plot, motion);

    GtkEventController *scroll =
        gtk_event_controller_scroll_new(GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
    g_signal_connect(scroll, "scroll", G_CALLBACK(on_scroll), input);
    gtk_widget_add_controller(input->plot, scroll);

    GtkGesture *pinch = gtk_gesture_zoom_new();
    g_signal_connect(pinch, "begin", G_CALLBACK(on_pinch_begin), input);
    g_signal_connect(pinch, "scale-changed", G_CALLBACK(on_pinch), input);
    gtk_widget_add_controller(input->plot, GTK_EVENT_CONTROLLER(pinch));
}

static void add_presses(Input *input)
{
    GtkGesture *drag = gtk_gesture_drag_new();
    g_signal_connect(drag, "drag-begin", G_CALLBACK(on_drag_begin), input);
    g_signal_connect(drag, "drag-update", G_CALLBACK(on_drag_update), input);
    g_signal_connect(drag, "drag-end", G_CALLBACK(on_drag_end), input);
    g_signal_connect(drag, "cancel", G_CALLBACK(on_drag_cancel), input);
    gtk_widget_add_controller(input->plot, GTK_EVENT_CONTROLLER(drag));

    /* In a group the two share their fate: a sweep that claims the press is no click. */
    GtkGesture *click = gtk_gesture_click_new();
    g_signal_connect(click, "released", G_CALLBACK(on_released), input);
    gtk_widget_add_controller(input->plot, GTK_EVENT_CONTROLLER(click));
    gtk_gesture_group(click, drag);

    GtkEventController *keys = gtk_event_controller_key_new();
    g_signal_connect(keys, "key-pressed", G_CALLBACK(on_key), input);
    gtk_widget_add_controller(input->plot, keys);
}

void mts_chart_input_attach(GtkWidget *plot, MtsTimeAxis *axis)
{
    Input *input = g_new0(Input, 1);
    input->plot = plot;
    input->axis = g_object_ref(axis);
    input->pin = -1;
    g_object_set_data_full(G_OBJECT(plot), key, input, input_free);
    add_pointer(input);
    add_presses(input);
}

gboolean mts_chart_input_band(GtkWidget *plot, double *from, double *to)
{
    const Input *input = g_object_get_data(G_OBJECT(plot), key);
    const double right = mts_time_axis_get_width(input->axis) - MTS_AXIS_MARGIN;
    *from = CLAMP(MIN(input->start, input->end), MTS_AXIS_GUTTER, right);
    *to = CLAMP(MAX(input->start, input->end), MTS_AXIS_GUTTER, right);
    return input->sweeping;
}
