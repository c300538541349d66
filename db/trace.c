/* Statistics, checkpoints and costs: writing and reading. */
#include "db_inner.h"
#include "db_reader.h"
#include "db_text.h"
#include "db_trace.h"
#include "db_writer.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- statistics -------------------------------------------------------------------------- */

static DbStatus apply_statistics(DbWriter *writer, DbJob *job, DbError *err)
{
    const DbStatistic *rows = (const void *)job->payload;
    DbStatus status = DB_OK;
    for (size_t i = 0; i < job->rows && status == DB_OK; i++) {
        const DbStatistic *s = &rows[i];
        sqlite3_stmt *row = db_writer_statement(writer, DB_WRITE_STATISTIC);
        sqlite3_bind_int64(row, 1, job->run);
        sqlite3_bind_int64(row, 2, s->step);
        sqlite3_bind_int64(row, 3, s->layer);
        sqlite3_bind_int64(row, 4, s->slot);
        db_bind_number(row, 5, s->r);
        db_bind_number(row, 6, s->epsilon);
        if (s->high >= 0)
            sqlite3_bind_int64(row, 7, s->high);
        db_bind_number(row, 8, s->sqnr_db);
        db_bind_number(row, 9, s->flushed);
        db_bind_number(row, 10, s->saturated);
        db_bind_number(row, 11, s->spread);
        status = db_writer_done(writer, job, row, "storing statistics", err);
    }
    return status;
}

DbStatus db_run_add_statistics(DbStore *store, int64_t id, const DbStatistic *rows, size_t n)
{
    return db_add_rows(store, id, apply_statistics, rows, sizeof *rows, n);
}

static int read_statistic(sqlite3_stmt *row, void *element)
{
    bool bad = false;
    const int64_t layer = sqlite3_column_int64(row, 1), slot = sqlite3_column_int64(row, 2);
    const bool asked = sqlite3_column_type(row, 5) != SQLITE_NULL;
    bad = layer < 0 || layer > UINT16_MAX || slot < 0 || slot > UINT8_MAX;
    *(DbStatistic *)element = (DbStatistic){
        .step = db_column_u32(row, 0, &bad),
        .layer = (uint16_t)layer,
        .slot = (uint8_t)slot,
        .r = (float)db_column_number(row, 3),
        .epsilon = (float)db_column_number(row, 4),
        .high = (int8_t)(!asked ? -1 : sqlite3_column_int64(row, 5) != 0),
        .sqnr_db = (float)db_column_number(row, 6),
        .flushed = (float)db_column_number(row, 7),
        .saturated = (float)db_column_number(row, 8),
        .spread = (float)db_column_number(row, 9),
    };
    return db_row_code(false, bad);
}

DbStatus db_reader_statistics(DbReader *reader, int64_t id, uint32_t from, uint32_t to,
    DbStatistic **rows, size_t *count, DbError *err)
{
    static const DbRowKind kind = {sizeof(DbStatistic), read_statistic, NULL, "reading statistics"};
    sqlite3_stmt *row = db_reader_statement(reader, DB_READ_STATISTICS, id);
    sqlite3_bind_int64(row, 2, from);
    sqlite3_bind_int64(row, 3, to);
    DbRows list = {0};
    const DbStatus status = db_read_rows(reader, row, &kind, &list, err);
    *rows = list.rows;
    *count = list.count;
    return status;
}

/* ---- checkpoints ------------------------------------------------------------------------- */

typedef struct Checkpoint {
    uint32_t step, keep;
    size_t size;
    const char *kind;
    unsigned char bytes[];
} Checkpoint;

/* FNV-1a, 64 bit (Fowler, Noll, Vo), as 16 hexadecimal digits. */
static void checksum(const unsigned char *bytes, size_t size, char text[17])
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    snprintf(text, 17, "%016" PRIx64, hash);
}

