/* The timeline's arithmetic without a widget: rows and lanes, what lies under the pointer, where a
 * boundary snaps, what an adaptive lane used. */
#include "mts-lane-choices.h"
#include "mts-lane-layout.h"
#include "mts-lane-snap.h"
#include "mts-time-axis.h"

static const char *const names[] = {"conv1", "conv2", "conv10", "fc1", "fc2", "head"};

/* ---- layout --------------------------------------------------------------------------------- */

static void test_rows(void)
{
    MtsLaneLayout layout = {0};
    mts_lane_layout_build(&layout, names, 5, NULL, NULL);
    g_assert_cmpuint(layout.row_count, ==, 5);
    g_assert_cmpuint(layout.box_count, ==, 15);
    g_assert_cmpint(layout.rows[0].height, ==, 56);
    g_assert_cmpint(layout.height, ==, 5 * 56);
    g_assert_cmpint(layout.boxes[4].y, ==, 56 + 5 + 16);
    /* A lane is hit over half the gap on either side, the padding of a row by none. */
    g_assert_cmpint(mts_lane_layout_box_at(&layout, 3.9), ==, -1);
    g_assert_cmpint(mts_lane_layout_box_at(&layout, 4), ==, 0);
    g_assert_cmpint(mts_lane_layout_box_at(&layout, 19.9), ==, 0);
    g_assert_cmpint(mts_lane_layout_box_at(&layout, 20), ==, 1);
    g_assert_cmpint(mts_lane_layout_box_at(&layout, 53), ==, -1);
    g_assert_cmpint(mts_lane_layout_box_at(&layout, -10), ==, -1);
    g_assert_cmpint(mts_lane_layout_nearest(&layout, 53), ==, 2);
    g_assert_cmpint(mts_lane_layout_nearest(&layout, 1e9), ==, 14);
    g_assert_cmpint(mts_lane_layout_row_at(&layout, 56), ==, 1);
    g_assert_cmpint(mts_lane_layout_row_at(&layout, 280), ==, -1);
    g_assert_cmpint(mts_lane_layout_find(&layout, 1, ENG_ROLE_A), ==, 4);
    g_assert_cmpint(mts_lane_layout_find(&layout, 7, ENG_ROLE_A), ==, -1);
    mts_lane_layout_clear(&layout);
    g_assert_cmpint(mts_lane_layout_nearest(&layout, 0), ==, -1);
}

static void test_families(void)
{
    guint first;
    g_assert_cmpuint(mts_lane_family(names, 6, 1, &first), ==, 3);
    g_assert_cmpuint(first, ==, 0);
    g_assert_cmpuint(mts_lane_family(names, 6, 4, &first), ==, 2);
    g_assert_cmpuint(first, ==, 3);
    g_assert_cmpuint(mts_lane_family(names, 6, 5, &first), ==, 1);
    /* A name that is only a number is no family's. */
    const char *const numbers[] = {"1", "2"};
    g_assert_cmpuint(mts_lane_family(numbers, 2, 0, &first), ==, 1);
}

static void test_folding_and_opening(void)
{
    MtsLaneLayout layout = {0};
    gboolean folded[6] = {TRUE}, opened[18] = {FALSE};
    opened[4 * 3 + ENG_ROLE_A] = TRUE;
    mts_lane_layout_build(&layout, names, 6, folded, opened);
    g_assert_cmpuint(layout.row_count, ==, 4);
    g_assert_cmpuint(layout.rows[0].layers, ==, 3);
    g_assert_true(layout.rows[0].folded);
    g_assert_true(layout.rows[1].family_head);
    g_assert_false(layout.rows[3].family_head);
    g_assert_cmpint(layout.rows[2].height, ==, 56 + 16);
    g_assert_cmpuint(layout.box_count, ==, 13);
    /* Every member of the folded family shows in its one row. */
    g_assert_cmpint(mts_lane_layout_find(&layout, 2, ENG_ROLE_G), ==, 2);
    const int slot = mts_lane_layout_find(&layout, 4, MTS_TRACK_SLOT(ENG_SLOT_A_WGRAD));
    g_assert_cmpint(slot, ==, 8);
    g_assert_cmpuint(layout.boxes[slot].track, ==, MTS_TRACK_SLOT(ENG_SLOT_A_WGRAD));
    g_assert_cmpint(mts_lane_layout_find(&layout, 3, MTS_TRACK_SLOT(ENG_SLOT_A_WGRAD)), ==, 4);
    mts_lane_layout_clear(&layout);
}

