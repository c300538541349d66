/* From a plan back to a short text.
 *
 * Every slot of every layer has a track: its spans with the roundings that are a role's default
 * left out. Equal tracks share a number. A network is a tree: all layers (`*`), families of layers
 * with a common name (`conv*`), single layers. At every node lines may be written that set the six
 * slots below it to six tracks; what differs further down is set by later lines. A few promising
 * settings are tried at every inner node, and the one with the fewest characters wins. */
#include "base/memory.h"
#include "schedule/draft.h"
#include "schedule/grow.h"
#include "schedule/schedule.h"
#include <stdio.h>
#include <string.h>

#define ALL_SLOTS ((1u << ENG_SLOTS) - 1)
#define CANDIDATES 6 /* settings tried at an inner node */
/* Characters a line above several layers must save before it is preferred to naming the layers. */
#define INNER_LINE_PRICE 8

typedef struct Setting {
    size_t track[ENG_SLOTS];
} Setting;

typedef struct Family {
    char pattern[64];    /* empty: its layers have no pattern of their own */
    size_t first, count; /* its layers: order[first .. first + count) */
    Setting candidates[CANDIDATES];
    size_t candidate_count;
} Family;

typedef struct Composer {
    const char *const *names;
    size_t layers;
    EngTracks tracks; /* one per slot of each layer, then fp32 */
    Setting *wanted;  /* per layer */
    Setting fp32;     /* what holds before the first line */
    size_t *order;    /* layers, family by family */
    Family *families;
    size_t family_count;
    EngSchedule *schedule; /* what is being written */
    size_t lane_capacity;
    EngStatus status; /* the first thing that went wrong while writing */
    EngError *err;
} Composer;

/* ---- lines ---------------------------------------------------------------------------------- */

static void keep_lane(Composer *c, const char *layer, uint8_t slots, EngDraft draft)
{
    EngSchedule *const schedule = c->schedule;
    void *array = schedule->lanes;
    if (!c->status && draft.failed)
        c->status = eng_error(c->err, ENG_ERR_NOMEM, "No memory to write a schedule.");
    if (!c->status)
        c->status =
            eng_grow(&array, schedule->count, &c->lane_capacity, sizeof *schedule->lanes, c->err);
    schedule->lanes = array;
    if (c->status) {
        eng_free(draft.segments);
        return;
    }
    EngLane *const lane = &schedule->lanes[schedule->count++];
    *lane = (EngLane){.slots = slots, .segments = draft.segments, .count = draft.count};
    snprintf(lane->layer, sizeof lane->layer, "%s", layer);
}

/* One line that sets `slots` to `track`; returns its characters and brings `state` up to date. */
static size_t line(
    Composer *c, const char *layer, uint8_t slots, size_t track, Setting *state, bool keep)
{
    size_t before = ENG_TRACK_UNKNOWN;
    bool first = true;
    for (int s = 0; s < ENG_SLOTS; s++) {
        if (!(slots >> s & 1))
            continue;
        before = first || before == state->track[s] ? state->track[s] : ENG_TRACK_UNKNOWN;
        first = false;
        state->track[s] = track;
    }
    const EngDraft draft = eng_draft_track(&c->tracks, before, track, keep);
    if (keep)
        keep_lane(c, layer, slots, draft);
    const size_t suffix = slots == ALL_SLOTS ? 0 : (slots & (slots - 1)) ? 2 : 6;
    return strlen(layer) + suffix + 1 + draft.length;
}

static uint8_t slot_bit(int slot)
{
    return (uint8_t)(1u << slot);
}

/* The two slots of a role. */
static void role_pair(int role, int pair[2])
{
    int n = 0;
    for (int s = 0; s < ENG_SLOTS; s++) {
        if (eng_slot_role((EngSlot)s) == (EngRole)role)
            pair[n++] = s;
    }
}

/* A line for a slot that is not yet what it should be. */
static size_t slot_line(
    Composer *c, const char *layer, int slot, const Setting *wanted, Setting *state, bool keep)
{
    if (state->track[slot] == wanted->track[slot])
        return 0;
    return line(c, layer, slot_bit(slot), wanted->track[slot], state, keep);
}

/* Lines for one role: none, its two slots one by one (`lead` -1), or a line for the role with the
 * track of its slot pair[lead] and one for the other slot where that differs. */
static size_t role_lines_led(Composer *c, const char *layer, const int pair[2], int lead,
    const Setting *wanted, Setting *state, bool keep)
{
    size_t length = 0;
    if (lead >= 0)
        length = line(c, layer, slot_bit(pair[0]) | slot_bit(pair[1]), wanted->track[pair[lead]],
            state, keep);
    length += slot_line(c, layer, pair[0], wanted, state, keep);
    return length + slot_line(c, layer, pair[1], wanted, state, keep);
}

