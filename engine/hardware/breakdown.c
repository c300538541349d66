#include "hardware/breakdown.h"
#include "hardware/saturate.h"
#include "hardware/walk.h"

EngStalls eng_cost_stalls(const EngCost *cost)
{
    const uint64_t busy = eng_max_u64(cost->compute_cycles, cost->convert_cycles);
    const uint64_t slowest = eng_max_u64(busy, cost->memory_cycles);
    return (EngStalls){.compute = cost->compute_cycles,
        .convert = busy - cost->compute_cycles,
        .memory = slowest - busy,
        .fill = cost->cycles - slowest};
}

void eng_share_add(EngShare *sum, const EngShare *share, uint64_t times)
{
    eng_cost_add(&sum->cost, &share->cost, times);
    EngStalls *const s = &sum->stalls;
    s->compute = eng_sat_add(s->compute, eng_sat_mul(share->stalls.compute, times));
    s->convert = eng_sat_add(s->convert, eng_sat_mul(share->stalls.convert, times));
    s->memory = eng_sat_add(s->memory, eng_sat_mul(share->stalls.memory, times));
    s->fill = eng_sat_add(s->fill, eng_sat_mul(share->stalls.fill, times));
}

static void add_steps(EngShare *sum, EngStepCosts *costs, const EngPrecision *a,
    const EngPrecision *b, bool high, uint32_t n)
{
    if (n == 0)
        return;
    EngShare share;
    share.cost = eng_step_cost(costs, high && a->adaptive ? &a->high : &a->format,
        high && b->adaptive ? &b->high : &b->format);
    share.stalls = eng_cost_stalls(&share.cost);
    eng_share_add(sum, &share, n);
}

EngShare eng_plan_share(const EngNetwork *net, const EngPlan *plan, size_t layer,
    EngProductKind kind, uint64_t batch, const EngHardware *hw, double high_share)
{
    EngShare sum = {0};
    if (!eng_has_product(net, layer, kind))
        return sum;
    EngStepCosts costs = eng_step_costs(net, layer, kind, batch, hw);
    EngWalk walk = eng_walk_start(plan, layer, kind);
    EngStretch stretch;
    while (eng_walk_next(&walk, &stretch)) {
        const uint32_t n = stretch.to - stretch.from;
        const uint32_t high = eng_high_steps(stretch.a, stretch.b, n, high_share);
        add_steps(&sum, &costs, stretch.a, stretch.b, false, n - high);
        add_steps(&sum, &costs, stretch.a, stretch.b, true, high);
    }
    return sum;
}

EngShare eng_shares_total(const EngShare *shares, size_t n)
{
    EngShare total = {0};
    for (size_t i = 0; i < n; i++)
        eng_share_add(&total, &shares[i], 1);
    return total;
}

EngShare eng_plan_shares(const EngNetwork *net, const EngPlan *plan, uint64_t batch,
    const EngHardware *hw, double high_share, EngShare *shares)
{
    const size_t n = plan->layers * ENG_PRODUCT_KINDS;
    for (size_t i = 0; i < n; i++)
        shares[i] = eng_plan_share(net, plan, i / ENG_PRODUCT_KINDS,
            (EngProductKind)(i % ENG_PRODUCT_KINDS), batch, hw, high_share);
    return eng_shares_total(shares, n);
}

/* ---- price tags ---------------------------------------------------------------------------------- */

bool eng_format_shift(const EngFormat *format, EngPriceStep step, EngFormat *out)
{
    if (format->kind != ENG_KIND_BFP)
        return false;
    const int m = format->m, whole = (m + 1) / 2 * 2;
    const int wanted = step == ENG_PRICE_BIT_LESS ? m - 1
        : step == ENG_PRICE_BIT_MORE              ? m + 1
        : step == ENG_PRICE_CHUNK_LESS            ? whole - 2
                                                  : whole + 2;
    if (wanted < 1 || wanted > 16)
        return false;
    *out = *format;
    out->m = (uint8_t)wanted;
    return true;
}

bool eng_precision_shift(const EngPrecision *precision, EngPriceStep step, EngPrecision *out)
{
    EngPrecision moved = *precision;
    if (!eng_format_shift(&precision->format, step, &moved.format))
        return false;
    if (precision->adaptive && !eng_format_shift(&precision->high, step, &moved.high))
        return false;
    *out = moved;
    return true;
}

/* new - old, added to `sum` without leaving int64_t. */
static int64_t add_difference(int64_t sum, uint64_t new, uint64_t old)
{
    const uint64_t gap = new > old ? new - old : old - new;
    const int64_t held = gap > INT64_MAX ? INT64_MAX : (int64_t)gap;
    int64_t result;
    if (__builtin_add_overflow(sum, new > old ? held : -held, &result))
        return new > old ? INT64_MAX : INT64_MIN;
    return result;
}

/* One product's part of the price. */
static bool add_product_price(EngStepCosts *costs, EngWalk walk, bool move_a, bool move_b,
    uint32_t from, uint32_t to, EngPriceStep step, double high_share, EngPrice *price)
{
    bool moved = false;
    EngStretch stretch;
    while (eng_walk_next(&walk, &stretch) && stretch.from < to) {
        const uint32_t first = stretch.from > from ? stretch.from : from;
        const uint32_t end = stretch.to < to ? stretch.to : to;
        EngPrecision a = *stretch.a, b = *stretch.b;
        if (first >= end)
            continue;
        const bool a_moved = move_a && eng_precision_shift(stretch.a, step, &a);
        const bool b_moved = move_b && eng_precision_shift(stretch.b, step, &b);
        if (!a_moved && !b_moved)
            continue;
        const EngCost old = eng_stretch_cost(costs, stretch.a, stretch.b, end - first, high_share);
        const EngCost new = eng_stretch_cost(costs, &a, &b, end - first, high_share);
        price->cycles = add_difference(price->cycles, new.cycles, old.cycles);
        price->femtojoules = add_difference(price->femtojoules, new.femtojoules, old.femtojoules);
        moved = true;
    }
    return moved;
}

bool eng_price(const EngNetwork *net, const EngPlan *plan, size_t layer, uint8_t slots,
    uint32_t from, uint32_t to, EngPriceStep step, uint64_t batch, const EngHardware *hw,
    double high_share, EngPrice *out)
{
    bool moved = false;
    *out = (EngPrice){0};
    for (int k = 0; k < ENG_PRODUCT_KINDS; k++) {
        const EngProductKind kind = (EngProductKind)k;
        const bool move_a = slots >> ENG_PRODUCT_SLOT_A(kind) & 1;
        const bool move_b = slots >> ENG_PRODUCT_SLOT_B(kind) & 1;
        if ((!move_a && !move_b) || !eng_has_product(net, layer, kind))
            continue;
        EngStepCosts costs = eng_step_costs(net, layer, kind, batch, hw);
        moved |= add_product_price(&costs, eng_walk_start(plan, layer, kind), move_a, move_b, from,
            to, step, high_share, out);
    }
    return moved;
}
