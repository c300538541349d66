/* The schedule as the timeline edits it: spans, undo, drags and the lock. No display. */
#include "mts-schedule-model.h"

#include <string.h>

enum { STEPS = 1200, PER_EPOCH = 100 };

static const char *const names[] = {"conv1", "conv2", "fc1"};
static const char *const summaries[] = {"3 → 32", "32 → 64", "256 → 10"};

typedef struct Fixture {
    MtsScheduleModel *model;
    guint changed, committed;
} Fixture;

static void count_up(gpointer model, guint *counter)
{
    (*counter)++;
}

static EngPlan *plan_of(const char *text)
{
    EngSchedule *schedule;
    EngPlan *plan;
    EngError error;
    const EngClock clock = {STEPS, PER_EPOCH};
    g_assert_cmpint(eng_schedule_parse(text, &schedule, &error), ==, ENG_OK);
    g_assert_cmpint(eng_plan_build(schedule, names, 3, clock, &plan, &error), ==, ENG_OK);
    eng_schedule_free(schedule);
    return plan;
}

static void load(Fixture *f, const char *text)
{
    EngPlan *plan = plan_of(text);
    mts_schedule_model_load(f->model, plan, names, summaries);
    eng_plan_free(plan);
    f->changed = f->committed = 0;
}

static void set_up(Fixture *f, gconstpointer data)
{
    f->model = mts_schedule_model_new();
    g_signal_connect(f->model, "changed", G_CALLBACK(count_up), &f->changed);
    g_signal_connect(f->model, "committed", G_CALLBACK(count_up), &f->committed);
    load(f, data ? data : "*: bfp4");
}

static void tear_down(Fixture *f, gconstpointer data)
{
    g_assert_finalize_object(f->model);
}

static EngPrecision bfp(unsigned m)
{
    return eng_precision_fixed(eng_format_bfp(m));
}

/* A lane as text: "4@0-600 6@600-1200"; adaptive "2~4", fp32 "F". */
static char *lane_text(Fixture *f, guint layer, MtsTrack track)
{
    GString *text = g_string_new(NULL);
    guint count;
    const EngSpan *spans = mts_schedule_model_get_spans(f->model, layer, track, &count);
    for (guint i = 0; i < count; i++) {
        const EngPrecision *p = &spans[i].precision;
        g_string_append(text, i ? " " : "");
        if (p->adaptive) {
            g_string_append_printf(text, "%d~%d", p->format.m, p->high.m);
        } else if (eng_format_is_fp32(&p->format)) {
            g_string_append(text, "F");
        } else {
            g_string_append_printf(text, "%d", p->format.m);
        }
        g_string_append_printf(text, "@%u-%u", spans[i].from, spans[i].to);
    }
    return g_string_free(text, FALSE);
}

#define ASSERT_LANE(layer, track, wanted)                                                          \
    do {                                                                                           \
        char *got_ = lane_text(f, (layer), (track));                                               \
        g_assert_cmpstr(got_, ==, (wanted));                                                       \
        g_free(got_);                                                                              \
    } while (0)

static gboolean paint(Fixture *f, guint layer, MtsTrack track, guint from, guint to, unsigned m)
{
    const EngPrecision precision = bfp(m);
    return mts_schedule_model_paint(f->model, layer, track, from, to, &precision);
}

static gboolean set(Fixture *f, guint layer, MtsTrack track, guint span, unsigned m)
{
    const EngPrecision precision = bfp(m);
    return mts_schedule_model_set(f->model, layer, track, span, &precision);
}

static void test_load(Fixture *f, gconstpointer data)
{
    g_assert_cmpuint(mts_schedule_model_get_layers(f->model), ==, 3);
    g_assert_cmpstr(mts_schedule_model_get_name(f->model, 2), ==, "fc1");
    g_assert_cmpstr(mts_schedule_model_get_summary(f->model, 0), ==, "3 → 32");
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-300 4@300-1200");
    ASSERT_LANE(0, ENG_ROLE_G, "4@0-1200");
    ASSERT_LANE(2, ENG_ROLE_A, "2~4@0-1200");
    ASSERT_LANE(1, ENG_ROLE_W, "F@0-1200");
    g_assert_cmpuint(mts_schedule_model_find(f->model, 0, ENG_ROLE_W, 299), ==, 0);
    g_assert_cmpuint(mts_schedule_model_find(f->model, 0, ENG_ROLE_W, 300), ==, 1);
    g_assert_cmpuint(mts_schedule_model_find(f->model, 0, ENG_ROLE_W, 5000), ==, 1);
    g_assert_false(mts_schedule_model_can_undo(f->model));
}

