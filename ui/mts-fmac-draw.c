#include "mts-fmac-private.h"

#include "mts-text.h"
#include <math.h>

/* ---- geometry -------------------------------------------------------------------------------- */

/* Rows of bits shrink where there are many, so that all of it stays as high as it is. */
enum {
    LEFT = 80,
    HEADS = 18, /* of a side's name */
    SIGNS = 36, /* of its signs */
    FIRST = 46, /* of its first chunk */
    BITS = 152, /* all rows of bits of both sides */
    EXPONENT = 44,
    RIGHT = 152,
    CHUNK_GAP = 6,
    SIDE_GAP = 45, /* from one side's last row to the other's first */
};

static guint row_count(const MtsFmac *self)
{
    return 2 * (mts_fmac_chunks(&self->side[0]) + mts_fmac_chunks(&self->side[1]));
}

static double side_height(const MtsFmac *self, double row, guint side)
{
    const guint chunks = mts_fmac_chunks(&self->side[side]);
    return chunks * (2 * row + CHUNK_GAP);
}

MtsFmacLayout mts_fmac_layout(MtsFmac *self, double width)
{
    MtsFmacLayout layout = {.left = LEFT};
    const double extra = MAX(0, width - MTS_FMAC_WIDTH);
    layout.width = RIGHT + MIN(70, extra * .28);
    layout.right = width - layout.width;
    layout.box_x = layout.right - 18 - EXPONENT;
    layout.pitch = (layout.box_x - 12 - LEFT) / MTS_FMAC_LANES;
    layout.row = MIN(17, (double)BITS / row_count(self));
    layout.top[0] = FIRST;
    layout.top[1] = FIRST + side_height(self, layout.row, 0) + SIDE_GAP - CHUNK_GAP;
    layout.products = layout.top[1] + side_height(self, layout.row, 1) + 10;
    layout.tree = layout.products + 10;
    layout.boxes = MTS_FMAC_HEIGHT - 62;
    layout.passes = 134;
    const guint passes = eng_fmac_beats(&self->pair);
    layout.pass_columns = passes <= 6 ? 1 : mts_fmac_chunks(&self->side[1]);
    const guint rows = (passes + layout.pass_columns - 1) / layout.pass_columns;
    layout.pass_height = MIN(30, 120.0 / rows);
    return layout;
}

double mts_fmac_chunk_y(const MtsFmac *self, const MtsFmacLayout *layout, guint side, guint chunk)
{
    const guint from_top = mts_fmac_chunks(&self->side[side]) - 1 - chunk;
    return layout->top[side] + from_top * (2 * layout->row + CHUNK_GAP);
}

void mts_fmac_pass_place(
    MtsFmac *self, const MtsFmacLayout *layout, guint pass, double *x, double *y, double *width)
{
    *width = layout->width / layout->pass_columns;
    *x = layout->right + pass % layout->pass_columns * *width;
    *y = layout->passes + pass / layout->pass_columns * layout->pass_height;
}

static double lane_x(const MtsFmacLayout *layout, guint lane)
{
    return layout->left + (lane + .5) * layout->pitch;
}

/* ---- the operands ---------------------------------------------------------------------------- */

static void draw_signs(MtsFmac *self, MtsLabPaint *paint, const MtsFmacLayout *layout, guint side)
{
    const double y = layout->top[side] - FIRST + SIGNS;
    mts_lab_words(
        paint, MTS_LAB_LEGEND, layout->left - 10, y, MTS_LAB_RIGHT, MTS_INK_TEXT_TICKS, "sign");
    for (guint lane = 0; lane < MTS_FMAC_LANES; lane++) {
        const gboolean negative = self->side[side].k[lane] < 0;
        mts_lab_words(paint, negative ? MTS_LAB_SECONDARY_BOLD : MTS_LAB_LEGEND,
            lane_x(layout, lane), y, MTS_LAB_CENTRE, negative ? MTS_INK_TEXT : MTS_INK_TEXT_TICKS,
            negative ? "−" : "+");
    }
}

