/* Cases about whole training steps. */
#include "base/memory.h"
#include "base/text.h"
#include "net/model.h"
#include "net/network.h"
#include "schedule/schedule.h"
#include "vectors.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Steps of a case, at most. */
#define STEP_LIMIT 10000

typedef struct TrainCase {
    const json_t *vector;
    size_t batch, steps, sample; /* values of one sample */
    unsigned classes;
    double lr, momentum;
    uint64_t noise_seed;
    EngNetwork *net;
    EngPlan *plan;
    EngModel *model;
    EngFormat (*formats)[ENG_SLOTS];
    uint16_t *label; /* (batch) of the present step */
} TrainCase;

static void free_case(TrainCase *c)
{
    eng_model_free(c->model);
    eng_plan_free(c->plan);
    eng_network_free(c->net);
    eng_free(c->formats);
    eng_free(c->label);
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool read_number(const json_t *vector, const char *key, double *out, EngError *err)
{
    const json_t *const value = json_object_get(vector, key);
    *out = json_number_value(value);
    if (json_is_number(value))
        return true;
    eng_error(err, ENG_ERR_FORMAT, "%s: expected a number", key);
    return false;
}

static bool read_shape(const json_t *vector, EngShape *out, EngError *err)
{
    const json_t *const input = json_object_get(vector, "input");
    uint32_t side[3] = {0};
    for (size_t i = 0; i < 3; i++) {
        const json_int_t n = json_integer_value(json_array_get(input, i));
        if (json_array_size(input) != 3 || n < 1 || n > 65536) {
            eng_error(err, ENG_ERR_FORMAT, "input: expected rows, columns and channels");
            return false;
        }
        side[i] = (uint32_t)n;
    }
    *out = (EngShape){side[0], side[1], side[2]};
    return true;
}

/* The plan of the case's schedule lines. */
static bool read_plan(TrainCase *c, EngError *err)
{
    const json_t *const lines = json_object_get(c->vector, "schedule");
    const size_t layers = c->net->product_count;
    const char **const names = eng_alloc(layers, sizeof *names);
    EngSchedule *schedule = NULL;
    EngText text = {0};
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const char *const line = json_string_value(json_array_get(lines, i));
        eng_text_add(&text, "%s\n", line ? line : "?");
    }
    for (size_t i = 0; names && i < layers; i++)
        names[i] = eng_network_product(c->net, i)->name;
    const EngClock clock = {.steps = (uint32_t)c->steps, .steps_per_epoch = (uint32_t)c->steps};
    const bool fine = names && !text.failed &&
        eng_schedule_parse(text.data ? text.data : "", &schedule, err) == ENG_OK &&
        eng_plan_build(schedule, names, layers, clock, &c->plan, err) == ENG_OK;
    eng_schedule_free(schedule);
    eng_text_free(&text);
    eng_free(names);
    return fine;
}

static bool read_settings(TrainCase *c, EngShape *shape, const char **model, EngError *err)
{
    uint64_t batch, classes;
    if (!vector_text(c->vector, "model", model, err) || !read_shape(c->vector, shape, err) ||
        !vector_count(c->vector, "batch", 1, 65536, &batch, err) ||
        !vector_count(c->vector, "classes", 2, 65535, &classes, err) ||
        !read_number(c->vector, "lr", &c->lr, err) ||
        !read_number(c->vector, "momentum", &c->momentum, err) ||
        !vector_seed(c->vector, "noise_seed", &c->noise_seed, err))
        return false;
    c->batch = (size_t)batch;
    c->classes = (unsigned)classes;
    c->steps = json_array_size(json_object_get(c->vector, "x"));
    c->sample = eng_shape_size(*shape);
    if (c->steps >= 1 && c->steps <= STEP_LIMIT && c->sample <= VECTOR_LIMIT / c->batch)
        return true;
    eng_error(err, ENG_ERR_FORMAT, "x: expected an array of 1 to %d batches", STEP_LIMIT);
    return false;
}

static bool open_case(TrainCase *c, const VectorBench *bench, EngError *err)
{
    EngShape shape;
    const char *text;
    if (!read_settings(c, &shape, &text, err) ||
        eng_network_parse(text, shape, c->classes, &c->net, err) != ENG_OK || !read_plan(c, err) ||
        eng_model_new(c->net, c->batch, 0, bench->kernels, bench->pool, &c->model, err) != ENG_OK)
        return false;
    c->formats = eng_alloc(c->net->product_count, sizeof *c->formats);
    c->label = eng_alloc(c->batch, sizeof *c->label);
    return c->formats && c->label;
}

/* ---- weights --------------------------------------------------------------------------------- */

/* What a case holds of layer `index`: weights, then a bias where the layer has one. */
typedef bool (*ParamFn)(
    EngParam *param, const json_t *values, const char *name, double bound, EngError *err);

static bool load(
    EngParam *param, const json_t *values, const char *name, double bound, EngError *err)
{
    float *read = NULL;
    if (!vector_floats(values, name, param->size, &read, err))
        return false;
    memcpy(param->value, read, param->size * sizeof *read);
    eng_free(read);
    return true;
}

