#include "mts-inspector-row.h"

GtkWidget *mts_inspector_card_new(void)
{
    GtkWidget *card = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_widget_add_css_class(card, "inspector-card");
    return card;
}

static GtkWidget *title_label(const char *title)
{
    GtkWidget *label = gtk_label_new(title);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_widget_set_hexpand(label, TRUE);
    return label;
}

static GtkWidget *row_new(GtkOrientation orientation, const char *title, GtkWidget *control)
{
    GtkWidget *row = gtk_box_new(orientation, 8);
    GtkWidget *label = title_label(title);
    gtk_box_append(GTK_BOX(row), label);
    gtk_box_append(GTK_BOX(row), control);
    gtk_accessible_update_relation(
        GTK_ACCESSIBLE(control), GTK_ACCESSIBLE_RELATION_LABELLED_BY, label, NULL, -1);
    gtk_widget_add_css_class(row, "inspector-row");
    return row;
}

GtkWidget *mts_inspector_row_new(const char *title, GtkWidget *control)
{
    gtk_widget_set_valign(control, GTK_ALIGN_CENTER);
    return row_new(GTK_ORIENTATION_HORIZONTAL, title, control);
}

GtkWidget *mts_inspector_tall_row_new(const char *title, GtkWidget *control)
{
    GtkWidget *row = row_new(GTK_ORIENTATION_VERTICAL, title, control);
    gtk_widget_add_css_class(row, "tall");
    return row;
}

GtkWidget *mts_inspector_title_new(const char *title, const char *aside)
{
    GtkWidget *line = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    GtkWidget *label = title_label(title);
    gtk_widget_add_css_class(label, "inspector-title");
    gtk_box_append(GTK_BOX(line), label);
    if (aside) {
        GtkWidget *right = gtk_label_new(aside);
        gtk_widget_add_css_class(right, "inspector-aside");
        gtk_box_append(GTK_BOX(line), right);
    }
    gtk_widget_add_css_class(line, "inspector-heading");
    return line;
}

GtkWidget *mts_inspector_spin_new(double least, double most)
{
    GtkWidget *spin = gtk_spin_button_new_with_range(least, most, 1);
    gtk_editable_set_width_chars(GTK_EDITABLE(spin), most >= 1000 ? 6 : 3);
    gtk_editable_set_max_width_chars(GTK_EDITABLE(spin), most >= 1000 ? 6 : 3);
    gtk_editable_set_alignment(GTK_EDITABLE(spin), .5f);
    gtk_spin_button_set_numeric(GTK_SPIN_BUTTON(spin), TRUE);
    return spin;
}