/* ---- hits ----------------------------------------------------------------------------------- */

static void test_hits(void)
{
    const EngSpan spans[] = {
        {.from = 0, .to = 100}, {.from = 100, .to = 103}, {.from = 103, .to = 200}};
    const MtsLaneScale scale = {96, 2}; /* edges at x = 296 and 302 */
    g_assert_cmpint(mts_lane_hit(spans, 3, scale, 95).part, ==, MTS_PART_NOTHING);
    g_assert_cmpint(mts_lane_hit(spans, 3, scale, 497).part, ==, MTS_PART_NOTHING);
    MtsLaneHit hit = mts_lane_hit(spans, 3, scale, 96);
    g_assert_cmpint(hit.part, ==, MTS_PART_SEGMENT); /* the run's start is no boundary */
    hit = mts_lane_hit(spans, 3, scale, 288.9);
    g_assert_cmpint(hit.part, ==, MTS_PART_SEGMENT);
    g_assert_cmpuint(hit.span, ==, 0);
    hit = mts_lane_hit(spans, 3, scale, 289);
    g_assert_cmpint(hit.part, ==, MTS_PART_EDGE);
    g_assert_cmpuint(hit.edge, ==, 1);
    /* Six pixels of segment: its middle third is its own. */
    hit = mts_lane_hit(spans, 3, scale, 299);
    g_assert_cmpint(hit.part, ==, MTS_PART_SEGMENT);
    g_assert_cmpuint(hit.span, ==, 1);
    hit = mts_lane_hit(spans, 3, scale, 297);
    g_assert_cmpuint(hit.edge, ==, 1);
    hit = mts_lane_hit(spans, 3, scale, 301);
    g_assert_cmpuint(hit.edge, ==, 2);
    g_assert_cmpuint(hit.span, ==, 1);
    hit = mts_lane_hit(spans, 3, scale, 309);
    g_assert_cmpuint(hit.edge, ==, 2);
    g_assert_cmpuint(hit.span, ==, 2);
    g_assert_cmpint(mts_lane_hit(spans, 3, scale, 309.1).part, ==, MTS_PART_SEGMENT);
}

/* ---- snapping ------------------------------------------------------------------------------- */

static void assert_snap(const MtsSnapField *field, double wanted, guint32 step, MtsSnapKind kind)
{
    const MtsSnap snap = mts_lane_snap(field, wanted);
    g_assert_cmpuint(snap.step, ==, step);
    g_assert_cmpint(snap.kind, ==, kind);
}

static void test_snap(void)
{
    const guint32 edges[] = {1000, 1955};
    MtsSnapField field = {.clock = {4692, 391},
        .scale = {96, 62.0 / 391},
        .playhead = 1877,
        .edges = edges,
        .edge_count = 2};
    /* Six pixels are 37.8 steps here. */
    assert_snap(&field, 2346 + 37, 2346, MTS_SNAP_EPOCH);
    assert_snap(&field, 2346 - 38, 2308, MTS_SNAP_NONE);
    assert_snap(&field, 1000.4, 1000, MTS_SNAP_EDGE);
    assert_snap(&field, 1860, 1877, MTS_SNAP_PLAYHEAD);
    assert_snap(&field, 1954, 1955, MTS_SNAP_EPOCH); /* the epoch's edge is called an epoch */
    assert_snap(&field, -500, 0, MTS_SNAP_EPOCH);
    assert_snap(&field, 1e12, 4692, MTS_SNAP_EPOCH);
    /* No quarters at 62 pixels an epoch, but at 96. */
    assert_snap(&field, 2444, 2444, MTS_SNAP_NONE);
    field.scale.per_step = 96.0 / 391;
    assert_snap(&field, 2440, 2444, MTS_SNAP_QUARTER);
    field.off = TRUE;
    assert_snap(&field, 2440, 2440, MTS_SNAP_NONE);
    assert_snap(&field, 2346.6, 2347, MTS_SNAP_NONE);
}

static void test_snap_to_end(void)
{
    /* Ten and a half epochs: the run's end attracts, and nothing leads beyond it. */
    const MtsSnapField field = {.clock = {1050, 100}, .scale = {96, 0.5}, .playhead = -1};
    assert_snap(&field, 1049, 1050, MTS_SNAP_EPOCH);
    assert_snap(&field, 1060, 1050, MTS_SNAP_EPOCH);
    assert_snap(&field, 1020, 1020, MTS_SNAP_NONE);
}

