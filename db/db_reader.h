/* Inside the store only: what a reader is, and the statements it keeps. */
#ifndef DB_READER_H
#define DB_READER_H

#include "db_sqlite.h"

typedef enum DbReadStatement {
    DB_READ_RUNS,
    DB_READ_RUN,
    DB_READ_METRICS,
    DB_READ_EVALS,
    DB_READ_EVENTS,
    DB_READ_SPARK_SPAN,
    DB_READ_SPARK_TRAIN,
    DB_READ_COUNT
} DbReadStatement;

struct DbReader {
    sqlite3 *db;
    char *path;
    bool tidy; /* no log was there before: leave none behind */
    DbStatements statements;
};

/* Opens a file for reading as db_reader_open says. *tidy is for db_reader_drop. */
DbStatus db_reader_handle(const char *path, sqlite3 **out, bool *tidy, DbError *err);

/* Closes a handle of db_reader_handle; NULL is fine. */
void db_reader_drop(const char *path, sqlite3 *db, bool tidy);

/* The prepared statement with `run` bound as its first value (0: none). */
sqlite3_stmt *db_reader_statement(DbReader *reader, DbReadStatement which, int64_t run);

/* Ends a loop over rows: resets the statement; `rc` other than SQLITE_DONE becomes a sentence. */
DbStatus db_reader_end(
    DbReader *reader, sqlite3_stmt *statement, int rc, const char *doing, DbError *err);

/* Makes room for one more element of `size` bytes; false where memory is short. */
bool db_grow(void **rows, size_t *capacity, size_t count, size_t size);

/* A column that holds a step or a number of steps; sets *bad where it is none. */
uint32_t db_column_u32(sqlite3_stmt *statement, int column, bool *bad);

#endif
