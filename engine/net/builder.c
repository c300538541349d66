#include "net/builder.h"
#include "base/memory.h"
#include "base/text.h"
#include <math.h>
#include <stdio.h>

/* What the ops of a kind are called, with their number; attention's are counted by their scores. */
static const char *const kind_name[ENG_OP_KINDS] = {
    [ENG_OP_LINEAR] = "fc",
    [ENG_OP_RELU] = "relu",
    [ENG_OP_CONV] = "conv",
    [ENG_OP_BATCH_NORM] = "bn",
    [ENG_OP_MAX_POOL] = "pool",
    [ENG_OP_GLOBAL_POOL] = "gap",
    [ENG_OP_ADD] = "add",
    [ENG_OP_DEPTHWISE] = "dw",
    [ENG_OP_AVERAGE_POOL] = "avg",
    [ENG_OP_LAYER_NORM] = "ln",
    [ENG_OP_GELU] = "gelu",
    [ENG_OP_DROPOUT] = "drop",
    [ENG_OP_EMBEDDING] = "embed",
    [ENG_OP_SCORES] = "attn",
    [ENG_OP_SOFTMAX] = "softmax",
    [ENG_OP_MIX] = "mix",
};

EngStatus eng_builder_init(
    EngBuilder *b, const char *text, EngShape input, unsigned classes, EngError *err)
{
    *b = (EngBuilder){.shape = input, .err = err};
    const size_t size = eng_shape_size(input);
    if (size == 0 || size > ENG_NETWORK_MAX_WIDTH * 16u || classes < 2 || classes > 65535)
        return eng_error(err, ENG_ERR_RANGE,
            "Samples of %u x %u x %u values in %u classes: 1 to %u values and 2 to 65535 classes "
            "are possible.",
            input.y, input.x, input.c, classes, ENG_NETWORK_MAX_WIDTH * 16u);
    b->net = eng_alloc(1, sizeof *b->net);
    if (b->net) {
        b->net->text = eng_strdup(text);
        b->net->ops = eng_alloc(ENG_NETWORK_MAX_OPS, sizeof *b->net->ops);
        b->net->input = input;
        b->net->classes = classes;
    }
    if (!b->net || !b->net->text || !b->net->ops)
        return eng_error(err, ENG_ERR_NOMEM, "No memory for the network.");
    return ENG_OK;
}

void eng_builder_drop(EngBuilder *b)
{
    eng_network_free(b->net);
    b->net = NULL;
}

/* True where what a tensor holds depends on anything that is trained. */
static bool tensor_learns(const EngNetwork *net, int tensor)
{
    return tensor > 0 && net->ops[tensor - 1].learns;
}

static bool has_params(EngOpKind kind)
{
    switch (kind) {
    case ENG_OP_LINEAR:
    case ENG_OP_CONV:
    case ENG_OP_DEPTHWISE:
    case ENG_OP_BATCH_NORM:
    case ENG_OP_LAYER_NORM:
    case ENG_OP_EMBEDDING:
        return true;
    default:
        return false;
    }
}

static bool has_product(EngOpKind kind)
{
    return kind == ENG_OP_LINEAR || kind == ENG_OP_CONV || kind == ENG_OP_DEPTHWISE ||
        kind == ENG_OP_SCORES || kind == ENG_OP_MIX;
}

/* True where what comes out is a sequence if what goes in is one: each position keeps its place. */
static bool keeps_positions(EngOpKind kind)
{
    switch (kind) {
    case ENG_OP_LINEAR:
    case ENG_OP_RELU:
    case ENG_OP_GELU:
    case ENG_OP_BATCH_NORM:
    case ENG_OP_LAYER_NORM:
    case ENG_OP_DROPOUT:
    case ENG_OP_ADD:
        return true;
    default:
        return false;
    }
}

static bool is_sequence(const EngNetwork *net, int tensor)
{
    return tensor > 0 && net->ops[tensor - 1].sequence;
}

/* Appends an op that turns the present shape into `out`; fills shapes and numbers, and the name
 * where it has none. */
