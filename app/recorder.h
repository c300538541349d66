/* One run on its way into the store: reads the trainer's store ring and writes rows. One thread
 * at a time drives a recorder; with no store it only empties the ring. */
#ifndef APP_RECORDER_H
#define APP_RECORDER_H

#include "db_store.h"
#include "experiment.h"
#include "job.h"
#include "train/trainer.h"

typedef struct AppRecorder {
    DbStore *store;       /* not owned; NULL: nothing is kept */
    const AppJob *job;    /* outlives the recorder */
    EngHardware hardware; /* for the simulated seconds */
    int64_t run;          /* the run's id, 0 without a store */
} AppRecorder;

/* Called for every record that is drained, in order. */
typedef void (*AppRecordFn)(void *ctx, const EngRecord *record);

/* Where a run comes from that goes on from another one's past. */
typedef struct AppFork {
    int64_t parent; /* 0: a run of its own */
    uint32_t step;  /* steps in common */
} AppFork;

/* Makes the run's row (waits for the store's writer) and fills the recorder. `fork` may be NULL.
 * Errors: the store's. */
DbStatus app_recorder_begin(AppRecorder *recorder, DbStore *store, const AppExperiment *experiment,
    const AppJob *job, const AppFork *fork, DbError *err);

/* Moves everything that waits in the trainer's store ring into the store and shows it to `seen`
 * (may be NULL). Returns how many records there were. */
size_t app_recorder_drain(
    AppRecorder *recorder, EngTrainer *trainer, AppRecordFn seen, void *seen_ctx);

/* Writes where the run stands, with the schedule as used. Queued. */
DbStatus app_recorder_update(AppRecorder *recorder, EngTrainer *trainer);

#endif
