/* The layers as pairs of plain functions, and the buffers they share. Private to the net room. */
#ifndef ENG_NET_LAYER_H
#define ENG_NET_LAYER_H

#include "kernels/approximate.h"
#include "kernels/operand.h"
#include "net/model.h"

/* What every layer can use. */
typedef struct EngContext {
    const EngKernels *kernels;
    EngPool *pool;
    const EngApproximate *approximate; /* how mantissas are multiplied; NULL: exactly */
    unsigned sparse_keep, sparse_of;   /* of the layers that hold pruned weights */
} EngContext;

/* One op at run time. Activations x, y and gradients dx, dy are (samples, y, x, c) of the op's in
 * and out shapes; the model points them at buffers before each pass. ReLU may work in place: y = x,
 * dx = dy. */
typedef struct EngLayer {
    const EngOp *op;
    float *x, *y, *dx, *dy;
    float *second;           /* addition, attention's mix: the other tensor it reads */
    float *second_gradient;  /* mix: where that tensor's gradient goes */
    unsigned number;         /* of the op in its network */
    bool relu;               /* batch norm: the ReLU behind it happens in its passes */
    bool absorbed;           /* ReLU: it does */
    EngParam *weight, *bias; /* product layers: weight, bias; batch norm: gamma, beta */
    EngOperand operand[ENG_SLOTS];
    bool weight_packed; /* operand W.fwd still holds the present weights in `packed_format` … */
    bool overflowed;    /* a gradient was beyond its format's largest number */
    EngFormat packed_a, packed_w;         /* … laid out for these two formats */
    float *pruned_forward, *pruned_dgrad; /* sparse_weights.h; NULL: dense */
    bool pruned_fresh;                    /* they were made of the present weights */
    float *saved;    /* batch norm: by channel, see there; layer norm: (mean, 1/sigma) of each row;
                        attention: copies by head */
    uint8_t *choice; /* dropout: which values are kept, (samples, y, x, c) of out */
    double *sums;    /* norms: partial sums by block */
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

/* The noise of a slot's quantisation. */
EngNoise eng_layer_noise(const EngLayer *layer, const EngStep *step, EngSlot slot);

/* Shows the slot's tensor to the step's observer, if that wants to see it. */
void eng_layer_inspect(
    const EngLayer *layer, const EngStep *step, EngSlot slot, const EngNoise *noise);

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

/* bias.c: over `rows` rows of y, and of dy */
void eng_bias_add(const EngLayer *layer, const EngContext *ctx, size_t rows);
void eng_bias_gradient(const EngLayer *layer, const EngContext *ctx, size_t rows);

/* conv.c */
EngConv eng_conv_geometry(const EngOp *op, size_t samples);
EngStatus eng_conv_layer_forward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err);
EngStatus eng_conv_layer_backward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err);
/* Fills in matrix and data; `out->conv` is set. */
void eng_conv_slot_rows(
    const EngLayer *layer, const EngFormat formats[ENG_SLOTS], EngSlot which, EngSlotRows *out);

/* depthwise.c */
EngStatus eng_depthwise_forward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err);
EngStatus eng_depthwise_backward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err);

/* attention.c: scores and mix. `prepare` makes the copies by head that the pass quantises. */
EngStatus eng_attention_init(EngLayer *layer, size_t batch, EngError *err);
EngMatrix eng_attention_matrix(const EngLayer *layer, EngSlot slot, size_t samples);
void eng_scores_prepare(EngLayer *layer, const EngContext *ctx, const EngStep *step);
EngStatus eng_scores_forward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err);
EngStatus eng_scores_backward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err);
void eng_mix_prepare(EngLayer *layer, const EngContext *ctx, const EngStep *step, bool backward);
EngStatus eng_mix_forward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err);
EngStatus eng_mix_backward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err);

/* softmax.c: attention's */
void eng_softmax_forward(EngLayer *layer, const EngContext *ctx, const EngStep *step);
void eng_softmax_backward(EngLayer *layer, const EngContext *ctx, const EngStep *step);

/* embedding.c */
EngStatus eng_embedding_forward(
    EngLayer *layer, const EngContext *ctx, const EngStep *step, EngError *err);
void eng_embedding_backward(EngLayer *layer, const EngContext *ctx, const EngStep *step);

/* layer_norm.c */
EngStatus eng_layer_norm_init(EngLayer *layer, size_t batch, EngError *err);
void eng_layer_norm_forward(EngLayer *layer, const EngContext *ctx, const EngStep *step);
void eng_layer_norm_backward(EngLayer *layer, const EngContext *ctx, const EngStep *step);

/* gelu.c */
void eng_gelu_forward(EngLayer *layer, const EngContext *ctx, const EngStep *step);
void eng_gelu_backward(EngLayer *layer, const EngContext *ctx, const EngStep *step);

/* dropout.c */
EngStatus eng_dropout_init(EngLayer *layer, size_t batch, EngError *err);
void eng_dropout_forward(EngLayer *layer, const EngContext *ctx, const EngStep *step);
void eng_dropout_backward(EngLayer *layer, const EngContext *ctx, const EngStep *step);

/* batch_norm.c */
EngStatus eng_batch_norm_init(EngLayer *layer, size_t batch, EngError *err);
/* The running statistics, (channels) each; the layer's own. */
void eng_batch_norm_running(EngLayer *layer, float **mean, float **variance);
void eng_batch_norm_forward(EngLayer *layer, const EngContext *ctx, const EngStep *step);
void eng_batch_norm_backward(EngLayer *layer, const EngContext *ctx, const EngStep *step);

/* pooling.c */
void eng_max_pool_forward(EngLayer *layer, const EngContext *ctx, const EngStep *step);
void eng_max_pool_backward(EngLayer *layer, const EngContext *ctx, const EngStep *step);
void eng_average_pool_forward(EngLayer *layer, const EngContext *ctx, const EngStep *step);
void eng_average_pool_backward(EngLayer *layer, const EngContext *ctx, const EngStep *step);
void eng_global_pool_forward(EngLayer *layer, const EngContext *ctx, const EngStep *step);
void eng_global_pool_backward(EngLayer *layer, const EngContext *ctx, const EngStep *step);

/* relu.c */
void eng_relu_forward(EngLayer *layer, const EngContext *ctx, const EngStep *step);
void eng_relu_backward(EngLayer *layer, const EngContext *ctx, const EngStep *step);

/* residual.c; the gradient of a sum is the model's business, which hands it to both summands. */
void eng_add_forward(EngLayer *layer, const EngContext *ctx, const EngStep *step);

/* loss.c: see eng_model_loss. */
typedef struct EngLossTask {
    const float *logits;   /* (targets, classes) */
    const uint16_t *label; /* (targets) */
    size_t targets, classes;
    double smoothing; /* the target is (1 - smoothing) one-hot + smoothing / classes */
    float scale;      /* of the gradient */
    float *gradient;  /* (targets, classes), or NULL */
    double *loss;     /* (targets) */
} EngLossTask;

EngStatus eng_softmax_loss(
    const EngLossTask *task, const EngContext *ctx, EngLoss *loss, EngError *err);

#endif
