/* MtsTimeline: the precision schedule as lanes over time, to look at and to edit.
 *
 * A row per product layer with its lanes W, A and G, on a shared MtsTimeAxis; it scrolls up and
 * down inside a GtkScrolledWindow (it is a GtkScrollable). The ruler above it is a widget of its
 * own (mts-timeline-ruler.h). Everything the pointer can do the keyboard can too; see
 * mts-timeline-keys.c. Main thread.
 *
 * Signals: "selection-changed" (what the inspector shows), "brush-changed" (tool, format or
 * snapping: what the toolbar shows), "toast" (char *text: something worth a short notice). */
#pragma once

#include "mts-schedule-model.h"
#include "mts-time-axis.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum MtsTool { MTS_TOOL_SELECT, MTS_TOOL_PAINT, MTS_TOOL_SPLIT, MTS_TOOL_ADAPTIVE } MtsTool;

/* What an edit of a segment reaches: itself, the same steps in W, A and G, or in all layers. */
typedef enum MtsScope { MTS_SCOPE_LANE, MTS_SCOPE_LAYER, MTS_SCOPE_ALL } MtsScope;

/* One segment: a span of a lane. `track` is an EngRole, or a slot's track. */
typedef struct MtsSegment {
    guint layer;
    MtsTrack track;
    guint span; /* index among the lane's spans */
} MtsSegment;

#define MTS_TYPE_TIMELINE (mts_timeline_get_type())
G_DECLARE_FINAL_TYPE(MtsTimeline, mts_timeline, MTS, TIMELINE, GtkWidget)

GtkWidget *mts_timeline_new(MtsScheduleModel *model, MtsTimeAxis *axis);
MtsScheduleModel *mts_timeline_get_model(MtsTimeline *self);
MtsTimeAxis *mts_timeline_get_axis(MtsTimeline *self);

/* ---- tools (also V B R D) ------------------------------------------------------------------ */
void mts_timeline_set_tool(MtsTimeline *self, MtsTool tool);
MtsTool mts_timeline_get_tool(MtsTimeline *self);

/* What the paint tool lays down; bfp4 at first. A fixed format. */
void mts_timeline_set_paint(MtsTimeline *self, const EngFormat *format);
const EngFormat *mts_timeline_get_paint(MtsTimeline *self);
/* What the adaptive tool lays down: bfp2 ↔ bfp4 at first, later what was set last. */
void mts_timeline_set_adaptive(MtsTimeline *self, const EngPrecision *precision);
const EngPrecision *mts_timeline_get_adaptive(MtsTimeline *self);

/* A precision was chosen from the palette: the brush takes it, and with the select tool the
 * selection as well. */
void mts_timeline_choose(MtsTimeline *self, const EngPrecision *precision);

void mts_timeline_set_snap(MtsTimeline *self, gboolean snap); /* on at first */
gboolean mts_timeline_get_snap(MtsTimeline *self);

/* ---- selection ----------------------------------------------------------------------------- */

/* The focused segment: what the keyboard works on and the inspector shows. FALSE without layers. */
gboolean mts_timeline_get_focused(MtsTimeline *self, MtsSegment *segment);
/* Selects this segment alone, focuses it and scrolls it into sight. */
void mts_timeline_select(MtsTimeline *self, guint layer, MtsTrack track, guint span);
/* The selected segments, in the order of the lanes; caller frees with g_free. */
MtsSegment *mts_timeline_get_selection(MtsTimeline *self, guint *count);

/* Gives every selected segment (or the focused one), widened by `scope`, this precision, as one
 * edit. Says so with a toast where more than one lane changed. */
void mts_timeline_apply(MtsTimeline *self, const EngPrecision *precision, MtsScope scope);
/* The same with what the recipe makes of each segment's own precision: a change of one detail. */
typedef EngPrecision (*MtsRecipe)(const EngPrecision *now, gconstpointer data);
void mts_timeline_modify(MtsTimeline *self, MtsScope scope, MtsRecipe recipe, gconstpointer data);
/* What the menu of a segment does to the selection. */
void mts_timeline_split_selection(MtsTimeline *self); /* in its middle */
void mts_timeline_remove_selection(MtsTimeline *self);
void mts_timeline_copy(MtsTimeline *self);
void mts_timeline_paste(MtsTimeline *self);
void mts_timeline_duplicate(MtsTimeline *self);
void mts_timeline_undo(MtsTimeline *self); /* with a flash where something changed */
void mts_timeline_redo(MtsTimeline *self);

/* ---- what was really used ------------------------------------------------------------------ */

/* The adaptive rule of a lane chose at `step`, and the choice holds until its next one. Steps
 * must not go back within a lane: an earlier step forgets what was chosen from there on. */
void mts_timeline_add_choice(
    MtsTimeline *self, guint layer, EngRole role, guint32 step, gboolean high);
void mts_timeline_clear_choices(MtsTimeline *self);
/* Share of decided steps that took the high format, 0..1; `otherwise` where none was decided. */
double mts_timeline_get_high_share(MtsTimeline *self, double otherwise);

/* The schedule as a plan; of a run that has come to its end, with what its adaptive parts really
 * took in their place, so that its cost is what was spent. Caller frees with eng_plan_free; NULL
 * where memory is short. */
EngPlan *mts_timeline_get_plan(MtsTimeline *self);

/* Shares of cycles for the tooltips: the function fills `share` (0..1) of a segment. */
typedef gboolean (*MtsShareFunc)(const MtsSegment *segment, double *share, gpointer data);
void mts_timeline_set_share_func(MtsTimeline *self, MtsShareFunc func, gpointer data);

G_END_DECLS
