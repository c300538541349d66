#include "mts-compare-model.h"

#include "mts-palette.h"
#include <math.h>

#define SMOOTHING_DEFAULT 0.35
/* How strongly runs are drawn that stand back behind another one. */
#define BACK 0.3f
/* A new target lies where this share of the shown runs come, on half points. */
#define TARGET_SHARE 0.75
#define TARGET_STEP 0.005
/* Runs that are shown before a person has chosen any, besides the baselines. */
#define FIRST_SHOWN 5

struct _MtsCompareModel {
    GObject parent;
    GListStore *all;
    GHashTable *known; /* MtsCompareRun * -> itself: whose "changed" is listened to */
    GtkFilter *filter;
    GtkFilterListModel *shown;
    GPtrArray *checked; /* of the shown group; NULL: to be made anew */
    char *group, *words;
    gboolean chosen; /* a person has checked or unchecked something */
    double target, budget, smoothing, cross, epoch;
    MtsCompareAxis axis;
    gint64 baseline; /* 0: the first in fp32 */
    gint64 pair[2];
    gint64 hover;
    guint pending; /* changes that an idle will tell */
    guint idle;
};

G_DEFINE_FINAL_TYPE(MtsCompareModel, mts_compare_model, G_TYPE_OBJECT)

enum { CHANGED, SIGNALS };
static guint signals[SIGNALS];

/* ---- telling -------------------------------------------------------------------------------- */

static void tell(MtsCompareModel *self, guint changes)
{
    if (changes & MTS_CHANGE_RUNS) {
        g_clear_pointer(&self->checked, g_ptr_array_unref);
    }
    g_signal_emit(self, signals[CHANGED], 0, changes);
}

static void show_first(MtsCompareModel *self);

static gboolean tell_pending(gpointer data)
{
    MtsCompareModel *self = data;
    if (!self->chosen && (self->pending & MTS_CHANGE_RUNS)) {
        show_first(self); /* what it changes is told with the rest */
    }
    const guint changes = self->pending;
    self->pending = 0;
    self->idle = 0;
    tell(self, changes);
    return G_SOURCE_REMOVE;
}

/* Hundreds of runs may change at once: what they say is told once, before the next frame. */
static void tell_soon(MtsCompareModel *self, guint changes)
{
    if (changes & MTS_CHANGE_RUNS) {
        g_clear_pointer(&self->checked, g_ptr_array_unref);
    }
    self->pending |= changes;
    if (self->idle == 0) {
        self->idle = g_idle_add_full(G_PRIORITY_DEFAULT, tell_pending, self, NULL);
    }
}

static void on_run_changed(MtsCompareModel *self)
{
    tell_soon(self, MTS_CHANGE_RUNS | MTS_CHANGE_FIGURES);
}

/* ---- runs ----------------------------------------------------------------------------------- */

static void forget_runs(MtsCompareModel *self)
{
    GHashTableIter iter;
    gpointer run;
    g_hash_table_iter_init(&iter, self->known);
    while (g_hash_table_iter_next(&iter, &run, NULL)) {
        g_signal_handlers_disconnect_by_data(run, self);
    }
    g_hash_table_remove_all(self->known);
}

static void on_list_changed(MtsCompareModel *self)
{
    const guint count = g_list_model_get_n_items(G_LIST_MODEL(self->all));
    forget_runs(self);
    for (guint i = 0; i < count; i++) {
        MtsCompareRun *run = g_list_model_get_item(G_LIST_MODEL(self->all), i);
        g_signal_connect_swapped(run, "changed", G_CALLBACK(on_run_changed), self);
        g_hash_table_add(self->known, run);
    }
    tell_soon(self, MTS_CHANGE_RUNS | MTS_CHANGE_FIGURES);
}

static gboolean in_group(MtsCompareModel *self, MtsCompareRun *run)
{
    return !self->group || strcmp(self->group, mts_compare_run_get_group(run)) == 0;
}

static gboolean is_shown(gpointer item, gpointer data)
{
    MtsCompareModel *self = data;
    MtsCompareRun *run = MTS_COMPARE_RUN(item);
    return in_group(self, run) && (!self->words || mts_compare_run_matches(run, self->words));
}

GListStore *mts_compare_model_get_all(MtsCompareModel *self)
{
    return self->all;
}

