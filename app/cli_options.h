/* Options of a command, from one table: parsing and --help say the same because they read the
 * same lines. `--name value` and `--name=value`, `-N value` for a name of one letter; `--` ends the
 * options. */
#ifndef APP_CLI_OPTIONS_H
#define APP_CLI_OPTIONS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Exit statuses of mantissa-cli. */
enum {
    CLI_OK = 0,
    CLI_FAILED = 1, /* the job failed, was refused or did not finish */
    CLI_USAGE = 2,  /* the command line cannot be read */
};

typedef enum CliKind {
    CLI_FLAG,   /* bool: no value */
    CLI_TEXT,   /* const char *: any text */
    CLI_U32,    /* uint32_t: a whole number */
    CLI_U64,    /* uint64_t: a whole number */
    CLI_INT,    /* int32_t: a whole number, negative ones too */
    CLI_DOUBLE, /* double: a decimal number, with a point in any locale */
    CLI_LIST,   /* CliList: any text; may be given again and again */
} CliKind;

/* The texts of an option that may be repeated. */
typedef struct CliList {
    const char **items;
    size_t count, capacity; /* the caller gives room for `capacity` items */
} CliList;

typedef struct CliOption {
    const char *name; /* "epochs", without the dashes */
    CliKind kind;
    void *value;         /* where it goes; keeps its default if the option is not given */
    const char *metavar; /* "N"; NULL for a flag */
    const char *help;    /* a line or more, separated by newlines */
} CliOption;

typedef struct CliCommand {
    const char *name;            /* "train", "runs list" */
    const char *arguments;       /* "ID", "FILE…" or "" */
    const char *summary;         /* one line */
    const char *details;         /* paragraphs behind the options, or NULL */
    const char *kinds;           /* lines of "  kind  what it is" behind them, or NULL */
    const CliOption *options;    /* at most 64; ends with a NULL name */
    size_t min_words, max_words; /* arguments that are no options */
    uint64_t given;              /* bit i: option i was given; set by cli_parse */
} CliCommand;

typedef enum CliParsed { CLI_GO, CLI_HELPED, CLI_WRONG } CliParsed;

/* Reads argv[0..argc), the words behind the command's name, into the options' values and the
 * other words to words[0..*count) (room for max_words). CLI_HELPED: --help was answered on standard
 * output. CLI_WRONG: one sentence went to standard error. */
CliParsed cli_parse(CliCommand *command, int argc, char **argv, const char **words, size_t *count);

/* Whether option `name` of the command was given; it must be in its table. */
bool cli_given(const CliCommand *command, const char *name);

/* Prints "mantissa-cli NAME: sentence" on standard error. */
void cli_complain(const CliCommand *command, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Prints a value as one line of JSON on standard output and frees it; NULL (memory was short)
 * prints nothing and makes cli_finish_output fail. */
void cli_print_json(json_t *value);

/* Ends standard output; a full disk or closed pipe behind it turns CLI_OK into CLI_FAILED. */
int cli_finish_output(const CliCommand *command, int status);

#endif
