#include "base/pool.h"
#include "base/text.h"
#include "train/trainer.h"

EngTrainSettings eng_train_settings_default(void)
{
    return (EngTrainSettings){.epochs = 10,
        .batch = 64,
        .learning_rate = 0.05,
        .momentum = 0.9,
        .seed_weights = 1,
        .seed_data = 1,
        .seed_noise = 1,
        .evals_per_epoch = 1,
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

EngStatus eng_train_settings_check(const EngTrainSettings *s, EngError *err)
{
    EngStatus status = check_count("The number of epochs", s->epochs, 1, 100000, err);
    if (status == ENG_OK)
        status = check_count("The batch", s->batch, 1, 65536, err);
    if (status == ENG_OK)
        status = check_real("The learning rate", s->learning_rate,
            s->learning_rate > 0 && s->learning_rate <= 100, "more than 0 up to 100", err);
    if (status == ENG_OK)
        status = check_real("The momentum", s->momentum, s->momentum >= 0 && s->momentum < 1,
            "0 up to less than 1", err);
    if (status == ENG_OK)
        status =
            check_count("The number of evaluations an epoch", s->evals_per_epoch, 1, 1000, err);
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
