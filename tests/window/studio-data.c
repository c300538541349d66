#include "studio-data.h"

#include "mts-palette.h"
#include <math.h>

static const char network[] = "conv3x3-32, relu, pool2, conv3x3-64, relu, pool2, conv3x3-128, "
                              "relu, pool2, fc-256, relu, fc-10";

static const char schedule[] =
    "conv1.W: bfp2 @0..3.5ep, adaptive(bfp2, bfp4) @3.5ep..9ep, bfp4 @9ep..\n"
    "conv1.A: bfp2 @0..2.5ep, adaptive(bfp2, bfp4) @2.5ep..10ep, bfp4 @10ep..\n"
    "conv1.G: bfp3 @0..3ep, bfp4 @3ep..8ep, bfp6 @8ep..\n"
    "conv2.W: bfp2 @0..2ep, adaptive(bfp2, bfp4) @2ep..8ep, bfp4 @8ep..10.5ep, bfp6 @10.5ep..\n"
    "conv2.A: bfp2 @0..1.5ep, adaptive(bfp2, bfp4) @1.5ep..9ep, bfp4 @9ep..10.5ep, bfp6 @10.5ep..\n"
    "conv2.G: bfp3 @0..2.5ep, bfp4 @2.5ep..5.5ep, bfp6 @5.5ep..9.5ep, bfp8 @9.5ep..\n"
    "conv3.W: bfp2 @0..1.5ep, adaptive(bfp2, bfp4) @1.5ep..6ep, bfp4 @6ep..9ep, bfp6 @9ep..\n"
    "conv3.A: bfp2 @0..1ep, adaptive(bfp2, bfp4) @1ep..7ep, bfp4 @7ep..9.5ep, bfp6 @9.5ep..\n"
    "conv3.G: bfp3 @0..2ep, bfp4 @2ep..4ep, bfp6 @4ep..8.5ep, bfp8 @8.5ep..\n"
    "fc1.W: bfp2 @0..0.75ep, adaptive(bfp2, bfp4) @0.75ep..7ep, bfp4 @7ep..10ep, bfp6 @10ep..\n"
    "fc1.A: bfp2 @0..0.5ep, adaptive(bfp2, bfp4) @0.5ep..7.5ep, bfp4 @7.5ep..\n"
    "fc1.G: bfp4 @0..4ep, bfp6 @4ep..9ep, bfp8 @9ep..\n"
    "fc2.W: bfp4 @0..4ep, bfp6 @4ep..8ep, bfp8 @8ep..\n"
    "fc2.A: bfp4 @0..5.5ep, bfp6 @5.5ep..10ep, bfp8 @10ep..\n"
    "fc2.G: bfp6 @0..3ep, bfp8 @3ep..10ep, fp32 @10ep..\n";

static EngPlan *plan_new(const EngNetwork *net)
{
    EngError error = {0};
    EngSchedule *parsed = NULL;
    if (eng_schedule_parse(schedule, &parsed, &error) != ENG_OK) {
        g_error("%s", error.text);
    }
    const char *names[16];
    g_assert_cmpuint(net->product_count, <=, G_N_ELEMENTS(names));
    for (gsize i = 0; i < net->product_count; i++) {
        names[i] = eng_network_product(net, i)->name;
    }
    EngPlan *plan = NULL;
    const EngClock clock = {STUDIO_STEPS, STUDIO_EPOCH};
    if (eng_plan_build(parsed, names, net->product_count, clock, &plan, &error) != ENG_OK) {
        g_error("%s", error.text);
    }
    eng_schedule_free(parsed);
    return plan;
}

/* ---- runs by formula ------------------------------------------------------------------------- */

static double smooth_loss(double epoch, double pace)
{
    return 0.62 + 1.66 * exp(-epoch * pace) + 0.02 * sin(epoch * 3.1 + pace * 20);
}

static double smooth_accuracy(double epoch, double pace)
{
    return 0.8 - 0.7 * exp(-epoch * pace * 1.55) + 0.006 * sin(epoch * 4.3 + pace * 9);
}

