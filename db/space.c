/* Giving space back: what is in the bin, and what old runs keep beside their curves. */
#include "db_inner.h"
#include "db_maintain.h"
#include "db_reader.h"
#include "db_writer.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static uint64_t file_size(const char *path, const char *suffix)
{
    char *name = sqlite3_mprintf("%s%s", path, suffix);
    struct stat info;
    const uint64_t size = name && stat(name, &info) == 0 ? (uint64_t)info.st_size : 0;
    sqlite3_free(name);
    return size;
}

/* Asks the writer to do a job of `size` bytes of arguments, and waits. */
static DbStatus call(DbStore *store, DbApply apply, const void *arguments, size_t size, bool alone,
    int64_t *value, DbError *err)
{
    DbError own = {0};
    DbJob *job = db_job_new(apply, 0, size, 0, &own);
    if (!job)
        return db_error(err, own.code, "%s: %s", store->path, own.text);
    memcpy(job->payload, arguments, size);
    job->alone = alone;
    return db_queue_call(&store->queue, job, value, err);
}

/* ---- free pages -------------------------------------------------------------------------- */

/* Moves some pages from the end of the file to free places, and cuts it; the value is how many
 * free ones remain. */
static DbStatus apply_shrink(DbWriter *writer, DbJob *job, DbError *err)
{
    sqlite3 *db = db_writer_handle(writer);
    int rc = db_sqlite_run(db, "PRAGMA incremental_vacuum(2000)");
    if (rc == SQLITE_OK)
        rc = db_sqlite_integer(db, "PRAGMA freelist_count", &job->value);
    return rc == SQLITE_OK ? DB_OK
                           : db_error_sqlite(err, writer->path, db, rc, "giving space back");
}

/* Moves the log into the file, which is what makes it shorter. A reader that is at
 * work may put that off. */
static DbStatus apply_checkpoint(DbWriter *writer, DbJob *job, DbError *err)
{
    db_sqlite_run(db_writer_handle(writer), "PRAGMA wal_checkpoint(TRUNCATE)");
    return DB_OK;
}

/* In pieces, so that rows of a run that goes on come in between. */
static DbStatus shrink(DbStore *store, DbError *err)
{
    int64_t before = INT64_MAX, left = 0;
    for (;;) {
        const DbStatus status = call(store, apply_shrink, "", 0, true, &left, err);
        if (status != DB_OK)
            return status;
        if (left == 0 || left >= before)
            break;
        before = left;
    }
    return call(store, apply_checkpoint, "", 0, true, NULL, err);
}

/* ---- the bin ----------------------------------------------------------------------------- */

/* Ends one run; the value is 1, or 0 where there is none left. */
static DbStatus apply_purge(DbWriter *writer, DbJob *job, DbError *err)
{
    int64_t before;
    memcpy(&before, job->payload, sizeof before);
    sqlite3_stmt *row = db_writer_statement(writer, DB_WRITE_PURGE);
    sqlite3_bind_int64(row, 1, before);
    const DbStatus status = db_writer_done(writer, job, row, "emptying the bin", err);
    job->value = sqlite3_changes64(db_writer_handle(writer)) > 0;
    return status;
}

DbStatus db_store_purge(DbStore *store, int64_t before, size_t *runs, DbError *err)
{
    *runs = 0;
    for (;;) {
        int64_t one = 0;
        const DbStatus status = call(store, apply_purge, &before, sizeof before, false, &one, err);
        if (status != DB_OK)
            return status;
        if (one == 0)
            break;
        ++*runs;
    }
    return *runs > 0 ? shrink(store, err) : DB_OK;
}

/* ---- old runs ---------------------------------------------------------------------------- */

typedef struct Compact {
    const DbCompact *what;
    DbCompacted *out;
    int64_t after; /* the last run that was looked at */
} Compact;

