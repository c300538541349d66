/* Where lanes stand: rows and lanes from top to bottom, and what lies under a point. Plain numbers
 * in pixels, y counted from the top of the first row; no widgets. Main thread. */
#pragma once

#include "mts-schedule-model.h"

G_BEGIN_DECLS

#define MTS_LANE_HEIGHT 14
#define MTS_LANE_GAP 2
#define MTS_ROW_PADDING 5
/* A boundary is taken within this distance, in pixels. */
#define MTS_EDGE_REACH 7

/* A row: one layer, or a folded family of them. */
typedef struct MtsLaneRow {
    guint layer, layers;  /* the layers [layer, layer + layers) it stands for */
    guint first, count;   /* its lanes among the layout's */
    gboolean family_head; /* the first row of a family that can be folded */
    gboolean folded;
    int y, height;
} MtsLaneRow;

/* A lane. Of a folded row it stands for that lane in all its layers. */
typedef struct MtsLaneBox {
    guint row;
    guint layer, layers;
    MtsTrack track;
    int y; /* top; MTS_LANE_HEIGHT high */
} MtsLaneBox;

typedef struct MtsLaneLayout {
    MtsLaneRow *rows;
    MtsLaneBox *boxes;
    guint row_count, box_count;
    int height;
} MtsLaneLayout;

/* Layers next to each other whose names are the same but for a number ("conv1", "conv2") are a
 * family. Returns how many layers belong to that of `layer`, and its first one. */
guint mts_lane_family(const char *const *names, guint layers, guint layer, guint *first);

/* Length of a name without the digits at its end. */
size_t mts_lane_stem(const char *name);

/* folded[layer]: the family that starts at `layer` is one row. opened[layer * 3 + role]: the role
 * shows its two slots. Either may be NULL. Start with {0}; clear frees. */
void mts_lane_layout_build(MtsLaneLayout *self, const char *const *names, guint layers,
    const gboolean *folded, const gboolean *opened);
void mts_lane_layout_clear(MtsLaneLayout *self);

/* The lane at y, the gaps between lanes split between them; -1 in the padding of a row. */
int mts_lane_layout_box_at(const MtsLaneLayout *self, double y);
/* The lane nearest to y; -1 without lanes. */
int mts_lane_layout_nearest(const MtsLaneLayout *self, double y);
int mts_lane_layout_row_at(const MtsLaneLayout *self, double y);
/* The lane that shows this track of this layer (a slot shows in its role where that is not
 * open); -1 where there is none. */
int mts_lane_layout_find(const MtsLaneLayout *self, guint layer, MtsTrack track);

/* x = x0 + step * per_step */
typedef struct MtsLaneScale {
    double x0, per_step;
} MtsLaneScale;

typedef enum MtsLanePart { MTS_PART_NOTHING, MTS_PART_SEGMENT, MTS_PART_EDGE } MtsLanePart;

typedef struct MtsLaneHit {
    MtsLanePart part;
    guint span; /* under the point */
    guint edge; /* EDGE: the one before this span */
} MtsLaneHit;

/* What of a lane lies at x. A boundary is taken within MTS_EDGE_REACH, but never so much of a
 * narrow segment that its middle third could not be hit. */
MtsLaneHit mts_lane_hit(const EngSpan *spans, guint count, MtsLaneScale scale, double x);

G_END_DECLS
