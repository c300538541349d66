/* What a schedule costs, as the inspector says it: cycles and energy of the whole run against
 * fp32, the greatest precision and where it stands, and the share of the work by mantissa bits.
 * Plain functions over the engine's cost; any thread. */
#pragma once

#include "hardware/cost.h"
#include <glib.h>

G_BEGIN_DECLS

#define MTS_ESTIMATE_SHARES 12

/* Of all multiply-adds, each counted half for either operand: those in this format's colour. */
typedef struct MtsWorkShare {
    EngFormat format;
    double share; /* 0..1; the shares of an estimate sum to 1 */
} MtsWorkShare;

typedef struct MtsEstimate {
    EngCost cost, fp32;
    /* Ascending by bits; formats beyond the room are counted with the last. */
    MtsWorkShare shares[MTS_ESTIMATE_SHARES];
    guint share_count;
    /* The greatest precision, where the most work is done in it. */
    EngFormat peak;
    guint peak_layer;
    EngRole peak_role;
    guint32 peak_from, peak_to; /* steps */
} MtsEstimate;

/* Where a format stands among others: more is finer. Mantissa bits of block formats and integers,
 * significand bits of floats. */
unsigned mts_format_rank(const EngFormat *format);

/* `fp32` is what eng_constant_cost says of the same run, for it does not change with the
 * schedule. high_share: of the adaptive steps, those at the high format. */
void mts_estimate_make(const EngNetwork *net, const EngPlan *plan, guint64 batch,
    const EngHardware *hw, double high_share, const EngCost *fp32, MtsEstimate *out);

/* The cycles of steps [from, to) of one role in one layer: of every product it is an operand of,
 * half. */
guint64 mts_estimate_role_cycles(const EngNetwork *net, const EngPlan *plan, guint64 batch,
    const EngHardware *hw, double high_share, guint layer, EngRole role, guint32 from, guint32 to);

G_END_DECLS
