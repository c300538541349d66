#include "mts-dice-private.h"

#include "mts-text.h"
#include <math.h>

/* ---- the number line ------------------------------------------------------------------------- */

static char *share_text(const char *word, double share)
{
    g_autofree char *number = mts_text_fixed(share * 100, share > 0 && share < .01 ? 1 : 0);
    return g_strdup_printf("%s %s %%", word, number);
}

/* Half an ellipse from the value to a neighbour, as thick as the odds of going there. */
static void draw_arc(MtsLabPaint *paint, double from, double to, double share, const GdkRGBA *ink)
{
    const double middle = (from + to) / 2, reach = fabs(to - from) / 2;
    if (reach < 1 || share <= 0) {
        return;
    }
    const double height = MIN(12 + reach * .32, 44);
    cairo_save(paint->cr);
    cairo_translate(paint->cr, middle, MTS_DICE_LINE_Y - 8);
    cairo_scale(paint->cr, reach, height);
    cairo_new_path(paint->cr);
    cairo_arc(paint->cr, 0, 0, 1, G_PI, 2 * G_PI);
    cairo_restore(paint->cr);
    mts_paint_source(paint->cr, ink);
    cairo_set_dash(paint->cr, NULL, 0, 0);
    cairo_set_line_width(paint->cr, 1 + 6 * share);
    cairo_stroke(paint->cr);
}

static void draw_odds(MtsDice *self, MtsLabPaint *paint, const MtsDiceLayout *layout, double x)
{
    const double up = MIN(1, mts_dice_chance(self));
    const GdkRGBA grey = mts_palette_fade(mts_lab_house_ink(paint, MTS_INK_TEXT_TICKS), .45f);
    const GdkRGBA accent = mts_palette_fade(mts_lab_house_ink(paint, MTS_INK_ACCENT), .8f);
    draw_arc(paint, x, layout->line_low, 1 - up, &grey);
    draw_arc(paint, x, layout->line_high, up, &accent);
    g_autofree char *down_text = share_text("down", 1 - up);
    g_autofree char *up_text = share_text("up", up);
    const double low = (x + layout->line_low) / 2, high = (x + layout->line_high) / 2;
    const double low_y = MTS_DICE_LINE_Y - 20 - MIN(12 + (x - layout->line_low) * .16, 44);
    const double high_y = MTS_DICE_LINE_Y - 20 - MIN(12 + (layout->line_high - x) * .16, 44);
    /* The words keep apart where both arcs are short of room. */
    mts_lab_words(paint, MTS_LAB_SECONDARY_BOLD, MIN(low, layout->line_high - 140), low_y,
        MTS_LAB_CENTRE, MTS_INK_TEXT_SECONDARY, down_text);
    mts_lab_words(paint, MTS_LAB_SECONDARY_BOLD, MAX(high, layout->line_low + 140), high_y,
        MTS_LAB_CENTRE, MTS_INK_ACCENT_TEXT, up_text);
}

static void draw_line(MtsDice *self, MtsLabPaint *paint, const MtsDiceLayout *layout)
{
    const GdkRGBA ink = mts_lab_house_ink(paint, MTS_INK_TEXT_TICKS);
    const GdkRGBA text = mts_lab_house_ink(paint, MTS_INK_TEXT);
    const double y = MTS_DICE_LINE_Y;
    mts_lab_line(paint, layout->line_left, y, layout->line_right, y, 2, 0, 0, &ink);
    for (int i = 0; i <= 12; i++) {
        const double x = layout->line_left + i * (layout->line_right - layout->line_left) / 12;
        mts_lab_line(paint, x, y - 5, x, y + 5, 1, 0, 0, &ink);
    }
    const double ends[] = {layout->line_low, layout->line_high};
    for (guint i = 0; i < 2; i++) {
        mts_lab_line(paint, ends[i], y - 9, ends[i], y + 9, 2.5, 0, 0, &text);
        mts_lab_print(paint, (MtsLabType){11, TRUE}, ends[i], y + 23, MTS_LAB_CENTRE, MTS_INK_TEXT,
            "%u", self->below + i);
    }
    double x, ignored;
    mts_dice_knob(self, paint->width, &x, &ignored);
    draw_odds(self, paint, layout, x);
    const gboolean active = !paint->plain && (self->dragging || self->over_knob || paint->focus);
    mts_lab_knob(paint, x, y, active ? 10 : 9, TRUE);
    g_autofree char *value = mts_text_fixed(self->value, 3);
    const GdkRGBA ground = mts_lab_house_ink(paint, MTS_INK_TOOLTIP);
    mts_lab_rounded(paint, x - 27, y + 15, 54, 22, 6, &ground);
    mts_lab_words(paint, MTS_LAB_BODY_BOLD, x, y + 26, MTS_LAB_CENTRE, MTS_INK_TOOLTIP_TEXT, value);
}

