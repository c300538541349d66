/* A small chart in a drawing of the Lab or of the Hardware page: a frame, two axes with friendly
 * ticks, lines. Plain cairo. Main thread. */
#pragma once

#include "mts-lab-paint.h"
#include "mts-scale.h"

G_BEGIN_DECLS

typedef struct MtsLabPlot {
    double left, top, right, bottom; /* pixels */
    MtsScale x, y;
} MtsLabPlot;

double mts_lab_plot_x(const MtsLabPlot *self, double value);
double mts_lab_plot_y(const MtsLabPlot *self, double value);
/* The value at a pixel. */
double mts_lab_plot_x_value(const MtsLabPlot *self, double pixel);
double mts_lab_plot_y_value(const MtsLabPlot *self, double pixel);

/* Grid and ticks; titles may be NULL. `x_apart`, `y_apart`: pixels between ticks at least; 0: no
 * ticks on that axis. */
void mts_lab_plot_axes(MtsLabPaint *paint, const MtsLabPlot *self, double x_apart, double y_apart,
    const char *x_title, const char *y_title);

/* A line through n points, in x[n] and y[n]; a NaN breaks it. At most two points a pixel are drawn.
 * `dashed`: 4-3. */
void mts_lab_plot_line(MtsLabPaint *paint, const MtsLabPlot *self, const double *x, const double *y,
    gsize n, double width, gboolean dashed, const GdkRGBA *ink);

/* Labels at the right end of lines, moved apart so that none covers another: y[n] wanted in pixels,
 * changed to where each may stand, `apart` pixels from each other, in the order of their heights. */
void mts_lab_plot_spread(double *y, gsize n, double apart, double top, double bottom);

G_END_DECLS
