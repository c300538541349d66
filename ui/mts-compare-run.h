/* MtsCompareRun: a run, or several replicas taken together, as the comparison shows it: figures,
 * curve, schedule, and how it is drawn. Main thread.
 *
 * Signal "changed": any of it. */
#pragma once

#include "mts-compare-curve.h"
#include "mts-compare-schedule.h"
#include "mts-run-data.h"
#include <glib-object.h>

G_BEGIN_DECLS

/* What the store's row says. NaN: unknown. The spreads are standard deviations over replicas. */
typedef struct MtsCompareFigures {
    double best, final; /* test accuracy, share 0..1 */
    double best_spread, final_spread;
    double loss;                    /* of the last evaluation */
    double cycles, joules, seconds; /* simulated, of the steps done */
    double estimate;                /* cycles of the whole run, where it is not over */
    double wall;                    /* seconds on this computer */
    gint64 created;                 /* Unix seconds */
    EngClock clock;
    guint32 steps; /* done */
} MtsCompareFigures;

#define MTS_TYPE_COMPARE_RUN (mts_compare_run_get_type())
G_DECLARE_FINAL_TYPE(MtsCompareRun, mts_compare_run, MTS, COMPARE_RUN, GObject)

/* `id`: the store's; of replicas taken together the group's, negative. `data` and `model` are
 * specs, `replicas` is 1 for a single run. All copied. */
MtsCompareRun *mts_compare_run_new(
    gint64 id, const char *name, const char *data, const char *model, guint replicas);

gint64 mts_compare_run_get_id(MtsCompareRun *self);
guint mts_compare_run_get_replicas(MtsCompareRun *self);
/* What it trains, for people: "Digits · MLP 256, 128". */
const char *mts_compare_run_get_group(MtsCompareRun *self);

void mts_compare_run_set_name(MtsCompareRun *self, const char *name);
const char *mts_compare_run_get_name(MtsCompareRun *self);

void mts_compare_run_set_status(MtsCompareRun *self, MtsRunStatus status);
MtsRunStatus mts_compare_run_get_status(MtsCompareRun *self);
gboolean mts_compare_run_is_live(MtsCompareRun *self); /* running or paused */

void mts_compare_run_set_figures(MtsCompareRun *self, const MtsCompareFigures *figures);
const MtsCompareFigures *mts_compare_run_get_figures(MtsCompareRun *self);

/* MTS_RUN_FP32 or MTS_RUN_BF16 (mts-palette.h) where everything is in that format: such a run is
 * drawn as a baseline and keeps that slot. MTS_RUN_GREY: none of them. */
void mts_compare_run_set_uniform(MtsCompareRun *self, guint slot);
guint mts_compare_run_get_uniform(MtsCompareRun *self);

/* Settings that differ from run to run, by their key in the experiment file; NULL where unknown. */
void mts_compare_run_set_setting(MtsCompareRun *self, const char *key, const char *value);
const char *mts_compare_run_get_setting(MtsCompareRun *self, const char *key);

/* Further words that a search finds: note, tags, schedule. */
void mts_compare_run_set_words(MtsCompareRun *self, const char *words);
/* TRUE where all words of `words`, which is case-folded, are in name, group or words. */
gboolean mts_compare_run_matches(MtsCompareRun *self, const char *words);

/* Takes the curve over; NULL: not read yet. */
void mts_compare_run_take_curve(MtsCompareRun *self, MtsCompareCurve *curve);
const MtsCompareCurve *mts_compare_run_get_curve(MtsCompareRun *self);
/* Its accuracies smoothed, one for each moment; NULL without a curve. Kept until strength or curve
 * change. */
const float *mts_compare_run_get_smooth(MtsCompareRun *self, double strength);

/* Takes the reference over; NULL: not read yet. And why there is none, for the reader. */
void mts_compare_run_take_strip(MtsCompareRun *self, MtsStrip *strip);
MtsStrip *mts_compare_run_get_strip(MtsCompareRun *self);
void mts_compare_run_set_problem(MtsCompareRun *self, const char *sentence);
const char *mts_compare_run_get_problem(MtsCompareRun *self);

/* References the schedule; NULL: not read yet. */
void mts_compare_run_set_schedule(MtsCompareRun *self, MtsCompareSchedule *schedule);
MtsCompareSchedule *mts_compare_run_get_schedule(MtsCompareRun *self);

/* Shown in the charts, and in which run slot of mts-palette.h: slots from 6 on repeat the colours
 * with a dash. */
void mts_compare_run_set_checked(MtsCompareRun *self, gboolean checked);
gboolean mts_compare_run_get_checked(MtsCompareRun *self);
void mts_compare_run_set_slot(MtsCompareRun *self, guint slot);
guint mts_compare_run_get_slot(MtsCompareRun *self);
/* A person chose the slot: it is not given away. */
void mts_compare_run_set_slot_chosen(MtsCompareRun *self, gboolean chosen);
gboolean mts_compare_run_get_slot_chosen(MtsCompareRun *self);

G_END_DECLS
