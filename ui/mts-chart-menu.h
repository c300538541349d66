/* The menu of a chart, by right click, Menu or Shift+F10. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Gives `chart` its menu, which lives as long as the chart; unparent what is returned when the
 * chart is disposed of. */
GtkWidget *mts_chart_menu_attach(GtkWidget *chart);

G_END_DECLS
