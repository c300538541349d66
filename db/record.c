/* Writing runs: each public function puts its arguments into a job; the function above it does the
 * job on the writer thread. */
#include "db_inner.h"
#include "db_text.h"
#include "db_writer.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROWS_PER_JOB = 4096 };

/* ---- a new run --------------------------------------------------------------------------- */

typedef struct NewRun {
    DbNewRun run; /* its texts lie in the job */
    char uuid[37];
} NewRun;

/* 0 stands for none. */
static void bind_id(sqlite3_stmt *statement, int index, int64_t id)
{
    if (id != 0)
        sqlite3_bind_int64(statement, index, id);
}

/* The new row's parent was looked up by its id, and found. */
static bool has_parent(DbWriter *writer, int64_t id)
{
    sqlite3_stmt *row = db_writer_statement(writer, DB_WRITE_HAS_PARENT);
    sqlite3_bind_int64(row, 1, id);
    const bool has = sqlite3_step(row) == SQLITE_ROW;
    sqlite3_reset(row);
    return has;
}

static DbStatus apply_create(DbWriter *writer, DbJob *job, DbError *err)
{
    const NewRun *new = (const void *)job->payload;
    const DbNewRun *run = &new->run;
    sqlite3_stmt *row = db_writer_statement(writer, DB_WRITE_RUN);
    db_bind_text(row, 1, new->uuid);
    sqlite3_bind_int64(row, 2, run->created);
    sqlite3_bind_int64(row, 3, (int64_t)time(NULL));
    db_bind_text(row, 4, run->name);
    db_bind_text(row, 5, run->data);
    db_bind_text(row, 6, run->model);
    db_bind_text(row, 7, run->engine_version);
    db_bind_text(row, 8, run->machine);
    db_bind_u64(row, 9, run->seed_weights);
    db_bind_u64(row, 10, run->seed_data);
    db_bind_u64(row, 11, run->seed_noise);
    sqlite3_bind_int64(row, 12, run->steps_total);
    sqlite3_bind_int64(row, 13, run->steps_per_epoch);
    sqlite3_bind_int64(row, 14, writer->id);
    bind_id(row, 15, run->parent);
    if (run->parent != 0)
        sqlite3_bind_int64(row, 16, run->fork_step);
    bind_id(row, 17, run->group);
    if (run->group != 0)
        sqlite3_bind_int64(row, 18, run->replica);
    const DbStatus status = db_writer_done(writer, job, row, "making a run", err);
    if (status == DB_ERR_NOT_FOUND)
        return db_error(err, status, "%s: there is no group %" PRId64, writer->path, run->group);
    if (status != DB_OK)
        return status;
    job->value = job->run = sqlite3_last_insert_rowid(db_writer_handle(writer));
    if (run->parent != 0 && !has_parent(writer, job->run))
        return db_error(
            err, DB_ERR_NOT_FOUND, "%s: there is no run %" PRId64, writer->path, run->parent);
    sqlite3_stmt *texts = db_writer_statement(writer, DB_WRITE_TEXTS);
    sqlite3_bind_int64(texts, 1, job->run);
    db_bind_text(texts, 2, run->schedule);
    db_bind_text(texts, 3, run->experiment);
    return db_writer_done(writer, job, texts, "making a run", err);
}

static DbStatus check_new_run(const DbStore *store, const DbNewRun *run, DbError *err)
{
    const struct {
        const char *name, *value;
    } needed[] = {{"name", run->name}, {"data", run->data}, {"model", run->model},
        {"schedule", run->schedule}};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if (!needed[i].value)
            return db_error(
                err, DB_ERR_ARGUMENT, "%s: a new run needs its %s", store->path, needed[i].name);
    }
    return DB_OK;
}

