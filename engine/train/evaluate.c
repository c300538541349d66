/* The test split, sample after sample. */
#include "train/run.h"

typedef struct Gather {
    const EngRun *run;
    const uint32_t *index;
    float *out;
} Gather;

static void gather_range(void *arg, size_t begin, size_t end, unsigned worker)
{
    const Gather *g = arg;
    const EngDataset *data = g->run->options.data;
    (void)worker;
    eng_dataset_gather(data, &data->test, g->index + begin, end - begin,
        g->out + begin * eng_shape_size(data->shape),
        g->run->label + begin * eng_dataset_targets(data));
}

/* Puts test samples [at, at + n) into the model's input. */
static void load(EngRun *run, size_t at, size_t n)
{
    Gather gather = {run, run->test_order + at, eng_model_input(run->model)};
    eng_model_use_input(run->model, NULL);
    eng_pool_run(run->pool, gather_range, &gather, n, 8);
}

static EngStatus run_batch(EngRun *run, size_t at, size_t n, EngLoss *loss, EngError *err)
{
    const EngStep step = eng_run_context(run, n, false);
    load(run, at, n);
    EngStatus status = eng_model_forward(run->model, &step, err);
    if (status == ENG_OK)
        status = eng_model_loss(run->model, &step, run->label, loss, err);
    if (status != ENG_OK)
        eng_error_prefix(err, "Evaluation");
    return status;
}

static void note(EngRun *run, double loss, double accuracy)
{
    EngRunSummary *s = &run->summary;
    eng_run_read_clock(run);
    s->test_loss = (float)loss;
    s->test_accuracy = (float)accuracy;
    run->improved = !(s->best_test_accuracy >= s->test_accuracy);
    if (run->improved) {
        s->best_test_accuracy = s->test_accuracy;
        s->best_step = run->step;
    }
    const EngRecord record = {.kind = ENG_RECORD_EVAL,
        .step = run->step,
        .wall_seconds = s->wall_seconds,
        .eval = {.loss = s->test_loss, .accuracy = s->test_accuracy}};
    run->sink.record(run->sink.ctx, &record);
}

EngStatus eng_run_evaluate(EngRun *run, EngError *err)
{
    const size_t count = run->options.data->test.count, batch = run->options.settings.batch;
    double loss_sum = 0.0;
    size_t correct = 0;
    for (size_t at = 0; at < count; at += batch) {
        const size_t n = count - at < batch ? count - at : batch;
        EngLoss loss;
        const EngStatus status = run_batch(run, at, n, &loss, err);
        if (status != ENG_OK)
            return status;
        loss_sum += (double)loss.mean * (double)n;
        correct += loss.correct;
    }
    const double targets = (double)count * (double)eng_dataset_targets(run->options.data);
    note(run, loss_sum / (double)count, (double)correct / targets);
    return ENG_OK;
}

bool eng_run_evaluation_due(const EngRun *run)
{
    const uint32_t per_epoch = run->clock.steps_per_epoch;
    const uint32_t evals = run->options.settings.evals_per_epoch;
    const uint32_t interval = per_epoch / evals > 0 ? per_epoch / evals : 1;
    const uint32_t in_epoch = run->step % per_epoch;
    return run->options.data->test.count > 0 &&
        (run->step == run->clock.steps || in_epoch == 0 ||
            (in_epoch % interval == 0 && in_epoch / interval < evals));
}
