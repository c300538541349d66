#include "cli_experiment.h"
#include "base/memory.h"
#include "json.h"
#include <stdio.h>
#include <string.h>

void cli_experiment_new(CliExperiment *args)
{
    *args = (CliExperiment){0};
    args->hardware.items = args->settings;
    args->hardware.capacity = CLI_HARDWARE_MAX;
}

/* The schedule of --schedule: the text itself, @FILE's, or preset:NAME. A wrong word is told with its file. */
static EngStatus take_schedule(const char *text, AppExperiment *out, EngError *err)
{
    if (strncmp(text, APP_PRESET, strlen(APP_PRESET)) == 0)
        return app_experiment_set(&out->schedule, text, err);
    if (text[0] != '@')
        return app_experiment_set_schedule(out, text, err);
    const char *const path = text + 1;
    char *file = NULL;
    size_t length = 0;
    EngStatus status = app_file_read(path, &file, &length, err);
    if (status == ENG_OK && strlen(file) != length) {
        status = eng_error(err, ENG_ERR_FORMAT, "%s: byte %zu is 0, expected a schedule's text",
            path, strlen(file));
    } else if (status == ENG_OK) {
        status = app_experiment_set_schedule(out, file, err);
        if (status != ENG_OK)
            eng_error_prefix(err, "%s", path);
    }
    eng_free(file);
    return status;
}

/* Reads --experiment, or takes the defaults. */
static EngStatus take_base(const CliExperiment *args, AppExperiment *out, EngError *err)
{
    if (!args->file)
        return app_experiment_init(out, err);
    EngText warnings = {0};
    const EngStatus status = app_experiment_read(args->file, out, &warnings, err);
    if (warnings.data)
        fputs(warnings.data, stderr);
    eng_text_free(&warnings);
    return status;
}

static EngStatus take_texts(const CliExperiment *args, AppExperiment *out, EngError *err)
{
    EngStatus status = ENG_OK;
    if (args->data)
        status = app_experiment_set(&out->data, args->data, err);
    if (status == ENG_OK && args->model)
        status = app_experiment_set(&out->model, args->model, err);
    if (status == ENG_OK && args->schedule)
        status = take_schedule(args->schedule, out, err);
    for (size_t i = 0; status == ENG_OK && i < args->hardware.count; i++)
        status = app_experiment_set_hardware(out, args->hardware.items[i], err);
    return status;
}

EngStatus cli_experiment_take(
    const CliCommand *command, const CliExperiment *args, AppExperiment *out, EngError *err)
{
    EngStatus status = take_base(args, out, err);
    if (status == ENG_OK)
        status = take_texts(args, out, err);
    if (status != ENG_OK)
        return status;
    if (cli_given(command, "epochs"))
        out->training.epochs = args->epochs;
    if (cli_given(command, "batch"))
        out->training.batch = args->batch;
    if (cli_given(command, "limit"))
        out->limit = args->limit;
    return ENG_OK;
}
