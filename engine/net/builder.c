#include "net/builder.h"
#include "base/memory.h"
#include <stdio.h>

static const char *const kind_name[ENG_OP_KINDS] = {
    [ENG_OP_LINEAR] = "fc",
    [ENG_OP_RELU] = "relu",
    [ENG_OP_CONV] = "conv",
    [ENG_OP_BATCH_NORM] = "bn",
    [ENG_OP_MAX_POOL] = "pool",
    [ENG_OP_GLOBAL_POOL] = "gap",
    [ENG_OP_ADD] = "add",
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
    return kind == ENG_OP_LINEAR || kind == ENG_OP_CONV || kind == ENG_OP_BATCH_NORM;
}

/* Appends an op that turns the present shape into `out`; fills name, shapes and numbers. */
static EngStatus append(EngBuilder *b, EngOp op, EngShape out)
{
    EngNetwork *net = b->net;
    if (net->op_count == ENG_NETWORK_MAX_OPS)
        return eng_error(
            b->err, ENG_ERR_RANGE, "The network has more than %d layers.", ENG_NETWORK_MAX_OPS);
    op.in = b->shape;
    op.out = out;
    op.input = b->last;
    if (op.kind != ENG_OP_ADD)
        op.second = -1;
    op.input_gradient = tensor_learns(net, op.input);
    op.learns = op.input_gradient || tensor_learns(net, op.second) || has_params(op.kind);
    const bool product = op.kind == ENG_OP_LINEAR || op.kind == ENG_OP_CONV;
    op.product = product ? (int)net->product_count++ : -1;
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

EngStatus eng_builder_linear(EngBuilder *b, unsigned outputs)
{
    const EngStatus status = check_width(b, ENG_OP_LINEAR, outputs);
    if (status != ENG_OK)
        return status;
    b->net->parameters += (eng_shape_size(b->shape) + 1) * outputs;
    return append(b, (EngOp){.kind = ENG_OP_LINEAR, .bias = true}, (EngShape){1, 1, outputs});
}

EngStatus eng_builder_conv(EngBuilder *b, unsigned channels, unsigned kernel, unsigned stride)
{
    char name[32];
    const EngStatus status = check_width(b, ENG_OP_CONV, channels);
    if (status != ENG_OK)
        return status;
    if (kernel < 1 || kernel > 15 || stride < 1 || stride > 8)
        return eng_error(b->err, ENG_ERR_RANGE,
            "Layer %s: a %ux%u kernel with stride %u; kernels of 1 to 15 and strides of 1 to 8 "
            "are possible.",
            next_name(b, ENG_OP_CONV, name), kernel, kernel, stride);
    const unsigned pad = (kernel - 1) / 2, reach = 2 * pad;
    const EngShape in = b->shape;
    if (in.y + reach < kernel || in.x + reach < kernel)
        return eng_error(b->err, ENG_ERR_SHAPE,
            "Layer %s: a %ux%u kernel does not fit into the %u x %u image before it.",
            next_name(b, ENG_OP_CONV, name), kernel, kernel, in.y, in.x);
    const EngShape out = {
        (in.y + reach - kernel) / stride + 1, (in.x + reach - kernel) / stride + 1, channels};
    b->net->parameters += (size_t)kernel * kernel * in.c * channels;
    return append(b,
        (EngOp){.kind = ENG_OP_CONV,
            .kernel = (uint8_t)kernel,
            .stride = (uint8_t)stride,
            .pad = (uint8_t)pad},
        out);
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

EngStatus eng_builder_max_pool(EngBuilder *b, unsigned size)
{
    char name[32];
    if (size < 2 || size > 15 || b->shape.y < size || b->shape.x < size)
        return eng_error(b->err, ENG_ERR_SHAPE,
            "Layer %s: pools of %ux%u do not fit into the %u x %u image before it.",
            next_name(b, ENG_OP_MAX_POOL, name), size, size, b->shape.y, b->shape.x);
    const EngShape out = {b->shape.y / size, b->shape.x / size, b->shape.c};
    return append(
        b, (EngOp){.kind = ENG_OP_MAX_POOL, .kernel = (uint8_t)size, .stride = (uint8_t)size}, out);
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
    const EngOp *last = &net->ops[net->op_count - 1];
    if (eng_shape_size(last->out) != net->classes)
        return eng_error(b->err, ENG_ERR_SHAPE,
            "Layer %s gives %zu values, but the data has %u classes; end with fc-%u.", last->name,
            eng_shape_size(last->out), net->classes, net->classes);
    *out = net;
    b->net = NULL;
    return ENG_OK;
}
