#include "db_error.h"
#include "db_inner.h"
#include "db_writer.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_BUSY_MS = 5000, DEFAULT_QUEUE_MIB = 64 };

/* What the opening thread and the writer thread tell each other at the start; guarded by the
 * queue's lock. */
typedef struct Start {
    DbStore *store;
    bool done;
    DbError error;
} Start;

static void write_batches(DbStore *store, DbWriter *writer)
{
    DbJob *first, *last;
    while (db_queue_next(&store->queue, &first, &last)) {
        DbError error = {0};
        const DbJob *end;
        if (db_writer_batch(writer, &store->queue, first, last, &end, &error) == DB_OK)
            db_queue_stored(&store->queue, end);
        else if (!db_queue_failed(&store->queue, &error))
            break;
    }
}

static void *writer_thread(void *arg)
{
    Start *start = arg;
    DbStore *store = start->store;
    DbWriter writer;
    DbError error = {0};
    const DbStatus status = db_writer_open(&writer, store->path, store->busy_ms, &error);
    pthread_mutex_lock(&store->queue.lock);
    start->error = error;
    start->error.code = status;
    start->done = true;
    pthread_cond_broadcast(&store->queue.change);
    pthread_mutex_unlock(&store->queue.lock);
    if (status == DB_OK) { /* `start` is gone from here on */
        write_batches(store, &writer);
        db_writer_close(&writer);
    }
    return NULL;
}

static DbStatus start_writer(DbStore *store, DbError *err)
{
    Start start = {.store = store};
    /* Signals are the main thread's business; and a file that may not grow (SIGXFSZ) is an error
     * of the write, not the end of the program. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int made = pthread_create(&store->thread, NULL, writer_thread, &start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (made != 0)
        return db_error(err, DB_ERR_NOMEM, "%s: no thread could be made for it", store->path);
    pthread_mutex_lock(&store->queue.lock);
    while (!start.done)
        pthread_cond_wait(&store->queue.change, &store->queue.lock);
    pthread_mutex_unlock(&store->queue.lock);
    if (start.error.code != DB_OK) {
        pthread_join(store->thread, NULL);
        if (err)
            *err = start.error;
    }
    return start.error.code;
}

DbStatus db_store_open_with(
    const char *path, const DbStoreOptions *options, DbStore **out, DbError *err)
{
    *out = NULL;
    if (!path || !path[0])
        return db_error(err, DB_ERR_ARGUMENT, "the store needs a file name");
    DbStore *store = calloc(1, sizeof *store);
    char *copy = strdup(path);
    if (!store || !copy) {
        free(store);
        free(copy);
        return db_error(err, DB_ERR_NOMEM, "%s: out of memory while opening it", path);
    }
    store->path = copy;
    store->busy_ms = options->busy_ms > 0 ? options->busy_ms : DEFAULT_BUSY_MS;
    const size_t limit =
        options->queue_bytes ? options->queue_bytes : (size_t)DEFAULT_QUEUE_MIB << 20;
    DbStatus status = db_queue_init(&store->queue, limit, err);
    if (status == DB_OK) {
        status = start_writer(store, err);
        if (status != DB_OK)
            db_queue_destroy(&store->queue);
    }
    if (status != DB_OK) {
        free(store->path);
        free(store);
        return status;
    }
    *out = store;
    return DB_OK;
}

DbStatus db_store_open(const char *path, DbStore **out, DbError *err)
{
    const DbStoreOptions defaults = {0};
    return db_store_open_with(path, &defaults, out, err);
}

DbStatus db_store_close(DbStore *store, DbError *err)
{
    if (!store)
        return DB_OK;
    db_queue_close(&store->queue);
    pthread_join(store->thread, NULL);
    DbError error;
    DbStatus status = db_queue_take_error(&store->queue, &error);
    const size_t lost = store->queue.rows + store->queue.refused;
    if (lost > 0)
        status = db_error(err, DB_ERR_IO, "%zu row%s could not be stored: %s", lost,
            lost == 1 ? "" : "s", store->queue.trouble.text);
    else if (status != DB_OK && err)
        *err = error;
    db_queue_destroy(&store->queue);
    free(store->path);
    free(store);
    return status;
}

const char *db_store_path(const DbStore *store)
{
    return store->path;
}

DbStatus db_store_flush(DbStore *store, DbError *err)
{
    return db_queue_flush(&store->queue, err);
}

DbStatus db_store_take_error(DbStore *store, DbError *err)
{
    return db_queue_take_error(&store->queue, err);
}

void db_store_backlog(DbStore *store, DbBacklog *out)
{
    DbQueue *queue = &store->queue;
    pthread_mutex_lock(&queue->lock);
    *out = (DbBacklog){.rows = queue->rows,
        .bytes = queue->bytes,
        .stuck = queue->stuck,
        .refused = queue->refused,
        .longest_seconds = (double)queue->longest_ns * 1e-9};
    pthread_mutex_unlock(&queue->lock);
}
