/* Sums over layers, products and the stretches of a run in which nothing changes. */
#include "hardware/cost.h"
#include "hardware/saturate.h"
#include "hardware/walk.h"
#include <math.h>
#include <string.h>

bool eng_has_product(const EngNetwork *net, size_t layer, EngProductKind kind)
{
    return kind != ENG_PRODUCT_DGRAD || eng_network_product(net, layer)->input_gradient;
}

/* ---- one product along the run ----------------------------------------------------------------- */

EngStepCosts eng_step_costs(
    const EngNetwork *net, size_t layer, EngProductKind kind, uint64_t batch, const EngHardware *hw)
{
    EngStepCosts costs;
    costs.shape = eng_product_shape(eng_network_product(net, layer), kind, batch);
    costs.kind = kind;
    costs.hw = hw;
    costs.count = costs.next = 0;
    return costs;
}

EngCost eng_step_cost(EngStepCosts *costs, const EngFormat *a, const EngFormat *b)
{
    for (unsigned i = 0; i < costs->count; i++) {
        if (eng_format_equal(&costs->known[i].a, a) && eng_format_equal(&costs->known[i].b, b))
            return costs->known[i].cost;
    }
    const EngCost cost = eng_product_cost(&costs->shape, costs->kind, a, b, costs->hw);
    const unsigned i = costs->next;
    costs->known[i].a = *a;
    costs->known[i].b = *b;
    costs->known[i].cost = cost;
    costs->next = (i + 1) % ENG_STEP_COSTS;
    if (costs->count < ENG_STEP_COSTS)
        costs->count++;
    return cost;
}

uint32_t eng_high_steps(const EngPrecision *a, const EngPrecision *b, uint32_t n, double high_share)
{
    if ((!a->adaptive && !b->adaptive) || !(high_share > 0)) /* NaN counts as 0 */
        return 0;
    return high_share < 1 ? (uint32_t)floor(high_share * n + 0.5) : n;
}

EngCost eng_stretch_cost(EngStepCosts *costs, const EngPrecision *a, const EngPrecision *b,
    uint32_t n, double high_share)
{
    EngCost sum = {0};
    const uint32_t high = eng_high_steps(a, b, n, high_share);
    if (n > high) {
        const EngCost low_cost = eng_step_cost(costs, &a->format, &b->format);
        eng_cost_add(&sum, &low_cost, n - high);
    }
    if (high > 0) {
        const EngCost high_cost = eng_step_cost(
            costs, a->adaptive ? &a->high : &a->format, b->adaptive ? &b->high : &b->format);
        eng_cost_add(&sum, &high_cost, high);
    }
    return sum;
}

EngWalk eng_walk_start(const EngPlan *plan, size_t layer, EngProductKind kind)
{
    size_t count;
    return (EngWalk){.a = eng_plan_spans(plan, layer, ENG_PRODUCT_SLOT_A(kind), &count),
        .b = eng_plan_spans(plan, layer, ENG_PRODUCT_SLOT_B(kind), &count),
        .end = plan->clock.steps};
}

bool eng_walk_next(EngWalk *walk, EngStretch *stretch)
{
    if (walk->at >= walk->end)
        return false;
    const uint32_t to = walk->a->to < walk->b->to ? walk->a->to : walk->b->to;
    *stretch = (EngStretch){walk->at, to, &walk->a->precision, &walk->b->precision};
    walk->a += walk->a->to == to;
    walk->b += walk->b->to == to;
    walk->at = to;
    return true;
}

/* ---- sums ------------------------------------------------------------------------------------------ */

EngCost eng_layer_step_cost(const EngNetwork *net, size_t layer, uint64_t batch,
    const EngFormat formats[ENG_SLOTS], const EngHardware *hw)
{
    const EngOp *const op = eng_network_product(net, layer);
    EngCost sum = {0};
    for (int k = 0; k < ENG_PRODUCT_KINDS; k++) {
        const EngProductKind kind = (EngProductKind)k;
        if (!eng_has_product(net, layer, kind))
            continue;
        const EngProductShape shape = eng_product_shape(op, kind, batch);
        const EngCost cost = eng_product_cost(&shape, kind, &formats[ENG_PRODUCT_SLOT_A(kind)],
            &formats[ENG_PRODUCT_SLOT_B(kind)], hw);
        eng_cost_add(&sum, &cost, 1);
    }
    return sum;
}

