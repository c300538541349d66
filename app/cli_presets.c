/* mantissa-cli presets: the schedules to start from. */
#include "cli_commands.h"
#include "cli_options.h"
#include "json.h"
#include "schedule/presets.h"
#include <stdio.h>
#include <string.h>

#define INDENT "                "
#define COLUMNS 100 /* of a line of the list */

static void print_json(void)
{
    json_t *const list = json_array();
    for (size_t i = 0; i < eng_preset_count(); i++) {
        const EngPreset *const preset = eng_preset_at(i);
        json_array_append_new(list,
            json_pack("{s:s, s:s, s:s, s:s}", "name", preset->name, "title", preset->title,
                "sentence", preset->sentence, "source", preset->source));
    }
    cli_print_json(list);
}

/* Prints words behind the indent, broken where a line would be too long. */
static void print_wrapped(const char *text)
{
    size_t column = 0;
    while (*text) {
        const size_t word = strcspn(text, " ");
        if (column > 0 && strlen(INDENT) + column + 1 + word > COLUMNS) {
            putchar('\n');
            column = 0;
        }
        printf("%s%.*s", column == 0 ? INDENT : " ", (int)word, text);
        column += word + (column > 0);
        text += word;
        text += strspn(text, " ");
    }
    putchar('\n');
}

static void print_plain(void)
{
    for (size_t i = 0; i < eng_preset_count(); i++) {
        const EngPreset *const preset = eng_preset_at(i);
        printf("%-*s%s\n", (int)strlen(INDENT), preset->name, preset->title);
        print_wrapped(preset->sentence);
        print_wrapped(preset->source);
    }
}

int cli_presets(int argc, char **argv)
{
    bool json = false;
    const CliOption options[] = {
        {"json", CLI_FLAG, &json, NULL, "one JSON array on standard output"},
        {NULL, CLI_FLAG, NULL, NULL, NULL},
    };
    CliCommand command = {.name = "presets",
        .arguments = "",
        .summary = "Lists schedules to start from: name, what it does, where it comes from.",
        .details = "train and estimate take one as --schedule preset:NAME and write it for their "
                   "network;\nconstant-M has M = 1 to 16 bits everywhere.\n",
        .options = options};
    size_t count;
    const CliParsed parsed = cli_parse(&command, argc, argv, NULL, &count);
    if (parsed != CLI_GO)
        return parsed == CLI_HELPED ? CLI_OK : CLI_USAGE;
    if (json)
        print_json();
    else
        print_plain();
    return cli_finish_output(&command, CLI_OK);
}
