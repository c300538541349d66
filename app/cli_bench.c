/* mantissa-cli bench: how fast this machine runs the kernels and a whole training step. */
#include "base/memory.h"
#include "base/pool.h"
#include "cli_commands.h"
#include "cli_options.h"
#include "cli_shape.h"
#include "experiment.h"
#include "job.h"
#include "json.h"
#include "kernels/bench.h"
#include "train/bench.h"
#include <stdio.h>
#include <string.h>

/* Steps that warm caches and allocators up before the first that counts. */
#define WARM_UP 3
/* Steps of one measurement, at most. */
#define STEPS_MAX 100000

/* What every benchmark runs on. */
typedef struct Bench {
    const char *isa;
    uint32_t threads;
    bool json;
    const EngKernels *kernels;
    EngPool *pool;
} Bench;

static bool open_bench(const CliCommand *command, Bench *bench)
{
    EngError err = {0};
    EngIsa isa;
    if (eng_isa_parse(bench->isa, &isa, &err) == ENG_OK &&
        eng_kernels(isa, &bench->kernels, &err) == ENG_OK &&
        eng_pool_new(bench->threads, &bench->pool, &err) == ENG_OK)
        return true;
    cli_complain(command, "%s", err.text);
    return false;
}

#define BENCH_OPTIONS(bench)                                                                       \
    {"threads", CLI_U32, &(bench).threads, "N", "threads (0: one per processor)"},                 \
        {"isa", CLI_TEXT, &(bench).isa, "NAME", "auto, c, avx2, avx512 or neon (auto)"},           \
        {"json", CLI_FLAG, &(bench).json, NULL, "one JSON object on standard output"},             \
    {                                                                                              \
        NULL, CLI_FLAG, NULL, NULL, NULL                                                           \
    }

static json_t *machine_json(const Bench *bench)
{
    return json_pack("{s:s, s:I}", "isa", bench->kernels->name, "threads",
        (json_int_t)eng_pool_threads(bench->pool));
}

/* Adds a number to an object that may be NULL. */
static void put(json_t *object, const char *key, double value)
{
    if (object)
        json_object_set_new(object, key, app_json_real(value));
}

/* The format of a benchmark, its rounding settled for `role`. False: a sentence was printed. */
static bool take_format(const CliCommand *command, const char *text, EngRole role, EngFormat *out)
{
    EngError err = {0};
    EngFormat format;
    if (eng_format_parse(text, strlen(text), &format, &err) != ENG_OK) {
        cli_complain(command, "%s", err.text);
        return false;
    }
    *out = eng_format_for_role(&format, role);
    return true;
}

/* ---- bench gemm ------------------------------------------------------------------------------ */

static int report_gemm(const Bench *bench, const EngBenchProduct *result)
{
    static const char *const packings[] = {
        [ENG_PACK_I8] = "int8", [ENG_PACK_WIDE] = "wide", [ENG_PACK_F32] = "float32"};
    if (bench->json) {
        json_t *const value = machine_json(bench);
        if (value)
            json_object_set_new(value, "packing", json_string(packings[result->packing]));
        put(value, "quantize_a_ms", 1e3 * result->quantize_a);
        put(value, "quantize_b_ms", 1e3 * result->quantize_b);
        put(value, "product_ms", 1e3 * result->product);
        put(value, "gmacs", 1e-9 * result->macs / result->product);
        cli_print_json(value);
        return CLI_OK;
    }
    printf("%s, %u threads, %s operands\n", bench->kernels->name, eng_pool_threads(bench->pool),
        packings[result->packing]);
    printf("  quantise A  %10.4f ms\n  quantise B  %10.4f ms\n", 1e3 * result->quantize_a,
        1e3 * result->quantize_b);
    printf("  product     %10.4f ms, %.1f GMAC/s\n", 1e3 * result->product,
        1e-9 * result->macs / result->product);
    return CLI_OK;
}

static int bench_gemm(int argc, char **argv)
{
    Bench bench = {.isa = "auto"};
    uint32_t m = 1024, n = 1024, k = 1024;
    double seconds = 1;
    const char *format = "bfp4", *other = NULL;
    const CliOption options[] = {
        {"m", CLI_U32, &m, "N", "rows of A and of the product (1024)"},
        {"n", CLI_U32, &n, "N", "columns of the product (1024)"},
        {"k", CLI_U32, &k, "N", "length of the contraction (1024)"},
        {"format", CLI_TEXT, &format, "FORMAT", "of both operands (bfp4)"},
        {"format-b", CLI_TEXT, &other, "FORMAT", "of B, where it differs"},
        {"seconds", CLI_DOUBLE, &seconds, "X", "about how long to measure (1)"},
        BENCH_OPTIONS(bench),
    };
    CliCommand command = {.name = "bench gemm",
        .arguments = "",
        .summary = "Measures C[m,n] = A[m,k] B[k,n]: quantising both operands, and the product.",
        .options = options};
    size_t count;
    const CliParsed parsed = cli_parse(&command, argc, argv, NULL, &count);
    if (parsed != CLI_GO)
        return parsed == CLI_HELPED ? CLI_OK : CLI_USAGE;
    EngFormat a, b;
    EngBenchProduct result;
    EngError err = {0};
    int status = CLI_FAILED;
    if (take_format(&command, format, ENG_ROLE_A, &a) &&
        take_format(&command, other ? other : format, ENG_ROLE_W, &b) &&
        open_bench(&command, &bench)) {
        if (eng_bench_product(bench.kernels, bench.pool, m, n, k, &a, &b, seconds, &result, &err) ==
            ENG_OK)
            status = report_gemm(&bench, &result);
        else
            cli_complain(&command, "%s", err.text);
    }
    eng_pool_free(bench.pool);
    return cli_finish_output(&command, status);
}