/* One bit of a chunk; a chunk that does not take part is pale. */
static void draw_chunk_bit(MtsFmac *self, MtsLabPaint *paint, const MtsFmacLayout *layout,
    guint side, guint lane, guint bit, double y, gboolean active)
{
    const MtsFmacSide *one = &self->side[side];
    const double size = MIN(15, layout->row - 2), wide = MIN(layout->pitch - 4, 24);
    const double x = lane_x(layout, lane) - wide / 2;
    const gboolean set = (guint)ABS(one->k[lane]) >> bit & 1;
    if (bit >= one->m) {
        mts_lab_bit(paint, x, y, wide, size, MTS_LAB_BIT_NONE, one->m);
        return;
    }
    GdkRGBA ground =
        set ? mts_lab_bits_fill(paint, one->m) : mts_lab_ink(paint, MTS_LAB_INK_BIT_ZERO);
    GdkRGBA ink =
        set ? mts_lab_bits_text(paint, one->m) : mts_lab_house_ink(paint, MTS_INK_TEXT_SECONDARY);
    const gboolean faded = self->hover_lane >= 0 && self->hover_lane != (int)lane && !paint->plain;
    const float alpha = (active ? 1 : .4f) * (faded ? .45f : 1);
    ground = mts_palette_fade(ground, alpha);
    ink = mts_palette_fade(ink, alpha);
    mts_lab_rounded(paint, x, y, wide, size, 3, &ground);
    mts_lab_text(paint, set ? MTS_LAB_LEGEND_BOLD : MTS_LAB_LEGEND, x + wide / 2, y + size / 2,
        MTS_LAB_CENTRE, &ink, set ? "1" : "0");
}

static void draw_chunk(MtsFmac *self, MtsLabPaint *paint, const MtsFmacLayout *layout, guint side,
    guint chunk, gboolean active)
{
    const MtsFmacSide *one = &self->side[side];
    const double y = mts_fmac_chunk_y(self, layout, side, chunk);
    const double right = layout->left + layout->pitch * MTS_FMAC_LANES;
    const GdkRGBA accent = mts_lab_house_ink(paint, MTS_INK_ACCENT);
    const GdkRGBA wash = mts_lab_house_ink(paint, MTS_INK_ACCENT_WASH);
    const GdkRGBA pale = mts_palette_fade(mts_lab_house_ink(paint, MTS_INK_TEXT_TICKS), .3f);
    const double height = 2 * layout->row + 3;
    if (active) {
        mts_lab_rounded(paint, layout->left - 4, y - 2, right - layout->left + 8, height, 5, &wash);
        mts_lab_outline(
            paint, layout->left - 4, y - 2, right - layout->left + 8, height, 5, 1.75, &accent);
    } else {
        mts_lab_dashed_outline(
            paint, layout->left - 4, y - 2, right - layout->left + 8, height, 5, &pale);
    }
    mts_lab_print(paint, active ? MTS_LAB_LEGEND_BOLD : MTS_LAB_LEGEND, layout->left - 10,
        y + height / 2 - 2, MTS_LAB_RIGHT, active ? MTS_INK_ACCENT_TEXT : MTS_INK_TEXT_TICKS,
        "%s chunk", mts_fmac_chunk_name(chunk, mts_fmac_chunks(one)));
    for (guint lane = 0; lane < MTS_FMAC_LANES; lane++) {
        draw_chunk_bit(self, paint, layout, side, lane, 2 * chunk + 1, y + .5, active);
        draw_chunk_bit(self, paint, layout, side, lane, 2 * chunk, y + layout->row + .5, active);
    }
}

static void draw_exponent_box(MtsLabPaint *paint, double x, double y, double width, double height,
    int exponent, const char *label, gboolean accent)
{
    const GdkRGBA ground =
        accent ? mts_lab_house_ink(paint, MTS_INK_ACCENT) : mts_lab_bits_fill(paint, 2);
    const GdkRGBA ink = accent ? (GdkRGBA){1, 1, 1, 1} : mts_lab_bits_text(paint, 2);
    const GdkRGBA outline = mts_lab_house_ink(paint, MTS_INK_SEGMENT_OUTLINE);
    g_autofree char *text = mts_text_fixed(exponent, 0);
    mts_lab_rounded(paint, x, y, width, height, 7, &ground);
    mts_lab_outline(paint, x, y, width, height, 7, 1, &outline);
    if (label) {
        mts_lab_text(paint, MTS_LAB_TICKS, x + width / 2, y + 12, MTS_LAB_CENTRE, &ink, label);
    }
    mts_lab_text(paint, (MtsLabType){11, TRUE}, x + width / 2,
        label ? y + height - 14 : y + height / 2, MTS_LAB_CENTRE, &ink, text);
}

