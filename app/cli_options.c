#include "cli_options.h"
#include "base/text.h"
#include "json.h"
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Column in which the help of an option begins. */
#define HELP_COLUMN 28

/* A name of one letter takes one dash. */
static const char *dashes(const CliOption *option)
{
    return option->name[1] ? "--" : "-";
}

static void print_option(const CliOption *option)
{
    int width = printf("  %s%s", dashes(option), option->name);
    if (option->metavar)
        width += printf(" %s", option->metavar);
    const char *line = option->help;
    if (width > HELP_COLUMN - 2) {
        printf("\n");
        width = 0;
    }
    while (*line) {
        const size_t length = strcspn(line, "\n");
        printf("%*s%.*s\n", HELP_COLUMN - width, "", (int)length, line);
        line += length + (line[length] == '\n');
        width = 0;
    }
}

static void print_help(const CliCommand *command)
{
    printf("Usage: mantissa-cli %s%s%s%s\n\n%s\n", command->name,
        command->options[0].name ? " [OPTION…]" : "", command->arguments[0] ? " " : "",
        command->arguments, command->summary);
    if (command->options[0].name)
        printf("\n");
    for (const CliOption *option = command->options; option->name; option++)
        print_option(option);
    if (command->details)
        printf("\n%s", command->details);
    if (command->kinds)
        printf("\nData:\n%s", command->kinds);
}

void cli_complain(const CliCommand *command, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fprintf(stderr, "mantissa-cli %s: ", command->name);
    vfprintf(stderr, fmt, args);
    fprintf(stderr, "\n");
    va_end(args);
}

static CliParsed wrong_usage(const CliCommand *command)
{
    fprintf(stderr, "mantissa-cli %s --help lists what it takes.\n", command->name);
    return CLI_WRONG;
}

/* The option called text[0..length), or NULL. */
static const CliOption *find(const CliCommand *command, const char *text, size_t length)
{
    for (const CliOption *option = command->options; option->name; option++)
        if (strlen(option->name) == length && memcmp(option->name, text, length) == 0)
            return option;
    return NULL;
}

static const char *expected(CliKind kind)
{
    static const char *const words[] = {
        [CLI_FLAG] = "nothing",
        [CLI_TEXT] = "a text",
        [CLI_U32] = "a whole number up to 4294967295",
        [CLI_U64] = "a whole number up to 18446744073709551615",
        [CLI_INT] = "a whole number from -2147483647 to 2147483647",
        [CLI_DOUBLE] = "a number like 0.05",
        [CLI_LIST] = "fewer of them",
    };
    return words[kind];
}

static bool append(CliList *list, const char *text)
{
    if (list->count == list->capacity)
        return false;
    list->items[list->count++] = text;
    return true;
}

/* Stores the value of an option; false where it cannot be read. */
static bool store(const CliOption *option, const char *text)
{
    const char *end = text;
    uint64_t whole = 0;
    switch (option->kind) {
    case CLI_FLAG:
        return false;
    case CLI_TEXT:
        *(const char **)option->value = text;
        return true;
    case CLI_U32:
        if (!eng_text_read_u64(text, &end, &whole) || *end || whole > UINT32_MAX)
            return false;
        *(uint32_t *)option->value = (uint32_t)whole;
        return true;
    case CLI_U64:
        return eng_text_read_u64(text, &end, option->value) && *end == '\0';
    case CLI_INT:
        if (!eng_text_read_u64(text + (*text == '-'), &end, &whole) || *end || whole > INT32_MAX)
            return false;
        *(int32_t *)option->value = *text == '-' ? -(int32_t)whole : (int32_t)whole;
        return true;
    case CLI_DOUBLE:
        return eng_text_read_double(text, &end, option->value) && *end == '\0';
    case CLI_LIST:
        return append(option->value, text);
    }
    return false;
}

/* Reads one option at argv[*at] and moves *at behind it. */
static CliParsed parse_option(CliCommand *command, int argc, char **argv, int *at)
{
    const char *const given = argv[(*at)++];
    const size_t dash = given[1] == '-' ? 2 : 1;
    const char *const word = given + dash;
    const size_t length = strcspn(word, "=");
    const CliOption *const option = find(command, word, length);
    if (!option || (dash == 1 && option->name[1])) {
        cli_complain(command, "there is no option %.*s", (int)(dash + length), given);
        return wrong_usage(command);
    }
    command->given |= UINT64_C(1) << (option - command->options);
    if (option->kind == CLI_FLAG && word[length] == '\0') {
        *(bool *)option->value = true;
        return CLI_GO;
    }
    const char *value = word[length] == '=' ? word + length + 1 : NULL;
    if (!value && *at < argc)
        value = argv[(*at)++];
    if (!value) {
        cli_complain(command, "%s%s lacks its value, expected %s", dashes(option), option->name,
            expected(option->kind));
        return wrong_usage(command);
    }
    if (!store(option, value)) {
        cli_complain(command, "%s%s is \"%s\", expected %s", dashes(option), option->name, value,
            expected(option->kind));
        return wrong_usage(command);
    }
    return CLI_GO;
}

static bool asks_for_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

CliParsed cli_parse(CliCommand *command, int argc, char **argv, const char **words, size_t *count)
{
    bool options = true;
    *count = 0;
    for (int at = 0; at < argc;) {
        const char *const word = argv[at];
        if (options && strcmp(word, "--") == 0) {
            options = false;
            at++;
        } else if (options && asks_for_help(word)) {
            print_help(command);
            return CLI_HELPED;
        } else if (options && word[0] == '-' && word[1]) {
            const CliParsed parsed = parse_option(command, argc, argv, &at);
            if (parsed != CLI_GO)
                return parsed;
        } else if (*count == command->max_words) {
            cli_complain(command, "\"%s\" is one word too many", word);
            return wrong_usage(command);
        } else {
            words[(*count)++] = word;
            at++;
        }
    }
    if (*count < command->min_words) {
        cli_complain(command, "something is missing, expected %s", command->arguments);
        return wrong_usage(command);
    }
    return CLI_GO;
}

bool cli_given(const CliCommand *command, const char *name)
{
    for (const CliOption *option = command->options; option->name; option++)
        if (strcmp(option->name, name) == 0)
            return command->given >> (option - command->options) & 1;
    assert(!"an option of the command");
    return false;
}

void cli_print_json(json_t *value)
{
    EngText out = {0};
    app_json_add(&out, value, false);
    if (out.failed || puts(out.data) < 0)
        fprintf(stderr, "mantissa-cli: the answer could not be made or written\n");
    eng_text_free(&out);
    json_decref(value);
}

int cli_finish_output(const CliCommand *command, int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    cli_complain(command, "standard output: %s", strerror(errno));
    return CLI_FAILED;
}
