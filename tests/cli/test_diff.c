/* The schedule difference against brute force, step by step; its costs against the plans' own; and
 * the plan as it was used against the choices that made it. */
#include "../schedule/random_plan.h"
#include "base/memory.h"
#include "base/philox.h"
#include "check.h"
#include "diff.h"
#include "run_plan.h"
#include "settings_diff.h"
#include "words.h"
#include <locale.h>
#include <math.h>

enum { MAX_LAYERS = 6 };

static const char network[] = "conv3x3-8, relu, pool2, conv3x3-16, relu, gap, fc-20, relu, fc-10";

static EngNetwork *net_new(const char *text)
{
    EngNetwork *net = NULL;
    EngError err = {0};
    if (eng_network_parse(text, (EngShape){12, 12, 3}, 10, &net, &err) != ENG_OK)
        printf("# %s\n", err.text);
    return net;
}

static EngPlan *plan_new(const EngNetwork *net, EngClock clock, const char *text)
{
    EngSchedule *schedule = NULL;
    EngPlan *plan = NULL;
    EngError err = {0};
    const char *names[MAX_LAYERS];
    for (size_t i = 0; i < net->product_count; i++)
        names[i] = eng_network_product(net, i)->name;
    if (eng_schedule_parse(text, &schedule, &err) != ENG_OK ||
        eng_plan_build(schedule, names, net->product_count, clock, &plan, &err) != ENG_OK)
        printf("# %s\n", err.text);
    eng_schedule_free(schedule);
    return plan;
}

static AppDiffSide side(const EngNetwork *net, const EngPlan *plan, const EngHardware *hw)
{
    return (AppDiffSide){.net = net, .plan = plan, .batch = 32, .hw = hw, .high_share = 0.5};
}

static AppDiff compare(const AppDiffSide *a, const AppDiffSide *b)
{
    AppDiff diff;
    EngError err = {0};
    CHECK_INT(app_diff(a, b, &diff, &err), ENG_OK);
    CHECK_STR(err.text, "");
    return diff;
}

/* ---- by hand -------------------------------------------------------------------------------- */

static void test_one_lane(void)
{
    const EngHardware hw = eng_hardware_default();
    const EngClock clock = {100, 25};
    EngNetwork *const net = net_new(network);
    EngPlan *const p = plan_new(net, clock, "*: bfp4");
    EngPlan *const q = plan_new(net, clock, "*: bfp4; conv2.W: bfp2 @1ep..50it");
    const AppDiffSide a = side(net, p, &hw), b = side(net, q, &hw);
    AppDiff diff = compare(&a, &b);
    CHECK_INT(diff.count, 1);
    CHECK_INT(diff.lanes, 1);
    CHECK_INT(diff.shared_layers, 4);
    CHECK(diff.same_clock && diff.same_layers);
    const AppDiffCell *const cell = diff.cells;
    CHECK_STR(eng_network_product(net, cell->layer_a)->name, "conv2");
    CHECK_STR(app_diff_lane(cell), "W");
    CHECK_INT(cell->from, 25);
    CHECK_INT(cell->to, 50);
    CHECK_INT(cell->a.format.m, 4);
    CHECK_INT(cell->b.format.m, 2);
    /* Twenty-five steps of the two products that conv2's weights feed. */
    EngFormat formats[ENG_SLOTS], low[ENG_SLOTS];
    const EngFormat four = eng_format_bfp(4), two = eng_format_bfp(2);
    for (int s = 0; s < ENG_SLOTS; s++) {
        formats[s] = low[s] = eng_format_for_role(&four, eng_slot_role((EngSlot)s));
        if (eng_slot_role((EngSlot)s) == ENG_ROLE_W)
            low[s] = eng_format_for_role(&two, ENG_ROLE_W);
    }
    EngCost wanted_a = {0}, wanted_b = {0};
    for (int kind = ENG_PRODUCT_FORWARD; kind <= ENG_PRODUCT_DGRAD; kind++) {
        const EngProductShape shape =
            eng_product_shape(eng_network_product(net, 1), (EngProductKind)kind, 32);
        const EngCost x = eng_product_cost(
            &shape, (EngProductKind)kind, &formats[2 * kind], &formats[2 * kind + 1], &hw);
        const EngCost y =
            eng_product_cost(&shape, (EngProductKind)kind, &low[2 * kind], &low[2 * kind + 1], &hw);
        eng_cost_add(&wanted_a, &x, 25);
        eng_cost_add(&wanted_b, &y, 25);
    }
    CHECK_INT(cell->cost_a.cycles, wanted_a.cycles);
    CHECK_INT(cell->cost_b.cycles, wanted_b.cycles);
    CHECK_INT(cell->cost_a.femtojoules, wanted_a.femtojoules);
    CHECK_INT(cell->cost_b.femtojoules, wanted_b.femtojoules);
    CHECK_INT(diff.whole_b.cycles - diff.whole_a.cycles, wanted_b.cycles - wanted_a.cycles);
    CHECK_INT(diff.rest_cycles, 0);
    /* A quarter of the time of two of twenty-four slots. */
    CHECK(diff.differs == 25.0 * 2 / (100 * 24));
    CHECK(diff.fewer_bits == diff.differs && diff.more_bits == 0);
    app_diff_clear(&diff);
    eng_plan_free(p);
    eng_plan_free(q);
    eng_network_free(net);
}

