#include "lab-stage.h"

#include "xinput.h"

static void on_toast(MtsLab *lab, const char *text, LabStage *stage)
{
    g_free(stage->toast);
    stage->toast = g_strdup(text);
}

void lab_stage_set_up(LabStage *stage, int width, int height)
{
    *stage = (LabStage){0};
    stage->app = adw_application_new(MTS_APPLICATION_ID, G_APPLICATION_NON_UNIQUE);
    g_assert_true(g_application_register(G_APPLICATION(stage->app), NULL, NULL));
    stage->window = MTS_WINDOW(mts_window_new(GTK_APPLICATION(stage->app)));
    stage->lab = MTS_LAB(mts_lab_new());
    stage->desk = mts_lab_get_desk(stage->lab);
    g_signal_connect(stage->lab, "toast", G_CALLBACK(on_toast), stage);
    mts_lab_desk_read_built_in(stage->desk);
    g_assert_cmpuint(mts_lab_desk_error_count(stage->desk), ==, 0);
    mts_lab_desk_open_last(stage->desk);
    mts_window_add_page(stage->window, GTK_WIDGET(stage->lab), "lab", "Lab", "mts-lab-symbolic");
    adw_view_stack_set_visible_child_name(
        ADW_VIEW_STACK(gtk_widget_get_ancestor(GTK_WIDGET(stage->lab), ADW_TYPE_VIEW_STACK)),
        "lab");
    gtk_window_set_default_size(GTK_WINDOW(stage->window), width, height);
    xinput_show(GTK_WINDOW(stage->window));
    /* The pointer rests where it changes nothing. */
    xinput_move(GTK_WIDGET(stage->window), width / 2.0, 20);
    xinput_settle(GTK_WIDGET(stage->window));
}

void lab_stage_tear_down(LabStage *stage)
{
    gpointer window = stage->window, lab = stage->lab, desk = stage->desk;
    g_object_add_weak_pointer(G_OBJECT(stage->window), &window);
    g_object_add_weak_pointer(G_OBJECT(stage->lab), &lab);
    g_object_add_weak_pointer(G_OBJECT(stage->desk), &desk);
    gtk_window_destroy(GTK_WINDOW(stage->window));
    WAIT_UNTIL(window == NULL && lab == NULL && desk == NULL, 5000);
    g_object_unref(stage->app);
    g_free(stage->toast);
}

void lab_stage_open(LabStage *stage, const char *id, guint step)
{
    guint i = 0;
    while (i < mts_lab_desk_count(stage->desk) &&
        !g_str_equal(mts_lab_desk_lesson(stage->desk, i)->id, id)) {
        i++;
    }
    g_assert_cmpuint(i, <, mts_lab_desk_count(stage->desk));
    mts_lab_desk_open(stage->desk, i);
    mts_lab_desk_set_step(stage->desk, step);
    xinput_settle(GTK_WIDGET(stage->window));
}

MtsLabModel *lab_stage_thing(LabStage *stage, guint index)
{
    return mts_lab_desk_thing(stage->desk, index);
}

GtkWidget *lab_stage_canvas(LabStage *stage, guint index)
{
    MtsLabCard *card = mts_lab_step_get_card(mts_lab_get_step(stage->lab), index);
    return GTK_WIDGET(mts_lab_card_get_canvas(card));
}

double lab_stage_read(LabStage *stage, guint index, const char *name)
{
    double value;
    g_assert_true(mts_lab_model_read(lab_stage_thing(stage, index), name, &value));
    return value;
}

void lab_stage_place(LabStage *stage, guint index, double x, double y, double *at_x, double *at_y)
{
    mts_lab_canvas_place(MTS_LAB_CANVAS(lab_stage_canvas(stage, index)), x, y, at_x, at_y);
}

double lab_stage_width(LabStage *stage, guint index)
{
    double unit, ignored;
    GtkWidget *canvas = lab_stage_canvas(stage, index);
    mts_lab_canvas_place(MTS_LAB_CANVAS(canvas), 1, 1, &unit, &ignored);
    return gtk_widget_get_width(canvas) / unit;
}
