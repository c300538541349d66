#include "mts-lane-spans.h"

#include <string.h>

static void reserve(MtsLaneSpans *self, guint count)
{
    if (count <= self->capacity) {
        return;
    }
    const guint capacity = MAX(count, MAX(self->capacity * 2, 8));
    self->spans = g_renew(EngSpan, self->spans, capacity);
    self->ids = g_renew(guint32, self->ids, capacity);
    self->capacity = capacity;
}

static void append(MtsLaneSpans *self, EngSpan span, guint32 id)
{
    reserve(self, self->count + 1);
    self->spans[self->count] = span;
    self->ids[self->count++] = id;
}

/* Takes `removed` spans from `at` out and makes room for `added` there. */
static void resize_at(MtsLaneSpans *self, guint at, guint removed, guint added)
{
    const guint tail = self->count - at - removed;
    reserve(self, self->count - removed + added);
    memmove(self->spans + at + added, self->spans + at + removed, tail * sizeof *self->spans);
    memmove(self->ids + at + added, self->ids + at + removed, tail * sizeof *self->ids);
    self->count = self->count - removed + added;
}

void mts_lane_spans_init(MtsLaneSpans *self, const EngSpan *spans, guint count, guint32 *next_id)
{
    *self = (MtsLaneSpans){0};
    reserve(self, count);
    for (guint i = 0; i < count; i++) {
        append(self, spans[i], (*next_id)++);
    }
}

void mts_lane_spans_clear(MtsLaneSpans *self)
{
    g_free(self->spans);
    g_free(self->ids);
    *self = (MtsLaneSpans){0};
}

void mts_lane_spans_copy(MtsLaneSpans *to, const MtsLaneSpans *from)
{
    reserve(to, from->count);
    if (from->count > 0) {
        memcpy(to->spans, from->spans, from->count * sizeof *from->spans);
        memcpy(to->ids, from->ids, from->count * sizeof *from->ids);
    }
    to->count = from->count;
}

gboolean mts_lane_spans_equal(const MtsLaneSpans *a, const MtsLaneSpans *b)
{
    if (a->count != b->count) {
        return FALSE;
    }
    for (guint i = 0; i < a->count; i++) {
        if (a->spans[i].from != b->spans[i].from || a->spans[i].to != b->spans[i].to ||
            !eng_precision_equal(&a->spans[i].precision, &b->spans[i].precision)) {
            return FALSE;
        }
    }
    return TRUE;
}

