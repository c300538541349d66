/* Inside the store only: what a store is. */
#ifndef DB_INNER_H
#define DB_INNER_H

#include "db_queue.h"

struct DbStore {
    char *path;
    int busy_ms;
    pthread_t thread; /* the writer's; it alone touches the writing handle, which it owns */
    DbQueue queue;
};

/* Queues `n` rows of `row_size` bytes, copied, in pieces, so that no piece holds the file for long.
 * Waits for room in the queue. */
DbStatus db_add_rows(
    DbStore *store, int64_t id, DbApply apply, const void *rows, size_t row_size, size_t n);

#endif