static void draw_edits(MtsFmac *self, MtsLabPaint *paint, const MtsFmacLayout *layout, guint side)
{
    const GdkRGBA accent = mts_lab_house_ink(paint, MTS_INK_ACCENT);
    const double bottom = mts_fmac_chunk_y(self, layout, side, 0) + 2 * layout->row + 3;
    for (guint lane = 0; lane < MTS_FMAC_LANES; lane++) {
        if (self->side[side].k[lane] != self->side[side].own[lane]) {
            mts_lab_disc(paint, lane_x(layout, lane), bottom, 2.5, &accent);
        }
    }
}

static void draw_side(
    MtsFmac *self, MtsLabPaint *paint, const MtsFmacLayout *layout, guint side, guint active)
{
    const MtsFmacSide *one = &self->side[side];
    const guint chunks = mts_fmac_chunks(one);
    mts_lab_words(paint, MTS_LAB_SECONDARY_BOLD, 0, layout->top[side] - FIRST + HEADS, MTS_LAB_LEFT,
        MTS_INK_TEXT, one->name);
    draw_signs(self, paint, layout, side);
    for (guint chunk = 0; chunk < chunks; chunk++) {
        draw_chunk(self, paint, layout, side, chunk, chunk == active);
    }
    const double middle = layout->top[side] + side_height(self, layout->row, side) / 2;
    draw_exponent_box(
        paint, layout->box_x, middle - 24, EXPONENT, 42, one->exponent, "exponent", FALSE);
    draw_edits(self, paint, layout, side);
}

/* ---- products and tree ----------------------------------------------------------------------- */

static void draw_products(
    MtsFmac *self, MtsLabPaint *paint, const MtsFmacLayout *layout, const EngFmacBeat *beat)
{
    const GdkRGBA none = mts_lab_ink(paint, MTS_LAB_INK_BIT_ZERO);
    const GdkRGBA wire = mts_palette_fade(mts_lab_house_ink(paint, MTS_INK_ACCENT), .4f);
    const gboolean now = mts_fmac_get_phase(self) == 0;
    mts_lab_words(paint, now ? MTS_LAB_LEGEND_BOLD : MTS_LAB_LEGEND, layout->left - 10,
        layout->products, MTS_LAB_RIGHT, now ? MTS_INK_ACCENT_TEXT : MTS_INK_TEXT_SECONDARY,
        "products");
    for (guint lane = 0; lane < MTS_FMAC_LANES; lane++) {
        const int product = beat->product[lane];
        const double x = lane_x(layout, lane), wide = MIN(layout->pitch - 3, 26);
        const GdkRGBA ground = product > 0 ? mts_lab_ink(paint, MTS_LAB_INK_POSITIVE)
            : product < 0                  ? mts_lab_ink(paint, MTS_LAB_INK_NEGATIVE)
                                           : none;
        const GdkRGBA ink = product > 0 ? mts_lab_ink(paint, MTS_LAB_INK_POSITIVE_TEXT)
            : product < 0               ? mts_lab_ink(paint, MTS_LAB_INK_NEGATIVE_TEXT)
                                        : mts_lab_house_ink(paint, MTS_INK_TEXT_SECONDARY);
        g_autofree char *text = mts_text_fixed(product, 0);
        mts_lab_vline(paint, x, layout->products - 17, layout->products - 10, &wire);
        mts_lab_rounded(paint, x - wide / 2, layout->products - 8, wide, 16, 3, &ground);
        mts_lab_text(paint, MTS_LAB_LEGEND_BOLD, x, layout->products, MTS_LAB_CENTRE, &ink, text);
    }
}

