#include "compare-data.h"

#include "run_plan.h"
#include <math.h>

static const char network[] = "conv3x3-32, relu, pool2, conv3x3-64, relu, pool2, conv3x3-128, "
                              "relu, pool2, fc-256, relu, fc-10";

typedef struct Row {
    const char *name, *schedule;
    double limit, pace; /* of the accuracy's curve */
    double epochs;      /* done */
    MtsRunStatus status;
    guint uniform; /* 0: none */
    gboolean checked;
} Row;

static const char ramp[] =
    "conv*.W: bfp2 @0..3.5ep, adaptive(bfp2, bfp4) @3.5ep..9ep, bfp4 @9ep..\n"
    "conv*.A: bfp2 @0..2.5ep, adaptive(bfp2, bfp4) @2.5ep..10ep, bfp6 @10ep..\n"
    "conv*.G: bfp3 @0..3ep, bfp4 @3ep..8ep, bfp6 @8ep..\n"
    "fc1.W: bfp2 @0..1ep, adaptive(bfp2, bfp4) @1ep..7ep, bfp6 @7ep..\n"
    "fc1.A: adaptive(bfp2, bfp4)\nfc1.G: bfp4 @0..4ep, bfp8 @4ep..\n"
    "fc2: bfp4 @0..6ep, bfp8 @6ep..\n";

static const Row rows[COMPARE_RUNS] = {
    {"Ramp 2→8 adaptive", ramp, .80, .50, 4.8, MTS_STATUS_RUNNING, 0, TRUE},
    {"FAST-Adaptive", "*: adaptive(bfp2, bfp4)", .788, .52, 12, MTS_STATUS_FINISHED, 0, TRUE},
    {"Low → high 2·4·8", "*: bfp2 @0..5ep, bfp4 @5ep..9ep, bfp8 @9ep..", .792, .48, 12,
        MTS_STATUS_FINISHED, 0, TRUE},
    {"Temporal 2·3·4", "*: bfp2 @0..4ep, bfp3 @4ep..8ep, bfp4 @8ep..", .775, .46, 12,
        MTS_STATUS_FINISHED, 0, FALSE},
    {"Fixed 4 stochastic", "*: bfp4:sr8", .780, .47, 12, MTS_STATUS_FINISHED, 0, TRUE},
    {"bfloat16 baseline", "*: bf16", .795, .46, 12, MTS_STATUS_FINISHED, MTS_RUN_BF16, TRUE},
    {"Fixed 6-bit", "*: bfp6", .794, .46, 12, MTS_STATUS_FINISHED, 0, FALSE},
    {"FP32 baseline", "", .797, .46, 12, MTS_STATUS_FINISHED, MTS_RUN_FP32, TRUE},
    {"Fixed 4 nearest", "*: bfp4:nearest", .740, .45, 12, MTS_STATUS_FINISHED, 0, FALSE},
    {"Fixed 2-bit", "*: bfp2", .640, .55, 9, MTS_STATUS_DIVERGED, 0, TRUE},
    {"High → low 6·4·2", "*: bfp6 @0..4ep, bfp4 @4ep..8ep, bfp2 @8ep..", .700, .60, 12,
        MTS_STATUS_FINISHED, 0, FALSE},
};

/* ---- schedules -------------------------------------------------------------------------------- */

/* The rule chooses the high format more and more often. */
static EngPlan *used_plan(const EngPlan *plan, guint32 done, guint32 seed)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    g_autoptr(GArray) choices = g_array_new(FALSE, FALSE, sizeof(AppChoice));
    for (guint32 step = 0; step < done; step += 40) {
        for (guint layer = 0; layer < plan->layers; layer++) {
            for (guint role = 0; role < 3; role++) {
                const double odds = 0.1 + 0.75 * step / COMPARE_STEPS + 0.02 * layer;
                const AppChoice choice = {
                    step, (guint16)layer, (guint8)role, g_rand_double(rand) < odds};
                g_array_append_val(choices, choice);
            }
        }
    }
    EngPlan *used = NULL;
    EngError error = {0};
    if (app_plan_used(plan, (const AppChoice *)(gpointer)choices->data, choices->len, done, &used,
            &error) != ENG_OK) {
        g_error("%s", error.text);
    }
    return used;
}

