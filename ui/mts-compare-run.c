#include "mts-compare-run.h"

#include "mts-palette.h"
#include "mts-run-item.h"
#include <math.h>
#include <string.h>

struct _MtsCompareRun {
    GObject parent;
    gint64 id;
    guint replicas;
    char *name, *group, *words, *folded, *problem;
    MtsRunStatus status;
    MtsCompareFigures figures;
    GHashTable *settings; /* char * -> char *; NULL: none */
    MtsCompareCurve *curve;
    float *smooth;
    double strength; /* that `smooth` was made with */
    MtsStrip *strip;
    MtsCompareSchedule *schedule;
    gboolean checked, slot_chosen;
    guint slot, uniform;
};

G_DEFINE_FINAL_TYPE(MtsCompareRun, mts_compare_run, G_TYPE_OBJECT)

enum { CHANGED, SIGNALS };
static guint signals[SIGNALS];

static void mts_compare_run_finalize(GObject *object)
{
    MtsCompareRun *self = MTS_COMPARE_RUN(object);
    g_free(self->name);
    g_free(self->group);
    g_free(self->words);
    g_free(self->folded);
    g_free(self->problem);
    g_clear_pointer(&self->settings, g_hash_table_unref);
    mts_compare_curve_free(self->curve);
    g_free(self->smooth);
    g_clear_pointer(&self->strip, mts_strip_unref);
    g_clear_pointer(&self->schedule, mts_compare_schedule_unref);
    G_OBJECT_CLASS(mts_compare_run_parent_class)->finalize(object);
}

static void mts_compare_run_class_init(MtsCompareRunClass *class)
{
    G_OBJECT_CLASS(class)->finalize = mts_compare_run_finalize;
    signals[CHANGED] = g_signal_new("changed", G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST, 0, NULL,
        NULL, NULL, G_TYPE_NONE, 0);
}

static void mts_compare_run_init(MtsCompareRun *self)
{
    self->uniform = MTS_RUN_GREY;
    self->figures = (MtsCompareFigures){.best = NAN,
        .final = NAN,
        .best_spread = NAN,
        .final_spread = NAN,
        .loss = NAN,
        .cycles = NAN,
        .joules = NAN,
        .seconds = NAN,
        .estimate = NAN,
        .wall = NAN,
        .clock = {1, 1}};
}

static void changed(MtsCompareRun *self)
{
    g_signal_emit(self, signals[CHANGED], 0);
}

MtsCompareRun *mts_compare_run_new(
    gint64 id, const char *name, const char *data, const char *model, guint replicas)
{
    MtsCompareRun *self = g_object_new(MTS_TYPE_COMPARE_RUN, NULL);
    /* The library's groups and these are called the same. */
    g_autoptr(MtsRunItem) item = mts_run_item_new(id, name, data, model);
    self->id = id;
    self->replicas = MAX(replicas, 1);
    self->name = g_strdup(name ? name : "");
    self->group = g_strdup(mts_run_item_get_group(item));
    return self;
}

gint64 mts_compare_run_get_id(MtsCompareRun *self)
{
    return self->id;
}

guint mts_compare_run_get_replicas(MtsCompareRun *self)
{
    return self->replicas;
}

const char *mts_compare_run_get_group(MtsCompareRun *self)
{
    return self->group;
}

/* ---- what the row says ---------------------------------------------------------------------- */

void mts_compare_run_set_name(MtsCompareRun *self, const char *name)
{
    if (g_strcmp0(self->name, name) != 0) {
        g_free(self->name);
        self->name = g_strdup(name ? name : "");
        g_clear_pointer(&self->folded, g_free);
        changed(self);
    }
}

const char *mts_compare_run_get_name(MtsCompareRun *self)
{
    return self->name;
}

void mts_compare_run_set_status(MtsCompareRun *self, MtsRunStatus status)
{
    if (self->status != status) {
        self->status = status;
        changed(self);
    }
}

MtsRunStatus mts_compare_run_get_status(MtsCompareRun *self)
{
    return self->status;
}

gboolean mts_compare_run_is_live(MtsCompareRun *self)
{
    return self->status == MTS_STATUS_RUNNING || self->status == MTS_STATUS_PAUSED;
}

void mts_compare_run_set_figures(MtsCompareRun *self, const MtsCompareFigures *figures)
{
    self->figures = *figures;
    self->figures.clock.steps = MAX(figures->clock.steps, 1);
    self->figures.clock.steps_per_epoch = MAX(figures->clock.steps_per_epoch, 1);
    changed(self);
}

