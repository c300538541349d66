/* mantissa-cli runs diff: where two schedules differ and what that costs, and what else differs. */
#include "cli_experiment.h"
#include "cli_runs.h"
#include "cli_store.h"
#include "diff.h"
#include "json.h"
#include "run_plan.h"
#include "settings_diff.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Adaptive lanes whose steps are still to come are counted half at the high format. */
#define HIGH_SHARE 0.5

/* One side: the stored rows, what they name, and its settings as words. */
typedef struct Side {
    CliRun rows;
    AppRunPlan plan;
    AppSettings settings;
    EngHardware hardware; /* that it is costed on */
} Side;

typedef struct DiffCommand {
    CliCommand command;
    const char *db;
    const char *settings[CLI_HARDWARE_MAX];
    CliList hardware;
    bool json;
    Side a, b;
    AppDiff diff;
} DiffCommand;

static const DbRun *row(const Side *side)
{
    return &side->rows.list.runs[0];
}

static const char *name(const Side *side)
{
    return row(side)->name ? row(side)->name : "";
}

/* ---- as text --------------------------------------------------------------------------------- */

static void add_side(EngText *out, const char *letter, const Side *side, const EngCost *cost)
{
    eng_text_add(out, "%s  run %" PRId64 ": %s\n   %" PRIu64 " cycles, %.4g s and %.4g J simulated",
        letter, row(side)->id, name(side), cost->cycles, eng_cost_seconds(cost, &side->hardware),
        eng_cost_joules(cost));
    if (!isnan(row(side)->best_test_accuracy))
        eng_text_add(out, ", best %.2f %%", 100 * (double)row(side)->best_test_accuracy);
    if (row(side)->steps < row(side)->steps_total)
        eng_text_add(out, " (%u of %u steps done; the rest is an estimate)", row(side)->steps,
            row(side)->steps_total);
    eng_text_add(out, "\n");
}

static void add_cells(EngText *out, const DiffCommand *d)
{
    if (d->diff.count > 0)
        eng_text_add(out, "\n%-12s %-8s %17s  %-24s %-24s %15s %15s\n", "layer", "lane", "steps",
            "A", "B", "cycles A", "cycles B");
    for (size_t i = 0; i < d->diff.count; i++) {
        const AppDiffCell *const cell = &d->diff.cells[i];
        char a[ENG_PRECISION_TEXT], b[ENG_PRECISION_TEXT], steps[24];
        const EngPrecision plain_a = eng_precision_unsettled(&cell->a, cell->role);
        const EngPrecision plain_b = eng_precision_unsettled(&cell->b, cell->role);
        snprintf(steps, sizeof steps, "%u..%u", cell->from, cell->to);
        eng_text_add(out, "%-12s %-8s %17s  %-24s %-24s %15" PRIu64 " %15" PRIu64 "\n",
            d->a.plan.job.names[cell->layer_a], app_diff_lane(cell), steps,
            eng_precision_text(&plain_a, a), eng_precision_text(&plain_b, b), cell->cost_a.cycles,
            cell->cost_b.cycles);
    }
}

static void add_settings(EngText *out, const DiffCommand *d)
{
    for (size_t i = 0; i < d->a.settings.count; i++) {
        const AppSetting *const item = &d->a.settings.items[i];
        const char *const other = app_settings_get(&d->b.settings, item->key);
        if (other && strcmp(other, item->value) != 0)
            eng_text_add(out, "%-28s %s -> %s\n", item->key, item->value, other);
    }
}

static void add_plain(EngText *out, const DiffCommand *d)
{
    add_side(out, "A", &d->a, &d->diff.whole_a);
    add_side(out, "B", &d->b, &d->diff.whole_b);
    eng_text_add(out, "\n");
    app_diff_sentence(&d->diff, (double)row(&d->a)->best_test_accuracy,
        (double)row(&d->b)->best_test_accuracy, (double)NAN, out);
    eng_text_add(out, "\n");
    add_cells(out, d);
    if (d->diff.rest_cycles != 0)
        eng_text_add(out,
            "%" PRId64 " cycles more come of cells of one product changing together, and of "
            "choices of adaptive lanes\n",
            d->diff.rest_cycles);
    EngText settings = {0};
    add_settings(&settings, d);
    if (settings.data)
        eng_text_add(out, "\nsettings that differ, A -> B\n%s", settings.data);
    out->failed |= settings.failed;
    eng_text_free(&settings);
}

