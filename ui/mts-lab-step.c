#include "mts-lab-step.h"

#include "mts-lab-tasks.h"
#include "mts-lesson-markup.h"

struct _MtsLabStep {
    GtkWidget parent;
    MtsLabDesk *desk;
    gboolean presenting;
    GtkWidget *box, *title, *text, *dots, *head;
    GtkWidget *scrolled, *cards;
    GtkWidget *tasks; /* of a step without anything to touch; NULL else */
};

G_DEFINE_FINAL_TYPE(MtsLabStep, mts_lab_step, GTK_TYPE_WIDGET)

static void mts_lab_step_dispose(GObject *object)
{
    MtsLabStep *self = MTS_LAB_STEP(object);
    if (self->desk) {
        g_signal_handlers_disconnect_by_data(self->desk, self);
    }
    g_clear_object(&self->desk);
    g_clear_pointer(&self->box, gtk_widget_unparent);
    G_OBJECT_CLASS(mts_lab_step_parent_class)->dispose(object);
}

static void mts_lab_step_class_init(MtsLabStepClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = mts_lab_step_dispose;
    gtk_widget_class_set_layout_manager_type(widget, GTK_TYPE_BIN_LAYOUT);
    gtk_widget_class_set_css_name(widget, "labstep");
}

static void mts_lab_step_init(MtsLabStep *self)
{
}

/* ---- dots ------------------------------------------------------------------------------------ */

static void on_dot(GtkWidget *dot, MtsLabStep *self)
{
    const guint step = GPOINTER_TO_UINT(g_object_get_data(G_OBJECT(dot), "mts-step"));
    mts_lab_desk_set_step(self->desk, step);
}

static void show_dots(MtsLabStep *self)
{
    const MtsLesson *lesson =
        mts_lab_desk_lesson(self->desk, (guint)mts_lab_desk_get_open(self->desk));
    guint i = 0;
    GtkWidget *dot = gtk_widget_get_first_child(self->dots);
    for (; dot; dot = gtk_widget_get_next_sibling(dot), i++) {
        const gboolean done = mts_lab_desk_step_done(self->desk, lesson, i);
        const gboolean now = mts_lab_desk_get_step(self->desk) == i;
        gtk_widget_set_css_classes(dot,
            (const char *[]){"flat", "lab-dot",
                now        ? "now"
                    : done ? "done"
                           : "later",
                NULL});
        g_autofree char *name = g_strdup_printf("Step %u of %u: %s%s", i + 1, lesson->steps->len,
            mts_lesson_step(lesson, i)->title, done ? ", done" : "");
        gtk_accessible_update_property(
            GTK_ACCESSIBLE(dot), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
        gtk_widget_set_tooltip_text(dot, name);
    }
}

static void clear(GtkWidget *box)
{
    GtkWidget *child;
    while ((child = gtk_widget_get_first_child(box))) {
        gtk_box_remove(GTK_BOX(box), child);
    }
}

static void make_dots(MtsLabStep *self, const MtsLesson *lesson)
{
    clear(self->dots);
    for (guint i = 0; i < lesson->steps->len; i++) {
        GtkWidget *dot = gtk_button_new();
        gtk_widget_set_valign(dot, GTK_ALIGN_CENTER);
        g_object_set_data(G_OBJECT(dot), "mts-step", GUINT_TO_POINTER(i));
        g_signal_connect(dot, "clicked", G_CALLBACK(on_dot), self);
        gtk_box_append(GTK_BOX(self->dots), dot);
    }
    gtk_widget_set_visible(self->dots, lesson->steps->len > 1);
    show_dots(self);
}

/* ---- the step -------------------------------------------------------------------------------- */

static void show_text(MtsLabStep *self, const MtsLesson *lesson, const MtsLessonStep *step)
{
    g_autofree char *title = g_markup_escape_text(step->title, -1);
    g_autofree char *body = mts_lesson_markup(step->text);
    g_autofree char *markup = g_strdup_printf("<b>%s</b>%s%s", title, *body ? "\n" : "", body);
    gtk_label_set_text(GTK_LABEL(self->title), lesson->title);
    gtk_label_set_markup(GTK_LABEL(self->text), markup);
}

static void show_cards(MtsLabStep *self, const MtsLessonStep *step)
{
    clear(self->cards);
    GtkWidget *tasks = step->tasks->len > 0 ? mts_lab_tasks_new(self->desk) : NULL;
    for (guint i = 0; i < mts_lab_desk_thing_count(self->desk); i++) {
        GtkWidget *card = mts_lab_card_new(mts_lab_desk_thing(self->desk, i));
        if (self->presenting) {
            mts_lab_card_set_zoom(MTS_LAB_CARD(card), MTS_LAB_PRESENT_ZOOM);
        }
        if (i == 0 && tasks) {
            mts_lab_card_set_aside(MTS_LAB_CARD(card), tasks);
            tasks = NULL;
        }
        gtk_box_append(GTK_BOX(self->cards), card);
    }
    if (tasks) {
        gtk_box_append(GTK_BOX(self->cards), tasks);
    }
}

static void on_opened(MtsLabStep *self)
{
    const MtsLesson *lesson =
        mts_lab_desk_lesson(self->desk, (guint)mts_lab_desk_get_open(self->desk));
    const MtsLessonStep *step = mts_lab_desk_open_step(self->desk);
    GtkAdjustment *place = gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(self->scrolled));
    show_text(self, lesson, step);
    make_dots(self, lesson);
    show_cards(self, step);
    gtk_adjustment_set_value(place, 0);
}

