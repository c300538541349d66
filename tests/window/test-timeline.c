/* The timeline under a real pointer: every gesture, and what it leaves in the schedule. */
#include "picture.h"
#include "stage.h"
#include "xinput.h"

#include <math.h>

enum { WIDTH = 856 + 320, HEIGHT = 520 };

static const char simple[] = "*: bfp4; *.W: bfp2 @0..4ep, bfp4 @4..8ep, bfp6 @8ep..";

static void set_up(Stage *stage, gconstpointer text)
{
    stage_set_up(stage, text, WIDTH, HEIGHT);
}

static void tear_down(Stage *stage, gconstpointer text)
{
    stage_tear_down(stage);
}

#define ASSERT_LANE(layer, track, wanted)                                                          \
    do {                                                                                           \
        char *got_ = stage_lane(stage, (layer), (track));                                          \
        g_assert_cmpstr(got_, ==, (wanted));                                                       \
        g_free(got_);                                                                              \
    } while (0)

static double x_of(Stage *stage, double epochs)
{
    return stage_x(stage, epochs);
}

static double y_of(guint layer, EngRole role)
{
    return stage_y(NULL, layer, role);
}

static guint selected(Stage *stage)
{
    guint count;
    g_free(mts_timeline_get_selection(stage->timeline, &count));
    return count;
}

/* ---- boundaries ----------------------------------------------------------------------------- */

static void test_drag_edge(Stage *stage, gconstpointer text)
{
    const double y = y_of(1, ENG_ROLE_W);
    xinput_hold(stage->lanes, x_of(stage, 4), y, x_of(stage, 6) + 4, y, 6);
    /* It moves live and stands at the whole epoch; nothing is committed yet. */
    ASSERT_LANE(1, ENG_ROLE_W, "2@0-6 4@6-8 6@8-12");
    g_assert_cmpuint(stage->committed, ==, 0);
    gboolean snapped;
    g_assert_cmpfloat(mts_time_axis_get_guide(stage->axis, &snapped), ==, 6 * STAGE_PER_EPOCH);
    g_assert_true(snapped);
    xinput_release(stage->lanes, 1);
    ASSERT_LANE(1, ENG_ROLE_W, "2@0-6 4@6-8 6@8-12");
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-4 4@4-8 6@8-12");
    g_assert_cmpuint(stage->committed, ==, 1);
    g_assert_cmpfloat(mts_time_axis_get_guide(stage->axis, NULL), <, 0);
    mts_timeline_undo(stage->timeline);
    ASSERT_LANE(1, ENG_ROLE_W, "2@0-4 4@4-8 6@8-12");
}

/* Between the things that attract the boundary follows the pointer to the step. */
static void test_drag_free(Stage *stage, gconstpointer text)
{
    const double y = y_of(1, ENG_ROLE_W);
    xinput_drag(stage->lanes, x_of(stage, 4), y, x_of(stage, 6.5), y);
    guint count;
    const EngSpan *spans = mts_schedule_model_get_spans(stage->model, 1, ENG_ROLE_W, &count);
    /* The pointer stands on whole pixels, and a pixel is six steps. */
    g_assert_cmpint(spans[1].from, >=, 6.5 * STAGE_PER_EPOCH - 7);
    g_assert_cmpint(spans[1].from, <=, 6.5 * STAGE_PER_EPOCH + 7);
}

/* Alt: no snapping, pressed during the drag as well. */
static void test_drag_alt(Stage *stage, gconstpointer text)
{
    const double y = y_of(0, ENG_ROLE_W);
    xinput_hold(stage->lanes, x_of(stage, 4), y, x_of(stage, 6) + 4, y, 4);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-6 4@6-8 6@8-12");
    xinput_key_down(stage->lanes, GDK_KEY_Alt_L);
    guint count;
    guint32 step = mts_schedule_model_get_spans(stage->model, 0, ENG_ROLE_W, &count)[1].from;
    g_assert_cmpuint(step, >, 6 * STAGE_PER_EPOCH);
    xinput_key_up(stage->lanes, GDK_KEY_Alt_L);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-6 4@6-8 6@8-12");
    xinput_release(stage->lanes, 1);
    g_assert_cmpuint(stage->committed, ==, 1);
}

/* Shift takes the same boundary of W, A and G along, Ctrl that of all layers; letting go of the
 * key lets go of them. */
