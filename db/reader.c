#include "db_reader.h"
#include "db_schema.h"
#include "db_sniff.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUSY_MS = 5000 };

/* As db_read_runs expects them; `used` and `experiment` are those columns, or NULL for lists that
 * need not carry them. */
#define RUN_COLUMNS(used, experiment)                                                              \
    "SELECT runs.id, created, changed, name, data, model, coalesce(schedule, ''), " used           \
    ", " experiment ", status, message, engine_version, machine, seed_weights, seed_data,"         \
    " seed_noise, loss_hash, cycles, compute_cycles, femtojoules, steps, steps_total,"             \
    " steps_per_epoch, train_loss, test_loss, test_accuracy, best_test_accuracy,"                  \
    " simulated_seconds, wall_seconds, uuid, note,"                                                \
    " (SELECT group_concat(tag, char(10)) FROM (SELECT tag FROM tags WHERE tags.run = runs.id"     \
    " ORDER BY tag)), archived, deleted, pin, colour, parent_uuid,"                                \
    " (SELECT id FROM runs AS parents WHERE parents.uuid = runs.parent_uuid), fork_step,"          \
    " group_id, replica FROM runs LEFT JOIN run_texts ON run_texts.run = runs.id "
#define ALL_COLUMNS RUN_COLUMNS("schedule_used", "experiment")
#define LIST_COLUMNS RUN_COLUMNS("NULL", "NULL")

#define FACET(column)                                                                              \
    "SELECT " column ", count(*) FROM runs WHERE deleted IS NULL GROUP BY 1 ORDER BY 2 DESC, 1"

static const char *const read_sql[DB_READ_COUNT] = {
    [DB_READ_RUNS] = ALL_COLUMNS "WHERE deleted IS NULL ORDER BY created DESC, runs.id DESC",
    [DB_READ_RUN] = ALL_COLUMNS "WHERE runs.id = ?1",
    [DB_READ_ROW] = LIST_COLUMNS "WHERE runs.id = ?1",
    [DB_READ_FAMILY] =
        "WITH RECURSIVE family (uuid, parent) AS ("
        "SELECT uuid, parent_uuid FROM runs WHERE id = ?1 UNION "
        "SELECT runs.uuid, runs.parent_uuid FROM family JOIN runs ON runs.uuid = family.parent"
        " OR runs.parent_uuid = family.uuid OR runs.parent_uuid = family.parent) " LIST_COLUMNS
        "WHERE uuid IN (SELECT uuid FROM family) AND deleted IS NULL ORDER BY created, runs.id",
    [DB_READ_METRICS] = "SELECT step, loss, accuracy, cycles, femtojoules, wall_seconds "
                        "FROM metrics WHERE run = ?1 AND step >= ?2 ORDER BY step",
    [DB_READ_EVALS] =
        "SELECT step, loss, accuracy, wall_seconds FROM evals WHERE run = ?1 ORDER BY step",
    [DB_READ_EVENTS] = "SELECT step, kind, detail FROM events WHERE run = ?1 ORDER BY id",
    [DB_READ_STATISTICS] =
        "SELECT step, layer, slot, r, epsilon, high, sqnr_db, flushed, saturated, spread "
        "FROM statistics WHERE run = ?1 AND step BETWEEN ?2 AND ?3 ORDER BY step, layer, slot",
    [DB_READ_CHECKPOINTS] =
        "SELECT step, created, kind, size FROM checkpoints WHERE run = ?1 ORDER BY step",
    [DB_READ_CHECKPOINT] = "SELECT step, size, checksum, body FROM checkpoints "
                           "WHERE run = ?1 AND step <= ?2 ORDER BY step DESC LIMIT 1",
    [DB_READ_MOMENTS] =
        "SELECT evals.step, evals.loss, evals.accuracy, evals.wall_seconds, cycles, femtojoules "
        "FROM evals LEFT JOIN metrics ON metrics.run = evals.run AND metrics.step = evals.step - 1 "
        "WHERE evals.run = ?1 ORDER BY evals.step",
    [DB_READ_GROUPS] = "SELECT id, created, uuid, name, kind, detail, (SELECT count(*) FROM runs"
                       " WHERE group_id = groups.id AND deleted IS NULL) "
                       "FROM groups ORDER BY created DESC, id DESC",
    [DB_READ_PRESETS] = "SELECT kind, name, body, source, changed FROM presets "
                        "WHERE ?1 IS NULL OR kind = ?1 ORDER BY kind, name",
    [DB_READ_FACET_DATA] = FACET("data"),
    [DB_READ_FACET_MODEL] = FACET("model"),
    [DB_READ_FACET_STATUS] = FACET("status"),
    [DB_READ_FACET_TAG] = "SELECT tag, count(*) FROM tags JOIN runs ON runs.id = tags.run "
                          "WHERE deleted IS NULL GROUP BY 1 ORDER BY 2 DESC, 1",
    [DB_READ_DATA_VERSION] = "PRAGMA data_version",
    [DB_READ_SPARK_SPAN] = "SELECT min(step), max(step) FROM metrics WHERE run = ?1",
    [DB_READ_SPARK_TRAIN] = "SELECT avg(accuracy) FROM metrics WHERE run = ?1 "
                            "GROUP BY (step - ?2) * ?3 / (?4 - ?2 + 1) ORDER BY min(step)",
};