/* The n-th run of a list, which holds it. */
static MtsCompareRun *run_at(gpointer list, guint index)
{
    g_autoptr(MtsCompareRun) run = g_list_model_get_item(G_LIST_MODEL(list), index);
    return run;
}

MtsCompareRun *mts_compare_model_find(MtsCompareModel *self, gint64 id)
{
    const guint count = g_list_model_get_n_items(G_LIST_MODEL(self->all));
    for (guint i = 0; id != 0 && i < count; i++) {
        MtsCompareRun *run = run_at(self->all, i);
        if (mts_compare_run_get_id(run) == id) {
            return run;
        }
    }
    return NULL;
}

GListModel *mts_compare_model_get_shown(MtsCompareModel *self)
{
    return G_LIST_MODEL(self->shown);
}

void mts_compare_model_set_group(MtsCompareModel *self, const char *group)
{
    if (g_strcmp0(self->group, group) == 0) {
        return;
    }
    g_free(self->group);
    self->group = g_strdup(group);
    gtk_filter_changed(self->filter, GTK_FILTER_CHANGE_DIFFERENT);
    tell_soon(self, MTS_CHANGE_RUNS | MTS_CHANGE_FIGURES | MTS_CHANGE_BASELINE);
}

const char *mts_compare_model_get_group(MtsCompareModel *self)
{
    return self->group;
}

void mts_compare_model_set_words(MtsCompareModel *self, const char *words)
{
    g_autofree char *folded = words && *words ? g_utf8_casefold(words, -1) : NULL;
    if (g_strcmp0(self->words, folded) != 0) {
        g_free(self->words);
        self->words = g_steal_pointer(&folded);
        gtk_filter_changed(self->filter, GTK_FILTER_CHANGE_DIFFERENT);
        tell_soon(self, MTS_CHANGE_RUNS);
    }
}

const char *mts_compare_model_get_words(MtsCompareModel *self)
{
    return self->words;
}

typedef struct Group {
    const char *name;
    guint runs;
} Group;

static int by_runs(gconstpointer a, gconstpointer b)
{
    const Group *first = a, *second = b;
    return first->runs != second->runs ? (first->runs < second->runs) - (first->runs > second->runs)
                                       : strcmp(first->name, second->name);
}

char **mts_compare_model_list_groups(MtsCompareModel *self)
{
    const guint count = g_list_model_get_n_items(G_LIST_MODEL(self->all));
    g_autoptr(GArray) groups = g_array_new(FALSE, FALSE, sizeof(Group));
    g_autoptr(GHashTable) places = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < count; i++) {
        const char *name = mts_compare_run_get_group(run_at(self->all, i));
        gpointer place;
        if (g_hash_table_lookup_extended(places, name, NULL, &place)) {
            g_array_index(groups, Group, GPOINTER_TO_UINT(place)).runs++;
        } else {
            const Group group = {name, 1};
            g_hash_table_insert(places, (gpointer)name, GUINT_TO_POINTER(groups->len));
            g_array_append_val(groups, group);
        }
    }
    g_array_sort(groups, by_runs);
    char **names = g_new0(char *, groups->len + 1);
    for (guint i = 0; i < groups->len; i++) {
        names[i] = g_strdup(g_array_index(groups, Group, i).name);
    }
    return names;
}

/* ---- who is shown, and in which colour -------------------------------------------------------- */

static gboolean slot_taken(MtsCompareModel *self, MtsCompareRun *but, guint slot)
{
    const guint count = g_list_model_get_n_items(G_LIST_MODEL(self->all));
    for (guint i = 0; i < count; i++) {
        MtsCompareRun *run = run_at(self->all, i);
        if (run != but && mts_compare_run_get_checked(run) &&
            mts_compare_run_get_slot(run) == slot) {
            return TRUE;
        }
    }
    return FALSE;
}

static guint free_slot(MtsCompareModel *self, MtsCompareRun *run)
{
    const guint uniform = mts_compare_run_get_uniform(run);
    if (mts_compare_run_get_slot_chosen(run)) {
        return mts_compare_run_get_slot(run);
    }
    if (uniform != MTS_RUN_GREY && !slot_taken(self, run, uniform)) {
        return uniform;
    }
    /* The slot it had before, where nobody has taken it. */
    if (mts_compare_run_get_slot(run) != MTS_RUN_GREY &&
        !slot_taken(self, run, mts_compare_run_get_slot(run))) {
        return mts_compare_run_get_slot(run);
    }
    guint slot = 0;
    while (slot_taken(self, run, slot)) {
        slot++;
    }
    return slot;
}

