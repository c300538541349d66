/* What stands on and between a chart's lines: the live end, the badge, the mark of a divergence. */
#include "mts-chart-private.h"

#include "mts-paint.h"
#include "mts-palette.h"
#include "mts-text.h"
#include <math.h>

/* Lines that the sentence of a divergence may take. */
#define DIVERGED_LINES 3

/* Roughly what the badge takes left of its bracket. */
#define BADGE_WIDTH 175.0

/* Epoch lines closer than this are thinned out. */
#define EPOCHS_APART 20.0

MtsEpochGrid mts_chart_epochs(const MtsPlotMap *map, EngClock clock)
{
    static const guint factors[] = {2, 5, 10};
    const double epoch = mts_plot_map_x(map, clock.steps_per_epoch) - mts_plot_map_x(map, 0);
    guint stride = 1, decade = 1;
    for (guint i = 0; stride * epoch < EPOCHS_APART && stride < 100000000; i++) {
        stride = decade * factors[i % 3];
        decade *= i % 3 == 2 ? 10 : 1;
    }
    const double length = clock.steps_per_epoch * (double)stride;
    return (MtsEpochGrid){(guint)ceil(map->from / length - 1e-9) * stride,
        (guint)floor(map->to / length + 1e-9) * stride, stride};
}

/* The line whose end is the run's: the test line, or the train line before the first evaluation. */
static const MtsChartLine *head_line(MtsChart *chart)
{
    const GPtrArray *lines = mts_chart_lines(chart);
    const MtsChartLine *head = NULL;
    for (guint i = 0; i < lines->len; i++) {
        const MtsChartLine *line = g_ptr_array_index(lines, i);
        const gboolean candidate = line->role == MTS_LINE_TRAIN || line->role == MTS_LINE_MAIN;
        if (candidate && mts_series_length(line->source.series) > 1 &&
            mts_chart_line_strength(chart, line) > 0) {
            head = line;
        }
    }
    return head;
}

static double quarter(double pixels)
{
    return round(pixels * 4) / 4;
}

static gboolean find_head(MtsChart *chart, const MtsPlotMap *map, MtsMark *mark)
{
    const MtsChartLine *line = head_line(chart);
    if (!line) {
        return FALSE;
    }
    double step;
    const double value = mts_series_last(line->source.series, &step);
    mark->x = quarter(mts_plot_map_x(map, step * line->source.stretch + line->source.shift));
    mark->top = quarter(mts_plot_map_y(map, value));
    mark->bottom = map->top + map->height;
    mark->slot = line->slot;
    mark->below = mts_chart_get_kind(chart) == MTS_CHART_ACCURACY;
    mark->rising = mts_chart_get_kind(chart) == MTS_CHART_CYCLES;
    g_autofree char *text = mts_chart_value_text(mts_chart_get_kind(chart), value);
    g_strlcpy(mark->text, text, sizeof mark->text);
    return !isnan(value) && mark->x >= map->left - 1 && mark->x <= map->right + 1;
}

/* The value stands right of the dot, above a line that falls and below one that rises, where the
 * line does not run through it. */
static void draw_head(const MtsMark *mark, cairo_t *cr, PangoContext *context, gboolean dark)
{
    const GdkRGBA view = mts_palette_ink(MTS_INK_VIEW, dark),
                  ink = mts_palette_run(mark->slot, dark);
    mts_paint_head(cr, mark->x, mark->top, &ink, &view);
    g_autoptr(PangoLayout) layout = mts_paint_layout(context, mark->text, MTS_POINTS_LEGEND, TRUE);
    int width;
    mts_paint_layout_size(layout, &width, NULL);
    const gboolean room = mark->x + 8 + width <= mark->right + MTS_AXIS_MARGIN;
    /* Left of its dot the value of a rising line would stand on the badge's bracket. */
    const gboolean below = mark->below || (mark->rising && !room);
    const double y = CLAMP(mark->top + (below ? 10 : -10), 8, MAX(mark->bottom - 8, 8));
    mts_paint_haloed_cairo(cr, layout, mark->x + (room ? 8 : -8), y, room ? 0 : 1, &ink, &view);
}

