/* The menu of presets under real input. */
#include "schedule/presets.h"
#include "stage.h"
#include "xinput.h"

enum { WIDTH = 900 + 320, HEIGHT = 700 };

static guint preset_called(const char *name)
{
    for (guint i = 0; i < eng_preset_count(); i++) {
        if (strcmp(eng_preset_at(i)->name, name) == 0) {
            return i;
        }
    }
    g_error("no preset is called %s", name);
}

static GtkWidget *find_type(GtkWidget *root, GType type)
{
    if (g_type_is_a(G_OBJECT_TYPE(root), type)) {
        return root;
    }
    for (GtkWidget *child = gtk_widget_get_first_child(root); child;
         child = gtk_widget_get_next_sibling(child)) {
        GtkWidget *found = find_type(child, type);
        if (found) {
            return found;
        }
    }
    return NULL;
}

static void click(GtkWidget *widget)
{
    xinput_click(widget, gtk_widget_get_width(widget) / 2.0, gtk_widget_get_height(widget) / 2.0);
}

static char *first_lane(Stage *stage)
{
    return stage_lane(stage, 0, ENG_ROLE_W);
}

static void test_menu(void)
{
    Stage stage;
    stage_set_up(&stage, "*: bfp8", WIDTH, HEIGHT);
    GtkWidget *button = find_type(stage.bar, GTK_TYPE_MENU_BUTTON);
    GtkPopover *popover = gtk_menu_button_get_popover(GTK_MENU_BUTTON(button));
    click(button);
    WAIT_UNTIL(gtk_widget_get_mapped(GTK_WIDGET(popover)), 5000);
    xinput_settle(GTK_WIDGET(popover));
    GtkWidget *list = find_type(GTK_WIDGET(popover), GTK_TYPE_LIST_BOX);
    GtkWidget *row = GTK_WIDGET(
        gtk_list_box_get_row_at_index(GTK_LIST_BOX(list), (int)preset_called("fast-low")));
    /* Resting on a row shows it, without an edit. */
    xinput_move(row, gtk_widget_get_width(row) / 2.0, 10);
    char *lane = first_lane(&stage);
    g_assert_cmpstr(lane, ==, "2@0-12");
    g_free(lane);
    g_assert_cmpuint(stage.committed, ==, 0);
    /* Leaving takes it back. */
    xinput_key(row, GDK_KEY_Escape, 0);
    WAIT_UNTIL(!gtk_widget_get_mapped(GTK_WIDGET(popover)), 5000);
    lane = first_lane(&stage);
    g_assert_cmpstr(lane, ==, "8@0-12");
    g_free(lane);
    g_assert_cmpuint(stage.committed, ==, 0);
    g_assert_false(mts_schedule_model_can_undo(stage.model));

    /* Choosing keeps it, right of the playhead, as one edit. */
    stage_run_to(&stage, 3);
    /* The X server's grab of the closed popover may swallow a click that comes at once. */
    gtk_menu_button_popup(GTK_MENU_BUTTON(button));
    WAIT_UNTIL(gtk_widget_get_mapped(GTK_WIDGET(popover)), 5000);
    xinput_settle(GTK_WIDGET(popover));
    click(row);
    WAIT_UNTIL(!gtk_widget_get_mapped(GTK_WIDGET(popover)), 5000);
    lane = first_lane(&stage);
    g_assert_cmpstr(lane, ==, "8@0-3 2@3-12");
    g_free(lane);
    g_assert_cmpuint(stage.committed, ==, 1);
    mts_timeline_undo(stage.timeline);
    lane = first_lane(&stage);
    g_assert_cmpstr(lane, ==, "8@0-12");
    g_free(lane);
    stage_tear_down(&stage);
}

int main(int argc, char **argv)
{
    stage_init(&argc, &argv);
    g_test_add_func("/presets/menu", test_menu);
    return g_test_run();
}
