#include "mts-timeline-ruler.h"

#include "mts-lane-snap.h"
#include "mts-paint.h"
#include "mts-palette.h"
#include "mts-text.h"
#include <adwaita.h>
#include <math.h>

/* Baselines, ticks, flag and pill as the specification has them, in pixels. */
#define RULER_HEIGHT 36
#define EPOCH_BASE 13
#define ITERATION_BASE 25
#define FLAG_WIDTH 50
#define FLAG_HEIGHT 16
#define FLAG_Y 14
#define FLAG_TIP 6
#define PILL_WIDTH 43
#define PILL_HEIGHT 15
#define PILL_Y 16
/* Labels keep this far from each other. */
#define EPOCH_APART 34
#define ITERATION_APART 84
/* Quarter epochs get ticks, and later labels, from so many pixels on. */
#define QUARTER_TICK 5
#define QUARTER_LABEL 84
#define THRESHOLD 3

typedef enum Grip { GRIP_NONE, GRIP_RANGE, GRIP_FLAG, GRIP_PILL } Grip;

struct _MtsTimelineRuler {
    GtkWidget parent;
    MtsTimeAxis *axis;
    Grip grip;
    double press_x;
    gboolean moved;
    double pointer_x;
};

G_DEFINE_FINAL_TYPE(MtsTimelineRuler, mts_timeline_ruler, GTK_TYPE_WIDGET)

/* ---- drawing -------------------------------------------------------------------------------- */

static GdkRGBA ink_of(MtsInk ink)
{
    return mts_palette_ink(ink, mts_palette_dark());
}

static double plot_right(MtsTimelineRuler *self)
{
    return mts_time_axis_get_width(self->axis) - MTS_AXIS_MARGIN;
}

static double x_of(MtsTimelineRuler *self, double step)
{
    return mts_time_axis_x(self->axis, step);
}

static void append_rect(
    GtkSnapshot *snapshot, double x, double y, double width, double height, GdkRGBA ink)
{
    if (width > 0) {
        gtk_snapshot_append_color(
            snapshot, &ink, &GRAPHENE_RECT_INIT((float)x, (float)y, (float)width, (float)height));
    }
}

/* A text with its baseline at y; align 0, .5, 1 as its left end, middle, right end at x. */
static void append_text(MtsTimelineRuler *self, GtkSnapshot *snapshot, const char *text, double x,
    double y, double align, double points, gboolean bold, GdkRGBA ink)
{
    PangoContext *context = gtk_widget_get_pango_context(GTK_WIDGET(self));
    g_autoptr(PangoLayout) layout = mts_paint_layout(context, text, points, bold);
    int width;
    mts_paint_layout_size(layout, &width, NULL);
    const double base = (double)pango_layout_get_baseline(layout) / PANGO_SCALE;
    gtk_snapshot_save(snapshot);
    gtk_snapshot_translate(
        snapshot, &GRAPHENE_POINT_INIT((float)round(x - width * align), (float)round(y - base)));
    gtk_snapshot_append_layout(snapshot, layout, &ink);
    gtk_snapshot_restore(snapshot);
}

/* Smallest of 1, 2, 5, 10, … times `unit` pixels that is at least `apart`. */
static double nice_multiple(double unit, double apart)
{
    double decade = 1;
    for (;; decade *= 10) {
        static const double steps[] = {1, 2, 5};
        for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
            if (steps[i] * decade * unit >= apart) {
                return steps[i] * decade;
            }
        }
    }
}

static double pixels_per_epoch(MtsTimelineRuler *self)
{
    const EngClock clock = mts_time_axis_get_clock(self->axis);
    return x_of(self, clock.steps_per_epoch) - x_of(self, 0);
}

/* TRUE where flag or pill would cover a label of iterations round x. */
static gboolean is_covered(MtsTimelineRuler *self, double x, double half)
{
    const double playhead = mts_time_axis_get_playhead(self->axis);
    const double pin = mts_time_axis_get_pin(self->axis);
    return (playhead > 0 && fabs(x - x_of(self, playhead)) < half + FLAG_WIDTH / 2.0) ||
        (pin >= 0 && fabs(x - x_of(self, pin)) < half + PILL_WIDTH / 2.0);
}

