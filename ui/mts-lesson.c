#include "mts-lesson.h"

#include "mts-lab-kinds.h"
#include "mts-lesson-check.h"
#include <string.h>

/* More than a lesson needs; a file that asks for more is no lesson. */
enum { STEPS = 50, THINGS = 4, TASKS = 12, MINUTES = 999 };

/* ---- life ------------------------------------------------------------------------------------ */

static void thing_free(gpointer data)
{
    MtsLessonThing *thing = data;
    g_free(thing->kind);
    g_free(thing->settings);
    g_free(thing);
}

static void task_free(gpointer data)
{
    MtsLessonTask *task = data;
    g_free(task->title);
    g_free(task->say);
    g_free(task->done);
    g_free(task->when);
    g_free(task->show);
    g_free(task->show_kind);
    g_free(task);
}

static void step_free(gpointer data)
{
    MtsLessonStep *step = data;
    g_free(step->title);
    g_free(step->text);
    g_ptr_array_unref(step->things);
    g_ptr_array_unref(step->tasks);
    g_free(step);
}

void mts_lesson_free(MtsLesson *self)
{
    g_free(self->id);
    g_free(self->title);
    g_free(self->section);
    g_free(self->summary);
    g_ptr_array_unref(self->steps);
    g_free(self);
}

const MtsLessonStep *mts_lesson_step(const MtsLesson *self, guint step)
{
    return g_ptr_array_index(self->steps, step);
}

const MtsLessonTask *mts_lesson_task(const MtsLessonStep *step, guint task)
{
    return g_ptr_array_index(step->tasks, task);
}

const MtsLessonThing *mts_lesson_thing(const MtsLessonStep *step, guint thing)
{
    return g_ptr_array_index(step->things, thing);
}

