/* MtsRunData: one run as the charts show it: its curves, its name, its colour and how it stands.
 *
 * Whoever knows the run (the live trainer's records, or the store's rows) appends to it in
 * batches; charts listen. Main thread.
 *
 * Signals: "appended" (double step: nothing left of it has changed), "changed" (name, slot,
 * status, or everything after mts_run_data_clear). */
#pragma once

#include "mts-series.h"
#include "schedule/schedule.h"
#include <glib-object.h>

G_BEGIN_DECLS

typedef enum MtsRunStatus {
    MTS_STATUS_IDLE,
    MTS_STATUS_RUNNING,
    MTS_STATUS_PAUSED,
    MTS_STATUS_FINISHED,
    MTS_STATUS_STOPPED,
    MTS_STATUS_DIVERGED,
    MTS_STATUS_FAILED,
    MTS_STATUS_INTERRUPTED,
} MtsRunStatus;

/* From the store's word; an unknown word is INTERRUPTED, NULL is IDLE. And for people. */
MtsRunStatus mts_run_status_from_name(const char *name);
const char *mts_run_status_label(MtsRunStatus status);

typedef enum MtsCurve {
    MTS_CURVE_TRAIN_LOSS,     /* of every step's batch; x: steps done before it */
    MTS_CURVE_TRAIN_ACCURACY, /* share 0..1; the same */
    MTS_CURVE_SMOOTH_LOSS,    /* exponential means of the two, see mts_run_data_set_smoothing */
    MTS_CURVE_SMOOTH_ACCURACY,
    MTS_CURVE_TEST_LOSS, /* of every evaluation; x: steps done */
    MTS_CURVE_TEST_ACCURACY,
    MTS_CURVE_CYCLES, /* simulated, cumulative; x: steps done; starts at (0, 0) */
    MTS_CURVES,
} MtsCurve;

typedef struct MtsStepPoint {
    guint32 step; /* index from 0 of the step just done */
    float loss, accuracy;
    double cycles; /* cumulative, this step included */
} MtsStepPoint;

typedef struct MtsEvalPoint {
    guint32 step; /* steps done */
    float loss, accuracy;
} MtsEvalPoint;

#define MTS_TYPE_RUN_DATA (mts_run_data_get_type())
G_DECLARE_FINAL_TYPE(MtsRunData, mts_run_data, MTS, RUN_DATA, GObject)

/* `id`: the store's, 0 for a run that has none yet. The clock stretches the run's steps onto a
 * time axis with another number of steps per epoch. */
MtsRunData *mts_run_data_new(gint64 id, const char *name, EngClock clock);

gint64 mts_run_data_get_id(MtsRunData *self);
void mts_run_data_set_id(MtsRunData *self, gint64 id);
EngClock mts_run_data_get_clock(MtsRunData *self);

const char *mts_run_data_get_name(MtsRunData *self);
void mts_run_data_set_name(MtsRunData *self, const char *name);

/* Run slot of mts-palette.h; 0 at first. */
guint mts_run_data_get_slot(MtsRunData *self);
void mts_run_data_set_slot(MtsRunData *self, guint slot);

/* `message`: the sentence of a run that diverged or failed; NULL for none. Copied. */
void mts_run_data_set_status(MtsRunData *self, MtsRunStatus status, const char *message);
MtsRunStatus mts_run_data_get_status(MtsRunData *self);
const char *mts_run_data_get_message(MtsRunData *self);

/* Points that do not lie after the last one are left out: a record may come twice. Steps may be
 * missing. */
void mts_run_data_append_steps(MtsRunData *self, const MtsStepPoint *points, gsize count);
void mts_run_data_append_evals(MtsRunData *self, const MtsEvalPoint *points, gsize count);

/* Forgets all points (the run starts again). */
void mts_run_data_clear(MtsRunData *self);

/* A curve; borrowed, grows with the run. */
const MtsSeries *mts_run_data_get_series(MtsRunData *self, MtsCurve curve);

/* Smoothing 0..1, 0.35 at first: the exponential mean looks back over a share of the whole run,
 * smoothing / 25 of its steps. 0 leaves the curves as they are. */
void mts_run_data_set_smoothing(MtsRunData *self, double smoothing);

/* Evaluations' best test accuracy so far; NaN before the first. */
double mts_run_data_get_best_accuracy(MtsRunData *self);

G_END_DECLS