/* ---- the bits -------------------------------------------------------------------------------- */

static void draw_bit(MtsLabPaint *paint, double x, double y, double pitch, gboolean one,
    const GdkRGBA *ones, const GdkRGBA *zeros, const GdkRGBA *ink)
{
    const double size = pitch * .85;
    const GdkRGBA faint = mts_lab_house_ink(paint, MTS_INK_TEXT_SECONDARY);
    mts_lab_rounded(paint, x, y - 10, size, 20, 4, one ? ones : zeros);
    mts_lab_text(paint, one ? MTS_LAB_BODY_BOLD : MTS_LAB_BODY, x + size / 2, y, MTS_LAB_CENTRE,
        one ? ink : &faint, one ? "1" : "0");
}

static void draw_fraction(
    MtsDice *self, MtsLabPaint *paint, const MtsDiceLayout *layout, const MtsDiceDraw *draw)
{
    const GdkRGBA fill = mts_lab_bits_fill(paint, 4), ink = mts_lab_bits_text(paint, 4);
    const GdkRGBA faint = mts_palette_fade(fill, .16f);
    const GdkRGBA accent = mts_lab_house_ink(paint, MTS_INK_ACCENT);
    for (guint i = 0; i < draw->bits; i++) {
        const double x = layout->bits_x + i * layout->bit_pitch;
        const gboolean one = draw->fraction >> (draw->bits - 1 - i) & 1;
        draw_bit(paint, x, MTS_DICE_FRACTION_Y, layout->bit_pitch, one, &fill, &faint, &ink);
        if (!paint->plain && self->over_bit == (int)i) {
            mts_lab_outline(paint, x - 1.5, MTS_DICE_FRACTION_Y - 11.5, layout->bit_pitch * .85 + 3,
                23, 5, 1.5, &accent);
        }
    }
}

/* While a roll spins its bits are those of draws that nobody asked for. */
static guint32 shown_noise(MtsDice *self, const MtsLabPaint *paint, const MtsDiceDraw *draw)
{
    if (self->spin <= 0 || paint->plain) {
        return draw->noise;
    }
    return mts_dice_draw(self, (guint)(self->spin * 60) % MTS_DICE_DRAWS).noise;
}

static void draw_noise(
    MtsDice *self, MtsLabPaint *paint, const MtsDiceLayout *layout, const MtsDiceDraw *draw)
{
    const GdkRGBA one = mts_lab_ink(paint, MTS_LAB_INK_NOISE_ONE);
    const GdkRGBA zero = mts_lab_ink(paint, MTS_LAB_INK_NOISE_ZERO);
    const GdkRGBA ink = mts_lab_ink(paint, MTS_LAB_INK_NOISE_TEXT);
    const guint32 noise = shown_noise(self, paint, draw);
    mts_lab_words(paint, MTS_LAB_BODY_BOLD, layout->bits_x - 14, MTS_DICE_NOISE_Y, MTS_LAB_CENTRE,
        MTS_INK_TEXT, "+");
    for (guint i = 0; i < draw->bits; i++) {
        draw_bit(paint, layout->bits_x + i * layout->bit_pitch, MTS_DICE_NOISE_Y, layout->bit_pitch,
            noise >> (draw->bits - 1 - i) & 1, &one, &zero, &ink);
    }
}

