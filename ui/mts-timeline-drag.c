/* Press, drag, sweep, release. What a press means is decided once, at its beginning; the drag then
 * only follows. Escape takes everything back. */
#include "mts-timeline-private.h"

#include <math.h>

/* A boundary follows from here on, so that a click's tremble does not snap it somewhere. */
#define EDGE_THRESHOLD 2
/* The gutter's left part, where a family is folded. */
#define FOLD_WIDTH 16

/* ---- a boundary ----------------------------------------------------------------------------- */

/* Takes the boundaries that stand at the same step in other lanes along. */
static void add_same_edges(MtsTimeline *self, guint layer, MtsTrack track)
{
    const MtsDrag *drag = &self->drag;
    const guint span = mts_schedule_model_find(self->model, layer, track, drag->was);
    guint count;
    const EngSpan *spans = mts_schedule_model_get_spans(self->model, layer, track, &count);
    if (spans[span].from == drag->was) {
        mts_schedule_model_drag_add(self->model, layer, track, span);
    }
}

static gboolean begin_edge(MtsTimeline *self)
{
    const MtsDrag *drag = &self->drag;
    if (!mts_schedule_model_drag_begin(self->model, drag->layer, drag->track, drag->hit.edge)) {
        return FALSE;
    }
    const guint layers = mts_schedule_model_get_layers(self->model);
    const MtsLaneBox *box = &self->layout.boxes[drag->box];
    const gboolean all = drag->reach & GDK_CONTROL_MASK, column = drag->reach & GDK_SHIFT_MASK;
    for (guint layer = 0; layer < layers; layer++) {
        const gboolean own_row = layer >= box->layer && layer < box->layer + box->layers;
        for (guint role = 0; role < 3; role++) {
            const gboolean own_role = role == (guint)mts_track_role(drag->track);
            if (layer == drag->layer && own_role) {
                continue;
            }
            if (all || (own_row && (column || own_role))) {
                add_same_edges(self, layer, role);
            }
        }
    }
    return TRUE;
}

/* Alt, Shift and Ctrl may be pressed and let go while the drag runs. */
static void follow_reach(MtsTimeline *self)
{
    const GdkModifierType reach = self->drag.state & (GDK_SHIFT_MASK | GDK_CONTROL_MASK);
    if (reach == self->drag.reach) {
        return;
    }
    self->drag.reach = reach;
    mts_schedule_model_freeze(self->model);
    mts_schedule_model_drag_cancel(self->model);
    begin_edge(self);
    mts_schedule_model_thaw(self->model);
}

/* The lock holds: said once for every time it is run into. */
static void feel_lock(MtsTimeline *self, double wanted, guint32 went)
{
    const guint32 lock = mts_schedule_model_get_lock(self->model);
    const gboolean at_lock = lock > 0 && went <= lock && wanted < lock;
    if (at_lock && !self->drag.at_lock) {
        mts_timeline_shake(self);
    }
    self->drag.at_lock = at_lock;
}

static void show_drag_guide(MtsTimeline *self, guint32 went, gboolean snapped, double pointer)
{
    MtsDrag *drag = &self->drag;
    if (snapped && went != drag->shown) {
        mts_timeline_slide(self, (double)drag->shown - went);
    }
    drag->shown = went;
    mts_timeline_show_guide(self, went, snapped, drag->was, drag->box);
}

/* The focus stays inside what is dragged, however far its boundary goes. */
static void refocus_dragged(MtsTimeline *self)
{
    const MtsDrag *drag = &self->drag;
    guint count;
    const EngSpan *spans = mts_timeline_box_spans(self, drag->box, &count);
    const EngSpan *span = &spans[MIN(drag->hit.span, count - 1)];
    mts_timeline_focus(self, drag->box, span->from + (span->to - span->from) / 2);
}

/* Moves what is dragged, and the focus with it, as one change. */
static guint32 move_dragged(MtsTimeline *self, guint32 step)
{
    mts_schedule_model_freeze(self->model);
    const guint32 went = mts_schedule_model_drag_move(self->model, step);
    refocus_dragged(self);
    mts_schedule_model_thaw(self->model);
    return went;
}

