/* MtsCrosshair: what moves over ruler, lanes and charts: playhead, crosshair, pin and snap guide,
 * and the hollow dots where the crosshair meets the charts' lines. Put it into a GtkOverlay above
 * them; it lets every event through. A moving pointer redraws this widget alone. Main thread. */
#pragma once

#include "mts-chart.h"
#include "mts-time-axis.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MTS_TYPE_CROSSHAIR (mts_crosshair_get_type())
G_DECLARE_FINAL_TYPE(MtsCrosshair, mts_crosshair, MTS, CROSSHAIR, GtkWidget)

GtkWidget *mts_crosshair_new(MtsTimeAxis *axis);

/* The lines run through these; neither is held: they must live as long as the overlay is shown
 * with them. A band: a widget whose x is the axis's (the lanes). */
void mts_crosshair_add_band(MtsCrosshair *self, GtkWidget *band);
void mts_crosshair_add_chart(MtsCrosshair *self, MtsChart *chart);

G_END_DECLS
