#include "cli_store.h"
#include "base/memory.h"
#include "json.h"
#include "paths.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the file ------------------------------------------------------------------------------ */

char *cli_store_path(const CliCommand *command, const char *wanted)
{
    EngError err = {0};
    char *path = NULL;
    if (wanted)
        path = eng_strdup(wanted);
    else if (app_default_store(&path, &err) != ENG_OK)
        cli_complain(command, "%s", err.text);
    return path;
}

DbReader *cli_store_read(const CliCommand *command, const char *wanted)
{
    DbReader *reader = NULL;
    DbError err = {0};
    char *const path = cli_store_path(command, wanted);
    if (path && db_reader_open(path, &reader, &err) != DB_OK)
        cli_complain(command, "%s", err.text);
    eng_free(path);
    return reader;
}

static DbStore *open_writer(const CliCommand *command, const char *path)
{
    DbStore *store = NULL;
    DbError err = {0};
    if (db_store_open(path, &store, &err) != DB_OK)
        cli_complain(command, "%s", err.text);
    return store;
}

DbStore *cli_store_write(const CliCommand *command, const char *wanted)
{
    DbStore *store = NULL;
    char *const path = cli_store_path(command, wanted);
    if (path && access(path, F_OK) != 0)
        cli_complain(command, "%s: %s", path, strerror(errno));
    else if (path)
        store = open_writer(command, path);
    eng_free(path);
    return store;
}

DbStore *cli_store_make(const CliCommand *command, const char *wanted)
{
    EngError err = {0};
    DbStore *store = NULL;
    char *const path = cli_store_path(command, wanted);
    if (path && !wanted && app_make_folder_of(path, &err) != ENG_OK)
        cli_complain(command, "%s", err.text);
    else if (path)
        store = open_writer(command, path);
    eng_free(path);
    return store;
}

int cli_store_close(const CliCommand *command, DbStore *store, DbStatus status, const DbError *err)
{
    DbError late = {0};
    if (status != DB_OK)
        cli_complain(command, "%s", err->text);
    const DbStatus closed = db_store_close(store, &late);
    if (status == DB_OK && closed != DB_OK)
        cli_complain(command, "%s", late.text);
    return status == DB_OK && closed == DB_OK ? CLI_OK : CLI_FAILED;
}

bool cli_store_nothing_yet(const char *wanted)
{
    char *path = NULL;
    const bool missing =
        !wanted && app_default_store(&path, NULL) == ENG_OK && access(path, F_OK) != 0;
    eng_free(path);
    return missing;
}

bool cli_run_id(const CliCommand *command, const char *word, int64_t *id)
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

int64_t *cli_run_ids(const CliCommand *command, const char *const *words, size_t count)
{
    int64_t *const ids = eng_alloc(count, sizeof *ids);
    if (!ids)
        cli_complain(command, "no memory for %zu runs", count);
    for (size_t i = 0; ids && i < count; i++) {
        if (!cli_run_id(command, words[i], &ids[i])) {
            eng_free(ids);
            return NULL;
        }
    }
    return ids;
}

/* ---- the rows of one run -------------------------------------------------------------------- */

void cli_run_clear(CliRun *run)
{
    db_run_list_free(&run->list);
    free(run->metrics);
    free(run->evals);
    db_events_free(run->events, run->event_count);
    *run = (CliRun){0};
}

bool cli_run_read(const CliCommand *command, DbReader *reader, int64_t id, CliRun *out)
{
    DbError err = {0};
    *out = (CliRun){0};
    DbStatus status = db_reader_run(reader, id, &out->list, &err);
    if (status == DB_OK)
        status = db_reader_metrics(reader, id, &out->metrics, &out->metric_count, &err);
    if (status == DB_OK)
        status = db_reader_evals(reader, id, &out->evals, &out->eval_count, &err);
    if (status == DB_OK)
        status = db_reader_events(reader, id, &out->events, &out->event_count, &err);
    if (status == DB_OK)
        return true;
    cli_complain(command, "%s", err.text);
    cli_run_clear(out);
    return false;
}

/* ---- answers -------------------------------------------------------------------------------- */

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

json_t *cli_run_json(const DbRun *run)
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

void cli_add_json(EngText *out, json_t *value)
{
    app_json_add(out, value, false);
    eng_text_add(out, "\n");
    json_decref(value);
}

int cli_print_text(const CliCommand *command, EngText *out)
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

int cli_deliver(const CliCommand *command, EngText *out, const char *path)
{
    EngError err = {0};
    if (!path || out->failed)
        return cli_print_text(command, out);
    const EngStatus status = app_file_write(path, out->data, out->length, &err);
    eng_text_free(out);
    if (status == ENG_OK)
        return CLI_OK;
    cli_complain(command, "%s", err.text);
    return CLI_FAILED;
}