static DbStatus apply_checkpoint(DbWriter *writer, DbJob *job, DbError *err)
{
    const Checkpoint *new = (const void *)job->payload;
    char sum[17];
    checksum(new->bytes, new->size, sum);
    sqlite3_stmt *row = db_writer_statement(writer, DB_WRITE_CHECKPOINT);
    sqlite3_bind_int64(row, 1, job->run);
    sqlite3_bind_int64(row, 2, new->step);
    sqlite3_bind_int64(row, 3, (int64_t)time(NULL));
    db_bind_text(row, 4, new->kind);
    sqlite3_bind_int64(row, 5, (int64_t) new->size);
    db_bind_text(row, 6, sum);
    sqlite3_bind_blob64(row, 7, new->bytes, new->size, SQLITE_STATIC);
    const DbStatus status = db_writer_done(writer, job, row, "storing a checkpoint", err);
    if (status != DB_OK || new->keep == 0)
        return status;
    sqlite3_stmt *thin = db_writer_statement(writer, DB_WRITE_CHECKPOINTS_THIN);
    sqlite3_bind_int64(thin, 1, job->run);
    sqlite3_bind_int64(thin, 2, new->keep);
    return db_writer_done(writer, job, thin, "thinning checkpoints", err);
}

DbStatus db_run_add_checkpoint(DbStore *store, int64_t id, const DbNewCheckpoint *checkpoint)
{
    if (!checkpoint->kind || !checkpoint->bytes || checkpoint->size == 0)
        return DB_ERR_ARGUMENT;
    DbError err = {0};
    if (checkpoint->size > SIZE_MAX - sizeof(Checkpoint))
        return DB_ERR_ARGUMENT;
    DbJob *job = db_job_new(apply_checkpoint, id, sizeof(Checkpoint) + checkpoint->size,
        db_text_clean_size(checkpoint->kind), &err);
    if (!job)
        return err.code;
    Checkpoint *copy = (void *)job->payload;
    copy->step = checkpoint->step;
    copy->keep = checkpoint->keep;
    copy->size = checkpoint->size;
    copy->kind = db_job_text(job, checkpoint->kind);
    memcpy(copy->bytes, checkpoint->bytes, checkpoint->size);
    return db_queue_push(&store->queue, job, true, NULL);
}

static int read_checkpoint(sqlite3_stmt *row, void *element)
{
    bool failed = false, bad = false;
    const int64_t size = sqlite3_column_int64(row, 3);
    *(DbCheckpoint *)element = (DbCheckpoint){
        .step = db_column_u32(row, 0, &bad),
        .created = sqlite3_column_int64(row, 1),
        .kind = db_column_text(row, 2, &failed),
        .size = size > 0 ? (size_t)size : 0,
    };
    return db_row_code(failed, bad);
}

static void clear_checkpoint(void *element)
{
    free(((DbCheckpoint *)element)->kind);
}

static const DbRowKind checkpoint_kind = {
    sizeof(DbCheckpoint), read_checkpoint, clear_checkpoint, "reading checkpoints"};

DbStatus db_reader_checkpoints(
    DbReader *reader, int64_t id, DbCheckpoint **rows, size_t *count, DbError *err)
{
    DbRows list = {0};
    const DbStatus status = db_read_rows(
        reader, db_reader_statement(reader, DB_READ_CHECKPOINTS, id), &checkpoint_kind, &list, err);
    *rows = list.rows;
    *count = list.count;
    return status;
}

void db_checkpoints_free(DbCheckpoint *rows, size_t count)
{
    db_rows_clear(&(DbRows){.rows = rows, .count = count}, &checkpoint_kind);
}

bool db_checkpoint_is_whole(sqlite3_stmt *row, int column)
{
    const void *body = sqlite3_column_blob(row, column + 2);
    const int size = sqlite3_column_bytes(row, column + 2);
    const char *wanted = (const char *)sqlite3_column_text(row, column + 1);
    if (!body || !wanted || size != sqlite3_column_int64(row, column))
        return false;
    char sum[17];
    checksum(body, (size_t)size, sum);
    return strcmp(sum, wanted) == 0;
}