static void test_drag_many(Stage *stage, gconstpointer text)
{
    const double y = y_of(2, ENG_ROLE_W);
    xinput_hold(stage->lanes, x_of(stage, 4), y, x_of(stage, 5), y, 4);
    ASSERT_LANE(2, ENG_ROLE_W, "2@0-5 4@5-8 6@8-12");
    ASSERT_LANE(3, ENG_ROLE_W, "2@0-4 4@4-8 6@8-12");
    xinput_key_down(stage->lanes, GDK_KEY_Control_L);
    ASSERT_LANE(3, ENG_ROLE_W, "2@0-5 4@5-8 6@8-12");
    xinput_key_up(stage->lanes, GDK_KEY_Control_L);
    ASSERT_LANE(3, ENG_ROLE_W, "2@0-4 4@4-8 6@8-12");
    xinput_key_down(stage->lanes, GDK_KEY_Control_L);
    xinput_release(stage->lanes, 1);
    xinput_key_up(stage->lanes, GDK_KEY_Control_L);
    for (guint layer = 0; layer < STAGE_LAYERS; layer++) {
        ASSERT_LANE(layer, ENG_ROLE_W, "2@0-5 4@5-8 6@8-12");
    }
    g_assert_cmpuint(stage->committed, ==, 1);
    g_assert_cmpstr(stage->toast, ==, "Moved in 5 lanes");
    mts_timeline_undo(stage->timeline);
    ASSERT_LANE(4, ENG_ROLE_W, "2@0-4 4@4-8 6@8-12");
}

static void test_drag_shift(Stage *stage, gconstpointer text)
{
    xinput_key_down(stage->lanes, GDK_KEY_Shift_L);
    const double y = y_of(0, ENG_ROLE_A);
    xinput_drag(stage->lanes, x_of(stage, 6), y, x_of(stage, 7), y);
    xinput_key_up(stage->lanes, GDK_KEY_Shift_L);
    ASSERT_LANE(0, ENG_ROLE_W, "4@0-7 8@7-12");
    ASSERT_LANE(0, ENG_ROLE_A, "4@0-7 8@7-12");
    ASSERT_LANE(0, ENG_ROLE_G, "4@0-7 8@7-12");
    ASSERT_LANE(1, ENG_ROLE_A, "4@0-6 8@6-12");
}

static void test_escape(Stage *stage, gconstpointer text)
{
    const double y = y_of(1, ENG_ROLE_W);
    xinput_hold(stage->lanes, x_of(stage, 4), y, x_of(stage, 6), y, 5);
    ASSERT_LANE(1, ENG_ROLE_W, "2@0-6 4@6-8 6@8-12");
    xinput_key(stage->lanes, GDK_KEY_Escape, 0);
    ASSERT_LANE(1, ENG_ROLE_W, "2@0-4 4@4-8 6@8-12");
    /* What the button still does means nothing any more. */
    xinput_move(stage->lanes, x_of(stage, 7), y);
    xinput_release(stage->lanes, 1);
    ASSERT_LANE(1, ENG_ROLE_W, "2@0-4 4@4-8 6@8-12");
    g_assert_cmpuint(stage->committed, ==, 0);
    g_assert_false(mts_schedule_model_can_undo(stage->model));
    g_assert_cmpfloat(mts_time_axis_get_guide(stage->axis, NULL), <, 0);
}

/* A click's tremble moves nothing. */
static void test_tremble(Stage *stage, gconstpointer text)
{
    const double y = y_of(0, ENG_ROLE_W), x = x_of(stage, 4) + 3;
    xinput_drag(stage->lanes, x, y, x + 2, y);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-4 4@4-8 6@8-12");
    g_assert_cmpuint(selected(stage), ==, 1);
    g_assert_cmpuint(stage->committed, ==, 0);
}

static void test_lock(Stage *stage, gconstpointer text)
{
    stage_run_to(stage, 5);
    /* A boundary of the past stays, one of the future stops at the playhead. */
    const double y = y_of(0, ENG_ROLE_W);
    xinput_drag(stage->lanes, x_of(stage, 4), y, x_of(stage, 7), y);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-4 4@4-8 6@8-12");
    xinput_drag(stage->lanes, x_of(stage, 8), y, x_of(stage, 2), y);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-4 4@4-5 6@5-12");
    g_assert_cmpuint(stage->committed, ==, 1);
}

/* The run goes on under a drag: what it passed keeps what it used. */
static void test_lock_moves(Stage *stage, gconstpointer text)
{
    const double y = y_of(0, ENG_ROLE_W);
    stage_run_to(stage, 2);
    xinput_hold(stage->lanes, x_of(stage, 4), y, x_of(stage, 7), y, 4);
    stage_run_to(stage, 5);
    xinput_release(stage->lanes, 1);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-4 4@4-5 2@5-7 4@7-8 6@8-12");
}