/* Neighbours join level by level; the sum leaves at the bottom. */
static void draw_tree(MtsFmac *self, MtsLabPaint *paint, const MtsFmacLayout *layout)
{
    const gboolean now = mts_fmac_get_phase(self) == 1;
    const GdkRGBA wire = now ? mts_lab_house_ink(paint, MTS_INK_ACCENT)
                             : mts_palette_fade(mts_lab_house_ink(paint, MTS_INK_TEXT_TICKS), .5f);
    const double height = (layout->boxes - 4 - layout->tree) / 4.6;
    mts_lab_words(paint, now ? MTS_LAB_LEGEND_BOLD : MTS_LAB_LEGEND, layout->left - 10,
        layout->tree + 2 * height, MTS_LAB_RIGHT, now ? MTS_INK_ACCENT_TEXT : MTS_INK_TEXT_TICKS,
        "adder tree");
    double x[MTS_FMAC_LANES];
    guint count = MTS_FMAC_LANES;
    for (guint i = 0; i < count; i++) {
        x[i] = lane_x(layout, i);
    }
    mts_paint_source(paint->cr, &wire);
    cairo_set_line_width(paint->cr, 1.25);
    for (guint level = 0; count > 1; level++, count /= 2) {
        const double top = layout->tree + level * height, bottom = top + height;
        for (guint i = 0; i < count / 2; i++) {
            cairo_move_to(paint->cr, x[2 * i], top);
            cairo_line_to(paint->cr, x[2 * i], bottom - 1);
            cairo_line_to(paint->cr, x[2 * i + 1], bottom - 1);
            cairo_line_to(paint->cr, x[2 * i + 1], top);
            x[i] = (x[2 * i] + x[2 * i + 1]) / 2;
        }
    }
    cairo_move_to(paint->cr, x[0], layout->tree + 4 * height - 1);
    cairo_line_to(paint->cr, x[0], layout->boxes);
    cairo_stroke(paint->cr);
}

static void draw_box(MtsLabPaint *paint, double x, double y, double width, const char *label,
    const char *value, gboolean now)
{
    const GdkRGBA panel = mts_lab_ink(paint, MTS_LAB_INK_PANEL);
    const GdkRGBA accent = mts_lab_house_ink(paint, MTS_INK_ACCENT), white = {1, 1, 1, 1};
    const GdkRGBA text = mts_lab_house_ink(paint, MTS_INK_TEXT);
    const GdkRGBA faint = mts_lab_house_ink(paint, MTS_INK_TEXT_SECONDARY);
    const GdkRGBA pale = mts_palette_fade(white, .85f);
    mts_lab_rounded(paint, x, y, width, 42, 8, now ? &accent : &panel);
    mts_lab_text(
        paint, MTS_LAB_LEGEND, x + width / 2, y + 12, MTS_LAB_CENTRE, now ? &pale : &faint, label);
    mts_lab_text(paint, (MtsLabType){11, TRUE}, x + width / 2, y + 29, MTS_LAB_CENTRE,
        now ? &white : &text, value);
}

static void draw_way(MtsLabPaint *paint, double from, double to, double y)
{
    const GdkRGBA ink = mts_lab_house_ink(paint, MTS_INK_TEXT_SECONDARY);
    mts_lab_line(paint, from + 3, y, to - 4, y, 1.5, 0, 0, &ink);
    mts_lab_arrow(paint, to - 3, y, 1, 0, &ink);
}

static char *pass_name(const MtsFmac *self, guint i, guint j)
{
    return g_strdup_printf("%s × %s", mts_fmac_chunk_name(i, mts_fmac_chunks(&self->side[0])),
        mts_fmac_chunk_name(j, mts_fmac_chunks(&self->side[1])));
}

static void draw_boxes(
    MtsFmac *self, MtsLabPaint *paint, const MtsFmacLayout *layout, const EngFmacBeat *beat)
{
    const guint phase = mts_fmac_get_phase(self);
    const double span = layout->box_x - layout->left, y = layout->boxes;
    const double x[] = {layout->left - 22, layout->left + span * .36, layout->left + span * .68};
    const double width[] = {span * .33, span * .25, span * .25};
    g_autofree char *pass = pass_name(self, beat->i, beat->j);
    g_autofree char *sum = mts_text_fixed(beat->sum, 0);
    g_autofree char *shift = g_strdup_printf("shift left %u", beat->shift);
    g_autofree char *shifted = mts_text_fixed((double)beat->shifted, 0);
    draw_box(paint, x[0], y, width[0], "this pass", pass, FALSE);
    draw_way(paint, x[0] + width[0], x[1], y + 21);
    draw_box(paint, x[1], y, width[1], "sum", phase >= 1 ? sum : "…", phase == 1);
    draw_way(paint, x[1] + width[1], x[2], y + 21);
    draw_box(paint, x[2], y, width[2], shift, phase >= 2 ? shifted : "…", phase == 2);
    draw_way(paint, x[2] + width[2], layout->right, y + 21);
}

