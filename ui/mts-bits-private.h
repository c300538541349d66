/* What the files of MtsBits share. */
#pragma once

#include "mts-bits.h"
#include "mts-lab-values.h"
#include "number/quantize.h"

G_BEGIN_DECLS

/* Bits of the unrounded mantissa that are known. */
enum { MTS_BITS_FINE = 16 };

typedef enum MtsBitsRounding {
    MTS_BITS_NEAREST,
    MTS_BITS_TRUNCATE,
    MTS_BITS_EVEN,
    MTS_BITS_STOCHASTIC
} MtsBitsRounding;

typedef enum MtsBitsGrip {
    MTS_BITS_NOTHING,
    MTS_BITS_KNOB,
    MTS_BITS_CUT,
    MTS_BITS_SWEEP /* drawing all sixteen in one go */
} MtsBitsGrip;

/* What the quantiser said of the values. */
typedef struct MtsBitsResult {
    int32_t k[MTS_BITS_VALUES];    /* mantissas */
    int32_t cut[MTS_BITS_VALUES];  /* the same truncated: a difference is a "+1" */
    int32_t fine[MTS_BITS_VALUES]; /* truncated to MTS_BITS_FINE bits: the bits that are shown */
    int E, s;                      /* shared exponent, unit of the mantissas */
    float y[MTS_BITS_VALUES];
    MtsLabError error;
    guint64 bits; /* that the block takes */
} MtsBitsResult;

struct _MtsBits {
    MtsLabModel parent;
    float x[MTS_BITS_VALUES];
    guint m;
    MtsBitsRounding rounding;
    double range;
    guint selected;
    MtsLabSpread spread;
    guint seed, roll;
    guint flickers; /* throws that are only shown, see mts_bits_tick */
    gboolean stale; /* `result` is of other values */
    MtsBitsResult result;

    int hover, hover_row; /* column and row of bits under the pointer, -1: none */
    MtsBitsGrip grip;
    guint fingers; /* the value a sweep was at */
    float before[MTS_BITS_VALUES];
    guint before_m;
    double grip_y, grip_value; /* where a knob's drag began, and the value there */
    double flicker;            /* seconds to the next look at the dice */
    gboolean on_stored;        /* the pointer rests on the stored row */
};

const MtsBitsResult *mts_bits_result(MtsBits *self);
/* Places a value's leading bit stands below the top row; MTS_BITS_FINE: it is 0, or smaller. */
guint mts_bits_places(const MtsBitsResult *result, guint i);

/* A value within the axis, on the grid; marks the result as stale. */
void mts_bits_put(MtsBits *self, guint i, double value);
/* The step of the keys and of the grid: a hundredth at a range of 4. */
double mts_bits_step(const MtsBits *self);
/* The power of ten that values are shown in: 0 for usual ones. */
int mts_bits_decade(const MtsBits *self);
/* A value as the rows say it; caller g_frees. */
char *mts_bits_text(const MtsBits *self, double value);
/* Weight of the top row's bit is 2^E; row r has 2^(E - r). */
MtsLabBit mts_bits_bit(MtsBits *self, guint i, guint row);

typedef struct MtsBitsLayout {
    double left, pitch, bar; /* of the columns */
    double zero, unit;       /* of the axis: height of 0, pixels to a value of 1 */
    guint rows;
    double row_height; /* from one row of bits to the next */
    double cut;        /* the cut line */
    double right;      /* where the columns end */
} MtsBitsLayout;

MtsBitsLayout mts_bits_layout(const MtsBits *self, double width);
double mts_bits_column(const MtsBitsLayout *layout, guint i); /* its middle */
double mts_bits_row(const MtsBits *self, const MtsBitsLayout *layout, guint row);

/* Heights that do not move. */
enum {
    MTS_BITS_ORIGINAL_Y = 169,
    MTS_BITS_ROWS_Y = 186,
    MTS_BITS_STORED_Y = 345,
    MTS_BITS_ERROR_Y = 371,
    MTS_BITS_HEIGHT = 390,
    MTS_BITS_WIDTH = 820,
    MTS_BITS_SIDE_HEIGHT = 238,
};

/* The plot of the exponents beside it: its left end, and its columns, of which the last but one
 * is E and the first holds all that are smaller. */
enum { MTS_BITS_EXPONENTS_LEFT = 94, MTS_BITS_EXPONENTS = 8 };

void mts_bits_draw(MtsLabModel *model, MtsLabPart part, MtsLabPaint *paint);

void mts_bits_motion(MtsLabModel *model, const MtsLabPointer *pointer);
gboolean mts_bits_press(MtsLabModel *model, const MtsLabPointer *pointer);
void mts_bits_release(MtsLabModel *model, gboolean cancelled);
gboolean mts_bits_scroll(MtsLabModel *model, const MtsLabPointer *pointer, double steps);
gboolean mts_bits_key(MtsLabModel *model, guint keyval, GdkModifierType modifiers, gboolean down);
gboolean mts_bits_edit(
    MtsLabModel *model, const MtsLabPointer *pointer, GdkRectangle *where, char **text);
gboolean mts_bits_typed(MtsLabModel *model, const char *text, GError **error);
const char *mts_bits_cursor(MtsLabModel *model, const MtsLabPointer *pointer);

G_END_DECLS
