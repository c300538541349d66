/* MtsChart: one plot on the shared time axis, with its legend above it.
 *
 * Loss (logarithmic), accuracy, or cumulated simulated cycles of the live run and of any number
 * of ghosts. The legend strip says the values at the axis's readout step. Pointer: moving sets
 * the axis's crosshair, a click pins it, a drag zooms to what was swept, a double click fits,
 * the wheel pans and with Ctrl zooms. Keyboard: Left and Right move the crosshair (Shift: further),
 * Home and End to the ends, Return pins, plus and minus zoom, 0 fits, Escape lets go. Main
 * thread. Signal "redrawn": lines, scale or view changed (for the crosshair's dots). */
#pragma once

#include "mts-run-data.h"
#include "mts-time-axis.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum MtsChartKind { MTS_CHART_LOSS, MTS_CHART_ACCURACY, MTS_CHART_CYCLES } MtsChartKind;

/* Height of the legend strip. */
#define MTS_CHART_STRIP 26

#define MTS_TYPE_CHART (mts_chart_get_type())
G_DECLARE_FINAL_TYPE(MtsChart, mts_chart, MTS, CHART, GtkWidget)

GtkWidget *mts_chart_new(MtsChartKind kind, MtsTimeAxis *axis);
MtsChartKind mts_chart_get_kind(MtsChart *self);

/* The run in front; NULL for none. Referenced. */
void mts_chart_set_live(MtsChart *self, MtsRunData *run);
/* A list of MtsRunData behind it; NULL for none. Referenced. */
void mts_chart_set_ghosts(MtsChart *self, GListModel *ghosts);

/* Cycles chart: what the whole run takes with everything in fp32 and in bfloat16; 0 for none. */
void mts_chart_set_baselines(MtsChart *self, double fp32, double bf16);
/* Cycles chart: the planned schedule's cumulated cycles at ascending steps, from 0 to the end.
 * Only what lies ahead of the playhead is drawn, from where the run stands. Copied; 0: none. */
void mts_chart_set_estimate(
    MtsChart *self, const guint32 *step, const guint64 *cycles, gsize count);

/* The property "logarithmic". */
void mts_chart_set_logarithmic(MtsChart *self, gboolean logarithmic);
gboolean mts_chart_get_logarithmic(MtsChart *self);

/* ---- for the crosshair's overlay ------------------------------------------------------------ */

/* The widget that holds the plot without its legend. Its x is the axis's. */
GtkWidget *mts_chart_get_plot(MtsChart *self);

typedef struct MtsChartDot {
    double x, y; /* in the plot */
    GdkRGBA ink;
} MtsChartDot;

/* Where the main lines are at `step`; at most `max`, returns how many. */
guint mts_chart_get_dots(MtsChart *self, double step, MtsChartDot *dots, guint max);

/* ---- elsewhere than in the window ------------------------------------------------------------ */

/* Draws legend and plot into a picture of this size, the axis's view spread over its width. */
void mts_chart_draw(MtsChart *self, cairo_t *cr, double width, double height, gboolean dark);

G_END_DECLS
