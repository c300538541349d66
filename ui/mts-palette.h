/* The colours of the house, light and dark: precision ramp, run lines, past, crosshair.
 * Fill colour = precision, line colour = run. Pure functions; main thread. */
#pragma once

#include "number/format.h"
#include <gdk/gdk.h>

G_BEGIN_DECLS

typedef enum MtsInk { /* everything that is neither precision nor run */
    MTS_INK_VIEW,
    MTS_INK_TEXT,
    MTS_INK_TEXT_SECONDARY,
    MTS_INK_TEXT_TICKS,
    MTS_INK_ACCENT,
    MTS_INK_ACCENT_TEXT,
    MTS_INK_ACCENT_WASH,
    MTS_INK_BORDER,
    MTS_INK_HAIRLINE,
    MTS_INK_GRID,
    MTS_INK_PAST,
    MTS_INK_EMPTY_LANE,
    MTS_INK_CROSSHAIR,
    MTS_INK_PIN,
    MTS_INK_PIN_TEXT,
    MTS_INK_SEGMENT_OUTLINE,
    MTS_INK_HATCH_GROUND,
    MTS_INK_HATCH_STRIPE,
    MTS_INK_HATCH_TEXT,
    MTS_INK_TOOLTIP,
    MTS_INK_TOOLTIP_TEXT,
    MTS_INK_TOOLTIP_SNAP,
    MTS_INK_GOOD,
    MTS_INK_GOOD_GROUND,
    MTS_INK_CAUTION,
    MTS_INK_ERROR,
    MTS_INK_DONE, /* the dot of a finished run */
    MTS_INKS
} MtsInk;

/* True while the style manager shows dark. */
gboolean mts_palette_dark(void);

GdkRGBA mts_palette_ink(MtsInk ink, gboolean dark);

/* The colour with its opacity multiplied. */
GdkRGBA mts_palette_fade(GdkRGBA color, float opacity);

/* Between a (t = 0) and b (t = 1), straight through OKLab. */
GdkRGBA mts_palette_mix(GdkRGBA a, GdkRGBA b, double t);

/* Fill for a format, and the text on it; 5, 7 and more bits by OKLab between their neighbours. */
GdkRGBA mts_palette_format_fill(const EngFormat *format, gboolean dark);
GdkRGBA mts_palette_format_text(const EngFormat *format, gboolean dark);

/* What a segment says: "4", "FP32", "BF16". Static or interned. */
const char *mts_format_short_name(const EngFormat *format);

/* Line colour of a run slot: 0 live, 1..5 further runs (then repeating), MTS_RUN_FP32,
 * MTS_RUN_BF16 for the baselines, MTS_RUN_GREY unchecked. */
#define MTS_RUN_FP32 100
#define MTS_RUN_BF16 101
#define MTS_RUN_GREY 102
GdkRGBA mts_palette_run(guint slot, gboolean dark);

G_END_DECLS
