/* Pictures of the studio page and of New Run in their states and sizes, light and dark, once and
 * twice the pixels. What they show is made up (studio-data.c). */
#include "mts-new-run.h"
#include "picture.h"
#include "stage.h"
#include "studio-fixture.h"
#include "xinput.h"
#include <math.h>

/* The page of a run that has come so far; the pointer rests where it changes nothing. */
static void show(Fixture *scene, int width, int height, guint32 done)
{
    set_up_sized(scene, width, height, done);
    xinput_move(GTK_WIDGET(scene->window), width / 2.0, 20);
    xinput_settle(GTK_WIDGET(scene->window));
}

/* The mock-up's moment: two fifths through, the crosshair pinned at epoch 3.25, conv3's weights
 * selected from epoch 6 to 9. */
static void running(Fixture *scene, int width, int height)
{
    show(scene, width, height, STUDIO_DONE);
    MtsTimeAxis *axis = mts_studio_get_axis(scene->studio);
    mts_time_axis_set_pin(axis, 3.25 * STUDIO_EPOCH);
    MtsScheduleModel *model = mts_studio_get_model(scene->studio);
    mts_timeline_select(mts_studio_get_timeline(scene->studio), 2, ENG_ROLE_W,
        mts_schedule_model_find(model, 2, ENG_ROLE_W, 7 * STUDIO_EPOCH));
    xinput_settle(GTK_WIDGET(scene->window));
}

static void take(Fixture *scene, const char *name)
{
    picture_all(GTK_WIDGET(scene->window), picture_folder(), name);
}

static void test_running(void)
{
    Fixture scene;
    running(&scene, 1440, 900);
    take(&scene, "studio");
    tear_down(&scene);
}

static void test_wide(void)
{
    Fixture scene;
    running(&scene, 1920, 1080);
    take(&scene, "studio-wide");
    tear_down(&scene);
}

static void test_narrow(void)
{
    Fixture scene;
    running(&scene, 800, 600);
    take(&scene, "studio-narrow");
    mts_studio_set_library_shown(scene.studio, TRUE);
    xinput_settle(GTK_WIDGET(scene.window));
    take(&scene, "studio-narrow-library");
    tear_down(&scene);
}

static void test_idle(void)
{
    Fixture scene;
    show(&scene, 1440, 900, 0);
    mts_studio_set_live(scene.studio, NULL);
    g_list_store_remove_all(mts_studio_get_ghosts(scene.studio));
    g_list_store_remove_all(scene.data.items);
    MtsTransport *transport = mts_studio_get_transport(scene.studio);
    mts_transport_set_status(transport, MTS_STATUS_IDLE);
    mts_transport_set_speed(transport, NAN, NAN);
    mts_transport_set_times(transport, NAN, NAN);
    mts_window_set_run_title(scene.window, "Untitled", "Digits · MLP 256, 128");
    xinput_settle(GTK_WIDGET(scene.window));
    take(&scene, "studio-idle");
    tear_down(&scene);
}

static void test_finished(void)
{
    Fixture scene;
    show(&scene, 1440, 900, STUDIO_STEPS);
    mts_time_axis_set_view(
        mts_studio_get_axis(scene.studio), 2.6 * STUDIO_EPOCH, 5.2 * STUDIO_EPOCH);
    xinput_settle(GTK_WIDGET(scene.window));
    take(&scene, "studio-zoomed");
    tear_down(&scene);
}

static void test_diverged(void)
{
    Fixture scene;
    show(&scene, 1440, 900, STUDIO_DONE);
    mts_run_data_set_status(scene.data.live, MTS_STATUS_DIVERGED,
        "Diverged at iteration 1,877: conv3's gradients left the range of 2 bits. "
        "More bits for G, or a smaller learning rate, may help.");
    mts_transport_set_status(mts_studio_get_transport(scene.studio), MTS_STATUS_DIVERGED);
    xinput_settle(GTK_WIDGET(scene.window));
    take(&scene, "studio-diverged");
    tear_down(&scene);
}

static void test_new_run(void)
{
    Fixture scene;
    show(&scene, 1440, 900, STUDIO_DONE);
    GtkWindow *dialog = mts_new_run_new(GTK_WINDOW(scene.window));
    xinput_show(dialog);
    picture_all(GTK_WIDGET(dialog), picture_folder(), "new-run");
    const MtsNewRunChoice wrong = {
        "Spirals, wrongly", "spirals", "mlp:64,x", 10, 64, .05, .9, 1, 1, 1};
    mts_new_run_set_choice(MTS_NEW_RUN(dialog), &wrong);
    xinput_settle(GTK_WIDGET(dialog));
    picture_all(GTK_WIDGET(dialog), picture_folder(), "new-run-error");
    gtk_window_destroy(dialog);
    tear_down(&scene);
}

int main(int argc, char **argv)
{
    stage_init(&argc, &argv);
    if (!picture_folder()) {
        g_setenv("MANTISSA_PICTURES", g_get_tmp_dir(), FALSE);
    }
    g_test_add_func("/studio-pictures/running", test_running);
    g_test_add_func("/studio-pictures/wide", test_wide);
    g_test_add_func("/studio-pictures/narrow", test_narrow);
    g_test_add_func("/studio-pictures/idle", test_idle);
    g_test_add_func("/studio-pictures/zoomed", test_finished);
    g_test_add_func("/studio-pictures/diverged", test_diverged);
    g_test_add_func("/studio-pictures/new-run", test_new_run);
    return g_test_run();
}
