/* Puts a network together op by op, checking shapes on the way. Private to the net room. */
#ifndef ENG_NET_BUILDER_H
#define ENG_NET_BUILDER_H

#include "net/network.h"

/* More layers than anybody trains on a desktop; keeps a typing slip from eating the memory. */
#define ENG_NETWORK_MAX_OPS 1024
/* Widest layer, largest image side: products of two of them fit 32 bits with room. */
#define ENG_NETWORK_MAX_WIDTH 65536

/* Tensors that may wait for their residual addition at once. */
#define ENG_NETWORK_MAX_SAVED 16

typedef struct EngBuilder {
    EngNetwork *net;
    EngShape shape; /* of the last op's output */
    int last;       /* the tensor the next op reads: 0, or the last op's number plus one */
    int saved[ENG_NETWORK_MAX_SAVED];
    unsigned saved_count;
    unsigned count[ENG_OP_KINDS];
    EngError *err;
} EngBuilder;

/* Starts with samples of shape `input`. Error NOMEM, RANGE. */
EngStatus eng_builder_init(
    EngBuilder *b, const char *text, EngShape input, unsigned classes, EngError *err);

/* Each adds an op behind the last one. Errors SHAPE, RANGE (naming the layer). */
EngStatus eng_builder_linear(EngBuilder *b, unsigned outputs);
EngStatus eng_builder_conv(
    EngBuilder *b, unsigned channels, unsigned kernel, unsigned stride, bool bias);
EngStatus eng_builder_depthwise(EngBuilder *b, unsigned kernel, unsigned stride);
EngStatus eng_builder_batch_norm(EngBuilder *b);
EngStatus eng_builder_layer_norm(EngBuilder *b);
EngStatus eng_builder_relu(EngBuilder *b);
EngStatus eng_builder_gelu(EngBuilder *b);
EngStatus eng_builder_max_pool(EngBuilder *b, unsigned size);
EngStatus eng_builder_average_pool(EngBuilder *b, unsigned size);
EngStatus eng_builder_global_pool(EngBuilder *b);
EngStatus eng_builder_dropout(EngBuilder *b, double rate);
EngStatus eng_builder_embedding(EngBuilder *b, unsigned width);

/* Causal self-attention: linear to queries, keys and values, scores, softmax, mix, linear back. */
EngStatus eng_builder_attention(EngBuilder *b, unsigned heads);

/* Adds tensor `second` to the last output; both must have the same shape. */
EngStatus eng_builder_add(EngBuilder *b, int second);

/* Goes back: the next op reads tensor `tensor`, for a branch. */
void eng_builder_branch(EngBuilder *b, int tensor);

/* Keeps the last tensor for the residual addition that eng_builder_restore makes; the last kept
 * is the first added. Errors SHAPE, RANGE. */
EngStatus eng_builder_save(EngBuilder *b);
EngStatus eng_builder_restore(EngBuilder *b);

/* Checks that the last layer gives the classes and hands the network over; on an error, or to
 * give up, eng_builder_drop frees it. */
EngStatus eng_builder_finish(EngBuilder *b, EngNetwork **out);
void eng_builder_drop(EngBuilder *b);

#endif
