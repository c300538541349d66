/* The figures of the comparison's table: what a column is called, a run's value in it, and that
 * value in words. Pure but for the model it asks; main thread. */
#pragma once

#include "mts-compare-model.h"

G_BEGIN_DECLS

typedef enum MtsCompareColumn {
    MTS_COLUMN_BEST,
    MTS_COLUMN_FINAL,
    MTS_COLUMN_BUDGET, /* best accuracy within the budget of cycles */
    MTS_COLUMN_LOSS,
    MTS_COLUMN_CYCLES,
    MTS_COLUMN_ENERGY,
    MTS_COLUMN_SIMULATED,
    MTS_COLUMN_REACH, /* simulated time to the target */
    MTS_COLUMN_SPEED_UP,
    MTS_COLUMN_STEPS,
    MTS_COLUMN_WALL,
    MTS_COLUMN_CREATED,
    MTS_COLUMNS
} MtsCompareColumn;

/* "best", for settings and tests; "Best", as chosen from a menu; and what the head says now, which
 * may name the target: "Time to 75.0 %"; caller g_frees the last. */
const char *mts_compare_column_key(MtsCompareColumn column);
const char *mts_compare_column_name(MtsCompareColumn column);
char *mts_compare_column_title(MtsCompareColumn column, MtsCompareModel *model);
gboolean mts_compare_column_shown_first(MtsCompareColumn column);
int mts_compare_column_width(MtsCompareColumn column);

/* NaN: unknown. */
double mts_compare_column_value(
    MtsCompareColumn column, MtsCompareModel *model, MtsCompareRun *run);
/* 1 where large values are better, -1 where small ones are, 0 where neither is. */
int mts_compare_column_sense(MtsCompareColumn column);
/* "78.5 %", "1.70 G est", "78.5 ± 0.2 %", "running", "not reached"; caller g_frees. *faint: it says
 * that there is nothing. */
char *mts_compare_column_text(
    MtsCompareColumn column, MtsCompareModel *model, MtsCompareRun *run, gboolean *faint);

/* Orders runs by a column: unknown values last whichever the direction, equal ones by name. Runs
 * that train come first in any order, so that rows do not move under the pointer. */
int mts_compare_column_compare(MtsCompareColumn column, MtsCompareModel *model, MtsCompareRun *a,
    MtsCompareRun *b, gboolean descending);

G_END_DECLS