/* ---- making ---------------------------------------------------------------------------------- */

static GtkWidget *words_new(MtsLabStep *self)
{
    GtkWidget *words = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
    self->title = gtk_label_new(NULL);
    self->text = gtk_label_new(NULL);
    gtk_widget_add_css_class(self->title, "lab-title");
    gtk_widget_add_css_class(self->text, "lab-text");
    gtk_label_set_xalign(GTK_LABEL(self->title), 0);
    gtk_label_set_xalign(GTK_LABEL(self->text), 0);
    gtk_label_set_ellipsize(GTK_LABEL(self->title), PANGO_ELLIPSIZE_END);
    gtk_label_set_wrap(GTK_LABEL(self->text), TRUE);
    gtk_label_set_selectable(GTK_LABEL(self->text), FALSE);
    gtk_widget_set_hexpand(words, TRUE);
    gtk_box_append(GTK_BOX(words), self->title);
    gtk_box_append(GTK_BOX(words), self->text);
    return words;
}

static void build(MtsLabStep *self)
{
    self->box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_widget_set_parent(self->box, GTK_WIDGET(self));
    self->head = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    gtk_widget_add_css_class(self->head, "lab-head");
    self->dots = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
    gtk_widget_add_css_class(self->dots, "lab-dots");
    gtk_widget_set_valign(self->dots, GTK_ALIGN_START);
    gtk_box_append(GTK_BOX(self->head), words_new(self));
    gtk_box_append(GTK_BOX(self->head), self->dots);
    self->cards = gtk_box_new(GTK_ORIENTATION_VERTICAL, 16);
    gtk_widget_add_css_class(self->cards, "lab-cards");
    GtkWidget *all = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_box_append(GTK_BOX(all), self->head);
    gtk_box_append(GTK_BOX(all), self->cards);
    self->scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_policy(
        GTK_SCROLLED_WINDOW(self->scrolled), GTK_POLICY_AUTOMATIC, GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(self->scrolled), all);
    gtk_widget_set_vexpand(self->scrolled, TRUE);
    gtk_box_append(GTK_BOX(self->box), self->scrolled);
}

GtkWidget *mts_lab_step_new(MtsLabDesk *desk, gboolean presenting)
{
    MtsLabStep *self = g_object_new(MTS_TYPE_LAB_STEP, NULL);
    self->desk = g_object_ref(desk);
    self->presenting = presenting;
    build(self);
    if (presenting) {
        gtk_widget_add_css_class(GTK_WIDGET(self), "presenting");
    }
    g_signal_connect_swapped(desk, "opened", G_CALLBACK(on_opened), self);
    g_signal_connect_swapped(desk, "tasks", G_CALLBACK(show_dots), self);
    if (mts_lab_desk_get_open(desk) >= 0) {
        on_opened(self);
    }
    return GTK_WIDGET(self);
}

void mts_lab_step_set_buttons(MtsLabStep *self, GtkWidget *left, GtkWidget *right)
{
    gtk_widget_set_valign(left, GTK_ALIGN_START);
    gtk_widget_set_valign(right, GTK_ALIGN_START);
    gtk_box_prepend(GTK_BOX(self->head), left);
    gtk_box_append(GTK_BOX(self->head), right);
}

MtsLabCard *mts_lab_step_get_card(MtsLabStep *self, guint index)
{
    GtkWidget *card = gtk_widget_get_first_child(self->cards);
    while (card && index > 0) {
        card = gtk_widget_get_next_sibling(card);
        index--;
    }
    return MTS_IS_LAB_CARD(card) ? MTS_LAB_CARD(card) : NULL;
}

void mts_lab_step_focus(MtsLabStep *self)
{
    MtsLabCard *card = mts_lab_step_get_card(self, 0);
    if (card) {
        gtk_widget_grab_focus(GTK_WIDGET(mts_lab_card_get_canvas(card)));
    }
}
