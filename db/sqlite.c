#include "db_sqlite.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* SQLite may read names like "file:x?y" and ":memory:" in its own way; "./" before them stops
 * that. The URI of an immutable file has its special characters as %XX. Caller frees. */
static char *sqlite_name(const char *path, DbAccess access)
{
    if (access == DB_ACCESS_TEMPORARY)
        return sqlite3_mprintf("");
    if (access != DB_ACCESS_IMMUTABLE)
        return sqlite3_mprintf("%s%s", path[0] == '/' ? "" : "./", path);
    sqlite3_str *uri = sqlite3_str_new(NULL);
    sqlite3_str_appendall(uri, path[0] == '/' ? "file://" : "file:./");
    for (const char *at = path; *at; at++) {
        if (strchr("%?#", *at))
            sqlite3_str_appendf(uri, "%%%02x", (unsigned)(unsigned char)*at);
        else
            sqlite3_str_appendchar(uri, 1, *at);
    }
    sqlite3_str_appendall(uri, "?immutable=1");
    return sqlite3_str_finish(uri);
}

static int open_flags(DbAccess access)
{
    switch (access) {
    case DB_ACCESS_READ:
        return SQLITE_OPEN_READONLY;
    case DB_ACCESS_WRITE:
        return SQLITE_OPEN_READWRITE;
    case DB_ACCESS_CREATE:
    case DB_ACCESS_TEMPORARY:
        return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    default:
        return SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
    }
}

DbStatus db_sqlite_open(const char *path, DbAccess access, int busy_ms, sqlite3 **out, DbError *err)
{
    *out = NULL;
    char *name = sqlite_name(path, access);
    if (!name)
        return db_error(err, DB_ERR_NOMEM, "%s: out of memory while opening it", path);
    sqlite3 *db = NULL;
    int rc = sqlite3_open_v2(name, &db, open_flags(access) | SQLITE_OPEN_NOMUTEX, NULL);
    sqlite3_free(name);
    if (rc == SQLITE_OK) {
        sqlite3_extended_result_codes(db, 1);
        sqlite3_busy_timeout(db, busy_ms);
        sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
        sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
        sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
        rc = db_sqlite_run(db, "PRAGMA cell_size_check = ON");
    }
    if (rc != SQLITE_OK) {
        const DbStatus code = db_error_sqlite(err, path, db, rc, "opening it");
        sqlite3_close(db);
        return code;
    }
    *out = db;
    return DB_OK;
}

int db_sqlite_run(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

int db_sqlite_integer(sqlite3 *db, const char *sql, int64_t *value)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (rc != SQLITE_OK)
        return rc;
    rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW)
        *value = sqlite3_column_int64(statement, 0);
    const int end = sqlite3_finalize(statement);
    if (rc == SQLITE_ROW)
        return SQLITE_OK;
    return end == SQLITE_OK ? SQLITE_CORRUPT : end;
}

int db_statements_prepare(
    DbStatements *statements, sqlite3 *db, const char *const *sql, size_t count)
{
    *statements = (DbStatements){.db = db, .prepared = calloc(count, sizeof(sqlite3_stmt *))};
    if (!statements->prepared)
        return SQLITE_NOMEM;
    statements->count = count;
    for (size_t i = 0; i < count; i++) {
        const int rc = sqlite3_prepare_v3(
            db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &statements->prepared[i], NULL);
        if (rc != SQLITE_OK) {
            db_statements_free(statements);
            return rc;
        }
    }
    return SQLITE_OK;
}

void db_statements_free(DbStatements *statements)
{
    for (size_t i = 0; i < statements->count; i++)
        sqlite3_finalize(statements->prepared[i]);
    free(statements->prepared);
    *statements = (DbStatements){0};
}

void db_bind_u64(sqlite3_stmt *statement, int index, uint64_t value)
{
    int64_t bits;
    memcpy(&bits, &value, sizeof bits);
    sqlite3_bind_int64(statement, index, bits);
}

uint64_t db_column_u64(sqlite3_stmt *statement, int column)
{
    return (uint64_t)sqlite3_column_int64(statement, column);
}

void db_bind_number(sqlite3_stmt *statement, int index, double value)
{
    if (isnan(value))
        sqlite3_bind_null(statement, index);
    else
        sqlite3_bind_double(statement, index, value);
}

double db_column_number(sqlite3_stmt *statement, int column)
{
    if (sqlite3_column_type(statement, column) == SQLITE_NULL)
        return NAN;
    return sqlite3_column_double(statement, column);
}

void db_bind_text(sqlite3_stmt *statement, int index, const char *text)
{
    if (text)
        sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
    else
        sqlite3_bind_null(statement, index);
}

char *db_column_text(sqlite3_stmt *statement, int column, bool *failed)
{
    if (sqlite3_column_type(statement, column) == SQLITE_NULL)
        return NULL;
    const char *text = (const char *)sqlite3_column_text(statement, column);
    char *copy = text ? strdup(text) : NULL;
    if (!copy)
        *failed = true;
    return copy;
}

int db_step_done(sqlite3_stmt *statement)
{
    const int rc = sqlite3_step(statement);
    sqlite3_reset(statement);
    return rc == SQLITE_DONE || rc == SQLITE_ROW ? SQLITE_OK : rc;
}
