/* Where a run's cycles go, and what a change would cost. Pure; any thread.
 *
 * A run is a table of shares, one per layer and product: shares[layer * 3 + kind]. After an edit of
 * one slot only the share of its product has to be counted again (kind = slot / 2), which takes
 * about a microsecond; the total is the sum of the table. */
#ifndef ENG_HARDWARE_BREAKDOWN_H
#define ENG_HARDWARE_BREAKDOWN_H

#include "hardware/cost.h"

/* The cycles of a product by what they wait for; together they are all of its cycles.
 *   compute  the array works (idle cells included)
 *   convert  what the converters take beyond that
 *   memory   what DRAM takes beyond both
 *   fill     before the first beat */
typedef struct EngStalls {
    uint64_t compute, convert, memory, fill;
} EngStalls;

/* Of one product once (not of a sum). */
EngStalls eng_cost_stalls(const EngCost *cost);

typedef struct EngShare {
    EngCost cost;
    EngStalls stalls;
} EngShare;

/* *sum += times * share, saturating. */
void eng_share_add(EngShare *sum, const EngShare *share, uint64_t times);

/* What eng_plan_product_cost counts, with its stalls. */
EngShare eng_plan_share(const EngNetwork *net, const EngPlan *plan, size_t layer,
    EngProductKind kind, uint64_t batch, const EngHardware *hw, double high_share);

/* The whole table, shares[plan->layers * 3]; returns its total. */
EngShare eng_plan_shares(const EngNetwork *net, const EngPlan *plan, uint64_t batch,
    const EngHardware *hw, double high_share, EngShare *shares);

/* The sum of n shares. */
EngShare eng_shares_total(const EngShare *shares, size_t n);

/* ---- price tags ------------------------------------------------------------------------------ */

typedef enum EngPriceStep {
    ENG_PRICE_BIT_LESS,   /* m - 1 */
    ENG_PRICE_BIT_MORE,   /* m + 1 */
    ENG_PRICE_CHUNK_LESS, /* the most bits that one chunk less holds: 2 ceil(m/2) - 2 */
    ENG_PRICE_CHUNK_MORE, /* the most bits that one chunk more holds: 2 ceil(m/2) + 2 */
} EngPriceStep;

/* The block format with another mantissa width; false where it is none, or the width would leave
 * 1..16. */
bool eng_format_shift(const EngFormat *format, EngPriceStep step, EngFormat *out);

/* The same for a precision: an adaptive one moves both its formats, or none. */
bool eng_precision_shift(const EngPrecision *precision, EngPriceStep step, EngPrecision *out);

/* More or less (negative) than the plan costs; held within the range of int64_t. */
typedef struct EngPrice {
    int64_t cycles, femtojoules;
} EngPrice;

/* What it costs to move the precision of `slots` (bit s: slot s) of a layer by one step over the
 * steps [from, to), wherever it can be moved. Where a stretch is cut by from or to, the adaptive
 * share is taken of each part. False, and a price of 0, where nothing there can be moved. */
bool eng_price(const EngNetwork *net, const EngPlan *plan, size_t layer, uint8_t slots,
    uint32_t from, uint32_t to, EngPriceStep step, uint64_t batch, const EngHardware *hw,
    double high_share, EngPrice *out);

#endif
