#include "mts-bits-private.h"

#include "mts-text.h"
#include <math.h>

/* ---- values ---------------------------------------------------------------------------------- */

/* Labels of the axis at three quarters of its range. */
static void draw_axis(MtsBits *self, MtsLabPaint *paint, const MtsBitsLayout *layout)
{
    const GdkRGBA grid = mts_lab_house_ink(paint, MTS_INK_GRID);
    const GdkRGBA base = mts_lab_house_ink(paint, MTS_INK_TEXT_TICKS);
    const double marks[] = {.75 * self->range, 0, -.75 * self->range};
    for (guint i = 0; i < G_N_ELEMENTS(marks); i++) {
        const double y = layout->zero - marks[i] * layout->unit;
        const int decade = mts_bits_decade(self);
        g_autofree char *text = mts_lab_short_text(marks[i] / pow(10, decade), 3);
        const GdkRGBA ink = marks[i] == 0 ? mts_palette_fade(base, .7f) : grid;
        mts_lab_hline(paint, layout->left, layout->right, y, &ink);
        mts_lab_words(
            paint, MTS_LAB_LEGEND, layout->left - 12, y, MTS_LAB_RIGHT, MTS_INK_TEXT_TICKS, text);
    }
}

/* The column that the keyboard works on, or the pointer is over. */
static int lit_column(const MtsBits *self, const MtsLabPaint *paint)
{
    if (paint->plain) {
        return -1;
    }
    return self->hover >= 0 ? self->hover : (int)self->selected;
}

static void draw_wash(MtsBits *self, MtsLabPaint *paint, const MtsBitsLayout *layout)
{
    const int lit = lit_column(self, paint);
    if (lit < 0) {
        return;
    }
    const GdkRGBA wash = mts_lab_house_ink(paint, MTS_INK_ACCENT_WASH);
    mts_lab_rounded(paint, mts_bits_column(layout, (guint)lit) - layout->pitch / 2 + 1, 0,
        layout->pitch - 2, MTS_BITS_HEIGHT, 6, &wash);
}

/* A bar from 0 to the stored value, rounded at its far end. */
static void draw_bar(
    MtsLabPaint *paint, const MtsBitsLayout *layout, double x, double value, const GdkRGBA *ink)
{
    const double height = fabs(value) * layout->unit;
    const double top = value > 0 ? layout->zero - height : layout->zero;
    cairo_save(paint->cr);
    cairo_rectangle(paint->cr, x - layout->bar / 2, top, layout->bar, height);
    cairo_clip(paint->cr);
    mts_lab_rounded(
        paint, x - layout->bar / 2, value > 0 ? top : top - 6, layout->bar, height + 6, 4, ink);
    cairo_restore(paint->cr);
}

static void draw_bars(MtsBits *self, MtsLabPaint *paint, const MtsBitsLayout *layout)
{
    const MtsBitsResult *r = mts_bits_result(self);
    const int lit = lit_column(self, paint);
    const GdkRGBA fill = mts_palette_fade(mts_lab_bits_fill(paint, self->m), .8f);
    const GdkRGBA accent = mts_palette_fade(mts_lab_house_ink(paint, MTS_INK_ACCENT), .85f);
    const GdkRGBA text = mts_lab_house_ink(paint, MTS_INK_TEXT);
    const GdkRGBA zero = mts_lab_ink(paint, MTS_LAB_INK_ZERO);
    for (guint i = 0; i < MTS_BITS_VALUES; i++) {
        const double x = mts_bits_column(layout, i);
        const double y = layout->zero - (double)self->x[i] * layout->unit;
        draw_bar(paint, layout, x, (double)r->y[i], (int)i == lit ? &accent : &fill);
        mts_lab_line(paint, x - layout->bar * .57, y, x + layout->bar * .57, y, 1.5, 0, 0, &text);
        if (self->x[i] != 0 && r->k[i] == 0) {
            const double below = self->x[i] > 0 ? 13 : -13;
            mts_lab_text(
                paint, MTS_LAB_LEGEND_BOLD, x, layout->zero + below, MTS_LAB_CENTRE, &zero, "0");
        }
    }
}

