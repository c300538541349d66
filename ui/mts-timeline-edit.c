/* The edits that pointer, keyboard, toolbar and inspector ask for. Each is one undo step, and
 * keeps focus and selection on what it edited. */
#include "mts-timeline-private.h"

#include <string.h>

/* ---- framing -------------------------------------------------------------------------------- */

static void begin(MtsTimeline *self)
{
    mts_schedule_model_freeze(self->model);
    mts_schedule_model_begin_group(self->model);
}

static void end(MtsTimeline *self)
{
    /* First the window sees the change, then it is saved and sent. */
    mts_schedule_model_thaw(self->model);
    mts_schedule_model_end_group(self->model);
}

void mts_timeline_say_changes(MtsTimeline *self, const char *what)
{
    guint lanes;
    mts_schedule_model_get_changes(self->model, &lanes);
    if (lanes > 1) {
        mts_timeline_toast(self, "%s in %u lanes", what, lanes);
    }
}

/* Selected segments, or the focused one (of a folded family: one of each layer) where none is.
 * Caller g_frees. */
static MtsSegment *targets(MtsTimeline *self, guint *count)
{
    MtsSegment *segments = mts_timeline_get_selection(self, count);
    const int box = mts_timeline_focus_box(self);
    if (*count > 0 || box < 0) {
        return segments;
    }
    const MtsLaneBox *lane = &self->layout.boxes[box];
    segments = g_renew(MtsSegment, segments, lane->layers);
    for (guint i = 0; i < lane->layers; i++) {
        const guint layer = lane->layer + i;
        segments[(*count)++] = (MtsSegment){layer, lane->track,
            mts_schedule_model_find(self->model, layer, lane->track, self->focus_step)};
    }
    return segments;
}

static EngSpan span_of(MtsTimeline *self, const MtsSegment *segment)
{
    guint count;
    const EngSpan *spans =
        mts_schedule_model_get_spans(self->model, segment->layer, segment->track, &count);
    return spans[segment->span];
}

/* ---- set ------------------------------------------------------------------------------------ */

/* A change of precisions: what it makes of one. */
typedef struct Change {
    MtsRecipe recipe;
    gconstpointer data;
} Change;

/* Gives [from, to) of a lane what the change makes of what is there. Where these are a segment's
 * own steps its edges stay, else they are painted. */
static void change_steps(
    MtsTimeline *self, guint layer, MtsTrack track, guint32 from, guint32 to, const Change *change)
{
    MtsScheduleModel *model = self->model;
    for (guint32 step = from; step < to;) {
        const guint span = mts_schedule_model_find(model, layer, track, step);
        guint count;
        const EngSpan now = mts_schedule_model_get_spans(model, layer, track, &count)[span];
        const EngPrecision next = change->recipe(&now.precision, change->data);
        if (now.from >= from && now.to <= to) {
            mts_schedule_model_set(model, layer, track, span, &next);
        } else {
            mts_schedule_model_paint(
                model, layer, track, MAX(now.from, from), MIN(now.to, to), &next);
        }
        step = now.to;
    }
}

/* Selects what lies at these steps now, as far as it can be edited. */
static void pick_steps(MtsTimeline *self, guint layer, MtsTrack track, guint32 from, guint32 to)
{
    const guint32 lock = mts_schedule_model_get_lock(self->model);
    const int box = mts_lane_layout_find(&self->layout, layer, track);
    if (box < 0 || to <= lock) {
        return;
    }
    const guint span = mts_schedule_model_find(self->model, layer, track, MAX(from, lock));
    mts_timeline_pick(self, box, span, TRUE);
}

/* A selected segment that crossed the lock was cut there by an edit: the selection, and the focus,
 * go to its part that changed. */
static void follow_cuts(
    MtsTimeline *self, const MtsSegment *segments, const EngSpan *spans, guint count)
{
    const guint32 lock = mts_schedule_model_get_lock(self->model);
    for (guint i = 0; i < count; i++) {
        if (spans[i].from >= lock || spans[i].to <= lock) {
            continue;
        }
        const MtsSegment *one = &segments[i];
        const int box = mts_lane_layout_find(&self->layout, one->layer, one->track);
        const guint past = mts_schedule_model_find(self->model, one->layer, one->track, lock - 1);
        if (self->picked->len > 0 && box >= 0) {
            mts_timeline_pick(self, box, past, FALSE);
            pick_steps(self, one->layer, one->track, spans[i].from, spans[i].to);
        }
        if (one->layer == self->focus_layer && self->focus_step >= spans[i].from &&
            self->focus_step < lock) {
            self->focus_step = lock;
        }
    }
}

