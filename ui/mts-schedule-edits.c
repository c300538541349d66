/* Edits of single lanes and drags of edges, each put into a group of its own. */
#include "mts-schedule-private.h"

/* ---- single edits --------------------------------------------------------------------------- */

/* The spans to edit, saved first. Between open_lane and close_lane nothing else may happen. */
static MtsLaneSpans *open_lane(MtsScheduleModel *self, guint layer, MtsTrack track)
{
    MtsLanePair *lane = mts_schedule_lane(self, layer, mts_track_role(track));
    mts_schedule_model_begin_group(self);
    mts_schedule_save(self, layer, mts_track_role(track));
    if (!mts_track_is_role(track)) {
        mts_lane_pair_set_apart(lane);
    }
    return mts_lane_pair_edit(lane, track);
}

static gboolean close_lane(MtsScheduleModel *self, guint layer, MtsTrack track, gboolean changed)
{
    MtsLanePair *lane = mts_schedule_lane(self, layer, mts_track_role(track));
    if (mts_track_is_role(track)) {
        changed |= mts_lane_pair_follow(lane, self->lock, &self->next_id);
    }
    mts_lane_pair_settle(lane);
    if (changed) {
        mts_schedule_emit_changed(self);
    }
    mts_schedule_model_end_group(self);
    return changed;
}

/* The precision as this lane holds it: checked, and formats written without a rounding with
 * their role's. */
static gboolean settle(const EngPrecision *precision, MtsTrack track, EngPrecision *settled)
{
    if (eng_precision_check(precision, NULL)) {
        return FALSE;
    }
    *settled = eng_precision_for_role(precision, mts_track_role(track));
    return TRUE;
}

gboolean mts_schedule_model_paint(MtsScheduleModel *self, guint layer, MtsTrack track, guint32 from,
    guint32 to, const EngPrecision *precision)
{
    from = MAX(from, self->lock);
    to = MIN(to, self->clock.steps);
    EngPrecision settled;
    if (from >= to || !settle(precision, track, &settled)) {
        return FALSE;
    }
    MtsLaneSpans *spans = open_lane(self, layer, track);
    return close_lane(
        self, layer, track, mts_lane_spans_paint(spans, from, to, &settled, &self->next_id));
}

gboolean mts_schedule_model_set(
    MtsScheduleModel *self, guint layer, MtsTrack track, guint span, const EngPrecision *precision)
{
    const MtsLaneSpans *now = mts_schedule_spans(self, layer, track);
    EngPrecision settled;
    if (span >= now->count || now->spans[span].to <= self->lock ||
        !settle(precision, track, &settled)) {
        return FALSE;
    }
    MtsLaneSpans *spans = open_lane(self, layer, track);
    gboolean changed = FALSE;
    if (!eng_precision_equal(&spans->spans[span].precision, &settled)) {
        span += mts_lane_spans_split(spans, self->lock, &self->next_id) ? 1 : 0;
        changed = mts_lane_spans_set(spans, span, &settled);
    }
    return close_lane(self, layer, track, changed);
}

gboolean mts_schedule_model_split(MtsScheduleModel *self, guint layer, MtsTrack track, guint32 step)
{
    if (step < self->lock || step >= self->clock.steps) {
        return FALSE;
    }
    MtsLaneSpans *spans = open_lane(self, layer, track);
    return close_lane(self, layer, track, mts_lane_spans_split(spans, step, &self->next_id));
}

/* Only what lies right of the lock goes: of a span that crosses it, nothing, for its own past
 * would have to fill in. */
gboolean mts_schedule_model_remove(MtsScheduleModel *self, guint layer, MtsTrack track, guint span)
{
    const MtsLaneSpans *now = mts_schedule_spans(self, layer, track);
    if (span >= now->count || now->spans[span].from < self->lock) {
        return FALSE;
    }
    MtsLaneSpans *spans = open_lane(self, layer, track);
    return close_lane(self, layer, track, mts_lane_spans_remove(spans, span));
}

gboolean mts_schedule_model_adopt(MtsScheduleModel *self, const EngPlan *plan)
{
    if (plan->layers != self->layers || plan->clock.steps != self->clock.steps) {
        return FALSE;
    }
    gboolean changed = FALSE;
    mts_schedule_model_freeze(self);
    mts_schedule_model_begin_group(self);
    for (guint i = 0; i < self->layers * 3; i++) {
        MtsLanePair next = {0};
        mts_lane_pair_load(&next, plan, i / 3, (EngRole)(i % 3), &self->next_id);
        mts_lane_pair_splice(&next, &self->lanes[i], &next, self->lock, &self->next_id);
        if (!mts_lane_pair_equal(&next, &self->lanes[i])) {
            mts_schedule_save(self, i / 3, (EngRole)(i % 3));
            mts_lane_pair_copy(&self->lanes[i], &next);
            changed = TRUE;
        }
        mts_lane_pair_clear(&next);
    }
    if (changed) {
        mts_schedule_emit_changed(self);
    }
    mts_schedule_model_thaw(self);
    mts_schedule_model_end_group(self);
    return changed;
}

/* ---- drags ---------------------------------------------------------------------------------- */

gboolean mts_schedule_model_is_dragging(MtsScheduleModel *self)
{
    return self->drag->len > 0;
}

