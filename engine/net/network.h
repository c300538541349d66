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
    ENG_OP_ADD,       /* residual: out = input + second */
    ENG_OP_DEPTHWISE, /* a convolution of each channel with weights of its own */
    ENG_OP_AVERAGE_POOL,
    ENG_OP_LAYER_NORM, /* over the channels of each pixel or position */
    ENG_OP_GELU,
    ENG_OP_DROPOUT,
    ENG_OP_EMBEDDING, /* tokens (y x 1 x 1) to vectors (y x 1 x c), each position's own added */
    ENG_OP_SCORES,    /* attention: (y, 1, 3 c) to Q K^T, (heads, y, y) */
    ENG_OP_SOFTMAX,   /* attention: softmax of the scaled scores of what came before */
    ENG_OP_MIX,       /* attention: input (heads, y, y) times V of second (y, 1, 3 c) */
    ENG_OP_KINDS,
} EngOpKind;

/* One operation. Activations are (n, y, x, c). */
typedef struct EngOp {
    EngOpKind kind;
    char name[32];     /* "fc1", "conv2", "attn1.qk": unique in its network */
    EngShape in, out;  /* of one sample; a linear layer sees `in` flattened, c fastest, or, in a
                          sequence, each position by itself */
    int input, second; /* tensors read: 0 the network's input, i + 1 what op i gives; -1 none */
    int product;       /* index among the layers that hold a product, -1 for the others */
    bool bias;         /* linear, conv */
    bool sequence;     /* what it gives is a sequence: out.y positions of out.c values */
    bool learns; /* its output depends on something that is trained, its own values included */
    bool input_gradient;         /* its input does: the backward pass goes on through it */
    uint8_t kernel, stride, pad; /* convolutions, pooling */
    uint16_t heads;              /* attention */
    float rate;                  /* dropout: share of the values that is dropped, 0 .. < 1 */
    float scale;                 /* attention's softmax: what scores are multiplied with first */
    float gain; /* product layers with weights: their variance is gain / fan-in at the start */
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

/* Reads `text` for samples of shape `input` and `classes` classes. It is a family with widths,
 *
 *   mlp:256,128        hidden widths, ReLU between, a last linear layer to the classes
 *   cnn:32,32,p,64,gap 3x3 convolutions without bias, batch norm, ReLU; p 2x2 max pooling; gap
 *                      global average; a last linear layer
 *
 * a network with a name (lenet, vgg-s, resnet-8, resnet-14, resnet-20, mobilenet-s, and for
 * sequences transformer-s), or layer by layer, where the last layer must give the classes:
 *
 *   fc-K               linear to K values; in a sequence, at each position
 *   convRxR-K[b][/S]   convolution to K channels, `b`: with a bias; stride S, padded to keep the
 *                      size
 *   dwRxR[/S]          depthwise convolution, without a bias
 *   bn ln relu gelu    batch norm, layer norm, ReLU, GELU
 *   poolN avgN gap     max and average over windows of N x N, average over the image
 *   drop-P             dropout of the share P
 *   embed-K            tokens to vectors of K values, position vectors added
 *   attn-H             causal self-attention with H heads, its projections included
 *   save … add         adds what stood at the matching `save` (a residual connection)
 *
 * Product layers are called fc1, conv1, dw1, attn1.qkv, attn1.qk, attn1.pv, attn1.out, … in their
 * order. Errors: PARSE, SHAPE (naming the layer), RANGE, NOMEM. */
EngStatus eng_network_parse(
    const char *text, EngShape input, unsigned classes, EngNetwork **out, EngError *err);

/* Classes the network tells of each sample: 1, or the positions of its sequence. */
size_t eng_network_targets(const EngNetwork *net);

/* Rows of a linear layer's matrix for one sample: 1, or the positions of its sequence. */
size_t eng_op_rows(const EngOp *op);

/* Values of such a row: what one output of a linear layer adds up. */
size_t eng_op_row_length(const EngOp *op);

void eng_network_free(EngNetwork *net);

/* The op that holds product `index`. */
const EngOp *eng_network_product(const EngNetwork *net, size_t index);

/* "784 → 256" or "3 → 32": what a layer maps, for people. Returns buf. */
const char *eng_op_summary(const EngOp *op, char buf[48]);

#endif
