#include "mts-welcome-art.h"

#include "mts-paint.h"
#include "mts-palette.h"
#include <math.h>

/* ---- shared ---------------------------------------------------------------------------------- */

/* 0..1 from whole numbers: grain that is the same in every start. */
static double grain(guint32 a, guint32 b)
{
    guint32 h = a * 0x9e3779b1u ^ (b + 0x7f4a7c15u) * 0x85ebca6bu;
    h ^= h >> 15;
    h *= 0x2c1b3c6du;
    h ^= h >> 13;
    return h / 4294967296.0;
}

static EngFormat format_of(guint bits)
{
    static const char *const names[] = {
        [2] = "bfp2", [3] = "bfp3", [4] = "bfp4", [6] = "bfp6", [8] = "bfp8", [32] = "fp32"};
    EngFormat format;
    eng_format_parse(names[bits], strlen(names[bits]), &format, NULL);
    return format;
}

static GdkRGBA fill_of(guint bits, gboolean dark)
{
    const EngFormat format = format_of(bits);
    return mts_palette_format_fill(&format, dark);
}

static void put_text(const MtsArt *art, const char *text, double points, gboolean bold, double x,
    double y, double align, const GdkRGBA *ink)
{
    g_autoptr(PangoLayout) layout = mts_paint_layout(art->context, text, points, bold);
    mts_paint_layout_cairo(art->cr, layout, x, y, align, ink);
}

static void fill_rectangle(cairo_t *cr, double x, double y, double width, double height)
{
    cairo_rectangle(cr, x, y, width, height);
    cairo_fill(cr);
}

/* ---- hero: the lanes ------------------------------------------------------------------------- */

#define HERO_MARGIN 28.0
#define CELL 3.0 /* of the mosaic */

typedef struct HeroSpan {
    double to;  /* share of the time; it starts where its neighbour ends */
    guint bits; /* 0: adaptive */
} HeroSpan;

#define HERO_SPANS 4

typedef struct HeroLane {
    double y;
    HeroSpan spans[HERO_SPANS];
} HeroLane;

static const HeroLane hero_lanes[] = {
    {35, {{.417, 2}, {.792, 3}, {1, 4}}},
    {59, {{.330, 2}, {.709, 0}, {1, 4}}},
    {87, {{.205, 2}, {.502, 0}, {.793, 4}, {1, 6}}},
    {118, {{.124, 3}, {.416, 4}, {.751, 6}, {1, 8}}},
    {153, {{.165, 4}, {.500, 6}, {.834, 8}, {1, 32}}},
};

/* A lane is as high as its bits are many: what is spent is what is seen. */
static double height_of(guint bits)
{
    return bits == 32 ? 28 : bits == 8 ? 23 : bits == 6 ? 17 : bits == 3 ? 8 : bits == 2 ? 5 : 11;
}

void mts_art_hero_range(double width, double *left, double *right)
{
    *left = HERO_MARGIN;
    *right = width - HERO_MARGIN;
}

static double hero_x(const MtsArt *art, double time)
{
    return HERO_MARGIN + (art->width - 2 * HERO_MARGIN) * time;
}

static void draw_solid(const MtsArt *art, double from, double to, double y, guint bits)
{
    const EngFormat format = format_of(bits);
    const GdkRGBA fill = mts_palette_format_fill(&format, art->dark);
    const GdkRGBA text = mts_palette_format_text(&format, art->dark);
    const double x = hero_x(art, from) + 1, width = hero_x(art, to) - 1 - x;
    const double height = height_of(bits);
    mts_paint_source(art->cr, &fill);
    mts_paint_rounded(art->cr, x, y - height / 2, width, height, MIN(5, height / 2));
    cairo_fill(art->cr);
    if (bits >= 4 && width > 24) {
        put_text(art, mts_format_short_name(&format), MTS_POINTS_TICKS, TRUE, x + width / 2, y, .5,
            &text);
    }
}

/* What an adaptive part chose: the higher number more and more often. */
static void draw_mosaic(
    const MtsArt *art, double from, double to, double until, double y, guint lane)
{
    const double left = round(hero_x(art, from) + 1), right = round(hero_x(art, until));
    const double end = hero_x(art, to);
    guint cell = 0;
    for (double x = left; x < right; x += CELL, cell++) {
        const double share = (x - left) / (end - left);
        const guint bits = grain(cell / 3, lane) < .1 + .9 * share ? 4 : 2;
        const GdkRGBA fill = fill_of(bits, art->dark);
        const double height = height_of(bits);
        mts_paint_source(art->cr, &fill);
        fill_rectangle(art->cr, x, y - height / 2, MIN(CELL, right - x), height);
    }
}

