/* MtsLabSidebar: the course: how much of it is done, its lessons by section with how they stand,
 * and the files that could not be read with the reason. Main thread.
 *
 * Signal: "chosen": a lesson was opened here by a person. */
#pragma once

#include "mts-lab-desk.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MTS_TYPE_LAB_SIDEBAR (mts_lab_sidebar_get_type())
G_DECLARE_FINAL_TYPE(MtsLabSidebar, mts_lab_sidebar, MTS, LAB_SIDEBAR, GtkWidget)

GtkWidget *mts_lab_sidebar_new(MtsLabDesk *desk);

/* The row of lesson `index`, to click. */
GtkWidget *mts_lab_sidebar_get_row(MtsLabSidebar *self, guint index);

G_END_DECLS
