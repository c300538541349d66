/* Taking over the runs of another store. The caller's thread reads the list and asks the writer for
 * one run after the other; the writer alone touches the statements that write. */
#include "db_copy.h"
#include "db_inner.h"
#include "db_maintain.h"
#include "db_reader.h"
#include "db_writer.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Tables whose rows hang on a run; all of them are copied whole. Events keep their order. */
static const struct {
    const char *name, *rest;
} child_tables[] = {
    {"run_texts", "WHERE run = ?1"}, {"metrics", "WHERE run = ?1"}, {"evals", "WHERE run = ?1"},
    {"events", "WHERE run = ?1 ORDER BY id"}, {"statistics", "WHERE run = ?1"},
    {"checkpoints", "WHERE run = ?1"},
    {"tags", "WHERE run = ?1"}, /* the last: those of both files are kept */
};
enum { CHILDREN = sizeof child_tables / sizeof child_tables[0] };

typedef struct Import {
    const char *path; /* of the source */
    sqlite3 *from;    /* the source; used by one thread at a time, which the queue sees to */
    DbCopy run, update, group, children[CHILDREN];
    sqlite3_stmt *delete[CHILDREN]; /* rows of a run that is updated */
    sqlite3_stmt *here;             /* the run of a uuid */
    sqlite3_stmt *group_id;         /* of a run over there, as the id here */
    sqlite3_stmt *adopt;            /* sets a run's group and makes its state one at rest */
    DbImported counts;
    DbError source_error; /* where the source is at fault, not the store */
} Import;

typedef struct ImportJob { /* the payload of all jobs of an import */
    Import *import;
    int64_t run; /* id over there */
} ImportJob;

/* ---- statements -------------------------------------------------------------------------- */

static int prepare_copies(Import *import, sqlite3 *to, sqlite3 **side)
{
    static const char *const run_without[] = {"id", "writer", "group_id", NULL};
    /* What a person did to the run here stays. */
    static const char *const update_without[] = {
        "id", "writer", "group_id", "name", "note", "archived", "deleted", "pin", "colour", NULL};
    static const char *const child_without[] = {"id", "run", NULL};
    static const char *const group_without[] = {"id", NULL};
    sqlite3 *from = import->from;
    int rc = db_copy_prepare(
        &import->run, from, to, "runs", run_without, "WHERE id = ?1", "INSERT", NULL, side);
    if (rc == SQLITE_OK)
        rc = db_copy_prepare(
            &import->update, from, to, "runs", update_without, "WHERE id = ?1", NULL, "id", side);
    if (rc == SQLITE_OK)
        rc = db_copy_prepare(&import->group, from, to, "groups", group_without,
            "WHERE id = (SELECT group_id FROM runs WHERE runs.id = ?1)", "INSERT OR IGNORE", NULL,
            side);
    for (int i = 0; i < CHILDREN && rc == SQLITE_OK; i++)
        rc = db_copy_prepare(&import->children[i], from, to, child_tables[i].name, child_without,
            child_tables[i].rest, "INSERT OR IGNORE", "run", side);
    return rc;
}