/* A plan goes in and comes out the same, and so does its text. */
static void test_round_trip(Fixture *f, gconstpointer data)
{
    EngPlan *before = plan_of(data), *after = mts_schedule_model_to_plan(f->model);
    g_assert_true(eng_plan_equal(before, after));
    char *text = mts_schedule_model_to_text(f->model);
    EngPlan *again = plan_of(text);
    g_assert_true(eng_plan_equal(before, again));
    g_free(text);
    eng_plan_free(before);
    eng_plan_free(after);
    eng_plan_free(again);
}

static void test_paint(Fixture *f, gconstpointer data)
{
    g_assert_true(paint(f, 0, ENG_ROLE_W, 200, 600, 6));
    ASSERT_LANE(0, ENG_ROLE_W, "4@0-200 6@200-600 4@600-1200");
    g_assert_cmpuint(f->changed, ==, 1);
    g_assert_cmpuint(f->committed, ==, 1);
    /* Beside its like it joins it, over its like nothing happens. */
    g_assert_true(paint(f, 0, ENG_ROLE_W, 600, 700, 6));
    ASSERT_LANE(0, ENG_ROLE_W, "4@0-200 6@200-700 4@700-1200");
    g_assert_false(paint(f, 0, ENG_ROLE_W, 300, 500, 6));
    g_assert_cmpuint(f->committed, ==, 2);
    /* Across several, over both ends of the run. */
    g_assert_true(paint(f, 0, ENG_ROLE_W, 100, 1100, 8));
    ASSERT_LANE(0, ENG_ROLE_W, "4@0-100 8@100-1100 4@1100-1200");
    g_assert_true(paint(f, 0, ENG_ROLE_W, 0, 4000000000u, 4));
    ASSERT_LANE(0, ENG_ROLE_W, "4@0-1200");
    g_assert_false(paint(f, 0, ENG_ROLE_W, 1200, 1300, 8));
    g_assert_false(paint(f, 0, ENG_ROLE_W, 500, 500, 8));
    ASSERT_LANE(0, ENG_ROLE_A, "4@0-1200");
}

/* Roundings are those of the role, and a refused precision changes nothing. */
static void test_precisions(Fixture *f, gconstpointer data)
{
    guint count;
    paint(f, 0, ENG_ROLE_G, 0, 100, 6);
    const EngSpan *spans = mts_schedule_model_get_spans(f->model, 0, ENG_ROLE_G, &count);
    g_assert_cmpint(spans[0].precision.format.rounding, ==, ENG_ROUND_STOCHASTIC);
    g_assert_cmpint(spans[0].precision.format.noise_bits, ==, 8);
    paint(f, 0, ENG_ROLE_W, 0, 100, 6);
    spans = mts_schedule_model_get_spans(f->model, 0, ENG_ROLE_W, &count);
    g_assert_cmpint(spans[0].precision.format.rounding, ==, ENG_ROUND_NEAREST);

    const EngPrecision upside_down = eng_precision_adaptive(eng_format_bfp(4), eng_format_bfp(2));
    g_assert_false(mts_schedule_model_paint(f->model, 0, ENG_ROLE_A, 0, 100, &upside_down));
    g_assert_false(mts_schedule_model_set(f->model, 0, ENG_ROLE_A, 0, &upside_down));
    ASSERT_LANE(0, ENG_ROLE_A, "4@0-1200");
}

