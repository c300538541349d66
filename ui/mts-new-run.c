#include "mts-new-run.h"

#include "mts-text.h"
#include "net/network.h"
#include <math.h>

/* A kind of data that has a row: generated ones are known without looking, of files the dialog
 * learns the shape through "inspect". */
typedef struct Kind {
    const char *prefix; /* of the spec */
    const char *label;
    const char *hint;
    gboolean generated, folder;
    EngShape shape;
    guint classes, samples; /* of generated ones; samples as the engine's own default */
    const char *model;      /* a network to begin with */
} Kind;

static const Kind kinds[] = {
    {"digits", "Digits", "Hand-drawn-like digits, 28 × 28, made on the fly", TRUE, FALSE,
        {28, 28, 1}, 10, 12000, "mlp:256,128"},
    {"spirals", "Spirals", "Two arms in the plane, made on the fly", TRUE, FALSE, {1, 1, 2}, 2,
        2000, "mlp:64,64"},
    {"moons", "Moons", "Two half circles in the plane, made on the fly", TRUE, FALSE, {1, 1, 2}, 2,
        2000, "mlp:32,32"},
    {"circles", "Circles", "A ring round a disc, made on the fly", TRUE, FALSE, {1, 1, 2}, 2, 2000,
        "mlp:32,32"},
    {"xor", "XOR", "Four quadrants, two classes, made on the fly", TRUE, FALSE, {1, 1, 2}, 2, 2000,
        "mlp:32,32"},
    {"idx", "MNIST files", "A folder with the four IDX files, plain or .gz", FALSE, TRUE, {0, 0, 0},
        0, 0, "mlp:256,128"},
    {"cifar10", "CIFAR-10 files", "A folder with the binary batches", FALSE, TRUE, {0, 0, 0}, 0, 0,
        "cnn:16,16,p,32,32,p,gap"},
    {"csv", "Table", "A CSV file, the last column is the class", FALSE, FALSE, {0, 0, 0}, 0, 0,
        "mlp:64,32"},
};

enum { SAMPLES_LEAST = 100, SAMPLES_MOST = 1000000 };

struct _MtsNewRun {
    AdwWindow parent;
    GtkWidget *name, *data, *samples_row, *path_row, *model, *check, *summary, *create;
    GtkWidget *samples, *epochs, *batch, *rate, *momentum, *seed_weights, *seed_data, *seed_noise;
    GtkFileChooserNative *chooser;
    char *path;
    /* What is known of the data; classes 0: nothing yet. */
    char *spec, *data_error;
    EngShape shape;
    guint classes;
    gsize train_samples;
    gboolean filling;
};

G_DEFINE_FINAL_TYPE(MtsNewRun, mts_new_run, ADW_TYPE_WINDOW)

enum { INSPECT, CREATE, SIGNALS };
static guint signals[SIGNALS];

static const Kind *kind_of(MtsNewRun *self)
{
    const guint selected = adw_combo_row_get_selected(ADW_COMBO_ROW(self->data));
    return &kinds[selected < G_N_ELEMENTS(kinds) ? selected : 0];
}

static double spin_value(GtkWidget *spin)
{
    return gtk_spin_button_get_value(GTK_SPIN_BUTTON(spin));
}

static char *spec_new(MtsNewRun *self)
{
    const Kind *kind = kind_of(self);
    if (!kind->generated) {
        return self->path ? g_strdup_printf("%s:%s", kind->prefix, self->path) : NULL;
    }
    const guint samples = (guint)spin_value(self->samples);
    if (samples == kind->samples) {
        return g_strdup(kind->prefix);
    }
    return g_strdup_printf("%s:%u", kind->prefix, samples);
}

/* ---- the live check -------------------------------------------------------------------------- */

static char *describe(const EngNetwork *net)
{
    GString *text = g_string_new(NULL);
    for (gsize i = 0; i < net->product_count; i++) {
        const EngOp *op = eng_network_product(net, i);
        char summary[48];
        g_string_append_printf(
            text, "%s%s %s", i > 0 ? ", " : "", op->name, eng_op_summary(op, summary));
    }
    g_autofree char *parameters = mts_text_count(net->parameters);
    g_string_append_printf(text, "; %s parameters", parameters);
    return g_string_free(text, FALSE);
}

