/* Experiment files: opened by dialog, by the command line or by a drop on the window, and saved. */
#include "session_private.h"

/* ---- reading ------------------------------------------------------------------------------ */

typedef struct FileRead {
    AppExperiment *experiment;
    char *warnings; /* NULL: none */
} FileRead;

static void file_read_free(gpointer data)
{
    FileRead *read = data;
    app_session_free_experiment(read->experiment);
    g_free(read->warnings);
    g_free(read);
}

static void read_file(GTask *task, gpointer source, gpointer path, GCancellable *cancellable)
{
    FileRead *read = g_new0(FileRead, 1);
    EngText warnings = {0};
    EngError err = {0};
    read->experiment = g_new0(AppExperiment, 1);
    if (app_experiment_read(path, read->experiment, &warnings, &err) == ENG_OK) {
        read->warnings = g_strdup(warnings.data);
        g_task_return_pointer(task, read, file_read_free);
    } else {
        g_clear_pointer(&read->experiment, g_free);
        file_read_free(read);
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", err.text);
    }
    eng_text_free(&warnings);
}

static void file_opened(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    FileRead *read = g_task_propagate_pointer(G_TASK(result), &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    AppSession *self = data;
    if (read) {
        if (read->warnings)
            app_session_say(self, read->warnings);
        app_session_show_experiment(self, g_steal_pointer(&read->experiment));
        file_read_free(read);
    } else {
        app_session_say(self, error->message);
        if (!self->shown)
            app_session_open_last(self);
    }
}

void app_session_open_file(AppSession *self, GFile *file)
{
    if (app_session_trains(self)) {
        app_session_say(self, "A run is training. Stop it before another experiment is opened.");
        return;
    }
    g_autoptr(GTask) task = g_task_new(NULL, self->cancellable, file_opened, self);
    g_task_set_task_data(task, g_file_get_path(file), g_free);
    g_task_run_in_thread(task, read_file);
}

/* ---- writing ------------------------------------------------------------------------------ */

/* A text on its way to a file. */
typedef struct Saving {
    AppSession *session;
    GCancellable *cancellable;
} Saving;

static void saved(GObject *file, GAsyncResult *result, gpointer data)
{
    g_autofree Saving *saving = data;
    g_autoptr(GCancellable) cancellable = saving->cancellable;
    g_autoptr(GError) error = NULL;
    const gboolean done = g_file_replace_contents_finish(G_FILE(file), result, NULL, &error);
    if (g_cancellable_is_cancelled(cancellable))
        return; /* the session is gone */
    g_autofree char *name = g_file_get_basename(G_FILE(file));
    g_autofree char *sentence = done ? g_strdup_printf("Saved as %s", name)
                                     : g_strdup_printf("%s: %s", name, error->message);
    app_session_say(saving->session, sentence);
}

static void save_to(AppSession *self, GFile *file)
{
    AppExperiment *experiment = app_session_current(self);
    EngText text = {0};
    app_experiment_text(experiment, &text, true);
    if (!text.failed) {
        Saving *saving = g_new(Saving, 1);
        *saving = (Saving){self, g_object_ref(self->cancellable)};
        g_autoptr(GBytes) bytes = g_bytes_new(text.data, text.length);
        g_file_replace_contents_bytes_async(
            file, bytes, NULL, FALSE, G_FILE_CREATE_NONE, NULL, saved, saving);
    }
    eng_text_free(&text);
    app_session_free_experiment(experiment);
}

/* ---- dialogs ------------------------------------------------------------------------------ */

static void answered(GtkNativeDialog *dialog, int response, AppSession *self)
{
    GtkFileChooser *chooser = GTK_FILE_CHOOSER(dialog);
    g_autoptr(GFile) file =
        response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file(chooser) : NULL;
    if (file && self->window) {
        if (gtk_file_chooser_get_action(chooser) == GTK_FILE_CHOOSER_ACTION_SAVE)
            save_to(self, file);
        else
            app_session_take_file(self, file);
    }
    g_clear_object(&self->chooser);
}

static void add_filter(GtkFileChooserNative *chooser, const char *name, const char *pattern)
{
    g_autoptr(GtkFileFilter) filter = gtk_file_filter_new();
    gtk_file_filter_set_name(filter, name);
    gtk_file_filter_add_pattern(filter, pattern);
    gtk_file_chooser_add_filter(GTK_FILE_CHOOSER(chooser), filter);
}

static void ask(AppSession *self, GtkFileChooserAction action)
{
    const gboolean save = action == GTK_FILE_CHOOSER_ACTION_SAVE;
    if (!self->shown || self->chooser)
        return;
    self->chooser = gtk_file_chooser_native_new(save ? "Save Experiment" : "Open",
        GTK_WINDOW(self->window), action, save ? "_Save" : "_Open", "_Cancel");
    if (!save)
        add_filter(self->chooser, "Experiments and Data", "*");
    add_filter(self->chooser, "Experiments", "*.json");
    if (save)
        gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(self->chooser), "experiment.json");
    g_signal_connect(self->chooser, "response", G_CALLBACK(answered), self);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(self->chooser));
}

void app_session_browse(AppSession *self)
{
    ask(self, GTK_FILE_CHOOSER_ACTION_OPEN);
}

static void open_action(GSimpleAction *action, GVariant *parameter, gpointer self)
{
    app_session_browse(self);
}

static void save_action(GSimpleAction *action, GVariant *parameter, gpointer self)
{
    ask(self, GTK_FILE_CHOOSER_ACTION_SAVE);
}

static gboolean dropped(
    GtkDropTarget *target, const GValue *value, double x, double y, AppSession *self)
{
    app_session_take_file(self, g_value_get_object(value));
    return TRUE;
}

void app_session_connect_files(AppSession *self, GtkApplication *app)
{
    const GActionEntry entries[] = {
        {.name = "open", .activate = open_action}, {.name = "save-as", .activate = save_action}};
    g_action_map_add_action_entries(
        G_ACTION_MAP(self->window), entries, G_N_ELEMENTS(entries), self);
    gtk_application_set_accels_for_action(app, "win.open", (const char *[]){"<Control>o", NULL});
    gtk_application_set_accels_for_action(
        app, "win.save-as", (const char *[]){"<Control><Shift>s", "<Control>s", NULL});
    GtkDropTarget *target = gtk_drop_target_new(G_TYPE_FILE, GDK_ACTION_COPY);
    g_signal_connect(target, "drop", G_CALLBACK(dropped), self);
    gtk_widget_add_controller(GTK_WIDGET(self->window), GTK_EVENT_CONTROLLER(target));
}
