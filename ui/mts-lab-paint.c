#include "mts-lab-paint.h"

#include <math.h>

/* ---- text that is laid out once -------------------------------------------------------------- */

/* More different texts than a frame shows; then it starts again. */
#define TEXTS 2000

struct MtsLabTexts {
    PangoContext *context;
    GHashTable *layouts; /* "points weight text" -> PangoLayout */
};

MtsLabTexts *mts_lab_texts_new(PangoContext *context)
{
    MtsLabTexts *self = g_new0(MtsLabTexts, 1);
    self->context = g_object_ref(context);
    self->layouts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_object_unref);
    return self;
}

void mts_lab_texts_free(MtsLabTexts *self)
{
    g_hash_table_unref(self->layouts);
    g_object_unref(self->context);
    g_free(self);
}

static PangoLayout *layout_of(MtsLabPaint *paint, MtsLabType type, const char *text)
{
    char stack[96];
    g_autofree char *heap = NULL;
    const int tenths = (int)(type.points * 10 + .5);
    /* Most texts are short: they are looked up without an allocation. */
    const int length =
        g_snprintf(stack, sizeof stack, "%d%c%s", tenths, type.bold ? 'b' : 'n', text);
    const char *key = stack;
    if (length >= (int)sizeof stack) {
        key = heap = g_strdup_printf("%d%c%s", tenths, type.bold ? 'b' : 'n', text);
    }
    PangoLayout *layout = g_hash_table_lookup(paint->texts->layouts, key);
    if (!layout) {
        if (g_hash_table_size(paint->texts->layouts) >= TEXTS) {
            g_hash_table_remove_all(paint->texts->layouts);
        }
        layout = mts_paint_layout(paint->texts->context, text, type.points, type.bold);
        g_hash_table_insert(paint->texts->layouts, g_strdup(key), layout);
    }
    return layout;
}

static const double aligns[] = {0, .5, 1};

double mts_lab_text(MtsLabPaint *paint, MtsLabType type, double x, double y, MtsLabAlign align,
    const GdkRGBA *ink, const char *text)
{
    int width;
    PangoLayout *layout = layout_of(paint, type, text);
    mts_paint_layout_size(layout, &width, NULL);
    mts_paint_layout_cairo(paint->cr, layout, x, y, aligns[align], ink);
    cairo_new_path(paint->cr);
    return width;
}

double mts_lab_words(MtsLabPaint *paint, MtsLabType type, double x, double y, MtsLabAlign align,
    MtsInk ink, const char *text)
{
    const GdkRGBA color = mts_lab_house_ink(paint, ink);
    return mts_lab_text(paint, type, x, y, align, &color, text);
}

double mts_lab_print(MtsLabPaint *paint, MtsLabType type, double x, double y, MtsLabAlign align,
    MtsInk ink, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return mts_lab_words(paint, type, x, y, align, ink, text);
}

double mts_lab_text_width(MtsLabPaint *paint, MtsLabType type, const char *text)
{
    int width;
    mts_paint_layout_size(layout_of(paint, type, text), &width, NULL);
    return width;
}

void mts_lab_haloed(MtsLabPaint *paint, MtsLabType type, double x, double y, MtsLabAlign align,
    const GdkRGBA *ink, const char *text)
{
    const GdkRGBA halo = mts_lab_house_ink(paint, MTS_INK_VIEW);
    mts_paint_haloed_cairo(
        paint->cr, layout_of(paint, type, text), x, y, aligns[align], ink, &halo);
    cairo_new_path(paint->cr);
}

/* ---- colours --------------------------------------------------------------------------------- */

