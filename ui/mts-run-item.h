/* MtsRunItem: a run as the library lists it: what it is called, how it stands, its best figures
 * and a small picture of its accuracy. No curves: those are MtsRunData's. Main thread.
 *
 * Signal "changed": any of it. */
#pragma once

#include "mts-run-data.h"
#include <glib-object.h>

G_BEGIN_DECLS

/* Points of a sparkline at most; more are thinned out. */
#define MTS_SPARKLINE 40

#define MTS_TYPE_RUN_ITEM (mts_run_item_get_type())
G_DECLARE_FINAL_TYPE(MtsRunItem, mts_run_item, MTS, RUN_ITEM, GObject)

/* `data` and `model` are the run's specs; runs that share both form a group. All are copied. */
MtsRunItem *mts_run_item_new(gint64 id, const char *name, const char *data, const char *model);

gint64 mts_run_item_get_id(MtsRunItem *self);

void mts_run_item_set_name(MtsRunItem *self, const char *name);
const char *mts_run_item_get_name(MtsRunItem *self);

/* What the run trains, for people: "Digits · MLP 256, 128". */
const char *mts_run_item_get_group(MtsRunItem *self);

void mts_run_item_set_status(MtsRunItem *self, MtsRunStatus status);
MtsRunStatus mts_run_item_get_status(MtsRunItem *self);

/* Best test accuracy 0..1 and cycles; NaN where unknown. */
void mts_run_item_set_result(MtsRunItem *self, double accuracy, double cycles);
double mts_run_item_get_accuracy(MtsRunItem *self);
double mts_run_item_get_cycles(MtsRunItem *self);

/* Share of its steps that are done, 0..1; 1 at first. */
void mts_run_item_set_progress(MtsRunItem *self, double share);
double mts_run_item_get_progress(MtsRunItem *self);

/* Shown as a ghost, and in which run slot. */
void mts_run_item_set_checked(MtsRunItem *self, gboolean checked, guint slot);
gboolean mts_run_item_get_checked(MtsRunItem *self);
guint mts_run_item_get_slot(MtsRunItem *self);

/* This is the run in front. */
void mts_run_item_set_active(MtsRunItem *self, gboolean active);
gboolean mts_run_item_get_active(MtsRunItem *self);

/* Accuracies in order; copied. */
void mts_run_item_set_sparkline(MtsRunItem *self, const float *points, gsize count);
const float *mts_run_item_get_sparkline(MtsRunItem *self, gsize *count);

/* TRUE where name, data or model hold every word of `words`, in whatever case. */
gboolean mts_run_item_matches(MtsRunItem *self, const char *words);

G_END_DECLS
