/* MtsSegmentPane: the inspector's upper part: the focused segment, what its format is made of, and
 * what a change reaches. Main thread. */
#pragma once

#include "mts-timeline.h"

G_BEGIN_DECLS

#define MTS_TYPE_SEGMENT_PANE (mts_segment_pane_get_type())
G_DECLARE_FINAL_TYPE(MtsSegmentPane, mts_segment_pane, MTS, SEGMENT_PANE, GtkWidget)

GtkWidget *mts_segment_pane_new(MtsTimeline *timeline);

/* What changes reach; the threshold's sliders ask as well. */
MtsScope mts_segment_pane_get_scope(MtsSegmentPane *self);

G_END_DECLS
