/* What the files of MtsDice share. */
#pragma once

#include "mts-dice.h"
#include "mts-lab-values.h"
#include "number/lfsr.h"
#include "number/quantize.h"

G_BEGIN_DECLS

struct _MtsDice {
    MtsLabModel parent;
    double value;
    guint below, noise, source, seed, draws;

    gboolean stale;                  /* `ups` and `nearest` are of another value or noise */
    guint16 ups[MTS_DICE_DRAWS + 1]; /* of the first n draws, those that went up */
    float nearest;
    EngLfsr lfsr;

    gboolean holding; /* the key or button that rolls is down */
    double held;      /* for so long, in seconds */
    double spin;      /* seconds until the noise bits come to rest */
    gboolean dragging, over_knob;
    double before;
    int over_bit; /* fraction bit under the pointer, -1: none */
};

/* What one draw adds up. */
typedef struct MtsDiceDraw {
    guint32 fraction, noise, sum; /* in units of 2^-bits of a step */
    guint32 whole;                /* 2^bits: a sum from here on carries */
    guint bits;
    gboolean up; /* as the quantiser rounded */
} MtsDiceDraw;

/* Bits that are added: the LFSR has no more than eight. */
guint mts_dice_bits(const MtsDice *self);
/* Draw n, 0..MTS_DICE_DRAWS - 1. */
MtsDiceDraw mts_dice_draw(MtsDice *self, guint n);
/* Of the first n draws, those that went up. */
guint mts_dice_ups(MtsDice *self, guint n);
/* Where nearest takes the value. */
double mts_dice_nearest(MtsDice *self);
/* The odds of going up with these noise bits. */
double mts_dice_chance(const MtsDice *self);
/* Mean of the first n draws; the value itself for none. */
double mts_dice_mean(MtsDice *self, guint n);
void mts_dice_put(MtsDice *self, double value);

/* The number line and the bits, the histogram, the mean: where each begins and how wide it is. */
typedef struct MtsDiceLayout {
    double line_low, line_high;   /* the two neighbours */
    double line_left, line_right; /* the line's ends */
    double bits_x, bit_pitch;     /* of the leftmost bit's cell */
    double bars_left, bars_right;
    double mean_left, mean_right;
} MtsDiceLayout;

MtsDiceLayout mts_dice_layout(const MtsDice *self, double width);

enum {
    MTS_DICE_LINE_Y = 66,
    MTS_DICE_FRACTION_Y = 131,
    MTS_DICE_NOISE_Y = 157,
    MTS_DICE_SUM_Y = 187,
    MTS_DICE_HEIGHT = 290,
    MTS_DICE_WIDTH = 820,
};

void mts_dice_draw_all(MtsLabModel *model, MtsLabPart part, MtsLabPaint *paint);

G_END_DECLS
