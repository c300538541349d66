/* MtsCompare: the page that explains the differences between runs: a table of them, their curves
 * over any axis, the Pareto front of accuracy against cycles, the difference of two schedules, and
 * the time to a target accuracy. It shows a MtsCompareModel and knows no store: who fills the model
 * answers the signals of its table, too. Main thread.
 *
 * Signals: "pair-changed" (the two runs laid side by side are others), "export" (char *what:
 * "curves" "front" "difference" "times" "all" as pictures, "table" as CSV, "report" as PDF,
 * "bundle", "python"), "settings-wanted" (gboolean: columns of what differs are asked for),
 * "replicas" (gboolean: replicas are to stand in one row). Actions "compare.…". */
#pragma once

#include "mts-compare-diff.h"
#include "mts-compare-table.h"

G_BEGIN_DECLS

#define MTS_TYPE_COMPARE (mts_compare_get_type())
G_DECLARE_FINAL_TYPE(MtsCompare, mts_compare, MTS, COMPARE, GtkWidget)

GtkWidget *mts_compare_new(void);

/* The parts. Owned by the page. */
MtsCompareModel *mts_compare_get_model(MtsCompare *self);
MtsCompareTable *mts_compare_get_table(MtsCompare *self);
MtsCompareDiff *mts_compare_get_diff(MtsCompare *self);

/* What simulated times are counted on: "64 × 64 array at 500 MHz"; NULL: not all the same. */
void mts_compare_set_machine(MtsCompare *self, const char *words);

/* Shows the search entry and puts the cursor into it. */
void mts_compare_search(MtsCompare *self);

/* The figures that can be drawn elsewhere. */
typedef enum MtsCompareCard {
    MTS_CARD_CURVES,
    MTS_CARD_FRONT,
    MTS_CARD_DIFFERENCE,
    MTS_CARD_TIMES,
    MTS_CARDS
} MtsCompareCard;

/* Draws a card with its title and all it says, as the window has it, into a rectangle. */
void mts_compare_draw_card(
    MtsCompare *self, MtsCompareCard card, const MtsFigure *figure, double width, double height);
/* Its size in the window. */
void mts_compare_get_card_size(
    MtsCompare *self, MtsCompareCard card, double *width, double *height);

/* What is remembered from one start to the next, as text; unknown words are left out. */
char *mts_compare_get_state(MtsCompare *self);
void mts_compare_set_state(MtsCompare *self, const char *state);

G_END_DECLS
