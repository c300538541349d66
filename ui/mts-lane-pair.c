#include "mts-lane-pair.h"

EngSlot mts_role_slot(EngRole role, guint half)
{
    static const EngSlot slots[3][2] = {
        [ENG_ROLE_W] = {ENG_SLOT_W_FWD, ENG_SLOT_W_DGRAD},
        [ENG_ROLE_A] = {ENG_SLOT_A_FWD, ENG_SLOT_A_WGRAD},
        [ENG_ROLE_G] = {ENG_SLOT_G_DGRAD, ENG_SLOT_G_WGRAD},
    };
    return slots[role][half];
}

gboolean mts_track_is_role(MtsTrack track)
{
    return track < 3;
}

EngRole mts_track_role(MtsTrack track)
{
    return mts_track_is_role(track) ? (EngRole)track : eng_slot_role((EngSlot)(track - 3));
}

const char *mts_track_name(MtsTrack track)
{
    return mts_track_is_role(track) ? eng_role_name((EngRole)track)
                                    : eng_slot_name((EngSlot)(track - 3));
}

guint mts_track_half(MtsTrack track)
{
    return !mts_track_is_role(track) &&
        mts_role_slot(mts_track_role(track), 1) == (EngSlot)(track - 3);
}

void mts_lane_pair_clear(MtsLanePair *self)
{
    mts_lane_spans_clear(&self->slot[0]);
    mts_lane_spans_clear(&self->slot[1]);
    self->apart = FALSE;
}

void mts_lane_pair_copy(MtsLanePair *to, const MtsLanePair *from)
{
    mts_lane_spans_copy(&to->slot[0], &from->slot[0]);
    mts_lane_spans_copy(&to->slot[1], &from->slot[1]);
    to->apart = from->apart;
}

const MtsLaneSpans *mts_lane_pair_half(const MtsLanePair *self, guint half)
{
    return &self->slot[self->apart ? half : 0];
}

gboolean mts_lane_pair_equal(const MtsLanePair *a, const MtsLanePair *b)
{
    return mts_lane_spans_equal(&a->slot[0], &b->slot[0]) &&
        mts_lane_spans_equal(mts_lane_pair_half(a, 1), mts_lane_pair_half(b, 1));
}

void mts_lane_pair_settle(MtsLanePair *self)
{
    if (self->apart && mts_lane_spans_equal(&self->slot[0], &self->slot[1])) {
        mts_lane_spans_clear(&self->slot[1]);
        self->apart = FALSE;
    }
}

void mts_lane_pair_set_apart(MtsLanePair *self)
{
    if (!self->apart) {
        mts_lane_spans_copy(&self->slot[1], &self->slot[0]);
        self->apart = TRUE;
    }
}

void mts_lane_pair_load(
    MtsLanePair *self, const EngPlan *plan, guint layer, EngRole role, guint32 *next_id)
{
    for (guint half = 0; half < 2; half++) {
        size_t count;
        const EngSpan *spans = eng_plan_spans(plan, layer, mts_role_slot(role, half), &count);
        mts_lane_spans_init(&self->slot[half], spans, (guint)count, next_id);
    }
    self->apart = TRUE;
    mts_lane_pair_settle(self);
}

MtsLaneSpans *mts_lane_pair_edit(MtsLanePair *self, MtsTrack track)
{
    return &self->slot[self->apart ? mts_track_half(track) : 0];
}

void mts_lane_pair_splice(MtsLanePair *self, const MtsLanePair *past, const MtsLanePair *future,
    guint32 step, guint32 *next_id)
{
    MtsLanePair result = {.apart = past->apart || future->apart};
    for (guint half = 0; half < (result.apart ? 2 : 1); half++) {
        mts_lane_spans_splice(&result.slot[half], mts_lane_pair_half(past, half),
            mts_lane_pair_half(future, half), step, next_id);
    }
    mts_lane_pair_settle(&result);
    mts_lane_pair_clear(self);
    *self = result;
}

gboolean mts_lane_pair_follow(MtsLanePair *self, guint32 step, guint32 *next_id)
{
    if (!self->apart) {
        return FALSE;
    }
    MtsLaneSpans second = {0};
    mts_lane_spans_splice(&second, &self->slot[1], &self->slot[0], step, next_id);
    const gboolean changed = !mts_lane_spans_equal(&second, &self->slot[1]);
    mts_lane_spans_clear(&self->slot[1]);
    self->slot[1] = second;
    return changed;
}

/* `range` grows by the steps in which the precisions differ, `cut` by those in which only the
 * edges do. */
static void widen(const MtsLaneSpans *a, const MtsLaneSpans *b, guint32 range[2], guint32 cut[2])
{
    guint i = 0, j = 0;
    while (i < a->count && j < b->count) {
        const EngSpan *x = &a->spans[i], *y = &b->spans[j];
        const guint32 start = MAX(x->from, y->from), end = MIN(x->to, y->to);
        guint32 *wider = !eng_precision_equal(&x->precision, &y->precision) ? range
            : x->from != y->from || x->to != y->to                          ? cut
                                                                            : NULL;
        if (wider) {
            wider[0] = MIN(wider[0], start);
            wider[1] = MAX(wider[1], end);
        }
        i += x->to == end;
        j += y->to == end;
    }
}

gboolean mts_lane_pair_difference(
    const MtsLanePair *a, const MtsLanePair *b, guint32 *from, guint32 *to)
{
    guint32 range[2] = {G_MAXUINT32, 0}, cut[2] = {G_MAXUINT32, 0};
    for (guint half = 0; half < 2; half++) {
        widen(mts_lane_pair_half(a, half), mts_lane_pair_half(b, half), range, cut);
    }
    const guint32 *found = range[0] < range[1] ? range : cut;
    *from = found[0];
    *to = found[1];
    return found[0] < found[1];
}
