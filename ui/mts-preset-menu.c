#include "mts-preset-menu.h"

#include "schedule/presets.h"

/* Wide enough for a sentence in two lines. */
#define LIST_WIDTH 350

/* What the list knows; lives as long as the popover. */
typedef struct Menu {
    MtsTimeline *timeline;
    GtkWidget *popover;
    gboolean open;
    int shown; /* the preset that is previewed, in an open group; -1: none */
} Menu;

static void menu_free(gpointer data)
{
    Menu *menu = data;
    g_object_unref(menu->timeline);
    g_free(menu);
}

static EngPlan *make_plan(MtsScheduleModel *model, guint preset)
{
    const guint layers = mts_schedule_model_get_layers(model);
    if (layers == 0) {
        return NULL;
    }
    g_autofree const char **names = g_new0(const char *, layers + 1);
    for (guint i = 0; i < layers; i++) {
        names[i] = mts_schedule_model_get_name(model, i);
    }
    const char *name = eng_preset_at(preset)->name;
    EngPlan *plan = NULL;
    EngError err;
    if (eng_preset_plan(name, names, layers, mts_schedule_model_get_clock(model), &plan, &err) !=
        ENG_OK) {
        g_warning("%s: %s", name, err.text);
    }
    return plan;
}

static void end_preview(Menu *menu)
{
    if (menu->shown >= 0) {
        menu->shown = -1;
        mts_schedule_model_cancel_group(mts_timeline_get_model(menu->timeline));
    }
}

static void preview(Menu *menu, guint preset)
{
    MtsScheduleModel *model = mts_timeline_get_model(menu->timeline);
    if (!menu->open || menu->shown == (int)preset) {
        return;
    }
    EngPlan *plan = make_plan(model, preset);
    mts_schedule_model_freeze(model);
    end_preview(menu);
    if (plan) {
        mts_schedule_model_begin_group(model);
        mts_schedule_model_adopt(model, plan);
        menu->shown = (int)preset;
    }
    mts_schedule_model_thaw(model);
    eng_plan_free(plan);
}

static void on_show(Menu *menu)
{
    menu->open = TRUE;
}

/* Closing moves the focus through the list once more: that previews nothing. */
static void on_closed(Menu *menu)
{
    menu->open = FALSE;
    end_preview(menu);
}

static int preset_of(gpointer row)
{
    return GPOINTER_TO_INT(g_object_get_data(G_OBJECT(row), "mts-preset"));
}

static void on_enter(GtkEventController *motion, double x, double y, Menu *menu)
{
    preview(menu, (guint)preset_of(gtk_event_controller_get_widget(motion)));
}

/* Keys walk through the presets. The focus that the first row gets from opening the list with the
 * pointer is nobody's wish. */
static void on_focus(GtkEventController *focus, Menu *menu)
{
    GtkWidget *row = gtk_event_controller_get_widget(focus);
    GtkRoot *root = gtk_widget_get_root(row);
    if (GTK_IS_WINDOW(root) && gtk_window_get_focus_visible(GTK_WINDOW(root))) {
        preview(menu, (guint)preset_of(row));
    }
}

static void on_activated(GtkListBox *list, GtkListBoxRow *row, Menu *menu)
{
    preview(menu, (guint)preset_of(row));
    if (menu->shown >= 0) {
        menu->shown = -1;
        mts_schedule_model_end_group(mts_timeline_get_model(menu->timeline));
    }
    gtk_popover_popdown(GTK_POPOVER(menu->popover));
}

/* ---- building ------------------------------------------------------------------------------- */

static void add_line(GtkBox *box, const char *text, const char *style)
{
    GtkWidget *label = gtk_label_new(text);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_wrap(GTK_LABEL(label), TRUE);
    gtk_widget_add_css_class(label, style);
    gtk_box_append(box, label);
}

static GtkWidget *row_new(const EngPreset *preset, guint index, Menu *menu)
{
    GtkWidget *row = gtk_list_box_row_new();
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 1);
    add_line(GTK_BOX(box), preset->title, "preset-title");
    add_line(GTK_BOX(box), preset->sentence, "preset-sentence");
    add_line(GTK_BOX(box), preset->source, "preset-source");
    gtk_list_box_row_set_child(GTK_LIST_BOX_ROW(row), box);
    g_object_set_data(G_OBJECT(row), "mts-preset", GINT_TO_POINTER((int)index));
    gtk_accessible_update_property(GTK_ACCESSIBLE(row), GTK_ACCESSIBLE_PROPERTY_LABEL,
        preset->title, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, preset->sentence, -1);
    GtkEventController *motion = gtk_event_controller_motion_new();
    g_signal_connect(motion, "enter", G_CALLBACK(on_enter), menu);
    gtk_widget_add_controller(row, motion);
    GtkEventController *focus = gtk_event_controller_focus_new();
    g_signal_connect(focus, "enter", G_CALLBACK(on_focus), menu);
    gtk_widget_add_controller(row, focus);
    return row;
}

static GtkWidget *list_new(Menu *menu)
{
    GtkWidget *list = gtk_list_box_new();
    for (guint i = 0; i < eng_preset_count(); i++) {
        gtk_list_box_append(GTK_LIST_BOX(list), row_new(eng_preset_at(i), i, menu));
    }
    gtk_list_box_set_selection_mode(GTK_LIST_BOX(list), GTK_SELECTION_NONE);
    gtk_widget_add_css_class(list, "preset-list");
    g_signal_connect(list, "row-activated", G_CALLBACK(on_activated), menu);
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_policy(
        GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_propagate_natural_height(GTK_SCROLLED_WINDOW(scrolled), TRUE);
    gtk_scrolled_window_set_max_content_height(GTK_SCROLLED_WINDOW(scrolled), 480);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), list);
    gtk_widget_set_size_request(scrolled, LIST_WIDTH, -1);
    return scrolled;
}

GtkWidget *mts_preset_menu_new(MtsTimeline *timeline)
{
    Menu *menu = g_new0(Menu, 1);
    menu->timeline = g_object_ref(timeline);
    menu->shown = -1;
    menu->popover = gtk_popover_new();
    gtk_popover_set_child(GTK_POPOVER(menu->popover), list_new(menu));
    g_signal_connect_swapped(menu->popover, "show", G_CALLBACK(on_show), menu);
    g_signal_connect_swapped(menu->popover, "closed", G_CALLBACK(on_closed), menu);
    g_object_set_data_full(G_OBJECT(menu->popover), "mts-menu", menu, menu_free);
    GtkWidget *button = gtk_menu_button_new();
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_PROPERTY_LABEL, "Presets", -1);
    gtk_menu_button_set_label(GTK_MENU_BUTTON(button), "Presets");
    gtk_menu_button_set_popover(GTK_MENU_BUTTON(button), menu->popover);
    gtk_widget_set_tooltip_text(button, "Schedules to start from");
    gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
    return button;
}
