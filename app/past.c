#include "past.h"
#include "db_trace.h"
#include <glib.h>
#include <stdlib.h>

/* The newest whole checkpoint of at most `step` steps; none is no error. */
static DbStatus read_checkpoint(
    DbReader *reader, int64_t run, uint32_t step, EngCheckpoint *out, DbError *err)
{
    for (;;) {
        void *bytes = NULL;
        size_t size = 0;
        uint32_t found = 0;
        const DbStatus status = db_reader_checkpoint(reader, run, step, &found, &bytes, &size, err);
        if (status == DB_OK) {
            *out = (EngCheckpoint){bytes, size, found};
            return DB_OK;
        }
        if (status == DB_ERR_NOT_FOUND)
            return DB_OK;
        if (status != DB_ERR_DAMAGED || found == 0 || found > step)
            return status;
        step = found - 1;
    }
}

/* Rows before `step`; both lists ascend. */
static void cut(AppPast *past, uint32_t step)
{
    while (past->metric_count > 0 && past->metrics[past->metric_count - 1].step >= step)
        past->metric_count--;
    while (past->eval_count > 0 && past->evals[past->eval_count - 1].step > step)
        past->eval_count--;
}

static DbStatus read_past(DbReader *reader, const AppFork *fork, AppPast *past, DbError *err)
{
    DbStatus status = read_checkpoint(reader, fork->parent, fork->step, &past->checkpoint, err);
    if (status == DB_OK)
        status = db_reader_metrics(reader, fork->parent, &past->metrics, &past->metric_count, err);
    if (status == DB_OK)
        status = db_reader_evals(reader, fork->parent, &past->evals, &past->eval_count, err);
    cut(past, past->checkpoint.step);
    return status;
}

AppPast *app_past_read(const char *store, const AppFork *fork, DbError *err)
{
    DbReader *reader;
    if (db_reader_open(store, &reader, err) != DB_OK)
        return NULL;
    AppPast *past = g_new0(AppPast, 1);
    const DbStatus status = read_past(reader, fork, past, err);
    db_reader_close(reader);
    if (status == DB_OK)
        return past;
    app_past_free(past);
    return NULL;
}

void app_past_free(AppPast *past)
{
    free(past->checkpoint.bytes); /* the reader's, not the engine's */
    free(past->metrics);
    free(past->evals);
    g_free(past);
}

DbStatus app_past_store(const AppPast *past, DbStore *store, int64_t run)
{
    DbStatus status = DB_OK;
    if (past->metric_count > 0)
        status = db_run_add_metrics(store, run, past->metrics, past->metric_count);
    if (status == DB_OK && past->eval_count > 0)
        status = db_run_add_evals(store, run, past->evals, past->eval_count);
    return status;
}

void app_past_show(const AppPast *past, MtsRunData *data)
{
    g_autofree MtsStepPoint *points = g_new(MtsStepPoint, past->metric_count);
    for (size_t i = 0; i < past->metric_count; i++)
        points[i] = (MtsStepPoint){.step = past->metrics[i].step,
            .loss = past->metrics[i].loss,
            .accuracy = past->metrics[i].accuracy,
            .cycles = (double)past->metrics[i].cycles};
    mts_run_data_append_steps(data, points, past->metric_count);
    for (size_t i = 0; i < past->eval_count; i++) {
        const MtsEvalPoint point = {
            past->evals[i].step, past->evals[i].loss, past->evals[i].accuracy};
        mts_run_data_append_evals(data, &point, 1);
    }
}
