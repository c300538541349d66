#include "db_error.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

DbStatus db_error(DbError *err, DbStatus code, const char *fmt, ...)
{
    if (!err)
        return code;
    err->code = code;
    va_list args;
    va_start(args, fmt);
    vsnprintf(err->text, sizeof err->text, fmt, args);
    va_end(args);
    return code;
}

/* What the operating system said last to SQLite, or SQLite's own words. */
static const char *system_reason(sqlite3 *db, int rc, char *buf, size_t size)
{
    const int number = db ? sqlite3_system_errno(db) : 0;
    if (number == 0)
        return db ? sqlite3_errmsg(db) : sqlite3_errstr(rc);
    return strerror_r(number, buf, size);
}

DbStatus db_error_sqlite(DbError *err, const char *path, sqlite3 *db, int rc, const char *doing)
{
    char buf[128];
    switch (rc & 0xff) {
    case SQLITE_NOMEM:
        return db_error(err, DB_ERR_NOMEM, "%s: out of memory while %s", path, doing);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return db_error(err, DB_ERR_IO,
            "%s: another program kept the file locked while %s; expected the lock to go away in "
            "time",
            path, doing);
    case SQLITE_READONLY:
        return db_error(
            err, DB_ERR_IO, "%s: the file or its folder is read-only (%s)", path, doing);
    case SQLITE_FULL:
        return db_error(err, DB_ERR_IO, "%s: the disk is full (%s)", path, doing);
    case SQLITE_CANTOPEN:
        return db_error(err, DB_ERR_IO, "%s: cannot be opened (%s): %s", path, doing,
            system_reason(db, rc, buf, sizeof buf));
    case SQLITE_IOERR:
        return db_error(err, DB_ERR_IO, "%s: reading or writing failed (%s): %s", path, doing,
            system_reason(db, rc, buf, sizeof buf));
    case SQLITE_NOTADB:
        return db_error(
            err, DB_ERR_FOREIGN, "%s: not an SQLite database; expected a Mantissa store", path);
    case SQLITE_CORRUPT:
        return db_error(err, DB_ERR_DAMAGED,
            "%s: the file is damaged (found while %s: %s); what can be read can be salvaged into a "
            "new file",
            path, doing, db ? sqlite3_errmsg(db) : sqlite3_errstr(rc));
    case SQLITE_ERROR: /* the SQL is ours, so a table or column it names is missing */
        return db_error(err, DB_ERR_DAMAGED,
            "%s: the store's tables are not those of its version (%s: %s)", path, doing,
            db ? sqlite3_errmsg(db) : sqlite3_errstr(rc));
    default:
        return db_error(err, DB_ERR_ARGUMENT, "%s: %s failed: %s", path, doing,
            db ? sqlite3_errmsg(db) : sqlite3_errstr(rc));
    }
}
