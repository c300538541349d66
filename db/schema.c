#include "db_schema.h"
#include "db_sniff.h"
#include "db_sqlite.h"
#include <stdio.h>

DbStatus db_schema_check(sqlite3 *db, const char *path, uint32_t *version, DbError *err)
{
    int64_t application = 0, number = 0, tables = 0;
    int rc = db_sqlite_integer(db, "PRAGMA application_id", &application);
    if (rc == SQLITE_OK)
        rc = db_sqlite_integer(db, "PRAGMA user_version", &number);
    if (rc == SQLITE_OK)
        rc = db_sqlite_integer(db, "SELECT count(*) FROM sqlite_schema", &tables);
    if (rc != SQLITE_OK)
        return db_error_sqlite(err, path, db, rc, "reading its version");
    *version = (uint32_t)number;
    return db_sniff_application(path, (uint32_t)application, *version, tables, err);
}

/* One rung, within a transaction that the caller ends. */
static DbStatus climb_one(sqlite3 *db, const char *path, uint32_t from, DbError *err)
{
    char number[128];
    int rc = db_sqlite_run(db, db_schema_sql[from]);
    if (rc == SQLITE_OK) {
        snprintf(number, sizeof number, "PRAGMA application_id = %d; PRAGMA user_version = %u",
            DB_APPLICATION_ID, (unsigned)from + 1);
        rc = db_sqlite_run(db, number);
    }
    if (rc == SQLITE_OK)
        return DB_OK;
    snprintf(number, sizeof number, "bringing it to schema version %u", (unsigned)from + 1);
    return db_error_sqlite(err, path, db, rc, number);
}

DbStatus db_schema_climb(sqlite3 *db, const char *path, DbError *err)
{
    uint32_t version;
    DbStatus status = db_schema_check(db, path, &version, err);
    while (status == DB_OK && version < DB_SCHEMA_VERSION) {
        const int rc = db_sqlite_run(db, "BEGIN EXCLUSIVE");
        if (rc != SQLITE_OK)
            return db_error_sqlite(err, path, db, rc, "bringing its schema up to date");
        status = db_schema_check(db, path, &version, err);
        if (status == DB_OK && version < DB_SCHEMA_VERSION)
            status = climb_one(db, path, version, err);
        const int end = status == DB_OK ? db_sqlite_run(db, "COMMIT") : SQLITE_OK;
        if (end != SQLITE_OK)
            status = db_error_sqlite(err, path, db, end, "bringing its schema up to date");
        if (status != DB_OK)
            db_sqlite_run(db, "ROLLBACK");
        else
            status = db_schema_check(db, path, &version, err);
    }
    return status;
}
