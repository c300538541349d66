/* What a run leaves besides its curves: statistics of its tensors, checkpoints to go on from, and
 * what each accuracy had cost. */
#ifndef DB_TRACE_H
#define DB_TRACE_H

#include "db_store.h"

/* ---- statistics of tensors --------------------------------------------------------------- */

typedef struct DbStatistic {
    uint32_t step;   /* steps done before it was measured */
    uint16_t layer;  /* layer with a product, from 0 */
    uint8_t slot;    /* 0 A.fwd 1 W.fwd 2 G.dgrad 3 W.dgrad 4 A.wgrad 5 G.wgrad */
    int8_t high;     /* the adaptive rule took: 1 the high format, 0 the low one; -1: not asked */
    float r;         /* relative improvement r(X); NaN: not measured, as for all below */
    float epsilon;   /* the threshold */
    float sqnr_db;   /* signal to quantisation noise, decibels */
    float flushed;   /* share of nonzero values that became zero, 0..1 */
    float saturated; /* share of values at the largest code, 0..1 */
    float spread;    /* standard deviation of the shared exponents */
} DbStatistic;

/* Queues `n` rows; copied. One of the same step, layer and slot takes the place of the old one.
 * Waits where the queue is full, like db_run_add_metrics. Errors: NOMEM, IO. */
DbStatus db_run_add_statistics(DbStore *store, int64_t id, const DbStatistic *rows, size_t n);

/* Rows of steps from..to, both included, by step, layer and slot. *rows is malloc'd, the caller
 * frees it with free(). */
DbStatus db_reader_statistics(DbReader *reader, int64_t id, uint32_t from, uint32_t to,
    DbStatistic **rows, size_t *count, DbError *err);

/* ---- checkpoints ------------------------------------------------------------------------- */

typedef struct DbNewCheckpoint {
    uint32_t step;    /* steps done */
    const char *kind; /* "interval" "pause" "end": may be thinned out; "kept": never */
    const void *bytes;
    size_t size;   /* 1 .. 512 MiB less a little */
    uint32_t keep; /* of the run's interval checkpoints only the newest `keep` stay; 0: all */
} DbNewCheckpoint;

/* Queues it; the bytes are copied. Takes the place of one of the same step. Waits where the queue
 * is full. Errors: NOMEM, IO, ARGUMENT (no bytes, too many, no kind). */
DbStatus db_run_add_checkpoint(DbStore *store, int64_t id, const DbNewCheckpoint *checkpoint);

typedef struct DbCheckpoint {
    uint32_t step;
    int64_t created; /* Unix seconds */
    char *kind;
    size_t size;
} DbCheckpoint;

/* All of a run, ascending in step, without their bytes. Free with db_checkpoints_free. */
DbStatus db_reader_checkpoints(
    DbReader *reader, int64_t id, DbCheckpoint **rows, size_t *count, DbError *err);
void db_checkpoints_free(DbCheckpoint *rows, size_t count);

/* The bytes of the newest checkpoint of at most `step` steps, checked against their checksum.
 * *bytes is malloc'd, the caller frees it. Errors: NOT_FOUND, DAMAGED (then ask for an earlier
 * one: *found is the step of the damaged one), NOMEM. */
DbStatus db_reader_checkpoint(DbReader *reader, int64_t id, uint32_t step, uint32_t *found,
    void **bytes, size_t *size, DbError *err);

/* ---- what accuracy had cost -------------------------------------------------------------- */

typedef struct DbMoment { /* an evaluation and what the run had cost by then */
    uint32_t step;
    float loss, accuracy; /* of the test split; NaN: unknown */
    double wall_seconds;
    uint64_t cycles, femtojoules; /* from the metric row of step - 1; 0 where it is missing */
} DbMoment;

/* The test curve over any axis, ascending in step. *rows is malloc'd, the caller frees it. */
DbStatus db_reader_moments(
    DbReader *reader, int64_t id, DbMoment **rows, size_t *count, DbError *err);

/* The first evaluation with at least this accuracy (share 0..1): time to accuracy. *found false:
 * it never came so far. */
DbStatus db_reader_reach(
    DbReader *reader, int64_t id, float accuracy, DbMoment *moment, bool *found, DbError *err);

/* The best evaluation within a budget of simulated cycles; *found false: none that early. */
DbStatus db_reader_best_within(
    DbReader *reader, int64_t id, uint64_t cycles, DbMoment *moment, bool *found, DbError *err);

#endif
