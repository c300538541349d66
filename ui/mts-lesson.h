/* A lesson as read from its file. Main thread.
 *
 * The file is UTF-8 text:
 *
 *     title: Bits of a block
 *     section: Numbers
 *     minutes: 8
 *     summary: Sixteen numbers share one exponent.
 *
 *     # The largest wins
 *
 *     A paragraph. **Bold**, *stressed*, `code`; a line that begins with "- " is an item.
 *
 *     @bits m=4 rounding=nearest
 *
 *     ? Make three values vanish
 *       say: Drag one value up until small ones fall to zero.
 *       when: zeros >= 3
 *       done: One loud value drowned three.
 *       show: values=3.9,0.1,0.1,0.1
 *
 * First lines `key: value`; only the title has to be there. A line with "# " begins a step. In a
 * step, "@" and a name place something to touch (mts-lab-kinds.h) with its settings as key=value; a
 * line that begins with blanks goes on with it. "? " begins a task, indented lines say how: `say`
 * what to do, `when` the condition (mts-lesson-check.h, must be there), `done` what it means, `show`
 * the settings of an answer, for the step's first thing or, as `show NAME`, for the one of that
 * kind. A line that begins with "//" says nothing. Everything else is text. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct MtsLessonThing {
    char *kind;     /* "bits" */
    char *settings; /* "m=4 rounding=nearest" */
} MtsLessonThing;

typedef struct MtsLessonTask {
    char *title;
    char *say, *done; /* NULL: nothing is said */
    char *when;
    char *show;                       /* NULL: nobody can be shown */
    char *show_kind;                  /* NULL: the first thing */
    guint line, when_line, show_line; /* in the file */
} MtsLessonTask;

typedef struct MtsLessonStep {
    char *title;
    char *text;        /* simple Markdown */
    GPtrArray *things; /* MtsLessonThing */
    GPtrArray *tasks;  /* MtsLessonTask */
} MtsLessonStep;

typedef struct MtsLesson {
    char *id; /* the file's name without its ending: what progress is kept under */
    char *title, *section, *summary;
    guint minutes;    /* 0: not said */
    GPtrArray *steps; /* MtsLessonStep, at least one */
} MtsLesson;

/* Reads a lesson. `name` is the file's, for sentences and the id. Everything in it is tried:
 * settings on a new thing of the kind, conditions against its readings. The error is one sentence
 * that begins with "name, line n: ". */
MtsLesson *mts_lesson_parse(const char *text, gsize length, const char *name, GError **error);
void mts_lesson_free(MtsLesson *self);

const MtsLessonStep *mts_lesson_step(const MtsLesson *self, guint step);
const MtsLessonTask *mts_lesson_task(const MtsLessonStep *step, guint task);
const MtsLessonThing *mts_lesson_thing(const MtsLessonStep *step, guint thing);

/* Tasks of all steps together. */
guint mts_lesson_tasks(const MtsLesson *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MtsLesson, mts_lesson_free)

G_END_DECLS