static void update_edge(MtsTimeline *self)
{
    MtsDrag *drag = &self->drag;
    drag->started |= fabs(drag->x - drag->press_x) > EDGE_THRESHOLD;
    if (!drag->started) {
        return;
    }
    follow_reach(self);
    const double wanted = mts_time_axis_step(self->axis, drag->x + drag->grab);
    const MtsSnap snap =
        mts_timeline_snap_step(self, wanted, drag->box, drag->state & GDK_ALT_MASK);
    const guint32 went = move_dragged(self, snap.step);
    feel_lock(self, wanted, went);
    show_drag_guide(self, went, snap.kind != MTS_SNAP_NONE && went == snap.step, wanted);
}

/* ---- a whole segment ------------------------------------------------------------------------ */

static gboolean begin_span(MtsTimeline *self)
{
    MtsDrag *drag = &self->drag;
    if (self->layout.boxes[drag->box].layers > 1 ||
        !mts_schedule_model_drag_begin_span(
            self->model, drag->layer, drag->track, drag->hit.span)) {
        return FALSE;
    }
    guint count;
    const EngSpan *spans = mts_timeline_box_spans(self, drag->box, &count);
    drag->was = drag->shown = spans[drag->hit.span].from;
    drag->was_length = spans[drag->hit.span].to - drag->was;
    drag->grab = mts_time_axis_x(self->axis, drag->was) - drag->press_x;
    drag->mode = MTS_DRAG_SPAN;
    return TRUE;
}

/* Its start is attracted first, then its end. */
static void update_span(MtsTimeline *self)
{
    MtsDrag *drag = &self->drag;
    const gboolean off = drag->state & GDK_ALT_MASK;
    const double wanted = mts_time_axis_step(self->axis, drag->x + drag->grab);
    MtsSnap snap = mts_timeline_snap_step(self, wanted, drag->box, off);
    if (snap.kind == MTS_SNAP_NONE) {
        const MtsSnap end = mts_timeline_snap_step(self, wanted + drag->was_length, drag->box, off);
        if (end.kind != MTS_SNAP_NONE && end.step >= drag->was_length) {
            snap = (MtsSnap){end.step - drag->was_length, end.kind};
        }
    }
    const guint32 went = move_dragged(self, snap.step);
    feel_lock(self, wanted, went);
    show_drag_guide(self, went, snap.kind != MTS_SNAP_NONE && went == snap.step, wanted);
}

/* ---- band and brush ------------------------------------------------------------------------- */

static void update_band(MtsTimeline *self)
{
    const MtsDrag *drag = &self->drag;
    const double top = mts_timeline_y_in_rows(self, MIN(drag->press_y, drag->y));
    const double bottom = mts_timeline_y_in_rows(self, MAX(drag->press_y, drag->y));
    const double from = mts_time_axis_step(self->axis, MIN(drag->press_x, drag->x));
    const double to = mts_time_axis_step(self->axis, MAX(drag->press_x, drag->x));
    g_array_set_size(self->picked, 0);
    if (drag->extended) {
        g_array_append_vals(self->picked, drag->kept->data, drag->kept->len);
    }
    for (int box = 0; box < (int)self->layout.box_count; box++) {
        const int y = self->layout.boxes[box].y;
        if (y < bottom && y + MTS_LANE_HEIGHT > top) {
            mts_timeline_pick_area(self, box, box, from, to);
        }
    }
    mts_timeline_selection_changed(self);
}

static void update_paint(MtsTimeline *self)
{
    const MtsDrag *drag = &self->drag;
    const gboolean off = drag->state & GDK_ALT_MASK;
    const int box = mts_lane_layout_nearest(&self->layout, mts_timeline_y_in_rows(self, drag->y));
    guint32 from, to, press_from, press_to;
    mts_timeline_brush_cell(self, drag->press_x, off, &press_from, &press_to);
    mts_timeline_brush_cell(self, drag->x, off, &from, &to);
    mts_schedule_model_freeze(self->model);
    mts_schedule_model_revert_group(self->model);
    mts_timeline_paint_area(
        self, MIN(box, drag->box), MAX(box, drag->box), MIN(from, press_from), MAX(to, press_to));
    mts_schedule_model_thaw(self->model);
}

/* ---- press, drag, release ------------------------------------------------------------------- */

static void click_select(MtsTimeline *self)
{
    const MtsDrag *drag = &self->drag;
    if (drag->state & GDK_CONTROL_MASK) {
        const MtsLaneBox *box = &self->layout.boxes[drag->box];
        const guint32 id =
            mts_schedule_model_get_id(self->model, box->layer, box->track, drag->hit.span);
        mts_timeline_pick(self, drag->box, drag->hit.span,
            !mts_timeline_is_picked(self, box->layer, box->track, id));
    } else if (drag->state & GDK_SHIFT_MASK) {
        mts_timeline_pick_to(self, drag->box, drag->hit.span);
    } else {
        mts_timeline_pick_only(self, drag->box, drag->hit.span);
    }
    mts_timeline_selection_changed(self);
}