static void test_drag_segment(Stage *stage, gconstpointer text)
{
    const double y = y_of(0, ENG_ROLE_W);
    xinput_drag(stage->lanes, x_of(stage, 6), y, x_of(stage, 7) + 3, y);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-5 4@5-9 6@9-12");
    g_assert_cmpuint(stage->committed, ==, 1);
    /* The run's first segment has nothing left of it to give way. */
    xinput_drag(stage->lanes, x_of(stage, 2), y, x_of(stage, 3), y);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-5 4@5-9 6@9-12");
}

/* ---- selection ------------------------------------------------------------------------------ */

static void test_click(Stage *stage, gconstpointer text)
{
    xinput_click(stage->lanes, x_of(stage, 6), y_of(3, ENG_ROLE_W));
    MtsSegment segment;
    g_assert_true(mts_timeline_get_focused(stage->timeline, &segment));
    g_assert_cmpuint(segment.layer, ==, 3);
    g_assert_cmpuint(segment.track, ==, ENG_ROLE_W);
    g_assert_cmpuint(segment.span, ==, 1);
    g_assert_cmpuint(selected(stage), ==, 1);
    gtk_test_accessible_assert_property(stage->lanes, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
        "fc1, weights: bfp4, epoch 4.0 to 8.0, segment 2 of 3, selected");
    /* Ctrl adds and takes away, Shift takes what lies between. */
    xinput_key_down(stage->lanes, GDK_KEY_Control_L);
    xinput_click(stage->lanes, x_of(stage, 10), y_of(3, ENG_ROLE_W));
    g_assert_cmpuint(selected(stage), ==, 2);
    xinput_click(stage->lanes, x_of(stage, 6), y_of(3, ENG_ROLE_W));
    g_assert_cmpuint(selected(stage), ==, 1);
    xinput_key_up(stage->lanes, GDK_KEY_Control_L);
    xinput_click(stage->lanes, x_of(stage, 2), y_of(0, ENG_ROLE_W));
    xinput_key_down(stage->lanes, GDK_KEY_Shift_L);
    xinput_click(stage->lanes, x_of(stage, 6), y_of(0, ENG_ROLE_W));
    g_assert_cmpuint(selected(stage), ==, 2);
    xinput_click(stage->lanes, x_of(stage, 6), y_of(1, ENG_ROLE_W));
    xinput_key_up(stage->lanes, GDK_KEY_Shift_L);
    /* conv1's W 2 and 4, A and G with their middles between, conv2's W 2 and 4. */
    g_assert_cmpuint(selected(stage), ==, 6);
    g_assert_cmpuint(stage->committed, ==, 0);
}

static void test_band(Stage *stage, gconstpointer text)
{
    /* From the padding above the second row to below its W lane, over the boundary at 4. */
    xinput_drag(stage->lanes, x_of(stage, 3), 57, x_of(stage, 5), 56 + 5 + 14);
    g_assert_cmpuint(selected(stage), ==, 2);
    xinput_hold(stage->lanes, x_of(stage, 3), 57, x_of(stage, 9), 56 + 40, 4);
    g_assert_cmpuint(selected(stage), ==, 3 + 1 + 1);
    xinput_key(stage->lanes, GDK_KEY_Escape, 0);
    g_assert_cmpuint(selected(stage), ==, 2);
    xinput_release(stage->lanes, 1);
    /* A click beside everything selects nothing. */
    xinput_click(stage->lanes, x_of(stage, 3), 56);
    g_assert_cmpuint(selected(stage), ==, 0);
}

static void test_gutter(Stage *stage, gconstpointer text)
{
    xinput_click(stage->lanes, 40, 28);
    g_assert_cmpuint(selected(stage), ==, 3 + 1 + 1);
    xinput_click(stage->lanes, 84, y_of(1, ENG_ROLE_W));
    g_assert_cmpuint(selected(stage), ==, 3);
}

/* ---- folding and opening -------------------------------------------------------------------- */