MtsCompareSchedule *compare_schedule_new(const char *text, guint32 done, guint32 seed)
{
    EngError error = {0};
    EngNetwork *net = NULL;
    EngSchedule *schedule = NULL;
    EngPlan *plan = NULL;
    const char *names[8];
    if (eng_network_parse(network, (EngShape){32, 32, 3}, 10, &net, &error) != ENG_OK ||
        eng_schedule_parse(text, &schedule, &error) != ENG_OK) {
        g_error("%s", error.text);
    }
    for (gsize i = 0; i < net->product_count; i++) {
        names[i] = eng_network_product(net, i)->name;
    }
    const EngClock clock = {COMPARE_STEPS, COMPARE_EPOCH};
    if (eng_plan_build(schedule, names, net->product_count, clock, &plan, &error) != ENG_OK) {
        g_error("%s", error.text);
    }
    eng_schedule_free(schedule);
    const EngHardware hw = eng_hardware_default();
    return mts_compare_schedule_new(net, plan, used_plan(plan, done, seed), 128, &hw, done);
}

/* ---- runs ------------------------------------------------------------------------------------- */

static void add_curve(
    MtsCompareRun *run, const Row *row, MtsCompareSchedule *schedule, MtsCompareFigures *figures)
{
    enum { EVERY = COMPARE_EPOCH / 8 };
    g_autoptr(GRand) rand = g_rand_new_with_seed(g_str_hash(row->name));
    const guint count = (guint)(row->epochs * 8);
    g_autofree guint32 *steps = g_new(guint32, count);
    g_autofree guint64 *cycles = g_new(guint64, count);
    g_autofree MtsMoment *moments = g_new0(MtsMoment, count);
    for (guint i = 0; i < count; i++) {
        steps[i] = (i + 1) * EVERY;
    }
    eng_plan_cycles(
        schedule->net, schedule->used, schedule->batch, &schedule->hw, 0.5, steps, count, cycles);
    const EngCost whole =
        eng_plan_cost(schedule->net, schedule->used, schedule->batch, &schedule->hw, 0.5);
    figures->best = 0;
    for (guint i = 0; i < count; i++) {
        const double epoch = (double)steps[i] / COMPARE_EPOCH;
        const double noise = g_rand_double(rand) + g_rand_double(rand) - 1;
        const double accuracy =
            row->limit - .62 * exp(-epoch * row->pace) + .006 * sin(epoch * 3 + row->pace * 40);
        moments[i] = (MtsMoment){.step = steps[i],
            .accuracy = (float)(accuracy + .009 * noise),
            .loss = (float)(2.2 * (1 - accuracy)),
            .accuracy_spread = NAN,
            .cycles = (double)cycles[i],
            .joules = eng_cost_joules(&whole) * (double)cycles[i] / (double)whole.cycles,
            .seconds = (double)cycles[i] / schedule->hw.clock_hz,
            .wall = epoch * 3};
        figures->best = fmax(figures->best, moments[i].accuracy);
    }
    const MtsMoment *last = &moments[count - 1];
    figures->final = last->accuracy;
    figures->loss = last->loss;
    figures->cycles = last->cycles;
    figures->joules = last->joules;
    figures->seconds = last->seconds;
    figures->wall = last->wall;
    figures->estimate = row->status == MTS_STATUS_RUNNING ? (double)whole.cycles : NAN;
    mts_compare_run_take_curve(run, mts_compare_curve_new(figures->clock, moments, count));
}

