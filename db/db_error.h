/* Inside the store only: error sentences. Any thread. */
#ifndef DB_ERROR_H
#define DB_ERROR_H

#include "db_store.h"
#include <sqlite3.h>

/* Fills `err` (may be NULL) and returns `code`. printf follows the locale: no %f here. */
DbStatus db_error(DbError *err, DbStatus code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Turns what SQLite said on `db` (NULL: only `rc` is known) into a sentence about the file `path`.
 * `doing` is what was tried: "opening it", "storing metrics of run 3". */
DbStatus db_error_sqlite(DbError *err, const char *path, sqlite3 *db, int rc, const char *doing);

#endif
