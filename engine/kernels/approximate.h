/* Integer products by a multiplier that is not exact (hardware/multiplier.h): what a run under such
 * a multiplier computes in place of the instruction sets' products.
 *
 * Defined as in the exact product, with eng_multiply in place of the multiplication: the products of
 * a group are added up as integers, the sum is rounded once to float32 and enters the accumulator
 * by one fused multiply-add with the group's scale; groups go in ascending order. Plain C for all
 * instruction sets, so that threads and instruction set change no bit. Operands that are multiplied
 * as floats (packing F32) know no multiplier and stay as they are. */
#ifndef ENG_KERNELS_APPROXIMATE_H
#define ENG_KERNELS_APPROXIMATE_H

#include "base/error.h"
#include "hardware/multiplier.h"
#include "kernels/kernels.h"
#include <stddef.h>
#include <stdint.h>

typedef struct EngApproximate {
    EngMultiplier multiplier;
    int32_t *narrow; /* products of mantissas within +-127: [x + 128][y + 128] */
} EngApproximate;

/* Prepares a multiplier; a table it uses must outlive it. Errors: NOMEM. Free with
 * eng_approximate_clear. */
EngStatus eng_approximate_init(
    EngApproximate *approximate, const EngMultiplier *multiplier, EngError *err);
void eng_approximate_clear(EngApproximate *approximate);

/* `kernels` with the products of integers that tiles with `approximate` set ask for. */
EngKernels eng_approximate_kernels(const EngKernels *kernels);

/* The sums of one group's products, lane by lane: x[lane] y[lane] of elements 0..n - 1, element k
 * at [k * ENG_LANES + lane], whole numbers within +-65535. */
void eng_approximate_lanes(const EngApproximate *approximate, const float *x, const float *y,
    size_t n, int64_t sum[ENG_LANES]);

#endif
