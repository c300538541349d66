/* AppHistory: the stored runs as the window lists and shows them. Queries run away from the main
 * loop, on handles of their own; everything here is called on the main thread. */
#ifndef APP_HISTORY_H
#define APP_HISTORY_H

#include "db_store.h"
#include "mts-run-item.h"
#include <gio/gio.h>

typedef struct AppHistory AppHistory;

/* For the store at `path` (copied); empty until the first reload. */
AppHistory *app_history_new(const char *path);
void app_history_free(AppHistory *self);

/* The list of MtsRunItem, newest first; borrowed, updated in place by every reload. */
GListModel *app_history_get_runs(AppHistory *self);
/* The item of a run, or NULL; borrowed. */
MtsRunItem *app_history_find(AppHistory *self, gint64 id);

/* Reads the list again. Items that stay keep what the window set on them. `done` may be NULL;
 * it gets the sentence where the store could not be read, else NULL. */
typedef void (*AppHistoryDone)(gpointer ctx, const char *error);
void app_history_reload(AppHistory *self, AppHistoryDone done, gpointer ctx);

/* One stored run with everything the charts show. */
typedef struct AppStoredRun {
    DbRunList list; /* of one */
    DbMetric *metrics;
    gsize metric_count;
    DbEval *evals;
    gsize eval_count;
    DbEventRow *events;
    gsize event_count;
} AppStoredRun;

void app_stored_run_free(AppStoredRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AppStoredRun, app_stored_run_free)

void app_history_load_async(
    AppHistory *self, gint64 id, GAsyncReadyCallback ready, gpointer ready_data);
AppStoredRun *app_history_load_finish(GAsyncResult *result, GError **error);

/* The run's curves for the charts; the caller owns the object. */
MtsRunData *app_stored_run_to_data(const AppStoredRun *run);

#endif
