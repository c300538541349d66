/* Dropout: while training, y = x / (1 - p) with chance 1 - p, else 0; evaluation leaves x alone.
 *
 * Element i of the batch's tensor is dropped where the 16-bit word i mod 8 of the Philox call with
 * counter (i / 8, 2^31 + number of the op, step, 0) under the noise seed lies below p 2^16, rounded
 * to a whole number. Noise of quantisations has its second word below 2^31, so the two never
 * meet. */
#include "base/memory.h"
#include "base/philox.h"
#include "net/layer.h"
#include <math.h>

#define WORDS 8 /* of 16 bits, in a Philox call */

typedef struct Job {
    const EngLayer *layer;
    uint64_t seed;
    uint32_t step, threshold;
    float scale;
    bool training;
} Job;

static Job job_of(const EngLayer *layer, const EngStep *step)
{
    const uint32_t threshold = (uint32_t)floorf(layer->op->rate * 65536.0f + 0.5f);
    return (Job){.layer = layer,
        .seed = step->noise_seed,
        .step = step->step,
        .threshold = threshold,
        .scale = (float)(65536.0 / (65536.0 - threshold)),
        .training = step->training};
}

EngStatus eng_dropout_init(EngLayer *layer, size_t batch, EngError *err)
{
    layer->choice = eng_alloc(batch, eng_shape_size(layer->op->out));
    return layer->choice
        ? ENG_OK
        : eng_error(err, ENG_ERR_NOMEM, "No memory for layer %s.", layer->op->name);
}

/* What is kept of elements [begin, end); begin is a multiple of WORDS. */
static void throw_dice(const Job *job, size_t begin, size_t end)
{
    const uint32_t domain = UINT32_C(1) << 31 | job->layer->number;
    for (size_t i = begin; i < end; i += WORDS) {
        uint32_t word[4];
        eng_philox(
            (const uint32_t[4]){(uint32_t)(i / WORDS), domain, job->step, 0}, job->seed, word);
        for (size_t j = 0; j < WORDS && i + j < end; j++)
            job->layer->choice[i + j] = (word[j / 2] >> (j % 2 * 16) & 0xffff) >= job->threshold;
    }
}

static void forward_range(void *arg, size_t begin, size_t end, unsigned worker)
{
    const Job *job = arg;
    const EngLayer *layer = job->layer;
    (void)worker;
    if (job->training)
        throw_dice(job, begin, end);
    for (size_t i = begin; i < end; i++)
        layer->y[i] = !job->training ? layer->x[i]
            : layer->choice[i]       ? layer->x[i] * job->scale
                                     : 0.0f;
}

static void backward_range(void *arg, size_t begin, size_t end, unsigned worker)
{
    const Job *job = arg;
    const EngLayer *layer = job->layer;
    (void)worker;
    for (size_t i = begin; i < end; i++)
        layer->dx[i] = layer->choice[i] ? layer->dy[i] * job->scale : 0.0f;
}

void eng_dropout_forward(EngLayer *layer, const EngContext *ctx, const EngStep *step)
{
    Job job = job_of(layer, step);
    eng_pool_run(
        ctx->pool, forward_range, &job, step->samples * eng_shape_size(layer->op->in), 512 * WORDS);
}

void eng_dropout_backward(EngLayer *layer, const EngContext *ctx, const EngStep *step)
{
    Job job = job_of(layer, step);
    eng_pool_run(ctx->pool, backward_range, &job, step->samples * eng_shape_size(layer->op->in),
        512 * WORDS);
}
