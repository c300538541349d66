/* The keyboard: everything the pointer can do.
 *
 *   Tab, Shift+Tab    next, previous segment of the lane; at its ends the focus leaves
 *   Up, Down          next lane, at the same time; with Shift the selection grows
 *   Home, End         first, last segment of the lane
 *   2 … 8, F, A       bits of the selection, FP32, adaptive
 *   Left, Right       the segment's boundary by a quarter epoch, with Shift by an epoch; with Ctrl
 *                     the whole segment
 *   [ ]               which boundary that is: its start, its end
 *   S, Shift+S        cut the segment in its middle, the whole column
 *   Delete            remove; on a span of time of the ruler: clear it
 *   V B R D           select, brush, razor, adaptive brush
 *   + - 0             zoom in, out, fit
 *   G, O              fold the layer's family, open the lane into its two slots
 *   Ctrl+A C X V D Z  all, copy, cut, paste, duplicate, undo (with Shift: redo)
 *   Escape            give up the drag, else the span of time, else the selection */
#include "mts-timeline-private.h"

#define KEY_ZOOM 1.5

/* Brings a span of the focused lane into sight, where it is not. */
static void reveal(MtsTimeline *self, EngSpan span)
{
    double from, to;
    mts_time_axis_get_view(self->axis, &from, &to);
    if (span.to > from && span.from < to) {
        return;
    }
    const double middle = (span.from + (double)span.to) / 2, half = (to - from) / 2;
    const EngClock clock = mts_schedule_model_get_clock(self->model);
    const double start = CLAMP(middle - half, 0, clock.steps - 2 * half);
    mts_time_axis_set_view(self->axis, start, start + 2 * half);
}

static void focus_span(MtsTimeline *self, int box, guint span)
{
    guint count;
    const EngSpan here = mts_timeline_box_spans(self, box, &count)[span];
    mts_timeline_focus(self, box, here.from + (here.to - here.from) / 2);
    mts_timeline_pick_only(self, box, span);
    mts_timeline_scroll_to_box(self, box);
    reveal(self, here);
    mts_timeline_selection_changed(self);
}

/* TRUE where there was a segment to go to. */
static gboolean walk_segments(MtsTimeline *self, int by)
{
    const int box = mts_timeline_focus_box(self);
    guint count;
    mts_timeline_box_spans(self, box, &count);
    const int next = (int)mts_timeline_focus_span(self) + by;
    if (next < 0 || next >= (int)count) {
        return FALSE;
    }
    focus_span(self, box, (guint)next);
    return TRUE;
}

/* The step stays, so that Down and Up again is no move. */
static void walk_lanes(MtsTimeline *self, int by, gboolean extend)
{
    const int box = mts_timeline_focus_box(self) + by;
    if (box < 0 || box >= (int)self->layout.box_count) {
        return;
    }
    mts_timeline_focus(self, box, self->focus_step);
    const guint span = mts_timeline_focus_span(self);
    if (extend) {
        mts_timeline_pick_to(self, box, span);
    } else {
        mts_timeline_pick_only(self, box, span);
    }
    mts_timeline_scroll_to_box(self, box);
    mts_timeline_selection_changed(self);
}

static void walk_to_end(MtsTimeline *self, gboolean last)
{
    const int box = mts_timeline_focus_box(self);
    guint count;
    mts_timeline_box_spans(self, box, &count);
    focus_span(self, box, last ? count - 1 : 0);
}

static void choose_side(MtsTimeline *self, MtsSide side)
{
    self->focus_side = side;
    mts_timeline_selection_changed(self);
}

static void zoom(MtsTimeline *self, double factor)
{
    const double x = self->hover.inside && self->hover.x >= MTS_AXIS_GUTTER
        ? self->hover.x
        : mts_time_axis_x(self->axis, self->focus_step);
    mts_time_axis_zoom_at(self->axis, x, factor);
}

static void set_bits(MtsTimeline *self, unsigned bits)
{
    const EngPrecision precision = eng_precision_fixed(eng_format_bfp(bits));
    mts_timeline_set_format_of_picked(self, &precision);
}