/* ---- opening ----------------------------------------------------------------------------- */

static bool is_denied(int rc)
{
    return (rc & 0xff) == SQLITE_CANTOPEN || (rc & 0xff) == SQLITE_READONLY;
}

static bool has_log(const char *path)
{
    char *log = sqlite3_mprintf("%s-wal", path);
    const bool has = !log || access(log, F_OK) == 0;
    sqlite3_free(log);
    return has;
}

/* A folder that cannot be written has no place for the log's side files. When there is no log to
 * be read, nobody is writing either, and the file is read as it is. */
static DbStatus open_unwritable(const char *path, sqlite3 **db, DbError *err)
{
    if (has_log(path))
        return db_error(err, DB_ERR_IO,
            "%s: its log (-wal) cannot be read because the folder cannot be written; expected a "
            "copy of both in a folder that can",
            path);
    sqlite3_close(*db);
    return db_sqlite_open(path, DB_ACCESS_IMMUTABLE, BUSY_MS, db, err);
}

/* Replaces *db by a private, temporary copy of this version. */
static DbStatus upgrade_copy(const char *path, sqlite3 **db, DbError *err)
{
    sqlite3 *copy;
    DbStatus status = db_sqlite_open(path, DB_ACCESS_TEMPORARY, BUSY_MS, &copy, err);
    if (status != DB_OK)
        return status;
    int rc = SQLITE_NOMEM;
    sqlite3_backup *backup = sqlite3_backup_init(copy, "main", *db, "main");
    if (backup) {
        rc = sqlite3_backup_step(backup, -1);
        sqlite3_backup_finish(backup);
    }
    if (rc != SQLITE_DONE)
        status = db_error_sqlite(err, path, NULL, rc, "copying it to read an older version");
    else
        status = db_schema_climb(copy, path, err);
    sqlite3_close(*db);
    *db = copy;
    return status;
}

/* A read-only handle makes the log's files but may not remove them. A handle that could write
 * does so by closing, when it is the last one; there is nothing in the log that it would move. */
static void tidy_up(const char *path)
{
    sqlite3 *db;
    int64_t number;
    if (db_sniff_log(path) || db_sqlite_open(path, DB_ACCESS_WRITE, 0, &db, NULL) != DB_OK)
        return;
    db_sqlite_integer(db, "PRAGMA schema_version", &number);
    sqlite3_close(db);
}

void db_reader_drop(const char *path, sqlite3 *db, bool tidy)
{
    sqlite3_close(db);
    if (tidy && has_log(path))
        tidy_up(path);
}

