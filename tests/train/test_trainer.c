/* The trainer: the same bits for every instruction set, thread count and pause; states, commands,
 * records and live edits. */
#include "number/quantize.h"
#include "schedule/adaptive.h"
#include "setup.h"
#include <math.h>
#include <stdlib.h>

static const char *const schedules[] = {
    "*: bfp4; *.G: bfp4:sr8",
    "*: bfp3/g8/e3; *.G: bfp5/g32/e5:sr11",
    "*: bfp9; fc1.W: bfp12:even",
    "*: fp32",
    "*: adaptive(bfp2, bfp4, interval=3)",
    "*: bfp4 @0..1ep, fp32 @1ep..",
};

/* The loss trace is that of the C reference for every instruction set and 1 to 3 threads. */
static void check_same_bits(Setup *s, const char *what)
{
    s->options.settings.isa = ENG_ISA_C;
    const uint64_t wanted = hash_of(s);
    CHECK(wanted != 0);
    const EngIsa isas[] = {ENG_ISA_AVX2, ENG_ISA_AVX512, ENG_ISA_NEON, ENG_ISA_AUTO};
    for (size_t j = 0; j < sizeof isas / sizeof *isas; j++) {
        const EngKernels *kernels;
        EngError err;
        if (eng_kernels(isas[j], &kernels, &err) != ENG_OK)
            continue;
        for (unsigned threads = 1; threads <= 3; threads++) {
            s->options.settings.isa = isas[j];
            s->options.settings.threads = threads;
            const uint64_t got = hash_of(s);
            if (got != wanted)
                printf("# %s on %s with %u threads: %016" PRIx64 ", C has %016" PRIx64 "\n", what,
                    kernels->name, threads, got, wanted);
            CHECK(got == wanted);
        }
    }
}

static void test_same_bits_everywhere(void)
{
    for (size_t i = 0; i < sizeof schedules / sizeof *schedules; i++) {
        Setup s;
        open_setup(&s, schedules[i]);
        check_same_bits(&s, schedules[i]);
        close_setup(&s);
    }
}

static void test_same_bits_in_convolutions(void)
{
    Setup s;
    open_net(&s, "digits:100", 40, "lenet", 20, "*: bfp4; *.G: bfp4:sr8; conv2: fp32 @1ep..");
    check_same_bits(&s, "lenet");
    close_setup(&s);
    open_net(&s, "digits:100", 10, "resnet-8", 5, "*: adaptive(bfp2, bfp4, interval=2)");
    check_same_bits(&s, "resnet-8");
    close_setup(&s);
}

static void test_same_bits_in_every_layer(void)
{
    Setup s;
    open_net(&s, "digits:100", 10,
        "conv3x3-20/2, bn, relu, dw3x3/2, conv1x1-24, gelu, save, dw5x5, add, avg2, drop-0.2, ln, "
        "fc-10",
        5, "*: bfp4; *.G: bfp4:sr8; dw1: bfp5/g4/e4; dw2: fp32 @50%..");
    check_same_bits(&s, "layers");
    close_setup(&s);
    open_net(&s, "tinytext:context=20", 12,
        "embed-24, save, ln, attn-3, add, save, ln, fc-40, gelu, drop-0.1, fc-24, add, ln, fc-%u",
        4, "*: bfp4; *.G: bfp4:sr8; attn1.qk: bfp9 @50%..; attn1.pv.A: fp32");
    check_same_bits(&s, "attention");
    close_setup(&s);
}

static void test_seeds_matter(void)
{
    Setup s;
    open_setup(&s, "*: bfp4; *.G: bfp4:sr8");
    const uint64_t base = hash_of(&s);
    s.options.settings.seed_noise = 2;
    CHECK(hash_of(&s) != base);
    s.options.settings.seed_noise = 1;
    s.options.settings.seed_data = 2;
    CHECK(hash_of(&s) != base);
    s.options.settings.seed_data = 1;
    s.options.settings.seed_weights = 2;
    CHECK(hash_of(&s) != base);
    s.options.settings.seed_weights = 1;
    CHECK(hash_of(&s) == base);
    close_setup(&s);
}

