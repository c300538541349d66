/* Looking after the file: backup, check, salvage, merge, giving space back, moving elsewhere.
 *
 * All of these wait, some for seconds; none may run on the window's main loop. What a function
 * takes as `path` may be open in this or another program meanwhile. */
#ifndef DB_MAINTAIN_H
#define DB_MAINTAIN_H

#include "db_store.h"

/* How far a long task has come, 0..1; returns false to stop it. NULL: nobody wants to know. */
typedef bool (*DbProgressFn)(void *ctx, double done);

/* ---- a copy ------------------------------------------------------------------------------ */

/* Copies the store at `from`, as it is at this moment, to the new file `to`, which appears only
 * when it is whole. Runs that go on are 'interrupted' in the copy. `from` may be written
 * meanwhile. Errors: IO (also: `to` exists, or stopped by `progress`), FOREIGN, NEWER, DAMAGED. */
DbStatus db_backup(
    const char *from, const char *to, DbProgressFn progress, void *ctx, DbError *err);

/* Moves an open store to the new file `to`: what is stored is copied, what is queued follows, and
 * from then on everything is written there, runs that go on among it. For a disk that is full, or
 * a folder that turned read-only. On failure the store stays where it is. The old file is left as
 * it is. A damaged old file is salvaged instead (see db_salvage). Readers have to be opened anew.
 * db_store_path changes: no other thread may be asking for it. */
DbStatus db_store_move(DbStore *store, const char *to, DbError *err);

/* ---- check and salvage ------------------------------------------------------------------- */

typedef void (*DbFindingFn)(void *ctx, const char *sentence);

/* Looks at every page, row, reference and checkpoint; each thing that is wrong is one sentence to
 * `finding` (at most 100 of them), and *count says how many. Reads all of the file, which
 * takes seconds from some 500 MB on. DB_OK also where something is wrong; errors where the file cannot be looked at. */
DbStatus db_check(const char *path, DbFindingFn finding, void *ctx, size_t *count, DbError *err);

typedef struct DbSalvaged {
    size_t runs, metrics, evals, events, statistics, checkpoints; /* rows that were saved */
    size_t other;                                                 /* tags, groups, presets */
    size_t gaps;    /* places where rows could not be read */
    size_t unnamed; /* runs whose row was lost, so that only what hung on it is there */
} DbSalvaged;

/* Reads what can be read of the damaged store `from` into the new store `to`, which must not
 * exist. Where the first page or the table of tables is lost, nothing can be read.
 * Errors: IO, FOREIGN, NEWER, DAMAGED (nothing can be read), NOMEM. */
DbStatus db_salvage(const char *from, const char *to, DbSalvaged *out, DbError *err);

/* ---- merging ----------------------------------------------------------------------------- */

typedef struct DbImported {
    size_t added;           /* runs that were not here */
    size_t updated;         /* runs that were here, but had come less far */
    size_t same;            /* runs that were here already */
    size_t groups, presets; /* added */
} DbImported;

/* Takes the runs of the store at `from` over, those in its bin left out: a transaction per run, so
 * that stopping half way leaves whole runs, and importing again goes on. A run is known by its
 * uuid: one that is here already is updated where it has come further over there (its name, note,
 * pin and colour stay as they are here; tags are joined), taken out of the bin where it was in it,
 * and else left alone. Forks find their parents wherever both are here. `from` of an older version
 * is read as such; it is never written. Errors: those of db_reader_open, and of writing. */
DbStatus db_store_import(DbStore *store, const char *from, DbProgressFn progress, void *ctx,
    DbImported *out, DbError *err);

/* ---- space ------------------------------------------------------------------------------- */

/* Ends the runs that have been in the bin since before `before` (Unix seconds; INT64_MAX: all),
 * and gives their space back to the disk. Cannot be undone. */
DbStatus db_store_purge(DbStore *store, int64_t before, size_t *runs, DbError *err);

typedef struct DbCompact {
    int64_t before; /* runs that ended, and last changed, before this; Unix seconds */
    uint32_t
        statistic_steps;  /* steps with statistics to keep of each run, evenly; UINT32_MAX: all */
    uint32_t checkpoints; /* newest checkpoints to keep of each run besides those 'kept';
                                 UINT32_MAX: all */
} DbCompact;

typedef struct DbCompacted {
    size_t runs;                    /* that were thinned out */
    size_t statistics, checkpoints; /* rows that went */
    uint64_t bytes;                 /* given back to the disk */
} DbCompacted;

/* Thins out what old runs keep beside their curves; metrics, evaluations and events stay. Only
 * ever on request. */
DbStatus db_store_compact(DbStore *store, const DbCompact *what, DbCompacted *out, DbError *err);

/* What it all takes, in bytes. */
typedef struct DbSpace {
    uint64_t file, log;   /* as on disk */
    uint64_t free;        /* of the file: pages without content */
    uint64_t checkpoints; /* of the file: bodies of checkpoints */
    size_t runs, bin;     /* runs; and of them in the bin */
    uint64_t metric_rows, statistic_rows;
} DbSpace;

/* Counts rows, so it takes a moment with a large file. */
DbStatus db_reader_space(DbReader *reader, DbSpace *out, DbError *err);

#endif