/* The steps of a segment that a change reaches: the span of time selected on the ruler cuts it. */
static EngSpan reached(MtsTimeline *self, const MtsSegment *segment)
{
    double from, to;
    EngSpan span = span_of(self, segment);
    if (mts_time_axis_get_range(self->axis, &from, &to)) {
        span.from = MAX(span.from, (guint32)(from + .5));
        span.to = MIN(span.to, (guint32)(to + .5));
    }
    return span;
}

static void change_segment(MtsTimeline *self, const MtsSegment *segment, const EngSpan *span,
    MtsScope scope, const Change *change)
{
    if (scope == MTS_SCOPE_LANE) {
        change_steps(self, segment->layer, segment->track, span->from, span->to, change);
        return;
    }
    const gboolean all = scope == MTS_SCOPE_ALL;
    const guint first = all ? 0 : segment->layer;
    const guint end = all ? mts_schedule_model_get_layers(self->model) : segment->layer + 1;
    for (guint layer = first; layer < end; layer++) {
        for (guint role = 0; role < 3; role++) {
            change_steps(self, layer, role, span->from, span->to, change);
        }
    }
}

void mts_timeline_modify(MtsTimeline *self, MtsScope scope, MtsRecipe recipe, gconstpointer data)
{
    guint count;
    g_autofree MtsSegment *segments = targets(self, &count);
    g_autofree EngSpan *spans = g_new(EngSpan, count + 1);
    const guint32 lock = mts_schedule_model_get_lock(self->model);
    const Change change = {recipe, data};
    guint locked = 0;
    for (guint i = 0; i < count; i++) {
        spans[i] = reached(self, &segments[i]);
        locked += spans[i].to <= lock;
    }
    begin(self);
    for (guint i = 0; i < count; i++) {
        change_segment(self, &segments[i], &spans[i], scope, &change);
    }
    end(self);
    follow_cuts(self, segments, spans, count);
    mts_timeline_selection_changed(self);
    if (count > 0 && locked == count) {
        mts_timeline_shake(self);
    }
}

static EngPrecision constant_recipe(const EngPrecision *now, gconstpointer precision)
{
    return *(const EngPrecision *)precision;
}

void mts_timeline_apply(MtsTimeline *self, const EngPrecision *precision, MtsScope scope)
{
    char words[64];
    mts_timeline_modify(self, scope, constant_recipe, precision);
    mts_timeline_say_changes(self, mts_precision_words(precision, words));
}

/* The asked precision with what a segment's own format says about group, exponent and rounding:
 * a key changes the width, not the rest. */
static EngPrecision width_recipe(const EngPrecision *now, gconstpointer precision)
{
    EngPrecision next = *(const EngPrecision *)precision;
    if (!next.adaptive && next.format.kind == ENG_KIND_BFP && now->format.kind == ENG_KIND_BFP) {
        const uint8_t m = next.format.m;
        next.format = now->format;
        next.format.m = m;
    }
    return next;
}

void mts_timeline_set_format_of_picked(MtsTimeline *self, const EngPrecision *precision)
{
    char words[64];
    mts_timeline_modify(self, MTS_SCOPE_LANE, width_recipe, precision);
    mts_timeline_say_changes(self, mts_precision_words(precision, words));
}

/* ---- remove, cut ---------------------------------------------------------------------------- */

/* The selected span of time on the ruler falls to what stands left of it, in the selected lanes or
 * in all where none is selected. */
