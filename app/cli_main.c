/* mantissa-cli: the engine and the store without a window. */
#include "cli_commands.h"
#include "cli_options.h"
#include <stdio.h>
#include <string.h>

typedef struct Command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} Command;

static const Command commands[] = {
    {"train", cli_train, "train a network under a precision schedule and keep the run"},
    {"runs", cli_runs, "list, show and export the runs that were kept"},
    {"estimate", cli_estimate, "what an experiment costs on the simulated accelerator"},
    {"rivals", cli_rivals, "the same on arrays of other cells that take the same silicon"},
    {"presets", cli_presets, "schedules to start from, with what they do and their sources"},
    {"cycles", cli_cycles, "the compute cycles of one product on the array"},
    {"fmac", cli_fmac, "a dot product of two groups, beat by beat"},
    {"bench", cli_bench, "measure kernels and training steps on this machine"},
    {"check-vectors", cli_check_vectors, "compare the engine with a file of test vectors"},
};

#define COMMANDS (sizeof commands / sizeof commands[0])

static int help(FILE *out, int status)
{
    fprintf(out,
        "Usage: mantissa-cli COMMAND [OPTION…]\n\n"
        "Trains networks in variable-precision block floating point and counts what the\n"
        "simulated accelerator takes for it.\n\n");
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-16s%s\n", commands[i].name, commands[i].summary);
    fprintf(out,
        "\n"
        "  --help          this text; mantissa-cli COMMAND --help for a command's options\n"
        "  --version       the version\n\n"
        "Exit status: 0 for success; 1 where the job failed, was refused or did not\n"
        "finish, with one sentence on standard error; 2 where the command line cannot be\n"
        "read.\n");
    return status;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return help(stderr, CLI_USAGE);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return help(stdout, CLI_OK);
    if (strcmp(argv[1], "--version") == 0) {
        printf("mantissa-cli %s\n", MANTISSA_VERSION);
        return CLI_OK;
    }
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 2, argv + 2);
    fprintf(stderr, "mantissa-cli: there is no command \"%s\"; mantissa-cli --help lists them.\n",
        argv[1]);
    return CLI_USAGE;
}