static void test_slots_apart(void)
{
    const EngHardware hw = eng_hardware_default();
    const EngClock clock = {10, 5};
    EngNetwork *const net = net_new(network);
    EngPlan *const p = plan_new(net, clock, "*: bfp4");
    EngPlan *const q = plan_new(
        net, clock, "*: bfp4; fc1.A.wgrad: bfp8 @0..4it; fc1.A: bfp2 @6it..; fc1.G.dgrad: fp32");
    const AppDiffSide a = side(net, p, &hw), b = side(net, q, &hw);
    AppDiff diff = compare(&a, &b);
    CHECK_INT(diff.count, 3);
    CHECK_INT(diff.lanes, 2);
    CHECK_STR(app_diff_lane(&diff.cells[0]), "A.wgrad");
    CHECK_INT(diff.cells[0].to, 4);
    CHECK_STR(app_diff_lane(&diff.cells[1]), "A");
    CHECK_INT(diff.cells[1].from, 6);
    CHECK_STR(app_diff_lane(&diff.cells[2]), "G.dgrad");
    CHECK(diff.more_bits > 0 && diff.fewer_bits > 0);
    CHECK(fabs(diff.more_bits + diff.fewer_bits - diff.differs) < 1e-15); /* sums of three */
    app_diff_clear(&diff);
    eng_plan_free(p);
    eng_plan_free(q);
    eng_network_free(net);
}

static void test_other_networks(void)
{
    const EngHardware hw = eng_hardware_default();
    const EngClock clock = {10, 5};
    EngNetwork *const net = net_new(network), *const other = net_new("fc-30, relu, fc-10");
    EngPlan *const p = plan_new(net, clock, "*: bfp4"),
                   *const q = plan_new(other, clock, "*: fp32");
    const AppDiffSide a = side(net, p, &hw), b = side(other, q, &hw);
    AppDiff diff = compare(&a, &b);
    CHECK_INT(diff.shared_layers, 2); /* fc1 and fc2 */
    CHECK(!diff.same_layers);
    CHECK_INT(diff.count, 6);
    CHECK_STR(eng_network_product(net, diff.cells[0].layer_a)->name, "fc1");
    CHECK_INT(diff.cells[0].layer_b, 0);
    /* fp32 in A's fc1, not in B's wider one. */
    const EngCost whole = eng_plan_cost(other, q, 32, &hw, 0.5);
    CHECK_INT(diff.whole_b.cycles, whole.cycles);
    app_diff_clear(&diff);
    eng_plan_free(p);
    eng_plan_free(q);
    eng_network_free(net);
    eng_network_free(other);
}

static void test_clocks(void)
{
    const EngClock a = {100, 10}, b = {100, 25};
    CHECK_INT(app_diff_step(a, b, 0), 0);
    CHECK_INT(app_diff_step(a, b, 25), 10);
    CHECK_INT(app_diff_step(a, b, 26), 10); /* 10.4 */
    CHECK_INT(app_diff_step(a, b, 27), 11); /* 10.8 */
    CHECK_INT(app_diff_step(a, b, 100), 40);
    CHECK_INT(app_diff_step(b, a, 1), 3); /* 2.5 */
    const EngClock huge = {UINT32_MAX, UINT32_MAX}, one = {UINT32_MAX, 1};
    CHECK_INT(app_diff_step(huge, one, UINT32_MAX), UINT32_MAX);
    CHECK_INT(app_diff_step(one, huge, UINT32_MAX), 1);
    CHECK_INT(app_diff_step(huge, (EngClock){UINT32_MAX, UINT32_MAX - 1}, UINT32_MAX - 2),
        UINT32_MAX - 1); /* (2^32 - 3)(2^32 - 1) / (2^32 - 2) is 2^32 - 2 less 1 / (2^32 - 2) */

    /* Twelve epochs on either clock, the edge at epoch 4. */
    const EngHardware hw = eng_hardware_default();
    EngNetwork *const net = net_new(network);
    EngPlan *const p = plan_new(net, (EngClock){120, 10}, "*: bfp2 @0..4ep, bfp4 @4ep..");
    EngPlan *const q = plan_new(net, (EngClock){300, 25}, "*: bfp2 @0..4ep, bfp4 @4ep..");
    EngPlan *const r = plan_new(net, (EngClock){150, 25}, "*: bfp2 @0..5ep, bfp4 @5ep..");
    const AppDiffSide x = side(net, p, &hw), y = side(net, q, &hw), z = side(net, r, &hw);
    AppDiff diff = compare(&x, &y);
    CHECK_INT(diff.count, 0);
    CHECK_INT(diff.steps, 120);
    CHECK(!diff.same_clock);
    app_diff_clear(&diff);
    diff = compare(&x, &z); /* six epochs only; the fifth differs in every lane */
    CHECK_INT(diff.steps, 60);
    CHECK_INT(diff.count, 12);
    CHECK_INT(diff.cells[0].from, 40);
    CHECK_INT(diff.cells[0].to, 50);
    app_diff_clear(&diff);
    eng_plan_free(p);
    eng_plan_free(q);
    eng_plan_free(r);
    eng_network_free(net);
}