static void clear_range(MtsTimeline *self, double from, double to)
{
    const guint32 start = (guint32)(from + 0.5), stop = (guint32)(to + 0.5);
    guint count;
    g_autofree MtsSegment *segments = mts_timeline_get_selection(self, &count);
    begin(self);
    for (guint i = 0; i < mts_schedule_model_get_layers(self->model) * 3; i++) {
        gboolean wanted = count == 0;
        for (guint k = 0; k < count; k++) {
            wanted |=
                segments[k].layer == i / 3 && (guint)mts_track_role(segments[k].track) == i % 3;
        }
        if (!wanted || start == 0) {
            continue;
        }
        guint spans_count;
        const EngSpan *spans =
            mts_schedule_model_get_spans(self->model, i / 3, i % 3, &spans_count);
        const EngPrecision left =
            spans[mts_schedule_model_find(self->model, i / 3, i % 3, start - 1)].precision;
        mts_schedule_model_paint(self->model, i / 3, i % 3, start, stop, &left);
    }
    end(self);
    mts_timeline_say_changes(self, "Cleared");
}

void mts_timeline_remove_selection(MtsTimeline *self)
{
    double from, to;
    if (mts_time_axis_get_range(self->axis, &from, &to)) {
        clear_range(self, from, to);
        mts_time_axis_set_range(self->axis, 0, 0);
        return;
    }
    guint count;
    g_autofree MtsSegment *segments = targets(self, &count);
    gboolean changed = FALSE;
    begin(self);
    /* From the last to the first, so that the indices of the others stay true. */
    for (guint i = count; i > 0; i--) {
        const MtsSegment *one = &segments[i - 1];
        changed |= mts_schedule_model_remove(self->model, one->layer, one->track, one->span);
    }
    end(self);
    if (!changed && count > 0 &&
        span_of(self, &segments[0]).from < mts_schedule_model_get_lock(self->model)) {
        mts_timeline_shake(self);
    }
    mts_timeline_say_changes(self, "Removed");
}

void mts_timeline_split_at(MtsTimeline *self, int box, gboolean column, guint32 step)
{
    const int first = column ? 0 : box;
    const int last = column ? (int)self->layout.box_count - 1 : box;
    gboolean changed = FALSE;
    begin(self);
    for (int at = first; at <= last; at++) {
        const MtsLaneBox *lane = &self->layout.boxes[at];
        for (guint layer = lane->layer; layer < lane->layer + lane->layers; layer++) {
            changed |= mts_schedule_model_split(self->model, layer, lane->track, step);
        }
    }
    end(self);
    if (!changed && step < mts_schedule_model_get_lock(self->model)) {
        mts_timeline_shake(self);
    }
    mts_timeline_say_changes(self, "Cut");
}

void mts_timeline_split_focused(MtsTimeline *self, gboolean column)
{
    const int box = mts_timeline_focus_box(self);
    guint count;
    const EngSpan span = mts_timeline_box_spans(self, box, &count)[mts_timeline_focus_span(self)];
    const guint32 from = MAX(span.from, mts_schedule_model_get_lock(self->model));
    if (from >= span.to) {
        mts_timeline_shake(self);
        return;
    }
    const MtsSnap snap = mts_timeline_snap_step(self, (from + (double)span.to) / 2, -1, FALSE);
    const gboolean inside = snap.step > from && snap.step < span.to;
    mts_timeline_split_at(self, box, column, inside ? snap.step : from + (span.to - from) / 2);
}

void mts_timeline_split_selection(MtsTimeline *self)
{
    if (mts_timeline_focus_box(self) >= 0) {
        mts_timeline_split_focused(self, FALSE);
    }
}

/* ---- paint ---------------------------------------------------------------------------------- */

EngPrecision mts_timeline_brush(MtsTimeline *self)
{
    return self->tool == MTS_TOOL_ADAPTIVE ? self->adaptive : eng_precision_fixed(self->paint);
}

void mts_timeline_paint_area(MtsTimeline *self, int first, int last, guint32 from, guint32 to)
{
    const EngPrecision brush = mts_timeline_brush(self);
    for (int box = first; box <= last; box++) {
        const MtsLaneBox *lane = &self->layout.boxes[box];
        for (guint layer = lane->layer; layer < lane->layer + lane->layers; layer++) {
            mts_schedule_model_paint(self->model, layer, lane->track, from, to, &brush);
        }
    }
}

/* ---- clipboard ------------------------------------------------------------------------------ */

/* Lanes as the clipboard counts them: role tracks by layer; a slot goes with its role's lane. */
static guint lane_number(const MtsSegment *segment)
{
    return segment->layer * 3 + (guint)mts_track_role(segment->track);
}