static const struct {
    guint32 light, dark;
    float light_alpha, dark_alpha;
} lab_inks[MTS_LAB_INKS] = {
    [MTS_LAB_INK_ZERO] = {0x9c6e03, 0xf8e45c, 1, 1},
    [MTS_LAB_INK_ZERO_BAR] = {0xd69a2d, 0xd69a2d, 1, 1},
    [MTS_LAB_INK_NOISE_ONE] = {0xe8c35a, 0xe8c35a, 1, 1},
    [MTS_LAB_INK_NOISE_ZERO] = {0xfaf3dd, 0x4a4331, 1, 1},
    [MTS_LAB_INK_NOISE_TEXT] = {0x4b3a06, 0x2e2503, 1, 1},
    [MTS_LAB_INK_POSITIVE] = {0xdbeafb, 0x1f3a5c, 1, 1},
    [MTS_LAB_INK_POSITIVE_TEXT] = {0x15539e, 0x9cc7f7, 1, 1},
    [MTS_LAB_INK_NEGATIVE] = {0xfbe3d6, 0x5a3018, 1, 1},
    [MTS_LAB_INK_NEGATIVE_TEXT] = {0xa34708, 0xffb38a, 1, 1},
    [MTS_LAB_INK_FORWARD] = {0x3584e4, 0x3584e4, 1, 1},
    [MTS_LAB_INK_DGRAD] = {0x813d9c, 0xa765c4, 1, 1},
    [MTS_LAB_INK_WGRAD] = {0xe66100, 0xe66100, 1, 1},
    [MTS_LAB_INK_STALL] = {0x000000, 0xffffff, .20f, .25f},
    [MTS_LAB_INK_BIT_ZERO] = {0x000000, 0xffffff, .06f, .10f},
    [MTS_LAB_INK_ERROR_BAR] = {0xb5b5b8, 0x77777b, 1, 1},
    [MTS_LAB_INK_PANEL] = {0x000000, 0xffffff, .04f, .06f},
};

static GdkRGBA from_rgb(guint32 rgb, float alpha)
{
    return (GdkRGBA){(float)(rgb >> 16 & 0xff) / 255, (float)(rgb >> 8 & 0xff) / 255,
        (float)(rgb & 0xff) / 255, alpha};
}

GdkRGBA mts_lab_ink(const MtsLabPaint *paint, MtsLabInk ink)
{
    return paint->dark ? from_rgb(lab_inks[ink].dark, lab_inks[ink].dark_alpha)
                       : from_rgb(lab_inks[ink].light, lab_inks[ink].light_alpha);
}

GdkRGBA mts_lab_house_ink(const MtsLabPaint *paint, MtsInk ink)
{
    return mts_palette_ink(ink, paint->dark);
}

GdkRGBA mts_lab_bits_fill(const MtsLabPaint *paint, guint bits)
{
    const EngFormat format = eng_format_bfp(bits);
    return mts_palette_format_fill(&format, paint->dark);
}

GdkRGBA mts_lab_bits_text(const MtsLabPaint *paint, guint bits)
{
    const EngFormat format = eng_format_bfp(bits);
    return mts_palette_format_text(&format, paint->dark);
}

GdkRGBA mts_lab_heat(double share)
{
    static const struct {
        double share;
        guint32 rgb;
    } steps[] = {{0, 0xf3f1ee}, {.02, 0xfdf0d5}, {.25, 0xfbd38d}, {.5, 0xf3a352}, {.75, 0xd96a2b},
        {1, 0x9c3412}};
    guint i = 1;
    while (i + 1 < G_N_ELEMENTS(steps) && share > steps[i].share) {
        i++;
    }
    const double t =
        CLAMP((share - steps[i - 1].share) / (steps[i].share - steps[i - 1].share), 0, 1);
    return mts_palette_mix(from_rgb(steps[i - 1].rgb, 1), from_rgb(steps[i].rgb, 1), t);
}

/* ---- shapes ---------------------------------------------------------------------------------- */

void mts_lab_fill(
    MtsLabPaint *paint, double x, double y, double width, double height, const GdkRGBA *ink)
{
    mts_paint_source(paint->cr, ink);
    cairo_rectangle(paint->cr, x, y, width, height);
    cairo_fill(paint->cr);
}

void mts_lab_rounded(MtsLabPaint *paint, double x, double y, double width, double height,
    double radius, const GdkRGBA *ink)
{
    mts_paint_source(paint->cr, ink);
    mts_paint_rounded(paint->cr, x, y, width, height, radius);
    cairo_fill(paint->cr);
}

static void stroke_outline(MtsLabPaint *paint, double x, double y, double width, double height,
    double radius, double line, const GdkRGBA *ink)
{
    mts_paint_source(paint->cr, ink);
    cairo_set_line_width(paint->cr, line);
    mts_paint_rounded(
        paint->cr, x + line / 2, y + line / 2, width - line, height - line, radius - line / 2);
    cairo_stroke(paint->cr);
}

void mts_lab_outline(MtsLabPaint *paint, double x, double y, double width, double height,
    double radius, double line, const GdkRGBA *ink)
{
    cairo_set_dash(paint->cr, NULL, 0, 0);
    stroke_outline(paint, x, y, width, height, radius, line, ink);
}

