/* A window with the studio page and its made-up experiment, for the tests of the page. */
#pragma once

#include "studio-data.h"

typedef struct Fixture {
    AdwApplication *app;
    MtsWindow *window;
    MtsStudio *studio;
    StudioData data;
} Fixture;

/* Shows the window, 1440 x 900 or of a size, with the live run `done` steps on its way. */
void set_up(Fixture *f);
void set_up_sized(Fixture *f, int width, int height, guint32 done);
/* Closes it, and fails where it, the page or what they hold stays behind: a leaked widget is still
 * reachable from GTK, so no leak checker would say so. */
void tear_down(Fixture *f);

/* Every widget of a type below `root`, in the order of the tree; caller unrefs. */
GPtrArray *find_all(gpointer root, GType type);

/* A widget's rectangle in another's coordinates. */
graphene_rect_t bounds(gpointer widget, gpointer relative);

/* A chart's plot, without its legend. */
GtkWidget *plot(Fixture *f, MtsChartKind kind);

/* A handler that counts. */
void count_signal(gpointer object, guint *counter);
