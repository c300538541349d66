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

#endif
