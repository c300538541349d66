/* What the timeline's files share. mts-timeline.c holds the widget's life, layout and properties;
 * -draw.c and -overlay.c what is seen; -words.c what is said; -select.c focus and selection;
 * -pointer.c hover and wheel; -drag.c what a held button does; -keys.c the keyboard; -edit.c the
 * edits they ask for. */
#pragma once

#include "mts-hatch.h"
#include "mts-lane-choices.h"
#include "mts-lane-label.h"
#include "mts-lane-layout.h"
#include "mts-lane-snap.h"
#include "mts-timeline.h"
#include <adwaita.h>

G_BEGIN_DECLS

/* A pointer has dragged once it is this far from where it was pressed. */
#define MTS_DRAG_THRESHOLD 4

typedef enum MtsSide { MTS_SIDE_START, MTS_SIDE_END } MtsSide;

/* A selected segment, by the number that stays with it. */
typedef struct MtsPicked {
    guint layer;
    MtsTrack track;
    guint32 id;
} MtsPicked;

/* A copied piece of a lane: where it was, and in which lane below the first copied one. */
typedef struct MtsClip {
    guint lane; /* lanes below the first one */
    guint origin_layer;
    MtsTrack origin_track;
    guint32 from, to;
    EngPrecision precision;
} MtsClip;

/* What lies under the pointer. */
typedef struct MtsHover {
    gboolean inside; /* the pointer is over the widget */
    double x, y;     /* of the widget */
    int box;         /* -1: no lane */
    MtsLaneHit hit;  /* of that lane */
} MtsHover;

typedef enum MtsDragMode {
    MTS_DRAG_NONE,
    MTS_DRAG_SEGMENT, /* pressed on a segment; moves it once the threshold is passed */
    MTS_DRAG_EDGE,
    MTS_DRAG_SPAN,
    MTS_DRAG_BAND,
    MTS_DRAG_PAINT,
    MTS_DRAG_BLOCKED, /* pressed on a boundary of the past */
} MtsDragMode;

typedef struct MtsDrag {
    MtsDragMode mode;
    double press_x, press_y, x, y; /* of the widget */
    GdkModifierType state;
    int box;        /* the lane pressed on */
    MtsLaneHit hit; /* the part of it */
    guint layer;    /* that lane's (first) layer and track */
    MtsTrack track;
    guint32 was;           /* the dragged boundary's step at first */
    guint32 was_length;    /* of a dragged span */
    guint32 shown;         /* where the boundary was shown last, for the slide into a snap */
    double grab;           /* pixels from the pointer to the boundary */
    GdkModifierType reach; /* the modifiers that decide which boundaries go along */
    gboolean started;      /* the boundary follows */
    gboolean at_lock;      /* it stands at the lock and wants further: the shake is shown once */
    gboolean extended;     /* a band adds to what was selected */
    GArray *kept;          /* MtsPicked: the selection before the band */
} MtsDrag;

struct _MtsTimeline {
    GtkWidget parent;
    MtsScheduleModel *model;
    MtsTimeAxis *axis;
    GtkAdjustment *hadjustment, *vadjustment;
    guint hscroll_policy : 1, vscroll_policy : 1;

    char **names; /* of the layers, as the layout wants them */
    MtsLaneLayout layout;
    gboolean *folded, *opened; /* [layers], [layers * 3] */

    MtsTool tool;
    EngFormat paint;
    EngPrecision adaptive;
    gboolean snap;

    /* Selection and focus. The focused segment is the one that holds focus_step in the lane of
     * focus_layer and focus_track. */
    GArray *picked; /* MtsPicked */
    guint focus_layer;
    MtsTrack focus_track;
    guint32 focus_step;
    MtsSide focus_side; /* the boundary that the arrow keys move */
    MtsPicked anchor;   /* where a range selection starts */
    gboolean has_anchor;

    MtsHover hover;
    MtsDrag drag;
    GtkGesture *press; /* the drag's gesture, which Escape ends */
    double pinch;      /* the pinch's scale so far */
    GArray *clipboard; /* MtsClip */

    /* Guide of a drag, cut or key move: where, since what, and what is said. */
    struct {
        gboolean shown, snapped;
        double step;
        double was; /* negative: nothing to say */
        int box;    /* the lane it must not cover */
    } guide;

    MtsLaneChoices *choices; /* [choice_lanes] */
    guint choice_lanes;
    MtsShareFunc share;
    gpointer share_data;

    /* Drawing. */
    GskRenderNode *lanes; /* everything that does not follow the pointer; NULL: draw anew */
    GHashTable *texts;    /* of PangoLayout */
    MtsHatch hatch;
    double drawn_playhead;
    AdwAnimation *shake, *flash, *slide;
    double shake_x, flash_level;    /* pixels; 1 to 0 */
    double slide_start, slide_left; /* the dragged boundary is shown this many steps off */
    MtsLaneChange *flashed;         /* what flashes */
    guint flashed_count;
};

/* ---- mts-timeline.c: layout ---- */
/* Rows and lanes from the model anew, keeping what is folded and opened. */
void mts_timeline_layout_lanes(MtsTimeline *self);
MtsLaneScale mts_timeline_scale(MtsTimeline *self);
/* Pixels that the rows are scrolled up. */
double mts_timeline_offset(MtsTimeline *self);
void mts_timeline_scroll_to_box(MtsTimeline *self, int box);
/* Draw the lanes anew, not only what lies above them. */
void mts_timeline_redraw_lanes(MtsTimeline *self);
void mts_timeline_toast(MtsTimeline *self, const char *format, ...) G_GNUC_PRINTF(2, 3);
void mts_timeline_set_folded(MtsTimeline *self, guint layer, gboolean folded);
void mts_timeline_set_opened(MtsTimeline *self, guint layer, EngRole role, gboolean opened);
/* The blocked boundary's 4 px shake with a pulse of the past; changed segments light up once; the
 * dragged boundary slides to its place from `steps` away. */
