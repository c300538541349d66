/* Which format every slot has at the present step: the plan's spans, and FAST's choice where a
 * span is adaptive. */
#include "base/memory.h"
#include "number/quantize.h"
#include "schedule/adaptive.h"
#include "train/run.h"
#include <string.h>

/* The slots of each role, the one the adaptive rule looks at first. */
static const EngSlot role_slots[3][2] = {
    [ENG_ROLE_W] = {ENG_SLOT_W_FWD, ENG_SLOT_W_DGRAD},
    [ENG_ROLE_A] = {ENG_SLOT_A_FWD, ENG_SLOT_A_WGRAD},
    [ENG_ROLE_G] = {ENG_SLOT_G_DGRAD, ENG_SLOT_G_WGRAD},
};

static const EngSpan *span_now(EngRun *run, size_t layer, EngSlot slot)
{
    size_t count;
    const EngSpan *spans = eng_plan_spans(run->plan, layer, slot, &count);
    size_t *cursor = &run->cursor[layer * ENG_SLOTS + slot];
    while (*cursor + 1 < count && spans[*cursor].to <= run->step)
        (*cursor)++;
    return &spans[*cursor];
}

static void set_format(EngRun *run, size_t layer, EngSlot slot, const EngFormat *format)
{
    EngFormat *place = &run->formats[layer][slot];
    if (eng_format_equal(place, format))
        return;
    *place = *format;
    run->cost_known = false;
}

/* The format a span gives under the last choice. */
static const EngFormat *span_format(const EngSpan *span, bool high)
{
    return span->precision.adaptive && high ? &span->precision.high : &span->precision.format;
}

static void settle_role(EngRun *run, size_t layer, EngRole role)
{
    for (int i = 0; i < 2; i++) {
        const EngSlot slot = role_slots[role][i];
        set_format(
            run, layer, slot, span_format(span_now(run, layer, slot), run->high[layer * 3 + role]));
    }
}

/* The adaptive span that speaks for a role at this step, or NULL. */
static const EngSpan *adaptive_span(EngRun *run, size_t layer, EngRole role)
{
    for (int i = 0; i < 2; i++) {
        const EngSpan *span = span_now(run, layer, role_slots[role][i]);
        if (span->precision.adaptive)
            return span;
    }
    return NULL;
}

static bool decision_due(EngRun *run, size_t layer, EngRole role)
{
    const EngSpan *span = adaptive_span(run, layer, role);
    return span && eng_adaptive_due(&span->precision, span->from, run->step);
}

/* r(X) of a tensor whose rows may have to be gathered. Errors: DIVERGED, NOMEM. */
static EngStatus improvement(const EngSlotRows *rows, const EngPrecision *precision, double *r)
{
    const EngMatrix *m = &rows->matrix;
    const bool contiguous = !m->gather && m->outer == 1 && m->pos_stride == 1;
    float *copy = contiguous ? NULL : eng_alloc(rows->rows, rows->length * sizeof *copy);
    if (copy)
        eng_slot_rows_read(rows, 0, rows->rows, copy);
    else if (!contiguous)
        return ENG_ERR_NOMEM;
    const EngStatus status = eng_relative_improvement(copy ? copy : m->data, rows->rows,
        rows->length, &precision->format, &precision->high, precision->literal, r, NULL);
    eng_free(copy);
    return status;
}

/* The observer: r(X) against epsilon, for a role whose decision falls due. */
static void decide(void *ctx, size_t layer, EngRole role, const EngSlotRows *rows)
{
    EngRun *run = ctx;
    if (!decision_due(run, layer, role))
        return;
    const EngPrecision *precision = &adaptive_span(run, layer, role)->precision;
    double r;
    if (improvement(rows, precision, &r) != ENG_OK)
        return; /* the tensor has diverged: its quantisation says so in a moment */
    const double epsilon = eng_adaptive_threshold(
        precision, layer, run->options.net->product_count, run->step, run->clock.steps);
    run->high[layer * 3 + role] = r > epsilon;
    settle_role(run, layer, role);
    EngRecord record = {.kind = ENG_RECORD_CHOICE,
        .step = run->step,
        .wall_seconds = run->summary.wall_seconds,
        .choice = {.layer = (uint16_t)layer,
            .role = (uint8_t)role,
            .high = r > epsilon,
            .r = (float)r,
            .epsilon = (float)epsilon}};
    run->emit(run->emit_ctx, &record);
}

void eng_run_begin_formats(EngRun *run, EngObserver *observer, const EngObserver **used)
{
    *used = NULL;
    for (size_t layer = 0; layer < run->options.net->product_count; layer++) {
        for (int role = 0; role < 3; role++) {
            settle_role(run, layer, (EngRole)role);
            if (decision_due(run, layer, (EngRole)role))
                *used = observer;
        }
    }
    *observer = (EngObserver){.see = decide, .ctx = run};
}

void eng_run_rewind_formats(EngRun *run)
{
    memset(run->cursor, 0, run->options.net->product_count * ENG_SLOTS * sizeof *run->cursor);
    run->cost_known = false;
}
