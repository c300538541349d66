#include "mts-compare-private.h"

#include "mts-choice.h"
#include "mts-compare-board.h"
#include "mts-run-row.h"
#include "mts-text.h"
#include <math.h>
#include <string.h>

/* Below this the smoothing's slider has no room in its card's head. */
enum { NARROW_HEAD = 640 };

G_DEFINE_FINAL_TYPE(MtsCompare, mts_compare, GTK_TYPE_WIDGET)

enum { PAIR_CHANGED, EXPORT, SETTINGS_WANTED, REPLICAS, SIGNALS };
static guint signals[SIGNALS];

/* ---- what the controls show ---------------------------------------------------------------------- */

static void show_group(MtsCompare *self)
{
    const char *group = mts_compare_model_get_group(self->model);
    g_auto(GStrv) groups = mts_compare_model_list_groups(self->model);
    g_autoptr(GMenu) menu = g_menu_new();
    for (guint i = 0; groups[i]; i++) {
        mts_compare_append_item(menu, groups[i], "compare.group", groups[i]);
    }
    mts_compare_append_item(menu, "All Runs", "compare.group", MTS_COMPARE_ALL);
    gtk_menu_button_set_menu_model(GTK_MENU_BUTTON(self->group), G_MENU_MODEL(menu));
    mts_compare_set_button_text(self->group, group ? group : "All Runs");
    GAction *action = g_action_map_lookup_action(G_ACTION_MAP(self->actions), "group");
    g_simple_action_set_state(
        G_SIMPLE_ACTION(action), g_variant_new_string(group ? group : MTS_COMPARE_ALL));
}

static void show_count(MtsCompare *self)
{
    GListModel *rows = mts_compare_model_get_shown(self->model);
    const guint count = g_list_model_get_n_items(rows);
    const guint shown = mts_compare_model_get_checked(self->model)->len;
    g_autofree char *all = mts_text_count(count);
    g_autofree char *text =
        g_strdup_printf("%s %s, <b>%u shown</b>", all, count == 1 ? "run" : "runs", shown);
    gtk_label_set_markup(GTK_LABEL(self->count), text);
    const gboolean empty =
        g_list_model_get_n_items(G_LIST_MODEL(mts_compare_model_get_all(self->model))) == 0;
    gtk_stack_set_visible_child_name(GTK_STACK(self->stack), empty ? "empty" : "runs");
}

static void show_baseline(MtsCompare *self)
{
    MtsCompareRun *baseline = mts_compare_model_get_baseline(self->model);
    GPtrArray *checked = mts_compare_model_get_checked(self->model);
    g_autoptr(GMenu) menu = g_menu_new();
    for (guint i = 0; i < checked->len; i++) {
        MtsCompareRun *run = g_ptr_array_index(checked, i);
        g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, mts_compare_run_get_id(run));
        mts_compare_append_item(menu, mts_compare_run_get_name(run), "compare.baseline", id);
    }
    gtk_menu_button_set_menu_model(GTK_MENU_BUTTON(self->baseline), G_MENU_MODEL(menu));
    mts_compare_set_button_text(
        self->baseline, baseline ? mts_compare_run_get_name(baseline) : "None");
    g_autofree char *id = g_strdup_printf(
        "%" G_GINT64_FORMAT, baseline ? mts_compare_run_get_id(baseline) : (gint64)0);
    GAction *action = g_action_map_lookup_action(G_ACTION_MAP(self->actions), "baseline");
    g_simple_action_set_state(G_SIMPLE_ACTION(action), g_variant_new_string(id));
}

/* The slider reaches a little beyond what the runs reach. */
static void show_target(MtsCompare *self)
{
    const double target = mts_compare_model_get_target(self->model);
    GPtrArray *checked = mts_compare_model_get_checked(self->model);
    double low = 1, high = 0;
    for (guint i = 0; i < checked->len; i++) {
        const double best = mts_compare_run_get_figures(g_ptr_array_index(checked, i))->best;
        if (isfinite(best)) {
            low = fmin(low, best);
            high = fmax(high, best);
        }
    }
    g_autofree char *text = mts_text_percent(target);
    gtk_label_set_text(GTK_LABEL(self->target_value), text);
    gtk_widget_set_sensitive(self->target, isfinite(target));
    if (!isfinite(target)) {
        return;
    }
    low = fmin(low, target);
    high = fmax(high, target);
    self->settling = TRUE;
    gtk_range_set_range(GTK_RANGE(self->target), fmax(floor(low * 20 - 2) / 20, 0),
        fmin(ceil(high * 20 + 0.5) / 20, 1));
    gtk_range_set_value(GTK_RANGE(self->target), target);
    self->settling = FALSE;
}

