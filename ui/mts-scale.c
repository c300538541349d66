#include "mts-scale.h"

#include <math.h>

/* Decades a logarithmic axis shows at most below its top. */
#define DECADES 12.0

/* Beyond this a span could overflow; below its inverse a step could vanish. */
#define HUGEST 1e290

static MtsScale fit_linear(double smallest, double largest, double pad)
{
    if (!isfinite(smallest) || !isfinite(largest)) {
        return (MtsScale){0, 1, FALSE};
    }
    double low = MIN(smallest, largest), high = MAX(smallest, largest);
    low = CLAMP(low, -HUGEST, HUGEST);
    high = CLAMP(high, -HUGEST, HUGEST);
    const double size = MAX(fabs(low), fabs(high));
    if (size < 1 / HUGEST) {
        return (MtsScale){0, 1, FALSE};
    }
    /* A span that floating point can hardly resolve is no span. */
    if (high - low <= size * 1e-9) {
        return (MtsScale){low - size * 0.1, high + size * 0.1, FALSE};
    }
    const double span = (high - low) * pad;
    return (MtsScale){low - span, high + span, FALSE};
}

static MtsScale fit_log(double smallest, double largest, double pad)
{
    double low = MIN(smallest, largest), high = MAX(smallest, largest);
    if (!isfinite(low) || !isfinite(high) || high <= 0) {
        return (MtsScale){0.1, 3, TRUE};
    }
    high = CLAMP(high, 1 / HUGEST, HUGEST);
    low = CLAMP(low, high * pow(10, -DECADES), high);
    if (log(high / low) < 1e-6) {
        return (MtsScale){low / 1.5, high * 1.5, TRUE};
    }
    const double factor = pow(high / low, pad);
    return (MtsScale){low / factor, high * factor, TRUE};
}

MtsScale mts_scale_fit(double smallest, double largest, gboolean log, double pad)
{
    return log ? fit_log(smallest, largest, pad) : fit_linear(smallest, largest, pad);
}

double mts_scale_place(const MtsScale *scale, double value)
{
    if (!scale->log) {
        return (value - scale->low) / (scale->high - scale->low);
    }
    if (value <= 0) {
        return -1;
    }
    return log(value / scale->low) / log(scale->high / scale->low);
}

double mts_scale_value(const MtsScale *scale, double place)
{
    if (scale->log) {
        return scale->low * pow(scale->high / scale->low, place);
    }
    return scale->low + (scale->high - scale->low) * place;
}

gboolean mts_scale_holds(const MtsScale *held, const MtsScale *wanted)
{
    if (held->log != wanted->log) {
        return FALSE;
    }
    const double low = mts_scale_place(held, wanted->low),
                 high = mts_scale_place(held, wanted->high);
    return low >= 0 && high <= 1 && high - low >= 0.75;
}

static void add(MtsTicks *ticks, double value)
{
    if (ticks->count < MTS_SCALE_TICKS) {
        ticks->value[ticks->count++] = value;
    }
}

static MtsTicks linear_ticks(const MtsScale *scale, double pixels, double apart)
{
    static const double steps[] = {1, 2, 2.5, 5, 10};
    static const int further[] = {0, 0, 1, 0, 0}; /* decimals that the step itself adds */
    MtsTicks ticks = {0};
    const double span = scale->high - scale->low;
    const double room = MAX(2, MIN(floor(pixels / apart) + 1, MTS_SCALE_TICKS));
    const double least = span / room;
    const int decade = (int)floor(log10(least));
    guint i = 0;
    while (i + 1 < G_N_ELEMENTS(steps) &&
        (steps[i] * pow(10, decade) < least ||
            steps[i] * pow(10, decade) / span * pixels < apart)) {
        i++;
    }
    ticks.step = steps[i] * pow(10, decade);
    ticks.decimals = MAX(0, further[i] - decade - (steps[i] == 10 ? 1 : 0));
    const double first = ceil(scale->low / ticks.step - 1e-9);
    for (int k = 0; k < MTS_SCALE_TICKS; k++) {
        const double value = (first + k) * ticks.step;
        if (value > scale->high + span * 1e-9) {
            break;
        }
        add(&ticks, value);
    }
    return ticks;
}

/* The marks of one decade, from dense to sparse; each ends with 0. */
static const double log_marks[][10] = {
    {1, 1.5, 2, 3, 4, 5, 6, 8, 0},
    {1, 1.5, 2, 3, 4, 6, 8, 0},
    {1, 1.5, 2, 3, 5, 7, 0},
    {1, 2, 5, 0},
    {1, 3, 0},
    {1, 0},
};

/* The marks 6, 8 and 1 stand close to each other as the mock-up's 0.6, 0.8 and 1.0 do; what
 * decides is the smallest distance in the set. */
static double smallest_ratio(const double *marks)
{
    double smallest = INFINITY;
    for (guint i = 0; marks[i] != 0; i++) {
        const double next = marks[i + 1] != 0 ? marks[i + 1] : 10 * marks[0];
        smallest = MIN(smallest, next / marks[i]);
    }
    return smallest;
}

static MtsTicks log_ticks(const MtsScale *scale, double pixels, double apart)
{
    MtsTicks ticks = {0};
    const double span = log(scale->high / scale->low);
    guint set = 0;
    while (set + 1 < G_N_ELEMENTS(log_marks) &&
        log(smallest_ratio(log_marks[set])) / span * pixels < apart) {
        set++;
    }
    /* Whole decades still too close: every second one, every third … */
    const int stride = MAX(1, (int)ceil(apart * span / (log(10) * pixels) - 1e-9));
    const int first = (int)floor(log10(scale->low)), last = (int)ceil(log10(scale->high));
    for (int decade = first; decade <= last; decade++) {
        if (set + 1 == G_N_ELEMENTS(log_marks) && (decade % stride) != 0) {
            continue;
        }
        for (guint i = 0; log_marks[set][i] != 0; i++) {
            const double value = log_marks[set][i] * pow(10, decade);
            if (value >= scale->low * (1 - 1e-9) && value <= scale->high * (1 + 1e-9)) {
                add(&ticks, value);
            }
        }
    }
    return ticks;
}

MtsTicks mts_scale_ticks(const MtsScale *scale, double pixels, double apart)
{
    if (!(pixels > 0)) {
        return (MtsTicks){0};
    }
    if (!scale->log) {
        return linear_ticks(scale, pixels, apart);
    }
    const MtsTicks ticks = log_ticks(scale, pixels, apart);
    const double ratio = scale->high / scale->low;
    if (ticks.count >= 2 || ratio > 4) {
        return ticks;
    }
    /* In so narrow a range round marks are few, and equal steps are nearly as far apart as on a
     * linear axis: the last two, which are closest, decide. */
    const double closest = (1 - 1 / ratio) / log(ratio);
    return linear_ticks(scale, pixels, apart / closest);
}