/* ---- bench quantize -------------------------------------------------------------------------- */

static int report_quantize(const Bench *bench, const EngBenchQuantize *result)
{
    const double along = 1e-9 * result->values / result->along;
    const double across = 1e-9 * result->values / result->across;
    if (bench->json) {
        json_t *const value = machine_json(bench);
        put(value, "along_ms", 1e3 * result->along);
        put(value, "across_ms", 1e3 * result->across);
        put(value, "along_gvalues", along);
        put(value, "across_gvalues", across);
        cli_print_json(value);
        return CLI_OK;
    }
    printf("%s, %u threads\n", bench->kernels->name, eng_pool_threads(bench->pool));
    printf("  along the contraction   %10.4f ms, %.2f Gvalues/s\n", 1e3 * result->along, along);
    printf("  across it, transposing  %10.4f ms, %.2f Gvalues/s\n", 1e3 * result->across, across);
    return CLI_OK;
}

static int bench_quantize(int argc, char **argv)
{
    Bench bench = {.isa = "auto"};
    uint32_t rows = 1024, length = 1024;
    double seconds = 1;
    bool panels = false;
    const char *format = "bfp4";
    const CliOption options[] = {
        {"format", CLI_TEXT, &format, "FORMAT", "the format (bfp4)"},
        {"rows", CLI_U32, &rows, "N", "rows of the tensor (1024)"},
        {"length", CLI_U32, &length, "N", "values of a row, along which groups run (1024)"},
        {"panels", CLI_FLAG, &panels, NULL, "pack as the right operand instead of the left one"},
        {"seconds", CLI_DOUBLE, &seconds, "X", "about how long to measure (1)"},
        BENCH_OPTIONS(bench),
    };
    CliCommand command = {.name = "bench quantize",
        .arguments = "",
        .summary = "Measures quantising a tensor and packing it for the product.",
        .options = options};
    size_t count;
    const CliParsed parsed = cli_parse(&command, argc, argv, NULL, &count);
    if (parsed != CLI_GO)
        return parsed == CLI_HELPED ? CLI_OK : CLI_USAGE;
    EngFormat f;
    EngPacking packing;
    unsigned group;
    EngBenchQuantize result;
    EngError err = {0};
    int status = CLI_FAILED;
    if (take_format(&command, format, ENG_ROLE_A, &f) && open_bench(&command, &bench)) {
        eng_operand_layout(&f, &f, &packing, &group);
        if (eng_bench_quantize(bench.kernels, bench.pool, rows, length, &f, packing, panels,
                seconds, &result, &err) == ENG_OK)
            status = report_quantize(&bench, &result);
        else
            cli_complain(&command, "%s", err.text);
    }
    eng_pool_free(bench.pool);
    return cli_finish_output(&command, status);
}

/* ---- bench step ------------------------------------------------------------------------------ */

/* Prints the times of measured steps, which are in ascending order. */
static void report_step(const Bench *bench, const double *ms, uint32_t steps)
{
    const double median = steps % 2 ? ms[steps / 2] : 0.5 * (ms[steps / 2 - 1] + ms[steps / 2]);
    if (bench->json) {
        json_t *const value = machine_json(bench);
        put(value, "median_ms", median);
        put(value, "min_ms", ms[0]);
        put(value, "max_ms", ms[steps - 1]);
        if (value)
            json_object_set_new(value, "steps", json_integer(steps));
        cli_print_json(value);
        return;
    }
    printf(
        "%s, %u threads, %u steps\n", bench->kernels->name, eng_pool_threads(bench->pool), steps);
    printf("  a step  %.3f ms median, %.3f to %.3f\n", median, ms[0], ms[steps - 1]);
}

/* What `bench step` is asked to measure. */
typedef struct StepArguments {
    const char *model, *input, *schedule;
    uint32_t batch, classes, steps;
    EngShape shape;
} StepArguments;

