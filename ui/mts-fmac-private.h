/* What the files of MtsFmac share. */
#pragma once

#include "mts-fmac.h"
#include "mts-lab-values.h"

G_BEGIN_DECLS

enum { MTS_FMAC_SIDES = 2 };

/* One operand. */
typedef struct MtsFmacSide {
    const char *name;
    float value[MTS_FMAC_LANES];
    guint m;
    int exponent;   /* shared */
    gboolean moved; /* the exponent was set by hand */
    gboolean edited;
    int32_t k[MTS_FMAC_LANES];   /* mantissas, as edited */
    int32_t own[MTS_FMAC_LANES]; /* those of the values */
} MtsFmacSide;

struct _MtsFmac {
    MtsLabModel parent;
    MtsFmacSide side[MTS_FMAC_SIDES]; /* x, y */
    guint seed;
    float before;
    guint at; /* position */
    gboolean stale;
    EngFmac pair;
    gboolean playing;
    double played; /* seconds since the last phase */
    /* What the pointer is over, and what the keys flip. */
    int hover_lane;
    int hover_pass;
    guint cursor_lane, cursor_row; /* row counts bits from the top, x's then y's */
    gboolean cursor_shown;
};

/* Brings the pair up to date. */
void mts_fmac_renew(MtsFmac *self);
guint mts_fmac_chunks(const MtsFmacSide *side);
guint mts_fmac_beats(MtsFmac *self);
/* "low", "high"; static. */
const char *mts_fmac_chunk_name(guint chunk, guint chunks);
void mts_fmac_go(MtsFmac *self, guint position);
/* Flips bit `bit` of a lane's mantissa. */
void mts_fmac_flip(MtsFmac *self, guint side, guint lane, guint bit);

/* Where things lie. */
typedef struct MtsFmacLayout {
    double left, pitch;         /* of the lanes */
    double row;                 /* from one row of bits to the next */
    double top[MTS_FMAC_SIDES]; /* of the first chunk's box */
    double products, tree, boxes;
    double box_x;        /* of the exponents beside the bits */
    double right, width; /* the column at the right */
    double passes;       /* top of the list */
    double pass_height;
    guint pass_columns; /* 1, or a grid */
} MtsFmacLayout;

MtsFmacLayout mts_fmac_layout(MtsFmac *self, double width);
/* Top of chunk `chunk` (0 the lowest, which stands below) of a side. */
double mts_fmac_chunk_y(const MtsFmac *self, const MtsFmacLayout *layout, guint side, guint chunk);
/* Corner of pass `pass` in the list or grid. */
void mts_fmac_pass_place(
    MtsFmac *self, const MtsFmacLayout *layout, guint pass, double *x, double *y, double *width);

enum { MTS_FMAC_WIDTH = 600, MTS_FMAC_HEIGHT = 388 };

void mts_fmac_draw(MtsLabModel *model, MtsLabPart part, MtsLabPaint *paint);

void mts_fmac_motion(MtsLabModel *model, const MtsLabPointer *pointer);
gboolean mts_fmac_press(MtsLabModel *model, const MtsLabPointer *pointer);
gboolean mts_fmac_scroll(MtsLabModel *model, const MtsLabPointer *pointer, double steps);
gboolean mts_fmac_key(MtsLabModel *model, guint keyval, GdkModifierType modifiers, gboolean down);
const char *mts_fmac_cursor(MtsLabModel *model, const MtsLabPointer *pointer);

G_END_DECLS
