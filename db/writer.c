#include "db_owner.h"
#include "db_schema.h"
#include "db_sniff.h"
#include "db_writer.h"
#include <assert.h>
#include <inttypes.h>
#include <time.h>

#define LAST_METRIC "FROM metrics WHERE run = runs.id ORDER BY step DESC LIMIT 1"
#define LAST_EVAL "FROM evals WHERE run = runs.id ORDER BY step DESC LIMIT 1"

static const char *const write_sql[DB_WRITE_COUNT] = {
    [DB_WRITE_BEGIN] = "BEGIN IMMEDIATE",
    [DB_WRITE_COMMIT] = "COMMIT",
    [DB_WRITE_ROLLBACK] = "ROLLBACK",
    [DB_WRITE_SAVEPOINT] = "SAVEPOINT job",
    [DB_WRITE_RELEASE] = "RELEASE job",
    [DB_WRITE_UNDO] = "ROLLBACK TO job",
    [DB_WRITE_SEEN] = "UPDATE writers SET seen = ?1 WHERE id = ?2",
    [DB_WRITE_ENTER] = "INSERT INTO writers (process, opened, seen) VALUES (?1, ?2, ?2)",
    [DB_WRITE_LEAVE] = "DELETE FROM writers WHERE id = ?1",
    [DB_WRITE_OTHERS] = "SELECT id, process, seen FROM writers WHERE id <> ?1",
    /* What the run's row did not learn any more is taken from the rows it left. */
    [DB_WRITE_INTERRUPT] =
        "UPDATE runs SET status = 'interrupted', changed = ?1, writer = NULL,"
        " steps = max(steps, coalesce((SELECT min(max(step) + 1, 4294967295)"
        " FROM metrics WHERE run = runs.id), 0)),"
        " train_loss = coalesce((SELECT loss " LAST_METRIC "), train_loss),"
        " cycles = coalesce((SELECT cycles " LAST_METRIC "), cycles),"
        " femtojoules = coalesce((SELECT femtojoules " LAST_METRIC "), femtojoules),"
        " wall_seconds = coalesce((SELECT wall_seconds " LAST_METRIC "), wall_seconds),"
        " test_loss = coalesce((SELECT loss " LAST_EVAL "), test_loss),"
        " test_accuracy = coalesce((SELECT accuracy " LAST_EVAL "), test_accuracy),"
        " best_test_accuracy = coalesce((SELECT max(accuracy) FROM evals WHERE run = runs.id),"
        " best_test_accuracy) "
        "WHERE status IN ('running', 'paused') AND writer IS ?2",
    [DB_WRITE_RUN] =
        "INSERT INTO runs (uuid, created, changed, name, status, data, model, engine_version,"
        " machine, seed_weights, seed_data, seed_noise, steps_total, steps_per_epoch, writer,"
        " parent_uuid, fork_step, group_id, replica) "
        "VALUES (?1, ?2, ?3, ?4, 'running', ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,"
        " (SELECT uuid FROM runs WHERE id = ?15), ?16, ?17, ?18)",
    [DB_WRITE_HAS_PARENT] = "SELECT 1 FROM runs WHERE id = ?1 AND parent_uuid IS NOT NULL",
    [DB_WRITE_TEXTS] = "INSERT INTO run_texts (run, schedule, experiment) VALUES (?1, ?2, ?3)",
    /* Not INSERT OR REPLACE, which makes SQLite copy every page it touches into a journal. */
    [DB_WRITE_METRIC] =
        "INSERT INTO metrics (run, step, loss, accuracy, cycles, femtojoules, wall_seconds) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
        "ON CONFLICT (run, step) DO UPDATE SET loss = ?3, accuracy = ?4, cycles = ?5,"
        " femtojoules = ?6, wall_seconds = ?7",
    [DB_WRITE_EVAL] = "INSERT INTO evals (run, step, loss, accuracy, wall_seconds) "
                      "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (run, step) DO UPDATE SET"
                      " loss = ?3, accuracy = ?4, wall_seconds = ?5",
    [DB_WRITE_EVENT] = "INSERT INTO events (run, step, kind, detail) VALUES (?1, ?2, ?3, ?4)",
    [DB_WRITE_UPDATE] =
        "UPDATE runs SET changed = ?2, status = ?3, message = ?4, steps = ?5, train_loss = ?6,"
        " test_loss = ?7, test_accuracy = ?8, best_test_accuracy = ?9, loss_hash = ?10,"
        " cycles = ?11, compute_cycles = ?12, femtojoules = ?13, simulated_seconds = ?14,"
        " wall_seconds = ?15, writer = iif(?3 IN ('running', 'paused'), ?16, NULL) WHERE id = ?1",
    [DB_WRITE_USED] = "UPDATE run_texts SET schedule_used = ?2 WHERE run = ?1",
    [DB_WRITE_NAME] = "UPDATE runs SET name = ?2, changed = ?3 WHERE id = ?1",
    [DB_WRITE_NOTE] = "UPDATE runs SET note = ?2, changed = ?3 WHERE id = ?1",
    [DB_WRITE_ARCHIVED] = "UPDATE runs SET archived = ?2, changed = ?3 WHERE id = ?1",
    [DB_WRITE_PIN] = "UPDATE runs SET pin = ?2, changed = ?3 WHERE id = ?1",
    [DB_WRITE_COLOUR] = "UPDATE runs SET colour = ?2, changed = ?3 WHERE id = ?1",
    [DB_WRITE_DELETED] =
        "UPDATE runs SET deleted = coalesce(deleted, ?2), changed = ?3 WHERE id = ?1",
    [DB_WRITE_RESTORED] = "UPDATE runs SET deleted = ?2, changed = ?3 WHERE id = ?1",
    [DB_WRITE_GROUP_OF] = "UPDATE runs SET group_id = ?2, replica = ?4, changed = ?3 WHERE id = ?1",
    [DB_WRITE_TAG] = "INSERT OR IGNORE INTO tags (run, tag) VALUES (?1, ?2)",
    [DB_WRITE_UNTAG] = "DELETE FROM tags WHERE run = ?1 AND tag = ?2",
    [DB_WRITE_GROUP] =
        "INSERT INTO groups (uuid, created, name, kind, detail) VALUES (?1, ?2, ?3, ?4, ?5)",
    [DB_WRITE_GROUP_NAME] = "UPDATE groups SET name = ?2 WHERE id = ?1",
    [DB_WRITE_GROUP_DELETE] = "DELETE FROM groups WHERE id = ?1",
    [DB_WRITE_PRESET] =
        "INSERT INTO presets (kind, name, body, source, changed) VALUES (?1, ?2, ?3, ?4, ?5) "
        "ON CONFLICT (kind, name) DO UPDATE SET body = ?3, source = ?4, changed = ?5",
    [DB_WRITE_PRESET_DELETE] = "DELETE FROM presets WHERE kind = ?1 AND name = ?2",
    [DB_WRITE_STATISTIC] =
        "INSERT INTO statistics (run, step, layer, slot, r, epsilon, high, sqnr_db, flushed,"
        " saturated, spread) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) "
        "ON CONFLICT (run, step, layer, slot) DO UPDATE SET r = ?5, epsilon = ?6, high = ?7,"
        " sqnr_db = ?8, flushed = ?9, saturated = ?10, spread = ?11",
    [DB_WRITE_CHECKPOINT] =
        "INSERT INTO checkpoints (run, step, created, kind, size, checksum, body) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (run, step) DO UPDATE SET"
        " created = ?3, kind = ?4, size = ?5, checksum = ?6, body = ?7",
    [DB_WRITE_CHECKPOINTS_THIN] =
        "DELETE FROM checkpoints WHERE run = ?1 AND kind = 'interval' AND step NOT IN (SELECT step"
        " FROM checkpoints WHERE run = ?1 AND kind = 'interval' ORDER BY step DESC LIMIT ?2)",
    [DB_WRITE_PURGE] = "DELETE FROM runs WHERE id = (SELECT id FROM runs WHERE deleted < ?1"
                       " ORDER BY id LIMIT 1)",
    [DB_WRITE_NEXT_OLD] = "SELECT id FROM runs WHERE id > ?1 AND changed < ?2"
                          " AND status NOT IN ('running', 'paused') ORDER BY id LIMIT 1",
    /* Of n steps numbered from 0, those stay at which floor(number * (k - 1) / (n - 1)) takes a new
     * value: k of them, the first and the last among them. */
    [DB_WRITE_STATISTICS_THIN] =
        "DELETE FROM statistics WHERE run = ?1 AND step NOT IN (SELECT step FROM ("
        "SELECT step, row_number() OVER (ORDER BY step) - 1 AS i, count(*) OVER () AS n"
        " FROM (SELECT DISTINCT step FROM statistics WHERE run = ?1)) WHERE ?2 >= n OR (?2 > 0 AND"
        " (i = n - 1 OR (?2 > 1 AND (i = 0 OR"
        " i * (?2 - 1) / (n - 1) <> (i - 1) * (?2 - 1) / (n - 1))))))",
    [DB_WRITE_CHECKPOINTS_OLD] =
        "DELETE FROM checkpoints WHERE run = ?1 AND kind <> 'kept' AND step NOT IN (SELECT step"
        " FROM checkpoints WHERE run = ?1 AND kind <> 'kept' ORDER BY step DESC LIMIT ?2)",
};