const MtsCompareFigures *mts_compare_run_get_figures(MtsCompareRun *self)
{
    return &self->figures;
}

void mts_compare_run_set_uniform(MtsCompareRun *self, guint slot)
{
    if (self->uniform != slot) {
        self->uniform = slot;
        changed(self);
    }
}

guint mts_compare_run_get_uniform(MtsCompareRun *self)
{
    return self->uniform;
}

void mts_compare_run_set_setting(MtsCompareRun *self, const char *key, const char *value)
{
    if (!self->settings) {
        self->settings = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    }
    g_hash_table_insert(self->settings, g_strdup(key), g_strdup(value));
}

const char *mts_compare_run_get_setting(MtsCompareRun *self, const char *key)
{
    return self->settings ? g_hash_table_lookup(self->settings, key) : NULL;
}

void mts_compare_run_set_words(MtsCompareRun *self, const char *words)
{
    g_free(self->words);
    self->words = g_strdup(words);
    g_clear_pointer(&self->folded, g_free);
}

gboolean mts_compare_run_matches(MtsCompareRun *self, const char *words)
{
    if (!self->folded) {
        g_autofree char *all = g_strjoin("\n", self->name, self->group, self->words, NULL);
        self->folded = g_utf8_casefold(all, -1);
    }
    g_auto(GStrv) parts = g_strsplit_set(words, " \t", -1);
    for (guint i = 0; parts[i]; i++) {
        if (!strstr(self->folded, parts[i])) {
            return FALSE;
        }
    }
    return TRUE;
}

/* ---- what is read later --------------------------------------------------------------------- */

void mts_compare_run_take_curve(MtsCompareRun *self, MtsCompareCurve *curve)
{
    mts_compare_curve_free(self->curve);
    self->curve = curve;
    g_clear_pointer(&self->smooth, g_free);
    changed(self);
}

const MtsCompareCurve *mts_compare_run_get_curve(MtsCompareRun *self)
{
    return self->curve;
}

const float *mts_compare_run_get_smooth(MtsCompareRun *self, double strength)
{
    if (self->curve && (!self->smooth || self->strength != strength)) {
        g_free(self->smooth);
        self->smooth = g_new(float, self->curve->count);
        self->strength = strength;
        mts_compare_curve_smooth(self->curve, strength, self->smooth);
    }
    return self->smooth;
}

void mts_compare_run_take_strip(MtsCompareRun *self, MtsStrip *strip)
{
    g_clear_pointer(&self->strip, mts_strip_unref);
    self->strip = strip;
    changed(self);
}

MtsStrip *mts_compare_run_get_strip(MtsCompareRun *self)
{
    return self->strip;
}

void mts_compare_run_set_problem(MtsCompareRun *self, const char *sentence)
{
    if (g_strcmp0(self->problem, sentence) != 0) {
        g_free(self->problem);
        self->problem = g_strdup(sentence);
        changed(self);
    }
}

const char *mts_compare_run_get_problem(MtsCompareRun *self)
{
    return self->problem;
}

void mts_compare_run_set_schedule(MtsCompareRun *self, MtsCompareSchedule *schedule)
{
    if (schedule) {
        mts_compare_schedule_ref(schedule);
    }
    g_clear_pointer(&self->schedule, mts_compare_schedule_unref);
    self->schedule = schedule;
    changed(self);
}

MtsCompareSchedule *mts_compare_run_get_schedule(MtsCompareRun *self)
{
    return self->schedule;
}

/* ---- how it is drawn ------------------------------------------------------------------------ */

void mts_compare_run_set_checked(MtsCompareRun *self, gboolean checked)
{
    if (self->checked != !!checked) {
        self->checked = !!checked;
        changed(self);
    }
}

gboolean mts_compare_run_get_checked(MtsCompareRun *self)
{
    return self->checked;
}

void mts_compare_run_set_slot(MtsCompareRun *self, guint slot)
{
    if (self->slot != slot) {
        self->slot = slot;
        changed(self);
    }
}

guint mts_compare_run_get_slot(MtsCompareRun *self)
{
    return self->slot;
}

void mts_compare_run_set_slot_chosen(MtsCompareRun *self, gboolean chosen)
{
    self->slot_chosen = chosen;
}

gboolean mts_compare_run_get_slot_chosen(MtsCompareRun *self)
{
    return self->slot_chosen;
}
