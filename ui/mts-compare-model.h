/* MtsCompareModel: what the comparison's table and cards have in common: the runs, which of them
 * are shown and in which colour, the target accuracy, the x axis, the baseline, the two runs laid
 * side by side, and what the pointer is at. Main thread.
 *
 * Signal "changed" (guint: MtsCompareChange bits). */
#pragma once

#include "mts-compare-run.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum MtsCompareChange {
    MTS_CHANGE_RUNS = 1 << 0,    /* which there are, which are shown, names, colours */
    MTS_CHANGE_FIGURES = 1 << 1, /* figures, curves and schedules of them */
    MTS_CHANGE_TARGET = 1 << 2,
    MTS_CHANGE_AXIS = 1 << 3, /* x axis, smoothing */
    MTS_CHANGE_BASELINE = 1 << 4,
    MTS_CHANGE_PAIR = 1 << 5,
    MTS_CHANGE_HOVER = 1 << 6, /* the run that stands out */
    MTS_CHANGE_CROSS = 1 << 7, /* the crosshair, on the axis or between the schedules */
} MtsCompareChange;

#define MTS_TYPE_COMPARE_MODEL (mts_compare_model_get_type())
G_DECLARE_FINAL_TYPE(MtsCompareModel, mts_compare_model, MTS, COMPARE_MODEL, GObject)

MtsCompareModel *mts_compare_model_new(void);

/* ---- runs ----------------------------------------------------------------------------------- */

/* All runs, a list of MtsCompareRun; the page adds and removes at will. Owned by the model. */
GListStore *mts_compare_model_get_all(MtsCompareModel *self);
MtsCompareRun *mts_compare_model_find(MtsCompareModel *self, gint64 id); /* borrowed, or NULL */

/* Only what trains one thing on one data set, and only what the words find; NULL: everything.
 * Words in any case. */
void mts_compare_model_set_group(MtsCompareModel *self, const char *group);
const char *mts_compare_model_get_group(MtsCompareModel *self);
void mts_compare_model_set_words(MtsCompareModel *self, const char *words);
const char *mts_compare_model_get_words(MtsCompareModel *self);
/* The groups there are, most runs first; free with g_strfreev. */
char **mts_compare_model_list_groups(MtsCompareModel *self);
/* The runs of the group that the words find. Owned by the model. */
GListModel *mts_compare_model_get_shown(MtsCompareModel *self);

/* Shows a run in the charts, in its slot where nobody else has that, else in the lowest free
 * one. */
void mts_compare_model_check(MtsCompareModel *self, MtsCompareRun *run, gboolean checked);
/* Gives a run another slot; who had it takes the run's. */
void mts_compare_model_choose_slot(MtsCompareModel *self, MtsCompareRun *run, guint slot);
/* The checked runs of the shown group, in the order of their slots, baselines last. Valid until
 * something changes. */
GPtrArray *mts_compare_model_get_checked(MtsCompareModel *self);

/* ---- what they are measured by ---------------------------------------------------------------- */

/* Share 0..1. A new model has NaN: it is put where most checked runs come, once they are there. */
void mts_compare_model_set_target(MtsCompareModel *self, double target);
double mts_compare_model_get_target(MtsCompareModel *self);
/* The first moment of a run at the target, or NULL. */
const MtsMoment *mts_compare_model_reach(MtsCompareModel *self, MtsCompareRun *run);

/* Cycles that "accuracy within a budget" may cost; 0: as many as the cheapest finished run took. */
void mts_compare_model_set_budget(MtsCompareModel *self, double cycles);
double mts_compare_model_get_budget(MtsCompareModel *self);

/* The run that speed-ups are taken over; NULL: none. A run with everything in fp32 at first. */
void mts_compare_model_set_baseline(MtsCompareModel *self, gint64 id);
MtsCompareRun *mts_compare_model_get_baseline(MtsCompareModel *self);
/* Cycles of the baseline over those of the run (its estimate while it is not over); NaN where
 * unknown. */
double mts_compare_model_speed_up(MtsCompareModel *self, MtsCompareRun *run);

/* ---- how they are drawn ----------------------------------------------------------------------- */

void mts_compare_model_set_axis(MtsCompareModel *self, MtsCompareAxis axis);
MtsCompareAxis mts_compare_model_get_axis(MtsCompareModel *self);
void mts_compare_model_set_smoothing(MtsCompareModel *self, double strength); /* 0..1, 0.35 */
double mts_compare_model_get_smoothing(MtsCompareModel *self);

/* The run that stands out, NULL for none; and how strongly another one is drawn then. */
void mts_compare_model_set_hover(MtsCompareModel *self, MtsCompareRun *run);
MtsCompareRun *mts_compare_model_get_hover(MtsCompareModel *self);
float mts_compare_model_strength(MtsCompareModel *self, MtsCompareRun *run);

/* The crosshair on the x axis, in its units; NaN for none. */
void mts_compare_model_set_cross(MtsCompareModel *self, double x);
double mts_compare_model_get_cross(MtsCompareModel *self);
/* Epoch of the two laid side by side that the pointer is at; NaN for none. */
void mts_compare_model_set_epoch(MtsCompareModel *self, double epoch);
double mts_compare_model_get_epoch(MtsCompareModel *self);

/* The two that are laid side by side: 0 is A, 1 is B. NULL: none. */
void mts_compare_model_set_pair(MtsCompareModel *self, guint side, MtsCompareRun *run);
MtsCompareRun *mts_compare_model_get_pair(MtsCompareModel *self, guint side);

G_END_DECLS
