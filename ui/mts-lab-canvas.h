/* MtsLabCanvas: shows one part of a MtsLabModel and hands pointer, wheel and keys to it. It takes
 * the focus, says what it shows to assistive technology, and shrinks its drawing where it is given
 * less room than that needs. Main thread. */
#pragma once

#include "mts-lab-model.h"

G_BEGIN_DECLS

#define MTS_TYPE_LAB_CANVAS (mts_lab_canvas_get_type())
G_DECLARE_FINAL_TYPE(MtsLabCanvas, mts_lab_canvas, MTS, LAB_CANVAS, GtkWidget)

/* Keeps a reference to the model. */
GtkWidget *mts_lab_canvas_new(MtsLabModel *model, MtsLabPart part);
MtsLabModel *mts_lab_canvas_get_model(MtsLabCanvas *self);

/* How much larger than usual all of it is: 1.6 in a presentation, where the style has made the
 * font larger by as much. */
void mts_lab_canvas_set_zoom(MtsLabCanvas *self, double zoom);

/* Where a point of the drawing lies in the widget. */
void mts_lab_canvas_place(MtsLabCanvas *self, double x, double y, double *at_x, double *at_y);

/* Draws a part into any cairo context, `width` wide from (0, 0): hand-out and pictures. The font is
 * the context's. Returns the height it took. */
double mts_lab_draw(MtsLabModel *model, MtsLabPart part, cairo_t *cr, PangoContext *context,
    double width, gboolean dark);

G_END_DECLS
