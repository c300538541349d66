/* What the comparison's figures draw alike: axes with ticks, grid, texts, lines of runs, a run's
 * colour. Pure cairo and Pango, so that window and exported pictures look the same. Main thread. */
#pragma once

#include "mts-compare-model.h"
#include "mts-palette.h"
#include "mts-polyline.h"
#include "mts-scale.h"
#include <pango/pangocairo.h>

G_BEGIN_DECLS

/* Where and how one draws. */
typedef struct MtsFigure {
    cairo_t *cr;
    PangoContext *context;
    gboolean dark;
} MtsFigure;

/* A text of a size of the specification, its left end (align 0), middle or right end (1) at x, its
 * middle at y. Returns its width. */
double mts_figure_text(const MtsFigure *figure, const char *text, double points, gboolean bold,
    double x, double y, double align, GdkRGBA ink);
/* The same with 3 px of the view's colour round it. */
double mts_figure_text_over(const MtsFigure *figure, const char *text, double points, gboolean bold,
    double x, double y, double align, GdkRGBA ink);
/* A text cut to `width`. */
double mts_figure_text_within(const MtsFigure *figure, const char *text, double points,
    gboolean bold, double x, double y, double align, double width, GdkRGBA ink);
double mts_figure_text_width(
    const MtsFigure *figure, const char *text, double points, gboolean bold);
/* A pill with a text in it, its middle at (x, y). */
void mts_figure_pill(const MtsFigure *figure, const char *text, double x, double y, double padding,
    double height, GdkRGBA ground, GdkRGBA ink);

/* ---- axes ------------------------------------------------------------------------------------- */

/* A plot's rectangle, in whole pixels, and its two scales. */
typedef struct MtsPlot {
    double left, top, width, height;
    MtsScale x, y;
} MtsPlot;

double mts_plot_x(const MtsPlot *plot, double value);
double mts_plot_y(const MtsPlot *plot, double value);
double mts_plot_value(const MtsPlot *plot, double x);    /* on the x axis */
double mts_plot_accuracy(const MtsPlot *plot, double y); /* on the y axis */
gboolean mts_plot_holds(const MtsPlot *plot, double x, double y);

/* Grid and ticks: accuracies (shares 0..1) at the left, `axis` below with its name at the right
 * end. Ticks nearer than some pixels to x `avoid` (NaN: none) have no label. */
void mts_plot_draw_axes(
    const MtsPlot *plot, const MtsFigure *figure, MtsCompareAxis axis, double avoid);

/* ---- runs ------------------------------------------------------------------------------------- */

/* A run's colour, faded where another one stands out; grey where it is not shown. */
GdkRGBA mts_figure_ink(const MtsFigure *figure, MtsCompareModel *model, MtsCompareRun *run);
/* The pen of its curve: baselines and slots that repeat a colour have a dash. */
MtsPen mts_figure_pen(
    const MtsFigure *figure, MtsCompareModel *model, MtsCompareRun *run, double width);
void mts_figure_set_pen(const MtsFigure *figure, const MtsPen *pen);

/* A dot: solid with a rim in the view's colour, or hollow. */
void mts_figure_dot(
    const MtsFigure *figure, double x, double y, double radius, gboolean hollow, GdkRGBA ink);

/* The curve `values`, one for each moment, over an axis: at most four points a pixel column. */
void mts_plot_trace(const MtsPlot *plot, const MtsFigure *figure, const MtsCompareCurve *curve,
    const float *values, MtsCompareAxis axis);

G_END_DECLS
