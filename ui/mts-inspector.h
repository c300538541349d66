/* MtsInspector: the right panel: the focused segment and everything that can be set on it, the
 * adaptive threshold, and what the whole schedule costs. 320 px wide. Main thread. */
#pragma once

#include "hardware/cost.h"
#include "mts-timeline.h"

G_BEGIN_DECLS

#define MTS_TYPE_INSPECTOR (mts_inspector_get_type())
G_DECLARE_FINAL_TYPE(MtsInspector, mts_inspector, MTS, INSPECTOR, GtkWidget)

GtkWidget *mts_inspector_new(MtsTimeline *timeline);

/* What the estimate is made of. `net` is borrowed: it must live until the next call (NULL takes
 * it away). Its product layers must be the model's. `batch` samples a step. */
void mts_inspector_set_experiment(
    MtsInspector *self, const EngNetwork *net, guint64 batch, const EngHardware *hw);

/* A measured r(X) of an adaptive lane, for the plot of the threshold. */
void mts_inspector_add_ratio(
    MtsInspector *self, guint layer, EngRole role, guint32 step, double ratio);
void mts_inspector_clear_ratios(MtsInspector *self);

G_END_DECLS