static void test_split_and_set(Fixture *f, gconstpointer data)
{
    g_assert_true(mts_schedule_model_split(f->model, 1, ENG_ROLE_A, 500));
    ASSERT_LANE(1, ENG_ROLE_A, "4@0-500 4@500-1200");
    g_assert_false(mts_schedule_model_split(f->model, 1, ENG_ROLE_A, 500));
    g_assert_false(mts_schedule_model_split(f->model, 1, ENG_ROLE_A, 0));
    g_assert_false(mts_schedule_model_split(f->model, 1, ENG_ROLE_A, 1200));
    g_assert_cmpuint(f->committed, ==, 1);
    /* The edge stays where a set makes neighbours alike, and goes with a paint. */
    g_assert_true(set(f, 1, ENG_ROLE_A, 1, 6));
    g_assert_true(set(f, 1, ENG_ROLE_A, 0, 6));
    ASSERT_LANE(1, ENG_ROLE_A, "6@0-500 6@500-1200");
    g_assert_false(set(f, 1, ENG_ROLE_A, 0, 6));
    g_assert_false(set(f, 1, ENG_ROLE_A, 9, 6));
    /* For the trainer both are one. */
    EngPlan *plan = mts_schedule_model_to_plan(f->model);
    size_t count;
    eng_plan_spans(plan, 1, ENG_SLOT_A_FWD, &count);
    g_assert_cmpuint(count, ==, 1);
    eng_plan_free(plan);
}

static void test_remove(Fixture *f, gconstpointer data)
{
    g_assert_true(mts_schedule_model_remove(f->model, 0, ENG_ROLE_W, 1));
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-600 6@600-1200");
    g_assert_true(mts_schedule_model_remove(f->model, 0, ENG_ROLE_W, 0));
    ASSERT_LANE(0, ENG_ROLE_W, "6@0-1200");
    g_assert_false(mts_schedule_model_remove(f->model, 0, ENG_ROLE_W, 0));
    /* Between two of the same, one is left. */
    paint(f, 0, ENG_ROLE_W, 300, 400, 2);
    g_assert_true(mts_schedule_model_remove(f->model, 0, ENG_ROLE_W, 1));
    ASSERT_LANE(0, ENG_ROLE_W, "6@0-1200");
}

static void test_ids(Fixture *f, gconstpointer data)
{
    const guint32 id = mts_schedule_model_get_id(f->model, 0, ENG_ROLE_W, 1);
    mts_schedule_model_split(f->model, 0, ENG_ROLE_W, 100);
    g_assert_cmpint(mts_schedule_model_find_id(f->model, 0, ENG_ROLE_W, id), ==, 2);
    set(f, 0, ENG_ROLE_W, 2, 8);
    g_assert_cmpint(mts_schedule_model_find_id(f->model, 0, ENG_ROLE_W, id), ==, 2);
    mts_schedule_model_undo(f->model);
    mts_schedule_model_undo(f->model);
    g_assert_cmpint(mts_schedule_model_find_id(f->model, 0, ENG_ROLE_W, id), ==, 1);
    mts_schedule_model_remove(f->model, 0, ENG_ROLE_W, 1);
    g_assert_cmpint(mts_schedule_model_find_id(f->model, 0, ENG_ROLE_W, id), ==, -1);
}

static void test_undo_redo(Fixture *f, gconstpointer data)
{
    paint(f, 0, ENG_ROLE_W, 100, 200, 6);
    mts_schedule_model_split(f->model, 0, ENG_ROLE_W, 150);
    paint(f, 2, ENG_ROLE_G, 0, 1200, 8);
    g_assert_true(mts_schedule_model_undo(f->model));
    guint count;
    const MtsLaneChange *change = mts_schedule_model_get_changes(f->model, &count);
    g_assert_cmpuint(count, ==, 1);
    g_assert_cmpuint(change->layer, ==, 2);
    g_assert_cmpint(change->role, ==, ENG_ROLE_G);
    g_assert_cmpuint(change->to - change->from, ==, 1200);
    ASSERT_LANE(2, ENG_ROLE_G, "4@0-1200");
    g_assert_true(mts_schedule_model_undo(f->model));
    change = mts_schedule_model_get_changes(f->model, &count);
    g_assert_cmpuint(count, ==, 1);
    g_assert_cmpuint(change->from, ==, 100);
    g_assert_cmpuint(change->to, ==, 200);
    ASSERT_LANE(0, ENG_ROLE_W, "4@0-100 6@100-200 4@200-1200");
    g_assert_true(mts_schedule_model_undo(f->model));
    ASSERT_LANE(0, ENG_ROLE_W, "4@0-1200");
    g_assert_false(mts_schedule_model_can_undo(f->model));
    g_assert_false(mts_schedule_model_undo(f->model));

    g_assert_true(mts_schedule_model_redo(f->model));
    g_assert_true(mts_schedule_model_redo(f->model));
    ASSERT_LANE(0, ENG_ROLE_W, "4@0-100 6@100-150 6@150-200 4@200-1200");
    g_assert_cmpuint(f->committed, ==, 3 + 3 + 2);
    /* A new edit forgets what could be redone. */
    paint(f, 1, ENG_ROLE_A, 0, 10, 8);
    g_assert_false(mts_schedule_model_can_redo(f->model));
    g_assert_false(mts_schedule_model_redo(f->model));
}

