/* mantissa-cli runs: what the store holds, as text, CSV and JSON. */
#include "base/memory.h"
#include "base/text.h"
#include "cli_commands.h"
#include "cli_options.h"
#include "db_store.h"
#include "json.h"
#include "paths.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- the file ------------------------------------------------------------------------------ */

/* The path of --db or the default one; NULL: a sentence was printed. eng_free. */
static char *store_path(const CliCommand *command, const char *wanted)
{
    EngError err = {0};
    char *path = NULL;
    if (wanted)
        path = eng_strdup(wanted);
    else if (app_default_store(&path, &err) != ENG_OK)
        cli_complain(command, "%s", err.text);
    return path;
}

static DbReader *open_reader(const CliCommand *command, const char *wanted)
{
    DbReader *reader = NULL;
    DbError err = {0};
    char *const path = store_path(command, wanted);
    if (path && db_reader_open(path, &reader, &err) != DB_OK)
        cli_complain(command, "%s", err.text);
    eng_free(path);
    return reader;
}

/* The id that a word gives; false: a sentence was printed. */
static bool take_id(const CliCommand *command, const char *word, int64_t *id)
{
    uint64_t value;
    const char *end;
    if (eng_text_read_u64(word, &end, &value) && *end == '\0' && value <= INT64_MAX) {
        *id = (int64_t)value;
        return true;
    }
    cli_complain(
        command, "\"%s\" is no run's number, expected one of mantissa-cli runs list", word);
    return false;
}

/* ---- JSON ---------------------------------------------------------------------------------- */

/* A schedule's text as an array of its lines; null for NULL. */
static json_t *lines_json(const char *text)
{
    if (!text)
        return json_null();
    json_t *const lines = json_array();
    while (*text) {
        const size_t length = strcspn(text, "\n");
        json_array_append_new(lines, json_stringn(text, length));
        text += length + (text[length] == '\n');
    }
    return lines;
}

/* One run as `runs list --json` shows it. */
static json_t *run_json(const DbRun *run)
{
    char hash[17];
    snprintf(hash, sizeof hash, "%016" PRIx64, run->loss_hash);
    json_t *const seeds = json_pack("{s:o, s:o, s:o}", "weights", app_json_u64(run->seed_weights),
        "data", app_json_u64(run->seed_data), "noise", app_json_u64(run->seed_noise));
    json_t *const about = json_pack("{s:I, s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
        "run", (json_int_t)run->id, "name", app_json_string(run->name), "status",
        app_json_string(run->status), "message", app_json_string(run->message), "created",
        (json_int_t)run->created, "data", app_json_string(run->data), "model",
        app_json_string(run->model), "schedule", lines_json(run->schedule), "schedule_used",
        lines_json(run->schedule_used), "seeds", seeds, "engine_version",
        app_json_string(run->engine_version), "machine", app_json_string(run->machine));
    json_t *const figures =
        json_pack("{s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "steps",
            (json_int_t)run->steps, "steps_total", (json_int_t)run->steps_total, "steps_per_epoch",
            (json_int_t)run->steps_per_epoch, "train_loss", app_json_real((double)run->train_loss),
            "test_loss", app_json_real((double)run->test_loss), "test_accuracy",
            app_json_real((double)run->test_accuracy), "best_test_accuracy",
            app_json_real((double)run->best_test_accuracy), "loss_hash", hash, "cycles",
            app_json_count(run->cycles), "compute_cycles", app_json_count(run->compute_cycles),
            "simulated_seconds", app_json_real(run->simulated_seconds), "energy_joules",
            app_json_real((double)run->femtojoules * 1e-15), "wall_seconds",
            app_json_real(run->wall_seconds));
    if (about && figures)
        json_object_update(about, figures);
    json_decref(figures);
    return about;
}

/* The stored experiment as JSON; null where it cannot be read. */
static json_t *experiment_json(const DbRun *run)
{
    json_t *value = NULL;
    if (run->experiment &&
        app_json_parse(run->experiment, strlen(run->experiment), "experiment", &value, NULL) ==
            ENG_OK)
        return value;
    return json_null();
}

static json_t *evals_json(const DbEval *rows, size_t count)
{
    json_t *const list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list,
            json_pack("{s:I, s:o, s:o, s:o}", "step", (json_int_t)rows[i].step, "loss",
                app_json_real((double)rows[i].loss), "accuracy",
                app_json_real((double)rows[i].accuracy), "wall_seconds",
                app_json_real(rows[i].wall_seconds)));
    return list;
}

