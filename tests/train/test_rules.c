/* How batches come, when a run has diverged, how the loss is scaled, and the best checkpoint. */
#include "setup.h"
#include "train/run.h"
#include <math.h>

static void test_order_of_the_file(void)
{
    Setup s;
    open_setup(&s, "*: fp32");
    const uint64_t shuffled = hash_of(&s);
    s.options.settings.no_shuffle = true;
    const uint64_t in_order = hash_of(&s);
    CHECK(in_order != shuffled);
    s.options.settings.seed_data = 9;
    CHECK(hash_of(&s) == in_order);
    close_setup(&s);
}

static void test_loading_ahead_changes_nothing(void)
{
    Setup s;
    open_setup(&s, "*: bfp4");
    const uint64_t plain = hash_of(&s);
    CHECK_INT(eng_augment_parse("shift=2", &s.options.settings.augment, NULL), ENG_OK);
    const uint64_t wanted = hash_of(&s);
    CHECK(wanted != plain);
    static const uint32_t ahead[] = {0, 1, 16};
    for (size_t i = 0; i < 3; i++) {
        s.options.settings.load_ahead = ahead[i];
        CHECK(hash_of(&s) == wanted);
    }
    /* Augmentation goes on where it was. */
    s.options.checkpoint_every = 7;
    EngTrainer *t = start(&s);
    step_to(t, 16);
    EngCheckpoint checkpoint = {0};
    CHECK(eng_trainer_take_checkpoint(t, &checkpoint));
    eng_trainer_free(t);
    s.options.resume = &checkpoint;
    CHECK(hash_of(&s) == wanted);
    eng_checkpoint_free(&checkpoint);
    close_setup(&s);
}

static void refused(const Setup *s, const char *part)
{
    EngError err = {0};
    EngTrainer *t = NULL;
    CHECK_INT(eng_trainer_new(&s->options, &t, &err), ENG_ERR_RANGE);
    CHECK_HAS(err.text, part);
    eng_trainer_free(t);
}

static void test_settings_out_of_range(void)
{
    Setup s;
    open_setup(&s, "*: fp32");
    s.options.settings.explosion = 0.5;
    refused(&s, "0.5");
    s.options.settings.explosion = NAN;
    refused(&s, "nan");
    s.options.settings.explosion = 0;
    s.options.settings.load_ahead = 17;
    refused(&s, "17");
    s.options.settings.load_ahead = 2;
    s.options.settings.augment.shift = 28;
    refused(&s, "28");
    close_setup(&s);
}

static void test_targets_must_fit(void)
{
    Setup s;
    open_setup(&s, "*: fp32");
    EngNetwork *net = NULL;
    EngDataset *text = NULL;
    EngError err = {0};
    EngTrainer *t = NULL;
    CHECK_INT(eng_dataset_open("tinytext", 1, 0, &text, &err), ENG_OK);
    char line[16];
    snprintf(line, sizeof line, "fc-%u", text->classes);
    CHECK_INT(eng_network_parse(line, text->shape, text->classes, &net, &err), ENG_OK);
    s.options.data = text;
    s.options.net = net;
    CHECK_INT(eng_trainer_new(&s.options, &t, &err), ENG_ERR_SHAPE);
    CHECK_HAS(err.text, "32 classes a sample");
    eng_network_free(net);
    eng_dataset_free(text);
    close_setup(&s);
}

/* ---- divergence -------------------------------------------------------------------------------- */

/* At a standstill the loss stays near 2.3 or above; the limit of 1 times ln(10) is crossed from the
 * first step on. */
static void test_explosion(void)
{
    Setup s;
    EngRunSummary summary;
    open_setup(&s, "*: fp32");
    s.options.settings.rate.base = 1e-9;
    s.options.settings.explosion = 1;
    EngTrainer *t = start(&s);
    eng_trainer_run(t);
    finish(t, NULL, 0, &summary);
    printf("# %s\n", summary.error.text);
    CHECK_INT(summary.state, ENG_RUN_DIVERGED);
    CHECK_INT(summary.steps, 16);
    CHECK_HAS(summary.error.text, "Step 16");
    CHECK_HAS(summary.error.text, "2.302585");
    eng_trainer_free(t);
    s.options.settings.explosion = 2;
    hash_of(&s); /* finishes */
    s.options.settings.explosion = 0;
    hash_of(&s);
    close_setup(&s);
}

/* The count of loud steps belongs to a checkpoint. */
static void test_explosion_after_a_resume(void)
{
    Setup s;
    EngRunSummary summary;
    open_setup(&s, "*: fp32");
    s.options.settings.rate.base = 1e-9;
    s.options.settings.explosion = 1;
    s.options.checkpoint_every = 10;
    EngTrainer *t = start(&s);
    step_to(t, 11);
    EngCheckpoint checkpoint = {0};
    CHECK(eng_trainer_take_checkpoint(t, &checkpoint));
    eng_trainer_free(t);
    s.options.resume = &checkpoint;
    t = start(&s);
    eng_trainer_run(t);
    finish(t, NULL, 0, &summary);
    CHECK_INT(summary.state, ENG_RUN_DIVERGED);
    CHECK_INT(summary.steps, 16);
    eng_trainer_free(t);
    eng_checkpoint_free(&checkpoint);
    close_setup(&s);
}