static size_t role_lines(
    Composer *c, const char *layer, int role, const Setting *wanted, Setting *state, bool keep)
{
    int pair[2], best_lead = -1;
    role_pair(role, pair);
    size_t best = SIZE_MAX;
    for (int lead = -1; lead < 2; lead++) {
        Setting trial = *state;
        const size_t length = role_lines_led(c, layer, pair, lead, wanted, &trial, false);
        if (length < best) {
            best = length;
            best_lead = lead;
        }
    }
    return role_lines_led(c, layer, pair, best_lead, wanted, state, keep);
}

/* Lines that start with one for all six slots, set to the track of slot `lead`; -1: without. */
static size_t lines_led(
    Composer *c, const char *layer, int lead, const Setting *wanted, Setting *state, bool keep)
{
    size_t length = 0;
    if (lead >= 0)
        length = line(c, layer, ALL_SLOTS, wanted->track[lead], state, keep);
    for (int role = 0; role < 3; role++)
        length += role_lines(c, layer, role, wanted, state, keep);
    return length;
}

/* Characters of the lines that turn `before` into `wanted` for `layer`; writes them for `keep`. */
static size_t lines(
    Composer *c, const char *layer, const Setting *before, const Setting *wanted, bool keep)
{
    if (memcmp(before, wanted, sizeof *before) == 0)
        return 0;
    size_t best = SIZE_MAX;
    int best_lead = -1;
    for (int lead = -1; lead < ENG_SLOTS; lead++) {
        Setting trial = *before;
        const size_t length = lines_led(c, layer, lead, wanted, &trial, false);
        if (length < best) {
            best = length;
            best_lead = lead;
        }
    }
    if (keep) {
        Setting state = *before;
        lines_led(c, layer, best_lead, wanted, &state, true);
    }
    return best;
}

/* ---- settings worth trying at an inner node --------------------------------------------------- */

