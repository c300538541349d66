/* The experiment file: what a person hands to another so that a run can be made again.
 *
 *   {
 *     "version": 1,
 *     "name": "Digits, late raise",
 *     "data": "digits",                         a data spec of engine/data/dataset.h
 *     "limit": 0,                               training samples kept, 0 keeps all
 *     "model": "mlp:256,128",                   a network of engine/net/network.h
 *     "training": {"epochs": 10, "batch": 64, "learning_rate": 0.05, "momentum": 0.9,
 *                  "optimiser": "sgd", "rate": "cosine", … "evals_per_epoch": 1},
 *     "seeds": {"weights": 1, "data": 1, "noise": "18446744073709551615"},
 *     "schedule": ["*: bfp4", "*.G: bfp4:sr8"], a line per lane
 *     "hardware": {"rows": 64, … "wgrad": "os"} the keys of engine/hardware/settings.h, and
 *                                               "multiplier_table": the file of a multiplier's
 *                                               products (app/multiplier_file.h)
 *   }
 *
 * version, data and model must be there; everything else has the default of its header, and no
 * schedule means fp32. Seeds are integers below 2^63 or decimal strings below 2^64. Threads and
 * instruction set are not part of it, because they do not change a single bit of a run. */
#ifndef APP_EXPERIMENT_H
#define APP_EXPERIMENT_H

#include "base/error.h"
#include "base/text.h"
#include "hardware/hardware.h"
#include "train/trainer.h"
#include <jansson.h>
#include <stdint.h>

#define APP_EXPERIMENT_VERSION 1

/* A plain struct; strings are of eng_strdup and never NULL once it was initialised. */
typedef struct AppExperiment {
    char *name;                /* "" where nobody gave one */
    char *data, *model;        /* "digits", "mlp:256,128" */
    char *schedule;            /* the schedule's text, a line per lane; or preset:NAME, until
                                  app_job_open puts the text for this network in its place */
    uint32_t limit;            /* first training samples kept, 0 keeps all */
    EngTrainSettings training; /* with the three seeds; threads and isa stay out of the file */
    EngHardware hardware;
    char *multiplier_table; /* the file that a multiplier "table" is read from, "" for none */
} AppExperiment;

/* Sets every field to its default: no name, digits, mlp:256,128, all fp32, seeds 1.
 * Error NOMEM; app_experiment_clear is allowed then. */
EngStatus app_experiment_init(AppExperiment *experiment, EngError *err);

/* Frees the strings; a zeroed or cleared struct is fine. */
void app_experiment_clear(AppExperiment *experiment);

/* Replaces one of the strings by a copy of `text`. Error NOMEM. */
EngStatus app_experiment_set(char **field, const char *text, EngError *err);

/* Reads `text` as a schedule and keeps it in its plain form, a line per lane.
 * Errors: PARSE, naming line and word; NOMEM. The old schedule stays then. */
EngStatus app_experiment_set_schedule(AppExperiment *experiment, const char *text, EngError *err);

/* What the schedule begins with when it names a preset of engine/schedule/presets.h. Such a
 * schedule is for a command line; files hold the text. */
#define APP_PRESET "preset:"

/* A deep copy into an uninitialised struct. Error NOMEM. */
EngStatus app_experiment_copy(const AppExperiment *from, AppExperiment *to, EngError *err);

/* The name, or "data, model" where there is none; in memory of eng_alloc, NULL where it is short. */
char *app_experiment_title(const AppExperiment *experiment);

/* Reads an experiment into the uninitialised *out. A key this version does not know is left out
 * and named in `warnings`, a line each (may be NULL). `name` begins every sentence.
 * Errors: FORMAT with line and column, or with the key, its value and what was expected; PARSE
 * for the schedule's text; RANGE; UNSUPPORTED for a newer version; NOMEM. */
EngStatus app_experiment_parse(const char *text, size_t length, const char *name,
    AppExperiment *out, EngText *warnings, EngError *err);

/* The same from a file. Errors: IO besides. */
EngStatus app_experiment_read(
    const char *path, AppExperiment *out, EngText *warnings, EngError *err);

/* Adds the experiment as JSON: indented with a final newline, or on one line. out->failed says
 * that memory was short. */
void app_experiment_text(const AppExperiment *experiment, EngText *out, bool pretty);

/* Writes the file; what stood there before is replaced only by a whole new one. Errors: IO, NOMEM. */
EngStatus app_experiment_write(const AppExperiment *experiment, const char *path, EngError *err);

/* Sets the training's setting `key` of a few words ("optimiser", "rate") from one of them.
 * Error PARSE, naming the words there are. */
EngStatus app_training_word(
    EngTrainSettings *settings, const char *key, const char *word, EngError *err);

/* Sets one hardware setting from `key=value` text ("rows=32", "wgrad=ws"); the keys are those of
 * the file. Errors: PARSE, RANGE, naming key or value and what was expected; NOMEM. */
EngStatus app_hardware_set(EngHardware *hardware, const char *text, EngError *err);

/* The same for the experiment's accelerator, where "multiplier_table=FILE" is a setting, too. */
EngStatus app_experiment_set_hardware(AppExperiment *experiment, const char *text, EngError *err);

/* The hardware settings as a new JSON object; NULL where memory is short. */
json_t *app_hardware_json(const EngHardware *hardware);

#endif
