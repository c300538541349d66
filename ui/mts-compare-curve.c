#include "mts-compare-curve.h"

#include "mts-text.h"
#include <math.h>
#include <string.h>

/* The share of a whole run over which weights fall to 1/e at full strength. */
#define SMOOTHING_SPAN 0.05

static const struct {
    const char *name, *words;
    gboolean log;
} axes[MTS_COMPARE_AXES] = {
    [MTS_COMPARE_ITERATION] = {"Iteration", "iterations", FALSE},
    [MTS_COMPARE_EPOCH] = {"Epoch", "epochs", FALSE},
    [MTS_COMPARE_CYCLES] = {"Cycles", "fMAC cycles, log", TRUE},
    [MTS_COMPARE_TIME] = {"Time", "simulated seconds, log", TRUE},
    [MTS_COMPARE_ENERGY] = {"Energy", "joules, log", TRUE},
    [MTS_COMPARE_WALL] = {"Wall", "seconds on this computer", FALSE},
};

const char *mts_compare_axis_name(MtsCompareAxis axis)
{
    return axes[axis].name;
}

const char *mts_compare_axis_words(MtsCompareAxis axis)
{
    return axes[axis].words;
}

gboolean mts_compare_axis_is_log(MtsCompareAxis axis)
{
    return axes[axis].log;
}

/* "1.22 s", "12 ms". */
static char *small_amount(double value, const char *unit)
{
    static const char *const prefixes[] = {"", "m", "µ", "n", "p"};
    guint step = 0;
    while (step + 1 < G_N_ELEMENTS(prefixes) && value != 0 && fabs(value) < 0.9995) {
        value *= 1000;
        step++;
    }
    g_autofree char *number = mts_text_amount(value);
    const gboolean scaled = strchr(number, ' ') != NULL;
    return g_strdup_printf("%s%s%s%s", number, scaled ? "" : " ", prefixes[step], unit);
}

char *mts_compare_axis_text(MtsCompareAxis axis, double value)
{
    if (!isfinite(value)) {
        return g_strdup(MTS_TEXT_NONE);
    }
    switch (axis) {
    case MTS_COMPARE_ITERATION:
        return mts_text_count((guint64)CLAMP(value + 0.5, 0, 1e18));
    case MTS_COMPARE_EPOCH:
        return mts_text_fixed(value, value == floor(value) ? 0 : value < 10 ? 2 : 1);
    case MTS_COMPARE_CYCLES:
        return mts_text_amount(value);
    case MTS_COMPARE_TIME:
    case MTS_COMPARE_WALL:
        return small_amount(value, "s");
    case MTS_COMPARE_ENERGY:
        return small_amount(value, "J");
    case MTS_COMPARE_AXES:
        break;
    }
    return g_strdup("");
}

char *mts_compare_axis_tick(MtsCompareAxis axis, double value)
{
    char *text = mts_compare_axis_text(axis, value);
    const gsize digits = strspn(text, "0123456789.,");
    gsize kept = digits;
    if (memchr(text, '.', digits)) {
        while (kept > 0 && text[kept - 1] == '0') {
            kept--;
        }
        kept -= kept > 0 && text[kept - 1] == '.';
    }
    memmove(text + kept, text + digits, strlen(text + digits) + 1);
    return text;
}

/* ---- curves --------------------------------------------------------------------------------- */

MtsCompareCurve *mts_compare_curve_new(EngClock clock, const MtsMoment *moments, guint count)
{
    MtsCompareCurve *self = g_new0(MtsCompareCurve, 1);
    self->clock = (EngClock){MAX(clock.steps, 1), MAX(clock.steps_per_epoch, 1)};
    self->moments = g_new(MtsMoment, count);
    for (guint i = 0; i < count; i++) {
        if (self->count == 0 || moments[i].step > self->moments[self->count - 1].step) {
            self->moments[self->count++] = moments[i];
        }
    }
    return self;
}

void mts_compare_curve_free(MtsCompareCurve *self)
{
    if (self) {
        g_free(self->moments);
        g_free(self);
    }
}

/* Moves every cursor to the next step that all curves have; FALSE where there is none. */
static gboolean next_common(MtsCompareCurve *const *curves, guint count, guint *at)
{
    guint32 step = 0;
    for (gboolean same = FALSE; !same;) {
        same = TRUE;
        for (guint i = 0; i < count; i++) {
            while (at[i] < curves[i]->count && curves[i]->moments[at[i]].step < step) {
                at[i]++;
            }
            if (at[i] == curves[i]->count) {
                return FALSE;
            }
            same = same && curves[i]->moments[at[i]].step == step;
            step = MAX(step, curves[i]->moments[at[i]].step);
        }
    }
    return TRUE;
}

static MtsMoment mean_moment(MtsCompareCurve *const *curves, guint count, const guint *at)
{
    MtsMoment mean = {.step = curves[0]->moments[at[0]].step};
    double accuracy = 0, loss = 0, squares = 0;
    for (guint i = 0; i < count; i++) {
        const MtsMoment *one = &curves[i]->moments[at[i]];
        accuracy += one->accuracy / (double)count;
        loss += one->loss / (double)count;
        mean.cycles += one->cycles / count;
        mean.joules += one->joules / count;
        mean.seconds += one->seconds / count;
        mean.wall += one->wall / count;
    }
    for (guint i = 0; i < count; i++) {
        const double off = curves[i]->moments[at[i]].accuracy - accuracy;
        squares += off * off;
    }
    mean.accuracy = (float)accuracy;
    mean.loss = (float)loss;
    mean.accuracy_spread = count > 1 ? (float)sqrt(squares / (count - 1)) : NAN;
    return mean;
}

