/* Small things that several widgets draw: text of a size of the specification, outlined text,
 * rounded rectangles, symbols of a run's status. Main thread. */
#pragma once

#include "mts-run-data.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The specification's type sizes in points, for a body of 10. */
#define MTS_POINTS_BODY 10.0
#define MTS_POINTS_SECONDARY 9.0
#define MTS_POINTS_LEGEND 8.0
#define MTS_POINTS_TICKS 7.5

/* A layout with tabular figures in the context's font, scaled so that the context's own size
 * counts as MTS_POINTS_BODY: it grows with the reader's text size. Caller unrefs. */
PangoLayout *mts_paint_layout(
    PangoContext *context, const char *text, double points, gboolean bold);

/* Its size in pixels, rounded up. */
void mts_paint_layout_size(PangoLayout *layout, int *width, int *height);

/* Puts a layout with its left (align 0), middle (0.5) or right end (1) at x, its middle at y. */
void mts_paint_append_layout(GtkSnapshot *snapshot, PangoLayout *layout, double x, double y,
    double align, const GdkRGBA *ink);
void mts_paint_layout_cairo(
    cairo_t *cr, PangoLayout *layout, double x, double y, double align, const GdkRGBA *ink);

/* The same above lines: outlined 3 px in `halo` first. */
void mts_paint_haloed_cairo(cairo_t *cr, PangoLayout *layout, double x, double y, double align,
    const GdkRGBA *ink, const GdkRGBA *halo);

void mts_paint_source(cairo_t *cr, const GdkRGBA *ink);
void mts_paint_rounded(cairo_t *cr, double x, double y, double width, double height, double radius);

/* A dot of radius 4 with a rim in `rim`: the live end of a line; hollow, of radius 3: the place
 * of the crosshair. */
void mts_paint_head(cairo_t *cr, double x, double y, const GdkRGBA *ink, const GdkRGBA *rim);
void mts_paint_hollow(cairo_t *cr, double x, double y, const GdkRGBA *ink, const GdkRGBA *inside);

/* How a run stands, in a square of 16 round (x, y). `turn` 0..1 is the running ring's angle. */
void mts_paint_status(
    cairo_t *cr, double x, double y, MtsRunStatus status, double turn, gboolean dark);

G_END_DECLS