static gboolean find_diverged(MtsChart *chart, const MtsPlotMap *map, MtsMark *mark)
{
    MtsRunData *run = mts_chart_live(chart);
    if (!run || mts_run_data_get_status(run) != MTS_STATUS_DIVERGED) {
        return FALSE;
    }
    const MtsSeries *raw = mts_run_data_get_series(run, MTS_CURVE_TRAIN_LOSS);
    const gsize length = mts_series_length(raw);
    if (length == 0) {
        return FALSE;
    }
    mark->x = round(mts_plot_map_x(map, mts_series_x(raw, length - 1)));
    mark->top = map->top;
    mark->bottom = map->top + map->height;
    if (mts_chart_get_kind(chart) == MTS_CHART_LOSS) {
        const char *message = mts_run_data_get_message(run);
        g_strlcpy(mark->text, message ? message : "diverged here", sizeof mark->text);
        /* The copy may have been cut inside a character. */
        const char *end;
        g_utf8_validate(mark->text, -1, &end);
        mark->text[end - mark->text] = '\0';
    }
    return mark->x >= map->left && mark->x <= map->right;
}

static void draw_diverged(const MtsMark *mark, cairo_t *cr, PangoContext *context, gboolean dark)
{
    const GdkRGBA error = mts_palette_ink(MTS_INK_ERROR, dark),
                  view = mts_palette_ink(MTS_INK_VIEW, dark);
    mts_paint_source(cr, &error);
    cairo_set_dash(cr, (double[]){3, 2}, 2, 0);
    cairo_set_line_width(cr, 1);
    cairo_move_to(cr, mark->x + .5, mark->top);
    cairo_line_to(cr, mark->x + .5, mark->bottom);
    cairo_stroke(cr);
    if (!*mark->text) {
        return;
    }
    g_autoptr(PangoLayout) layout = mts_paint_layout(context, mark->text, MTS_POINTS_LEGEND, TRUE);
    const gboolean right = mark->x < (mark->left + mark->right) / 2;
    const double room = right ? mark->right - mark->x : mark->x - mark->left;
    pango_layout_set_width(layout, (int)(MAX(room - 34, 40) * PANGO_SCALE));
    pango_layout_set_height(layout, -DIVERGED_LINES);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    if (!right) {
        pango_layout_set_alignment(layout, PANGO_ALIGN_RIGHT);
    }
    int height;
    mts_paint_layout_size(layout, NULL, &height);
    const double side = right ? 1 : -1;
    mts_paint_status(cr, mark->x + side * 14, mark->top + 14, MTS_STATUS_DIVERGED, 0, dark);
    mts_paint_haloed_cairo(cr, layout, mark->x + side * 24, mark->top + 7 + height / 2.0,
        right ? 0 : 1, &error, &view);
}

static const MtsChartLine *find_line(MtsChart *chart, MtsLineRole role, guint slot)
{
    const GPtrArray *lines = mts_chart_lines(chart);
    for (guint i = 0; i < lines->len; i++) {
        const MtsChartLine *line = g_ptr_array_index(lines, i);
        if (line->role == role && (role != MTS_LINE_BASELINE || line->slot == slot) &&
            mts_chart_line_strength(chart, line) > 0) {
            return line;
        }
    }
    return NULL;
}

/* "3.4× fewer cycles than FP32", with a bracket from the one line to the other. */
static gboolean find_badge(MtsChart *chart, const MtsPlotMap *map, MtsMark *mark)
{
    const double gain = mts_chart_gain(chart);
    const MtsChartLine *fp32 = find_line(chart, MTS_LINE_BASELINE, MTS_RUN_FP32);
    const double x = floor(map->right) - 36;
    const MtsChartLine *own = find_line(chart, MTS_LINE_ESTIMATE, 0);
    if (!own || isnan(mts_polyline_y(&own->line, x))) {
        own = find_line(chart, MTS_LINE_MAIN, 0); /* the run has come so far itself */
    }
    if (!fp32 || !own || !(gain >= 1.05) || map->right - map->left < 320) {
        return FALSE;
    }
    mark->x = x;
    mark->top = round(mts_polyline_y(&fp32->line, mark->x) + 4);
    mark->bottom = round(mts_polyline_y(&own->line, mark->x) - 3);
    g_autofree char *number = mts_text_fixed(gain, gain >= 100 ? 0 : 1);
    g_snprintf(mark->text, sizeof mark->text, "%s× fewer cycles than FP32", number);
    /* Between the two lines where the pill is: the upper one falls towards its left end. */
    const double high = mts_polyline_y(&fp32->line, mark->x - BADGE_WIDTH) + 16,
                 low = mark->bottom - 16;
    mark->middle = floor(high < low ? (high + low) / 2 : (mark->top + mark->bottom) / 2);
    return mark->bottom - mark->top >= 18;
}

