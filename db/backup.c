/* A whole copy of a store, and moving an open one. */
#include "db_copy.h"
#include "db_inner.h"
#include "db_maintain.h"
#include "db_reader.h"
#include "db_writer.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What goes on, goes on in the old file: in the copy, runs are interrupted and nobody writes, but
 * for the writer `kept` (0: none). The copy is one file, without a log. */
static DbStatus settle(const char *path, int64_t kept, DbError *err)
{
    sqlite3 *db;
    const DbStatus status = db_sqlite_open(path, DB_ACCESS_WRITE, 1000, &db, err);
    if (status != DB_OK)
        return status;
    char *sql = sqlite3_mprintf("PRAGMA synchronous = OFF; PRAGMA journal_mode = DELETE;"
                                "PRAGMA foreign_keys = ON; BEGIN;"
                                "UPDATE runs SET status = 'interrupted', writer = NULL "
                                "WHERE status IN ('running', 'paused') AND writer IS NOT %lld;"
                                "DELETE FROM writers WHERE id <> %lld; COMMIT",
        (long long)kept, (long long)kept);
    const int rc = sql ? db_sqlite_run(db, sql) : SQLITE_NOMEM;
    sqlite3_free(sql);
    const DbStatus end =
        rc == SQLITE_OK ? DB_OK : db_error_sqlite(err, path, db, rc, "finishing the copy");
    sqlite3_close(db);
    return end;
}

DbStatus db_backup(const char *from, const char *to, DbProgressFn progress, void *ctx, DbError *err)
{
    sqlite3 *db;
    uint32_t version;
    bool tidy;
    DbStatus status = db_reader_plain(from, &db, &version, &tidy, err);
    if (status != DB_OK)
        return status;
    DbNewFile file;
    status = db_new_file_begin(&file, to, err);
    if (status == DB_OK)
        status = db_copy_pages(db, from, file.part, progress, ctx, err);
    if (status == DB_OK && version > 0)
        status = settle(file.part, 0, err);
    if (status == DB_OK)
        status = db_new_file_keep(&file, err);
    db_new_file_drop(&file);
    db_reader_drop(from, db, tidy);
    return status;
}

/* ---- moving ------------------------------------------------------------------------------ */

typedef struct Move {
    DbStore *store;
    char *to; /* becomes the store's path */
} Move;

/* A copy of damaged pages is damaged, too. */
static DbStatus check_pages(const char *path, DbError *err)
{
    sqlite3 *db;
    const DbStatus status = db_sqlite_open(path, DB_ACCESS_WRITE, 1000, &db, err);
    if (status != DB_OK)
        return status;
    int64_t wrong = 0;
    const int rc = db_sqlite_integer(
        db, "SELECT count(*) FROM pragma_quick_check(1) WHERE quick_check <> 'ok'", &wrong);
    sqlite3_close(db);
    if (rc == SQLITE_OK && wrong == 0)
        return DB_OK;
    return db_error_sqlite(
        err, path, NULL, rc == SQLITE_OK ? SQLITE_CORRUPT : rc, "checking the copy");
}

/* Makes the new file, from pages or, where those are damaged, from the rows that can be read. */
static DbStatus make_copy(DbWriter *writer, const char *to, DbError *err)
{
    DbNewFile file;
    DbStatus status = db_new_file_begin(&file, to, err);
    if (status == DB_OK)
        status = db_copy_pages(db_writer_handle(writer), writer->path, file.part, NULL, NULL, err);
    if (status == DB_OK)
        status = check_pages(file.part, err);
    if (status == DB_OK)
        status = settle(file.part, writer->id, err);
    if (status == DB_OK)
        status = db_new_file_keep(&file, err);
    db_new_file_drop(&file);
    if (status != DB_ERR_DAMAGED)
        return status;
    DbSalvaged salvaged;
    return db_salvage(writer->path, to, &salvaged, err);
}

/* The runs that the old file's writer trained are now the new one's. */
static int adopt(DbWriter *writer, int64_t old)
{
    char *sql =
        sqlite3_mprintf("BEGIN IMMEDIATE; UPDATE runs SET writer = %lld WHERE writer = %lld;"
                        "DELETE FROM writers WHERE id = %lld AND id <> %lld; COMMIT",
            (long long)writer->id, (long long)old, (long long)old, (long long)writer->id);
    const int rc = sql ? db_sqlite_run(db_writer_handle(writer), sql) : SQLITE_NOMEM;
    sqlite3_free(sql);
    return rc;
}

static DbStatus apply_move(DbWriter *writer, DbJob *job, DbError *err)
{
    const Move *move = (const void *)job->payload;
    DbStatus status = make_copy(writer, move->to, err);
    if (status != DB_OK)
        return status;
    DbWriter new;
    status = db_writer_open(&new, move->to, move->store->busy_ms, err);
    if (status != DB_OK) {
        unlink(move->to);
        return status;
    }
    const int rc = adopt(&new, writer->id);
    if (rc != SQLITE_OK) {
        status = db_error_sqlite(err, move->to, db_writer_handle(&new), rc, "moving to it");
        db_writer_close(&new);
        unlink(move->to);
        return status;
    }
    db_writer_close(writer);
    *writer = new;
    free(move->store->path);
    move->store->path = move->to;
    return DB_OK;
}

DbStatus db_store_move(DbStore *store, const char *to, DbError *err)
{
    if (!to || !to[0])
        return db_error(err, DB_ERR_ARGUMENT, "the new file needs a name");
    DbError own = {0};
    DbJob *job = db_job_new(apply_move, 0, sizeof(Move), 0, &own);
    char *copy = strdup(to);
    if (!job || !copy) {
        free(job);
        free(copy);
        return db_error(err, DB_ERR_NOMEM, "%s: out of memory while moving to it", to);
    }
    *(Move *)job->payload = (Move){store, copy};
    const DbStatus status = db_queue_call_ahead(&store->queue, job, err);
    if (status != DB_OK)
        free(copy);
    return status;
}