static void test_groups(Fixture *f, gconstpointer data)
{
    mts_schedule_model_begin_group(f->model);
    paint(f, 0, ENG_ROLE_W, 0, 100, 6);
    paint(f, 1, ENG_ROLE_W, 0, 100, 6);
    g_assert_false(mts_schedule_model_undo(f->model));
    mts_schedule_model_revert_group(f->model);
    ASSERT_LANE(0, ENG_ROLE_W, "4@0-1200");
    paint(f, 0, ENG_ROLE_W, 0, 300, 6);
    paint(f, 1, ENG_ROLE_W, 0, 300, 6);
    g_assert_cmpuint(f->committed, ==, 0);
    mts_schedule_model_end_group(f->model);
    g_assert_cmpuint(f->committed, ==, 1);
    mts_schedule_model_undo(f->model);
    ASSERT_LANE(0, ENG_ROLE_W, "4@0-1200");
    ASSERT_LANE(1, ENG_ROLE_W, "4@0-1200");

    mts_schedule_model_begin_group(f->model);
    paint(f, 0, ENG_ROLE_W, 0, 300, 8);
    mts_schedule_model_cancel_group(f->model);
    ASSERT_LANE(0, ENG_ROLE_W, "4@0-1200");
    g_assert_cmpuint(f->committed, ==, 2);
    g_assert_true(mts_schedule_model_can_redo(f->model)); /* nothing was done meanwhile */

    /* A group in which everything is taken back is none. */
    mts_schedule_model_begin_group(f->model);
    paint(f, 0, ENG_ROLE_W, 0, 300, 8);
    paint(f, 0, ENG_ROLE_W, 0, 300, 4);
    mts_schedule_model_end_group(f->model);
    g_assert_false(mts_schedule_model_can_undo(f->model));
}

static void test_freeze(Fixture *f, gconstpointer data)
{
    mts_schedule_model_freeze(f->model);
    paint(f, 0, ENG_ROLE_W, 0, 100, 6);
    paint(f, 1, ENG_ROLE_W, 0, 100, 6);
    g_assert_cmpuint(f->changed, ==, 0);
    mts_schedule_model_thaw(f->model);
    g_assert_cmpuint(f->changed, ==, 1);
    mts_schedule_model_freeze(f->model);
    mts_schedule_model_thaw(f->model);
    g_assert_cmpuint(f->changed, ==, 1);
}

static void test_drag(Fixture *f, gconstpointer data)
{
    g_assert_false(mts_schedule_model_drag_begin(f->model, 0, ENG_ROLE_W, 0));
    g_assert_false(mts_schedule_model_drag_begin(f->model, 0, ENG_ROLE_W, 3));
    g_assert_true(mts_schedule_model_drag_begin(f->model, 0, ENG_ROLE_W, 1));
    g_assert_cmpuint(mts_schedule_model_drag_move(f->model, 450), ==, 450);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-450 4@450-600 6@600-1200");
    /* Neighbours give way, but not altogether. */
    g_assert_cmpuint(mts_schedule_model_drag_move(f->model, 900), ==, 599);
    g_assert_cmpuint(mts_schedule_model_drag_move(f->model, 0), ==, 1);
    g_assert_cmpuint(f->committed, ==, 0);
    mts_schedule_model_drag_cancel(f->model);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-300 4@300-600 6@600-1200");
    g_assert_false(mts_schedule_model_can_undo(f->model));

    mts_schedule_model_drag_begin(f->model, 0, ENG_ROLE_W, 1);
    for (guint step = 300; step <= 500; step += 10) {
        mts_schedule_model_drag_move(f->model, step);
    }
    mts_schedule_model_drag_commit(f->model);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-500 4@500-600 6@600-1200");
    g_assert_cmpuint(f->committed, ==, 1);
    mts_schedule_model_undo(f->model);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-300 4@300-600 6@600-1200");
    g_assert_false(mts_schedule_model_can_undo(f->model));
    /* There and back again is no edit. */
    mts_schedule_model_drag_begin(f->model, 0, ENG_ROLE_W, 1);
    mts_schedule_model_drag_move(f->model, 400);
    mts_schedule_model_drag_move(f->model, 300);
    mts_schedule_model_drag_commit(f->model);
    g_assert_false(mts_schedule_model_can_undo(f->model));
}