DbStatus db_reader_raw(const char *path, sqlite3 **out, bool *tidy, DbError *err)
{
    *tidy = !has_log(path);
    const DbStatus status = db_sqlite_open(path, DB_ACCESS_READ, BUSY_MS, out, err);
    if (status != DB_OK)
        return status;
    int64_t number;
    if (is_denied(db_sqlite_integer(*out, "PRAGMA schema_version", &number)))
        return open_unwritable(path, out, err);
    return DB_OK;
}

DbStatus db_reader_plain(
    const char *path, sqlite3 **out, uint32_t *version, bool *tidy, DbError *err)
{
    *out = NULL;
    *tidy = false;
    DbFileKind kind;
    DbStatus status = db_sniff(path, &kind, err);
    if (status != DB_OK)
        return status;
    if (kind == DB_FILE_MISSING)
        return db_error(err, DB_ERR_IO, "%s: there is no such file", path);
    status = db_reader_raw(path, out, tidy, err);
    if (status == DB_OK)
        status = db_schema_check(*out, path, version, err);
    if (status != DB_OK) {
        db_reader_drop(path, *out, *tidy);
        *out = NULL;
    }
    return status;
}

DbStatus db_reader_handle(const char *path, sqlite3 **out, bool *tidy, DbError *err)
{
    uint32_t version;
    DbStatus status = db_reader_plain(path, out, &version, tidy, err);
    if (status == DB_OK && version < DB_SCHEMA_VERSION)
        status = upgrade_copy(path, out, err);
    if (status != DB_OK) {
        db_reader_drop(path, *out, *tidy);
        *out = NULL;
    }
    return status;
}

DbStatus db_reader_open(const char *path, DbReader **out, DbError *err)
{
    *out = NULL;
    if (!path || !path[0])
        return db_error(err, DB_ERR_ARGUMENT, "the store needs a file name");
    DbReader *reader = calloc(1, sizeof *reader);
    if (!reader || !(reader->path = strdup(path))) {
        free(reader);
        return db_error(err, DB_ERR_NOMEM, "%s: out of memory while opening it", path);
    }
    DbStatus status = db_reader_handle(path, &reader->db, &reader->tidy, err);
    if (status == DB_OK) {
        const int rc =
            db_statements_prepare(&reader->statements, reader->db, read_sql, DB_READ_COUNT);
        if (rc != SQLITE_OK)
            status = db_error_sqlite(err, path, reader->db, rc, "opening it");
    }
    if (status == DB_OK)
        status = db_find_prepare(reader, err);
    bool changed; /* what is there now is no change */
    if (status == DB_OK)
        status = db_reader_changed(reader, &changed, err);
    if (status != DB_OK) {
        db_reader_close(reader);
        return status;
    }
    *out = reader;
    return DB_OK;
}

void db_reader_close(DbReader *reader)
{
    if (!reader)
        return;
    db_statements_free(&reader->statements);
    if (reader->db)
        db_reader_drop(reader->path, reader->db, reader->tidy);
    free(reader->scratch.bytes);
    free(reader->path);
    free(reader);
}

/* ---- helpers of every read --------------------------------------------------------------- */

sqlite3_stmt *db_reader_statement(DbReader *reader, DbReadStatement which, int64_t run)
{
    sqlite3_stmt *statement = reader->statements.prepared[which];
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    if (run != 0)
        sqlite3_bind_int64(statement, 1, run);
    return statement;
}

DbStatus db_reader_end(
    DbReader *reader, sqlite3_stmt *statement, int rc, const char *doing, DbError *err)
{
    DbStatus status = DB_OK;
    if (rc != SQLITE_DONE)
        status = db_error_sqlite(err, reader->path, reader->db, rc, doing);
    sqlite3_reset(statement);
    return status;
}

static bool grow(DbRows *rows, size_t size)
{
    if (rows->count < rows->capacity)
        return true;
    const size_t more = rows->capacity ? rows->capacity * 2 : 16;
    if (more < rows->capacity || more > SIZE_MAX / size)
        return false;
    void *grown = realloc(rows->rows, more * size);
    if (!grown)
        return false;
    rows->rows = grown;
    rows->capacity = more;
    return true;
}

