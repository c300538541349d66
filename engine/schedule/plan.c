/* What every slot uses at every step. */
#include "base/memory.h"
#include "schedule/grow.h"
#include "schedule/schedule.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One segment laid over the run: steps [from, to). */
typedef struct Stroke {
    uint32_t from, to;
    size_t order; /* later strokes win */
    const EngPrecision *precision;
} Stroke;

/* Room to work in, enough for the schedule's segments and the fp32 below them all. */
typedef struct Scratch {
    Stroke *all;    /* every segment, in the order of the text */
    Stroke *chosen; /* those that speak of the slot at hand, by their first step */
    Stroke *heap;   /* those in force at the step at hand, the latest order on top */
} Scratch;

uint32_t eng_position_step(const EngPosition *position, EngClock clock, bool end)
{
    if (position->open)
        return end ? clock.steps : 0;
    const double value = position->value;
    const double exact = position->unit == ENG_UNIT_PERCENT ? value * clock.steps / 100.0
        : position->unit == ENG_UNIT_EPOCH                  ? value * clock.steps_per_epoch
                                                            : value;
    const double step = floor(exact + 0.5);
    return step >= clock.steps ? clock.steps : step > 0 ? (uint32_t)step : 0;
}

/* '*' stands for any run of characters, none included. */
static bool pattern_matches(const char *pattern, const char *name)
{
    const char *star = NULL, *resume = NULL;
    while (*name) {
        if (*pattern == '*') {
            star = pattern++;
            resume = name;
        } else if (*pattern == *name) {
            pattern++;
            name++;
        } else if (star) {
            pattern = star + 1;
            name = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

static EngStatus no_such_layer(
    const char *pattern, const char *const *names, size_t layers, EngError *err)
{
    char list[256] = "none";
    size_t used = 0;
    for (size_t i = 0; i < layers && used < sizeof list; i++)
        used +=
            (size_t)snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "", names[i]);
    if (used >= sizeof list)
        strcpy(list + sizeof list - 4, "...");
    return eng_error(err, ENG_ERR_PARSE,
        "Schedule lane \"%s\": no layer is called so, there %s %s.", pattern,
        layers == 1 ? "is" : "are", list);
}

static EngStatus check_patterns(
    const EngSchedule *schedule, const char *const *names, size_t layers, EngError *err)
{
    for (size_t l = 0; l < schedule->count; l++) {
        bool found = false;
        for (size_t i = 0; i < layers && !found; i++)
            found = pattern_matches(schedule->lanes[l].layer, names[i]);
        if (!found)
            return no_such_layer(schedule->lanes[l].layer, names, layers, err);
    }
    return ENG_OK;
}

static EngStatus check_clock(EngClock clock, EngError *err)
{
    if (clock.steps < 1 || clock.steps_per_epoch < 1)
        return eng_error(err, ENG_ERR_RANGE,
            "A run has at least one step and one step per epoch, not %u and %u.",
            (unsigned)clock.steps, (unsigned)clock.steps_per_epoch);
    return ENG_OK;
}

/* ---- from text to strokes ------------------------------------------------------------------ */

static size_t count_segments(const EngSchedule *schedule)
{
    size_t count = 0;
    for (size_t l = 0; l < schedule->count; l++)
        count += schedule->lanes[l].count;
    return count;
}

static EngStatus make_scratch(size_t strokes, Scratch *scratch, EngError *err)
{
    scratch->all = eng_alloc(strokes, sizeof(Stroke));
    scratch->chosen = eng_alloc(strokes, sizeof(Stroke));
    scratch->heap = eng_alloc(strokes, sizeof(Stroke));
    if (!scratch->all || !scratch->chosen || !scratch->heap)
        return eng_error(err, ENG_ERR_NOMEM, "No memory to lay out a schedule.");
    return ENG_OK;
}

static void free_scratch(Scratch *scratch)
{
    eng_free(scratch->all);
    eng_free(scratch->chosen);
    eng_free(scratch->heap);
}

static EngStatus lay_segments(
    const EngSchedule *schedule, EngClock clock, Stroke *strokes, EngError *err)
{
    size_t n = 0;
    for (size_t l = 0; l < schedule->count; l++) {
        const EngLane *const lane = &schedule->lanes[l];
        for (size_t i = 0; i < lane->count; i++) {
            const EngSegment *const segment = &lane->segments[i];
            const uint32_t from = eng_position_step(&segment->from, clock, false);
            const uint32_t to = eng_position_step(&segment->to, clock, true);
            if (from > to) {
                char text[ENG_PRECISION_TEXT];
                return eng_error(err, ENG_ERR_PARSE,
                    "Schedule lane \"%s\": the segment %s starts at step %u, after its end at step "
                    "%u.",
                    lane->layer, eng_precision_text(&segment->precision, text), (unsigned)from,
                    (unsigned)to);
            }
            strokes[n] = (Stroke){from, to, n, &segment->precision};
            n++;
        }
    }
    return ENG_OK;
}

static int by_first_step(const void *a, const void *b)
{
    const Stroke *const x = a, *const y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* The strokes that speak of `slot` of the layer called `name`, sorted; returns how many. */
static size_t choose_strokes(
    const EngSchedule *schedule, const char *name, int slot, Scratch *scratch)
{
    size_t n = 0, at = 0;
    for (size_t l = 0; l < schedule->count; l++) {
        const EngLane *const lane = &schedule->lanes[l];
        const bool speaks = (lane->slots >> slot & 1) && pattern_matches(lane->layer, name);
        for (size_t i = 0; i < lane->count; i++, at++) {
            if (speaks && scratch->all[at].from < scratch->all[at].to)
                scratch->chosen[n++] = scratch->all[at];
        }
    }
    qsort(scratch->chosen, n, sizeof *scratch->chosen, by_first_step);
    return n;
}

/* ---- a heap with the latest stroke on top --------------------------------------------------- */

static void heap_push(Stroke *heap, size_t *count, Stroke stroke)
{
    size_t i = (*count)++;
    for (; i > 0 && heap[(i - 1) / 2].order < stroke.order; i = (i - 1) / 2)
        heap[i] = heap[(i - 1) / 2];
    heap[i] = stroke;
}

static void heap_pop(Stroke *heap, size_t *count)
{
    const Stroke last = heap[--*count];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < *count; i = child) {
        if (child + 1 < *count && heap[child + 1].order > heap[child].order)
            child++;
        if (heap[child].order <= last.order)
            break;
        heap[i] = heap[child];
    }
    heap[i] = last;
}

/* ---- from strokes to spans ------------------------------------------------------------------ */

typedef struct Builder {
    EngPlan *plan;
    size_t count, capacity; /* spans */
} Builder;

/* Appends steps [from, to) of the slot whose spans start at index `first`. */
static EngStatus add_span(Builder *builder, size_t first, uint32_t from, uint32_t to,
    const EngPrecision *precision, EngError *err)
{
    EngPlan *const plan = builder->plan;
    if (builder->count > first) {
        EngSpan *const last = &plan->spans[builder->count - 1];
        if (eng_precision_equal(&last->precision, precision)) {
            last->to = to;
            return ENG_OK;
        }
    }
    void *array = plan->spans;
    const EngStatus status =
        eng_grow(&array, builder->count, &builder->capacity, sizeof *plan->spans, err);
    plan->spans = array;
    if (!status)
        plan->spans[builder->count++] = (EngSpan){from, to, *precision};
    return status;
}

/* Walks along the run: at every step the stroke on top of the heap is in force, and below all of
 * them lies fp32. */
static EngStatus sweep(
    Builder *builder, size_t strokes, Scratch *scratch, EngRole role, uint32_t steps, EngError *err)
{
    const size_t first = builder->count;
    const EngPrecision fp32 = eng_precision_fixed(eng_format_fp32());
    size_t heap = 0, next = 0;
    for (uint32_t at = 0; at < steps;) {
        for (; next < strokes && scratch->chosen[next].from <= at; next++)
            heap_push(scratch->heap, &heap, scratch->chosen[next]);
        while (heap > 0 && scratch->heap[0].to <= at)
            heap_pop(scratch->heap, &heap);
        uint32_t until = heap > 0 ? scratch->heap[0].to : steps;
        if (next < strokes && scratch->chosen[next].from < until)
            until = scratch->chosen[next].from;
        const EngPrecision settled =
            eng_precision_for_role(heap > 0 ? scratch->heap[0].precision : &fp32, role);
        const EngStatus status = add_span(builder, first, at, until, &settled, err);
        if (status)
            return status;
        at = until;
    }
    return ENG_OK;
}

static EngStatus new_plan(size_t layers, EngClock clock, EngPlan **out, EngError *err)
{
    size_t slots;
    EngPlan *const plan = eng_alloc(1, sizeof *plan);
    if (plan && eng_size_mul(layers, ENG_SLOTS, &slots) && eng_size_add(slots, 1, &slots))
        plan->first = eng_alloc(slots, sizeof *plan->first);
    if (!plan || !plan->first) {
        eng_plan_free(plan);
        return eng_error(err, ENG_ERR_NOMEM, "No memory for a plan of %zu layers.", layers);
    }
    plan->clock = clock;
    plan->layers = layers;
    *out = plan;
    return ENG_OK;
}

static EngStatus lay_out(
    Builder *builder, const EngSchedule *schedule, const char *const *names, EngError *err)
{
    EngPlan *const plan = builder->plan;
    Scratch scratch = {0};
    EngStatus status = make_scratch(count_segments(schedule), &scratch, err);
    if (!status)
        status = lay_segments(schedule, plan->clock, scratch.all, err);
    for (size_t i = 0; i < plan->layers * ENG_SLOTS && !status; i++) {
        const int slot = (int)(i % ENG_SLOTS);
        const size_t strokes = choose_strokes(schedule, names[i / ENG_SLOTS], slot, &scratch);
        status =
            sweep(builder, strokes, &scratch, eng_slot_role((EngSlot)slot), plan->clock.steps, err);
        plan->first[i + 1] = builder->count;
    }
    free_scratch(&scratch);
    return status;
}

EngStatus eng_plan_build(const EngSchedule *schedule, const char *const *names, size_t layers,
    EngClock clock, EngPlan **out, EngError *err)
{
    Builder builder = {0};
    EngStatus status = check_clock(clock, err);
    if (!status)
        status = check_patterns(schedule, names, layers, err);
    if (!status)
        status = new_plan(layers, clock, &builder.plan, err);
    if (!status)
        status = lay_out(&builder, schedule, names, err);
    if (status)
        eng_plan_free(builder.plan);
    else
        *out = builder.plan;
    return status;
}

/* ---- from spans somebody drew ---------------------------------------------------------------- */

static EngStatus check_spans(
    const EngSpan *spans, size_t count, size_t layer, EngSlot slot, uint32_t steps, EngError *err)
{
    uint32_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (spans[i].from != at || spans[i].to <= at || spans[i].to > steps)
            return eng_error(err, ENG_ERR_RANGE,
                "Layer %zu, slot %s: span %zu covers steps %u..%u, expected it to start at %u and "
                "to end after that, at %u at the latest.",
                layer, eng_slot_name(slot), i, (unsigned)spans[i].from, (unsigned)spans[i].to,
                (unsigned)at, (unsigned)steps);
        const EngStatus status = eng_precision_check(&spans[i].precision, err);
        if (status) {
            eng_error_prefix(err, "Layer %zu, slot %s", layer, eng_slot_name(slot));
            return status;
        }
        at = spans[i].to;
    }
    if (at != steps)
        return eng_error(err, ENG_ERR_RANGE,
            "Layer %zu, slot %s: the spans end at step %u, the run at step %u.", layer,
            eng_slot_name(slot), (unsigned)at, (unsigned)steps);
    return ENG_OK;
}

static EngStatus take_spans(
    Builder *builder, const EngSpan *spans, size_t count, size_t index, EngError *err)
{
    const EngSlot slot = (EngSlot)(index % ENG_SLOTS);
    const size_t first = builder->count;
    EngStatus status =
        check_spans(spans, count, index / ENG_SLOTS, slot, builder->plan->clock.steps, err);
    for (size_t i = 0; i < count && !status; i++) {
        const EngPrecision settled =
            eng_precision_for_role(&spans[i].precision, eng_slot_role(slot));
        status = add_span(builder, first, spans[i].from, spans[i].to, &settled, err);
    }
    builder->plan->first[index + 1] = builder->count;
    return status;
}

EngStatus eng_plan_from_spans(const EngSpan *const *spans, const size_t *counts, size_t layers,
    EngClock clock, EngPlan **out, EngError *err)
{
    Builder builder = {0};
    EngStatus status = check_clock(clock, err);
    if (!status)
        status = new_plan(layers, clock, &builder.plan, err);
    for (size_t i = 0; !status && i < layers * ENG_SLOTS; i++)
        status = take_spans(&builder, spans[i], counts[i], i, err);
    if (status)
        eng_plan_free(builder.plan);
    else
        *out = builder.plan;
    return status;
}

/* ---- using a plan ----------------------------------------------------------------------------- */

void eng_plan_free(EngPlan *plan)
{
    if (!plan)
        return;
    eng_free(plan->spans);
    eng_free(plan->first);
    eng_free(plan);
}

EngStatus eng_plan_copy(const EngPlan *plan, EngPlan **out, EngError *err)
{
    const size_t slots = plan->layers * ENG_SLOTS, spans = plan->first[slots];
    EngPlan *copy = NULL;
    const EngStatus status = new_plan(plan->layers, plan->clock, &copy, err);
    if (status)
        return status;
    copy->spans = eng_alloc(spans, sizeof *copy->spans);
    if (!copy->spans) {
        eng_plan_free(copy);
        return eng_error(err, ENG_ERR_NOMEM, "No memory for a plan of %zu spans.", spans);
    }
    if (spans > 0)
        memcpy(copy->spans, plan->spans, spans * sizeof *copy->spans);
    memcpy(copy->first, plan->first, (slots + 1) * sizeof *copy->first);
    *out = copy;
    return ENG_OK;
}

bool eng_plan_equal(const EngPlan *a, const EngPlan *b)
{
    if (a->layers != b->layers || a->clock.steps != b->clock.steps ||
        a->clock.steps_per_epoch != b->clock.steps_per_epoch)
        return false;
    const size_t slots = a->layers * ENG_SLOTS;
    if (memcmp(a->first, b->first, (slots + 1) * sizeof *a->first) != 0)
        return false;
    for (size_t i = 0; i < a->first[slots]; i++) {
        const EngSpan *const x = &a->spans[i], *const y = &b->spans[i];
        if (x->from != y->from || x->to != y->to ||
            !eng_precision_equal(&x->precision, &y->precision))
            return false;
    }
    return true;
}

const EngSpan *eng_plan_spans(const EngPlan *plan, size_t layer, EngSlot slot, size_t *count)
{
    const size_t *const first = &plan->first[layer * ENG_SLOTS + slot];
    *count = first[1] - first[0];
    return plan->spans + first[0];
}

const EngSpan *eng_plan_at(const EngPlan *plan, size_t layer, EngSlot slot, uint32_t step)
{
    size_t count;
    const EngSpan *spans = eng_plan_spans(plan, layer, slot, &count);
    while (count > 1) { /* the answer lies in spans[0..count) */
        const size_t half = count / 2;
        if (spans[half].from <= step) {
            spans += half;
            count -= half;
        } else {
            count = half;
        }
    }
    return spans;
}