static void say(GtkWidget *label, const char *text, gboolean error)
{
    gtk_label_set_text(GTK_LABEL(label), text);
    if (error) {
        gtk_widget_add_css_class(label, "error");
    } else {
        gtk_widget_remove_css_class(label, "error");
    }
}

static gboolean check_network(MtsNewRun *self)
{
    const char *text = gtk_editable_get_text(GTK_EDITABLE(self->model));
    if (self->classes == 0) {
        const char *why = self->data_error ? self->data_error
            : self->spec                   ? "Reading the data …"
                                           : "Choose the data first.";
        say(self->check, why, self->data_error != NULL);
        return FALSE;
    }
    EngNetwork *net = NULL;
    EngError error = {0};
    if (eng_network_parse(text, self->shape, self->classes, &net, &error) != ENG_OK) {
        say(self->check, error.text, TRUE);
        gtk_widget_add_css_class(self->model, "error");
        return FALSE;
    }
    g_autofree char *shapes = describe(net);
    eng_network_free(net);
    say(self->check, shapes, FALSE);
    gtk_widget_remove_css_class(self->model, "error");
    return TRUE;
}

static gboolean check_steps(MtsNewRun *self)
{
    const guint batch = (guint)spin_value(self->batch), epochs = (guint)spin_value(self->epochs);
    if (self->classes == 0) {
        say(self->summary, "", FALSE);
        return FALSE;
    }
    const gsize steps = self->train_samples / batch;
    if (steps == 0) {
        g_autofree char *have = mts_text_count(self->train_samples);
        g_autofree char *text = g_strdup_printf(
            "A batch of %u is more than the %s training samples there are.", batch, have);
        say(self->summary, text, TRUE);
        return FALSE;
    }
    g_autofree char *one = mts_text_count(steps);
    g_autofree char *all = mts_text_count((guint64)steps * epochs);
    g_autofree char *text = g_strdup_printf("%s iterations an epoch, %s in all", one, all);
    say(self->summary, text, FALSE);
    return steps * (guint64)epochs <= G_MAXUINT32;
}

static void check(MtsNewRun *self)
{
    if (self->filling) {
        return;
    }
    const gboolean fits = check_network(self), runs = check_steps(self);
    gtk_widget_set_sensitive(self->create, fits && runs);
}

/* ---- data ------------------------------------------------------------------------------------ */

static void look_at_data(MtsNewRun *self)
{
    if (self->filling) {
        return;
    }
    const Kind *kind = kind_of(self);
    g_free(self->spec);
    self->spec = spec_new(self);
    g_clear_pointer(&self->data_error, g_free);
    self->classes = kind->classes;
    self->shape = kind->shape;
    self->train_samples = kind->generated ? (gsize)spin_value(self->samples) : 0;
    gtk_widget_set_visible(self->samples_row, kind->generated);
    gtk_widget_set_visible(self->path_row, !kind->generated);
    adw_action_row_set_subtitle(ADW_ACTION_ROW(self->data), kind->hint);
    adw_preferences_row_set_title(
        ADW_PREFERENCES_ROW(self->path_row), kind->folder ? "Folder" : "File");
    adw_action_row_set_subtitle(
        ADW_ACTION_ROW(self->path_row), self->path ? self->path : "None chosen");
    if (!kind->generated && self->spec) {
        g_signal_emit(self, signals[INSPECT], 0, self->spec);
    }
    check(self);
}

static void on_kind(MtsNewRun *self)
{
    if (self->filling) {
        return;
    }
    const Kind *kind = kind_of(self);
    g_clear_pointer(&self->path, g_free);
    self->filling = TRUE;
    if (kind->generated) {
        gtk_spin_button_set_value(GTK_SPIN_BUTTON(self->samples), kind->samples);
    }
    gtk_editable_set_text(GTK_EDITABLE(self->model), kind->model);
    self->filling = FALSE;
    look_at_data(self);
}

static void on_chosen(GtkFileChooserNative *chooser, int response, MtsNewRun *self)
{
    if (response == GTK_RESPONSE_ACCEPT) {
        g_autoptr(GFile) file = gtk_file_chooser_get_file(GTK_FILE_CHOOSER(chooser));
        g_free(self->path);
        self->path = file ? g_file_get_path(file) : NULL;
        look_at_data(self);
    }
    g_clear_object(&self->chooser);
}

