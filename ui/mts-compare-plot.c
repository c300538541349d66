#include "mts-compare-plot.h"

#include "mts-paint.h"
#include "mts-text.h"
#include <math.h>

/* Between labels of an axis. */
#define X_APART 96
#define Y_APART 34
/* Beyond the plot a line may run this far before it is cut. */
#define FAR 4000

/* ---- texts ------------------------------------------------------------------------------------ */

double mts_figure_text_within(const MtsFigure *figure, const char *text, double points,
    gboolean bold, double x, double y, double align, double width, GdkRGBA ink)
{
    g_autoptr(PangoLayout) layout = mts_paint_layout(figure->context, text, points, bold);
    int natural;
    mts_paint_layout_size(layout, &natural, NULL);
    if (natural > width) {
        pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
        pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
        mts_paint_layout_size(layout, &natural, NULL);
    }
    mts_paint_layout_cairo(figure->cr, layout, x, y, align, &ink);
    return natural;
}

double mts_figure_text(const MtsFigure *figure, const char *text, double points, gboolean bold,
    double x, double y, double align, GdkRGBA ink)
{
    return mts_figure_text_within(figure, text, points, bold, x, y, align, FAR, ink);
}

double mts_figure_text_over(const MtsFigure *figure, const char *text, double points, gboolean bold,
    double x, double y, double align, GdkRGBA ink)
{
    g_autoptr(PangoLayout) layout = mts_paint_layout(figure->context, text, points, bold);
    const GdkRGBA view = mts_palette_ink(MTS_INK_VIEW, figure->dark);
    int width;
    mts_paint_layout_size(layout, &width, NULL);
    mts_paint_haloed_cairo(figure->cr, layout, x, y, align, &ink, &view);
    return width;
}

double mts_figure_text_width(
    const MtsFigure *figure, const char *text, double points, gboolean bold)
{
    g_autoptr(PangoLayout) layout = mts_paint_layout(figure->context, text, points, bold);
    int width;
    mts_paint_layout_size(layout, &width, NULL);
    return width;
}

void mts_figure_pill(const MtsFigure *figure, const char *text, double x, double y, double padding,
    double height, GdkRGBA ground, GdkRGBA ink)
{
    const double width = mts_figure_text_width(figure, text, MTS_POINTS_LEGEND, TRUE) + 2 * padding;
    mts_paint_rounded(
        figure->cr, round(x - width / 2), round(y - height / 2), width, height, height / 2);
    mts_paint_source(figure->cr, &ground);
    cairo_fill(figure->cr);
    mts_figure_text(figure, text, MTS_POINTS_LEGEND, TRUE, x, y, 0.5, ink);
}

/* ---- axes ------------------------------------------------------------------------------------- */

double mts_plot_x(const MtsPlot *plot, double value)
{
    return plot->left + CLAMP(mts_scale_place(&plot->x, value), -3, 4) * plot->width;
}

double mts_plot_y(const MtsPlot *plot, double value)
{
    return plot->top + (1 - CLAMP(mts_scale_place(&plot->y, value), -3, 4)) * plot->height;
}

double mts_plot_value(const MtsPlot *plot, double x)
{
    return mts_scale_value(&plot->x, (x - plot->left) / plot->width);
}

double mts_plot_accuracy(const MtsPlot *plot, double y)
{
    return mts_scale_value(&plot->y, 1 - (y - plot->top) / plot->height);
}

gboolean mts_plot_holds(const MtsPlot *plot, double x, double y)
{
    return x >= plot->left && x <= plot->left + plot->width && y >= plot->top &&
        y <= plot->top + plot->height;
}

static void line(const MtsFigure *figure, double x0, double y0, double x1, double y1, GdkRGBA ink)
{
    mts_paint_source(figure->cr, &ink);
    cairo_set_dash(figure->cr, NULL, 0, 0);
    cairo_set_line_width(figure->cr, 1);
    cairo_move_to(figure->cr, x0, y0);
    cairo_line_to(figure->cr, x1, y1);
    cairo_stroke(figure->cr);
}

static void draw_y(const MtsPlot *plot, const MtsFigure *figure)
{
    const GdkRGBA grid = mts_palette_ink(MTS_INK_GRID, figure->dark),
                  tick = mts_palette_ink(MTS_INK_TEXT_TICKS, figure->dark);
    /* Ticks fall on round percentages, not on round shares. */
    const MtsScale percent = {100 * plot->y.low, 100 * plot->y.high, FALSE};
    const MtsTicks ticks = mts_scale_ticks(&percent, plot->height, Y_APART);
    for (guint i = 0; i < ticks.count; i++) {
        const double y = round(mts_plot_y(plot, ticks.value[i] / 100)) + 0.5;
        g_autofree char *number = mts_text_fixed(ticks.value[i], ticks.decimals);
        g_autofree char *text = g_strconcat(number, " %", NULL);
        line(figure, plot->left, y, plot->left + plot->width, y, grid);
        mts_figure_text(figure, text, MTS_POINTS_TICKS, FALSE, plot->left - 8, y, 1, tick);
    }
}

