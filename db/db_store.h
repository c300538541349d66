/* The run store: one SQLite file with every run.
 *
 * One writer thread owns the one writing handle; calls that write put a job into its queue and
 * return at once. Readers open their own read-only handles (WAL) and run on the caller's thread,
 * which must not be the window's main loop. Plain structs only: the store knows nothing of the
 * engine. Text is UTF-8, numbers are locale-free, times are Unix seconds.
 *
 * More of the store: db_library.h (notes, tags, bin, groups, presets, finding runs), db_trace.h
 * (tensor statistics, checkpoints, what accuracy had cost), db_maintain.h (backup, moving, check,
 * salvage, merging, space), db_export.h (CSV). The tables explain themselves: `sqlite3 FILE
 * .schema`. */
#ifndef DB_STORE_H
#define DB_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum DbStatus {
    DB_OK = 0,
    DB_ERR_NOMEM = -1,
    DB_ERR_IO = -2,        /* cannot open, read-only, full, locked for longer than the time-out */
    DB_ERR_FOREIGN = -3,   /* not an SQLite file, or another program's */
    DB_ERR_NEWER = -4,     /* written by a newer version */
    DB_ERR_DAMAGED = -5,   /* SQLite says the file is malformed */
    DB_ERR_NOT_FOUND = -6, /* no such run */
    DB_ERR_ARGUMENT = -7,
} DbStatus;

typedef struct DbError {
    DbStatus code;
    char text[512]; /* one sentence with the file's name and what was expected */
} DbError;

/* "application_id" of a Mantissa store ('MNTS') and the schema this version writes. */
#define DB_APPLICATION_ID 0x4d4e5453
#define DB_SCHEMA_VERSION 2

typedef struct DbStore DbStore;

/* Opens, or makes, the store at `path` (its folder must exist), brings its schema up to date (one
 * transaction per version) and starts the writer thread. Runs left 'running' by a process that is
 * gone are marked 'interrupted'. The caller owns the store.
 * Errors: IO, FOREIGN, NEWER, DAMAGED; nothing is written then. */
DbStatus db_store_open(const char *path, DbStore **out, DbError *err);

typedef struct DbStoreOptions { /* 0: the default */
    int busy_ms;                /* how long to wait for another program's lock, 5000 */
    size_t queue_bytes;         /* of rows that may wait for the writer, 64 MiB */
} DbStoreOptions;

/* The same with other settings. */
DbStatus db_store_open_with(
    const char *path, const DbStoreOptions *options, DbStore **out, DbError *err);

/* Writes what is queued (one last try where the file could not be written), marks runs of this
 * store that nobody ended 'interrupted', ends the writer thread, closes; NULL is fine. Returns the
 * first error that a queued write met and nobody took, or DB_OK; where rows could not be written,
 * IO with how many are lost. */
DbStatus db_store_close(DbStore *store, DbError *err);

const char *db_store_path(const DbStore *store);

/* Waits until everything queued so far is in the file, or could not be written (then IO or DAMAGED,
 * and the rows go on waiting); else the first error since the last call. */
DbStatus db_store_flush(DbStore *store, DbError *err);

/* The first error a queued write met since it was last asked, without waiting. */
DbStatus db_store_take_error(DbStore *store, DbError *err);

typedef struct DbBacklog {
    size_t rows, bytes;     /* that wait for the writer */
    bool stuck;             /* the last try failed; the next is at most a second away */
    size_t refused;         /* rows that were not taken because the queue was full and stuck */
    double longest_seconds; /* that any row waited so far, from queueing to the file */
} DbBacklog;

/* How the writer keeps up, without waiting for it. Any thread. */
void db_store_backlog(DbStore *store, DbBacklog *out);

/* ---- writing: any thread; queued, in order -----------------------------------------------
 *
 * A queued write that the file does not take (disk full, locked for longer than the time-out,
 * damaged) is kept and tried again every second, and the error is there for db_store_take_error;
 * nothing is dropped before the store is closed. A write that is wrong in itself (no such run) is
 * dropped and reported the same way.
 *
 * Stored: NaN as NULL, and read as NaN again; -0.0 as 0.0 (SQLite knows one zero); uint64 as the
 * same 64 bits in SQLite's signed integer, except loss_hash, which is 16 hexadecimal digits of
 * text; bytes that are not UTF-8 as U+FFFD. */

typedef struct DbNewRun {
    const char *name;                     /* shown in the library */
    const char *data;                     /* data spec */
    const char *model;                    /* network text */
    const char *schedule;                 /* text, as drawn, a line per lane */
    const char *experiment;               /* the experiment as JSON */
    const char *engine_version, *machine; /* "avx512, 2 threads" */
    uint64_t seed_weights, seed_data, seed_noise;
    uint32_t steps_total, steps_per_epoch;
    int64_t created;    /* Unix seconds */
    int64_t parent;     /* the run it is forked from; 0: none */
    uint32_t fork_step; /* steps it has in common with its parent */
    int64_t group;      /* of replicas or a sweep (db_library.h); 0: none */
    uint32_t replica;   /* number within its group */
} DbNewRun;

typedef struct DbMetric { /* one training step */
    uint32_t step;
    float loss, accuracy;
    uint64_t cycles, femtojoules;
    double wall_seconds;
} DbMetric;

typedef struct DbEval { /* one evaluation of the test split, after `step` steps */
    uint32_t step;
    float loss, accuracy;
    double wall_seconds;
} DbEval;

typedef struct DbEvent { /* an edit, an adaptive decision, a divergence */
    uint32_t step;
    const char *kind;   /* "plan" "choice" "diverged" "failed" … */
    const char *detail; /* JSON or a sentence; may be NULL */
} DbEvent;

