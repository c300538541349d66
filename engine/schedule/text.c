/* Schedules as text: reading with a sentence for everything that does not fit, and writing. */
#include "base/text.h"
#include "base/memory.h"
#include "schedule/grow.h"
#include "schedule/schedule.h"
#include "schedule/words.h"
#include <stdio.h>
#include <string.h>

#define ALL_SLOTS ((1u << ENG_SLOTS) - 1)
#define MAX_EPOCHS 1000000.0

/* ---- positions ---------------------------------------------------------------------------- */

static const struct {
    const char *text;
    double max;
} units[] = {
    [ENG_UNIT_PERCENT] = {"%", 100.0},
    [ENG_UNIT_EPOCH] = {"ep", MAX_EPOCHS},
    [ENG_UNIT_STEP] = {"it", (double)UINT32_MAX},
};

/* Splits "12.5ep" into its number and its unit; `unit` is -1 where none is written. */
static EngStatus read_position(EngWord word, double *number, int *unit, EngError *err)
{
    EngWord digits = word;
    *unit = -1;
    for (int u = 0; u < 3; u++) {
        const size_t n = strlen(units[u].text);
        if (eng_word_length(word) >= n && memcmp(word.end - n, units[u].text, n) == 0) {
            *unit = u;
            digits.end = word.end - n;
        }
    }
    if (!eng_word_number(eng_word_trim(digits), number))
        return eng_word_error(err, word, "expected a position such as 50%%, 12ep or 800it");
    *number += 0.0; /* -0 becomes 0 */
    return ENG_OK;
}

static EngStatus set_position(
    EngWord word, double number, int unit, EngPosition *out, EngError *err)
{
    if (unit < 0)
        return eng_word_error(err, word, "expected a unit behind the number: %%, ep or it");
    if (!(number >= 0 && number <= units[unit].max))
        return eng_word_error(
            err, word, "a position in %s lies within 0..%.0f", units[unit].text, units[unit].max);
    if (unit == ENG_UNIT_STEP && number != (double)(uint32_t)number)
        return eng_word_error(err, word, "a position in steps is a whole number");
    *out = (EngPosition){.unit = (EngUnit)unit, .value = number};
    return ENG_OK;
}

/* Reads what stands behind '@'. */
static EngStatus read_range(EngWord range, EngPosition *from, EngPosition *to, EngError *err)
{
    EngWord first, second;
    if (!eng_word_cut(range, "..", &first, &second))
        return eng_word_error(err, range, "expected from..to behind '@', as in 0..50%%");
    *from = *to = (EngPosition){.unit = ENG_UNIT_PERCENT, .open = true};
    double from_number = 0, to_number = 0;
    int from_unit = -1, to_unit = -1;
    EngStatus status = ENG_OK;
    if (!eng_word_empty(first))
        status = read_position(first, &from_number, &from_unit, err);
    if (!status && !eng_word_empty(second)) {
        status = read_position(second, &to_number, &to_unit, err);
        if (!status)
            status = set_position(second, to_number, to_unit, to, err);
    }
    if (!status && !eng_word_empty(first))
        status = set_position(first, from_number, from_unit < 0 ? to_unit : from_unit, from, err);
    if (!status && !from->open && !to->open && from->unit == to->unit && from->value > to->value)
        return eng_word_error(err, range, "the segment starts after it ends");
    return status;
}

/* ---- segments ----------------------------------------------------------------------------- */

static EngStatus read_segment(EngWord word, EngSegment *out, EngError *err)
{
    EngWord precision, range;
    const bool placed = eng_word_cut(word, "@", &precision, &range);
    EngStatus status =
        eng_precision_parse(precision.start, eng_word_length(precision), &out->precision, err);
    if (status)
        return status;
    out->from = out->to = (EngPosition){.unit = ENG_UNIT_PERCENT, .open = true};
    if (placed)
        status = read_range(range, &out->from, &out->to, err);
    return status;
}

/* The segment in front of the next comma that stands outside brackets; false for the last one. */
static bool cut_segment(EngWord *rest, EngWord *segment)
{
    int depth = 0;
    for (const char *c = rest->start; c < rest->end; c++) {
        depth += *c == '(' ? 1 : *c == ')' ? -1 : 0;
        if (*c == ',' && depth <= 0) {
            *segment = eng_word_trim((EngWord){rest->start, c});
            *rest = eng_word_trim((EngWord){c + 1, rest->end});
            return true;
        }
    }
    *segment = *rest;
    return false;
}

