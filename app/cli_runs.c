/* mantissa-cli runs: what the store holds and what can be done with it. */
#include "cli_runs.h"
#include "cli_commands.h"
#include "cli_store.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- runs list ------------------------------------------------------------------------------ */

static void add_percent(EngText *out, float share)
{
    if (isnan(share))
        eng_text_add(out, "       -");
    else
        eng_text_add(out, " %7.2f", 100 * (double)share);
}

static void add_table(EngText *out, const DbRunList *list)
{
    eng_text_add(out, "%5s  %-11s %15s %7s %7s %15s  %s\n", "run", "status", "steps", "test %",
        "best %", "cycles", "name");
    for (size_t i = 0; i < list->count; i++) {
        const DbRun *const run = &list->runs[i];
        char steps[32];
        snprintf(steps, sizeof steps, "%u/%u", run->steps, run->steps_total);
        eng_text_add(
            out, "%5" PRId64 "  %-11s %15s", run->id, run->status ? run->status : "?", steps);
        add_percent(out, run->test_accuracy);
        add_percent(out, run->best_test_accuracy);
        eng_text_add(out, " %15" PRIu64 "  %s\n", run->cycles, run->name ? run->name : "");
    }
}

static int list_runs(int argc, char **argv)
{
    const char *db = NULL;
    bool json = false;
    const CliOption options[] = {
        CLI_STORE_OPTION(db),
        {"json", CLI_FLAG, &json, NULL, "a JSON array on standard output"},
        {NULL, CLI_FLAG, NULL, NULL, NULL},
    };
    CliCommand command = {.name = "runs list",
        .arguments = "",
        .summary = "Lists the runs that were kept, the newest first.",
        .options = options};
    size_t count;
    const CliParsed parsed = cli_parse(&command, argc, argv, NULL, &count);
    if (parsed != CLI_GO)
        return parsed == CLI_HELPED ? CLI_OK : CLI_USAGE;
    DbRunList list = {0};
    EngText out = {0};
    if (!cli_store_nothing_yet(db)) {
        DbError err = {0};
        DbReader *const reader = cli_store_read(&command, db);
        if (!reader)
            return CLI_FAILED;
        const DbStatus status = db_reader_runs(reader, &list, &err);
        db_reader_close(reader);
        if (status != DB_OK) {
            cli_complain(&command, "%s", err.text);
            return CLI_FAILED;
        }
    }
    if (json) {
        json_t *const array = json_array();
        for (size_t i = 0; i < list.count; i++)
            json_array_append_new(array, cli_run_json(&list.runs[i]));
        cli_add_json(&out, array);
    } else {
        add_table(&out, &list);
    }
    db_run_list_free(&list);
    return cli_print_text(&command, &out);
}

/* ---- all of them ---------------------------------------------------------------------------- */

typedef struct Verb {
    const char *name, *arguments;
    int (*run)(int argc, char **argv);
    const char *summary;
} Verb;

static const Verb verbs[] = {
    {"list", "", list_runs, "the runs that were kept, the newest first"},
    {"show", " RUN", cli_runs_show, "one run: experiment, state, evaluations"},
    {"diff", " A B", cli_runs_diff, "where two schedules differ, and what that costs"},
    {"export", " RUN", cli_runs_export, "its metrics as CSV, or everything as JSON"},
};

#define VERBS (sizeof verbs / sizeof verbs[0])

static void print_help(FILE *out)
{
    fprintf(out, "Usage: mantissa-cli runs VERB [OPTION…]\n\n");
    for (size_t i = 0; i < VERBS; i++) {
        const int width = fprintf(out, "  %s%s", verbs[i].name, verbs[i].arguments);
        fprintf(out, "%*s%s\n", width < 18 ? 18 - width : 1, "", verbs[i].summary);
    }
    fprintf(out, "\nmantissa-cli runs list --help (show, diff, …) lists the options.\n");
}

int cli_runs(int argc, char **argv)
{
    const char *const what = argc > 0 ? argv[0] : "";
    for (size_t i = 0; i < VERBS; i++)
        if (strcmp(what, verbs[i].name) == 0)
            return verbs[i].run(argc - 1, argv + 1);
    const bool asked = strcmp(what, "--help") == 0 || strcmp(what, "-h") == 0;
    print_help(asked ? stdout : stderr);
    return asked ? CLI_OK : CLI_USAGE;
}
