/* What the store's tests share: a folder of their own, files as bytes, SQL behind the store's back.
 */
#ifndef STORE_HELP_H
#define STORE_HELP_H

#include "check.h"
#include "db_store.h"
#include <sqlite3.h>

/* A new empty folder below $TMPDIR, else in memory, where syncing takes no time; the caller removes it with help_remove. */
char *help_folder(void);
void help_remove(char *folder); /* and all that is in it; frees the name */

/* "folder/name", to be freed. */
char *help_path(const char *folder, const char *name);

/* FNV-1a over names and bytes of everything in the folder, without the lock files (-shm) of open
 * databases, whose bytes mean nothing. */
uint64_t help_digest(const char *folder);

void help_write(const char *path, const void *bytes, size_t size);
void help_patch(const char *path, size_t offset, const void *bytes, size_t size);
size_t help_size(const char *path);
void help_copy(const char *from, const char *to);

/* Runs SQL with a handle of its own; a failure is a failed check. */
void help_sql(const char *path, const char *sql);
/* The one value that `sql` gives, as an integer or as text (freed by the next call). */
int64_t help_integer(const char *path, const char *sql);
const char *help_text(const char *path, const char *sql);

/* Opens a store with a short time-out; a failure ends the program. */
DbStore *help_open(const char *path);

/* Makes a run with plain values and gives its id. */
int64_t help_run(DbStore *store, const char *name);

/* `n` rows that can be told apart, from step `from` on. */
void help_metrics(DbMetric *rows, uint32_t from, size_t n);

/* A pseudo-random 64-bit number from a seed (SplitMix64: Steele, Lea, Flood 2014). */
uint64_t help_random(uint64_t *seed);

#endif
