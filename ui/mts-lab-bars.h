/* Values as bars that can be taken hold of: what the pictures of groups and of formats have in
 * common. A plain struct in a model; its functions say whether they changed a value. Main thread. */
#pragma once

#include "mts-lab-model.h"
#include "mts-lab-values.h"

G_BEGIN_DECLS

enum { MTS_LAB_BARS = 64 };

typedef struct MtsLabBars {
    float x[MTS_LAB_BARS];
    guint count;    /* 1..MTS_LAB_BARS */
    guint selected; /* what the keys work on */
    MtsLabSpread spread;
    guint seed; /* of a shuffle */
    int hover;  /* -1: none */
    gboolean dragging;
    float before[MTS_LAB_BARS];
    double start_y, start; /* of a drag: where, and the value there */
    /* Geometry, set by whoever draws it. */
    double left, pitch; /* of the columns */
    double zero, unit;  /* height of 0; pixels to a value of 1 */
    double top, bottom; /* where a press takes hold */
} MtsLabBars;

/* The axis: values lie within it. */
#define MTS_LAB_BARS_RANGE 4.0

void mts_lab_bars_init(MtsLabBars *self, guint count, MtsLabSpread spread);
double mts_lab_bars_x(const MtsLabBars *self, guint i);
double mts_lab_bars_y(const MtsLabBars *self, guint i);

/* The settings "values", "select", "spread", "seed"; FALSE with a sentence where a value is wrong.
 * A setting of another name is left to the caller: *known is FALSE then. */
gboolean mts_lab_bars_set(
    MtsLabBars *self, const char *key, const char *value, gboolean *known, GError **error);
gboolean mts_lab_bars_get(const MtsLabBars *self, const char *key, GString *out);
#define MTS_LAB_BARS_SETTINGS "values", "select", "spread", "seed"

/* The action "shuffle", or a spread's name; FALSE: neither. */
gboolean mts_lab_bars_act(MtsLabBars *self, const char *action);

/* Motion over them or of a drag; TRUE: a value has changed. *looks: only the hover has. */
gboolean mts_lab_bars_motion(MtsLabBars *self, const MtsLabPointer *pointer, gboolean *looks);
/* TRUE: a drag has begun. */
gboolean mts_lab_bars_press(MtsLabBars *self, const MtsLabPointer *pointer);
void mts_lab_bars_release(MtsLabBars *self, gboolean cancelled);
/* Left, Right, Home, End select; Up, Down (with Shift ten times as far), m and 0 change. */
gboolean mts_lab_bars_key(MtsLabBars *self, guint keyval, GdkModifierType modifiers);
gboolean mts_lab_bars_edit(
    MtsLabBars *self, const MtsLabPointer *pointer, GdkRectangle *where, char **text);
gboolean mts_lab_bars_typed(MtsLabBars *self, const char *text, GError **error);
gboolean mts_lab_bars_over(const MtsLabBars *self, const MtsLabPointer *pointer);

/* The line of the value and its knob, for the column the pointer or the keys are on. */
void mts_lab_bars_draw_knob(const MtsLabBars *self, MtsLabPaint *paint);

G_END_DECLS