static void on_choose(MtsNewRun *self)
{
    if (self->chooser) {
        return;
    }
    const gboolean folder = kind_of(self)->folder;
    self->chooser =
        gtk_file_chooser_native_new(folder ? "Choose a Folder" : "Choose a File", GTK_WINDOW(self),
            folder ? GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER : GTK_FILE_CHOOSER_ACTION_OPEN, "Choose",
            "Cancel");
    g_signal_connect_object(self->chooser, "response", G_CALLBACK(on_chosen), self, 0);
    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(self->chooser), TRUE);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(self->chooser));
}

void mts_new_run_set_data(MtsNewRun *self, const char *spec, EngShape shape, guint classes,
    gsize train_samples, const char *error)
{
    if (g_strcmp0(spec, self->spec) != 0) {
        return;
    }
    g_free(self->data_error);
    self->data_error = g_strdup(error);
    self->shape = shape;
    self->classes = error ? 0 : classes;
    self->train_samples = train_samples;
    check(self);
}

void mts_new_run_choose_data(MtsNewRun *self, const char *spec)
{
    const gsize length = strcspn(spec, ":");
    const char *rest = spec[length] ? spec + length + 1 : NULL;
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (strlen(kinds[i].prefix) != length || strncmp(kinds[i].prefix, spec, length) != 0) {
            continue;
        }
        self->filling = TRUE;
        adw_combo_row_set_selected(ADW_COMBO_ROW(self->data), i);
        g_clear_pointer(&self->path, g_free);
        if (kinds[i].generated) {
            const guint64 samples = rest ? g_ascii_strtoull(rest, NULL, 10) : kinds[i].samples;
            gtk_spin_button_set_value(GTK_SPIN_BUTTON(self->samples), (double)samples);
        } else {
            self->path = g_strdup(rest);
        }
        self->filling = FALSE;
        look_at_data(self);
        return;
    }
}

/* ---- rows ------------------------------------------------------------------------------------ */

static GtkWidget *add_spin(MtsNewRun *self, AdwPreferencesGroup *group, const char *title,
    const char *subtitle, double low, double high, double step, guint digits, double value)
{
    GtkWidget *spin = gtk_spin_button_new_with_range(low, high, step);
    GtkWidget *row = adw_action_row_new();
    gtk_spin_button_set_digits(GTK_SPIN_BUTTON(spin), digits);
    gtk_spin_button_set_value(GTK_SPIN_BUTTON(spin), value);
    gtk_editable_set_width_chars(GTK_EDITABLE(spin), 10);
    gtk_widget_set_valign(spin, GTK_ALIGN_CENTER);
    gtk_accessible_update_property(GTK_ACCESSIBLE(spin), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), title);
    if (subtitle) {
        adw_action_row_set_subtitle(ADW_ACTION_ROW(row), subtitle);
    }
    adw_action_row_add_suffix(ADW_ACTION_ROW(row), spin);
    adw_action_row_set_activatable_widget(ADW_ACTION_ROW(row), spin);
    g_signal_connect_swapped(spin, "value-changed", G_CALLBACK(check), self);
    adw_preferences_group_add(group, row);
    return spin;
}

static AdwPreferencesGroup *add_group(GtkWidget *page, const char *title)
{
    GtkWidget *group = adw_preferences_group_new();
    adw_preferences_group_set_title(ADW_PREFERENCES_GROUP(group), title);
    gtk_box_append(GTK_BOX(page), group);
    return ADW_PREFERENCES_GROUP(group);
}

static GtkWidget *add_note(AdwPreferencesGroup *group)
{
    GtkWidget *label = gtk_label_new(NULL);
    gtk_label_set_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_wrap_mode(GTK_LABEL(label), PANGO_WRAP_WORD_CHAR);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_selectable(GTK_LABEL(label), FALSE);
    gtk_widget_add_css_class(label, "note");
    adw_preferences_group_add(group, label);
    return label;
}

