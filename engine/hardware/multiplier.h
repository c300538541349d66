/* How two mantissas are multiplied: exactly, or by circuits that save silicon. Pure; any thread.
 *
 *   truncated  the partial products of the lowest `cut` columns are never made: bit x of one
 *              magnitude times bit y of the other counts only where x + y >= cut.
 *   mitchell   adds logarithms: J. N. Mitchell, "Computer multiplication and division using binary
 *              logarithms", IRE Trans. Electronic Computers EC-11 (1962). Never more than the exact
 *              product, at most 1/9 of it less.
 *   table      any circuit, as a table of its magnitudes' products. What the table says of a zero
 *              is not used: a product with zero is 0, because zeros fill up groups.
 * Signs are apart: the product of the magnitudes gets the sign of the exact product. */
#ifndef ENG_HARDWARE_MULTIPLIER_H
#define ENG_HARDWARE_MULTIPLIER_H

#include "base/error.h"
#include "hardware/hardware.h"
#include <stddef.h>
#include <stdint.h>

/* Most bits of both magnitudes of a table together: 4 MiB of products. */
#define ENG_MULTIPLIER_TABLE_BITS 20

typedef struct EngMultiplier {
    EngMultiplierKind kind;
    unsigned cut;          /* truncated: columns left out, 0..32 */
    unsigned mx, my;       /* table: bits of its two magnitudes */
    const uint32_t *table; /* table: [2^mx][2^my]; belongs to whoever read it */
} EngMultiplier;

/* The hardware's multiplier; a table has to be set by whoever has one. */
EngMultiplier eng_multiplier_of(const EngHardware *hw);

/* Reads a table of products from `bytes`: for each x in 0..2^mx - 1 and y in 0..2^my - 1, y
 * fastest, an unsigned 32-bit little-endian product, at most 2^(mx + my) - 1. table[2^(mx + my)]
 * is the caller's. Errors: RANGE (mx, my at least 1, together at most 20), FORMAT where `size` is
 * not 4 2^(mx + my) bytes or a product is too large (with its offset). */
EngStatus eng_multiplier_read_table(
    const void *bytes, size_t size, unsigned mx, unsigned my, uint32_t *table, EngError *err);

/* Error RANGE where the multiplier cannot take mantissas of mx and my bits: a table that is
 * smaller, or none. */
EngStatus eng_multiplier_check(
    const EngMultiplier *multiplier, unsigned mx, unsigned my, EngError *err);

/* The product of two mantissas of at most 16 magnitude bits. */
int64_t eng_multiply(const EngMultiplier *multiplier, int32_t x, int32_t y);

/* The dot product of two groups of n mantissas. */
int64_t eng_multiply_group(
    const EngMultiplier *multiplier, const int32_t *x, const int32_t *y, size_t n);

#endif
