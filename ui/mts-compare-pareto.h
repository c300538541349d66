/* MtsComparePareto: best test accuracy against simulated cycles, every run a dot, and the frontier:
 * the runs that none beats in both. The pointer at a dot draws lines to both axes and says who
 * beats it; a click shows or hides the run in the charts; a lasso shows exactly the runs inside.
 * Keys: Left and Right walk from dot to dot, Space shows or hides. Main thread. */
#pragma once

#include "mts-compare-figure.h"

G_BEGIN_DECLS

#define MTS_TYPE_COMPARE_PARETO (mts_compare_pareto_get_type())
G_DECLARE_FINAL_TYPE(MtsComparePareto, mts_compare_pareto, MTS, COMPARE_PARETO, MtsCompareFigure)

GtkWidget *mts_compare_pareto_new(MtsCompareModel *model);

/* Marks the points that no other one beats: as much at less cost, or more at the same. x: cost,
 * y: gain; points with NaN are never on it. Pure. */
void mts_pareto_front(const double *x, const double *y, guint count, gboolean *front);

G_END_DECLS