static void draw_sum(MtsLabPaint *paint, const MtsDiceLayout *layout, const MtsDiceDraw *draw)
{
    const GdkRGBA one = mts_palette_fade(mts_lab_house_ink(paint, MTS_INK_TEXT_TICKS), .35f);
    const GdkRGBA zero = mts_lab_ink(paint, MTS_LAB_INK_BIT_ZERO);
    const GdkRGBA ink = mts_lab_house_ink(paint, MTS_INK_TEXT);
    const GdkRGBA accent = mts_lab_house_ink(paint, MTS_INK_ACCENT), white = {1, 1, 1, 1};
    for (guint i = 0; i <= draw->bits; i++) {
        const double x = layout->bits_x + ((double)i - 1) * layout->bit_pitch;
        const gboolean bit = draw->sum >> (draw->bits - i) & 1;
        draw_bit(paint, x, MTS_DICE_SUM_Y, layout->bit_pitch, bit, i == 0 ? &accent : &one, &zero,
            i == 0 ? &white : &ink);
    }
}

static void draw_addition(MtsDice *self, MtsLabPaint *paint, const MtsDiceLayout *layout)
{
    const MtsDiceDraw draw = mts_dice_draw(self, self->draws > 0 ? self->draws - 1 : 0);
    const double label = layout->bits_x - 36,
                 figure = layout->bits_x + MAX(8, draw.bits) * layout->bit_pitch + 14;
    const GdkRGBA line = mts_lab_house_ink(paint, MTS_INK_TEXT_TICKS);
    const gboolean rolled = self->draws > 0;
    mts_lab_words(paint, MTS_LAB_BODY, label, MTS_DICE_FRACTION_Y, MTS_LAB_RIGHT,
        MTS_INK_TEXT_SECONDARY, "fraction");
    mts_lab_words(paint, MTS_LAB_BODY, label, MTS_DICE_NOISE_Y, MTS_LAB_RIGHT,
        MTS_INK_TEXT_SECONDARY, self->source ? "LFSR noise" : "noise");
    mts_lab_words(
        paint, MTS_LAB_BODY, label, MTS_DICE_SUM_Y, MTS_LAB_RIGHT, MTS_INK_TEXT_SECONDARY, "sum");
    draw_fraction(self, paint, layout, &draw);
    mts_lab_print(paint, MTS_LAB_BODY_BOLD, figure, MTS_DICE_FRACTION_Y, MTS_LAB_LEFT, MTS_INK_TEXT,
        "%u", draw.fraction);
    mts_lab_hline(paint, layout->bits_x - 24, figure + 36, MTS_DICE_SUM_Y - 15, &line);
    if (!rolled) {
        mts_lab_words(paint, MTS_LAB_BODY, layout->bits_x, MTS_DICE_NOISE_Y, MTS_LAB_LEFT,
            MTS_INK_TEXT_TICKS, "roll to throw the dice");
        return;
    }
    draw_noise(self, paint, layout, &draw);
    mts_lab_print(paint, MTS_LAB_BODY_BOLD, figure, MTS_DICE_NOISE_Y, MTS_LAB_LEFT, MTS_INK_TEXT,
        "%u", draw.noise);
    if (self->spin > 0 && !paint->plain) {
        return;
    }
    draw_sum(paint, layout, &draw);
    mts_lab_print(paint, MTS_LAB_BODY_BOLD, figure, MTS_DICE_SUM_Y, MTS_LAB_LEFT,
        draw.up ? MTS_INK_ACCENT_TEXT : MTS_INK_TEXT, "%u", draw.sum);
    mts_lab_print(paint, MTS_LAB_SECONDARY_BOLD, layout->bits_x - 24, MTS_DICE_SUM_Y + 22,
        MTS_LAB_LEFT, draw.up ? MTS_INK_ACCENT_TEXT : MTS_INK_TEXT_SECONDARY,
        draw.up ? "%u ≥ %u: carry, rounds up to %u" : "%u < %u: no carry, stays at %u", draw.sum,
        draw.whole, self->below + (draw.up ? 1 : 0));
}

