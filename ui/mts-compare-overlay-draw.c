#include "mts-compare-overlay-private.h"

#include "mts-paint.h"
#include "mts-text.h"
#include <math.h>
#include <string.h>

#define TEST_WIDTH 2.25
#define BAND 0.14
/* What is drawn below the lowest end of a run, and below the target at most: the rest of the rise
 * is the same for all. */
#define BELOW_END 0.05
#define BELOW_TARGET 0.30
/* How far the axes reach beyond the data. */
#define PAD_X 0.02
#define PAD_Y 0.03

/* ---- where things lie --------------------------------------------------------------------------- */

static void widen(double value, double *low, double *high)
{
    if (isfinite(value)) {
        *low = fmin(*low, value);
        *high = fmax(*high, value);
    }
}

static void x_range(MtsCompareOverlay *self, double *low, double *high)
{
    GPtrArray *runs = mts_compare_model_get_checked(self->model);
    const MtsCompareAxis axis = mts_compare_model_get_axis(self->model);
    *low = INFINITY;
    *high = -INFINITY;
    for (guint i = 0; i < runs->len; i++) {
        const MtsCompareCurve *curve = mts_compare_run_get_curve(g_ptr_array_index(runs, i));
        for (guint k = 0; curve && k < curve->count; k++) {
            const double x = mts_compare_curve_x(curve, k, axis);
            if (!mts_compare_axis_is_log(axis) || x > 0) {
                widen(x, low, high);
            }
        }
    }
    if (!mts_compare_axis_is_log(axis)) {
        *low = 0;
    }
}

static void y_range(MtsCompareOverlay *self, double *low, double *high)
{
    GPtrArray *runs = mts_compare_model_get_checked(self->model);
    const double target = mts_compare_model_get_target(self->model);
    double least = INFINITY, last = INFINITY;
    *high = -INFINITY;
    for (guint i = 0; i < runs->len; i++) {
        const MtsCompareCurve *curve = mts_compare_run_get_curve(g_ptr_array_index(runs, i));
        for (guint k = 0; curve && k < curve->count; k++) {
            widen(curve->moments[k].accuracy, &least, high);
        }
        if (curve && curve->count > 0) {
            last = fmin(last, mts_compare_curve_last(curve));
        }
    }
    if (isfinite(target)) {
        *high = fmax(*high, target);
    }
    *low = fmin(last - BELOW_END, isfinite(target) ? target - BELOW_TARGET : INFINITY);
    *low = fmax(least, floor(*low * 20) / 20);
}

MtsPlot mts_overlay_plot(MtsCompareOverlay *self, double width, double height)
{
    const gboolean log = mts_compare_axis_is_log(mts_compare_model_get_axis(self->model));
    MtsPlot plot = {.left = LEFT,
        .top = LEGEND + 6,
        .width = MAX(width - LEFT - RIGHT, 10),
        .height = MAX(height - LEGEND - 6 - BOTTOM, 10)};
    if (self->view.set) {
        plot.x = (MtsScale){self->view.x0, self->view.x1, log};
        plot.y = (MtsScale){self->view.y0, self->view.y1, FALSE};
        return plot;
    }
    double low, high;
    x_range(self, &low, &high);
    plot.x = mts_scale_fit(low, high, log, PAD_X);
    if (!log) {
        plot.x.low = fmax(plot.x.low, low);
    }
    y_range(self, &low, &high);
    plot.y = mts_scale_fit(low, high, FALSE, PAD_Y);
    if (plot.y.low < low) {
        plot.y.low = low;
    }
    return plot;
}

/* ---- legend ----------------------------------------------------------------------------------- */

/* A run's value at the crosshair, or at its end; *ended: it was over before. */
double mts_overlay_value(MtsCompareOverlay *self, MtsCompareRun *run, gboolean *ended)
{
    const MtsCompareCurve *curve = mts_compare_run_get_curve(run);
    const double cross = mts_compare_model_get_cross(self->model);
    *ended = FALSE;
    if (!curve || curve->count == 0) {
        return NAN;
    }
    if (isnan(cross)) {
        return mts_compare_curve_last(curve);
    }
    return mts_compare_curve_at(curve,
        mts_compare_run_get_smooth(run, mts_compare_model_get_smoothing(self->model)),
        mts_compare_model_get_axis(self->model), cross, ended);
}

