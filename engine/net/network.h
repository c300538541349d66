/* A network as one line of text, and what follows from it: its layers, shapes and products.
 * A description only: no weights, no threads; the window uses it for its live check. Immutable
 * once parsed, so any thread may read it. */
#ifndef ENG_NET_NETWORK_H
#define ENG_NET_NETWORK_H

#include "base/error.h"
#include "base/shape.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum EngOpKind {
    ENG_OP_LINEAR,
    ENG_OP_RELU,
    ENG_OP_CONV,
    ENG_OP_BATCH_NORM,
    ENG_OP_MAX_POOL,
    ENG_OP_GLOBAL_POOL,
    ENG_OP_ADD, /* residual: out = input + second */
    ENG_OP_KINDS,
} EngOpKind;

/* One operation. Activations are (n, y, x, c). */
typedef struct EngOp {
    EngOpKind kind;
    char name[32];     /* "fc1", "conv2", "relu1": unique in its network */
    EngShape in, out;  /* of one sample; a linear layer sees `in` flattened, c fastest */
    int input, second; /* tensors read: 0 the network's input, i + 1 what op i gives; -1 none */
    int product;       /* index among the layers that hold a product, -1 for the others */
    bool bias;         /* linear, conv */
    bool learns; /* its output depends on something that is trained, its own values included */
    bool input_gradient;         /* its input does: the backward pass goes on through it */
    uint8_t kernel, stride, pad; /* conv, pooling */
} EngOp;

typedef struct EngNetwork {
    char *text; /* as written */
    EngShape input;
    unsigned classes;
    EngOp *ops; /* in order */
    size_t op_count;
    size_t product_count; /* layers that hold a product: what a schedule's lanes name */
    size_t parameters;    /* trained values */
} EngNetwork;

/* Reads `text` for samples of shape `input` and `classes` classes: `mlp:256,128` (hidden widths,
 * ReLU between; a last linear layer to the classes follows by itself), `cnn:32,32,p,64,gap` (3x3
 * convolutions without bias, batch norm, ReLU; p 2x2 max pooling; gap global average; a last
 * linear layer follows), `lenet`,
 * `vgg-s`, `resnet-8`, `resnet-14`, `resnet-20`, or layer by layer (`conv3x3-16, relu, pool2, gap, fc-5`; nothing
 * follows, the last layer must give the classes). Product layers are called fc1, fc2, …,
 * conv1, … in their order. Errors: PARSE, SHAPE (naming the layer), RANGE, NOMEM. */
EngStatus eng_network_parse(
    const char *text, EngShape input, unsigned classes, EngNetwork **out, EngError *err);

void eng_network_free(EngNetwork *net);

/* The op that holds product `index`. */
const EngOp *eng_network_product(const EngNetwork *net, size_t index);

/* "784 → 256" or "3 → 32": what a layer maps, for people. Returns buf. */
const char *eng_op_summary(const EngOp *op, char buf[48]);

#endif