/* ---- histogram ------------------------------------------------------------------------------- */

enum { BARS_TOP = 44, BARS_BASE = 222 };

static void draw_histogram(MtsDice *self, MtsLabPaint *paint, const MtsDiceLayout *layout)
{
    const guint draws = self->draws, up = mts_dice_ups(self, draws);
    const guint all = MAX(draws, 1);
    const double height = BARS_BASE - BARS_TOP;
    const GdkRGBA grid = mts_lab_house_ink(paint, MTS_INK_GRID);
    const GdkRGBA base = mts_lab_house_ink(paint, MTS_INK_TEXT_TICKS);
    const GdkRGBA accent = mts_lab_house_ink(paint, MTS_INK_ACCENT);
    const GdkRGBA grey = mts_palette_fade(base, .22f);
    const double left = layout->bars_left, right = layout->bars_right;
    g_autofree char *title = mts_text_count(draws);
    mts_lab_print(paint, MTS_LAB_SECONDARY_BOLD, left, 14, MTS_LAB_LEFT, MTS_INK_TEXT, "%s %s",
        title, draws == 1 ? "draw" : "draws");
    for (guint i = 0; i < 2; i++) {
        const double y = BARS_TOP + i * height / 2;
        g_autofree char *mark = mts_text_count(i == 0 ? all : all / 2);
        mts_lab_hline(paint, left, right, y, &grid);
        if (draws > 1) {
            mts_lab_words(
                paint, MTS_LAB_LEGEND, right, y - 8, MTS_LAB_RIGHT, MTS_INK_TEXT_TICKS, mark);
        }
    }
    const gboolean nearest_up = mts_dice_nearest(self) > self->below;
    const double bar = MIN(38, (right - left) * .15);
    for (guint i = 0; i < 2; i++) {
        const double middle = left + (right - left) * (i == 0 ? .29 : .71);
        const guint count = draws == 0 ? 0 : i == 0 ? draws - up : up;
        const guint nearest = (i == 1) == nearest_up ? draws : 0;
        const double own = height * count / all, other = height * nearest / all;
        g_autofree char *own_text = mts_text_count(count);
        g_autofree char *other_text = mts_text_count(nearest);
        mts_lab_rounded(paint, middle - bar - 2, BARS_BASE - own, bar, own, MIN(3, own), &accent);
        mts_lab_words(paint, MTS_LAB_SECONDARY_BOLD, middle - bar / 2 - 2,
            MAX(BARS_BASE - own, BARS_TOP + 6) - 10, MTS_LAB_CENTRE, MTS_INK_ACCENT_TEXT, own_text);
        if (other > 3) {
            mts_lab_rounded(paint, middle + 2, BARS_BASE - other, bar, other, 3, &grey);
            mts_lab_dashed_outline(paint, middle + 2, BARS_BASE - other, bar, other, 3, &base);
        }
        mts_lab_words(paint, MTS_LAB_LEGEND, middle + bar / 2 + 2,
            other > 24 ? BARS_BASE - other + 11 : BARS_BASE - other - 10, MTS_LAB_CENTRE,
            MTS_INK_TEXT_SECONDARY, other_text);
        mts_lab_print(paint, (MtsLabType){11, TRUE}, middle, BARS_BASE + 16, MTS_LAB_CENTRE,
            MTS_INK_TEXT, "%u", self->below + i);
    }
    mts_lab_hline(paint, left, right, BARS_BASE, &base);
    mts_lab_rounded(paint, left, BARS_BASE + 42, 11, 11, 2, &accent);
    double x = left + 17;
    x += mts_lab_words(paint, MTS_LAB_LEGEND, x, BARS_BASE + 47, MTS_LAB_LEFT,
        MTS_INK_TEXT_SECONDARY, "stochastic");
    mts_lab_rounded(paint, x + 16, BARS_BASE + 42, 11, 11, 2, &grey);
    mts_lab_dashed_outline(paint, x + 16, BARS_BASE + 42, 11, 11, 2, &base);
    mts_lab_words(paint, MTS_LAB_LEGEND, x + 33, BARS_BASE + 47, MTS_LAB_LEFT,
        MTS_INK_TEXT_SECONDARY, "nearest");
}