static void add_data(MtsNewRun *self, GtkWidget *page)
{
    AdwPreferencesGroup *group = add_group(page, "Data");
    g_autoptr(GtkStringList) labels = gtk_string_list_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        gtk_string_list_append(labels, kinds[i].label);
    }
    self->data = adw_combo_row_new();
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(self->data), "Data set");
    adw_combo_row_set_model(ADW_COMBO_ROW(self->data), G_LIST_MODEL(labels));
    adw_preferences_group_add(group, self->data);

    self->samples = add_spin(self, group, "Training samples", NULL, SAMPLES_LEAST, SAMPLES_MOST,
        1000, 0, kinds[0].samples);
    self->samples_row = gtk_widget_get_ancestor(self->samples, ADW_TYPE_ACTION_ROW);
    g_signal_connect_swapped(self->samples, "value-changed", G_CALLBACK(look_at_data), self);

    GtkWidget *choose = gtk_button_new_with_label("Choose…");
    gtk_widget_set_valign(choose, GTK_ALIGN_CENTER);
    g_signal_connect_swapped(choose, "clicked", G_CALLBACK(on_choose), self);
    self->path_row = adw_action_row_new();
    adw_action_row_set_subtitle_lines(ADW_ACTION_ROW(self->path_row), 2);
    adw_action_row_add_suffix(ADW_ACTION_ROW(self->path_row), choose);
    adw_action_row_set_activatable_widget(ADW_ACTION_ROW(self->path_row), choose);
    adw_preferences_group_add(group, self->path_row);
    g_signal_connect_swapped(self->data, "notify::selected", G_CALLBACK(on_kind), self);
}

static void add_network(MtsNewRun *self, GtkWidget *page)
{
    AdwPreferencesGroup *group = add_group(page, "Network");
    self->model = adw_entry_row_new();
    adw_preferences_row_set_title(
        ADW_PREFERENCES_ROW(self->model), "Layers, e.g. mlp:256,128 or cnn:32,32,p,64,gap");
    gtk_editable_set_text(GTK_EDITABLE(self->model), kinds[0].model);
    gtk_editable_set_enable_undo(GTK_EDITABLE(self->model), TRUE);
    adw_preferences_group_add(group, self->model);
    self->check = add_note(group);
    g_signal_connect_swapped(self->model, "changed", G_CALLBACK(check), self);
}

static void add_training(MtsNewRun *self, GtkWidget *page)
{
    AdwPreferencesGroup *group = add_group(page, "Training");
    self->epochs = add_spin(self, group, "Epochs", NULL, 1, 100000, 1, 0, 10);
    self->batch = add_spin(self, group, "Batch", "Samples an iteration", 1, 65536, 16, 0, 64);
    self->rate = add_spin(self, group, "Learning rate", NULL, 0.0001, 100, 0.01, 4, 0.05);
    self->momentum = add_spin(self, group, "Momentum", NULL, 0, 0.999, 0.05, 3, 0.9);
    self->summary = add_note(group);
}

static void add_seeds(MtsNewRun *self, GtkWidget *page)
{
    AdwPreferencesGroup *group = add_group(page, "Seeds");
    adw_preferences_group_set_description(
        group, "The same three seeds give the same run to the last bit.");
    self->seed_weights = add_spin(self, group, "Initial weights", NULL, 0, 1e9, 1, 0, 1);
    self->seed_data = add_spin(self, group, "Order of the data", NULL, 0, 1e9, 1, 0, 1);
    self->seed_noise = add_spin(self, group, "Rounding noise", NULL, 0, 1e9, 1, 0, 1);
}

static void on_create(MtsNewRun *self)
{
    g_autofree char *data = spec_new(self);
    const MtsNewRunChoice choice = {
        .name = gtk_editable_get_text(GTK_EDITABLE(self->name)),
        .data = data,
        .model = gtk_editable_get_text(GTK_EDITABLE(self->model)),
        .epochs = (guint)spin_value(self->epochs),
        .batch = (guint)spin_value(self->batch),
        .learning_rate = spin_value(self->rate),
        .momentum = spin_value(self->momentum),
        .seed_weights = (guint64)spin_value(self->seed_weights),
        .seed_data = (guint64)spin_value(self->seed_data),
        .seed_noise = (guint64)spin_value(self->seed_noise),
    };
    g_signal_emit(self, signals[CREATE], 0, &choice);
    gtk_window_close(GTK_WINDOW(self));
}