/* ---- by brute force ------------------------------------------------------------------------- */

/* Every step of every slot lies in exactly one cell where the plans differ there, in none
 * elsewhere, and the cell says what both do. */
static void check_cells(const EngPlan *p, const EngPlan *q, const AppDiff *diff)
{
    for (size_t l = 0; l < p->layers; l++) {
        for (int s = 0; s < ENG_SLOTS; s++) {
            for (uint32_t step = 0; step < p->clock.steps; step++) {
                const EngPrecision *const a = &eng_plan_at(p, l, (EngSlot)s, step)->precision;
                const EngPrecision *const b = &eng_plan_at(q, l, (EngSlot)s, step)->precision;
                int found = 0;
                for (size_t i = 0; i < diff->count; i++) {
                    const AppDiffCell *const c = &diff->cells[i];
                    if (c->layer_a != l || !(c->slots >> s & 1) || step < c->from || step >= c->to)
                        continue;
                    found++;
                    CHECK(eng_precision_equal(&c->a, a) && eng_precision_equal(&c->b, b));
                }
                CHECK_INT(found, !eng_precision_equal(a, b));
            }
        }
    }
}

static void test_random(void)
{
    EngRandom random;
    eng_random_init(&random, 2026, 11, 0, 0);
    printf("# seed 2026\n");
    EngNetwork *const net = net_new(network);
    EngHardware hw = eng_hardware_default();
    for (int round = 0; round < 60; round++) {
        const EngClock clock = {
            1 + eng_random_below(&random, 60), 1 + eng_random_below(&random, 9)};
        EngPlan *const p = random_plan(&random, net->product_count, clock, false);
        EngPlan *const q = random_plan(&random, net->product_count, clock, false);
        hw.rows = 1 + eng_random_below(&random, 70);
        hw.columns = 1 + eng_random_below(&random, 70);
        const AppDiffSide a = side(net, p, &hw), b = side(net, q, &hw);
        AppDiff diff = compare(&a, &b);
        check_cells(p, q, &diff);
        /* The cells, and what they do together, are the whole difference, to the unit. */
        int64_t sum = diff.rest_cycles;
        for (size_t i = 0; i < diff.count; i++)
            sum += (int64_t)(diff.cells[i].cost_b.cycles - diff.cells[i].cost_a.cycles);
        CHECK_INT(sum, (int64_t)(diff.whole_b.cycles - diff.whole_a.cycles));
        CHECK_INT(diff.whole_a.cycles, eng_plan_cost(net, p, 32, &hw, 0.5).cycles);
        app_diff_clear(&diff);
        eng_plan_free(p);
        eng_plan_free(q);
    }
    eng_network_free(net);
}

/* ---- the plan as used ----------------------------------------------------------------------- */

static void test_used(void)
{
    EngRandom random;
    eng_random_init(&random, 2027, 11, 0, 0);
    printf("# seed 2027\n");
    enum { LAYERS = 3, STEPS = 40 };
    for (int round = 0; round < 200; round++) {
        const EngClock clock = {STEPS, 10};
        EngPlan *const plan = random_plan(&random, LAYERS, clock, true);
        AppChoice choices[60];
        const size_t count = eng_random_below(&random, 60);
        uint32_t step = 0;
        for (size_t i = 0; i < count; i++) {
            step += eng_random_below(&random, 3);
            choices[i] = (AppChoice){step, (uint16_t)eng_random_below(&random, LAYERS),
                (uint8_t)eng_random_below(&random, 3), eng_random_below(&random, 2)};
        }
        const uint32_t done = eng_random_below(&random, STEPS + 1);
        EngPlan *used = NULL;
        EngError err = {0};
        CHECK_INT(app_plan_used(plan, choices, count, done, &used, &err), ENG_OK);
        CHECK_STR(err.text, "");
        for (size_t l = 0; used && l < LAYERS; l++) {
            for (int s = 0; s < ENG_SLOTS; s++) {
                bool high = false;
                size_t next = 0;
                for (uint32_t at = 0; at < STEPS; at++) {
                    for (; next < count && choices[next].step <= at; next++)
                        if (choices[next].layer == l &&
                            choices[next].role == (uint8_t)eng_slot_role((EngSlot)s))
                            high = choices[next].high;
                    EngPrecision wanted = eng_plan_at(plan, l, (EngSlot)s, at)->precision;
                    if (wanted.adaptive && at < done)
                        wanted = eng_precision_fixed(high ? wanted.high : wanted.format);
                    CHECK(eng_precision_equal(
                        &eng_plan_at(used, l, (EngSlot)s, at)->precision, &wanted));
                }
            }
        }
        eng_plan_free(used);
        eng_plan_free(plan);
    }
}