DbStatus db_read_rows(
    DbReader *reader, sqlite3_stmt *statement, const DbRowKind *kind, DbRows *out, DbError *err)
{
    int rc;
    while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
        if (!grow(out, kind->size)) {
            rc = SQLITE_NOMEM;
            break;
        }
        rc = kind->read(statement, (char *)out->rows + out->count * kind->size);
        out->count++; /* even if half read: it is cleared then */
        if (rc != SQLITE_ROW)
            break;
    }
    const DbStatus status = db_reader_end(reader, statement, rc, kind->doing, err);
    if (status != DB_OK)
        db_rows_clear(out, kind);
    return status;
}

void db_rows_clear(DbRows *rows, const DbRowKind *kind)
{
    for (size_t i = 0; kind->clear && i < rows->count; i++)
        kind->clear((char *)rows->rows + i * kind->size);
    free(rows->rows);
    *rows = (DbRows){0};
}

uint32_t db_column_u32(sqlite3_stmt *statement, int column, bool *bad)
{
    const int64_t value = sqlite3_column_int64(statement, column);
    if (value < 0 || value > UINT32_MAX) {
        *bad = true;
        return 0;
    }
    return (uint32_t)value;
}

int db_row_code(bool short_memory, bool bad)
{
    return short_memory ? SQLITE_NOMEM : bad ? SQLITE_CORRUPT : SQLITE_ROW;
}

/* ---- rows of a run ----------------------------------------------------------------------- */

static int read_metric(sqlite3_stmt *row, void *element)
{
    bool bad = false;
    *(DbMetric *)element = (DbMetric){
        .step = db_column_u32(row, 0, &bad),
        .loss = (float)db_column_number(row, 1),
        .accuracy = (float)db_column_number(row, 2),
        .cycles = db_column_u64(row, 3),
        .femtojoules = db_column_u64(row, 4),
        .wall_seconds = db_column_number(row, 5),
    };
    return db_row_code(false, bad);
}

DbStatus db_reader_metrics_from(
    DbReader *reader, int64_t id, uint32_t from, DbMetric **rows, size_t *count, DbError *err)
{
    static const DbRowKind kind = {sizeof(DbMetric), read_metric, NULL, "reading metrics"};
    sqlite3_stmt *row = db_reader_statement(reader, DB_READ_METRICS, id);
    sqlite3_bind_int64(row, 2, from);
    DbRows list = {0};
    const DbStatus status = db_read_rows(reader, row, &kind, &list, err);
    *rows = list.rows;
    *count = list.count;
    return status;
}

DbStatus db_reader_metrics(
    DbReader *reader, int64_t id, DbMetric **rows, size_t *count, DbError *err)
{
    return db_reader_metrics_from(reader, id, 0, rows, count, err);
}

static int read_eval(sqlite3_stmt *row, void *element)
{
    bool bad = false;
    *(DbEval *)element = (DbEval){
        .step = db_column_u32(row, 0, &bad),
        .loss = (float)db_column_number(row, 1),
        .accuracy = (float)db_column_number(row, 2),
        .wall_seconds = db_column_number(row, 3),
    };
    return db_row_code(false, bad);
}

DbStatus db_reader_evals(DbReader *reader, int64_t id, DbEval **rows, size_t *count, DbError *err)
{
    static const DbRowKind kind = {sizeof(DbEval), read_eval, NULL, "reading evaluations"};
    DbRows list = {0};
    const DbStatus status =
        db_read_rows(reader, db_reader_statement(reader, DB_READ_EVALS, id), &kind, &list, err);
    *rows = list.rows;
    *count = list.count;
    return status;
}

static int read_event(sqlite3_stmt *row, void *element)
{
    bool failed = false, bad = false;
    *(DbEventRow *)element = (DbEventRow){
        .step = db_column_u32(row, 0, &bad),
        .kind = db_column_text(row, 1, &failed),
        .detail = db_column_text(row, 2, &failed),
    };
    return db_row_code(failed, bad);
}

