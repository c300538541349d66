/* What a product, a training step and a whole experiment cost on the simulated accelerator.
 *
 * cost = f(shapes, formats used per slot and step range, hardware). Live counters, estimates and
 * comparisons all call these. Everything is counted in integers (cycles, bytes, femtojoules), so
 * that a sum over steps equals a sum over spans exactly. Pure; any thread. */
#ifndef ENG_HARDWARE_COST_H
#define ENG_HARDWARE_COST_H

#include "base/error.h"
#include "hardware/hardware.h"
#include "net/network.h"
#include "schedule/schedule.h"

typedef enum EngProductKind {
    ENG_PRODUCT_FORWARD,
    ENG_PRODUCT_DGRAD,
    ENG_PRODUCT_WGRAD
} EngProductKind;

/* Where a product's time goes. */
typedef struct EngCost {
    uint64_t cycles;         /* all of it: max(compute, convert, memory) + fill */
    uint64_t compute_cycles; /* the array's, by the closed form */
    uint64_t convert_cycles; /* what the converters alone would take */
    uint64_t memory_cycles;  /* what DRAM alone would take */
    uint64_t dram_bytes;
    uint64_t femtojoules;
} EngCost;

/* *sum += times * cost, saturating. */
void eng_cost_add(EngCost *sum, const EngCost *cost, uint64_t times);

/* Shape of one of a layer's three products. K = segments * length; where a segment holds at least
 * a group of elements each segment starts a new group, else groups run on through K (weight
 * gradients always start anew at each pixel). */
typedef struct EngProductShape {
    uint64_t M, N;
    uint64_t segments, length;
    bool segments_apart; /* weight gradient: each segment starts a new group whatever its length */
    uint64_t a_elements, b_elements; /* of the tensors that are quantised and read */
} EngProductShape;

/* Groups of g along the product's K. */
uint64_t eng_product_groups(const EngProductShape *shape, unsigned g);

/* The shape of `kind` for the layer `op` (which must hold a product) with `batch` samples. */
EngProductShape eng_product_shape(const EngOp *op, EngProductKind kind, uint64_t batch);

/* One product with the formats of its two operands (slots 0,1 / 2,3 / 4,5; roundings settled). */
EngCost eng_product_cost(const EngProductShape *shape, EngProductKind kind, const EngFormat *a,
    const EngFormat *b, const EngHardware *hw);

/* One training step of one layer; formats[6] by slot. The first layer of a network has no input
 * gradient. */
EngCost eng_layer_step_cost(const EngNetwork *net, size_t layer, uint64_t batch,
    const EngFormat formats[ENG_SLOTS], const EngHardware *hw);

/* A whole run of `plan`: every layer, span and product. Where a span is adaptive, the share
 * `high_share` (0..1) of its steps is taken at the high format, the assumption for what is not
 * decided yet. `batch` samples a step. */
EngCost eng_plan_cost(const EngNetwork *net, const EngPlan *plan, uint64_t batch,
    const EngHardware *hw, double high_share);

/* The same with every slot in `format` for all steps: the ghosts (fp32, bf16) of the charts. */
EngCost eng_constant_cost(const EngNetwork *net, const EngFormat *format, EngClock clock,
    uint64_t batch, const EngHardware *hw);

/* Cumulated cost of steps [0, step[i]) for ascending step[i] <= clock.steps: the estimate's
 * curve. `cycles[n]`. */
void eng_plan_cycles(const EngNetwork *net, const EngPlan *plan, uint64_t batch,
    const EngHardware *hw, double high_share, const uint32_t *step, size_t n, uint64_t *cycles);

/* cycles / clock in seconds; femtojoules in joules. */
double eng_cost_seconds(const EngCost *cost, const EngHardware *hw);
double eng_cost_joules(const EngCost *cost);

#endif
