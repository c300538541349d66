/* MtsCompareBars: how long every run takes to the target accuracy on the simulated accelerator, as
 * bars, the quickest first; runs that never come so far have a dashed stub and their best. A bar
 * under the pointer makes its run stand out everywhere. Main thread. */
#pragma once

#include "mts-compare-figure.h"

G_BEGIN_DECLS

#define MTS_TYPE_COMPARE_BARS (mts_compare_bars_get_type())
G_DECLARE_FINAL_TYPE(MtsCompareBars, mts_compare_bars, MTS, COMPARE_BARS, MtsCompareFigure)

GtkWidget *mts_compare_bars_new(MtsCompareModel *model);

G_END_DECLS
