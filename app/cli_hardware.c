/* mantissa-cli cycles and fmac: the simulated array and one of its cells. */
#include "base/memory.h"
#include "base/philox.h"
#include "cli_commands.h"
#include "cli_options.h"
#include "experiment.h"
#include "hardware/fmac.h"
#include "hardware/settings.h"
#include "hardware/stepper.h"
#include "json.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- cycles ---------------------------------------------------------------------------------- */

typedef struct CyclesCommand {
    CliCommand command;
    const char *dataflow;
    uint32_t rows, columns, M, N, K, group, passes;
    bool step, json;
    EngHardware hw;
    uint64_t closed, stepped;
} CyclesCommand;

/* A cell in which a group pair takes a given number of beats: chunks of both mantissas, and
 * products side by side. */
typedef struct Beats {
    unsigned mx, my, width;
} Beats;

/* False where no pair of mantissas and no width give so many. */
static bool find_beats(uint32_t passes, uint32_t group, Beats *out)
{
    for (unsigned slices = 1; slices <= group && slices <= passes; slices++) {
        const unsigned width = (group + slices - 1) / slices;
        if ((group + width - 1) / width != slices || passes % slices)
            continue;
        const unsigned chunks = passes / slices;
        for (unsigned i = 1; i <= 8; i++) {
            if (chunks % i == 0 && chunks / i <= 8) {
                *out = (Beats){2 * i, 2 * (chunks / i), width};
                return true;
            }
        }
    }
    return false;
}

/* Random mantissas of m bits: what is moved does not matter for the count, but the stepper
 * computes with it. */
static int32_t *random_mantissas(size_t count, unsigned m, EngRandom *random)
{
    int32_t *const k = eng_alloc(count, sizeof *k);
    const uint32_t largest = (UINT32_C(1) << m) - 1;
    for (size_t i = 0; k && i < count; i++)
        k[i] = (int32_t)eng_random_below(random, 2 * largest + 1) - (int32_t)largest;
    return k;
}

static EngStatus run_stepper(
    CyclesCommand *c, EngStepperJob *job, const Beats *beats, EngError *err)
{
    EngRandom random;
    EngStepper *stepper = NULL;
    eng_random_init(&random, 1, 0, 0, 0);
    const size_t groups = ((size_t)c->K + c->group - 1) / c->group;
    int32_t *const a = random_mantissas((size_t)c->M * c->K, beats->mx, &random);
    int32_t *const b = random_mantissas((size_t)c->N * c->K, beats->my, &random);
    int32_t *const zeros = eng_alloc((c->M > c->N ? c->M : c->N) * groups, sizeof *zeros);
    EngStatus status =
        a && b && zeros ? ENG_OK : eng_error(err, ENG_ERR_NOMEM, "no memory for the operands");
    job->a = (EngStepperOperand){a, zeros, beats->mx};
    job->b = (EngStepperOperand){b, zeros, beats->my};
    if (status == ENG_OK)
        status = eng_stepper_new(job, &stepper, err);
    while (status == ENG_OK && eng_stepper_step(stepper)) {
    }
    if (status == ENG_OK)
        c->stepped = eng_stepper_cycle(stepper);
    eng_stepper_free(stepper);
    eng_free(zeros);
    eng_free(b);
    eng_free(a);
    return status;
}

/* Moves every operand through the array and counts. */
static EngStatus step_through(CyclesCommand *c, EngError *err)
{
    Beats beats;
    if (c->rows > 256 || c->columns > 256 || c->M > 65536 || c->N > 65536 || c->K > 65536 ||
        c->group > 256)
        return eng_error(err, ENG_ERR_RANGE,
            "the stepper takes arrays and groups of at most 256 and sizes of at most 65536");
    if (!find_beats(c->passes, c->group, &beats))
        return eng_error(err, ENG_ERR_RANGE,
            "no mantissas make %u passes of a group of %u, expected a product of two numbers up "
            "to 8",
            c->passes, c->group);
    EngStepperJob job = {.dataflow = c->hw.forward,
        .rows = c->rows,
        .columns = c->columns,
        .M = c->M,
        .N = c->N,
        .K = c->K,
        .g = c->group,
        .width = beats.width};
    return run_stepper(c, &job, &beats, err);
}