static void append_steps(
    MtsRunData *run, guint32 steps, GRand *rand, double pace, const guint64 *cycles)
{
    g_autofree MtsStepPoint *points = g_new(MtsStepPoint, steps);
    for (guint32 i = 0; i < steps; i++) {
        const double epoch = (double)i / STUDIO_EPOCH;
        const double noise = g_rand_double(rand) + g_rand_double(rand) - 1;
        points[i] = (MtsStepPoint){
            .step = i,
            .loss = (float)(smooth_loss(epoch, pace) * (0.97 + 0.09 * noise)),
            .accuracy = (float)CLAMP(smooth_accuracy(epoch, pace) + 0.012 + 0.05 * noise, 0, 1),
            .cycles = cycles ? (double)cycles[i] : 1000.0 * (i + 1),
        };
    }
    mts_run_data_append_steps(run, points, steps);
}

static void append_evals(MtsRunData *run, guint32 steps, GRand *rand, double pace)
{
    for (guint32 at = STUDIO_EPOCH / 8; at <= steps; at += STUDIO_EPOCH / 8) {
        const double epoch = (double)at / STUDIO_EPOCH;
        const MtsEvalPoint point = {at,
            (float)(smooth_loss(epoch, pace) + 0.012 * (g_rand_double(rand) - 0.5)),
            (float)(smooth_accuracy(epoch, pace) + 0.008 * (g_rand_double(rand) - 0.5))};
        mts_run_data_append_evals(run, &point, 1);
    }
}

MtsRunData *studio_run(
    const char *name, guint slot, guint32 steps, guint32 seed, double pace, const guint64 *cycles)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    MtsRunData *run = mts_run_data_new(seed, name, (EngClock){STUDIO_STEPS, STUDIO_EPOCH});
    mts_run_data_set_slot(run, slot);
    append_steps(run, steps, rand, pace, cycles);
    append_evals(run, steps, rand, pace);
    mts_run_data_set_status(
        run, steps < STUDIO_STEPS ? MTS_STATUS_RUNNING : MTS_STATUS_FINISHED, NULL);
    return run;
}

/* ---- library --------------------------------------------------------------------------------- */

typedef struct Row {
    const char *name, *data, *model;
    MtsRunStatus status;
    double accuracy, cycles;
    gboolean checked, active;
    guint slot;
} Row;

static const char cifar[] = "cifar-10", cnn[] = "CNN-S";

static const Row rows[] = {
    {"Ramp 2→8 adaptive", cifar, cnn, MTS_STATUS_RUNNING, .716, 320e6, FALSE, TRUE, 0},
    {"FAST-Adaptive", cifar, cnn, MTS_STATUS_FINISHED, .785, 961e6, TRUE, FALSE, 1},
    {"FP32 baseline", cifar, cnn, MTS_STATUS_FINISHED, .795, 5.78e9, TRUE, FALSE, MTS_RUN_FP32},
    {"bfloat16 baseline", cifar, cnn, MTS_STATUS_FINISHED, .794, 2.92e9, FALSE, FALSE, 2},
    {"Low → high 2·4·8", cifar, cnn, MTS_STATUS_FINISHED, .788, 2.21e9, FALSE, FALSE, 2},
    {"Fixed 4 stochastic", cifar, cnn, MTS_STATUS_FINISHED, .777, 1.48e9, FALSE, FALSE, 2},
    {"Fixed 4 nearest", cifar, cnn, MTS_STATUS_STOPPED, .739, 1.48e9, FALSE, FALSE, 2},
    {"Temporal 2·3·4", cifar, cnn, MTS_STATUS_FINISHED, .772, 1.35e9, FALSE, FALSE, 2},
    {"Fixed 2-bit", cifar, cnn, MTS_STATUS_DIVERGED, .639, 405e6, FALSE, FALSE, 2},
    {"High → low 6·4·2", cifar, cnn, MTS_STATUS_PAUSED, .698, 1.72e9, FALSE, FALSE, 2},
    {"Fixed 6-bit", cifar, cnn, MTS_STATUS_FINISHED, .792, 3.27e9, FALSE, FALSE, 2},
    {"First try", "digits", "mlp:256,128", MTS_STATUS_FINISHED, .974, 21e6, FALSE, FALSE, 2},
    {"Second try", "digits", "mlp:256,128", MTS_STATUS_FINISHED, .978, 25e6, FALSE, FALSE, 2},
    {"Two arms", "spirals", "mlp:64,64", MTS_STATUS_FINISHED, .999, 2e6, FALSE, FALSE, 2},
};