static void test_drag_several(Fixture *f, gconstpointer data)
{
    g_assert_true(mts_schedule_model_drag_begin(f->model, 0, ENG_ROLE_W, 1));
    g_assert_true(mts_schedule_model_drag_add(f->model, 1, ENG_ROLE_W, 1));
    g_assert_cmpuint(mts_schedule_model_drag_move(f->model, 700), ==, 599);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-599 4@599-600 6@600-1200");
    ASSERT_LANE(1, ENG_ROLE_W, "4@0-700 6@700-1200");
    mts_schedule_model_drag_commit(f->model);
    mts_schedule_model_undo(f->model);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-300 4@300-600 6@600-1200");
    ASSERT_LANE(1, ENG_ROLE_W, "4@0-300 6@300-1200");
}

static void test_drag_span(Fixture *f, gconstpointer data)
{
    g_assert_false(mts_schedule_model_drag_begin_span(f->model, 0, ENG_ROLE_W, 0));
    g_assert_false(mts_schedule_model_drag_begin_span(f->model, 0, ENG_ROLE_W, 2));
    g_assert_true(mts_schedule_model_drag_begin_span(f->model, 0, ENG_ROLE_W, 1));
    g_assert_cmpuint(mts_schedule_model_drag_move(f->model, 500), ==, 500);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-500 4@500-800 6@800-1200");
    g_assert_cmpuint(mts_schedule_model_drag_move(f->model, 1100), ==, 899);
    g_assert_cmpuint(mts_schedule_model_drag_move(f->model, 0), ==, 1);
    mts_schedule_model_drag_commit(f->model);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-1 4@1-301 6@301-1200");
    mts_schedule_model_undo(f->model);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-300 4@300-600 6@600-1200");
}

static void test_lock(Fixture *f, gconstpointer data)
{
    mts_schedule_model_set_lock(f->model, 450);
    /* Only the future takes a change. */
    g_assert_false(paint(f, 0, ENG_ROLE_W, 0, 450, 8));
    g_assert_true(paint(f, 0, ENG_ROLE_W, 200, 500, 8));
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-300 4@300-450 8@450-500 4@500-600 6@600-1200");
    mts_schedule_model_undo(f->model);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-300 4@300-600 6@600-1200");
    g_assert_false(set(f, 0, ENG_ROLE_W, 0, 8));
    g_assert_true(set(f, 0, ENG_ROLE_W, 1, 8));
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-300 4@300-450 8@450-600 6@600-1200");
    mts_schedule_model_undo(f->model);
    g_assert_false(mts_schedule_model_split(f->model, 0, ENG_ROLE_W, 400));
    g_assert_false(mts_schedule_model_remove(f->model, 0, ENG_ROLE_W, 1));
    /* An edge of the past stays, one of the future stops at the lock. */
    g_assert_false(mts_schedule_model_drag_begin(f->model, 0, ENG_ROLE_W, 1));
    g_assert_true(mts_schedule_model_drag_begin(f->model, 0, ENG_ROLE_W, 2));
    g_assert_cmpuint(mts_schedule_model_drag_move(f->model, 320), ==, 450);
    mts_schedule_model_drag_commit(f->model);
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-300 4@300-450 6@450-1200");
}