void mts_timeline_copy(MtsTimeline *self)
{
    guint count;
    g_autofree MtsSegment *segments = targets(self, &count);
    if (count == 0) {
        return;
    }
    g_array_set_size(self->clipboard, 0);
    for (guint i = 0; i < count; i++) {
        const EngSpan span = span_of(self, &segments[i]);
        const MtsClip clip = {lane_number(&segments[i]) - lane_number(&segments[0]),
            segments[i].layer, segments[i].track, span.from, span.to,
            eng_precision_unsettled(&span.precision, mts_track_role(segments[i].track))};
        g_array_append_val(self->clipboard, clip);
    }
    mts_timeline_toast(self, count == 1 ? "Copied %u segment" : "Copied %u segments", count);
}

void mts_timeline_cut(MtsTimeline *self)
{
    mts_timeline_copy(self);
    mts_timeline_remove_selection(self);
}

/* Lays the clipboard into the lanes from `lane` down, moved by `shift` steps, and selects it. */
static void paste_at(MtsTimeline *self, guint lane, gint64 shift)
{
    const EngClock clock = mts_schedule_model_get_clock(self->model);
    const guint lanes = mts_schedule_model_get_layers(self->model) * 3;
    begin(self);
    for (guint i = 0; i < self->clipboard->len; i++) {
        const MtsClip *clip = &g_array_index(self->clipboard, MtsClip, i);
        const gint64 from = MAX(clip->from + shift, 0), to = MIN(clip->to + shift, clock.steps);
        const guint target = lane + clip->lane;
        if (target < lanes && from < to) {
            mts_schedule_model_paint(
                self->model, target / 3, target % 3, (guint32)from, (guint32)to, &clip->precision);
        }
    }
    end(self);
    mts_timeline_pick_none(self);
    for (guint i = 0; i < self->clipboard->len; i++) {
        const MtsClip *clip = &g_array_index(self->clipboard, MtsClip, i);
        const gint64 from = MAX(clip->from + shift, 0), to = MIN(clip->to + shift, clock.steps);
        const guint target = lane + clip->lane;
        if (target < lanes && from < to) {
            pick_steps(self, target / 3, target % 3, (guint32)from, (guint32)to);
        }
    }
    if (self->clipboard->len > 0) {
        const MtsClip *first = &g_array_index(self->clipboard, MtsClip, 0);
        const gint64 middle = ((gint64)first->from + first->to) / 2 + shift;
        const int box = mts_lane_layout_find(&self->layout, lane / 3, lane % 3);
        mts_timeline_focus(self, box, (guint32)CLAMP(middle, 0, clock.steps - 1));
    }
    mts_timeline_selection_changed(self);
    mts_timeline_say_changes(self, "Pasted");
}

/* Into another lane at the same steps; into the lane it came from at the focused segment. */
void mts_timeline_paste(MtsTimeline *self)
{
    MtsSegment focus;
    if (self->clipboard->len == 0 || !mts_timeline_get_focused(self, &focus)) {
        return;
    }
    const MtsClip *first = &g_array_index(self->clipboard, MtsClip, 0);
    const gboolean same_lane = focus.layer == first->origin_layer &&
        mts_track_role(focus.track) == mts_track_role(first->origin_track);
    const gint64 shift = same_lane ? (gint64)span_of(self, &focus).from - (gint64)first->from : 0;
    paste_at(self, lane_number(&focus), shift);
}

/* The copy follows what it was made of. */
void mts_timeline_duplicate(MtsTimeline *self)
{
    guint count;
    g_autofree MtsSegment *segments = targets(self, &count);
    if (count == 0) {
        return;
    }
    guint32 from = G_MAXUINT32, to = 0;
    for (guint i = 0; i < count; i++) {
        const EngSpan span = span_of(self, &segments[i]);
        from = MIN(from, span.from);
        to = MAX(to, span.to);
    }
    mts_timeline_copy(self);
    paste_at(self, lane_number(&segments[0]), (gint64)to - from);
}

/* ---- boundaries by key ---------------------------------------------------------------------- */

/* From a step to the next place `quarters` of quarter epochs on, or back. */
static guint32 stepped(MtsTimeline *self, guint32 step, int quarters)
{
    const EngClock clock = mts_schedule_model_get_clock(self->model);
    return mts_lane_quarter_step(clock, step * 4.0 / clock.steps_per_epoch + quarters);
}

