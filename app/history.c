#include "history.h"
#include <stdlib.h>

struct AppHistory {
    char *path;
    GListStore *runs;
    GCancellable *cancellable; /* cancelled when the history goes: late answers are dropped */
};

AppHistory *app_history_new(const char *path)
{
    AppHistory *self = g_new0(AppHistory, 1);
    self->path = g_strdup(path);
    self->runs = g_list_store_new(MTS_TYPE_RUN_ITEM);
    self->cancellable = g_cancellable_new();
    return self;
}

void app_history_free(AppHistory *self)
{
    if (!self)
        return;
    g_cancellable_cancel(self->cancellable);
    g_object_unref(self->cancellable);
    g_object_unref(self->runs);
    g_free(self->path);
    g_free(self);
}

GListModel *app_history_get_runs(AppHistory *self)
{
    return G_LIST_MODEL(self->runs);
}

static GTask *new_task(AppHistory *self, GAsyncReadyCallback ready, gpointer data)
{
    GTask *task = g_task_new(NULL, self->cancellable, ready, data);
    g_task_set_return_on_cancel(task, FALSE);
    return task;
}

/* ---- the list ----------------------------------------------------------------------------- */

typedef struct Listed {
    DbRunList list;
    float (*sparkline)[MTS_SPARKLINE];
    gsize *points;
} Listed;

static void listed_free(gpointer data)
{
    Listed *listed = data;
    db_run_list_free(&listed->list);
    g_free(listed->sparkline);
    g_free(listed->points);
    g_free(listed);
}

static DbStatus read_list(DbReader *reader, Listed *listed, DbError *err)
{
    DbStatus status = db_reader_runs(reader, &listed->list, err);
    if (status != DB_OK)
        return status;
    const gsize count = listed->list.count;
    listed->sparkline = g_malloc0_n(count, sizeof *listed->sparkline);
    listed->points = g_new0(gsize, count);
    for (gsize i = 0; i < count && status == DB_OK; i++)
        status = db_reader_sparkline(reader, listed->list.runs[i].id, listed->sparkline[i],
            MTS_SPARKLINE, &listed->points[i], err);
    return status;
}

static void return_error(GTask *task, const DbError *err)
{
    g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", err->text);
}

static void list_runs(GTask *task, gpointer source, gpointer path, GCancellable *cancellable)
{
    DbReader *reader;
    DbError err = {0};
    if (db_reader_open(path, &reader, &err) != DB_OK) {
        return_error(task, &err);
        return;
    }
    Listed *listed = g_new0(Listed, 1);
    const DbStatus status = read_list(reader, listed, &err);
    db_reader_close(reader);
    if (status == DB_OK) {
        g_task_return_pointer(task, listed, listed_free);
    } else {
        listed_free(listed);
        return_error(task, &err);
    }
}

MtsRunItem *app_history_find(AppHistory *self, gint64 id)
{
    const guint count = g_list_model_get_n_items(G_LIST_MODEL(self->runs));
    for (guint i = 0; i < count; i++) {
        g_autoptr(MtsRunItem) item = g_list_model_get_item(G_LIST_MODEL(self->runs), i);
        if (mts_run_item_get_id(item) == id)
            return item; /* the list holds it */
    }
    return NULL;
}

static void fill_item(MtsRunItem *item, const Listed *listed, gsize i)
{
    const DbRun *run = &listed->list.runs[i];
    mts_run_item_set_name(item, run->name);
    mts_run_item_set_status(item, mts_run_status_from_name(run->status));
    mts_run_item_set_result(item, run->best_test_accuracy, (double)run->cycles);
    mts_run_item_set_sparkline(item, listed->sparkline[i], listed->points[i]);
}

/* Brings the list to what was read: runs that are there are updated where they stand, so that the
 * window keeps its place; others come and go. */
static void adopt_list(AppHistory *self, const Listed *listed)
{
    g_autoptr(GHashTable) known =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_object_unref);
    GListModel *model = G_LIST_MODEL(self->runs);
    const guint before = g_list_model_get_n_items(model);
    gboolean same = before == listed->list.count;
    for (guint i = 0; i < before; i++) {
        MtsRunItem *item = g_list_model_get_item(model, i);
        const gint64 id = mts_run_item_get_id(item);
        same = same && id == listed->list.runs[i].id;
        g_hash_table_insert(known, g_memdup2(&id, sizeof id), item);
    }
    g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func(g_object_unref);
    for (gsize i = 0; i < listed->list.count; i++) {
        const DbRun *run = &listed->list.runs[i];
        MtsRunItem *item = g_hash_table_lookup(known, &run->id);
        item =
            item ? g_object_ref(item) : mts_run_item_new(run->id, run->name, run->data, run->model);
        fill_item(item, listed, i);
        g_ptr_array_add(items, item);
    }
    if (!same)
        g_list_store_splice(self->runs, 0, before, items->pdata, items->len);
}