/* ---- words ---------------------------------------------------------------------------------- */

static void check_fixed(double value, int decimals, const char *wanted, const char *with_sign)
{
    EngText plain = {0}, signed_text = {0};
    app_words_fixed(&plain, value, decimals);
    app_words_signed(&signed_text, value, decimals);
    CHECK_STR(plain.data, wanted);
    CHECK_STR(signed_text.data, with_sign);
    eng_text_free(&plain);
    eng_text_free(&signed_text);
}

static void test_words(void)
{
    if (!setlocale(LC_ALL, "de_DE.UTF-8"))
        printf("# without a comma locale\n");
    check_fixed(0, 1, "0.0", "±0.0");
    check_fixed(-0.04, 1, "0.0", "±0.0");
    check_fixed(0.25, 1, "0.3", "+0.3");
    check_fixed(-12.4375, 3, "−12.438", "−12.438");
    check_fixed(9.996, 2, "10.00", "+10.00");
    check_fixed(7, 0, "7", "+7");
    check_fixed(0.5, 0, "1", "+1");
    check_fixed((double)NAN, 2, "–", "–");
    check_fixed((double)INFINITY, 2, "–", "–");
    check_fixed(123456789012345.0, 0, "123456789012345", "+123456789012345");
    EngText count = {0};
    app_words_count(&count, 1234567);
    eng_text_add(&count, " ");
    app_words_count(&count, 999);
    CHECK_STR(count.data, "1,234,567 999");
    eng_text_free(&count);
}

static void check_sentence(AppDiff diff, double a, double b, double spread, const char *wanted)
{
    EngText out = {0};
    app_diff_sentence(&diff, a, b, spread, &out);
    CHECK_STR(out.data, wanted);
    eng_text_free(&out);
}

static void test_sentence(void)
{
    AppDiff diff = {.count = 6, .whole_a = {.cycles = 1000}, .whole_b = {.cycles = 876}};
    check_sentence(diff, 0.753, 0.75, (double)NAN, "6 cells differ: −12.4 % cycles, −0.3 points");
    check_sentence(diff, 0.753, 0.75, 0.002, "6 cells differ: −12.4 % cycles, −0.3 ± 0.2 points");
    check_sentence(diff, (double)NAN, 0.75, (double)NAN, "6 cells differ: −12.4 % cycles");
    diff.count = 1;
    diff.whole_b.cycles = 2000;
    check_sentence(diff, 0.5, 0.625, (double)NAN, "1 cell differs: +100.0 % cycles, +12.5 points");
    diff.count = 0;
    diff.whole_b.cycles = 1000;
    check_sentence(diff, 0.5, 0.5, (double)NAN, "No cell differs: ±0.0 % cycles, ±0.0 points");
}

static void test_settings(void)
{
    AppExperiment e;
    AppSettings settings;
    EngError err = {0};
    CHECK_INT(app_experiment_init(&e, &err), ENG_OK);
    e.training.rate.base = 0.125;
    e.training.seed_noise = UINT64_MAX;
    e.hardware.rows = 17;
    CHECK_INT(app_settings_read(&e, &settings, &err), ENG_OK);
    CHECK_STR(app_settings_get(&settings, "data"), "digits");
    CHECK_STR(app_settings_get(&settings, "training.learning_rate"), "0.125");
    CHECK_STR(app_settings_get(&settings, "seeds.noise"), "18446744073709551615");
    CHECK_STR(app_settings_get(&settings, "hardware.rows"), "17");
    CHECK(app_settings_get(&settings, "schedule") == NULL);
    CHECK(app_settings_get(&settings, "name") == NULL);
    app_settings_clear(&settings);
    app_experiment_clear(&e);
}

int main(void)
{
    RUN(test_one_lane);
    RUN(test_slots_apart);
    RUN(test_other_networks);
    RUN(test_clocks);
    RUN(test_random);
    RUN(test_used);
    RUN(test_words);
    RUN(test_sentence);
    RUN(test_settings);
    return check_done();
}
