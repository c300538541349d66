/* Convolutions: which rows each slot quantises, and the three products over taps or pixels.
 *
 * Tensors are channels-last: x (n, y, x, c), g and y (n, y, x, k), w (k, r, s, c). Where the
 * contracted channels are at least as many as the smaller group of the two formats, a pixel is
 * quantised once for all taps and each tap starts a new group; the products then run over taps by
 * pointer, without copying patches. With fewer channels, groups run on through the flattened patch
 * (r, s, channel), which is gathered 16 rows at a time. Formats without groups do not gather, but
 * for fp32 with few channels, where both ways give the same bits.
 * Rows for the noise are counted as ARCHITECTURE.md says under "Three products". */
#ifndef ENG_KERNELS_CONV_H
#define ENG_KERNELS_CONV_H

#include "kernels/operand.h"

/* The most taps (r, s) a kernel can have. */
#define ENG_CONV_TAPS 225

/* y[oy, ox] sees x[oy * stride + r - pad, ox * stride + s - pad]; what lies outside counts as 0. */
typedef struct EngConv {
    size_t samples;              /* >= 1 */
    size_t in_y, in_x, in_c;     /* >= 1 */
    size_t out_y, out_x, out_c;  /* sides: eng_conv_outputs of the input's */
    unsigned kernel_y, kernel_x; /* >= 1, together ENG_CONV_TAPS taps at most */
    unsigned stride_y, stride_x; /* 1..255 */
    unsigned pad_y, pad_x;       /* in front of the first row and column; less than the kernel */
} EngConv;

/* Outputs along one side: (in + 2 pad - kernel) / stride + 1; 0 where the kernel does not fit. */
size_t eng_conv_outputs(size_t in, unsigned kernel, unsigned stride, unsigned pad);

/* True where a product that contracts `channels` gathers patches. */
bool eng_conv_gathers(size_t channels, const EngFormat *a, const EngFormat *b);

/* Quantises one slot's tensor into `op`, which starts as {0} and grows as needed: x for the slots
 * of A, the gradient of y for those of G, w for those of W. `mine` is the slot's format, `other`
 * that of its partner in the product; roundings settled. Free with eng_operand_free.
 * Errors: DIVERGED (see eng_operand_quantize), NOMEM. */
EngStatus eng_conv_quantize(const EngKernels *kernels, EngPool *pool, const EngConv *conv,
    EngSlot slot, const float *data, const EngFormat *mine, const EngFormat *other,
    const EngNoise *noise, EngOperand *op, EngError *err);

/* y (n, oy, ox, k) from A.fwd and W.fwd. */
void eng_conv_forward(const EngKernels *kernels, EngPool *pool, const EngConv *conv,
    const EngOperand *a, const EngOperand *w, float *y);

/* dx (n, y, x, c) from G.dgrad and W.dgrad. */
void eng_conv_dgrad(const EngKernels *kernels, EngPool *pool, const EngConv *conv,
    const EngOperand *g, const EngOperand *w, float *dx);

/* dw (k, r, s, c) from G.wgrad and A.wgrad. */
void eng_conv_wgrad(const EngKernels *kernels, EngPool *pool, const EngConv *conv,
    const EngOperand *g, const EngOperand *a, float *dw);

#endif
