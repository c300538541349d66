/* Reading what can be read of a damaged file. A b-tree page that cannot be read takes its rows, and
 * SQLite ends the statement there; the rows behind it are found again by asking for ever larger
 * keys until an answer comes. */
#include "db_copy.h"
#include "db_maintain.h"
#include "db_reader.h"
#include "db_schema.h"
#include "db_sniff.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Salvage {
    sqlite3 *from, *to;
    size_t gaps;
    int trouble; /* SQLite's code of the new file, which ends it all; SQLITE_OK: none */
} Salvage;

/* How rows of a table are found: by one key, or by run and a second key. */
typedef struct Table {
    const char *name;
    bool by_run;
    const char *key; /* ascending; NULL: the rows of a run are taken together */
} Table;

static const Table tables[] = {
    {"groups", false, "id"},
    {"runs", false, "id"},
    {"run_texts", false, "run"},
    {"events", false, "id"},
    {"checkpoints", false, "id"},
    {"presets", false, "id"},
    {"metrics", true, "step"},
    {"evals", true, "step"},
    {"statistics", true, "step"},
    {"tags", true, NULL},
};

/* ---- finding the way round a damaged page ------------------------------------------------ */

/* The statement (?1: first key, column `column` holds it) answers for this key: with a row whose
 * key is not before it, or with the end. */
static bool answers(sqlite3_stmt *statement, int column, int64_t key)
{
    sqlite3_reset(statement);
    sqlite3_bind_int64(statement, 1, key);
    const int rc = sqlite3_step(statement);
    const bool behind = rc == SQLITE_ROW && sqlite3_column_int64(statement, column) < key;
    sqlite3_reset(statement);
    return (rc == SQLITE_ROW || rc == SQLITE_DONE) && !behind;
}

/* A key from `key` on for which the statement answers, near the first such one; false: none. */
static bool next_readable(sqlite3_stmt *statement, int column, int64_t key, int64_t *found)
{
    int64_t bad = key - 1, good = key;
    for (int64_t leap = 1; !answers(statement, column, good); leap *= 2) {
        bad = good;
        if (leap > INT64_MAX / 2 || good > INT64_MAX - leap)
            return false;
        good += leap;
    }
    while (good - bad > 1) {
        const int64_t middle = bad + (good - bad) / 2;
        if (answers(statement, column, middle))
            good = middle;
        else
            bad = middle;
    }
    *found = good;
    return true;
}

/* ---- rows -------------------------------------------------------------------------------- */

/* Writes the row that the select stands on. One that the new file's rules refuse is a gap. */
static void save_row(Salvage *salvage, const DbCopy *copy)
{
    db_copy_bind(copy);
    const int rc = db_step_done(copy->insert);
    if ((rc & 0xff) == SQLITE_CONSTRAINT || (rc & 0xff) == SQLITE_MISMATCH)
        salvage->gaps++;
    else if (rc != SQLITE_OK)
        salvage->trouble = rc;
}

/* Saves rows from key `*from` on until they end (true), or until the file gives no more or gives
 * them in disorder. *from is then behind the last one saved. */
static bool save_part(Salvage *salvage, const DbCopy *copy, int key, int64_t *from)
{
    sqlite3_reset(copy->select);
    sqlite3_bind_int64(copy->select, 1, *from);
    int rc;
    while ((rc = sqlite3_step(copy->select)) == SQLITE_ROW && salvage->trouble == SQLITE_OK) {
        const int64_t at = key < 0 ? *from : sqlite3_column_int64(copy->select, key);
        if (at + 1 < *from || at == INT64_MAX) /* several rows may share a key */
            break;
        save_row(salvage, copy);
        *from = key < 0 ? *from : at + 1;
    }
    sqlite3_reset(copy->select);
    return rc == SQLITE_DONE || salvage->trouble != SQLITE_OK;
}

/* Saves all rows that the select (?1: first key; column `key` holds it, -1: none) still gives. */
static void save_rows(Salvage *salvage, const DbCopy *copy, int key)
{
    int64_t from = 0;
    for (;;) {
        const int64_t start = from;
        if (save_part(salvage, copy, key, &from))
            return;
        salvage->gaps++;
        from += from == start; /* it gets ahead, whatever the file says */
        if (key < 0 || !next_readable(copy->select, key, from, &from))
            return;
    }
}

/* The number of the column, or -1. */
static int column_of(sqlite3_stmt *select, const char *name)
{
    for (int i = 0; name && i < sqlite3_column_count(select); i++) {
        if (strcmp(sqlite3_column_name(select, i), name) == 0)
            return i;
    }
    return -1;
}