DbStatus db_run_create(DbStore *store, const DbNewRun *run, int64_t *id, DbError *err)
{
    const DbStatus status = check_new_run(store, run, err);
    if (status != DB_OK)
        return status;
    const char *const texts[] = {run->name, run->data, run->model, run->schedule, run->experiment,
        run->engine_version, run->machine};
    DbJob *job = db_job_new(apply_create, 0, sizeof(NewRun),
        db_text_clean_sizes(texts, sizeof texts / sizeof texts[0]), err);
    if (!job)
        return err ? err->code : DB_ERR_NOMEM;
    NewRun *new = (void *)job->payload;
    new->run = *run;
    new->run.name = db_job_text(job, run->name);
    new->run.data = db_job_text(job, run->data);
    new->run.model = db_job_text(job, run->model);
    new->run.schedule = db_job_text(job, run->schedule);
    new->run.experiment = db_job_text(job, run->experiment);
    new->run.engine_version = db_job_text(job, run->engine_version);
    new->run.machine = db_job_text(job, run->machine);
    if (!db_make_uuid(new->uuid)) {
        free(job);
        return db_error(err, DB_ERR_IO, "%s: the system gives no random bytes", store->path);
    }
    return db_queue_call(&store->queue, job, id, err);
}

/* ---- rows of a run ----------------------------------------------------------------------- */

static DbStatus apply_metrics(DbWriter *writer, DbJob *job, DbError *err)
{
    const DbMetric *rows = (const void *)job->payload;
    DbStatus status = DB_OK;
    for (size_t i = 0; i < job->rows && status == DB_OK; i++) {
        sqlite3_stmt *row = db_writer_statement(writer, DB_WRITE_METRIC);
        sqlite3_bind_int64(row, 1, job->run);
        sqlite3_bind_int64(row, 2, rows[i].step);
        db_bind_number(row, 3, rows[i].loss);
        db_bind_number(row, 4, rows[i].accuracy);
        db_bind_u64(row, 5, rows[i].cycles);
        db_bind_u64(row, 6, rows[i].femtojoules);
        db_bind_number(row, 7, rows[i].wall_seconds);
        status = db_writer_done(writer, job, row, "storing metrics", err);
    }
    return status;
}

static DbStatus apply_evals(DbWriter *writer, DbJob *job, DbError *err)
{
    const DbEval *rows = (const void *)job->payload;
    DbStatus status = DB_OK;
    for (size_t i = 0; i < job->rows && status == DB_OK; i++) {
        sqlite3_stmt *row = db_writer_statement(writer, DB_WRITE_EVAL);
        sqlite3_bind_int64(row, 1, job->run);
        sqlite3_bind_int64(row, 2, rows[i].step);
        db_bind_number(row, 3, rows[i].loss);
        db_bind_number(row, 4, rows[i].accuracy);
        db_bind_number(row, 5, rows[i].wall_seconds);
        status = db_writer_done(writer, job, row, "storing evaluations", err);
    }
    return status;
}

DbStatus db_add_rows(
    DbStore *store, int64_t id, DbApply apply, const void *rows, size_t row_size, size_t n)
{
    const unsigned char *at = rows;
    DbStatus status = DB_OK;
    while (n > 0 && status == DB_OK) {
        const size_t part = n < ROWS_PER_JOB ? n : ROWS_PER_JOB;
        DbJob *job = db_job_new(apply, id, part * row_size, 0, NULL);
        if (!job)
            return DB_ERR_NOMEM;
        job->rows = part;
        memcpy(job->payload, at, part * row_size);
        status = db_queue_push(&store->queue, job, true, NULL);
        at += part * row_size;
        n -= part;
    }
    return status;
}

DbStatus db_run_add_metrics(DbStore *store, int64_t id, const DbMetric *rows, size_t n)
{
    return db_add_rows(store, id, apply_metrics, rows, sizeof *rows, n);
}

DbStatus db_run_add_evals(DbStore *store, int64_t id, const DbEval *rows, size_t n)
{
    return db_add_rows(store, id, apply_evals, rows, sizeof *rows, n);
}