/* ---- the column at the right ----------------------------------------------------------------- */

static void draw_exponents(MtsFmac *self, MtsLabPaint *paint, const MtsFmacLayout *layout)
{
    const GdkRGBA panel = mts_lab_ink(paint, MTS_LAB_INK_PANEL);
    const double x = layout->right, box = (layout->width - 52) / 3;
    const int a = self->side[0].exponent, b = self->side[1].exponent;
    mts_lab_rounded(paint, x, 12, layout->width, 84, 8, &panel);
    mts_lab_words(
        paint, MTS_LAB_SECONDARY_BOLD, x + 10, 28, MTS_LAB_LEFT, MTS_INK_TEXT, "Exponents add");
    draw_exponent_box(paint, x + 8, 46, box, 34, a, NULL, FALSE);
    mts_lab_words(paint, MTS_LAB_BODY_BOLD, x + 8 + box + 9, 63, MTS_LAB_CENTRE, MTS_INK_TEXT, "+");
    draw_exponent_box(paint, x + 26 + box, 46, box, 34, b, NULL, FALSE);
    mts_lab_words(
        paint, MTS_LAB_BODY_BOLD, x + 26 + 2 * box + 9, 63, MTS_LAB_CENTRE, MTS_INK_TEXT, "=");
    draw_exponent_box(paint, x + 44 + 2 * box, 46, box, 34, a + b, NULL, TRUE);
}

static void draw_pass_mark(MtsLabPaint *paint, double x, double y, gboolean done, gboolean now)
{
    const GdkRGBA good = mts_lab_house_ink(paint, MTS_INK_GOOD);
    const GdkRGBA accent = mts_lab_house_ink(paint, MTS_INK_ACCENT);
    const GdkRGBA ring = mts_lab_house_ink(paint, MTS_INK_TEXT_TICKS);
    if (done) {
        mts_paint_source(paint->cr, &good);
        cairo_set_line_width(paint->cr, 2);
        cairo_move_to(paint->cr, x - 4.5, y);
        cairo_line_to(paint->cr, x - 1, y + 3.5);
        cairo_line_to(paint->cr, x + 5, y - 4);
        cairo_stroke(paint->cr);
    } else if (now) {
        mts_lab_disc(paint, x, y, 4, &accent);
    } else {
        mts_paint_source(paint->cr, &ring);
        cairo_set_line_width(paint->cr, 1.5);
        cairo_new_sub_path(paint->cr);
        cairo_arc(paint->cr, x, y, 3.25, 0, 2 * G_PI);
        cairo_stroke(paint->cr);
    }
}

