/* Inside the store only: SQLite handles, prepared statements, and the two-way mapping of numbers.
 * A handle is used by one thread only, so none of them has SQLite's own mutex. */
#ifndef DB_SQLITE_H
#define DB_SQLITE_H

#include "db_error.h"
#include <sqlite3.h>
#include <stdint.h>

typedef enum DbAccess {
    DB_ACCESS_READ,      /* read-only */
    DB_ACCESS_WRITE,     /* an existing file */
    DB_ACCESS_CREATE,    /* made where missing */
    DB_ACCESS_TEMPORARY, /* a database of its own that goes when it is closed; `path` only names the
                            file it is about */
    DB_ACCESS_IMMUTABLE, /* read-only; no locks, no side files: nobody may be writing */
} DbAccess;

/* Opens `path` and settles what every handle of ours has in common: time-out, no double-quoted
 * strings, no trust in SQL that a file brings along, extended result codes. On failure *out is
 * NULL. */
DbStatus db_sqlite_open(
    const char *path, DbAccess access, int busy_ms, sqlite3 **out, DbError *err);

/* Runs statements without results; SQLite's code. */
int db_sqlite_run(sqlite3 *db, const char *sql);

/* The one integer that `sql` gives; SQLITE_OK, or SQLite's code. */
int db_sqlite_integer(sqlite3 *db, const char *sql, int64_t *value);

/* A table of prepared statements, indexed by an enum: sql[i] is statement[i]. */
typedef struct DbStatements {
    sqlite3 *db;
    sqlite3_stmt **prepared;
    size_t count;
} DbStatements;

/* Prepares all of them. On failure frees what there is; SQLite's code. */
int db_statements_prepare(
    DbStatements *statements, sqlite3 *db, const char *const *sql, size_t count);
void db_statements_free(DbStatements *statements);

/* uint64 columns hold the same 64 bits as a signed integer. */
void db_bind_u64(sqlite3_stmt *statement, int index, uint64_t value);
uint64_t db_column_u64(sqlite3_stmt *statement, int column);

/* NULL for NaN, both ways. */
void db_bind_number(sqlite3_stmt *statement, int index, double value);
double db_column_number(sqlite3_stmt *statement, int column);

/* NULL for NULL. The text must outlive the step. */
void db_bind_text(sqlite3_stmt *statement, int index, const char *text);

/* A malloc'd copy, cut at a NUL inside; NULL for NULL, or with *failed set where memory is short.
 */
char *db_column_text(sqlite3_stmt *statement, int column, bool *failed);

/* Steps a statement that gives no rows, and resets it. SQLITE_DONE becomes SQLITE_OK. */
int db_step_done(sqlite3_stmt *statement);

#endif
