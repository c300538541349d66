/* MtsLabStep: the open step of a desk: title and text above, the cards with what can be touched
 * below, tasks beside the first. The page shows one, a presentation another. Main thread. */
#pragma once

#include "mts-lab-card.h"
#include "mts-lab-desk.h"

G_BEGIN_DECLS

/* How much larger a presentation is. */
#define MTS_LAB_PRESENT_ZOOM 1.6

#define MTS_TYPE_LAB_STEP (mts_lab_step_get_type())
G_DECLARE_FINAL_TYPE(MtsLabStep, mts_lab_step, MTS, LAB_STEP, GtkWidget)

GtkWidget *mts_lab_step_new(MtsLabDesk *desk, gboolean presenting);

/* A widget at the head's right end (the page's buttons), and one at its left. Before the first
 * step is opened. */
void mts_lab_step_set_buttons(MtsLabStep *self, GtkWidget *left, GtkWidget *right);

/* The card of the step's thing `index`; NULL: there is none. */
MtsLabCard *mts_lab_step_get_card(MtsLabStep *self, guint index);

/* Gives the focus to the first thing. */
void mts_lab_step_focus(MtsLabStep *self);

G_END_DECLS
