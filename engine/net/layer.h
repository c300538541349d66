/* The layers as pairs of plain functions, and the buffers they share. Private to the net room. */
#ifndef ENG_NET_LAYER_H
#define ENG_NET_LAYER_H

#include "kernels/operand.h"
#include "net/model.h"

/* What every layer can use. */
typedef struct EngContext {
    const EngKernels *kernels;
    EngPool *pool;
} EngContext;

/* One op at run time. Activations x, y and gradients dx, dy are (samples, y, x, c) of the op's in
 * and out shapes; the model points them at buffers before each pass. ReLU may work in place: y = x,
 * dx = dy. */
typedef struct EngLayer {
    const EngOp *op;
    float *x, *y, *dx, *dy;
    float *second;           /* addition: the other tensor it reads */
    EngParam *weight, *bias; /* product layers: weight, bias; batch norm: gamma, beta */
    EngOperand operand[ENG_SLOTS];
    bool weight_packed; /* operand W.fwd still holds the present weights in `packed_format` … */
    EngFormat packed_a, packed_w; /* … laid out for these two formats */
    float *saved;    /* batch norm: (mean, 1/sigma) of the batch, running mean, running variance */
    uint8_t *choice; /* max pooling: which of the window's values won, (samples, y, x, c) of out */
    double *sums;    /* batch norm: partial sums by block */
    size_t batch;    /* samples the buffers are made for */
} EngLayer;

/* Allocates what the op needs beyond activations. Errors: NOMEM. */
EngStatus eng_layer_init(EngLayer *layer, size_t batch, EngError *err);
void eng_layer_clear(EngLayer *layer);

EngStatus eng_layer_forward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err);
EngStatus eng_layer_backward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err);

/* The tensor a slot of a product layer quantises: x, the weights or dy. */
const float *eng_layer_slot_data(const EngLayer *layer, EngSlot slot);

/* The same as rows along the slot's contraction axis. */
void eng_layer_slot_rows(
    const EngLayer *layer, const EngStep *step, EngSlot slot, EngSlotRows *out);

/* Quantises the slot's tensor for the product with its partner slot. */
EngStatus eng_layer_quantize(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngSlot slot, EngError *err);

/* linear.c */
EngStatus eng_linear_init(EngLayer *layer, size_t batch, EngError *err);
EngStatus eng_linear_forward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err);
EngStatus eng_linear_backward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err);
EngMatrix eng_linear_matrix(const EngLayer *layer, EngSlot slot, size_t samples);

/* conv.c */
EngConv eng_conv_geometry(const EngOp *op, size_t samples);
EngStatus eng_conv_layer_forward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err);
EngStatus eng_conv_layer_backward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err);
/* Fills in matrix and data; `out->conv` is set. */
void eng_conv_slot_rows(
    const EngLayer *layer, const EngFormat formats[ENG_SLOTS], EngSlot which, EngSlotRows *out);

/* batch_norm.c */
EngStatus eng_batch_norm_init(EngLayer *layer, size_t batch, EngError *err);
/* The running statistics, (channels) each; the layer's own. */
void eng_batch_norm_running(EngLayer *layer, float **mean, float **variance);
void eng_batch_norm_forward(EngLayer *layer, const EngContext *ctx, const EngStep *step);
void eng_batch_norm_backward(EngLayer *layer, const EngContext *ctx, const EngStep *step);

/* pooling.c */
EngStatus eng_max_pool_init(EngLayer *layer, size_t batch, EngError *err);
void eng_max_pool_forward(EngLayer *layer, const EngContext *ctx, const EngStep *step);
void eng_max_pool_backward(EngLayer *layer, const EngContext *ctx, const EngStep *step);
void eng_global_pool_forward(EngLayer *layer, const EngContext *ctx, const EngStep *step);
void eng_global_pool_backward(EngLayer *layer, const EngContext *ctx, const EngStep *step);

/* relu.c */
void eng_relu_forward(EngLayer *layer, const EngContext *ctx, const EngStep *step);
void eng_relu_backward(EngLayer *layer, const EngContext *ctx, const EngStep *step);

/* residual.c; the gradient of a sum is the model's business, which hands it to both summands. */
void eng_add_forward(EngLayer *layer, const EngContext *ctx, const EngStep *step);

/* loss.c: see eng_model_loss. */
typedef struct EngLossTask {
    const float *logits;   /* (samples, classes) */
    const uint16_t *label; /* (samples) */
    size_t samples, classes;
    double smoothing; /* the target is (1 - smoothing) one-hot + smoothing / classes */
    float *gradient;  /* (samples, classes), or NULL */
} EngLossTask;

EngStatus eng_softmax_loss(const EngLossTask *task, EngLoss *loss, EngError *err);

#endif
