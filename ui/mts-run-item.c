#include "mts-run-item.h"

#include <math.h>

struct _MtsRunItem {
    GObject parent;
    gint64 id;
    char *name, *data, *model, *group;
    MtsRunStatus status;
    double accuracy, cycles, progress;
    gboolean checked, active;
    guint slot;
    float sparkline[MTS_SPARKLINE];
    gsize points;
};

G_DEFINE_FINAL_TYPE(MtsRunItem, mts_run_item, G_TYPE_OBJECT)

enum { CHANGED, SIGNALS };
static guint signals[SIGNALS];

static void mts_run_item_finalize(GObject *object)
{
    MtsRunItem *self = MTS_RUN_ITEM(object);
    g_free(self->name);
    g_free(self->data);
    g_free(self->model);
    g_free(self->group);
    G_OBJECT_CLASS(mts_run_item_parent_class)->finalize(object);
}

static void mts_run_item_class_init(MtsRunItemClass *class)
{
    G_OBJECT_CLASS(class)->finalize = mts_run_item_finalize;
    signals[CHANGED] = g_signal_new("changed", G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST, 0, NULL,
        NULL, NULL, G_TYPE_NONE, 0);
}

static void mts_run_item_init(MtsRunItem *self)
{
    self->accuracy = self->cycles = NAN;
    self->progress = 1;
}

static void changed(MtsRunItem *self)
{
    g_signal_emit(self, signals[CHANGED], 0);
}

/* "digits:2000" -> "Digits", "idx:/data/mnist" -> "mnist". */
static char *data_label(const char *data)
{
    if (g_str_has_prefix(data, "idx:")) {
        return g_path_get_basename(data + 4);
    }
    char *kind = g_strndup(data, strcspn(data, ":"));
    kind[0] = g_ascii_toupper(kind[0]);
    return kind;
}

/* "mlp:256,128" -> "MLP 256, 128"; a network written layer by layer stays as it is. */
static char *model_label(const char *model)
{
    const char *colon = strchr(model, ':');
    if (!colon) {
        return g_strdup(model);
    }
    g_autofree char *family = g_ascii_strup(model, colon - model);
    g_auto(GStrv) widths = g_strsplit(colon + 1, ",", -1);
    for (guint i = 0; widths[i]; i++) {
        g_strstrip(widths[i]);
    }
    g_autofree char *list = g_strjoinv(", ", widths);
    return g_strdup_printf("%s %s", family, list);
}

MtsRunItem *mts_run_item_new(gint64 id, const char *name, const char *data, const char *model)
{
    MtsRunItem *self = g_object_new(MTS_TYPE_RUN_ITEM, NULL);
    self->id = id;
    self->name = g_strdup(name ? name : "");
    self->data = g_strdup(data ? data : "");
    self->model = g_strdup(model ? model : "");
    g_autofree char *what = data_label(self->data);
    g_autofree char *with = model_label(self->model);
    self->group = g_strdup_printf("%s · %s", what, with);
    return self;
}

gint64 mts_run_item_get_id(MtsRunItem *self)
{
    return self->id;
}

void mts_run_item_set_name(MtsRunItem *self, const char *name)
{
    if (g_strcmp0(self->name, name) != 0) {
        g_free(self->name);
        self->name = g_strdup(name ? name : "");
        changed(self);
    }
}

const char *mts_run_item_get_name(MtsRunItem *self)
{
    return self->name;
}

const char *mts_run_item_get_group(MtsRunItem *self)
{
    return self->group;
}

void mts_run_item_set_status(MtsRunItem *self, MtsRunStatus status)
{
    if (self->status != status) {
        self->status = status;
        changed(self);
    }
}

MtsRunStatus mts_run_item_get_status(MtsRunItem *self)
{
    return self->status;
}

void mts_run_item_set_result(MtsRunItem *self, double accuracy, double cycles)
{
    self->accuracy = accuracy;
    self->cycles = cycles;
    changed(self);
}

double mts_run_item_get_accuracy(MtsRunItem *self)
{
    return self->accuracy;
}

double mts_run_item_get_cycles(MtsRunItem *self)
{
    return self->cycles;
}

void mts_run_item_set_progress(MtsRunItem *self, double share)
{
    if (self->progress != share) {
        self->progress = share;
        changed(self);
    }
}

double mts_run_item_get_progress(MtsRunItem *self)
{
    return self->progress;
}

void mts_run_item_set_checked(MtsRunItem *self, gboolean checked, guint slot)
{
    if (self->checked != !!checked || self->slot != slot) {
        self->checked = !!checked;
        self->slot = slot;
        changed(self);
    }
}

gboolean mts_run_item_get_checked(MtsRunItem *self)
{
    return self->checked;
}

guint mts_run_item_get_slot(MtsRunItem *self)
{
    return self->slot;
}

void mts_run_item_set_active(MtsRunItem *self, gboolean active)
{
    if (self->active != !!active) {
        self->active = !!active;
        changed(self);
    }
}

gboolean mts_run_item_get_active(MtsRunItem *self)
{
    return self->active;
}

void mts_run_item_set_sparkline(MtsRunItem *self, const float *points, gsize count)
{
    self->points = MIN(count, MTS_SPARKLINE);
    for (gsize i = 0; i < self->points; i++) {
        /* Evenly spread over what was given, first and last included. */
        const gsize from = self->points < 2 ? 0 : i * (count - 1) / (self->points - 1);
        self->sparkline[i] = points[from];
    }
    changed(self);
}

const float *mts_run_item_get_sparkline(MtsRunItem *self, gsize *count)
{
    *count = self->points;
    return self->sparkline;
}

gboolean mts_run_item_matches(MtsRunItem *self, const char *words)
{
    g_autofree char *all = g_strjoin("\n", self->name, self->data, self->model, self->group, NULL);
    g_autofree char *folded = g_utf8_casefold(all, -1);
    g_autofree char *wanted = g_utf8_casefold(words, -1);
    g_auto(GStrv) parts = g_strsplit_set(wanted, " \t", -1);
    for (guint i = 0; parts[i]; i++) {
        if (!strstr(folded, parts[i])) {
            return FALSE;
        }
    }
    return TRUE;
}
