#include "mts-lesson-progress.h"

#include <string.h>

/* Groups of the key file: this one, and one per lesson. */
#define GENERAL "lab"
#define LESSON "lesson "

struct MtsLessonProgress {
    GKeyFile *keys;
    char *lesson;
};

MtsLessonProgress *mts_lesson_progress_new(void)
{
    MtsLessonProgress *self = g_new0(MtsLessonProgress, 1);
    self->keys = g_key_file_new();
    return self;
}

void mts_lesson_progress_free(MtsLessonProgress *self)
{
    g_key_file_unref(self->keys);
    g_free(self->lesson);
    g_free(self);
}

gboolean mts_lesson_progress_load(MtsLessonProgress *self, const char *text, GError **error)
{
    g_autoptr(GKeyFile) keys = g_key_file_new();
    if (!g_key_file_load_from_data(keys, text, strlen(text), G_KEY_FILE_NONE, error)) {
        return FALSE;
    }
    g_key_file_unref(self->keys);
    self->keys = g_steal_pointer(&keys);
    g_free(self->lesson);
    self->lesson = g_key_file_get_string(self->keys, GENERAL, "lesson", NULL);
    return TRUE;
}

char *mts_lesson_progress_text(const MtsLessonProgress *self)
{
    return g_key_file_to_data(self->keys, NULL, NULL);
}

const char *mts_lesson_progress_get_lesson(const MtsLessonProgress *self)
{
    return self->lesson;
}

void mts_lesson_progress_set_lesson(MtsLessonProgress *self, const char *id)
{
    char *copy = g_strdup(id);
    g_free(self->lesson);
    self->lesson = copy;
    g_key_file_set_string(self->keys, GENERAL, "lesson", id);
}

/* A file's name may hold what a group's name may not: brackets and control characters. */
static char *group_of(const char *id)
{
    g_autofree char *escaped = g_uri_escape_string(id, " ", FALSE);
    return g_strconcat(LESSON, escaped, NULL);
}

guint mts_lesson_progress_get_step(const MtsLessonProgress *self, const char *id)
{
    g_autofree char *group = group_of(id);
    const int step = g_key_file_get_integer(self->keys, group, "step", NULL);
    return step > 0 ? (guint)step : 0;
}

void mts_lesson_progress_set_step(MtsLessonProgress *self, const char *id, guint step)
{
    g_autofree char *group = group_of(id);
    g_key_file_set_integer(self->keys, group, "step", (int)step);
}

static char *done_key(guint step, guint task)
{
    return g_strdup_printf("done-%u-%u", step, task);
}

gboolean mts_lesson_progress_get_done(
    const MtsLessonProgress *self, const char *id, guint step, guint task)
{
    g_autofree char *group = group_of(id), *key = done_key(step, task);
    return g_key_file_get_boolean(self->keys, group, key, NULL);
}

void mts_lesson_progress_set_done(
    MtsLessonProgress *self, const char *id, guint step, guint task, gboolean done)
{
    g_autofree char *group = group_of(id), *key = done_key(step, task);
    if (done) {
        g_key_file_set_boolean(self->keys, group, key, TRUE);
    } else {
        g_key_file_remove_key(self->keys, group, key, NULL);
    }
}

guint mts_lesson_progress_count(const MtsLessonProgress *self, const MtsLesson *lesson)
{
    guint count = 0;
    for (guint step = 0; step < lesson->steps->len; step++) {
        for (guint task = 0; task < mts_lesson_step(lesson, step)->tasks->len; task++) {
            count += mts_lesson_progress_get_done(self, lesson->id, step, task);
        }
    }
    return count;
}

static char *state_key(guint step, guint thing)
{
    return g_strdup_printf("state-%u-%u", step, thing);
}

char *mts_lesson_progress_get_state(
    const MtsLessonProgress *self, const char *id, guint step, guint thing)
{
    g_autofree char *group = group_of(id), *key = state_key(step, thing);
    return g_key_file_get_string(self->keys, group, key, NULL);
}

void mts_lesson_progress_set_state(
    MtsLessonProgress *self, const char *id, guint step, guint thing, const char *settings)
{
    g_autofree char *group = group_of(id), *key = state_key(step, thing);
    g_key_file_set_string(self->keys, group, key, settings);
}

void mts_lesson_progress_reset_step(MtsLessonProgress *self, const char *id, guint step)
{
    g_autofree char *group = group_of(id);
    g_autofree char *done = g_strdup_printf("done-%u-", step);
    g_autofree char *state = g_strdup_printf("state-%u-", step);
    g_auto(GStrv) keys = g_key_file_get_keys(self->keys, group, NULL, NULL);
    for (guint i = 0; keys && keys[i]; i++) {
        if (g_str_has_prefix(keys[i], done) || g_str_has_prefix(keys[i], state)) {
            g_key_file_remove_key(self->keys, group, keys[i], NULL);
        }
    }
}

void mts_lesson_progress_reset_lesson(MtsLessonProgress *self, const char *id)
{
    g_autofree char *group = group_of(id);
    g_key_file_remove_group(self->keys, group, NULL);
}