static void draw_knobs(MtsBits *self, MtsLabPaint *paint, const MtsBitsLayout *layout)
{
    const int lit = lit_column(self, paint);
    for (guint i = 0; i < MTS_BITS_VALUES; i++) {
        const double x = mts_bits_column(layout, i);
        const double y = layout->zero - (double)self->x[i] * layout->unit;
        mts_lab_knob(paint, x, y, (int)i == lit ? 7 : 4.5, (int)i == lit);
    }
}

static void draw_value_rows(MtsBits *self, MtsLabPaint *paint, const MtsBitsLayout *layout)
{
    const MtsBitsResult *r = mts_bits_result(self);
    const int lit = lit_column(self, paint);
    const GdkRGBA zero = mts_lab_ink(paint, MTS_LAB_INK_ZERO);
    mts_lab_words(
        paint, MTS_LAB_BODY_BOLD, 0, MTS_BITS_ORIGINAL_Y, MTS_LAB_LEFT, MTS_INK_TEXT, "Original");
    mts_lab_words(
        paint, MTS_LAB_BODY_BOLD, 0, MTS_BITS_STORED_Y, MTS_LAB_LEFT, MTS_INK_TEXT, "Stored");
    for (guint i = 0; i < MTS_BITS_VALUES; i++) {
        const double x = mts_bits_column(layout, i);
        const gboolean chosen = (int)i == lit;
        const MtsInk ink = chosen ? MTS_INK_ACCENT_TEXT : MTS_INK_TEXT;
        const gboolean gone = self->x[i] != 0 && r->k[i] == 0;
        g_autofree char *value = mts_bits_text(self, (double)self->x[i]);
        g_autofree char *stored = mts_bits_text(self, (double)r->y[i]);
        mts_lab_words(paint, chosen ? MTS_LAB_BODY_BOLD : MTS_LAB_BODY, x, MTS_BITS_ORIGINAL_Y,
            MTS_LAB_CENTRE, ink, value);
        if (gone) {
            mts_lab_text(
                paint, MTS_LAB_BODY_BOLD, x, MTS_BITS_STORED_Y, MTS_LAB_CENTRE, &zero, "0");
        } else {
            mts_lab_words(
                paint, MTS_LAB_BODY_BOLD, x, MTS_BITS_STORED_Y, MTS_LAB_CENTRE, ink, stored);
        }
    }
}

/* ---- bits ------------------------------------------------------------------------------------ */

static void draw_weights(MtsBits *self, MtsLabPaint *paint, const MtsBitsLayout *layout)
{
    const int E = mts_bits_result(self)->E;
    mts_lab_words(
        paint, MTS_LAB_BODY_BOLD, 0, MTS_BITS_ROWS_Y + 8, MTS_LAB_LEFT, MTS_INK_TEXT, "Mantissas,");
    mts_lab_words(
        paint, MTS_LAB_BODY_BOLD, 0, MTS_BITS_ROWS_Y + 25, MTS_LAB_LEFT, MTS_INK_TEXT, "aligned");
    for (guint row = 0; row < layout->rows; row++) {
        g_autofree char *weight = mts_lab_power_text(E - (int)row);
        mts_lab_words(paint, MTS_LAB_LEGEND, layout->left - 12,
            mts_bits_row(self, layout, row) + layout->row_height / 2 - 1, MTS_LAB_RIGHT,
            MTS_INK_TEXT_TICKS, weight);
    }
}

static void draw_bits(MtsBits *self, MtsLabPaint *paint, const MtsBitsLayout *layout)
{
    const double height = layout->row_height - 2;
    for (guint row = 0; row < layout->rows; row++) {
        const double y = mts_bits_row(self, layout, row);
        for (guint i = 0; i < MTS_BITS_VALUES; i++) {
            mts_lab_bit(paint, mts_bits_column(layout, i) - layout->bar / 2, y, layout->bar, height,
                mts_bits_bit(self, i, row), self->m);
        }
    }
}

