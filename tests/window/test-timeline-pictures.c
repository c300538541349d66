/* Pictures of timeline, toolbar and inspector in their states. */
#include "picture.h"
#include "stage.h"
#include "xinput.h"

static void test_running(void)
{
    Stage stage;
    stage_set_up(&stage, NULL, 856 + 320, 812);
    stage_run_to(&stage, 4.8);
    mts_time_axis_set_pin(stage.axis, 3.25 * STAGE_PER_EPOCH);
    /* The mock-up's moment: conv3's W is dragged from 5.5 to 6. */
    const double y = stage_y(&stage, 2, ENG_ROLE_W);
    xinput_hold(stage.lanes, stage_x(&stage, 5.5), y, stage_x(&stage, 6), y, 6);
    picture_all(stage.window, picture_folder(), "timeline-running");
    xinput_key(stage.lanes, GDK_KEY_Escape, 0);
    xinput_release(stage.lanes, 1);
    stage_tear_down(&stage);
}

int main(int argc, char **argv)
{
    stage_init(&argc, &argv);
    if (!picture_folder()) {
        g_setenv("MANTISSA_PICTURES", g_get_tmp_dir(), FALSE);
    }
    g_test_add_func("/timeline-pictures/running", test_running);
    return g_test_run();
}