/* The trainer walks past what is undone or dragged: what it used stays as it was. */
static void test_lock_moves(Fixture *f, gconstpointer data)
{
    paint(f, 2, ENG_ROLE_A, 600, 900, 8);
    mts_schedule_model_set_lock(f->model, 700);
    g_assert_true(mts_schedule_model_undo(f->model));
    ASSERT_LANE(2, ENG_ROLE_A, "4@0-600 8@600-700 4@700-1200");
    g_assert_true(mts_schedule_model_redo(f->model));
    ASSERT_LANE(2, ENG_ROLE_A, "4@0-600 8@600-900 4@900-1200");

    mts_schedule_model_drag_begin(f->model, 2, ENG_ROLE_A, 2);
    mts_schedule_model_drag_move(f->model, 1100);
    mts_schedule_model_set_lock(f->model, 1000);
    mts_schedule_model_drag_commit(f->model);
    ASSERT_LANE(2, ENG_ROLE_A, "4@0-600 8@600-900 4@900-1000 8@1000-1100 4@1100-1200");
    g_assert_true(mts_schedule_model_undo(f->model));
    ASSERT_LANE(2, ENG_ROLE_A, "4@0-600 8@600-900 4@900-1200");

    /* What lies wholly in the past by now is skipped. */
    mts_schedule_model_set_lock(f->model, 1200);
    g_assert_false(mts_schedule_model_undo(f->model));
    ASSERT_LANE(2, ENG_ROLE_A, "4@0-600 8@600-900 4@900-1200");
}

static void test_slots(Fixture *f, gconstpointer data)
{
    const MtsTrack forward = MTS_TRACK_SLOT(ENG_SLOT_W_FWD);
    const MtsTrack back = MTS_TRACK_SLOT(ENG_SLOT_W_DGRAD);
    g_assert_cmpstr(mts_track_name(ENG_ROLE_G), ==, "G");
    g_assert_cmpstr(mts_track_name(back), ==, "W.dgrad");
    g_assert_cmpint(mts_track_role(back), ==, ENG_ROLE_W);
    g_assert_true(mts_schedule_model_slots_differ(f->model, 0, ENG_ROLE_W));
    g_assert_false(mts_schedule_model_slots_differ(f->model, 1, ENG_ROLE_W));
    ASSERT_LANE(0, ENG_ROLE_W, "4@0-1200");
    ASSERT_LANE(0, back, "8@0-1200");
    /* One slot alone. */
    g_assert_true(paint(f, 0, back, 0, 600, 6));
    ASSERT_LANE(0, forward, "4@0-1200");
    ASSERT_LANE(0, back, "6@0-600 8@600-1200");
    g_assert_true(paint(f, 1, forward, 0, 100, 2));
    g_assert_true(mts_schedule_model_slots_differ(f->model, 1, ENG_ROLE_W));
    g_assert_true(paint(f, 1, back, 0, 100, 2));
    g_assert_false(mts_schedule_model_slots_differ(f->model, 1, ENG_ROLE_W));
    /* An edit of the role makes them alike, but not what was trained apart. */
    mts_schedule_model_set_lock(f->model, 300);
    g_assert_true(paint(f, 0, ENG_ROLE_W, 1000, 1200, 3));
    ASSERT_LANE(0, forward, "4@0-1000 3@1000-1200");
    ASSERT_LANE(0, back, "6@0-300 4@300-1000 3@1000-1200");
    g_assert_true(mts_schedule_model_undo(f->model));
    ASSERT_LANE(0, back, "6@0-600 8@600-1200");
    ASSERT_LANE(0, forward, "4@0-1200");
    /* A drag of the role takes both along. */
    paint(f, 1, ENG_ROLE_W, 600, 1200, 8);
    paint(f, 1, back, 900, 1000, 3);
    g_assert_true(mts_schedule_model_drag_begin(f->model, 1, ENG_ROLE_W, 2));
    mts_schedule_model_drag_move(f->model, 700);
    mts_schedule_model_drag_commit(f->model);
    ASSERT_LANE(1, forward, "2@0-100 4@100-700 8@700-1200");
    g_assert_false(mts_schedule_model_slots_differ(f->model, 1, ENG_ROLE_W));
}

static void test_adopt(Fixture *f, gconstpointer data)
{
    mts_schedule_model_set_lock(f->model, 500);
    EngPlan *plan = plan_of("*: bfp8; *.G: fp32");
    g_assert_true(mts_schedule_model_adopt(f->model, plan));
    g_assert_cmpuint(f->changed, ==, 1);
    g_assert_cmpuint(f->committed, ==, 1);
    ASSERT_LANE(0, ENG_ROLE_W, "4@0-500 8@500-1200");
    ASSERT_LANE(2, ENG_ROLE_G, "4@0-500 F@500-1200");
    g_assert_false(mts_schedule_model_adopt(f->model, plan));
    mts_schedule_model_undo(f->model);
    ASSERT_LANE(2, ENG_ROLE_G, "4@0-1200");
    eng_plan_free(plan);
}

