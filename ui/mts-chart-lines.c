/* Which lines a chart has, what they look like, and the range they need. */
#include "mts-chart-private.h"

#include "mts-palette.h"
#include "mts-text.h"
#include <math.h>

/* Keys of the lines that are there once; ghosts have keys above these. */
enum { KEY_MAIN = 1, KEY_TRAIN, KEY_ESTIMATE, KEY_FP32, KEY_BF16, KEY_GHOSTS = 16 };

/* The first steps of a run would press an accuracy's later course into a narrow strip: its axis
 * looks at what comes after this share of the run. */
#define EARLY 0.05

static const struct {
    const char *title;
    MtsCurve raw, train, main;
} kinds[] = {
    [MTS_CHART_LOSS] = {"Loss", MTS_CURVE_TRAIN_LOSS, MTS_CURVE_SMOOTH_LOSS, MTS_CURVE_TEST_LOSS},
    [MTS_CHART_ACCURACY] = {"Accuracy", MTS_CURVE_TRAIN_ACCURACY, MTS_CURVE_SMOOTH_ACCURACY,
        MTS_CURVE_TEST_ACCURACY},
    [MTS_CHART_CYCLES] = {"fMAC cycles", MTS_CURVE_CYCLES, MTS_CURVE_CYCLES, MTS_CURVE_CYCLES},
};

const char *mts_chart_title(MtsChartKind kind)
{
    return kinds[kind].title;
}

static void line_free(gpointer data)
{
    MtsChartLine *line = data;
    g_free(line->name);
    g_clear_object(&line->run);
    mts_polyline_clear(&line->line);
    g_free(line);
}

static MtsChartLine *add(GPtrArray *lines, MtsLineRole role, guint key, guint slot,
    const char *name, const MtsSeries *series)
{
    MtsChartLine *line = g_new0(MtsChartLine, 1);
    line->role = role;
    line->key = key;
    line->slot = slot;
    line->name = g_strdup(name);
    line->source = (MtsLineSource){series, 1, 0, 0, -1};
    line->stale = -INFINITY;
    mts_polyline_init(&line->line);
    g_ptr_array_add(lines, line);
    return line;
}

/* A run with another number of steps per epoch is laid epoch on epoch. */
static void add_run(GPtrArray *lines, const MtsChartContent *content, MtsRunData *run,
    MtsLineRole role, guint key, guint slot, const char *name, MtsCurve curve)
{
    MtsChartLine *line = add(lines, role, key, slot, name, mts_run_data_get_series(run, curve));
    line->run = g_object_ref(run);
    line->source.stretch = (double)content->clock.steps_per_epoch /
        (double)mts_run_data_get_clock(run).steps_per_epoch;
}

static void add_ghosts(GPtrArray *lines, const MtsChartContent *content)
{
    const guint count = content->ghosts ? g_list_model_get_n_items(content->ghosts) : 0;
    for (guint i = count; i > 0; i--) {
        g_autoptr(MtsRunData) run = g_list_model_get_item(content->ghosts, i - 1);
        const MtsSeries *main = mts_run_data_get_series(run, kinds[content->kind].main);
        const MtsCurve curve =
            mts_series_length(main) >= 2 ? kinds[content->kind].main : kinds[content->kind].train;
        const guint key = KEY_GHOSTS + (g_direct_hash(run) >> 4) % (G_MAXUINT / 2);
        add_run(lines, content, run, MTS_LINE_GHOST, key, mts_run_data_get_slot(run),
            mts_run_data_get_name(run), curve);
    }
}

