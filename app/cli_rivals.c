/* mantissa-cli rivals: a stored run, or an experiment, on its array and on arrays of other cells
 * that take the same silicon. */
#include "cli_commands.h"
#include "cli_job.h"
#include "cli_store.h"
#include "data/dataset.h"
#include "hardware/rivals.h"
#include "json.h"
#include "run_plan.h"
#include <inttypes.h>
#include <string.h>

typedef struct RivalsCommand {
    CliCommand command;
    CliExperiment wanted;
    CliSamples samples;
    const char *db;
    double high_share;
    bool json;
    /* Either of both is opened. */
    AppExperiment experiment;
    AppJob job;
    CliRun rows;
    AppRunPlan run;
    /* What is costed; of the one that is. */
    const EngNetwork *net;
    const EngPlan *plan;
    uint32_t batch;
    EngHardware hardware;
} RivalsCommand;

/* ---- the arrays ------------------------------------------------------------------------------ */

/* One line: index 0 is the array itself, the others its rivals. */
typedef struct Line {
    const char *key, *name;
    EngHardware hardware;
    EngCost cost;
} Line;

/* What the array's own cell is called. */
static const char *own_name(EngCell cell)
{
    const EngRival *rival;
    for (size_t i = 0; (rival = eng_rival(i)); i++)
        if (rival->cell == cell)
            return rival->key;
    return "fmac";
}

/* False behind the last. */
static bool line_of(const RivalsCommand *r, size_t index, Line *line)
{
    const EngRival *const rival = index > 0 ? eng_rival(index - 1) : NULL;
    if (index > 0 && !rival)
        return false;
    line->key = rival ? rival->key : own_name(r->hardware.cell);
    line->name = rival ? rival->name : "this array";
    line->hardware = rival ? eng_rival_hardware(&r->hardware, rival->cell) : r->hardware;
    line->cost = eng_plan_cost(r->net, r->plan, r->batch, &line->hardware, r->high_share);
    return true;
}

static double slower(const Line *line, const Line *first)
{
    return eng_cost_seconds(&line->cost, &line->hardware) /
        eng_cost_seconds(&first->cost, &first->hardware);
}

static json_t *line_json(const Line *line)
{
    json_t *const value =
        json_pack("{s:s, s:s, s:I, s:I, s:o}", "cell", line->key, "name", line->name, "rows",
            (json_int_t)line->hardware.rows, "columns", (json_int_t)line->hardware.columns,
            "area_um2", app_json_real(eng_array_area(&line->hardware)));
    json_t *const cost = cli_cost_json(&line->cost, &line->hardware);
    if (value && cost)
        json_object_update(value, cost);
    json_decref(cost);
    return value;
}

static void add_json(EngText *out, const RivalsCommand *r)
{
    json_t *const arrays = json_array();
    Line line;
    for (size_t i = 0; line_of(r, i, &line); i++)
        json_array_append_new(arrays, line_json(&line));
    cli_add_json(out,
        json_pack("{s:I, s:I, s:o}", "steps", (json_int_t)r->plan->clock.steps, "batch",
            (json_int_t)r->batch, "arrays", arrays));
}

static void add_head(EngText *out, const RivalsCommand *r)
{
    const DbRun *const run = r->rows.list.count ? &r->rows.list.runs[0] : NULL;
    if (run)
        eng_text_add(out, "run %" PRId64 "%s%s: ", run->id, run->name && run->name[0] ? ", " : "",
            run->name ? run->name : "");
    eng_text_add(out, "%u steps of %u samples", r->plan->clock.steps, r->batch);
    if (run && run->steps < run->steps_total)
        eng_text_add(out, " (%u done; the rest is an estimate)", run->steps);
    eng_text_add(out, "; cells, clock and DRAM are simulated\n\n");
    eng_text_add(out, "%-12s %-7s %11s %10s %15s %11s %11s %8s %8s\n", "array", "cell", "cells",
        "area (mm2)", "cycles", "time (s)", "energy (J)", "slower", "bound");
}

static void add_table(EngText *out, const RivalsCommand *r)
{
    Line first, line;
    add_head(out, r);
    line_of(r, 0, &first);
    for (size_t i = 0; line_of(r, i, &line); i++)
        eng_text_add(out, "%-12s %-7s %4u x %4u %10.3f %15" PRIu64 " %11.4g %11.4g %8.2f %8s\n",
            line.name, line.key, line.hardware.rows, line.hardware.columns,
            eng_array_area(&line.hardware) / 1e6, line.cost.cycles,
            eng_cost_seconds(&line.cost, &line.hardware), eng_cost_joules(&line.cost),
            slower(&line, &first), eng_bound_name(eng_cost_bound(&line.cost)));
}

