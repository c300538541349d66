/* The start page: what its buttons do, real samples for its pictures, and what a file is that
 * somebody drops on the window. */
#include "base/memory.h"
#include "mts-welcome-art.h"
#include "recognise.h"
#include "session_private.h"

/* Samples that fit the pictures. */
#define DIGITS "digits:100"
#define POINTS "spirals:240"

/* ---- what the page asks for ------------------------------------------------------------------- */

static void open_example(AppSession *self, const char *name, AppOpening how)
{
    if (app_session_trains(self))
        app_session_say(self, "A run is training. Stop it before another experiment is opened.");
    else
        app_session_open_experiment(self, app_example(name), how);
}

static void on_demo(AppSession *self)
{
    open_example(self, "digits", APP_OPEN_RUN);
}

static void on_example(MtsWelcome *welcome, const char *name, AppSession *self)
{
    open_example(self, name, APP_OPEN_SHOW);
}

static void on_lab(AppSession *self)
{
    mts_window_show_page(self->window, "lab");
}

/* ---- samples for the pictures ----------------------------------------------------------------- */

typedef struct Samples {
    GBytes *digits, *points; /* NULL where the data set could not be made */
} Samples;

static void samples_free(gpointer data)
{
    Samples *samples = data;
    g_clear_pointer(&samples->digits, g_bytes_unref);
    g_clear_pointer(&samples->points, g_bytes_unref);
    g_free(samples);
}

static GBytes *digit_bytes(const EngDataset *data)
{
    return g_bytes_new(data->train.bytes, data->train.count * MTS_ART_DIGIT * MTS_ART_DIGIT);
}

static GBytes *point_bytes(const EngDataset *data)
{
    GArray *points = g_array_new(FALSE, FALSE, sizeof(MtsArtPoint));
    for (size_t i = 0; i < data->train.count; i++) {
        const MtsArtPoint point = {
            data->train.values[2 * i], data->train.values[2 * i + 1], data->train.label[i]};
        g_array_append_val(points, point);
    }
    const gsize size = points->len * sizeof(MtsArtPoint);
    return g_bytes_new_take(g_array_free(points, FALSE), size);
}

static void make_samples(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    Samples *samples = g_new0(Samples, 1);
    EngDataset *set = NULL;
    if (eng_dataset_open(DIGITS, APP_DATA_SEED, 0, &set, NULL) == ENG_OK)
        samples->digits = digit_bytes(set);
    eng_dataset_free(set);
    set = NULL;
    if (eng_dataset_open(POINTS, APP_DATA_SEED, 0, &set, NULL) == ENG_OK)
        samples->points = point_bytes(set);
    eng_dataset_free(set);
    g_task_return_pointer(task, samples, samples_free);
}

static void samples_made(GObject *source, GAsyncResult *result, gpointer data)
{
    Samples *samples = g_task_propagate_pointer(G_TASK(result), NULL);
    if (!samples)
        return; /* the session is gone */
    AppSession *self = data;
    if (self->window)
        mts_welcome_set_samples(
            mts_window_get_welcome(self->window), samples->digits, samples->points);
    samples_free(samples);
}

/* ---- a dropped file ---------------------------------------------------------------------------- */

static void found_free(gpointer data)
{
    AppFound *found = data;
    eng_free(found->spec);
    g_free(found);
}

static void recognise(GTask *task, gpointer source, gpointer path, GCancellable *cancellable)
{
    AppFound *found = g_new0(AppFound, 1);
    EngError err = {0};
    if (app_recognise(path, found, &err) == ENG_OK) {
        g_task_return_pointer(task, found, found_free);
    } else {
        found_free(found);
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", err.text);
    }
}

static void recognised(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    AppFound *found = g_task_propagate_pointer(G_TASK(result), &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    AppSession *self = data;
    if (!found) {
        app_session_say(self, error->message);
        return;
    }
    if (self->window && found->kind == APP_FOUND_EXPERIMENT) {
        g_autoptr(GFile) file = g_file_new_for_path(found->spec);
        app_session_open_file(self, file);
    } else if (self->window) {
        app_session_new_run_on(self, found->spec);
    }
    found_free(found);
}

void app_session_take_file(AppSession *self, GFile *file)
{
    char *path = g_file_get_path(file);
    if (!path) {
        app_session_say(self, "Only files on this computer can be opened.");
        return;
    }
    g_autoptr(GTask) task = g_task_new(NULL, self->cancellable, recognised, self);
    g_task_set_task_data(task, path, g_free);
    g_task_run_in_thread(task, recognise);
}

void app_session_connect_welcome(AppSession *self)
{
    MtsWelcome *welcome = mts_window_get_welcome(self->window);
    g_signal_connect_swapped(welcome, "demo", G_CALLBACK(on_demo), self);
    g_signal_connect(welcome, "example", G_CALLBACK(on_example), self);
    g_signal_connect_swapped(welcome, "browse", G_CALLBACK(app_session_browse), self);
    g_signal_connect_swapped(welcome, "lab", G_CALLBACK(on_lab), self);
    g_autoptr(GTask) task = g_task_new(NULL, self->cancellable, samples_made, self);
    g_task_run_in_thread(task, make_samples);
}
