#include "mts-lab-model.h"

/* States kept for undo. */
#define HISTORY 64

typedef struct MtsLabModelPrivate {
    GQueue undo, redo; /* texts of states */
    gint64 time;       /* of the last tick, 0: none yet */
    gboolean lively;
    guint applying; /* "changed" is put off while several settings are made */
} MtsLabModelPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE(MtsLabModel, mts_lab_model, G_TYPE_OBJECT)

enum { CHANGED, LOOKS, WOKEN, SIGNALS };
static guint signals[SIGNALS];

static MtsLabModelPrivate *private_of(MtsLabModel *self)
{
    return mts_lab_model_get_instance_private(self);
}

static void mts_lab_model_finalize(GObject *object)
{
    MtsLabModelPrivate *p = private_of(MTS_LAB_MODEL(object));
    g_queue_clear_full(&p->undo, g_free);
    g_queue_clear_full(&p->redo, g_free);
    G_OBJECT_CLASS(mts_lab_model_parent_class)->finalize(object);
}

static void mts_lab_model_class_init(MtsLabModelClass *class)
{
    static const char *const names[SIGNALS] = {"changed", "looks", "woken"};
    G_OBJECT_CLASS(class)->finalize = mts_lab_model_finalize;
    for (guint i = 0; i < SIGNALS; i++) {
        signals[i] = g_signal_new(names[i], G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST, 0, NULL,
            NULL, NULL, G_TYPE_NONE, 0);
    }
}

static void mts_lab_model_init(MtsLabModel *self)
{
    MtsLabModelPrivate *p = private_of(self);
    g_queue_init(&p->undo);
    g_queue_init(&p->redo);
}

const MtsLabKind *mts_lab_model_get_kind(MtsLabModel *self)
{
    return MTS_LAB_MODEL_GET_CLASS(self)->kind;
}

void mts_lab_model_changed(MtsLabModel *self)
{
    if (private_of(self)->applying == 0) {
        g_signal_emit(self, signals[CHANGED], 0);
    }
}

void mts_lab_model_looks(MtsLabModel *self)
{
    g_signal_emit(self, signals[LOOKS], 0);
}

void mts_lab_model_wake(MtsLabModel *self)
{
    private_of(self)->time = 0;
    g_signal_emit(self, signals[WOKEN], 0);
}

/* ---- settings -------------------------------------------------------------------------------- */

static gboolean knows(const MtsLabKind *kind, const char *key)
{
    return g_strv_contains(kind->settings, key);
}

gboolean mts_lab_model_set(MtsLabModel *self, const char *key, const char *value, GError **error)
{
    const MtsLabKind *kind = mts_lab_model_get_kind(self);
    if (!knows(kind, key)) {
        g_autofree char *all = g_strjoinv(", ", (char **)kind->settings);
        return mts_lab_fail(error, "%s has no setting “%s”; it has %s.", kind->name, key, all);
    }
    if (!MTS_LAB_MODEL_GET_CLASS(self)->set(self, key, value, error)) {
        return FALSE;
    }
    mts_lab_model_changed(self);
    return TRUE;
}

char *mts_lab_model_get(MtsLabModel *self, const char *key)
{
    if (!knows(mts_lab_model_get_kind(self), key)) {
        return NULL;
    }
    GString *out = g_string_new(NULL);
    MTS_LAB_MODEL_GET_CLASS(self)->get(self, key, out);
    return g_string_free(out, FALSE);
}

static gboolean apply_all(MtsLabModel *self, const char *words, GError **error)
{
    char *key, *value;
    GError *wrong = NULL;
    while (!wrong && mts_lab_words_next(&words, &key, &value, &wrong)) {
        mts_lab_model_set(self, key, value, &wrong);
        g_free(key);
        g_free(value);
    }
    if (wrong) {
        g_propagate_error(error, wrong);
        return FALSE;
    }
    return TRUE;
}

gboolean mts_lab_model_apply(MtsLabModel *self, const char *words, GError **error)
{
    MtsLabModelPrivate *p = private_of(self);
    p->applying++;
    const gboolean done = apply_all(self, words, error);
    p->applying--;
    mts_lab_model_changed(self);
    return done;
}

