/* The timeline by keyboard alone. */
#include "stage.h"
#include "xinput.h"

enum { WIDTH = 856 + 320, HEIGHT = 520 };

static const char simple[] = "*: bfp4; *.W: bfp2 @0..4ep, bfp4 @4..8ep, bfp6 @8ep..";

static void set_up(Stage *stage, gconstpointer text)
{
    stage_set_up(stage, text, WIDTH, HEIGHT);
    gtk_widget_grab_focus(stage->lanes);
    xinput_settle(stage->lanes);
    g_assert_true(gtk_widget_has_focus(stage->lanes));
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

static void key(Stage *stage, guint keyval)
{
    xinput_key(stage->lanes, keyval, 0);
}

static void control(Stage *stage, guint keyval)
{
    xinput_key(stage->lanes, keyval, GDK_CONTROL_MASK);
}

static void shift(Stage *stage, guint keyval)
{
    xinput_key(stage->lanes, keyval, GDK_SHIFT_MASK);
}

static void assert_focus(Stage *stage, guint layer, MtsTrack track, guint span)
{
    MtsSegment segment;
    g_assert_true(mts_timeline_get_focused(stage->timeline, &segment));
    g_assert_cmpuint(segment.layer, ==, layer);
    g_assert_cmpuint(segment.track, ==, track);
    g_assert_cmpuint(segment.span, ==, span);
}

static void test_walk(Stage *stage, gconstpointer text)
{
    assert_focus(stage, 0, ENG_ROLE_W, 0);
    key(stage, GDK_KEY_Tab);
    assert_focus(stage, 0, ENG_ROLE_W, 1);
    gtk_test_accessible_assert_property(stage->lanes, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
        "conv1, weights: bfp4, epoch 4.0 to 8.0, segment 2 of 3, selected");
    key(stage, GDK_KEY_Down);
    assert_focus(stage, 0, ENG_ROLE_A, 0);
    key(stage, GDK_KEY_Up);
    assert_focus(stage, 0, ENG_ROLE_W, 1); /* the time was kept */
    shift(stage, GDK_KEY_Tab);
    assert_focus(stage, 0, ENG_ROLE_W, 0);
    key(stage, GDK_KEY_End);
    assert_focus(stage, 0, ENG_ROLE_W, 2);
    key(stage, GDK_KEY_Home);
    assert_focus(stage, 0, ENG_ROLE_W, 0);
    key(stage, GDK_KEY_Up);
    assert_focus(stage, 0, ENG_ROLE_W, 0);
    for (int i = 0; i < 3; i++) {
        key(stage, GDK_KEY_Down);
    }
    assert_focus(stage, 1, ENG_ROLE_W, 0);
    g_assert_cmpuint(stage->committed, ==, 0);
    /* At the lane's end the focus leaves: nobody is caught. */
    key(stage, GDK_KEY_End);
    key(stage, GDK_KEY_Tab);
    g_assert_false(gtk_widget_has_focus(stage->lanes));
}

static void test_formats(Stage *stage, gconstpointer text)
{
    static const struct {
        guint key;
        const char *lane;
    } keys[] = {
        {GDK_KEY_2, "2@0-4 2@4-8 6@8-12"},
        {GDK_KEY_3, "2@0-4 3@4-8 6@8-12"},
        {GDK_KEY_6, "2@0-4 6@4-8 6@8-12"},
        {GDK_KEY_8, "2@0-4 8@4-8 6@8-12"},
        {GDK_KEY_f, "2@0-4 F@4-8 6@8-12"},
        {GDK_KEY_a, "2@0-4 2~4@4-8 6@8-12"},
        {GDK_KEY_4, "2@0-4 4@4-8 6@8-12"},
    };
    key(stage, GDK_KEY_Tab);
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        key(stage, keys[i].key);
        ASSERT_LANE(0, ENG_ROLE_W, keys[i].lane);
        assert_focus(stage, 0, ENG_ROLE_W, 1);
    }
    g_assert_cmpuint(stage->committed, ==, G_N_ELEMENTS(keys));
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        control(stage, GDK_KEY_z);
    }
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-4 4@4-8 6@8-12");
    g_assert_false(mts_schedule_model_can_undo(stage->model));
    xinput_key(stage->lanes, GDK_KEY_z, GDK_CONTROL_MASK | GDK_SHIFT_MASK);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-4 2@4-8 6@8-12");
}

/* A key sets the width; group, exponent and rounding stay what they were. */
static void test_details_stay(Stage *stage, gconstpointer text)
{
    key(stage, GDK_KEY_6);
    guint count;
    const EngFormat *format =
        &mts_schedule_model_get_spans(stage->model, 0, ENG_ROLE_W, &count)[0].precision.format;
    g_assert_cmpuint(format->m, ==, 6);
    g_assert_cmpuint(format->g, ==, 32);
    g_assert_cmpuint(format->e, ==, 5);
    g_assert_cmpint(format->rounding, ==, ENG_ROUND_TRUNCATE);
}

