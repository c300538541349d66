/* The options by which commands say which experiment they mean: a file, or data, network and
 * schedule. */
#ifndef APP_CLI_EXPERIMENT_H
#define APP_CLI_EXPERIMENT_H

#include "cli_options.h"
#include "experiment.h"

#define CLI_HARDWARE_MAX 64

/* What the command line said; the texts are the arguments' own. Start with cli_experiment_new. */
typedef struct CliExperiment {
    const char *file, *data, *model, *schedule;
    uint32_t epochs, batch, limit;
    const char *settings[CLI_HARDWARE_MAX]; /* room of `hardware` */
    CliList hardware;
} CliExperiment;

/* Fills the struct and points its list at its room; it must not move afterwards. */
void cli_experiment_new(CliExperiment *args);

/* Rows of a command's option table. */
#define CLI_EXPERIMENT_OPTIONS(args)                                                               \
    {"experiment", CLI_TEXT, &(args).file, "FILE", "start from an experiment file (JSON)"},        \
        {"data", CLI_TEXT, &(args).data, "SPEC", "the data, see below"},                           \
        {"model", CLI_TEXT, &(args).model, "SPEC", "the network, see below"},                      \
        {"schedule", CLI_TEXT, &(args).schedule, "TEXT|@FILE",                                     \
            "the precision schedule, see below (all fp32), or\npreset:NAME, see mantissa-cli "     \
            "presets"},                                                                            \
        {"epochs", CLI_U32, &(args).epochs, "N", "passes over the training data (10)"},            \
        {"batch", CLI_U32, &(args).batch, "N", "samples a step (64)"},                             \
        {"limit", CLI_U32, &(args).limit, "N", "keep the first N training samples (0: all)"},      \
    {                                                                                              \
        "hardware", CLI_LIST, &(args).hardware, "KEY=VALUE",                                       \
            "a setting of the accelerator, like rows=32; again for\nmore of them (sparse_keep=2 "  \
            "sparse_of=4, multiplier=table\nmultiplier_table=FILE, …)"                           \
    }

/* What --help says below the options. */
#define CLI_EXPERIMENT_DETAILS                                                                     \
    "Models: mlp:256,128 (hidden widths), cnn:32,32,p,64,64,p,128,128,gap, or layer by layer:\n"   \
    "\"conv3x3-16, relu, pool2, gap, fc-10\".\n"                                                   \
    "Schedule: a line per lane, ';' between lanes of one line; later lines win:\n"                 \
    "\"*: bfp4; *.G: bfp4:sr8; fc1.W: bfp2 @0..50%, bfp4 @50%..\".\n"                              \
    "Or preset:NAME, one of those that mantissa-cli presets lists, written for the network.\n"

/* The experiment that file and options describe together: options win over the file. `out` is
 * uninitialised; clear it in any case. Unknown keys of the file are told on standard error.
 * Errors: IO, FORMAT, PARSE, RANGE, NOMEM. */
EngStatus cli_experiment_take(
    const CliCommand *command, const CliExperiment *args, AppExperiment *out, EngError *err);

#endif