static bool same_setting(const Setting *a, const Setting *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static size_t add_candidate(Setting *candidates, size_t count, Setting setting)
{
    for (size_t i = 0; i < count; i++) {
        if (same_setting(&candidates[i], &setting))
            return count;
    }
    candidates[count] = setting;
    return count + 1;
}

/* For every slot the track most of the layers have, the first one's where several do. */
static Setting most_common_tracks(const Composer *c, const size_t *layers, size_t count)
{
    Setting setting = {{0}};
    for (int s = 0; s < ENG_SLOTS; s++) {
        size_t most = 0;
        for (size_t i = 0; i < count; i++) {
            const size_t track = c->wanted[layers[i]].track[s];
            size_t same = 0;
            for (size_t j = i; j < count; j++)
                same += c->wanted[layers[j]].track[s] == track;
            if (same > most) {
                most = same;
                setting.track[s] = track;
            }
        }
    }
    return setting;
}

/* The settings that several layers share as a whole, the most frequent first; of those that are
 * equally frequent the first layer's stands for all. */
static size_t add_shared_settings(
    const Composer *c, const size_t *layers, size_t count, Setting *candidates, size_t n)
{
    for (size_t limit = SIZE_MAX; n < CANDIDATES;) {
        size_t most = 0, best = 0;
        for (size_t i = 0; i < count; i++) {
            size_t same = 0;
            for (size_t j = i; j < count; j++)
                same += same_setting(&c->wanted[layers[i]], &c->wanted[layers[j]]);
            if (same > most && same < limit) {
                most = same;
                best = i;
            }
        }
        if (most < 2)
            return n;
        n = add_candidate(candidates, n, c->wanted[layers[best]]);
        limit = most;
    }
    return n;
}

static size_t find_candidates(
    const Composer *c, const size_t *layers, size_t count, Setting candidates[CANDIDATES])
{
    const size_t n = add_candidate(candidates, 0, most_common_tracks(c, layers, count));
    return add_shared_settings(c, layers, count, candidates, n);
}

/* ---- the tree ----------------------------------------------------------------------------------- */

static size_t layer_lines(Composer *c, const Family *family, const Setting *before, bool keep)
{
    size_t length = 0;
    for (size_t i = 0; i < family->count; i++) {
        const size_t layer = c->order[family->first + i];
        length += lines(c, c->names[layer], before, &c->wanted[layer], keep);
    }
    return length;
}

/* The least a family takes below `before`; *setting is what to write for its pattern. */
static size_t family_length(
    Composer *c, const Family *family, const Setting *before, Setting *setting)
{
    *setting = *before;
    size_t best = layer_lines(c, family, before, false);
    for (size_t i = 0; i < family->candidate_count; i++) {
        const Setting *const trial = &family->candidates[i];
        const size_t length = INNER_LINE_PRICE + lines(c, family->pattern, before, trial, false) +
            layer_lines(c, family, trial, false);
        if (length < best) {
            best = length;
            *setting = *trial;
        }
    }
    return best;
}

static size_t network_length(Composer *c, const Setting *before)
{
    size_t length = 0;
    Setting ignored;
    for (size_t f = 0; f < c->family_count; f++)
        length += family_length(c, &c->families[f], before, &ignored);
    return length;
}

static Setting choose_for_all(Composer *c)
{
    Setting candidates[CANDIDATES], chosen = c->fp32;
    const size_t n = find_candidates(c, c->order, c->layers, candidates);
    size_t best = network_length(c, &c->fp32);
    for (size_t i = 0; i < n; i++) {
        const size_t length = (c->layers > 1 ? INNER_LINE_PRICE : 0) +
            lines(c, "*", &c->fp32, &candidates[i], false) + network_length(c, &candidates[i]);
        if (length < best) {
            best = length;
            chosen = candidates[i];
        }
    }
    return chosen;
}

static void write_all(Composer *c)
{
    const Setting all = choose_for_all(c);
    lines(c, "*", &c->fp32, &all, true);
    for (size_t f = 0; f < c->family_count; f++) {
        Family *const family = &c->families[f];
        Setting setting;
        family_length(c, family, &all, &setting);
        lines(c, family->pattern, &all, &setting, true);
        family->candidates[0] = setting; /* what its layers start from */
    }
    for (size_t f = 0; f < c->family_count; f++)
        layer_lines(c, &c->families[f], &c->families[f].candidates[0], true);
}

/* ---- setting up ----------------------------------------------------------------------------------- */

/* Characters of a layer's name without the digits at its end. */
static size_t stem(const char *name)
{
    size_t n = strlen(name);
    while (n > 0 && name[n - 1] >= '0' && name[n - 1] <= '9')
        n--;
    return n;
}

static bool same_stem(const char *a, const char *b)
{
    return stem(a) == stem(b) && memcmp(a, b, stem(a)) == 0;
}

/* A family gets a pattern where that names its members and nobody else. */
static void name_family(Composer *c, Family *family)
{
    const char *const name = c->names[c->order[family->first]];
    const size_t n = stem(name);
    size_t matching = 0;
    for (size_t i = 0; i < c->layers; i++)
        matching += strncmp(c->names[i], name, n) == 0;
    if (n == 0 || family->count < 2 || family->count == c->layers || matching != family->count)
        return;
    snprintf(family->pattern, sizeof family->pattern, "%.*s*", (int)n, name);
    family->candidate_count =
        find_candidates(c, c->order + family->first, family->count, family->candidates);
}

static void find_families(Composer *c)
{
    size_t placed = 0;
    for (size_t i = 0; i < c->layers; i++) {
        bool known = false;
        for (size_t f = 0; f < c->family_count && !known; f++)
            known = same_stem(c->names[c->order[c->families[f].first]], c->names[i]);
        if (known)
            continue;
        Family *const family = &c->families[c->family_count++];
        family->first = placed;
        for (size_t j = i; j < c->layers; j++) {
            if (same_stem(c->names[i], c->names[j]))
                c->order[placed++] = j;
        }
        family->count = placed - family->first;
    }
    for (size_t f = 0; f < c->family_count; f++)
        name_family(c, &c->families[f]);
}

static bool same_track(const Composer *c, size_t a, size_t b)
{
    const size_t count = c->tracks.first[a + 1] - c->tracks.first[a];
    if (count != c->tracks.first[b + 1] - c->tracks.first[b])
        return false;
    for (size_t i = 0; i < count; i++) {
        const EngSpan *const x = &c->tracks.spans[c->tracks.first[a] + i],
                             *const y = &c->tracks.spans[c->tracks.first[b] + i];
        if (x->to != y->to || !eng_precision_equal(&x->precision, &y->precision))
            return false;
    }
    return true;
}

/* Tracks are numbered by the first slot that has them; the number behind the last slot is fp32. */
static void number_tracks(Composer *c)
{
    const size_t slots = c->layers * ENG_SLOTS;
    for (size_t i = 0; i < slots; i++) {
        size_t track = slots;
        if (!same_track(c, i, slots)) {
            for (track = 0; !same_track(c, i, track);)
                track++;
        }
        c->wanted[i / ENG_SLOTS].track[i % ENG_SLOTS] = track;
    }
    for (int s = 0; s < ENG_SLOTS; s++)
        c->fp32.track[s] = slots;
}

static void copy_spans(Composer *c, const EngPlan *plan)
{
    const size_t slots = plan->layers * ENG_SLOTS, fp32 = plan->first[slots];
    for (size_t i = 0; i < slots; i++) {
        c->tracks.first[i] = plan->first[i];
        for (size_t j = plan->first[i]; j < plan->first[i + 1]; j++) {
            c->tracks.spans[j] = plan->spans[j];
            c->tracks.spans[j].precision = eng_precision_unsettled(
                &plan->spans[j].precision, eng_slot_role((EngSlot)(i % ENG_SLOTS)));
        }
    }
    c->tracks.first[slots] = fp32;
    c->tracks.first[slots + 1] = fp32 + 1;
    c->tracks.spans[fp32] = (EngSpan){0, plan->clock.steps, eng_precision_fixed(eng_format_fp32())};
    for (size_t j = 0; j <= fp32; j++) {
        char text[ENG_PRECISION_TEXT];
        c->tracks.length[j] = strlen(eng_precision_text(&c->tracks.spans[j].precision, text));
    }
}

/* A lane that starts with the name must be read back as this layer and all its slots. */
static EngStatus check_name(const char *name, EngError *err)
{
    char text[80];
    EngSchedule *schedule = NULL;
    EngStatus status = ENG_ERR_PARSE;
    if (strlen(name) < sizeof schedule->lanes->layer && !strpbrk(name, ":;\n*")) {
        snprintf(text, sizeof text, "%s: fp32", name);
        status = eng_schedule_parse(text, &schedule, err);
    }
    if (status == ENG_ERR_NOMEM)
        return status;
    const bool good = !status && schedule->count == 1 && schedule->lanes[0].slots == ALL_SLOTS &&
        strcmp(schedule->lanes[0].layer, name) == 0;
    eng_schedule_free(schedule);
    if (good)
        return ENG_OK;
    return eng_error(err, ENG_ERR_PARSE,
        "\"%.80s\" is no name for a layer that a schedule could speak of.", name);
}

static EngStatus check_names(const char *const *names, size_t layers, EngError *err)
{
    for (size_t i = 0; i < layers; i++) {
        const EngStatus status = check_name(names[i], err);
        if (status)
            return status;
        for (size_t j = 0; j < i; j++) {
            if (strcmp(names[i], names[j]) == 0)
                return eng_error(err, ENG_ERR_PARSE, "Two layers are called \"%s\".", names[i]);
        }
    }
    return ENG_OK;
}

static EngStatus reserve(Composer *c, const EngPlan *plan, EngError *err)
{
    const size_t slots = plan->layers * ENG_SLOTS, spans = plan->first[slots];
    c->tracks.spans = eng_alloc(spans + 1, sizeof *c->tracks.spans);
    c->tracks.length = eng_alloc(spans + 1, sizeof *c->tracks.length);
    c->tracks.first = eng_alloc(slots + 2, sizeof *c->tracks.first);
    c->wanted = eng_alloc(plan->layers, sizeof *c->wanted);
    c->order = eng_alloc(plan->layers, sizeof *c->order);
    c->families = eng_alloc(plan->layers, sizeof *c->families);
    c->schedule = eng_alloc(1, sizeof *c->schedule);
    if (!c->tracks.spans || !c->tracks.length || !c->tracks.first || !c->wanted || !c->order ||
        !c->families || !c->schedule)
        return eng_error(err, ENG_ERR_NOMEM, "No memory to write a schedule.");
    return ENG_OK;
}

static void release(Composer *c)
{
    eng_free(c->tracks.spans);
    eng_free(c->tracks.length);
    eng_free(c->tracks.first);
    eng_free(c->wanted);
    eng_free(c->order);
    eng_free(c->families);
}

EngStatus eng_schedule_from_plan(
    const EngPlan *plan, const char *const *names, EngSchedule **out, EngError *err)
{
    Composer c = {.names = names, .tracks.clock = plan->clock, .layers = plan->layers, .err = err};
    c.status = check_names(names, plan->layers, err);
    if (!c.status)
        c.status = reserve(&c, plan, err);
    if (!c.status) {
        copy_spans(&c, plan);
        number_tracks(&c);
        find_families(&c);
        write_all(&c);
    }
    release(&c);
    if (c.status)
        eng_schedule_free(c.schedule);
    else
        *out = c.schedule;
    return c.status;
}
