#include "mts-lab-drift-private.h"

#include "mts-lab-plot.h"
#include "mts-text.h"
#include <math.h>

static GdkRGBA line_ink(const MtsLabPaint *paint, MtsDriftLine line)
{
    switch (line) {
    case MTS_DRIFT_EXACT:
        return mts_palette_run(MTS_RUN_FP32, paint->dark);
    case MTS_DRIFT_TRUNCATE:
        return mts_palette_run(1, paint->dark);
    case MTS_DRIFT_NEAREST:
        return mts_palette_run(3, paint->dark);
    default:
        return mts_palette_run(0, paint->dark);
    }
}

/* ---- the group ------------------------------------------------------------------------------- */

static double height_of(double gradient)
{
    return MTS_DRIFT_BOTTOM - gradient / MTS_DRIFT_MOST * (MTS_DRIFT_BOTTOM - MTS_DRIFT_TOP);
}

/* The grid of what can be stored, and half a step, below which nearest sees nothing. */
static void draw_grid(MtsLabDrift *self, MtsLabPaint *paint, double left, double right)
{
    const double unit = mts_lab_drift_unit(self);
    const GdkRGBA grid = mts_lab_house_ink(paint, MTS_INK_GRID);
    const GdkRGBA half = mts_palette_fade(line_ink(paint, MTS_DRIFT_NEAREST), .7f);
    const GdkRGBA shade = mts_palette_fade(line_ink(paint, MTS_DRIFT_NEAREST), .07f);
    const double blind = height_of(MIN(unit / 2, MTS_DRIFT_MOST));
    mts_lab_fill(paint, left, blind, right - left, MTS_DRIFT_BOTTOM - blind, &shade);
    for (guint i = 0; i * unit <= MTS_DRIFT_MOST; i++) {
        const double y = height_of(i * unit);
        mts_lab_hline(paint, left, right, y, &grid);
        if (unit / MTS_DRIFT_MOST * (MTS_DRIFT_BOTTOM - MTS_DRIFT_TOP) >= 11 || i % 4 == 0) {
            g_autofree char *text = i == 0 ? g_strdup("0")
                : i == 1                   ? g_strdup("1 step")
                                           : g_strdup_printf("%u steps", i);
            mts_lab_words(
                paint, MTS_LAB_TICKS, left - 7, y, MTS_LAB_RIGHT, MTS_INK_TEXT_TICKS, text);
        }
    }
    mts_lab_line(paint, left, blind, right, blind, 1.25, 4, 3, &half);
    mts_lab_text(paint, MTS_LAB_TICKS, right + 5, blind, MTS_LAB_LEFT, &half, "half a step");
}

static void draw_group(MtsLabDrift *self, MtsLabPaint *paint)
{
    const double left = 62, right = 220, y = height_of(self->gradient);
    const GdkRGBA grey = mts_lab_ink(paint, MTS_LAB_INK_ERROR_BAR);
    const GdkRGBA fill = mts_palette_fade(mts_lab_bits_fill(paint, self->m), .85f);
    const GdkRGBA base = mts_lab_house_ink(paint, MTS_INK_TEXT_TICKS);
    mts_lab_words(paint, MTS_LAB_SECONDARY_BOLD, left, 12, MTS_LAB_LEFT, MTS_INK_TEXT,
        "Two gradients of one group");
    draw_grid(self, paint, left, right);
    /* The largest one goes out of the picture: it is four times as high. */
    mts_lab_rounded(
        paint, 88, MTS_DRIFT_TOP - 12, 32, MTS_DRIFT_BOTTOM - MTS_DRIFT_TOP + 12, 0, &grey);
    const GdkRGBA view = paint->dark ? (GdkRGBA){.19f, .19f, .19f, 1} : (GdkRGBA){1, 1, 1, 1};
    mts_lab_line(paint, 84, MTS_DRIFT_TOP + 12, 124, MTS_DRIFT_TOP + 4, 3, 0, 0, &view);
    mts_lab_line(paint, 84, MTS_DRIFT_TOP + 19, 124, MTS_DRIFT_TOP + 11, 3, 0, 0, &view);
    mts_lab_rounded(paint, MTS_DRIFT_OURS_X - 16, y, 32, MTS_DRIFT_BOTTOM - y, 0, &fill);
    mts_lab_hline(paint, left, right, MTS_DRIFT_BOTTOM, &base);
    const gboolean active = !paint->plain && (self->dragging || self->over || paint->focus);
    mts_lab_knob(paint, MTS_DRIFT_OURS_X, y, active ? 8 : 6.5, active);
    g_autofree char *value = mts_text_fixed(self->gradient, 4);
    mts_lab_words(paint, MTS_LAB_LEGEND, 104, MTS_DRIFT_BOTTOM + 14, MTS_LAB_CENTRE,
        MTS_INK_TEXT_SECONDARY, "the largest");
    mts_lab_words(paint, MTS_LAB_SECONDARY_BOLD, 104, MTS_DRIFT_BOTTOM + 30, MTS_LAB_CENTRE,
        MTS_INK_TEXT, "1");
    mts_lab_words(paint, MTS_LAB_LEGEND, MTS_DRIFT_OURS_X, MTS_DRIFT_BOTTOM + 14, MTS_LAB_CENTRE,
        MTS_INK_TEXT_SECONDARY, "ours");
    mts_lab_words(paint, MTS_LAB_SECONDARY_BOLD, MTS_DRIFT_OURS_X, MTS_DRIFT_BOTTOM + 30,
        MTS_LAB_CENTRE, MTS_INK_ACCENT_TEXT, value);
}