guint mts_lesson_tasks(const MtsLesson *self)
{
    guint tasks = 0;
    for (guint i = 0; i < self->steps->len; i++) {
        tasks += mts_lesson_step(self, i)->tasks->len;
    }
    return tasks;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* What an indented line goes on with. */
typedef enum Within { WITHIN_TEXT, WITHIN_THING, WITHIN_TASK } Within;

typedef struct Reader {
    const char *name;
    guint line;
    MtsLesson *lesson;
    MtsLessonStep *step; /* NULL in the head */
    GString *text;       /* of the step so far */
    Within within;
    guint thing_line; /* where the last thing was placed */
    GError **error;
} Reader;

static gboolean fail(Reader *reader, guint line, const char *format, ...) G_GNUC_PRINTF(3, 4);

static gboolean fail(Reader *reader, guint line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *sentence = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return mts_lab_fail(reader->error, "%s, line %u: %s", reader->name, line, sentence);
}

/* `key: value` split; FALSE where the line has no colon behind a key. */
static gboolean split_pair(const char *line, char **key, char **value)
{
    const char *colon = strchr(line, ':');
    if (!colon || colon == line) {
        return FALSE;
    }
    *key = g_strstrip(g_strndup(line, (gsize)(colon - line)));
    *value = g_strstrip(g_strdup(colon + 1));
    return TRUE;
}

static gboolean read_head(Reader *reader, const char *line)
{
    g_autofree char *key = NULL, *value = NULL;
    MtsLesson *lesson = reader->lesson;
    if (!split_pair(line, &key, &value)) {
        return fail(reader, reader->line,
            "“%s” stands before the first step; expected “key: "
            "value”, or “# ” and the step's title.",
            line);
    }
    char **field = g_str_equal(key, "title") ? &lesson->title
        : g_str_equal(key, "section")        ? &lesson->section
        : g_str_equal(key, "summary")        ? &lesson->summary
                                             : NULL;
    if (field) {
        g_free(*field);
        *field = g_steal_pointer(&value);
        return TRUE;
    }
    GError *wrong = NULL;
    if (!g_str_equal(key, "minutes")) {
        return fail(reader, reader->line,
            "“%s” is unknown; expected title, section, minutes or summary.", key);
    }
    if (!mts_lab_read_count("minutes", value, 1, MINUTES, &lesson->minutes, &wrong)) {
        fail(reader, reader->line, "%s", wrong->message);
        g_error_free(wrong);
        return FALSE;
    }
    return TRUE;
}

/* ---- what is tried once a step is complete ---------------------------------------------------- */

/* The step's things as it begins; their settings were tried before. */
static GPtrArray *make_models(Reader *reader)
{
    GPtrArray *models = g_ptr_array_new_with_free_func(g_object_unref);
    for (guint i = 0; i < reader->step->things->len; i++) {
        const MtsLessonThing *thing = mts_lesson_thing(reader->step, i);
        MtsLabModel *model = mts_lab_kind_make(thing->kind);
        mts_lab_model_apply(model, thing->settings, NULL);
        g_ptr_array_add(models, model);
    }
    return models;
}

static gboolean try_when(Reader *reader, const MtsLessonTask *task, GPtrArray *models)
{
    GError *wrong = NULL;
    if (!task->when) {
        return fail(reader, task->line, "The task “%s” has no “when:”.", task->title);
    }
    MtsLessonCheck *check =
        mts_lesson_check_new(task->when, (MtsLabModel *const *)models->pdata, models->len, &wrong);
    if (!check) {
        fail(reader, task->when_line, "%s", wrong->message);
        g_error_free(wrong);
        return FALSE;
    }
    mts_lesson_check_free(check);
    return TRUE;
}

/* The index of the thing a task's answer is for; -1 where there is none. */
static int shown_thing(const MtsLessonStep *step, const MtsLessonTask *task)
{
    for (guint i = 0; i < step->things->len; i++) {
        if (!task->show_kind || g_str_equal(task->show_kind, mts_lesson_thing(step, i)->kind)) {
            return (int)i;
        }
    }
    return -1;
}

static gboolean try_show(Reader *reader, const MtsLessonTask *task, GPtrArray *models)
{
    GError *wrong = NULL;
    if (!task->show) {
        return TRUE;
    }
    const int thing = shown_thing(reader->step, task);
    if (thing < 0) {
        return fail(reader, task->show_line, "The step has no “%s” to show the answer on.",
            task->show_kind ? task->show_kind : "thing");
    }
    if (!mts_lab_model_apply(g_ptr_array_index(models, (guint)thing), task->show, &wrong)) {
        fail(reader, task->show_line, "%s", wrong->message);
        g_error_free(wrong);
        return FALSE;
    }
    return TRUE;
}

static gboolean try_tasks(Reader *reader)
{
    g_autoptr(GPtrArray) models = make_models(reader);
    gboolean good = TRUE;
    for (guint i = 0; good && i < reader->step->tasks->len; i++) {
        const MtsLessonTask *task = mts_lesson_task(reader->step, i);
        good = try_when(reader, task, models) && try_show(reader, task, models);
    }
    return good;
}

static gboolean try_thing(Reader *reader)
{
    if (reader->within != WITHIN_THING) {
        return TRUE;
    }
    const MtsLessonThing *thing = mts_lesson_thing(reader->step, reader->step->things->len - 1);
    g_autoptr(MtsLabModel) model = mts_lab_kind_make(thing->kind);
    GError *wrong = NULL;
    if (!mts_lab_model_apply(model, thing->settings, &wrong)) {
        fail(reader, reader->thing_line, "%s", wrong->message);
        g_error_free(wrong);
        return FALSE;
    }
    return TRUE;
}

static gboolean end_step(Reader *reader)
{
    if (!reader->step) {
        return TRUE;
    }
    if (!try_thing(reader) || !try_tasks(reader)) {
        return FALSE;
    }
    reader->step->text = g_strstrip(g_strdup(reader->text->str));
    g_string_truncate(reader->text, 0);
    reader->step = NULL;
    return TRUE;
}

/* ---- lines ----------------------------------------------------------------------------------- */

static gboolean begin_step(Reader *reader, const char *title)
{
    if (!end_step(reader)) {
        return FALSE;
    }
    if (reader->lesson->steps->len == STEPS) {
        return fail(reader, reader->line, "A lesson has at most %d steps.", STEPS);
    }
    reader->step = g_new0(MtsLessonStep, 1);
    reader->step->title = g_strstrip(g_strdup(title));
    reader->step->things = g_ptr_array_new_with_free_func(thing_free);
    reader->step->tasks = g_ptr_array_new_with_free_func(task_free);
    reader->within = WITHIN_TEXT;
    g_ptr_array_add(reader->lesson->steps, reader->step);
    return TRUE;
}

static gboolean known_kind(Reader *reader, const char *kind)
{
    GString *all = g_string_new(NULL);
    gboolean known = FALSE;
    const char *name;
    for (guint i = 0; (name = mts_lab_kind_name(i)); i++) {
        known = known || g_str_equal(name, kind);
        g_string_append_printf(all, "%s%s", i ? ", " : "", name);
    }
    if (!known) {
        fail(reader, reader->line, "There is no “%s”; there is %s.", kind, all->str);
    }
    g_string_free(all, TRUE);
    return known;
}

static gboolean place_thing(Reader *reader, const char *line)
{
    g_auto(GStrv) parts = g_strsplit_set(line, " \t", 2);
    if (!try_thing(reader) || !known_kind(reader, parts[0])) {
        return FALSE;
    }
    if (reader->step->things->len == THINGS) {
        return fail(reader, reader->line, "A step has at most %d things to touch.", THINGS);
    }
    MtsLessonThing *thing = g_new0(MtsLessonThing, 1);
    thing->kind = g_strdup(parts[0]);
    thing->settings = g_strdup(parts[1] ? parts[1] : "");
    g_ptr_array_add(reader->step->things, thing);
    reader->within = WITHIN_THING;
    reader->thing_line = reader->line;
    return TRUE;
}

static gboolean begin_task(Reader *reader, const char *title)
{
    if (!try_thing(reader)) {
        return FALSE;
    }
    if (reader->step->tasks->len == TASKS) {
        return fail(reader, reader->line, "A step has at most %d tasks.", TASKS);
    }
    MtsLessonTask *task = g_new0(MtsLessonTask, 1);
    task->title = g_strstrip(g_strdup(title));
    task->line = reader->line;
    g_ptr_array_add(reader->step->tasks, task);
    reader->within = WITHIN_TASK;
    return TRUE;
}

/* A task's line: its key may be `show NAME`. */
static gboolean read_task_line(Reader *reader, const char *line)
{
    MtsLessonTask *task = g_ptr_array_index(reader->step->tasks, reader->step->tasks->len - 1);
    g_autofree char *key = NULL, *value = NULL;
    if (!split_pair(line, &key, &value)) {
        return fail(reader, reader->line,
            "In a task “say:”, “when:”, “done:” or “show:” is "
            "expected, not “%s”.",
            line);
    }
    char **field = g_str_equal(key, "say") ? &task->say
        : g_str_equal(key, "when")         ? &task->when
        : g_str_equal(key, "done")         ? &task->done
        : g_str_equal(key, "show")         ? &task->show
        : g_str_has_prefix(key, "show ")   ? &task->show
                                           : NULL;
    if (!field) {
        return fail(
            reader, reader->line, "“%s” is unknown; expected say, when, done or show.", key);
    }
    if (g_str_has_prefix(key, "show ")) {
        g_free(task->show_kind);
        task->show_kind = g_strstrip(g_strdup(key + strlen("show ")));
    }
    g_free(*field);
    *field = g_steal_pointer(&value);
    if (field == &task->when) {
        task->when_line = reader->line;
    } else if (field == &task->show) {
        task->show_line = reader->line;
    }
    return TRUE;
}

static void add_text(Reader *reader, const char *line)
{
    g_string_append(reader->text, line);
    g_string_append_c(reader->text, '\n');
}

static gboolean read_indented(Reader *reader, const char *line)
{
    if (reader->within == WITHIN_TASK) {
        return read_task_line(reader, line);
    }
    if (reader->within == WITHIN_THING) {
        MtsLessonThing *thing =
            g_ptr_array_index(reader->step->things, reader->step->things->len - 1);
        char *longer = g_strconcat(thing->settings, " ", line, NULL);
        g_free(thing->settings);
        thing->settings = longer;
        return TRUE;
    }
    add_text(reader, line);
    return TRUE;
}

static gboolean read_line(Reader *reader, const char *line)
{
    const gboolean indented = g_ascii_isspace(*line);
    while (g_ascii_isspace(*line)) {
        line++;
    }
    if (g_str_has_prefix(line, "//")) {
        return TRUE;
    }
    if (g_str_has_prefix(line, "# ") && !indented) {
        return begin_step(reader, line + 2);
    }
    if (!reader->step) {
        return !*line || read_head(reader, line);
    }
    if (indented && *line) {
        return read_indented(reader, line);
    }
    if (*line == '@') {
        return place_thing(reader, line + 1);
    }
    if (g_str_has_prefix(line, "? ")) {
        return begin_task(reader, line + 2);
    }
    if (!*line && reader->within != WITHIN_TEXT) {
        return TRUE; /* a blank line ends nothing: the next one says what it is */
    }
    if (!try_thing(reader)) {
        return FALSE;
    }
    reader->within = WITHIN_TEXT;
    add_text(reader, line);
    return TRUE;
}

static gboolean read_lines(Reader *reader, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        reader->line = i + 1;
        if (!read_line(reader, g_strchomp(lines[i]))) {
            return FALSE;
        }
    }
    if (!end_step(reader)) {
        return FALSE;
    }
    if (reader->lesson->steps->len == 0) {
        return fail(reader, reader->line, "The lesson has no step; a line with “# ” begins one.");
    }
    if (!reader->lesson->title || !*reader->lesson->title) {
        return fail(reader, 1, "The lesson has no “title:”.");
    }
    return TRUE;
}