static GListStore *items_new(void)
{
    GListStore *items = g_list_store_new(MTS_TYPE_RUN_ITEM);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Row *row = &rows[i];
        g_autoptr(MtsRunItem) item = mts_run_item_new(i + 1, row->name, row->data, row->model);
        float spark[24];
        const guint points = row->active ? 10 : G_N_ELEMENTS(spark);
        for (guint k = 0; k < points; k++) {
            spark[k] = (float)(smooth_accuracy(k * .5, .3 + .02 * i) + .006 * sin(k * 2.0 + i));
        }
        mts_run_item_set_sparkline(item, spark, points);
        mts_run_item_set_result(item, row->accuracy, row->cycles);
        mts_run_item_set_status(item, row->status);
        mts_run_item_set_checked(item, row->checked, row->slot);
        mts_run_item_set_active(item, row->active);
        mts_run_item_set_progress(item, row->active ? .4 : 1);
        g_list_store_append(items, item);
    }
    return items;
}

void studio_data_init(StudioData *data)
{
    EngError error = {0};
    *data = (StudioData){.hw = eng_hardware_default()};
    if (eng_network_parse(network, (EngShape){32, 32, 3}, 10, &data->net, &error) != ENG_OK) {
        g_error("%s", error.text);
    }
    data->plan = plan_new(data->net);
    data->items = items_new();
}

void studio_data_clear(StudioData *data)
{
    g_clear_object(&data->live);
    g_clear_object(&data->items);
    eng_plan_free(data->plan);
    eng_network_free(data->net);
}

static void add_ghost(MtsStudio *studio, const char *name, guint slot, guint32 seed, double pace)
{
    g_autoptr(MtsRunData) ghost = studio_run(name, slot, STUDIO_STEPS, seed, pace, NULL);
    g_list_store_append(mts_studio_get_ghosts(studio), ghost);
}

/* Adaptive lanes choose the high format more and more often. */
static void add_choices(MtsStudio *studio, guint32 done)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(11);
    MtsTimeline *timeline = mts_studio_get_timeline(studio);
    for (guint layer = 0; layer < 4; layer++) {
        for (guint role = 0; role < 2; role++) {
            for (guint32 step = 0; step < done; step += 20) {
                const double odds = 0.05 + 0.5 * step / STUDIO_STEPS + 0.04 * layer;
                mts_timeline_add_choice(
                    timeline, layer, (EngRole)role, step, g_rand_double(rand) < odds);
            }
        }
    }
}

/* Its cycles are the plan's own, so that the estimate goes on where the run stands. */
static MtsRunData *live_run(const StudioData *data, guint32 done)
{
    g_autofree guint32 *step = g_new(guint32, done + 1);
    g_autofree guint64 *cycles = g_new(guint64, done + 1);
    for (guint32 i = 0; i < done; i++) {
        step[i] = i + 1;
    }
    eng_plan_cycles(data->net, data->plan, 128, &data->hw, .25, step, done, cycles);
    return studio_run("Ramp 2→8 adaptive", 0, done, 3, .33, cycles);
}

void studio_data_load(StudioData *data, MtsStudio *studio, guint32 done)
{
    mts_studio_set_experiment(studio, data->net, data->plan, 128, &data->hw);
    add_choices(studio, done);
    g_clear_object(&data->live);
    data->live = live_run(data, done);
    mts_studio_set_live(studio, data->live);
    g_list_store_remove_all(mts_studio_get_ghosts(studio));
    add_ghost(studio, "FAST-Adaptive", 1, 21, .30);
    add_ghost(studio, "FP32 baseline", MTS_RUN_FP32, 22, .36);
    mts_library_set_runs(mts_studio_get_library(studio), G_LIST_MODEL(data->items));
    mts_studio_set_progress(studio, done);
    MtsTransport *transport = mts_studio_get_transport(studio);
    mts_transport_set_status(
        transport, done < STUDIO_STEPS ? MTS_STATUS_RUNNING : MTS_STATUS_FINISHED);
    mts_transport_set_speed(
        transport, done < STUDIO_STEPS ? 8.4 : NAN, done < STUDIO_STEPS ? 335 : NAN);
    mts_transport_set_times(transport, 0.64, 224);
}
