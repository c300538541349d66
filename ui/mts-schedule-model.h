/* MtsScheduleModel: the schedule as the timeline edits it, with undo and redo.
 *
 * A row per product layer, a lane per role (W, A, G), each lane a list of spans that cover the
 * run. Edits left of the lock (the playhead) are refused. Every edit is one undo step; a drag is
 * one edit from begin to commit. Main thread. */
#pragma once

#include "schedule/schedule.h"
#include <glib-object.h>

G_BEGIN_DECLS

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

/* The spans of a lane, ascending; valid until the next change. */
const EngSpan *mts_schedule_model_get_spans(
    MtsScheduleModel *self, guint layer, EngRole role, guint *count);
/* Index of the span that holds `step`. */
guint mts_schedule_model_find(MtsScheduleModel *self, guint layer, EngRole role, guint32 step);

/* The schedule as a plan; caller frees with eng_plan_free. And as text; caller g_frees. */
EngPlan *mts_schedule_model_to_plan(MtsScheduleModel *self);
char *mts_schedule_model_to_text(MtsScheduleModel *self);

/* Steps before `step` are locked. */
void mts_schedule_model_set_lock(MtsScheduleModel *self, guint32 step);
guint32 mts_schedule_model_get_lock(MtsScheduleModel *self);

/* ---- edits: each returns FALSE where nothing changed (out of range, locked) ---------------- */

/* Paints [from, to) of a lane; the locked part is left as it is. */
gboolean mts_schedule_model_paint(MtsScheduleModel *self, guint layer, EngRole role, guint32 from,
    guint32 to, const EngPrecision *precision);
/* Cuts the lane at `step`: the two halves stay apart though they look alike, until edited. */
gboolean mts_schedule_model_split(MtsScheduleModel *self, guint layer, EngRole role, guint32 step);
/* Removes a span: its left neighbour (the right one for the first) takes its place. */
gboolean mts_schedule_model_remove(MtsScheduleModel *self, guint layer, EngRole role, guint span);

/* A drag of the edge between span `edge - 1` and `edge`: begin, move as often as wanted, then
 * commit (one undo step) or cancel (as it was). Neighbours give way but keep at least one step;
 * the edge stops at the lock. move returns the step it really went to. */
gboolean mts_schedule_model_drag_begin(
    MtsScheduleModel *self, guint layer, EngRole role, guint edge);
guint32 mts_schedule_model_drag_move(MtsScheduleModel *self, guint32 step);
void mts_schedule_model_drag_commit(MtsScheduleModel *self);
void mts_schedule_model_drag_cancel(MtsScheduleModel *self);

/* Several edits as one undo step. */
void mts_schedule_model_begin_group(MtsScheduleModel *self);
void mts_schedule_model_end_group(MtsScheduleModel *self);

gboolean mts_schedule_model_can_undo(MtsScheduleModel *self);
gboolean mts_schedule_model_can_redo(MtsScheduleModel *self);
void mts_schedule_model_undo(MtsScheduleModel *self);
void mts_schedule_model_redo(MtsScheduleModel *self);

G_END_DECLS
