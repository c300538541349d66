/* MtsCompareTable: the comparison's runs as a table whose columns can be chosen, moved, sized and
 * sorted by. Rows are made for what is in sight only. Main thread.
 *
 * Keys on a row: Space shows it in the charts, A and B lay it side by side, F2 renames, Return
 * opens it, Delete deletes; the menu key has the rest.
 *
 * Signals, each with the MtsCompareRun: "opened" (show it in the studio), "strip-wanted" (it is in
 * sight and has none), "renamed" (… char *name), "recoloured" (its slot was chosen),
 * "archived", "deleted", "described" (its note and tags are asked for). The table changes nothing of a run but its check. */
#pragma once

#include "mts-compare-columns.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MTS_TYPE_COMPARE_TABLE (mts_compare_table_get_type())
G_DECLARE_FINAL_TYPE(MtsCompareTable, mts_compare_table, MTS, COMPARE_TABLE, GtkWidget)

GtkWidget *mts_compare_table_new(MtsCompareModel *model);

/* Settings that get a column each, by their keys: what differs among the runs. NULL-terminated;
 * NULL for none. Copied. */
void mts_compare_table_set_settings(MtsCompareTable *self, const char *const *keys);

/* Which columns are shown, and in which order the rows stand, as a menu; actions "table.…" of the
 * table's own widget. Owned by the table. */
GMenuModel *mts_compare_table_get_menu(MtsCompareTable *self);

/* The same as a text to be remembered ("best,final,cycles sort=reach"); unknown words are left
 * out. Caller g_frees. */
char *mts_compare_table_get_layout(MtsCompareTable *self);
void mts_compare_table_set_layout(MtsCompareTable *self, const char *layout);

/* The rows in their order, with the columns that are shown, as CSV; caller g_frees. */
char *mts_compare_table_to_csv(MtsCompareTable *self);

/* Opens the entry for another name. */
void mts_compare_table_rename(MtsCompareTable *self, MtsCompareRun *run);

/* Rows in their order; owned by the table. */
GListModel *mts_compare_table_get_rows(MtsCompareTable *self);

G_END_DECLS
