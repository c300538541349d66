/* The y axis of a chart: a range that is always usable, and friendly ticks on it. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct MtsScale {
    double low, high; /* finite, low < high; both > 0 where log */
    gboolean log;
} MtsScale;

/* A range round [smallest, largest] with `pad` of its span on either side. Where the two are
 * equal, reversed or not finite, or not positive on a logarithmic axis, it makes one up that
 * holds what there is to show (0..1, or 0.1..3, where there is nothing). A logarithmic range is
 * held to twelve decades. */
MtsScale mts_scale_fit(double smallest, double largest, gboolean log, double pad);

/* Place of a value: 0 at the low end, 1 at the high end, outside that beyond them. A value that a
 * logarithmic axis cannot hold stands a span below the low end. NaN stays NaN. */
double mts_scale_place(const MtsScale *scale, double value);

/* What stands at a place. */
double mts_scale_value(const MtsScale *scale, double place);

/* TRUE where `wanted` lies inside `held` and fills most of it: the axis need not move. */
gboolean mts_scale_holds(const MtsScale *held, const MtsScale *wanted);

#define MTS_SCALE_TICKS 24

typedef struct MtsTicks {
    guint count;
    double value[MTS_SCALE_TICKS]; /* ascending */
    double step;                   /* between linear ticks; 0 on a logarithmic axis */
    int decimals;                  /* that tell the labels apart */
} MtsTicks;

/* Round values inside the range, at least `apart` pixels from each other on an axis of `pixels`;
 * on a linear axis a step of 1, 2, 2.5 or 5 times a power of ten. */
MtsTicks mts_scale_ticks(const MtsScale *scale, double pixels, double apart);

G_END_DECLS