static void test_fold(Stage *stage, gconstpointer text)
{
    xinput_click(stage->lanes, 8, 22);
    /* Three convolutions are one row now: fc1 stands second, and an edit reaches all three. */
    xinput_click(stage->lanes, x_of(stage, 6), y_of(1, ENG_ROLE_W));
    MtsSegment segment;
    mts_timeline_get_focused(stage->timeline, &segment);
    g_assert_cmpuint(segment.layer, ==, 3);
    xinput_click(stage->lanes, x_of(stage, 6), y_of(0, ENG_ROLE_W));
    g_assert_cmpuint(selected(stage), ==, 3);
    xinput_key(stage->lanes, GDK_KEY_8, 0);
    for (guint layer = 0; layer < 3; layer++) {
        ASSERT_LANE(layer, ENG_ROLE_W, "2@0-4 8@4-8 6@8-12");
    }
    ASSERT_LANE(3, ENG_ROLE_W, "2@0-4 4@4-8 6@8-12");
    /* A boundary too. */
    xinput_drag(
        stage->lanes, x_of(stage, 8), y_of(0, ENG_ROLE_W), x_of(stage, 9), y_of(0, ENG_ROLE_W));
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-4 8@4-9 6@9-12");
    ASSERT_LANE(2, ENG_ROLE_W, "2@0-4 8@4-9 6@9-12");
    xinput_click(stage->lanes, 8, 22);
    xinput_click(stage->lanes, x_of(stage, 6), y_of(1, ENG_ROLE_W));
    mts_timeline_get_focused(stage->timeline, &segment);
    g_assert_cmpuint(segment.layer, ==, 1);
}

static void test_open(Stage *stage, gconstpointer text)
{
    xinput_double_click(stage->lanes, 84, y_of(0, ENG_ROLE_W));
    /* W.fwd and W.dgrad are lanes of their own now; the second one is edited alone. */
    xinput_click(stage->lanes, x_of(stage, 6), y_of(0, ENG_ROLE_W) + 16);
    xinput_key(stage->lanes, GDK_KEY_8, 0);
    ASSERT_LANE(0, MTS_TRACK_SLOT(ENG_SLOT_W_FWD), "2@0-4 4@4-8 6@8-12");
    ASSERT_LANE(0, MTS_TRACK_SLOT(ENG_SLOT_W_DGRAD), "2@0-4 8@4-8 6@8-12");
    g_assert_true(mts_schedule_model_slots_differ(stage->model, 0, ENG_ROLE_W));
}

/* ---- brushes -------------------------------------------------------------------------------- */

static void test_paint(Stage *stage, gconstpointer text)
{
    const EngFormat eight = eng_format_bfp(8);
    mts_timeline_set_tool(stage->timeline, MTS_TOOL_PAINT);
    mts_timeline_set_paint(stage->timeline, &eight);
    /* A sweep over two lanes and three epochs. */
    xinput_drag(stage->lanes, x_of(stage, 5) + 20, y_of(1, ENG_ROLE_A), x_of(stage, 7) + 20,
        y_of(1, ENG_ROLE_G));
    ASSERT_LANE(1, ENG_ROLE_A, "4@0-5 8@5-8 4@8-12");
    ASSERT_LANE(1, ENG_ROLE_G, "4@0-5 8@5-8 4@8-12");
    ASSERT_LANE(1, ENG_ROLE_W, "2@0-4 4@4-8 6@8-12");
    g_assert_cmpuint(stage->committed, ==, 1);
    /* A press alone paints the epoch it stands in. */
    xinput_click(stage->lanes, x_of(stage, 1) + 10, y_of(0, ENG_ROLE_A));
    ASSERT_LANE(0, ENG_ROLE_A, "4@0-1 8@1-2 4@2-12");
    /* A sweep that comes back paints only what it covers in the end. */
    xinput_hold(stage->lanes, x_of(stage, 3) + 9, y_of(2, ENG_ROLE_A), x_of(stage, 10),
        y_of(4, ENG_ROLE_G), 5);
    xinput_move(stage->lanes, x_of(stage, 4) + 9, y_of(2, ENG_ROLE_A));
    xinput_release(stage->lanes, 1);
    ASSERT_LANE(2, ENG_ROLE_A, "4@0-3 8@3-5 4@5-12");
    ASSERT_LANE(3, ENG_ROLE_A, "4@0-12");
    /* Escape takes a sweep back. */
    xinput_hold(
        stage->lanes, x_of(stage, 3), y_of(4, ENG_ROLE_A), x_of(stage, 6), y_of(4, ENG_ROLE_A), 3);
    xinput_key(stage->lanes, GDK_KEY_Escape, 0);
    xinput_release(stage->lanes, 1);
    ASSERT_LANE(4, ENG_ROLE_A, "4@0-12");
    g_assert_cmpuint(stage->committed, ==, 3);
}