/* ---- as JSON --------------------------------------------------------------------------------- */

static json_t *side_json(const Side *side, const EngCost *cost)
{
    return json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I}", "run",
        (json_int_t)row(side)->id, "name", app_json_string(name(side)), "cycles",
        app_json_count(cost->cycles), "energy_joules", app_json_real(eng_cost_joules(cost)),
        "simulated_seconds", app_json_real(eng_cost_seconds(cost, &side->hardware)),
        "best_test_accuracy", app_json_real((double)row(side)->best_test_accuracy), "test_accuracy",
        app_json_real((double)row(side)->test_accuracy), "steps", (json_int_t)row(side)->steps,
        "steps_total", (json_int_t)row(side)->steps_total);
}

static json_t *cell_json(const DiffCommand *d, const AppDiffCell *cell)
{
    char a[ENG_PRECISION_TEXT], b[ENG_PRECISION_TEXT];
    const EngPrecision plain_a = eng_precision_unsettled(&cell->a, cell->role);
    const EngPrecision plain_b = eng_precision_unsettled(&cell->b, cell->role);
    return json_pack("{s:s, s:s, s:I, s:I, s:s, s:s, s:o, s:o, s:o, s:o}", "layer",
        d->a.plan.job.names[cell->layer_a], "lane", app_diff_lane(cell), "from",
        (json_int_t)cell->from, "to", (json_int_t)cell->to, "a", eng_precision_text(&plain_a, a),
        "b", eng_precision_text(&plain_b, b), "cycles_a", app_json_count(cell->cost_a.cycles),
        "cycles_b", app_json_count(cell->cost_b.cycles), "energy_joules_a",
        app_json_real(eng_cost_joules(&cell->cost_a)), "energy_joules_b",
        app_json_real(eng_cost_joules(&cell->cost_b)));
}

static json_t *settings_json(const DiffCommand *d)
{
    json_t *const list = json_array();
    for (size_t i = 0; i < d->a.settings.count; i++) {
        const AppSetting *const item = &d->a.settings.items[i];
        const char *const other = app_settings_get(&d->b.settings, item->key);
        if (other && strcmp(other, item->value) != 0)
            json_array_append_new(list,
                json_pack("{s:s, s:o, s:o}", "key", item->key, "a", app_json_string(item->value),
                    "b", app_json_string(other)));
    }
    return list;
}

static json_t *diff_json(const DiffCommand *d)
{
    EngText sentence = {0};
    app_diff_sentence(&d->diff, (double)row(&d->a)->best_test_accuracy,
        (double)row(&d->b)->best_test_accuracy, (double)NAN, &sentence);
    json_t *const cells = json_array();
    for (size_t i = 0; i < d->diff.count; i++)
        json_array_append_new(cells, cell_json(d, &d->diff.cells[i]));
    json_t *const value = json_pack("{s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:o}", "a",
        side_json(&d->a, &d->diff.whole_a), "b", side_json(&d->b, &d->diff.whole_b), "sentence",
        app_json_string(sentence.failed ? NULL : sentence.data), "cells", cells, "rest_cycles",
        (json_int_t)d->diff.rest_cycles, "share_that_differs", app_json_real(d->diff.differs),
        "share_with_more_bits", app_json_real(d->diff.more_bits), "share_with_fewer_bits",
        app_json_real(d->diff.fewer_bits), "settings", settings_json(d));
    eng_text_free(&sentence);
    return value;
}

/* ---- the command ----------------------------------------------------------------------------- */