/* The first run from `run` on that has rows in the table, round damaged pages; false: none. */
static bool next_run(Salvage *salvage, sqlite3_stmt *statement, int64_t *run)
{
    if (!answers(statement, 0, *run)) {
        salvage->gaps++;
        if (!next_readable(statement, 0, *run, run))
            return false;
    }
    sqlite3_reset(statement);
    sqlite3_bind_int64(statement, 1, *run);
    const bool any = sqlite3_step(statement) == SQLITE_ROW;
    *run = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return any;
}

static void save_by_run(Salvage *salvage, const Table *table, const DbCopy *copy)
{
    char *sql =
        sqlite3_mprintf("SELECT run FROM %s WHERE run >= ?1 ORDER BY run LIMIT 1", table->name);
    sqlite3_stmt *runs = NULL;
    if (sql && sqlite3_prepare_v2(salvage->from, sql, -1, &runs, NULL) == SQLITE_OK) {
        for (int64_t run = 0; next_run(salvage, runs, &run) && salvage->trouble == SQLITE_OK;
             run++) {
            sqlite3_bind_int64(copy->select, 2, run);
            save_rows(salvage, copy, column_of(copy->select, table->key));
            if (run == INT64_MAX)
                break;
        }
    }
    sqlite3_finalize(runs);
    sqlite3_free(sql);
}

static void save_table(Salvage *salvage, const Table *table)
{
    static const char *const without[] = {"writer", NULL};
    char *rest = table->by_run
        ? sqlite3_mprintf("WHERE run = ?2 AND %s >= ?1 ORDER BY %s", table->key ? table->key : "?1",
              table->key ? table->key : "run")
        : sqlite3_mprintf("NOT INDEXED WHERE %s >= ?1 ORDER BY %s", table->key, table->key);
    DbCopy copy;
    sqlite3 *side;
    const int rc = rest ? db_copy_prepare(&copy, salvage->from, salvage->to, table->name, without,
                              rest, "INSERT OR IGNORE", NULL, &side)
                        : SQLITE_NOMEM;
    sqlite3_free(rest);
    if (rc != SQLITE_OK) {
        salvage->gaps++; /* a table that this version has not */
        return;
    }
    if (copy.columns > 0 && table->by_run)
        save_by_run(salvage, table, &copy);
    else if (copy.columns > 0)
        save_rows(salvage, &copy, column_of(copy.select, table->key));
    db_copy_free(&copy);
}

/* ---- what is missing --------------------------------------------------------------------- */

/* Gives a row to runs of which only something else was saved, takes away what belongs to nothing,
 * and says of runs that went on that they were interrupted. */
static int mend(Salvage *salvage, size_t *unnamed)
{
    static const char ids[] =
        "SELECT run FROM metrics UNION SELECT run FROM evals UNION SELECT run FROM run_texts "
        "UNION SELECT run FROM checkpoints UNION SELECT run FROM events "
        "UNION SELECT run FROM statistics UNION SELECT run FROM tags";
    char *sql = sqlite3_mprintf(
        "INSERT INTO runs (id, uuid, created, changed, name, status, data, model, seed_weights,"
        " seed_data, seed_noise, steps, steps_total, steps_per_epoch) "
        "SELECT run, lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' ||"
        " substr(hex(randomblob(2)), 2) || '-a' || substr(hex(randomblob(2)), 2) || '-' ||"
        " hex(randomblob(6))), 0, 0, 'Salvaged run ' || run, 'interrupted', '', '', 0, 0, 0,"
        " coalesce((SELECT min(max(step) + 1, 4294967295) FROM metrics WHERE metrics.run = "
        "lost.run), 0), 0, 0 "
        "FROM (%s) AS lost WHERE run NOT IN (SELECT id FROM runs)",
        ids);
    int rc = sql ? db_sqlite_run(salvage->to, sql) : SQLITE_NOMEM;
    sqlite3_free(sql);
    *unnamed = rc == SQLITE_OK ? (size_t)sqlite3_changes64(salvage->to) : 0;
    if (rc != SQLITE_OK)
        return rc;
    return db_sqlite_run(salvage->to,
        "UPDATE runs SET status = 'interrupted' WHERE status IN ('running', 'paused');"
        "UPDATE runs SET group_id = NULL WHERE group_id NOT IN (SELECT id FROM groups);"
        "INSERT OR IGNORE INTO run_texts (run, schedule) SELECT id, '' FROM runs");
}

