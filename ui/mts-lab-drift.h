/* MtsLabDrift: one weight and a thousand small gradients. Each stands in a group beside a gradient
 * of 1, which sets the exponent; the sums of what truncation, rounding to nearest and dice leave of
 * them run beside the exact sum. All of it is eng_quantize_values' of the group. A MtsLabModel.
 * Main thread.
 *
 * Settings: gradient (mean size, 0..0.25), jitter (its relative deviation, 0..1), m (2..8), noise
 * (bits of the dice, 0..16), source (philox, lfsr), dice (off, on), seed, done (steps, 0..1000).
 * Actions: play, all, rewind, again. */
#pragma once

#include "mts-lab-model.h"

G_BEGIN_DECLS

enum { MTS_LAB_DRIFT_STEPS = 1000 };

#define MTS_TYPE_LAB_DRIFT (mts_lab_drift_get_type())
G_DECLARE_FINAL_TYPE(MtsLabDrift, mts_lab_drift, MTS, LAB_DRIFT, MtsLabModel)

MtsLabModel *mts_lab_drift_new(void);

/* Where the gradient's knob lies. */
void mts_lab_drift_knob(MtsLabDrift *self, double *x, double *y);

/* The gradients themselves, MTS_LAB_DRIFT_STEPS of them: what a test quantises again. */
const float *mts_lab_drift_gradients(MtsLabDrift *self);

G_END_DECLS