/* A pass in the list, or a cell of the grid where there are many. */
static void draw_pass(MtsFmac *self, MtsLabPaint *paint, const MtsFmacLayout *layout, guint pass)
{
    const guint now = mts_fmac_get_beat(self), phase = mts_fmac_get_phase(self);
    const gboolean done = pass < now || (pass == now && phase == 3), active = pass == now;
    const gboolean known = pass < now || (active && phase >= 2);
    const GdkRGBA panel = mts_lab_ink(paint, MTS_LAB_INK_PANEL);
    const GdkRGBA wash = mts_lab_house_ink(paint, MTS_INK_ACCENT_WASH);
    const GdkRGBA accent = mts_lab_house_ink(paint, MTS_INK_ACCENT);
    EngFmacBeat beat;
    double x, y, width;
    eng_fmac_beat(&self->pair, pass, &beat);
    mts_fmac_pass_place(self, layout, pass, &x, &y, &width);
    const double height = layout->pass_height - 4, middle = y + height / 2;
    const gboolean list = layout->pass_columns == 1;
    g_autofree char *value = mts_text_fixed((double)beat.shifted, 0);
    g_autofree char *name = pass_name(self, beat.i, beat.j);
    const double wide = list ? width : width - 4;
    mts_lab_rounded(paint, x, y, wide, height, 6, active ? &wash : &panel);
    if (active || (!paint->plain && self->hover_pass == (int)pass)) {
        mts_lab_outline(paint, x, y, wide, height, 6, active ? 1.75 : 1, &accent);
    }
    if (!list) {
        mts_lab_words(paint, MTS_LAB_TICKS_BOLD, x + wide / 2, middle, MTS_LAB_CENTRE,
            active     ? MTS_INK_ACCENT_TEXT
                : done ? MTS_INK_TEXT
                       : MTS_INK_TEXT_TICKS,
            known ? value : "…");
        return;
    }
    draw_pass_mark(paint, x + 13, middle, done && !active, active);
    const double text = mts_lab_words(paint, active ? MTS_LAB_LEGEND_BOLD : MTS_LAB_LEGEND, x + 25,
        middle, MTS_LAB_LEFT, done || active ? MTS_INK_TEXT : MTS_INK_TEXT_TICKS, name);
    mts_lab_print(paint, MTS_LAB_TICKS, x + 25 + text + 6, middle, MTS_LAB_LEFT, MTS_INK_TEXT_TICKS,
        "≪ %u", beat.shift);
    mts_lab_words(paint, MTS_LAB_LEGEND_BOLD, x + width - 9, middle, MTS_LAB_RIGHT,
        active ? MTS_INK_ACCENT_TEXT : MTS_INK_TEXT, known ? value : "…");
}

static void draw_passes(MtsFmac *self, MtsLabPaint *paint, const MtsFmacLayout *layout)
{
    const guint a = mts_fmac_chunks(&self->side[0]), b = mts_fmac_chunks(&self->side[1]);
    mts_lab_words(
        paint, MTS_LAB_SECONDARY_BOLD, layout->right, 118, MTS_LAB_LEFT, MTS_INK_TEXT, "Passes");
    mts_lab_print(paint, MTS_LAB_LEGEND, layout->right + layout->width, 118, MTS_LAB_RIGHT,
        MTS_INK_TEXT_SECONDARY, "%u × %u = %u", a, b, a * b);
    for (guint pass = 0; pass < mts_fmac_beats(self); pass++) {
        draw_pass(self, paint, layout, pass);
    }
}

static void draw_accumulator(
    MtsFmac *self, MtsLabPaint *paint, const MtsFmacLayout *layout, const EngFmacBeat *beat)
{
    const double x = layout->right, top = 266, width = layout->width;
    const GdkRGBA panel = mts_lab_ink(paint, MTS_LAB_INK_PANEL);
    const GdkRGBA accent = mts_lab_house_ink(paint, MTS_INK_ACCENT);
    const GdkRGBA trough = mts_lab_ink(paint, MTS_LAB_INK_STALL);
    const gboolean now = mts_fmac_get_phase(self) == 3;
    const int exponent = eng_fmac_result(&self->pair).exponent;
    /* What has been accumulated up to the phase that is shown. */
    const int64_t integer = now ? beat->after : beat->before;
    const float value = eng_fmac_accumulate(integer, exponent, self->pair.before);
    g_autofree char *big = mts_text_fixed((double)value, 5);
    g_autofree char *before = mts_text_fixed((double)self->pair.before, 5);
    g_autofree char *whole = mts_text_fixed((double)integer, 0);
    g_autofree char *raised = mts_lab_raised(exponent);
    g_autofree char *part = mts_text_fixed(ldexp((double)integer, exponent), 5);
    mts_lab_rounded(paint, x, top, width, MTS_FMAC_HEIGHT - top - 8, 8, &panel);
    if (now && !paint->plain) {
        mts_lab_outline(paint, x, top, width, MTS_FMAC_HEIGHT - top - 8, 8, 1.75, &accent);
    }
    mts_lab_words(
        paint, MTS_LAB_SECONDARY_BOLD, x + 11, top + 16, MTS_LAB_LEFT, MTS_INK_TEXT, "Accumulator");
    mts_lab_words(paint, MTS_LAB_LEGEND, x + width - 11, top + 16, MTS_LAB_RIGHT,
        MTS_INK_TEXT_SECONDARY, "FP32");
    mts_lab_words(paint, (MtsLabType){15, TRUE}, x + 11, top + 43, MTS_LAB_LEFT, MTS_INK_TEXT, big);
    mts_lab_words(paint, MTS_LAB_LEGEND, x + 11, top + 68, MTS_LAB_LEFT, MTS_INK_TEXT_SECONDARY,
        "before the group");
    mts_lab_words(
        paint, MTS_LAB_LEGEND, x + width - 11, top + 68, MTS_LAB_RIGHT, MTS_INK_TEXT, before);
    mts_lab_print(paint, MTS_LAB_LEGEND, x + 11, top + 84, MTS_LAB_LEFT, MTS_INK_TEXT_SECONDARY,
        "%s × 2%s", whole, raised);
    mts_lab_words(paint, MTS_LAB_LEGEND_BOLD, x + width - 11, top + 84, MTS_LAB_RIGHT,
        MTS_INK_ACCENT_TEXT, part);
    const double share = (self->at + 1.0) / (mts_fmac_beats(self) * (double)MTS_FMAC_PHASES);
    mts_lab_rounded(paint, x + 11, top + 98, width - 22, 4, 2, &trough);
    mts_lab_rounded(paint, x + 11, top + 98, (width - 22) * share, 4, 2, &accent);
}

