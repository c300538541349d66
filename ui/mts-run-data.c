#include "mts-run-data.h"

#include <math.h>

/* The share of the run that the mean looks back over at a smoothing of 1. */
#define SMOOTHING_SPAN 0.04
#define SMOOTHING_DEFAULT 0.35

/* An exponential mean over unevenly spaced points, without a pull towards its start: the weight
 * of a point that lies d steps back is exp(-d / span). */
typedef struct Mean {
    double sum, weight;
    guint32 step;
} Mean;

struct _MtsRunData {
    GObject parent;
    gint64 id;
    EngClock clock;
    char *name, *message;
    guint slot;
    MtsRunStatus status;
    MtsSeries *series[MTS_CURVES];
    double smoothing;
    Mean loss_mean, accuracy_mean;
};

G_DEFINE_FINAL_TYPE(MtsRunData, mts_run_data, G_TYPE_OBJECT)

enum { APPENDED, CHANGED, SIGNALS };
static guint signals[SIGNALS];

static const struct {
    const char *name, *label;
} statuses[] = {
    [MTS_STATUS_IDLE] = {"idle", "Ready"},
    [MTS_STATUS_RUNNING] = {"running", "Running"},
    [MTS_STATUS_PAUSED] = {"paused", "Paused"},
    [MTS_STATUS_FINISHED] = {"finished", "Finished"},
    [MTS_STATUS_STOPPED] = {"stopped", "Stopped"},
    [MTS_STATUS_DIVERGED] = {"diverged", "Diverged"},
    [MTS_STATUS_FAILED] = {"failed", "Failed"},
    [MTS_STATUS_INTERRUPTED] = {"interrupted", "Interrupted"},
};

MtsRunStatus mts_run_status_from_name(const char *name)
{
    if (!name) {
        return MTS_STATUS_IDLE;
    }
    for (guint i = 0; i < G_N_ELEMENTS(statuses); i++) {
        if (strcmp(statuses[i].name, name) == 0) {
            return (MtsRunStatus)i;
        }
    }
    return MTS_STATUS_INTERRUPTED;
}

const char *mts_run_status_label(MtsRunStatus status)
{
    return statuses[status].label;
}

static void mts_run_data_finalize(GObject *object)
{
    MtsRunData *self = MTS_RUN_DATA(object);
    g_free(self->name);
    g_free(self->message);
    for (int i = 0; i < MTS_CURVES; i++) {
        mts_series_free(self->series[i]);
    }
    G_OBJECT_CLASS(mts_run_data_parent_class)->finalize(object);
}

static void mts_run_data_class_init(MtsRunDataClass *class)
{
    G_OBJECT_CLASS(class)->finalize = mts_run_data_finalize;
    signals[APPENDED] = g_signal_new("appended", G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST, 0,
        NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_DOUBLE);
    signals[CHANGED] = g_signal_new("changed", G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST, 0, NULL,
        NULL, NULL, G_TYPE_NONE, 0);
}

static void forget(MtsRunData *self)
{
    for (int i = 0; i < MTS_CURVES; i++) {
        mts_series_clear(self->series[i]);
    }
    self->loss_mean = self->accuracy_mean = (Mean){0};
    /* Before the first step nothing has been spent. */
    mts_series_append(self->series[MTS_CURVE_CYCLES], 0, 0);
}

static void mts_run_data_init(MtsRunData *self)
{
    for (int i = 0; i < MTS_CURVES; i++) {
        self->series[i] = mts_series_new();
    }
    self->smoothing = SMOOTHING_DEFAULT;
    forget(self);
}

MtsRunData *mts_run_data_new(gint64 id, const char *name, EngClock clock)
{
    MtsRunData *self = g_object_new(MTS_TYPE_RUN_DATA, NULL);
    self->id = id;
    self->name = g_strdup(name ? name : "");
    self->clock = (EngClock){MAX(clock.steps, 1), MAX(clock.steps_per_epoch, 1)};
    return self;
}

gint64 mts_run_data_get_id(MtsRunData *self)
{
    return self->id;
}

void mts_run_data_set_id(MtsRunData *self, gint64 id)
{
    self->id = id;
}

EngClock mts_run_data_get_clock(MtsRunData *self)
{
    return self->clock;
}

const char *mts_run_data_get_name(MtsRunData *self)
{
    return self->name;
}

void mts_run_data_set_name(MtsRunData *self, const char *name)
{
    if (g_strcmp0(self->name, name) == 0) {
        return;
    }
    g_free(self->name);
    self->name = g_strdup(name ? name : "");
    g_signal_emit(self, signals[CHANGED], 0);
}

guint mts_run_data_get_slot(MtsRunData *self)
{
    return self->slot;
}

void mts_run_data_set_slot(MtsRunData *self, guint slot)
{
    if (self->slot != slot) {
        self->slot = slot;
        g_signal_emit(self, signals[CHANGED], 0);
    }
}

void mts_run_data_set_status(MtsRunData *self, MtsRunStatus status, const char *message)
{
    if (self->status == status && g_strcmp0(self->message, message) == 0) {
        return;
    }
    self->status = status;
    char *copy = g_strdup(message);
    g_free(self->message);
    self->message = copy;
    g_signal_emit(self, signals[CHANGED], 0);
}

