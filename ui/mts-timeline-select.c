/* Focus and selection. A selection keeps the numbers of spans, so that it survives edits; the
 * focus keeps a lane and a step, so that it always stands on something. */
#include "mts-timeline-private.h"

const EngSpan *mts_timeline_box_spans(MtsTimeline *self, int box, guint *count)
{
    const MtsLaneBox *lane = &self->layout.boxes[box];
    return mts_schedule_model_get_spans(self->model, lane->layer, lane->track, count);
}

/* ---- focus ---------------------------------------------------------------------------------- */

int mts_timeline_focus_box(MtsTimeline *self)
{
    return mts_lane_layout_find(&self->layout, self->focus_layer, self->focus_track);
}

guint mts_timeline_focus_span(MtsTimeline *self)
{
    const int box = mts_timeline_focus_box(self);
    g_assert(box >= 0);
    const MtsLaneBox *lane = &self->layout.boxes[box];
    return mts_schedule_model_find(self->model, lane->layer, lane->track, self->focus_step);
}

void mts_timeline_focus(MtsTimeline *self, int box, guint32 step)
{
    if (box < 0) {
        return;
    }
    const EngClock clock = mts_schedule_model_get_clock(self->model);
    self->focus_layer = self->layout.boxes[box].layer;
    self->focus_track = self->layout.boxes[box].track;
    self->focus_step = MIN(step, clock.steps - 1);
}

gboolean mts_timeline_get_focused(MtsTimeline *self, MtsSegment *segment)
{
    const int box = mts_timeline_focus_box(self);
    if (box < 0) {
        return FALSE;
    }
    *segment = (MtsSegment){self->layout.boxes[box].layer, self->layout.boxes[box].track,
        mts_timeline_focus_span(self)};
    return TRUE;
}

/* ---- selection ------------------------------------------------------------------------------ */

static int index_of(const GArray *picked, MtsPicked wanted)
{
    for (guint i = 0; i < picked->len; i++) {
        const MtsPicked *one = &g_array_index(picked, MtsPicked, i);
        if (one->id == wanted.id && one->layer == wanted.layer && one->track == wanted.track) {
            return (int)i;
        }
    }
    return -1;
}

gboolean mts_timeline_is_picked(MtsTimeline *self, guint layer, MtsTrack track, guint32 id)
{
    return index_of(self->picked, (MtsPicked){layer, track, id}) >= 0;
}

void mts_timeline_pick_none(MtsTimeline *self)
{
    g_array_set_size(self->picked, 0);
}

static void pick_one(MtsTimeline *self, guint layer, MtsTrack track, guint span, gboolean picked)
{
    const MtsPicked one = {
        layer, track, mts_schedule_model_get_id(self->model, layer, track, span)};
    const int at = index_of(self->picked, one);
    if (picked && at < 0) {
        g_array_append_val(self->picked, one);
    } else if (!picked && at >= 0) {
        g_array_remove_index(self->picked, (guint)at);
    }
}

void mts_timeline_pick(MtsTimeline *self, int box, guint span, gboolean picked)
{
    const MtsLaneBox *lane = &self->layout.boxes[box];
    guint count;
    const EngSpan *spans = mts_timeline_box_spans(self, box, &count);
    const guint32 middle = spans[span].from + (spans[span].to - spans[span].from) / 2;
    for (guint layer = lane->layer; layer < lane->layer + lane->layers; layer++) {
        const guint there = layer == lane->layer
            ? span
            : mts_schedule_model_find(self->model, layer, lane->track, middle);
        pick_one(self, layer, lane->track, there, picked);
    }
}

/* Range selections start from here. */
static void set_anchor(MtsTimeline *self, int box, guint span)
{
    const MtsLaneBox *lane = &self->layout.boxes[box];
    self->anchor = (MtsPicked){lane->layer, lane->track,
        mts_schedule_model_get_id(self->model, lane->layer, lane->track, span)};
    self->has_anchor = TRUE;
}

void mts_timeline_pick_only(MtsTimeline *self, int box, guint span)
{
    mts_timeline_pick_none(self);
    mts_timeline_pick(self, box, span, TRUE);
    set_anchor(self, box, span);
}