static void test_boundaries(Stage *stage, gconstpointer text)
{
    key(stage, GDK_KEY_Tab);
    key(stage, GDK_KEY_Left);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-3.75 4@3.75-8 6@8-12");
    key(stage, GDK_KEY_Left);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-3.5 4@3.5-8 6@8-12");
    shift(stage, GDK_KEY_Right);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-4.5 4@4.5-8 6@8-12");
    /* The other boundary. */
    key(stage, GDK_KEY_bracketright);
    shift(stage, GDK_KEY_Right);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-4.5 4@4.5-9 6@9-12");
    /* A neighbour gives way until a step is left of it. */
    for (int i = 0; i < 5; i++) {
        shift(stage, GDK_KEY_Right);
    }
    guint count;
    const EngSpan *spans = mts_schedule_model_get_spans(stage->model, 0, ENG_ROLE_W, &count);
    g_assert_cmpuint(spans[1].to, ==, STAGE_STEPS - 1);
    assert_focus(stage, 0, ENG_ROLE_W, 1);
    /* 10, 11 and the last step were edits; pushing on against the end was none. */
    for (int i = 0; i < 3; i++) {
        control(stage, GDK_KEY_z);
    }
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-4.5 4@4.5-9 6@9-12");
    /* The whole segment. */
    key(stage, GDK_KEY_Home);
    key(stage, GDK_KEY_Tab);
    control(stage, GDK_KEY_Left);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-4.25 4@4.25-8.75 6@8.75-12");
}

static void test_lock(Stage *stage, gconstpointer text)
{
    stage_run_to(stage, 5);
    /* conv1's W: its first boundary is trained, its second one not. */
    key(stage, GDK_KEY_Tab);
    key(stage, GDK_KEY_Left);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-4 4@4-8 6@8-12");
    /* What crosses the playhead is cut there, and what is ahead is set. */
    key(stage, GDK_KEY_8);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-4 4@4-5 8@5-8 6@8-12");
    assert_focus(stage, 0, ENG_ROLE_W, 2);
    key(stage, GDK_KEY_3);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-4 4@4-5 3@5-8 6@8-12");
    key(stage, GDK_KEY_Home);
    key(stage, GDK_KEY_8);
    key(stage, GDK_KEY_Delete);
    key(stage, GDK_KEY_s);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-4 4@4-5 3@5-8 6@8-12");
    gtk_test_accessible_assert_property(stage->lanes, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
        "conv1, weights: bfp2, epoch 0.0 to 4.0, segment 1 of 4, selected, trained");
}

static void test_split_remove(Stage *stage, gconstpointer text)
{
    key(stage, GDK_KEY_Tab);
    key(stage, GDK_KEY_s);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-4 4@4-6 4@6-8 6@8-12");
    shift(stage, GDK_KEY_s);
    ASSERT_LANE(4, ENG_ROLE_G, "4@0-7 4@7-12");
    control(stage, GDK_KEY_z);
    key(stage, GDK_KEY_Home);
    key(stage, GDK_KEY_Tab);
    key(stage, GDK_KEY_Delete);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-6 4@6-8 6@8-12");
    ASSERT_LANE(4, ENG_ROLE_G, "4@0-12");
}

static void test_clipboard(Stage *stage, gconstpointer text)
{
    key(stage, GDK_KEY_Tab);
    control(stage, GDK_KEY_c);
    g_assert_cmpstr(stage->toast, ==, "Copied 1 segment");
    /* Another lane: the same steps. */
    key(stage, GDK_KEY_Down);
    key(stage, GDK_KEY_8);
    control(stage, GDK_KEY_v);
    ASSERT_LANE(0, ENG_ROLE_A, "8@0-4 4@4-8 8@8-12");
    /* Cut: the left neighbour fills in. */
    key(stage, GDK_KEY_Up);
    control(stage, GDK_KEY_x);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-8 6@8-12");
    /* Into the lane it came from: at the focused segment. */
    key(stage, GDK_KEY_End);
    control(stage, GDK_KEY_v);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-8 4@8-12");
    control(stage, GDK_KEY_z);
    key(stage, GDK_KEY_Home);
    key(stage, GDK_KEY_4);
    control(stage, GDK_KEY_d);
    ASSERT_LANE(0, ENG_ROLE_W, "4@0-12");
}

