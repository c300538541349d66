/* What the Lab and the Hardware page are drawn with: a place to draw, text that is laid out once,
 * and the small things that appear again and again: bits in cells, knobs, pills, figures. Plain
 * cairo: the same functions serve widget, hand-out and pictures. Main thread. */
#pragma once

#include "mts-paint.h"
#include "mts-palette.h"

G_BEGIN_DECLS

/* Layouts that were made before, by text, size and weight: a frame shows the same bits and words as
 * the one before. */
typedef struct MtsLabTexts MtsLabTexts;
MtsLabTexts *mts_lab_texts_new(PangoContext *context);
void mts_lab_texts_free(MtsLabTexts *self);

/* Where to draw: from (0, 0) to (width, height). */
typedef struct MtsLabPaint {
    cairo_t *cr;
    MtsLabTexts *texts;
    double width, height;
    gboolean dark;
    gboolean plain; /* on paper: nothing that follows pointer or focus */
    gboolean focus; /* the keyboard's focus is on it */
} MtsLabPaint;

/* Colours of the special scales. */
typedef enum MtsLabInk {
    MTS_LAB_INK_ZERO, /* a value turned to zero */
    MTS_LAB_INK_ZERO_BAR,
    MTS_LAB_INK_NOISE_ONE,
    MTS_LAB_INK_NOISE_ZERO,
    MTS_LAB_INK_NOISE_TEXT,
    MTS_LAB_INK_POSITIVE,
    MTS_LAB_INK_POSITIVE_TEXT,
    MTS_LAB_INK_NEGATIVE,
    MTS_LAB_INK_NEGATIVE_TEXT,
    MTS_LAB_INK_FORWARD,
    MTS_LAB_INK_DGRAD,
    MTS_LAB_INK_WGRAD,
    MTS_LAB_INK_STALL,
    MTS_LAB_INK_BIT_ZERO, /* the ground of a bit that is 0 */
    MTS_LAB_INK_ERROR_BAR,
    MTS_LAB_INK_PANEL, /* the ground of a box in a card */
    MTS_LAB_INKS
} MtsLabInk;

GdkRGBA mts_lab_ink(const MtsLabPaint *paint, MtsLabInk ink);
/* mts_palette_ink in the paint's style. */
GdkRGBA mts_lab_house_ink(const MtsLabPaint *paint, MtsInk ink);
/* Fill of, and text on, a block format of `bits` mantissa bits. */
GdkRGBA mts_lab_bits_fill(const MtsLabPaint *paint, guint bits);
GdkRGBA mts_lab_bits_text(const MtsLabPaint *paint, guint bits);
/* The heat of a cell that is busy for this share of the time. */
GdkRGBA mts_lab_heat(double share);

/* ---- text ------------------------------------------------------------------------------------ */

typedef enum MtsLabAlign { MTS_LAB_LEFT, MTS_LAB_CENTRE, MTS_LAB_RIGHT } MtsLabAlign;

/* A size of the specification, and its weight. */
typedef struct MtsLabType {
    double points;
    gboolean bold;
} MtsLabType;

#define MTS_LAB_BODY ((MtsLabType){MTS_POINTS_BODY, FALSE})
#define MTS_LAB_BODY_BOLD ((MtsLabType){MTS_POINTS_BODY, TRUE})
#define MTS_LAB_SECONDARY ((MtsLabType){MTS_POINTS_SECONDARY, FALSE})
#define MTS_LAB_SECONDARY_BOLD ((MtsLabType){MTS_POINTS_SECONDARY, TRUE})
#define MTS_LAB_LEGEND ((MtsLabType){MTS_POINTS_LEGEND, FALSE})
#define MTS_LAB_LEGEND_BOLD ((MtsLabType){MTS_POINTS_LEGEND, TRUE})
#define MTS_LAB_TICKS ((MtsLabType){MTS_POINTS_TICKS, FALSE})
#define MTS_LAB_TICKS_BOLD ((MtsLabType){MTS_POINTS_TICKS, TRUE})
#define MTS_LAB_BIG ((MtsLabType){13.5, TRUE})

