/* Rows as CSV, for everything that is not Mantissa. */
#ifndef DB_EXPORT_H
#define DB_EXPORT_H

#include "db_store.h"

typedef enum DbTable {
    DB_TABLE_RUNS, /* a line per run, without its long texts */
    DB_TABLE_METRICS,
    DB_TABLE_EVALS, /* with what the run had cost by then */
    DB_TABLE_EVENTS,
    DB_TABLE_STATISTICS,
    DB_TABLE_COUNT
} DbTable;

/* Takes one line with its final '\n', `length` bytes; returns false to stop. */
typedef bool (*DbLineFn)(void *ctx, const char *line, size_t length);

/* Writes a header line and the rows of the `n` runs in that order, comma-separated as RFC 4180 says
 * but with '\n'. Numbers have a '.' whatever the locale, and as many digits as read back to the
 * same value (float32 for loss and accuracy); unknown ones are empty, infinite ones "inf". The
 * first column is the run's id. Reads within one moment of the file. Errors: IO (stopped), DAMAGED,
 * NOMEM, ARGUMENT. */
DbStatus db_export_csv(DbReader *reader, DbTable table, const int64_t *ids, size_t n, DbLineFn line,
    void *ctx, DbError *err);

#endif