/* Two lanes at once go into two lanes. */
static void test_clipboard_lanes(Stage *stage, gconstpointer text)
{
    key(stage, GDK_KEY_Tab);
    shift(stage, GDK_KEY_Down);
    control(stage, GDK_KEY_c);
    g_assert_cmpstr(stage->toast, ==, "Copied 2 segments");
    for (int i = 0; i < 2; i++) {
        key(stage, GDK_KEY_Down);
    }
    /* conv2's W and A. */
    assert_focus(stage, 1, ENG_ROLE_W, 1);
    key(stage, GDK_KEY_8);
    key(stage, GDK_KEY_Down);
    key(stage, GDK_KEY_8);
    key(stage, GDK_KEY_Up);
    control(stage, GDK_KEY_v);
    ASSERT_LANE(1, ENG_ROLE_W, "2@0-4 4@4-8 6@8-12");
    ASSERT_LANE(1, ENG_ROLE_A, "2@0-4 4@4-8 6@8-12");
    g_assert_cmpstr(stage->toast, ==, "Pasted in 2 lanes");
}

static void test_all(Stage *stage, gconstpointer text)
{
    control(stage, GDK_KEY_a);
    key(stage, GDK_KEY_3);
    guint count;
    for (guint layer = 0; layer < STAGE_LAYERS; layer++) {
        for (guint role = 0; role < 3; role++) {
            const EngSpan *spans = mts_schedule_model_get_spans(stage->model, layer, role, &count);
            for (guint i = 0; i < count; i++) {
                g_assert_cmpuint(spans[i].precision.format.m, ==, 3);
            }
        }
    }
    g_assert_cmpuint(stage->committed, ==, 1);
    g_assert_cmpstr(stage->toast, ==, "3 bits in 15 lanes");
    key(stage, GDK_KEY_Escape);
    g_free(mts_timeline_get_selection(stage->timeline, &count));
    g_assert_cmpuint(count, ==, 0);
}

static void test_tools_and_zoom(Stage *stage, gconstpointer text)
{
    static const struct {
        guint key;
        MtsTool tool;
    } keys[] = {{GDK_KEY_b, MTS_TOOL_PAINT}, {GDK_KEY_r, MTS_TOOL_SPLIT},
        {GDK_KEY_d, MTS_TOOL_ADAPTIVE}, {GDK_KEY_v, MTS_TOOL_SELECT}};
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        key(stage, keys[i].key);
        g_assert_cmpint(mts_timeline_get_tool(stage->timeline), ==, keys[i].tool);
    }
    double from, to;
    key(stage, GDK_KEY_equal);
    mts_time_axis_get_view(stage->axis, &from, &to);
    g_assert_cmpfloat_with_epsilon(to - from, STAGE_STEPS / 1.5, 1e-6);
    key(stage, GDK_KEY_minus);
    g_assert_true(mts_time_axis_is_fitted(stage->axis));
    key(stage, GDK_KEY_equal);
    key(stage, GDK_KEY_equal);
    key(stage, GDK_KEY_equal);
    /* Walking to a segment out of sight brings it into sight. */
    key(stage, GDK_KEY_End);
    mts_time_axis_get_view(stage->axis, &from, &to);
    g_assert_cmpfloat(to, >, 10 * STAGE_PER_EPOCH);
    key(stage, GDK_KEY_0);
    g_assert_true(mts_time_axis_is_fitted(stage->axis));
}

static void test_fold_open(Stage *stage, gconstpointer text)
{
    key(stage, GDK_KEY_g);
    key(stage, GDK_KEY_8);
    ASSERT_LANE(0, ENG_ROLE_W, "8@0-4 4@4-8 6@8-12");
    ASSERT_LANE(2, ENG_ROLE_W, "8@0-4 4@4-8 6@8-12");
    ASSERT_LANE(3, ENG_ROLE_W, "2@0-4 4@4-8 6@8-12");
    key(stage, GDK_KEY_g);
    key(stage, GDK_KEY_o);
    key(stage, GDK_KEY_Down);
    assert_focus(stage, 0, MTS_TRACK_SLOT(ENG_SLOT_W_DGRAD), 0);
    key(stage, GDK_KEY_3);
    ASSERT_LANE(0, MTS_TRACK_SLOT(ENG_SLOT_W_FWD), "8@0-4 4@4-8 6@8-12");
    ASSERT_LANE(0, MTS_TRACK_SLOT(ENG_SLOT_W_DGRAD), "3@0-4 4@4-8 6@8-12");
}

#define ADD(name, text, function)                                                                  \
    g_test_add("/timeline-keys/" name, Stage, text, set_up, function, tear_down)

int main(int argc, char **argv)
{
    stage_init(&argc, &argv);
    ADD("walk", simple, test_walk);
    ADD("formats", simple, test_formats);
    ADD("details-stay", "*: bfp4/g32/e5:truncate", test_details_stay);
    ADD("boundaries", simple, test_boundaries);
    ADD("lock", simple, test_lock);
    ADD("split-remove", simple, test_split_remove);
    ADD("clipboard", simple, test_clipboard);
    ADD("clipboard-lanes", "*: bfp2 @0..4ep, bfp4 @4..8ep, bfp6 @8ep..", test_clipboard_lanes);
    ADD("all", simple, test_all);
    ADD("tools-and-zoom", simple, test_tools_and_zoom);
    ADD("fold-open", simple, test_fold_open);
    return g_test_run();
}
