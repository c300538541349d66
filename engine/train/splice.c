/* One plan out of two: what was used, and what is planned from here on. */
#include "base/memory.h"
#include "train/run.h"

/* Appends the part of `from`'s spans that lies in [begin, end). */
static size_t take_part(
    const EngPlan *from, size_t slot, uint32_t begin, uint32_t end, EngSpan *out, size_t n)
{
    for (size_t i = from->first[slot]; i < from->first[slot + 1]; i++) {
        EngSpan span = from->spans[i];
        span.from = span.from > begin ? span.from : begin;
        span.to = span.to < end ? span.to : end;
        if (span.from < span.to)
            out[n++] = span;
    }
    return n;
}

EngStatus eng_plan_splice(
    const EngPlan *before, const EngPlan *after, uint32_t at, EngPlan **out, EngError *err)
{
    if (before->layers != after->layers || before->clock.steps != after->clock.steps ||
        before->clock.steps_per_epoch != after->clock.steps_per_epoch)
        return eng_error(err, ENG_ERR_SHAPE,
            "The new schedule is laid out for %zu layers and %u steps, the run has %zu layers and "
            "%u steps.",
            after->layers, after->clock.steps, before->layers, before->clock.steps);
    const size_t slots = before->layers * ENG_SLOTS;
    EngSpan *spans = eng_alloc(before->first[slots] + after->first[slots], sizeof *spans);
    const EngSpan **start = eng_alloc(slots, sizeof *start);
    size_t *counts = eng_alloc(slots, sizeof *counts);
    EngStatus status = ENG_ERR_NOMEM;
    if (spans && start && counts) {
        size_t used = 0;
        for (size_t slot = 0; slot < slots; slot++) {
            start[slot] = spans + used;
            size_t n = take_part(before, slot, 0, at, spans + used, 0);
            n = take_part(after, slot, at, before->clock.steps, spans + used, n);
            counts[slot] = n;
            used += n;
        }
        status = eng_plan_from_spans(start, counts, before->layers, before->clock, out, err);
    } else {
        eng_error(err, ENG_ERR_NOMEM, "No memory for the schedule.");
    }
    eng_free(spans);
    eng_free(start);
    eng_free(counts);
    return status;
}