/* Cells cover the run without gap or overlap, whatever does not divide. */
static void test_cells(void)
{
    const guint32 per_epoch[] = {1, 2, 3, 7, 100, 391};
    for (guint k = 0; k < G_N_ELEMENTS(per_epoch); k++) {
        for (guint quarter = 0; quarter < 2; quarter++) {
            const EngClock clock = {per_epoch[k] * 5 + 1, per_epoch[k]};
            guint32 next = 0;
            for (guint32 step = 0; step < clock.steps; step++) {
                guint32 from, to;
                mts_lane_cell(clock, quarter, step, &from, &to);
                g_assert_cmpuint(from, <=, step);
                g_assert_cmpuint(to, >, step);
                g_assert_cmpuint(to, <=, clock.steps);
                g_assert_true(from == next || to == next);
                next = to;
            }
            g_assert_cmpuint(next, ==, clock.steps);
        }
    }
}

static void test_epoch_text(void)
{
    const EngClock clock = {4692, 391};
    char buf[32];
    g_assert_cmpstr(mts_lane_epoch_text(clock, 2346, buf), ==, "6.0");
    g_assert_cmpstr(mts_lane_epoch_text(clock, 2150.5, buf), ==, "5.5");
    g_assert_cmpstr(mts_lane_epoch_text(clock, 1270.75, buf), ==, "3.25");
    g_assert_cmpstr(mts_lane_epoch_text(clock, 0, buf), ==, "0.0");
    g_assert_cmpstr(mts_lane_epoch_text(clock, 391 * 12.05, buf), ==, "12.05");
    g_assert_cmpuint(mts_lane_quarter_step(clock, 22), ==, 2151); /* 2150.5: half up */
    g_assert_cmpuint(mts_lane_quarter_step(clock, 1e9), ==, 4692);
    g_assert_cmpuint(mts_lane_quarter_step(clock, -1), ==, 0);
}

/* ---- choices -------------------------------------------------------------------------------- */

/* Against a plain array of what every step used. */
static void test_choices(void)
{
    enum { STEPS = 500 };
    gboolean used[STEPS] = {FALSE};
    MtsLaneChoices choices = {0};
    g_assert_cmpuint(mts_lane_choices_first(&choices), ==, G_MAXUINT32);
    g_assert_cmpuint(mts_lane_choices_high(&choices, 0, 100), ==, 0);
    guint32 step = 20, first = 20;
    for (int i = 0; i < 200; i++) {
        const gboolean high = g_test_rand_bit();
        mts_lane_choices_add(&choices, step, high);
        for (guint32 s = step; s < STEPS; s++) {
            used[s] = high;
        }
        const guint32 from = (guint32)g_test_rand_int_range(0, STEPS);
        const guint32 to = (guint32)g_test_rand_int_range((gint32)from, STEPS + 1);
        guint32 wanted = 0;
        for (guint32 s = from; s < to; s++) {
            wanted += used[s];
        }
        g_assert_cmpuint(mts_lane_choices_high(&choices, from, to), ==, wanted);
        g_assert_cmpuint(mts_lane_choices_first(&choices), ==, first);
        if (from < STEPS) {
            guint32 until;
            g_assert_cmpint(mts_lane_choices_at(&choices, from, &until), ==, used[from]);
            g_assert_cmpuint(until, >, from);
            for (guint32 s = from; s < MIN(until, STEPS); s++) {
                g_assert_cmpint(used[s], ==, used[from]);
            }
        }
        /* Mostly on, now and then back: a run that was rewound. */
        step = g_test_rand_int_range(0, 20) == 0 ? (guint32)g_test_rand_int_range(20, STEPS)
                                                 : MIN(step + 7, STEPS - 1);
    }
    mts_lane_choices_clear(&choices);
    g_assert_cmpuint(mts_lane_choices_first(&choices), ==, G_MAXUINT32);
}

/* ---- axis ----------------------------------------------------------------------------------- */

static void count_up(gpointer axis, guint *counter)
{
    (*counter)++;
}

