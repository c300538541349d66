/* The schedule as a plan, and what a finished run made of its adaptive parts. */
#include "mts-timeline-private.h"

/* Adds a span with what the lane chose between `from` and `to`, one for each change of mind. */
static void add_chosen(GArray *spans, const EngSpan *span, const MtsLaneChoices *choices)
{
    for (guint32 from = span->from, until; from < span->to; from = until) {
        const gboolean high = mts_lane_choices_at(choices, from, &until);
        until = MIN(until, span->to);
        const EngSpan chosen = {
            from, until, eng_precision_fixed(high ? span->precision.high : span->precision.format)};
        g_array_append_val(spans, chosen);
    }
}

/* The plan without adaptive parts. */
static EngPlan *settle(const EngPlan *plan, const MtsLaneChoices *choices)
{
    const gsize lanes = plan->layers * ENG_SLOTS;
    g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    g_autofree const EngSpan **spans = g_new0(const EngSpan *, lanes + 1);
    g_autofree size_t *counts = g_new0(size_t, lanes + 1);
    for (gsize lane = 0; lane < lanes; lane++) {
        const EngSlot slot = (EngSlot)(lane % ENG_SLOTS);
        const gsize layer = lane / ENG_SLOTS;
        GArray *settled = g_array_new(FALSE, FALSE, sizeof(EngSpan));
        size_t count;
        const EngSpan *drawn = eng_plan_spans(plan, layer, slot, &count);
        for (size_t i = 0; i < count; i++) {
            if (drawn[i].precision.adaptive) {
                add_chosen(settled, &drawn[i], &choices[layer * 3 + eng_slot_role(slot)]);
            } else {
                g_array_append_val(settled, drawn[i]);
            }
        }
        g_ptr_array_add(kept, settled);
        spans[lane] = (const EngSpan *)(gpointer)settled->data;
        counts[lane] = settled->len;
    }
    EngPlan *used = NULL;
    EngError err;
    if (eng_plan_from_spans(spans, counts, plan->layers, plan->clock, &used, &err) != ENG_OK) {
        g_warning("%s", err.text);
    }
    return used;
}

static gboolean anything_chosen(MtsTimeline *self)
{
    for (guint i = 0; i < self->choice_lanes; i++) {
        if (mts_lane_choices_first(&self->choices[i]) != G_MAXUINT32) {
            return TRUE;
        }
    }
    return FALSE;
}

EngPlan *mts_timeline_get_plan(MtsTimeline *self)
{
    EngPlan *plan = mts_schedule_model_to_plan(self->model);
    const double playhead = mts_time_axis_get_playhead(self->axis);
    if (!plan || playhead < plan->clock.steps || plan->layers * 3 != self->choice_lanes ||
        !anything_chosen(self)) {
        return plan;
    }
    EngPlan *used = settle(plan, self->choices);
    if (!used) {
        return plan;
    }
    eng_plan_free(plan);
    return used;
}
