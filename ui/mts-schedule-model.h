/* MtsScheduleModel: the schedule as the timeline edits it, with undo and redo.
 *
 * A row per product layer, a lane per role (W, A, G), each lane a list of spans that cover the
 * run. Edits left of the lock (the playhead) are refused. Every edit is one undo step; a drag is
 * one edit from begin to commit. What was trained stays: undo, redo and commit change only what
 * lies right of the lock at that moment. Main thread. */
#pragma once

#include "schedule/schedule.h"
#include <glib-object.h>

G_BEGIN_DECLS

/* A lane: one of the three roles (both slots of it at once), or one slot alone. An EngRole is a
 * track. An edit of a role's track makes its two slots alike again. */
typedef guint MtsTrack;
#define MTS_TRACK_SLOT(slot) (3u + (guint)(slot))
#define MTS_TRACKS (3u + ENG_SLOTS)
/* The role a track belongs to, and its shown name: "W", or "W.fwd". */
EngRole mts_track_role(MtsTrack track);
const char *mts_track_name(MtsTrack track);

#define MTS_TYPE_SCHEDULE_MODEL (mts_schedule_model_get_type())
G_DECLARE_FINAL_TYPE(MtsScheduleModel, mts_schedule_model, MTS, SCHEDULE_MODEL, GObject)

/* Signals: "changed" (any lane; also during a drag), "committed" (an edit, undo or redo is
 * complete: save it, send it to the trainer), "reset" (other layers or another clock). */
MtsScheduleModel *mts_schedule_model_new(void);

/* Loads a plan for layers names[0..layers) with their one-line summaries ("784 → 256"); forgets
 * the undo list. Slots of a role that differ in the plan keep their difference until that lane is
 * edited. */
void mts_schedule_model_load(MtsScheduleModel *self, const EngPlan *plan, const char *const *names,
    const char *const *summaries);

EngClock mts_schedule_model_get_clock(MtsScheduleModel *self);
guint mts_schedule_model_get_layers(MtsScheduleModel *self);
const char *mts_schedule_model_get_name(MtsScheduleModel *self, guint layer);
const char *mts_schedule_model_get_summary(MtsScheduleModel *self, guint layer);

/* The spans of a lane, ascending; valid until the next change. Of a role whose slots differ:
 * those of its first slot (W.fwd, A.fwd, G.dgrad). */
const EngSpan *mts_schedule_model_get_spans(
    MtsScheduleModel *self, guint layer, MtsTrack track, guint *count);
/* Index of the span that holds `step`. */
guint mts_schedule_model_find(MtsScheduleModel *self, guint layer, MtsTrack track, guint32 step);
/* A number that stays with a span while its edges and its precision change, and the index of the
 * span that has it, or -1. */
guint32 mts_schedule_model_get_id(MtsScheduleModel *self, guint layer, MtsTrack track, guint span);
int mts_schedule_model_find_id(MtsScheduleModel *self, guint layer, MtsTrack track, guint32 id);
/* The two slots of a role are set apart. */
gboolean mts_schedule_model_slots_differ(MtsScheduleModel *self, guint layer, EngRole role);

/* The schedule as a plan; caller frees with eng_plan_free. And as text; caller g_frees. */
EngPlan *mts_schedule_model_to_plan(MtsScheduleModel *self);
char *mts_schedule_model_to_text(MtsScheduleModel *self);

/* Steps before `step` are locked. */
void mts_schedule_model_set_lock(MtsScheduleModel *self, guint32 step);
guint32 mts_schedule_model_get_lock(MtsScheduleModel *self);

/* ---- edits: each returns FALSE where nothing changed (locked, out of range, or a precision
 * that eng_precision_check refuses) -------------------------------------------------------- */

/* Paints [from, to) of a lane; the locked part is left as it is. Joins what looks alike. */
gboolean mts_schedule_model_paint(MtsScheduleModel *self, guint layer, MtsTrack track, guint32 from,
    guint32 to, const EngPrecision *precision);
/* Sets one span; its edges stay though a neighbour may look alike now. Of a span that crosses the
 * lock only the part right of it changes (and becomes a span of its own). */
gboolean mts_schedule_model_set(
    MtsScheduleModel *self, guint layer, MtsTrack track, guint span, const EngPrecision *precision);
/* Cuts the lane at `step`: the two halves stay apart though they look alike, until edited. */
gboolean mts_schedule_model_split(
    MtsScheduleModel *self, guint layer, MtsTrack track, guint32 step);
/* Removes a span: its left neighbour (the right one for the first) takes its place. */
gboolean mts_schedule_model_remove(MtsScheduleModel *self, guint layer, MtsTrack track, guint span);
/* Lays another plan (of as many layers and the same clock) over the future. */
gboolean mts_schedule_model_adopt(MtsScheduleModel *self, const EngPlan *plan);

/* A drag of the edge between span `edge - 1` and `edge`: begin, move as often as wanted, then
 * commit (one undo step) or cancel (as it was). Neighbours give way but keep at least one step;
 * the edge stops at the lock. move returns the step it really went to. */
gboolean mts_schedule_model_drag_begin(
    MtsScheduleModel *self, guint layer, MtsTrack track, guint edge);
/* A further edge goes along with the first, to the same step as far as its neighbours let it. */
gboolean mts_schedule_model_drag_add(
    MtsScheduleModel *self, guint layer, MtsTrack track, guint edge);
/* A drag of a whole span: both its edges go, its length stays. Needs both edges inside the run and
 * right of the lock. move's step is that of its left edge. */
gboolean mts_schedule_model_drag_begin_span(
    MtsScheduleModel *self, guint layer, MtsTrack track, guint span);
guint32 mts_schedule_model_drag_move(MtsScheduleModel *self, guint32 step);
void mts_schedule_model_drag_commit(MtsScheduleModel *self);
void mts_schedule_model_drag_cancel(MtsScheduleModel *self);
gboolean mts_schedule_model_is_dragging(MtsScheduleModel *self);

/* Several edits as one undo step; groups may nest. revert takes everything back to the outermost
 * group's beginning and stays in the group (a sweep that paints anew at every move); cancel does
 * so and ends the groups without a trace. load ends them as well: end and cancel of a group that is
 * gone do nothing. */
void mts_schedule_model_begin_group(MtsScheduleModel *self);
void mts_schedule_model_end_group(MtsScheduleModel *self);
void mts_schedule_model_revert_group(MtsScheduleModel *self);
void mts_schedule_model_cancel_group(MtsScheduleModel *self);

/* "changed" is held back from freeze to thaw and then emitted once, where there was one. */
void mts_schedule_model_freeze(MtsScheduleModel *self);
void mts_schedule_model_thaw(MtsScheduleModel *self);

gboolean mts_schedule_model_can_undo(MtsScheduleModel *self);
gboolean mts_schedule_model_can_redo(MtsScheduleModel *self);
/* TRUE where something changed; nothing happens while a group or drag is open. */
gboolean mts_schedule_model_undo(MtsScheduleModel *self);
gboolean mts_schedule_model_redo(MtsScheduleModel *self);

/* What the last committed edit, undo or redo changed: steps [from, to) of lanes by role. Valid
 * until the next one. */
typedef struct MtsLaneChange {
    guint layer;
    EngRole role;
    guint32 from, to;
} MtsLaneChange;
const MtsLaneChange *mts_schedule_model_get_changes(MtsScheduleModel *self, guint *count);

G_END_DECLS
