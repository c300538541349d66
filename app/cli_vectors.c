/* mantissa-cli check-vectors: does this engine give the answers of a file of test vectors? */
#include "base/memory.h"
#include "cli_commands.h"
#include "cli_options.h"
#include "json.h"
#include "vectors.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Tally {
    size_t passed, failed;
    bool quiet;
} Tally;

/* One line: a case that fails is named with its file and line. */
static void check_line(const VectorBench *bench, const char *path, size_t number, const char *line,
    size_t length, Tally *tally)
{
    json_t *vector = NULL;
    EngError err = {0};
    const bool fine = app_json_parse(line, length, "case", &vector, &err) == ENG_OK &&
        vector_check(bench, vector, &err);
    if (fine) {
        tally->passed++;
    } else {
        const char *const op = json_string_value(json_object_get(vector, "op"));
        tally->failed++;
        if (!tally->quiet)
            fprintf(stderr, "%s:%zu: %s: %s\n", path, number, op ? op : "?", err.text);
    }
    json_decref(vector);
}

/* False: the file could not be read, and a sentence was printed. */
static bool check_file(
    const CliCommand *command, const VectorBench *bench, const char *path, Tally *tally)
{
    FILE *const file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0, number = 0;
    ssize_t length;
    if (!file) {
        cli_complain(command, "%s: %s", path, strerror(errno));
        return false;
    }
    errno = 0;
    while ((length = getline(&line, &room, file)) >= 0) {
        number++;
        if (strspn(line, " \t\r\n") != (size_t)length)
            check_line(bench, path, number, line, (size_t)length, tally);
    }
    const bool fine = feof(file) && number > 0;
    if (!fine)
        cli_complain(command, "%s: %s", path,
            feof(file) ? "empty, expected a case on every line" : strerror(errno));
    free(line);
    fclose(file);
    return fine;
}

static int check_files(const CliCommand *command, const VectorBench *bench, const char **paths,
    size_t count, bool quiet)
{
    Tally tally = {.quiet = quiet};
    bool readable = true;
    for (size_t i = 0; i < count; i++)
        readable &= check_file(command, bench, paths[i], &tally);
    printf("%zu passed, %zu failed\n", tally.passed, tally.failed);
    return readable && tally.failed == 0 && tally.passed > 0 ? CLI_OK : CLI_FAILED;
}

int cli_check_vectors(int argc, char **argv)
{
    const char *isa_name = "auto";
    uint32_t threads = 1;
    bool quiet = false;
    const CliOption options[] = {
        {"isa", CLI_TEXT, &isa_name, "NAME", "auto, c, avx2, avx512 or neon (auto)"},
        {"threads", CLI_U32, &threads, "N", "threads of the products (1)"},
        {"quiet", CLI_FLAG, &quiet, NULL, "do not name the cases that fail"},
        {NULL, CLI_FLAG, NULL, NULL, NULL},
    };
    CliCommand command = {.name = "check-vectors",
        .arguments = "FILE…",
        .summary = "Runs test vectors, one JSON object a line, and counts those that agree.",
        .details = "Ops: quantize, gemm, relative_improvement, fmac, cycles, mx, cast, train. "
                   "Another one fails.\n",
        .options = options,
        .min_words = 1,
        .max_words = (size_t)argc};
    const char **const paths = eng_alloc((size_t)argc, sizeof *paths);
    size_t count = 0;
    if (!paths)
        return CLI_FAILED;
    const CliParsed parsed = cli_parse(&command, argc, argv, paths, &count);
    int status = parsed == CLI_HELPED ? CLI_OK : CLI_USAGE;
    if (parsed == CLI_GO) {
        VectorBench bench = {0};
        EngError err = {0};
        EngIsa isa = ENG_ISA_AUTO;
        if (eng_isa_parse(isa_name, &isa, &err) == ENG_OK &&
            eng_kernels(isa, &bench.kernels, &err) == ENG_OK &&
            eng_pool_new(threads, &bench.pool, &err) == ENG_OK) {
            status = check_files(&command, &bench, paths, count, quiet);
        } else {
            cli_complain(&command, "%s", err.text);
            status = CLI_FAILED;
        }
        eng_pool_free(bench.pool);
    }
    eng_free(paths);
    return cli_finish_output(&command, status);
}
