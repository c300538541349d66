#include "mts-lab-desk.h"

#include "mts-lab-kinds.h"
#include "mts-lesson-check.h"
#include <gio/gio.h>
#include <string.h>

#define RESOURCES "/org/mantissa/Mantissa/lessons/"

/* How long an answer is shown, after how long it is offered, and what is kept how soon. */
enum { SHOW_MS = 4000, STUCK_MS = 40000, KEEP_MS = 1000 };

typedef struct Fault {
    char *name, *sentence;
} Fault;

struct _MtsLabDesk {
    GObject parent;
    GPtrArray *lessons; /* MtsLesson */
    GPtrArray *faults;  /* Fault */
    MtsLessonProgress *progress;
    int open; /* -1: none */
    guint step;
    GPtrArray *things; /* MtsLabModel */
    GPtrArray *checks; /* MtsLessonCheck, one per task */
    gboolean setting;  /* settings are made by the desk itself: nothing is judged */
    char *before;      /* while an answer is shown: what was there */
    guint shown_thing;
    gboolean stuck;
    guint show_timer, stuck_timer, keep_timer;
};

G_DEFINE_FINAL_TYPE(MtsLabDesk, mts_lab_desk, G_TYPE_OBJECT)

enum { LESSONS, OPENED, TASKS, PROGRESS, SIGNALS };
static guint signals[SIGNALS];

/* ---- life ------------------------------------------------------------------------------------ */

static void fault_free(gpointer data)
{
    Fault *fault = data;
    g_free(fault->name);
    g_free(fault->sentence);
    g_free(fault);
}

static void clear_things(MtsLabDesk *self)
{
    for (guint i = 0; i < self->things->len; i++) {
        g_signal_handlers_disconnect_by_data(g_ptr_array_index(self->things, i), self);
    }
    g_ptr_array_set_size(self->things, 0);
    g_ptr_array_set_size(self->checks, 0);
}

static void mts_lab_desk_finalize(GObject *object)
{
    MtsLabDesk *self = MTS_LAB_DESK(object);
    g_clear_handle_id(&self->show_timer, g_source_remove);
    g_clear_handle_id(&self->stuck_timer, g_source_remove);
    g_clear_handle_id(&self->keep_timer, g_source_remove);
    clear_things(self);
    g_ptr_array_unref(self->things);
    g_ptr_array_unref(self->checks);
    g_ptr_array_unref(self->lessons);
    g_ptr_array_unref(self->faults);
    mts_lesson_progress_free(self->progress);
    g_free(self->before);
    G_OBJECT_CLASS(mts_lab_desk_parent_class)->finalize(object);
}

