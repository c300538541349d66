#include "net/model.h"
#include "base/memory.h"
#include "base/philox.h"
#include "net/buffers.h"
#include "net/layer.h"
#include "net/sparse_weights.h"
#include "net/update.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

struct EngModel {
    const EngNetwork *net;
    size_t batch;
    EngContext ctx;
    EngLayer *layers; /* (net->op_count) */
    EngParam *params;
    size_t param_count;
    EngTensor *tensors;
    size_t tensor_count;
    float *memory;              /* values, gradients and velocities of all parameters */
    float *moments;             /* Adam's second moments, or NULL */
    EngBuffers buffers;         /* activations and gradients */
    bool *written;              /* by tensor: this backward pass has put a gradient there */
    double *losses;             /* by target of a batch */
    float loss_scale;           /* of the gradients there are */
    EngApproximate approximate; /* what ctx points to where products are not exact … */
    EngKernels kernels;         /* … and the table that knows them */
};

/* Trained values of an op's two parameters; 0 where it has none. */
static size_t weight_size(const EngNetwork *net, const EngOp *op)
{
    switch (op->kind) {
    case ENG_OP_LINEAR:
        return eng_op_row_length(op) * op->out.c;
    case ENG_OP_CONV:
        return (size_t)op->kernel * op->kernel * op->in.c * op->out.c;
    case ENG_OP_DEPTHWISE:
        return (size_t)op->kernel * op->kernel * op->in.c;
    case ENG_OP_BATCH_NORM:
    case ENG_OP_LAYER_NORM:
        return op->in.c; /* gamma */
    case ENG_OP_EMBEDDING:
        return (size_t)net->classes * op->out.c;
    default:
        return 0;
    }
}

static size_t bias_size(const EngOp *op)
{
    if (op->kind == ENG_OP_EMBEDDING)
        return (size_t)op->out.y * op->out.c; /* a vector for each position */
    return op->bias || op->kind == ENG_OP_BATCH_NORM || op->kind == ENG_OP_LAYER_NORM ? op->out.c
                                                                                      : 0;
}

/* Parameters start on cache lines, so that the optimiser's threads do not share one. */
static size_t padded(size_t floats)
{
    const size_t line = ENG_ALIGN / sizeof(float);
    return (floats + line - 1) / line * line;
}

static void add_param(EngModel *model, const EngOp *op, const char *what, size_t size)
{
    EngParam *param = &model->params[model->param_count++];
    snprintf(param->name, sizeof param->name, "%s.%s", op->name, what);
    param->size = size;
    param->decays = op->product >= 0 && strcmp(what, "weight") == 0;
}

static void list_params(EngModel *model)
{
    for (size_t i = 0; i < model->net->op_count; i++) {
        const EngOp *op = &model->net->ops[i];
        if (weight_size(model->net, op) == 0)
            continue;
        model->layers[i].weight = &model->params[model->param_count];
        add_param(model, op, "weight", weight_size(model->net, op));
        if (bias_size(op) == 0)
            continue;
        model->layers[i].bias = &model->params[model->param_count];
        add_param(model, op, op->kind == ENG_OP_EMBEDDING ? "position" : "bias", bias_size(op));
    }
}

static EngStatus allocate_params(EngModel *model, EngError *err)
{
    size_t floats = 0;
    for (size_t i = 0; i < model->param_count; i++)
        floats += padded(model->params[i].size);
    model->memory = eng_alloc(floats, 3 * sizeof(float));
    if (!model->memory)
        return eng_error(err, ENG_ERR_NOMEM, "No memory for %zu parameters.", floats);
    float *next = model->memory;
    for (size_t i = 0; i < model->param_count; i++) {
        EngParam *param = &model->params[i];
        param->value = next;
        param->gradient = next + floats;
        param->velocity = next + 2 * floats;
        next += padded(param->size);
    }
    return ENG_OK;
}

static void add_tensor(EngModel *model, const char *name, const char *what, EngTensorKind kind,
    float *data, size_t size)
{
    EngTensor *tensor = &model->tensors[model->tensor_count++];
    *tensor = (EngTensor){.kind = kind, .data = data, .size = size};
    snprintf(tensor->name, sizeof tensor->name, "%s%s", name, what);
}

