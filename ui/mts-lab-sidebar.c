#include "mts-lab-sidebar.h"

#include "mts-lab-mark.h"

/* What a lesson without a section stands under. */
#define OTHERS "Further lessons"

struct _MtsLabSidebar {
    GtkWidget parent;
    MtsLabDesk *desk;
    GtkWidget *box, *count, *bar, *list, *scrolled;
    GPtrArray *rows; /* GtkWidget of lesson i; borrowed */
};

G_DEFINE_FINAL_TYPE(MtsLabSidebar, mts_lab_sidebar, GTK_TYPE_WIDGET)

enum { CHOSEN, SIGNALS };
static guint signals[SIGNALS];

static void mts_lab_sidebar_dispose(GObject *object)
{
    MtsLabSidebar *self = MTS_LAB_SIDEBAR(object);
    if (self->desk) {
        g_signal_handlers_disconnect_by_data(self->desk, self);
    }
    g_clear_object(&self->desk);
    g_clear_pointer(&self->box, gtk_widget_unparent);
    g_clear_pointer(&self->rows, g_ptr_array_unref);
    G_OBJECT_CLASS(mts_lab_sidebar_parent_class)->dispose(object);
}

static void mts_lab_sidebar_class_init(MtsLabSidebarClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = mts_lab_sidebar_dispose;
    gtk_widget_class_set_layout_manager_type(widget, GTK_TYPE_BIN_LAYOUT);
    gtk_widget_class_set_css_name(widget, "labsidebar");
    signals[CHOSEN] = g_signal_new(
        "chosen", MTS_TYPE_LAB_SIDEBAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void mts_lab_sidebar_init(MtsLabSidebar *self)
{
    self->rows = g_ptr_array_new();
}

/* ---- how lessons stand ----------------------------------------------------------------------- */

static double share_of(MtsLabDesk *desk, const MtsLesson *lesson)
{
    guint done = 0;
    if (mts_lab_desk_lesson_done(desk, lesson)) {
        return 1;
    }
    for (guint i = 0; i < lesson->steps->len; i++) {
        done += mts_lab_desk_step_done(desk, lesson, i);
    }
    /* A lesson that was only looked into shows that it was. */
    return mts_lab_desk_lesson_begun(desk, lesson) ? MAX(.08, (double)done / lesson->steps->len)
                                                   : 0;
}

static char *note_of(MtsLabDesk *desk, const MtsLesson *lesson)
{
    GString *note = g_string_new(NULL);
    if (lesson->minutes > 0) {
        g_string_append_printf(note, "%u min", lesson->minutes);
    }
    if (mts_lab_desk_lesson_begun(desk, lesson) && !mts_lab_desk_lesson_done(desk, lesson)) {
        g_string_append_printf(note, "%sstep %u of %u", note->len ? " · " : "",
            mts_lab_desk_lesson_step(desk, lesson) + 1, lesson->steps->len);
    }
    return g_string_free(note, FALSE);
}

static GtkWidget *part_of(GtkWidget *row, const char *name)
{
    return g_object_get_data(G_OBJECT(row), name);
}

static void show_row(MtsLabSidebar *self, guint index)
{
    const MtsLesson *lesson = mts_lab_desk_lesson(self->desk, index);
    GtkWidget *row = g_ptr_array_index(self->rows, index);
    const gboolean active = mts_lab_desk_get_open(self->desk) == (int)index;
    g_autofree char *note = note_of(self->desk, lesson);
    mts_lab_mark_set_share(MTS_LAB_MARK(part_of(row, "mark")), share_of(self->desk, lesson));
    gtk_label_set_text(GTK_LABEL(part_of(row, "note")), note);
    if (active) {
        gtk_widget_add_css_class(row, "active");
    } else {
        gtk_widget_remove_css_class(row, "active");
    }
    g_autofree char *name = g_strdup_printf("%s, %s%s", lesson->title, note,
        mts_lab_desk_lesson_done(self->desk, lesson) ? ", done" : "");
    gtk_accessible_update_property(GTK_ACCESSIBLE(row), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
    gtk_accessible_update_state(GTK_ACCESSIBLE(row), GTK_ACCESSIBLE_STATE_SELECTED, active, -1);
}

static void show(MtsLabSidebar *self)
{
    const guint all = mts_lab_desk_count(self->desk);
    guint done = 0;
    for (guint i = 0; i < all && i < self->rows->len; i++) {
        show_row(self, i);
        done += mts_lab_desk_lesson_done(self->desk, mts_lab_desk_lesson(self->desk, i));
    }
    g_autofree char *count = g_strdup_printf("%u of %u done", done, all);
    gtk_label_set_text(GTK_LABEL(self->count), count);
    gtk_progress_bar_set_fraction(GTK_PROGRESS_BAR(self->bar), all > 0 ? (double)done / all : 0);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void on_row(GtkWidget *row, MtsLabSidebar *self)
{
    for (guint i = 0; i < self->rows->len; i++) {
        if (g_ptr_array_index(self->rows, i) == row) {
            mts_lab_desk_open(self->desk, i);
            g_signal_emit(self, signals[CHOSEN], 0);
            return;
        }
    }
}

static GtkWidget *label_new(const char *text, const char *class)
{
    GtkWidget *label = gtk_label_new(text);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
    gtk_widget_add_css_class(label, class);
    return label;
}

static GtkWidget *row_new(MtsLabSidebar *self, const MtsLesson *lesson)
{
    GtkWidget *row = gtk_button_new();
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    GtkWidget *words = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    GtkWidget *mark = mts_lab_mark_new(18, FALSE);
    GtkWidget *note = label_new(NULL, "lab-row-note");
    gtk_widget_set_css_classes(row, (const char *[]){"flat", "lab-row", NULL});
    gtk_box_append(GTK_BOX(words), label_new(lesson->title, "lab-row-title"));
    gtk_box_append(GTK_BOX(words), note);
    gtk_widget_set_valign(words, GTK_ALIGN_CENTER);
    gtk_box_append(GTK_BOX(box), mark);
    gtk_box_append(GTK_BOX(box), words);
    gtk_button_set_child(GTK_BUTTON(row), box);
    gtk_widget_set_tooltip_text(row, lesson->summary);
    g_object_set_data(G_OBJECT(row), "mark", mark);
    g_object_set_data(G_OBJECT(row), "note", note);
    g_signal_connect(row, "clicked", G_CALLBACK(on_row), self);
    return row;
}

static GtkWidget *fault_new(const char *name, const char *sentence)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
    GtkWidget *text = label_new(sentence, "lab-fault-text");
    gtk_widget_add_css_class(box, "lab-fault");
    gtk_label_set_wrap(GTK_LABEL(text), TRUE);
    gtk_label_set_wrap_mode(GTK_LABEL(text), PANGO_WRAP_WORD_CHAR);
    gtk_label_set_ellipsize(GTK_LABEL(text), PANGO_ELLIPSIZE_NONE);
    gtk_label_set_selectable(GTK_LABEL(text), TRUE);
    gtk_box_append(GTK_BOX(box), label_new(name, "lab-row-title"));
    gtk_box_append(GTK_BOX(box), text);
    return box;
}

static const char *section_of(const MtsLesson *lesson)
{
    return lesson->section && *lesson->section ? lesson->section : OTHERS;
}

/* Sections in the order in which their first lesson comes; lessons in theirs. */
static void add_section(MtsLabSidebar *self, const char *section)
{
    gtk_box_append(GTK_BOX(self->list), label_new(section, "lab-section"));
    for (guint i = 0; i < mts_lab_desk_count(self->desk); i++) {
        const MtsLesson *lesson = mts_lab_desk_lesson(self->desk, i);
        if (g_str_equal(section_of(lesson), section)) {
            GtkWidget *row = row_new(self, lesson);
            self->rows->pdata[i] = row;
            gtk_box_append(GTK_BOX(self->list), row);
        }
    }
}

static void on_lessons(MtsLabSidebar *self)
{
    GtkWidget *child;
    while ((child = gtk_widget_get_first_child(self->list))) {
        gtk_box_remove(GTK_BOX(self->list), child);
    }
    g_ptr_array_set_size(self->rows, (int)mts_lab_desk_count(self->desk));
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < mts_lab_desk_count(self->desk); i++) {
        const char *section = section_of(mts_lab_desk_lesson(self->desk, i));
        if (g_hash_table_add(seen, (gpointer)section)) {
            add_section(self, section);
        }
    }
    for (guint i = 0; i < mts_lab_desk_error_count(self->desk); i++) {
        if (i == 0) {
            gtk_box_append(GTK_BOX(self->list), label_new("Could not be read", "lab-section"));
        }
        gtk_box_append(GTK_BOX(self->list),
            fault_new(
                mts_lab_desk_error_name(self->desk, i), mts_lab_desk_error_text(self->desk, i)));
    }
    show(self);
}

GtkWidget *mts_lab_sidebar_new(MtsLabDesk *desk)
{
    MtsLabSidebar *self = g_object_new(MTS_TYPE_LAB_SIDEBAR, NULL);
    self->desk = g_object_ref(desk);
    self->box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_widget_set_parent(self->box, GTK_WIDGET(self));
    GtkWidget *head = gtk_box_new(GTK_ORIENTATION_VERTICAL, 10);
    GtkWidget *line = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    GtkWidget *title = label_new("Course", "lab-course");
    gtk_widget_add_css_class(head, "lab-course-head");
    gtk_widget_set_hexpand(title, TRUE);
    self->count = label_new(NULL, "lab-count");
    self->bar = gtk_progress_bar_new();
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self->bar), GTK_ACCESSIBLE_PROPERTY_LABEL, "Lessons done", -1);
    gtk_box_append(GTK_BOX(line), title);
    gtk_box_append(GTK_BOX(line), self->count);
    gtk_box_append(GTK_BOX(head), line);
    gtk_box_append(GTK_BOX(head), self->bar);
    gtk_box_append(GTK_BOX(self->box), head);
    self->list = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
    gtk_widget_add_css_class(self->list, "lab-list");
    self->scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_policy(
        GTK_SCROLLED_WINDOW(self->scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(self->scrolled), self->list);
    gtk_widget_set_vexpand(self->scrolled, TRUE);
    gtk_box_append(GTK_BOX(self->box), self->scrolled);
    g_signal_connect_swapped(desk, "lessons", G_CALLBACK(on_lessons), self);
    g_signal_connect_swapped(desk, "opened", G_CALLBACK(show), self);
    g_signal_connect_swapped(desk, "tasks", G_CALLBACK(show), self);
    on_lessons(self);
    return GTK_WIDGET(self);
}

GtkWidget *mts_lab_sidebar_get_row(MtsLabSidebar *self, guint index)
{
    return g_ptr_array_index(self->rows, index);
}