/* The gutter: a family's arrow folds it, a layer's name selects its lanes, a letter one lane. */
static void press_gutter(MtsTimeline *self, double x, double y)
{
    const int row = mts_lane_layout_row_at(&self->layout, mts_timeline_y_in_rows(self, y));
    if (row < 0) {
        return;
    }
    const MtsLaneRow here = self->layout.rows[row];
    const int box = mts_lane_layout_box_at(&self->layout, mts_timeline_y_in_rows(self, y));
    const EngClock clock = mts_schedule_model_get_clock(self->model);
    if (here.family_head && x < FOLD_WIDTH) {
        mts_timeline_set_folded(self, here.layer, !here.folded);
        return;
    }
    if (!(self->drag.state & (GDK_CONTROL_MASK | GDK_SHIFT_MASK))) {
        mts_timeline_pick_none(self);
    }
    const gboolean letter = x >= MTS_AXIS_GUTTER - 20 && box >= 0;
    const int first = letter ? box : (int)here.first;
    const int last = letter ? box : (int)(here.first + here.count - 1);
    mts_timeline_focus(self, first, self->focus_step);
    mts_timeline_pick_area(self, first, last, 0, clock.steps);
    mts_timeline_selection_changed(self);
}

static void press_segment(MtsTimeline *self)
{
    MtsDrag *drag = &self->drag;
    guint count;
    const EngSpan *spans = mts_timeline_box_spans(self, drag->box, &count);
    const double step = mts_time_axis_step(self->axis, drag->press_x);
    mts_timeline_focus(self, drag->box, (guint32)MAX(step, 0));
    self->focus_step =
        CLAMP(self->focus_step, spans[drag->hit.span].from, spans[drag->hit.span].to - 1);
    const guint32 id =
        mts_schedule_model_get_id(self->model, drag->layer, drag->track, drag->hit.span);
    const gboolean modified = drag->state & (GDK_CONTROL_MASK | GDK_SHIFT_MASK);
    if (!modified && !mts_timeline_is_picked(self, drag->layer, drag->track, id)) {
        click_select(self);
    }
    if (drag->hit.part != MTS_PART_EDGE) {
        drag->mode = MTS_DRAG_SEGMENT;
        return;
    }
    self->focus_side = drag->hit.edge == drag->hit.span ? MTS_SIDE_START : MTS_SIDE_END;
    drag->was = drag->shown = spans[drag->hit.edge].from;
    drag->grab = mts_time_axis_x(self->axis, drag->was) - drag->press_x;
    drag->reach = drag->state & (GDK_SHIFT_MASK | GDK_CONTROL_MASK);
    drag->mode = begin_edge(self) ? MTS_DRAG_EDGE : MTS_DRAG_BLOCKED;
}

static void press_brush(MtsTimeline *self)
{
    MtsDrag *drag = &self->drag;
    const double step = mts_time_axis_step(self->axis, drag->press_x);
    mts_timeline_focus(self, drag->box, (guint32)MAX(step, 0));
    drag->mode = MTS_DRAG_PAINT;
    mts_schedule_model_begin_group(self->model);
    if (step < mts_schedule_model_get_lock(self->model)) {
        mts_timeline_shake(self);
    }
    update_paint(self);
}

static void press_razor(MtsTimeline *self)
{
    const MtsDrag *drag = &self->drag;
    const MtsSnap snap = mts_timeline_snap_step(
        self, mts_time_axis_step(self->axis, drag->press_x), -1, drag->state & GDK_ALT_MASK);
    mts_timeline_focus(self, drag->box, snap.step);
    mts_timeline_split_at(self, drag->box, drag->state & GDK_SHIFT_MASK, snap.step);
}

static void start_band(MtsTimeline *self)
{
    MtsDrag *drag = &self->drag;
    drag->mode = MTS_DRAG_BAND;
    drag->extended = drag->state & (GDK_CONTROL_MASK | GDK_SHIFT_MASK);
    g_array_set_size(drag->kept, 0);
    g_array_append_vals(drag->kept, self->picked->data, self->picked->len);
}