static void append_iteration(
    MtsTimelineRuler *self, GtkSnapshot *snapshot, double step, GdkRGBA ink)
{
    const double x = x_of(self, step);
    g_autofree char *text = mts_text_count((guint64)floor(step + .5));
    if (is_covered(self, x, 3.0 * (double)strlen(text))) {
        return;
    }
    /* At the left end it keeps off the word in the gutter. */
    const gboolean at_end = x < MTS_AXIS_GUTTER + 8 && strlen(text) > 3;
    append_text(self, snapshot, text, at_end ? MTS_AXIS_GUTTER - 8 : x, ITERATION_BASE,
        at_end ? 0 : .5, MTS_POINTS_TICKS, FALSE, ink);
}

/* Labels and ticks at quarter epochs; `every` counts them. */
static void append_epochs(MtsTimelineRuler *self, GtkSnapshot *snapshot)
{
    const EngClock clock = mts_time_axis_get_clock(self->axis);
    double from, to;
    mts_time_axis_get_view(self->axis, &from, &to);
    const double unit = pixels_per_epoch(self) / 4;
    const double label = unit >= QUARTER_LABEL ? 1 : 4 * nice_multiple(4 * unit, EPOCH_APART);
    const double count = unit >= QUARTER_LABEL ? 1 : 4 * nice_multiple(4 * unit, ITERATION_APART);
    const double tick = unit >= QUARTER_TICK ? 1 : label;
    const GdkRGBA text = ink_of(MTS_INK_TEXT), faint = ink_of(MTS_INK_TEXT_TICKS);
    gboolean labelled = FALSE;
    const double per_quarter = clock.steps_per_epoch / 4.0;
    for (double q = MAX(ceil(from / per_quarter / tick - 1e-9), 0) * tick;
         q * per_quarter <= to + 1e-9; q += tick) {
        const double step = q * per_quarter, x = floor(x_of(self, step));
        const gboolean whole = fmod(q, 4) == 0;
        const int length = whole ? 8 : 4;
        const float strength = whole ? .8f : fmod(q, 2) == 0 ? .6f : .3f;
        append_rect(
            snapshot, x, RULER_HEIGHT - 1 - length, 1, length, mts_palette_fade(faint, strength));
        if (fmod(q, label) == 0) {
            char epoch[32];
            mts_lane_epoch_text(clock, step, epoch);
            if (whole) {
                g_snprintf(epoch, sizeof epoch, "%.0f", q / 4);
            }
            labelled = TRUE;
            append_text(self, snapshot, epoch, x, EPOCH_BASE, .5,
                whole ? MTS_POINTS_SECONDARY : MTS_POINTS_TICKS, whole, whole ? text : faint);
        }
        if (fmod(q, count) == 0) {
            append_iteration(self, snapshot, step, faint);
        }
    }
    /* So close that no quarter is in sight: say at least where this is. */
    if (!labelled) {
        char epoch[32];
        mts_lane_epoch_text(clock, from, epoch);
        append_text(
            self, snapshot, epoch, MTS_AXIS_GUTTER, EPOCH_BASE, .5, MTS_POINTS_TICKS, FALSE, faint);
    }
}

/* Closer still the steps themselves have ticks. */
static void append_steps(MtsTimelineRuler *self, GtkSnapshot *snapshot)
{
    const double unit = x_of(self, 1) - x_of(self, 0);
    if (unit < 4 || pixels_per_epoch(self) / 4 < 3 * QUARTER_LABEL) {
        return;
    }
    double from, to;
    mts_time_axis_get_view(self->axis, &from, &to);
    const EngClock clock = mts_time_axis_get_clock(self->axis);
    const double count = nice_multiple(unit, ITERATION_APART);
    const GdkRGBA faint = ink_of(MTS_INK_TEXT_TICKS);
    for (double step = ceil(from); step <= to; step++) {
        append_rect(snapshot, floor(x_of(self, step)), RULER_HEIGHT - 4, 1, 3,
            mts_palette_fade(faint, .4f));
        const double quarter = fmod(step * 4, clock.steps_per_epoch);
        if (fmod(step, count) == 0 && quarter * unit / 4 > ITERATION_APART / 2.0) {
            append_iteration(self, snapshot, step, faint);
        }
    }
}

