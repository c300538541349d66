#include "mts-chart-menu.h"

static void show_at(GtkWidget *menu, double x, double y)
{
    const GdkRectangle point = {(int)x, (int)y, 1, 1};
    gtk_popover_set_pointing_to(GTK_POPOVER(menu), &point);
    gtk_popover_popup(GTK_POPOVER(menu));
}

static void on_pressed(GtkGestureClick *click, int presses, double x, double y, GtkWidget *menu)
{
    gtk_gesture_set_state(GTK_GESTURE(click), GTK_EVENT_SEQUENCE_CLAIMED);
    show_at(menu, x, y);
}

static gboolean on_key(GtkWidget *chart, GVariant *arguments, gpointer menu)
{
    show_at(menu, gtk_widget_get_width(chart) / 2.0, gtk_widget_get_height(chart) / 2.0);
    return TRUE;
}

static GMenuModel *model_new(void)
{
    GMenu *menu = g_menu_new();
    static const struct {
        const char *label;
        int percent;
    } strengths[] = {{"_None", 0}, {"_Light", 15}, {"_Medium", 35}, {"_Strong", 70}};
    g_autoptr(GMenu) axis = g_menu_new(), picture = g_menu_new(), smoothing = g_menu_new();
    for (guint i = 0; i < G_N_ELEMENTS(strengths); i++) {
        g_autofree char *action = g_strdup_printf("studio.smoothing(%d)", strengths[i].percent);
        g_menu_append(smoothing, strengths[i].label, action);
    }
    g_menu_append(axis, "_Logarithmic Axis", "chart.logarithmic");
    g_menu_append_submenu(axis, "S_moothing", G_MENU_MODEL(smoothing));
    g_menu_append(axis, "_Fit", "win.fit");
    g_menu_append(picture, "_Copy the Charts", "studio.copy-picture");
    g_menu_append(picture, "_Save the Charts…", "studio.save-picture");
    g_menu_append_section(menu, NULL, G_MENU_MODEL(axis));
    g_menu_append_section(menu, NULL, G_MENU_MODEL(picture));
    return G_MENU_MODEL(menu);
}

GtkWidget *mts_chart_menu_attach(GtkWidget *chart)
{
    g_autoptr(GMenuModel) model = model_new();
    GtkWidget *menu = gtk_popover_menu_new_from_model(model);
    gtk_popover_set_has_arrow(GTK_POPOVER(menu), FALSE);
    gtk_widget_set_halign(menu, GTK_ALIGN_START);
    gtk_widget_set_parent(menu, chart);

    GtkGesture *click = gtk_gesture_click_new();
    gtk_gesture_single_set_button(GTK_GESTURE_SINGLE(click), GDK_BUTTON_SECONDARY);
    g_signal_connect(click, "pressed", G_CALLBACK(on_pressed), menu);
    gtk_widget_add_controller(chart, GTK_EVENT_CONTROLLER(click));

    GtkEventController *keys = gtk_shortcut_controller_new();
    static const struct {
        guint key;
        GdkModifierType modifiers;
    } triggers[] = {{GDK_KEY_Menu, 0}, {GDK_KEY_F10, GDK_SHIFT_MASK}};
    for (guint i = 0; i < G_N_ELEMENTS(triggers); i++) {
        gtk_shortcut_controller_add_shortcut(GTK_SHORTCUT_CONTROLLER(keys),
            gtk_shortcut_new(gtk_keyval_trigger_new(triggers[i].key, triggers[i].modifiers),
                gtk_callback_action_new(on_key, menu, NULL)));
    }
    gtk_widget_add_controller(chart, keys);
    return menu;
}