/* The boundary the arrow keys move: the focused segment's start or end, whichever there is. */
static guint focused_edge(MtsTimeline *self, guint span, guint count)
{
    if (self->focus_side == MTS_SIDE_END) {
        return span + 1 < count ? span + 1 : span;
    }
    return span > 0 ? span : span + 1;
}

static void nudged(MtsTimeline *self, int box, guint32 step, guint32 was)
{
    const EngClock clock = mts_schedule_model_get_clock(self->model);
    const MtsLaneBox *lane = &self->layout.boxes[box];
    guint count;
    const EngSpan *spans = mts_timeline_box_spans(self, box, &count);
    const guint span =
        mts_schedule_model_find(self->model, lane->layer, lane->track, self->focus_step);
    self->focus_step = spans[span].from + (spans[span].to - spans[span].from) / 2;
    mts_timeline_show_guide(
        self, step, step % clock.steps_per_epoch == 0 || step == clock.steps, was, box);
    mts_timeline_selection_changed(self);
}

void mts_timeline_nudge_edge(MtsTimeline *self, int quarters)
{
    const int box = mts_timeline_focus_box(self);
    if (box < 0) {
        return;
    }
    const MtsLaneBox lane = self->layout.boxes[box];
    guint count;
    const EngSpan *spans = mts_timeline_box_spans(self, box, &count);
    const guint span = mts_timeline_focus_span(self);
    const guint edge = focused_edge(self, span, count);
    if (count < 2) {
        return;
    }
    const guint32 was = spans[edge].from, wanted = stepped(self, was, quarters);
    const guint32 lock = mts_schedule_model_get_lock(self->model);
    begin(self);
    gboolean moved = FALSE;
    guint32 went = was;
    for (guint layer = lane.layer; layer < lane.layer + lane.layers; layer++) {
        const guint there = mts_schedule_model_find(self->model, layer, lane.track, was);
        if (mts_schedule_model_get_spans(self->model, layer, lane.track, &count)[there].from !=
                was ||
            !mts_schedule_model_drag_begin(self->model, layer, lane.track, there)) {
            continue;
        }
        went = mts_schedule_model_drag_move(self->model, wanted);
        mts_schedule_model_drag_commit(self->model);
        moved |= went != was;
    }
    /* The focus stays on its segment, which has only changed its length. */
    const guint span_now = mts_timeline_box_spans(self, box, &count) && span < count ? span : 0;
    self->focus_step = mts_timeline_box_spans(self, box, &count)[span_now].from;
    end(self);
    if (!moved && wanted < lock) {
        mts_timeline_shake(self);
    }
    nudged(self, box, went, was);
}

void mts_timeline_nudge_span(MtsTimeline *self, int quarters)
{
    const int box = mts_timeline_focus_box(self);
    if (box < 0) {
        return;
    }
    const MtsLaneBox lane = self->layout.boxes[box];
    guint count;
    const guint span = mts_timeline_focus_span(self);
    const guint32 was = mts_timeline_box_spans(self, box, &count)[span].from;
    begin(self);
    guint32 went = was;
    if (mts_schedule_model_drag_begin_span(self->model, lane.layer, lane.track, span)) {
        went = mts_schedule_model_drag_move(self->model, stepped(self, was, quarters));
        mts_schedule_model_drag_commit(self->model);
    }
    self->focus_step = mts_timeline_box_spans(self, box, &count)[span].from;
    end(self);
    if (went == was) {
        mts_timeline_shake(self);
        return;
    }
    nudged(self, box, went, was);
}

/* ---- undo ----------------------------------------------------------------------------------- */

void mts_timeline_undo(MtsTimeline *self)
{
    if (self->drag.mode != MTS_DRAG_NONE) {
        mts_timeline_cancel_drag(self);
    } else if (mts_schedule_model_undo(self->model)) {
        mts_timeline_flash(self);
    }
}

void mts_timeline_redo(MtsTimeline *self)
{
    if (self->drag.mode == MTS_DRAG_NONE && mts_schedule_model_redo(self->model)) {
        mts_timeline_flash(self);
    }
}