EngCost eng_plan_product_cost(const EngNetwork *net, const EngPlan *plan, size_t layer,
    EngProductKind kind, uint64_t batch, const EngHardware *hw, double high_share)
{
    EngCost sum = {0};
    if (!eng_has_product(net, layer, kind))
        return sum;
    EngStepCosts costs = eng_step_costs(net, layer, kind, batch, hw);
    EngWalk walk = eng_walk_start(plan, layer, kind);
    EngStretch stretch;
    while (eng_walk_next(&walk, &stretch)) {
        const EngCost cost =
            eng_stretch_cost(&costs, stretch.a, stretch.b, stretch.to - stretch.from, high_share);
        eng_cost_add(&sum, &cost, 1);
    }
    return sum;
}

EngCost eng_plan_cost(const EngNetwork *net, const EngPlan *plan, uint64_t batch,
    const EngHardware *hw, double high_share)
{
    EngCost sum = {0};
    for (size_t i = 0; i < plan->layers * ENG_PRODUCT_KINDS; i++) {
        const EngCost cost = eng_plan_product_cost(net, plan, i / ENG_PRODUCT_KINDS,
            (EngProductKind)(i % ENG_PRODUCT_KINDS), batch, hw, high_share);
        eng_cost_add(&sum, &cost, 1);
    }
    return sum;
}

EngCost eng_constant_cost(const EngNetwork *net, const EngFormat *format, EngClock clock,
    uint64_t batch, const EngHardware *hw)
{
    EngFormat formats[ENG_SLOTS];
    for (int s = 0; s < ENG_SLOTS; s++)
        formats[s] = eng_format_for_role(format, eng_slot_role((EngSlot)s));
    EngCost sum = {0};
    for (size_t layer = 0; layer < net->product_count; layer++) {
        const EngCost cost = eng_layer_step_cost(net, layer, batch, formats, hw);
        eng_cost_add(&sum, &cost, clock.steps);
    }
    return sum;
}

/* The cycles of one step of a stretch, at the low and at the high formats. */
typedef struct StepCycles {
    uint64_t low, high;
} StepCycles;

static StepCycles step_cycles(EngStepCosts *costs, const EngStretch *stretch)
{
    const EngPrecision *const a = stretch->a, *const b = stretch->b;
    StepCycles cycles;
    cycles.low = cycles.high = eng_step_cost(costs, &a->format, &b->format).cycles;
    if (a->adaptive || b->adaptive)
        cycles.high = eng_step_cost(
            costs, a->adaptive ? &a->high : &a->format, b->adaptive ? &b->high : &b->format)
                          .cycles;
    return cycles;
}

/* Of the first n steps of a stretch. */
static uint64_t cycles_of(
    const StepCycles *cycles, const EngStretch *stretch, uint32_t n, double high_share)
{
    const uint32_t high = eng_high_steps(stretch->a, stretch->b, n, high_share);
    return eng_sat_add(eng_sat_mul(cycles->low, n - high), eng_sat_mul(cycles->high, high));
}

/* Adds one product's share to the curve. */
static void add_product_cycles(EngStepCosts *costs, EngWalk walk, double high_share,
    const uint32_t *step, size_t n, uint64_t *cycles)
{
    uint64_t done = 0; /* cycles before the stretch */
    EngStretch stretch;
    for (size_t i = 0; i < n && eng_walk_next(&walk, &stretch);) {
        const StepCycles one = step_cycles(costs, &stretch);
        for (; i < n && step[i] < stretch.to; i++) {
            const uint64_t part = cycles_of(&one, &stretch, step[i] - stretch.from, high_share);
            cycles[i] = eng_sat_add(cycles[i], eng_sat_add(done, part));
        }
        done = eng_sat_add(done, cycles_of(&one, &stretch, stretch.to - stretch.from, high_share));
        for (; i < n && stretch.to == walk.end && step[i] >= stretch.to; i++)
            cycles[i] = eng_sat_add(cycles[i], done);
    }
}

void eng_plan_cycles(const EngNetwork *net, const EngPlan *plan, uint64_t batch,
    const EngHardware *hw, double high_share, const uint32_t *step, size_t n, uint64_t *cycles)
{
    if (n > 0)
        memset(cycles, 0, n * sizeof *cycles);
    for (size_t i = 0; i < plan->layers * ENG_PRODUCT_KINDS; i++) {
        const size_t layer = i / ENG_PRODUCT_KINDS;
        const EngProductKind kind = (EngProductKind)(i % ENG_PRODUCT_KINDS);
        if (!eng_has_product(net, layer, kind))
            continue;
        EngStepCosts costs = eng_step_costs(net, layer, kind, batch, hw);
        add_product_cycles(&costs, eng_walk_start(plan, layer, kind), high_share, step, n, cycles);
    }
}
