#include "mts-lab-plot.h"

#include "mts-text.h"
#include <math.h>

double mts_lab_plot_x(const MtsLabPlot *self, double value)
{
    return self->left + mts_scale_place(&self->x, value) * (self->right - self->left);
}

double mts_lab_plot_y(const MtsLabPlot *self, double value)
{
    return self->bottom - mts_scale_place(&self->y, value) * (self->bottom - self->top);
}

double mts_lab_plot_x_value(const MtsLabPlot *self, double pixel)
{
    return mts_scale_value(&self->x, (pixel - self->left) / (self->right - self->left));
}

double mts_lab_plot_y_value(const MtsLabPlot *self, double pixel)
{
    return mts_scale_value(&self->y, (self->bottom - pixel) / (self->bottom - self->top));
}

/* ---- axes ------------------------------------------------------------------------------------ */

static char *tick_text(const MtsScale *scale, double value, int decimals)
{
    if (fabs(value) >= 10000 || scale->log) {
        return mts_text_amount(value);
    }
    return mts_text_fixed(value, decimals);
}

static void draw_x_axis(MtsLabPaint *paint, const MtsLabPlot *self, double apart, const char *title)
{
    const GdkRGBA base = mts_lab_house_ink(paint, MTS_INK_TEXT_TICKS);
    mts_lab_hline(paint, self->left, self->right, self->bottom, &base);
    if (apart > 0) {
        const MtsTicks ticks = mts_scale_ticks(&self->x, self->right - self->left, apart);
        for (guint i = 0; i < ticks.count; i++) {
            g_autofree char *text = tick_text(&self->x, ticks.value[i], ticks.decimals);
            mts_lab_words(paint, MTS_LAB_TICKS, mts_lab_plot_x(self, ticks.value[i]),
                self->bottom + 13, MTS_LAB_CENTRE, MTS_INK_TEXT_TICKS, text);
        }
    }
    if (title) {
        mts_lab_words(paint, MTS_LAB_LEGEND, (self->left + self->right) / 2, self->bottom + 29,
            MTS_LAB_CENTRE, MTS_INK_TEXT_TICKS, title);
    }
}

static void draw_y_axis(MtsLabPaint *paint, const MtsLabPlot *self, double apart, const char *title)
{
    const GdkRGBA grid = mts_lab_house_ink(paint, MTS_INK_GRID);
    if (apart > 0) {
        const MtsTicks ticks = mts_scale_ticks(&self->y, self->bottom - self->top, apart);
        for (guint i = 0; i < ticks.count; i++) {
            const double y = mts_lab_plot_y(self, ticks.value[i]);
            g_autofree char *text = tick_text(&self->y, ticks.value[i], ticks.decimals);
            mts_lab_hline(paint, self->left, self->right, y, &grid);
            mts_lab_words(
                paint, MTS_LAB_TICKS, self->left - 7, y, MTS_LAB_RIGHT, MTS_INK_TEXT_TICKS, text);
        }
    }
    if (title) {
        mts_lab_words(paint, MTS_LAB_SECONDARY_BOLD, self->left, self->top - 16, MTS_LAB_LEFT,
            MTS_INK_TEXT, title);
    }
}

void mts_lab_plot_axes(MtsLabPaint *paint, const MtsLabPlot *self, double x_apart, double y_apart,
    const char *x_title, const char *y_title)
{
    draw_y_axis(paint, self, y_apart, y_title);
    draw_x_axis(paint, self, x_apart, x_title);
}

/* ---- lines ----------------------------------------------------------------------------------- */

void mts_lab_plot_line(MtsLabPaint *paint, const MtsLabPlot *self, const double *x, const double *y,
    gsize n, double width, gboolean dashed, const GdkRGBA *ink)
{
    double last = -INFINITY;
    gboolean open = FALSE;
    cairo_new_path(paint->cr);
    for (gsize i = 0; i < n; i++) {
        const double at = mts_lab_plot_x(self, x[i]), height = mts_lab_plot_y(self, y[i]);
        if (!isfinite(at) || !isfinite(height)) {
            open = FALSE;
            continue;
        }
        if (open && at - last < .5 && i + 1 < n) {
            continue;
        }
        /* Beyond the frame by more than a screen nothing is seen, and cairo counts in fixed point. */
        const double held = CLAMP(height, -1e4, 1e4);
        if (open) {
            cairo_line_to(paint->cr, at, held);
        } else {
            cairo_move_to(paint->cr, at, held);
        }
        open = TRUE;
        last = at;
    }
    mts_paint_source(paint->cr, ink);
    cairo_set_line_width(paint->cr, width);
    cairo_set_line_join(paint->cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_dash(paint->cr, (const double[]){4, 3}, dashed ? 2 : 0, 0);
    cairo_stroke(paint->cr);
    cairo_set_dash(paint->cr, NULL, 0, 0);
}

void mts_lab_plot_spread(double *y, gsize n, double apart, double top, double bottom)
{
    /* A few labels: pushing neighbours apart settles after as many rounds as there are. */
    for (gsize round = 0; round < 2 * n; round++) {
        for (gsize i = 0; i < n; i++) {
            for (gsize k = 0; k < n; k++) {
                const double gap = y[k] - y[i];
                const gboolean below = gap > 0 || (gap == 0 && k > i);
                if (k != i && below && gap < apart) {
                    const double push = (apart - gap) / 2;
                    y[i] -= push;
                    y[k] += push;
                }
            }
        }
        for (gsize i = 0; i < n; i++) {
            y[i] = CLAMP(y[i], top, bottom);
        }
    }
}