/* Saves the lane and makes its spans ready to be moved. */
static void open_drag_lane(MtsScheduleModel *self, guint layer, MtsTrack track)
{
    mts_schedule_save(self, layer, mts_track_role(track));
    if (!mts_track_is_role(track)) {
        mts_lane_pair_set_apart(mts_schedule_lane(self, layer, mts_track_role(track)));
    }
}

gboolean mts_schedule_model_drag_begin(
    MtsScheduleModel *self, guint layer, MtsTrack track, guint edge)
{
    g_return_val_if_fail(!mts_schedule_model_is_dragging(self), FALSE);
    guint32 low, high;
    if (!mts_lane_spans_edge_range(
            mts_schedule_spans(self, layer, track), edge, self->lock, &low, &high)) {
        return FALSE;
    }
    mts_schedule_model_begin_group(self);
    open_drag_lane(self, layer, track);
    const DragEdge one = {layer, track, edge};
    g_array_append_val(self->drag, one);
    self->drag_span = FALSE;
    return TRUE;
}

gboolean mts_schedule_model_drag_add(
    MtsScheduleModel *self, guint layer, MtsTrack track, guint edge)
{
    g_return_val_if_fail(mts_schedule_model_is_dragging(self), FALSE);
    guint32 low, high;
    if (!mts_lane_spans_edge_range(
            mts_schedule_spans(self, layer, track), edge, self->lock, &low, &high)) {
        return FALSE;
    }
    open_drag_lane(self, layer, track);
    const DragEdge one = {layer, track, edge};
    g_array_append_val(self->drag, one);
    return TRUE;
}

gboolean mts_schedule_model_drag_begin_span(
    MtsScheduleModel *self, guint layer, MtsTrack track, guint span)
{
    guint32 low, high;
    const MtsLaneSpans *spans = mts_schedule_spans(self, layer, track);
    if (span == 0 || span + 1 >= spans->count ||
        !mts_lane_spans_edge_range(spans, span, self->lock, &low, &high)) {
        return FALSE;
    }
    mts_schedule_model_drag_begin(self, layer, track, span);
    self->drag_span = TRUE;
    return TRUE;
}

static MtsLaneSpans *drag_spans(MtsScheduleModel *self, const DragEdge *drag)
{
    MtsLanePair *lane = mts_schedule_lane(self, drag->layer, mts_track_role(drag->track));
    return mts_lane_pair_edit(lane, drag->track);
}

/* Moves one edge as near to `step` as it may go; returns where it is then. */
static guint32 move_edge(MtsScheduleModel *self, const DragEdge *drag, guint32 step)
{
    MtsLaneSpans *spans = drag_spans(self, drag);
    guint32 low, high;
    if (!mts_lane_spans_edge_range(spans, drag->edge, self->lock, &low, &high) || low > high) {
        return spans->spans[drag->edge].from;
    }
    mts_lane_spans_move_edge(spans, drag->edge, CLAMP(step, low, high));
    return spans->spans[drag->edge].from;
}

static guint32 move_span(MtsScheduleModel *self, const DragEdge *drag, guint32 step)
{
    MtsLaneSpans *spans = drag_spans(self, drag);
    const EngSpan here = spans->spans[drag->edge];
    const guint32 length = here.to - here.from;
    const guint32 low = MAX(spans->spans[drag->edge - 1].from + 1, self->lock);
    const guint32 high = spans->spans[drag->edge + 1].to - 1 - length;
    if (here.from < self->lock || low > high) {
        return here.from;
    }
    step = CLAMP(step, low, high);
    spans->spans[drag->edge - 1].to = step;
    spans->spans[drag->edge].from = step;
    spans->spans[drag->edge].to = step + length;
    spans->spans[drag->edge + 1].from = step + length;
    return step;
}

guint32 mts_schedule_model_drag_move(MtsScheduleModel *self, guint32 step)
{
    g_return_val_if_fail(mts_schedule_model_is_dragging(self), step);
    guint32 went = step;
    gboolean changed = FALSE;
    for (guint i = 0; i < self->drag->len; i++) {
        const DragEdge *drag = &g_array_index(self->drag, DragEdge, i);
        const guint32 before = drag_spans(self, drag)->spans[drag->edge].from;
        const guint32 after =
            self->drag_span ? move_span(self, drag, step) : move_edge(self, drag, step);
        changed |= before != after;
        if (mts_track_is_role(drag->track)) {
            changed |=
                mts_lane_pair_follow(mts_schedule_lane(self, drag->layer, (EngRole)drag->track),
                    self->lock, &self->next_id);
        }
        went = i == 0 ? after : went;
    }
    if (changed) {
        mts_schedule_emit_changed(self);
    }
    return went;
}

void mts_schedule_model_drag_commit(MtsScheduleModel *self)
{
    if (mts_schedule_model_is_dragging(self)) {
        g_array_set_size(self->drag, 0);
        mts_schedule_model_end_group(self);
    }
}

void mts_schedule_model_drag_cancel(MtsScheduleModel *self)
{
    if (mts_schedule_model_is_dragging(self)) {
        g_array_set_size(self->drag, 0);
        mts_schedule_model_cancel_group(self);
    }
}
