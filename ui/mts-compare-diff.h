/* MtsCompareDiff: two schedules side by side: for every layer the lanes of A, below them those of B,
 * and between them how many cycles more or fewer B takes; beside that the consequences in figures.
 * The pointer says both formats and the factor, and marks that moment in the overlay; a click opens
 * A in the studio. Keys: arrows move from layer to layer and through time, Return opens. Main
 * thread.
 *
 * Signals: "readout" (char *words; NULL: the pointer is elsewhere), "opened". */
#pragma once

#include "mts-compare-figure.h"

G_BEGIN_DECLS

/* The consequences, B against A. NaN: unknown. Shares of lane time. */
typedef struct MtsCompareSummary {
    gint64 a, b; /* runs that it speaks of */
    guint cells;
    double differs, more_bits, fewer_bits;
    double cycles, energy;        /* (B - A) / A */
    double points, points_spread; /* best accuracy, share; spread over replicas */
    char *problem;                /* why they cannot be compared; NULL: they were */
} MtsCompareSummary;

#define MTS_TYPE_COMPARE_DIFF (mts_compare_diff_get_type())
G_DECLARE_FINAL_TYPE(MtsCompareDiff, mts_compare_diff, MTS, COMPARE_DIFF, MtsCompareFigure)

GtkWidget *mts_compare_diff_new(MtsCompareModel *model);

/* Copied. Shown while the two runs are the model's pair. */
void mts_compare_diff_set_summary(MtsCompareDiff *self, const MtsCompareSummary *summary);
const MtsCompareSummary *mts_compare_diff_get_summary(MtsCompareDiff *self);

G_END_DECLS