static EngStatus count_cycles(CyclesCommand *c, EngError *err)
{
    c->hw = eng_hardware_default();
    c->hw.rows = c->rows;
    c->hw.columns = c->columns;
    EngStatus status = eng_hardware_set(&c->hw, "forward", c->dataflow, err);
    if (status == ENG_OK)
        status = eng_hardware_check(&c->hw, err);
    if (status == ENG_OK && (!c->M || !c->N || !c->K || !c->group || !c->passes))
        status = eng_error(err, ENG_ERR_RANGE,
            "a size is 0, expected M, N, K, group and passes "
            "of at least 1");
    if (status != ENG_OK)
        return status;
    const uint64_t groups = ((uint64_t)c->K + c->group - 1) / c->group;
    c->closed = eng_array_cycles(c->hw.forward, c->rows, c->columns, c->M, c->N, groups, c->passes);
    return c->step ? step_through(c, err) : ENG_OK;
}

static void report_cycles(const CyclesCommand *c)
{
    if (!c->json) {
        printf("%" PRIu64 "\n", c->step ? c->stepped : c->closed);
        return;
    }
    json_t *const value = json_pack("{s:o}", "cycles", app_json_count(c->closed));
    if (value && c->step)
        json_object_set_new(value, "stepped_cycles", app_json_count(c->stepped));
    cli_print_json(value);
}

int cli_cycles(int argc, char **argv)
{
    CyclesCommand c = {.dataflow = "ws", .rows = 64, .columns = 64, .group = 16, .passes = 1};
    const CliOption options[] = {
        {"dataflow", CLI_TEXT, &c.dataflow, "NAME",
            "what stays in the array: ws weights, os outputs,\nis inputs (ws)"},
        {"rows", CLI_U32, &c.rows, "N", "rows of cells (64)"},
        {"cols", CLI_U32, &c.columns, "N", "columns of cells (64)"},
        {"M", CLI_U32, &c.M, "N", "rows of the product"},
        {"N", CLI_U32, &c.N, "N", "columns of the product"},
        {"K", CLI_U32, &c.K, "N", "length of the contraction"},
        {"group", CLI_U32, &c.group, "N", "elements of a group (16)"},
        {"passes", CLI_U32, &c.passes, "N", "beats a pair of groups takes (1)"},
        {"step", CLI_FLAG, &c.step, NULL,
            "move every operand from cell to cell and count;\nfails where the closed form differs"},
        {"json", CLI_FLAG, &c.json, NULL, "one JSON object on standard output"},
        {NULL, CLI_FLAG, NULL, NULL, NULL},
    };
    c.command = (CliCommand){.name = "cycles",
        .arguments = "",
        .summary = "Counts the compute cycles of C[M,N] = A[M,K] B[K,N] on the array.",
        .options = options};
    size_t count;
    const CliParsed parsed = cli_parse(&c.command, argc, argv, NULL, &count);
    if (parsed != CLI_GO)
        return parsed == CLI_HELPED ? CLI_OK : CLI_USAGE;
    if (!cli_given(&c.command, "M") || !cli_given(&c.command, "N") || !cli_given(&c.command, "K")) {
        cli_complain(&c.command, "%s", "a size is missing, expected -M, -N and -K");
        return CLI_USAGE;
    }
    EngError err = {0};
    if (count_cycles(&c, &err) != ENG_OK) {
        cli_complain(&c.command, "%s", err.text);
        return CLI_FAILED;
    }
    report_cycles(&c);
    if (c.step && c.stepped != c.closed) {
        cli_complain(&c.command, "the array took %" PRIu64 " cycles, the closed form says %" PRIu64,
            c.stepped, c.closed);
        return CLI_FAILED;
    }
    return cli_finish_output(&c.command, CLI_OK);
}

/* ---- fmac ------------------------------------------------------------------------------------ */

typedef struct FmacCommand {
    CliCommand command;
    const char *x, *y;
    uint32_t mx, my, width, cut;
    int32_t sx, sy;
    double before;
    bool json;
    EngFmac fmac;
} FmacCommand;