sqlite3 *db_writer_handle(DbWriter *writer)
{
    assert(pthread_equal(writer->thread, pthread_self()));
    return writer->db;
}

sqlite3_stmt *db_writer_statement(DbWriter *writer, DbWriteStatement which)
{
    assert(pthread_equal(writer->thread, pthread_self()));
    sqlite3_stmt *statement = writer->statements.prepared[which];
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return statement;
}

void db_writer_bind_run(sqlite3_stmt *statement, const DbJob *job)
{
    sqlite3_bind_int64(statement, 1, job->run);
    sqlite3_bind_int64(statement, 3, (int64_t)time(NULL));
}

static int run_statement(DbWriter *writer, DbWriteStatement which)
{
    return db_step_done(db_writer_statement(writer, which));
}

DbStatus db_writer_done(
    DbWriter *writer, const DbJob *job, sqlite3_stmt *statement, const char *doing, DbError *err)
{
    assert(pthread_equal(writer->thread, pthread_self()));
    const int rc = db_step_done(statement);
    if (rc == SQLITE_OK)
        return DB_OK;
    if (rc == SQLITE_CONSTRAINT_FOREIGNKEY)
        return db_error(err, DB_ERR_NOT_FOUND, "%s: there is no run %" PRId64 " (%s)", writer->path,
            job->run, doing);
    return db_error_sqlite(err, writer->path, writer->db, rc, doing);
}

