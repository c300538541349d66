/* MtsTimelineRuler: epochs and iterations above the lanes, with the playhead's flag and the pin.
 * 36 px high; stays in sight while the lanes scroll. Drag selects a span of time, double click
 * fits the view, a drag of the flag sets the pin (a scrub), a click on the pin's pill releases
 * it. Main thread. */
#pragma once

#include "mts-time-axis.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MTS_TYPE_TIMELINE_RULER (mts_timeline_ruler_get_type())
G_DECLARE_FINAL_TYPE(MtsTimelineRuler, mts_timeline_ruler, MTS, TIMELINE_RULER, GtkWidget)

GtkWidget *mts_timeline_ruler_new(MtsTimeAxis *axis);

G_END_DECLS