/* Reads "3,-2,0" into out[ENG_FMAC_LANES]. */
static EngStatus take_mantissas(
    const char *name, const char *text, int32_t *out, unsigned *count, EngError *err)
{
    const char *at = text;
    *count = 0;
    for (;;) {
        uint64_t magnitude;
        const bool negative = *at == '-';
        at += negative;
        if (*count == ENG_FMAC_LANES || !eng_text_read_u64(at, &at, &magnitude) ||
            magnitude > INT32_MAX || (*at != ',' && *at != '\0'))
            return eng_error(err, ENG_ERR_PARSE,
                "--%s: mantissa %u of \"%.40s\" cannot be read, expected up to %d numbers like "
                "3,-2,0",
                name, *count + 1, text, ENG_FMAC_LANES);
        out[(*count)++] = negative ? -(int32_t)magnitude : (int32_t)magnitude;
        if (*at++ == '\0')
            return ENG_OK;
    }
}

static EngStatus take_pair(FmacCommand *f, EngError *err)
{
    int32_t x[ENG_FMAC_LANES], y[ENG_FMAC_LANES];
    unsigned nx = 0, ny = 0;
    EngStatus status = take_mantissas("x", f->x, x, &nx, err);
    if (status == ENG_OK)
        status = take_mantissas("y", f->y, y, &ny, err);
    if (status == ENG_OK && nx != ny)
        status = eng_error(err, ENG_ERR_SHAPE,
            "--x holds %u mantissas and --y %u, expected as many in both", nx, ny);
    if (status != ENG_OK)
        return status;
    return eng_fmac_init(&f->fmac, x, f->mx, f->sx, y, f->my, f->sy, nx, f->width ? f->width : nx,
        f->cut, (float)f->before, err);
}

static void print_row(const char *name, const int32_t *values, unsigned count)
{
    printf("  %-12s", name);
    for (unsigned i = 0; i < count; i++)
        printf(" %6" PRId32, values[i]);
    printf("\n");
}

/* The chunks of a beat in the rows' type. */
static void widen(const int8_t *chunks, unsigned count, int32_t *out)
{
    for (unsigned i = 0; i < count; i++)
        out[i] = chunks[i];
}

static void print_beat(const EngFmac *fmac, unsigned number)
{
    EngFmacBeat beat;
    int32_t row[ENG_FMAC_LANES];
    char name[32];
    eng_fmac_beat(fmac, number, &beat);
    printf("beat %u: elements %u to %u, chunk %u of x, chunk %u of y\n", number + 1, beat.first,
        beat.first + beat.lanes - 1, beat.i, beat.j);
    widen(beat.x, beat.lanes, row);
    print_row("x", row, beat.lanes);
    widen(beat.y, beat.lanes, row);
    print_row("y", row, beat.lanes);
    print_row("products", beat.tree[0], beat.count[0]);
    for (unsigned level = 1; level < beat.levels; level++) {
        snprintf(name, sizeof name, "sums %u", level);
        print_row(name, beat.tree[level], beat.count[level]);
    }
    printf("  %" PRId32 " shifted by %u is %" PRId64 ", accumulator %" PRId64 " -> %" PRId64 "\n",
        beat.sum, beat.shift, beat.shifted, beat.before, beat.after);
}

static void print_beats(const EngFmac *fmac)
{
    char value[ENG_TEXT_NUMBER], before[ENG_TEXT_NUMBER], after[ENG_TEXT_NUMBER];
    const EngFmacResult result = eng_fmac_result(fmac);
    for (unsigned i = 0; i < eng_fmac_beats(fmac); i++)
        print_beat(fmac, i);
    printf("dot product %" PRId64 " in %u beats\n", result.integer, eng_fmac_beats(fmac));
    printf("float32: %s x 2^%d + %s = %s, rounded once\n",
        eng_text_double(value, (double)result.value), result.exponent,
        eng_text_double(before, (double)result.before),
        eng_text_double(after, (double)result.after));
}

static json_t *numbers_json(const int32_t *values, unsigned count)
{
    json_t *const list = json_array();
    for (unsigned i = 0; i < count; i++)
        json_array_append_new(list, json_integer(values[i]));
    return list;
}

