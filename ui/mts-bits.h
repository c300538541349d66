/* MtsBits: sixteen values that share an exponent: bars to drag, their bits aligned under each other
 * and cut at the mantissa's width, what is stored, and the error. Every bit, stored value and
 * figure is eng_bfp_quantize's. A MtsLabModel. Main thread.
 *
 * Settings: values (1 to 16 numbers, the rest 0), m (1..8), rounding (nearest, truncate, even,
 * stochastic), range (of the axis, a power of two), select (0..15), spread, seed (of a shuffle),
 * roll (of the dice). Actions: shuffle, and one per spread; roll. */
#pragma once

#include "mts-lab-model.h"

G_BEGIN_DECLS

enum { MTS_BITS_VALUES = 16, MTS_BITS_MOST = 8 };

#define MTS_TYPE_BITS (mts_bits_get_type())
G_DECLARE_FINAL_TYPE(MtsBits, mts_bits, MTS, BITS, MtsLabModel)

MtsLabModel *mts_bits_new(void);

/* Where things lie in the main part of `width`: for tests that take hold of them. The knob of value
 * `i`; the handle of the cut line. */
void mts_bits_knob(MtsBits *self, double width, guint i, double *x, double *y);
void mts_bits_handle(MtsBits *self, double width, double *x, double *y);

G_END_DECLS