static void show_axis(MtsCompare *self)
{
    const double strength = mts_compare_model_get_smoothing(self->model);
    g_autofree char *text = mts_text_fixed(strength, 2);
    mts_choice_show(MTS_CHOICE(self->axis), (int)mts_compare_model_get_axis(self->model), "");
    gtk_label_set_text(GTK_LABEL(self->smoothing_value), text);
    self->settling = TRUE;
    gtk_range_set_value(GTK_RANGE(self->smoothing), strength);
    self->settling = FALSE;
}

static void show_pair(MtsCompare *self)
{
    gboolean other = FALSE;
    for (guint i = 0; i < 2; i++) {
        MtsCompareRun *run = mts_compare_model_get_pair(self->model, i);
        const gint64 id = run ? mts_compare_run_get_id(run) : 0;
        const gboolean coloured = run && mts_compare_run_get_checked(run);
        const char *slot =
            mts_run_slot_class(coloured ? mts_compare_run_get_slot(run) : MTS_RUN_GREY);
        gtk_label_set_text(
            GTK_LABEL(self->names[i]), run ? mts_compare_run_get_name(run) : "choose a run");
        if (slot != self->side_class[i]) {
            if (self->side_class[i]) {
                gtk_widget_remove_css_class(self->sides[i], self->side_class[i]);
            }
            gtk_widget_add_css_class(self->sides[i], slot);
            self->side_class[i] = slot;
        }
        other = other || id != self->pair[i];
        self->pair[i] = id;
    }
    if (other) {
        g_signal_emit(self, signals[PAIR_CHANGED], 0);
    }
}

static void on_model_changed(MtsCompareModel *model, guint changes, MtsCompare *self)
{
    if (changes & MTS_CHANGE_RUNS) {
        show_group(self);
        show_count(self);
    }
    if (changes & (MTS_CHANGE_RUNS | MTS_CHANGE_BASELINE)) {
        show_baseline(self);
    }
    if (changes & (MTS_CHANGE_RUNS | MTS_CHANGE_FIGURES | MTS_CHANGE_TARGET)) {
        show_target(self);
    }
    if (changes == MTS_CHANGE_TARGET) {
        self->target_chosen = TRUE;
    }
    if (changes & MTS_CHANGE_AXIS) {
        show_axis(self);
    }
    if (changes & (MTS_CHANGE_RUNS | MTS_CHANGE_PAIR)) {
        show_pair(self);
    }
}

/* ---- actions ---------------------------------------------------------------------------------- */

static void on_group(GSimpleAction *action, GVariant *value, MtsCompare *self)
{
    const char *group = g_variant_get_string(value, NULL);
    g_simple_action_set_state(action, value);
    mts_compare_model_set_group(self->model, *group ? group : NULL);
}

static void on_baseline(GSimpleAction *action, GVariant *value, MtsCompare *self)
{
    g_simple_action_set_state(action, value);
    mts_compare_model_set_baseline(
        self->model, g_ascii_strtoll(g_variant_get_string(value, NULL), NULL, 10));
}

static void on_toggle(GSimpleAction *action, GVariant *value, MtsCompare *self)
{
    const gboolean settings = strcmp(g_action_get_name(G_ACTION(action)), "settings") == 0;
    g_simple_action_set_state(action, value);
    g_signal_emit(
        self, signals[settings ? SETTINGS_WANTED : REPLICAS], 0, g_variant_get_boolean(value));
}

static void on_export(GSimpleAction *action, GVariant *value, MtsCompare *self)
{
    g_signal_emit(self, signals[EXPORT], 0, g_variant_get_string(value, NULL));
}