static void mts_lab_desk_class_init(MtsLabDeskClass *class)
{
    static const char *const names[SIGNALS] = {"lessons", "opened", "tasks", "progress"};
    G_OBJECT_CLASS(class)->finalize = mts_lab_desk_finalize;
    for (guint i = 0; i < SIGNALS; i++) {
        signals[i] = g_signal_new(
            names[i], MTS_TYPE_LAB_DESK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    }
}

static void mts_lab_desk_init(MtsLabDesk *self)
{
    self->lessons = g_ptr_array_new_with_free_func((GDestroyNotify)mts_lesson_free);
    self->faults = g_ptr_array_new_with_free_func(fault_free);
    self->things = g_ptr_array_new_with_free_func(g_object_unref);
    self->checks = g_ptr_array_new_with_free_func((GDestroyNotify)mts_lesson_check_free);
    self->progress = mts_lesson_progress_new();
    self->open = -1;
}

MtsLabDesk *mts_lab_desk_new(void)
{
    return g_object_new(MTS_TYPE_LAB_DESK, NULL);
}

/* ---- lessons --------------------------------------------------------------------------------- */

void mts_lab_desk_add(MtsLabDesk *self, MtsLesson *lesson)
{
    for (guint i = 0; i < self->lessons->len; i++) {
        MtsLesson *known = g_ptr_array_index(self->lessons, i);
        if (g_str_equal(known->id, lesson->id) && (int)i != self->open) {
            self->lessons->pdata[i] = lesson;
            mts_lesson_free(known);
            g_signal_emit(self, signals[LESSONS], 0);
            return;
        }
    }
    g_ptr_array_add(self->lessons, lesson);
    g_signal_emit(self, signals[LESSONS], 0);
}

void mts_lab_desk_add_error(MtsLabDesk *self, const char *name, const char *sentence)
{
    Fault *fault = g_new(Fault, 1);
    *fault = (Fault){g_strdup(name), g_strdup(sentence)};
    g_ptr_array_add(self->faults, fault);
    g_signal_emit(self, signals[LESSONS], 0);
}

void mts_lab_desk_read(MtsLabDesk *self, const char *name, const char *text, gsize length)
{
    g_autoptr(GError) error = NULL;
    MtsLesson *lesson = mts_lesson_parse(text, length, name, &error);
    if (lesson) {
        mts_lab_desk_add(self, lesson);
    } else {
        mts_lab_desk_add_error(self, name, error->message);
    }
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void mts_lab_desk_read_built_in(MtsLabDesk *self)
{
    g_auto(GStrv) names = g_resources_enumerate_children(RESOURCES, 0, NULL);
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();
    for (guint i = 0; names && names[i]; i++) {
        g_ptr_array_add(sorted, names[i]);
    }
    g_ptr_array_sort(sorted, by_name);
    for (guint i = 0; i < sorted->len; i++) {
        const char *name = g_ptr_array_index(sorted, i);
        g_autofree char *path = g_strconcat(RESOURCES, name, NULL);
        g_autoptr(GBytes) bytes = g_resources_lookup_data(path, 0, NULL);
        mts_lab_desk_read(self, name, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    }
}

guint mts_lab_desk_count(MtsLabDesk *self)
{
    return self->lessons->len;
}

const MtsLesson *mts_lab_desk_lesson(MtsLabDesk *self, guint index)
{
    return g_ptr_array_index(self->lessons, index);
}

guint mts_lab_desk_error_count(MtsLabDesk *self)
{
    return self->faults->len;
}

const char *mts_lab_desk_error_name(MtsLabDesk *self, guint index)
{
    return ((const Fault *)g_ptr_array_index(self->faults, index))->name;
}

const char *mts_lab_desk_error_text(MtsLabDesk *self, guint index)
{
    return ((const Fault *)g_ptr_array_index(self->faults, index))->sentence;
}

static const MtsLesson *open_lesson(MtsLabDesk *self)
{
    return self->open >= 0 ? mts_lab_desk_lesson(self, (guint)self->open) : NULL;
}

/* ---- progress -------------------------------------------------------------------------------- */

gboolean mts_lab_desk_load_progress(MtsLabDesk *self, const char *text, GError **error)
{
    const gboolean good = mts_lesson_progress_load(self->progress, text, error);
    g_signal_emit(self, signals[LESSONS], 0);
    return good;
}

char *mts_lab_desk_save_progress(MtsLabDesk *self)
{
    return mts_lesson_progress_text(self->progress);
}

void mts_lab_desk_keep(MtsLabDesk *self)
{
    const MtsLesson *lesson = open_lesson(self);
    g_clear_handle_id(&self->keep_timer, g_source_remove);
    if (!lesson) {
        return;
    }
    for (guint i = 0; i < self->things->len; i++) {
        g_autofree char *state = self->before && i == self->shown_thing
            ? g_strdup(self->before)
            : mts_lab_model_save(mts_lab_desk_thing(self, i));
        mts_lesson_progress_set_state(self->progress, lesson->id, self->step, i, state);
    }
    g_signal_emit(self, signals[PROGRESS], 0);
}

static gboolean keep_now(gpointer data)
{
    MtsLabDesk *self = data;
    self->keep_timer = 0;
    mts_lab_desk_keep(self);
    return G_SOURCE_REMOVE;
}

static void keep_soon(MtsLabDesk *self)
{
    if (!self->keep_timer) {
        self->keep_timer = g_timeout_add(KEEP_MS, keep_now, self);
    }
}

/* ---- tasks ----------------------------------------------------------------------------------- */

gboolean mts_lab_desk_task_done(MtsLabDesk *self, guint task)
{
    const MtsLesson *lesson = open_lesson(self);
    return lesson && mts_lesson_progress_get_done(self->progress, lesson->id, self->step, task);
}

int mts_lab_desk_task_now(MtsLabDesk *self)
{
    for (guint i = 0; i < self->checks->len; i++) {
        if (!mts_lab_desk_task_done(self, i)) {
            return (int)i;
        }
    }
    return -1;
}

gboolean mts_lab_desk_step_done(MtsLabDesk *self, const MtsLesson *lesson, guint step)
{
    const guint tasks = mts_lesson_step(lesson, step)->tasks->len;
    for (guint task = 0; task < tasks; task++) {
        if (!mts_lesson_progress_get_done(self->progress, lesson->id, step, task)) {
            return FALSE;
        }
    }
    /* What asks for nothing is done once one has gone on. */
    return tasks > 0 || step < mts_lesson_progress_get_step(self->progress, lesson->id);
}

gboolean mts_lab_desk_lesson_done(MtsLabDesk *self, const MtsLesson *lesson)
{
    const guint tasks = mts_lesson_tasks(lesson);
    if (tasks == 0) {
        return mts_lesson_progress_get_step(self->progress, lesson->id) + 1 >= lesson->steps->len;
    }
    return mts_lesson_progress_count(self->progress, lesson) == tasks;
}

gboolean mts_lab_desk_lesson_begun(MtsLabDesk *self, const MtsLesson *lesson)
{
    return mts_lesson_progress_get_step(self->progress, lesson->id) > 0 ||
        mts_lesson_progress_count(self->progress, lesson) > 0;
}

guint mts_lab_desk_lesson_step(MtsLabDesk *self, const MtsLesson *lesson)
{
    return MIN(mts_lesson_progress_get_step(self->progress, lesson->id), lesson->steps->len - 1);
}

static gboolean offer_help(gpointer data)
{
    MtsLabDesk *self = data;
    self->stuck_timer = 0;
    self->stuck = TRUE;
    g_signal_emit(self, signals[TASKS], 0);
    return G_SOURCE_REMOVE;
}

static void wait_for_progress(MtsLabDesk *self)
{
    g_clear_handle_id(&self->stuck_timer, g_source_remove);
    self->stuck = FALSE;
    if (mts_lab_desk_can_show(self)) {
        self->stuck_timer = g_timeout_add(STUCK_MS, offer_help, self);
    }
}

static void judge(MtsLabDesk *self)
{
    const int task = mts_lab_desk_task_now(self);
    if (task < 0 ||
        !mts_lesson_check_holds(g_ptr_array_index(self->checks, (guint)task),
            (MtsLabModel *const *)self->things->pdata)) {
        return;
    }
    mts_lesson_progress_set_done(
        self->progress, open_lesson(self)->id, self->step, (guint)task, TRUE);
    wait_for_progress(self);
    g_signal_emit(self, signals[TASKS], 0);
    mts_lab_desk_keep(self);
}

static void on_changed(MtsLabModel *model, MtsLabDesk *self)
{
    if (!self->setting && !self->before) {
        judge(self);
        keep_soon(self);
    }
}

/* ---- opening --------------------------------------------------------------------------------- */

/* A kept state is of another version of the lesson, or of the program, where it does not fit:
 * then the thing is as the lesson sets it up. */
static MtsLabModel *make_thing(MtsLabDesk *self, const MtsLesson *lesson, guint index)
{
    const MtsLessonThing *thing = mts_lesson_thing(mts_lesson_step(lesson, self->step), index);
    g_autofree char *state =
        mts_lesson_progress_get_state(self->progress, lesson->id, self->step, index);
    MtsLabModel *model = mts_lab_kind_make(thing->kind);
    mts_lab_model_apply(model, thing->settings, NULL);
    if (state && !mts_lab_model_apply(model, state, NULL)) {
        g_object_unref(model);
        model = mts_lab_kind_make(thing->kind);
        mts_lab_model_apply(model, thing->settings, NULL);
    }
    return model;
}

static void lay_out(MtsLabDesk *self)
{
    const MtsLesson *lesson = open_lesson(self);
    const MtsLessonStep *step = mts_lesson_step(lesson, self->step);
    clear_things(self);
    for (guint i = 0; i < step->things->len; i++) {
        MtsLabModel *model = make_thing(self, lesson, i);
        g_ptr_array_add(self->things, model);
        g_signal_connect(model, "changed", G_CALLBACK(on_changed), self);
    }
    for (guint i = 0; i < step->tasks->len; i++) {
        /* The same condition was read when the lesson was. */
        g_ptr_array_add(self->checks,
            mts_lesson_check_new(mts_lesson_task(step, i)->when,
                (MtsLabModel *const *)self->things->pdata, self->things->len, NULL));
    }
    wait_for_progress(self);
    g_signal_emit(self, signals[OPENED], 0);
}

static void end_show(MtsLabDesk *self)
{
    g_clear_handle_id(&self->show_timer, g_source_remove);
    if (self->before) {
        self->setting = TRUE;
        mts_lab_model_apply(mts_lab_desk_thing(self, self->shown_thing), self->before, NULL);
        self->setting = FALSE;
        g_clear_pointer(&self->before, g_free);
        wait_for_progress(self);
        g_signal_emit(self, signals[TASKS], 0);
    }
}

/* The open step is left: what was done to it is kept. */
static void leave(MtsLabDesk *self)
{
    end_show(self);
    mts_lab_desk_keep(self);
}

static void go_to(MtsLabDesk *self, int lesson, guint step)
{
    self->open = lesson;
    self->step = MIN(step, open_lesson(self)->steps->len - 1);
    mts_lesson_progress_set_lesson(self->progress, open_lesson(self)->id);
    mts_lesson_progress_set_step(self->progress, open_lesson(self)->id, self->step);
    lay_out(self);
    g_signal_emit(self, signals[PROGRESS], 0);
}

void mts_lab_desk_open(MtsLabDesk *self, guint index)
{
    if (index < self->lessons->len && (int)index != self->open) {
        leave(self);
        go_to(self, (int)index,
            mts_lesson_progress_get_step(self->progress, mts_lab_desk_lesson(self, index)->id));
    }
}

void mts_lab_desk_open_last(MtsLabDesk *self)
{
    const char *last = mts_lesson_progress_get_lesson(self->progress);
    guint undone = 0;
    while (undone < self->lessons->len &&
        mts_lab_desk_lesson_done(self, mts_lab_desk_lesson(self, undone))) {
        undone++;
    }
    guint index = undone < self->lessons->len ? undone : 0;
    for (guint i = 0; i < self->lessons->len; i++) {
        index = g_strcmp0(mts_lab_desk_lesson(self, i)->id, last) == 0 ? i : index;
    }
    mts_lab_desk_open(self, index);
}

int mts_lab_desk_get_open(MtsLabDesk *self)
{
    return self->open;
}

guint mts_lab_desk_get_step(MtsLabDesk *self)
{
    return self->step;
}

void mts_lab_desk_set_step(MtsLabDesk *self, guint step)
{
    if (self->open >= 0 && step != self->step && step < open_lesson(self)->steps->len) {
        leave(self);
        go_to(self, self->open, step);
    }
}

gboolean mts_lab_desk_turn(MtsLabDesk *self, int by)
{
    if (self->open < 0) {
        return FALSE;
    }
    const int step = (int)self->step + by, steps = (int)open_lesson(self)->steps->len;
    if (step >= 0 && step < steps) {
        mts_lab_desk_set_step(self, (guint)step);
        return TRUE;
    }
    const int lesson = self->open + by;
    if (lesson < 0 || lesson >= (int)self->lessons->len) {
        return FALSE;
    }
    leave(self);
    go_to(self, lesson, by > 0 ? 0 : mts_lab_desk_lesson(self, (guint)lesson)->steps->len - 1);
    return TRUE;
}

const MtsLessonStep *mts_lab_desk_open_step(MtsLabDesk *self)
{
    return self->open >= 0 ? mts_lesson_step(open_lesson(self), self->step) : NULL;
}

guint mts_lab_desk_thing_count(MtsLabDesk *self)
{
    return self->things->len;
}

MtsLabModel *mts_lab_desk_thing(MtsLabDesk *self, guint index)
{
    return g_ptr_array_index(self->things, index);
}

void mts_lab_desk_reset_step(MtsLabDesk *self)
{
    if (self->open >= 0) {
        end_show(self);
        mts_lesson_progress_reset_step(self->progress, open_lesson(self)->id, self->step);
        lay_out(self);
        g_signal_emit(self, signals[PROGRESS], 0);
    }
}

void mts_lab_desk_reset_lesson(MtsLabDesk *self)
{
    if (self->open >= 0) {
        end_show(self);
        mts_lesson_progress_reset_lesson(self->progress, open_lesson(self)->id);
        go_to(self, self->open, 0);
    }
}

/* ---- showing an answer ----------------------------------------------------------------------- */

/* The thing the present task's answer is for; -1 where it has none. */
static int answer_thing(MtsLabDesk *self)
{
    const int now = mts_lab_desk_task_now(self);
    if (now < 0) {
        return -1;
    }
    const MtsLessonTask *task = mts_lesson_task(mts_lab_desk_open_step(self), (guint)now);
    for (guint i = 0; task->show && i < self->things->len; i++) {
        const MtsLabKind *kind = mts_lab_model_get_kind(mts_lab_desk_thing(self, i));
        if (!task->show_kind || g_str_equal(kind->name, task->show_kind)) {
            return (int)i;
        }
    }
    return -1;
}

gboolean mts_lab_desk_can_show(MtsLabDesk *self)
{
    return !self->before && answer_thing(self) >= 0;
}

static gboolean put_back(gpointer data)
{
    MtsLabDesk *self = data;
    self->show_timer = 0;
    end_show(self);
    return G_SOURCE_REMOVE;
}

gboolean mts_lab_desk_show(MtsLabDesk *self)
{
    if (!mts_lab_desk_can_show(self)) {
        return FALSE;
    }
    const MtsLessonTask *task =
        mts_lesson_task(mts_lab_desk_open_step(self), (guint)mts_lab_desk_task_now(self));
    self->shown_thing = (guint)answer_thing(self);
    MtsLabModel *model = mts_lab_desk_thing(self, self->shown_thing);
    self->before = mts_lab_model_save(model);
    mts_lab_model_apply(model, task->show, NULL);
    self->show_timer = g_timeout_add(SHOW_MS, put_back, self);
    g_clear_handle_id(&self->stuck_timer, g_source_remove);
    self->stuck = FALSE;
    g_signal_emit(self, signals[TASKS], 0);
    return TRUE;
}

gboolean mts_lab_desk_is_showing(MtsLabDesk *self)
{
    return self->before != NULL;
}

gboolean mts_lab_desk_is_stuck(MtsLabDesk *self)
{
    return self->stuck;
}
