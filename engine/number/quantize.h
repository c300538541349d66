/* Quantisation as a plain function of a few values: the reference the kernels answer to, and what
 * the Lab, the statistics and the adaptive rule call. Rules: numerics in ARCHITECTURE.md.
 * Pure; any thread. */
#ifndef ENG_NUMBER_QUANTIZE_H
#define ENG_NUMBER_QUANTIZE_H

#include "base/error.h"
#include "number/format.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The noise of one quantisation; in training, tensor = layer * 8 + slot. */
typedef struct EngNoise {
    uint64_t seed;
    uint32_t tensor, step;
} EngNoise;

/* Quantises x[rows][length] (length fastest) to block floating point along length.
 * k[rows][length]: signed mantissas, |k| <= 2^m - 1; s[rows][ceil(length/g)]: exponents of the
 * mantissas' unit, value = k 2^s. `noise[rows][length]`: R of the stochastic roundings, in
 * 0..2^noise_bits - 1; NULL for the others. Error DIVERGED where an element is NaN, Inf or
 * |x| >= 2^62; SHAPE where the format is no BFP. */
EngStatus eng_bfp_quantize(const float *x, size_t rows, size_t length, const EngFormat *format,
    const uint32_t *noise, int32_t *k, int32_t *s, EngError *err);

/* The noise R of one element: byte pos % 16 of the Philox call with counter
 * (row * ceil(length/16) + pos/16, tensor, step, plane). bits 1..16. */
uint32_t eng_noise_at(uint64_t seed, uint32_t tensor, uint32_t step, uint32_t row, size_t length,
    size_t pos, unsigned bits);

/* R of elements [from, from + n) of a row, into noise[n]: what eng_noise_at says of each, in one
 * Philox call per 16. */
void eng_noise_fill(const EngNoise *noise, uint32_t row, size_t length, size_t from, size_t n,
    unsigned bits, uint32_t *out);

/* The values that x[rows][length] (length fastest, the contraction axis) becomes in any format,
 * its rounding settled, in float32: y[rows][length], which may be x. `noise` is needed by the
 * stochastic roundings and the LFSRs only; rows are counted from 0.
 *
 * Scalar floats: half to even or stochastic in units of the last place; tf32, bf16, fp16 and
 * fp8_e5m2 overflow to infinities, fp8_e4m3 saturates at 448. int: k scale with k =
 * round(|x| / scale), the quotient in float64. qI.F: I integer bits beside the sign, so within
 * ±(2^I - 2^-F). binary: sign(x) mean|x| of the row, the sign of zero counts; ternary: the same
 * where |x| > 0.7 mean|x|, else 0. nvfp4: tensor scale max|x| / (6 * 448), block scale
 * max|x| / 6 / tensor scale to E4M3. MX: see the OCP specification 1.0.
 * Errors: DIVERGED where BFP meets NaN, Inf or |x| >= 2^62, other formats with a scale NaN or
 * Inf. */
EngStatus eng_quantize_values(const float *x, size_t rows, size_t length, const EngFormat *format,
    const EngNoise *noise, float *y, EngError *err);

/* FAST's r(X) on x[rows][length]: sum |BFP(x, high) - BFP(x, low)| / sum |BFP(x, low)|, both
 * rounded to nearest whatever the formats say. `literal`: denominator |sum BFP(x, low)|.
 * 0 where nothing differs; +Inf where only the denominator is 0. */
EngStatus eng_relative_improvement(const float *x, size_t rows, size_t length, const EngFormat *low,
    const EngFormat *high, bool literal, double *r, EngError *err);

#endif