static EngStatus append(EngBuilder *b, EngOp op, EngShape out)
{
    EngNetwork *net = b->net;
    if (net->op_count == ENG_NETWORK_MAX_OPS)
        return eng_error(
            b->err, ENG_ERR_RANGE, "The network has more than %d layers.", ENG_NETWORK_MAX_OPS);
    op.in = b->shape;
    op.out = out;
    op.input = b->last;
    if (op.kind != ENG_OP_ADD && op.kind != ENG_OP_MIX)
        op.second = -1;
    op.input_gradient = tensor_learns(net, op.input);
    op.learns = op.input_gradient || tensor_learns(net, op.second) || has_params(op.kind);
    op.sequence = op.sequence || (keeps_positions(op.kind) && is_sequence(net, op.input));
    op.product = has_product(op.kind) ? (int)net->product_count++ : -1;
    if (!op.name[0])
        snprintf(op.name, sizeof op.name, "%s%u", kind_name[op.kind], ++b->count[op.kind]);
    net->ops[net->op_count++] = op;
    b->shape = out;
    b->last = (int)net->op_count;
    return ENG_OK;
}

/* "conv3", the name the next op of this kind will have, for error sentences. */
static const char *next_name(const EngBuilder *b, EngOpKind kind, char buf[32])
{
    snprintf(buf, 32, "%s%u", kind_name[kind], b->count[kind] + 1);
    return buf;
}

static EngStatus check_width(EngBuilder *b, EngOpKind kind, unsigned width)
{
    char name[32];
    if (width >= 1 && width <= ENG_NETWORK_MAX_WIDTH)
        return ENG_OK;
    return eng_error(b->err, ENG_ERR_RANGE, "Layer %s: %u outputs; 1 to %d are possible.",
        next_name(b, kind, name), width, ENG_NETWORK_MAX_WIDTH);
}

/* He initialisation's variance before a ReLU; 1 keeps the variance of what goes in. */
#define GAIN_RELU 2.0f
#define GAIN_LINEAR 1.0f

static EngStatus add_linear(EngBuilder *b, unsigned outputs, const char *name, float gain)
{
    EngOp op = {.kind = ENG_OP_LINEAR, .bias = true, .gain = gain};
    const bool sequence = is_sequence(b->net, b->last);
    const size_t inputs = sequence ? b->shape.c : eng_shape_size(b->shape);
    snprintf(op.name, sizeof op.name, "%s", name);
    b->net->parameters += (inputs + 1) * outputs;
    return append(b, op, (EngShape){sequence ? b->shape.y : 1, 1, outputs});
}

EngStatus eng_builder_linear(EngBuilder *b, unsigned outputs)
{
    const EngStatus status = check_width(b, ENG_OP_LINEAR, outputs);
    const float gain = is_sequence(b->net, b->last) ? GAIN_LINEAR : GAIN_RELU;
    return status == ENG_OK ? add_linear(b, outputs, "", gain) : status;
}

/* Sides of a padded convolution's output; `op` holds kernel, stride and padding then. */
static EngStatus window(
    EngBuilder *b, EngOpKind kind, unsigned kernel, unsigned stride, EngOp *op, EngShape *out)
{
    char name[32];
    if (kernel < 1 || kernel > 15 || stride < 1 || stride > 8)
        return eng_error(b->err, ENG_ERR_RANGE,
            "Layer %s: a %ux%u kernel with stride %u; kernels of 1 to 15 and strides of 1 to 8 "
            "are possible.",
            next_name(b, kind, name), kernel, kernel, stride);
    const unsigned pad = (kernel - 1) / 2, reach = 2 * pad;
    const EngShape in = b->shape;
    if (in.y + reach < kernel || in.x + reach < kernel)
        return eng_error(b->err, ENG_ERR_SHAPE,
            "Layer %s: a %ux%u kernel does not fit into the %u x %u image before it.",
            next_name(b, kind, name), kernel, kernel, in.y, in.x);
    *op = (EngOp){.kind = kind,
        .kernel = (uint8_t)kernel,
        .stride = (uint8_t)stride,
        .pad = (uint8_t)pad,
        .gain = GAIN_RELU};
    *out = (EngShape){
        (in.y + reach - kernel) / stride + 1, (in.x + reach - kernel) / stride + 1, in.c};
    return ENG_OK;
}

EngStatus eng_builder_conv(
    EngBuilder *b, unsigned channels, unsigned kernel, unsigned stride, bool bias)
{
    EngOp op;
    EngShape out;
    EngStatus status = check_width(b, ENG_OP_CONV, channels);
    if (status == ENG_OK)
        status = window(b, ENG_OP_CONV, kernel, stride, &op, &out);
    if (status != ENG_OK)
        return status;
    out.c = channels;
    op.bias = bias;
    b->net->parameters += ((size_t)kernel * kernel * b->shape.c + bias) * channels;
    return append(b, op, out);
}

