/* Pictures of the comparison in its states and sizes, light and dark, once and twice the pixels.
 * What they show is made up (compare-data.c). */
#include "compare-data.h"
#include "mts-window.h"
#include "picture.h"
#include "stage.h"
#include "xinput.h"

typedef struct Scene {
    AdwApplication *app;
    MtsWindow *window;
    MtsCompare *page;
} Scene;

static void set_up(Scene *scene, int width, int height, gboolean filled)
{
    scene->app = adw_application_new(MTS_APPLICATION_ID, G_APPLICATION_NON_UNIQUE);
    g_assert_true(g_application_register(G_APPLICATION(scene->app), NULL, NULL));
    scene->window = MTS_WINDOW(mts_window_new(GTK_APPLICATION(scene->app)));
    scene->page = MTS_COMPARE(mts_compare_new());
    gtk_window_set_default_size(GTK_WINDOW(scene->window), width, height);
    mts_window_add_page(
        scene->window, GTK_WIDGET(scene->page), "compare", "Compare", "mts-compare-symbolic");
    if (filled) {
        compare_data_load(scene->page);
    }
    AdwViewStack *stack = ADW_VIEW_STACK(gtk_widget_get_parent(GTK_WIDGET(scene->page)));
    adw_view_stack_set_visible_child_name(stack, "compare");
    xinput_show(GTK_WINDOW(scene->window));
    /* The pointer rests where it changes nothing. */
    xinput_move(GTK_WIDGET(scene->window), width / 2.0, 20);
    xinput_settle(GTK_WIDGET(scene->window));
}

static void tear_down(Scene *scene)
{
    gpointer window = scene->window;
    g_object_add_weak_pointer(G_OBJECT(scene->window), &window);
    gtk_window_destroy(GTK_WINDOW(scene->window));
    WAIT_UNTIL(window == NULL, 2000);
    g_object_unref(scene->app);
}

static void take(Scene *scene, const char *name)
{
    picture_all(GTK_WIDGET(scene->window), picture_folder(), name);
}

/* The mock-up's moment: sorted by the time to 75 %, the crosshair at 300 M cycles. */
static void test_filled(void)
{
    Scene scene;
    set_up(&scene, 1440, 900, TRUE);
    mts_compare_table_set_layout(mts_compare_get_table(scene.page),
        "check,run,schedule,best,final,cycles,energy,reach,speed-up sort=reach");
    mts_compare_model_set_cross(mts_compare_get_model(scene.page), 300e6);
    xinput_settle(GTK_WIDGET(scene.window));
    take(&scene, "compare");
    tear_down(&scene);
}

static void test_wide(void)
{
    Scene scene;
    set_up(&scene, 1920, 1080, TRUE);
    take(&scene, "compare-wide");
    tear_down(&scene);
}

static void test_narrow(void)
{
    Scene scene;
    set_up(&scene, 800, 600, TRUE);
    take(&scene, "compare-narrow");
    tear_down(&scene);
}

static void test_empty(void)
{
    Scene scene;
    set_up(&scene, 1440, 900, FALSE);
    take(&scene, "compare-empty");
    tear_down(&scene);
}

/* A run stands out in all cards. */
static void test_hover(void)
{
    Scene scene;
    set_up(&scene, 1440, 900, TRUE);
    mts_compare_model_set_hover(
        mts_compare_get_model(scene.page), compare_data_find(scene.page, "Low → high 2·4·8"));
    mts_compare_model_set_axis(mts_compare_get_model(scene.page), MTS_COMPARE_EPOCH);
    xinput_settle(GTK_WIDGET(scene.window));
    take(&scene, "compare-hover");
    tear_down(&scene);
}

int main(int argc, char **argv)
{
    stage_init(&argc, &argv);
    if (!picture_folder()) {
        g_setenv("MANTISSA_PICTURES", g_get_tmp_dir(), FALSE);
    }
    g_test_add_func("/compare-pictures/filled", test_filled);
    g_test_add_func("/compare-pictures/wide", test_wide);
    g_test_add_func("/compare-pictures/narrow", test_narrow);
    g_test_add_func("/compare-pictures/empty", test_empty);
    g_test_add_func("/compare-pictures/hover", test_hover);
    return g_test_run();
}
