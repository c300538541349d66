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

/* Settings, with unit, default and range. */
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
} EngHardware;

EngHardware eng_hardware_default(void);

/* Error RANGE: the setting, its value and its range in one sentence. */
EngStatus eng_hardware_check(const EngHardware *hw, EngError *err);

/* Beats of an fMAC cell for mantissas of mx and my bits (1..16): ceil(mx/2) ceil(my/2). */
unsigned eng_passes(unsigned mx, unsigned my);

/* Bits a group of g m-bit mantissas takes in memory: e + 3 g ceil(m/2). */
uint64_t eng_group_bits(unsigned m, unsigned g, unsigned e);

/* Compute cycles of C[M,N] = A[M,K] B[K,N], K cut into kg groups, p beats per group pair, on an
 * R x C array. All sizes >= 1. Saturates at UINT64_MAX. */
uint64_t eng_array_cycles(
    EngDataflow dataflow, uint64_t R, uint64_t C, uint64_t M, uint64_t N, uint64_t kg, uint64_t p);

#endif