guint mts_lane_spans_find(const MtsLaneSpans *self, guint32 step)
{
    guint low = 0, high = self->count;
    while (high - low > 1) {
        const guint middle = low + (high - low) / 2;
        if (self->spans[middle].from <= step) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

int mts_lane_spans_find_id(const MtsLaneSpans *self, guint32 id)
{
    for (guint i = 0; i < self->count; i++) {
        if (self->ids[i] == id) {
            return (int)i;
        }
    }
    return -1;
}

gboolean mts_lane_spans_split(MtsLaneSpans *self, guint32 step, guint32 *next_id)
{
    const guint at = mts_lane_spans_find(self, step);
    const EngSpan whole = self->spans[at];
    if (step <= whole.from || step >= whole.to) {
        return FALSE;
    }
    resize_at(self, at + 1, 0, 1);
    self->spans[at].to = step;
    self->spans[at + 1] = (EngSpan){step, whole.to, whole.precision};
    self->ids[at + 1] = (*next_id)++;
    return TRUE;
}

/* Joins span `at` with the one behind it where both look alike; `keep` says whose number stays. */
static gboolean join(MtsLaneSpans *self, guint at, guint keep)
{
    if (at + 1 >= self->count ||
        !eng_precision_equal(&self->spans[at].precision, &self->spans[at + 1].precision)) {
        return FALSE;
    }
    self->spans[at].to = self->spans[at + 1].to;
    self->ids[at] = self->ids[keep];
    resize_at(self, at + 1, 1, 0);
    return TRUE;
}

static gboolean already_painted(
    const MtsLaneSpans *self, guint32 from, guint32 to, const EngPrecision *precision)
{
    for (guint i = mts_lane_spans_find(self, from); i < self->count; i++) {
        if (self->spans[i].from >= to) {
            break;
        }
        if (!eng_precision_equal(&self->spans[i].precision, precision)) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean mts_lane_spans_paint(
    MtsLaneSpans *self, guint32 from, guint32 to, const EngPrecision *precision, guint32 *next_id)
{
    g_assert(from < to && to <= self->spans[self->count - 1].to);
    if (already_painted(self, from, to, precision)) {
        return FALSE;
    }
    mts_lane_spans_split(self, from, next_id);
    mts_lane_spans_split(self, to, next_id);
    const guint first = mts_lane_spans_find(self, from);
    const guint last = mts_lane_spans_find(self, to - 1);
    resize_at(self, first + 1, last - first, 0);
    self->spans[first].to = to;
    self->spans[first].precision = *precision;
    join(self, first, first);
    if (first > 0) {
        join(self, first - 1, first - 1);
    }
    return TRUE;
}

gboolean mts_lane_spans_set(MtsLaneSpans *self, guint span, const EngPrecision *precision)
{
    if (eng_precision_equal(&self->spans[span].precision, precision)) {
        return FALSE;
    }
    self->spans[span].precision = *precision;
    return TRUE;
}

gboolean mts_lane_spans_remove(MtsLaneSpans *self, guint span)
{
    if (self->count < 2) {
        return FALSE;
    }
    if (span > 0) {
        self->spans[span - 1].to = self->spans[span].to;
    } else {
        self->spans[1].from = self->spans[0].from;
    }
    resize_at(self, span, 1, 0);
    if (span > 0) {
        join(self, span - 1, span - 1);
    }
    return TRUE;
}

gboolean mts_lane_spans_edge_range(
    const MtsLaneSpans *self, guint edge, guint32 lock, guint32 *low, guint32 *high)
{
    if (edge == 0 || edge >= self->count || self->spans[edge].from < lock) {
        return FALSE;
    }
    *low = MAX(self->spans[edge - 1].from + 1, lock);
    *high = self->spans[edge].to - 1;
    return TRUE;
}

void mts_lane_spans_move_edge(MtsLaneSpans *self, guint edge, guint32 step)
{
    g_assert(edge > 0 && edge < self->count);
    g_assert(step > self->spans[edge - 1].from && step < self->spans[edge].to);
    self->spans[edge - 1].to = step;
    self->spans[edge].from = step;
}

void mts_lane_spans_splice(MtsLaneSpans *out, const MtsLaneSpans *past, const MtsLaneSpans *future,
    guint32 step, guint32 *next_id)
{
    MtsLaneSpans result = {0};
    for (guint i = 0; i < past->count && past->spans[i].from < step; i++) {
        EngSpan span = past->spans[i];
        span.to = MIN(span.to, step);
        append(&result, span, past->ids[i]);
    }
    const guint seam = result.count;
    for (guint i = 0; i < future->count; i++) {
        EngSpan span = future->spans[i];
        if (span.to <= step) {
            continue;
        }
        const gboolean crosses = span.from < step;
        span.from = MAX(span.from, step);
        append(&result, span, future->ids[i]);
        /* A span that was one before the seam stays one: the lock cuts nothing by itself. */
        if (crosses && seam > 0) {
            join(&result, seam - 1, seam);
        }
    }
    /* Both lists may know the same number on the two sides of the seam; the past's gets a new
     * one, for a selection belongs to what can be edited. */
    for (guint i = 0; i < seam && i < result.count; i++) {
        for (guint j = i + 1; j < result.count; j++) {
            if (result.ids[i] == result.ids[j]) {
                result.ids[i] = (*next_id)++;
                break;
            }
        }
    }
    mts_lane_spans_clear(out);
    *out = result;
}