/* ---- running mean ---------------------------------------------------------------------------- */

enum { MEAN_TOP = 30, MEAN_BASE = 222 };

/* Draws on a logarithmic axis, the mean within nine tenths of a step that hold what nearest says. */
typedef struct MeanPlot {
    double left, right, low, high;
} MeanPlot;

static double mean_x(const MeanPlot *plot, double n)
{
    return plot->left + (plot->right - plot->left) * log10(MAX(n, 1)) / log10(MTS_DICE_DRAWS);
}

static double mean_y(const MeanPlot *plot, double mean)
{
    return MEAN_BASE - (MEAN_BASE - MEAN_TOP) * (mean - plot->low) / (plot->high - plot->low);
}

/* One standard deviation of a mean of n draws: sqrt(p (1 - p) / n). */
static void draw_band(MtsDice *self, MtsLabPaint *paint, const MeanPlot *plot)
{
    const double p = MIN(1, mts_dice_chance(self)), middle = self->below + p;
    const GdkRGBA band = mts_lab_house_ink(paint, MTS_INK_ACCENT_WASH);
    cairo_new_path(paint->cr);
    for (int side = 1; side >= -1; side -= 2) {
        for (int k = 0; k <= 48; k++) {
            const double n = pow(MTS_DICE_DRAWS, (side > 0 ? k : 48 - k) / 48.0);
            cairo_line_to(
                paint->cr, mean_x(plot, n), mean_y(plot, middle + side * sqrt(p * (1 - p) / n)));
        }
    }
    cairo_close_path(paint->cr);
    mts_paint_source(paint->cr, &band);
    cairo_fill(paint->cr);
}

static void draw_mean_line(MtsDice *self, MtsLabPaint *paint, const MeanPlot *plot)
{
    const GdkRGBA accent = mts_lab_house_ink(paint, MTS_INK_ACCENT);
    double last = -1;
    cairo_new_path(paint->cr);
    for (guint n = 1; n <= self->draws; n++) {
        const double x = mean_x(plot, n);
        /* At most two points a pixel: late draws stand close on this axis. */
        if (x - last >= .5 || n == self->draws) {
            cairo_line_to(paint->cr, x, mean_y(plot, mts_dice_mean(self, n)));
            last = x;
        }
    }
    mts_paint_source(paint->cr, &accent);
    cairo_set_line_width(paint->cr, 1.75);
    cairo_set_line_join(paint->cr, CAIRO_LINE_JOIN_ROUND);
    cairo_stroke(paint->cr);
}

/* The labels at the right end: they keep a line's distance. */
static void draw_mean_labels(MtsDice *self, MtsLabPaint *paint, const MeanPlot *plot)
{
    const double mean = mts_dice_mean(self, self->draws), nearest = mts_dice_nearest(self);
    const double x = plot->right + 8;
    double y = mean_y(plot, mean), other = mean_y(plot, nearest);
    if (fabs(other - y) < 32) {
        other = other > y ? y + 32 : y - 32;
    }
    if (self->draws > 0) {
        const GdkRGBA accent = mts_lab_house_ink(paint, MTS_INK_ACCENT);
        g_autofree char *text = mts_text_fixed(mean, 4);
        mts_lab_disc(paint, mean_x(plot, self->draws), y, 3.5, &accent);
        mts_lab_words(paint, MTS_LAB_BODY_BOLD, x, y, MTS_LAB_LEFT, MTS_INK_ACCENT_TEXT, text);
    }
    g_autofree char *truth = mts_text_fixed((double)(float)self->value, 4);
    mts_lab_print(
        paint, MTS_LAB_TICKS, x, y + 14, MTS_LAB_LEFT, MTS_INK_TEXT_TICKS, "true %s", truth);
    g_autofree char *always = mts_text_fixed(nearest, 4);
    mts_lab_words(paint, MTS_LAB_BODY_BOLD, x, other, MTS_LAB_LEFT, MTS_INK_TEXT, always);
    mts_lab_words(paint, MTS_LAB_TICKS, x, other + 14, MTS_LAB_LEFT, MTS_INK_TEXT_TICKS, "nearest");
}

