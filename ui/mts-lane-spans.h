/* The spans of one lane as the timeline edits them: a list without gaps from step 0 to the run's
 * end, each span with a number that stays with it while its edges and its precision change, so
 * that a selection survives edits. Plain functions without widgets; main thread.
 *
 * "Keep apart": neighbours may look alike where the user cut them or set one to the other's
 * precision; painting joins what it lays beside its like. */
#pragma once

#include "schedule/schedule.h"
#include <glib.h>

G_BEGIN_DECLS

typedef struct MtsLaneSpans {
    EngSpan *spans; /* ascending, spans[0].from == 0, spans[i].to == spans[i + 1].from */
    guint32 *ids;   /* ids[i] belongs to spans[i]; unique within the lane's model */
    guint count, capacity;
} MtsLaneSpans;

/* Starts from `count` spans, ascending and without gaps; takes numbers from *next_id. */
void mts_lane_spans_init(MtsLaneSpans *self, const EngSpan *spans, guint count, guint32 *next_id);
void mts_lane_spans_clear(MtsLaneSpans *self);
void mts_lane_spans_copy(MtsLaneSpans *to, const MtsLaneSpans *from);
/* The same spans; the numbers do not matter. */
gboolean mts_lane_spans_equal(const MtsLaneSpans *a, const MtsLaneSpans *b);

/* Index of the span that holds `step`; the last one from the run's end on. */
guint mts_lane_spans_find(const MtsLaneSpans *self, guint32 step);
/* Index of the span with this number, or -1. */
int mts_lane_spans_find_id(const MtsLaneSpans *self, guint32 id);

/* Cuts at `step`; the left part keeps the number. FALSE where an edge is there already. */
gboolean mts_lane_spans_split(MtsLaneSpans *self, guint32 step, guint32 *next_id);

/* Lays [from, to) over the lane and joins it with neighbours of the same precision. FALSE where
 * every step of it had this precision already. Needs from < to <= the run's end. */
gboolean mts_lane_spans_paint(
    MtsLaneSpans *self, guint32 from, guint32 to, const EngPrecision *precision, guint32 *next_id);

/* Sets the precision of one span and leaves its edges. FALSE where nothing changed. */
gboolean mts_lane_spans_set(MtsLaneSpans *self, guint span, const EngPrecision *precision);

/* Removes a span; its left neighbour (the right one for the first) takes its place, and
 * joins what it meets of its own precision. FALSE where it is the only one. */
gboolean mts_lane_spans_remove(MtsLaneSpans *self, guint span);

/* Where the edge before span `edge` may go: between its neighbouring edges, each neighbour
 * keeping a step, and not before `lock`. FALSE where it may not move at all: no inner edge, or
 * itself before the lock. */
gboolean mts_lane_spans_edge_range(
    const MtsLaneSpans *self, guint edge, guint32 lock, guint32 *low, guint32 *high);
/* Moves the edge before span `edge`; `step` must lie in its range. */
void mts_lane_spans_move_edge(MtsLaneSpans *self, guint edge, guint32 step);

/* *out = `past` before `step` and `future` from there on: what was trained stays as it was. The
 * span at the seam keeps the future's number, so that a selection of the future stays. */
void mts_lane_spans_splice(MtsLaneSpans *out, const MtsLaneSpans *past, const MtsLaneSpans *future,
    guint32 step, guint32 *next_id);

G_END_DECLS