static void add_live(GPtrArray *lines, const MtsChartContent *content)
{
    const guint slot = mts_run_data_get_slot(content->live);
    if (content->kind == MTS_CHART_CYCLES) {
        add_run(lines, content, content->live, MTS_LINE_MAIN, KEY_MAIN, slot, "this run",
            MTS_CURVE_CYCLES);
        return;
    }
    add_run(lines, content, content->live, MTS_LINE_RAW, KEY_TRAIN, slot, NULL,
        kinds[content->kind].raw);
    add_run(lines, content, content->live, MTS_LINE_TRAIN, KEY_TRAIN, slot, "train",
        kinds[content->kind].train);
    add_run(lines, content, content->live, MTS_LINE_MAIN, KEY_MAIN, slot, "test",
        kinds[content->kind].main);
}

static void move_estimate(MtsChartLine *line, const MtsChartContent *content)
{
    double done = 0, spent = 0;
    if (content->live) {
        const MtsSeries *cycles = mts_run_data_get_series(content->live, MTS_CURVE_CYCLES);
        spent = mts_series_last(cycles, &done);
    }
    const double planned = mts_series_at(line->source.series, done);
    line->source.begin = done;
    line->source.lift = isnan(planned) || isnan(spent) ? 0 : spent - planned;
    line->stale = -INFINITY;
}

GPtrArray *mts_chart_lines_new(const MtsChartContent *content)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(line_free);
    if (content->kind == MTS_CHART_CYCLES) {
        if (content->estimate) {
            const guint slot = content->live ? mts_run_data_get_slot(content->live) : 0;
            add(lines, MTS_LINE_ESTIMATE, KEY_ESTIMATE, slot, "estimate", content->estimate);
        }
        if (content->fp32) {
            add(lines, MTS_LINE_BASELINE, KEY_FP32, MTS_RUN_FP32, "FP32", content->fp32);
        }
        if (content->bf16) {
            add(lines, MTS_LINE_BASELINE, KEY_BF16, MTS_RUN_BF16, "bfloat16", content->bf16);
        }
    } else {
        add_ghosts(lines, content);
    }
    if (content->live) {
        add_live(lines, content);
    }
    mts_chart_lines_move(lines, content);
    return lines;
}

void mts_chart_lines_move(GPtrArray *lines, const MtsChartContent *content)
{
    for (guint i = 0; i < lines->len; i++) {
        MtsChartLine *line = g_ptr_array_index(lines, i);
        if (line->role == MTS_LINE_ESTIMATE) {
            move_estimate(line, content);
        }
    }
}

/* ---- range ---------------------------------------------------------------------------------- */

typedef struct Range {
    double low, high;
} Range;

static void widen(Range *range, double value)
{
    if (isfinite(value)) {
        range->low = MIN(range->low, value);
        range->high = MAX(range->high, value);
    }
}

/* What the line shows between two axis steps, ends between two points included. */
static Range line_range(const MtsChartLine *line, double from, double to)
{
    const MtsLineSource *source = &line->source;
    Range range = {INFINITY, -INFINITY};
    from = MAX(from, source->begin);
    const double first = (from - source->shift) / source->stretch,
                 last = (to - source->shift) / source->stretch;
    if (!(last >= first)) {
        return range;
    }
    double low, high;
    const gsize begin = mts_series_find(source->series, first),
                end = mts_series_find(source->series, nextafter(last, INFINITY));
    if (mts_series_extent(source->series, begin, end, &low, &high)) {
        widen(&range, low + source->lift);
        widen(&range, high + source->lift);
    }
    widen(&range, mts_series_at(source->series, first) + source->lift);
    widen(&range, mts_series_at(source->series, last) + source->lift);
    return range;
}

static Range lines_range(const GPtrArray *lines, gboolean raw, double from, double to)
{
    Range range = {INFINITY, -INFINITY};
    for (guint i = 0; i < lines->len; i++) {
        const MtsChartLine *line = g_ptr_array_index(lines, i);
        if ((line->role == MTS_LINE_RAW) == raw) {
            const Range one = line_range(line, from, to);
            widen(&range, one.low);
            widen(&range, one.high);
        }
    }
    return range;
}

/* The raw trace may ask for a little more room, but a few wild batches must not press the lines
 * that matter into a strip. */
