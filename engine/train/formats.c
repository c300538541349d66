/* Which format every slot has at the present step: the plan's spans, and a rule's choice where a
 * span is adaptive. */
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

bool eng_run_is_adaptive(EngRun *run, size_t layer, EngRole role)
{
    return adaptive_span(run, layer, role) != NULL;
}

/* What the rule compares: r(X) against epsilon, or the share flushed to zero against its bound. */
static EngStatus compare(EngRun *run, size_t layer, EngRole role, const EngSlotRows *rows,
    double *value, double *threshold)
{
    const EngPrecision *p = &adaptive_span(run, layer, role)->precision;
    if (p->rule == ENG_RULE_ZSE) {
        *threshold = eng_zse_threshold(p, run->high[layer * 3 + role]);
        return eng_measure_flushed(rows, &p->format, run->pool, value, NULL);
    }
    *threshold = eng_adaptive_threshold(
        p, layer, run->options.net->product_count, run->step, run->clock.steps);
    return eng_measure_improvement(rows, &p->format, &p->high, p->literal, run->pool, value, NULL);
}

void eng_run_decide(void *ctx, size_t layer, EngRole role, const EngSlotRows *rows)
{
    EngRun *run = ctx;
    double value, threshold;
    if (!decision_due(run, layer, role))
        return;
    if (compare(run, layer, role, rows, &value, &threshold) != ENG_OK)
        return; /* the tensor has diverged: its quantisation says so in a moment */
    const size_t at = layer * 3 + role;
    run->high[at] = value > threshold;
    run->ratio[at] = (EngRatio){(float)value, (float)threshold};
    settle_role(run, layer, role);
    const EngRecord record = {.kind = ENG_RECORD_CHOICE,
        .step = run->step,
        .wall_seconds = run->summary.wall_seconds,
        .choice = {.layer = (uint16_t)layer,
            .role = (uint8_t)role,
            .high = run->high[at],
            .r = run->ratio[at].r,
            .epsilon = run->ratio[at].epsilon}};
    run->sink.record(run->sink.ctx, &record);
}

bool eng_run_begin_formats(EngRun *run)
{
    bool due = false;
    for (size_t layer = 0; layer < run->options.net->product_count; layer++) {
        for (int role = 0; role < 3; role++) {
            settle_role(run, layer, (EngRole)role);
            due |= decision_due(run, layer, (EngRole)role);
        }
    }
    return due;
}

void eng_run_rewind_formats(EngRun *run)
{
    memset(run->cursor, 0, run->options.net->product_count * ENG_SLOTS * sizeof *run->cursor);
    run->cost_known = false;
}