/* One line, its middle at height y. Returns its width. */
double mts_lab_text(MtsLabPaint *paint, MtsLabType type, double x, double y, MtsLabAlign align,
    const GdkRGBA *ink, const char *text);
/* The same in the house's own ink. */
double mts_lab_words(MtsLabPaint *paint, MtsLabType type, double x, double y, MtsLabAlign align,
    MtsInk ink, const char *text);
/* The same for a text that is made here; printf's rules, no decimal points (see mts-text.h). */
double mts_lab_print(MtsLabPaint *paint, MtsLabType type, double x, double y, MtsLabAlign align,
    MtsInk ink, const char *format, ...) G_GNUC_PRINTF(7, 8);
double mts_lab_text_width(MtsLabPaint *paint, MtsLabType type, const char *text);
/* The same above lines: outlined in the view's colour first. */
void mts_lab_haloed(MtsLabPaint *paint, MtsLabType type, double x, double y, MtsLabAlign align,
    const GdkRGBA *ink, const char *text);

/* ---- shapes ---------------------------------------------------------------------------------- */

void mts_lab_fill(
    MtsLabPaint *paint, double x, double y, double width, double height, const GdkRGBA *ink);
void mts_lab_rounded(MtsLabPaint *paint, double x, double y, double width, double height,
    double radius, const GdkRGBA *ink);
/* Its border, one pixel or `line` wide, inside. */
void mts_lab_outline(MtsLabPaint *paint, double x, double y, double width, double height,
    double radius, double line, const GdkRGBA *ink);
/* The same dashed. */
void mts_lab_dashed_outline(MtsLabPaint *paint, double x, double y, double width, double height,
    double radius, const GdkRGBA *ink);
/* Lines one pixel wide that stay crisp: on the half pixel. */
void mts_lab_hline(MtsLabPaint *paint, double x0, double x1, double y, const GdkRGBA *ink);
void mts_lab_vline(MtsLabPaint *paint, double x, double y0, double y1, const GdkRGBA *ink);
/* Any line; `on` 0: solid, else dashes of on and off. */
void mts_lab_line(MtsLabPaint *paint, double x0, double y0, double x1, double y1, double width,
    double on, double off, const GdkRGBA *ink);
/* A short arrow head at (x, y) that points along (dx, dy). */
void mts_lab_arrow(
    MtsLabPaint *paint, double x, double y, double dx, double dy, const GdkRGBA *ink);
void mts_lab_disc(MtsLabPaint *paint, double x, double y, double radius, const GdkRGBA *ink);

/* What one takes hold of: white with a rim, in the accent where the pointer or focus is on it. */
void mts_lab_knob(MtsLabPaint *paint, double x, double y, double radius, gboolean active);

/* ---- parts ----------------------------------------------------------------------------------- */

typedef enum MtsLabBit {
    MTS_LAB_BIT_NONE, /* before the leading one: a dot */
    MTS_LAB_BIT_ZERO, /* kept */
    MTS_LAB_BIT_ONE,
    MTS_LAB_BIT_LOST_NONE, /* behind the cut */
    MTS_LAB_BIT_LOST_ZERO,
    MTS_LAB_BIT_LOST_ONE,
} MtsLabBit;

/* A bit in its cell, in the colour of `bits` mantissa bits. */
void mts_lab_bit(
    MtsLabPaint *paint, double x, double y, double width, double height, MtsLabBit bit, guint bits);

/* A row of a column of figures: label at the left, value in bold at the right, a note before it
 * (NULL: none), a hairline below. */
void mts_lab_figure(MtsLabPaint *paint, double y, const char *label, const char *note,
    const char *value, const GdkRGBA *ink);
#define MTS_LAB_FIGURE_HEIGHT 28

/* A dark label: bold text, then lighter text behind it (NULL: none), held inside the paint. Its
 * left end is at x, or its right end where it would not fit. */
void mts_lab_tooltip(MtsLabPaint *paint, double x, double y, const char *text, const char *tail);

/* A pill with bold text in white, its middle at (x, y). Returns its width. */
double mts_lab_pill(
    MtsLabPaint *paint, double x, double y, const char *text, const GdkRGBA *ground);

G_END_DECLS
