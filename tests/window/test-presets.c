/* Presets as text and as plans, and the menu under real input. */
#include "mts-presets.h"
#include "stage.h"
#include "xinput.h"

enum { WIDTH = 900 + 320, HEIGHT = 700 };

/* ---- texts ---------------------------------------------------------------------------------- */

static void test_plans(void)
{
    static const char *const names[] = {"conv1", "conv2", "fc1", "fc2", "fc3", "fc4", "fc5"};
    static const EngClock clocks[] = {{1, 1}, {3, 7}, {100, 100}, {4692, 391}, {100000, 3}};
    guint count;
    const MtsPreset *presets = mts_presets_get(&count);
    for (guint preset = 0; preset < count; preset++) {
        g_assert_cmpuint(strlen(presets[preset].sentence), >, 20);
        g_assert_cmpuint(strlen(presets[preset].source), >, 5);
        for (guint layers = 1; layers <= G_N_ELEMENTS(names); layers += 2) {
            for (gsize i = 0; i < G_N_ELEMENTS(clocks); i++) {
                EngPlan *plan = mts_preset_plan(preset, names, layers, clocks[i]);
                g_assert_nonnull(plan);
                g_assert_cmpuint(plan->layers, ==, layers);
                eng_plan_free(plan);
            }
        }
    }
}

static guint preset_called(const char *title)
{
    guint count;
    const MtsPreset *presets = mts_presets_get(&count);
    for (guint i = 0; i < count; i++) {
        if (strcmp(presets[i].title, title) == 0) {
            return i;
        }
    }
    g_error("no preset is called %s", title);
}

static void test_booster(void)
{
    static const char *const names[] = {"a", "b", "c"};
    const EngClock clock = {1050, 100};
    EngPlan *plan = mts_preset_plan(preset_called("Booster epoch"), names, 3, clock);
    size_t count;
    const EngSpan *middle = eng_plan_spans(plan, 1, ENG_SLOT_W_FWD, &count);
    g_assert_cmpuint(count, ==, 2);
    g_assert_cmpuint(middle[1].from, ==, 950);
    g_assert_cmpuint(middle[0].precision.format.m, ==, 3);
    g_assert_cmpuint(middle[0].precision.format.g, ==, 64);
    g_assert_cmpuint(middle[1].precision.format.m, ==, 5);
    eng_plan_spans(plan, 0, ENG_SLOT_W_FWD, &count);
    g_assert_cmpuint(count, ==, 1);
    eng_plan_free(plan);
}

static void test_cyclic(void)
{
    static const char *const names[] = {"a"};
    const EngClock clock = {3200, 100};
    EngPlan *plan = mts_preset_plan(preset_called("Cyclic precision"), names, 1, clock);
    static const unsigned bits[] = {3, 4, 7, 8};
    for (guint32 step = 0; step < clock.steps; step += 50) {
        const EngSpan *span = eng_plan_at(plan, 0, ENG_SLOT_A_FWD, step);
        g_assert_cmpuint(span->precision.format.m, ==, bits[step / 100 % 4]);
    }
    size_t count;
    eng_plan_spans(plan, 0, ENG_SLOT_G_DGRAD, &count);
    g_assert_cmpuint(count, ==, 1);
    eng_plan_free(plan);
}

/* ---- menu ----------------------------------------------------------------------------------- */

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
        gtk_list_box_get_row_at_index(GTK_LIST_BOX(list), (int)preset_called("Constant 2")));
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
    xinput_move(stage.lanes, 300, 200);
    click(button);
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
    g_test_add_func("/presets/plans", test_plans);
    g_test_add_func("/presets/booster", test_booster);
    g_test_add_func("/presets/cyclic", test_cyclic);
    g_test_add_func("/presets/menu", test_menu);
    return g_test_run();
}
