/* Inside the store only: what a reader is, and the statements it keeps. */
#ifndef DB_READER_H
#define DB_READER_H

#include "db_sqlite.h"

typedef enum DbReadStatement {
    DB_READ_RUNS,
    DB_READ_RUN,
    DB_READ_ROW,
    DB_READ_FAMILY,
    DB_READ_METRICS,
    DB_READ_EVALS,
    DB_READ_EVENTS,
    DB_READ_STATISTICS,
    DB_READ_CHECKPOINTS,
    DB_READ_CHECKPOINT,
    DB_READ_MOMENTS,
    DB_READ_GROUPS,
    DB_READ_PRESETS,
    DB_READ_FACET_DATA,
    DB_READ_FACET_MODEL,
    DB_READ_FACET_STATUS,
    DB_READ_FACET_TAG,
    DB_READ_DATA_VERSION,
    DB_READ_SPARK_SPAN,
    DB_READ_SPARK_TRAIN,
    DB_READ_COUNT
} DbReadStatement;

typedef struct DbScratch { /* bytes that grow as needed, for texts in other letters */
    char *bytes;
    size_t size;
} DbScratch;

struct DbReader {
    sqlite3 *db;
    char *path;
    bool tidy;            /* no log was there before: leave none behind */
    int64_t data_version; /* as last looked at */
    DbScratch scratch;
    DbStatements statements;
};

/* Opens a file for reading, whatever it is, also where its folder cannot be written. *tidy is for
 * db_reader_drop. On failure *out is NULL. */
DbStatus db_reader_raw(const char *path, sqlite3 **out, bool *tidy, DbError *err);

/* Opens an existing store as it is; *version is its schema's, 0 where it holds nothing. */
DbStatus db_reader_plain(
    const char *path, sqlite3 **out, uint32_t *version, bool *tidy, DbError *err);

/* The same, with an older version replaced by an upgraded private copy. */
DbStatus db_reader_handle(const char *path, sqlite3 **out, bool *tidy, DbError *err);

/* Closes a handle of db_reader_handle; NULL is fine. */
void db_reader_drop(const char *path, sqlite3 *db, bool tidy);

/* The prepared statement with `run` bound as its first value (0: none). */
sqlite3_stmt *db_reader_statement(DbReader *reader, DbReadStatement which, int64_t run);

/* Ends a loop over rows: resets the statement; `rc` other than SQLITE_DONE becomes a sentence. */
DbStatus db_reader_end(
    DbReader *reader, sqlite3_stmt *statement, int rc, const char *doing, DbError *err);

typedef struct DbRows { /* a growing array */
    void *rows;
    size_t count, capacity;
} DbRows;

/* How the rows of a statement become elements of an array. */
typedef struct DbRowKind {
    size_t size; /* of an element */
    /* Fills the element from the row that the statement stands on; SQLITE_ROW, or what is wrong
     * with it. */
    int (*read)(sqlite3_stmt *row, void *element);
    void (*clear)(void *element); /* frees what it owns; NULL: nothing */
    const char *doing;
} DbRowKind;

/* Adds all rows of the statement and resets it; on failure *out is cleared. */
DbStatus db_read_rows(
    DbReader *reader, sqlite3_stmt *statement, const DbRowKind *kind, DbRows *out, DbError *err);
void db_rows_clear(DbRows *rows, const DbRowKind *kind);

/* A column that holds a step or a number of steps; sets *bad where it is none. */
uint32_t db_column_u32(sqlite3_stmt *statement, int column, bool *bad);

/* What is wrong with a row that SQLite itself is content with; SQLITE_ROW: nothing. */
int db_row_code(bool short_memory, bool bad);

/* The columns size, checksum and body, from `column` on, belong together. */
bool db_checkpoint_is_whole(sqlite3_stmt *row, int column);

/* Gives the handle the SQL functions that db_reader_find needs. */
DbStatus db_find_prepare(DbReader *reader, DbError *err);

#endif
