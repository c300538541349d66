/* MtsCompareOverlay: the test curves of the shown runs laid over each other on one axis, with a
 * legend that says their values, and the target accuracy as a line that can be dragged.
 *
 * Pointer: moving sets the crosshair; the target's line or pill is dragged (in half points, with
 * Alt freely); a sweep elsewhere zooms to what was swept, a double click goes back; the wheel over
 * an axis zooms that axis. An entry of the legend makes its line stand out. Keys: Left and Right
 * move the crosshair (Shift: further), Up and Down the target by a tenth of a point (Shift: half a
 * point), Home and End to the ends, Backspace back out of a zoom, Escape lets go. Main thread. */
#pragma once

#include "mts-compare-plot.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MTS_TYPE_COMPARE_OVERLAY (mts_compare_overlay_get_type())
G_DECLARE_FINAL_TYPE(MtsCompareOverlay, mts_compare_overlay, MTS, COMPARE_OVERLAY, GtkWidget)

GtkWidget *mts_compare_overlay_new(MtsCompareModel *model);

/* Draws legend and plot as the window has them, zoom included, into a picture. */
void mts_compare_overlay_draw(
    MtsCompareOverlay *self, const MtsFigure *figure, double width, double height);

/* For tests: where the plot lies in the widget. */
MtsPlot mts_compare_overlay_get_plot(MtsCompareOverlay *self);

G_END_DECLS