static json_t *beat_json(const EngFmac *fmac, unsigned number)
{
    EngFmacBeat beat;
    int32_t x[ENG_FMAC_LANES], y[ENG_FMAC_LANES];
    eng_fmac_beat(fmac, number, &beat);
    widen(beat.x, beat.lanes, x);
    widen(beat.y, beat.lanes, y);
    json_t *const tree = json_array();
    for (unsigned level = 1; level < beat.levels; level++)
        json_array_append_new(tree, numbers_json(beat.tree[level], beat.count[level]));
    return json_pack("{s:i, s:i, s:i, s:i, s:o, s:o, s:o, s:o, s:i, s:I, s:I, s:I}", "first",
        (int)beat.first, "chunk_x", (int)beat.i, "chunk_y", (int)beat.j, "shift", (int)beat.shift,
        "x", numbers_json(x, beat.lanes), "y", numbers_json(y, beat.lanes), "products",
        numbers_json(beat.tree[0], beat.count[0]), "sums", tree, "sum", (int)beat.sum, "shifted",
        (json_int_t)beat.shifted, "before", (json_int_t)beat.before, "after",
        (json_int_t)beat.after);
}

static void print_fmac_json(const EngFmac *fmac)
{
    const EngFmacResult result = eng_fmac_result(fmac);
    json_t *const beats = json_array();
    for (unsigned i = 0; i < eng_fmac_beats(fmac); i++)
        json_array_append_new(beats, beat_json(fmac, i));
    json_t *const value =
        json_pack("{s:I, s:i, s:i, s:o, s:o, s:o, s:o}", "dot", (json_int_t)result.integer,
            "passes", (int)eng_fmac_beats(fmac), "exponent", result.exponent, "value",
            app_json_real((double)result.value), "before", app_json_real((double)result.before),
            "after", app_json_real((double)result.after), "beats", beats);
    cli_print_json(value);
}

int cli_fmac(int argc, char **argv)
{
    FmacCommand f = {.mx = 4, .my = 4};
    const CliOption options[] = {
        {"x", CLI_TEXT, &f.x, "LIST", "signed mantissas of the first group, like 3,-2,0"},
        {"y", CLI_TEXT, &f.y, "LIST", "those of the second one, as many"},
        {"mx", CLI_U32, &f.mx, "N", "magnitude bits of x, 1 to 16 (4)"},
        {"my", CLI_U32, &f.my, "N", "magnitude bits of y, 1 to 16 (4)"},
        {"sx", CLI_INT, &f.sx, "N", "exponent of x's unit, -62 to 62 (0)"},
        {"sy", CLI_INT, &f.sy, "N", "exponent of y's unit, -62 to 62 (0)"},
        {"before", CLI_DOUBLE, &f.before, "X", "the float32 accumulator before (0)"},
        {"width", CLI_U32, &f.width, "N", "products side by side (0: the whole group)"},
        {"cut", CLI_U32, &f.cut, "N", "columns of the product a truncated multiplier lacks (0)"},
        {"json", CLI_FLAG, &f.json, NULL, "one JSON object on standard output"},
        {NULL, CLI_FLAG, NULL, NULL, NULL},
    };
    f.command = (CliCommand){.name = "fmac",
        .arguments = "",
        .summary = "Multiplies two groups of mantissas beat by beat and shows every number.",
        .options = options};
    size_t count;
    const CliParsed parsed = cli_parse(&f.command, argc, argv, NULL, &count);
    if (parsed != CLI_GO)
        return parsed == CLI_HELPED ? CLI_OK : CLI_USAGE;
    if (!f.x || !f.y) {
        cli_complain(&f.command, "%s", "a group is missing, expected --x and --y");
        return CLI_USAGE;
    }
    EngError err = {0};
    if (take_pair(&f, &err) != ENG_OK) {
        cli_complain(&f.command, "%s", err.text);
        return CLI_FAILED;
    }
    if (f.json)
        print_fmac_json(&f.fmac);
    else
        print_beats(&f.fmac);
    return cli_finish_output(&f.command, CLI_OK);
}
