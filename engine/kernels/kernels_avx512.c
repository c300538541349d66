#include "kernels/kernels_isa.h"

const EngKernels eng_kernels_avx512 = {
    .name = "avx512",
    .isa = ENG_ISA_AVX512,
    .product = {eng_c_product_i8, eng_c_product_wide, eng_c_product_f32},
    .tile_rows = {8, 8, 8},
    .tile_panels = {1, 1, 1},
    .quantize = eng_c_quantize,
    .max_abs = eng_c_max_abs,
    .relu = eng_c_relu,
    .relu_backward = eng_c_relu_backward,
    .add_bias = eng_c_add_bias,
    .column_sums = eng_c_column_sums,
    .sgd = eng_c_sgd,
};