EngStatus eng_builder_depthwise(EngBuilder *b, unsigned kernel, unsigned stride)
{
    EngOp op;
    EngShape out;
    const EngStatus status = window(b, ENG_OP_DEPTHWISE, kernel, stride, &op, &out);
    if (status != ENG_OK)
        return status;
    b->net->parameters += (size_t)kernel * kernel * b->shape.c;
    return append(b, op, out);
}

EngStatus eng_builder_relu(EngBuilder *b)
{
    return append(b, (EngOp){.kind = ENG_OP_RELU}, b->shape);
}

EngStatus eng_builder_batch_norm(EngBuilder *b)
{
    b->net->parameters += 2 * (size_t)b->shape.c;
    return append(b, (EngOp){.kind = ENG_OP_BATCH_NORM}, b->shape);
}

EngStatus eng_builder_layer_norm(EngBuilder *b)
{
    b->net->parameters += 2 * (size_t)b->shape.c;
    return append(b, (EngOp){.kind = ENG_OP_LAYER_NORM}, b->shape);
}

EngStatus eng_builder_gelu(EngBuilder *b)
{
    return append(b, (EngOp){.kind = ENG_OP_GELU}, b->shape);
}

static EngStatus add_pool(EngBuilder *b, EngOpKind kind, unsigned size)
{
    char name[32];
    if (size < 2 || size > 15 || b->shape.y < size || b->shape.x < size)
        return eng_error(b->err, ENG_ERR_SHAPE,
            "Layer %s: pools of %ux%u do not fit into the %u x %u image before it.",
            next_name(b, kind, name), size, size, b->shape.y, b->shape.x);
    const EngShape out = {b->shape.y / size, b->shape.x / size, b->shape.c};
    return append(b, (EngOp){.kind = kind, .kernel = (uint8_t)size, .stride = (uint8_t)size}, out);
}

EngStatus eng_builder_max_pool(EngBuilder *b, unsigned size)
{
    return add_pool(b, ENG_OP_MAX_POOL, size);
}

EngStatus eng_builder_average_pool(EngBuilder *b, unsigned size)
{
    return add_pool(b, ENG_OP_AVERAGE_POOL, size);
}

EngStatus eng_builder_dropout(EngBuilder *b, double rate)
{
    char name[32], number[ENG_TEXT_NUMBER];
    if (!(rate >= 0 && rate < 1))
        return eng_error(b->err, ENG_ERR_RANGE,
            "Layer %s: a share of %s is dropped; 0 up to less than 1 is possible.",
            next_name(b, ENG_OP_DROPOUT, name), eng_text_double(number, rate));
    return append(b, (EngOp){.kind = ENG_OP_DROPOUT, .rate = (float)rate}, b->shape);
}

EngStatus eng_builder_embedding(EngBuilder *b, unsigned width)
{
    char name[32];
    const EngStatus status = check_width(b, ENG_OP_EMBEDDING, width);
    if (status != ENG_OK)
        return status;
    if (b->last != 0 || b->shape.x != 1 || b->shape.c != 1)
        return eng_error(b->err, ENG_ERR_SHAPE,
            "Layer %s: an embedding comes first and reads a text's characters (y x 1 x 1), not "
            "%u x %u x %u values.",
            next_name(b, ENG_OP_EMBEDDING, name), b->shape.y, b->shape.x, b->shape.c);
    b->net->parameters += ((size_t)b->net->classes + b->shape.y) * width;
    return append(b, (EngOp){.kind = ENG_OP_EMBEDDING, .sequence = true, .gain = GAIN_LINEAR},
        (EngShape){b->shape.y, 1, width});
}

