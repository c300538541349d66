/* mantissa: the window. */
#include "base/memory.h"
#include "paths.h"
#include "session.h"
#include <adwaita.h>

#define APP_ID "org.mantissa.Mantissa"

/* What the command line asks for. */
typedef struct Options {
    char *store;       /* --db; NULL: the default file */
    gboolean no_store; /* --db none */
    AppSession *session;
} Options;

static void report(const char *sentence)
{
    g_printerr("mantissa: %s\n", sentence);
}

/* The file runs are kept in, its folder made; NULL with a sentence where there can be none. */
static char *store_path(const Options *options, EngError *err)
{
    if (options->store)
        return g_strdup(options->store);
    char *path;
    if (app_default_store(&path, err) != ENG_OK)
        return NULL;
    char *copy = g_strdup(path);
    const EngStatus status = app_make_folder_of(copy, err);
    eng_free(path);
    if (status == ENG_OK)
        return copy;
    g_free(copy);
    return NULL;
}

static void start(Options *options, GtkApplication *app)
{
    if (options->session) {
        app_session_present(options->session);
        return;
    }
    EngError err = {0};
    g_autofree char *path = options->no_store ? NULL : store_path(options, &err);
    if (!path && !options->no_store)
        report(err.text);
    options->session = app_session_new(app, path);
    app_session_present(options->session);
}

static void activate(GtkApplication *app, gpointer data)
{
    Options *options = data;
    const gboolean first = !options->session;
    start(options, app);
    if (first)
        app_session_open_last(options->session);
}

static void open_files(
    GtkApplication *app, GFile **files, int count, const char *hint, gpointer data)
{
    Options *options = data;
    start(options, app);
    app_session_open_file(options->session, files[0]);
}

static int handle_options(GApplication *app, GVariantDict *dict, gpointer data)
{
    Options *options = data;
    g_autofree char *db = NULL;
    if (g_variant_dict_contains(dict, "version")) {
        g_print("mantissa %s\n", MANTISSA_VERSION);
        return 0;
    }
    if (g_variant_dict_lookup(dict, "db", "s", &db)) {
        options->no_store = g_str_equal(db, "none");
        if (!options->no_store)
            options->store = g_steal_pointer(&db);
    }
    return -1;
}

static void shut_down(GApplication *app, gpointer data)
{
    Options *options = data;
    g_clear_pointer(&options->session, app_session_free);
}

int main(int argc, char **argv)
{
    Options options = {0};
    /* One window a process and a process a window: two files may be open side by side. */
    g_autoptr(AdwApplication) app =
        adw_application_new(APP_ID, G_APPLICATION_HANDLES_OPEN | G_APPLICATION_NON_UNIQUE);
    g_application_add_main_option(G_APPLICATION(app), "db", 0, 0, G_OPTION_ARG_STRING,
        "Keep runs in FILE (default: the user's data folder); none keeps nothing", "FILE|none");
    g_application_add_main_option(
        G_APPLICATION(app), "version", 0, 0, G_OPTION_ARG_NONE, "Print the version and end", NULL);
    g_application_set_option_context_parameter_string(G_APPLICATION(app), "[EXPERIMENT.json]");
    g_application_set_option_context_summary(
        G_APPLICATION(app), "Design, watch and teach variable-precision neural-network training.");
    g_signal_connect(app, "handle-local-options", G_CALLBACK(handle_options), &options);
    g_signal_connect(app, "activate", G_CALLBACK(activate), &options);
    g_signal_connect(app, "open", G_CALLBACK(open_files), &options);
    g_signal_connect(app, "shutdown", G_CALLBACK(shut_down), &options);
    const int status = g_application_run(G_APPLICATION(app), argc, argv);
    g_free(options.store);
    return status;
}