void mts_new_run_set_choice(MtsNewRun *self, const MtsNewRunChoice *choice)
{
    self->filling = TRUE;
    gtk_editable_set_text(GTK_EDITABLE(self->name), choice->name ? choice->name : "");
    gtk_spin_button_set_value(GTK_SPIN_BUTTON(self->epochs), choice->epochs);
    gtk_spin_button_set_value(GTK_SPIN_BUTTON(self->batch), choice->batch);
    gtk_spin_button_set_value(GTK_SPIN_BUTTON(self->rate), choice->learning_rate);
    gtk_spin_button_set_value(GTK_SPIN_BUTTON(self->momentum), choice->momentum);
    gtk_spin_button_set_value(GTK_SPIN_BUTTON(self->seed_weights), (double)choice->seed_weights);
    gtk_spin_button_set_value(GTK_SPIN_BUTTON(self->seed_data), (double)choice->seed_data);
    gtk_spin_button_set_value(GTK_SPIN_BUTTON(self->seed_noise), (double)choice->seed_noise);
    if (choice->model) {
        gtk_editable_set_text(GTK_EDITABLE(self->model), choice->model);
    }
    self->filling = FALSE;
    if (choice->data) {
        mts_new_run_choose_data(self, choice->data);
    }
    check(self);
}

/* ---- window ---------------------------------------------------------------------------------- */

static void mts_new_run_dispose(GObject *object)
{
    MtsNewRun *self = MTS_NEW_RUN(object);
    g_clear_object(&self->chooser);
    g_clear_pointer(&self->path, g_free);
    g_clear_pointer(&self->spec, g_free);
    g_clear_pointer(&self->data_error, g_free);
    G_OBJECT_CLASS(mts_new_run_parent_class)->dispose(object);
}

static void mts_new_run_class_init(MtsNewRunClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = mts_new_run_dispose;
    signals[INSPECT] = g_signal_new("inspect", G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST, 0, NULL,
        NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
    signals[CREATE] = g_signal_new("create", G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST, 0, NULL,
        NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
    gtk_widget_class_add_binding_action(widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static GtkWidget *header_new(MtsNewRun *self)
{
    GtkWidget *header = adw_header_bar_new();
    GtkWidget *cancel = gtk_button_new_with_label("Cancel");
    gtk_actionable_set_action_name(GTK_ACTIONABLE(cancel), "window.close");
    self->create = gtk_button_new_with_label("Create");
    gtk_widget_add_css_class(self->create, "suggested-action");
    g_signal_connect_swapped(self->create, "clicked", G_CALLBACK(on_create), self);
    adw_header_bar_set_show_start_title_buttons(ADW_HEADER_BAR(header), FALSE);
    adw_header_bar_set_show_end_title_buttons(ADW_HEADER_BAR(header), FALSE);
    adw_header_bar_pack_start(ADW_HEADER_BAR(header), cancel);
    adw_header_bar_pack_end(ADW_HEADER_BAR(header), self->create);
    return header;
}

static GtkWidget *page_new(MtsNewRun *self)
{
    GtkWidget *page = gtk_box_new(GTK_ORIENTATION_VERTICAL, 18);
    gtk_widget_add_css_class(page, "new-run");
    self->name = adw_entry_row_new();
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(self->name), "Name");
    adw_preferences_group_add(add_group(page, ""), self->name);
    add_data(self, page);
    add_network(self, page);
    add_training(self, page);
    add_seeds(self, page);
    GtkWidget *clamp = adw_clamp_new();
    adw_clamp_set_maximum_size(ADW_CLAMP(clamp), 560);
    adw_clamp_set_child(ADW_CLAMP(clamp), page);
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_policy(
        GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), clamp);
    gtk_widget_set_vexpand(scrolled, TRUE);
    return scrolled;
}

static void mts_new_run_init(MtsNewRun *self)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_box_append(GTK_BOX(box), header_new(self));
    self->filling = TRUE;
    gtk_box_append(GTK_BOX(box), page_new(self));
    self->filling = FALSE;
    adw_window_set_content(ADW_WINDOW(self), box);
    gtk_window_set_title(GTK_WINDOW(self), "New Run");
    gtk_window_set_default_size(GTK_WINDOW(self), 560, 720);
    gtk_window_set_modal(GTK_WINDOW(self), TRUE);
    gtk_window_set_default_widget(GTK_WINDOW(self), self->create);
    look_at_data(self);
}

GtkWindow *mts_new_run_new(GtkWindow *parent)
{
    MtsNewRun *self = g_object_new(MTS_TYPE_NEW_RUN, "transient-for", parent, NULL);
    return GTK_WINDOW(self);
}
