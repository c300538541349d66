#include "mts-lane-choices.h"

typedef struct Choice {
    guint32 step;
    gboolean high;
    guint32 high_before; /* high steps before `step` */
} Choice;

/* How many choices were made at or before `step`. */
static guint made_until(const MtsLaneChoices *self, guint32 step)
{
    guint low = 0, high = self->choices ? self->choices->len : 0;
    while (low < high) {
        const guint middle = low + (high - low) / 2;
        if (g_array_index(self->choices, Choice, middle).step <= step) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* High steps in [0, step). */
static guint32 high_until(const MtsLaneChoices *self, guint32 step)
{
    const guint made = made_until(self, step);
    if (made == 0) {
        return 0;
    }
    const Choice *last = &g_array_index(self->choices, Choice, made - 1);
    return last->high_before + (last->high ? step - last->step : 0);
}

void mts_lane_choices_add(MtsLaneChoices *self, guint32 step, gboolean high)
{
    if (!self->choices) {
        self->choices = g_array_new(FALSE, FALSE, sizeof(Choice));
    }
    const guint32 high_before = high_until(self, step);
    guint kept = made_until(self, step);
    while (kept > 0 && g_array_index(self->choices, Choice, kept - 1).step == step) {
        kept--;
    }
    g_array_set_size(self->choices, kept);
    /* A choice like the one before says nothing new. */
    if (kept > 0 && g_array_index(self->choices, Choice, kept - 1).high == !!high) {
        return;
    }
    const Choice choice = {step, !!high, high_before};
    g_array_append_val(self->choices, choice);
}

void mts_lane_choices_clear(MtsLaneChoices *self)
{
    g_clear_pointer(&self->choices, g_array_unref);
}

guint32 mts_lane_choices_first(const MtsLaneChoices *self)
{
    if (!self->choices || self->choices->len == 0) {
        return G_MAXUINT32;
    }
    return g_array_index(self->choices, Choice, 0).step;
}

gboolean mts_lane_choices_at(const MtsLaneChoices *self, guint32 step, guint32 *until)
{
    const guint made = made_until(self, step), count = self->choices ? self->choices->len : 0;
    *until = made < count ? g_array_index(self->choices, Choice, made).step : G_MAXUINT32;
    return made > 0 && g_array_index(self->choices, Choice, made - 1).high;
}

guint32 mts_lane_choices_high(const MtsLaneChoices *self, guint32 from, guint32 to)
{
    return from < to ? high_until(self, to) - high_until(self, from) : 0;
}