static json_t *metrics_json(const DbMetric *rows, size_t count)
{
    json_t *const list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list,
            json_pack("{s:I, s:o, s:o, s:o, s:o, s:o}", "step", (json_int_t)rows[i].step, "loss",
                app_json_real((double)rows[i].loss), "accuracy",
                app_json_real((double)rows[i].accuracy), "cycles", app_json_count(rows[i].cycles),
                "femtojoules", app_json_count(rows[i].femtojoules), "wall_seconds",
                app_json_real(rows[i].wall_seconds)));
    return list;
}

static json_t *events_json(const DbEventRow *rows, size_t count)
{
    json_t *const list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list,
            json_pack("{s:I, s:o, s:o}", "step", (json_int_t)rows[i].step, "kind",
                app_json_string(rows[i].kind), "detail", app_json_string(rows[i].detail)));
    return list;
}

/* Adds a value to the text and frees it. */
static void add_json(EngText *out, json_t *value)
{
    app_json_add(out, value, false);
    eng_text_add(out, "\n");
    json_decref(value);
}

/* ---- the rows of one run -------------------------------------------------------------------- */

typedef struct RunRows {
    DbRunList list; /* the one run */
    DbMetric *metrics;
    DbEval *evals;
    DbEventRow *events;
    size_t metric_count, eval_count, event_count;
} RunRows;

static void free_rows(RunRows *rows)
{
    db_run_list_free(&rows->list);
    free(rows->metrics);
    free(rows->evals);
    db_events_free(rows->events, rows->event_count);
}

/* Reads everything about run `id`. False: a sentence was printed. */
static bool read_rows(const CliCommand *command, DbReader *reader, int64_t id, RunRows *rows)
{
    DbError err = {0};
    *rows = (RunRows){0};
    DbStatus status = db_reader_run(reader, id, &rows->list, &err);
    if (status == DB_OK)
        status = db_reader_metrics(reader, id, &rows->metrics, &rows->metric_count, &err);
    if (status == DB_OK)
        status = db_reader_evals(reader, id, &rows->evals, &rows->eval_count, &err);
    if (status == DB_OK)
        status = db_reader_events(reader, id, &rows->events, &rows->event_count, &err);
    if (status == DB_OK)
        return true;
    cli_complain(command, "%s", err.text);
    free_rows(rows);
    return false;
}

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

/* Prints what was made; a text that ran short of memory is not printed in part. */
static int print_text(const CliCommand *command, EngText *out)
{
    int status = CLI_OK;
    if (out->failed) {
        cli_complain(command, "no memory for the answer");
        status = CLI_FAILED;
    } else if (out->data) {
        fwrite(out->data, 1, out->length, stdout);
    }
    eng_text_free(out);
    return cli_finish_output(command, status);
}

/* Nobody has trained yet: an empty library is no error. */
static bool nothing_yet(const char *wanted)
{
    char *path = NULL;
    const bool missing =
        !wanted && app_default_store(&path, NULL) == ENG_OK && access(path, F_OK) != 0;
    eng_free(path);
    return missing;
}

