#include "mts-compare-bars.h"

#include "mts-paint.h"
#include "mts-text.h"
#include <math.h>

enum { ROW = 21, BAR = 12, NAME = 118, GAP = 16, STUB = 40, TEXT_ROOM = 64 };

struct _MtsCompareBars {
    MtsCompareFigure parent;
};

G_DEFINE_FINAL_TYPE(MtsCompareBars, mts_compare_bars, MTS_TYPE_COMPARE_FIGURE)

typedef struct Bar {
    MtsCompareRun *run; /* borrowed */
    double seconds;     /* NaN: not reached */
} Bar;

/* ---- which runs ------------------------------------------------------------------------------- */

static int by_time(gconstpointer a, gconstpointer b)
{
    const Bar *first = a, *second = b;
    if (isnan(first->seconds) || isnan(second->seconds)) {
        return isnan(first->seconds) - isnan(second->seconds);
    }
    return (first->seconds > second->seconds) - (first->seconds < second->seconds);
}

static void add(GArray *bars, MtsCompareModel *model, MtsCompareRun *run)
{
    if (mts_compare_run_get_curve(run)) {
        const MtsMoment *moment = mts_compare_model_reach(model, run);
        const Bar bar = {run, moment ? moment->seconds : NAN};
        g_array_append_val(bars, bar);
    }
}

/* The shown runs, the quickest first, and where there is room the others' quickest. */
static GArray *bars_new(MtsCompareBars *self, double height)
{
    MtsCompareModel *model = mts_compare_figure_get_model(MTS_COMPARE_FIGURE(self));
    GPtrArray *checked = mts_compare_model_get_checked(model);
    const guint rows = (guint)MAX(height / ROW, 1);
    GArray *bars = g_array_new(FALSE, FALSE, sizeof(Bar));
    for (guint i = 0; i < checked->len; i++) {
        add(bars, model, g_ptr_array_index(checked, i));
    }
    g_array_sort(bars, by_time);
    if (bars->len < rows) {
        g_autoptr(GArray) others = g_array_new(FALSE, FALSE, sizeof(Bar));
        GListModel *shown = mts_compare_model_get_shown(model);
        for (guint i = 0; i < g_list_model_get_n_items(shown); i++) {
            g_autoptr(MtsCompareRun) run = g_list_model_get_item(shown, i);
            if (!mts_compare_run_get_checked(run)) {
                add(others, model, run);
            }
        }
        g_array_sort(others, by_time);
        g_array_append_vals(bars, others->data, MIN(others->len, rows - bars->len));
        g_array_sort(bars, by_time);
    }
    g_array_set_size(bars, MIN(bars->len, rows));
    return bars;
}

/* ---- drawing ---------------------------------------------------------------------------------- */

static double longest(const GArray *bars)
{
    double seconds = 0;
    for (guint i = 0; i < bars->len; i++) {
        seconds = fmax(seconds, g_array_index(bars, Bar, i).seconds);
    }
    return seconds;
}

static void draw_stub(const MtsFigure *figure, MtsCompareRun *run, double x, double y, GdkRGBA ink)
{
    const MtsCompareFigures *f = mts_compare_run_get_figures(run);
    g_autofree char *best = mts_text_percent(f->best);
    g_autofree char *epochs =
        mts_compare_axis_text(MTS_COMPARE_EPOCH, (double)f->steps / f->clock.steps_per_epoch);
    g_autofree char *text = mts_compare_run_is_live(run)
        ? g_strdup_printf("not yet, best %s", best)
        : g_strdup_printf("not reached in %s epochs, best %s", epochs, best);
    mts_paint_source(figure->cr, &ink);
    cairo_set_dash(figure->cr, (double[]){4, 3}, 2, 0);
    cairo_set_line_width(figure->cr, 2);
    cairo_move_to(figure->cr, x, y);
    cairo_line_to(figure->cr, x + STUB, y);
    cairo_stroke(figure->cr);
    mts_figure_text(figure, text, MTS_POINTS_LEGEND, FALSE, x + STUB + 9, y, 0,
        mts_palette_ink(MTS_INK_TEXT_SECONDARY, figure->dark));
}

/* "6.5× sooner than FP32 baseline", behind the quickest bar where the baseline came there too. */
static void draw_praise(MtsCompareModel *model, const MtsFigure *figure, const Bar *bar, double x,
    double y, double width)
{
    MtsCompareRun *baseline = mts_compare_model_get_baseline(model);
    const MtsMoment *reach = baseline ? mts_compare_model_reach(model, baseline) : NULL;
    if (!reach || !(reach->seconds > 1.05 * bar->seconds)) {
        return;
    }
    g_autofree char *factor = mts_text_fixed(reach->seconds / bar->seconds, 1);
    g_autofree char *text =
        g_strdup_printf("%s× sooner than %s", factor, mts_compare_run_get_name(baseline));
    mts_figure_text_within(figure, text, MTS_POINTS_LEGEND, TRUE, x, y, 0, MAX(width - x, 10),
        mts_palette_ink(MTS_INK_GOOD, figure->dark));
}