void mts_lab_dashed_outline(MtsLabPaint *paint, double x, double y, double width, double height,
    double radius, const GdkRGBA *ink)
{
    cairo_set_dash(paint->cr, (const double[]){2.5, 2}, 2, 0);
    stroke_outline(paint, x, y, width, height, radius, 1, ink);
    cairo_set_dash(paint->cr, NULL, 0, 0);
}

void mts_lab_hline(MtsLabPaint *paint, double x0, double x1, double y, const GdkRGBA *ink)
{
    mts_lab_fill(paint, x0, floor(y), x1 - x0, 1, ink);
}

void mts_lab_vline(MtsLabPaint *paint, double x, double y0, double y1, const GdkRGBA *ink)
{
    mts_lab_fill(paint, floor(x), y0, 1, y1 - y0, ink);
}

void mts_lab_line(MtsLabPaint *paint, double x0, double y0, double x1, double y1, double width,
    double on, double off, const GdkRGBA *ink)
{
    mts_paint_source(paint->cr, ink);
    cairo_set_line_width(paint->cr, width);
    cairo_set_dash(paint->cr, (const double[]){on, off}, on > 0 ? 2 : 0, 0);
    cairo_move_to(paint->cr, x0, y0);
    cairo_line_to(paint->cr, x1, y1);
    cairo_stroke(paint->cr);
    cairo_set_dash(paint->cr, NULL, 0, 0);
}

