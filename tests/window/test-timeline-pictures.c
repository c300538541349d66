/* Pictures of timeline, toolbar and inspector in their states, light and dark, at 100 and 200 %.
 * They go to MANTISSA_PICTURES; without it they are drawn all the same, into a folder that is
 * thrown away, because drawing must not warn. */
#include "picture.h"
#include "stage.h"
#include "xinput.h"

#include "mts-inspector.h"

#include <glib/gstdio.h>

enum { WIDTH = 856 + 320, HEIGHT = 812 };

static char *folder;

static void set_up(Stage *stage, gconstpointer width)
{
    stage_set_up(stage, NULL, width ? GPOINTER_TO_INT(width) : WIDTH, HEIGHT);
}

static void tear_down(Stage *stage, gconstpointer width)
{
    stage_tear_down(stage);
}

static void take(Stage *stage, const char *name)
{
    picture_all(stage->window, folder, name);
}

/* Ratios that fall with the threshold and scatter round it. */
static void add_ratios(Stage *stage, double epochs)
{
    guint32 noise = 99;
    for (guint32 step = 0; step < epochs * STAGE_PER_EPOCH; step += 20) {
        noise = noise * 1664525 + 1013904223;
        const double scatter = ((noise >> 8) % 1000) / 1000.0 - .5;
        const double ratio = .46 - .2 * step / STAGE_STEPS + .16 * scatter;
        mts_inspector_add_ratio(MTS_INSPECTOR(stage->inspector), 2, ENG_ROLE_W, step, ratio);
    }
}

/* The mock-up's moment: conv3's W is dragged from 5.5 to 6. */
static void test_running(Stage *stage, gconstpointer width)
{
    stage_run_to(stage, 4.8);
    add_ratios(stage, 4.8);
    mts_time_axis_set_pin(stage->axis, 3.25 * STAGE_PER_EPOCH);
    const double y = stage_y(stage, 2, ENG_ROLE_W);
    xinput_hold(stage->lanes, stage_x(stage, 5.5) + 3, y, stage_x(stage, 6) + 3, y, 6);
    take(stage, "timeline-running");
    xinput_release(stage->lanes, 1);
}

/* The tooltip of the topmost lane has no room above it. */
static void test_top_lane(Stage *stage, gconstpointer width)
{
    const double y = stage_y(stage, 0, ENG_ROLE_W);
    xinput_hold(stage->lanes, stage_x(stage, 9) + 3, y, stage_x(stage, 10.3), y, 6);
    take(stage, "timeline-top-lane");
    xinput_release(stage->lanes, 1);
}

static void test_keyboard(Stage *stage, gconstpointer width)
{
    stage_run_to(stage, 4.8);
    gtk_widget_grab_focus(stage->lanes);
    mts_timeline_select(stage->timeline, 3, ENG_ROLE_G, 1);
    xinput_key(stage->lanes, GDK_KEY_bracketright, 0);
    xinput_key(stage->lanes, GDK_KEY_Right, 0);
    take(stage, "timeline-keyboard");
}

static void test_brushes(Stage *stage, gconstpointer width)
{
    stage_run_to(stage, 2);
    mts_timeline_set_tool(stage->timeline, MTS_TOOL_PAINT);
    xinput_move(stage->lanes, stage_x(stage, 5.4), stage_y(stage, 1, ENG_ROLE_G));
    take(stage, "timeline-brush");
    mts_timeline_set_tool(stage->timeline, MTS_TOOL_ADAPTIVE);
    xinput_hold(stage->lanes, stage_x(stage, 8.4), stage_y(stage, 1, ENG_ROLE_A),
        stage_x(stage, 10.4), stage_y(stage, 2, ENG_ROLE_A), 4);
    take(stage, "timeline-sweep");
    xinput_release(stage->lanes, 1);
    mts_timeline_set_tool(stage->timeline, MTS_TOOL_SPLIT);
    xinput_move(stage->lanes, stage_x(stage, 6.5), stage_y(stage, 3, ENG_ROLE_W));
    take(stage, "timeline-razor");
}

