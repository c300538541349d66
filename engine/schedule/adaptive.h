/* FAST-Adaptive's threshold. Pure; any thread.
 * Source of the rule: S. Q. Zhang et al., "FAST: DNN Training Under Variable Precision Block
 * Floating Point with Stochastic Rounding", arXiv 2110.15456. The default constants are this
 * project's own. */
#ifndef ENG_SCHEDULE_ADAPTIVE_H
#define ENG_SCHEDULE_ADAPTIVE_H

#include "schedule/schedule.h"

/* epsilon(l, i) = alpha - beta i/I - beta l/L for product layer l of L at step i of I. The high
 * format is taken where r(X) > epsilon. */
double eng_adaptive_threshold(
    const EngPrecision *precision, size_t layer, size_t layers, uint32_t step, uint32_t steps);

/* True where a decision is due at `step` of an adaptive span that began at `from`: at its first
 * step and at every multiple of its interval. */
bool eng_adaptive_due(const EngPrecision *precision, uint32_t from, uint32_t step);

#endif