static EngStatus list_tensors(EngModel *model, EngError *err)
{
    /* A parameter and its velocity each; two running statistics of a batch norm. */
    model->tensors =
        eng_alloc(2 * model->param_count + 2 * model->net->op_count, sizeof *model->tensors);
    if (!model->tensors)
        return eng_error(err, ENG_ERR_NOMEM, "No memory for the network.");
    for (size_t i = 0; i < model->param_count; i++) {
        const EngParam *param = &model->params[i];
        add_tensor(model, param->name, "", ENG_TENSOR_PARAM, param->value, param->size);
        add_tensor(
            model, param->name, ".velocity", ENG_TENSOR_OPTIMISER, param->velocity, param->size);
    }
    for (size_t i = 0; i < model->net->op_count; i++) {
        const EngOp *op = &model->net->ops[i];
        if (op->kind != ENG_OP_BATCH_NORM)
            continue;
        float *mean, *variance;
        eng_batch_norm_running(&model->layers[i], &mean, &variance);
        add_tensor(model, op->name, ".running_mean", ENG_TENSOR_STATE, mean, op->in.c);
        add_tensor(model, op->name, ".running_var", ENG_TENSOR_STATE, variance, op->in.c);
    }
    return ENG_OK;
}

static void draw_normal(
    const EngParam *param, double deviation, uint64_t seed, uint32_t stream, uint32_t part)
{
    EngRandom random;
    eng_random_init(&random, seed, stream, part, 0);
    for (size_t j = 0; j < param->size; j++)
        param->value[j] = (float)(deviation * eng_random_normal(&random));
}

/* Normal with variance gain / fan-in; a gain of 2 before a ReLU is K. He et al., "Delving Deep into
 * Rectifiers", ICCV 2015, eq. 10. Vectors of an embedding have the deviation EMBEDDING, scales of a
 * normalisation are 1, all else is 0. */
#define EMBEDDING 0.1

static void draw_weights(const EngModel *model, uint64_t seed)
{
    for (size_t i = 0; i < model->net->op_count; i++) {
        const EngOp *op = &model->net->ops[i];
        const EngLayer *layer = &model->layers[i];
        if (op->kind == ENG_OP_BATCH_NORM || op->kind == ENG_OP_LAYER_NORM) {
            for (size_t c = 0; c < layer->weight->size; c++)
                layer->weight->value[c] = 1.0f;
        } else if (op->kind == ENG_OP_EMBEDDING) {
            draw_normal(layer->weight, EMBEDDING, seed, (uint32_t)i, 1);
            draw_normal(layer->bias, EMBEDDING, seed, (uint32_t)i, 2);
        } else if (layer->weight) {
            draw_normal(layer->weight,
                sqrt((double)op->gain * op->out.c / (double)layer->weight->size), seed,
                (uint32_t)op->product, 0);
        }
    }
}

/* Who reads and writes which buffer. */
static EngStatus connect_layers(EngModel *model, EngError *err)
{
    const EngNetwork *net = model->net;
    const EngStatus status = eng_buffers_init(&model->buffers, net, model->batch, err);
    if (status != ENG_OK)
        return status;
    const EngTensorPlace *tensor = model->buffers.tensor;
    for (size_t i = 0; i < net->op_count; i++) {
        EngLayer *layer = &model->layers[i];
        layer->x = tensor[net->ops[i].input].value;
        layer->second = net->ops[i].second >= 0 ? tensor[net->ops[i].second].value : NULL;
        layer->y = tensor[i + 1].value;
        layer->dy = tensor[i + 1].gradient;
        if (net->ops[i].kind == ENG_OP_RELU && eng_op_in_place(net, i) &&
            net->ops[net->ops[i].input - 1].kind == ENG_OP_BATCH_NORM) {
            layer->absorbed = true;
            model->layers[net->ops[i].input - 1].relu = true;
        }
    }
    return ENG_OK;
}

static EngStatus init_layers(EngModel *model, EngError *err)
{
    for (size_t i = 0; i < model->net->op_count; i++) {
        EngLayer *layer = &model->layers[i];
        layer->op = &model->net->ops[i];
        layer->number = (unsigned)i;
        const EngStatus status = eng_layer_init(layer, model->batch, err);
        if (status != ENG_OK)
            return status;
    }
    return ENG_OK;
}

