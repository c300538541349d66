/* MtsCompareFigure: what the comparison's drawn cards have in common: a widget that shows the model
 * through one pure drawing function, which also makes the exported picture. Abstract. Main
 * thread. */
#pragma once

#include "mts-compare-plot.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MTS_TYPE_COMPARE_FIGURE (mts_compare_figure_get_type())
G_DECLARE_DERIVABLE_TYPE(MtsCompareFigure, mts_compare_figure, MTS, COMPARE_FIGURE, GtkWidget)

struct _MtsCompareFigureClass {
    GtkWidgetClass parent_class;
    guint changes; /* MtsCompareChange bits after which it is drawn anew */
    int least_width, width, least_height, height;
    /* Draws everything, crosshairs included, into a rectangle of this size. */
    void (*draw)(MtsCompareFigure *self, const MtsFigure *figure, double width, double height);
    /* What assistive technology reads; caller g_frees. */
    char *(*describe)(MtsCompareFigure *self);
    /* The pointer; NaN: it left. NULL where nothing follows it. */
    void (*move)(MtsCompareFigure *self, double x, double y);
    void (*press)(MtsCompareFigure *self, int presses, double x, double y);
    gboolean (*key)(MtsCompareFigure *self, guint keyval, GdkModifierType modifiers);
};

/* Gives a new figure its model and its name for assistive technology. */
void mts_compare_figure_set_up(MtsCompareFigure *self, MtsCompareModel *model, const char *name);
MtsCompareModel *mts_compare_figure_get_model(MtsCompareFigure *self);

void mts_compare_figure_draw(
    MtsCompareFigure *self, const MtsFigure *figure, double width, double height);

/* Draws and describes it anew. */
void mts_compare_figure_refresh(MtsCompareFigure *self);

/* For measuring texts outside of a drawing. */
MtsFigure mts_compare_figure_measure(MtsCompareFigure *self);

G_END_DECLS