static void draw_plus_one(MtsLabPaint *paint, double x, double y)
{
    const GdkRGBA view = mts_lab_house_ink(paint, MTS_INK_VIEW);
    const GdkRGBA accent = mts_lab_house_ink(paint, MTS_INK_ACCENT);
    mts_lab_rounded(paint, x - 11, y - 6.5, 22, 13, 6.5, &view);
    mts_lab_outline(paint, x - 11, y - 6.5, 22, 13, 6.5, 1, &accent);
    mts_lab_words(paint, MTS_LAB_TICKS_BOLD, x, y, MTS_LAB_CENTRE, MTS_INK_ACCENT_TEXT, "+1");
}

static void draw_cut(MtsBits *self, MtsLabPaint *paint, const MtsBitsLayout *layout)
{
    const MtsBitsResult *r = mts_bits_result(self);
    const GdkRGBA accent = mts_lab_house_ink(paint, MTS_INK_ACCENT);
    mts_lab_line(paint, layout->left - 4, layout->cut, layout->right, layout->cut,
        self->grip == MTS_BITS_CUT ? 2.5 : 1.75, 0, 0, &accent);
    for (guint i = 0; i < MTS_BITS_VALUES; i++) {
        if (r->k[i] != r->cut[i]) {
            draw_plus_one(paint, mts_bits_column(layout, i), layout->cut);
        }
    }
    g_autofree char *text = g_strdup_printf("⬍ %u bit", self->m);
    double x, y;
    mts_bits_handle(self, paint->width, &x, &y);
    mts_lab_pill(paint, x, y, text, &accent);
}

/* Brackets beside what is kept and what is lost. */
static void draw_brackets(MtsBits *self, MtsLabPaint *paint, const MtsBitsLayout *layout)
{
    const GdkRGBA ink = mts_lab_house_ink(paint, MTS_INK_TEXT_TICKS);
    const double x = layout->right + 8;
    const double ends[2][2] = {{MTS_BITS_ROWS_Y, layout->cut - 13},
        {layout->cut + 13, mts_bits_row(self, layout, layout->rows - 1) + layout->row_height - 2}};
    static const char *const words[] = {"kept", "lost"};
    for (guint i = 0; i < 2; i++) {
        if (ends[i][1] - ends[i][0] < 6) {
            continue;
        }
        mts_paint_source(paint->cr, &ink);
        cairo_set_line_width(paint->cr, 1);
        cairo_set_dash(paint->cr, (const double[]){2, 2}, i == 0 ? 0 : 2, 0);
        cairo_move_to(paint->cr, x, ends[i][0] + .5);
        cairo_line_to(paint->cr, x + 4.5, ends[i][0] + .5);
        cairo_line_to(paint->cr, x + 4.5, ends[i][1] - .5);
        cairo_line_to(paint->cr, x, ends[i][1] - .5);
        cairo_stroke(paint->cr);
        cairo_set_dash(paint->cr, NULL, 0, 0);
        if (ends[i][1] - ends[i][0] > 12) {
            mts_lab_words(paint, MTS_LAB_LEGEND, x + 12, (ends[i][0] + ends[i][1]) / 2,
                MTS_LAB_LEFT, MTS_INK_TEXT_SECONDARY, words[i]);
        }
    }
}

/* Errors in units of the last kept bit, half a unit to 9 pixels; dice and truncation may err by a
 * whole one. */
