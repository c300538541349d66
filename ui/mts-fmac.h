/* MtsFmac: one cell of the array at work on a pair of groups, beat by beat: the chunks of both
 * sides, sixteen small products, the adder tree, the shift, the accumulator. Every number is
 * eng_fmac_beat's and eng_fmac_result's; the mantissas come from eng_bfp_quantize, until somebody
 * flips a bit. A MtsLabModel. Main thread.
 *
 * A position is a beat and one of its four phases (multiply, sum, shift, accumulate).
 *
 * Settings: mx, my (bits, 1..8), seed (of the values), x, y (sixteen mantissas each; "-": those of
 * the values), ex, ey (shared exponents, -30..30), before (the accumulator), at (position).
 * Actions: first, back, next, last, play, again, restore. */
#pragma once

#include "hardware/fmac.h"
#include "mts-lab-model.h"

G_BEGIN_DECLS

enum { MTS_FMAC_LANES = 16, MTS_FMAC_PHASES = 4, MTS_FMAC_MOST_BITS = 8 };

#define MTS_TYPE_FMAC (mts_fmac_get_type())
G_DECLARE_FINAL_TYPE(MtsFmac, mts_fmac, MTS, FMAC, MtsLabModel)

MtsLabModel *mts_fmac_new(void);

/* What the two sides are called: "Weights", "Activations" at first. Static strings. */
void mts_fmac_set_names(MtsFmac *self, const char *x, const char *y);

/* Groups of a real tensor, 1..16 values each, instead of drawn ones; quantised at mx and my bits.
 * Edits are forgotten, the position goes back to the start. */
void mts_fmac_set_values(MtsFmac *self, const float *x, gsize nx, const float *y, gsize ny);

/* The pair as the cell sees it, and the position: what a test computes again. */
const EngFmac *mts_fmac_get_pair(MtsFmac *self);
guint mts_fmac_get_beat(MtsFmac *self);
guint mts_fmac_get_phase(MtsFmac *self);
const char *mts_fmac_phase_name(guint phase);

/* The controls of the Hardware page: phases and transport without the formats. */
const MtsLabControl *mts_fmac_transport(void);

G_END_DECLS
