/* What the instruction sets' files share: the reference's entries, which a table takes where it
 * has nothing better, and the tables themselves. Private to the kernels. */
#ifndef ENG_KERNELS_KERNELS_ISA_H
#define ENG_KERNELS_KERNELS_ISA_H

#include "kernels/kernels.h"
#include "number/codec.h"

void eng_c_product_i8(const EngTile *tile);
void eng_c_product_wide(const EngTile *tile);
void eng_c_product_f32(const EngTile *tile);
uint32_t eng_c_quantize(const EngQuantTile *tile);
/* The same in any format: the tile's m, min_exponent and rounding stand in the codec. Its group is
 * eng_codec_block of the format. */
uint32_t eng_c_quantize_codec(const EngQuantTile *tile, const EngCodec *codec);
uint32_t eng_c_max_abs(const float *x, size_t n);
void eng_c_relu(float *x, size_t n);
void eng_c_relu_backward(float *dx, const float *y, size_t n);
void eng_c_add_bias(float *x, const float *bias, size_t rows, size_t n);
void eng_c_column_sums(const float *x, size_t rows, size_t n, size_t stride, float *sum);
void eng_c_sgd(
    float *w, float *v, const float *g, size_t n, float lr, float mu, float decay, bool nesterov);

extern const EngKernels eng_kernels_c;
extern const EngKernels eng_kernels_avx2;   /* x86-64 builds only */
extern const EngKernels eng_kernels_avx512; /* x86-64 builds only */
extern const EngKernels eng_kernels_neon;   /* AArch64 builds only */

#endif