/* The right button picks up what it stands on. */
static void test_pick_up(Stage *stage, gconstpointer text)
{
    mts_timeline_set_tool(stage->timeline, MTS_TOOL_PAINT);
    xinput_move(stage->lanes, x_of(stage, 10), y_of(0, ENG_ROLE_W));
    xinput_press(stage->lanes, 3);
    xinput_release(stage->lanes, 3);
    g_assert_cmpuint(mts_timeline_get_paint(stage->timeline)->m, ==, 6);
    g_assert_cmpuint(stage->committed, ==, 0);
}

static void test_adaptive_brush(Stage *stage, gconstpointer text)
{
    mts_timeline_set_tool(stage->timeline, MTS_TOOL_ADAPTIVE);
    xinput_drag(stage->lanes, x_of(stage, 2) + 5, y_of(0, ENG_ROLE_A), x_of(stage, 6) + 5,
        y_of(0, ENG_ROLE_A));
    ASSERT_LANE(0, ENG_ROLE_A, "4@0-2 2~4@2-7 4@7-12");
}

static void test_razor(Stage *stage, gconstpointer text)
{
    mts_timeline_set_tool(stage->timeline, MTS_TOOL_SPLIT);
    xinput_move(stage->lanes, x_of(stage, 6) + 3, y_of(0, ENG_ROLE_A));
    g_assert_cmpfloat(mts_time_axis_get_guide(stage->axis, NULL), ==, 6 * STAGE_PER_EPOCH);
    xinput_click(stage->lanes, x_of(stage, 6) + 3, y_of(0, ENG_ROLE_A));
    ASSERT_LANE(0, ENG_ROLE_A, "4@0-6 4@6-12");
    ASSERT_LANE(1, ENG_ROLE_A, "4@0-12");
    xinput_key_down(stage->lanes, GDK_KEY_Shift_L);
    xinput_click(stage->lanes, x_of(stage, 9), y_of(2, ENG_ROLE_G));
    xinput_key_up(stage->lanes, GDK_KEY_Shift_L);
    ASSERT_LANE(0, ENG_ROLE_A, "4@0-6 4@6-9 4@9-12");
    ASSERT_LANE(4, ENG_ROLE_W, "2@0-4 4@4-8 6@8-9 6@9-12");
    g_assert_cmpuint(stage->committed, ==, 2);
    g_assert_cmpstr(stage->toast, ==, "Cut in 15 lanes");
    mts_timeline_undo(stage->timeline);
    ASSERT_LANE(4, ENG_ROLE_W, "2@0-4 4@4-8 6@8-12");
}

/* ---- time ----------------------------------------------------------------------------------- */

static void test_wheel(Stage *stage, gconstpointer text)
{
    const double x = x_of(stage, 4), held = mts_time_axis_step(stage->axis, x);
    xinput_move(stage->lanes, x, 100);
    xinput_key_down(stage->lanes, GDK_KEY_Control_L);
    xinput_wheel(stage->lanes, x, 100, 4);
    xinput_key_up(stage->lanes, GDK_KEY_Control_L);
    /* A notch is a quarter closer; the step under the pointer stays to a pixel. */
    double from, to;
    mts_time_axis_get_view(stage->axis, &from, &to);
    g_assert_cmpfloat_with_epsilon(to - from, STAGE_STEPS / (1.25 * 1.25 * 1.25 * 1.25), 1e-6);
    const double pixel = (to - from) / (mts_time_axis_get_width(stage->axis) - 112);
    g_assert_cmpfloat_with_epsilon(mts_time_axis_step(stage->axis, x), held, pixel);
    const double before = from;
    xinput_wheel(stage->lanes, x, 100, -1);
    mts_time_axis_get_view(stage->axis, &from, &to);
    g_assert_cmpfloat(from, >, before);
    xinput_double_click(stage->ruler, x, 8);
    g_assert_true(mts_time_axis_is_fitted(stage->axis));
}

