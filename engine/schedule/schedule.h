/* Precision schedules: layer x slot x time, as text, as written, and as used. Pure; any thread.
 *
 * Text: a line per lane, `lane: segment, segment, …`; ';' may stand for the line's end.
 *
 *   lane      a layer pattern (letters, digits, '_', '-', '.', and '*' for any run of characters)
 *             with nothing, a role (`.W` `.A` `.G`) or a slot (`.W.fwd` …) behind it. A last part
 *             that is one letter, or fwd, dgrad, wgrad, is always read as role or slot.
 *   segment   `format [@from..to]`,
 *             `adaptive(low, high[, alpha=0.6][, beta=0.3][, interval=10][, literal]) [@from..to]`
 *             or `zse(low, high[, up=0.25][, down=0.15][, interval=10]) [@from..to]`,
 *             low and high block formats (bfpM and its kin), low with fewer mantissa bits.
 *   position  a number with `%` (0..100), `ep` (epochs, 0..1000000, fractions allowed) or `it`
 *             (steps, whole, 0..4294967295). `@0..50%`: the unit of the second number counts for
 *             the first where that has none. Either end may be left open.
 *
 * What a text says: lines take effect in order, segments of a line in order, and where two speak
 * of the same step the later one wins; naming a lane twice is therefore no error. Steps that no
 * segment covers keep what an earlier line said; what no line names is fp32. A segment whose two
 * ends are the same step says nothing (a sweep may write `@0..0%`), one that lies beyond the end
 * of the run is cut at that end; one that starts after it ends is an error. Blank lines count for
 * nothing; a lane without a segment is an error. */
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

/* How an adaptive segment chooses between its two formats. */
typedef enum EngAdaptiveRule {
    ENG_RULE_FAST, /* `adaptive`: r(X) against a threshold that falls */
    ENG_RULE_ZSE,  /* `zse`: the share of values that the low format flushes to zero */
} EngAdaptiveRule;

/* What a segment asks for: one format, or a choice between two (defaults: this project's alpha 0.6,
 * beta 0.3, interval 10; up 0.25, down 0.15). */
typedef struct EngPrecision {
    bool adaptive;
    EngFormat format;   /* fixed; adaptive: the low one */
    EngFormat high;     /* adaptive only, as all below */
    uint8_t rule;       /* EngAdaptiveRule */
    double alpha, beta; /* FAST: 0..10 */
    double up, down;    /* ZSE: shares 0..1, down <= up: above `up` the high format is taken, below
                           `down` the low one, between them it stays */
    uint32_t interval;  /* iterations between decisions, 1..1000000 */
    bool literal;       /* FAST: denominator |sum| */
} EngPrecision;

/* Room for the longest precision's text with its final NUL. */
#define ENG_PRECISION_TEXT 192

/* One format at all steps; FAST's choice with the default alpha, beta and interval; the choice by
 * what is flushed to zero, with the default shares and interval. */
EngPrecision eng_precision_fixed(EngFormat format);
EngPrecision eng_precision_adaptive(EngFormat low, EngFormat high);
EngPrecision eng_precision_zse(EngFormat low, EngFormat high);

/* Both mean the same at every step. */
bool eng_precision_equal(const EngPrecision *a, const EngPrecision *b);

/* The precision with its roundings settled for `role`, by eng_format_for_role; and the other way
 * round: a rounding that is the role's own default becomes "by role", which is left unwritten. */
EngPrecision eng_precision_for_role(const EngPrecision *precision, EngRole role);
EngPrecision eng_precision_unsettled(const EngPrecision *precision, EngRole role);

/* Reads a format, `adaptive(…)` or `zse(…)` at `text`, all of its `length` characters; blanks around it are
 * fine. Error PARSE: one sentence that names the word and what was expected. */
EngStatus eng_precision_parse(const char *text, size_t length, EngPrecision *out, EngError *err);

