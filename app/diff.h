/* Two schedules side by side: where they differ, and what each difference costs. Pure; any thread.
 *
 * Layers are matched by their names. Runs of different lengths are laid over each other by epochs:
 * B's steps are brought to A's clock, rounded to the nearest step, and what lies beyond the end of
 * the shorter run is not compared. */
#ifndef APP_DIFF_H
#define APP_DIFF_H

#include "base/text.h"
#include "hardware/cost.h"
#include "net/network.h"
#include "schedule/schedule.h"

typedef struct AppDiffSide {
    const EngNetwork *net;
    const EngPlan *plan; /* what is compared; one layer per product of `net` */
    const EngPlan *used; /* what is costed: the plan with the choices that were really made (see
                            app_plan_used), of the same clock; NULL: the plan itself */
    uint64_t batch;      /* samples a step */
    const EngHardware *hw;
    double high_share; /* of the steps that nobody has decided yet, see eng_plan_cost */
} AppDiffSide;

/* A layer's lane over some steps, in which both sides keep to one precision each, not the same. */
typedef struct AppDiffCell {
    size_t layer_a, layer_b; /* product layers of one name */
    EngRole role;
    uint8_t slots;     /* bit s: slot s; both of the role, or one where they are set apart */
    uint32_t from, to; /* steps of A */
    EngPrecision a, b; /* roundings settled */
    /* Of the products that these slots feed, over these steps: as A does them, and as A would with
     * this cell alone taken from B. On A's network, batch and hardware. */
    EngCost cost_a, cost_b;
} AppDiffCell;

/* Shares are of lane time: layers that both have x six slots x steps that both have. */
typedef struct AppDiff {
    AppDiffCell *cells; /* by layer of A, role, first step, slots */
    size_t count;
    size_t lanes;             /* layers x roles with a cell */
    size_t shared_layers;     /* of the same name */
    uint32_t steps;           /* that were compared, on A's clock */
    EngCost whole_a, whole_b; /* all of each run, on its own network, batch and hardware */
    double differs;           /* share where what was used differs */
    double more_bits;         /* … where B uses more significant bits, see app_format_bits */
    double fewer_bits;        /* … fewer */
    int64_t rest_cycles;      /* what all of B's formats at once change in A's cycles, beside what
                                  the cells change one by one: products whose operands both differ,
                                  and choices of adaptive lanes that are planned alike */
    bool same_clock;          /* as many steps, and as many to the epoch */
    bool same_layers;         /* every layer has its like on the other side */
} AppDiff;

/* Compares and costs. Takes microseconds a cell. Free with app_diff_clear, also after an error.
 * Error NOMEM. */
EngStatus app_diff(const AppDiffSide *a, const AppDiffSide *b, AppDiff *out, EngError *err);
void app_diff_clear(AppDiff *diff);

/* B's step on A's clock, by epochs. */
uint32_t app_diff_step(EngClock a, EngClock b, uint32_t step_b);

/* Significant bits of a value: m of block formats, those of the significand with its leading one
 * of floats and float elements, all but the sign of integers. */
unsigned app_format_bits(const EngFormat *format);

/* "W", "A.fwd": the lane that the slots make up. */
const char *app_diff_lane(const AppDiffCell *cell);

/* (b - a) / a of cycles; NaN where a is 0. */
double app_diff_ratio(uint64_t a, uint64_t b);

/* "6 cells differ: −12.4 % cycles, −0.3 ± 0.2 points". Accuracies are shares 0..1 (NaN: left out);
 * `spread` is that of their difference, NaN for none. */
void app_diff_sentence(
    const AppDiff *diff, double accuracy_a, double accuracy_b, double spread, EngText *out);

#endif
