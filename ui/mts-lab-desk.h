/* MtsLabDesk: the lessons there are, the one that lies open, its step, the things in it that can be
 * touched, and which tasks are done. It knows no widget: page and presentation show the same desk.
 * Main thread.
 *
 * Signals: "lessons" (the list has changed), "opened" (another lesson or step, or the step was
 * reset: its things are new), "tasks" (a task was done or undone, or is shown), "progress" (there
 * is something to keep; at most once a second). */
#pragma once

#include "mts-lab-model.h"
#include "mts-lesson-progress.h"
#include "mts-lesson.h"

G_BEGIN_DECLS

#define MTS_TYPE_LAB_DESK (mts_lab_desk_get_type())
G_DECLARE_FINAL_TYPE(MtsLabDesk, mts_lab_desk, MTS, LAB_DESK, GObject)

MtsLabDesk *mts_lab_desk_new(void);

/* Adds a lesson at the end and owns it; one whose id is known already takes the other's place. */
void mts_lab_desk_add(MtsLabDesk *self, MtsLesson *lesson);
/* A lesson that could not be read, and why: it is listed too. */
void mts_lab_desk_add_error(MtsLabDesk *self, const char *name, const char *sentence);
/* Reads a lesson's text and adds it, or what is wrong with it. */
void mts_lab_desk_read(MtsLabDesk *self, const char *name, const char *text, gsize length);
/* The lessons the program brings along, in the order of their names. */
void mts_lab_desk_read_built_in(MtsLabDesk *self);
guint mts_lab_desk_count(MtsLabDesk *self);
const MtsLesson *mts_lab_desk_lesson(MtsLabDesk *self, guint index);
guint mts_lab_desk_error_count(MtsLabDesk *self);
const char *mts_lab_desk_error_name(MtsLabDesk *self, guint index);
const char *mts_lab_desk_error_text(MtsLabDesk *self, guint index);

/* What is kept from one start to the next. Load before the first lesson is opened. */
gboolean mts_lab_desk_load_progress(MtsLabDesk *self, const char *text, GError **error);
char *mts_lab_desk_save_progress(MtsLabDesk *self);
/* The states of the open step go into the progress now, not in a second. */
void mts_lab_desk_keep(MtsLabDesk *self);

/* Opens a lesson at the step it was left at. */
void mts_lab_desk_open(MtsLabDesk *self, guint index);
/* Opens the lesson that was open last, else the first that is not done, else the first. */
void mts_lab_desk_open_last(MtsLabDesk *self);
/* -1: none is open yet. */
int mts_lab_desk_get_open(MtsLabDesk *self);

guint mts_lab_desk_get_step(MtsLabDesk *self);
void mts_lab_desk_set_step(MtsLabDesk *self, guint step);
/* A step on or back, into the neighbouring lesson at the end. FALSE: there is none. */
gboolean mts_lab_desk_turn(MtsLabDesk *self, int by);
const MtsLessonStep *mts_lab_desk_open_step(MtsLabDesk *self);

/* The open step's things. Borrowed until "opened". */
guint mts_lab_desk_thing_count(MtsLabDesk *self);
MtsLabModel *mts_lab_desk_thing(MtsLabDesk *self, guint index);

gboolean mts_lab_desk_task_done(MtsLabDesk *self, guint task);
/* The first task of the step that is not done: the one that is judged. -1: all are done. */
int mts_lab_desk_task_now(MtsLabDesk *self);
gboolean mts_lab_desk_step_done(MtsLabDesk *self, const MtsLesson *lesson, guint step);
gboolean mts_lab_desk_lesson_done(MtsLabDesk *self, const MtsLesson *lesson);
gboolean mts_lab_desk_lesson_begun(MtsLabDesk *self, const MtsLesson *lesson);
/* The step at which a lesson was left. */
guint mts_lab_desk_lesson_step(MtsLabDesk *self, const MtsLesson *lesson);

/* The step, or the whole lesson, as on the first day. */
void mts_lab_desk_reset_step(MtsLabDesk *self);
void mts_lab_desk_reset_lesson(MtsLabDesk *self);

/* Puts the answer of the present task onto the desk, and after some seconds what was there before;
 * nothing is judged meanwhile. FALSE: it has no answer to show. */
gboolean mts_lab_desk_show(MtsLabDesk *self);
gboolean mts_lab_desk_is_showing(MtsLabDesk *self);
gboolean mts_lab_desk_can_show(MtsLabDesk *self);
/* Nobody has got on for so long that help is offered. */
gboolean mts_lab_desk_is_stuck(MtsLabDesk *self);

G_END_DECLS