static void set_fp32(MtsTimeline *self)
{
    const EngPrecision precision = eng_precision_fixed(eng_format_fp32());
    mts_timeline_set_format_of_picked(self, &precision);
}

static gboolean escape(MtsTimeline *self)
{
    double from, to;
    if (self->drag.mode != MTS_DRAG_NONE) {
        mts_timeline_cancel_drag(self);
    } else if (mts_time_axis_get_range(self->axis, &from, &to)) {
        mts_time_axis_set_range(self->axis, 0, 0);
    } else if (self->picked->len > 0) {
        mts_timeline_pick_none(self);
        mts_timeline_selection_changed(self);
    } else {
        return FALSE;
    }
    return TRUE;
}

static gboolean on_control_key(MtsTimeline *self, guint key, gboolean shift)
{
    switch (key) {
    case GDK_KEY_z:
        shift ? mts_timeline_redo(self) : mts_timeline_undo(self);
        return TRUE;
    case GDK_KEY_y:
        mts_timeline_redo(self);
        return TRUE;
    case GDK_KEY_c:
        mts_timeline_copy(self);
        return TRUE;
    case GDK_KEY_x:
        mts_timeline_cut(self);
        return TRUE;
    case GDK_KEY_v:
        mts_timeline_paste(self);
        return TRUE;
    case GDK_KEY_d:
        mts_timeline_duplicate(self);
        return TRUE;
    case GDK_KEY_a:
        mts_timeline_pick_all(self);
        mts_timeline_selection_changed(self);
        return TRUE;
    case GDK_KEY_Left:
        mts_timeline_nudge_span(self, shift ? -4 : -1);
        return TRUE;
    case GDK_KEY_Right:
        mts_timeline_nudge_span(self, shift ? 4 : 1);
        return TRUE;
    default:
        return FALSE;
    }
}

static gboolean on_edit_key(MtsTimeline *self, guint key, gboolean shift)
{
    if (key >= GDK_KEY_2 && key <= GDK_KEY_8) {
        set_bits(self, key - GDK_KEY_0);
        return TRUE;
    }
    switch (key) {
    case GDK_KEY_f:
        set_fp32(self);
        return TRUE;
    case GDK_KEY_a:
        mts_timeline_set_format_of_picked(self, &self->adaptive);
        return TRUE;
    case GDK_KEY_s:
        mts_timeline_split_focused(self, shift);
        return TRUE;
    case GDK_KEY_Delete:
    case GDK_KEY_BackSpace:
    case GDK_KEY_KP_Delete:
        mts_timeline_remove_selection(self);
        return TRUE;
    case GDK_KEY_Left:
        mts_timeline_nudge_edge(self, shift ? -4 : -1);
        return TRUE;
    case GDK_KEY_Right:
        mts_timeline_nudge_edge(self, shift ? 4 : 1);
        return TRUE;
    case GDK_KEY_bracketleft:
        choose_side(self, MTS_SIDE_START);
        return TRUE;
    case GDK_KEY_bracketright:
        choose_side(self, MTS_SIDE_END);
        return TRUE;
    default:
        return FALSE;
    }
}

static gboolean on_view_key(MtsTimeline *self, guint key)
{
    switch (key) {
    case GDK_KEY_v:
        mts_timeline_set_tool(self, MTS_TOOL_SELECT);
        return TRUE;
    case GDK_KEY_b:
        mts_timeline_set_tool(self, MTS_TOOL_PAINT);
        return TRUE;
    case GDK_KEY_r:
        mts_timeline_set_tool(self, MTS_TOOL_SPLIT);
        return TRUE;
    case GDK_KEY_d:
        mts_timeline_set_tool(self, MTS_TOOL_ADAPTIVE);
        return TRUE;
    case GDK_KEY_plus:
    case GDK_KEY_equal:
    case GDK_KEY_KP_Add:
        zoom(self, KEY_ZOOM);
        return TRUE;
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
        zoom(self, 1 / KEY_ZOOM);
        return TRUE;
    case GDK_KEY_0:
        mts_time_axis_fit(self->axis);
        return TRUE;
    case GDK_KEY_g: {
        const int box = mts_timeline_focus_box(self);
        const MtsLaneRow *row = &self->layout.rows[self->layout.boxes[box].row];
        mts_timeline_set_folded(self, row->layer, !row->folded);
        return TRUE;
    }
    case GDK_KEY_o: {
        const EngRole role = mts_track_role(self->focus_track);
        mts_timeline_set_opened(
            self, self->focus_layer, role, !self->opened[self->focus_layer * 3 + (guint)role]);
        return TRUE;
    }
    default:
        return FALSE;
    }
}