/* What the drag snapped to lights up, on the ruler's own ground. */
static void append_guide(MtsTimelineRuler *self, GtkSnapshot *snapshot)
{
    gboolean snapped;
    const double step = mts_time_axis_get_guide(self->axis, &snapped);
    if (step < 0) {
        return;
    }
    const EngClock clock = mts_time_axis_get_clock(self->axis);
    const GdkRGBA accent = ink_of(MTS_INK_ACCENT_TEXT);
    const double x = x_of(self, step);
    GdkRGBA ground;
    if (!gtk_style_context_lookup_color(
            gtk_widget_get_style_context(GTK_WIDGET(self)), "window_bg_color", &ground)) {
        ground = ink_of(MTS_INK_VIEW);
    }
    if (snapped) {
        char epoch[32];
        const double whole = round(step / clock.steps_per_epoch);
        mts_lane_epoch_text(clock, step, epoch);
        if (fabs(whole * clock.steps_per_epoch - step) < .5) {
            g_snprintf(epoch, sizeof epoch, "%.0f", whole);
        }
        append_rect(snapshot, round(x) - 18, 1, 36, RULER_HEIGHT - 11, ground);
        append_text(self, snapshot, epoch, x, EPOCH_BASE, .5, MTS_POINTS_SECONDARY, TRUE, accent);
        append_iteration(self, snapshot, step, accent);
    }
    for (int y = RULER_HEIGHT - 8; y < RULER_HEIGHT; y += 5) {
        append_rect(snapshot, round(x) - 1, y, 1, 3, accent);
    }
}

static void append_past(MtsTimelineRuler *self, GtkSnapshot *snapshot)
{
    const double x = MIN(x_of(self, mts_time_axis_get_playhead(self->axis)), plot_right(self));
    append_rect(
        snapshot, MTS_AXIS_GUTTER, 0, x - MTS_AXIS_GUTTER, RULER_HEIGHT - 1, ink_of(MTS_INK_PAST));
    double from, to;
    mts_time_axis_get_view(self->axis, &from, &to);
    /* The word stands behind the first epoch's number, before the second one's. */
    if (x - MTS_AXIS_GUTTER < 90 || from > 0 || pixels_per_epoch(self) < 56) {
        return;
    }
    const GdkRGBA faint = ink_of(MTS_INK_TEXT_TICKS);
    const double left = MTS_AXIS_GUTTER + 15;
    append_rect(snapshot, left, 9, 8, 5, faint);
    cairo_t *cr = gtk_snapshot_append_cairo(snapshot, &GRAPHENE_RECT_INIT((float)left, 3, 8, 7));
    mts_paint_source(cr, &faint);
    cairo_set_line_width(cr, 1.25);
    cairo_arc(cr, left + 4, 7.25, 2.4, G_PI, 2 * G_PI);
    cairo_line_to(cr, left + 6.4, 10);
    cairo_move_to(cr, left + 1.6, 7.25);
    cairo_line_to(cr, left + 1.6, 10);
    cairo_stroke(cr);
    cairo_destroy(cr);
    append_text(self, snapshot, "past", left + 11, EPOCH_BASE, 0, MTS_POINTS_TICKS, FALSE, faint);
}

/* Left end of a box of `width` round x that stays inside the widget. */
static double held_inside(MtsTimelineRuler *self, double x, double width)
{
    const double right = mts_time_axis_get_width(self->axis);
    return round(CLAMP(x - width / 2, 0, MAX(right - width, 0)));
}

