#include "mts-lab-controls.h"

#include "mts-choice.h"
#include <adwaita.h>

#define KEY "mts-lab-key"
#define CONTROL "mts-lab-control"
#define SHOWING "mts-lab-showing"

static const MtsLabControl *control_of(gpointer widget)
{
    return g_object_get_data(G_OBJECT(widget), CONTROL);
}

/* ---- a setting ------------------------------------------------------------------------------- */

static int index_of(const MtsLabControl *control, const char *value)
{
    int i = 0;
    while (control->values[i] && g_strcmp0(control->values[i], value) != 0) {
        i++;
    }
    return control->values[i] ? i : -1;
}

static void on_chosen(MtsChoice *choice, int value, MtsLabModel *model)
{
    const MtsLabControl *control = control_of(choice);
    if (value >= 0) {
        mts_lab_model_mark(model);
        mts_lab_model_set(model, control->key, control->values[value], NULL);
    }
}

/* A value without a word of its own (five bits, dragged) is shown as it is written. */
static void show_choice(MtsLabModel *model, GtkWidget *choice)
{
    const MtsLabControl *control = control_of(choice);
    g_autofree char *value = mts_lab_model_get(model, control->key);
    const int index = index_of(control, value);
    const char *shown = g_object_get_data(G_OBJECT(choice), SHOWING);
    if (g_strcmp0(shown, value) != 0) {
        /* Two odd values in a row need another further word. */
        if (index < 0 && mts_choice_get(MTS_CHOICE(choice)) < 0) {
            mts_choice_show(MTS_CHOICE(choice), 0, NULL);
        }
        mts_choice_show(MTS_CHOICE(choice), index, value);
        g_object_set_data_full(G_OBJECT(choice), SHOWING, g_steal_pointer(&value), g_free);
    }
}

static GtkWidget *choice_new(MtsLabModel *model, const MtsLabControl *control)
{
    GtkWidget *choice = mts_choice_new(control->label);
    for (int i = 0; control->values[i]; i++) {
        mts_choice_add(MTS_CHOICE(choice), control->words[i], i);
    }
    g_object_set_data(G_OBJECT(choice), CONTROL, (gpointer)control);
    show_choice(model, choice);
    g_signal_connect_object(choice, "chosen", G_CALLBACK(on_chosen), model, 0);
    g_signal_connect_object(model, "changed", G_CALLBACK(show_choice), choice, 0);
    return choice;
}

static void on_selected(GtkDropDown *menu, GParamSpec *spec, MtsLabModel *model)
{
    const MtsLabControl *control = control_of(menu);
    const guint index = gtk_drop_down_get_selected(menu);
    if (index != GTK_INVALID_LIST_POSITION && control->values[index]) {
        g_autofree char *value = mts_lab_model_get(model, control->key);
        if (g_strcmp0(value, control->values[index]) != 0) {
            mts_lab_model_mark(model);
            mts_lab_model_set(model, control->key, control->values[index], NULL);
        }
    }
}

static void show_menu(MtsLabModel *model, GtkWidget *menu)
{
    const MtsLabControl *control = control_of(menu);
    g_autofree char *value = mts_lab_model_get(model, control->key);
    const int index = index_of(control, value);
    gtk_drop_down_set_selected(
        GTK_DROP_DOWN(menu), index < 0 ? GTK_INVALID_LIST_POSITION : (guint)index);
}

static GtkWidget *menu_new(MtsLabModel *model, const MtsLabControl *control)
{
    GtkWidget *menu = gtk_drop_down_new_from_strings(control->words);
    g_object_set_data(G_OBJECT(menu), CONTROL, (gpointer)control);
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(menu), GTK_ACCESSIBLE_PROPERTY_LABEL, control->label, -1);
    show_menu(model, menu);
    g_signal_connect_object(menu, "notify::selected", G_CALLBACK(on_selected), model, 0);
    g_signal_connect_object(model, "changed", G_CALLBACK(show_menu), menu, 0);
    return menu;
}

/* ---- an action ------------------------------------------------------------------------------- */

static void on_clicked(GtkWidget *button, MtsLabModel *model)
{
    mts_lab_model_act(model, control_of(button)->key);
}

static GtkWidget *content_new(const MtsLabControl *control)
{
    if (!control->icon) {
        return gtk_label_new(control->label);
    }
    if (!control->label) {
        return gtk_image_new_from_icon_name(control->icon);
    }
    GtkWidget *content = adw_button_content_new();
    adw_button_content_set_icon_name(ADW_BUTTON_CONTENT(content), control->icon);
    adw_button_content_set_label(ADW_BUTTON_CONTENT(content), control->label);
    return content;
}

static GtkWidget *button_new(MtsLabModel *model, const MtsLabControl *control)
{
    GtkWidget *button = gtk_button_new();
    gtk_button_set_child(GTK_BUTTON(button), content_new(control));
    if (!control->label) {
        gtk_widget_add_css_class(button, "flat");
        gtk_accessible_update_property(
            GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_PROPERTY_LABEL, control->tooltip, -1);
    }
    g_object_set_data(G_OBJECT(button), CONTROL, (gpointer)control);
    g_signal_connect_object(button, "clicked", G_CALLBACK(on_clicked), model, 0);
    return button;
}

