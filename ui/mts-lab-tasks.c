#include "mts-lab-tasks.h"

#include "mts-lab-mark.h"

typedef struct Row {
    GtkWidget *box, *mark, *title, *text;
} Row;

struct _MtsLabTasks {
    GtkWidget parent;
    MtsLabDesk *desk;
    const MtsLessonStep *step; /* borrowed: the tasks go when another step is opened */
    GtkWidget *box;
    GArray *rows; /* Row */
    GtkWidget *help, *note, *on;
};

G_DEFINE_FINAL_TYPE(MtsLabTasks, mts_lab_tasks, GTK_TYPE_WIDGET)

static void mts_lab_tasks_dispose(GObject *object)
{
    MtsLabTasks *self = MTS_LAB_TASKS(object);
    if (self->desk) {
        g_signal_handlers_disconnect_by_data(self->desk, self);
    }
    g_clear_object(&self->desk);
    g_clear_pointer(&self->box, gtk_widget_unparent);
    g_clear_pointer(&self->rows, g_array_unref);
    G_OBJECT_CLASS(mts_lab_tasks_parent_class)->dispose(object);
}

static void mts_lab_tasks_class_init(MtsLabTasksClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = mts_lab_tasks_dispose;
    gtk_widget_class_set_layout_manager_type(widget, GTK_TYPE_BIN_LAYOUT);
    gtk_widget_class_set_css_name(widget, "labtasks");
    gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_LIST);
}

static void mts_lab_tasks_init(MtsLabTasks *self)
{
    self->rows = g_array_new(FALSE, TRUE, sizeof(Row));
}

static GtkWidget *label_new(const char *text, const char *class)
{
    GtkWidget *label = gtk_label_new(text);
    gtk_label_set_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_width_chars(GTK_LABEL(label), 12);
    gtk_widget_add_css_class(label, class);
    return label;
}

static void add_row(MtsLabTasks *self, const MtsLessonTask *task)
{
    Row row = {.box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12),
        .mark = mts_lab_mark_new(24, TRUE),
        .title = label_new(task->title, "lab-task-title"),
        .text = label_new(NULL, "lab-task-text")};
    GtkWidget *words = gtk_box_new(GTK_ORIENTATION_VERTICAL, 1);
    gtk_widget_add_css_class(row.box, "lab-task");
    gtk_widget_set_valign(row.mark, GTK_ALIGN_START);
    gtk_widget_set_hexpand(words, TRUE);
    gtk_box_append(GTK_BOX(words), row.title);
    gtk_box_append(GTK_BOX(words), row.text);
    gtk_box_append(GTK_BOX(row.box), row.mark);
    gtk_box_append(GTK_BOX(row.box), words);
    gtk_box_append(GTK_BOX(self->box), row.box);
    g_array_append_val(self->rows, row);
}

static void show_row(MtsLabTasks *self, guint index)
{
    const MtsLessonTask *task = mts_lesson_task(self->step, index);
    const Row *row = &g_array_index(self->rows, Row, index);
    const gboolean done = mts_lab_desk_task_done(self->desk, index);
    const gboolean now = mts_lab_desk_task_now(self->desk) == (int)index;
    const char *text = done && task->done ? task->done : task->say;
    mts_lab_mark_set_share(MTS_LAB_MARK(row->mark), done ? 1 : 0);
    gtk_label_set_text(GTK_LABEL(row->text), text ? text : "");
    gtk_widget_set_visible(row->text, text && (done || now));
    if (done || now) {
        gtk_widget_remove_css_class(row->box, "later");
    } else {
        gtk_widget_add_css_class(row->box, "later");
    }
}

static void show(MtsLabTasks *self)
{
    if (mts_lab_desk_open_step(self->desk) != self->step) {
        return; /* another step is open: these tasks are about to go */
    }
    for (guint i = 0; i < self->rows->len; i++) {
        show_row(self, i);
    }
    const gboolean showing = mts_lab_desk_is_showing(self->desk);
    gtk_widget_set_visible(self->note, showing);
    gtk_widget_set_visible(self->help,
        !showing && mts_lab_desk_is_stuck(self->desk) && mts_lab_desk_can_show(self->desk));
    gtk_widget_set_visible(self->on, mts_lab_desk_task_now(self->desk) < 0);
}

static void on_help(MtsLabTasks *self)
{
    mts_lab_desk_show(self->desk);
}

static void on_next(MtsLabTasks *self)
{
    mts_lab_desk_turn(self->desk, 1);
}

static gboolean is_last_step(MtsLabDesk *desk)
{
    const MtsLesson *lesson = mts_lab_desk_lesson(desk, (guint)mts_lab_desk_get_open(desk));
    return mts_lab_desk_get_step(desk) + 1 == lesson->steps->len;
}

static gboolean is_last_lesson(MtsLabDesk *desk)
{
    return (guint)mts_lab_desk_get_open(desk) + 1 == mts_lab_desk_count(desk);
}

GtkWidget *mts_lab_tasks_new(MtsLabDesk *desk)
{
    MtsLabTasks *self = g_object_new(MTS_TYPE_LAB_TASKS, NULL);
    self->desk = g_object_ref(desk);
    self->step = mts_lab_desk_open_step(desk);
    self->box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_widget_set_parent(self->box, GTK_WIDGET(self));
    for (guint i = 0; i < self->step->tasks->len; i++) {
        add_row(self, mts_lesson_task(self->step, i));
    }
    self->note = label_new("One answer. It goes back in a moment.", "lab-task-text");
    self->help = gtk_button_new_with_label("Show me");
    self->on = gtk_button_new_with_label(!is_last_step(desk) ? "Next Step"
            : !is_last_lesson(desk)                          ? "Next Lesson"
                                                             : "The course is done");
    gtk_widget_set_sensitive(self->on, !is_last_step(desk) || !is_last_lesson(desk));
    gtk_widget_add_css_class(self->on, "suggested-action");
    gtk_widget_add_css_class(self->on, "lab-next");
    gtk_widget_add_css_class(self->help, "lab-help");
    gtk_widget_set_halign(self->help, GTK_ALIGN_START);
    gtk_widget_set_halign(self->on, GTK_ALIGN_START);
    gtk_box_append(GTK_BOX(self->box), self->note);
    gtk_box_append(GTK_BOX(self->box), self->help);
    gtk_box_append(GTK_BOX(self->box), self->on);
    g_signal_connect_swapped(self->help, "clicked", G_CALLBACK(on_help), self);
    g_signal_connect_swapped(self->on, "clicked", G_CALLBACK(on_next), self);
    g_signal_connect_swapped(desk, "tasks", G_CALLBACK(show), self);
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, "Tasks", -1);
    show(self);
    return GTK_WIDGET(self);
}