static int list_runs(int argc, char **argv)
{
    const char *db = NULL;
    bool json = false;
    const CliOption options[] = {
        {"db", CLI_TEXT, &db, "FILE", "the store ($XDG_DATA_HOME/mantissa/runs.db)"},
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
    if (!nothing_yet(db)) {
        DbError err = {0};
        DbReader *const reader = open_reader(&command, db);
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
            json_array_append_new(array, run_json(&list.runs[i]));
        add_json(&out, array);
    } else {
        add_table(&out, &list);
    }
    db_run_list_free(&list);
    return print_text(&command, &out);
}

/* ---- runs show ------------------------------------------------------------------------------ */

static void add_indented(EngText *out, const char *title, const char *text)
{
    eng_text_add(out, "%s\n", title);
    while (text && *text) {
        const size_t length = strcspn(text, "\n");
        eng_text_add(out, "  %.*s\n", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

static void add_plain(EngText *out, const RunRows *rows)
{
    const DbRun *const run = &rows->list.runs[0];
    const time_t created = (time_t)run->created;
    struct tm tm;
    char when[32] = "?";
    if (localtime_r(&created, &tm))
        strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &tm);
    eng_text_add(out, "run %" PRId64 ": %s\n", run->id, run->name ? run->name : "");
    eng_text_add(out, "status          %s, %u of %u steps\n", run->status ? run->status : "?",
        run->steps, run->steps_total);
    if (run->message)
        eng_text_add(out, "                %s\n", run->message);
    eng_text_add(out, "created         %s, Mantissa %s, %s\n", when,
        run->engine_version ? run->engine_version : "?", run->machine ? run->machine : "?");
    eng_text_add(out, "data            %s\nmodel           %s\n", run->data ? run->data : "?",
        run->model ? run->model : "?");
    eng_text_add(out, "seeds           weights %" PRIu64 ", data %" PRIu64 ", noise %" PRIu64 "\n",
        run->seed_weights, run->seed_data, run->seed_noise);
    if (!isnan(run->train_loss))
        eng_text_add(out, "training loss   %.4f\n", (double)run->train_loss);
    if (!isnan(run->test_accuracy))
        eng_text_add(out, "test            loss %.4f, accuracy %.2f %%, best %.2f %%\n",
            (double)run->test_loss, 100 * (double)run->test_accuracy,
            100 * (double)run->best_test_accuracy);
    eng_text_add(out, "loss hash       %016" PRIx64 "\n", run->loss_hash);
    eng_text_add(out, "accelerator     %" PRIu64 " cycles, %.4g s and %.4g J simulated\n",
        run->cycles, run->simulated_seconds, (double)run->femtojoules * 1e-15);
    eng_text_add(out, "wall time       %.2f s\n", run->wall_seconds);
    add_indented(out, "schedule", run->schedule);
    if (run->schedule_used && strcmp(run->schedule_used, run->schedule ? run->schedule : "") != 0)
        add_indented(out, "schedule as used", run->schedule_used);
    for (size_t i = 0; i < rows->eval_count; i++)
        eng_text_add(out, "%sstep %-10u loss %.4f, accuracy %.2f %%\n", i ? "  " : "tests\n  ",
            rows->evals[i].step, (double)rows->evals[i].loss,
            100 * (double)rows->evals[i].accuracy);
}

static int show_run(int argc, char **argv)
{
    const char *db = NULL;
    bool json = false;
    const CliOption options[] = {
        {"db", CLI_TEXT, &db, "FILE", "the store ($XDG_DATA_HOME/mantissa/runs.db)"},
        {"json", CLI_FLAG, &json, NULL, "one JSON object on standard output"},
        {NULL, CLI_FLAG, NULL, NULL, NULL},
    };
    CliCommand command = {.name = "runs show",
        .arguments = "RUN",
        .summary = "Shows one run: its experiment, where it stands, its evaluations.",
        .options = options,
        .min_words = 1,
        .max_words = 1};
    size_t count;
    const char *word = NULL;
    int64_t id = 0;
    const CliParsed parsed = cli_parse(&command, argc, argv, &word, &count);
    if (parsed == CLI_HELPED)
        return CLI_OK;
    if (parsed != CLI_GO || !take_id(&command, word, &id))
        return CLI_USAGE;
    DbReader *const reader = open_reader(&command, db);
    RunRows rows;
    const bool found = reader && read_rows(&command, reader, id, &rows);
    db_reader_close(reader);
    if (!found)
        return CLI_FAILED;
    EngText out = {0};
    if (json) {
        json_t *const value = run_json(&rows.list.runs[0]);
        json_object_set_new(value, "experiment", experiment_json(&rows.list.runs[0]));
        json_object_set_new(value, "evals", evals_json(rows.evals, rows.eval_count));
        add_json(&out, value);
    } else {
        add_plain(&out, &rows);
    }
    free_rows(&rows);
    return print_text(&command, &out);
}

/* ---- runs export ---------------------------------------------------------------------------- */

static void add_number(EngText *out, double value)
{
    char text[ENG_TEXT_NUMBER];
    eng_text_add(out, ",%s", isfinite(value) ? eng_text_double(text, value) : "");
}

/* A row per step; an evaluation stands on the row of the step before it. */
static void add_csv(EngText *out, const RunRows *rows)
{
    size_t eval = 0;
    eng_text_add(
        out, "step,loss,accuracy,cycles,femtojoules,wall_seconds,test_loss,test_accuracy\n");
    for (size_t i = 0; i < rows->metric_count; i++) {
        const DbMetric *const row = &rows->metrics[i];
        eng_text_add(out, "%u", row->step);
        add_number(out, (double)row->loss);
        add_number(out, (double)row->accuracy);
        eng_text_add(out, ",%" PRIu64 ",%" PRIu64, row->cycles, row->femtojoules);
        add_number(out, row->wall_seconds);
        while (eval < rows->eval_count && rows->evals[eval].step <= row->step)
            eval++;
        if (eval < rows->eval_count && rows->evals[eval].step == row->step + 1) {
            add_number(out, (double)rows->evals[eval].loss);
            add_number(out, (double)rows->evals[eval].accuracy);
        } else {
            eng_text_add(out, ",,");
        }
        eng_text_add(out, "\n");
    }
}

static void add_everything(EngText *out, const RunRows *rows)
{
    json_t *const value = run_json(&rows->list.runs[0]);
    json_object_set_new(value, "experiment", experiment_json(&rows->list.runs[0]));
    json_object_set_new(value, "metrics", metrics_json(rows->metrics, rows->metric_count));
    json_object_set_new(value, "evals", evals_json(rows->evals, rows->eval_count));
    json_object_set_new(value, "events", events_json(rows->events, rows->event_count));
    add_json(out, value);
}

/* To the file of --output, or to standard output. */
static int deliver(const CliCommand *command, EngText *out, const char *path)
{
    EngError err = {0};
    if (!path || out->failed)
        return print_text(command, out);
    const EngStatus status = app_file_write(path, out->data, out->length, &err);
    eng_text_free(out);
    if (status == ENG_OK)
        return CLI_OK;
    cli_complain(command, "%s", err.text);
    return CLI_FAILED;
}

static int export_run(int argc, char **argv)
{
    const char *db = NULL, *output = NULL;
    bool json = false;
    const CliOption options[] = {
        {"db", CLI_TEXT, &db, "FILE", "the store ($XDG_DATA_HOME/mantissa/runs.db)"},
        {"json", CLI_FLAG, &json, NULL,
            "everything about the run as one JSON object: what runs\n"
            "show has, and metrics, evals and events"},
        {"output", CLI_TEXT, &output, "FILE", "write to FILE (standard output)"},
        {NULL, CLI_FLAG, NULL, NULL, NULL},
    };
    CliCommand command = {.name = "runs export",
        .arguments = "RUN",
        .summary = "Writes a run's metrics as CSV, a row per training step; an evaluation of the\n"
                   "test data stands on the row of the step before it.",
        .options = options,
        .min_words = 1,
        .max_words = 1};
    size_t count;
    const char *word = NULL;
    int64_t id = 0;
    const CliParsed parsed = cli_parse(&command, argc, argv, &word, &count);
    if (parsed == CLI_HELPED)
        return CLI_OK;
    if (parsed != CLI_GO || !take_id(&command, word, &id))
        return CLI_USAGE;
    DbReader *const reader = open_reader(&command, db);
    RunRows rows;
    const bool found = reader && read_rows(&command, reader, id, &rows);
    db_reader_close(reader);
    if (!found)
        return CLI_FAILED;
    EngText out = {0};
    if (json)
        add_everything(&out, &rows);
    else
        add_csv(&out, &rows);
    free_rows(&rows);
    return deliver(&command, &out, output);
}

static const char help[] = "Usage: mantissa-cli runs list|show|export [OPTION…]\n"
                           "\n"
                           "  list            the runs that were kept, the newest first\n"
                           "  show RUN        one run: experiment, state, evaluations\n"
                           "  export RUN      its metrics as CSV, or everything as JSON\n"
                           "\n"
                           "mantissa-cli runs list --help (show, export) lists the options.\n";

int cli_runs(int argc, char **argv)
{
    const char *const what = argc > 0 ? argv[0] : "";
    if (strcmp(what, "list") == 0)
        return list_runs(argc - 1, argv + 1);
    if (strcmp(what, "show") == 0)
        return show_run(argc - 1, argv + 1);
    if (strcmp(what, "export") == 0)
        return export_run(argc - 1, argv + 1);
    const bool asked = strcmp(what, "--help") == 0 || strcmp(what, "-h") == 0;
    fputs(help, asked ? stdout : stderr);
    return asked ? CLI_OK : CLI_USAGE;
}