static gboolean in_plot(MtsTimelineRuler *self, double x)
{
    return x >= MTS_AXIS_GUTTER - 1 && x <= plot_right(self) + 1;
}

static void append_flag(MtsTimelineRuler *self, GtkSnapshot *snapshot)
{
    const double playhead = mts_time_axis_get_playhead(self->axis);
    const double x = x_of(self, playhead);
    if (playhead <= 0 || !in_plot(self, x)) {
        return;
    }
    const double left = held_inside(self, x, FLAG_WIDTH);
    const GdkRGBA accent = ink_of(MTS_INK_ACCENT);
    cairo_t *cr = gtk_snapshot_append_cairo(
        snapshot, &GRAPHENE_RECT_INIT((float)left, FLAG_Y, FLAG_WIDTH, RULER_HEIGHT - FLAG_Y));
    mts_paint_source(cr, &accent);
    mts_paint_rounded(cr, left, FLAG_Y, FLAG_WIDTH, FLAG_HEIGHT, 3);
    cairo_fill(cr);
    const double tip = round(x) - .25;
    cairo_move_to(cr, tip - FLAG_TIP, FLAG_Y + FLAG_HEIGHT);
    cairo_line_to(cr, tip, FLAG_Y + FLAG_HEIGHT + FLAG_TIP);
    cairo_line_to(cr, tip + FLAG_TIP, FLAG_Y + FLAG_HEIGHT);
    cairo_fill(cr);
    cairo_destroy(cr);
    g_autofree char *text = mts_text_count((guint64)playhead);
    append_text(self, snapshot, text, left + FLAG_WIDTH / 2.0, ITERATION_BASE + 1, .5,
        MTS_POINTS_LEGEND, TRUE, (GdkRGBA){1, 1, 1, 1});
}

static void append_needle(cairo_t *cr, double x, double y)
{
    cairo_rectangle(cr, x - 2, y - 4, 4, 4.5);
    cairo_rectangle(cr, x - 3.5, y + .5, 7, 1.25);
    cairo_rectangle(cr, x - .5, y + 1.75, 1, 3);
    cairo_rectangle(cr, x - 3, y - 4.75, 6, 1);
    cairo_fill(cr);
}

static void append_pill(MtsTimelineRuler *self, GtkSnapshot *snapshot)
{
    const double pin = mts_time_axis_get_pin(self->axis);
    const double x = x_of(self, pin);
    if (pin < 0 || !in_plot(self, x)) {
        return;
    }
    const double left = held_inside(self, x, PILL_WIDTH);
    const GdkRGBA ground = ink_of(MTS_INK_PIN), ink = ink_of(MTS_INK_PIN_TEXT);
    cairo_t *cr = gtk_snapshot_append_cairo(
        snapshot, &GRAPHENE_RECT_INIT((float)left, PILL_Y, PILL_WIDTH, PILL_HEIGHT));
    mts_paint_source(cr, &ground);
    mts_paint_rounded(cr, left, PILL_Y, PILL_WIDTH, PILL_HEIGHT, PILL_HEIGHT / 2.0);
    cairo_fill(cr);
    mts_paint_source(cr, &ink);
    append_needle(cr, left + 9.5, PILL_Y + PILL_HEIGHT / 2.0);
    cairo_destroy(cr);
    char epoch[32];
    mts_lane_epoch_text(mts_time_axis_get_clock(self->axis), pin, epoch);
    append_text(
        self, snapshot, epoch, left + 16, ITERATION_BASE + 2, 0, MTS_POINTS_TICKS, TRUE, ink);
}

static void append_range(MtsTimelineRuler *self, GtkSnapshot *snapshot)
{
    double from, to;
    if (!mts_time_axis_get_range(self->axis, &from, &to)) {
        return;
    }
    const double left = round(x_of(self, from)), right = round(x_of(self, to));
    const GdkRGBA accent = ink_of(MTS_INK_ACCENT);
    append_rect(snapshot, left, 0, right - left, RULER_HEIGHT - 1, ink_of(MTS_INK_ACCENT_WASH));
    append_rect(snapshot, left, RULER_HEIGHT - 3, right - left, 2, accent);
}