static void draw_mean(MtsDice *self, MtsLabPaint *paint, const MtsDiceLayout *layout)
{
    const gboolean low_half = self->value - self->below < .5;
    const MeanPlot plot = {layout->mean_left, layout->mean_right,
        self->below + (low_half ? -.1 : .22), self->below + (low_half ? .78 : 1.1)};
    const GdkRGBA grid = mts_lab_house_ink(paint, MTS_INK_GRID);
    const GdkRGBA text = mts_lab_house_ink(paint, MTS_INK_TEXT);
    const GdkRGBA faint = mts_lab_house_ink(paint, MTS_INK_TEXT_TICKS);
    mts_lab_words(paint, MTS_LAB_SECONDARY_BOLD, layout->bars_right + 24, 14, MTS_LAB_LEFT,
        MTS_INK_TEXT, "Running mean");
    for (int i = 0; i <= 10; i += 2) {
        const double mark = self->below + i / 10.0;
        if (mark < plot.low || mark > plot.high) {
            continue;
        }
        g_autofree char *label = mts_text_fixed(mark, 1);
        mts_lab_hline(paint, plot.left, plot.right, mean_y(&plot, mark), &grid);
        mts_lab_words(paint, MTS_LAB_LEGEND, plot.left - 8, mean_y(&plot, mark), MTS_LAB_RIGHT,
            MTS_INK_TEXT_TICKS, label);
    }
    for (guint n = 1; n <= MTS_DICE_DRAWS; n *= 10) {
        g_autofree char *label = mts_text_count(n);
        mts_lab_words(paint, MTS_LAB_TICKS, mean_x(&plot, n), MEAN_BASE + 16, MTS_LAB_CENTRE,
            MTS_INK_TEXT_TICKS, label);
    }
    mts_lab_words(paint, MTS_LAB_LEGEND, (plot.left + plot.right) / 2, BARS_BASE + 47,
        MTS_LAB_CENTRE, MTS_INK_TEXT_TICKS, "draws, log");
    cairo_save(paint->cr);
    cairo_rectangle(paint->cr, plot.left, MEAN_TOP, plot.right - plot.left, MEAN_BASE - MEAN_TOP);
    cairo_clip(paint->cr);
    draw_band(self, paint, &plot);
    const double truth = mean_y(&plot, (double)(float)self->value);
    mts_lab_line(paint, plot.left, truth, plot.right, truth, 1, 1, 3, &faint);
    const double nearest = mean_y(&plot, mts_dice_nearest(self));
    mts_lab_line(paint, plot.left, nearest, plot.right, nearest, 1.75, 4, 3, &text);
    draw_mean_line(self, paint, &plot);
    cairo_restore(paint->cr);
    draw_mean_labels(self, paint, &plot);
}

void mts_dice_draw_all(MtsLabModel *model, MtsLabPart part, MtsLabPaint *paint)
{
    MtsDice *self = MTS_DICE(model);
    const MtsDiceLayout layout = mts_dice_layout(self, paint->width);
    const GdkRGBA hairline = mts_lab_house_ink(paint, MTS_INK_HAIRLINE);
    draw_line(self, paint, &layout);
    draw_addition(self, paint, &layout);
    mts_lab_words(paint, MTS_LAB_SECONDARY, layout.line_left, MTS_DICE_HEIGHT - 20, MTS_LAB_LEFT,
        MTS_INK_TEXT_TICKS, "Space rolls once, hold to roll 10,000");
    mts_lab_vline(paint, layout.bars_left - 24, 8, MTS_DICE_HEIGHT - 8, &hairline);
    draw_histogram(self, paint, &layout);
    mts_lab_vline(paint, layout.bars_right + 12, 8, MTS_DICE_HEIGHT - 8, &hairline);
    draw_mean(self, paint, &layout);
}