static MtsScale with_raw(MtsScale scale, Range raw)
{
    const double room = 0.12;
    if (raw.low > raw.high) {
        return scale;
    }
    const double low = CLAMP(mts_scale_place(&scale, raw.low), -room, 0),
                 high = CLAMP(mts_scale_place(&scale, raw.high), 1, 1 + room);
    const double bottom = mts_scale_value(&scale, low), top = mts_scale_value(&scale, high);
    return (MtsScale){bottom, top, scale.log};
}

static MtsScale accuracy_scale(
    const GPtrArray *lines, gboolean log, EngClock clock, double from, double to)
{
    const double late = MAX(from, MIN(EARLY * clock.steps, to));
    Range range = lines_range(lines, FALSE, late, to);
    if (range.low > range.high) {
        range = lines_range(lines, FALSE, from, to);
    }
    if (range.low > range.high) {
        return log ? (MtsScale){0.1, 1, TRUE} : (MtsScale){0, 1, FALSE};
    }
    MtsScale scale = mts_scale_fit(range.low, range.high, log, 0.06);
    /* A share ends at 100 %; a little room keeps the line off the frame. (What is no share, from a
     * damaged file, is shown as it is.) */
    if (!log && range.low >= 0 && range.high <= 1) {
        const double room = 0.03 * MAX(MIN(scale.high, 1) - MAX(scale.low, 0), 0.01);
        scale.low = MAX(scale.low, -room);
        scale.high = MIN(scale.high, 1 + room);
    }
    return scale;
}

static MtsScale cycles_scale(const GPtrArray *lines, gboolean log, double from, double to)
{
    const Range range = lines_range(lines, FALSE, from, to);
    if (log) {
        return mts_scale_fit(MAX(range.low, range.high * 1e-4), range.high, TRUE, 0.05);
    }
    if (!(range.high > 0) || !isfinite(range.high)) {
        return (MtsScale){-0.08, 1, FALSE};
    }
    return (MtsScale){-0.08 * range.high, 1.09 * range.high, FALSE};
}

MtsScale mts_chart_lines_scale(
    const GPtrArray *lines, MtsChartKind kind, gboolean log, EngClock clock, double from, double to)
{
    switch (kind) {
    case MTS_CHART_ACCURACY:
        return accuracy_scale(lines, log, clock, from, to);
    case MTS_CHART_CYCLES:
        return cycles_scale(lines, log, from, to);
    case MTS_CHART_LOSS:
        break;
    }
    const Range range = lines_range(lines, FALSE, from, to);
    const MtsScale scale = mts_scale_fit(range.low, range.high, log, 0.06);
    return range.low <= range.high ? with_raw(scale, lines_range(lines, TRUE, from, to)) : scale;
}

/* ---- looks ---------------------------------------------------------------------------------- */

void mts_chart_lines_trace(GPtrArray *lines, const MtsPlotMap *map)
{
    for (guint i = 0; i < lines->len; i++) {
        MtsChartLine *line = g_ptr_array_index(lines, i);
        if (line->stale < INFINITY) {
            mts_polyline_build(&line->line, &line->source, map, line->stale);
            line->stale = INFINITY;
        }
    }
}

GdkRGBA mts_chart_line_ink(const MtsChartLine *line, gboolean dark)
{
    return mts_palette_run(line->slot, dark);
}

static MtsDash slot_dash(guint slot)
{
    if (slot == MTS_RUN_FP32) {
        return MTS_DASH_LONG;
    }
    if (slot == MTS_RUN_BF16) {
        return MTS_DASH_DOTS;
    }
    /* From the seventh run on the colours come again, dashed. */
    return slot >= 6 && slot < MTS_RUN_FP32 && (slot / 6) % 2 == 1 ? MTS_DASH_REPEAT
                                                                   : MTS_DASH_NONE;
}