DbStatus db_writer_changed(DbWriter *writer, const DbJob *job, DbError *err)
{
    assert(pthread_equal(writer->thread, pthread_self()));
    if (sqlite3_changes64(writer->db) > 0)
        return DB_OK;
    return db_error(err, DB_ERR_NOT_FOUND, "%s: there is no run %" PRId64, writer->path, job->run);
}

/* ---- one batch --------------------------------------------------------------------------- */

/* The file's trouble, not the job's: the whole batch is to be tried again. */
static bool is_trouble(DbStatus status)
{
    return status == DB_ERR_IO || status == DB_ERR_NOMEM || status == DB_ERR_DAMAGED ||
        status == DB_ERR_FOREIGN;
}

/* Does one job; what it did is undone when it fails by its own fault. One row is one statement,
 * which SQLite undoes by itself; anything longer needs a savepoint. */
static DbStatus do_job(DbWriter *writer, DbQueue *queue, DbJob *job, DbError *err)
{
    const bool guard = job->reply || job->rows > 1;
    int rc = guard ? run_statement(writer, DB_WRITE_SAVEPOINT) : SQLITE_OK;
    if (rc != SQLITE_OK)
        return db_error_sqlite(err, writer->path, writer->db, rc, "storing");
    DbError own = {0};
    const DbStatus status = job->apply(writer, job, &own);
    if (is_trouble(status)) {
        if (err)
            *err = own;
        return status;
    }
    if (status != DB_OK && job->reply)
        job->reply->error = own;
    else if (status != DB_OK)
        db_queue_report(queue, &own);
    if (guard && status != DB_OK)
        rc = run_statement(writer, DB_WRITE_UNDO);
    if (guard && rc == SQLITE_OK)
        rc = run_statement(writer, DB_WRITE_RELEASE);
    return rc == SQLITE_OK ? DB_OK : db_error_sqlite(err, writer->path, writer->db, rc, "storing");
}