static void add_state(
    MtsCompare *self, const char *name, GVariant *state, GCallback change, gboolean of_text)
{
    g_autoptr(GSimpleAction) action =
        g_simple_action_new_stateful(name, of_text ? G_VARIANT_TYPE_STRING : NULL, state);
    g_signal_connect(action, "change-state", change, self);
    g_action_map_add_action(G_ACTION_MAP(self->actions), G_ACTION(action));
}

static void add_actions(MtsCompare *self)
{
    add_state(self, "group", g_variant_new_string(MTS_COMPARE_ALL), G_CALLBACK(on_group), TRUE);
    add_state(self, "baseline", g_variant_new_string("0"), G_CALLBACK(on_baseline), TRUE);
    add_state(self, "settings", g_variant_new_boolean(FALSE), G_CALLBACK(on_toggle), FALSE);
    add_state(self, "replicas", g_variant_new_boolean(TRUE), G_CALLBACK(on_toggle), FALSE);
    g_autoptr(GSimpleAction) export = g_simple_action_new("export", G_VARIANT_TYPE_STRING);
    g_signal_connect(export, "activate", G_CALLBACK(on_export), self);
    g_action_map_add_action(G_ACTION_MAP(self->actions), G_ACTION(export));
    gtk_widget_insert_action_group(GTK_WIDGET(self), "compare", G_ACTION_GROUP(self->actions));
}

/* ---- widget ----------------------------------------------------------------------------------- */

static GtkWidget *empty_new(void)
{
    GtkWidget *page = adw_status_page_new();
    adw_status_page_set_icon_name(ADW_STATUS_PAGE(page), "mts-compare-symbolic");
    adw_status_page_set_title(ADW_STATUS_PAGE(page), "Nothing to Compare Yet");
    adw_status_page_set_description(ADW_STATUS_PAGE(page),
        "Every run that is trained in the Studio or by mantissa-cli stands here with its schedule, "
        "its curves and what it cost.");
    return page;
}

static void build(MtsCompare *self)
{
    self->board = mts_compare_board_new();
    self->table = mts_compare_table_new(self->model);
    gtk_widget_add_css_class(self->table, "compare-card");
    mts_compare_board_add(MTS_COMPARE_BOARD(self->board), self->table);
    mts_compare_add_cards(self);
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_policy(
        GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), self->board);
    gtk_widget_set_vexpand(scrolled, TRUE);
    self->box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_box_append(GTK_BOX(self->box), mts_compare_toolbar_new(self));
    gtk_box_append(GTK_BOX(self->box), scrolled);
    self->stack = gtk_stack_new();
    gtk_stack_add_named(GTK_STACK(self->stack), empty_new(), "empty");
    gtk_stack_add_named(GTK_STACK(self->stack), self->box, "runs");
    gtk_widget_set_parent(self->stack, GTK_WIDGET(self));
}

static void mts_compare_size_allocate(GtkWidget *widget, int width, int height, int baseline)
{
    MtsCompare *self = MTS_COMPARE(widget);
    const int card = width >= MTS_BOARD_WIDE ? width * 0.58 : width;
    gtk_widget_set_child_visible(self->smoothing_box, card >= NARROW_HEAD);
    gtk_widget_allocate(self->stack, width, height, baseline, NULL);
}

static void mts_compare_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
    int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
    gtk_widget_measure(
        MTS_COMPARE(widget)->stack, orientation, for_size, minimum, natural, NULL, NULL);
}

static void mts_compare_dispose(GObject *object)
{
    MtsCompare *self = MTS_COMPARE(object);
    if (self->model) {
        g_signal_handlers_disconnect_by_data(self->model, self);
    }
    g_clear_pointer(&self->stack, gtk_widget_unparent);
    g_clear_object(&self->actions);
    g_clear_object(&self->model);
    G_OBJECT_CLASS(mts_compare_parent_class)->dispose(object);
}

