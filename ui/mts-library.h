/* MtsLibrary: the left panel: every run there is, in groups of what they train, with a search and
 * a choice of order. Rows are made for what is in sight only, so thousands of runs cost nothing.
 * Main thread.
 *
 * Signals: "run-activated" (gint64 id: show this run), "run-checked" (gint64 id, gboolean on: show
 * it behind the one in front). The library changes nothing itself: whoever answers sets the
 * item. */
#pragma once

#include "mts-run-item.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MTS_TYPE_LIBRARY (mts_library_get_type())
G_DECLARE_FINAL_TYPE(MtsLibrary, mts_library, MTS, LIBRARY, GtkWidget)

GtkWidget *mts_library_new(void);

/* A list of MtsRunItem, newest first; NULL for none. Referenced. */
void mts_library_set_runs(MtsLibrary *self, GListModel *runs);

/* Puts the cursor into the search entry. */
void mts_library_search(MtsLibrary *self);

G_END_DECLS
