/* Rows of the table of runs, as structs. */
#include "db_library.h"
#include "db_reader.h"
#include <inttypes.h>
#include <stdlib.h>

static uint64_t hash_value(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return text ? strtoull(text, NULL, 16) : 0;
}

static void clear_run(void *element)
{
    const DbRun *run = element;
    char *const texts[] = {run->name, run->data, run->model, run->schedule, run->schedule_used,
        run->experiment, run->status, run->message, run->engine_version, run->machine, run->uuid,
        run->note, run->tags, run->parent_uuid};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        free(texts[i]);
}

/* -1 where it is NULL. */
static int64_t place(sqlite3_stmt *row, int column)
{
    return sqlite3_column_type(row, column) == SQLITE_NULL ? -1 : sqlite3_column_int64(row, column);
}

/* Reads one row of the columns that reader.c lists; SQLITE_ROW, or what is wrong. */
static int read_run(sqlite3_stmt *row, void *element)
{
    bool failed = false, bad = false;
    *(DbRun *)element = (DbRun){
        .id = sqlite3_column_int64(row, 0),
        .created = sqlite3_column_int64(row, 1),
        .changed = sqlite3_column_int64(row, 2),
        .name = db_column_text(row, 3, &failed),
        .data = db_column_text(row, 4, &failed),
        .model = db_column_text(row, 5, &failed),
        .schedule = db_column_text(row, 6, &failed),
        .schedule_used = db_column_text(row, 7, &failed),
        .experiment = db_column_text(row, 8, &failed),
        .status = db_column_text(row, 9, &failed),
        .message = db_column_text(row, 10, &failed),
        .engine_version = db_column_text(row, 11, &failed),
        .machine = db_column_text(row, 12, &failed),
        .seed_weights = db_column_u64(row, 13),
        .seed_data = db_column_u64(row, 14),
        .seed_noise = db_column_u64(row, 15),
        .loss_hash = hash_value(row, 16),
        .cycles = db_column_u64(row, 17),
        .compute_cycles = db_column_u64(row, 18),
        .femtojoules = db_column_u64(row, 19),
        .steps = db_column_u32(row, 20, &bad),
        .steps_total = db_column_u32(row, 21, &bad),
        .steps_per_epoch = db_column_u32(row, 22, &bad),
        .train_loss = (float)db_column_number(row, 23),
        .test_loss = (float)db_column_number(row, 24),
        .test_accuracy = (float)db_column_number(row, 25),
        .best_test_accuracy = (float)db_column_number(row, 26),
        .simulated_seconds = db_column_number(row, 27),
        .wall_seconds = db_column_number(row, 28),
        .uuid = db_column_text(row, 29, &failed),
        .note = db_column_text(row, 30, &failed),
        .tags = db_column_text(row, 31, &failed),
        .archived = sqlite3_column_int64(row, 32) != 0,
        .deleted = sqlite3_column_int64(row, 33),
        .pin = place(row, 34),
        .colour = place(row, 35),
        .parent_uuid = db_column_text(row, 36, &failed),
        .parent = sqlite3_column_int64(row, 37),
        .fork_step = db_column_u32(row, 38, &bad),
        .group = sqlite3_column_int64(row, 39),
        .replica = db_column_u32(row, 40, &bad),
    };
    return db_row_code(failed, bad);
}

static const DbRowKind run_kind = {sizeof(DbRun), read_run, clear_run, "reading its runs"};

static DbStatus read_runs(DbReader *reader, sqlite3_stmt *row, DbRunList *out, DbError *err)
{
    DbRows list = {0};
    const DbStatus status = db_read_rows(reader, row, &run_kind, &list, err);
    *out = (DbRunList){.runs = list.rows, .count = list.count};
    return status;
}

DbStatus db_reader_rows(
    DbReader *reader, const int64_t *ids, size_t n, DbRunList *out, DbError *err)
{
    DbRows list = {0};
    DbStatus status = DB_OK;
    for (size_t i = 0; i < n && status == DB_OK; i++)
        status = db_read_rows(
            reader, db_reader_statement(reader, DB_READ_ROW, ids[i]), &run_kind, &list, err);
    *out = (DbRunList){.runs = list.rows, .count = list.count};
    return status;
}

DbStatus db_reader_family(DbReader *reader, int64_t id, DbRunList *out, DbError *err)
{
    return read_runs(reader, db_reader_statement(reader, DB_READ_FAMILY, id), out, err);
}

DbStatus db_reader_runs(DbReader *reader, DbRunList *out, DbError *err)
{
    return read_runs(reader, db_reader_statement(reader, DB_READ_RUNS, 0), out, err);
}

DbStatus db_reader_run(DbReader *reader, int64_t id, DbRunList *out, DbError *err)
{
    const DbStatus status =
        read_runs(reader, db_reader_statement(reader, DB_READ_RUN, id), out, err);
    if (status == DB_OK && out->count == 0)
        return db_error(err, DB_ERR_NOT_FOUND, "%s: there is no run %" PRId64, reader->path, id);
    return status;
}

void db_run_list_free(DbRunList *list)
{
    db_rows_clear(&(DbRows){.rows = list->runs, .count = list->count}, &run_kind);
    *list = (DbRunList){0};
}
