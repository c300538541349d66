#include "base/pool.h"
#include "base/text.h"
#include "data/loader.h"
#include "train/trainer.h"

EngTrainSettings eng_train_settings_default(void)
{
    return (EngTrainSettings){.epochs = 10,
        .batch = 64,
        .optimiser = eng_optimiser_default(),
        .rate = eng_rate_default(),
        .seed_weights = 1,
        .seed_data = 1,
        .seed_noise = 1,
        .evals_per_epoch = 1,
        .explosion = 10.0,
        .load_ahead = 2,
        .threads = 0,
        .isa = ENG_ISA_AUTO};
}

static EngStatus check_count(
    const char *name, uint32_t value, uint32_t least, uint32_t most, EngError *err)
{
    if (value >= least && value <= most)
        return ENG_OK;
    return eng_error(
        err, ENG_ERR_RANGE, "%s is %u; %u to %u are possible.", name, value, least, most);
}

static EngStatus check_real(
    const char *name, double value, bool fits, const char *range, EngError *err)
{
    char text[ENG_TEXT_NUMBER];
    if (fits)
        return ENG_OK;
    return eng_error(
        err, ENG_ERR_RANGE, "%s is %s; %s is possible.", name, eng_text_double(text, value), range);
}

static EngStatus check_rate(const EngRate *r, EngError *err)
{
    EngStatus status = check_real(
        "The learning rate", r->base, r->base > 0 && r->base <= 100, "more than 0 up to 100", err);
    if (status == ENG_OK)
        status = check_real("The warm-up in epochs", r->warm_up,
            r->warm_up >= 0 && r->warm_up <= 100000, "0 up to 100000", err);
    if (status == ENG_OK)
        status = check_real("The epochs between two steps of the learning rate", r->every,
            r->every > 0 && r->every <= 100000, "more than 0 up to 100000", err);
    if (status == ENG_OK)
        status = check_real("The factor of the learning rate's steps", r->factor,
            r->factor > 0 && r->factor <= 1, "more than 0 up to 1", err);
    return status;
}

static EngStatus check_share(const char *name, double value, EngError *err)
{
    return check_real(name, value, value >= 0 && value < 1, "0 up to less than 1", err);
}

static EngStatus check_optimiser(const EngOptimiser *o, EngError *err)
{
    EngStatus status = check_share("The momentum", o->momentum, err);
    if (status == ENG_OK)
        status = check_share("Adam's beta1", o->beta1, err);
    if (status == ENG_OK)
        status = check_share("Adam's beta2", o->beta2, err);
    if (status == ENG_OK)
        status = check_real("Adam's epsilon", o->epsilon, o->epsilon > 0 && o->epsilon <= 1,
            "more than 0 up to 1", err);
    if (status == ENG_OK)
        status = check_real("The weight decay", o->weight_decay,
            o->weight_decay >= 0 && o->weight_decay <= 1, "0 up to 1", err);
    if (status == ENG_OK)
        status = check_real("The norm gradients are clipped to", o->clip_norm,
            o->clip_norm >= 0 && o->clip_norm <= 1e30, "0 (off) up to 1e30", err);
    return status;
}

EngStatus eng_train_settings_check(const EngTrainSettings *s, EngError *err)
{
    EngStatus status = check_count("The number of epochs", s->epochs, 1, 100000, err);
    if (status == ENG_OK)
        status = check_count("The batch", s->batch, 1, 65536, err);
    if (status == ENG_OK)
        status = check_rate(&s->rate, err);
    if (status == ENG_OK)
        status = check_optimiser(&s->optimiser, err);
    if (status == ENG_OK)
        status = check_real("The label smoothing", s->label_smoothing,
            s->label_smoothing >= 0 && s->label_smoothing < 1, "0 up to less than 1", err);
    if (status == ENG_OK)
        status =
            check_count("The number of evaluations an epoch", s->evals_per_epoch, 1, 1000, err);
    if (status == ENG_OK)
        status = check_real("The loss that counts as an explosion", s->explosion,
            s->explosion == 0 || (s->explosion >= 1 && s->explosion <= 1e6),
            "0 (off) or 1 up to 1e6 times that of guessing", err);
    if (status == ENG_OK)
        status = check_count(
            "The number of batches loaded ahead", s->load_ahead, 0, ENG_LOADER_AHEAD_MAX, err);
    if (status == ENG_OK)
        status = check_count("The number of threads", s->threads, 0, ENG_POOL_MAX, err);
    return status;
}

EngClock eng_train_clock(const EngTrainSettings *settings, size_t train_samples)
{
    const size_t per_epoch = train_samples / settings->batch;
    const uint32_t steps = per_epoch > UINT32_MAX ? UINT32_MAX : (uint32_t)per_epoch;
    const uint64_t total = (uint64_t)steps * settings->epochs;
    return (EngClock){
        .steps = total > UINT32_MAX ? UINT32_MAX : (uint32_t)total, .steps_per_epoch = steps};
}

bool eng_run_state_final(EngRunState state)
{
    return state >= ENG_RUN_FINISHED;
}

const char *eng_run_state_name(EngRunState state)
{
    static const char *const name[] = {
        [ENG_RUN_IDLE] = "idle",
        [ENG_RUN_RUNNING] = "running",
        [ENG_RUN_PAUSED] = "paused",
        [ENG_RUN_STOPPING] = "stopping",
        [ENG_RUN_FINISHED] = "finished",
        [ENG_RUN_STOPPED] = "stopped",
        [ENG_RUN_DIVERGED] = "diverged",
        [ENG_RUN_FAILED] = "failed",
    };
    return name[state];
}