MtsCompareCurve *mts_compare_curve_mean(MtsCompareCurve *const *curves, guint count)
{
    if (count == 0) {
        return NULL;
    }
    g_autofree guint *at = g_new0(guint, count);
    g_autoptr(GArray) moments = g_array_new(FALSE, FALSE, sizeof(MtsMoment));
    while (next_common(curves, count, at)) {
        const MtsMoment mean = mean_moment(curves, count, at);
        g_array_append_val(moments, mean);
        for (guint i = 0; i < count; i++) {
            at[i]++;
        }
    }
    if (moments->len == 0) {
        return NULL;
    }
    return mts_compare_curve_new(
        curves[0]->clock, (const MtsMoment *)(gpointer)moments->data, moments->len);
}

double mts_compare_curve_x(const MtsCompareCurve *self, guint index, MtsCompareAxis axis)
{
    const MtsMoment *moment = &self->moments[index];
    switch (axis) {
    case MTS_COMPARE_ITERATION:
        return moment->step;
    case MTS_COMPARE_EPOCH:
        return (double)moment->step / self->clock.steps_per_epoch;
    case MTS_COMPARE_CYCLES:
        return moment->cycles;
    case MTS_COMPARE_TIME:
        return moment->seconds;
    case MTS_COMPARE_ENERGY:
        return moment->joules;
    case MTS_COMPARE_WALL:
        return moment->wall;
    case MTS_COMPARE_AXES:
        break;
    }
    return NAN;
}

int mts_compare_curve_reach(const MtsCompareCurve *self, double accuracy)
{
    for (guint i = 0; i < self->count; i++) {
        /* The target is compared as the float32 that an accuracy is. */
        if (self->moments[i].accuracy >= (float)accuracy) {
            return (int)i;
        }
    }
    return -1;
}

double mts_compare_curve_within(const MtsCompareCurve *self, double cycles)
{
    double best = NAN;
    for (guint i = 0; i < self->count && self->moments[i].cycles <= cycles; i++) {
        best = fmax(best, self->moments[i].accuracy);
    }
    return best;
}

double mts_compare_curve_best(const MtsCompareCurve *self)
{
    return mts_compare_curve_within(self, INFINITY);
}

double mts_compare_curve_last(const MtsCompareCurve *self)
{
    return self->count > 0 ? self->moments[self->count - 1].accuracy : NAN;
}

/* Adds to sum and weight of every moment what those before it (or behind it) weigh; its own value
 * only where `own`. */
static void sweep(const MtsCompareCurve *self, double span, gboolean backward, gboolean own,
    double *sums, double *weights)
{
    double sum = 0, weight = 0;
    guint32 last = 0;
    for (guint i = 0; i < self->count; i++) {
        const guint at = backward ? self->count - 1 - i : i;
        const MtsMoment *moment = &self->moments[at];
        const guint32 apart = backward ? last - moment->step : moment->step - last;
        const double decay = i == 0 ? 0 : exp(-(double)apart / span);
        const gboolean known = isfinite(moment->accuracy);
        sum *= decay;
        weight *= decay;
        sums[at] += sum + (own && known ? moment->accuracy : 0);
        weights[at] += weight + (own && known);
        sum += known ? moment->accuracy : 0;
        weight += known;
        last = moment->step;
    }
}

void mts_compare_curve_smooth(const MtsCompareCurve *self, double strength, float *smooth)
{
    const double span = CLAMP(strength, 0, 1) * SMOOTHING_SPAN * self->clock.steps;
    g_autofree double *sums = g_new0(double, self->count);
    g_autofree double *weights = g_new0(double, self->count);
    if (span > 0) {
        sweep(self, span, FALSE, TRUE, sums, weights);
        sweep(self, span, TRUE, FALSE, sums, weights);
    }
    for (guint i = 0; i < self->count; i++) {
        const float accuracy = self->moments[i].accuracy;
        smooth[i] = span > 0 && isfinite(accuracy) ? (float)(sums[i] / weights[i]) : accuracy;
    }
}

double mts_compare_curve_at(const MtsCompareCurve *self, const float *values, MtsCompareAxis axis,
    double x, gboolean *ended)
{
    guint low = 0, high = self->count;
    *ended = FALSE;
    while (low < high) {
        const guint middle = low + (high - low) / 2;
        if (mts_compare_curve_x(self, middle, axis) < x) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == self->count) {
        *ended = self->count > 0;
        return self->count > 0 ? values[self->count - 1] : NAN;
    }
    const double right = mts_compare_curve_x(self, low, axis);
    if (right == x || low == 0) {
        return right == x ? values[low] : NAN;
    }
    const double left = mts_compare_curve_x(self, low - 1, axis);
    return values[low - 1] + (values[low] - values[low - 1]) * ((x - left) / (right - left));
}