static void clear_event(void *element)
{
    DbEventRow *event = element;
    free(event->kind);
    free(event->detail);
}

static const DbRowKind event_kind = {sizeof(DbEventRow), read_event, clear_event, "reading events"};

DbStatus db_reader_events(
    DbReader *reader, int64_t id, DbEventRow **rows, size_t *count, DbError *err)
{
    DbRows list = {0};
    const DbStatus status = db_read_rows(
        reader, db_reader_statement(reader, DB_READ_EVENTS, id), &event_kind, &list, err);
    *rows = list.rows;
    *count = list.count;
    return status;
}

void db_events_free(DbEventRow *rows, size_t count)
{
    db_rows_clear(&(DbRows){.rows = rows, .count = count}, &event_kind);
}

DbStatus db_reader_changed(DbReader *reader, bool *changed, DbError *err)
{
    sqlite3_stmt *row = db_reader_statement(reader, DB_READ_DATA_VERSION, 0);
    const int rc = sqlite3_step(row);
    const int64_t version = sqlite3_column_int64(row, 0);
    *changed = version != reader->data_version;
    reader->data_version = version;
    return db_reader_end(
        reader, row, rc == SQLITE_ROW ? SQLITE_DONE : rc, "looking for changes", err);
}

/* ---- sparkline --------------------------------------------------------------------------- */

/* Keeps at most `max` of the evaluations, evenly, the first and the last among them; those that
 * gave no accuracy are left out. */
static size_t thin_evals(DbEval *rows, size_t count, float *points, size_t max)
{
    size_t known = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isnan(rows[i].accuracy))
            rows[known++].accuracy = rows[i].accuracy;
    }
    const size_t n = known < max ? known : max;
    for (size_t i = 0; i < n; i++)
        points[i] = rows[n == 1 ? known - 1 : i * (known - 1) / (n - 1)].accuracy;
    return n;
}

/* The training accuracy as means over at most `max` equal spans of steps. */
static DbStatus spark_train(
    DbReader *reader, int64_t id, float *points, size_t max, size_t *count, DbError *err)
{
    sqlite3_stmt *span = db_reader_statement(reader, DB_READ_SPARK_SPAN, id);
    int rc = sqlite3_step(span);
    const bool any = rc == SQLITE_ROW && sqlite3_column_type(span, 0) != SQLITE_NULL;
    const int64_t first = sqlite3_column_int64(span, 0), last = sqlite3_column_int64(span, 1);
    const DbStatus status =
        db_reader_end(reader, span, rc == SQLITE_ROW ? SQLITE_DONE : rc, "reading metrics", err);
    if (status != DB_OK || !any)
        return status;
    sqlite3_stmt *row = db_reader_statement(reader, DB_READ_SPARK_TRAIN, id);
    sqlite3_bind_int64(row, 2, first);
    sqlite3_bind_int64(row, 3, (int64_t)max);
    sqlite3_bind_int64(row, 4, last);
    while ((rc = sqlite3_step(row)) == SQLITE_ROW && *count < max) {
        const float point = (float)db_column_number(row, 0);
        if (!isnan(point))
            points[(*count)++] = point;
    }
    return db_reader_end(reader, row, rc == SQLITE_ROW ? SQLITE_DONE : rc, "reading metrics", err);
}

DbStatus db_reader_sparkline(
    DbReader *reader, int64_t id, float *points, size_t max, size_t *count, DbError *err)
{
    *count = 0;
    if (max == 0)
        return DB_OK;
    DbEval *rows;
    size_t n;
    const DbStatus status = db_reader_evals(reader, id, &rows, &n, err);
    if (status != DB_OK)
        return status;
    *count = thin_evals(rows, n, points, max);
    free(rows);
    return *count > 0 ? DB_OK : spark_train(reader, id, points, max, count, err);
}
