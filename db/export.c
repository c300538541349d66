#include "db_export.h"
#include "db_reader.h"
#include <assert.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a column holds: i integer, u uint64 in a signed integer, f float32, d float64, t text. */
typedef struct Table {
    const char *sql; /* ?1: the run */
    const char *kinds;
} Table;

static const Table tables[DB_TABLE_COUNT] = {
    [DB_TABLE_RUNS] = {"SELECT id AS run, uuid, name, status, created, data, model, steps,"
                       " steps_total, steps_per_epoch, train_loss, test_loss, test_accuracy,"
                       " best_test_accuracy, loss_hash, cycles, compute_cycles, femtojoules,"
                       " simulated_seconds, wall_seconds, seed_weights, seed_data, seed_noise,"
                       " engine_version, machine, note, (SELECT group_concat(tag, ' ') FROM"
                       " (SELECT tag FROM tags WHERE tags.run = runs.id ORDER BY tag)) AS tags,"
                       " parent_uuid, fork_step, message FROM runs WHERE id = ?1",
        "itttittiiifffftuuudduuutttttit"},
    [DB_TABLE_METRICS] = {"SELECT run, step, loss, accuracy, cycles, femtojoules, wall_seconds "
                          "FROM metrics WHERE run = ?1 ORDER BY step",
        "iiffuud"},
    [DB_TABLE_EVALS] = {"SELECT evals.run, evals.step, evals.loss, evals.accuracy, cycles,"
                        " femtojoules, evals.wall_seconds FROM evals LEFT JOIN metrics ON"
                        " metrics.run = evals.run AND metrics.step = evals.step - 1 "
                        "WHERE evals.run = ?1 ORDER BY evals.step",
        "iiffuud"},
    [DB_TABLE_EVENTS] = {"SELECT run, step, kind, detail FROM events WHERE run = ?1 ORDER BY id",
        "iitt"},
    [DB_TABLE_STATISTICS] = {"SELECT run, step, layer, slot, r, epsilon, high, sqnr_db, flushed,"
                             " saturated, spread FROM statistics WHERE run = ?1 "
                             "ORDER BY step, layer, slot",
        "iiiiffiffff"},
};

typedef struct Export {
    sqlite3_str *text; /* the line so far */
    locale_t numbers;  /* "C", whatever the program's is */
} Export;

/* ---- cells ------------------------------------------------------------------------------- */

/* The fewest digits that read back to the same value. */
static void put_number(Export *export, double value, bool narrow)
{
    char text[40];
    if (isinf(value)) {
        sqlite3_str_appendall(export->text, value > 0 ? "inf" : "-inf");
        return;
    }
    const locale_t before = uselocale(export->numbers);
    for (int digits = narrow ? 6 : 15; digits <= (narrow ? 9 : 17); digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (narrow ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value)
            break;
    }
    uselocale(before);
    sqlite3_str_appendall(export->text, text);
}

static void put_text(Export *export, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        sqlite3_str_appendall(export->text, text);
        return;
    }
    sqlite3_str_appendchar(export->text, 1, '"');
    for (; *text; text++)
        sqlite3_str_appendchar(export->text, *text == '"' ? 2 : 1, *text);
    sqlite3_str_appendchar(export->text, 1, '"');
}

static void put_cell(Export *export, sqlite3_stmt *row, int column, char kind)
{
    if (sqlite3_column_type(row, column) == SQLITE_NULL)
        return;
    switch (kind) {
    case 'i':
        sqlite3_str_appendf(export->text, "%lld", (long long)sqlite3_column_int64(row, column));
        break;
    case 'u':
        sqlite3_str_appendf(export->text, "%llu", (unsigned long long)db_column_u64(row, column));
        break;
    case 't':
        put_text(export, (const char *)sqlite3_column_text(row, column));
        break;
    default:
        put_number(export, sqlite3_column_double(row, column), kind == 'f');
        break;
    }
}

/* ---- lines ------------------------------------------------------------------------------- */

/* Hands the line over and begins a new one; SQLITE_ROW, or what is wrong. */
static int hand_over(Export *export, DbLineFn line, void *ctx)
{
    sqlite3_str_appendchar(export->text, 1, '\n');
    if (sqlite3_str_errcode(export->text) != SQLITE_OK)
        return SQLITE_NOMEM;
    const bool more =
        line(ctx, sqlite3_str_value(export->text), (size_t)sqlite3_str_length(export->text));
    sqlite3_str_reset(export->text);
    return more ? SQLITE_ROW : SQLITE_INTERRUPT;
}

static int put_header(
    Export *export, sqlite3_stmt *row, const char *kinds, DbLineFn line, void *ctx)
{
    assert((size_t)sqlite3_column_count(row) == strlen(kinds));
    for (int i = 0; i < sqlite3_column_count(row); i++)
        sqlite3_str_appendf(export->text, "%s%s", i ? "," : "", sqlite3_column_name(row, i));
    return hand_over(export, line, ctx);
}

static int put_run(
    Export *export, sqlite3_stmt *row, const char *kinds, int64_t run, DbLineFn line, void *ctx)
{
    sqlite3_reset(row);
    sqlite3_bind_int64(row, 1, run);
    int rc;
    while ((rc = sqlite3_step(row)) == SQLITE_ROW) {
        for (int i = 0; kinds[i]; i++) {
            if (i > 0)
                sqlite3_str_appendchar(export->text, 1, ',');
            put_cell(export, row, i, kinds[i]);
        }
        rc = hand_over(export, line, ctx);
        if (rc != SQLITE_ROW)
            return rc;
    }
    return rc;
}

static int put_all(Export *export, sqlite3 *db, const Table *table, const int64_t *ids, size_t n,
    DbLineFn line, void *ctx)
{
    sqlite3_stmt *row = NULL;
    int rc = db_sqlite_run(db, "BEGIN");
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(db, table->sql, -1, &row, NULL);
    if (rc == SQLITE_OK)
        rc = put_header(export, row, table->kinds, line, ctx) == SQLITE_ROW ? SQLITE_DONE
                                                                            : SQLITE_INTERRUPT;
    for (size_t i = 0; i < n && rc == SQLITE_DONE; i++)
        rc = put_run(export, row, table->kinds, ids[i], line, ctx);
    sqlite3_finalize(row);
    if (!sqlite3_get_autocommit(db))
        db_sqlite_run(db, "COMMIT");
    return rc;
}

DbStatus db_export_csv(DbReader *reader, DbTable table, const int64_t *ids, size_t n, DbLineFn line,
    void *ctx, DbError *err)
{
    if ((unsigned)table >= DB_TABLE_COUNT)
        return db_error(
            err, DB_ERR_ARGUMENT, "%s: there is no table %d to export", reader->path, (int)table);
    Export export = {
        .text = sqlite3_str_new(reader->db), .numbers = newlocale(LC_ALL_MASK, "C", (locale_t)0)};
    int rc = SQLITE_NOMEM;
    if (export.numbers)
        rc = put_all(&export, reader->db, &tables[table], ids, n, line, ctx);
    if (export.numbers)
        freelocale(export.numbers);
    sqlite3_free(sqlite3_str_finish(export.text));
    if (rc == SQLITE_DONE)
        return DB_OK;
    if (rc == SQLITE_INTERRUPT)
        return db_error(err, DB_ERR_IO, "%s: exporting was stopped", reader->path);
    return db_error_sqlite(err, reader->path, reader->db, rc, "exporting");
}