static DbStatus take_body(DbReader *reader, int64_t id, sqlite3_stmt *row, uint32_t *found,
    void **bytes, size_t *size, DbError *err)
{
    bool bad = false;
    *found = db_column_u32(row, 0, &bad);
    if (bad || !db_checkpoint_is_whole(row, 1))
        return db_error(err, DB_ERR_DAMAGED,
            "%s: the checkpoint of run %" PRId64 " at step %" PRIu32
            " is damaged; its bytes do not fit its checksum",
            reader->path, id, *found);
    *size = (size_t)sqlite3_column_bytes(row, 3);
    *bytes = malloc(*size);
    if (!*bytes)
        return db_error(err, DB_ERR_NOMEM,
            "%s: out of memory while reading a checkpoint of %zu bytes", reader->path, *size);
    memcpy(*bytes, sqlite3_column_blob(row, 3), *size);
    return DB_OK;
}

DbStatus db_reader_checkpoint(DbReader *reader, int64_t id, uint32_t step, uint32_t *found,
    void **bytes, size_t *size, DbError *err)
{
    *bytes = NULL;
    *size = 0;
    *found = 0;
    sqlite3_stmt *row = db_reader_statement(reader, DB_READ_CHECKPOINT, id);
    sqlite3_bind_int64(row, 2, step);
    const int rc = sqlite3_step(row);
    DbStatus status = DB_OK;
    if (rc == SQLITE_ROW)
        status = take_body(reader, id, row, found, bytes, size, err);
    const DbStatus end = db_reader_end(
        reader, row, rc == SQLITE_ROW ? SQLITE_DONE : rc, "reading a checkpoint", err);
    if (end == DB_OK && rc == SQLITE_DONE)
        return db_error(err, DB_ERR_NOT_FOUND,
            "%s: run %" PRId64 " has no checkpoint of at most %" PRIu32 " steps", reader->path, id,
            step);
    return status != DB_OK ? status : end;
}

/* ---- costs ------------------------------------------------------------------------------- */

static int read_moment(sqlite3_stmt *row, void *element)
{
    bool bad = false;
    *(DbMoment *)element = (DbMoment){
        .step = db_column_u32(row, 0, &bad),
        .loss = (float)db_column_number(row, 1),
        .accuracy = (float)db_column_number(row, 2),
        .wall_seconds = db_column_number(row, 3),
        .cycles = db_column_u64(row, 4),
        .femtojoules = db_column_u64(row, 5),
    };
    return db_row_code(false, bad);
}

DbStatus db_reader_moments(
    DbReader *reader, int64_t id, DbMoment **rows, size_t *count, DbError *err)
{
    static const DbRowKind kind = {sizeof(DbMoment), read_moment, NULL, "reading evaluations"};
    DbRows list = {0};
    const DbStatus status =
        db_read_rows(reader, db_reader_statement(reader, DB_READ_MOMENTS, id), &kind, &list, err);
    *rows = list.rows;
    *count = list.count;
    return status;
}

DbStatus db_reader_reach(
    DbReader *reader, int64_t id, float accuracy, DbMoment *moment, bool *found, DbError *err)
{
    DbMoment *rows;
    size_t n;
    *found = false;
    const DbStatus status = db_reader_moments(reader, id, &rows, &n, err);
    for (size_t i = 0; i < n && !*found; i++) {
        if (rows[i].accuracy >= accuracy) {
            *moment = rows[i];
            *found = true;
        }
    }
    free(rows);
    return status;
}

DbStatus db_reader_best_within(
    DbReader *reader, int64_t id, uint64_t cycles, DbMoment *moment, bool *found, DbError *err)
{
    DbMoment *rows;
    size_t n;
    *found = false;
    const DbStatus status = db_reader_moments(reader, id, &rows, &n, err);
    for (size_t i = 0; i < n; i++) {
        if (rows[i].cycles <= cycles && !isnan(rows[i].accuracy) &&
            (!*found || rows[i].accuracy > moment->accuracy)) {
            *moment = rows[i];
            *found = true;
        }
    }
    free(rows);
    return status;
}