static void draw_bracket(cairo_t *cr, double x, double top, double bottom, const GdkRGBA *ink)
{
    mts_paint_source(cr, ink);
    cairo_set_dash(cr, NULL, 0, 0);
    cairo_set_line_width(cr, 1.5);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_BUTT);
    cairo_move_to(cr, x, top);
    cairo_line_to(cr, x, bottom);
    cairo_move_to(cr, x - 3.5, top);
    cairo_line_to(cr, x + 3.5, top);
    cairo_move_to(cr, x - 3.5, bottom);
    cairo_line_to(cr, x + 3.5, bottom);
    cairo_stroke(cr);
}

static void draw_badge(const MtsMark *mark, cairo_t *cr, PangoContext *context, gboolean dark)
{
    const GdkRGBA good = mts_palette_ink(MTS_INK_GOOD, dark),
                  ground = mts_palette_ink(MTS_INK_GOOD_GROUND, dark),
                  rim = mts_palette_fade(good, .3f);
    draw_bracket(cr, mark->x, mark->top, mark->bottom, &good);
    g_autoptr(PangoLayout) layout = mts_paint_layout(context, mark->text, MTS_POINTS_LEGEND, TRUE);
    int width;
    mts_paint_layout_size(layout, &width, NULL);
    const double w = width + 25, left = mark->x - 10 - w, y = mark->middle;
    mts_paint_rounded(cr, left + .5, y - 10.5, w - 1, 21, 10.5);
    mts_paint_source(cr, &ground);
    cairo_fill_preserve(cr);
    mts_paint_source(cr, &rim);
    cairo_set_line_width(cr, 1);
    cairo_stroke(cr);
    mts_paint_layout_cairo(cr, layout, left + w / 2, y, .5, &good);
}

gboolean mts_chart_mark(MtsChart *chart, MtsMarkKind kind, const MtsPlotMap *map, MtsMark *mark)
{
    /* Marks are compared byte by byte, so what lies between their fields counts too. */
    memset(mark, 0, sizeof *mark);
    mark->kind = kind;
    mark->left = map->left;
    mark->right = map->right;
    switch (kind) {
    case MTS_MARK_BADGE:
        return mts_chart_get_kind(chart) == MTS_CHART_CYCLES && find_badge(chart, map, mark);
    case MTS_MARK_DIVERGED:
        return find_diverged(chart, map, mark);
    case MTS_MARK_HEAD:
        return find_head(chart, map, mark);
    case MTS_MARKS:
        break;
    }
    return FALSE;
}

graphene_rect_t mts_chart_mark_bounds(const MtsMark *mark)
{
    switch (mark->kind) {
    case MTS_MARK_HEAD:
        return GRAPHENE_RECT_INIT(
            (float)floor(mark->x - 110), (float)floor(mark->top - 22), 220, 44);
    case MTS_MARK_BADGE:
        return GRAPHENE_RECT_INIT(
            (float)mark->x - 290, (float)mark->top - 4, 298, (float)(mark->bottom - mark->top) + 8);
    case MTS_MARK_DIVERGED:
    case MTS_MARKS:
        break;
    }
    return GRAPHENE_RECT_INIT((float)mark->left, (float)mark->top,
        (float)(mark->right - mark->left), (float)(mark->bottom - mark->top));
}

void mts_chart_mark_draw(const MtsMark *mark, cairo_t *cr, PangoContext *context, gboolean dark)
{
    switch (mark->kind) {
    case MTS_MARK_BADGE:
        draw_badge(mark, cr, context, dark);
        break;
    case MTS_MARK_DIVERGED:
        draw_diverged(mark, cr, context, dark);
        break;
    case MTS_MARK_HEAD:
        draw_head(mark, cr, context, dark);
        break;
    case MTS_MARKS:
        break;
    }
}
