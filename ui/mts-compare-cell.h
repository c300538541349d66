/* One cell of the comparison's table: its widgets, and how they show a run. Private to
 * mts-compare-*.c. Main thread. */
#pragma once

#include "mts-compare-columns.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum MtsCellKind {
    MTS_CELL_CHECK,
    MTS_CELL_NAME, /* how it stands, its name, badges */
    MTS_CELL_STRIP,
    MTS_CELL_FIGURE,
    MTS_CELL_BAR, /* a figure with a bar of its size beside it */
    MTS_CELL_SETTING,
} MtsCellKind;

/* A column of the table. */
typedef struct MtsCellColumn {
    MtsCellKind kind;
    MtsCompareColumn figure; /* figure, bar */
    char *key;               /* setting */
} MtsCellColumn;

/* What cells look at beside their run. */
typedef struct MtsCellContext {
    MtsCompareModel *model;
    const MtsCellColumn *sorted; /* the column that the rows are sorted by; NULL: none */
    double best[MTS_COLUMNS];    /* the best value in sight of each figure; NaN: none stands out */
    double largest;              /* of the bars */
} MtsCellContext;

typedef struct MtsCell {
    const MtsCellColumn *column;
    GtkWidget *widget; /* what the list item holds */
    GtkWidget *check, *mark, *name, *badge, *side, *strip, *label, *bar;
    const char *slot_class; /* that check, side or bar have now */
    MtsCompareRun *run;     /* held while bound */
    double share;           /* of the bar, 0..1 */
    gboolean showing;       /* the check box follows the run, not the pointer */
} MtsCell;

/* Makes the widgets of a cell; it belongs to cell->widget. */
MtsCell *mts_cell_new(const MtsCellColumn *column);
/* The cell that a widget belongs to, or NULL. */
MtsCell *mts_cell_of(GtkWidget *widget);
void mts_cell_show(MtsCell *cell, const MtsCellContext *context);

/* The run in this column as CSV has it: names and settings in quotes where they need them,
 * figures plain and whole, unknown ones empty. Not for check and strip. Caller g_frees. */
char *mts_cell_csv(const MtsCellColumn *column, MtsCompareModel *model, MtsCompareRun *run);

G_END_DECLS