static void draw_hatch(const MtsArt *art, double from, double to, double y)
{
    const GdkRGBA ground = mts_palette_ink(MTS_INK_HATCH_GROUND, art->dark);
    const GdkRGBA stripe = mts_palette_ink(MTS_INK_HATCH_STRIPE, art->dark);
    const double height = height_of(4), x = hero_x(art, from), width = hero_x(art, to) - 1 - x;
    if (width <= 0) {
        return;
    }
    cairo_save(art->cr);
    mts_paint_rounded(art->cr, x, y - height / 2, width, height, MIN(3, width / 2));
    cairo_clip(art->cr);
    mts_paint_source(art->cr, &ground);
    cairo_paint(art->cr);
    mts_paint_source(art->cr, &stripe);
    cairo_set_line_width(art->cr, 3 / G_SQRT2);
    for (double at = x - height; at < x + width; at += 7) {
        cairo_move_to(art->cr, at, y + height / 2);
        cairo_line_to(art->cr, at + height, y - height / 2);
    }
    cairo_stroke(art->cr);
    cairo_restore(art->cr);
}

static void draw_lanes(const MtsArt *art, double playhead)
{
    for (guint i = 0; i < G_N_ELEMENTS(hero_lanes); i++) {
        const HeroLane *lane = &hero_lanes[i];
        double from = 0;
        for (guint s = 0; s < HERO_SPANS && from < 1; s++) {
            const HeroSpan *span = &lane->spans[s];
            if (span->bits > 0) {
                draw_solid(art, from, span->to, lane->y, span->bits);
            } else {
                const double until = CLAMP(playhead, from, span->to);
                draw_mosaic(art, from, span->to, until, lane->y, i);
                draw_hatch(art, until, span->to, lane->y);
            }
            from = span->to;
        }
    }
}

/* ---- hero: the loss -------------------------------------------------------------------------- */

#define LOSS_BELOW 22.0 /* from the axis to the card's end */

/* The smoothed loss, 1 at the start; small waves make it look like one that was measured. */
static double loss_at(double time)
{
    return .10 + .9 * exp(-4.3 * time) + .012 * sin(31 * time) * (1 - .5 * time) +
        .008 * sin(77 * time + 1);
}

static double loss_y(const MtsArt *art, double value)
{
    const double top = 188, base = art->height - LOSS_BELOW;
    return base - (base - top) * CLAMP(value, 0, 1.05);
}

static void trace_loss(const MtsArt *art, double from, double to)
{
    const double end = hero_x(art, to);
    cairo_move_to(art->cr, hero_x(art, from), loss_y(art, loss_at(from)));
    for (double x = hero_x(art, from) + 2; x < end; x += 2) {
        const double time = (x - HERO_MARGIN) / (art->width - 2 * HERO_MARGIN);
        cairo_line_to(art->cr, x, loss_y(art, loss_at(time)));
    }
    cairo_line_to(art->cr, end, loss_y(art, loss_at(to)));
}

static void draw_raw(const MtsArt *art, double until, GdkRGBA ink)
{
    const double end = hero_x(art, until);
    guint step = 0;
    cairo_new_path(art->cr);
    for (double x = hero_x(art, 0); x < end; x += 1.5, step++) {
        const double time = (x - HERO_MARGIN) / (art->width - 2 * HERO_MARGIN);
        const double swing = .17 * (grain(step, 99) - .55) * (.35 + time);
        cairo_line_to(art->cr, x, loss_y(art, MAX(loss_at(time) + swing, .01)));
    }
    ink.alpha = .35f;
    mts_paint_source(art->cr, &ink);
    cairo_set_line_width(art->cr, 1);
    cairo_stroke(art->cr);
}

static void fill_below(const MtsArt *art, double until, GdkRGBA ink)
{
    const double base = art->height - LOSS_BELOW;
    cairo_pattern_t *fade = cairo_pattern_create_linear(0, 188, 0, base);
    cairo_pattern_add_color_stop_rgba(fade, 0, ink.red, ink.green, ink.blue, .20);
    cairo_pattern_add_color_stop_rgba(fade, 1, ink.red, ink.green, ink.blue, .03);
    trace_loss(art, 0, until);
    cairo_line_to(art->cr, hero_x(art, until), base);
    cairo_line_to(art->cr, hero_x(art, 0), base);
    cairo_close_path(art->cr);
    cairo_set_source(art->cr, fade);
    cairo_fill(art->cr);
    cairo_pattern_destroy(fade);
}

