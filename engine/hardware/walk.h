/* One layer's product along a run, stretch by stretch. Used inside this room only. Pure. */
#ifndef ENG_HARDWARE_WALK_H
#define ENG_HARDWARE_WALK_H

#include "hardware/cost.h"

#define ENG_STEP_COSTS 8

/* A product and the costs of a step that were asked for lately: a run has many stretches but few
 * pairs of formats. */
typedef struct EngStepCosts {
    EngProductShape shape;
    EngProductKind kind;
    const EngHardware *hw;
    struct {
        EngFormat a, b;
        EngCost cost;
    } known[ENG_STEP_COSTS];
    unsigned count, next;
} EngStepCosts;

/* Steps [from, to) in which the precision of both slots stays. */
typedef struct EngStretch {
    uint32_t from, to;
    const EngPrecision *a, *b;
} EngStretch;

typedef struct EngWalk {
    const EngSpan *a, *b; /* the spans in force at the next stretch */
    uint32_t at, end;
} EngWalk;

/* The layer makes this product at all: one whose input depends on nothing that is trained has no
 * input gradient. */
bool eng_has_product(const EngNetwork *net, size_t layer, EngProductKind kind);

EngStepCosts eng_step_costs(const EngNetwork *net, size_t layer, EngProductKind kind,
    uint64_t batch, const EngHardware *hw);

/* The cost of one step with these formats. */
EngCost eng_step_cost(EngStepCosts *costs, const EngFormat *a, const EngFormat *b);

/* Of n steps of a stretch: how many are counted at the high formats. */
uint32_t eng_high_steps(
    const EngPrecision *a, const EngPrecision *b, uint32_t n, double high_share);

/* The cost of the first n steps of a stretch with these precisions. */
EngCost eng_stretch_cost(EngStepCosts *costs, const EngPrecision *a, const EngPrecision *b,
    uint32_t n, double high_share);

EngWalk eng_walk_start(const EngPlan *plan, size_t layer, EngProductKind kind);

/* The next stretch; false at the end of the run. */
bool eng_walk_next(EngWalk *walk, EngStretch *stretch);

#endif