static void count_rows(sqlite3 *db, DbSalvaged *out)
{
    const struct {
        const char *sql;
        size_t *count;
    } counts[] = {
        {"SELECT count(*) FROM runs", &out->runs},
        {"SELECT count(*) FROM metrics", &out->metrics},
        {"SELECT count(*) FROM evals", &out->evals},
        {"SELECT count(*) FROM events", &out->events},
        {"SELECT count(*) FROM statistics", &out->statistics},
        {"SELECT count(*) FROM checkpoints", &out->checkpoints},
        {"SELECT (SELECT count(*) FROM tags) + (SELECT count(*) FROM groups)"
         " + (SELECT count(*) FROM presets)",
            &out->other},
    };
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        int64_t n = 0;
        db_sqlite_integer(db, counts[i].sql, &n);
        *counts[i].count = (size_t)n;
    }
}

/* ---- the whole --------------------------------------------------------------------------- */

/* Opens a file that may be damaged anywhere: cut off, or without our mark in its header, as long as
 * the table of tables names ours. */
static DbStatus open_damaged(const char *path, sqlite3 **db, bool *tidy, DbError *err)
{
    DbFileKind kind;
    DbError found = {0};
    const DbStatus sniffed = db_sniff(path, &kind, &found);
    if (sniffed == DB_ERR_NEWER || sniffed == DB_ERR_IO) {
        if (err)
            *err = found;
        return sniffed;
    }
    if (sniffed == DB_OK && kind == DB_FILE_MISSING)
        return db_error(err, DB_ERR_IO, "%s: there is no such file", path);
    const DbStatus status = db_reader_raw(path, db, tidy, err);
    if (status != DB_OK)
        return status;
    /* The handle is read-only; this only makes SQLite go on where the file is too short. */
    sqlite3_db_config(*db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
    db_sqlite_run(*db, "PRAGMA writable_schema = ON");
    int64_t ours = 0;
    const int rc = db_sqlite_integer(*db,
        "SELECT count(*) FROM sqlite_schema WHERE name IN ('runs', 'run_texts', 'metrics')", &ours);
    if (rc == SQLITE_OK && ours == 3)
        return DB_OK;
    db_reader_drop(path, *db, *tidy);
    *db = NULL;
    if (sniffed == DB_ERR_FOREIGN || (rc & 0xff) == SQLITE_NOTADB)
        return db_error(err, DB_ERR_FOREIGN, "%s: not a Mantissa store", path);
    return db_error(err, DB_ERR_DAMAGED,
        "%s: nothing can be read; the page that says where the tables are is damaged", path);
}

static int save_all(Salvage *salvage, DbSalvaged *out)
{
    int rc = db_sqlite_run(salvage->to, "PRAGMA foreign_keys = OFF; BEGIN");
    for (size_t i = 0; i < sizeof tables / sizeof tables[0] && rc == SQLITE_OK; i++) {
        save_table(salvage, &tables[i]);
        rc = salvage->trouble;
    }
    if (rc == SQLITE_OK)
        rc = mend(salvage, &out->unnamed);
    if (rc == SQLITE_OK)
        rc = db_sqlite_run(salvage->to, "COMMIT");
    count_rows(salvage->to, out);
    out->gaps = salvage->gaps;
    return rc;
}

static DbStatus salvage_into(Salvage *salvage, const char *part, DbSalvaged *out, DbError *err)
{
    DbStatus status = db_sqlite_open(part, DB_ACCESS_WRITE, 5000, &salvage->to, err);
    if (status != DB_OK)
        return status;
    db_sqlite_run(salvage->to, "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA synchronous = OFF");
    status = db_schema_climb(salvage->to, part, err);
    if (status == DB_OK) {
        const int rc = save_all(salvage, out);
        if (rc != SQLITE_OK)
            status = db_error_sqlite(err, part, salvage->to, rc, "saving rows");
    }
    sqlite3_close(salvage->to);
    return status;
}

DbStatus db_salvage(const char *from, const char *to, DbSalvaged *out, DbError *err)
{
    *out = (DbSalvaged){0};
    Salvage salvage = {0};
    bool tidy;
    DbStatus status = open_damaged(from, &salvage.from, &tidy, err);
    if (status != DB_OK)
        return status;
    DbNewFile file;
    status = db_new_file_begin(&file, to, err);
    if (status == DB_OK)
        status = salvage_into(&salvage, file.part, out, err);
    if (status == DB_OK)
        status = db_new_file_keep(&file, err);
    db_new_file_drop(&file);
    db_reader_drop(from, salvage.from, tidy);
    return status;
}
