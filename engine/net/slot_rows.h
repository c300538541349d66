/* What a slot quantises, row by row, as it stands at this moment: for the adaptive rule, for
 * statistics and for whoever wants to look at a group. */
#ifndef ENG_NET_SLOT_ROWS_H
#define ENG_NET_SLOT_ROWS_H

#include "kernels/conv.h"
#include "kernels/operand.h"

/* `rows` rows of `length` values along the contraction axis, groups within a row. Valid during the
 * call that hands it out; not to be copied. */
typedef struct EngSlotRows {
    size_t rows, length;
    EngMatrix matrix;
    EngConv conv; /* what a patch is gathered from, with `data` */
    const float *data;
} EngSlotRows;

/* Copies rows [first, first + count) to out (count, length). Any thread. */
void eng_slot_rows_read(const EngSlotRows *slot, size_t first, size_t count, float *out);

/* The noise counter's row of row `row`. */
uint32_t eng_slot_rows_noise(const EngSlotRows *slot, size_t row);

#endif