typedef struct Reload {
    AppHistory *self;
    AppHistoryDone done;
    gpointer ctx;
} Reload;

static void listed(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autofree Reload *reload = data;
    g_autoptr(GError) error = NULL;
    Listed *got = g_task_propagate_pointer(G_TASK(result), &error);
    if (g_cancellable_is_cancelled(g_task_get_cancellable(G_TASK(result)))) {
        g_clear_pointer(&got, listed_free);
        return; /* the history is gone */
    }
    if (got)
        adopt_list(reload->self, got);
    g_clear_pointer(&got, listed_free);
    if (reload->done)
        reload->done(reload->ctx, error ? error->message : NULL);
}

void app_history_reload(AppHistory *self, AppHistoryDone done, gpointer ctx)
{
    Reload *reload = g_new(Reload, 1);
    *reload = (Reload){self, done, ctx};
    g_autoptr(GTask) task = new_task(self, listed, reload);
    g_task_set_task_data(task, g_strdup(self->path), g_free);
    g_task_run_in_thread(task, list_runs);
}

/* ---- one run ------------------------------------------------------------------------------ */

typedef struct Wanted {
    char *path;
    gint64 id;
} Wanted;

static void wanted_free(gpointer data)
{
    Wanted *wanted = data;
    g_free(wanted->path);
    g_free(wanted);
}

void app_stored_run_free(AppStoredRun *run)
{
    db_run_list_free(&run->list);
    free(run->metrics);
    free(run->evals);
    db_events_free(run->events, run->event_count);
    g_free(run);
}

static DbStatus read_run(DbReader *reader, gint64 id, AppStoredRun *run, DbError *err)
{
    DbStatus status = db_reader_run(reader, id, &run->list, err);
    if (status == DB_OK)
        status = db_reader_metrics(reader, id, &run->metrics, &run->metric_count, err);
    if (status == DB_OK)
        status = db_reader_evals(reader, id, &run->evals, &run->eval_count, err);
    if (status == DB_OK)
        status = db_reader_events(reader, id, &run->events, &run->event_count, err);
    return status;
}

static void load_run(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    const Wanted *wanted = data;
    DbReader *reader;
    DbError err = {0};
    if (db_reader_open(wanted->path, &reader, &err) != DB_OK) {
        return_error(task, &err);
        return;
    }
    AppStoredRun *run = g_new0(AppStoredRun, 1);
    const DbStatus status = read_run(reader, wanted->id, run, &err);
    db_reader_close(reader);
    if (status == DB_OK) {
        g_task_return_pointer(task, run, (GDestroyNotify)app_stored_run_free);
    } else {
        app_stored_run_free(run);
        return_error(task, &err);
    }
}

void app_history_load_async(
    AppHistory *self, gint64 id, GAsyncReadyCallback ready, gpointer ready_data)
{
    g_autoptr(GTask) task = g_task_new(NULL, self->cancellable, ready, ready_data);
    Wanted *wanted = g_new(Wanted, 1);
    *wanted = (Wanted){g_strdup(self->path), id};
    g_task_set_task_data(task, wanted, wanted_free);
    g_task_run_in_thread(task, load_run);
}

AppStoredRun *app_history_load_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

static void append_metrics(MtsRunData *data, const AppStoredRun *run)
{
    g_autofree MtsStepPoint *points = g_new(MtsStepPoint, run->metric_count);
    for (gsize i = 0; i < run->metric_count; i++)
        points[i] = (MtsStepPoint){.step = run->metrics[i].step,
            .loss = run->metrics[i].loss,
            .accuracy = run->metrics[i].accuracy,
            .cycles = (double)run->metrics[i].cycles};
    mts_run_data_append_steps(data, points, run->metric_count);
}

static void append_evals(MtsRunData *data, const AppStoredRun *run)
{
    for (gsize i = 0; i < run->eval_count; i++) {
        const MtsEvalPoint point = {.step = run->evals[i].step,
            .loss = run->evals[i].loss,
            .accuracy = run->evals[i].accuracy};
        mts_run_data_append_evals(data, &point, 1);
    }
}

MtsRunData *app_stored_run_to_data(const AppStoredRun *run)
{
    const DbRun *row = &run->list.runs[0];
    const EngClock clock = {
        .steps = MAX(row->steps_total, 1), .steps_per_epoch = MAX(row->steps_per_epoch, 1)};
    MtsRunData *data = mts_run_data_new(row->id, row->name, clock);
    append_metrics(data, run);
    append_evals(data, run);
    mts_run_data_set_status(data, mts_run_status_from_name(row->status), row->message);
    return data;
}
