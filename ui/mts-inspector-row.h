/* The inspector's rows and cards: a title at the left, a control at the right. Main thread. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A card that rows are appended to. */
GtkWidget *mts_inspector_card_new(void);
/* A row of a card, 40 px high; the control is named by the title for assistive technology. */
GtkWidget *mts_inspector_row_new(const char *title, GtkWidget *control);
/* The same with the control below the title, as wide as the card. */
GtkWidget *mts_inspector_tall_row_new(const char *title, GtkWidget *control);
/* A group's title above a card, with a secondary text at the right (NULL: none). */
GtkWidget *mts_inspector_title_new(const char *title, const char *aside);
/* A whole number between two others, with - and +. */
GtkWidget *mts_inspector_spin_new(double least, double most);

G_END_DECLS
