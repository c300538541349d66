#include "mts-compare-private.h"

/* ---- toolbar ---------------------------------------------------------------------------------- */

static GtkWidget *menu_button_new(const char *icon, const char *name)
{
    GtkWidget *button = gtk_menu_button_new();
    gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
    if (icon) {
        gtk_menu_button_set_icon_name(GTK_MENU_BUTTON(button), icon);
    } else {
        gtk_menu_button_set_always_show_arrow(GTK_MENU_BUTTON(button), TRUE);
    }
    mts_compare_name_widget(button, name);
    return button;
}

/* A menu button that shows a word of its own beside the arrow. */
void mts_compare_set_button_text(GtkWidget *button, const char *text)
{
    GtkWidget *label = gtk_menu_button_get_child(GTK_MENU_BUTTON(button));
    if (!label) {
        label = gtk_label_new(NULL);
        gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
        gtk_label_set_max_width_chars(GTK_LABEL(label), 28);
        gtk_menu_button_set_child(GTK_MENU_BUTTON(button), label);
    }
    gtk_label_set_text(GTK_LABEL(label), text);
}

void mts_compare_append_item(GMenu *menu, const char *label, const char *action, const char *value)
{
    g_autoptr(GMenuItem) item = g_menu_item_new(label, NULL);
    /* Underscores of a name are no mnemonics. */
    g_auto(GStrv) parts = g_strsplit(label, "_", -1);
    g_autofree char *plain = g_strjoinv("__", parts);
    g_menu_item_set_label(item, plain);
    g_menu_item_set_action_and_target(item, action, "s", value);
    g_menu_append_item(menu, item);
}

static GMenuModel *export_menu_new(void)
{
    static const struct {
        const char *label, *what;
    } pictures[] = {{"_Curves…", "curves"}, {"_Front…", "front"}, {"_Difference…", "difference"},
        {"_Times…", "times"}, {"_All Figures…", "all"}},
      others[] = {{"Table as CS_V…", "table"}, {"_Report as PDF…", "report"},
          {"Shown Runs as a _Bundle…", "bundle"}, {"Schedule of A as _Python…", "python"}};
    GMenu *menu = g_menu_new();
    g_autoptr(GMenu) first = g_menu_new();
    g_autoptr(GMenu) second = g_menu_new();
    for (guint i = 0; i < G_N_ELEMENTS(pictures); i++) {
        g_autofree char *detailed = g_strdup_printf("compare.export::%s", pictures[i].what);
        g_menu_append(first, pictures[i].label, detailed);
    }
    for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autofree char *detailed = g_strdup_printf("compare.export::%s", others[i].what);
        g_menu_append(second, others[i].label, detailed);
    }
    g_menu_append_section(menu, "Pictures (SVG, PNG, PDF)", G_MENU_MODEL(first));
    g_menu_append_section(menu, NULL, G_MENU_MODEL(second));
    return G_MENU_MODEL(menu);
}

static GMenuModel *view_menu_new(MtsCompare *self)
{
    GMenu *menu = g_menu_new();
    g_autoptr(GMenu) what = g_menu_new();
    g_menu_append(what, "Settings That _Differ", "compare.settings");
    g_menu_append(what, "_Replicas Together", "compare.replicas");
    g_menu_append_section(menu, NULL, G_MENU_MODEL(what));
    g_menu_append_section(
        menu, "Columns", mts_compare_table_get_menu(MTS_COMPARE_TABLE(self->table)));
    return G_MENU_MODEL(menu);
}

static void on_search(GtkSearchEntry *entry, MtsCompare *self)
{
    mts_compare_model_set_words(self->model, gtk_editable_get_text(GTK_EDITABLE(entry)));
}

static void on_stop_search(GtkSearchEntry *entry, MtsCompare *self)
{
    gtk_editable_set_text(GTK_EDITABLE(entry), "");
    mts_compare_model_set_words(self->model, NULL);
    gtk_widget_set_visible(self->search, FALSE);
    gtk_widget_child_focus(self->table, GTK_DIR_TAB_FORWARD);
}

static GtkWidget *search_new(MtsCompare *self)
{
    self->search = gtk_search_entry_new();
    g_object_set(self->search, "placeholder-text", "Search runs", NULL);
    gtk_editable_set_max_width_chars(GTK_EDITABLE(self->search), 24);
    gtk_widget_set_visible(self->search, FALSE);
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self->search), GTK_ACCESSIBLE_PROPERTY_LABEL, "Search runs", -1);
    g_signal_connect(self->search, "search-changed", G_CALLBACK(on_search), self);
    g_signal_connect(self->search, "stop-search", G_CALLBACK(on_stop_search), self);
    return self->search;
}

GtkWidget *mts_compare_toolbar_new(MtsCompare *self)
{
    GtkWidget *bar = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    GtkWidget *export = menu_button_new(NULL, "Export");
    GtkWidget *view = menu_button_new("mts-columns-symbolic", "Columns and rows");
    GtkWidget *content = adw_button_content_new();
    g_autoptr(GMenuModel) export_menu = export_menu_new();
    g_autoptr(GMenuModel) view_menu = view_menu_new(self);
    gtk_widget_add_css_class(bar, "compare-bar");
    self->group = menu_button_new(NULL, "What the runs train");
    self->count = mts_compare_text_new("", "compare-count");
    self->baseline = menu_button_new(NULL, "The run that speed-up is measured by");
    gtk_label_set_ellipsize(GTK_LABEL(self->count), PANGO_ELLIPSIZE_END);
    mts_compare_set_button_text(self->group, "All Runs");
    mts_compare_set_button_text(self->baseline, "None");
    adw_button_content_set_icon_name(ADW_BUTTON_CONTENT(content), "mts-save-symbolic");
    adw_button_content_set_label(ADW_BUTTON_CONTENT(content), "Export");
    gtk_menu_button_set_child(GTK_MENU_BUTTON(export), content);
    gtk_menu_button_set_menu_model(GTK_MENU_BUTTON(export), export_menu);
    gtk_menu_button_set_menu_model(GTK_MENU_BUTTON(view), view_menu);
    GtkWidget *const parts[] = {self->group, self->count, search_new(self),
        mts_compare_spacer_new(), mts_compare_text_new("Baseline", "bar-label"), self->baseline,
        view, export};
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        gtk_box_append(GTK_BOX(bar), parts[i]);
    }
    return bar;
}
