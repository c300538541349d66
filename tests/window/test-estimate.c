/* The estimate's figures against what the engine says and what can be counted by hand. No
 * display. */
#include "mts-estimate.h"
#include "mts-threshold-plot.h"

#include <math.h>

typedef struct Fixture {
    EngNetwork *net;
    EngPlan *plan;
    EngHardware hw;
    EngCost fp32;
} Fixture;

enum { BATCH = 64, STEPS = 1000 };

/* Two layers: 20 -> 30 -> 5. Multiply-adds of a step, a sample: 600 forward, 600 weight gradient in
 * the first (no input gradient); 150 each of all three in the second. */
static void set_up(Fixture *f, gconstpointer text)
{
    const char *const names[] = {"fc1", "fc2"};
    const EngClock clock = {STEPS, 100};
    EngSchedule *schedule;
    EngError error;
    f->hw = eng_hardware_default();
    g_assert_cmpint(
        eng_network_parse("mlp:30", (EngShape){1, 1, 20}, 5, &f->net, &error), ==, ENG_OK);
    g_assert_cmpint(eng_schedule_parse(text, &schedule, &error), ==, ENG_OK);
    g_assert_cmpint(eng_plan_build(schedule, names, 2, clock, &f->plan, &error), ==, ENG_OK);
    eng_schedule_free(schedule);
    const EngFormat fp32 = eng_format_fp32();
    f->fp32 = eng_constant_cost(f->net, &fp32, clock, BATCH, &f->hw);
}

static void tear_down(Fixture *f, gconstpointer text)
{
    eng_plan_free(f->plan);
    eng_network_free(f->net);
}

static MtsEstimate estimate(Fixture *f, double high_share)
{
    MtsEstimate made;
    mts_estimate_make(f->net, f->plan, BATCH, &f->hw, high_share, &f->fp32, &made);
    return made;
}

/* All work a sample: 1200 + 450 multiply-adds, of which either operand is half. */
#define ALL_WORK 1650.0

static void assert_share(const MtsEstimate *made, guint at, guint bits, double share)
{
    g_assert_cmpuint(at, <, made->share_count);
    g_assert_cmpuint(made->shares[at].format.m, ==, bits);
    /* Sums of a dozen doubles between 1e4 and 1e8: errors stay below 1e-12 of the whole. */
    g_assert_cmpfloat_with_epsilon(made->shares[at].share, share, 1e-12);
}

static void test_shares(Fixture *f, gconstpointer text)
{
    const MtsEstimate made = estimate(f, 0);
    /* W in 2 bits: half of forward (750) and of the input gradient (150). G in 8 bits: half of the
     * input gradient and of the weight gradient (750). A in 4 bits, in fc2's second half in 6:
     * half of forward and weight gradient, of which a tenth is fc2's second half. */
    const double w = (750 + 150) / 2.0, g = (150 + 750) / 2.0;
    const double a6 = (150 + 150) / 2.0 / 2, a4 = 1500 / 2.0 - a6;
    g_assert_cmpuint(made.share_count, ==, 4);
    assert_share(&made, 0, 2, w / ALL_WORK);
    assert_share(&made, 1, 4, a4 / ALL_WORK);
    assert_share(&made, 2, 6, a6 / ALL_WORK);
    assert_share(&made, 3, 8, g / ALL_WORK);
    g_assert_cmpuint(made.peak.m, ==, 8);
    g_assert_cmpint(made.peak_role, ==, ENG_ROLE_G);
    g_assert_cmpuint(made.peak_layer, ==, 0);
    g_assert_cmpuint(made.peak_to, ==, STEPS);
    const EngCost cost = eng_plan_cost(f->net, f->plan, BATCH, &f->hw, 0);
    g_assert_cmpuint(made.cost.cycles, ==, cost.cycles);
    g_assert_cmpuint(made.cost.femtojoules, ==, cost.femtojoules);
}

static void test_adaptive(Fixture *f, gconstpointer text)
{
    const MtsEstimate made = estimate(f, .25);
    g_assert_cmpuint(made.share_count, ==, 2);
    assert_share(&made, 0, 2, .75);
    assert_share(&made, 1, 4, .25);
    g_assert_cmpuint(made.peak.m, ==, 4);
}

/* What the roles cost together is what the run costs: each product is shared by its operands. */
static void test_roles_sum(Fixture *f, gconstpointer text)
{
    const MtsEstimate made = estimate(f, 0);
    guint64 sum = 0;
    for (guint layer = 0; layer < 2; layer++) {
        for (guint role = 0; role < 3; role++) {
            const guint64 first = mts_estimate_role_cycles(
                f->net, f->plan, BATCH, &f->hw, 0, layer, (EngRole)role, 0, 333);
            const guint64 rest = mts_estimate_role_cycles(
                f->net, f->plan, BATCH, &f->hw, 0, layer, (EngRole)role, 333, STEPS);
            sum += first + rest;
        }
    }
    /* Twelve figures, each rounded to a whole cycle. */
    g_assert_cmpfloat(fabs((double)sum - (double)made.cost.cycles), <=, 6);
}

static void test_ranks(void)
{
    static const char *const ascending[] = {"binary", "ternary", "bfp2", "bfp3", "bfp4", "bfp6",
        "int8", "bfp8", "bf16", "fp16", "fp32"};
    unsigned before = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(ascending); i++) {
        EngFormat format;
        g_assert_cmpint(
            eng_format_parse(ascending[i], strlen(ascending[i]), &format, NULL), ==, ENG_OK);
        g_assert_cmpuint(mts_format_rank(&format), >, before);
        before = mts_format_rank(&format);
    }
}

static void test_threshold(void)
{
    const EngPrecision rule = eng_precision_adaptive(eng_format_bfp(2), eng_format_bfp(4));
    /* 0.6 - 0.3 i/I - 0.3 l/L: sums of three products of two-digit numbers, wrong by a few units of
     * the last place at most. */
    g_assert_cmpfloat_with_epsilon(mts_threshold_at(&rule, 0, 1000, 0, 5), .6, 1e-15);
    g_assert_cmpfloat_with_epsilon(mts_threshold_at(&rule, 500, 1000, 2, 5), .33, 1e-15);
    g_assert_cmpfloat_with_epsilon(mts_threshold_at(&rule, 1000, 1000, 4, 5), .06, 1e-15);
}

#define ADD(name, text, function)                                                                  \
    g_test_add("/estimate/" name, Fixture, text, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("shares", "*.W: bfp2; *.A: bfp4; fc2.A: bfp6 @50%..; *.G: bfp8", test_shares);
    ADD("adaptive", "*: adaptive(bfp2, bfp4)", test_adaptive);
    ADD("roles-sum", "*.W: bfp2 @0..40%, bfp4 @40%..; *.A: bfp4; fc1.G: bfp8; fc2.G: fp32",
        test_roles_sum);
    g_test_add_func("/estimate/ranks", test_ranks);
    g_test_add_func("/estimate/threshold", test_threshold);
    return g_test_run();
}
