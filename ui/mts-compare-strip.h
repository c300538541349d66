/* MtsCompareStrip: a schedule as small as a row of a table: a line of cells for every layer, in the
 * colours of the precision ramp. What is still ahead of a run that trains is faint. Main thread. */
#pragma once

#include "mts-compare-schedule.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MTS_TYPE_COMPARE_STRIP (mts_compare_strip_get_type())
G_DECLARE_FINAL_TYPE(MtsCompareStrip, mts_compare_strip, MTS, COMPARE_STRIP, GtkWidget)

/* The weights' lane alone, or (`lanes`) all three lanes of every layer, as tall as they need. */
GtkWidget *mts_compare_strip_new(gboolean lanes);

/* Referenced. NULL: empty. */
void mts_compare_strip_set(MtsCompareStrip *self, MtsStrip *strip);
MtsStrip *mts_compare_strip_get(MtsCompareStrip *self);

/* Draws one row of one role. */
void mts_strip_draw_row(const MtsStrip *strip, guint role, guint row, cairo_t *cr, double x,
    double y, double width, double height, gboolean dark);

/* Draws the strip's lanes of one role, or all (role < 0), into a picture. */
void mts_strip_draw(const MtsStrip *strip, int role, cairo_t *cr, double x, double y, double width,
    double height, gboolean dark);

G_END_DECLS
