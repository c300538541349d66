/* MtsPolyline: a series as the pixels of one view see it, and how it is drawn. At most two points
 * for every pixel column, whatever the series holds, and one more beyond either edge so that the
 * line runs on. Plain C and cairo; one thread at a time. */
#pragma once

#include "mts-scale.h"
#include "mts-series.h"
#include <cairo.h>

G_BEGIN_DECLS

/* From steps and values to pixels of a plot; `left`, `right` and `top` are whole pixels. */
typedef struct MtsPlotMap {
    double left, right; /* where the visible steps begin and end */
    double from, to;    /* those steps */
    double top, height; /* of the values' range */
    MtsScale scale;
} MtsPlotMap;

double mts_plot_map_x(const MtsPlotMap *map, double step);
double mts_plot_map_step(const MtsPlotMap *map, double x);
double mts_plot_map_y(const MtsPlotMap *map, double value);

typedef struct MtsLinePoint {
    float x, y;   /* pixels; y NaN: the line breaks here */
    float length; /* of the line up to here: where its dashes stand */
    int column;   /* pixel column from the map's left; beyond the edges INT_MIN and INT_MAX */
} MtsLinePoint;

typedef struct MtsPolyline {
    GArray *points; /* MtsLinePoint, ascending in x */
    gboolean dense; /* columns hold ranges rather than points */
} MtsPolyline;

void mts_polyline_init(MtsPolyline *self);
void mts_polyline_clear(MtsPolyline *self);

/* Where a line comes from. A point at series step s stands at axis step s * stretch + shift and has
 * the value y + lift (a run with another number of steps per epoch; an estimate that starts where
 * the live curve stands). Only what lies at or right of axis step `begin` is taken, the line's
 * start put in where it falls between two points; -1 takes all. */
typedef struct MtsLineSource {
    const MtsSeries *series;
    double stretch, shift, lift, begin;
} MtsLineSource;

/* Fills the line with the part of the series that the map shows. What lies left of axis step
 * `from` is kept as it was: the map must be the same then, and nothing have changed there;
 * -INFINITY keeps nothing. */
void mts_polyline_build(
    MtsPolyline *self, const MtsLineSource *source, const MtsPlotMap *map, double from);

typedef enum MtsDash {
    MTS_DASH_NONE,
    MTS_DASH_LONG,
    MTS_DASH_DOTS,
    MTS_DASH_ROUND,
    MTS_DASH_REPEAT
} MtsDash;

typedef struct MtsPen {
    double red, green, blue, alpha;
    double width;
    MtsDash dash;
    gboolean fill_dense; /* draw dense columns as bars: a noisy trace costs no zig-zag then */
} MtsPen;

/* Draws the part of the line that [left, right] needs; the caller clips. */
void mts_polyline_draw(
    const MtsPolyline *self, cairo_t *cr, const MtsPen *pen, double left, double right);

/* Height of the line at a pixel x; NaN where it has none. */
double mts_polyline_y(const MtsPolyline *self, double x);

G_END_DECLS