/* The room that every name gets at most: short ones keep their length, the others share the rest. */
static double name_limit(const MtsLegendEntry *entries, guint count, double room)
{
    double limit = room / count;
    for (guint round = 0; round < count; round++) {
        double kept = 0;
        guint longer = 0;
        for (guint i = 0; i < count; i++) {
            kept += entries[i].name <= limit ? entries[i].name : 0;
            longer += entries[i].name > limit;
        }
        const double next = longer > 0 ? (room - kept) / longer : limit;
        if (next <= limit) {
            break;
        }
        limit = next;
    }
    return MAX(limit, 12);
}

/* No other entry begins with these words. */
static gboolean tells(const GArray *entries, guint own, const char *words)
{
    for (guint i = 0; i < entries->len; i++) {
        const char *name = mts_compare_run_get_name(g_array_index(entries, MtsLegendEntry, i).run);
        if (i != own && g_str_has_prefix(name, words)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* A long name loses its last words while those that are left still tell it from the others. */
static void shorten(const MtsFigure *figure, GArray *entries, guint index, double limit)
{
    MtsLegendEntry *entry = &g_array_index(entries, MtsLegendEntry, index);
    while (entry->name > limit) {
        char *blank = strrchr(entry->said, ' ');
        if (!blank) {
            break;
        }
        g_autofree char *words = g_strndup(entry->said, (gsize)(blank - entry->said));
        if (!tells(entries, index, words)) {
            break;
        }
        *blank = '\0';
        entry->name = mts_figure_text_width(figure, entry->said, MTS_POINTS_LEGEND, FALSE);
    }
}

/* Words go first; what is still too long then is cut. */
static void fit_names(const MtsFigure *figure, GArray *entries, double room)
{
    MtsLegendEntry *all = (MtsLegendEntry *)(gpointer)entries->data;
    const double first = name_limit(all, entries->len, room);
    for (guint i = 0; i < entries->len; i++) {
        shorten(figure, entries, i, first);
    }
    const double limit = name_limit(all, entries->len, room);
    for (guint i = 0; i < entries->len; i++) {
        all[i].name = MIN(all[i].name, limit);
    }
}

static void legend_entry_clear(gpointer data)
{
    g_free(((MtsLegendEntry *)data)->said);
}

GArray *mts_overlay_legend(MtsCompareOverlay *self, const MtsFigure *figure, double width)
{
    GPtrArray *runs = mts_compare_model_get_checked(self->model);
    GArray *entries = g_array_sized_new(FALSE, TRUE, sizeof(MtsLegendEntry), runs->len);
    g_array_set_clear_func(entries, legend_entry_clear);
    /* Wide enough for any value, so that names stand still while values change. */
    const double value = mts_figure_text_width(figure, "88.8", MTS_POINTS_LEGEND, TRUE);
    const double fixed = SAMPLE + 2 * TEXT_GAP + value + ENTRY_GAP;
    const double room = width - LEFT - 8 - fixed * runs->len;
    double names = 0;
    for (guint i = 0; i < runs->len; i++) {
        MtsCompareRun *run = g_ptr_array_index(runs, i);
        MtsLegendEntry entry = {.run = run, .said = g_strdup(mts_compare_run_get_name(run))};
        entry.name = mts_figure_text_width(figure, entry.said, MTS_POINTS_LEGEND, FALSE);
        names += entry.name;
        g_array_append_val(entries, entry);
    }
    if (names > room && entries->len > 0) {
        fit_names(figure, entries, room);
    }
    double x = LEFT;
    for (guint i = 0; i < entries->len; i++) {
        MtsLegendEntry *entry = &g_array_index(entries, MtsLegendEntry, i);
        entry->x = x;
        entry->width = fixed + entry->name - ENTRY_GAP;
        x += fixed + entry->name;
    }
    return entries;
}

static void draw_entry(
    MtsCompareOverlay *self, const MtsFigure *figure, const MtsLegendEntry *entry)
{
    gboolean ended;
    const double value = mts_overlay_value(self, entry->run, &ended);
    g_autofree char *number =
        isnan(value) ? g_strdup(MTS_TEXT_NONE) : mts_text_fixed(100 * value, 1);
    const MtsPen pen = mts_figure_pen(figure, self->model, entry->run, 2);
    const float strength = mts_compare_model_strength(self->model, entry->run);
    const GdkRGBA text = mts_palette_fade(mts_palette_ink(MTS_INK_TEXT, figure->dark), strength);
    const double y = LEGEND / 2.0, x = entry->x;
    mts_figure_set_pen(figure, &pen);
    cairo_move_to(figure->cr, x, y);
    cairo_line_to(figure->cr, x + SAMPLE, y);
    cairo_stroke(figure->cr);
    mts_figure_text_within(figure, entry->said, MTS_POINTS_LEGEND, FALSE, x + SAMPLE + TEXT_GAP, y,
        0, entry->name, text);
    mts_figure_text(figure, number, MTS_POINTS_LEGEND, TRUE,
        x + SAMPLE + 2 * TEXT_GAP + entry->name, y, 0, mts_palette_fade(text, ended ? 0.5f : 1));
}

void mts_overlay_draw_legend(MtsCompareOverlay *self, const MtsFigure *figure, double width)
{
    g_autoptr(GArray) entries = mts_overlay_legend(self, figure, width);
    for (guint i = 0; i < entries->len; i++) {
        const MtsLegendEntry *entry = &g_array_index(entries, MtsLegendEntry, i);
        if (entry->x + entry->width > width) {
            g_autofree char *more = g_strdup_printf("+%u", entries->len - i);
            mts_figure_text(figure, more, MTS_POINTS_LEGEND, TRUE, MIN(entry->x, width - 24),
                LEGEND / 2.0, 0, mts_palette_ink(MTS_INK_TEXT_SECONDARY, figure->dark));
            break;
        }
        draw_entry(self, figure, entry);
    }
}

/* ---- curves ----------------------------------------------------------------------------------- */

/* Mean ± standard deviation of replicas, as a band. */
static void draw_band(MtsCompareOverlay *self, const MtsFigure *figure, const MtsPlot *plot,
    MtsCompareRun *run, const float *smooth)
{
    const MtsCompareCurve *curve = mts_compare_run_get_curve(run);
    const MtsCompareAxis axis = mts_compare_model_get_axis(self->model);
    const GdkRGBA ink = mts_palette_fade(mts_figure_ink(figure, self->model, run), (float)BAND);
    guint drawn = 0;
    for (guint side = 0; side < 2; side++) {
        for (guint i = 0; i < curve->count; i++) {
            const guint at = side == 0 ? i : curve->count - 1 - i;
            const double x = mts_compare_curve_x(curve, at, axis);
            const double off = curve->moments[at].accuracy_spread * (side == 0 ? 1 : -1);
            if (isfinite(x) && isfinite(off) && (!plot->x.log || x > 0)) {
                cairo_line_to(figure->cr, mts_plot_x(plot, x), mts_plot_y(plot, smooth[at] + off));
                drawn++;
            }
        }
    }
    mts_paint_source(figure->cr, &ink);
    if (drawn > 2) {
        cairo_fill(figure->cr);
    }
    cairo_new_path(figure->cr);
}

static void draw_raw(MtsCompareOverlay *self, const MtsFigure *figure, const MtsPlot *plot,
    const MtsCompareCurve *curve, MtsPen pen)
{
    g_autofree float *raw = g_new(float, curve->count);
    for (guint i = 0; i < curve->count; i++) {
        raw[i] = curve->moments[i].accuracy;
    }
    pen.alpha *= 0.22;
    pen.width = 1;
    pen.dash = MTS_DASH_NONE;
    mts_figure_set_pen(figure, &pen);
    mts_plot_trace(plot, figure, curve, raw, mts_compare_model_get_axis(self->model));
}

static void draw_run(
    MtsCompareOverlay *self, const MtsFigure *figure, const MtsPlot *plot, MtsCompareRun *run)
{
    const MtsCompareCurve *curve = mts_compare_run_get_curve(run);
    const double strength = mts_compare_model_get_smoothing(self->model);
    const float *smooth = mts_compare_run_get_smooth(run, strength);
    if (!curve || curve->count == 0) {
        return;
    }
    const MtsPen pen = mts_figure_pen(figure, self->model, run, TEST_WIDTH);
    if (mts_compare_run_get_replicas(run) > 1) {
        draw_band(self, figure, plot, run, smooth);
    } else if (strength > 0) {
        draw_raw(self, figure, plot, curve, pen);
    }
    mts_figure_set_pen(figure, &pen);
    mts_plot_trace(plot, figure, curve, smooth, mts_compare_model_get_axis(self->model));
}

/* The end of a run, and where it reached the target. */
static void draw_marks(
    MtsCompareOverlay *self, const MtsFigure *figure, const MtsPlot *plot, MtsCompareRun *run)
{
    const MtsCompareCurve *curve = mts_compare_run_get_curve(run);
    const MtsCompareAxis axis = mts_compare_model_get_axis(self->model);
    const float *smooth =
        mts_compare_run_get_smooth(run, mts_compare_model_get_smoothing(self->model));
    if (!curve || curve->count == 0) {
        return;
    }
    const GdkRGBA ink = mts_figure_ink(figure, self->model, run);
    const double x = mts_plot_x(plot, mts_compare_curve_x(curve, curve->count - 1, axis));
    const double y = mts_plot_y(plot, smooth[curve->count - 1]);
    if (mts_plot_holds(plot, x, y)) {
        mts_figure_dot(figure, x, y, 3, FALSE, ink);
    }
    const MtsMoment *reach = mts_compare_model_reach(self->model, run);
    if (reach) {
        const double at =
            mts_plot_x(plot, mts_compare_curve_x(curve, (guint)(reach - curve->moments), axis));
        const double target = mts_plot_y(plot, mts_compare_model_get_target(self->model));
        if (mts_plot_holds(plot, at, target)) {
            mts_figure_dot(figure, at, target, 4, TRUE, ink);
        }
    }
}

static void draw_target(MtsCompareOverlay *self, const MtsFigure *figure, const MtsPlot *plot)
{
    const double target = mts_compare_model_get_target(self->model);
    const double y = round(mts_plot_y(plot, target)) + 0.5;
    if (!isfinite(target) || y < plot->top || y > plot->top + plot->height) {
        return;
    }
    const GdkRGBA ink = mts_palette_ink(MTS_INK_TEXT, figure->dark);
    mts_paint_source(figure->cr, &ink);
    cairo_set_dash(figure->cr, (double[]){4, 3}, 2, 0);
    cairo_set_line_width(figure->cr, 1);
    cairo_move_to(figure->cr, plot->left, y);
    cairo_line_to(figure->cr, plot->left + plot->width, y);
    cairo_stroke(figure->cr);
}

/* Two small triangles, up and down: it can be dragged. */
static void draw_arrows(const MtsFigure *figure, double x, double y, GdkRGBA ink)
{
    mts_paint_source(figure->cr, &ink);
    for (int side = -1; side <= 1; side += 2) {
        cairo_move_to(figure->cr, x, y + side * 5);
        cairo_line_to(figure->cr, x + 3, y + side * 1.5);
        cairo_line_to(figure->cr, x - 3, y + side * 1.5);
        cairo_close_path(figure->cr);
    }
    cairo_fill(figure->cr);
}

static void draw_target_pill(MtsCompareOverlay *self, const MtsFigure *figure, const MtsPlot *plot)
{
    const double target = mts_compare_model_get_target(self->model);
    const double y = round(mts_plot_y(plot, target)) + 0.5;
    if (!isfinite(target) || y < plot->top || y > plot->top + plot->height) {
        return;
    }
    const double right = plot->left + plot->width + 12, left = right - PILL_WIDTH;
    const GdkRGBA ground = mts_palette_ink(MTS_INK_TOOLTIP, figure->dark),
                  ink = mts_palette_ink(MTS_INK_TOOLTIP_TEXT, figure->dark);
    g_autofree char *text = mts_text_percent(target);
    mts_paint_rounded(
        figure->cr, left, y - PILL_HEIGHT / 2.0, PILL_WIDTH, PILL_HEIGHT, PILL_HEIGHT / 2.0);
    mts_paint_source(figure->cr, &ground);
    cairo_fill(figure->cr);
    draw_arrows(figure, left + 13, y, mts_palette_fade(ink, 0.7f));
    mts_figure_text(figure, text, MTS_POINTS_LEGEND, TRUE, right - 9, y, 1, ink);
}

static void clip(const MtsFigure *figure, const MtsPlot *plot, double over)
{
    cairo_rectangle(figure->cr, plot->left - over, plot->top - over, plot->width + 2 * over,
        plot->height + over + (over > 0 ? over : 0));
    cairo_clip(figure->cr);
}

void mts_overlay_draw_plot(MtsCompareOverlay *self, const MtsFigure *figure, const MtsPlot *plot)
{
    GPtrArray *runs = mts_compare_model_get_checked(self->model);
    MtsCompareRun *front = mts_compare_model_get_hover(self->model);
    cairo_save(figure->cr);
    clip(figure, plot, 1);
    /* The first run's line lies on top; one that stands out above all. */
    for (guint i = runs->len; i-- > 0;) {
        draw_run(self, figure, plot, g_ptr_array_index(runs, i));
    }
    if (front && mts_compare_run_get_checked(front)) {
        draw_run(self, figure, plot, front);
    }
    cairo_restore(figure->cr);
    draw_target(self, figure, plot);
    for (guint i = runs->len; i-- > 0;) {
        draw_marks(self, figure, plot, g_ptr_array_index(runs, i));
    }
    draw_target_pill(self, figure, plot);
}

/* ---- the crosshair ------------------------------------------------------------------------------ */

void mts_overlay_draw_cross(MtsCompareOverlay *self, const MtsFigure *figure, const MtsPlot *plot)
{
    const double cross = mts_compare_model_get_cross(self->model);
    const double x = round(mts_plot_x(plot, cross)) + 0.5;
    if (isnan(cross) || x < plot->left || x > plot->left + plot->width) {
        return;
    }
    const double bottom = plot->top + plot->height;
    const GdkRGBA ink = mts_palette_ink(MTS_INK_CROSSHAIR, figure->dark);
    mts_paint_source(figure->cr, &ink);
    cairo_set_dash(figure->cr, (double[]){2, 2}, 2, 0);
    cairo_set_line_width(figure->cr, 1);
    cairo_move_to(figure->cr, x, plot->top);
    cairo_line_to(figure->cr, x, bottom);
    cairo_stroke(figure->cr);
    GPtrArray *runs = mts_compare_model_get_checked(self->model);
    for (guint i = runs->len; i-- > 0;) {
        MtsCompareRun *run = g_ptr_array_index(runs, i);
        gboolean ended;
        const double y = mts_plot_y(plot, mts_overlay_value(self, run, &ended));
        if (isfinite(y) && !ended && mts_plot_holds(plot, x, y)) {
            mts_figure_dot(figure, x, y, 3, TRUE, mts_figure_ink(figure, self->model, run));
        }
    }
    g_autofree char *text = mts_compare_axis_text(mts_compare_model_get_axis(self->model), cross);
    mts_figure_pill(figure, text, x, bottom + 11, 8, 16, mts_palette_ink(MTS_INK_PIN, figure->dark),
        mts_palette_ink(MTS_INK_PIN_TEXT, figure->dark));
}

void mts_overlay_draw_box(MtsCompareOverlay *self, const MtsFigure *figure)
{
    if (self->grip != GRIP_BOX) {
        return;
    }
    const GdkRGBA wash = mts_palette_ink(MTS_INK_ACCENT_WASH, figure->dark),
                  rim = mts_palette_ink(MTS_INK_ACCENT, figure->dark);
    cairo_rectangle(figure->cr, MIN(self->press_x, self->x), MIN(self->press_y, self->y),
        fabs(self->x - self->press_x), fabs(self->y - self->press_y));
    mts_paint_source(figure->cr, &wash);
    cairo_fill_preserve(figure->cr);
    mts_paint_source(figure->cr, &rim);
    cairo_set_dash(figure->cr, NULL, 0, 0);
    cairo_set_line_width(figure->cr, 1);
    cairo_stroke(figure->cr);
}

void mts_compare_overlay_draw(
    MtsCompareOverlay *self, const MtsFigure *figure, double width, double height)
{
    const MtsPlot plot = mts_overlay_plot(self, width, height);
    const double cross = mts_compare_model_get_cross(self->model);
    mts_overlay_draw_legend(self, figure, width);
    mts_plot_draw_axes(&plot, figure, mts_compare_model_get_axis(self->model),
        isnan(cross) ? NAN : mts_plot_x(&plot, cross));
    mts_overlay_draw_plot(self, figure, &plot);
    mts_overlay_draw_cross(self, figure, &plot);
}