static void roll_back(DbWriter *writer)
{
    if (!sqlite3_get_autocommit(writer->db)) /* after a full disk SQLite may have done it already */
        run_statement(writer, DB_WRITE_ROLLBACK);
}

/* Says in the table of writers that this one is alive. */
static int touch(DbWriter *writer)
{
    sqlite3_stmt *seen = db_writer_statement(writer, DB_WRITE_SEEN);
    sqlite3_bind_int64(seen, 1, (int64_t)time(NULL));
    sqlite3_bind_int64(seen, 2, writer->id);
    return db_step_done(seen);
}

static DbStatus begin(DbWriter *writer, DbError *err)
{
    int rc = run_statement(writer, DB_WRITE_BEGIN);
    if (rc == SQLITE_OK)
        rc = touch(writer);
    return rc == SQLITE_OK ? DB_OK : db_error_sqlite(err, writer->path, writer->db, rc, "storing");
}

DbStatus db_writer_batch(DbWriter *writer, DbQueue *queue, DbJob *first, const DbJob *last,
    const DbJob **end, DbError *err)
{
    *end = first;
    if (first->alone) { /* somebody waits for it, and its troubles are nobody else's */
        first->reply->error.code = first->apply(writer, first, &first->reply->error);
        return DB_OK;
    }
    const uint64_t until = db_queue_now() + DB_QUEUE_BATCH_NS;
    DbStatus status = begin(writer, err);
    for (DbJob *job = first; status == DB_OK; job = job->next) {
        *end = job;
        status = do_job(writer, queue, job, err);
        if (job == last || job->next->alone || db_queue_now() > until)
            break;
    }
    if (status == DB_OK) {
        const int rc = run_statement(writer, DB_WRITE_COMMIT);
        if (rc != SQLITE_OK)
            status = db_error_sqlite(err, writer->path, writer->db, rc, "storing");
    }
    if (status != DB_OK)
        roll_back(writer);
    return status;
}

/* ---- opening and closing ----------------------------------------------------------------- */

/* Runs of `id` that nobody ended. 0: runs that have no writer at all, which is what a writer's
 * row leaves behind when somebody removes it by hand. */
static int interrupt_runs(DbWriter *writer, int64_t id)
{
    sqlite3_stmt *interrupt = db_writer_statement(writer, DB_WRITE_INTERRUPT);
    sqlite3_bind_int64(interrupt, 1, (int64_t)time(NULL));
    if (id != 0)
        sqlite3_bind_int64(interrupt, 2, id);
    return db_step_done(interrupt);
}

static int leave(DbWriter *writer, int64_t id)
{
    int rc = interrupt_runs(writer, id);
    sqlite3_stmt *row = db_writer_statement(writer, DB_WRITE_LEAVE);
    sqlite3_bind_int64(row, 1, id);
    if (rc == SQLITE_OK)
        rc = db_step_done(row);
    return rc;
}

static bool is_gone(const char *process, int64_t seen)
{
    enum { DAY = 24 * 60 * 60 };
    switch (db_owner_state(process)) {
    case DB_OWNER_ALIVE:
        return false;
    case DB_OWNER_UNKNOWN: /* then it is known only by what it writes */
        return (int64_t)time(NULL) - seen > DAY;
    default:
        return true;
    }
}

/* Clears away the writers whose process is gone; `again` while there may be more of them. The
 * rows are read one at a time because the table changes under the statement. */