#define POINTER "mts-lab-pointer"

/* Held with the pointer, an action goes on until the button is let go: "rest". */
static void on_state_changed(GtkWidget *button, GtkStateFlags before, MtsLabModel *model)
{
    const gboolean down = gtk_widget_get_state_flags(button) & GTK_STATE_FLAG_ACTIVE;
    if (down == !!(before & GTK_STATE_FLAG_ACTIVE)) {
        return;
    }
    if (down) {
        g_object_set_data(G_OBJECT(button), POINTER, GINT_TO_POINTER(1));
        mts_lab_model_act(model, control_of(button)->key);
    } else {
        mts_lab_model_act(model, "rest");
    }
}

/* From the keyboard a button is only clicked; a click of the pointer was acted on when the button
 * went down. */
static void on_hold_clicked(GtkWidget *button, MtsLabModel *model)
{
    if (!g_object_get_data(G_OBJECT(button), POINTER)) {
        mts_lab_model_act(model, control_of(button)->key);
        mts_lab_model_act(model, "rest");
    }
    g_object_set_data(G_OBJECT(button), POINTER, NULL);
}

static GtkWidget *hold_new(MtsLabModel *model, const MtsLabControl *control)
{
    GtkWidget *button = gtk_button_new();
    gtk_button_set_child(GTK_BUTTON(button), content_new(control));
    g_object_set_data(G_OBJECT(button), CONTROL, (gpointer)control);
    g_signal_connect_object(button, "state-flags-changed", G_CALLBACK(on_state_changed), model, 0);
    g_signal_connect_object(button, "clicked", G_CALLBACK(on_hold_clicked), model, 0);
    return button;
}

static void on_split_action(GSimpleAction *action, GVariant *parameter, MtsLabModel *model)
{
    mts_lab_model_act(model, g_variant_get_string(parameter, NULL));
}

static GtkWidget *split_new(MtsLabModel *model, const MtsLabControl *control)
{
    GtkWidget *button = adw_split_button_new();
    g_autoptr(GMenu) menu = g_menu_new();
    for (guint i = 0; control->values[i]; i++) {
        g_autofree char *action = g_strdup_printf("lab.act::%s", control->values[i]);
        g_menu_append(menu, control->words[i], action);
    }
    adw_split_button_set_child(ADW_SPLIT_BUTTON(button), content_new(control));
    adw_split_button_set_menu_model(ADW_SPLIT_BUTTON(button), G_MENU_MODEL(menu));
    g_object_set_data(G_OBJECT(button), CONTROL, (gpointer)control);
    g_autoptr(GSimpleActionGroup) group = g_simple_action_group_new();
    g_autoptr(GSimpleAction) act = g_simple_action_new("act", G_VARIANT_TYPE_STRING);
    g_signal_connect_object(act, "activate", G_CALLBACK(on_split_action), model, 0);
    g_action_map_add_action(G_ACTION_MAP(group), G_ACTION(act));
    gtk_widget_insert_action_group(button, "lab", G_ACTION_GROUP(group));
    g_signal_connect_object(button, "clicked", G_CALLBACK(on_clicked), model, 0);
    return button;
}

/* ---- the row --------------------------------------------------------------------------------- */

static GtkWidget *control_new(MtsLabModel *model, const MtsLabControl *control)
{
    switch (control->kind) {
    case MTS_LAB_CHOICE:
        return choice_new(model, control);
    case MTS_LAB_MENU:
        return menu_new(model, control);
    case MTS_LAB_HOLD:
        return hold_new(model, control);
    case MTS_LAB_SPLIT:
        return split_new(model, control);
    case MTS_LAB_BUTTON:
        break;
    }
    return button_new(model, control);
}

static gboolean needs_label(const MtsLabControl *control)
{
    return control->kind == MTS_LAB_CHOICE || control->kind == MTS_LAB_MENU;
}

GtkWidget *mts_lab_controls_new(MtsLabModel *model, const MtsLabControl *control)
{
    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    gtk_widget_add_css_class(row, "lab-controls");
    /* The model outlives its controls. */
    g_object_set_data_full(G_OBJECT(row), "mts-lab-model", g_object_ref(model), g_object_unref);
    for (; control && control->key; control++) {
        GtkWidget *widget = control_new(model, control);
        g_object_set_data(G_OBJECT(widget), KEY, (gpointer)control->key);
        gtk_widget_set_tooltip_text(widget, control->tooltip);
        gtk_widget_set_valign(widget, GTK_ALIGN_CENTER);
        if (needs_label(control)) {
            GtkWidget *label = gtk_label_new(control->label);
            gtk_widget_add_css_class(label, "lab-label");
            gtk_box_append(GTK_BOX(row), label);
        }
        gtk_box_append(GTK_BOX(row), widget);
    }
    return row;
}

GtkWidget *mts_lab_controls_find(GtkWidget *controls, const char *key)
{
    GtkWidget *child = gtk_widget_get_first_child(controls);
    while (child && g_strcmp0(g_object_get_data(G_OBJECT(child), KEY), key) != 0) {
        child = gtk_widget_get_next_sibling(child);
    }
    return child;
}
