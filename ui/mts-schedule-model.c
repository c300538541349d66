/* Lanes are kept as lists of spans; an undo step keeps whole lanes as they were before it, which
 * is little (a lane is a handful of spans) and cannot go wrong.
 *
 * Every edit runs inside a group. The group saves a lane before its first change; at its end the
 * saved lanes that really differ become one undo step. What lies left of the lock is taken from
 * the saved lanes again at that moment, because the trainer may have walked on during a drag: it
 * used what was committed, and the schedule must not claim otherwise. */
#include "mts-schedule-private.h"

#include "base/memory.h"

/* Steps a person goes back at most; a lane takes some hundred bytes. */
#define UNDO_STEPS 500

G_DEFINE_FINAL_TYPE(MtsScheduleModel, mts_schedule_model, G_TYPE_OBJECT)

enum { CHANGED, COMMITTED, RESET, SIGNALS };
static guint signals[SIGNALS];

MtsLanePair *mts_schedule_lane(MtsScheduleModel *self, guint layer, EngRole role)
{
    g_assert(layer < self->layers && role < 3);
    return &self->lanes[layer * 3 + role];
}

const MtsLaneSpans *mts_schedule_spans(MtsScheduleModel *self, guint layer, MtsTrack track)
{
    g_assert(track < MTS_TRACKS);
    return mts_lane_pair_half(
        mts_schedule_lane(self, layer, mts_track_role(track)), mts_track_half(track));
}

/* ---- life ----------------------------------------------------------------------------------- */

static void saved_clear(gpointer data)
{
    Saved *saved = data;
    mts_lane_pair_clear(&saved->lane);
}

static GArray *saved_list_new(void)
{
    GArray *list = g_array_new(FALSE, TRUE, sizeof(Saved));
    g_array_set_clear_func(list, saved_clear);
    return list;
}

static void forget_layers(MtsScheduleModel *self)
{
    for (guint i = 0; i < self->layers * 3; i++) {
        mts_lane_pair_clear(&self->lanes[i]);
    }
    g_clear_pointer(&self->lanes, g_free);
    g_clear_pointer(&self->names, g_strfreev);
    g_clear_pointer(&self->summaries, g_strfreev);
    self->layers = 0;
    g_ptr_array_set_size(self->undo, 0);
    g_ptr_array_set_size(self->redo, 0);
    g_array_set_size(self->open, 0);
    g_array_set_size(self->drag, 0);
    g_array_set_size(self->changes, 0);
    self->depth = 0;
}

static void mts_schedule_model_finalize(GObject *object)
{
    MtsScheduleModel *self = MTS_SCHEDULE_MODEL(object);
    forget_layers(self);
    g_ptr_array_unref(self->undo);
    g_ptr_array_unref(self->redo);
    g_array_unref(self->open);
    g_array_unref(self->drag);
    g_array_unref(self->changes);
    G_OBJECT_CLASS(mts_schedule_model_parent_class)->finalize(object);
}

