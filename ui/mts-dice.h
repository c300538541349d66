/* MtsDice: one value between two neighbours of the grid, rounded by dice: its fraction and the
 * noise as bits, their sum and its carry, ten thousand draws as a histogram, their running mean and
 * bias. The value stands in a block of bfp4 beside a 15, so that the grid is the whole numbers; the
 * draws are eng_quantize_values of that block, group after group, in the lane of the value. A
 * MtsLabModel. Main thread.
 *
 * Settings: value (below..below + 1), below (0..14), noise (bits, 0..16; the LFSR has 8 at most),
 * source (philox, lfsr), seed, draws (0..10000). Actions: roll, all, again. */
#pragma once

#include "mts-lab-model.h"

G_BEGIN_DECLS

enum { MTS_DICE_DRAWS = 10000, MTS_DICE_BITS = 16 };

#define MTS_TYPE_DICE (mts_dice_get_type())
G_DECLARE_FINAL_TYPE(MtsDice, mts_dice, MTS, DICE, MtsLabModel)

MtsLabModel *mts_dice_new(void);

/* Where the value's knob lies in a main part of `width`. */
void mts_dice_knob(MtsDice *self, double width, double *x, double *y);

G_END_DECLS