static void test_pause_and_single_steps_change_nothing(void)
{
    Setup s;
    open_setup(&s, "*: bfp4; *.G: bfp4:sr8");
    const uint64_t wanted = hash_of(&s);
    EngError err = {0};
    EngTrainer *t = NULL;
    EngRunSummary summary;
    CHECK_INT(eng_trainer_new(&s.options, &t, &err), ENG_OK);
    eng_trainer_step(t);
    wait_state(t, ENG_RUN_PAUSED);
    eng_trainer_summary(t, &summary);
    CHECK_INT(summary.steps, 1);
    eng_trainer_step(t);
    do {
        eng_trainer_summary(t, &summary);
    } while (summary.steps < 2);
    wait_state(t, ENG_RUN_PAUSED);
    eng_trainer_run(t);
    do { /* somewhere in the middle */
        eng_trainer_summary(t, &summary);
    } while (summary.steps < 4);
    eng_trainer_pause(t);
    do { /* at once, or at the end where the thread was quicker */
        eng_trainer_summary(t, &summary);
    } while (summary.state == ENG_RUN_RUNNING);
    eng_trainer_run(t);
    finish(t, NULL, 0, &summary);
    CHECK_INT(summary.steps, 24);
    CHECK(summary.loss_hash == wanted);
    eng_trainer_free(t);
    close_setup(&s);
}

static void test_stop(void)
{
    Setup s;
    open_setup(&s, "*: bfp4");
    EngError err = {0};
    EngTrainer *t = NULL;
    EngRunSummary summary;
    CHECK_INT(eng_trainer_new(&s.options, &t, &err), ENG_OK);
    eng_trainer_step(t);
    wait_state(t, ENG_RUN_PAUSED);
    eng_trainer_stop(t);
    finish(t, NULL, 0, &summary);
    CHECK_INT(summary.state, ENG_RUN_STOPPED);
    CHECK_INT(summary.steps, 1);
    eng_trainer_run(t); /* does nothing any more */
    eng_trainer_free(t);
    CHECK_INT(eng_trainer_new(&s.options, &t, &err), ENG_OK);
    eng_trainer_run(t);
    eng_trainer_free(t); /* in the middle of a run */
    close_setup(&s);
}

static void test_records(void)
{
    Setup s;
    open_setup(&s, "*: bfp4; *.G: bfp4:sr8");
    s.options.window_ring = true;
    EngError err = {0};
    EngTrainer *t = NULL;
    EngRunSummary summary;
    EngRecord records[64];
    CHECK_INT(eng_trainer_new(&s.options, &t, &err), ENG_OK);
    eng_trainer_run(t);
    const size_t n = finish(t, records, 64, &summary);
    CHECK_INT(n, 24 + 2 + 2); /* steps, evaluations, running and finished */
    uint32_t steps = 0, evals = 0;
    uint64_t cycles = 0;
    double wall = 0.0;
    for (size_t i = 0; i < n; i++) {
        CHECK(records[i].wall_seconds >= wall);
        wall = records[i].wall_seconds;
        if (records[i].kind == ENG_RECORD_STEP) {
            CHECK_INT(records[i].step, steps++);
            CHECK(records[i].at_step.cycles > cycles && isfinite(records[i].at_step.loss));
            cycles = records[i].at_step.cycles;
        } else if (records[i].kind == ENG_RECORD_EVAL) {
            CHECK_INT(records[i].step, 12 * ++evals);
            CHECK(records[i].eval.accuracy >= 0 && records[i].eval.accuracy <= 1);
        }
    }
    CHECK_INT(steps, 24);
    CHECK_INT(evals, 2);
    CHECK(records[0].kind == ENG_RECORD_STATE && records[0].state.state == ENG_RUN_RUNNING);
    CHECK(
        records[n - 1].kind == ENG_RECORD_STATE && records[n - 1].state.state == ENG_RUN_FINISHED);
    CHECK(cycles == summary.cost.cycles);
    EngRecord seen[64];
    CHECK_INT(eng_trainer_window_records(t, seen, 64), n);
    CHECK(memcmp(&seen[3].at_step, &records[3].at_step, sizeof seen[3].at_step) == 0);
    eng_trainer_free(t);
    close_setup(&s);
}

static void test_estimate_equals_counter(void)
{
    Setup s;
    open_setup(&s, "*: bfp4 @0..40%, bfp6 @40%..; fc2.G: bfp8 @7it..15it; fc3: fp32");
    const EngCost estimate = eng_plan_cost(s.net, s.plan, 50, &s.options.hardware, 0.5);
    EngError err = {0};
    EngTrainer *t = NULL;
    EngRunSummary summary;
    CHECK_INT(eng_trainer_new(&s.options, &t, &err), ENG_OK);
    eng_trainer_run(t);
    finish(t, NULL, 0, &summary);
    CHECK(memcmp(&estimate, &summary.cost, sizeof estimate) == 0);
    eng_trainer_free(t);
    close_setup(&s);
}