static void test_ruler(Stage *stage, gconstpointer text)
{
    double from, to;
    xinput_drag(stage->ruler, x_of(stage, 2) + 10, 10, x_of(stage, 4) + 10, 10);
    g_assert_true(mts_time_axis_get_range(stage->axis, &from, &to));
    g_assert_cmpfloat(from, ==, 2 * STAGE_PER_EPOCH);
    g_assert_cmpfloat(to, ==, 5 * STAGE_PER_EPOCH);
    /* Delete clears it: what stands left of it goes on. */
    xinput_click(stage->lanes, 84, y_of(0, ENG_ROLE_W));
    g_assert_true(mts_time_axis_get_range(stage->axis, &from, &to));
    xinput_key(stage->lanes, GDK_KEY_8, 0);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-2 8@2-5 4@5-8 6@8-12");
    xinput_key(stage->lanes, GDK_KEY_Delete, 0);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-5 4@5-8 6@8-12");
    g_assert_false(mts_time_axis_get_range(stage->axis, &from, &to));

    /* The flag dragged back pins that moment, and a click on the pill releases it. */
    stage_run_to(stage, 6);
    xinput_drag(stage->ruler, x_of(stage, 6), 22, x_of(stage, 3), 22);
    g_assert_cmpfloat_with_epsilon(
        mts_time_axis_get_pin(stage->axis), 3 * STAGE_PER_EPOCH, STAGE_PER_EPOCH / 62.0);
    g_assert_cmpfloat(mts_time_axis_get_playhead(stage->axis), ==, 6 * STAGE_PER_EPOCH);
    xinput_click(stage->ruler, x_of(stage, 3), 22);
    g_assert_cmpfloat(mts_time_axis_get_pin(stage->axis), <, 0);
}

/* The crosshair follows the pointer over the lanes and goes with it. */
static void test_crosshair(Stage *stage, gconstpointer text)
{
    xinput_move(stage->lanes, x_of(stage, 5), 100);
    g_assert_cmpfloat_with_epsilon(
        mts_time_axis_get_crosshair(stage->axis), 5 * STAGE_PER_EPOCH, 7);
    xinput_move(stage->lanes, 30, 100);
    g_assert_cmpfloat(mts_time_axis_get_crosshair(stage->axis), <, 0);
}

/* ---- hover ---------------------------------------------------------------------------------- */

static const char *cursor(Stage *stage)
{
    GdkCursor *shown = gtk_widget_get_cursor(stage->lanes);
    return shown ? gdk_cursor_get_name(shown) : "";
}

static void test_cursor(Stage *stage, gconstpointer text)
{
    const double y = y_of(0, ENG_ROLE_W), x = round(x_of(stage, 8));
    xinput_move(stage->lanes, x + 6, y);
    g_assert_cmpstr(cursor(stage), ==, "col-resize");
    xinput_move(stage->lanes, x + 9, y);
    g_assert_cmpstr(cursor(stage), ==, "");
    stage_run_to(stage, 10);
    xinput_move(stage->lanes, x + 6, y);
    g_assert_cmpstr(cursor(stage), ==, "not-allowed");
    mts_timeline_set_tool(stage->timeline, MTS_TOOL_PAINT);
    g_assert_cmpstr(cursor(stage), ==, "crosshair");
}

static GtkWidget *find_type(GtkWidget *root, const char *type)
{
    if (strcmp(G_OBJECT_TYPE_NAME(root), type) == 0) {
        return root;
    }
    GtkWidget *found = NULL;
    for (GtkWidget *child = gtk_widget_get_first_child(root); child && !found;
         child = gtk_widget_get_next_sibling(child)) {
        found = find_type(child, type);
    }
    return found;
}

static GtkWidget *shown_tooltip(Stage *stage)
{
    GtkWidget *tooltip = find_type(stage->window, "GtkTooltipWindow");
    return tooltip && gtk_widget_get_mapped(tooltip) ? tooltip : NULL;
}

/* Format, epochs, and the share of all cycles, which the inspector works out. */
static void test_tooltip(Stage *stage, gconstpointer text)
{
    xinput_move(stage->lanes, x_of(stage, 6), y_of(1, ENG_ROLE_W));
    xinput_move(stage->lanes, x_of(stage, 6) + 2, y_of(1, ENG_ROLE_W));
    WAIT_UNTIL(shown_tooltip(stage), 10000);
    GtkWidget *label = find_type(shown_tooltip(stage), "GtkLabel");
    const char *said = gtk_label_get_text(GTK_LABEL(label));
    g_assert_true(g_str_has_prefix(said, "bfp4\nepoch 4.0 – 8.0 · "));
    g_assert_true(g_str_has_suffix(said, " % of all cycles"));
}

/* ---- rows ----------------------------------------------------------------------------------- */

