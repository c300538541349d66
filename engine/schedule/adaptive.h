/* The thresholds of the adaptive rules. Pure; any thread.
 * Source of FAST's rule: S. Q. Zhang et al., "FAST: DNN Training Under Variable Precision Block
 * Floating Point with Stochastic Rounding", arXiv 2110.15456. Of the other one:
 * S.-H. Noh et al., "FlexBlock", arXiv 2203.06673, which moves to a longer mantissa where too many
 * values become zero. The default constants are this project's own. */
#ifndef ENG_SCHEDULE_ADAPTIVE_H
#define ENG_SCHEDULE_ADAPTIVE_H

#include "schedule/schedule.h"

/* epsilon(l, i) = alpha - beta i/I - beta l/L for product layer l of L at step i of I. The high
 * format is taken where r(X) > epsilon. */
double eng_adaptive_threshold(
    const EngPrecision *precision, size_t layer, size_t layers, uint32_t step, uint32_t steps);

/* The share of values flushed to zero that the rule by zero-setting error compares with: above it
 * the high format is taken. A lane that is high already goes low only below `down`. */
double eng_zse_threshold(const EngPrecision *precision, bool high);

/* True where a decision is due at `step` of an adaptive span that began at `from`: at its first
 * step and at every multiple of its interval. */
bool eng_adaptive_due(const EngPrecision *precision, uint32_t from, uint32_t step);

#endif