static DbStatus apply_event(DbWriter *writer, DbJob *job, DbError *err)
{
    const DbEvent *event = (const void *)job->payload;
    sqlite3_stmt *row = db_writer_statement(writer, DB_WRITE_EVENT);
    sqlite3_bind_int64(row, 1, job->run);
    sqlite3_bind_int64(row, 2, event->step);
    db_bind_text(row, 3, event->kind);
    db_bind_text(row, 4, event->detail);
    return db_writer_done(writer, job, row, "storing an event", err);
}

DbStatus db_run_add_event(DbStore *store, int64_t id, const DbEvent *event)
{
    if (!event->kind)
        return DB_ERR_ARGUMENT;
    const char *const texts[] = {event->kind, event->detail};
    DbJob *job = db_job_new(apply_event, id, sizeof *event, db_text_clean_sizes(texts, 2), NULL);
    if (!job)
        return DB_ERR_NOMEM;
    DbEvent *copy = (void *)job->payload;
    copy->step = event->step;
    copy->kind = db_job_text(job, event->kind);
    copy->detail = db_job_text(job, event->detail);
    return db_queue_push(&store->queue, job, true, NULL);
}

/* ---- where a run stands ------------------------------------------------------------------ */

static DbStatus apply_update(DbWriter *writer, DbJob *job, DbError *err)
{
    const DbRunEnd *end = (const void *)job->payload;
    char hash[17];
    snprintf(hash, sizeof hash, "%016" PRIx64, end->loss_hash);
    sqlite3_stmt *row = db_writer_statement(writer, DB_WRITE_UPDATE);
    sqlite3_bind_int64(row, 1, job->run);
    sqlite3_bind_int64(row, 2, (int64_t)time(NULL));
    db_bind_text(row, 3, end->status);
    db_bind_text(row, 4, end->message);
    sqlite3_bind_int64(row, 5, end->steps);
    db_bind_number(row, 6, end->train_loss);
    db_bind_number(row, 7, end->test_loss);
    db_bind_number(row, 8, end->test_accuracy);
    db_bind_number(row, 9, end->best_test_accuracy);
    db_bind_text(row, 10, hash);
    db_bind_u64(row, 11, end->cycles);
    db_bind_u64(row, 12, end->compute_cycles);
    db_bind_u64(row, 13, end->femtojoules);
    db_bind_number(row, 14, end->simulated_seconds);
    db_bind_number(row, 15, end->wall_seconds);
    sqlite3_bind_int64(row, 16, writer->id);
    DbStatus status = db_writer_done(writer, job, row, "storing where a run stands", err);
    if (status == DB_OK)
        status = db_writer_changed(writer, job, err);
    if (status != DB_OK || !end->schedule_used)
        return status;
    sqlite3_stmt *used = db_writer_statement(writer, DB_WRITE_USED);
    sqlite3_bind_int64(used, 1, job->run);
    db_bind_text(used, 2, end->schedule_used);
    return db_writer_done(writer, job, used, "storing the schedule used", err);
}

static bool is_status(const char *status)
{
    static const char *const known[] = {
        "running", "paused", "finished", "stopped", "diverged", "failed", "interrupted"};
    for (size_t i = 0; status && i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(status, known[i]) == 0)
            return true;
    }
    return false;
}

DbStatus db_run_update(DbStore *store, int64_t id, const DbRunEnd *end)
{
    if (!is_status(end->status))
        return DB_ERR_ARGUMENT;
    const char *const texts[] = {end->status, end->message, end->schedule_used};
    DbJob *job = db_job_new(apply_update, id, sizeof *end, db_text_clean_sizes(texts, 3), NULL);
    if (!job)
        return DB_ERR_NOMEM;
    DbRunEnd *copy = (void *)job->payload;
    *copy = *end;
    copy->status = db_job_text(job, end->status);
    copy->message = db_job_text(job, end->message);
    copy->schedule_used = db_job_text(job, end->schedule_used);
    return db_queue_push(&store->queue, job, false, NULL);
}