/* Every weight within `bound` of the tensor's largest. */
static bool compare(
    EngParam *param, const json_t *values, const char *name, double bound, EngError *err)
{
    float *wanted = NULL;
    double largest = 0;
    if (!vector_floats(values, name, param->size, &wanted, err))
        return false;
    for (size_t i = 0; i < param->size; i++)
        largest = fmax(largest, fabs((double)wanted[i]));
    size_t i = 0;
    while (i < param->size && fabs((double)param->value[i] - (double)wanted[i]) <= bound * largest)
        i++;
    const bool same = i == param->size;
    if (!same)
        eng_error(err, ENG_ERR_FORMAT, "%s, %s[%zu] is %.9g, expected %.9g within %.2g", name,
            param->name, i, (double)param->value[i], (double)wanted[i], bound * largest);
    eng_free(wanted);
    return same;
}

/* Calls `visit` for every parameter with its array under `key`. */
static bool each_param(TrainCase *c, const char *key, ParamFn visit, double bound, EngError *err)
{
    size_t count, next = 0;
    EngParam *const params = eng_model_params(c->model, &count);
    const json_t *const layers = json_object_get(c->vector, key);
    for (size_t l = 0; l < json_array_size(layers); l++) {
        const json_t *const tensors = json_array_get(layers, l);
        for (size_t i = 0; i < json_array_size(tensors); i++, next++)
            if (next < count && !visit(&params[next], json_array_get(tensors, i), key, bound, err))
                return false;
    }
    if (next == count)
        return true;
    eng_error(err, ENG_ERR_FORMAT, "%s: %zu tensors, expected %zu", key, next, count);
    return false;
}

/* ---- steps ----------------------------------------------------------------------------------- */

static bool read_batch(TrainCase *c, size_t step, EngError *err)
{
    const json_t *const labels = json_array_get(json_object_get(c->vector, "labels"), step);
    float *read = NULL;
    if (!vector_floats(json_array_get(json_object_get(c->vector, "x"), step), "x",
            c->batch * c->sample, &read, err))
        return false;
    memcpy(eng_model_input(c->model), read, c->batch * c->sample * sizeof *read);
    eng_free(read);
    int32_t *label = NULL;
    if (!vector_ints(labels, "labels", c->batch, &label, err))
        return false;
    bool fine = true;
    for (size_t i = 0; i < c->batch && fine; i++) {
        fine = label[i] >= 0 && (unsigned)label[i] < c->classes;
        c->label[i] = (uint16_t)(fine ? label[i] : 0);
    }
    eng_free(label);
    if (!fine)
        eng_error(err, ENG_ERR_FORMAT, "labels: expected classes below %u", c->classes);
    return fine;
}

static bool run_step(TrainCase *c, size_t index, EngLoss *loss, EngError *err)
{
    for (size_t l = 0; l < c->net->product_count; l++)
        for (unsigned s = 0; s < ENG_SLOTS; s++)
            c->formats[l][s] =
                eng_plan_at(c->plan, l, (EngSlot)s, (uint32_t)index)->precision.format;
    const EngStep step = {.formats = (const EngFormat(*)[ENG_SLOTS])c->formats,
        .noise_seed = c->noise_seed,
        .step = (uint32_t)index,
        .samples = c->batch,
        .training = true};
    if (!read_batch(c, index, err) || eng_model_forward(c->model, &step, err) != ENG_OK ||
        eng_model_loss(c->model, &step, c->label, loss, err) != ENG_OK ||
        eng_model_backward(c->model, &step, err) != ENG_OK)
        return false;
    EngOptimiser optimiser = eng_optimiser_default();
    optimiser.momentum = c->momentum;
    eng_model_update(c->model, &optimiser, c->lr, 1);
    return true;
}

/* The oracle's exponentials and sums round otherwise than the engine's, so after one step weights
 * agree to a few units in the last place of the largest (16 x 2^-24), and losses to 1e-5. By the
 * last step such a difference may have moved single quantised values by one unit; a wrong noise
 * stream or axis moves them all. */
#define STEP_BOUND (16 * 0x1p-24)
#define LOSS_BOUND 1e-5

static bool check_loss(const TrainCase *c, size_t step, const EngLoss *loss, EngError *err)
{
    const json_t *const wanted = json_array_get(json_object_get(c->vector, "losses"), step);
    if (json_is_number(wanted) &&
        fabs((double)loss->mean - json_number_value(wanted)) <=
            LOSS_BOUND * fmax(1, json_number_value(wanted)))
        return true;
    eng_error(err, ENG_ERR_FORMAT, "losses[%zu] is %.9g, expected %.9g", step, (double)loss->mean,
        json_number_value(wanted));
    return false;
}

bool vector_train(const VectorBench *bench, const json_t *vector, EngError *err)
{
    TrainCase c = {.vector = vector};
    bool same = open_case(&c, bench, err) && each_param(&c, "weights", load, 0, err);
    if (same)
        eng_model_touch(c.model);
    for (size_t i = 0; same && i < c.steps; i++) {
        EngLoss loss;
        same = run_step(&c, i, &loss, err) && check_loss(&c, i, &loss, err);
        if (same && i == 0)
            same = each_param(&c, "weights_after_1", compare, STEP_BOUND, err);
    }
    if (same)
        same = each_param(&c, "weights_after_last", compare, STEP_BOUND * (double)c.steps, err);
    free_case(&c);
    return same;
}
