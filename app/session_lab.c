/* The Lab: its lessons from the resources and from the teacher's own folder, and how far the reader
 * has come, kept from one start to the next. */
#include "mts-lab.h"
#include "session_private.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define ENDING ".lesson"

/* A lesson is a few thousand characters; nothing larger is read into memory. */
#define MOST_BYTES (1 << 20)
/* Files of a folder that are looked at. */
#define MOST_FILES 200

typedef struct AppLab {
    AppSession *session;
    MtsLab *page; /* the window's */
    gboolean writing, again;
} AppLab;

/* What a thread read: files, or why one could not be. */
typedef struct Found {
    char *name, *text; /* text NULL: `sentence` says why */
    gsize length;
    char *sentence;
} Found;

typedef struct Reading {
    GPtrArray *files; /* Found */
    char *progress;   /* NULL: none is kept yet */
} Reading;

static void found_free(gpointer data)
{
    Found *found = data;
    g_free(found->name);
    g_free(found->text);
    g_free(found->sentence);
    g_free(found);
}

static void reading_free(gpointer data)
{
    Reading *reading = data;
    g_ptr_array_unref(reading->files);
    g_free(reading->progress);
    g_free(reading);
}

static char *progress_path(void)
{
    return g_build_filename(g_get_user_state_dir(), "mantissa", "lessons.ini", NULL);
}

/* ---- reading, away from the main loop ------------------------------------------------------- */

static Found *read_lesson(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GError) error = NULL;
    GStatBuf entry;
    Found *found = g_new0(Found, 1);
    found->name = g_strdup(name);
    if (g_stat(path, &entry) != 0)
        found->sentence = g_strdup_printf("%s: %s.", path, g_strerror(errno));
    else if (!S_ISREG(entry.st_mode) || entry.st_size > MOST_BYTES)
        found->sentence = g_strdup_printf(
            "%s is no lesson: a file of at most %d bytes is expected.", path, MOST_BYTES);
    else if (!g_file_get_contents(path, &found->text, &found->length, &error))
        found->sentence = g_strdup(error->message);
    return found;
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void read_folder(const char *folder, GPtrArray *files)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL); /* no folder: nobody has put one there */
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name; dir && (name = g_dir_read_name(dir)) && names->len < MOST_FILES;) {
        if (g_str_has_suffix(name, ENDING))
            g_ptr_array_add(names, g_strdup(name));
    }
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++)
        g_ptr_array_add(files, read_lesson(folder, g_ptr_array_index(names, i)));
}

static void read_all(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    Reading *reading = g_new0(Reading, 1);
    g_autofree char *folder = g_build_filename(g_get_user_data_dir(), "mantissa", "lessons", NULL);
    g_autofree char *path = progress_path();
    reading->files = g_ptr_array_new_with_free_func(found_free);
    read_folder(folder, reading->files);
    g_file_get_contents(path, &reading->progress, NULL, NULL);
    g_task_return_pointer(task, reading, reading_free);
}

/* ---- the page's own ---------------------------------------------------------------------------- */

/* What happens later holds a reference to the page, which owns this. */
static AppLab *lab_of(gpointer page)
{
    return g_object_get_data(G_OBJECT(page), "app-lab");
}

/* ---- lessons --------------------------------------------------------------------------------- */

static void all_read(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(MtsLab) page = data;
    g_autoptr(GError) error = NULL;
    Reading *reading = g_task_propagate_pointer(G_TASK(result), &error);
    if (!reading)
        return; /* the session is gone */
    AppLab *lab = lab_of(page);
    MtsLabDesk *desk = mts_lab_get_desk(lab->page);
    for (guint i = 0; i < reading->files->len; i++) {
        const Found *found = g_ptr_array_index(reading->files, i);
        if (found->text)
            mts_lab_desk_read(desk, found->name, found->text, found->length);
        else
            mts_lab_desk_add_error(desk, found->name, found->sentence);
    }
    if (reading->progress && !mts_lab_desk_load_progress(desk, reading->progress, &error))
        app_session_say(lab->session, "How far you had come in the Lab could not be read.");
    mts_lab_desk_open_last(desk);
    reading_free(reading);
}

/* ---- progress -------------------------------------------------------------------------------- */

static void write_progress(AppLab *lab);

static void progress_written(GObject *file, GAsyncResult *result, gpointer data)
{
    g_autoptr(MtsLab) page = data;
    g_autoptr(GError) error = NULL;
    const gboolean written = g_file_replace_contents_finish(G_FILE(file), result, NULL, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    AppLab *lab = lab_of(page);
    lab->writing = FALSE;
    if (!written)
        g_warning("How far the Lab's reader has come could not be kept: %s", error->message);
    else if (lab->again)
        write_progress(lab);
}

/* One write at a time, so that a late one never loses against an early one. */
static void write_progress(AppLab *lab)
{
    lab->again = lab->writing;
    if (lab->writing)
        return;
    lab->writing = TRUE;
    g_autofree char *path = progress_path();
    g_autofree char *folder = g_path_get_dirname(path);
    g_autoptr(GFile) file = g_file_new_for_path(path);
    char *text = mts_lab_desk_save_progress(mts_lab_get_desk(lab->page));
    g_autoptr(GBytes) bytes = g_bytes_new_take(text, strlen(text));
    g_mkdir_with_parents(folder, 0700);
    g_file_replace_contents_bytes_async(file, bytes, NULL, FALSE, G_FILE_CREATE_PRIVATE,
        lab->session->cancellable, progress_written, g_object_ref(lab->page));
}

/* The window is closing: a few bytes now are better than a thread that may not end in time. */
static gboolean keep_now(GtkWindow *window, AppLab *lab)
{
    g_autofree char *path = progress_path();
    g_autofree char *folder = g_path_get_dirname(path);
    MtsLabDesk *desk = mts_lab_get_desk(lab->page);
    g_signal_handlers_disconnect_by_func(desk, write_progress, lab);
    mts_lab_desk_keep(desk);
    if (mts_lab_desk_get_open(desk) >= 0) {
        g_autofree char *text = mts_lab_desk_save_progress(desk);
        g_mkdir_with_parents(folder, 0700);
        g_file_set_contents(path, text, -1, NULL);
    }
    return FALSE;
}

/* ---- the page -------------------------------------------------------------------------------- */

static void say(MtsLab *page, const char *text, AppLab *lab)
{
    app_session_say(lab->session, text);
}

void app_session_connect_lab(AppSession *self)
{
    GtkWidget *page = mts_lab_new();
    AppLab *lab = g_new0(AppLab, 1);
    lab->session = self;
    lab->page = MTS_LAB(page);
    g_object_set_data_full(G_OBJECT(page), "app-lab", lab, g_free);
    mts_window_add_page(self->window, page, "lab", "Lab", "mts-lab-symbolic");
    MtsLabDesk *desk = mts_lab_get_desk(lab->page);
    g_signal_connect(page, "toast", G_CALLBACK(say), lab);
    g_signal_connect_swapped(desk, "progress", G_CALLBACK(write_progress), lab);
    g_signal_connect(self->window, "close-request", G_CALLBACK(keep_now), lab);
    mts_lab_desk_read_built_in(desk);
    g_autoptr(GTask) task = g_task_new(NULL, self->cancellable, all_read, g_object_ref(page));
    g_task_run_in_thread(task, read_all);
}
