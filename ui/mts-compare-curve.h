/* A run's evaluations with what each had cost by then: the test curve over any axis, and what
 * follows from it: when an accuracy was reached, what a budget buys, the mean of replicas. Plain C;
 * one thread at a time. */
#pragma once

#include "schedule/schedule.h"
#include <glib.h>

G_BEGIN_DECLS

/* What the overlay's x axis counts. */
typedef enum MtsCompareAxis {
    MTS_COMPARE_ITERATION,
    MTS_COMPARE_EPOCH,
    MTS_COMPARE_CYCLES,
    MTS_COMPARE_TIME, /* on the simulated accelerator */
    MTS_COMPARE_ENERGY,
    MTS_COMPARE_WALL, /* on this computer */
    MTS_COMPARE_AXES
} MtsCompareAxis;

/* "Iteration" …, and the axis's end in words: "fMAC cycles, log". */
const char *mts_compare_axis_name(MtsCompareAxis axis);
const char *mts_compare_axis_words(MtsCompareAxis axis);
/* Costs are drawn logarithmic. */
gboolean mts_compare_axis_is_log(MtsCompareAxis axis);
/* A value on it as people read it: "300 M", "1.22 s"; caller g_frees. */
char *mts_compare_axis_text(MtsCompareAxis axis, double value);
/* The same as a tick says it, without zeros at the end: "1 G"; caller g_frees. */
char *mts_compare_axis_tick(MtsCompareAxis axis, double value);

/* One evaluation of the test split. Unknown figures are NaN. */
typedef struct MtsMoment {
    guint32 step;          /* steps done */
    float accuracy, loss;  /* accuracy: share 0..1 */
    float accuracy_spread; /* of replicas: standard deviation; NaN for a single run */
    double cycles, joules, seconds, wall; /* by then; seconds: simulated */
} MtsMoment;

typedef struct MtsCompareCurve {
    EngClock clock;
    guint count;
    MtsMoment *moments; /* ascending in step */
} MtsCompareCurve;

/* Copies the moments; those that do not lie after the one before them are left out. */
MtsCompareCurve *mts_compare_curve_new(EngClock clock, const MtsMoment *moments, guint count);
void mts_compare_curve_free(MtsCompareCurve *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MtsCompareCurve, mts_compare_curve_free)

/* Mean and sample standard deviation of replicas at every step that all of them have; costs are
 * means too. NULL for no curves, or none with a step in common. */
MtsCompareCurve *mts_compare_curve_mean(MtsCompareCurve *const *curves, guint count);

/* A moment's place on an axis. */
double mts_compare_curve_x(const MtsCompareCurve *self, guint index, MtsCompareAxis axis);

/* Index of the first moment with at least this accuracy, or -1. */
int mts_compare_curve_reach(const MtsCompareCurve *self, double accuracy);

/* Best accuracy of the moments that had cost at most this many cycles; NaN where there is none. */
double mts_compare_curve_within(const MtsCompareCurve *self, double cycles);

/* Best and last accuracy; NaN where unknown. */
double mts_compare_curve_best(const MtsCompareCurve *self);
double mts_compare_curve_last(const MtsCompareCurve *self);

/* An exponential mean over the moments into smooth[count] that looks both ways, so that the line
 * neither lags behind nor runs ahead: strength 0 leaves them as they are, at 1 the weight of a
 * moment falls to 1/e over a twentieth of the whole run. NaN stays NaN. */
void mts_compare_curve_smooth(const MtsCompareCurve *self, double strength, float *smooth);

/* `values` (one for each moment) at a place on an axis, straight between neighbours; before the
 * first NaN, after the last moment its value with *ended TRUE. */
double mts_compare_curve_at(const MtsCompareCurve *self, const float *values, MtsCompareAxis axis,
    double x, gboolean *ended);

G_END_DECLS
