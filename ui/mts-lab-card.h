/* MtsLabCard: a card with something to touch: its title and controls above, the drawing, and beside
 * it (below it where there is no room) a column with its figures and whatever else belongs there.
 * Main thread. */
#pragma once

#include "mts-lab-canvas.h"

G_BEGIN_DECLS

#define MTS_TYPE_LAB_CARD (mts_lab_card_get_type())
G_DECLARE_FINAL_TYPE(MtsLabCard, mts_lab_card, MTS, LAB_CARD, GtkWidget)

/* Keeps a reference to the model. */
GtkWidget *mts_lab_card_new(MtsLabModel *model);

/* A widget below the figures; NULL: none. */
void mts_lab_card_set_aside(MtsLabCard *self, GtkWidget *aside);
/* See mts_lab_canvas_set_zoom. */
void mts_lab_card_set_zoom(MtsLabCard *self, double zoom);

/* The parts, for who takes hold of them. The control of a setting or action; NULL: none. */
MtsLabCanvas *mts_lab_card_get_canvas(MtsLabCard *self);
GtkWidget *mts_lab_card_get_control(MtsLabCard *self, const char *key);

G_END_DECLS
