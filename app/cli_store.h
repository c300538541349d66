/* What the commands share that read and write the store. */
#ifndef APP_CLI_STORE_H
#define APP_CLI_STORE_H

#include "base/text.h"
#include "cli_options.h"
#include "db_store.h"

/* Row of a command's option table. */
#define CLI_STORE_OPTION(path)                                                                     \
    {                                                                                              \
        "db", CLI_TEXT, &(path), "FILE", "the store ($XDG_DATA_HOME/mantissa/runs.db)"             \
    }

/* The file of --db, or the default one; NULL: a sentence was printed. eng_free. */
char *cli_store_path(const CliCommand *command, const char *wanted);

/* Opens an existing store. NULL: a sentence was printed. */
DbReader *cli_store_read(const CliCommand *command, const char *wanted);

/* Opens a store for writing; one that is not there is an error. NULL: a sentence was printed. */
DbStore *cli_store_write(const CliCommand *command, const char *wanted);

/* The same, but one that is not there is made, its folder too where it is the default one. */
DbStore *cli_store_make(const CliCommand *command, const char *wanted);

/* Waits for what was queued and closes. CLI_FAILED where `status` is not DB_OK, or something was
 * not written; then a sentence was printed (err's where `status` is not DB_OK). */
int cli_store_close(const CliCommand *command, DbStore *store, DbStatus status, const DbError *err);

/* No --db was given and nobody has trained yet: an empty library is no error. */
bool cli_store_nothing_yet(const char *wanted);

/* The id that a word gives; false: a sentence was printed. */
bool cli_run_id(const CliCommand *command, const char *word, int64_t *id);

/* The ids that `count` words give, in memory of eng_alloc; NULL: a sentence was printed. */
int64_t *cli_run_ids(const CliCommand *command, const char *const *words, size_t count);

/* ---- the rows of one run -------------------------------------------------------------------- */

typedef struct CliRun {
    DbRunList list; /* the one run */
    DbMetric *metrics;
    DbEval *evals;
    DbEventRow *events;
    size_t metric_count, eval_count, event_count;
} CliRun;

/* Reads all about run `id`. False: a sentence was printed. Free with cli_run_clear. */
bool cli_run_read(const CliCommand *command, DbReader *reader, int64_t id, CliRun *out);
void cli_run_clear(CliRun *run);

/* ---- answers -------------------------------------------------------------------------------- */

/* One run as `runs list --json` shows it. New reference. */
json_t *cli_run_json(const DbRun *run);

/* Adds a value on one line and frees it; NULL (memory was short) marks the text as failed. */
void cli_add_json(EngText *out, json_t *value);

/* Prints what was made and frees it; a text that ran short of memory is not printed in part. */
int cli_print_text(const CliCommand *command, EngText *out);

/* The same, to the file at `path`; NULL: to standard output. */
int cli_deliver(const CliCommand *command, EngText *out, const char *path);

#endif
