/* The fMAC: a dot product of two groups of mantissas out of 2-bit chunks, beat by beat, with every
 * number on the way. Source of the idea: S. Q. Zhang et al., "FAST: DNN Training Under Variable
 * Precision Block Floating Point with Stochastic Rounding", arXiv 2110.15456; the details here are
 * this project's own. Pure; any thread.
 *
 * A mantissa of m bits is ceil(m/2) chunks of two bits, the lowest first, each with the mantissa's
 * sign. The cell multiplies `width` pairs of elements at once, so a group of g is ceil(g / width)
 * slices. Beats go slice by slice, within a slice through x's chunks i (slower) and y's chunks j
 * (faster): beat = (slice * chunks_x + i) * chunks_y + j, less the chunk pairs that a truncated
 * multiplier leaves out. Each beat: width products of 2 x 2 bits, a tree that adds neighbours level
 * by level (an odd one waits), a shift by 2 (i + j), and an addition to the integer accumulator.
 * After the last beat: one float32 fused multiply-add, fma((float)S, 2^(sx + sy), accumulator). */
#ifndef ENG_HARDWARE_FMAC_H
#define ENG_HARDWARE_FMAC_H

#include "base/error.h"
#include <stddef.h>
#include <stdint.h>

#define ENG_FMAC_LANES 256
#define ENG_FMAC_LEVELS 9 /* of a tree over 256 lanes, the lanes themselves included */

/* A pair of groups in a cell. */
typedef struct EngFmac {
    int32_t x[ENG_FMAC_LANES], y[ENG_FMAC_LANES]; /* signed mantissas */
    unsigned g;                                   /* elements, 1..256 */
    unsigned mx, my;                              /* magnitude bits, 1..16 */
    int sx, sy;                                   /* exponents of the mantissas' unit, -62..62 */
    unsigned width;                               /* products side by side, 1..256 */
    unsigned cut;                                 /* columns of the product left out, 0: exact */
    float before;                                 /* the float32 accumulator */
} EngFmac;

/* Sets up a pair. Error RANGE where a size, bit width or exponent lies outside its range or a
 * mantissa does not fit its bits; the sentence names it. */
EngStatus eng_fmac_init(EngFmac *fmac, const int32_t *x, unsigned mx, int sx, const int32_t *y,
    unsigned my, int sy, unsigned g, unsigned width, unsigned cut, float before, EngError *err);

/* Beats of the pair, at least 1. */
unsigned eng_fmac_beats(const EngFmac *fmac);

/* What happens in one beat. */
typedef struct EngFmacBeat {
    unsigned slice, i, j;     /* which elements, which chunk of x and of y */
    unsigned first, lanes;    /* elements first .. first + lanes */
    int8_t x[ENG_FMAC_LANES]; /* chunks, -3..3 */
    int8_t y[ENG_FMAC_LANES];
    int16_t product[ENG_FMAC_LANES]; /* -9..9 */
    /* tree[level][n], level 0 the products; count[level] numbers each; the last level is the sum */
    int32_t tree[ENG_FMAC_LEVELS][ENG_FMAC_LANES];
    unsigned levels, count[ENG_FMAC_LEVELS];
    int32_t sum;
    unsigned shift;        /* 2 (i + j) */
    int64_t shifted;       /* sum 2^shift */
    int64_t before, after; /* the integer accumulator */
} EngFmacBeat;

/* Beat `beat` < eng_fmac_beats. */
void eng_fmac_beat(const EngFmac *fmac, unsigned beat, EngFmacBeat *out);

/* What leaves the cell after the last beat. */
typedef struct EngFmacResult {
    int64_t integer; /* S: the dot product of the mantissas */
    float value;     /* S as float32, to nearest even */
    int exponent;    /* sx + sy, the one addition of exponents */
    float before;    /* the accumulator */
    float after;     /* fma(value, 2^exponent, before) */
} EngFmacResult;

EngFmacResult eng_fmac_result(const EngFmac *fmac);

/* 2^exponent for -124..124, and the one fused step of an accumulator. */
float eng_fmac_scale(int exponent);
float eng_fmac_accumulate(int64_t integer, int exponent, float before);

#endif