static EngStatus describe_step(const StepArguments *args, AppExperiment *experiment, EngError *err)
{
    EngStatus status = app_experiment_init(experiment, err);
    if (status == ENG_OK)
        status = app_experiment_set(&experiment->model, args->model, err);
    if (status == ENG_OK)
        status = app_experiment_set_schedule(experiment, args->schedule, err);
    experiment->training.batch = args->batch;
    experiment->training.epochs = 1;
    return status;
}

static EngStatus time_steps(const StepArguments *args, const Bench *bench, EngError *err)
{
    AppExperiment experiment = {0};
    AppJob job = {0};
    double *const ms = eng_alloc(args->steps, sizeof *ms);
    EngStatus status = ms ? describe_step(args, &experiment, err)
                          : eng_error(err, ENG_ERR_NOMEM, "no memory for %u times", args->steps);
    if (status == ENG_OK)
        status = app_job_plan(&experiment, args->shape, args->classes, args->batch, &job, err);
    if (status == ENG_OK) {
        const EngBenchStep step = {.net = job.net,
            .plan = job.plan,
            .batch = args->batch,
            .threads = bench->threads,
            .isa = bench->kernels->isa,
            .warm_up = WARM_UP,
            .steps = args->steps};
        status = eng_bench_step(&step, ms, err);
    }
    if (status == ENG_OK)
        report_step(bench, ms, args->steps);
    app_job_close(&job);
    app_experiment_clear(&experiment);
    eng_free(ms);
    return status;
}

static int bench_step(int argc, char **argv)
{
    Bench bench = {.isa = "auto"};
    StepArguments args = {.model = "mlp:1024,1024",
        .input = "784",
        .schedule = "",
        .batch = 128,
        .classes = 10,
        .steps = 20};
    const CliOption options[] = {
        {"model", CLI_TEXT, &args.model, "SPEC", "the network (mlp:1024,1024)"},
        {"input", CLI_TEXT, &args.input, "SHAPE",
            "784, or channels x rows x columns: 3x32x32 (784)"},
        {"classes", CLI_U32, &args.classes, "N", "classes, 2 to 65535 (10)"},
        {"batch", CLI_U32, &args.batch, "N", "samples a step (128)"},
        {"schedule", CLI_TEXT, &args.schedule, "TEXT",
            "precisions; those of the first step count (all fp32)"},
        {"steps", CLI_U32, &args.steps, "N",
            "steps to measure, after three to warm up, 1 to 100000 (20)"},
        BENCH_OPTIONS(bench),
    };
    CliCommand command = {.name = "bench step",
        .arguments = "",
        .summary = "Measures training steps, forward, backward and update, on random data.",
        .options = options};
    size_t count;
    const CliParsed parsed = cli_parse(&command, argc, argv, NULL, &count);
    if (parsed != CLI_GO)
        return parsed == CLI_HELPED ? CLI_OK : CLI_USAGE;
    if (!cli_shape(args.input, &args.shape)) {
        cli_complain(
            &command, "--input is \"%s\", expected a number of values or CxHxW", args.input);
        return CLI_USAGE;
    }
    EngError err = {0};
    EngStatus status = ENG_ERR_RANGE;
    if (args.steps < 1 || args.steps > STEPS_MAX || args.classes < 2 || args.classes > 65535)
        eng_error(&err, status, "--steps is %u and --classes %u, expected 1 to %d and 2 to 65535",
            args.steps, args.classes, STEPS_MAX);
    else if (!open_bench(&command, &bench))
        return CLI_FAILED;
    else
        status = time_steps(&args, &bench, &err);
    if (status != ENG_OK)
        cli_complain(&command, "%s", err.text);
    eng_pool_free(bench.pool);
    return cli_finish_output(&command, status == ENG_OK ? CLI_OK : CLI_FAILED);
}

int cli_bench(int argc, char **argv)
{
    static const char help[] =
        "Usage: mantissa-cli bench gemm|quantize|step [OPTION…]\n"
        "\n"
        "  gemm            one matrix product, with the quantisation of its operands\n"
        "  quantize        the quantisation of one tensor\n"
        "  step            a network's training step\n"
        "\n"
        "mantissa-cli bench gemm --help (quantize, step) lists the options. Times are this\n"
        "machine's own; compare only what was measured in one go.\n";
    const char *const what = argc > 0 ? argv[0] : "";
    if (strcmp(what, "gemm") == 0)
        return bench_gemm(argc - 1, argv + 1);
    if (strcmp(what, "quantize") == 0)
        return bench_quantize(argc - 1, argv + 1);
    if (strcmp(what, "step") == 0)
        return bench_step(argc - 1, argv + 1);
    const bool asked = strcmp(what, "--help") == 0 || strcmp(what, "-h") == 0;
    fputs(help, asked ? stdout : stderr);
    return asked ? CLI_OK : CLI_USAGE;
}