/* ---- the sums -------------------------------------------------------------------------------- */

static double highest(MtsLabDrift *self)
{
    double most = 0;
    for (guint line = 0; line < mts_lab_drift_lines(self); line++) {
        most = MAX(most, self->sum[line][MTS_LAB_DRIFT_STEPS]);
    }
    return most;
}

static void draw_end_labels(MtsLabDrift *self, MtsLabPaint *paint, const MtsLabPlot *plot)
{
    const guint lines = mts_lab_drift_lines(self);
    double y[MTS_DRIFT_LINES];
    for (guint line = 0; line < lines; line++) {
        y[line] = mts_lab_plot_y(plot, self->sum[line][self->done]);
    }
    mts_lab_plot_spread(y, lines, 15, plot->top, plot->bottom);
    for (guint line = 0; line < lines; line++) {
        const GdkRGBA ink = line_ink(paint, (MtsDriftLine)line);
        mts_lab_text(paint, MTS_LAB_LEGEND_BOLD, plot->right + 10, y[line], MTS_LAB_LEFT, &ink,
            mts_lab_drift_name((MtsDriftLine)line));
    }
}

static void draw_sums(MtsLabDrift *self, MtsLabPaint *paint)
{
    double steps[MTS_LAB_DRIFT_STEPS + 1];
    for (guint i = 0; i <= MTS_LAB_DRIFT_STEPS; i++) {
        steps[i] = i;
    }
    const MtsLabPlot plot = {MTS_DRIFT_CHART_LEFT, MTS_DRIFT_TOP,
        paint->width - MTS_DRIFT_CHART_RIGHT, MTS_DRIFT_BOTTOM, {0, MTS_LAB_DRIFT_STEPS, FALSE},
        mts_scale_fit(0, MAX(highest(self), 1), FALSE, .06)};
    mts_lab_plot_axes(paint, &plot, 80, 32, "steps", "What the weight has moved");
    cairo_save(paint->cr);
    cairo_rectangle(
        paint->cr, plot.left, plot.top - 4, plot.right - plot.left + 4, plot.bottom - plot.top + 8);
    cairo_clip(paint->cr);
    for (guint line = 0; line < mts_lab_drift_lines(self); line++) {
        const GdkRGBA ink = line_ink(paint, (MtsDriftLine)line);
        mts_lab_plot_line(paint, &plot, steps, self->sum[line], self->done + 1,
            line == MTS_DRIFT_EXACT ? 1.5 : 2.25, line == MTS_DRIFT_EXACT, &ink);
    }
    cairo_restore(paint->cr);
    const double x = mts_lab_plot_x(&plot, self->done);
    for (guint line = 0; line < mts_lab_drift_lines(self); line++) {
        const GdkRGBA ink = line_ink(paint, (MtsDriftLine)line);
        mts_lab_disc(paint, x, mts_lab_plot_y(&plot, self->sum[line][self->done]), 3.5, &ink);
    }
    draw_end_labels(self, paint, &plot);
}

/* ---- figures --------------------------------------------------------------------------------- */

static void draw_figures(MtsLabDrift *self, MtsLabPaint *paint)
{
    const GdkRGBA text = mts_lab_house_ink(paint, MTS_INK_TEXT);
    const double exact = self->sum[MTS_DRIFT_EXACT][self->done];
    g_autofree char *count = mts_text_count(self->done);
    mts_lab_print(
        paint, MTS_LAB_SECONDARY_BOLD, 0, 10, MTS_LAB_LEFT, MTS_INK_TEXT, "After %s steps", count);
    static const char *const labels[] = {"Exact", "Truncate", "Nearest", "Stochastic"};
    double y = 22;
    for (guint line = 0; line < mts_lab_drift_lines(self); line++) {
        const double sum = self->sum[line][self->done];
        const GdkRGBA ink = line == MTS_DRIFT_EXACT ? text : line_ink(paint, (MtsDriftLine)line);
        g_autofree char *value = mts_text_fixed(sum, 2);
        g_autofree char *percent =
            line != MTS_DRIFT_EXACT && exact != 0 ? mts_text_fixed(sum / exact * 100, 0) : NULL;
        g_autofree char *note = percent ? g_strconcat(percent, " %", NULL) : NULL;
        mts_lab_figure(paint, y, labels[line], note, value, &ink);
        y += MTS_LAB_FIGURE_HEIGHT;
    }
    g_autofree char *unit = mts_lab_power_text(1 - (int)self->m);
    mts_lab_figure(paint, y, "One step of the grid", NULL, unit, &text);
}

void mts_lab_drift_draw(MtsLabModel *model, MtsLabPart part, MtsLabPaint *paint)
{
    MtsLabDrift *self = MTS_LAB_DRIFT(model);
    mts_lab_drift_renew(self);
    if (part == MTS_LAB_SIDE) {
        draw_figures(self, paint);
        return;
    }
    draw_group(self, paint);
    draw_sums(self, paint);
}
