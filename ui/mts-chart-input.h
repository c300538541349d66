/* What pointer and keyboard do on a plot: crosshair, pin, zoom and pan of the shared axis. */
#pragma once

#include "mts-time-axis.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Gives `plot`, whose x is the axis's, its gestures and keys. Both live as long as the plot. */
void mts_chart_input_attach(GtkWidget *plot, MtsTimeAxis *axis);

/* The pixels being swept to zoom to; FALSE while nothing is. */
gboolean mts_chart_input_band(GtkWidget *plot, double *from, double *to);

G_END_DECLS
