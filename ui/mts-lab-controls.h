/* The controls of a MtsLabModel as one row of widgets that follow it: words side by side, lists,
 * buttons to press or to hold. Main thread. */
#pragma once

#include "mts-lab-model.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The row for a table of controls, the kind's own or some of them; NULL: an empty row. It holds a
 * reference to the model. */
GtkWidget *mts_lab_controls_new(MtsLabModel *model, const MtsLabControl *controls);

/* The widget of a setting or action in the row; NULL: none. */
GtkWidget *mts_lab_controls_find(GtkWidget *controls, const char *key);

G_END_DECLS
