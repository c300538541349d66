/* Inside the store only: rows from one file into another, and files that appear only when they are
 * whole. */
#ifndef DB_COPY_H
#define DB_COPY_H

#include "db_sqlite.h"

/* ---- rows -------------------------------------------------------------------------------- */

/* One table on its way from one handle to another. */
typedef struct DbCopy {
    sqlite3_stmt *select; /* the columns that the source has, in its order */
    sqlite3_stmt *insert; /* the same columns, then `extra` */
    int columns;
} DbCopy;

/* Prepares the copy of `table`: the columns of the source but those in `without` ("id" "writer" …,
 * ended by NULL), `rest` after "FROM table" (WHERE …, ORDER BY …), `verb` before "INTO" ("INSERT",
 * "INSERT OR IGNORE"). `extra` (NULL: none) is one more column, the last parameter of the insert.
 * `verb` NULL: an update of the row whose key `extra` is. SQLite's code; *side is the handle that gave it. A table that the source has not is a copy of no
 * columns. */
int db_copy_prepare(DbCopy *copy, sqlite3 *from, sqlite3 *to, const char *table,
    const char *const *without, const char *rest, const char *verb, const char *extra,
    sqlite3 **side);
void db_copy_free(DbCopy *copy);

/* Binds the columns of the source's row to the insert. */
void db_copy_bind(const DbCopy *copy);

/* ---- files ------------------------------------------------------------------------------- */

/* A new file that is called `to` only once it is whole, and on the disk: until then nobody needs
 * it, so it is written without SQLite's own syncing (PRAGMA synchronous = OFF). */
typedef struct DbNewFile {
    const char *to;
    char *part; /* its name until then */
} DbNewFile;

/* Makes an empty file beside `to`. Error IO where `to` exists or its folder cannot be written. */
DbStatus db_new_file_begin(DbNewFile *file, const char *to, DbError *err);
/* Gives it its name, on the disk too; on failure, removes it. */
DbStatus db_new_file_keep(DbNewFile *file, DbError *err);
void db_new_file_drop(DbNewFile *file);

/* Copies all pages of a handle's file, as they are at this moment, into the file `to`. */
DbStatus db_copy_pages(sqlite3 *from, const char *from_path, const char *to,
    bool (*progress)(void *ctx, double done), void *ctx, DbError *err);

#endif