void mts_plot_draw_axes(
    const MtsPlot *plot, const MtsFigure *figure, MtsCompareAxis axis, double avoid)
{
    const GdkRGBA grid = mts_palette_ink(MTS_INK_GRID, figure->dark),
                  tick = mts_palette_ink(MTS_INK_TEXT_TICKS, figure->dark);
    const double bottom = plot->top + plot->height, right = plot->left + plot->width;
    const double label = bottom + 11;
    draw_y(plot, figure);
    const char *name = mts_compare_axis_words(axis);
    const double room = right - mts_figure_text_width(figure, name, MTS_POINTS_TICKS, FALSE) - 8;
    mts_figure_text(figure, name, MTS_POINTS_TICKS, FALSE, right, label, 1, tick);
    const MtsTicks ticks = mts_scale_ticks(&plot->x, plot->width, X_APART);
    for (guint i = 0; i < ticks.count; i++) {
        const double x = round(mts_plot_x(plot, ticks.value[i])) + 0.5;
        g_autofree char *text = mts_compare_axis_tick(axis, ticks.value[i]);
        const double half = mts_figure_text_width(figure, text, MTS_POINTS_TICKS, FALSE) / 2;
        line(figure, x, plot->top, x, bottom, grid);
        if (x + half < room && !(fabs(x - avoid) < half + 30)) {
            mts_figure_text(figure, text, MTS_POINTS_TICKS, FALSE, x, label, 0.5, tick);
        }
    }
}

/* ---- runs ------------------------------------------------------------------------------------- */

GdkRGBA mts_figure_ink(const MtsFigure *figure, MtsCompareModel *model, MtsCompareRun *run)
{
    const guint slot =
        mts_compare_run_get_checked(run) ? mts_compare_run_get_slot(run) : MTS_RUN_GREY;
    return mts_palette_fade(
        mts_palette_run(slot, figure->dark), mts_compare_model_strength(model, run));
}

MtsPen mts_figure_pen(
    const MtsFigure *figure, MtsCompareModel *model, MtsCompareRun *run, double width)
{
    const GdkRGBA ink = mts_figure_ink(figure, model, run);
    const guint slot = mts_compare_run_get_slot(run);
    MtsPen pen = {ink.red, ink.green, ink.blue, ink.alpha, width, MTS_DASH_NONE, FALSE};
    if (slot == MTS_RUN_FP32) {
        pen.dash = MTS_DASH_LONG;
    } else if (slot == MTS_RUN_BF16) {
        pen.dash = MTS_DASH_DOTS;
    } else if (slot >= 6 && slot < MTS_RUN_FP32) {
        pen.dash = MTS_DASH_REPEAT;
    }
    return pen;
}

void mts_figure_set_pen(const MtsFigure *figure, const MtsPen *pen)
{
    static const double dashes[][2] = {[MTS_DASH_LONG] = {5, 3},
        [MTS_DASH_DOTS] = {1.5, 3},
        [MTS_DASH_ROUND] = {2, 3.5},
        [MTS_DASH_REPEAT] = {6, 2}};
    cairo_set_source_rgba(figure->cr, pen->red, pen->green, pen->blue, pen->alpha);
    cairo_set_line_width(figure->cr, pen->width);
    cairo_set_line_join(figure->cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_cap(
        figure->cr, pen->dash == MTS_DASH_NONE ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT);
    if (pen->dash == MTS_DASH_NONE) {
        cairo_set_dash(figure->cr, NULL, 0, 0);
    } else {
        cairo_set_dash(figure->cr, dashes[pen->dash], 2, 0);
    }
}

void mts_figure_dot(
    const MtsFigure *figure, double x, double y, double radius, gboolean hollow, GdkRGBA ink)
{
    const GdkRGBA view = mts_palette_ink(MTS_INK_VIEW, figure->dark);
    cairo_new_path(figure->cr);
    cairo_set_dash(figure->cr, NULL, 0, 0);
    cairo_arc(figure->cr, x, y, radius + (hollow ? 0 : 1.5), 0, 2 * G_PI);
    mts_paint_source(figure->cr, &view);
    cairo_fill(figure->cr);
    cairo_arc(figure->cr, x, y, radius, 0, 2 * G_PI);
    mts_paint_source(figure->cr, &ink);
    if (hollow) {
        cairo_set_line_width(figure->cr, 1.75);
        cairo_stroke(figure->cr);
    } else {
        cairo_fill(figure->cr);
    }
}

/* Points of one pixel column, on their way to the path: its first, lowest, highest and last. */
typedef struct Column {
    double x, first, low, high, last;
    guint count;
} Column;

static void flush_column(cairo_t *cr, Column *column, gboolean *drawing)
{
    if (column->count == 0) {
        return;
    }
    const double ys[] = {column->first, column->low, column->high, column->last};
    const guint points = column->count == 1 ? 1 : 4;
    for (guint i = 0; i < points; i++) {
        if (*drawing) {
            cairo_line_to(cr, column->x, ys[i]);
        } else {
            cairo_move_to(cr, column->x, ys[i]);
            cairo_line_to(cr, column->x, ys[i]); /* a lone point is a dot */
        }
        *drawing = TRUE;
    }
    column->count = 0;
}

static void add_point(cairo_t *cr, Column *column, double x, double y, gboolean *drawing)
{
    if (column->count > 0 && floor(x) != floor(column->x)) {
        flush_column(cr, column, drawing);
    }
    if (column->count == 0) {
        *column = (Column){x, y, y, y, y, 1};
        return;
    }
    column->low = MIN(column->low, y);
    column->high = MAX(column->high, y);
    column->last = y;
    column->count++;
}

void mts_plot_trace(const MtsPlot *plot, const MtsFigure *figure, const MtsCompareCurve *curve,
    const float *values, MtsCompareAxis axis)
{
    Column column = {0};
    gboolean drawing = FALSE;
    for (guint i = 0; i < curve->count; i++) {
        const double x = mts_compare_curve_x(curve, i, axis);
        if (!isfinite(x) || !isfinite(values[i]) || (plot->x.log && !(x > 0))) {
            flush_column(figure->cr, &column, &drawing);
            drawing = FALSE;
            continue;
        }
        add_point(figure->cr, &column, mts_plot_x(plot, x), mts_plot_y(plot, values[i]), &drawing);
    }
    flush_column(figure->cr, &column, &drawing);
    cairo_stroke(figure->cr);
}