void mts_timeline_pick_area(MtsTimeline *self, int first, int last, double from, double to)
{
    for (int box = MAX(first, 0); box <= last; box++) {
        guint count;
        const EngSpan *spans = mts_timeline_box_spans(self, box, &count);
        for (guint i = 0; i < count; i++) {
            if (spans[i].from < to && spans[i].to > from) {
                mts_timeline_pick(self, box, i, TRUE);
            }
        }
    }
}

void mts_timeline_pick_to(MtsTimeline *self, int box, guint span)
{
    const MtsPicked *anchor = &self->anchor;
    const int anchor_span = self->has_anchor
        ? mts_schedule_model_find_id(self->model, anchor->layer, anchor->track, anchor->id)
        : -1;
    if (anchor_span < 0) {
        mts_timeline_pick_only(self, box, span);
        return;
    }
    guint count;
    const EngSpan here = mts_timeline_box_spans(self, box, &count)[span];
    const EngSpan there = mts_schedule_model_get_spans(
        self->model, anchor->layer, anchor->track, &count)[anchor_span];
    const int anchor_box = mts_lane_layout_find(&self->layout, anchor->layer, anchor->track);
    /* A segment counts where its middle lies between: a neighbour that only reaches in does not. */
    const double from = MIN(here.from, there.from), to = MAX(here.to, there.to);
    mts_timeline_pick_none(self);
    for (int at = MIN(box, anchor_box); at <= MAX(box, anchor_box); at++) {
        const EngSpan *spans = mts_timeline_box_spans(self, at, &count);
        for (guint i = 0; i < count; i++) {
            const double middle = (spans[i].from + (double)spans[i].to) / 2;
            if (middle >= from && middle <= to) {
                mts_timeline_pick(self, at, i, TRUE);
            }
        }
    }
}

void mts_timeline_pick_all(MtsTimeline *self)
{
    const EngClock clock = mts_schedule_model_get_clock(self->model);
    mts_timeline_pick_none(self);
    mts_timeline_pick_area(self, 0, (int)self->layout.box_count - 1, 0, clock.steps);
}

void mts_timeline_refresh_selection(MtsTimeline *self)
{
    for (guint i = self->picked->len; i > 0; i--) {
        const MtsPicked *one = &g_array_index(self->picked, MtsPicked, i - 1);
        if (mts_schedule_model_find_id(self->model, one->layer, one->track, one->id) < 0) {
            g_array_remove_index(self->picked, i - 1);
        }
    }
    /* The edited segment may look different even where the selection is the same. */
    mts_timeline_selection_changed(self);
}

void mts_timeline_select(MtsTimeline *self, guint layer, MtsTrack track, guint span)
{
    const int box = mts_lane_layout_find(&self->layout, layer, track);
    g_return_if_fail(box >= 0);
    guint count;
    const EngSpan *spans = mts_timeline_box_spans(self, box, &count);
    g_return_if_fail(span < count);
    mts_timeline_focus(self, box, spans[span].from + (spans[span].to - spans[span].from) / 2);
    mts_timeline_pick_only(self, box, span);
    mts_timeline_scroll_to_box(self, box);
    mts_timeline_selection_changed(self);
}

static int compare_segments(gconstpointer a, gconstpointer b)
{
    const MtsSegment *x = a, *y = b;
    if (x->layer != y->layer) {
        return x->layer < y->layer ? -1 : 1;
    }
    if (x->track != y->track) {
        return x->track < y->track ? -1 : 1;
    }
    return x->span < y->span ? -1 : x->span > y->span;
}

MtsSegment *mts_timeline_get_selection(MtsTimeline *self, guint *count)
{
    MtsSegment *segments = g_new(MtsSegment, self->picked->len + 1);
    guint n = 0;
    for (guint i = 0; i < self->picked->len; i++) {
        const MtsPicked *one = &g_array_index(self->picked, MtsPicked, i);
        const int span = mts_schedule_model_find_id(self->model, one->layer, one->track, one->id);
        if (span >= 0) {
            segments[n++] = (MtsSegment){one->layer, one->track, (guint)span};
        }
    }
    qsort(segments, n, sizeof *segments, compare_segments);
    *count = n;
    return segments;
}