static void test_selection(Stage *stage, gconstpointer width)
{
    xinput_drag(stage->ruler, stage_x(stage, 8.2), 10, stage_x(stage, 9.5), 10);
    xinput_hold(stage->lanes, stage_x(stage, 4.4), 58, stage_x(stage, 8.7), 56 * 3 - 10, 5);
    take(stage, "timeline-band");
    xinput_release(stage->lanes, 1);
}

static void test_folded(Stage *stage, gconstpointer width)
{
    stage_run_to(stage, 3);
    gtk_widget_grab_focus(stage->lanes);
    xinput_key(stage->lanes, GDK_KEY_g, 0);
    mts_timeline_select(stage->timeline, 3, ENG_ROLE_A, 1);
    xinput_key(stage->lanes, GDK_KEY_o, 0);
    xinput_move(stage->lanes, 40, 28);
    take(stage, "timeline-folded");
}

static void test_zoomed(Stage *stage, gconstpointer width)
{
    stage_run_to(stage, 4.8);
    mts_time_axis_set_view(stage->axis, 4.2 * STAGE_PER_EPOCH, 6.7 * STAGE_PER_EPOCH);
    xinput_move(stage->lanes, stage_x(stage, 5.3), stage_y(stage, 1, ENG_ROLE_W));
    take(stage, "timeline-zoomed");
    mts_time_axis_set_view(stage->axis, 1870, 1900);
    take(stage, "timeline-steps");
}

static void test_stochastic(Stage *stage, gconstpointer width)
{
    mts_timeline_select(stage->timeline, 2, ENG_ROLE_G, 2);
    take(stage, "inspector-stochastic");
    mts_timeline_select(stage->timeline, 4, ENG_ROLE_G, 2);
    take(stage, "inspector-fp32");
}

static GtkWidget *find_menu(GtkWidget *root)
{
    if (GTK_IS_MENU_BUTTON(root)) {
        return root;
    }
    GtkWidget *found = NULL;
    for (GtkWidget *child = gtk_widget_get_first_child(root); child && !found;
         child = gtk_widget_get_next_sibling(child)) {
        found = find_menu(child);
    }
    return found;
}

static void test_presets(Stage *stage, gconstpointer width)
{
    GtkWidget *button = find_menu(stage->bar);
    GtkWidget *popover = GTK_WIDGET(gtk_menu_button_get_popover(GTK_MENU_BUTTON(button)));
    xinput_click(button, 10, 10);
    WAIT_UNTIL(gtk_widget_get_mapped(popover), 5000);
    xinput_settle(popover);
    xinput_move(popover, 80, 60);
    picture_all(popover, folder, "presets");
    xinput_key(popover, GDK_KEY_Escape, 0);
}

static void test_narrow(Stage *stage, gconstpointer width)
{
    stage_run_to(stage, 4.8);
    take(stage, "timeline-narrow");
}

#define ADD(name, width, function)                                                                 \
    g_test_add(                                                                                    \
        "/timeline-pictures/" name, Stage, GINT_TO_POINTER(width), set_up, function, tear_down)

int main(int argc, char **argv)
{
    stage_init(&argc, &argv);
    g_autofree char *scratch =
        picture_folder() ? NULL : g_dir_make_tmp("mantissa-pictures-XXXXXX", NULL);
    folder = scratch ? scratch : (char *)picture_folder();
    ADD("running", 0, test_running);
    ADD("top-lane", 0, test_top_lane);
    ADD("keyboard", 0, test_keyboard);
    ADD("brushes", 0, test_brushes);
    ADD("selection", 0, test_selection);
    ADD("folded", 0, test_folded);
    ADD("zoomed", 0, test_zoomed);
    ADD("stochastic", 0, test_stochastic);
    ADD("presets", 0, test_presets);
    ADD("narrow", 700, test_narrow);
    const int status = g_test_run();
    if (scratch) {
        GDir *dir = g_dir_open(scratch, 0, NULL);
        for (const char *name; (name = g_dir_read_name(dir));) {
            g_autofree char *path = g_build_filename(scratch, name, NULL);
            g_unlink(path);
        }
        g_dir_close(dir);
        g_rmdir(scratch);
    }
    return status;
}