typedef struct DbRunEnd {      /* where a run stands; written at the end and now and then before */
    const char *status;        /* "running" "paused" "finished" "stopped" "diverged" "failed"
                                  "interrupted" */
    const char *message;       /* diverged, failed: the sentence; else NULL */
    const char *schedule_used; /* text, with live edits; NULL leaves what is there */
    uint32_t steps;
    float train_loss, test_loss, test_accuracy, best_test_accuracy; /* NaN: unknown, stored NULL */
    uint64_t loss_hash, cycles, compute_cycles, femtojoules;
    double simulated_seconds, wall_seconds;
} DbRunEnd;

/* Makes the run's row now, with status 'running' and an identity (uuid) of its own; this one call
 * waits for the writer. Gives its id, which the file never uses again. Name, data, model and
 * schedule may not be NULL. Errors: ARGUMENT, IO, NOMEM, DAMAGED. */
DbStatus db_run_create(DbStore *store, const DbNewRun *run, int64_t *id, DbError *err);

/* Queue `n` rows; copied. They reach the file within 250 ms. A row of a step that is there already
 * takes its place (a resumed run repeats steps, bit for bit). These three wait where `queue_bytes`
 * are queued already, or give IO when the file cannot be written either; the others never wait.
 * Errors: NOMEM, IO, ARGUMENT. */
DbStatus db_run_add_metrics(DbStore *store, int64_t id, const DbMetric *rows, size_t n);
DbStatus db_run_add_evals(DbStore *store, int64_t id, const DbEval *rows, size_t n);
DbStatus db_run_add_event(DbStore *store, int64_t id, const DbEvent *event);
/* Error ARGUMENT also for a status that is not one of the above. */
DbStatus db_run_update(DbStore *store, int64_t id, const DbRunEnd *end);
DbStatus db_run_rename(DbStore *store, int64_t id, const char *name);

/* Puts the run into the bin: no list shows it, nothing of it is lost. db_run_restore (db_library.h)
 * takes it out again, db_store_purge (db_maintain.h) ends it. */
DbStatus db_run_delete(DbStore *store, int64_t id);

/* ---- reading: any thread but the main loop ------------------------------------------------ */

typedef struct DbReader DbReader; /* its own read-only handle; one thread at a time */

/* Opens an existing file. One of an older version is read through an upgraded copy in a temporary
 * file, so that reading changes nothing; a file without bytes is a store without runs.
 * Errors: IO, FOREIGN, NEWER, DAMAGED, NOMEM. */
DbStatus db_reader_open(const char *path, DbReader **out, DbError *err);
void db_reader_close(DbReader *reader);

typedef struct DbRun {
    int64_t id, created;
    char *name, *data, *model, *schedule, *schedule_used, *experiment, *status, *message,
        *engine_version, *machine; /* owned by the list; NULL where the file has NULL */
    uint64_t seed_weights, seed_data, seed_noise, loss_hash, cycles, compute_cycles, femtojoules;
    uint32_t steps, steps_total, steps_per_epoch;
    float train_loss, test_loss, test_accuracy, best_test_accuracy; /* NaN where NULL */
    double simulated_seconds, wall_seconds;
    int64_t changed;    /* Unix seconds of the last change of its row */
    char *uuid;         /* its identity, the same in every file */
    char *note;         /* "" where there is none */
    char *tags;         /* sorted, one a line; NULL: none */
    bool archived;      /* put away by a person */
    int64_t deleted;    /* in the bin since, Unix seconds; 0: not there */
    int64_t pin;        /* place among the pinned runs, from 0; -1: not pinned */
    int64_t colour;     /* colour slot that a person chose; -1: none */
    char *parent_uuid;  /* the run it was forked from; NULL: none */
    int64_t parent;     /* the same as an id; 0: none, or not in this file */
    uint32_t fork_step; /* steps it has in common with its parent */
    int64_t group;      /* 0: none */
    uint32_t replica;   /* number within the group */
} DbRun;

typedef struct DbRunList {
    DbRun *runs;
    size_t count;
} DbRunList;

/* All runs but those in the bin, newest first, with all their texts. Free with db_run_list_free. */
DbStatus db_reader_runs(DbReader *reader, DbRunList *out, DbError *err);
/* The one run `id`, in a list of one. Error NOT_FOUND. */
DbStatus db_reader_run(DbReader *reader, int64_t id, DbRunList *out, DbError *err);
void db_run_list_free(DbRunList *list);

/* Rows of a run, ascending in step. *rows is malloc'd, the caller frees it with free(). */
DbStatus db_reader_metrics(
    DbReader *reader, int64_t id, DbMetric **rows, size_t *count, DbError *err);
/* The same, from step `from` on: what is new of a run that goes on. */
DbStatus db_reader_metrics_from(
    DbReader *reader, int64_t id, uint32_t from, DbMetric **rows, size_t *count, DbError *err);
DbStatus db_reader_evals(DbReader *reader, int64_t id, DbEval **rows, size_t *count, DbError *err);

/* *changed: the file holds something that another handle wrote since this was last asked (the
 * first time: since the reader was opened). Costs next to nothing. */
DbStatus db_reader_changed(DbReader *reader, bool *changed, DbError *err);

typedef struct DbEventRow {
    uint32_t step;
    char *kind, *detail;
} DbEventRow;
DbStatus db_reader_events(
    DbReader *reader, int64_t id, DbEventRow **rows, size_t *count, DbError *err);
void db_events_free(DbEventRow *rows, size_t count);

/* At most `max` points of the test accuracy (share 0..1; the training accuracy where there are
 * none) for a sparkline; returns how many. */
DbStatus db_reader_sparkline(
    DbReader *reader, int64_t id, float *points, size_t max, size_t *count, DbError *err);

#endif
