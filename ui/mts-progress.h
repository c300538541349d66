/* MtsProgress: how far the run is, drawn on the shared time axis: a bar whose end stands exactly
 * under the playhead, and above it percentage, epoch, iteration, speed and time left. It finds the
 * axis's place through an anchor, a widget elsewhere in the window whose x is the axis's. Main
 * thread. */
#pragma once

#include "mts-time-axis.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MTS_TYPE_PROGRESS (mts_progress_get_type())
G_DECLARE_FINAL_TYPE(MtsProgress, mts_progress, MTS, PROGRESS, GtkWidget)

GtkWidget *mts_progress_new(MtsTimeAxis *axis);

/* The anchor is not held. */
void mts_progress_set_anchor(MtsProgress *self, GtkWidget *anchor);
/* Where the anchor begins in `relative`; FALSE while it has no place. */
gboolean mts_progress_find_axis(MtsProgress *self, GtkWidget *relative, double *x);

/* Pixels that other widgets cover at the left and right end, and whether the bar stands below
 * them (there is no room for them left of the axis). */
void mts_progress_set_room(MtsProgress *self, int left, int right, gboolean stacked);

/* Iterations per second and seconds left; NaN hides either. */
void mts_progress_set_speed(MtsProgress *self, double rate, double left);

G_END_DECLS
