/* AppPast: what a fork has in common with its parent: the newest checkpoint before the fork, and
 * the rows of the steps until then. */
#ifndef APP_PAST_H
#define APP_PAST_H

#include "db_store.h"
#include "mts-run-data.h"
#include "recorder.h"
#include "train/checkpoint.h"

typedef struct AppPast {
    EngCheckpoint checkpoint; /* bytes NULL: none was kept, the fork starts at the beginning */
    DbMetric *metrics;
    size_t metric_count;
    DbEval *evals;
    size_t eval_count;
} AppPast;

/* Reads it from the store's file; not on the main loop. NULL and a sentence where the store cannot
 * be read; a damaged checkpoint gives way to an earlier one. */
AppPast *app_past_read(const char *store, const AppFork *fork, DbError *err);
void app_past_free(AppPast *past);

/* Queues the rows for the fork's own run. */
DbStatus app_past_store(const AppPast *past, DbStore *store, int64_t run);

/* Gives the curves their beginning. Main thread. */
void app_past_show(const AppPast *past, MtsRunData *data);

#endif