void mts_compare_class_init(MtsCompareClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    const GType type = G_TYPE_FROM_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = mts_compare_dispose;
    signals[PAIR_CHANGED] =
        g_signal_new("pair-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[EXPORT] = g_signal_new(
        "export", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
    signals[SETTINGS_WANTED] = g_signal_new("settings-wanted", type, G_SIGNAL_RUN_LAST, 0, NULL,
        NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
    signals[REPLICAS] = g_signal_new(
        "replicas", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
    widget->measure = mts_compare_measure;
    widget->size_allocate = mts_compare_size_allocate;
    gtk_widget_class_set_css_name(widget, "compare");
}

void mts_compare_init(MtsCompare *self)
{
    self->model = mts_compare_model_new();
    self->actions = g_simple_action_group_new();
    build(self);
    add_actions(self);
    g_signal_connect(self->model, "changed", G_CALLBACK(on_model_changed), self);
    on_model_changed(self->model, ~0u, self);
}

GtkWidget *mts_compare_new(void)
{
    return g_object_new(MTS_TYPE_COMPARE, NULL);
}

MtsCompareModel *mts_compare_get_model(MtsCompare *self)
{
    return self->model;
}

MtsCompareTable *mts_compare_get_table(MtsCompare *self)
{
    return MTS_COMPARE_TABLE(self->table);
}

MtsCompareDiff *mts_compare_get_diff(MtsCompare *self)
{
    return MTS_COMPARE_DIFF(self->figures[MTS_CARD_DIFFERENCE]);
}

void mts_compare_set_machine(MtsCompare *self, const char *words)
{
    g_autofree char *text = words ? g_strdup_printf("simulated, %s", words) : NULL;
    gtk_label_set_text(GTK_LABEL(self->machine), text ? text : "simulated, each on its own array");
}

void mts_compare_search(MtsCompare *self)
{
    gtk_widget_set_visible(self->search, TRUE);
    gtk_widget_grab_focus(self->search);
}

/* ---- remembered ------------------------------------------------------------------------------- */

char *mts_compare_get_state(MtsCompare *self)
{
    char target[G_ASCII_DTOSTR_BUF_SIZE], smoothing[G_ASCII_DTOSTR_BUF_SIZE];
    g_autoptr(GKeyFile) keys = g_key_file_new();
    g_autofree char *layout = mts_compare_table_get_layout(MTS_COMPARE_TABLE(self->table));
    const char *group = mts_compare_model_get_group(self->model);
    const double strength = mts_compare_model_get_smoothing(self->model);
    g_key_file_set_string(keys, "compare", "columns", layout);
    g_key_file_set_integer(keys, "compare", "axis", (int)mts_compare_model_get_axis(self->model));
    g_key_file_set_string(keys, "compare", "smoothing",
        g_ascii_formatd(smoothing, sizeof smoothing, "%.3f", strength));
    if (group) {
        g_key_file_set_string(keys, "compare", "group", group);
    }
    if (self->target_chosen) {
        g_key_file_set_string(keys, "compare", "target",
            g_ascii_formatd(
                target, sizeof target, "%.4f", mts_compare_model_get_target(self->model)));
    }
    return g_key_file_to_data(keys, NULL, NULL);
}

static double read_number(GKeyFile *keys, const char *key, double otherwise)
{
    g_autofree char *text = g_key_file_get_string(keys, "compare", key, NULL);
    char *end = NULL;
    const double value = text ? g_ascii_strtod(text, &end) : otherwise;
    return text && *text && !*end && isfinite(value) ? value : otherwise;
}

void mts_compare_set_state(MtsCompare *self, const char *state)
{
    g_autoptr(GKeyFile) keys = g_key_file_new();
    if (!g_key_file_load_from_data(keys, state, strlen(state), G_KEY_FILE_NONE, NULL)) {
        return;
    }
    g_autofree char *layout = g_key_file_get_string(keys, "compare", "columns", NULL);
    g_autofree char *group = g_key_file_get_string(keys, "compare", "group", NULL);
    const int axis = g_key_file_get_integer(keys, "compare", "axis", NULL);
    if (layout) {
        mts_compare_table_set_layout(MTS_COMPARE_TABLE(self->table), layout);
    }
    if (group) {
        mts_compare_model_set_group(self->model, group);
    }
    if (g_key_file_has_key(keys, "compare", "axis", NULL) && axis >= 0 && axis < MTS_COMPARE_AXES) {
        mts_compare_model_set_axis(self->model, (MtsCompareAxis)axis);
    }
    mts_compare_model_set_smoothing(
        self->model, read_number(keys, "smoothing", mts_compare_model_get_smoothing(self->model)));
    const double target = read_number(keys, "target", NAN);
    if (isfinite(target)) {
        mts_compare_model_set_target(self->model, target);
    }
}