/* ---- what follows pointer and keys ------------------------------------------------------------ */

/* The column under the pointer in words: both mantissas and their product. */
static void draw_lane_tip(
    MtsFmac *self, MtsLabPaint *paint, const MtsFmacLayout *layout, const EngFmacBeat *beat)
{
    if (paint->plain || self->hover_lane < 0) {
        return;
    }
    const guint lane = (guint)self->hover_lane;
    const guint phase = mts_fmac_get_phase(self);
    g_autofree char *a = mts_text_fixed(self->side[0].k[lane], 0);
    g_autofree char *b = mts_text_fixed(self->side[1].k[lane], 0);
    g_autofree char *x = mts_text_fixed(beat->x[lane], 0);
    g_autofree char *y = mts_text_fixed(beat->y[lane], 0);
    g_autofree char *product = mts_text_fixed(beat->product[lane], 0);
    g_autofree char *text = g_strdup_printf("%s × %s", a, b);
    g_autofree char *tail = g_strdup_printf("here %s × %s = %s", x, y, product);
    mts_lab_tooltip(paint, lane_x(layout, lane) + 12,
        phase == 0 ? layout->top[1] - 26 : layout->products - 30, text, tail);
}

static void draw_cursor(MtsFmac *self, MtsLabPaint *paint, const MtsFmacLayout *layout)
{
    if (paint->plain || !paint->focus || !self->cursor_shown) {
        return;
    }
    const guint rows = 2 * mts_fmac_chunks(&self->side[0]);
    const guint side = self->cursor_row < rows ? 0 : 1;
    const guint row = self->cursor_row - side * rows;
    const guint chunk = mts_fmac_chunks(&self->side[side]) - 1 - row / 2;
    const double y = mts_fmac_chunk_y(self, layout, side, chunk) + row % 2 * layout->row;
    const double wide = MIN(layout->pitch - 2, 26);
    const GdkRGBA accent = mts_lab_house_ink(paint, MTS_INK_ACCENT);
    mts_lab_outline(paint, lane_x(layout, self->cursor_lane) - wide / 2, y - 1, wide, layout->row,
        4, 2, &accent);
}

void mts_fmac_draw(MtsLabModel *model, MtsLabPart part, MtsLabPaint *paint)
{
    MtsFmac *self = MTS_FMAC(model);
    EngFmacBeat beat;
    mts_fmac_renew(self);
    const MtsFmacLayout layout = mts_fmac_layout(self, paint->width);
    eng_fmac_beat(&self->pair, mts_fmac_get_beat(self), &beat);
    draw_side(self, paint, &layout, 0, beat.i);
    draw_side(self, paint, &layout, 1, beat.j);
    draw_products(self, paint, &layout, &beat);
    draw_tree(self, paint, &layout);
    draw_boxes(self, paint, &layout, &beat);
    draw_exponents(self, paint, &layout);
    draw_passes(self, paint, &layout);
    draw_accumulator(self, paint, &layout, &beat);
    draw_cursor(self, paint, &layout);
    draw_lane_tip(self, paint, &layout, &beat);
}