void mts_timeline_shake(MtsTimeline *self);
void mts_timeline_flash(MtsTimeline *self);
void mts_timeline_slide(MtsTimeline *self, double steps);

/* ---- mts-timeline-words.c ---- */
void mts_timeline_update_accessible(MtsTimeline *self);
gboolean mts_timeline_query_tooltip(
    GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip);

/* ---- mts-timeline-select.c ---- */
const EngSpan *mts_timeline_box_spans(MtsTimeline *self, int box, guint *count);
/* The focused lane (-1 without layers) and the index of its focused span. */
int mts_timeline_focus_box(MtsTimeline *self);
guint mts_timeline_focus_span(MtsTimeline *self);
void mts_timeline_focus(MtsTimeline *self, int box, guint32 step);
gboolean mts_timeline_is_picked(MtsTimeline *self, guint layer, MtsTrack track, guint32 id);
void mts_timeline_pick_none(MtsTimeline *self);
/* Adds a span of a lane (of a folded one: of all its layers) to the selection, or takes it out. */
void mts_timeline_pick(MtsTimeline *self, int box, guint span, gboolean picked);
void mts_timeline_pick_only(MtsTimeline *self, int box, guint span);
/* From the anchor to this span: the same lane's spans between, or the lanes between. */
void mts_timeline_pick_to(MtsTimeline *self, int box, guint span);
void mts_timeline_pick_all(MtsTimeline *self);
/* Every segment that touches steps [from, to) of the lanes [first, last]. */
void mts_timeline_pick_area(MtsTimeline *self, int first, int last, double from, double to);
/* Forgets what the model no longer has; tells the page where anything is different. */
void mts_timeline_refresh_selection(MtsTimeline *self);
void mts_timeline_selection_changed(MtsTimeline *self);

/* ---- mts-timeline-edit.c ---- */
/* Says what was edited where more than one lane changed. */
void mts_timeline_say_changes(MtsTimeline *self, const char *what);
void mts_timeline_set_format_of_picked(MtsTimeline *self, const EngPrecision *precision);
void mts_timeline_cut(MtsTimeline *self);
/* Cuts one lane, or every lane, at a step. */
void mts_timeline_split_at(MtsTimeline *self, int box, gboolean column, guint32 step);
/* Cuts the focused segment in its middle, or every lane there. */
void mts_timeline_split_focused(MtsTimeline *self, gboolean column);
/* Paints [from, to) of the lanes [first, last] with the brush of the tool. */
void mts_timeline_paint_area(MtsTimeline *self, int first, int last, guint32 from, guint32 to);
EngPrecision mts_timeline_brush(MtsTimeline *self);
/* Moves the focused boundary, or the whole focused segment, by quarter epochs. */
void mts_timeline_nudge_edge(MtsTimeline *self, int quarters);
void mts_timeline_nudge_span(MtsTimeline *self, int quarters);

/* ---- mts-timeline-pointer.c ---- */
void mts_timeline_add_pointer(MtsTimeline *self);
/* A y of the widget as the layout counts it. */
double mts_timeline_y_in_rows(MtsTimeline *self, double y);
GdkModifierType mts_timeline_state_of(gpointer controller);
/* What lies under the pointer; update also shows it. */
void mts_timeline_find_hover(MtsTimeline *self);
void mts_timeline_update_hover(MtsTimeline *self);
void mts_timeline_update_cursor(MtsTimeline *self);
void mts_timeline_set_crosshair(MtsTimeline *self);
/* Snapping round a step for a boundary of `box` (-1: none of its own). */
MtsSnap mts_timeline_snap_step(MtsTimeline *self, double step, int box, gboolean off);
/* What the brush would paint at x: an epoch, a quarter epoch, or a step without snapping. */
void mts_timeline_brush_cell(MtsTimeline *self, double x, gboolean off, guint32 *from, guint32 *to);
void mts_timeline_show_guide(MtsTimeline *self, double step, gboolean snapped, double was, int box);
void mts_timeline_hide_guide(MtsTimeline *self);

/* ---- mts-timeline-drag.c, mts-timeline-keys.c ---- */
void mts_timeline_add_drag(MtsTimeline *self);
void mts_timeline_cancel_drag(MtsTimeline *self);
/* Shift, Ctrl or Alt is pressed or let go during a drag: it counts at once, not with the next
 * motion. */
void mts_timeline_drag_modifier(MtsTimeline *self, guint key, gboolean pressed);
void mts_timeline_add_keys(MtsTimeline *self);

/* ---- mts-timeline-draw.c, mts-timeline-overlay.c ---- */
void mts_timeline_snapshot(GtkWidget *widget, GtkSnapshot *snapshot);
void mts_timeline_draw_lanes(MtsTimeline *self, GtkSnapshot *snapshot);
void mts_timeline_draw_overlay(MtsTimeline *self, GtkSnapshot *snapshot);
PangoLayout *mts_timeline_text(MtsTimeline *self, const char *text, double points, gboolean bold);
/* Where span `span` of a lane is drawn, in whole pixels; FALSE out of sight. */
gboolean mts_timeline_span_rect(MtsTimeline *self, int box, guint span, graphene_rect_t *rect);
/* The arrow before a family that folds: to the right where it is folded, else down. */
void mts_timeline_append_fold_arrow(
    GtkSnapshot *snapshot, double y, gboolean folded, const GdkRGBA *ink);

G_END_DECLS
