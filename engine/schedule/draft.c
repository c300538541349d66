#include "schedule/draft.h"
#include "schedule/grow.h"

/* Characters a position adds to a segment, about. */
#define POSITION_LENGTH 10

static EngPosition position_of(EngClock clock, uint32_t step)
{
    if (step == 0 || step == clock.steps)
        return (EngPosition){.unit = ENG_UNIT_STEP, .open = true};
    const uint64_t quarters = (uint64_t)step * 4;
    if (quarters % clock.steps_per_epoch == 0)
        return (EngPosition){
            .unit = ENG_UNIT_EPOCH, .value = (double)(quarters / clock.steps_per_epoch) / 4};
    return (EngPosition){.unit = ENG_UNIT_STEP, .value = step};
}

static void draft_segment(
    const EngTracks *t, EngDraft *draft, bool keep, const EngSpan *span, uint32_t from, uint32_t to)
{
    const bool whole = from == 0 && to == t->clock.steps;
    draft->length += 2 + t->length[span - t->spans] + (whole ? 0 : POSITION_LENGTH);
    if (keep && !draft->failed) {
        void *array = draft->segments;
        draft->failed = eng_grow(&array, draft->count, &draft->capacity, sizeof *draft->segments,
                            NULL) != ENG_OK;
        draft->segments = array;
        if (!draft->failed)
            draft->segments[draft->count] = (EngSegment){
                span->precision, position_of(t->clock, from), position_of(t->clock, to)};
    }
    draft->count++;
}

/* Every span of the track in its order. */
static void draft_plain(const EngTracks *t, size_t track, EngDraft *draft, bool keep)
{
    for (size_t i = t->first[track]; i < t->first[track + 1]; i++)
        draft_segment(t, draft, keep, &t->spans[i], t->spans[i].from, t->spans[i].to);
}

/* Only where the track differs from what holds already. */
static void draft_changes(
    const EngTracks *t, size_t before, size_t track, EngDraft *draft, bool keep)
{
    size_t old = t->first[before];
    for (size_t i = t->first[track]; i < t->first[track + 1]; i++) {
        const EngSpan *const span = &t->spans[i];
        uint32_t pending = span->from, at = span->from; /* [pending, at) differs */
        while (at < span->to) {
            const EngSpan *const under = &t->spans[old];
            const uint32_t until = under->to < span->to ? under->to : span->to;
            if (eng_precision_equal(&under->precision, &span->precision)) {
                if (pending < at)
                    draft_segment(t, draft, keep, span, pending, at);
                pending = until;
            }
            old += under->to == until;
            at = until;
        }
        if (pending < at)
            draft_segment(t, draft, keep, span, pending, at);
    }
}

/* The precision that occurs most often over the whole run, then the others on top of it. */
static void draft_layered(const EngTracks *t, size_t track, EngDraft *draft, bool keep)
{
    size_t most = 0, base = t->first[track];
    for (size_t i = t->first[track]; i < t->first[track + 1]; i++) {
        size_t same = 0;
        for (size_t j = i; j < t->first[track + 1]; j++)
            same += eng_precision_equal(&t->spans[i].precision, &t->spans[j].precision);
        if (same > most) {
            most = same;
            base = i;
        }
    }
    draft_segment(t, draft, keep, &t->spans[base], 0, t->clock.steps);
    for (size_t i = t->first[track]; i < t->first[track + 1]; i++) {
        if (!eng_precision_equal(&t->spans[i].precision, &t->spans[base].precision))
            draft_segment(t, draft, keep, &t->spans[i], t->spans[i].from, t->spans[i].to);
    }
}

/* Takes the way with the fewest segments; the plain one where that saves nothing. */
EngDraft eng_draft_track(const EngTracks *t, size_t before, size_t track, bool keep)
{
    EngDraft plain = {0}, changes = {.count = SIZE_MAX}, layered = {0};
    draft_plain(t, track, &plain, false);
    if (plain.count == 1) {
        layered = plain;
    } else {
        draft_layered(t, track, &layered, false);
        if (before != ENG_TRACK_UNKNOWN) {
            changes = (EngDraft){0};
            draft_changes(t, before, track, &changes, false);
        }
    }
    const bool take_plain = plain.count <= changes.count && plain.count <= layered.count;
    const bool take_changes = !take_plain && changes.count <= layered.count;
    if (!keep)
        return take_plain ? plain : take_changes ? changes : layered;
    EngDraft kept = {0};
    if (take_plain)
        draft_plain(t, track, &kept, true);
    else if (take_changes)
        draft_changes(t, before, track, &kept, true);
    else
        draft_layered(t, track, &kept, true);
    return kept;
}