EngStatus eng_builder_attention(EngBuilder *b, unsigned heads)
{
    char name[32], part[sizeof name + 8];
    const EngShape shape = b->shape;
    next_name(b, ENG_OP_SCORES, name);
    if (!is_sequence(b->net, b->last))
        return eng_error(b->err, ENG_ERR_SHAPE,
            "Layer %s: attention needs a sequence before it, such as embed-64 gives.", name);
    if (heads < 1 || heads > shape.c || shape.c % heads != 0 || shape.c > ENG_NETWORK_MAX_WIDTH / 3)
        return eng_error(b->err, ENG_ERR_SHAPE,
            "Layer %s: %u values cannot be shared out evenly among %u heads.", name, shape.c,
            heads);
    b->count[ENG_OP_SCORES]++;
    snprintf(part, sizeof part, "%.16s.qkv", name);
    EngStatus status = add_linear(b, 3 * shape.c, part, GAIN_LINEAR);
    const int qkv = b->last;
    EngOp scores = {.kind = ENG_OP_SCORES, .heads = (uint16_t)heads};
    EngOp soft = {.kind = ENG_OP_SOFTMAX,
        .heads = (uint16_t)heads,
        .scale = (float)(1.0 / sqrt((double)(shape.c / heads)))};
    EngOp mix = {.kind = ENG_OP_MIX, .heads = (uint16_t)heads, .second = qkv, .sequence = true};
    snprintf(scores.name, sizeof scores.name, "%.16s.qk", name);
    snprintf(soft.name, sizeof soft.name, "%.16s.softmax", name);
    snprintf(mix.name, sizeof mix.name, "%.16s.pv", name);
    const EngShape pairs = {heads, shape.y, shape.y};
    if (status == ENG_OK)
        status = append(b, scores, pairs);
    if (status == ENG_OK)
        status = append(b, soft, pairs);
    if (status == ENG_OK)
        status = append(b, mix, shape);
    snprintf(part, sizeof part, "%.16s.out", name);
    return status == ENG_OK ? add_linear(b, shape.c, part, GAIN_LINEAR) : status;
}

EngStatus eng_builder_global_pool(EngBuilder *b)
{
    return append(b, (EngOp){.kind = ENG_OP_GLOBAL_POOL}, (EngShape){1, 1, b->shape.c});
}

static EngShape tensor_shape(const EngBuilder *b, int tensor)
{
    return tensor == 0 ? b->net->input : b->net->ops[tensor - 1].out;
}

EngStatus eng_builder_add(EngBuilder *b, int second)
{
    char name[32];
    const EngShape x = b->shape, y = tensor_shape(b, second);
    if (x.y != y.y || x.x != y.x || x.c != y.c)
        return eng_error(b->err, ENG_ERR_SHAPE,
            "Layer %s: %u x %u x %u and %u x %u x %u values cannot be added.",
            next_name(b, ENG_OP_ADD, name), x.y, x.x, x.c, y.y, y.x, y.c);
    return append(b, (EngOp){.kind = ENG_OP_ADD, .second = second}, x);
}

EngStatus eng_builder_save(EngBuilder *b)
{
    if (b->saved_count == ENG_NETWORK_MAX_SAVED)
        return eng_error(b->err, ENG_ERR_RANGE, "More than %d \"save\" wait for their \"add\".",
            ENG_NETWORK_MAX_SAVED);
    b->saved[b->saved_count++] = b->last;
    return ENG_OK;
}

EngStatus eng_builder_restore(EngBuilder *b)
{
    if (b->saved_count == 0)
        return eng_error(
            b->err, ENG_ERR_SHAPE, "\"add\" finds no \"save\" before it that is left to add.");
    return eng_builder_add(b, b->saved[--b->saved_count]);
}

void eng_builder_branch(EngBuilder *b, int tensor)
{
    b->last = tensor;
    b->shape = tensor_shape(b, tensor);
}

EngStatus eng_builder_finish(EngBuilder *b, EngNetwork **out)
{
    EngNetwork *net = b->net;
    if (net->product_count == 0)
        return eng_error(b->err, ENG_ERR_SHAPE, "The network has no layer that can learn.");
    if (b->saved_count > 0)
        return eng_error(
            b->err, ENG_ERR_SHAPE, "%u \"save\" without an \"add\" behind it.", b->saved_count);
    const EngOp *last = &net->ops[net->op_count - 1];
    const size_t told = eng_shape_size(last->out) / eng_network_targets(net);
    if (told != net->classes)
        return eng_error(b->err, ENG_ERR_SHAPE,
            "Layer %s gives %zu values, but the data has %u classes; end with fc-%u.", last->name,
            told, net->classes, net->classes);
    *out = net;
    b->net = NULL;
    return ENG_OK;
}
