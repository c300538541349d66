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

/* FAST's r(X) on x[rows][length]: sum |BFP(x, high) - BFP(x, low)| / sum |BFP(x, low)|, both
 * rounded to nearest whatever the formats say. `literal`: denominator |sum BFP(x, low)|.
 * 0 where nothing differs; +Inf where only the denominator is 0. */
EngStatus eng_relative_improvement(const float *x, size_t rows, size_t length, const EngFormat *low,
    const EngFormat *high, bool literal, double *r, EngError *err);

#endif
