/* The cycles chart's figures from a schedule: the estimate along the run, and the whole run in FP32
 * and in bfloat16. Main thread. */
#pragma once

#include "hardware/cost.h"
#include "mts-chart.h"

G_BEGIN_DECLS

/* Draws the estimate; undecided adaptive steps count `high_share` at the high format. Returns the
 * whole run's cycles. */
double mts_cycles_show_estimate(MtsChart *chart, const EngNetwork *net, const EngPlan *plan,
    guint64 batch, const EngHardware *hw, double high_share);

/* Draws both baselines. */
void mts_cycles_show_baselines(
    MtsChart *chart, const EngNetwork *net, EngClock clock, guint64 batch, const EngHardware *hw);

G_END_DECLS
