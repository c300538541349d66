/* Depthwise convolutions: every channel by itself, its patch is (r, s).
 *
 * The geometry is an EngConv with as many outputs as inputs; weights are (c, r, s). Rows of the
 * noise: patches and pixels of a weight gradient (pixel * C + c), weights c. Integer formats are
 * multiplied as integers, group by group, others value by value, as everywhere; inside, 16
 * channels stand side by side. */
#ifndef ENG_KERNELS_DEPTHWISE_H
#define ENG_KERNELS_DEPTHWISE_H

#include "kernels/conv.h"

/* Quantises the weights for W.fwd or W.dgrad, or a tensor (n, y, x, c) for A.wgrad or G.wgrad.
 * `op` starts as {0} and grows as needed. Errors: DIVERGED, NOMEM. */
EngStatus eng_depthwise_quantize(const EngKernels *kernels, EngPool *pool, const EngConv *conv,
    EngSlot slot, const float *data, const EngFormat *mine, const EngFormat *other,
    const EngNoise *noise, EngOperand *op, EngError *err);

/* The forward product (slot A.fwd: data is x, out is y) or the input gradient (slot G.dgrad: data
 * is dy, out is dx). Patches are quantised on the way and never kept. `w` is the partner slot's
 * operand. Errors: DIVERGED. */
EngStatus eng_depthwise_spread(const EngKernels *kernels, EngPool *pool, const EngConv *conv,
    EngSlot slot, const float *data, const EngFormat *mine, const EngFormat *other,
    const EngNoise *noise, const EngOperand *w, float *out, EngError *err);

/* dw (c, r, s) from G.wgrad and A.wgrad. */
void eng_depthwise_wgrad(const EngKernels *kernels, EngPool *pool, const EngConv *conv,
    const EngOperand *g, const EngOperand *a, float *dw);

#endif