static MtsCompareRun *run_new(guint index)
{
    const Row *row = &rows[index];
    const guint32 done = (guint32)(row->epochs * COMPARE_EPOCH);
    MtsCompareRun *run = mts_compare_run_new(index + 1, row->name, "cifar-10", "CNN-S", 1);
    g_autoptr(MtsCompareSchedule) schedule = compare_schedule_new(row->schedule, done, index);
    MtsCompareFigures figures = *mts_compare_run_get_figures(run);
    figures.clock = (EngClock){COMPARE_STEPS, COMPARE_EPOCH};
    figures.steps = done;
    figures.created = 1700000000 + index;
    add_curve(run, row, schedule, &figures);
    mts_compare_run_set_figures(run, &figures);
    mts_compare_run_set_status(run, row->status);
    mts_compare_run_set_schedule(run, schedule);
    mts_compare_run_take_strip(run, mts_strip_new(schedule));
    if (row->uniform) {
        mts_compare_run_set_uniform(run, row->uniform);
    }
    return run;
}

MtsCompareRun *compare_data_find(MtsCompare *page, const char *name)
{
    GListModel *all = G_LIST_MODEL(mts_compare_model_get_all(mts_compare_get_model(page)));
    for (guint i = 0; i < g_list_model_get_n_items(all); i++) {
        g_autoptr(MtsCompareRun) run = g_list_model_get_item(all, i);
        if (g_str_equal(mts_compare_run_get_name(run), name)) {
            return run;
        }
    }
    g_assert_not_reached();
}

static void summarise(MtsCompare *page)
{
    const MtsCompareSummary summary = {.a = 2,
        .b = 3,
        .cells = 45,
        .differs = .46,
        .more_bits = .40,
        .fewer_bits = .06,
        .cycles = 1.30,
        .energy = 1.13,
        .points = .003,
        .points_spread = NAN};
    mts_compare_diff_set_summary(mts_compare_get_diff(page), &summary);
}

void compare_data_load(MtsCompare *page)
{
    MtsCompareModel *model = mts_compare_get_model(page);
    GListStore *all = mts_compare_model_get_all(model);
    for (guint i = 0; i < COMPARE_RUNS; i++) {
        g_autoptr(MtsCompareRun) run = run_new(i);
        g_list_store_append(all, run);
        if (rows[i].checked) {
            mts_compare_model_check(model, run, TRUE);
        }
    }
    mts_compare_model_set_group(model, "Cifar-10 · CNN-S");
    mts_compare_model_set_pair(model, 0, compare_data_find(page, "FAST-Adaptive"));
    mts_compare_model_set_pair(model, 1, compare_data_find(page, "Low → high 2·4·8"));
    mts_compare_model_set_target(model, .75);
    mts_compare_set_machine(page, "64 × 64 array at 500 MHz");
    summarise(page);
}

void compare_data_add_many(MtsCompare *page, guint count)
{
    g_autoptr(GPtrArray) runs = g_ptr_array_new_with_free_func(g_object_unref);
    g_autoptr(GRand) rand = g_rand_new_with_seed(5);
    for (guint i = 0; i < count; i++) {
        g_autofree char *name = g_strdup_printf("Sweep %u", i);
        MtsCompareRun *run = mts_compare_run_new(1000 + i, name, "cifar-10", "CNN-S", 1);
        MtsCompareFigures figures = *mts_compare_run_get_figures(run);
        figures.clock = (EngClock){COMPARE_STEPS, COMPARE_EPOCH};
        figures.steps = COMPARE_STEPS;
        figures.best = figures.final = g_rand_double_range(rand, .6, .8);
        figures.cycles = g_rand_double_range(rand, 4e8, 6e9);
        mts_compare_run_set_figures(run, &figures);
        mts_compare_run_set_status(run, MTS_STATUS_FINISHED);
        g_ptr_array_add(runs, run);
    }
    GListStore *all = mts_compare_model_get_all(mts_compare_get_model(page));
    g_list_store_splice(all, g_list_model_get_n_items(G_LIST_MODEL(all)), 0, runs->pdata, count);
}