static void show_run(MtsCompareModel *self, MtsCompareRun *run, gboolean shown)
{
    if (shown && !mts_compare_run_get_checked(run)) {
        mts_compare_run_set_slot(run, free_slot(self, run));
    }
    mts_compare_run_set_checked(run, shown);
}

void mts_compare_model_check(MtsCompareModel *self, MtsCompareRun *run, gboolean checked)
{
    self->chosen = TRUE;
    show_run(self, run, checked);
}

/* Until a person chooses, the newest runs of the group and its baselines are shown. */
static void show_first(MtsCompareModel *self)
{
    const guint count = g_list_model_get_n_items(G_LIST_MODEL(self->all));
    g_autoptr(GPtrArray) wanted = g_ptr_array_new();
    guint plain = 0;
    for (guint i = 0; i < count; i++) {
        MtsCompareRun *run = run_at(self->all, i);
        const gboolean uniform = mts_compare_run_get_uniform(run) != MTS_RUN_GREY;
        if (in_group(self, run) && (uniform || plain < FIRST_SHOWN)) {
            plain += !uniform;
            g_ptr_array_add(wanted, run);
        } else {
            show_run(self, run, FALSE);
        }
    }
    for (guint i = 0; i < wanted->len; i++) {
        show_run(self, g_ptr_array_index(wanted, i), TRUE);
    }
}

void mts_compare_model_choose_slot(MtsCompareModel *self, MtsCompareRun *run, guint slot)
{
    const guint count = g_list_model_get_n_items(G_LIST_MODEL(self->all));
    const guint own = mts_compare_run_get_slot(run);
    for (guint i = 0; i < count; i++) {
        MtsCompareRun *other = run_at(self->all, i);
        if (other != run && mts_compare_run_get_checked(other) &&
            mts_compare_run_get_slot(other) == slot) {
            mts_compare_run_set_slot(other, own);
        }
    }
    mts_compare_run_set_slot(run, slot);
    mts_compare_run_set_slot_chosen(run, TRUE);
}

static int by_slot(gconstpointer a, gconstpointer b)
{
    const guint first = mts_compare_run_get_slot(*(MtsCompareRun *const *)a),
                second = mts_compare_run_get_slot(*(MtsCompareRun *const *)b);
    return (first > second) - (first < second);
}

GPtrArray *mts_compare_model_get_checked(MtsCompareModel *self)
{
    if (!self->checked) {
        const guint count = g_list_model_get_n_items(G_LIST_MODEL(self->all));
        self->checked = g_ptr_array_new_with_free_func(g_object_unref);
        for (guint i = 0; i < count; i++) {
            MtsCompareRun *run = run_at(self->all, i);
            if (mts_compare_run_get_checked(run) && in_group(self, run)) {
                g_ptr_array_add(self->checked, g_object_ref(run));
            }
        }
        g_ptr_array_sort(self->checked, by_slot);
    }
    return self->checked;
}

/* ---- target, budget, baseline ----------------------------------------------------------------- */