static EngStatus read_segments(EngWord rest, EngLane *lane, EngError *err)
{
    size_t capacity = 0;
    for (bool more = true; more;) {
        EngWord word;
        more = cut_segment(&rest, &word);
        void *array = lane->segments;
        EngStatus status = eng_grow(&array, lane->count, &capacity, sizeof *lane->segments, err);
        lane->segments = array;
        if (!status)
            status = read_segment(word, &lane->segments[lane->count], err);
        if (status)
            return status;
        lane->count++;
    }
    return ENG_OK;
}

/* ---- lanes -------------------------------------------------------------------------------- */

static uint8_t role_slots(EngRole role)
{
    uint8_t slots = 0;
    for (int s = 0; s < ENG_SLOTS; s++)
        slots |= (uint8_t)(eng_slot_role((EngSlot)s) == role ? 1u << s : 0);
    return slots;
}

/* The slots that `name` ("W", "G.dgrad") means; 0 for none. */
static uint8_t slots_named(EngWord name)
{
    for (int r = 0; r < 3; r++) {
        if (eng_word_is(name, eng_role_name((EngRole)r)))
            return role_slots((EngRole)r);
    }
    for (int s = 0; s < ENG_SLOTS; s++) {
        if (eng_word_is(name, eng_slot_name((EngSlot)s)))
            return (uint8_t)(1u << s);
    }
    return 0;
}

static const char *last_dot(EngWord word)
{
    return eng_word_empty(word) ? NULL : memrchr(word.start, '.', eng_word_length(word));
}

/* Whether what stands behind the last dot can only be meant as role or slot. */
static bool reads_as_slots(EngWord last)
{
    return eng_word_length(last) <= 1 || eng_word_is(last, "fwd") || eng_word_is(last, "dgrad") ||
        eng_word_is(last, "wgrad");
}

/* Takes role or slot off the end of `lane`, leaving the layer pattern. */
static EngStatus take_slots(EngWord *lane, uint8_t *slots, EngError *err)
{
    const EngWord whole = *lane;
    *slots = ALL_SLOTS;
    const char *const dot = last_dot(whole);
    if (!dot || !reads_as_slots((EngWord){dot + 1, whole.end}))
        return ENG_OK;
    const bool one_letter = whole.end - dot <= 2;
    const char *const first = one_letter ? dot : last_dot((EngWord){whole.start, dot});
    const char *const start = first ? first + 1 : whole.start;
    *slots = slots_named((EngWord){start, whole.end});
    if (!*slots)
        return eng_word_error(err, whole,
            "expected a role (.W .A .G) or slot (.W.fwd .W.dgrad .A.fwd .A.wgrad .G.dgrad "
            ".G.wgrad) behind the layer");
    lane->end = first ? first : whole.start;
    return ENG_OK;
}

static bool pattern_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
        c == '-' || c == '.' || c == '*';
}

static EngStatus read_pattern(EngWord word, EngWord lane, EngLane *out, EngError *err)
{
    if (eng_word_empty(word))
        return eng_word_error(
            err, lane, "expected a layer or a pattern (such as conv1, fc* or *) before ':'");
    if (eng_word_length(word) >= sizeof out->layer)
        return eng_word_error(
            err, lane, "a layer pattern has at most %zu characters", sizeof out->layer - 1);
    for (const char *c = word.start; c < word.end; c++) {
        if (!pattern_character(*c))
            return eng_word_error(
                err, lane, "a layer pattern is made of letters, digits, '_', '-', '.' and '*'");
    }
    memcpy(out->layer, word.start, eng_word_length(word));
    out->layer[eng_word_length(word)] = '\0';
    return ENG_OK;
}

static EngStatus read_lane(EngWord line, EngLane *out, EngError *err)
{
    EngWord name, segments;
    if (!eng_word_cut(line, ":", &name, &segments))
        return eng_word_error(
            err, line, "expected 'lane: segment, segment, ...', as in conv1.W: bfp2 @0..50%%");
    EngWord pattern = name;
    EngStatus status = take_slots(&pattern, &out->slots, err);
    if (!status)
        status = read_pattern(pattern, name, out, err);
    if (!status)
        status = read_segments(segments, out, err);
    return status;
}

