/* Precision schedules: layer x slot x time, as text, as written, and as used. Pure; any thread.
 *
 * Text: a line per lane, `lane: segment, segment, …`; ';' may stand for the line's end. A lane is
 * a layer pattern (`*`, `conv1`, `fc*`) with nothing, a role (`.W` `.A` `.G`) or a slot
 * (`.W.fwd` …) behind it. A segment is `format [@from..to]` or
 * `adaptive(low, high[, alpha=0.6][, beta=0.3][, interval=10][, literal]) [@from..to]`, positions
 * in `%`, `ep` or `it`, either end open. Later lines win; what no line names is fp32. */
#ifndef ENG_SCHEDULE_SCHEDULE_H
#define ENG_SCHEDULE_SCHEDULE_H

#include "base/error.h"
#include "number/format.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum EngUnit { ENG_UNIT_PERCENT, ENG_UNIT_EPOCH, ENG_UNIT_STEP } EngUnit;

typedef struct EngPosition {
    EngUnit unit;
    double value;
    bool open; /* nothing written: the run's start or end */
} EngPosition;

/* What a segment asks for: one format, or FAST's choice between two (defaults: this project's
 * alpha 0.6, beta 0.3, interval 10). */
typedef struct EngPrecision {
    bool adaptive;
    EngFormat format;   /* fixed; adaptive: the low one */
    EngFormat high;     /* adaptive only */
    double alpha, beta; /* adaptive only, 0..10 */
    uint32_t interval;  /* adaptive only, iterations between decisions, 1..1000000 */
    bool literal;       /* adaptive only: denominator |sum| */
} EngPrecision;

typedef struct EngSegment {
    EngPrecision precision;
    EngPosition from, to;
} EngSegment;

typedef struct EngLane {
    char layer[64]; /* pattern, '*' matches any run of characters */
    uint8_t slots;  /* bit s set: slot s */
    EngSegment *segments;
    size_t count;
} EngLane;

typedef struct EngSchedule {
    EngLane *lanes;
    size_t count;
} EngSchedule;

/* Reads a schedule. Errors: PARSE with line, the word, and what was expected; NOMEM.
 * Caller owns *out. An empty text is a schedule without lanes (all fp32). */
EngStatus eng_schedule_parse(const char *text, EngSchedule **out, EngError *err);

void eng_schedule_free(EngSchedule *schedule);

/* Writes the schedule, a line per lane, as eng_schedule_parse reads it; `separator` stands
 * between lanes ("\n" or "; "). Memory of eng_alloc, caller frees; NULL where memory is short. */
char *eng_schedule_text(const EngSchedule *schedule, const char *separator);

/* ---- what is used at every step ---------------------------------------------------------- */

/* How positions become steps. A percentage or epoch is rounded to the nearest step (half up) and
 * held within 0..steps. */
typedef struct EngClock {
    uint32_t steps;           /* of the whole run, >= 1 */
    uint32_t steps_per_epoch; /* >= 1 */
} EngClock;

/* Steps [from, to) of one slot. */
typedef struct EngSpan {
    uint32_t from, to;
    EngPrecision precision; /* roundings settled by role */
} EngSpan;

/* For every product layer and slot its spans, ascending, without gaps from 0 to clock.steps,
 * neighbours different. Immutable once built. */
typedef struct EngPlan {
    EngClock clock;
    size_t layers;
    EngSpan *spans;
    size_t *first; /* spans of (layer, slot): first[layer * 6 + slot] up to the next entry */
} EngPlan;

/* Lays the schedule over layers named names[0..layers). A pattern that matches no layer is an
 * error (PARSE, naming the pattern and the layers there are). Caller owns *out. */
EngStatus eng_plan_build(const EngSchedule *schedule, const char *const *names, size_t layers,
    EngClock clock, EngPlan **out, EngError *err);

/* A plan from spans somebody drew: spans[layer * 6 + slot] holds counts[layer * 6 + slot] spans
 * that cover the run in order. Error RANGE where they do not. */
EngStatus eng_plan_from_spans(const EngSpan *const *spans, const size_t *counts, size_t layers,
    EngClock clock, EngPlan **out, EngError *err);

void eng_plan_free(EngPlan *plan);

/* The spans of one slot, and how many. */
const EngSpan *eng_plan_spans(const EngPlan *plan, size_t layer, EngSlot slot, size_t *count);

/* The span in force at `step` (< clock.steps). */
const EngSpan *eng_plan_at(const EngPlan *plan, size_t layer, EngSlot slot, uint32_t step);

/* The shortest schedule text that builds this plan again: what all layers share first (`*: …`),
 * then roles, then exceptions; positions as `ep` where they are quarter epochs, else `it`.
 * Caller owns *out. Errors: NOMEM. */
EngStatus eng_schedule_from_plan(
    const EngPlan *plan, const char *const *names, EngSchedule **out, EngError *err);

#endif