static void mts_timeline_ruler_snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
    MtsTimelineRuler *self = MTS_TIMELINE_RULER(widget);
    const double width = gtk_widget_get_width(widget);
    append_past(self, snapshot);
    append_range(self, snapshot);
    append_text(self, snapshot, "epoch", MTS_AXIS_GUTTER - 16, EPOCH_BASE, 1, MTS_POINTS_LEGEND,
        FALSE, ink_of(MTS_INK_TEXT_SECONDARY));
    append_text(self, snapshot, "iteration", MTS_AXIS_GUTTER - 16, ITERATION_BASE, 1,
        MTS_POINTS_TICKS, FALSE, ink_of(MTS_INK_TEXT_TICKS));
    append_rect(snapshot, 0, RULER_HEIGHT - 1, width, 1, ink_of(MTS_INK_BORDER));
    append_epochs(self, snapshot);
    append_steps(self, snapshot);
    append_guide(self, snapshot);
    append_pill(self, snapshot);
    append_flag(self, snapshot);
    if (gtk_widget_has_visible_focus(widget)) {
        const graphene_rect_t ring = GRAPHENE_RECT_INIT(1, 1, (float)width - 2, RULER_HEIGHT - 3);
        GskRoundedRect shape;
        gsk_rounded_rect_init_from_rect(&shape, &ring, 4);
        const GdkRGBA accent = ink_of(MTS_INK_ACCENT);
        gtk_snapshot_append_border(snapshot, &shape, (const float[4]){2, 2, 2, 2},
            (const GdkRGBA[4]){accent, accent, accent, accent});
    }
}

/* ---- pointer -------------------------------------------------------------------------------- */

static Grip grip_at(MtsTimelineRuler *self, double x, double y)
{
    const double playhead = mts_time_axis_get_playhead(self->axis);
    const double pin = mts_time_axis_get_pin(self->axis);
    if (pin >= 0 && y >= PILL_Y && fabs(x - x_of(self, pin)) <= PILL_WIDTH / 2.0) {
        return GRIP_PILL;
    }
    if (playhead > 0 && y >= FLAG_Y && fabs(x - x_of(self, playhead)) <= FLAG_WIDTH / 2.0) {
        return GRIP_FLAG;
    }
    return x >= MTS_AXIS_GUTTER - 4 ? GRIP_RANGE : GRIP_NONE;
}

/* The span of time between two places, widened to the grid's cells. */
static void set_range(MtsTimelineRuler *self, double a, double b)
{
    const EngClock clock = mts_time_axis_get_clock(self->axis);
    const gboolean quarters = pixels_per_epoch(self) >= MTS_SNAP_QUARTER_PIXELS;
    guint32 from, to, unused;
    mts_lane_cell(clock, quarters, mts_time_axis_step(self->axis, MIN(a, b)), &from, &unused);
    mts_lane_cell(clock, quarters, mts_time_axis_step(self->axis, MAX(a, b)), &unused, &to);
    mts_time_axis_set_range(self->axis, from, to);
}

static void on_drag_begin(GtkGestureDrag *gesture, double x, double y, MtsTimelineRuler *self)
{
    self->grip = grip_at(self, x, y);
    self->press_x = x;
    self->moved = FALSE;
    gtk_widget_grab_focus(GTK_WIDGET(self));
    gtk_gesture_set_state(GTK_GESTURE(gesture),
        self->grip == GRIP_NONE ? GTK_EVENT_SEQUENCE_DENIED : GTK_EVENT_SEQUENCE_CLAIMED);
}

