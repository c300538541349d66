/* Inside the store only: the tables, and the ladder from any earlier version to this one. */
#ifndef DB_SCHEMA_H
#define DB_SCHEMA_H

#include "db_error.h"

/* The SQL that leads from version i to version i + 1 (schema-1.sql, …): DB_SCHEMA_VERSION of
 * them. A new file climbs the whole ladder, so that it cannot differ from one that grew. */
extern const char *const db_schema_sql[];

/* Brings an open writing handle's file up to this version: one transaction per version, the
 * version read again within it, because another application may climb at the same time. Refuses
 * foreign and newer files before it writes. */
DbStatus db_schema_climb(sqlite3 *db, const char *path, DbError *err);

/* Reads application, version and number of tables as SQLite sees them, log included. */
DbStatus db_schema_check(sqlite3 *db, const char *path, uint32_t *version, DbError *err);

#endif
