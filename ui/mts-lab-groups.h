/* MtsLabGroups: sixty-four values in groups that share an exponent, from 4 to 64 of them: what is
 * stored, what is lost, and what a value costs, for the size that is chosen and for all others.
 * Every stored value is eng_quantize_values'. A MtsLabModel. Main thread.
 *
 * Settings: those of MtsLabBars; g (4, 8, 16, 32, 64), m (2..8). Actions: shuffle, and one per
 * spread. */
#pragma once

#include "mts-lab-model.h"

G_BEGIN_DECLS

enum { MTS_LAB_GROUPS_VALUES = 64, MTS_LAB_GROUPS_SIZES = 5 };

#define MTS_TYPE_LAB_GROUPS (mts_lab_groups_get_type())
G_DECLARE_FINAL_TYPE(MtsLabGroups, mts_lab_groups, MTS, LAB_GROUPS, MtsLabModel)

MtsLabModel *mts_lab_groups_new(void);

/* Where the knob of value i lies in a main part of `width`. */
void mts_lab_groups_knob(MtsLabGroups *self, double width, guint i, double *x, double *y);

G_END_DECLS