static void on_drag_update(GtkGestureDrag *gesture, double dx, double dy, MtsTimelineRuler *self)
{
    self->moved |= fabs(dx) > THRESHOLD;
    if (!self->moved) {
        return;
    }
    const double x = self->press_x + dx;
    switch (self->grip) {
    case GRIP_RANGE:
        set_range(self, self->press_x, x);
        break;
    case GRIP_FLAG: {
        /* The flag itself stays: what was trained is not undone by looking back at it. */
        const double step = mts_time_axis_step(self->axis, x);
        mts_time_axis_set_pin(self->axis, CLAMP(step, 0, mts_time_axis_get_playhead(self->axis)));
        break;
    }
    case GRIP_PILL:
        mts_time_axis_set_pin(self->axis, MAX(mts_time_axis_step(self->axis, x), 0));
        break;
    case GRIP_NONE:
        break;
    }
}

static void on_drag_end(GtkGestureDrag *gesture, double dx, double dy, MtsTimelineRuler *self)
{
    if (!self->moved && self->grip == GRIP_PILL) {
        mts_time_axis_set_pin(self->axis, -1);
    } else if (!self->moved && self->grip == GRIP_RANGE) {
        mts_time_axis_set_range(self->axis, 0, 0);
    }
    self->grip = GRIP_NONE;
}

static void on_pressed(
    GtkGestureClick *click, int n_press, double x, double y, MtsTimelineRuler *self)
{
    if (n_press == 2) {
        mts_time_axis_fit(self->axis);
    }
}

static void on_motion(MtsTimelineRuler *self, double x, double y)
{
    self->pointer_x = x;
    const gboolean over = x >= MTS_AXIS_GUTTER && self->grip == GRIP_NONE;
    mts_time_axis_set_crosshair(self->axis, over ? MAX(mts_time_axis_step(self->axis, x), 0) : -1);
    const Grip under = grip_at(self, x, y);
    gtk_widget_set_cursor_from_name(
        GTK_WIDGET(self), under == GRIP_FLAG || under == GRIP_PILL ? "ew-resize" : NULL);
}

static void on_leave(MtsTimelineRuler *self)
{
    mts_time_axis_set_crosshair(self->axis, -1);
}

static gboolean on_scroll(
    GtkEventControllerScroll *scroll, double dx, double dy, MtsTimelineRuler *self)
{
    const GdkModifierType state =
        gtk_event_controller_get_current_event_state(GTK_EVENT_CONTROLLER(scroll));
    const double pixels =
        gtk_event_controller_scroll_get_unit(scroll) == GDK_SCROLL_UNIT_WHEEL ? 62 : 1;
    if (state & GDK_CONTROL_MASK) {
        mts_time_axis_zoom_at(self->axis, self->pointer_x, pow(1.25, -dy * pixels / 62));
    } else {
        mts_time_axis_pan(self->axis, (fabs(dx) > fabs(dy) ? dx : dy) * pixels);
    }
    return TRUE;
}

/* ---- keyboard ------------------------------------------------------------------------------- */

/* The pin as a cursor: arrows move it by a quarter epoch, with Shift by an epoch. */
static gboolean move_pin(MtsTimelineRuler *self, int quarters)
{
    const EngClock clock = mts_time_axis_get_clock(self->axis);
    const double pin = mts_time_axis_get_pin(self->axis);
    const double from = pin >= 0 ? pin : mts_time_axis_get_playhead(self->axis);
    mts_time_axis_set_pin(
        self->axis, mts_lane_quarter_step(clock, from * 4 / clock.steps_per_epoch + quarters));
    return TRUE;
}

static gboolean on_key(GtkEventControllerKey *controller, guint key, guint code,
    GdkModifierType state, MtsTimelineRuler *self)
{
    const int by = state & GDK_SHIFT_MASK ? 4 : 1;
    if (state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) {
        return FALSE;
    }
    switch (key) {
    case GDK_KEY_Left:
        return move_pin(self, -by);
    case GDK_KEY_Right:
        return move_pin(self, by);
    case GDK_KEY_Home:
        mts_time_axis_set_pin(self->axis, 0);
        return TRUE;
    case GDK_KEY_End:
        mts_time_axis_set_pin(self->axis, mts_time_axis_get_clock(self->axis).steps);
        return TRUE;
    case GDK_KEY_Escape:
        mts_time_axis_set_pin(self->axis, -1);
        mts_time_axis_set_range(self->axis, 0, 0);
        return TRUE;
    default:
        return FALSE;
    }
}