/* ---- what is costed -------------------------------------------------------------------------- */

/* A stored run, as it was done; --hardware changes its accelerator. False: a sentence was printed. */
static bool open_run(RivalsCommand *r, const char *word)
{
    int64_t id;
    EngError err = {0};
    if (!cli_run_id(&r->command, word, &id))
        return false;
    DbReader *const reader = cli_store_read(&r->command, r->db);
    const bool read = reader && cli_run_read(&r->command, reader, id, &r->rows);
    db_reader_close(reader);
    if (!read)
        return false;
    EngStatus status = app_run_plan_open(
        &r->rows.list.runs[0], r->rows.events, r->rows.event_count, &r->run, &err);
    EngHardware *const hw = &r->run.experiment.hardware;
    for (size_t i = 0; i < r->wanted.hardware.count && status == ENG_OK; i++)
        status = app_hardware_set(hw, r->wanted.hardware.items[i], &err);
    if (status == ENG_OK)
        status = eng_hardware_check(hw, &err);
    if (status != ENG_OK) {
        cli_complain(&r->command, "%s", err.text);
        return false;
    }
    r->net = r->run.job.net;
    r->plan = r->run.used;
    r->batch = r->run.experiment.training.batch;
    r->hardware = *hw;
    return true;
}

static bool open_experiment(RivalsCommand *r)
{
    EngError err = {0};
    if (cli_job_open(&r->command, &r->wanted, &r->samples, &r->experiment, &r->job, &err) !=
        ENG_OK) {
        cli_complain(&r->command, "%s", err.text);
        return false;
    }
    r->net = r->job.net;
    r->plan = r->job.plan;
    r->batch = r->experiment.training.batch;
    r->hardware = r->experiment.hardware;
    return true;
}

/* ---- the command ----------------------------------------------------------------------------- */

static int run_rivals(RivalsCommand *r, const char *word)
{
    EngError err = {0};
    if (cli_check_share(r->high_share, &err) != ENG_OK) {
        cli_complain(&r->command, "%s", err.text);
        return CLI_FAILED;
    }
    if (!(word ? open_run(r, word) : open_experiment(r)))
        return CLI_FAILED;
    EngText out = {0};
    if (r->json)
        add_json(&out, r);
    else
        add_table(&out, r);
    return cli_print_text(&r->command, &out);
}

/* A stored run says what it was: only the accelerator can be another one. */
static bool only_the_run(const CliCommand *command)
{
    static const char *const others[] = {"experiment", "data", "model", "schedule", "epochs",
        "batch", "limit", "input", "classes", "samples"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (cli_given(command, others[i])) {
            cli_complain(command, "a run's number and --%s: expected one or the other", others[i]);
            return false;
        }
    }
    return true;
}

int cli_rivals(int argc, char **argv)
{
    RivalsCommand r = {.samples = CLI_SAMPLES_DEFAULT, .high_share = 0.5};
    cli_experiment_new(&r.wanted);
    const CliOption options[] = {
        CLI_STORE_OPTION(r.db),
        CLI_EXPERIMENT_OPTIONS(r.wanted),
        CLI_SAMPLES_OPTIONS(r.samples),
        {"high-share", CLI_DOUBLE, &r.high_share, "X",
            "the share of steps at which adaptive parts are taken\nto choose high (0.5)"},
        {"json", CLI_FLAG, &r.json, NULL, "one JSON object on standard output"},
        {NULL, CLI_FLAG, NULL, NULL, NULL},
    };
    r.command = (CliCommand){.name = "rivals",
        .arguments = "[RUN]",
        .summary = "Costs a stored run, or an experiment, on its array and on arrays of other "
                   "cells\nthat take the same silicon.",
        .details = "Clock, DRAM, SRAM and dataflows stay. A rival runs every product in its own "
                   "format;\nflex follows the schedule with mantissas of 4, 8 or 16 bits. Only "
                   "the cells' silicon is\ncounted, by this project's own estimate.\n"
                   "\n" CLI_EXPERIMENT_DETAILS,
        .kinds = eng_dataset_help(),
        .options = options,
        .max_words = 1};
    const char *word = NULL;
    size_t count;
    const CliParsed parsed = cli_parse(&r.command, argc, argv, &word, &count);
    if (parsed != CLI_GO)
        return parsed == CLI_HELPED ? CLI_OK : CLI_USAGE;
    if (count ? !only_the_run(&r.command) : !cli_job_named(&r.command, &r.wanted, &r.samples))
        return CLI_USAGE;
    const int status = run_rivals(&r, count ? word : NULL);
    app_run_plan_clear(&r.run);
    cli_run_clear(&r.rows);
    app_job_close(&r.job);
    app_experiment_clear(&r.experiment);
    return status;
}
