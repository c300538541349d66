/* Which tensor of a network lives where: activations for a whole step, gradients only while a
 * backward pass needs them. Private to the net room. */
#ifndef ENG_NET_BUFFERS_H
#define ENG_NET_BUFFERS_H

#include "net/network.h"

/* Tensor 0 is the network's input, tensor i + 1 what op i gives. */
typedef struct EngTensorPlace {
    int alias;          /* the tensor whose memory it shares (an op that works in place), or -1 */
    unsigned consumers; /* ops that read it */
    float *value;       /* (batch, y, x, c) */
    float *gradient;    /* the same; shared by tensors that are never needed at once */
} EngTensorPlace;

typedef struct EngBuffers {
    EngTensorPlace *tensor; /* (count) */
    size_t count;
    float **gradient; /* the shared gradient buffers */
    size_t gradient_count;
    float *scratch; /* for a second gradient of the same tensor, NULL where none can meet */
} EngBuffers;

/* Plans and allocates for `batch` samples. Errors: NOMEM; eng_buffers_clear is allowed then. */
EngStatus eng_buffers_init(EngBuffers *buffers, const EngNetwork *net, size_t batch, EngError *err);
void eng_buffers_clear(EngBuffers *buffers);

/* True where the op may write its output over its input, and its input's gradient over its
 * output's. */
bool eng_op_in_place(const EngNetwork *net, size_t op);

#endif