static int clear_one(DbWriter *writer, bool *again)
{
    sqlite3_stmt *others = db_writer_statement(writer, DB_WRITE_OTHERS);
    sqlite3_bind_int64(others, 1, writer->id);
    int64_t gone = 0;
    int rc;
    while ((rc = sqlite3_step(others)) == SQLITE_ROW && gone == 0) {
        const char *process = (const char *)sqlite3_column_text(others, 1);
        if (process && is_gone(process, sqlite3_column_int64(others, 2)))
            gone = sqlite3_column_int64(others, 0);
    }
    sqlite3_reset(others);
    *again = gone != 0;
    if (gone != 0)
        return leave(writer, gone);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int enter(DbWriter *writer)
{
    char process[DB_OWNER_TEXT];
    db_owner_self(process);
    sqlite3_stmt *row = db_writer_statement(writer, DB_WRITE_ENTER);
    db_bind_text(row, 1, process);
    sqlite3_bind_int64(row, 2, (int64_t)time(NULL));
    int rc = db_step_done(row);
    writer->id = sqlite3_last_insert_rowid(writer->db);
    for (bool again = true; rc == SQLITE_OK && again;)
        rc = clear_one(writer, &again);
    return rc == SQLITE_OK ? interrupt_runs(writer, 0) : rc;
}

static DbStatus enter_and_clear(DbWriter *writer, DbError *err)
{
    int rc = run_statement(writer, DB_WRITE_BEGIN);
    if (rc == SQLITE_OK)
        rc = enter(writer);
    if (rc == SQLITE_OK)
        rc = run_statement(writer, DB_WRITE_COMMIT);
    if (rc == SQLITE_OK)
        return DB_OK;
    const DbStatus status = db_error_sqlite(err, writer->path, writer->db, rc, "opening it");
    roll_back(writer);
    return status;
}

/* What an accepted file is used with. Where the file system cannot do a write-ahead log, SQLite
 * keeps its rollback journal: slower, with readers and the writer taking turns, as safe. */
static int configure(sqlite3 *db)
{
    return db_sqlite_run(db,
        "PRAGMA journal_mode = WAL;"
        "PRAGMA synchronous = NORMAL;"
        "PRAGMA foreign_keys = ON;"
        "PRAGMA temp_store = MEMORY;"
        "PRAGMA secure_delete = FAST;"
        "PRAGMA journal_size_limit = 16777216;"
        "PRAGMA cache_size = -16384");
}

/* Opens, and takes the file as it is until it is known to be ours: closing a handle would
 * otherwise move another program's log into its file. */
static DbStatus open_file(DbWriter *writer, int busy_ms, DbError *err)
{
    DbStatus status = db_sqlite_open(writer->path, DB_ACCESS_CREATE, busy_ms, &writer->db, err);
    if (status != DB_OK)
        return status;
    if (db_sniff_log(writer->path))
        sqlite3_db_config(writer->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if (sqlite3_db_readonly(writer->db, "main"))
        return db_error(err, DB_ERR_IO,
            "%s: the file or its folder is read-only; expected a file that can be written",
            writer->path);
    uint32_t version;
    status = db_schema_check(writer->db, writer->path, &version, err);
    if (status != DB_OK)
        return status;
    /* Only a file without tables takes this: free pages can be given back later on. */
    int rc =
        version == 0 ? db_sqlite_run(writer->db, "PRAGMA auto_vacuum = INCREMENTAL") : SQLITE_OK;
    if (rc == SQLITE_OK)
        status = db_schema_climb(writer->db, writer->path, err);
    if (status == DB_OK && rc == SQLITE_OK)
        rc = configure(writer->db);
    if (rc != SQLITE_OK)
        status = db_error_sqlite(err, writer->path, writer->db, rc, "opening it");
    return status;
}

DbStatus db_writer_open(DbWriter *writer, const char *path, int busy_ms, DbError *err)
{
    *writer = (DbWriter){.path = path, .thread = pthread_self()};
    DbFileKind kind;
    DbStatus status = db_sniff(path, &kind, err);
    if (status != DB_OK)
        return status;
    status = open_file(writer, busy_ms, err);
    if (status == DB_OK) {
        const int rc =
            db_statements_prepare(&writer->statements, writer->db, write_sql, DB_WRITE_COUNT);
        if (rc != SQLITE_OK)
            status = db_error_sqlite(err, path, writer->db, rc, "opening it");
    }
    if (status == DB_OK)
        status = enter_and_clear(writer, err);
    if (status != DB_OK) {
        db_statements_free(&writer->statements);
        sqlite3_close(writer->db);
        writer->db = NULL;
        return status;
    }
    sqlite3_db_config(writer->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    return DB_OK;
}

void db_writer_close(DbWriter *writer)
{
    if (run_statement(writer, DB_WRITE_BEGIN) == SQLITE_OK) {
        if (leave(writer, writer->id) == SQLITE_OK)
            run_statement(writer, DB_WRITE_COMMIT);
        roll_back(writer);
    }
    db_statements_free(&writer->statements);
    sqlite3_close(writer->db);
    writer->db = NULL;
}