static DbStatus thin(DbWriter *writer, const DbJob *job, DbWriteStatement which, uint32_t keep,
    size_t *gone, DbError *err)
{
    if (keep == UINT32_MAX)
        return DB_OK;
    sqlite3_stmt *row = db_writer_statement(writer, which);
    sqlite3_bind_int64(row, 1, job->run);
    sqlite3_bind_int64(row, 2, keep);
    const DbStatus status = db_writer_done(writer, job, row, "thinning out an old run", err);
    if (status == DB_OK)
        *gone += (size_t)sqlite3_changes64(db_writer_handle(writer));
    return status;
}

/* Thins out the next run that is old enough; the value is its id, or 0. */
static DbStatus apply_compact(DbWriter *writer, DbJob *job, DbError *err)
{
    Compact compact;
    memcpy(&compact, job->payload, sizeof compact);
    sqlite3_stmt *next = db_writer_statement(writer, DB_WRITE_NEXT_OLD);
    sqlite3_bind_int64(next, 1, compact.after);
    sqlite3_bind_int64(next, 2, compact.what->before);
    const int rc = sqlite3_step(next);
    job->run = job->value = rc == SQLITE_ROW ? sqlite3_column_int64(next, 0) : 0;
    sqlite3_reset(next);
    if (rc != SQLITE_ROW)
        return rc == SQLITE_DONE ? DB_OK
                                 : db_error_sqlite(err, writer->path, db_writer_handle(writer), rc,
                                       "looking for old runs");
    size_t statistics = 0, checkpoints = 0;
    DbStatus status = thin(
        writer, job, DB_WRITE_STATISTICS_THIN, compact.what->statistic_steps, &statistics, err);
    if (status == DB_OK)
        status = thin(
            writer, job, DB_WRITE_CHECKPOINTS_OLD, compact.what->checkpoints, &checkpoints, err);
    if (status == DB_OK) {
        compact.out->runs += statistics + checkpoints > 0;
        compact.out->statistics += statistics;
        compact.out->checkpoints += checkpoints;
    }
    return status;
}

DbStatus db_store_compact(DbStore *store, const DbCompact *what, DbCompacted *out, DbError *err)
{
    *out = (DbCompacted){0};
    DbStatus status = call(store, apply_checkpoint, "", 0, true, NULL, err);
    const uint64_t before = file_size(store->path, "");
    Compact compact = {.what = what, .out = out};
    do {
        int64_t run = 0;
        if (status == DB_OK)
            status = call(store, apply_compact, &compact, sizeof compact, false, &run, err);
        compact.after = run;
    } while (status == DB_OK && compact.after != 0);
    if (status == DB_OK)
        status = shrink(store, err);
    const uint64_t after = file_size(store->path, "");
    out->bytes = before > after ? before - after : 0;
    return status;
}

/* ---- what it all takes ------------------------------------------------------------------- */

DbStatus db_reader_space(DbReader *reader, DbSpace *out, DbError *err)
{
    int64_t page = 0, free_pages = 0, bodies = 0, runs = 0, bin = 0, metrics = 0, statistics = 0;
    const struct {
        const char *sql;
        int64_t *value;
    } questions[] = {
        {"PRAGMA page_size", &page},
        {"PRAGMA freelist_count", &free_pages},
        {"SELECT coalesce(sum(size), 0) FROM checkpoints", &bodies},
        {"SELECT count(*) FROM runs", &runs},
        {"SELECT count(*) FROM runs WHERE deleted IS NOT NULL", &bin},
        {"SELECT count(*) FROM metrics", &metrics},
        {"SELECT count(*) FROM statistics", &statistics},
    };
    *out = (DbSpace){0};
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        const int rc = db_sqlite_integer(reader->db, questions[i].sql, questions[i].value);
        if (rc != SQLITE_OK)
            return db_error_sqlite(err, reader->path, reader->db, rc, "measuring it");
    }
    *out = (DbSpace){.file = file_size(reader->path, ""),
        .log = file_size(reader->path, "-wal"),
        .free = (uint64_t)(page * free_pages),
        .checkpoints = (uint64_t)bodies,
        .runs = (size_t)runs,
        .bin = (size_t)bin,
        .metric_rows = (uint64_t)metrics,
        .statistic_rows = (uint64_t)statistics};
    return DB_OK;
}
