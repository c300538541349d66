/* Inside the store only: jobs on their way to the writer thread. No SQLite in here.
 *
 * Jobs stay in the queue until they are in the file: a batch that fails (full disk, locked file)
 * is tried again a second later, or at once when somebody flushes, and nothing is dropped before
 * the store is closed. A job that waits for its answer gets the failure instead. */
#ifndef DB_QUEUE_H
#define DB_QUEUE_H

#include "db_store.h"
#include <pthread.h>

typedef struct DbWriter DbWriter;
typedef struct DbJob DbJob;

/* Does one job on the writer thread. IO, NOMEM and DAMAGED are the file's troubles: the batch is
 * rolled back and tried again. Any other error is the job's own: it is undone and reported, and
 * the batch goes on. */
typedef DbStatus (*DbApply)(DbWriter *writer, DbJob *job, DbError *err);

typedef struct DbReply { /* of one who waits; lives on the waiter's stack */
    bool done;
    DbError error; /* code DB_OK: done well */
    int64_t value;
} DbReply;

struct DbJob {
    DbJob *next;
    DbApply apply;
    DbReply *reply; /* NULL: nobody waits */
    bool alone;     /* makes its own transactions; has a waiter */
    int64_t run;    /* that it is about; 0: none */
    int64_t value;  /* given to the waiter */
    size_t rows;    /* 1 and more */
    size_t size;    /* bytes in all */
    uint64_t queued_ns;
    char *text_end; /* where db_job_text puts the next text */
    _Alignas(max_align_t) unsigned char payload[];
};

/* A job with `payload` zeroed bytes and room for texts of `texts` bytes behind them (the sum of
 * db_text_clean_size). NULL with NOMEM or ARGUMENT (over 512 MiB) in `err`. */
DbJob *db_job_new(DbApply apply, int64_t run, size_t payload, size_t texts, DbError *err);

/* Copies a text into the job, invalid UTF-8 replaced; NULL for NULL. */
const char *db_job_text(DbJob *job, const char *text);

typedef struct DbQueue {
    pthread_mutex_t lock;
    pthread_cond_t work;   /* the writer waits here */
    pthread_cond_t change; /* the others wait here, for room, an answer or an end */
    DbJob *head, *tail;
    DbJob *ahead; /* to be done before the queue, which may be stuck */
    size_t bytes, limit, rows;
    size_t refused;          /* rows so far, because the queue was full and stuck */
    uint64_t queued, stored; /* jobs so far */
    uint64_t failures;       /* batches so far */
    uint64_t retry_ns;       /* stuck: when to try again */
    uint64_t longest_ns;     /* that any job waited from queueing to the file */
    bool hurry, stuck, closing;
    bool last_try;   /* the batch at work was begun after closing */
    DbError first;   /* since it was last taken; code DB_OK: none */
    DbError trouble; /* why the last failed batch failed */
} DbQueue;

/* From queueing a job to beginning its transaction, and the longest that one transaction takes in
 * jobs: together they keep the promise of 250 ms. */
#define DB_QUEUE_WAIT_NS UINT64_C(100000000)
#define DB_QUEUE_BATCH_NS UINT64_C(100000000)

uint64_t db_queue_now(void); /* monotonic, nanoseconds */

DbStatus db_queue_init(DbQueue *queue, size_t limit, DbError *err);
void db_queue_destroy(DbQueue *queue); /* frees what is left in it */

/* ---- callers ----------------------------------------------------------------------------- */

/* Takes the job. Where the queue holds `limit` bytes already and `patient`, waits for room, or
 * gives IO when the file cannot be written either. Others are always let in: they come from a
 * person's hand. */
DbStatus db_queue_push(DbQueue *queue, DbJob *job, bool patient, DbError *err);

/* Takes the job, waits until it is in the file or has failed; *value (may be NULL) is its. */
DbStatus db_queue_call(DbQueue *queue, DbJob *job, int64_t *value, DbError *err);

/* The same, ahead of everything that is queued; the job is `alone`. */
DbStatus db_queue_call_ahead(DbQueue *queue, DbJob *job, DbError *err);

DbStatus db_queue_flush(DbQueue *queue, DbError *err);
DbStatus db_queue_take_error(DbQueue *queue, DbError *err);

/* Lets the writer finish and then end. */
void db_queue_close(DbQueue *queue);

/* ---- the writer thread ------------------------------------------------------------------- */

/* Waits until a batch is due and gives its first and last job (of a job ahead: itself); false: closed and nothing left. The
 * jobs stay in the queue. */
bool db_queue_next(DbQueue *queue, DbJob **first, DbJob **last);

/* The jobs up to `last` are in the file: answers and frees them. */
void db_queue_stored(DbQueue *queue, const DbJob *last);

/* The batch failed: answers those who wait, keeps the rest. False: it was the last try. */
bool db_queue_failed(DbQueue *queue, const DbError *error);

/* A job without a waiter failed by its own fault. */
void db_queue_report(DbQueue *queue, const DbError *error);

#endif