static int prepare_others(Import *import, sqlite3 *to)
{
    int rc = sqlite3_prepare_v2(to,
        "SELECT id, steps, status, deleted IS NOT NULL, writer IS NOT NULL FROM runs "
        "WHERE uuid = ?1",
        -1, &import->here, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(
            to, "SELECT id FROM groups WHERE uuid = ?1", -1, &import->group_id, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(to,
            "UPDATE runs SET deleted = NULL, group_id = coalesce(group_id, ?2), status ="
            " iif(status IN ('running', 'paused') AND writer IS NULL, 'interrupted', status) "
            "WHERE id = ?1",
            -1, &import->adopt, NULL);
    for (int i = 0; i < CHILDREN && rc == SQLITE_OK; i++) {
        char sql[80];
        snprintf(sql, sizeof sql, "DELETE FROM %s WHERE run = ?1", child_tables[i].name);
        rc = sqlite3_prepare_v2(to, sql, -1, &import->delete[i], NULL);
    }
    return rc;
}

static void free_statements(Import *import)
{
    db_copy_free(&import->run);
    db_copy_free(&import->update);
    db_copy_free(&import->group);
    sqlite3_finalize(import->here);
    sqlite3_finalize(import->group_id);
    sqlite3_finalize(import->adopt);
    for (int i = 0; i < CHILDREN; i++) {
        db_copy_free(&import->children[i]);
        sqlite3_finalize(import->delete[i]);
    }
}

static Import *import_of(const DbJob *job)
{
    return ((const ImportJob *)(const void *)job->payload)->import;
}

static DbStatus apply_begin(DbWriter *writer, DbJob *job, DbError *err)
{
    Import *import = import_of(job);
    sqlite3 *side = db_writer_handle(writer);
    int rc = prepare_copies(import, db_writer_handle(writer), &side);
    if (rc == SQLITE_OK) {
        side = db_writer_handle(writer);
        rc = prepare_others(import, db_writer_handle(writer));
    }
    return rc == SQLITE_OK
        ? DB_OK
        : db_error_sqlite(err, side == db_writer_handle(writer) ? writer->path : import->path, side,
              rc, "importing");
}

static DbStatus apply_end(DbWriter *writer, DbJob *job, DbError *err)
{
    free_statements(import_of(job));
    return DB_OK;
}

/* ---- one run ----------------------------------------------------------------------------- */

/* The source is at fault: the store's batch must not be tried again for it. */
static DbStatus source_fault(Import *import, int rc, DbError *err)
{
    db_error_sqlite(&import->source_error, import->path, import->from, rc, "importing from it");
    return db_error(err, DB_ERR_ARGUMENT, "%s", import->source_error.text);
}

/* Copies every row that the copy's select gives for the run `from`; the insert's last parameter, if
 * it has one more than columns, is `to`. *rows counts those that were new. */
static DbStatus copy_rows(DbWriter *writer, Import *import, const DbCopy *copy, int64_t from,
    int64_t to, size_t *rows, DbError *err)
{
    sqlite3_reset(copy->select);
    sqlite3_bind_int64(copy->select, 1, from);
    int rc;
    while ((rc = sqlite3_step(copy->select)) == SQLITE_ROW) {
        db_copy_bind(copy);
        if (sqlite3_bind_parameter_count(copy->insert) > copy->columns)
            sqlite3_bind_int64(copy->insert, copy->columns + 1, to);
        const int written = db_step_done(copy->insert);
        if (written != SQLITE_OK) {
            sqlite3_reset(copy->select);
            return db_error_sqlite(
                err, writer->path, db_writer_handle(writer), written, "importing");
        }
        if (rows)
            *rows += (size_t)sqlite3_changes64(db_writer_handle(writer));
    }
    sqlite3_reset(copy->select);
    return rc == SQLITE_DONE ? DB_OK : source_fault(import, rc, err);
}

/* How far a run has come: more steps, or the same and an end. */
static int64_t progress_of(int64_t steps, const char *status)
{
    static const char *const ends[] = {"finished", "stopped", "diverged", "failed"};
    for (size_t i = 0; status && i < sizeof ends / sizeof ends[0]; i++) {
        if (strcmp(status, ends[i]) == 0)
            return 2 * steps + 1;
    }
    return 2 * steps;
}

typedef struct Here { /* a run of this store */
    int64_t id;       /* 0: it is not here */
    int64_t progress;
    bool deleted, written; /* in the bin; being trained now */
} Here;

static int look_up(Import *import, const char *uuid, Here *here)
{
    *here = (Here){0};
    sqlite3_reset(import->here);
    db_bind_text(import->here, 1, uuid);
    const int rc = sqlite3_step(import->here);
    if (rc == SQLITE_ROW)
        *here = (Here){.id = sqlite3_column_int64(import->here, 0),
            .progress = progress_of(sqlite3_column_int64(import->here, 1),
                (const char *)sqlite3_column_text(import->here, 2)),
            .deleted = sqlite3_column_int64(import->here, 3) != 0,
            .written = sqlite3_column_int64(import->here, 4) != 0};
    sqlite3_reset(import->here);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* The group here that the run over there belongs to, made where it is not here; 0: none. */
static DbStatus find_group(
    DbWriter *writer, Import *import, int64_t run, int64_t *group, DbError *err)
{
    *group = 0;
    const DbStatus status =
        copy_rows(writer, import, &import->group, run, 0, &import->counts.groups, err);
    if (status != DB_OK)
        return status;
    sqlite3_stmt *there = NULL;
    int rc = sqlite3_prepare_v2(import->from,
        "SELECT groups.uuid FROM runs JOIN groups ON groups.id = runs.group_id WHERE runs.id = ?1",
        -1, &there, NULL);
    if (rc != SQLITE_OK)
        return source_fault(import, rc, err);
    sqlite3_bind_int64(there, 1, run);
    rc = sqlite3_step(there);
    if (rc == SQLITE_ROW) {
        sqlite3_reset(import->group_id);
        db_bind_text(import->group_id, 1, (const char *)sqlite3_column_text(there, 0));
        if (sqlite3_step(import->group_id) == SQLITE_ROW)
            *group = sqlite3_column_int64(import->group_id, 0);
        sqlite3_reset(import->group_id);
    }
    sqlite3_finalize(there);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? DB_OK : source_fault(import, rc, err);
}

static DbStatus copy_children(
    DbWriter *writer, Import *import, int64_t from, int64_t to, bool tags_only, DbError *err)
{
    DbStatus status = DB_OK;
    for (int i = 0; i < CHILDREN && status == DB_OK; i++) {
        const bool tags = i == CHILDREN - 1;
        if (tags || !tags_only)
            status = copy_rows(writer, import, &import->children[i], from, to, NULL, err);
    }
    return status;
}

/* Takes away what the run here has, tags left out, to make room for what it has become. */
static DbStatus clear_children(DbWriter *writer, Import *import, int64_t run, DbError *err)
{
    for (int i = 0; i < CHILDREN - 1; i++) {
        sqlite3_reset(import->delete[i]);
        sqlite3_bind_int64(import->delete[i], 1, run);
        const int rc = db_step_done(import->delete[i]);
        if (rc != SQLITE_OK)
            return db_error_sqlite(err, writer->path, db_writer_handle(writer), rc, "importing");
    }
    return DB_OK;
}

static DbStatus settle(DbWriter *writer, Import *import, int64_t run, int64_t group, DbError *err)
{
    sqlite3_reset(import->adopt);
    sqlite3_bind_int64(import->adopt, 1, run);
    if (group != 0)
        sqlite3_bind_int64(import->adopt, 2, group);
    else
        sqlite3_bind_null(import->adopt, 2);
    const int rc = db_step_done(import->adopt);
    return rc == SQLITE_OK
        ? DB_OK
        : db_error_sqlite(err, writer->path, db_writer_handle(writer), rc, "importing");
}

/* What becomes of a run over there. */
typedef enum Fate { FATE_ADD, FATE_UPDATE, FATE_SAME } Fate;

static DbStatus bring_in(
    DbWriter *writer, Import *import, int64_t from, Here here, Fate fate, DbError *err)
{
    DbStatus status = DB_OK;
    if (fate == FATE_ADD) {
        status = copy_rows(writer, import, &import->run, from, 0, NULL, err);
        here.id = sqlite3_last_insert_rowid(db_writer_handle(writer));
    } else if (fate == FATE_UPDATE) {
        status = clear_children(writer, import, here.id, err);
        if (status == DB_OK)
            status = copy_rows(writer, import, &import->update, from, here.id, NULL, err);
    }
    if (status == DB_OK)
        status = copy_children(writer, import, from, here.id, fate == FATE_SAME, err);
    int64_t group = 0;
    if (status == DB_OK)
        status = find_group(writer, import, from, &group, err);
    return status == DB_OK ? settle(writer, import, here.id, group, err) : status;
}

/* Reads uuid, steps and status of the run over there; its progress. */
static DbStatus look_there(
    Import *import, int64_t run, char uuid[64], int64_t *progress, DbError *err)
{
    sqlite3_stmt *there = NULL;
    int rc = sqlite3_prepare_v2(
        import->from, "SELECT uuid, steps, status FROM runs WHERE id = ?1", -1, &there, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_bind_int64(there, 1, run);
        rc = sqlite3_step(there);
    }
    if (rc == SQLITE_ROW) {
        snprintf(uuid, 64, "%s", (const char *)sqlite3_column_text(there, 0));
        *progress = progress_of(
            sqlite3_column_int64(there, 1), (const char *)sqlite3_column_text(there, 2));
    }
    sqlite3_finalize(there);
    return rc == SQLITE_ROW ? DB_OK : source_fault(import, rc, err);
}

static DbStatus apply_run(DbWriter *writer, DbJob *job, DbError *err)
{
    Import *import = import_of(job);
    const int64_t run = ((const ImportJob *)(const void *)job->payload)->run;
    char uuid[64] = "";
    int64_t progress = 0;
    DbStatus status = look_there(import, run, uuid, &progress, err);
    if (status != DB_OK)
        return status;
    Here here;
    const int rc = look_up(import, uuid, &here);
    if (rc != SQLITE_OK)
        return db_error_sqlite(err, writer->path, db_writer_handle(writer), rc, "importing");
    const Fate fate = here.id == 0                  ? FATE_ADD
        : progress > here.progress && !here.written ? FATE_UPDATE
                                                    : FATE_SAME;
    status = bring_in(writer, import, run, here, fate, err);
    job->value = fate;
    return status;
}

/* Presets that are not here under their kind and name. */
static DbStatus apply_presets(DbWriter *writer, DbJob *job, DbError *err)
{
    static const char *const without[] = {"id", NULL};
    Import *import = import_of(job);
    DbCopy copy;
    sqlite3 *side = db_writer_handle(writer);
    const int rc = db_copy_prepare(&copy, import->from, db_writer_handle(writer), "presets",
        without, "WHERE ?1 = ?1", "INSERT OR IGNORE", NULL, &side);
    if (rc != SQLITE_OK)
        return side == import->from
            ? source_fault(import, rc, err)
            : db_error_sqlite(err, writer->path, db_writer_handle(writer), rc, "importing");
    const DbStatus status = copy_rows(writer, import, &copy, 0, 0, &import->counts.presets, err);
    db_copy_free(&copy);
    return status;
}

/* ---- the whole --------------------------------------------------------------------------- */

static DbStatus call(DbStore *store, Import *import, DbApply apply, int64_t run, bool alone,
    int64_t *value, DbError *err)
{
    DbJob *job = db_job_new(apply, 0, sizeof(ImportJob), 0, NULL);
    if (!job)
        return db_error(err, DB_ERR_NOMEM, "%s: out of memory while importing", store->path);
    *(ImportJob *)job->payload = (ImportJob){import, run};
    job->alone = alone;
    const DbStatus status = db_queue_call(&store->queue, job, value, err);
    if (import->source_error.code == DB_OK)
        return status;
    if (err)
        *err = import->source_error;
    return import->source_error.code;
}

static int read_id(sqlite3_stmt *row, void *element)
{
    *(int64_t *)element = sqlite3_column_int64(row, 0);
    return SQLITE_ROW;
}

/* The ids of the runs over there, parents before children as far as age tells. */
static DbStatus list_runs(Import *import, DbRows *ids, DbError *err)
{
    static const DbRowKind kind = {sizeof(int64_t), read_id, NULL, "importing from it"};
    sqlite3_stmt *row = NULL;
    const int rc = sqlite3_prepare_v2(import->from,
        "SELECT id FROM runs WHERE deleted IS NULL ORDER BY created, id", -1, &row, NULL);
    if (rc != SQLITE_OK)
        return db_error_sqlite(err, import->path, import->from, rc, kind.doing);
    DbReader reader = {.db = import->from, .path = (char *)import->path};
    const DbStatus status = db_read_rows(&reader, row, &kind, ids, err);
    sqlite3_finalize(row);
    return status;
}

static DbStatus import_runs(DbStore *store, Import *import, const DbRows *ids,
    DbProgressFn progress, void *ctx, DbError *err)
{
    DbImported *counts = &import->counts;
    size_t *const fates[] = {
        [FATE_ADD] = &counts->added, [FATE_UPDATE] = &counts->updated, [FATE_SAME] = &counts->same};
    for (size_t i = 0; i < ids->count; i++) {
        if (progress && !progress(ctx, (double)i / (double)ids->count))
            return db_error(err, DB_ERR_IO, "%s: importing was stopped after %zu of %zu runs",
                import->path, i, ids->count);
        int64_t fate;
        const DbStatus status =
            call(store, import, apply_run, ((const int64_t *)ids->rows)[i], false, &fate, err);
        if (status != DB_OK)
            return status;
        ++*fates[fate];
    }
    return call(store, import, apply_presets, 0, false, NULL, err);
}

DbStatus db_store_import(DbStore *store, const char *from, DbProgressFn progress, void *ctx,
    DbImported *out, DbError *err)
{
    *out = (DbImported){0};
    Import import = {.path = from};
    bool tidy;
    if (!from || !from[0])
        return db_error(err, DB_ERR_ARGUMENT, "the store to import needs a file name");
    DbStatus status = db_reader_handle(from, &import.from, &tidy, err);
    if (status != DB_OK)
        return status;
    DbRows ids = {0};
    status = list_runs(&import, &ids, err);
    if (status == DB_OK) {
        status = call(store, &import, apply_begin, 0, true, NULL, err);
        if (status == DB_OK)
            status = import_runs(store, &import, &ids, progress, ctx, err);
        call(store, &import, apply_end, 0, true, NULL, NULL);
    }
    free(ids.rows);
    db_reader_drop(from, import.from, tidy);
    *out = import.counts;
    return status;
}
