/* MtsTimelineBar: the toolbar above the ruler: tools, formats, presets, snapping, undo and redo,
 * zoom. It shows and sets the state of one timeline; 48 px high. Main thread. */
#pragma once

#include "mts-timeline.h"

G_BEGIN_DECLS

#define MTS_TYPE_TIMELINE_BAR (mts_timeline_bar_get_type())
G_DECLARE_FINAL_TYPE(MtsTimelineBar, mts_timeline_bar, MTS, TIMELINE_BAR, GtkWidget)

GtkWidget *mts_timeline_bar_new(MtsTimeline *timeline);

G_END_DECLS
