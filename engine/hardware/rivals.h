/* Other arrays on the same silicon, and how long a run takes to an accuracy. Pure; any thread.
 *
 * A rival is an array of cells of another kind that takes the silicon of the array it is compared
 * with; everything around it (clock, DRAM, SRAM, dataflows) stays. It runs every product in its own
 * format, whatever the plan says; only FlexBlock's cells, which know three mantissa widths, follow
 * the plan. Only the cells are counted, because the figures' source knows no other part; shifters
 * and registers are left out on both sides. The areas are this project's own estimate. */
#ifndef ENG_HARDWARE_RIVALS_H
#define ENG_HARDWARE_RIVALS_H

#include "hardware/cost.h"

typedef struct EngRival {
    EngCell cell;
    const char *key;  /* "fp32": as the setting `cell` writes it */
    const char *name; /* for people */
    const char *text; /* one sentence: what a cell does in a beat */
} EngRival;

/* Rival `index` from 0 on, NULL behind the last. */
const EngRival *eng_rival(size_t index);

/* Silicon of the whole array in square micrometres. */
double eng_array_area(const EngHardware *hw);

/* `hw` with the rival's cells, as many as take the array's silicon:
 *   rows    = floor(sqrt(rows^2 area / area')), columns = floor(rows columns area / (area' rows')),
 * with area and area' of one cell; each held within 1..1024. */
EngHardware eng_rival_hardware(const EngHardware *hw, EngCell cell);

/* The first of n evaluations (ascending steps) whose accuracy is at least `target`: its index in
 * *first. False where none is, or accuracy is NaN. */
bool eng_first_reaching(const float *accuracy, size_t n, float target, size_t *first);

/* Simulated seconds to that evaluation: the cycles of the steps done before it. False where no
 * evaluation reaches the target. */
bool eng_time_to_accuracy(const EngNetwork *net, const EngPlan *plan, uint64_t batch,
    const EngHardware *hw, double high_share, const uint32_t *step, const float *accuracy, size_t n,
    float target, double *seconds);

#endif