static gboolean on_walk_key(MtsTimeline *self, guint key, gboolean shift)
{
    switch (key) {
    case GDK_KEY_Tab:
        return walk_segments(self, shift ? -1 : 1);
    case GDK_KEY_ISO_Left_Tab:
        return walk_segments(self, -1);
    case GDK_KEY_Up:
        walk_lanes(self, -1, shift);
        return TRUE;
    case GDK_KEY_Down:
        walk_lanes(self, 1, shift);
        return TRUE;
    case GDK_KEY_Home:
        walk_to_end(self, FALSE);
        return TRUE;
    case GDK_KEY_End:
        walk_to_end(self, TRUE);
        return TRUE;
    default:
        return FALSE;
    }
}

static gboolean on_key(GtkEventControllerKey *controller, guint raw, guint code,
    GdkModifierType state, MtsTimeline *self)
{
    const gboolean shift = state & GDK_SHIFT_MASK;
    const guint key = gdk_keyval_to_lower(raw);
    if (key == GDK_KEY_Escape) {
        return escape(self);
    }
    if (self->layout.box_count == 0) {
        return FALSE;
    }
    /* A held button owns the schedule until it is let go. */
    if (self->drag.mode != MTS_DRAG_NONE) {
        if ((state & GDK_CONTROL_MASK) && key == GDK_KEY_z) {
            mts_timeline_cancel_drag(self);
        }
        mts_timeline_drag_modifier(self, raw, TRUE);
        return TRUE;
    }
    if (key != GDK_KEY_Left && key != GDK_KEY_Right) {
        mts_timeline_hide_guide(self);
    }
    if (state & (GDK_ALT_MASK | GDK_SUPER_MASK)) {
        return FALSE;
    }
    if (state & GDK_CONTROL_MASK) {
        return on_control_key(self, key, shift);
    }
    const gboolean handled =
        on_walk_key(self, key, shift) || on_edit_key(self, key, shift) || on_view_key(self, key);
    GtkRoot *root = gtk_widget_get_root(GTK_WIDGET(self));
    if (handled && GTK_IS_WINDOW(root)) {
        /* Who works with keys sees where they go. */
        gtk_window_set_focus_visible(GTK_WINDOW(root), TRUE);
    }
    return handled;
}

static void on_key_released(GtkEventControllerKey *controller, guint key, guint code,
    GdkModifierType state, MtsTimeline *self)
{
    mts_timeline_drag_modifier(self, key, FALSE);
}

static void on_focus_changed(MtsTimeline *self)
{
    mts_timeline_hide_guide(self);
    mts_timeline_redraw_lanes(self);
}

void mts_timeline_add_keys(MtsTimeline *self)
{
    GtkEventController *key = gtk_event_controller_key_new();
    g_signal_connect(key, "key-pressed", G_CALLBACK(on_key), self);
    g_signal_connect(key, "key-released", G_CALLBACK(on_key_released), self);
    gtk_widget_add_controller(GTK_WIDGET(self), key);
    GtkEventController *focus = gtk_event_controller_focus_new();
    g_signal_connect_swapped(focus, "enter", G_CALLBACK(on_focus_changed), self);
    g_signal_connect_swapped(focus, "leave", G_CALLBACK(on_focus_changed), self);
    gtk_widget_add_controller(GTK_WIDGET(self), focus);
}