static void test_live_edit(void)
{
    Setup s;
    open_setup(&s, "*: bfp2");
    EngPlan *later = plan_of(&s, "*: bfp6");
    EngError err = {0};
    EngTrainer *t = NULL;
    EngRunSummary summary;
    EngRecord records[64];
    CHECK_INT(eng_trainer_new(&s.options, &t, &err), ENG_OK);
    for (uint32_t i = 1; i <= 5; i++) {
        eng_trainer_step(t);
        do {
            eng_trainer_summary(t, &summary);
        } while (summary.steps < i);
        wait_state(t, ENG_RUN_PAUSED);
    }
    CHECK_INT(eng_trainer_set_plan(t, later, &err), ENG_OK);
    eng_trainer_run(t);
    const size_t n = finish(t, records, 64, &summary);
    bool seen = false;
    for (size_t i = 0; i < n; i++) {
        if (records[i].kind == ENG_RECORD_PLAN) {
            CHECK_INT(records[i].step, 5);
            seen = true;
        }
    }
    CHECK(seen);
    EngPlan *used = NULL, *wanted = plan_of(&s, "*: bfp2 @..5it, bfp6 @5it..");
    CHECK_INT(eng_trainer_plan(t, &used, &err), ENG_OK);
    for (size_t layer = 0; layer < 3; layer++) {
        for (uint32_t step = 0; step < 24; step++)
            CHECK(eng_precision_equal(&eng_plan_at(used, layer, ENG_SLOT_W_FWD, step)->precision,
                &eng_plan_at(wanted, layer, ENG_SLOT_W_FWD, step)->precision));
    }
    /* The run that was edited is the run that had been drawn that way from the start. */
    s.options.plan = wanted;
    CHECK(hash_of(&s) == summary.loss_hash);
    eng_trainer_free(t);
    eng_plan_free(used);
    eng_plan_free(wanted);
    eng_plan_free(later);
    close_setup(&s);
}

static void test_a_plan_of_other_shape_is_refused(void)
{
    Setup s;
    open_setup(&s, "*: bfp2");
    EngError err = {0};
    EngTrainer *t = NULL;
    CHECK_INT(eng_trainer_new(&s.options, &t, &err), ENG_OK);
    s.options.settings.epochs = 3;
    EngPlan *longer = plan_of(&s, "*: bfp4");
    CHECK_INT(eng_trainer_set_plan(t, longer, &err), ENG_ERR_SHAPE);
    CHECK_HAS(err.text, "36 steps");
    eng_plan_free(longer);
    eng_trainer_free(t);
    s.options.settings.batch = 601;
    CHECK_INT(eng_trainer_new(&s.options, &t, &err), ENG_ERR_RANGE);
    CHECK_HAS(err.text, "600");
    close_setup(&s);
}

static void test_divergence(void)
{
    Setup s;
    open_setup(&s, "*: bfp4");
    s.options.settings.rate.base = 100;
    s.options.settings.label_smoothing = 0.5; /* so that the gradient never dies */
    s.options.settings.optimiser.momentum = 0.99;
    eng_plan_free(s.plan);
    eng_network_free(s.net);
    CHECK_INT(
        eng_network_parse("fc-64, fc-64, fc-64, fc-10", s.data->shape, 10, &s.net, NULL), ENG_OK);
    s.options.net = s.net;
    for (size_t i = 0; i < 4; i++)
        s.names[i] = eng_network_product(s.net, i)->name;
    s.options.plan = s.plan = plan_of(&s, "*: bfp4");
    EngError err = {0};
    EngTrainer *t = NULL;
    EngRunSummary summary;
    CHECK_INT(eng_trainer_new(&s.options, &t, &err), ENG_OK);
    eng_trainer_run(t);
    finish(t, NULL, 0, &summary);
    CHECK_INT(summary.state, ENG_RUN_DIVERGED);
    printf("# %s\n", summary.error.text);
    CHECK_HAS(summary.error.text, "Step");
    eng_trainer_free(t);
    close_setup(&s);
}

static void test_adaptive_choices_follow_the_rule(void)
{
    Setup s;
    open_setup(&s, "*: adaptive(bfp2, bfp4, interval=5)");
    EngError err = {0};
    EngTrainer *t = NULL;
    EngRunSummary summary;
    EngRecord records[128];
    CHECK_INT(eng_trainer_new(&s.options, &t, &err), ENG_OK);
    eng_trainer_run(t);
    const size_t n = finish(t, records, 128, &summary);
    size_t choices = 0;
    for (size_t i = 0; i < n && i < 128; i++) {
        if (records[i].kind != ENG_RECORD_CHOICE)
            continue;
        choices++;
        CHECK_INT(records[i].step % 5, 0);
        CHECK_INT(records[i].choice.high, records[i].choice.r > records[i].choice.epsilon);
        const double epsilon =
            0.6 - 0.3 * records[i].step / 24.0 - 0.3 * records[i].choice.layer / 3.0;
        CHECK((float)epsilon == records[i].choice.epsilon);
    }
    CHECK_INT(choices, 5 * 3 * 3); /* steps 0, 5 … 20; three layers; W, A, G */
    eng_trainer_free(t);
    close_setup(&s);
}