/* ---- loss scaling ------------------------------------------------------------------------------ */

static void test_scale_rises_and_falls(void)
{
    EngRun run = {.scaler = {.scale = 65536.0f}};
    EngError err = {0};
    for (int i = 0; i < 199; i++)
        CHECK_INT(eng_run_adjust_scale(&run, false, &err), ENG_OK);
    CHECK(run.scaler.scale == 65536.0f);
    CHECK_INT(eng_run_adjust_scale(&run, false, &err), ENG_OK);
    CHECK(run.scaler.scale == 131072.0f && run.scaler.good == 0);
    CHECK_INT(eng_run_adjust_scale(&run, false, &err), ENG_OK);
    CHECK_INT(eng_run_adjust_scale(&run, true, &err), ENG_OK);
    CHECK(run.scaler.scale == 65536.0f && run.scaler.good == 0);
    for (int i = 0; i < 200 * 20; i++)
        CHECK_INT(eng_run_adjust_scale(&run, false, &err), ENG_OK);
    CHECK(run.scaler.scale == 0x1p24f);
    for (int i = 0; i < 48; i++)
        CHECK_INT(eng_run_adjust_scale(&run, true, &err), ENG_OK);
    CHECK(run.scaler.scale == 0x1p-24f);
    CHECK_INT(eng_run_adjust_scale(&run, true, &err), ENG_ERR_DIVERGED);
}

/* With 16 bits a run learns only because its gradients are lifted, and goes on from a checkpoint
 * with the scale it had. */
static void test_scaled_runs(void)
{
    static const char *const schedules[] = {
        "*: fp16", "*: fp8_e5m2", "*: bfp4; fc2.G: fp8_e4m3", "*: hfp8"};
    for (size_t i = 0; i < sizeof schedules / sizeof *schedules; i++) {
        Setup s;
        EngRunSummary summary;
        open_setup(&s, schedules[i]);
        const uint64_t wanted = hash_of(&s);
        s.options.checkpoint_every = 5;
        EngTrainer *t = start(&s);
        step_to(t, 12);
        eng_trainer_summary(t, &summary);
        int exponent;
        printf("# %s: loss scale %g, loss %g\n", schedules[i], (double)summary.loss_scale,
            (double)summary.train_loss);
        CHECK(frexpf(summary.loss_scale, &exponent) == 0.5f && summary.loss_scale > 1.0f);
        EngCheckpoint checkpoint = {0};
        CHECK(eng_trainer_take_checkpoint(t, &checkpoint));
        eng_trainer_free(t);
        s.options.resume = &checkpoint;
        CHECK(hash_of(&s) == wanted);
        eng_checkpoint_free(&checkpoint);
        close_setup(&s);
    }
}

/* fp8_e4m3 ends at 448 and has no infinity: too large a gradient must be noticed all the same. */
static void test_overflow_is_noticed(void)
{
    Setup s;
    EngRunSummary summary;
    open_setup(&s, "*: fp32; fc2.G: fp8_e4m3");
    EngTrainer *t = start(&s);
    step_to(t, 12);
    eng_trainer_summary(t, &summary);
    printf("# loss scale %g\n", (double)summary.loss_scale);
    CHECK(summary.loss_scale < 65536.0f); /* 65536 / 50 samples is above 448 where it begins */
    eng_trainer_free(t);
    replan(&s, "*: bf16");
    t = start(&s);
    step_to(t, 1);
    eng_trainer_summary(t, &summary);
    CHECK(summary.loss_scale == 1.0f);
    eng_trainer_free(t);
    close_setup(&s);
}

/* ---- the best checkpoint ----------------------------------------------------------------------- */

static void test_best_checkpoint(void)
{
    Setup s;
    EngRunSummary summary, resumed;
    open_setup(&s, "*: bfp4");
    s.options.settings.evals_per_epoch = 4;
    s.options.keep_best = true;
    const uint64_t wanted = hash_of(&s);
    EngTrainer *t = start(&s);
    eng_trainer_run(t);
    finish(t, NULL, 0, &summary);
    EngCheckpoint best = {0}, none;
    CHECK(eng_trainer_take_best(t, &best));
    CHECK(!eng_trainer_take_best(t, &none));
    CHECK_INT(best.step, summary.best_step);
    CHECK(summary.best_step > 0 && summary.best_step % 3 == 0);
    printf("# best %g after %u steps\n", (double)summary.best_test_accuracy, summary.best_step);
    eng_trainer_free(t);
    if (best.step < 24) {
        s.options.resume = &best;
        t = start(&s);
        eng_trainer_summary(t, &resumed);
        CHECK(resumed.test_accuracy == summary.best_test_accuracy);
        CHECK_INT(resumed.best_step, best.step);
        eng_trainer_free(t);
        CHECK(hash_of(&s) == wanted);
    }
    eng_checkpoint_free(&best);
    close_setup(&s);
}

int main(void)
{
    RUN(test_order_of_the_file);
    RUN(test_loading_ahead_changes_nothing);
    RUN(test_settings_out_of_range);
    RUN(test_targets_must_fit);
    RUN(test_explosion);
    RUN(test_explosion_after_a_resume);
    RUN(test_scale_rises_and_falls);
    RUN(test_scaled_runs);
    RUN(test_overflow_is_noticed);
    RUN(test_best_checkpoint);
    return check_done();
}
