/* What the files of MtsLabDrift share. */
#pragma once

#include "mts-lab-drift.h"
#include "mts-lab-values.h"

G_BEGIN_DECLS

typedef enum MtsDriftLine {
    MTS_DRIFT_EXACT,
    MTS_DRIFT_TRUNCATE,
    MTS_DRIFT_NEAREST,
    MTS_DRIFT_STOCHASTIC,
    MTS_DRIFT_LINES
} MtsDriftLine;

struct _MtsLabDrift {
    MtsLabModel parent;
    double gradient, jitter;
    guint m, noise, source, dice, seed, done;

    gboolean stale;
    float x[MTS_LAB_DRIFT_STEPS];                         /* the gradients */
    double sum[MTS_DRIFT_LINES][MTS_LAB_DRIFT_STEPS + 1]; /* of the first n of each */

    gboolean playing, dragging, scrubbing, over;
    double played; /* steps, with their fraction, while it plays */
    double before;
};

/* The sums, up to date. */
void mts_lab_drift_renew(MtsLabDrift *self);
/* The lines that are shown: without dice one less. */
guint mts_lab_drift_lines(const MtsLabDrift *self);
/* The grid's step: what the last mantissa bit is worth beside a gradient of 1. */
double mts_lab_drift_unit(const MtsLabDrift *self);
const char *mts_lab_drift_name(MtsDriftLine line);

/* The panel of the group, its axis from 0 to 0.25; the chart of the sums. */
enum {
    MTS_DRIFT_WIDTH = 800,
    MTS_DRIFT_HEIGHT = 320,
    MTS_DRIFT_TOP = 44,
    MTS_DRIFT_BOTTOM = 252,
    MTS_DRIFT_OURS_X = 172,
    MTS_DRIFT_CHART_LEFT = 330,
    MTS_DRIFT_CHART_RIGHT = 108, /* pixels from the right edge */
};

#define MTS_DRIFT_MOST 0.25

void mts_lab_drift_draw(MtsLabModel *model, MtsLabPart part, MtsLabPaint *paint);

G_END_DECLS