static void draw_errors(MtsBits *self, MtsLabPaint *paint, const MtsBitsLayout *layout)
{
    const MtsBitsResult *r = mts_bits_result(self);
    const GdkRGBA base = mts_palette_fade(mts_lab_house_ink(paint, MTS_INK_TEXT_TICKS), .7f);
    const GdkRGBA bar = mts_lab_ink(paint, MTS_LAB_INK_ERROR_BAR);
    const GdkRGBA zero = mts_lab_ink(paint, MTS_LAB_INK_ZERO_BAR);
    const double y = MTS_BITS_ERROR_Y;
    const gboolean whole =
        self->rounding == MTS_BITS_TRUNCATE || self->rounding == MTS_BITS_STOCHASTIC;
    const double unit = ldexp(whole ? 1 : .5, r->s);
    mts_lab_words(paint, MTS_LAB_BODY_BOLD, 0, y, MTS_LAB_LEFT, MTS_INK_TEXT, "Error");
    mts_lab_words(paint, MTS_LAB_TICKS, layout->left - 12, y - 8, MTS_LAB_RIGHT, MTS_INK_TEXT_TICKS,
        whole ? "+1" : "+½");
    mts_lab_words(paint, MTS_LAB_TICKS, layout->left - 12, y + 8, MTS_LAB_RIGHT, MTS_INK_TEXT_TICKS,
        whole ? "−1" : "−½");
    mts_lab_hline(paint, layout->left, layout->right, y, &base);
    for (guint i = 0; i < MTS_BITS_VALUES; i++) {
        const double error = ((double)r->y[i] - (double)self->x[i]) / unit * 9;
        const double height = CLAMP(fabs(error), 0, 13);
        const gboolean gone = self->x[i] != 0 && r->k[i] == 0;
        if (height >= .25) {
            mts_lab_rounded(paint, mts_bits_column(layout, i) - layout->bar / 2,
                error > 0 ? y - height : y + 1, layout->bar, height, 2, gone ? &zero : &bar);
        }
    }
}

/* ---- what follows the pointer ---------------------------------------------------------------- */

static void draw_value_tip(MtsBits *self, MtsLabPaint *paint, const MtsBitsLayout *layout, guint i)
{
    const MtsBitsResult *r = mts_bits_result(self);
    const double x = mts_bits_column(layout, i);
    const double y = layout->zero - (double)self->x[i] * layout->unit;
    g_autofree char *value = mts_bits_text(self, (double)self->x[i]);
    g_autofree char *stored = mts_bits_text(self, (double)r->y[i]);
    g_autofree char *tail = g_strconcat("→ ", stored, NULL);
    const double width = mts_lab_text_width(paint, MTS_LAB_BODY_BOLD, value) +
        mts_lab_text_width(paint, MTS_LAB_SECONDARY, tail) + 34;
    const gboolean fits = x + layout->pitch / 2 + width < layout->right;
    mts_lab_tooltip(paint, fits ? x + layout->pitch / 2 - 6 : x - layout->pitch / 2 + 6 - width, y,
        value, tail);
}

/* What a bit is worth, and what would be without it. */
static void draw_bit_tip(
    MtsBits *self, MtsLabPaint *paint, const MtsBitsLayout *layout, guint i, guint row)
{
    const MtsBitsResult *r = mts_bits_result(self);
    const MtsLabBit bit = mts_bits_bit(self, i, row);
    const gboolean one = bit == MTS_LAB_BIT_ONE || bit == MTS_LAB_BIT_LOST_ONE;
    g_autofree char *weight = mts_lab_power_text(r->E - (int)row);
    g_autofree char *text = g_strdup_printf("bit of %s", weight);
    g_autofree char *tail = NULL;
    if (row == self->m && r->k[i] != r->cut[i]) {
        tail = g_strdup(self->rounding == MTS_BITS_STOCHASTIC ? "the dice carried it up"
                                                              : "half a step or more: rounds up");
    } else if (one && row < self->m) {
        const double without = fabs((double)r->y[i]) - ldexp(1, r->E - (int)row);
        g_autofree char *number = mts_bits_text(self, copysign(without, (double)r->y[i]));
        tail = g_strdup_printf("without it %s", number);
    } else {
        tail = g_strdup(row >= self->m ? "cut off" : "adds nothing");
    }
    mts_lab_tooltip(paint, mts_bits_column(layout, i) + layout->pitch / 2,
        mts_bits_row(self, layout, row) + layout->row_height / 2, text, tail);
}

