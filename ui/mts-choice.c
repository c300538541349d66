#include "mts-choice.h"

struct _MtsChoice {
    GtkWidget parent;
    GtkWidget *box;
    GtkWidget *further; /* the word for a value that was not added; NULL: none is shown */
    int value;
    gboolean showing;
};

G_DEFINE_FINAL_TYPE(MtsChoice, mts_choice, GTK_TYPE_WIDGET)

enum { CHOSEN, SIGNALS };
static guint signals[SIGNALS];

static int value_of(GtkWidget *button)
{
    return GPOINTER_TO_INT(g_object_get_data(G_OBJECT(button), "mts-value"));
}

static void on_toggled(GtkToggleButton *button, MtsChoice *self)
{
    if (self->showing || !gtk_toggle_button_get_active(button)) {
        return;
    }
    self->value = value_of(GTK_WIDGET(button));
    g_signal_emit(self, signals[CHOSEN], 0, self->value);
}

static GtkWidget *add_word(MtsChoice *self, const char *word, int value)
{
    GtkWidget *button = gtk_toggle_button_new_with_label(word);
    GtkWidget *first = gtk_widget_get_first_child(self->box);
    g_object_set_data(G_OBJECT(button), "mts-value", GINT_TO_POINTER(value));
    gtk_widget_set_hexpand(button, TRUE);
    if (first) {
        gtk_toggle_button_set_group(GTK_TOGGLE_BUTTON(button), GTK_TOGGLE_BUTTON(first));
    }
    g_signal_connect(button, "toggled", G_CALLBACK(on_toggled), self);
    gtk_box_append(GTK_BOX(self->box), button);
    return button;
}

static GtkWidget *find_word(MtsChoice *self, int value)
{
    GtkWidget *child = gtk_widget_get_first_child(self->box);
    while (child && value_of(child) != value) {
        child = gtk_widget_get_next_sibling(child);
    }
    return child;
}

static void mts_choice_dispose(GObject *object)
{
    g_clear_pointer(&MTS_CHOICE(object)->box, gtk_widget_unparent);
    G_OBJECT_CLASS(mts_choice_parent_class)->dispose(object);
}

static void mts_choice_class_init(MtsChoiceClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = mts_choice_dispose;
    gtk_widget_class_set_layout_manager_type(widget, GTK_TYPE_BIN_LAYOUT);
    gtk_widget_class_set_css_name(widget, "choice");
    gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_RADIO_GROUP);
    signals[CHOSEN] = g_signal_new("chosen", MTS_TYPE_CHOICE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
        NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

static void mts_choice_init(MtsChoice *self)
{
    self->box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
    gtk_widget_set_parent(self->box, GTK_WIDGET(self));
    gtk_widget_set_valign(GTK_WIDGET(self), GTK_ALIGN_CENTER);
}

GtkWidget *mts_choice_new(const char *name)
{
    MtsChoice *self = g_object_new(MTS_TYPE_CHOICE, NULL);
    gtk_accessible_update_property(GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
    return GTK_WIDGET(self);
}

void mts_choice_add(MtsChoice *self, const char *word, int value)
{
    add_word(self, word, value);
}

void mts_choice_show(MtsChoice *self, int value, const char *otherwise)
{
    self->showing = TRUE;
    GtkWidget *word = find_word(self, value);
    if (self->further && word != self->further) {
        gtk_box_remove(GTK_BOX(self->box), self->further);
        self->further = NULL;
    }
    if (!word) {
        word = self->further = add_word(self, otherwise, value);
    }
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(word), TRUE);
    self->value = value;
    self->showing = FALSE;
}

int mts_choice_get(MtsChoice *self)
{
    return self->value;
}
