#include "cli_job.h"
#include "cli_shape.h"
#include "json.h"

bool cli_job_named(
    const CliCommand *command, const CliExperiment *wanted, const CliSamples *samples)
{
    if (wanted->file || (wanted->model && (wanted->data || samples->input)))
        return true;
    cli_complain(command, "%s", "expected --experiment, or --model with --data or --input");
    return false;
}

EngStatus cli_job_open(const CliCommand *command, const CliExperiment *wanted,
    const CliSamples *samples, AppExperiment *experiment, AppJob *job, EngError *err)
{
    EngShape shape;
    *job = (AppJob){0};
    EngStatus status = cli_experiment_take(command, wanted, experiment, err);
    if (status != ENG_OK)
        return status;
    if (!samples->input)
        return app_job_open(experiment, job, err);
    if (!cli_shape(samples->input, &shape))
        return eng_error(err, ENG_ERR_PARSE,
            "--input is \"%s\", expected a number of values or CxHxW like 3x32x32", samples->input);
    if (samples->classes < 2 || samples->classes > 65535 || samples->count < 1)
        return eng_error(err, ENG_ERR_RANGE,
            "--classes is %u and --samples %u, expected 2 to 65535 and at least 1",
            samples->classes, samples->count);
    status = app_job_plan(experiment, shape, samples->classes, samples->count, job, err);
    return status == ENG_OK ? app_job_read_table(experiment, job, err) : status;
}

EngStatus cli_check_share(double high_share, EngError *err)
{
    if (high_share >= 0 && high_share <= 1)
        return ENG_OK;
    return eng_error(err, ENG_ERR_RANGE, "--high-share is outside of 0 to 1");
}

json_t *cli_cost_json(const EngCost *cost, const EngHardware *hw)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o}", "cycles",
        app_json_count(cost->cycles), "compute_cycles", app_json_count(cost->compute_cycles),
        "convert_cycles", app_json_count(cost->convert_cycles), "memory_cycles",
        app_json_count(cost->memory_cycles), "bound", eng_bound_name(eng_cost_bound(cost)),
        "dram_bytes", app_json_count(cost->dram_bytes), "simulated_seconds",
        app_json_real(eng_cost_seconds(cost, hw)), "energy_joules",
        app_json_real(eng_cost_joules(cost)));
}
