/* mantissa-cli estimate: what an experiment would take on the simulated accelerator. */
#include "base/memory.h"
#include "cli_commands.h"
#include "cli_job.h"
#include "data/dataset.h"
#include "json.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef struct EstimateCommand {
    CliCommand command;
    CliExperiment wanted;
    CliSamples samples;
    double high_share;
    bool json;
    AppExperiment experiment;
    AppJob job;
} EstimateCommand;

/* ---- costs ----------------------------------------------------------------------------------- */

static EngCost whole_cost(const EstimateCommand *e)
{
    return eng_plan_cost(e->job.net, e->job.plan, e->experiment.training.batch,
        &e->experiment.hardware, e->high_share);
}

static EngCost product_cost(const EstimateCommand *e, size_t layer, EngProductKind kind)
{
    return eng_plan_product_cost(e->job.net, e->job.plan, layer, kind, e->experiment.training.batch,
        &e->experiment.hardware, e->high_share);
}

/* The same run with every slot in one format. */
static EngCost ghost_cost(const EstimateCommand *e, const char *format_text)
{
    EngFormat format = eng_format_fp32();
    eng_format_parse(format_text, strlen(format_text), &format, NULL);
    return eng_constant_cost(
        e->job.net, &format, e->job.clock, e->experiment.training.batch, &e->experiment.hardware);
}

static double ratio(const EngCost *slow, const EngCost *fast)
{
    return fast->cycles ? (double)slow->cycles / (double)fast->cycles : 0;
}

/* ---- what is said ---------------------------------------------------------------------------- */

static json_t *layers_json(const EstimateCommand *e)
{
    json_t *const layers = json_array();
    for (size_t l = 0; l < e->job.net->product_count; l++) {
        json_t *const layer = json_pack("{s:s}", "layer", e->job.names[l]);
        for (int kind = 0; layer && kind < ENG_PRODUCT_KINDS; kind++) {
            const EngCost cost = product_cost(e, l, (EngProductKind)kind);
            json_object_set_new(layer, eng_product_name((EngProductKind)kind),
                cli_cost_json(&cost, &e->experiment.hardware));
        }
        json_array_append_new(layers, layer);
    }
    return layers;
}

static void print_json(const EstimateCommand *e)
{
    const EngCost cost = whole_cost(e), fp32 = ghost_cost(e, "fp32"), bf16 = ghost_cost(e, "bf16");
    json_t *const value = json_pack("{s:I}", "steps", (json_int_t)e->job.clock.steps);
    json_t *const sum = cli_cost_json(&cost, &e->experiment.hardware);
    if (value && sum) {
        json_object_update(value, sum);
        json_object_set_new(value, "fp32_cycles", app_json_count(fp32.cycles));
        json_object_set_new(value, "bf16_cycles", app_json_count(bf16.cycles));
        json_object_set_new(value, "speedup_over_fp32", app_json_real(ratio(&fp32, &cost)));
        json_object_set_new(value, "high_share", app_json_real(e->high_share));
        json_object_set_new(value, "layers", layers_json(e));
        json_object_set_new(value, "hardware", app_hardware_json(&e->experiment.hardware));
    }
    json_decref(sum);
    cli_print_json(value);
}

static void print_plain(const EstimateCommand *e)
{
    const EngHardware *const hw = &e->experiment.hardware;
    const EngCost cost = whole_cost(e), fp32 = ghost_cost(e, "fp32"), bf16 = ghost_cost(e, "bf16");
    printf("%u steps of %u samples: %" PRIu64 " cycles, %.4g s, %.4g J, %" PRIu64
           " bytes of DRAM, all simulated\n",
        e->job.clock.steps, e->experiment.training.batch, cost.cycles, eng_cost_seconds(&cost, hw),
        eng_cost_joules(&cost), cost.dram_bytes);
    printf("%.2f times faster than fp32, %.2f times faster than bf16 on the same array\n\n",
        ratio(&fp32, &cost), ratio(&bf16, &cost));
    printf("%-16s %-8s %15s %7s %8s %12s\n", "layer", "product", "cycles", "share", "bound",
        "energy (J)");
    for (size_t l = 0; l < e->job.net->product_count; l++) {
        for (int kind = 0; kind < ENG_PRODUCT_KINDS; kind++) {
            const EngCost part = product_cost(e, l, (EngProductKind)kind);
            if (part.cycles == 0)
                continue; /* the first layer has no input gradient */
            printf("%-16s %-8s %15" PRIu64 " %5.1f %% %8s %12.4g\n", e->job.names[l],
                eng_product_name((EngProductKind)kind), part.cycles,
                100 * (double)part.cycles / (double)cost.cycles,
                eng_bound_name(eng_cost_bound(&part)), eng_cost_joules(&part));
        }
    }
}

/* ---- the command ----------------------------------------------------------------------------- */

static int run_estimate(EstimateCommand *e)
{
    EngError err = {0};
    EngStatus status =
        cli_job_open(&e->command, &e->wanted, &e->samples, &e->experiment, &e->job, &err);
    if (status == ENG_OK)
        status = cli_check_share(e->high_share, &err);
    if (status != ENG_OK)
        cli_complain(&e->command, "%s", err.text);
    else if (e->json)
        print_json(e);
    else
        print_plain(e);
    app_job_close(&e->job);
    app_experiment_clear(&e->experiment);
    return status == ENG_OK ? CLI_OK : CLI_FAILED;
}

int cli_estimate(int argc, char **argv)
{
    EstimateCommand e = {.samples = CLI_SAMPLES_DEFAULT, .high_share = 0.5};
    cli_experiment_new(&e.wanted);
    const CliOption options[] = {
        CLI_EXPERIMENT_OPTIONS(e.wanted),
        CLI_SAMPLES_OPTIONS(e.samples),
        {"high-share", CLI_DOUBLE, &e.high_share, "X",
            "the share of steps at which adaptive parts are taken\nto choose high (0.5)"},
        {"json", CLI_FLAG, &e.json, NULL, "one JSON object on standard output"},
        {NULL, CLI_FLAG, NULL, NULL, NULL},
    };
    e.command = (CliCommand){.name = "estimate",
        .arguments = "",
        .summary = "Counts the cycles and the energy of an experiment without training it.",
        .details = CLI_EXPERIMENT_DETAILS
        "\n"
        "Without adaptive parts the cycles are those the run itself will count.\n",
        .kinds = eng_dataset_help(),
        .options = options};
    size_t count;
    const CliParsed parsed = cli_parse(&e.command, argc, argv, NULL, &count);
    if (parsed != CLI_GO)
        return parsed == CLI_HELPED ? CLI_OK : CLI_USAGE;
    if (!cli_job_named(&e.command, &e.wanted, &e.samples))
        return CLI_USAGE;
    return cli_finish_output(&e.command, run_estimate(&e));
}