static void draw_tips(MtsBits *self, MtsLabPaint *paint, const MtsBitsLayout *layout)
{
    if (paint->plain) {
        return;
    }
    if (self->hover >= 0 && self->hover_row >= 0) {
        draw_bit_tip(self, paint, layout, (guint)self->hover, (guint)self->hover_row);
    } else {
        draw_value_tip(self, paint, layout, (guint)lit_column(self, paint));
    }
}

static void draw_main(MtsBits *self, MtsLabPaint *paint)
{
    const MtsBitsLayout layout = mts_bits_layout(self, paint->width);
    const int decade = mts_bits_decade(self);
    mts_lab_words(paint, MTS_LAB_BODY_BOLD, 0, 24, MTS_LAB_LEFT, MTS_INK_TEXT, "Values");
    if (decade) {
        g_autofree char *raised = mts_lab_raised(decade);
        mts_lab_print(
            paint, MTS_LAB_LEGEND, 0, 42, MTS_LAB_LEFT, MTS_INK_TEXT_TICKS, "in 10%s", raised);
    }
    draw_axis(self, paint, &layout);
    draw_bars(self, paint, &layout);
    draw_value_rows(self, paint, &layout);
    draw_weights(self, paint, &layout);
    draw_bits(self, paint, &layout);
    draw_errors(self, paint, &layout);
    draw_wash(self, paint, &layout);
    draw_brackets(self, paint, &layout);
    draw_cut(self, paint, &layout);
    draw_knobs(self, paint, &layout);
    draw_tips(self, paint, &layout);
}

/* ---- figures --------------------------------------------------------------------------------- */

enum { BOX_WIDTH = 78, BOX_Y = 40, BOX_HEIGHT = 66, PLOT_Y = 92 };

static void draw_exponents(MtsBits *self, MtsLabPaint *paint)
{
    const MtsBitsResult *r = mts_bits_result(self);
    const double left = MTS_BITS_EXPONENTS_LEFT;
    const double pitch = (paint->width - left) / MTS_BITS_EXPONENTS;
    const GdkRGBA base = mts_lab_house_ink(paint, MTS_INK_TEXT_TICKS);
    const GdkRGBA grey = mts_lab_ink(paint, MTS_LAB_INK_ERROR_BAR);
    const GdkRGBA own = mts_lab_bits_fill(paint, self->m);
    const GdkRGBA accent = mts_lab_house_ink(paint, MTS_INK_ACCENT);
    guint stacked[MTS_BITS_EXPONENTS] = {0};
    for (guint i = 0; i < MTS_BITS_VALUES; i++) {
        const int n = (int)mts_bits_places(r, i);
        if (n == MTS_BITS_FINE) {
            continue;
        }
        /* The second column from the right is E; what is smaller than all stands in the first. */
        const int column = MAX(0, MTS_BITS_EXPONENTS - 2 - n);
        const double y = PLOT_Y - 6 - 9.0 * stacked[column]++;
        const gboolean chosen = !paint->plain && (int)i == lit_column(self, paint);
        if (y > 8) {
            mts_lab_disc(paint, left + (column + .5) * pitch, y, 3.75,
                chosen       ? &accent
                    : n == 0 ? &own
                             : &grey);
        }
    }
    mts_lab_hline(paint, left, paint->width, PLOT_Y, &base);
    for (int column = 0; column < MTS_BITS_EXPONENTS; column++) {
        const gboolean shared = column == MTS_BITS_EXPONENTS - 2;
        g_autofree char *text = mts_text_fixed(r->E - (MTS_BITS_EXPONENTS - 2) + column, 0);
        mts_lab_words(paint, shared ? MTS_LAB_TICKS_BOLD : MTS_LAB_TICKS,
            left + (column + .5) * pitch, PLOT_Y + 11, MTS_LAB_CENTRE,
            shared ? MTS_INK_TEXT : MTS_INK_TEXT_TICKS, text);
    }
    const double x = left + (MTS_BITS_EXPONENTS - 1.5) * pitch;
    const double top = PLOT_Y - 6 - 9.0 * stacked[MTS_BITS_EXPONENTS - 2];
    if (top > 34) {
        const GdkRGBA text = mts_lab_house_ink(paint, MTS_INK_TEXT_SECONDARY);
        mts_lab_words(paint, MTS_LAB_LEGEND, paint->width, top - 18, MTS_LAB_RIGHT,
            MTS_INK_TEXT_SECONDARY, "largest wins");
        mts_lab_line(paint, x, top - 10, x, top - 1, 1.5, 0, 0, &text);
        mts_lab_arrow(paint, x, top - 1, 0, 1, &text);
    }
}