static void draw_loss(const MtsArt *art, double playhead)
{
    static const double dots[] = {2, 3.5};
    const GdkRGBA line = mts_palette_run(0, art->dark);
    const GdkRGBA grid = mts_palette_ink(MTS_INK_GRID, art->dark);
    const GdkRGBA words = mts_palette_ink(MTS_INK_TEXT_SECONDARY, art->dark);
    const double base = floor(art->height - LOSS_BELOW);
    mts_paint_source(art->cr, &grid);
    fill_rectangle(art->cr, hero_x(art, 0), base, hero_x(art, 1) - hero_x(art, 0), 1);
    fill_below(art, playhead, line);
    draw_raw(art, playhead, line);
    mts_paint_source(art->cr, &line);
    cairo_set_line_join(art->cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_width(art->cr, 2.25);
    trace_loss(art, 0, playhead);
    cairo_stroke(art->cr);
    cairo_save(art->cr);
    cairo_set_dash(art->cr, dots, G_N_ELEMENTS(dots), 0);
    cairo_set_line_width(art->cr, 1.75);
    trace_loss(art, playhead, 1);
    cairo_stroke(art->cr);
    cairo_restore(art->cr);
    put_text(art, "loss", MTS_POINTS_LEGEND, FALSE, hero_x(art, 0) + 8, base - 12, 0, &words);
    put_text(art, "bits per layer above, loss below", MTS_POINTS_LEGEND, FALSE, hero_x(art, 0),
        base + 12, 0, &words);
    put_text(art, "training time", MTS_POINTS_LEGEND, FALSE, hero_x(art, 1), base + 12, 1, &words);
}

/* A flag with a tip, a line through everything, a dot on the curve. */
static void draw_playhead(const MtsArt *art, double playhead)
{
    const GdkRGBA accent = mts_palette_ink(MTS_INK_ACCENT, art->dark);
    const GdkRGBA view = mts_palette_ink(MTS_INK_VIEW, art->dark);
    const GdkRGBA line = mts_palette_run(0, art->dark);
    const double x = round(hero_x(art, playhead)), base = floor(art->height - LOSS_BELOW);
    mts_paint_source(art->cr, &accent);
    fill_rectangle(art->cr, x - .75, 12, 1.5, base - 12);
    cairo_move_to(art->cr, x - 6.5, 9);
    cairo_line_to(art->cr, x + 6.5, 9);
    cairo_line_to(art->cr, x + 6.5, 15);
    cairo_line_to(art->cr, x, 22);
    cairo_line_to(art->cr, x - 6.5, 15);
    cairo_close_path(art->cr);
    cairo_fill(art->cr);
    mts_paint_head(art->cr, x, loss_y(art, loss_at(playhead)), &line, &view);
}

void mts_art_hero(const MtsArt *art, double playhead)
{
    draw_lanes(art, playhead);
    draw_loss(art, playhead);
    draw_playhead(art, playhead);
}

/* ---- spirals --------------------------------------------------------------------------------- */

#define COARSE 3 /* pixels of the picture per point of its ground: it is smooth enough */

/* Above 0 on the first arm's side. The arms turn one and a half times while their radius grows
 * from 0.1 to 1 (the data set's own shape); beyond its end each keeps its half. */
static double side_of(double x, double y)
{
    const double along = (hypot(x, y) - .1) / .9;
    return cos(atan2(y, x) - 2 * G_PI * 1.5 * CLAMP(along, 0, 1.12));
}

static void draw_ground(const MtsArt *art, double scale)
{
    const GdkRGBA view = mts_palette_ink(MTS_INK_VIEW, art->dark);
    const GdkRGBA one = mts_palette_mix(view, mts_palette_run(1, art->dark), .20);
    const GdkRGBA two = mts_palette_mix(view, mts_palette_run(0, art->dark), .22);
    const int width = (int)ceil(art->width / COARSE), height = (int)ceil(art->height / COARSE);
    cairo_surface_t *ground = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    guint8 *bytes = cairo_image_surface_get_data(ground);
    const int stride = cairo_image_surface_get_stride(ground);
    for (int row = 0; bytes && row < height; row++) {
        guint32 *pixels = (guint32 *)(gpointer)(bytes + (gsize)row * (gsize)stride);
        for (int column = 0; column < width; column++) {
            const double x = ((column + .5) * COARSE - art->width / 2) / scale;
            const double y = (art->height / 2 - (row + .5) * COARSE) / scale;
            const double t = .5 - .5 * CLAMP(side_of(x, y) * (2 + 4 * hypot(x, y)), -1, 1);
            const double red = one.red + (two.red - one.red) * t;
            const double green = one.green + (two.green - one.green) * t;
            const double blue = one.blue + (two.blue - one.blue) * t;
            pixels[column] = (guint32)(red * 255 + .5) << 16 | (guint32)(green * 255 + .5) << 8 |
                (guint32)(blue * 255 + .5);
        }
    }
    cairo_surface_mark_dirty(ground);
    cairo_save(art->cr);
    cairo_scale(art->cr, COARSE, COARSE);
    cairo_set_source_surface(art->cr, ground, 0, 0);
    cairo_pattern_set_extend(cairo_get_source(art->cr), CAIRO_EXTEND_PAD);
    cairo_rectangle(art->cr, 0, 0, art->width / COARSE, art->height / COARSE);
    cairo_fill(art->cr);
    cairo_restore(art->cr);
    cairo_surface_destroy(ground);
}

void mts_art_spirals(const MtsArt *art, const MtsArtPoint *points, gsize count)
{
    const double scale = art->height * .43;
    const GdkRGBA rim = mts_palette_ink(MTS_INK_VIEW, art->dark);
    draw_ground(art, scale);
    for (gsize i = 0; i < count; i++) {
        const GdkRGBA ink = mts_palette_run(points[i].label == 0 ? 1 : 0, art->dark);
        const double x = art->width / 2 + points[i].x * scale;
        const double y = art->height / 2 - points[i].y * scale;
        cairo_new_sub_path(art->cr);
        cairo_arc(art->cr, x, y, 3.4, 0, 2 * G_PI);
        mts_paint_source(art->cr, &rim);
        cairo_fill(art->cr);
        cairo_arc(art->cr, x, y, 2.6, 0, 2 * G_PI);
        mts_paint_source(art->cr, &ink);
        cairo_fill(art->cr);
    }
}

/* ---- digits ---------------------------------------------------------------------------------- */

#define SHEET 36.0
#define SHEET_GAP 4.0
#define SHEET_ROWS 3

/* The drawing as a mask, its rows at cairo's stride. */
static cairo_surface_t *mask_of(const guint8 *pixels)
{
    cairo_surface_t *mask =
        cairo_image_surface_create(CAIRO_FORMAT_A8, MTS_ART_DIGIT, MTS_ART_DIGIT);
    guint8 *bytes = cairo_image_surface_get_data(mask);
    const int stride = cairo_image_surface_get_stride(mask);
    for (int row = 0; bytes && row < MTS_ART_DIGIT; row++) {
        memcpy(
            bytes + (gsize)row * (gsize)stride, pixels + (gsize)row * MTS_ART_DIGIT, MTS_ART_DIGIT);
    }
    cairo_surface_mark_dirty(mask);
    return mask;
}

static void draw_sheet(const MtsArt *art, double x, double y, const guint8 *pixels)
{
    const GdkRGBA view = mts_palette_ink(MTS_INK_VIEW, art->dark);
    const GdkRGBA text = mts_palette_ink(MTS_INK_TEXT, art->dark);
    const GdkRGBA border = mts_palette_ink(MTS_INK_BORDER, art->dark);
    mts_paint_rounded(art->cr, x + .5, y + .5, SHEET - 1, SHEET - 1, 5);
    mts_paint_source(art->cr, &view);
    cairo_fill_preserve(art->cr);
    mts_paint_source(art->cr, &border);
    cairo_set_line_width(art->cr, 1);
    cairo_stroke(art->cr);
    if (!pixels) {
        return;
    }
    cairo_surface_t *mask = mask_of(pixels);
    const double scale = (SHEET - 4) / MTS_ART_DIGIT;
    cairo_save(art->cr);
    cairo_translate(art->cr, x + 2, y + 2);
    cairo_scale(art->cr, scale, scale);
    mts_paint_source(art->cr, &text);
    cairo_mask_surface(art->cr, mask, 0, 0);
    cairo_restore(art->cr);
    cairo_surface_destroy(mask);
}

/* What lies behind drawings and curves on a card. */
static void draw_backing(const MtsArt *art)
{
    const GdkRGBA shade = mts_palette_ink(MTS_INK_PAST, art->dark);
    mts_paint_source(art->cr, &shade);
    fill_rectangle(art->cr, 0, 0, art->width, art->height);
}

void mts_art_digits(const MtsArt *art, const guint8 *pixels, gsize count)
{
    const double pitch = SHEET + SHEET_GAP;
    const int columns = CLAMP((int)((art->width - 16) / pitch), 1, 24);
    const double left = round((art->width - columns * pitch + SHEET_GAP) / 2);
    const double top = round((art->height - SHEET_ROWS * pitch + SHEET_GAP) / 2);
    draw_backing(art);
    for (int i = 0; i < columns * SHEET_ROWS; i++) {
        const guint8 *own =
            (gsize)i < count ? pixels + (gsize)i * MTS_ART_DIGIT * MTS_ART_DIGIT : NULL;
        draw_sheet(art, left + i % columns * pitch, top + i / columns * pitch, own);
    }
}

/* ---- adaptive against fixed ------------------------------------------------------------------ */

/* A rising curve: where it starts and ends along the cycles, how high it comes. */
typedef struct Rise {
    const char *label;
    guint slot;
    double from, to, top, align;
} Rise;

static void draw_rise(const MtsArt *art, const Rise *rise, double left, double right, double base,
    double height, guint seed)
{
    const GdkRGBA ink = mts_palette_run(rise->slot, art->dark);
    const GdkRGBA view = mts_palette_ink(MTS_INK_VIEW, art->dark);
    const double x0 = left + (right - left) * rise->from, x1 = left + (right - left) * rise->to;
    double y = base;
    cairo_new_path(art->cr);
    guint step = 0;
    for (double x = x0; x <= x1; x += 4, step++) {
        const double t = (x - x0) / (x1 - x0);
        const double wave = .02 * (grain(step, seed) - .5) * (1 - .4 * t);
        y = base - height * (rise->top * (1 - exp(-2.6 * t)) / (1 - exp(-2.6)) + wave);
        cairo_line_to(art->cr, x, y);
    }
    mts_paint_source(art->cr, &ink);
    cairo_set_line_join(art->cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_width(art->cr, 2);
    cairo_stroke(art->cr);
    mts_paint_head(art->cr, x1, y, &ink, &view);
    if (rise->align == 0) {
        put_text(art, rise->label, MTS_POINTS_LEGEND, TRUE, x1 + 8, y, 0, &ink);
    } else {
        put_text(art, rise->label, MTS_POINTS_LEGEND, TRUE, x1 - 4, y - 12, 1, &ink);
    }
}

static void draw_strip(const MtsArt *art, double left, double right, double y, gboolean adaptive)
{
    enum { ROWS = 4 };
    const double row = 5;
    for (int i = 0; i < ROWS; i++) {
        guint cell = 0;
        for (double x = left; x < right; x += CELL * 2, cell++) {
            const double share = (x - left) / (right - left);
            const gboolean high = !adaptive || grain(cell / 2, 7u + (guint)i) < 2.2 * share - .25;
            const GdkRGBA fill = fill_of(high ? 4 : 2, art->dark);
            mts_paint_source(art->cr, &fill);
            fill_rectangle(art->cr, x, y + i * row, MIN(CELL * 2, right - x), row - .5);
        }
    }
}

void mts_art_adaptive(const MtsArt *art)
{
    static const Rise rises[] = {
        {"Fixed 2-bit", 5, 0, .62, .50, 0},
        {"Fixed 4-bit", 3, .22, .95, .86, 0},
        {"FAST-Adaptive", 1, 0, .84, .88, 1},
    };
    const GdkRGBA grid = mts_palette_ink(MTS_INK_GRID, art->dark);
    const GdkRGBA words = mts_palette_ink(MTS_INK_TEXT_SECONDARY, art->dark);
    const double left = 20, right = art->width - 92, base = 96;
    draw_backing(art);
    mts_paint_source(art->cr, &grid);
    for (int i = 0; i < 5; i++) {
        fill_rectangle(art->cr, left, floor(base - i * 19), right - left, 1);
    }
    for (guint i = 0; i < G_N_ELEMENTS(rises); i++) {
        draw_rise(art, &rises[i], left, right, base, 84, i);
    }
    draw_strip(art, left, right, 104, TRUE);
    draw_strip(art, left, right, 128, FALSE);
    put_text(art, "adaptive", MTS_POINTS_LEGEND, FALSE, right + 8, 114, 0, &words);
    put_text(art, "fixed", MTS_POINTS_LEGEND, FALSE, right + 8, 138, 0, &words);
}
