/* What the files mts-compare-table*.c share. */
#pragma once

#include "mts-compare-cell.h"
#include "mts-compare-table.h"

G_BEGIN_DECLS

/* A column beside its cells. */
typedef struct MtsTableHead {
    MtsCellColumn cell; /* cells point to it */
    MtsCompareTable *table;
    GtkColumnViewColumn *column; /* the view's */
    GtkSorter *sorter;           /* NULL: not to be sorted by */
    int width;                   /* when it was last seen; -1: as wide as there is room */
} MtsTableHead;

struct _MtsCompareTable {
    GtkWidget parent;
    MtsCompareModel *model;
    GtkWidget *overlay, *view, *all;
    GPtrArray *heads; /* MtsTableHead */
    GtkSortListModel *sorted;
    GtkSingleSelection *selection;
    GHashTable *cells; /* MtsCell *: those that show a run */
    MtsCellContext context;
    gboolean descending;
    gboolean settling; /* columns are being made or asked: nothing is told */
    gint64 toggled;    /* the run whose box was clicked last: where a range begins */
    GMenu *columns_menu, *row_menu;
    GSimpleActionGroup *actions;
    GtkWidget *popover;   /* the row's menu, or the entry for a name; NULL: none was asked for */
    MtsCompareRun *about; /* the run that the menu is about; held */
    /* The two that the sorter is asked about, to learn which column comes first and whether its
     * order is turned round: GTK 4.8 does not say. */
    MtsCompareRun *probe[2];
    const MtsTableHead *probed;
};

typedef enum MtsTableSignal {
    MTS_TABLE_OPENED,
    MTS_TABLE_STRIP_WANTED,
    MTS_TABLE_RENAMED,
    MTS_TABLE_RECOLOURED,
    MTS_TABLE_ARCHIVED,
    MTS_TABLE_DELETED,
    MTS_TABLE_DESCRIBED,
    MTS_TABLE_SIGNALS
} MtsTableSignal;

/* mts-compare-table.c */
void mts_compare_table_emit(MtsCompareTable *self, MtsTableSignal which, MtsCompareRun *run);
void mts_compare_table_show_cells(MtsCompareTable *self);
void mts_compare_table_measure(MtsCompareTable *self);

/* Shows or hides a column. A hidden one gives its width up: GTK 4.8 counts it otherwise. */
void mts_table_head_set_visible(MtsTableHead *head, gboolean visible);

/* mts-compare-table-heads.c: titles, the box over all rows, order, what is remembered */
const char *mts_table_head_key(const MtsTableHead *head);
void mts_compare_table_show_heads(MtsCompareTable *self);
void mts_compare_table_show_all(MtsCompareTable *self);
void mts_compare_table_on_all(MtsCompareTable *self);
int mts_compare_table_compare(gconstpointer first, gconstpointer second, gpointer head);
void mts_compare_table_on_sorter_changed(MtsCompareTable *self);
void mts_compare_table_sort_again(MtsCompareTable *self);

/* mts-compare-table-rows.c: keys, menu and pointer of the rows */
void mts_compare_table_connect_rows(MtsCompareTable *self);
void mts_compare_table_disconnect_rows(MtsCompareTable *self);

G_END_DECLS
