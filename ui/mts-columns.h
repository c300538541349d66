/* MtsColumns: children side by side in equal or weighted columns while there is width for it, one
 * below the other where there is not. Main thread. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MTS_TYPE_COLUMNS (mts_columns_get_type())
G_DECLARE_FINAL_TYPE(MtsColumns, mts_columns, MTS, COLUMNS, GtkWidget)

/* Below a width of `least` pixels the columns are stacked; `spacing` between them either way. */
GtkWidget *mts_columns_new(int least, int spacing);

/* Adds a column that takes `weight` shares (>= 1) of the width. Takes the child's reference. */
void mts_columns_add(MtsColumns *self, GtkWidget *child, guint weight);

G_END_DECLS
