/* What is remembered from one start to the next: the window's size and panels, and the experiment
 * as it was left, schedule included. Both lie in the user's configuration folder. */
#include "session_private.h"
#include <string.h>

#define GROUP "window"

static char *path_of(const char *name)
{
    return g_build_filename(g_get_user_config_dir(), "mantissa", name, NULL);
}

static void written(GObject *file, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    if (!g_file_replace_contents_finish(G_FILE(file), result, NULL, &error))
        g_warning("What should be remembered could not be written: %s", error->message);
}

/* Writes away from the main loop; a late write replaces an early one whole. */
static void write_soon(const char *name, const char *text)
{
    g_autofree char *path = path_of(name);
    g_autofree char *folder = g_path_get_dirname(path);
    g_autoptr(GFile) file = g_file_new_for_path(path);
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    g_mkdir_with_parents(folder, 0700);
    g_file_replace_contents_bytes_async(
        file, bytes, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL, written, NULL);
}

void app_remember_window(MtsWindow *window)
{
    MtsWindowState state;
    g_autoptr(GKeyFile) keys = g_key_file_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *path = path_of("window.ini");
    g_autofree char *folder = g_path_get_dirname(path);
    mts_window_get_state(window, &state);
    g_key_file_set_integer(keys, GROUP, "width", state.width);
    g_key_file_set_integer(keys, GROUP, "height", state.height);
    g_key_file_set_boolean(keys, GROUP, "maximized", state.maximized);
    g_key_file_set_boolean(keys, GROUP, "library", state.library);
    g_key_file_set_boolean(keys, GROUP, "inspector", state.inspector);
    /* The window is closing: a few bytes now are better than a thread that may not end in time. */
    g_mkdir_with_parents(folder, 0700);
    if (!g_key_file_save_to_file(keys, path, &error))
        g_warning("The window's size could not be remembered: %s", error->message);
}

void app_restore_window(MtsWindow *window)
{
    g_autoptr(GKeyFile) keys = g_key_file_new();
    g_autofree char *path = path_of("window.ini");
    if (!g_key_file_load_from_file(keys, path, G_KEY_FILE_NONE, NULL) ||
        !g_key_file_has_key(keys, GROUP, "width", NULL))
        return;
    const MtsWindowState state = {.width = g_key_file_get_integer(keys, GROUP, "width", NULL),
        .height = g_key_file_get_integer(keys, GROUP, "height", NULL),
        .maximized = g_key_file_get_boolean(keys, GROUP, "maximized", NULL),
        .library = g_key_file_get_boolean(keys, GROUP, "library", NULL),
        .inspector = g_key_file_get_boolean(keys, GROUP, "inspector", NULL)};
    mts_window_set_state(window, &state);
}

void app_remember_experiment(AppSession *self)
{
    if (!self->shown || self->shown_run != 0)
        return; /* a stored run is kept in the store */
    if (mts_window_get_start_shown(self->window))
        return; /* what waits behind the start page was nobody's choice */
    AppExperiment *experiment = app_session_current(self);
    EngText text = {0};
    app_experiment_text(experiment, &text, true);
    if (!text.failed)
        write_soon("experiment.json", text.data);
    eng_text_free(&text);
    app_session_free_experiment(experiment);
}

AppExperiment *app_example(const char *name)
{
    AppExperiment *example = g_new0(AppExperiment, 1);
    EngError err = {0};
    g_autofree char *path = g_strdup_printf("/org/mantissa/Mantissa/examples/%s.json", name);
    g_autoptr(GBytes) bytes = g_resources_lookup_data(path, 0, NULL);
    gsize size = 0;
    const char *text = bytes ? g_bytes_get_data(bytes, &size) : NULL;
    if (!text || app_experiment_parse(text, size, name, example, NULL, &err) != ENG_OK)
        g_error("The built-in example %s cannot be read: %s", name, err.text);
    return example;
}

AppExperiment *app_recall_experiment(void)
{
    g_autofree char *path = path_of("experiment.json");
    AppExperiment *last = g_new0(AppExperiment, 1);
    EngError err;
    if (g_file_test(path, G_FILE_TEST_EXISTS) &&
        app_experiment_read(path, last, NULL, &err) == ENG_OK)
        return last;
    g_free(last);
    return NULL;
}