static int by_size(gconstpointer a, gconstpointer b)
{
    const double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

static double first_target(MtsCompareModel *self)
{
    GPtrArray *checked = mts_compare_model_get_checked(self);
    g_autoptr(GArray) best = g_array_new(FALSE, FALSE, sizeof(double));
    for (guint i = 0; i < checked->len; i++) {
        const MtsCompareFigures *figures =
            mts_compare_run_get_figures(g_ptr_array_index(checked, i));
        if (isfinite(figures->best)) {
            g_array_append_val(best, figures->best);
        }
    }
    if (best->len == 0) {
        return NAN;
    }
    g_array_sort(best, by_size);
    const guint at = (guint)((1 - TARGET_SHARE) * (best->len - 1));
    /* Just above half a point stays there in float32, which accuracies are. */
    return floor(g_array_index(best, double, at) / TARGET_STEP + 1e-6) * TARGET_STEP;
}

void mts_compare_model_set_target(MtsCompareModel *self, double target)
{
    target = CLAMP(target, 0, 1);
    if (target != self->target) {
        self->target = target;
        tell(self, MTS_CHANGE_TARGET);
    }
}

double mts_compare_model_get_target(MtsCompareModel *self)
{
    return isnan(self->target) ? first_target(self) : self->target;
}

const MtsMoment *mts_compare_model_reach(MtsCompareModel *self, MtsCompareRun *run)
{
    const MtsCompareCurve *curve = mts_compare_run_get_curve(run);
    const double target = mts_compare_model_get_target(self);
    const int at = curve && isfinite(target) ? mts_compare_curve_reach(curve, target) : -1;
    return at >= 0 ? &curve->moments[at] : NULL;
}

void mts_compare_model_set_budget(MtsCompareModel *self, double cycles)
{
    self->budget = MAX(cycles, 0);
    tell(self, MTS_CHANGE_TARGET);
}

double mts_compare_model_get_budget(MtsCompareModel *self)
{
    if (self->budget > 0) {
        return self->budget;
    }
    double least = INFINITY;
    GPtrArray *checked = mts_compare_model_get_checked(self);
    for (guint i = 0; i < checked->len; i++) {
        MtsCompareRun *run = g_ptr_array_index(checked, i);
        if (mts_compare_run_get_status(run) == MTS_STATUS_FINISHED) {
            least = fmin(least, mts_compare_run_get_figures(run)->cycles);
        }
    }
    return isfinite(least) ? least : NAN;
}

void mts_compare_model_set_baseline(MtsCompareModel *self, gint64 id)
{
    if (self->baseline != id) {
        self->baseline = id;
        tell(self, MTS_CHANGE_BASELINE);
    }
}

MtsCompareRun *mts_compare_model_get_baseline(MtsCompareModel *self)
{
    MtsCompareRun *chosen = mts_compare_model_find(self, self->baseline);
    if (chosen && in_group(self, chosen)) {
        return chosen;
    }
    const guint count = g_list_model_get_n_items(G_LIST_MODEL(self->all));
    for (guint i = 0; i < count; i++) {
        MtsCompareRun *run = run_at(self->all, i);
        if (mts_compare_run_get_uniform(run) == MTS_RUN_FP32 && in_group(self, run)) {
            return run;
        }
    }
    return NULL;
}

/* Runs of different lengths are compared epoch by epoch. */
static double cycles_per_epoch(MtsCompareRun *run)
{
    const MtsCompareFigures *f = mts_compare_run_get_figures(run);
    if (isfinite(f->estimate)) {
        return f->estimate / f->clock.steps * f->clock.steps_per_epoch;
    }
    return f->steps > 0 ? f->cycles / f->steps * f->clock.steps_per_epoch : NAN;
}

double mts_compare_model_speed_up(MtsCompareModel *self, MtsCompareRun *run)
{
    MtsCompareRun *baseline = mts_compare_model_get_baseline(self);
    const double own = cycles_per_epoch(run);
    return baseline && own > 0 ? cycles_per_epoch(baseline) / own : NAN;
}

/* ---- how they are drawn ----------------------------------------------------------------------- */

void mts_compare_model_set_axis(MtsCompareModel *self, MtsCompareAxis axis)
{
    if (self->axis != axis) {
        self->axis = axis;
        self->cross = NAN;
        tell(self, MTS_CHANGE_AXIS);
    }
}

MtsCompareAxis mts_compare_model_get_axis(MtsCompareModel *self)
{
    return self->axis;
}

void mts_compare_model_set_smoothing(MtsCompareModel *self, double strength)
{
    strength = CLAMP(strength, 0, 1);
    if (self->smoothing != strength) {
        self->smoothing = strength;
        tell(self, MTS_CHANGE_AXIS);
    }
}

double mts_compare_model_get_smoothing(MtsCompareModel *self)
{
    return self->smoothing;
}

void mts_compare_model_set_hover(MtsCompareModel *self, MtsCompareRun *run)
{
    const gint64 id = run ? mts_compare_run_get_id(run) : 0;
    if (self->hover != id) {
        self->hover = id;
        tell(self, MTS_CHANGE_HOVER);
    }
}

MtsCompareRun *mts_compare_model_get_hover(MtsCompareModel *self)
{
    return mts_compare_model_find(self, self->hover);
}

float mts_compare_model_strength(MtsCompareModel *self, MtsCompareRun *run)
{
    return self->hover == 0 || self->hover == mts_compare_run_get_id(run) ? 1 : BACK;
}

static void set_number(MtsCompareModel *self, double *place, double value)
{
    if (value != *place && !(isnan(value) && isnan(*place))) {
        *place = value;
        tell(self, MTS_CHANGE_CROSS);
    }
}

void mts_compare_model_set_cross(MtsCompareModel *self, double x)
{
    set_number(self, &self->cross, x);
}

double mts_compare_model_get_cross(MtsCompareModel *self)
{
    return self->cross;
}

void mts_compare_model_set_epoch(MtsCompareModel *self, double epoch)
{
    set_number(self, &self->epoch, epoch);
}

double mts_compare_model_get_epoch(MtsCompareModel *self)
{
    return self->epoch;
}

void mts_compare_model_set_pair(MtsCompareModel *self, guint side, MtsCompareRun *run)
{
    const gint64 id = run ? mts_compare_run_get_id(run) : 0;
    g_return_if_fail(side < 2);
    if (self->pair[side] == id) {
        return;
    }
    if (id != 0 && self->pair[1 - side] == id) {
        self->pair[1 - side] = self->pair[side]; /* they change places */
    }
    self->pair[side] = id;
    tell(self, MTS_CHANGE_PAIR);
}

/* Where nobody chose, the first two checked runs. */
MtsCompareRun *mts_compare_model_get_pair(MtsCompareModel *self, guint side)
{
    g_return_val_if_fail(side < 2, NULL);
    MtsCompareRun *chosen = mts_compare_model_find(self, self->pair[side]);
    if (chosen) {
        return chosen;
    }
    GPtrArray *checked = mts_compare_model_get_checked(self);
    for (guint i = 0, plain = 0; i < checked->len; i++) {
        MtsCompareRun *run = g_ptr_array_index(checked, i);
        const gboolean other = mts_compare_run_get_id(run) == self->pair[1 - side];
        if (!other && plain++ == (self->pair[1 - side] ? 0 : side)) {
            return run;
        }
    }
    return NULL;
}

/* ---- object ------------------------------------------------------------------------------------ */

static void mts_compare_model_dispose(GObject *object)
{
    MtsCompareModel *self = MTS_COMPARE_MODEL(object);
    g_clear_handle_id(&self->idle, g_source_remove);
    if (self->known) {
        forget_runs(self);
    }
    g_clear_pointer(&self->known, g_hash_table_unref);
    g_clear_pointer(&self->checked, g_ptr_array_unref);
    g_clear_object(&self->shown);
    g_clear_object(&self->filter);
    if (self->all) {
        g_signal_handlers_disconnect_by_data(self->all, self);
    }
    g_clear_object(&self->all);
    g_clear_pointer(&self->group, g_free);
    g_clear_pointer(&self->words, g_free);
    G_OBJECT_CLASS(mts_compare_model_parent_class)->dispose(object);
}

static void mts_compare_model_class_init(MtsCompareModelClass *class)
{
    G_OBJECT_CLASS(class)->dispose = mts_compare_model_dispose;
    signals[CHANGED] = g_signal_new("changed", G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST, 0, NULL,
        NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void mts_compare_model_init(MtsCompareModel *self)
{
    self->target = self->cross = self->epoch = NAN;
    self->smoothing = SMOOTHING_DEFAULT;
    self->axis = MTS_COMPARE_CYCLES;
    self->known = g_hash_table_new_full(NULL, NULL, g_object_unref, NULL);
    self->all = g_list_store_new(MTS_TYPE_COMPARE_RUN);
    self->filter = GTK_FILTER(gtk_custom_filter_new(is_shown, self, NULL));
    self->shown = gtk_filter_list_model_new(
        g_object_ref(G_LIST_MODEL(self->all)), g_object_ref(self->filter));
    g_signal_connect_swapped(self->all, "items-changed", G_CALLBACK(on_list_changed), self);
}

MtsCompareModel *mts_compare_model_new(void)
{
    return g_object_new(MTS_TYPE_COMPARE_MODEL, NULL);
}