char *mts_lab_model_save(MtsLabModel *self)
{
    GString *out = g_string_new(NULL), *value = g_string_new(NULL);
    const char *const *keys = mts_lab_model_get_kind(self)->settings;
    for (guint i = 0; keys[i]; i++) {
        g_string_truncate(value, 0);
        MTS_LAB_MODEL_GET_CLASS(self)->get(self, keys[i], value);
        mts_lab_words_add(out, keys[i], value->str);
    }
    g_string_free(value, TRUE);
    return g_string_free(out, FALSE);
}

/* ---- readings -------------------------------------------------------------------------------- */

gboolean mts_lab_model_read(MtsLabModel *self, const char *name, double *value)
{
    const MtsLabReading *reading = mts_lab_model_get_kind(self)->readings;
    while (reading->name && !g_str_equal(reading->name, name)) {
        reading++;
    }
    if (!reading->name) {
        return FALSE;
    }
    *value = MTS_LAB_MODEL_GET_CLASS(self)->read(self, name);
    return TRUE;
}

char *mts_lab_model_say(MtsLabModel *self)
{
    return MTS_LAB_MODEL_GET_CLASS(self)->say(self);
}

gboolean mts_lab_model_take(MtsLabModel *self, const float *values, gsize count, GError **error)
{
    if (!mts_lab_model_get_kind(self)->takes_values) {
        return mts_lab_fail(
            error, "%s has no values of its own.", mts_lab_model_get_kind(self)->title);
    }
    g_autoptr(GString) list = g_string_new(NULL);
    mts_lab_write_list(list, values, count);
    mts_lab_model_mark(self);
    return mts_lab_model_set(self, "values", list->str, error);
}

gboolean mts_lab_model_act(MtsLabModel *self, const char *action)
{
    MtsLabModelClass *class = MTS_LAB_MODEL_GET_CLASS(self);
    return class->act && class->act(self, action);
}

/* ---- history --------------------------------------------------------------------------------- */

static void keep(GQueue *queue, char *state)
{
    const char *last = g_queue_peek_tail(queue);
    if (last && g_str_equal(last, state)) {
        g_free(state);
        return;
    }
    g_queue_push_tail(queue, state);
    if (queue->length > HISTORY) {
        g_free(g_queue_pop_head(queue));
    }
}

void mts_lab_model_mark(MtsLabModel *self)
{
    MtsLabModelPrivate *p = private_of(self);
    keep(&p->undo, mts_lab_model_save(self));
    g_queue_clear_full(&p->redo, g_free);
}

/* Takes the newest state of `from` that differs from the present one, which goes to `to`. */
static gboolean walk(MtsLabModel *self, GQueue *from, GQueue *to)
{
    g_autofree char *now = mts_lab_model_save(self);
    g_autofree char *state = g_queue_pop_tail(from);
    while (state && g_str_equal(state, now)) {
        g_free(state);
        state = g_queue_pop_tail(from);
    }
    if (!state) {
        return FALSE;
    }
    keep(to, g_steal_pointer(&now));
    return mts_lab_model_apply(self, state, NULL);
}

gboolean mts_lab_model_undo(MtsLabModel *self)
{
    MtsLabModelPrivate *p = private_of(self);
    return walk(self, &p->undo, &p->redo);
}

gboolean mts_lab_model_redo(MtsLabModel *self)
{
    MtsLabModelPrivate *p = private_of(self);
    return walk(self, &p->redo, &p->undo);
}

/* ---- time ------------------------------------------------------------------------------------ */

gboolean mts_lab_model_tick(MtsLabModel *self, gint64 now)
{
    MtsLabModelPrivate *p = private_of(self);
    MtsLabModelClass *class = MTS_LAB_MODEL_GET_CLASS(self);
    if (!class->tick) {
        return FALSE;
    }
    /* The first tick only starts the clock; two canvases of one model share it. */
    const double seconds = p->time > 0 && now > p->time ? (double)(now - p->time) * 1e-6 : 0;
    p->time = MAX(now, p->time);
    return class->tick(self, seconds);
}

void mts_lab_model_set_lively(MtsLabModel *self, gboolean lively)
{
    private_of(self)->lively = lively;
}

gboolean mts_lab_model_get_lively(MtsLabModel *self)
{
    return private_of(self)->lively;
}
