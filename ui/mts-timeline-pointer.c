/* The pointer without a button held: hover and what it shows, snapping, the guide, wheel and
 * pinch. */
#include "mts-timeline-private.h"

#include <math.h>

/* What one notch of a wheel does. */
#define WHEEL_PIXELS 62.0
#define WHEEL_ZOOM 1.25

double mts_timeline_y_in_rows(MtsTimeline *self, double y)
{
    return y + mts_timeline_offset(self);
}

/* ---- guide ---------------------------------------------------------------------------------- */

void mts_timeline_show_guide(MtsTimeline *self, double step, gboolean snapped, double was, int box)
{
    self->guide.shown = TRUE;
    self->guide.step = step;
    self->guide.snapped = snapped;
    self->guide.was = was;
    self->guide.box = box;
    mts_time_axis_set_guide(self->axis, step, snapped);
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

void mts_timeline_hide_guide(MtsTimeline *self)
{
    if (self->guide.shown) {
        self->guide.shown = FALSE;
        mts_time_axis_set_guide(self->axis, -1, FALSE);
        gtk_widget_queue_draw(GTK_WIDGET(self));
    }
}

/* ---- snapping ------------------------------------------------------------------------------- */

/* A lane whose boundaries go along in this drag does not attract it. */
static gboolean goes_along(MtsTimeline *self, int own, int box)
{
    if (own < 0 || self->drag.mode != MTS_DRAG_EDGE) {
        return box == own;
    }
    const gboolean same_row = self->layout.boxes[own].row == self->layout.boxes[box].row;
    return box == own || (self->drag.reach & GDK_CONTROL_MASK) ||
        ((self->drag.reach & GDK_SHIFT_MASK) && same_row);
}

MtsSnap mts_timeline_snap_step(MtsTimeline *self, double step, int box, gboolean off)
{
    g_autoptr(GArray) edges = g_array_new(FALSE, FALSE, sizeof(guint32));
    for (int at = 0; at < (int)self->layout.box_count; at++) {
        guint count;
        const EngSpan *spans = mts_timeline_box_spans(self, at, &count);
        for (guint i = 1; i < count && !goes_along(self, box, at); i++) {
            g_array_append_val(edges, spans[i].from);
        }
    }
    const MtsSnapField field = {.clock = mts_schedule_model_get_clock(self->model),
        .scale = mts_timeline_scale(self),
        .playhead = mts_time_axis_get_playhead(self->axis) > 0
            ? mts_time_axis_get_playhead(self->axis)
            : -1,
        .edges = (const guint32 *)edges->data,
        .edge_count = edges->len,
        .off = off || !self->snap};
    return mts_lane_snap(&field, step);
}

void mts_timeline_brush_cell(MtsTimeline *self, double x, gboolean off, guint32 *from, guint32 *to)
{
    const EngClock clock = mts_schedule_model_get_clock(self->model);
    const double step = CLAMP(mts_time_axis_step(self->axis, x), 0, clock.steps - 1.0);
    if (off || !self->snap) {
        *from = (guint32)step;
        *to = *from + 1;
        return;
    }
    const gboolean quarters = mts_lane_shows_quarters(clock, mts_timeline_scale(self));
    mts_lane_cell(clock, quarters, step, from, to);
}

/* ---- hover ---------------------------------------------------------------------------------- */

void mts_timeline_find_hover(MtsTimeline *self)
{
    MtsHover *hover = &self->hover;
    hover->box = -1;
    hover->hit = (MtsLaneHit){MTS_PART_NOTHING, 0, 0};
    const int width = mts_time_axis_get_width(self->axis);
    if (!hover->inside || hover->x < MTS_AXIS_GUTTER || hover->x > width - MTS_AXIS_MARGIN / 2) {
        return;
    }
    hover->box = mts_lane_layout_box_at(&self->layout, mts_timeline_y_in_rows(self, hover->y));
    if (hover->box >= 0) {
        guint count;
        const EngSpan *spans = mts_timeline_box_spans(self, hover->box, &count);
        hover->hit = mts_lane_hit(spans, count, mts_timeline_scale(self), hover->x);
    }
}

static gboolean edge_is_locked(MtsTimeline *self, int box, guint edge)
{
    guint count;
    const EngSpan *spans = mts_timeline_box_spans(self, box, &count);
    return spans[edge].from < mts_schedule_model_get_lock(self->model);
}

static const char *cursor_name(MtsTimeline *self)
{
    const MtsHover *hover = &self->hover;
    if (self->drag.mode == MTS_DRAG_EDGE) {
        return "col-resize";
    }
    if (self->drag.mode == MTS_DRAG_SPAN) {
        return "grabbing";
    }
    if (hover->box < 0 || hover->hit.part == MTS_PART_NOTHING) {
        return NULL;
    }
    if (self->tool != MTS_TOOL_SELECT) {
        return "crosshair";
    }
    if (hover->hit.part == MTS_PART_EDGE) {
        return edge_is_locked(self, hover->box, hover->hit.edge) ? "not-allowed" : "col-resize";
    }
    return NULL;
}

void mts_timeline_update_cursor(MtsTimeline *self)
{
    gtk_widget_set_cursor_from_name(GTK_WIDGET(self), cursor_name(self));
}

/* The razor's hairline says its epoch before it cuts. */
static void show_razor(MtsTimeline *self)
{
    if (self->tool != MTS_TOOL_SPLIT || self->drag.mode != MTS_DRAG_NONE) {
        return;
    }
    if (self->hover.box < 0) {
        mts_timeline_hide_guide(self);
        return;
    }
    const MtsSnap snap =
        mts_timeline_snap_step(self, mts_time_axis_step(self->axis, self->hover.x), -1, FALSE);
    mts_timeline_show_guide(self, snap.step, snap.kind != MTS_SNAP_NONE, -1, self->hover.box);
}

void mts_timeline_update_hover(MtsTimeline *self)
{
    mts_timeline_find_hover(self);
    mts_timeline_update_cursor(self);
    show_razor(self);
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

void mts_timeline_set_crosshair(MtsTimeline *self)
{
    const MtsHover *hover = &self->hover;
    const gboolean over = hover->inside && self->drag.mode == MTS_DRAG_NONE &&
        hover->x >= MTS_AXIS_GUTTER && self->tool == MTS_TOOL_SELECT && self->layout.box_count > 0;
    mts_time_axis_set_crosshair(
        self->axis, over ? MAX(mts_time_axis_step(self->axis, hover->x), 0) : -1);
}

static void on_motion(MtsTimeline *self, double x, double y)
{
    /* Where something was laid out anew GTK tells the pointer's place again. */
    const gboolean moved = !self->hover.inside || self->hover.x != x || self->hover.y != y;
    self->hover.inside = TRUE;
    self->hover.x = x;
    self->hover.y = y;
    if (self->drag.mode == MTS_DRAG_NONE) {
        /* A guide left by a key says nothing about where the pointer is. */
        if (self->tool != MTS_TOOL_SPLIT && moved) {
            mts_timeline_hide_guide(self);
        }
        mts_timeline_update_hover(self);
    }
    mts_timeline_set_crosshair(self);
}

static void on_leave(MtsTimeline *self)
{
    self->hover.inside = FALSE;
    if (self->drag.mode == MTS_DRAG_NONE) {
        mts_timeline_hide_guide(self);
    }
    mts_timeline_update_hover(self);
    mts_timeline_set_crosshair(self);
}

/* ---- controllers ---------------------------------------------------------------------------- */

GdkModifierType mts_timeline_state_of(gpointer controller)
{
    return gtk_event_controller_get_current_event_state(GTK_EVENT_CONTROLLER(controller));
}

/* The right button picks up the format under the pointer for the brush. */
static void on_pick_up(GtkGestureClick *click, int n_press, double x, double y, MtsTimeline *self)
{
    self->hover.x = x;
    self->hover.y = y;
    mts_timeline_find_hover(self);
    if (self->hover.box < 0 || self->hover.hit.part == MTS_PART_NOTHING) {
        return;
    }
    const EngRole role = mts_track_role(self->layout.boxes[self->hover.box].track);
    guint count;
    const EngSpan *spans = mts_timeline_box_spans(self, self->hover.box, &count);
    const EngPrecision found =
        eng_precision_unsettled(&spans[self->hover.hit.span].precision, role);
    if (found.adaptive) {
        mts_timeline_set_adaptive(self, &found);
    } else {
        mts_timeline_set_paint(self, &found.format);
    }
    if (self->tool == MTS_TOOL_PAINT || self->tool == MTS_TOOL_ADAPTIVE) {
        mts_timeline_set_tool(self, found.adaptive ? MTS_TOOL_ADAPTIVE : MTS_TOOL_PAINT);
    }
}

/* Time pans, with Ctrl it zooms; over the gutter, with Shift, or where all of time is in sight,
 * the rows scroll, which the scrolled window does. */
static gboolean on_scroll(GtkEventControllerScroll *scroll, double dx, double dy, MtsTimeline *self)
{
    const GdkModifierType state = mts_timeline_state_of(scroll);
    const double pixels =
        gtk_event_controller_scroll_get_unit(scroll) == GDK_SCROLL_UNIT_WHEEL ? WHEEL_PIXELS : 1;
    if (state & GDK_CONTROL_MASK) {
        const double notches = dy * pixels / WHEEL_PIXELS;
        mts_time_axis_zoom_at(self->axis, self->hover.x, pow(WHEEL_ZOOM, -notches));
        return TRUE;
    }
    const gboolean rows = self->hover.x < MTS_AXIS_GUTTER || (state & GDK_SHIFT_MASK) ||
        mts_time_axis_is_fitted(self->axis);
    if (rows && fabs(dx) <= fabs(dy)) {
        return FALSE;
    }
    mts_time_axis_pan(self->axis, (fabs(dx) > fabs(dy) ? dx : dy) * pixels);
    return TRUE;
}

static void on_pinch(GtkGestureZoom *zoom, double scale, MtsTimeline *self)
{
    double x, y;
    if (scale > 0 && gtk_gesture_get_bounding_box_center(GTK_GESTURE(zoom), &x, &y)) {
        mts_time_axis_zoom_at(self->axis, x, scale / self->pinch);
        self->pinch = scale;
    }
}

static void on_pinch_begin(MtsTimeline *self)
{
    self->pinch = 1;
}

void mts_timeline_add_pointer(MtsTimeline *self)
{
    GtkWidget *widget = GTK_WIDGET(self);
    GtkEventController *motion = gtk_event_controller_motion_new();
    g_signal_connect_swapped(motion, "enter", G_CALLBACK(on_motion), self);
    g_signal_connect_swapped(motion, "motion", G_CALLBACK(on_motion), self);
    g_signal_connect_swapped(motion, "leave", G_CALLBACK(on_leave), self);
    gtk_widget_add_controller(widget, motion);

    GtkGesture *right = gtk_gesture_click_new();
    gtk_gesture_single_set_button(GTK_GESTURE_SINGLE(right), GDK_BUTTON_SECONDARY);
    g_signal_connect(right, "pressed", G_CALLBACK(on_pick_up), self);
    gtk_widget_add_controller(widget, GTK_EVENT_CONTROLLER(right));

    GtkEventController *scroll =
        gtk_event_controller_scroll_new(GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
    g_signal_connect(scroll, "scroll", G_CALLBACK(on_scroll), self);
    gtk_widget_add_controller(widget, scroll);

    GtkGesture *pinch = gtk_gesture_zoom_new();
    g_signal_connect_swapped(pinch, "begin", G_CALLBACK(on_pinch_begin), self);
    g_signal_connect(pinch, "scale-changed", G_CALLBACK(on_pinch), self);
    gtk_widget_add_controller(widget, GTK_EVENT_CONTROLLER(pinch));
}