static void draw_bar(MtsCompareBars *self, const MtsFigure *figure, const Bar *bar, guint row,
    double scale, double width)
{
    MtsCompareModel *model = mts_compare_figure_get_model(MTS_COMPARE_FIGURE(self));
    const gboolean checked = mts_compare_run_get_checked(bar->run);
    const float strength = mts_compare_model_strength(model, bar->run);
    const GdkRGBA text = mts_palette_fade(
        mts_palette_ink(checked ? MTS_INK_TEXT : MTS_INK_TEXT_SECONDARY, figure->dark), strength);
    GdkRGBA ink = mts_figure_ink(figure, model, bar->run);
    const double y = ROW * row + ROW / 2.0, x = NAME + GAP;
    mts_figure_text_within(figure, mts_compare_run_get_name(bar->run), MTS_POINTS_LEGEND, checked,
        NAME, y, 1, NAME, text);
    if (isnan(bar->seconds)) {
        draw_stub(figure, bar->run, x, y, ink);
        return;
    }
    ink.alpha *= checked ? 0.9f : 0.6f;
    const double length = MAX(bar->seconds * scale, 2);
    mts_paint_rounded(figure->cr, x, y - BAR / 2.0, length, BAR, 2);
    mts_paint_source(figure->cr, &ink);
    cairo_fill(figure->cr);
    g_autofree char *seconds = mts_compare_axis_text(MTS_COMPARE_TIME, bar->seconds);
    const double said =
        mts_figure_text(figure, seconds, MTS_POINTS_LEGEND, TRUE, x + length + 7, y, 0, text);
    if (row == 0) {
        draw_praise(model, figure, bar, x + length + 7 + said + 12, y, width);
    }
}

static void draw(MtsCompareFigure *base, const MtsFigure *figure, double width, double height)
{
    MtsCompareBars *self = MTS_COMPARE_BARS(base);
    g_autoptr(GArray) bars = bars_new(self, height);
    const double room = MAX(width - NAME - GAP - TEXT_ROOM, 20);
    const double most = longest(bars);
    for (guint i = 0; i < bars->len; i++) {
        draw_bar(self, figure, &g_array_index(bars, Bar, i), i, most > 0 ? room / most : 0, width);
    }
    if (bars->len == 0) {
        mts_figure_text(figure, "Runs with evaluations stand here.", MTS_POINTS_SECONDARY, FALSE,
            width / 2, height / 2, 0.5, mts_palette_ink(MTS_INK_TEXT_SECONDARY, figure->dark));
    }
}

static char *describe(MtsCompareFigure *base)
{
    MtsCompareModel *model = mts_compare_figure_get_model(base);
    g_autoptr(GArray) bars = bars_new(MTS_COMPARE_BARS(base), 12.0 * ROW);
    g_autofree char *target = mts_text_percent(mts_compare_model_get_target(model));
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "Time to %s", target);
    for (guint i = 0; i < bars->len; i++) {
        const Bar *bar = &g_array_index(bars, Bar, i);
        g_autofree char *seconds = isnan(bar->seconds)
            ? g_strdup("not reached")
            : mts_compare_axis_text(MTS_COMPARE_TIME, bar->seconds);
        g_string_append_printf(
            text, "%s%s %s", i == 0 ? ": " : ", ", mts_compare_run_get_name(bar->run), seconds);
    }
    return g_string_free(text, FALSE);
}

static void move(MtsCompareFigure *base, double x, double y)
{
    MtsCompareModel *model = mts_compare_figure_get_model(base);
    g_autoptr(GArray) bars =
        bars_new(MTS_COMPARE_BARS(base), gtk_widget_get_height(GTK_WIDGET(base)));
    const gboolean inside = y >= 0 && y < (double)ROW * bars->len;
    mts_compare_model_set_hover(
        model, inside ? g_array_index(bars, Bar, (guint)(y / ROW)).run : NULL);
}

static void mts_compare_bars_class_init(MtsCompareBarsClass *class)
{
    MtsCompareFigureClass *figure = MTS_COMPARE_FIGURE_CLASS(class);
    figure->changes = MTS_CHANGE_RUNS | MTS_CHANGE_FIGURES | MTS_CHANGE_TARGET |
        MTS_CHANGE_BASELINE | MTS_CHANGE_HOVER;
    figure->least_width = 240;
    figure->width = 536;
    figure->least_height = 4 * ROW;
    figure->height = 8 * ROW;
    figure->draw = draw;
    figure->describe = describe;
    figure->move = move;
}

static void mts_compare_bars_init(MtsCompareBars *self)
{
}

GtkWidget *mts_compare_bars_new(MtsCompareModel *model)
{
    MtsCompareBars *self = g_object_new(MTS_TYPE_COMPARE_BARS, NULL);
    mts_compare_figure_set_up(MTS_COMPARE_FIGURE(self), model, "Time to the target accuracy");
    return GTK_WIDGET(self);
}
