/* Charts to the clipboard and to a file that the reader chooses. Main thread; the file is written
 * in the background. */
#pragma once

#include "mts-chart.h"

G_BEGIN_DECLS

/* What came of it, in words for a toast. `owner` is the widget that was given; it is held while its
 * file is written. */
typedef void (*MtsChartSaved)(GtkWidget *owner, const char *words);

/* Puts a PNG of the charts into the owner's clipboard. */
void mts_charts_copy(MtsChart *const *charts, guint count, GtkWidget *owner, MtsChartSaved saved);

/* Asks for a file (PNG, SVG or PDF by its ending) and writes the charts to it. A question that is
 * still open for this owner is not asked again. The charts must live as long as the owner. */
void mts_charts_save(MtsChart *const *charts, guint count, GtkWidget *owner, MtsChartSaved saved);

G_END_DECLS