static guint add_signal(const char *name)
{
    return g_signal_new(
        name, MTS_TYPE_SCHEDULE_MODEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void mts_schedule_model_class_init(MtsScheduleModelClass *class)
{
    G_OBJECT_CLASS(class)->finalize = mts_schedule_model_finalize;
    signals[CHANGED] = add_signal("changed");
    signals[COMMITTED] = add_signal("committed");
    signals[RESET] = add_signal("reset");
}

static void mts_schedule_model_init(MtsScheduleModel *self)
{
    self->clock = (EngClock){1, 1};
    self->undo = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    self->redo = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    self->open = saved_list_new();
    self->drag = g_array_new(FALSE, FALSE, sizeof(DragEdge));
    self->changes = g_array_new(FALSE, FALSE, sizeof(MtsLaneChange));
}

MtsScheduleModel *mts_schedule_model_new(void)
{
    return g_object_new(MTS_TYPE_SCHEDULE_MODEL, NULL);
}

/* ---- plans in and out ----------------------------------------------------------------------- */

static char **copy_texts(const char *const *texts, guint count)
{
    char **copy = g_new0(char *, count + 1);
    for (guint i = 0; i < count; i++) {
        copy[i] = g_strdup(texts && texts[i] ? texts[i] : "");
    }
    return copy;
}

void mts_schedule_emit_changed(MtsScheduleModel *self)
{
    if (self->frozen > 0) {
        self->change_pending = TRUE;
        return;
    }
    g_signal_emit(self, signals[CHANGED], 0);
}

void mts_schedule_model_load(MtsScheduleModel *self, const EngPlan *plan, const char *const *names,
    const char *const *summaries)
{
    forget_layers(self);
    self->clock = plan->clock;
    self->layers = (guint)plan->layers;
    self->names = copy_texts(names, self->layers);
    self->summaries = copy_texts(summaries, self->layers);
    self->lanes = g_new0(MtsLanePair, MAX(self->layers, 1) * 3);
    self->lock = 0;
    for (guint i = 0; i < self->layers * 3; i++) {
        mts_lane_pair_load(&self->lanes[i], plan, i / 3, (EngRole)(i % 3), &self->next_id);
    }
    g_signal_emit(self, signals[RESET], 0);
    mts_schedule_emit_changed(self);
}

EngClock mts_schedule_model_get_clock(MtsScheduleModel *self)
{
    return self->clock;
}

guint mts_schedule_model_get_layers(MtsScheduleModel *self)
{
    return self->layers;
}

const char *mts_schedule_model_get_name(MtsScheduleModel *self, guint layer)
{
    g_assert(layer < self->layers);
    return self->names[layer];
}

const char *mts_schedule_model_get_summary(MtsScheduleModel *self, guint layer)
{
    g_assert(layer < self->layers);
    return self->summaries[layer];
}

const EngSpan *mts_schedule_model_get_spans(
    MtsScheduleModel *self, guint layer, MtsTrack track, guint *count)
{
    const MtsLaneSpans *spans = mts_schedule_spans(self, layer, track);
    *count = spans->count;
    return spans->spans;
}

guint mts_schedule_model_find(MtsScheduleModel *self, guint layer, MtsTrack track, guint32 step)
{
    return mts_lane_spans_find(mts_schedule_spans(self, layer, track), step);
}

guint32 mts_schedule_model_get_id(MtsScheduleModel *self, guint layer, MtsTrack track, guint span)
{
    const MtsLaneSpans *spans = mts_schedule_spans(self, layer, track);
    g_assert(span < spans->count);
    return spans->ids[span];
}

int mts_schedule_model_find_id(MtsScheduleModel *self, guint layer, MtsTrack track, guint32 id)
{
    return mts_lane_spans_find_id(mts_schedule_spans(self, layer, track), id);
}

gboolean mts_schedule_model_slots_differ(MtsScheduleModel *self, guint layer, EngRole role)
{
    return mts_schedule_lane(self, layer, role)->apart;
}

EngPlan *mts_schedule_model_to_plan(MtsScheduleModel *self)
{
    const gsize lists = (gsize)self->layers * ENG_SLOTS;
    const EngSpan **spans = g_new0(const EngSpan *, lists + 1);
    size_t *counts = g_new0(size_t, lists + 1);
    for (gsize i = 0; i < lists; i++) {
        const MtsTrack track = MTS_TRACK_SLOT(i % ENG_SLOTS);
        const MtsLaneSpans *lane = mts_schedule_spans(self, (guint)(i / ENG_SLOTS), track);
        spans[i] = lane->spans;
        counts[i] = lane->count;
    }
    EngPlan *plan = NULL;
    EngError error;
    if (eng_plan_from_spans(spans, counts, self->layers, self->clock, &plan, &error)) {
        /* The lanes cover the run and hold checked precisions at all times, so only memory can
         * be short here. */
        g_error("%s", error.text);
    }
    g_free(spans);
    g_free(counts);
    return plan;
}

char *mts_schedule_model_to_text(MtsScheduleModel *self)
{
    EngPlan *plan = mts_schedule_model_to_plan(self);
    EngSchedule *schedule = NULL;
    EngError error;
    if (eng_schedule_from_plan(plan, (const char *const *)self->names, &schedule, &error)) {
        g_error("%s", error.text);
    }
    char *text = eng_schedule_text(schedule, "\n");
    char *copy = g_strdup(text);
    eng_free(text);
    eng_schedule_free(schedule);
    eng_plan_free(plan);
    return copy;
}

void mts_schedule_model_set_lock(MtsScheduleModel *self, guint32 step)
{
    self->lock = MIN(step, self->clock.steps);
}

guint32 mts_schedule_model_get_lock(MtsScheduleModel *self)
{
    return self->lock;
}

/* ---- groups --------------------------------------------------------------------------------- */

void mts_schedule_save(MtsScheduleModel *self, guint layer, EngRole role)
{
    for (guint i = 0; i < self->open->len; i++) {
        const Saved *saved = &g_array_index(self->open, Saved, i);
        if (saved->layer == layer && saved->role == role) {
            return;
        }
    }
    Saved saved = {.layer = layer, .role = role};
    mts_lane_pair_copy(&saved.lane, mts_schedule_lane(self, layer, role));
    g_array_append_val(self->open, saved);
}

static void note_change(MtsScheduleModel *self, const Saved *before)
{
    const MtsLanePair *now = mts_schedule_lane(self, before->layer, before->role);
    MtsLaneChange change = {.layer = before->layer, .role = before->role};
    if (mts_lane_pair_difference(&before->lane, now, &change.from, &change.to)) {
        g_array_append_val(self->changes, change);
    }
}

void mts_schedule_model_begin_group(MtsScheduleModel *self)
{
    self->depth++;
}

/* What lies left of the lock becomes what was saved again; TRUE where that changed the lane. */
static gboolean seal_lane(MtsScheduleModel *self, MtsLanePair *lane, const MtsLanePair *saved)
{
    MtsLanePair sealed = {0};
    mts_lane_pair_splice(&sealed, saved, lane, self->lock, &self->next_id);
    const gboolean changed = !mts_lane_pair_equal(&sealed, lane);
    mts_lane_pair_clear(lane);
    *lane = sealed;
    return changed;
}

/* The group's saved lanes that differ from what is there now. */
static GArray *take_changed_lanes(MtsScheduleModel *self)
{
    GArray *changed = saved_list_new();
    gboolean sealed = FALSE;
    g_array_set_size(self->changes, 0);
    for (guint i = 0; i < self->open->len; i++) {
        Saved *saved = &g_array_index(self->open, Saved, i);
        MtsLanePair *now = mts_schedule_lane(self, saved->layer, saved->role);
        sealed |= seal_lane(self, now, &saved->lane);
        if (mts_lane_pair_equal(now, &saved->lane)) {
            continue;
        }
        note_change(self, saved);
        g_array_append_val(changed, *saved);
        saved->lane = (MtsLanePair){0}; /* it lives on in `changed` */
    }
    g_array_set_size(self->open, 0);
    if (sealed) {
        mts_schedule_emit_changed(self);
    }
    return changed;
}

static void push_undo(MtsScheduleModel *self, GArray *step)
{
    g_ptr_array_add(self->undo, step);
    if (self->undo->len > UNDO_STEPS) {
        g_ptr_array_remove_index(self->undo, 0);
    }
}

void mts_schedule_model_end_group(MtsScheduleModel *self)
{
    if (self->depth == 0 || --self->depth > 0) {
        return;
    }
    GArray *changed = take_changed_lanes(self);
    if (changed->len == 0) {
        g_array_unref(changed);
        return;
    }
    push_undo(self, changed);
    g_ptr_array_set_size(self->redo, 0);
    g_signal_emit(self, signals[COMMITTED], 0);
}

void mts_schedule_model_revert_group(MtsScheduleModel *self)
{
    for (guint i = 0; i < self->open->len; i++) {
        const Saved *saved = &g_array_index(self->open, Saved, i);
        mts_lane_pair_copy(mts_schedule_lane(self, saved->layer, saved->role), &saved->lane);
    }
    if (self->open->len > 0) {
        mts_schedule_emit_changed(self);
    }
}

void mts_schedule_model_cancel_group(MtsScheduleModel *self)
{
    if (self->depth == 0) {
        return;
    }
    mts_schedule_model_revert_group(self);
    g_array_set_size(self->open, 0);
    self->depth = 0;
}

void mts_schedule_model_freeze(MtsScheduleModel *self)
{
    self->frozen++;
}

void mts_schedule_model_thaw(MtsScheduleModel *self)
{
    g_return_if_fail(self->frozen > 0);
    if (--self->frozen == 0 && self->change_pending) {
        self->change_pending = FALSE;
        g_signal_emit(self, signals[CHANGED], 0);
    }
}

/* ---- undo ----------------------------------------------------------------------------------- */

gboolean mts_schedule_model_can_undo(MtsScheduleModel *self)
{
    return self->undo->len > 0;
}

gboolean mts_schedule_model_can_redo(MtsScheduleModel *self)
{
    return self->redo->len > 0;
}

/* Takes one lane back to what was saved, as far as it lies right of the lock; `saved` holds the
 * lane as it was before this afterwards. */
static gboolean swap_lane(MtsScheduleModel *self, Saved *saved)
{
    MtsLanePair *now = mts_schedule_lane(self, saved->layer, saved->role);
    MtsLanePair before = {0};
    mts_lane_pair_copy(&before, now);
    mts_lane_pair_splice(now, &before, &saved->lane, self->lock, &self->next_id);
    mts_lane_pair_clear(&saved->lane);
    saved->lane = before;
    note_change(self, saved);
    return !mts_lane_pair_equal(now, &before);
}

/* Walks back through `from` until something really changes: what lies wholly in the past now
 * cannot be taken back, and is forgotten. */
static gboolean walk(MtsScheduleModel *self, GPtrArray *from, GPtrArray *to)
{
    if (self->depth > 0) {
        return FALSE;
    }
    while (from->len > 0) {
        GArray *step = g_ptr_array_steal_index(from, from->len - 1);
        gboolean changed = FALSE;
        g_array_set_size(self->changes, 0);
        for (guint i = 0; i < step->len; i++) {
            changed |= swap_lane(self, &g_array_index(step, Saved, i));
        }
        if (changed) {
            g_ptr_array_add(to, step);
            mts_schedule_emit_changed(self);
            g_signal_emit(self, signals[COMMITTED], 0);
            return TRUE;
        }
        g_array_unref(step);
    }
    return FALSE;
}

gboolean mts_schedule_model_undo(MtsScheduleModel *self)
{
    return walk(self, self->undo, self->redo);
}

gboolean mts_schedule_model_redo(MtsScheduleModel *self)
{
    return walk(self, self->redo, self->undo);
}

const MtsLaneChange *mts_schedule_model_get_changes(MtsScheduleModel *self, guint *count)
{
    *count = self->changes->len;
    return (const MtsLaneChange *)self->changes->data;
}