/* In a low window the rows scroll: by wheel over the gutter, and with the keyboard's focus. */
static void test_scroll(void)
{
    Stage here, *stage = &here;
    stage_set_up(stage, simple, WIDTH, 48 + 36 + 150);
    GtkWidget *window = gtk_widget_get_ancestor(stage->lanes, GTK_TYPE_SCROLLED_WINDOW);
    GtkAdjustment *rows = gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(window));
    g_assert_cmpfloat(gtk_adjustment_get_upper(rows), ==, STAGE_LAYERS * 56);
    xinput_wheel(stage->lanes, 40, 60, -3);
    WAIT_UNTIL(gtk_adjustment_get_value(rows) > 0, 5000);
    gtk_adjustment_set_value(rows, 0);
    gtk_widget_grab_focus(stage->lanes);
    for (int i = 0; i < 14; i++) {
        xinput_key(stage->lanes, GDK_KEY_Down, 0);
    }
    g_assert_cmpfloat(
        gtk_adjustment_get_value(rows), ==, STAGE_LAYERS * 56 - gtk_adjustment_get_page_size(rows));
    /* What is under the pointer is what is seen there. */
    const double offset = gtk_adjustment_get_value(rows);
    xinput_click(stage->lanes, x_of(stage, 10), y_of(4, ENG_ROLE_W) - offset);
    MtsSegment segment;
    mts_timeline_get_focused(stage->timeline, &segment);
    g_assert_cmpuint(segment.layer, ==, 4);
    g_assert_cmpuint(segment.track, ==, ENG_ROLE_W);
    g_assert_cmpuint(segment.span, ==, 2);
    stage_tear_down(stage);
}

/* Before there is a network the widget is there, and nothing a person does to it matters. */
static void test_empty(void)
{
    MtsScheduleModel *model = mts_schedule_model_new();
    MtsTimeAxis *axis = mts_time_axis_new();
    GtkWidget *window = gtk_window_new(), *lanes = mts_timeline_new(model, axis);
    gtk_window_set_child(GTK_WINDOW(window), lanes);
    gtk_window_set_default_size(GTK_WINDOW(window), 600, 200);
    xinput_show(GTK_WINDOW(window));
    static const guint keys[] = {GDK_KEY_Tab, GDK_KEY_Down, GDK_KEY_End, GDK_KEY_4, GDK_KEY_a,
        GDK_KEY_Delete, GDK_KEY_Left, GDK_KEY_s, GDK_KEY_g, GDK_KEY_o, GDK_KEY_plus, GDK_KEY_0};
    for (int tool = MTS_TOOL_SELECT; tool <= MTS_TOOL_ADAPTIVE; tool++) {
        mts_timeline_set_tool(MTS_TIMELINE(lanes), (MtsTool)tool);
        xinput_drag(lanes, 200, 20, 400, 150);
        xinput_click(lanes, 40, 20);
        gtk_widget_grab_focus(lanes);
        for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
            xinput_key(lanes, keys[i], i & 1 ? GDK_CONTROL_MASK : 0);
        }
    }
    g_assert_cmpuint(mts_schedule_model_get_layers(model), ==, 0);
    g_assert_false(mts_schedule_model_can_undo(model));
    g_object_add_weak_pointer(G_OBJECT(lanes), (gpointer *)&lanes);
    gtk_window_destroy(GTK_WINDOW(window));
    WAIT_UNTIL(lanes == NULL, 5000);
    g_assert_finalize_object(model);
    g_assert_finalize_object(axis);
}

/* Another network under a held button: the drag is over, and the next one works. */
static void test_reload(Stage *stage, gconstpointer text)
{
    static const char *const names[] = {"fc1", "fc2"};
    const double y = y_of(3, ENG_ROLE_W);
    EngSchedule *schedule;
    EngPlan *plan;
    EngError error;
    g_assert_cmpint(
        eng_schedule_parse("*: bfp2 @0..4ep, bfp4 @4ep..", &schedule, &error), ==, ENG_OK);
    g_assert_cmpint(
        eng_plan_build(schedule, names, 2, (EngClock){STAGE_STEPS, STAGE_PER_EPOCH}, &plan, &error),
        ==, ENG_OK);
    xinput_hold(stage->lanes, x_of(stage, 4), y, x_of(stage, 6), y, 3);
    mts_schedule_model_load(stage->model, plan, names, NULL);
    xinput_move(stage->lanes, x_of(stage, 7), y);
    xinput_release(stage->lanes, 1);
    g_assert_cmpuint(stage->committed, ==, 0);
    ASSERT_LANE(1, ENG_ROLE_G, "2@0-4 4@4-12");
    const double second = y_of(1, ENG_ROLE_A);
    xinput_drag(stage->lanes, x_of(stage, 4), second, x_of(stage, 5), second);
    ASSERT_LANE(1, ENG_ROLE_A, "2@0-5 4@5-12");
    eng_schedule_free(schedule);
    eng_plan_free(plan);
}

/* ---- pictures ------------------------------------------------------------------------------- */

