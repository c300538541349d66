/* How far somebody has come: for each lesson the step last looked at, the tasks that are done, and
 * the state of what was touched. Kept as the text of a key file; a text that is damaged, or was
 * written for another version of a lesson, loses what no longer fits and nothing else. Main
 * thread. */
#pragma once

#include "mts-lesson.h"

G_BEGIN_DECLS

typedef struct MtsLessonProgress MtsLessonProgress;

MtsLessonProgress *mts_lesson_progress_new(void);
void mts_lesson_progress_free(MtsLessonProgress *self);

/* Takes over what the text says; FALSE, changing nothing, where it is no key file. */
gboolean mts_lesson_progress_load(MtsLessonProgress *self, const char *text, GError **error);
/* Caller g_frees. */
char *mts_lesson_progress_text(const MtsLessonProgress *self);

/* The lesson last looked at; NULL: none. Borrowed until the next set. */
const char *mts_lesson_progress_get_lesson(const MtsLessonProgress *self);
void mts_lesson_progress_set_lesson(MtsLessonProgress *self, const char *id);

guint mts_lesson_progress_get_step(const MtsLessonProgress *self, const char *id);
void mts_lesson_progress_set_step(MtsLessonProgress *self, const char *id, guint step);

gboolean mts_lesson_progress_get_done(
    const MtsLessonProgress *self, const char *id, guint step, guint task);
void mts_lesson_progress_set_done(
    MtsLessonProgress *self, const char *id, guint step, guint task, gboolean done);
/* Of the lesson's tasks, those that are done. */
guint mts_lesson_progress_count(const MtsLessonProgress *self, const MtsLesson *lesson);

/* The settings of a step's thing; NULL where nothing is kept. Caller g_frees. */
char *mts_lesson_progress_get_state(
    const MtsLessonProgress *self, const char *id, guint step, guint thing);
void mts_lesson_progress_set_state(
    MtsLessonProgress *self, const char *id, guint step, guint thing, const char *settings);

void mts_lesson_progress_reset_step(MtsLessonProgress *self, const char *id, guint step);
void mts_lesson_progress_reset_lesson(MtsLessonProgress *self, const char *id);

G_END_DECLS
