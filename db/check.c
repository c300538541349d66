/* Looking for damage. */
#include "db_maintain.h"
#include "db_reader.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MOST = 100 };

typedef struct Check {
    const char *path;
    sqlite3 *db;
    DbFindingFn finding;
    void *ctx;
    size_t count;
} Check;

static void tell(Check *check, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void tell(Check *check, const char *format, ...)
{
    if (check->count++ >= MOST || !check->finding)
        return;
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    check->finding(check->ctx, text);
}

/* Calls `row` for every row that the SQL gives; where the file does not let it, that is a finding.
 */
static void each_row(Check *check, const char *sql, const char *what,
    void (*row)(Check *check, sqlite3_stmt *statement))
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(check->db, sql, -1, &statement, NULL);
    while (rc == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
        row(check, statement);
    const int end = sqlite3_finalize(statement);
    rc = rc == SQLITE_OK ? end : rc;
    if (rc != SQLITE_OK)
        tell(check, "%s cannot be read to the end: %s", what, sqlite3_errmsg(check->db));
}

static void page_row(Check *check, sqlite3_stmt *row)
{
    const char *text = (const char *)sqlite3_column_text(row, 0);
    if (text && strcmp(text, "ok") != 0)
        tell(check, "%s", text);
}

static void reference_row(Check *check, sqlite3_stmt *row)
{
    const char *table = (const char *)sqlite3_column_text(row, 0);
    const char *parent = (const char *)sqlite3_column_text(row, 1);
    tell(check, "%s: %lld rows refer to a row of %s that is not there", table ? table : "?",
        (long long)sqlite3_column_int64(row, 2), parent ? parent : "?");
}

static void texts_row(Check *check, sqlite3_stmt *row)
{
    tell(check, "run %lld has no schedule", (long long)sqlite3_column_int64(row, 0));
}

static void checkpoint_row(Check *check, sqlite3_stmt *row)
{
    if (!db_checkpoint_is_whole(row, 2))
        tell(check, "the checkpoint of run %lld at step %lld does not fit its checksum",
            (long long)sqlite3_column_int64(row, 0), (long long)sqlite3_column_int64(row, 1));
}

DbStatus db_check(const char *path, DbFindingFn finding, void *ctx, size_t *count, DbError *err)
{
    Check check = {.path = path, .finding = finding, .ctx = ctx};
    uint32_t version;
    bool tidy;
    DbError found = {0};
    *count = 0;
    const DbStatus status = db_reader_plain(path, &check.db, &version, &tidy, &found);
    if (status == DB_ERR_DAMAGED) { /* that is an answer, too */
        tell(&check, "%s", found.text);
        *count = check.count;
        return DB_OK;
    }
    if (status != DB_OK) {
        if (err)
            *err = found;
        return status;
    }
    each_row(&check, "PRAGMA integrity_check(100)", "the file", page_row);
    each_row(&check,
        "SELECT \"table\", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2",
        "its references", reference_row);
    if (version >= 1)
        each_row(&check, "SELECT id FROM runs WHERE id NOT IN (SELECT run FROM run_texts)", "runs",
            texts_row);
    if (version >= 2)
        each_row(&check, "SELECT run, step, size, checksum, body FROM checkpoints", "checkpoints",
            checkpoint_row);
    db_reader_drop(path, check.db, tidy);
    *count = check.count;
    return DB_OK;
}