/* ---- life ----------------------------------------------------------------------------------- */

static void on_cursor_changed(MtsTimelineRuler *self)
{
    const EngClock clock = mts_time_axis_get_clock(self->axis);
    const double playhead = mts_time_axis_get_playhead(self->axis);
    const double pin = mts_time_axis_get_pin(self->axis);
    char at[32], pinned[32];
    g_autofree char *text = pin < 0
        ? g_strdup_printf("playhead at epoch %s", mts_lane_epoch_text(clock, playhead, at))
        : g_strdup_printf("pinned at epoch %s, playhead at epoch %s",
              mts_lane_epoch_text(clock, pin, pinned), mts_lane_epoch_text(clock, playhead, at));
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

static void mts_timeline_ruler_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
    int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
    *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL
        ? RULER_HEIGHT
        : MTS_AXIS_GUTTER + MTS_AXIS_MARGIN + 160;
}

static void mts_timeline_ruler_dispose(GObject *object)
{
    g_clear_object(&MTS_TIMELINE_RULER(object)->axis);
    G_OBJECT_CLASS(mts_timeline_ruler_parent_class)->dispose(object);
}

static void mts_timeline_ruler_class_init(MtsTimelineRulerClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = mts_timeline_ruler_dispose;
    widget->measure = mts_timeline_ruler_measure;
    widget->snapshot = mts_timeline_ruler_snapshot;
    gtk_widget_class_set_css_name(widget, "ruler");
    gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void add_controllers(MtsTimelineRuler *self)
{
    GtkWidget *widget = GTK_WIDGET(self);
    GtkGesture *drag = gtk_gesture_drag_new();
    g_signal_connect(drag, "drag-begin", G_CALLBACK(on_drag_begin), self);
    g_signal_connect(drag, "drag-update", G_CALLBACK(on_drag_update), self);
    g_signal_connect(drag, "drag-end", G_CALLBACK(on_drag_end), self);
    gtk_widget_add_controller(widget, GTK_EVENT_CONTROLLER(drag));
    GtkGesture *click = gtk_gesture_click_new();
    g_signal_connect(click, "pressed", G_CALLBACK(on_pressed), self);
    gtk_widget_add_controller(widget, GTK_EVENT_CONTROLLER(click));
    gtk_gesture_group(click, drag);
    GtkEventController *motion = gtk_event_controller_motion_new();
    g_signal_connect_swapped(motion, "motion", G_CALLBACK(on_motion), self);
    g_signal_connect_swapped(motion, "leave", G_CALLBACK(on_leave), self);
    gtk_widget_add_controller(widget, motion);
    GtkEventController *scroll =
        gtk_event_controller_scroll_new(GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
    g_signal_connect(scroll, "scroll", G_CALLBACK(on_scroll), self);
    gtk_widget_add_controller(widget, scroll);
    GtkEventController *key = gtk_event_controller_key_new();
    g_signal_connect(key, "key-pressed", G_CALLBACK(on_key), self);
    gtk_widget_add_controller(widget, key);
}

static void mts_timeline_ruler_init(MtsTimelineRuler *self)
{
    gtk_widget_set_focusable(GTK_WIDGET(self), TRUE);
    gtk_widget_set_overflow(GTK_WIDGET(self), GTK_OVERFLOW_HIDDEN);
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, "Training time", -1);
    add_controllers(self);
}

GtkWidget *mts_timeline_ruler_new(MtsTimeAxis *axis)
{
    MtsTimelineRuler *self = g_object_new(MTS_TYPE_TIMELINE_RULER, NULL);
    self->axis = g_object_ref(axis);
    g_signal_connect_object(
        axis, "view-changed", G_CALLBACK(gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(
        axis, "cursor-changed", G_CALLBACK(on_cursor_changed), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(adw_style_manager_get_default(), "notify",
        G_CALLBACK(gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
    on_cursor_changed(self);
    return GTK_WIDGET(self);
}