/* Writes the precision as eng_precision_parse reads it; defaults are left out. Returns `buf`. */
const char *eng_precision_text(const EngPrecision *precision, char buf[ENG_PRECISION_TEXT]);

/* Error RANGE where an adaptive precision's settings lie outside their ranges, or where its two
 * formats are no block formats of which the low one has fewer mantissa bits. */
EngStatus eng_precision_check(const EngPrecision *precision, EngError *err);

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

/* Reads a schedule. Errors: PARSE with line, the word, and what was expected; NOMEM. Lines count
 * from 1; lanes between ';' share their line. *out is left alone on an error. Caller owns *out. An empty text is a schedule without lanes (all fp32). */
EngStatus eng_schedule_parse(const char *text, EngSchedule **out, EngError *err);

void eng_schedule_free(EngSchedule *schedule);

/* Writes the schedule, a line per lane, as eng_schedule_parse reads it; `separator` stands
 * between lanes ("\n" or "; "). A lane whose slots are neither all, nor a role's, nor a single one
 * is written as several; a lane without segments or slots is left out. Memory of eng_alloc, caller frees; NULL where memory is short. */
char *eng_schedule_text(const EngSchedule *schedule, const char *separator);

/* ---- what is used at every step ---------------------------------------------------------- */

/* How positions become steps. A percentage or epoch is rounded to the nearest step (half up) and
 * held within 0..steps. */
typedef struct EngClock {
    uint32_t steps;           /* of the whole run, >= 1 */
    uint32_t steps_per_epoch; /* >= 1 */
} EngClock;

/* The step a position stands for: `end` says which end of the run an open one means. */
uint32_t eng_position_step(const EngPosition *position, EngClock clock, bool end);

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

/* Lays the schedule over layers named names[0..layers). Errors: PARSE where a pattern matches no
 * layer (naming the pattern and the layers there are) or a segment with two different units starts
 * after it ends on this clock; RANGE for a clock without steps; NOMEM. Caller owns *out. */
EngStatus eng_plan_build(const EngSchedule *schedule, const char *const *names, size_t layers,
    EngClock clock, EngPlan **out, EngError *err);

/* A plan from spans somebody drew: spans[layer * 6 + slot] holds counts[layer * 6 + slot] spans
 * that cover the run in order. Roundings are settled by role, neighbours that look alike become
 * one. Errors: RANGE where they leave a gap, overlap or are empty, or eng_precision_check fails;
 * NOMEM. */
EngStatus eng_plan_from_spans(const EngSpan *const *spans, const size_t *counts, size_t layers,
    EngClock clock, EngPlan **out, EngError *err);

void eng_plan_free(EngPlan *plan);

/* A copy; caller owns *out. Error NOMEM. */
EngStatus eng_plan_copy(const EngPlan *plan, EngPlan **out, EngError *err);

/* The same clock, layers and spans. */
bool eng_plan_equal(const EngPlan *a, const EngPlan *b);

/* The spans of one slot, and how many. */
const EngSpan *eng_plan_spans(const EngPlan *plan, size_t layer, EngSlot slot, size_t *count);

/* The span in force at `step` (< clock.steps). */
const EngSpan *eng_plan_at(const EngPlan *plan, size_t layer, EngSlot slot, uint32_t step);

/* A short schedule that builds this plan again: what all layers share first (`*: …`), then what
 * families of them share (`conv*`, `fc*`), then single layers; in each roles and slots as
 * exceptions of what stands before, and only the steps that differ from it where that is shorter.
 * Positions as `ep` where they are quarter epochs, else `it`. Names must be what lanes can name
 * (letters, digits, '_', '-', '.', at most 63, different from each other, no last part that reads
 * as a role or slot), else PARSE. Caller owns *out. Errors: PARSE, NOMEM. */
EngStatus eng_schedule_from_plan(
    const EngPlan *plan, const char *const *names, EngSchedule **out, EngError *err);

#endif