static bool open_side(const DiffCommand *d, DbReader *reader, const char *word, Side *side)
{
    int64_t id;
    EngError err = {0};
    if (!cli_run_id(&d->command, word, &id) || !cli_run_read(&d->command, reader, id, &side->rows))
        return false;
    EngStatus status =
        app_run_plan_open(row(side), side->rows.events, side->rows.event_count, &side->plan, &err);
    if (status == ENG_OK)
        status = app_settings_read(&side->plan.experiment, &side->settings, &err);
    if (status != ENG_OK)
        cli_complain(&d->command, "%s", err.text);
    side->hardware = side->plan.experiment.hardware;
    return status == ENG_OK;
}

/* --hardware: both are costed on A's accelerator with these settings. */
static EngStatus take_hardware(DiffCommand *d, EngError *err)
{
    EngStatus status = ENG_OK;
    for (size_t i = 0; i < d->hardware.count && status == ENG_OK; i++)
        status = app_hardware_set(&d->a.hardware, d->hardware.items[i], err);
    if (status == ENG_OK)
        status = eng_hardware_check(&d->a.hardware, err);
    if (d->hardware.count > 0)
        d->b.hardware = d->a.hardware;
    return status;
}

static AppDiffSide diff_side(const Side *side)
{
    return (AppDiffSide){.net = side->plan.job.net,
        .plan = side->plan.job.plan,
        .used = side->plan.used,
        .batch = side->plan.experiment.training.batch,
        .hw = &side->hardware,
        .high_share = HIGH_SHARE};
}

static int run_diff(DiffCommand *d, const char *const words[2])
{
    DbReader *const reader = cli_store_read(&d->command, d->db);
    const bool open =
        reader && open_side(d, reader, words[0], &d->a) && open_side(d, reader, words[1], &d->b);
    db_reader_close(reader);
    if (!open)
        return CLI_FAILED;
    EngError err = {0};
    EngStatus status = take_hardware(d, &err);
    const AppDiffSide a = diff_side(&d->a), b = diff_side(&d->b);
    if (status == ENG_OK)
        status = app_diff(&a, &b, &d->diff, &err);
    if (status != ENG_OK) {
        cli_complain(&d->command, "%s", err.text);
        return CLI_FAILED;
    }
    EngText out = {0};
    if (d->json)
        cli_add_json(&out, diff_json(d));
    else
        add_plain(&out, d);
    return cli_print_text(&d->command, &out);
}

static void clear_side(Side *side)
{
    cli_run_clear(&side->rows);
    app_run_plan_clear(&side->plan);
    app_settings_clear(&side->settings);
}

int cli_runs_diff(int argc, char **argv)
{
    DiffCommand d = {.hardware = {.capacity = sizeof d.settings / sizeof d.settings[0]}};
    d.hardware.items = d.settings;
    const CliOption options[] = {
        CLI_STORE_OPTION(d.db),
        {"hardware", CLI_LIST, &d.hardware, "KEY=VALUE",
            "cost both on A's accelerator with this setting, like\nrows=32; again for more of "
            "them (each on its own)"},
        {"json", CLI_FLAG, &d.json, NULL, "one JSON object on standard output"},
        {NULL, CLI_FLAG, NULL, NULL, NULL},
    };
    d.command = (CliCommand){.name = "runs diff",
        .arguments = "A B",
        .summary = "Lays the schedules of two runs side by side: the cells (layer, lane, steps) "
                   "that\ndiffer, and what each of them costs.",
        .details = "A cell's cycles are those of the products that the lane feeds, over the "
                   "cell's steps:\nas A does them, and as A would with this cell alone taken from "
                   "B. Steps are A's; runs\nof different lengths are laid over each other by "
                   "epochs.\n",
        .options = options,
        .min_words = 2,
        .max_words = 2};
    size_t count;
    const char *words[2];
    const CliParsed parsed = cli_parse(&d.command, argc, argv, words, &count);
    if (parsed != CLI_GO)
        return parsed == CLI_HELPED ? CLI_OK : CLI_USAGE;
    int64_t id;
    for (int i = 0; i < 2; i++)
        if (!cli_run_id(&d.command, words[i], &id))
            return CLI_USAGE;
    const int status = run_diff(&d, words);
    app_diff_clear(&d.diff);
    clear_side(&d.a);
    clear_side(&d.b);
    return status;
}