/* What is drawn is what is there: the middle of segments, lanes and gaps in the palette's colours. */
static void test_colours(Stage *stage, gconstpointer text)
{
    xinput_move(stage->ruler, 4, 4);
    g_autoptr(GdkTexture) picture = picture_take(stage->lanes, 1);
    const int y = (int)y_of(0, ENG_ROLE_W);
    /* Off the digit in the middle. */
    g_assert_cmphex(picture_pixel(picture, (int)x_of(stage, 1), y), ==, 0xffddeeb4);
    g_assert_cmphex(picture_pixel(picture, (int)x_of(stage, 5), y), ==, 0xff5abfb2);
    g_assert_cmphex(picture_pixel(picture, (int)x_of(stage, 9), y), ==, 0xff2282ac);
    /* The same bytes again. */
    g_autoptr(GdkTexture) again = picture_take(stage->lanes, 1);
    const int width = gdk_texture_get_width(picture), height = gdk_texture_get_height(picture);
    const gsize size = (gsize)width * (gsize)height * 4;
    g_autofree guchar *one = g_malloc(size), *two = g_malloc(size);
    gdk_texture_download(picture, one, (gsize)width * 4);
    gdk_texture_download(again, two, (gsize)width * 4);
    g_assert_cmpmem(one, size, two, size);
}

static void test_mosaic(Stage *stage, gconstpointer text)
{
    for (guint32 step = 0; step < 2000; step += 10) {
        mts_timeline_add_choice(stage->timeline, 0, ENG_ROLE_W, step, step >= 3 * STAGE_PER_EPOCH);
    }
    mts_schedule_model_set_lock(stage->model, 5 * STAGE_PER_EPOCH);
    mts_time_axis_set_playhead(stage->axis, 5 * STAGE_PER_EPOCH);
    xinput_move(stage->ruler, 4, 4);
    g_autoptr(GdkTexture) picture = picture_take(stage->lanes, 1);
    const int y = (int)y_of(0, ENG_ROLE_W);
    g_assert_cmphex(picture_pixel(picture, (int)x_of(stage, 1), y), ==, 0xffddeeb4);
    g_assert_cmphex(picture_pixel(picture, (int)x_of(stage, 4), y), ==, 0xff5abfb2);
    /* Ahead of the playhead: stripes on their ground. */
    guint stripes = 0, ground = 0;
    for (int x = (int)x_of(stage, 7); x < (int)x_of(stage, 9); x++) {
        const guint32 pixel = picture_pixel(picture, x, y);
        stripes += pixel == 0xff90d3c8;
        ground += pixel == 0xffeaf4d2;
    }
    g_assert_cmpuint(stripes, >, 20);
    g_assert_cmpuint(ground, >, 30);
    /* Two of the five epochs were high. */
    g_assert_cmpfloat_with_epsilon(
        mts_timeline_get_high_share(stage->timeline, -1), .4, .004); /* a choice holds 10 steps */
}

#define ADD(name, text, function)                                                                  \
    g_test_add("/timeline/" name, Stage, text, set_up, function, tear_down)

int main(int argc, char **argv)
{
    stage_init(&argc, &argv);
    ADD("drag-edge", simple, test_drag_edge);
    ADD("drag-free", simple, test_drag_free);
    ADD("drag-alt", simple, test_drag_alt);
    ADD("drag-many", simple, test_drag_many);
    ADD("drag-shift", "*: bfp4 @0..6ep, bfp8 @6ep..", test_drag_shift);
    ADD("escape", simple, test_escape);
    ADD("tremble", simple, test_tremble);
    ADD("lock", simple, test_lock);
    ADD("lock-moves", simple, test_lock_moves);
    ADD("drag-segment", simple, test_drag_segment);
    ADD("click", simple, test_click);
    ADD("band", simple, test_band);
    ADD("gutter", simple, test_gutter);
    ADD("fold", simple, test_fold);
    ADD("open", simple, test_open);
    ADD("paint", simple, test_paint);
    ADD("pick-up", simple, test_pick_up);
    ADD("adaptive-brush", simple, test_adaptive_brush);
    ADD("razor", simple, test_razor);
    ADD("wheel", simple, test_wheel);
    ADD("ruler", simple, test_ruler);
    ADD("crosshair", simple, test_crosshair);
    ADD("cursor", simple, test_cursor);
    ADD("tooltip", simple, test_tooltip);
    g_test_add_func("/timeline/scroll", test_scroll);
    g_test_add_func("/timeline/empty", test_empty);
    ADD("reload", simple, test_reload);
    ADD("colours", simple, test_colours);
    ADD("mosaic", "*: adaptive(bfp2, bfp4)", test_mosaic);
    return g_test_run();
}