static void test_axis(void)
{
    MtsTimeAxis *axis = mts_time_axis_new();
    guint views = 0, cursors = 0;
    double from, to;
    mts_time_axis_set_width(axis, 96 + 744 + 16);
    mts_time_axis_set_clock(axis, (EngClock){4692, 391});
    g_signal_connect(axis, "view-changed", G_CALLBACK(count_up), &views);
    g_signal_connect(axis, "cursor-changed", G_CALLBACK(count_up), &cursors);
    g_assert_cmpfloat(mts_time_axis_x(axis, 0), ==, 96);
    g_assert_cmpfloat(mts_time_axis_x(axis, 4692), ==, 840);
    g_assert_cmpfloat_with_epsilon(mts_time_axis_x(axis, 391 * 5), 96 + 62 * 5, 1e-9);
    g_assert_cmpfloat_with_epsilon(mts_time_axis_step(axis, 96 + 62 * 5), 391 * 5, 1e-9);
    g_assert_true(mts_time_axis_is_fitted(axis));

    /* The step under the pointer stays there. */
    const double held = mts_time_axis_step(axis, 500);
    mts_time_axis_zoom_at(axis, 500, 3);
    g_assert_cmpfloat_with_epsilon(mts_time_axis_step(axis, 500), held, 1e-6);
    mts_time_axis_get_view(axis, &from, &to);
    g_assert_cmpfloat_with_epsilon(to - from, 4692 / 3.0, 1e-6);
    g_assert_false(mts_time_axis_is_fitted(axis));
    /* At the end of the run the view stops and keeps its length. */
    mts_time_axis_pan(axis, 1e6);
    mts_time_axis_get_view(axis, &from, &to);
    g_assert_cmpfloat_with_epsilon(to, 4692, 1e-6);
    g_assert_cmpfloat_with_epsilon(to - from, 4692 / 3.0, 1e-6);
    /* Four steps are the closest, all of them the farthest. */
    mts_time_axis_zoom_at(axis, 300, 1e9);
    mts_time_axis_get_view(axis, &from, &to);
    g_assert_cmpfloat_with_epsilon(to - from, 4, 1e-9);
    mts_time_axis_zoom_at(axis, 300, 1e-9);
    g_assert_true(mts_time_axis_is_fitted(axis));
    g_assert_cmpuint(cursors, ==, 0);

    /* A cursor is no reason to lay anything out, and the same place no reason for anything. */
    views = 0;
    mts_time_axis_set_crosshair(axis, 100);
    mts_time_axis_set_crosshair(axis, 100);
    g_assert_cmpuint(cursors, ==, 1);
    g_assert_cmpfloat(mts_time_axis_get_readout(axis), ==, 100);
    mts_time_axis_set_crosshair(axis, -5);
    g_assert_cmpfloat(mts_time_axis_get_crosshair(axis), <, 0);
    mts_time_axis_set_playhead(axis, 40);
    g_assert_cmpfloat(mts_time_axis_get_readout(axis), ==, 40);
    mts_time_axis_set_pin(axis, 70);
    g_assert_cmpfloat(mts_time_axis_get_readout(axis), ==, 70);
    mts_time_axis_set_playhead(axis, 1e9);
    g_assert_cmpfloat(mts_time_axis_get_playhead(axis), ==, 4692);
    g_assert_false(mts_time_axis_get_range(axis, &from, &to));
    mts_time_axis_set_range(axis, 10, 20);
    g_assert_true(mts_time_axis_get_range(axis, &from, &to));
    mts_time_axis_set_range(axis, 20, 20);
    g_assert_false(mts_time_axis_get_range(axis, &from, &to));
    g_assert_cmpuint(views, ==, 0);

    /* A run of one step and a window of no width are still an axis. */
    mts_time_axis_set_clock(axis, (EngClock){1, 1});
    mts_time_axis_set_width(axis, 0);
    g_assert_cmpfloat(mts_time_axis_x(axis, 1), ==, 97);
    mts_time_axis_zoom_at(axis, 96, 2);
    mts_time_axis_get_view(axis, &from, &to);
    g_assert_cmpfloat(to - from, ==, 1);
    g_assert_finalize_object(axis);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/lanes/rows", test_rows);
    g_test_add_func("/lanes/families", test_families);
    g_test_add_func("/lanes/folding-and-opening", test_folding_and_opening);
    g_test_add_func("/lanes/hits", test_hits);
    g_test_add_func("/lanes/snap", test_snap);
    g_test_add_func("/lanes/snap-to-end", test_snap_to_end);
    g_test_add_func("/lanes/cells", test_cells);
    g_test_add_func("/lanes/epoch-text", test_epoch_text);
    g_test_add_func("/lanes/choices", test_choices);
    g_test_add_func("/lanes/axis", test_axis);
    return g_test_run();
}
