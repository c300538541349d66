/* The library: what people do to their runs, and how they find them again.
 *
 * Writes are queued like those of db_store.h and never wait, except where it is said. Reads run on
 * the caller's thread with a reader of db_store.h. */
#ifndef DB_LIBRARY_H
#define DB_LIBRARY_H

#include "db_store.h"

/* ---- a person's hand: any thread ---------------------------------------------------------
 *
 * A run that is not there is reported by db_store_flush or db_store_take_error (NOT_FOUND). */

/* NULL or "" removes the note. */
DbStatus db_run_set_note(DbStore *store, int64_t id, const char *note);

/* A tag that is there already, or is not, is no error. Error ARGUMENT: NULL, empty, or with a line
 * break (tags are listed one a line). */
DbStatus db_run_add_tag(DbStore *store, int64_t id, const char *tag);
DbStatus db_run_remove_tag(DbStore *store, int64_t id, const char *tag);

DbStatus db_run_set_archived(DbStore *store, int64_t id, bool archived);

/* Place among the pinned runs, from 0; -1: not pinned. Places need not be without gaps. */
DbStatus db_run_set_pin(DbStore *store, int64_t id, int64_t place);

/* The colour slot that a run keeps everywhere, from 0; -1: the next free one. */
DbStatus db_run_set_colour(DbStore *store, int64_t id, int64_t slot);

/* Takes the run out of the bin: undoes db_run_delete. */
DbStatus db_run_restore(DbStore *store, int64_t id);

/* ---- groups: replicas and sweeps --------------------------------------------------------- */

typedef struct DbNewGroup {
    const char *name;
    const char *kind;   /* "noise" "weights" "data": the seed that varies; "sweep", "other" */
    const char *detail; /* JSON: what was swept; may be NULL */
    int64_t created;    /* Unix seconds */
} DbNewGroup;

/* Waits for the writer, gives the group's id. Errors: ARGUMENT (name or kind NULL), IO, NOMEM. */
DbStatus db_group_create(DbStore *store, const DbNewGroup *group, int64_t *id, DbError *err);
DbStatus db_group_rename(DbStore *store, int64_t group, const char *name);
/* Dissolves the group; its runs stay. */
DbStatus db_group_delete(DbStore *store, int64_t group);
/* group 0: out of any group. */
DbStatus db_run_set_group(DbStore *store, int64_t id, int64_t group, uint32_t replica);

typedef struct DbGroup {
    int64_t id, created;
    char *uuid, *name, *kind, *detail;
    size_t runs; /* in it, without those in the bin */
} DbGroup;

typedef struct DbGroupList {
    DbGroup *groups;
    size_t count;
} DbGroupList;

/* All groups, newest first. */
DbStatus db_reader_groups(DbReader *reader, DbGroupList *out, DbError *err);
void db_group_list_free(DbGroupList *list);

/* ---- presets: things saved under a name -------------------------------------------------- */

typedef struct DbPreset {
    const char *kind;   /* "schedule" "hardware" "experiment" "view" … */
    const char *name;   /* unique within its kind */
    const char *body;   /* schedule: its text; the others: JSON */
    const char *source; /* where it comes from; may be NULL */
    int64_t changed;    /* Unix seconds; set by the store */
} DbPreset;

/* Saves it in place of one of the same kind and name. Error ARGUMENT: kind, name or body NULL. */
DbStatus db_preset_save(DbStore *store, const DbPreset *preset);
DbStatus db_preset_delete(DbStore *store, const char *kind, const char *name);

typedef struct DbPresetList {
    DbPreset *presets; /* their texts belong to the list */
    size_t count;
} DbPresetList;

/* Presets of one kind, or all (NULL), by kind and name. */
DbStatus db_reader_presets(DbReader *reader, const char *kind, DbPresetList *out, DbError *err);
void db_preset_list_free(DbPresetList *list);

/* ---- finding ----------------------------------------------------------------------------- */

typedef enum DbSort {
    DB_SORT_CREATED,
    DB_SORT_CHANGED,
    DB_SORT_NAME, /* by letters without case, numbers by value: "run 2" before "run 10" */
    DB_SORT_STATUS,
    DB_SORT_DATA,
    DB_SORT_MODEL,
    DB_SORT_STEPS,
    DB_SORT_BEST_ACCURACY,
    DB_SORT_TEST_ACCURACY,
    DB_SORT_TEST_LOSS,
    DB_SORT_CYCLES,
    DB_SORT_ENERGY,
    DB_SORT_SIMULATED,
    DB_SORT_WALL,
    DB_SORT_PIN, /* pinned runs first, in their order */
    DB_SORT_COUNT
} DbSort;

typedef enum DbShelf {
    DB_SHELF_LIBRARY, /* neither archived nor in the bin */
    DB_SHELF_ARCHIVE,
    DB_SHELF_ALL, /* both */
    DB_SHELF_BIN,
} DbShelf;

/* What to look for; {0} finds the whole library, oldest first. A NULL text, and a 0 group, leave
 * the column out of account. */
typedef struct DbQuery {
    const char *text; /* words; each must occur, whatever its case, in the name, note, tags, data,
                         model, schedule as drawn, status or machine */
    const char *data, *model, *status, *tag; /* exactly this */
    int64_t group;
    int64_t created_from, created_before; /* Unix seconds; 0: open */
    DbShelf shelf;
    DbSort sort;
    bool descending; /* unknown values come last either way */
} DbQuery;

/* The ids of the runs found, in order. Quick with thousands of runs: lists keep the ids and ask
 * for the rows they show. *ids is malloc'd, the caller frees it with free(). */
DbStatus db_reader_find(
    DbReader *reader, const DbQuery *query, int64_t **ids, size_t *count, DbError *err);

/* The rows of `n` ids, in that order, without schedule_used and experiment (NULL). Ids that are
 * not there any more are left out. Free with db_run_list_free. */
DbStatus db_reader_rows(
    DbReader *reader, const int64_t *ids, size_t n, DbRunList *out, DbError *err);

typedef enum DbFacet { DB_FACET_DATA, DB_FACET_MODEL, DB_FACET_STATUS, DB_FACET_TAG } DbFacet;

typedef struct DbFacetValue {
    char *value;
    size_t runs;
} DbFacetValue;

/* The values that occur, without those in the bin, most frequent first: what a filter menu
 * offers. Free with db_facets_free. */
DbStatus db_reader_facets(
    DbReader *reader, DbFacet facet, DbFacetValue **values, size_t *count, DbError *err);
void db_facets_free(DbFacetValue *values, size_t count);

/* The run and all that it is related to by forks, parents first by age, as db_reader_rows gives
 * them; runs in the bin are left out. Children of one parent belong together even where the
 * parent itself is not in this file. */
DbStatus db_reader_family(DbReader *reader, int64_t id, DbRunList *out, DbError *err);

#endif
