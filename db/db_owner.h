/* Inside the store only: who writes a file, and is that process still there? Any thread. */
#ifndef DB_OWNER_H
#define DB_OWNER_H

#include <stddef.h>
#include <stdint.h>

enum { DB_OWNER_TEXT = 160 };

/* A text that names this process for good: '<boot id> <pid namespace> <pid> <start time>'. A
 * process number alone would be given again; with the boot and the start time it cannot. */
void db_owner_self(char text[DB_OWNER_TEXT]);

typedef enum DbOwnerState {
    DB_OWNER_ALIVE,
    DB_OWNER_GONE,
    DB_OWNER_UNKNOWN, /* its number cannot be looked up: another container of this boot, a /proc that
                         hides other users' processes, or none */
} DbOwnerState;

DbOwnerState db_owner_state(const char *text);

#endif