static void draw_shared_exponent(MtsBits *self, MtsLabPaint *paint)
{
    const MtsBitsResult *r = mts_bits_result(self);
    const GdkRGBA ground = mts_lab_bits_fill(paint, 2);
    const GdkRGBA ink = mts_lab_bits_text(paint, 2);
    const GdkRGBA outline = mts_lab_house_ink(paint, MTS_INK_SEGMENT_OUTLINE);
    g_autofree char *number = mts_text_fixed(r->E, 0);
    g_autofree char *text = g_strdup_printf("E = %s", number);
    g_autofree char *stored = g_strdup_printf("8 bits: %d", r->E + 127);
    mts_lab_words(
        paint, MTS_LAB_SECONDARY_BOLD, 0, 22, MTS_LAB_LEFT, MTS_INK_TEXT, "Shared exponent");
    mts_lab_rounded(paint, 0, BOX_Y, BOX_WIDTH, BOX_HEIGHT, 10, &ground);
    mts_lab_outline(paint, 0, BOX_Y, BOX_WIDTH, BOX_HEIGHT, 10, 1, &outline);
    mts_lab_text(
        paint, (MtsLabType){13.5, TRUE}, BOX_WIDTH / 2.0, BOX_Y + 25, MTS_LAB_CENTRE, &ink, text);
    const GdkRGBA faint = mts_palette_fade(ink, .85f);
    mts_lab_text(
        paint, MTS_LAB_LEGEND, BOX_WIDTH / 2.0, BOX_Y + 47, MTS_LAB_CENTRE, &faint, stored);
}

static void draw_figures(MtsBits *self, MtsLabPaint *paint)
{
    const MtsBitsResult *r = mts_bits_result(self);
    const GdkRGBA text = mts_lab_house_ink(paint, MTS_INK_TEXT);
    const GdkRGBA zero = mts_lab_ink(paint, MTS_LAB_INK_ZERO);
    g_autofree char *snr = mts_lab_decibel_text(r->error.snr);
    g_autofree char *rms = mts_text_value(r->error.rms);
    g_autofree char *zeros = g_strdup_printf("%u of %d", r->error.zeros, MTS_BITS_VALUES);
    g_autofree char *bits = mts_text_count(r->bits);
    /* Sixteen float32 take 512 bits. */
    g_autofree char *times = mts_text_fixed(512.0 / (double)r->bits, 1);
    g_autofree char *note = g_strdup_printf("FP32 512, %s× more", times);
    double y = 122;
    mts_lab_figure(paint, y, "Signal to noise", NULL, snr, &text);
    mts_lab_figure(paint, y += MTS_LAB_FIGURE_HEIGHT, "RMS error", NULL, rms, &text);
    mts_lab_figure(paint, y += MTS_LAB_FIGURE_HEIGHT, "Turned to zero", NULL, zeros,
        r->error.zeros ? &zero : &text);
    mts_lab_figure(paint, y += MTS_LAB_FIGURE_HEIGHT, "Bits for the block", note, bits, &text);
}

void mts_bits_draw(MtsLabModel *model, MtsLabPart part, MtsLabPaint *paint)
{
    MtsBits *self = MTS_BITS(model);
    if (part == MTS_LAB_MAIN) {
        draw_main(self, paint);
        return;
    }
    draw_shared_exponent(self, paint);
    draw_exponents(self, paint);
    draw_figures(self, paint);
}