void mts_lab_arrow(MtsLabPaint *paint, double x, double y, double dx, double dy, const GdkRGBA *ink)
{
    const double length = hypot(dx, dy), ux = dx / length, uy = dy / length;
    mts_paint_source(paint->cr, ink);
    cairo_set_line_width(paint->cr, 1.5);
    cairo_set_line_join(paint->cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_cap(paint->cr, CAIRO_LINE_CAP_ROUND);
    cairo_move_to(paint->cr, x - 4 * ux - 4 * uy, y - 4 * uy + 4 * ux);
    cairo_line_to(paint->cr, x, y);
    cairo_line_to(paint->cr, x - 4 * ux + 4 * uy, y - 4 * uy - 4 * ux);
    cairo_stroke(paint->cr);
    cairo_set_line_cap(paint->cr, CAIRO_LINE_CAP_BUTT);
}

void mts_lab_disc(MtsLabPaint *paint, double x, double y, double radius, const GdkRGBA *ink)
{
    mts_paint_source(paint->cr, ink);
    cairo_new_sub_path(paint->cr);
    cairo_arc(paint->cr, x, y, radius, 0, 2 * G_PI);
    cairo_fill(paint->cr);
}

void mts_lab_knob(MtsLabPaint *paint, double x, double y, double radius, gboolean active)
{
    const GdkRGBA white = paint->dark ? (GdkRGBA){.12f, .12f, .12f, 1} : (GdkRGBA){1, 1, 1, 1};
    const GdkRGBA rim = mts_lab_house_ink(paint, active ? MTS_INK_ACCENT : MTS_INK_TEXT);
    mts_lab_disc(paint, x, y, radius, &white);
    mts_paint_source(paint->cr, &rim);
    cairo_set_dash(paint->cr, NULL, 0, 0);
    cairo_set_line_width(paint->cr, active ? 2.5 : 1.5);
    cairo_new_sub_path(paint->cr);
    cairo_arc(paint->cr, x, y, radius - .75, 0, 2 * G_PI);
    cairo_stroke(paint->cr);
}

/* ---- parts ----------------------------------------------------------------------------------- */

static void kept_bit(
    MtsLabPaint *paint, double x, double y, double width, double height, gboolean one, guint bits)
{
    GdkRGBA ground = mts_lab_ink(paint, MTS_LAB_INK_BIT_ZERO);
    GdkRGBA ink = mts_lab_house_ink(paint, MTS_INK_TEXT_SECONDARY);
    if (one) {
        ground = mts_lab_bits_fill(paint, bits);
        ink = mts_lab_bits_text(paint, bits);
    }
    mts_lab_rounded(paint, x, y, width, height, 4, &ground);
    mts_lab_text(paint, one ? MTS_LAB_LEGEND_BOLD : MTS_LAB_LEGEND, x + width / 2, y + height / 2,
        MTS_LAB_CENTRE, &ink, one ? "1" : "0");
}

static void lost_bit(
    MtsLabPaint *paint, double x, double y, double width, double height, gboolean one, guint bits)
{
    GdkRGBA rim = mts_palette_fade(mts_lab_house_ink(paint, MTS_INK_TEXT_TICKS), .35f);
    GdkRGBA ink = mts_lab_house_ink(paint, MTS_INK_TEXT_TICKS);
    if (one) {
        const GdkRGBA fill = mts_lab_bits_fill(paint, bits);
        const GdkRGBA ground = mts_palette_fade(fill, .18f);
        mts_lab_rounded(paint, x, y, width, height, 4, &ground);
        rim = mts_palette_fade(fill, .8f);
        ink = paint->dark ? fill : mts_lab_bits_text(paint, MIN(bits, 4));
        ink = mts_palette_fade(ink, .75f);
    }
    mts_lab_dashed_outline(paint, x, y, width, height, 4, &rim);
    mts_lab_text(paint, MTS_LAB_LEGEND, x + width / 2, y + height / 2, MTS_LAB_CENTRE, &ink,
        one ? "1" : "0");
}

void mts_lab_bit(
    MtsLabPaint *paint, double x, double y, double width, double height, MtsLabBit bit, guint bits)
{
    const gboolean lost = bit >= MTS_LAB_BIT_LOST_NONE;
    if (bit == MTS_LAB_BIT_NONE || bit == MTS_LAB_BIT_LOST_NONE) {
        const GdkRGBA ink =
            mts_palette_fade(mts_lab_house_ink(paint, MTS_INK_TEXT_TICKS), lost ? .5f : 1);
        mts_lab_disc(paint, x + width / 2, y + height / 2, 1.25, &ink);
    } else if (lost) {
        lost_bit(paint, x, y, width, height, bit == MTS_LAB_BIT_LOST_ONE, bits);
    } else {
        kept_bit(paint, x, y, width, height, bit == MTS_LAB_BIT_ONE, bits);
    }
}

void mts_lab_figure(MtsLabPaint *paint, double y, const char *label, const char *note,
    const char *value, const GdkRGBA *ink)
{
    const double middle = y + MTS_LAB_FIGURE_HEIGHT / 2.0;
    const GdkRGBA hairline = mts_lab_house_ink(paint, MTS_INK_HAIRLINE);
    mts_lab_words(paint, MTS_LAB_BODY, 0, middle, MTS_LAB_LEFT, MTS_INK_TEXT_SECONDARY, label);
    const double width = mts_lab_text(
        paint, (MtsLabType){10.5, TRUE}, paint->width, middle, MTS_LAB_RIGHT, ink, value);
    if (note) {
        mts_lab_words(paint, MTS_LAB_LEGEND, paint->width - width - 10, middle + 1, MTS_LAB_RIGHT,
            MTS_INK_TEXT_TICKS, note);
    }
    mts_lab_hline(paint, 0, paint->width, y + MTS_LAB_FIGURE_HEIGHT - 1, &hairline);
}

#define TIP_HEIGHT 26

void mts_lab_tooltip(MtsLabPaint *paint, double x, double y, const char *text, const char *tail)
{
    const double bold = mts_lab_text_width(paint, MTS_LAB_BODY_BOLD, text);
    const double light = tail ? mts_lab_text_width(paint, MTS_LAB_SECONDARY, tail) + 14 : 0;
    const double width = bold + light + 20;
    const GdkRGBA ground = mts_lab_house_ink(paint, MTS_INK_TOOLTIP);
    if (x + width > paint->width) {
        x = MAX(0, paint->width - width);
    }
    y = CLAMP(y, TIP_HEIGHT / 2.0, MAX(TIP_HEIGHT / 2.0, paint->height - TIP_HEIGHT / 2.0));
    mts_lab_rounded(paint, x, y - TIP_HEIGHT / 2.0, width, TIP_HEIGHT, 8, &ground);
    mts_lab_words(paint, MTS_LAB_BODY_BOLD, x + 10, y, MTS_LAB_LEFT, MTS_INK_TOOLTIP_TEXT, text);
    if (tail) {
        mts_lab_words(paint, MTS_LAB_SECONDARY, x + 10 + bold + 14, y, MTS_LAB_LEFT,
            MTS_INK_TOOLTIP_SNAP, tail);
    }
}

double mts_lab_pill(MtsLabPaint *paint, double x, double y, const char *text, const GdkRGBA *ground)
{
    const double width = mts_lab_text_width(paint, MTS_LAB_LEGEND_BOLD, text) + 16;
    const GdkRGBA white = {1, 1, 1, 1};
    mts_lab_rounded(paint, x - width / 2, y - 10, width, 20, 10, ground);
    mts_lab_text(paint, MTS_LAB_LEGEND_BOLD, x, y, MTS_LAB_CENTRE, &white, text);
    return width;
}
