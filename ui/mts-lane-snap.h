/* Where a dragged boundary goes: whole epochs, quarter epochs, other boundaries and the playhead
 * attract it. Plain numbers; no widgets. */
#pragma once

#include "mts-lane-layout.h"

G_BEGIN_DECLS

/* Something attracts within this distance, in pixels. */
#define MTS_SNAP_REACH 6
/* Quarter epochs attract from this many pixels an epoch on. */
#define MTS_SNAP_QUARTER_PIXELS 96

typedef enum MtsSnapKind {
    MTS_SNAP_NONE,
    MTS_SNAP_QUARTER,
    MTS_SNAP_EDGE,
    MTS_SNAP_EPOCH,
    MTS_SNAP_PLAYHEAD
} MtsSnapKind;

typedef struct MtsSnapField {
    EngClock clock;
    MtsLaneScale scale;
    double playhead;      /* negative: none */
    const guint32 *edges; /* boundaries of other lanes, any order */
    guint edge_count;
    gboolean off; /* nothing attracts: the step under the pointer */
} MtsSnapField;

typedef struct MtsSnap {
    guint32 step; /* 0..steps */
    MtsSnapKind kind;
} MtsSnap;

/* The place for something wanted at `step` (any number; held within the run). Of several things in
 * reach the nearest attracts, of equally near ones the greater kind. */
MtsSnap mts_lane_snap(const MtsSnapField *field, double step);

/* The grid a brush paints in and a key steps by: a quarter epoch where `quarter`, else an epoch;
 * at least a step. The cell [*from, *to) that holds `step`. */
void mts_lane_cell(EngClock clock, gboolean quarter, double step, guint32 *from, guint32 *to);

/* TRUE where quarter epochs are wide enough to aim at. */
gboolean mts_lane_shows_quarters(EngClock clock, MtsLaneScale scale);

/* The step nearest to `quarters` quarter epochs, within 0..steps. */
guint32 mts_lane_quarter_step(EngClock clock, double quarters);

/* A step as epochs: at least one decimal, two where it takes them: "6.0", "3.25". The point is
 * '.', whatever the locale. Returns buf. */
const char *mts_lane_epoch_text(EngClock clock, double step, char buf[32]);

G_END_DECLS
