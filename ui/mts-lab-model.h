/* MtsLabModel: something one can touch in the Lab (or on the Hardware page): its settings, what can
 * be read off it, how it is drawn, and what pointer and keys do to it. It knows no widget: canvas,
 * card, hand-out and pictures all work on the same functions. Main thread.
 *
 * Settings are texts by name (`m`, `values`): lesson files set them, the state of a lesson keeps
 * them, buttons change them. Readings are numbers by name (`zeros`): tasks compare them. Both come
 * from the kind's tables, and every number among them from the engine.
 *
 * Coordinates are those of the part that is drawn, in pixels before any zoom.
 *
 * Signals: "changed" (a setting or a reading), "looks" (only how it is drawn: what the pointer is
 * over), "woken" (it moves by itself from now on: tick it). */
#pragma once

#include "mts-lab-paint.h"
#include "mts-lab-words.h"

G_BEGIN_DECLS

/* The big drawing, and the column of figures beside it. */
typedef enum MtsLabPart { MTS_LAB_MAIN, MTS_LAB_SIDE, MTS_LAB_PARTS } MtsLabPart;

typedef struct MtsLabReading {
    const char *name; /* NULL: the end of the table */
    const char *text; /* what it is, for who writes a lesson */
} MtsLabReading;

typedef enum MtsLabControlKind {
    MTS_LAB_CHOICE, /* a setting, as words side by side */
    MTS_LAB_BUTTON, /* an action */
    MTS_LAB_HOLD,   /* an action that goes on while the button is held */
    MTS_LAB_SPLIT,  /* an action, and a menu of further ones */
    MTS_LAB_MENU,   /* a setting, as a list that opens */
} MtsLabControlKind;

/* A control above the drawing. */
typedef struct MtsLabControl {
    MtsLabControlKind kind;
    const char *key;           /* the setting or action; NULL: the end of the table */
    const char *label;         /* for people */
    const char *icon;          /* buttons; NULL: none */
    const char *tooltip;       /* may be NULL */
    const char *const *values; /* CHOICE, MENU: the setting's texts; SPLIT: actions */
    const char *const *words;  /* the same for people; both NULL at the end */
} MtsLabControl;

/* What is the same for all of a kind. */
typedef struct MtsLabKind {
    const char *name;              /* what lesson files call it */
    const char *title;             /* its card's title */
    const char *hint;              /* beside the title, may be NULL */
    const char *const *settings;   /* names, NULL at the end */
    const MtsLabReading *readings; /* what it shows */
    const MtsLabControl *controls; /* above its drawing, may be NULL */
    gboolean takes_values;         /* "values" may come from a tensor */
} MtsLabKind;

typedef struct MtsLabPointer {
    MtsLabPart part;
    double x, y, width, height; /* the part's size */
    GdkModifierType modifiers;
    guint button; /* 1..3 while pressed, else 0 */
    guint clicks; /* of a press: 1, 2 … */
} MtsLabPointer;

#define MTS_TYPE_LAB_MODEL (mts_lab_model_get_type())
G_DECLARE_DERIVABLE_TYPE(MtsLabModel, mts_lab_model, MTS, LAB_MODEL, GObject)

struct _MtsLabModelClass {
    GObjectClass parent_class;
    const MtsLabKind *kind;
    /* `key` is one of the kind's settings. */
    gboolean (*set)(MtsLabModel *self, const char *key, const char *value, GError **error);
    void (*get)(MtsLabModel *self, const char *key, GString *out);
    /* `name` is one of the kind's readings; NaN where it has no value now. */
    double (*read)(MtsLabModel *self, const char *name);
    /* All of it in a few sentences, for assistive technology; caller g_frees. */
    char *(*say)(MtsLabModel *self);
    /* Width below which a part is shrunk, and its height at a width. Height 0: there is no such
     * part. */
    int (*least_width)(MtsLabModel *self, MtsLabPart part);
    int (*height)(MtsLabModel *self, MtsLabPart part, int width);
    void (*draw)(MtsLabModel *self, MtsLabPart part, MtsLabPaint *paint);

    /* All that follow may be NULL. An action by its name. */
    gboolean (*act)(MtsLabModel *self, const char *action);
    /* The pointer moved (`button`: during a drag), or left (NULL). */
    void (*motion)(MtsLabModel *self, const MtsLabPointer *pointer);
    /* TRUE: a drag has begun. */
    gboolean (*press)(MtsLabModel *self, const MtsLabPointer *pointer);
    void (*release)(MtsLabModel *self, gboolean cancelled);
    gboolean (*scroll)(MtsLabModel *self, const MtsLabPointer *pointer, double steps);
    gboolean (*key)(MtsLabModel *self, guint keyval, GdkModifierType modifiers, gboolean down);
    /* Seconds have passed; FALSE: it stands still again. */
    gboolean (*tick)(MtsLabModel *self, double seconds);
    /* What a double click there lets one type: the setting of one thing. `where` gets its place,
     * `text` what stands there now; FALSE: nothing. `typed` takes the answer. */
    gboolean (*edit)(
        MtsLabModel *self, const MtsLabPointer *pointer, GdkRectangle *where, char **text);
    gboolean (*typed)(MtsLabModel *self, const char *text, GError **error);
    /* The CSS name of the cursor there, NULL: the usual one. */
    const char *(*cursor)(MtsLabModel *self, const MtsLabPointer *pointer);
};

const MtsLabKind *mts_lab_model_get_kind(MtsLabModel *self);

/* One setting; an unknown one is an error that names those there are. Emits "changed". */
gboolean mts_lab_model_set(MtsLabModel *self, const char *key, const char *value, GError **error);
/* One setting as text; caller g_frees. NULL for an unknown one. */
char *mts_lab_model_get(MtsLabModel *self, const char *key);
/* Several, `key=value …`; stops at the first that is wrong. */
gboolean mts_lab_model_apply(MtsLabModel *self, const char *words, GError **error);
/* All of them, so that mts_lab_model_apply makes the same again; caller g_frees. */
char *mts_lab_model_save(MtsLabModel *self);

/* A reading. FALSE where the kind has none of that name. */
gboolean mts_lab_model_read(MtsLabModel *self, const char *name, double *value);
char *mts_lab_model_say(MtsLabModel *self);

/* Takes values of a tensor as its own, where the kind does. At most as many as fit are used. */
gboolean mts_lab_model_take(MtsLabModel *self, const float *values, gsize count, GError **error);

gboolean mts_lab_model_act(MtsLabModel *self, const char *action);

/* Keeps the present state for undo; call before an edit. `undo` and `redo` walk. */
void mts_lab_model_mark(MtsLabModel *self);
gboolean mts_lab_model_undo(MtsLabModel *self);
gboolean mts_lab_model_redo(MtsLabModel *self);

/* Time goes on until `now` (microseconds of the frame clock). FALSE: it stands still. */
gboolean mts_lab_model_tick(MtsLabModel *self, gint64 now);

/* Movement for its own sake is wanted: the desktop's setting, told by the canvas. */
void mts_lab_model_set_lively(MtsLabModel *self, gboolean lively);
gboolean mts_lab_model_get_lively(MtsLabModel *self);

/* ---- for the kinds --------------------------------------------------------------------------- */

void mts_lab_model_changed(MtsLabModel *self);
void mts_lab_model_looks(MtsLabModel *self);
void mts_lab_model_wake(MtsLabModel *self);

G_END_DECLS