static EngStatus add_lane(EngSchedule *schedule, size_t *capacity, EngWord line, EngError *err)
{
    void *array = schedule->lanes;
    const EngStatus status =
        eng_grow(&array, schedule->count, capacity, sizeof *schedule->lanes, err);
    schedule->lanes = array;
    if (status)
        return status;
    EngLane *const lane = &schedule->lanes[schedule->count++];
    *lane = (EngLane){0};
    return read_lane(line, lane, err);
}

EngStatus eng_schedule_parse(const char *text, EngSchedule **out, EngError *err)
{
    EngSchedule *const schedule = eng_alloc(1, sizeof *schedule);
    if (!schedule)
        return eng_error(err, ENG_ERR_NOMEM, "No memory for a schedule.");
    size_t capacity = 0, line_number = 1;
    for (const char *start = text;;) {
        const char *const end = start + strcspn(start, "\n;");
        const EngWord line = eng_word_trim((EngWord){start, end});
        if (!eng_word_empty(line)) {
            const EngStatus status = add_lane(schedule, &capacity, line, err);
            if (status) {
                eng_error_prefix(err, "Schedule line %zu", line_number);
                eng_schedule_free(schedule);
                return status;
            }
        }
        if (*end == '\0')
            break;
        line_number += *end == '\n';
        start = end + 1;
    }
    *out = schedule;
    return ENG_OK;
}

void eng_schedule_free(EngSchedule *schedule)
{
    if (!schedule)
        return;
    for (size_t i = 0; i < schedule->count; i++)
        eng_free(schedule->lanes[i].segments);
    eng_free(schedule->lanes);
    eng_free(schedule);
}

/* ---- writing ------------------------------------------------------------------------------ */

/* Whole numbers are written with all their digits: 100it, not 1e+02it. */
static void add_number(EngText *text, double value)
{
    char number[ENG_TEXT_NUMBER];
    if (value <= (double)UINT32_MAX && value == (double)(uint32_t)value)
        eng_text_add(text, "%u", (unsigned)value);
    else
        eng_text_add(text, "%s", eng_text_double(number, value));
}

static void add_position(EngText *text, const EngPosition *position, bool with_unit)
{
    if (position->open)
        return;
    add_number(text, position->value);
    eng_text_add(text, "%s", with_unit ? units[position->unit].text : "");
}

static void add_segment(EngText *text, const EngSegment *segment)
{
    char precision[ENG_PRECISION_TEXT];
    eng_text_add(text, "%s", eng_precision_text(&segment->precision, precision));
    if (segment->from.open && segment->to.open)
        return;
    const bool shared = !segment->to.open && segment->from.unit == segment->to.unit;
    eng_text_add(text, " @");
    add_position(text, &segment->from, !shared);
    eng_text_add(text, "..");
    add_position(text, &segment->to, true);
}

static void add_lane_line(
    EngText *text, const EngLane *lane, const char *name, const char *separator)
{
    eng_text_add(
        text, "%s%s%s%s: ", text->length ? separator : "", lane->layer, *name ? "." : "", name);
    for (size_t i = 0; i < lane->count; i++) {
        if (i > 0)
            eng_text_add(text, ", ");
        add_segment(text, &lane->segments[i]);
    }
}

/* A lane that names any set of slots, as lines that name all, a role or one slot. */
static void add_lane_lines(EngText *text, const EngLane *lane, const char *separator)
{
    uint8_t left = lane->slots & ALL_SLOTS;
    if (left == ALL_SLOTS) {
        add_lane_line(text, lane, "", separator);
        return;
    }
    for (int r = 0; r < 3; r++) {
        const uint8_t role = role_slots((EngRole)r);
        if ((left & role) == role) {
            add_lane_line(text, lane, eng_role_name((EngRole)r), separator);
            left &= (uint8_t)~role;
        }
    }
    for (int s = 0; s < ENG_SLOTS; s++) {
        if (left >> s & 1)
            add_lane_line(text, lane, eng_slot_name((EngSlot)s), separator);
    }
}

char *eng_schedule_text(const EngSchedule *schedule, const char *separator)
{
    EngText text = {0};
    eng_text_add(&text, "%s", "");
    for (size_t i = 0; i < schedule->count; i++) {
        if (schedule->lanes[i].count > 0)
            add_lane_lines(&text, &schedule->lanes[i], separator);
    }
    if (text.failed) {
        eng_text_free(&text);
        return NULL;
    }
    return text.data;
}
