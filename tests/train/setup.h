/* A small run for the trainer's tests, and how it is driven. */
#ifndef TESTS_TRAIN_SETUP_H
#define TESTS_TRAIN_SETUP_H

#include "check.h"
#include "train/trainer.h"

typedef struct Setup {
    EngDataset *data;
    EngNetwork *net;
    EngPlan *plan;
    EngTrainerOptions options;
    const char *names[32];
} Setup;

static inline EngPlan *plan_of(const Setup *s, const char *text)
{
    EngError err = {0};
    EngSchedule *schedule = NULL;
    EngPlan *plan = NULL;
    CHECK_INT(eng_schedule_parse(text, &schedule, &err), ENG_OK);
    const EngClock clock = eng_train_clock(&s->options.settings, s->data->train.count);
    CHECK_INT(
        eng_plan_build(schedule, s->names, s->net->product_count, clock, &plan, &err), ENG_OK);
    if (!plan)
        printf("# %s\n", err.text);
    eng_schedule_free(schedule);
    return plan;
}

/* Two epochs on one thread; `%u` in `net` stands for the classes. */
static inline void open_net(
    Setup *s, const char *data, size_t limit, const char *net, uint32_t batch, const char *schedule)
{
    EngError err = {0};
    *s = (Setup){0};
    CHECK_INT(eng_dataset_open(data, 1, limit, &s->data, &err), ENG_OK);
    char text[256];
    snprintf(text, sizeof text, net, s->data->classes);
    CHECK_INT(eng_network_parse(text, s->data->shape, s->data->classes, &s->net, &err), ENG_OK);
    for (size_t i = 0; i < s->net->product_count; i++)
        s->names[i] = eng_network_product(s->net, i)->name;
    s->options.settings = eng_train_settings_default();
    s->options.settings.epochs = 2;
    s->options.settings.batch = batch;
    s->options.settings.threads = 1;
    s->options.data = s->data;
    s->options.net = s->net;
    s->options.hardware = eng_hardware_default();
    s->options.store_ring = true;
    s->plan = plan_of(s, schedule);
    s->options.plan = s->plan;
}

/* 24 steps of a small network on digits. */
static inline void open_setup(Setup *s, const char *schedule)
{
    open_net(s, "digits:600", 0, "mlp:33,17", 50, schedule);
}

static inline void close_setup(Setup *s)
{
    eng_plan_free(s->plan);
    eng_network_free(s->net);
    eng_dataset_free(s->data);
}

/* Lays the schedule out again, after the settings have changed. */
static inline void replan(Setup *s, const char *schedule)
{
    eng_plan_free(s->plan);
    s->options.plan = s->plan = plan_of(s, schedule);
}

static inline EngTrainer *start(const Setup *s)
{
    EngError err = {0};
    EngTrainer *t = NULL;
    CHECK_INT(eng_trainer_new(&s->options, &t, &err), ENG_OK);
    if (!t)
        printf("# %s\n", err.text);
    return t;
}

/* Runs to the end, draining the store ring; keeps up to `max` records. */
static inline size_t finish(EngTrainer *t, EngRecord *records, size_t max, EngRunSummary *summary)
{
    size_t n = 0;
    for (bool over = false; !over;) {
        EngRecord some[64];
        eng_trainer_wait(t, 1000);
        eng_trainer_summary(t, summary);
        over = eng_run_state_final(summary->state);
        for (size_t got; (got = eng_trainer_store_records(t, some, 64)) > 0;) {
            for (size_t i = 0; i < got; i++) {
                if (records && n < max)
                    records[n] = some[i];
                n++;
            }
        }
    }
    return n;
}

/* The loss trace's hash of the whole run. */
static inline uint64_t hash_of(const Setup *s)
{
    EngRunSummary summary;
    EngTrainer *t = start(s);
    if (!t)
        return 0;
    eng_trainer_run(t);
    finish(t, NULL, 0, &summary);
    CHECK_INT(summary.state, ENG_RUN_FINISHED);
    CHECK_INT(summary.steps, summary.steps_total);
    eng_trainer_free(t);
    return summary.loss_hash;
}

static inline void wait_state(EngTrainer *t, EngRunState state)
{
    EngRunSummary summary;
    do {
        eng_trainer_wait(t, 1);
        eng_trainer_summary(t, &summary);
    } while (summary.state != state && !eng_run_state_final(summary.state));
    CHECK_INT(summary.state, state);
}

/* Runs single steps until `steps` are done. */
static inline void step_to(EngTrainer *t, uint32_t steps)
{
    EngRunSummary summary;
    eng_trainer_summary(t, &summary);
    for (uint32_t i = summary.steps + 1; i <= steps; i++) {
        eng_trainer_step(t);
        do {
            eng_trainer_summary(t, &summary);
        } while (summary.steps < i);
        wait_state(t, ENG_RUN_PAUSED);
    }
}

#endif