MtsRunStatus mts_run_data_get_status(MtsRunData *self)
{
    return self->status;
}

const char *mts_run_data_get_message(MtsRunData *self)
{
    return self->message;
}

static float mean_add(Mean *mean, double span, guint32 step, float value)
{
    if (span <= 0) {
        return value;
    }
    const double keep = mean->weight > 0 ? exp(-(double)(step - mean->step) / span) : 0;
    /* What is not a number must not spoil the mean for the rest of the run. */
    const double weight = isfinite(value) ? 1 : 0;
    mean->sum = mean->sum * keep + (weight > 0 ? value : 0);
    mean->weight = mean->weight * keep + weight;
    mean->step = step;
    return mean->weight > 0 ? (float)(mean->sum / mean->weight) : NAN;
}

static double mean_span(MtsRunData *self)
{
    return self->smoothing * SMOOTHING_SPAN * self->clock.steps;
}

void mts_run_data_append_steps(MtsRunData *self, const MtsStepPoint *points, gsize count)
{
    const double span = mean_span(self);
    double first = -1;
    for (gsize i = 0; i < count; i++) {
        const MtsStepPoint *p = &points[i];
        if (p->step == G_MAXUINT32 ||
            !mts_series_append(self->series[MTS_CURVE_TRAIN_LOSS], p->step, p->loss)) {
            continue;
        }
        mts_series_append(self->series[MTS_CURVE_TRAIN_ACCURACY], p->step, p->accuracy);
        mts_series_append(self->series[MTS_CURVE_SMOOTH_LOSS], p->step,
            mean_add(&self->loss_mean, span, p->step, p->loss));
        mts_series_append(self->series[MTS_CURVE_SMOOTH_ACCURACY], p->step,
            mean_add(&self->accuracy_mean, span, p->step, p->accuracy));
        mts_series_append(self->series[MTS_CURVE_CYCLES], p->step + 1, (float)p->cycles);
        if (first < 0) {
            first = p->step;
        }
    }
    if (first >= 0) {
        /* The line to the first new point starts at the last old one. */
        const gsize length = mts_series_length(self->series[MTS_CURVE_TRAIN_LOSS]);
        const gsize index = mts_series_find(self->series[MTS_CURVE_TRAIN_LOSS], first);
        g_assert(index < length);
        const double from =
            index > 0 ? mts_series_x(self->series[MTS_CURVE_TRAIN_LOSS], index - 1) : 0;
        g_signal_emit(self, signals[APPENDED], 0, from);
    }
}

void mts_run_data_append_evals(MtsRunData *self, const MtsEvalPoint *points, gsize count)
{
    const MtsSeries *loss = self->series[MTS_CURVE_TEST_LOSS];
    const gsize before = mts_series_length(loss);
    for (gsize i = 0; i < count; i++) {
        if (mts_series_append(self->series[MTS_CURVE_TEST_LOSS], points[i].step, points[i].loss)) {
            mts_series_append(
                self->series[MTS_CURVE_TEST_ACCURACY], points[i].step, points[i].accuracy);
        }
    }
    if (mts_series_length(loss) > before) {
        const double from = before > 0 ? mts_series_x(loss, before - 1) : 0;
        g_signal_emit(self, signals[APPENDED], 0, from);
    }
}

void mts_run_data_clear(MtsRunData *self)
{
    forget(self);
    g_signal_emit(self, signals[CHANGED], 0);
}

const MtsSeries *mts_run_data_get_series(MtsRunData *self, MtsCurve curve)
{
    g_return_val_if_fail(curve < MTS_CURVES, NULL);
    return self->series[curve];
}

static void smooth(MtsRunData *self, MtsCurve from, MtsCurve to, Mean *mean)
{
    const MtsSeries *raw = self->series[from];
    const double span = mean_span(self);
    *mean = (Mean){0};
    mts_series_clear(self->series[to]);
    for (gsize i = 0; i < mts_series_length(raw); i++) {
        const guint32 step = mts_series_x(raw, i);
        mts_series_append(self->series[to], step, mean_add(mean, span, step, mts_series_y(raw, i)));
    }
}

void mts_run_data_set_smoothing(MtsRunData *self, double smoothing)
{
    smoothing = CLAMP(smoothing, 0, 1);
    if (smoothing == self->smoothing) {
        return;
    }
    self->smoothing = smoothing;
    smooth(self, MTS_CURVE_TRAIN_LOSS, MTS_CURVE_SMOOTH_LOSS, &self->loss_mean);
    smooth(self, MTS_CURVE_TRAIN_ACCURACY, MTS_CURVE_SMOOTH_ACCURACY, &self->accuracy_mean);
    g_signal_emit(self, signals[CHANGED], 0);
}

double mts_run_data_get_best_accuracy(MtsRunData *self)
{
    const MtsSeries *accuracy = self->series[MTS_CURVE_TEST_ACCURACY];
    double smallest, largest;
    return mts_series_extent(accuracy, 0, mts_series_length(accuracy), &smallest, &largest)
        ? largest
        : NAN;
}