static void start_drag(MtsTimeline *self, double x, double y, GdkModifierType state)
{
    MtsDrag *drag = &self->drag;
    self->hover.inside = TRUE;
    self->hover.x = x;
    self->hover.y = y;
    mts_timeline_find_hover(self);
    GArray *kept = drag->kept;
    *drag = (MtsDrag){.press_x = x,
        .press_y = y,
        .x = x,
        .y = y,
        .state = state,
        .box = self->hover.box,
        .hit = self->hover.hit,
        .kept = kept};
    if (x < MTS_AXIS_GUTTER) {
        press_gutter(self, x, y);
        return;
    }
    if (drag->box < 0 || drag->hit.part == MTS_PART_NOTHING) {
        if (self->tool == MTS_TOOL_SELECT) {
            start_band(self);
        }
        return;
    }
    drag->layer = self->layout.boxes[drag->box].layer;
    drag->track = self->layout.boxes[drag->box].track;
    switch (self->tool) {
    case MTS_TOOL_SELECT:
        press_segment(self);
        break;
    case MTS_TOOL_SPLIT:
        press_razor(self);
        break;
    case MTS_TOOL_PAINT:
    case MTS_TOOL_ADAPTIVE:
        press_brush(self);
        break;
    }
}

static gboolean passed_threshold(const MtsDrag *drag)
{
    return fabs(drag->x - drag->press_x) > MTS_DRAG_THRESHOLD ||
        fabs(drag->y - drag->press_y) > MTS_DRAG_THRESHOLD;
}

/* A segment that cannot be moved (the run's first and last, or of the past) starts a band. */
static void leave_press(MtsTimeline *self)
{
    if (!passed_threshold(&self->drag)) {
        return;
    }
    const gboolean modified = self->drag.state & (GDK_CONTROL_MASK | GDK_SHIFT_MASK);
    if (modified || !begin_span(self)) {
        start_band(self);
    }
}

static void update_drag(MtsTimeline *self)
{
    MtsDrag *drag = &self->drag;
    if (drag->mode == MTS_DRAG_SEGMENT) {
        leave_press(self);
    }
    switch (drag->mode) {
    case MTS_DRAG_EDGE:
        update_edge(self);
        break;
    case MTS_DRAG_SPAN:
        update_span(self);
        break;
    case MTS_DRAG_BAND:
        update_band(self);
        break;
    case MTS_DRAG_PAINT:
        update_paint(self);
        break;
    case MTS_DRAG_BLOCKED:
        if (passed_threshold(drag) && !drag->at_lock) {
            drag->at_lock = TRUE;
            mts_timeline_shake(self);
        }
        break;
    case MTS_DRAG_NONE:
    case MTS_DRAG_SEGMENT:
        break;
    }
    mts_timeline_update_cursor(self);
}

/* After a drag the pointer is a plain pointer again, and the focus inside what was dragged. */
static void leave_drag(MtsTimeline *self)
{
    self->drag.mode = MTS_DRAG_NONE;
    mts_timeline_hide_guide(self);
    mts_timeline_redraw_lanes(self);
    mts_timeline_update_hover(self);
    mts_timeline_set_crosshair(self);
}

static void finish_drag(MtsTimeline *self)
{
    MtsDrag *drag = &self->drag;
    switch (drag->mode) {
    case MTS_DRAG_EDGE:
    case MTS_DRAG_SPAN:
        mts_schedule_model_drag_commit(self->model);
        refocus_dragged(self);
        if (drag->mode == MTS_DRAG_EDGE && !drag->started) {
            click_select(self);
        } else {
            mts_timeline_selection_changed(self);
            mts_timeline_say_changes(self, "Moved");
        }
        break;
    case MTS_DRAG_SEGMENT:
    case MTS_DRAG_BLOCKED:
        click_select(self);
        break;
    case MTS_DRAG_BAND:
        if (!passed_threshold(drag) && !drag->extended) {
            mts_timeline_pick_none(self);
            mts_time_axis_set_range(self->axis, 0, 0);
            mts_timeline_selection_changed(self);
        }
        break;
    case MTS_DRAG_PAINT:
        mts_schedule_model_end_group(self->model);
        mts_timeline_say_changes(self, "Painted");
        break;
    case MTS_DRAG_NONE:
        break;
    }
    leave_drag(self);
}

