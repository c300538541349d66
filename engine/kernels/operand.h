/* Quantised operands and their products, over the pool: what a layer calls.
 *
 * An operand is quantised from float32 along the contraction axis and packed for the product in
 * one pass. Which slots are row records and which are panels is fixed: A.fwd, G.dgrad, G.wgrad
 * are rows; W.fwd, W.dgrad, A.wgrad are panels. */
#ifndef ENG_KERNELS_OPERAND_H
#define ENG_KERNELS_OPERAND_H

#include "base/error.h"
#include "base/pool.h"
#include "kernels/kernels.h"
#include "number/format.h"
#include "number/quantize.h"

/* A float32 tensor seen as rows along the contraction axis.
 * Element (o, i, k) = data[o * outer_stride + i * inner_stride + k * pos_stride]; one of
 * inner_stride and pos_stride is 1. Rows are (o, i); in panels, 16 neighbours in i stand side by
 * side. Its noise row is o * outer_noise + i * inner_noise. A linear layer has outer = 1.
 *
 * Where `gather` is set, data and strides are not used: it writes rows [row, row + rows), rows <= 16,
 * row = o * inner + i, to out[rows][length]. It may run on any thread of the pool. */
typedef struct EngMatrix {
    const float *data;
    size_t outer, inner, length;
    size_t outer_stride, inner_stride, pos_stride;
    size_t outer_noise, inner_noise;
    void (*gather)(const void *ctx, size_t row, size_t rows, float *out);
    const void *gather_ctx;
} EngMatrix;

/* An operand's memory, made once per run for the largest case and filled at every step. */
typedef struct EngOperand {
    EngPacking packing;
    bool panels;
    bool patches;   /* a convolution's: rows are flattened patches */
    unsigned group; /* the layout's group */
    size_t outer, inner, length, groups;
    size_t record_bytes; /* one row record, or one panel */
    size_t records;      /* row records, or panels: outer * ceil(inner / 16) */
    unsigned bits;       /* magnitude bits of the mantissas; 0 in F32 */
    float factor;        /* int and nvfp4, not in F32: the tensor's scale, else 1 */
    uint8_t *data;       /* the records, then one more that stands for a row of zeros */
    size_t capacity;     /* bytes at data */
    uint32_t max_bits;   /* largest |x| of the last quantisation, as float bits */
    const struct EngApproximate *approximate; /* how it is multiplied; NULL: exactly */
    bool second; /* of the product's operands: what an approximate multiplier calls y */
} EngOperand;

/* How the two operands of a product stand together: I8 where both are integer formats (bfp, int,
 * mxint8, fp6 and fp4 elements) with
 * mantissas of at most 7 bits, WIDE where both are integer formats, F32 else; the layout's group
 * is the smaller of both (F32: 1). A contraction shorter than the group is one group, which
 * eng_operand_quantize pads to the next power of two only. */
void eng_operand_layout(
    const EngFormat *a, const EngFormat *b, EngPacking *packing, unsigned *group);

/* Bytes the operand needs for any packing and group: to allocate once per run. 0 where that does
 * not fit size_t. */
size_t eng_operand_capacity(size_t outer, size_t inner, size_t length, bool panels);

/* Allocates op->data for that. Errors: NOMEM. Free with eng_operand_free. */
EngStatus eng_operand_init(
    EngOperand *op, size_t outer, size_t inner, size_t length, bool panels, EngError *err);
void eng_operand_free(EngOperand *op);

/* Makes an operand that starts as {0} large enough for such rows; keeps what is large enough.
 * Errors: NOMEM. */
EngStatus eng_operand_reserve(
    EngOperand *op, size_t outer, size_t inner, size_t length, bool panels, EngError *err);

/* Quantises `matrix` to `format` (rounding settled) and packs it into `op`, which must be large
 * enough (asserted). The tensor's noise rows are counted up to matrix->outer * matrix->inner.
 * Errors: DIVERGED, an element is NaN, Inf or |x| >= 2^62 (the caller adds layer and step; in fp32
 * only NaN and Inf count); NOMEM, where rows are gathered. */
EngStatus eng_operand_quantize(const EngKernels *kernels, EngPool *pool, const EngMatrix *matrix,
    const EngFormat *format, EngPacking packing, unsigned group, const EngNoise *noise,
    EngOperand *op, EngError *err);

/* Integers with one scale per tensor (int, nvfp4) are multiplied as integers; the finished sum is
 * then multiplied once, in float32, by the product of both tensors' scales. */

/* out[i * out_stride + j] = row i of a times row j of b, i < a->inner, j < b->inner, both with
 * outer = 1: a linear layer's product. */
void eng_product(const EngKernels *kernels, EngPool *pool, const EngOperand *a, const EngOperand *b,
    float *out, size_t out_stride);

#endif