/* The line of a byte, counted from 1. */
static guint line_of(const char *text, const char *at)
{
    guint line = 1;
    for (const char *c = text; c < at; c++) {
        line += *c == '\n';
    }
    return line;
}

static char *id_of(const char *name)
{
    const char *ending = strrchr(name, '.');
    return ending && ending != name ? g_strndup(name, (gsize)(ending - name)) : g_strdup(name);
}

MtsLesson *mts_lesson_parse(const char *text, gsize length, const char *name, GError **error)
{
    const char *end;
    Reader reader = {.name = name, .error = error};
    /* A zero byte is no text either: it would cut the lesson short unseen. */
    if (!g_utf8_validate_len(text, length, &end)) {
        fail(&reader, line_of(text, end), "Here the file is no UTF-8 text.");
        return NULL;
    }
    g_autofree char *copy = g_strndup(text, length);
    MtsLesson *lesson = g_new0(MtsLesson, 1);
    lesson->id = id_of(name);
    lesson->steps = g_ptr_array_new_with_free_func(step_free);
    reader.lesson = lesson;
    reader.text = g_string_new(NULL);
    const gboolean good = read_lines(&reader, copy);
    g_string_free(reader.text, TRUE);
    if (!good) {
        g_clear_pointer(&lesson, mts_lesson_free);
    }
    return lesson;
}
