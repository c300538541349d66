/* What a cell is made of, and what a pair of groups takes in it: beats, energy, silicon, and the
 * bits an operand takes in memory. Pure; any thread.
 *
 * Everything is counted in parts whose energy and area the settings give (Horowitz, ISSCC 2014):
 * integer multipliers scale with the product of the two widths (figure: 8 x 8 bits), integer
 * adders with their width (figure: 8 bits), short float multipliers with the product of the
 * significands (figure: fp16, 11 x 11 bits). Shifts, signs, multiplexers and registers have no
 * figure in the source and count for nothing. */
#ifndef ENG_HARDWARE_CELL_H
#define ENG_HARDWARE_CELL_H

#include "hardware/hardware.h"
#include "number/format.h"
#include <stdbool.h>

typedef struct EngParts {
    uint64_t multiplier_cells;      /* bit x bit of integer multipliers; an 8 x 8 one has 64 */
    uint64_t adder_bits;            /* bits of integer adders */
    uint64_t fp16_multiplier_cells; /* bit x bit of short float multipliers; fp16 has 121 */
    uint64_t fp16_adds;
    uint64_t fp32_multiplies;
    uint64_t fp32_adds;
} EngParts;

/* Femtojoules: each figure times its count, cut to attojoules, the sum rounded half up.
 *   (multiplier_cells int8_multiply / 64 + adder_bits int8_add / 8
 *    + fp16_multiplier_cells fp16_multiply / 121 + fp16_adds fp16_add
 *    + fp32_multiplies fp32_multiply + fp32_adds fp32_add) */
uint64_t eng_parts_femtojoules(const EngHardware *hw, const EngParts *parts);

/* Square nanometres (a million to the square micrometre), by the same sum over the area figures. */
uint64_t eng_parts_area(const EngHardware *hw, const EngParts *parts);

/* Bits of the adders in a tree that adds n numbers of `bits` bits: pairs first, an odd one out
 * waits a level, and an adder is as wide as its sum. 16 numbers of 5 bits: 8 x 6 + 4 x 7 + 2 x 8
 * + 9 = 101. */
uint64_t eng_tree_bits(uint64_t n, uint64_t bits);

/* One pair of groups (or of elements, in cells that know no groups). */
typedef struct EngPairWork {
    bool integer;    /* through the integer product; else as floats */
    unsigned group;  /* elements of K a pair covers */
    uint64_t beats;  /* the cell is busy with one pair */
    uint64_t passes; /* chunk pairs; 1 where there are no chunks */
    EngParts parts;  /* what works, over all beats of a pair */
    uint64_t femtojoules;
} EngPairWork;

/* The pair of operand formats a and b (as the plan says) on this hardware.
 *
 * fmac, both integer-mantissa formats of mx and my bits: the smaller of the two groups g (where
 * neither has groups, cell_width) is cut into s = ceil(g / cell_width) slices;
 *   passes = ceil(mx/2) ceil(my/2), beats = passes s;
 *   a beat: n = min(g, cell_width) products of 2 x 2 bits, eng_tree_bits(n, 5), and an integer
 *   accumulation of 2 ceil(mx/2) + 2 ceil(my/2) + ceil(log2 g) + 1 bits;
 *   a pair: besides, an addition of two 8-bit exponents (9 bits) and one fp32 add.
 * fmac, at least one float: groups of 16, float32_beats, float16_beats or float8_beats by the
 *   wider operand (an integer format beside a float counts as an 8-bit float up to 4 mantissa
 *   bits, as a 16-bit one up to 11, else as fp32); 16 multiplies and 16 fp32 adds a pair, an
 *   8-bit float multiply counting 4 x 4 bits.
 * flex: like fmac with chunks of 4 bits, products of 4 x 4, tree inputs of 9 bits. msfp12: one beat
 *   a slice, products of 3 x 3, tree inputs of 7 bits. The other cells: one element a beat.
 *
 * Multipliers (fmac, integer): `truncated` skips the passes that lie wholly within the columns left
 * out (pass (i, j) reaches up to column 2 i + 2 j + 2) and counts a 2 x 2 product's four bit cells
 * only where they are kept; `mitchell` adds logarithms, so it needs no chunks: one beat a slice,
 * and per product two adders of max(mx, my) + 4 bits, trees over mx + my + 1 bits. `table` costs
 * what `exact` costs. */
EngPairWork eng_pair_work(const EngHardware *hw, const EngFormat *a, const EngFormat *b);

/* Silicon of one cell, square nanometres: the parts of its widest beat, each once (an fmac's
 * accumulator is 41 bits wide, enough for two 16-bit mantissas in groups of 256). */
uint64_t eng_cell_area(const EngHardware *hw);

/* The format in which this hardware's cell takes an operand of the plan's `format`: the same for
 * fmac; its own for the rivals; for flex the smallest of bfp4, bfp8, bfp16 that holds the mantissa
 * (floats: bfp16). */
EngFormat eng_cell_format(EngCell cell, const EngFormat *format);

/* Bits of rows x length elements (length along the contraction) in memory, in the cell's format.
 *   bfp      fmac: e per group + 3 ceil(m/2) per element (each 2-bit chunk carries its sign);
 *            other cells: e per group + m + 1 per element. A row's last group may be shorter.
 *   floats   32 (fp32, tf32), 16 or 8 per element
 *   int      its bits per element; qI.F: I + F + 1; binary 1, ternary 2 (+ 32 per row)
 *   mx       element bits + 8 per block; nvfp4: 4 per element + 8 per block
 * Scales of a whole tensor are left out. */
uint64_t eng_storage_bits(
    const EngHardware *hw, const EngFormat *format, uint64_t rows, uint64_t length);

#endif