EngStatus eng_model_new(const EngNetwork *net, size_t batch, uint64_t seed_weights,
    const EngKernels *kernels, EngPool *pool, EngModel **out, EngError *err)
{
    if (batch < 1 || batch > 65536)
        return eng_error(err, ENG_ERR_RANGE, "Batch %zu: 1 to 65536 samples are possible.", batch);
    EngModel *model = eng_alloc(1, sizeof *model);
    if (!model)
        return eng_error(err, ENG_ERR_NOMEM, "No memory for the network.");
    model->net = net;
    model->batch = batch;
    model->ctx = (EngContext){.kernels = kernels, .pool = pool};
    model->loss_scale = 1.0f;
    model->layers = eng_alloc(net->op_count, sizeof *model->layers);
    model->params = eng_alloc(net->op_count, 2 * sizeof *model->params);
    model->written = eng_alloc(net->op_count + 1, sizeof *model->written);
    model->losses = eng_alloc(batch, eng_network_targets(net) * sizeof *model->losses);
    EngStatus status = ENG_OK;
    if (!model->layers || !model->params || !model->written || !model->losses)
        status = eng_error(err, ENG_ERR_NOMEM, "No memory for the network.");
    if (status == ENG_OK)
        status = init_layers(model, err);
    if (status == ENG_OK) {
        list_params(model);
        status = allocate_params(model, err);
    }
    if (status == ENG_OK)
        status = list_tensors(model, err);
    if (status == ENG_OK)
        status = connect_layers(model, err);
    if (status != ENG_OK) {
        eng_model_free(model);
        return status;
    }
    draw_weights(model, seed_weights);
    *out = model;
    return ENG_OK;
}

void eng_model_free(EngModel *model)
{
    if (!model)
        return;
    for (size_t i = 0; i < model->net->op_count; i++) {
        if (model->layers)
            eng_layer_clear(&model->layers[i]);
    }
    eng_free(model->layers);
    eng_free(model->params);
    eng_free(model->tensors);
    eng_free(model->written);
    eng_free(model->losses);
    eng_approximate_clear(&model->approximate);
    eng_buffers_clear(&model->buffers);
    eng_free(model->memory);
    eng_free(model->moments);
    eng_free(model);
}

EngStatus eng_model_emulate(EngModel *model, const EngEmulation *emulation, EngError *err)
{
    EngContext *const ctx = &model->ctx;
    EngStatus status = ENG_OK;
    if (emulation->multiplier.kind != ENG_MULTIPLIER_EXACT) {
        status = eng_approximate_init(&model->approximate, &emulation->multiplier, err);
        model->kernels = eng_approximate_kernels(ctx->kernels);
        ctx->kernels = &model->kernels;
        ctx->approximate = &model->approximate;
    }
    ctx->sparse_keep = emulation->sparse_keep;
    ctx->sparse_of = emulation->sparse_of;
    const bool sparse = ctx->sparse_keep < ctx->sparse_of;
    for (size_t i = 0; sparse && status == ENG_OK && i < model->net->op_count; i++)
        status = eng_sparse_weights_init(&model->layers[i], err);
    return status;
}

float *eng_model_input(EngModel *model)
{
    return model->buffers.tensor[0].value;
}

void eng_model_use_input(EngModel *model, const float *x)
{
    /* No op works in place on tensor 0, so what is pointed at here is only read. */
    float *input = x ? (float *)(uintptr_t)x : model->buffers.tensor[0].value;
    for (size_t i = 0; i < model->net->op_count; i++) {
        if (model->net->ops[i].input == 0)
            model->layers[i].x = input;
        if (model->net->ops[i].second == 0)
            model->layers[i].second = input;
    }
}

bool eng_model_overflowed(const EngModel *model)
{
    for (size_t i = 0; i < model->net->op_count; i++) {
        if (model->layers[i].overflowed)
            return true;
    }
    return false;
}

static const EngLayer *last_layer(const EngModel *model)
{
    return &model->layers[model->net->op_count - 1];
}

const float *eng_model_output(const EngModel *model)
{
    return last_layer(model)->y;
}

EngStatus eng_model_forward(EngModel *model, const EngStep *step, EngError *err)
{
    for (size_t i = 0; i < model->net->op_count; i++) {
        const EngStatus status = eng_layer_forward(&model->layers[i], &model->ctx, step, err);
        if (status != ENG_OK)
            return status;
    }
    return ENG_OK;
}

EngStatus eng_model_loss(
    EngModel *model, const EngStep *step, const uint16_t *label, EngLoss *loss, EngError *err)
{
    const EngLayer *last = last_layer(model);
    if (step->training)
        model->loss_scale = step->loss_scale > 0.0f ? step->loss_scale : 1.0f;
    const EngLossTask task = {.logits = last->y,
        .label = label,
        .targets = step->samples * eng_network_targets(model->net),
        .classes = model->net->classes,
        .smoothing = step->training ? step->label_smoothing : 0.0,
        .scale = model->loss_scale,
        .gradient = step->training ? last->dy : NULL,
        .loss = model->losses};
    return eng_softmax_loss(&task, &model->ctx, loss, err);
}

typedef struct Sum {
    float *to;
    const float *from;
    bool add;
} Sum;