void mts_timeline_cancel_drag(MtsTimeline *self)
{
    MtsDrag *drag = &self->drag;
    const guint32 shown = drag->shown;
    switch (drag->mode) {
    case MTS_DRAG_NONE:
        return;
    case MTS_DRAG_EDGE:
    case MTS_DRAG_SPAN:
        mts_schedule_model_drag_cancel(self->model);
        mts_timeline_slide(self, (double)shown - drag->was);
        break;
    case MTS_DRAG_BAND:
        g_array_set_size(self->picked, 0);
        g_array_append_vals(self->picked, drag->kept->data, drag->kept->len);
        mts_timeline_refresh_selection(self);
        break;
    case MTS_DRAG_PAINT:
        mts_schedule_model_cancel_group(self->model);
        break;
    case MTS_DRAG_SEGMENT:
    case MTS_DRAG_BLOCKED:
        break;
    }
    leave_drag(self);
    gtk_gesture_set_state(self->press, GTK_EVENT_SEQUENCE_DENIED);
}

/* ---- controllers ---------------------------------------------------------------------------- */

static void on_drag_begin(GtkGestureDrag *gesture, double x, double y, MtsTimeline *self)
{
    gtk_widget_grab_focus(GTK_WIDGET(self));
    if (self->layout.box_count == 0) {
        gtk_gesture_set_state(GTK_GESTURE(gesture), GTK_EVENT_SEQUENCE_DENIED);
        return;
    }
    gtk_gesture_set_state(GTK_GESTURE(gesture), GTK_EVENT_SEQUENCE_CLAIMED);
    start_drag(self, x, y, mts_timeline_state_of(gesture));
}

static void on_drag_update(GtkGestureDrag *gesture, double dx, double dy, MtsTimeline *self)
{
    MtsDrag *drag = &self->drag;
    if (drag->mode == MTS_DRAG_NONE) {
        return;
    }
    drag->x = drag->press_x + dx;
    drag->y = drag->press_y + dy;
    drag->state = mts_timeline_state_of(gesture);
    update_drag(self);
}

/* A double click on a lane's letter opens the role into its two slots, or closes it. */
static void on_pressed(GtkGestureClick *click, int n_press, double x, double y, MtsTimeline *self)
{
    const int box = mts_lane_layout_box_at(&self->layout, mts_timeline_y_in_rows(self, y));
    if (n_press != 2 || box < 0 || x < MTS_AXIS_GUTTER - 20 || x >= MTS_AXIS_GUTTER) {
        return;
    }
    const MtsLaneBox lane = self->layout.boxes[box];
    const EngRole role = mts_track_role(lane.track);
    mts_timeline_set_opened(self, lane.layer, role, !self->opened[lane.layer * 3 + role]);
}

void mts_timeline_drag_modifier(MtsTimeline *self, guint key, gboolean pressed)
{
    static const struct {
        guint key;
        GdkModifierType bit;
    } modifiers[] = {
        {GDK_KEY_Shift_L, GDK_SHIFT_MASK},
        {GDK_KEY_Shift_R, GDK_SHIFT_MASK},
        {GDK_KEY_Control_L, GDK_CONTROL_MASK},
        {GDK_KEY_Control_R, GDK_CONTROL_MASK},
        {GDK_KEY_Alt_L, GDK_ALT_MASK},
        {GDK_KEY_Alt_R, GDK_ALT_MASK},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(modifiers); i++) {
        if (modifiers[i].key == key && self->drag.mode != MTS_DRAG_NONE) {
            self->drag.state = pressed ? self->drag.state | modifiers[i].bit
                                       : self->drag.state & ~modifiers[i].bit;
            update_drag(self);
        }
    }
}

void mts_timeline_add_drag(MtsTimeline *self)
{
    GtkWidget *widget = GTK_WIDGET(self);
    self->press = gtk_gesture_drag_new();
    g_signal_connect(self->press, "drag-begin", G_CALLBACK(on_drag_begin), self);
    g_signal_connect(self->press, "drag-update", G_CALLBACK(on_drag_update), self);
    g_signal_connect_swapped(self->press, "drag-end", G_CALLBACK(finish_drag), self);
    g_signal_connect_swapped(self->press, "cancel", G_CALLBACK(mts_timeline_cancel_drag), self);
    gtk_widget_add_controller(widget, GTK_EVENT_CONTROLLER(self->press));

    GtkGesture *click = gtk_gesture_click_new();
    g_signal_connect(click, "pressed", G_CALLBACK(on_pressed), self);
    gtk_widget_add_controller(widget, GTK_EVENT_CONTROLLER(click));
    gtk_gesture_group(click, self->press);
}