/* Runs `steps` single steps and gives the newest checkpoint. */
static EngCheckpoint checkpoint_after(const Setup *s, uint32_t steps)
{
    EngError err = {0};
    EngTrainer *t = NULL;
    EngRunSummary summary;
    EngCheckpoint checkpoint = {0};
    CHECK_INT(eng_trainer_new(&s->options, &t, &err), ENG_OK);
    for (uint32_t i = 1; i <= steps; i++) {
        eng_trainer_step(t);
        do {
            eng_trainer_summary(t, &summary);
        } while (summary.steps < i);
        wait_state(t, ENG_RUN_PAUSED);
    }
    CHECK(eng_trainer_take_checkpoint(t, &checkpoint));
    EngCheckpoint again;
    CHECK(!eng_trainer_take_checkpoint(t, &again));
    eng_trainer_free(t);
    return checkpoint;
}

static void test_resume_and_fork_from_a_checkpoint(void)
{
    Setup s;
    open_setup(&s, "*: bfp4; *.G: bfp4:sr8; fc2: adaptive(bfp2, bfp4, interval=3)");
    const uint64_t wanted = hash_of(&s);
    s.options.checkpoint_every = 7;
    EngCheckpoint checkpoint = checkpoint_after(&s, 16);
    CHECK_INT(checkpoint.step, 14);
    s.options.resume = &checkpoint;
    CHECK(hash_of(&s) == wanted);
    /* A fork with another schedule is the run whose past was the same and whose rest differs. */
    EngPlan *fork = plan_of(&s, "*: bfp6");
    EngPlan *drawn = plan_of(&s,
        "*: bfp4 @..14it, bfp6 @14it..; *.G: bfp4:sr8 @..14it, bfp6 @14it..;"
        "fc2: adaptive(bfp2, bfp4, interval=3) @..14it, bfp6 @14it..");
    s.options.plan = fork;
    const uint64_t forked = hash_of(&s);
    s.options.resume = NULL;
    s.options.plan = drawn;
    CHECK(hash_of(&s) == forked);
    CHECK(forked != wanted);
    eng_plan_free(fork);
    eng_plan_free(drawn);
    eng_checkpoint_free(&checkpoint);
    close_setup(&s);
}

static void refuse_checkpoint(Setup *s, EngCheckpoint *checkpoint, EngStatus status)
{
    EngError err = {0};
    EngTrainer *t = NULL;
    s->options.resume = checkpoint;
    CHECK_INT(eng_trainer_new(&s->options, &t, &err), status);
    CHECK_HAS(err.text, "Offset");
    eng_trainer_free(t);
    s->options.resume = NULL;
}

static void test_damaged_checkpoints_are_refused(void)
{
    Setup s, other;
    open_setup(&s, "*: bfp4");
    s.options.checkpoint_every = 1;
    EngCheckpoint checkpoint = checkpoint_after(&s, 2);
    for (size_t i = 0; i < checkpoint.size; i += 1 + i / 8) {
        EngCheckpoint cut = {checkpoint.bytes, i, 0};
        refuse_checkpoint(&s, &cut, ENG_ERR_FORMAT);
        checkpoint.bytes[i] ^= 0x10;
        refuse_checkpoint(&s, &checkpoint, i >= 8 && i < 12 ? ENG_ERR_UNSUPPORTED : ENG_ERR_FORMAT);
        checkpoint.bytes[i] ^= 0x10;
    }
    open_setup(&other, "*: bfp4");
    eng_network_free(other.net);
    EngError err;
    CHECK_INT(
        eng_network_parse("mlp:33,18", s.data->shape, s.data->classes, &other.net, &err), ENG_OK);
    other.options.net = other.net;
    refuse_checkpoint(&other, &checkpoint, ENG_ERR_SHAPE);
    eng_checkpoint_free(&checkpoint);
    close_setup(&other);
    close_setup(&s);
}

int main(void)
{
    RUN(test_same_bits_everywhere);
    RUN(test_same_bits_in_convolutions);
    RUN(test_same_bits_in_every_layer);
    RUN(test_seeds_matter);
    RUN(test_pause_and_single_steps_change_nothing);
    RUN(test_stop);
    RUN(test_records);
    RUN(test_estimate_equals_counter);
    RUN(test_live_edit);
    RUN(test_a_plan_of_other_shape_is_refused);
    RUN(test_divergence);
    RUN(test_adaptive_choices_follow_the_rule);
    RUN(test_resume_and_fork_from_a_checkpoint);
    RUN(test_damaged_checkpoints_are_refused);
    return check_done();
}