static void sum_range(void *arg, size_t begin, size_t end, unsigned worker)
{
    const Sum *sum = arg;
    (void)worker;
    for (size_t i = begin; i < end; i++)
        sum->to[i] = sum->add ? sum->to[i] + sum->from[i] : sum->from[i];
}

/* Puts a gradient into a tensor's place: the first one is copied, later ones are added, in the
 * order in which the backward pass meets the readers. A tensor that nothing learns from has no
 * place. */
static void hand_on(EngModel *model, int tensor, const float *gradient, size_t samples)
{
    if (!model->buffers.tensor[tensor].gradient)
        return;
    const size_t size =
        eng_shape_size(tensor == 0 ? model->net->input : model->net->ops[tensor - 1].out);
    Sum sum = {model->buffers.tensor[tensor].gradient, gradient, model->written[tensor]};
    eng_pool_run(model->ctx.pool, sum_range, &sum, samples * size, 4096);
    model->written[tensor] = true;
}

static EngStatus layer_backward(
    EngModel *model, EngLayer *layer, const EngStep *step, EngError *err)
{
    const int input = layer->op->input;
    if (layer->op->kind == ENG_OP_ADD) {
        hand_on(model, input, layer->dy, step->samples);
        hand_on(model, layer->op->second, layer->dy, step->samples);
        return ENG_OK;
    }
    /* Attention's two products each write their own part of the same gradient, the mix first. */
    const bool again = model->written[input] && layer->op->kind != ENG_OP_SCORES;
    if (layer->op->kind == ENG_OP_MIX) {
        layer->second_gradient = model->buffers.tensor[layer->op->second].gradient;
        model->written[layer->op->second] = true;
    }
    layer->dx = again ? model->buffers.scratch : model->buffers.tensor[input].gradient;
    const EngStatus status = eng_layer_backward(layer, &model->ctx, step, err);
    if (status == ENG_OK && again)
        hand_on(model, input, layer->dx, step->samples);
    if (layer->op->input_gradient)
        model->written[input] = true;
    return status;
}

EngStatus eng_model_backward(EngModel *model, const EngStep *step, EngError *err)
{
    for (size_t i = 0; i < model->net->op_count; i++)
        model->layers[i].overflowed = false;
    memset(model->written, 0, (model->net->op_count + 1) * sizeof *model->written);
    model->written[model->net->op_count] = true; /* by the loss */
    for (size_t i = model->net->op_count; i-- > 0;) {
        if (!model->written[i + 1])
            continue; /* nobody reads what it gives, or it learns nothing */
        const EngStatus status = layer_backward(model, &model->layers[i], step, err);
        if (status != ENG_OK)
            return status;
    }
    return ENG_OK;
}

void eng_model_update(
    EngModel *model, const EngOptimiser *optimiser, double learning_rate, uint64_t t)
{
    const EngUpdate update = {.params = model->params,
        .count = model->param_count,
        .optimiser = optimiser,
        .rate = learning_rate,
        .t = t,
        .loss_scale = model->loss_scale};
    eng_update(&update, &model->ctx);
    eng_model_touch(model);
}

EngStatus eng_model_add_moments(EngModel *model, EngError *err)
{
    size_t floats = 0;
    for (size_t i = 0; i < model->param_count; i++)
        floats += padded(model->params[i].size);
    EngTensor *tensors =
        eng_alloc(model->tensor_count + model->param_count, sizeof *model->tensors);
    model->moments = eng_alloc(floats, sizeof(float));
    if (!tensors || !model->moments) {
        eng_free(tensors);
        return eng_error(err, ENG_ERR_NOMEM, "No memory for Adam's second moments.");
    }
    memcpy(tensors, model->tensors, model->tensor_count * sizeof *tensors);
    eng_free(model->tensors);
    model->tensors = tensors;
    float *next = model->moments;
    for (size_t i = 0; i < model->param_count; i++) {
        EngParam *param = &model->params[i];
        param->square = next;
        next += padded(param->size);
        add_tensor(model, param->name, ".square", ENG_TENSOR_OPTIMISER, param->square, param->size);
    }
    return ENG_OK;
}

void eng_model_touch(EngModel *model)
{
    for (size_t i = 0; i < model->net->op_count; i++)
        model->layers[i].weight_packed = model->layers[i].pruned_fresh = false;
}

const EngTensor *eng_model_tensors(EngModel *model, size_t *count)
{
    *count = model->tensor_count;
    return model->tensors;
}

const EngNetwork *eng_model_network(const EngModel *model)
{
    return model->net;
}

EngParam *eng_model_params(EngModel *model, size_t *count)
{
    *count = model->param_count;
    return model->params;
}
