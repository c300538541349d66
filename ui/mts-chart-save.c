#include "mts-chart-save.h"

#include "mts-chart-export.h"
#include "mts-palette.h"

static const char asking[] = "mts-chart-saving";

typedef struct Saving {
    GtkFileChooserNative *chooser;
    GtkWidget *owner; /* owns this */
    MtsChart *const *charts;
    guint count;
    MtsChartSaved saved;
} Saving;

void mts_charts_copy(MtsChart *const *charts, guint count, GtkWidget *owner, MtsChartSaved saved)
{
    g_autoptr(GBytes) png = mts_charts_export(charts, count, MTS_PICTURE_PNG, mts_palette_dark());
    g_autoptr(GdkTexture) texture = png ? gdk_texture_new_from_bytes(png, NULL) : NULL;
    if (texture) {
        gdk_clipboard_set_texture(gtk_widget_get_clipboard(owner), texture);
        saved(owner, "Charts copied as a picture");
    }
}

typedef struct Writing {
    GtkWidget *owner;
    MtsChartSaved saved;
} Writing;

static void on_written(GObject *file, GAsyncResult *result, gpointer data)
{
    Writing *writing = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *name = g_file_get_basename(G_FILE(file));
    const gboolean done = g_file_replace_contents_finish(G_FILE(file), result, NULL, &error);
    g_autofree char *words = done ? g_strdup_printf("Charts saved as %s", name)
                                  : g_strdup_printf("%s was not saved: %s", name, error->message);
    writing->saved(writing->owner, words);
    g_object_unref(writing->owner);
    g_free(writing);
}

static void write_to(const Saving *saving, GFile *file)
{
    g_autofree char *name = g_file_get_basename(file);
    g_autoptr(GBytes) picture = mts_charts_export(
        saving->charts, saving->count, mts_picture_kind(name), mts_palette_dark());
    if (!picture) {
        saving->saved(saving->owner, "The charts are too small or too large for a picture");
        return;
    }
    Writing *writing = g_new(Writing, 1);
    *writing = (Writing){g_object_ref(saving->owner), saving->saved};
    g_file_replace_contents_bytes_async(
        file, picture, NULL, FALSE, G_FILE_CREATE_REPLACE_DESTINATION, NULL, on_written, writing);
}

static void on_chosen(GtkFileChooserNative *chooser, int response, Saving *saving)
{
    if (response == GTK_RESPONSE_ACCEPT) {
        g_autoptr(GFile) file = gtk_file_chooser_get_file(GTK_FILE_CHOOSER(chooser));
        if (file) {
            write_to(saving, file);
        }
    }
    /* Frees `saving` and with it the chooser. */
    g_object_set_data(G_OBJECT(saving->owner), asking, NULL);
}

static void saving_free(gpointer data)
{
    Saving *saving = data;
    g_signal_handlers_disconnect_by_data(saving->chooser, saving);
    gtk_native_dialog_destroy(GTK_NATIVE_DIALOG(saving->chooser));
    g_object_unref(saving->chooser);
    g_free(saving);
}

static GtkFileChooserNative *chooser_new(GtkWidget *owner)
{
    GtkRoot *root = gtk_widget_get_root(owner);
    GtkFileChooserNative *chooser = gtk_file_chooser_native_new("Save the Charts",
        GTK_IS_WINDOW(root) ? GTK_WINDOW(root) : NULL, GTK_FILE_CHOOSER_ACTION_SAVE, "Save",
        "Cancel");
    gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(chooser), "charts.png");
    g_autoptr(GtkFileFilter) filter = gtk_file_filter_new();
    gtk_file_filter_set_name(filter, "Pictures (PNG, SVG, PDF)");
    static const char *const suffixes[] = {"png", "svg", "pdf"};
    for (guint i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        gtk_file_filter_add_suffix(filter, suffixes[i]);
    }
    gtk_file_chooser_add_filter(GTK_FILE_CHOOSER(chooser), filter);
    return chooser;
}

void mts_charts_save(MtsChart *const *charts, guint count, GtkWidget *owner, MtsChartSaved saved)
{
    if (g_object_get_data(G_OBJECT(owner), asking)) {
        return;
    }
    Saving *saving = g_new0(Saving, 1);
    *saving = (Saving){chooser_new(owner), owner, charts, count, saved};
    g_object_set_data_full(G_OBJECT(owner), asking, saving, saving_free);
    g_signal_connect(saving->chooser, "response", G_CALLBACK(on_chosen), saving);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(saving->chooser));
}
