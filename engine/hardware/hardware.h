/* The simulated accelerator: settings and closed forms. Pure; any thread.
 * All defaults are this project's own; no figure is a claim about a chip. */
#ifndef ENG_HARDWARE_HARDWARE_H
#define ENG_HARDWARE_HARDWARE_H

#include "base/error.h"
#include "number/format.h"
#include <stddef.h>
#include <stdint.h>

typedef enum EngDataflow {
    ENG_DATAFLOW_WS, /* weights resident */
    ENG_DATAFLOW_OS, /* outputs resident */
    ENG_DATAFLOW_IS, /* inputs resident */
} EngDataflow;

/* What a cell of the array is: FAST's fMAC, or a rival that runs in one format of its own. */
typedef enum EngCell {
    ENG_CELL_FMAC,   /* groups of mantissas in 2-bit chunks, any precision of the plan */
    ENG_CELL_FP32,   /* one fp32 multiply-add a beat */
    ENG_CELL_BF16,   /* one bf16 multiply, fp32 add a beat */
    ENG_CELL_FP16,   /* one fp16 multiply, fp32 add a beat */
    ENG_CELL_INT8,   /* one int8 multiply, int32 add a beat */
    ENG_CELL_MSFP12, /* a group pair of bfp3 a beat */
    ENG_CELL_HFP8,   /* one 8-bit float multiply, fp16 add a beat */
    ENG_CELL_FLEX,   /* groups of mantissas in 4-bit chunks: m = 4, 8 or 16 (FlexBlock's modes) */
    ENG_CELLS
} EngCell;

/* How two mantissas are multiplied: hardware/multiplier.h. */
typedef enum EngMultiplierKind {
    ENG_MULTIPLIER_EXACT,
    ENG_MULTIPLIER_TRUNCATED,
    ENG_MULTIPLIER_MITCHELL,
    ENG_MULTIPLIER_TABLE,
} EngMultiplierKind;

/* Settings, with unit, default and range. The same list, as a table: hardware/settings.h.
 *
 * Energy and area figures: M. Horowitz, "Computing's energy problem (and what we can do about
 * it)", ISSCC 2014, 45 nm, 0.9 V. */
typedef struct EngHardware {
    uint32_t rows;                     /* cells, 64, 1..1024 */
    uint32_t columns;                  /* cells, 64, 1..1024 */
    double clock_hz;                   /* 500e6, 1e6..1e10 */
    double dram_bytes_per_s;           /* 64e9, 1e6..1e13 */
    uint32_t sram_bytes;               /* each of three buffers, 524288, 4096..2^30 */
    uint32_t converters;               /* groups per cycle, 0 means one per column, 0..1024 */
    EngDataflow forward, dgrad, wgrad; /* ws, ws, os */
    uint32_t float32_beats; /* beats a group of 16 takes where an operand is fp32, 16, 1..1024 */
    uint32_t float16_beats; /* the same for 16-bit floats, 8 */
    uint32_t float8_beats;  /* the same for 8-bit floats, 4 */

    EngCell cell;        /* fmac */
    uint32_t cell_width; /* products side by side in an fmac, msfp12 or flex cell, and lanes of a
                            converter: 16, 1..256. A group of g takes ceil(g / width) times the
                            beats, so a longer group never comes with a larger cell */
    uint32_t float_area; /* 1: the area of an fmac cell counts the fp32 multiplier that its float
                            products need; 0, 0..1 */
    EngMultiplierKind multiplier; /* exact */
    uint32_t multiplier_cut; /* truncated: columns of the product that are left out, 4, 0..16 */
    uint32_t sparse_keep;    /* of every sparse_of weights the largest sparse_keep take part */
    uint32_t sparse_of;      /* in forward and dgrad: 1 of 1 (dense), 1..16 */

    uint32_t int8_add_fj, int8_multiply_fj;   /* femtojoules: 30, 200; each 0..10^9 */
    uint32_t fp16_add_fj, fp16_multiply_fj;   /* 400, 1100 */
    uint32_t fp32_add_fj, fp32_multiply_fj;   /* 900, 3700 */
    uint32_t sram_word_fj, dram_word_fj;      /* 64 bits of an 8 KiB SRAM 10000, of DRAM 1300000 */
    uint32_t int8_add_um2, int8_multiply_um2; /* square micrometres: 36, 282; each 0..10^6 */
    uint32_t fp16_add_um2, fp16_multiply_um2; /* 1360, 1640 */
    uint32_t fp32_add_um2, fp32_multiply_um2; /* 4184, 7700 */
} EngHardware;

EngHardware eng_hardware_default(void);

/* Error RANGE: the setting, its value and its range in one sentence. */
EngStatus eng_hardware_check(const EngHardware *hw, EngError *err);

/* Beats of an fMAC cell for mantissas of mx and my bits (1..16): ceil(mx/2) ceil(my/2). */
unsigned eng_passes(unsigned mx, unsigned my);

/* Bits a group of g m-bit mantissas takes in memory: e + 3 g ceil(m/2). */
uint64_t eng_group_bits(unsigned m, unsigned g, unsigned e);

/* Compute cycles of C[M,N] = A[M,K] B[K,N], K cut into kg groups, p beats per group pair, on an
 * R x C array. All sizes >= 1. Saturates at UINT64_MAX.
 *
 *   ws  ceil(kg/R) ceil(N/C) (2R + C + M p - 2) - 1
 *   os  ceil(M/R)  ceil(N/C) (R + C + kg p - 2) - 1
 *   is  ceil(kg/R) ceil(M/C) (2R + C + N p - 2) - 1
 *
 * With kg = K and p = 1 these are SCALE-Sim's compute cycles. */
uint64_t eng_array_cycles(
    EngDataflow dataflow, uint64_t R, uint64_t C, uint64_t M, uint64_t N, uint64_t kg, uint64_t p);

#endif
