/* mantissa-cli runs show and export: one run as text, CSV and JSON. */
#include "base/memory.h"
#include "base/text.h"
#include "cli_runs.h"
#include "cli_store.h"
#include "json.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <time.h>

/* ---- parts of the JSON ----------------------------------------------------------------------- */

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

static void add_plain(EngText *out, const CliRun *rows)
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

int cli_runs_show(int argc, char **argv)
{
    const char *db = NULL;
    bool json = false;
    const CliOption options[] = {
        CLI_STORE_OPTION(db),
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
    if (parsed != CLI_GO || !cli_run_id(&command, word, &id))
        return CLI_USAGE;
    DbReader *const reader = cli_store_read(&command, db);
    CliRun rows;
    const bool found = reader && cli_run_read(&command, reader, id, &rows);
    db_reader_close(reader);
    if (!found)
        return CLI_FAILED;
    EngText out = {0};
    if (json) {
        json_t *const value = cli_run_json(&rows.list.runs[0]);
        json_object_set_new(value, "experiment", experiment_json(&rows.list.runs[0]));
        json_object_set_new(value, "evals", evals_json(rows.evals, rows.eval_count));
        cli_add_json(&out, value);
    } else {
        add_plain(&out, &rows);
    }
    cli_run_clear(&rows);
    return cli_print_text(&command, &out);
}

/* ---- runs export ---------------------------------------------------------------------------- */

static void add_number(EngText *out, double value)
{
    char text[ENG_TEXT_NUMBER];
    eng_text_add(out, ",%s", isfinite(value) ? eng_text_double(text, value) : "");
}

/* A row per step; an evaluation stands on the row of the step before it. */
static void add_csv(EngText *out, const CliRun *rows)
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

static void add_everything(EngText *out, const CliRun *rows)
{
    json_t *const value = cli_run_json(&rows->list.runs[0]);
    json_object_set_new(value, "experiment", experiment_json(&rows->list.runs[0]));
    json_object_set_new(value, "metrics", metrics_json(rows->metrics, rows->metric_count));
    json_object_set_new(value, "evals", evals_json(rows->evals, rows->eval_count));
    json_object_set_new(value, "events", events_json(rows->events, rows->event_count));
    cli_add_json(out, value);
}

int cli_runs_export(int argc, char **argv)
{
    const char *db = NULL, *output = NULL;
    bool json = false;
    const CliOption options[] = {
        CLI_STORE_OPTION(db),
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
    if (parsed != CLI_GO || !cli_run_id(&command, word, &id))
        return CLI_USAGE;
    DbReader *const reader = cli_store_read(&command, db);
    CliRun rows;
    const bool found = reader && cli_run_read(&command, reader, id, &rows);
    db_reader_close(reader);
    if (!found)
        return CLI_FAILED;
    EngText out = {0};
    if (json)
        add_everything(&out, &rows);
    else
        add_csv(&out, &rows);
    cli_run_clear(&rows);
    return cli_deliver(&command, &out, output);
}
