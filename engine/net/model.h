/* A network that trains: weights, activations and gradients, all memory allocated once.
 *
 * One step is forward, loss, backward, update, called by one thread; the pool works inside.
 * Every product goes through the six slots with the formats of the step. Bits depend on the
 * seeds, the data and the formats only, never on threads or instruction set. */
#ifndef ENG_NET_MODEL_H
#define ENG_NET_MODEL_H

#include "base/error.h"
#include "base/pool.h"
#include "hardware/multiplier.h"
#include "kernels/kernels.h"
#include "net/network.h"
#include "net/optimiser.h"
#include "net/slot_rows.h"
#include "number/format.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One trained tensor and what its optimiser keeps. Layouts: linear weights (out, in), in fastest;
 * convolution weights (k, r, s, c), c fastest, depthwise (c, r, s); bias and normalisation
 * (channels); an embedding's weight (classes, c) and position (y, c). */
typedef struct EngParam {
    char name[48]; /* "fc1.weight" */
    float *value, *gradient, *velocity;
    float *square; /* Adam's second moment, NULL under SGD */
    bool decays;   /* weights do, biases and normalisation do not */
    size_t size;
} EngParam;

/* What a tensor of the model is to whoever saves it. */
typedef enum EngTensorKind {
    ENG_TENSOR_PARAM,     /* trained */
    ENG_TENSOR_STATE,     /* batch norm's running statistics */
    ENG_TENSOR_OPTIMISER, /* the optimiser's memory of a parameter */
} EngTensorKind;

/* Everything that must be kept for a run to go on to the bit. */
typedef struct EngTensor {
    char name[64]; /* "fc1.weight", "bn2.running_mean", "fc1.weight.velocity" */
    EngTensorKind kind;
    float *data; /* the model's own */
    size_t size; /* floats */
} EngTensor;

/* Who looks on while a pass runs; both may be NULL. Called on the training thread, in the order of
 * the pass. */
typedef struct EngObserver {
    /* Sees the tensor of a role, as rows of the slot that speaks for it (A.fwd, W.fwd, G.dgrad),
     * before that role is quantised in a pass: A and W before the forward product, G before the
     * backward ones. May change the formats of that layer's role for what follows. */
    void (*see)(void *ctx, size_t layer, EngRole role, const EngSlotRows *rows);
    /* Sees each slot's tensor just before it is quantised to `format` under `noise`. */
    void (*inspect)(void *ctx, size_t layer, EngSlot slot, const EngSlotRows *rows,
        const EngFormat *format, const EngNoise *noise);
    void *ctx;
} EngObserver;

/* What a pass works under. */
typedef struct EngStep {
    const EngFormat (*formats)[ENG_SLOTS]; /* by product layer; roundings settled */
    uint64_t noise_seed;
    uint32_t step;               /* the noise counter's step: index of the training step, from 0 */
    size_t samples;              /* 1..batch */
    const EngObserver *observer; /* NULL: nobody looks */
    bool training;               /* false: evaluation (batch norm uses its running statistics) */
    bool dry;                    /* training, but the running statistics stay as they are */
    double label_smoothing;      /* while training: 0 .. < 1 */
    float loss_scale; /* a power of two that the gradients are multiplied with on their way
                                    back and divided by in the update; 0 counts as 1 */
} EngStep;

/* The mean softmax cross-entropy of a batch over all its targets, and how many were right. */
typedef struct EngLoss {
    float mean;
    uint32_t correct;
} EngLoss;

typedef struct EngModel EngModel;

/* Builds the network for batches of up to `batch` samples, weights drawn from `seed_weights` (He:
 * normal with variance 2 / fan-in, 1 / fan-in in sequences; biases 0). `net`, `kernels` and `pool` (may be NULL) outlive
 * the model. Caller owns *out. Errors: NOMEM, RANGE. */
EngStatus eng_model_new(const EngNetwork *net, size_t batch, uint64_t seed_weights,
    const EngKernels *kernels, EngPool *pool, EngModel **out, EngError *err);
void eng_model_free(EngModel *model);

/* Arithmetic of the simulated accelerator that is not the plan's alone. */
typedef struct EngEmulation {
    EngMultiplier multiplier;        /* of all products of integers; its table outlives the model */
    unsigned sparse_keep, sparse_of; /* N:M sparsity of the weights, 1..16, N <= M; N = M: dense */
} EngEmulation;

/* Trains and evaluates under `emulation` from now on; before the first pass, once. Exact and dense
 * changes nothing. Whether a table holds the formats' mantissas is the caller's to check
 * (eng_multiplier_check). Errors: NOMEM. */
EngStatus eng_model_emulate(EngModel *model, const EngEmulation *emulation, EngError *err);

/* The input batch, (samples, y, x, c): fill it before eng_model_forward. */
float *eng_model_input(EngModel *model);

/* Reads the input batch from `x` instead, which stays the caller's and as it is while passes run;
 * NULL goes back to eng_model_input. */
void eng_model_use_input(EngModel *model, const float *x);

/* Runs the batch through all layers. Error DIVERGED, naming layer and slot. */
EngStatus eng_model_forward(EngModel *model, const EngStep *step, EngError *err);

/* The last layer's outputs, (samples, targets, classes); see eng_network_targets. */
const float *eng_model_output(const EngModel *model);

/* Softmax cross-entropy against `label[samples][targets]`; while training it also sets the gradient
 * the backward pass starts from, (softmax - one-hot) / (samples targets). Error DIVERGED where the loss is not
 * finite. */
EngStatus eng_model_loss(
    EngModel *model, const EngStep *step, const uint16_t *label, EngLoss *loss, EngError *err);

/* Gradients of all parameters for the batch that went forward. Error DIVERGED. */
EngStatus eng_model_backward(EngModel *model, const EngStep *step, EngError *err);

/* True where the last backward pass met a gradient beyond the largest number of the format it was
 * quantised to (fp16, fp8). */
bool eng_model_overflowed(const EngModel *model);

/* Makes room for Adam's second moments; before the first update, once. Errors: NOMEM. */
EngStatus eng_model_add_moments(EngModel *model, EngError *err);

/* One step of the optimiser on all parameters, gradients divided by the loss scale first; `t` counts the updates from 1 (Adam's bias
 * correction; Adam needs eng_model_add_moments). Decay leaves biases and normalisation alone. */
void eng_model_update(
    EngModel *model, const EngOptimiser *optimiser, double learning_rate, uint64_t t);

/* What the model was made of. */
const EngNetwork *eng_model_network(const EngModel *model);

/* The parameters, in the order of their layers. */
EngParam *eng_model_params(EngModel *model, size_t *count);

/* All tensors, in the order of their layers; `data` may be read, and written followed by
 * eng_model_touch. */
const EngTensor *eng_model_tensors(EngModel *model, size_t *count);

/* Says that weights were written from outside: packed copies of them are stale. */
void eng_model_touch(EngModel *model);

#endif
