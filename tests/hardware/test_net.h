/* Networks made by hand, so that costs are tested apart from the reader of network texts. */
#ifndef TESTS_HARDWARE_TEST_NET_H
#define TESTS_HARDWARE_TEST_NET_H

#include "base/philox.h"
#include "net/network.h"
#include <stdio.h>
#include <string.h>

#define TEST_NET_LAYERS 24

typedef struct TestNet {
    EngNetwork net;
    EngOp ops[2 * TEST_NET_LAYERS];
    const char *names[TEST_NET_LAYERS];
} TestNet;

/* `layers` product layers, each followed by a ReLU: convolutions first, then linear ones. */
static inline void test_net(TestNet *t, EngRandom *random, size_t layers)
{
    const size_t convs = eng_random_below(random, (uint32_t)layers + 1);
    EngShape shape = {1 + eng_random_below(random, 16), 1 + eng_random_below(random, 16),
        1 + eng_random_below(random, 40)};
    *t = (TestNet){.net = {.input = shape, .op_count = 2 * layers, .product_count = layers}};
    for (size_t i = 0; i < layers; i++) {
        EngOp *const op = &t->ops[2 * i];
        const bool conv = i < convs;
        op->kind = conv ? ENG_OP_CONV : ENG_OP_LINEAR;
        op->product = (int)i;
        op->input_gradient = i > 0;
        op->in = shape;
        op->kernel = conv ? (uint8_t)(1 + 2 * eng_random_below(random, 3)) : 0;
        op->stride = conv ? (uint8_t)(1 + eng_random_below(random, 2)) : 0;
        op->pad = op->kernel / 2;
        shape = conv ? (EngShape){(shape.y - 1) / op->stride + 1, (shape.x - 1) / op->stride + 1,
                           1 + eng_random_below(random, 40)}
                     : (EngShape){1, 1, 1 + eng_random_below(random, 300)};
        op->out = shape;
        snprintf(op->name, sizeof op->name, "%s%zu", conv ? "conv" : "fc", i + 1);
        t->names[i] = op->name;
        t->ops[2 * i + 1] = (EngOp){.kind = ENG_OP_RELU, .in = shape, .out = shape, .product = -1};
    }
    t->net.ops = t->ops;
}

#endif