MtsPen mts_chart_line_pen(const MtsChartLine *line, float strength, gboolean dark)
{
    static const struct {
        double width, opacity;
    } looks[] = {
        [MTS_LINE_BASELINE] = {1.5, 1},
        [MTS_LINE_GHOST] = {1.5, 0.6},
        [MTS_LINE_RAW] = {1, 0.22},
        [MTS_LINE_ESTIMATE] = {1.75, 1},
        [MTS_LINE_TRAIN] = {1.25, 0.8},
        [MTS_LINE_MAIN] = {2.25, 1},
    };
    const GdkRGBA ink = mts_chart_line_ink(line, dark);
    return (MtsPen){
        .red = ink.red,
        .green = ink.green,
        .blue = ink.blue,
        .alpha = looks[line->role].opacity * strength,
        .width = looks[line->role].width,
        .dash = line->role == MTS_LINE_ESTIMATE ? MTS_DASH_ROUND
            : line->role == MTS_LINE_RAW        ? MTS_DASH_NONE
                                                : slot_dash(line->slot),
        .fill_dense = line->role == MTS_LINE_RAW,
    };
}

double mts_chart_line_value(const MtsChartLine *line, double step)
{
    const MtsLineSource *source = &line->source;
    if (line->role == MTS_LINE_ESTIMATE) {
        return mts_series_last(source->series, NULL) + source->lift;
    }
    return mts_series_at(source->series, (step - source->shift) / source->stretch) + source->lift;
}

gboolean mts_chart_line_is_over(const MtsChartLine *line)
{
    double end = 0;
    if (line->role != MTS_LINE_ESTIMATE) {
        return FALSE;
    }
    mts_series_last(line->source.series, &end);
    return line->source.begin >= end;
}

char *mts_chart_value_text(MtsChartKind kind, double value)
{
    switch (kind) {
    case MTS_CHART_ACCURACY:
        return mts_text_percent(value);
    case MTS_CHART_CYCLES:
        return mts_text_amount(value);
    case MTS_CHART_LOSS:
        break;
    }
    return mts_text_value(value);
}

/* A tick's number as short as it can be and still be told from its neighbours. */
static char *plain_tick(const MtsTicks *ticks, double value)
{
    const double size = fabs(value);
    if (size >= 1e5 || (size > 0 && size < 1e-4)) {
        return mts_text_value(value);
    }
    if (ticks->step > 0) {
        return mts_text_fixed(value, ticks->decimals);
    }
    const int decimals = value >= 10 ? 0 : MAX(1, (int)ceil(-log10(value) - 1e-9));
    return mts_text_fixed(value, decimals);
}

static char *amount_tick(const MtsTicks *ticks, double value)
{
    static const char *const units[] = {"", " k", " M", " G", " T", " P", " E"};
    const double top = fabs(ticks->value[ticks->count - 1]);
    guint unit = 0;
    double divisor = 1;
    while (top / divisor >= 1000 && unit + 1 < G_N_ELEMENTS(units)) {
        divisor *= 1000;
        unit++;
    }
    if (value == 0) {
        return g_strdup("0");
    }
    int decimals = 0;
    const double step = ticks->step > 0 ? ticks->step / divisor : value / divisor;
    while (
        decimals < 3 && fabs(step * pow(10, decimals) - round(step * pow(10, decimals))) > 1e-6) {
        decimals++;
    }
    g_autofree char *number = mts_text_fixed(value / divisor, decimals);
    return g_strconcat(number, units[unit], NULL);
}

char *mts_chart_tick_text(MtsChartKind kind, const MtsTicks *ticks, guint index)
{
    const double value = ticks->value[index];
    if (kind == MTS_CHART_CYCLES) {
        return amount_tick(ticks, value);
    }
    if (kind == MTS_CHART_ACCURACY) {
        const int decimals = ticks->step > 0 ? MAX(0, ticks->decimals - 2) : 1;
        g_autofree char *number = mts_text_fixed(value * 100, decimals);
        return g_strconcat(number, " %", NULL);
    }
    return plain_tick(ticks, value);
}