/* Thousands of random edits: lanes always cover the run, everything undone is the beginning
 * again, everything redone the end. */
static void test_random_edits(Fixture *f, gconstpointer data)
{
    for (int i = 0; i < 3000; i++) {
        const guint layer = (guint)g_test_rand_int_range(0, 3);
        const MtsTrack track = (MtsTrack)g_test_rand_int_range(0, MTS_TRACKS);
        const guint step = (guint)g_test_rand_int_range(0, STEPS + 2);
        const unsigned m = (unsigned)g_test_rand_int_range(2, 9);
        guint count;
        mts_schedule_model_get_spans(f->model, layer, track, &count);
        const guint span = (guint)g_test_rand_int_range(0, (gint32)count + 1);
        switch (g_test_rand_int_range(0, 5)) {
        case 0:
            paint(f, layer, track, step, step + (guint)g_test_rand_int_range(0, 400), m);
            break;
        case 1:
            set(f, layer, track, span, m);
            break;
        case 2:
            mts_schedule_model_split(f->model, layer, track, step);
            break;
        case 3:
            mts_schedule_model_remove(f->model, layer, track, span);
            break;
        default:
            if (mts_schedule_model_drag_begin(f->model, layer, track, span)) {
                mts_schedule_model_drag_move(f->model, step);
                mts_schedule_model_drag_move(f->model, (guint)g_test_rand_int_range(0, STEPS));
                if (m & 1) {
                    mts_schedule_model_drag_commit(f->model);
                } else {
                    mts_schedule_model_drag_cancel(f->model);
                }
            }
        }
        const EngSpan *spans = mts_schedule_model_get_spans(f->model, layer, track, &count);
        g_assert_cmpuint(spans[0].from, ==, 0);
        g_assert_cmpuint(spans[count - 1].to, ==, STEPS);
        for (guint k = 0; k < count; k++) {
            g_assert_cmpuint(spans[k].from, <, spans[k].to);
            g_assert_true(k == 0 || spans[k].from == spans[k - 1].to);
        }
        if (i % 400 == 399) {
            EngPlan *end = mts_schedule_model_to_plan(f->model);
            while (mts_schedule_model_undo(f->model)) {
            }
            while (mts_schedule_model_redo(f->model)) {
            }
            EngPlan *again = mts_schedule_model_to_plan(f->model);
            g_assert_true(eng_plan_equal(end, again));
            eng_plan_free(end);
            eng_plan_free(again);
        }
    }
}

#define ADD(name, text, function)                                                                  \
    g_test_add("/schedule-model/" name, Fixture, text, set_up, function, tear_down)

int main(int argc, char **argv)
{
    static const char three[] = "*.W: bfp2 @0..3ep, bfp4 @3ep..6ep, bfp6 @6ep..; "
                                "conv2.W: bfp4 @0..3ep, bfp6 @3ep..; *.A: bfp4; *.G: bfp4";
    g_test_init(&argc, &argv, NULL);
    ADD("load", "conv1.W: bfp2 @0..3ep, bfp4 @3ep..; conv1.G: bfp4; fc*.A: adaptive(bfp2, bfp4)",
        test_load);
    ADD("round-trip",
        "*: bfp4; *.G: bfp4:sr4; conv*.W: bfp2 @0..25%, bfp8/g32/e3 @9ep..; fc1.W.dgrad: bfp8; "
        "conv2.A: adaptive(bfp2, bfp4, alpha=0.7, beta=0.1, interval=20, literal)",
        test_round_trip);
    ADD("paint", NULL, test_paint);
    ADD("precisions", NULL, test_precisions);
    ADD("split-and-set", NULL, test_split_and_set);
    ADD("remove", three, test_remove);
    ADD("ids", three, test_ids);
    ADD("undo-redo", NULL, test_undo_redo);
    ADD("groups", NULL, test_groups);
    ADD("freeze", NULL, test_freeze);
    ADD("drag", three, test_drag);
    ADD("drag-several", three, test_drag_several);
    ADD("drag-span", three, test_drag_span);
    ADD("lock", three, test_lock);
    ADD("lock-moves", NULL, test_lock_moves);
    ADD("slots", "*: bfp4; conv1.W.dgrad: bfp8", test_slots);
    ADD("adopt", NULL, test_adopt);
    ADD("random-edits", three, test_random_edits);
    return g_test_run();
}
