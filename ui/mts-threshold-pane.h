/* MtsThresholdPane: the rule of adaptive segments: alpha, beta, how often it decides, and the plot
 * of threshold and measured ratios. Shown where the focused lane has an adaptive segment. Main
 * thread. */
#pragma once

#include "mts-segment-pane.h"

G_BEGIN_DECLS

#define MTS_TYPE_THRESHOLD_PANE (mts_threshold_pane_get_type())
G_DECLARE_FINAL_TYPE(MtsThresholdPane, mts_threshold_pane, MTS, THRESHOLD_PANE, GtkWidget)

/* Edits reach what `segment` says. */
GtkWidget *mts_threshold_pane_new(MtsTimeline *timeline, MtsSegmentPane *segment);

/* A measured r(X). Steps must not go back within a lane: an earlier one forgets what follows. */
void mts_threshold_pane_add(
    MtsThresholdPane *self, guint layer, EngRole role, guint32 step, double ratio);
void mts_threshold_pane_clear(MtsThresholdPane *self);

G_END_DECLS
