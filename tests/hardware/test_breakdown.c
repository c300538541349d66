/* Shares of a run and price tags, against the cost of whole plans. */
#include "base/memory.h"
#include "check.h"
#include "hardware/breakdown.h"
#include "hardware/test_net.h"
#include "schedule/random_plan.h"

#define SEED 777u
#define MAX_LAYERS 6

static void test_stalls_by_hand(void)
{
    const EngCost memory = {
        .cycles = 1694, .compute_cycles = 1271, .convert_cycles = 1300, .memory_cycles = 1517};
    const EngStalls s = eng_cost_stalls(&memory);
    CHECK_INT(s.compute, 1271);
    CHECK_INT(s.convert, 29);
    CHECK_INT(s.memory, 217);
    CHECK_INT(s.fill, 177);
    const EngCost busy = {
        .cycles = 1010, .compute_cycles = 1000, .convert_cycles = 3, .memory_cycles = 999};
    const EngStalls none = eng_cost_stalls(&busy);
    CHECK(none.compute == 1000 && none.convert == 0 && none.memory == 0 && none.fill == 10);
    CHECK_INT(eng_cost_bound(&memory), ENG_BOUND_MEMORY);
    CHECK_INT(eng_cost_bound(&busy), ENG_BOUND_COMPUTE);
    CHECK_STR(eng_bound_name(ENG_BOUND_CONVERT), "convert");
    CHECK_STR(eng_product_name(ENG_PRODUCT_DGRAD), "dgrad");
}

static EngHardware narrow(EngRandom *random)
{
    EngHardware hw = eng_hardware_default();
    hw.rows = 8u << eng_random_below(random, 5);
    hw.columns = 8u << eng_random_below(random, 5);
    hw.converters = eng_random_below(random, 4);
    hw.dram_bytes_per_s = 1e9 * (1 + eng_random_below(random, 100));
    return hw;
}

/* The table adds up to the plan's cost, its stalls to its cycles. */
static void test_shares_add_up(void)
{
    EngRandom random;
    eng_random_init(&random, SEED, 0, 0, 0);
    uint64_t stalled[3] = {0};
    for (int round = 0; round < 60; round++) {
        TestNet t;
        const size_t layers = 1 + eng_random_below(&random, MAX_LAYERS);
        test_net(&t, &random, layers);
        const EngHardware hw = narrow(&random);
        const EngClock clock = {1 + eng_random_below(&random, 5000), 100};
        EngPlan *const plan = random_plan(&random, layers, clock, true);
        EngShare shares[MAX_LAYERS * 3];
        const double high = eng_random_unit(&random);
        const EngShare total = eng_plan_shares(&t.net, plan, 16, &hw, high, shares);
        const EngCost cost = eng_plan_cost(&t.net, plan, 16, &hw, high);
        CHECK(total.cost.cycles == cost.cycles && total.cost.femtojoules == cost.femtojoules);
        const EngStalls *const s = &total.stalls;
        CHECK(s->compute + s->convert + s->memory + s->fill == cost.cycles);
        CHECK(shares[ENG_PRODUCT_DGRAD].cost.cycles == 0);
        stalled[0] += s->convert > 0;
        stalled[1] += s->memory > 0;
        stalled[2] += s->fill > 0;
        eng_plan_free(plan);
    }
    CHECK(stalled[0] > 0 && stalled[1] > 0 && stalled[2] > 0);
}

/* After an edit of one slot the share of its product alone brings the total up to date. */
static void test_one_edge_moves(void)
{
    EngRandom random;
    eng_random_init(&random, SEED, 1, 0, 0);
    for (int round = 0; round < 60; round++) {
        TestNet t;
        const size_t layers = 1 + eng_random_below(&random, MAX_LAYERS);
        test_net(&t, &random, layers);
        const EngHardware hw = narrow(&random);
        const EngClock clock = {1000, 100};
        EngPlan *const plan = random_plan(&random, layers, clock, true);
        EngShare shares[MAX_LAYERS * 3];
        eng_plan_shares(&t.net, plan, 16, &hw, 0.5, shares);
        const size_t index = eng_random_below(&random, (uint32_t)layers * ENG_SLOTS);
        const size_t layer = index / ENG_SLOTS, spans = plan->first[index + 1] - plan->first[index];
        if (spans > 1) {
            EngSpan *const left = &plan->spans[plan->first[index]];
            left[0].to = left[1].from = left[0].to > 1 ? left[0].to - 1 : left[0].to;
        }
        const EngProductKind kind = (EngProductKind)(index % ENG_SLOTS / 2);
        shares[layer * 3 + kind] = eng_plan_share(&t.net, plan, layer, kind, 16, &hw, 0.5);
        const EngCost cost = eng_plan_cost(&t.net, plan, 16, &hw, 0.5);
        const EngShare total = eng_shares_total(shares, layers * 3);
        CHECK(total.cost.cycles == cost.cycles && total.cost.femtojoules == cost.femtojoules);
        eng_plan_free(plan);
    }
}

static void test_shifts(void)
{
    static const struct {
        unsigned m;
        int less, more, chunk_less, chunk_more; /* 0: not possible */
    } cases[] = {{1, 0, 2, 0, 4}, {2, 1, 3, 0, 4}, {3, 2, 4, 2, 6}, {4, 3, 5, 2, 6},
        {15, 14, 16, 14, 0}, {16, 15, 0, 14, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const int wanted[] = {
            cases[i].less, cases[i].more, cases[i].chunk_less, cases[i].chunk_more};
        for (int step = 0; step < 4; step++) {
            EngFormat f = eng_format_bfp(cases[i].m), out = {0};
            f.g = 32;
            CHECK(eng_format_shift(&f, (EngPriceStep)step, &out) == (wanted[step] > 0));
            CHECK_INT(out.m, wanted[step]);
            CHECK(wanted[step] == 0 || out.g == 32);
        }
    }
    EngFormat out;
    const EngFormat fp32 = eng_format_fp32();
    CHECK(!eng_format_shift(&fp32, ENG_PRICE_BIT_MORE, &out));
    EngPrecision moved, p = eng_precision_adaptive(eng_format_bfp(2), eng_format_bfp(16));
    CHECK(!eng_precision_shift(&p, ENG_PRICE_BIT_MORE, &moved)); /* both or none */
    CHECK(eng_precision_shift(&p, ENG_PRICE_BIT_LESS, &moved));
    CHECK(moved.format.m == 1 && moved.high.m == 15);
}

/* The plan with `slots` of a layer moved over [from, to), made by hand. */
static EngPlan *moved_plan(
    const EngPlan *plan, size_t layer, uint8_t slots, uint32_t from, uint32_t to, EngPriceStep step)
{
    const size_t n = plan->layers * ENG_SLOTS;
    const EngSpan **const spans = eng_alloc(n, sizeof *spans);
    EngSpan *const fresh = eng_alloc(ENG_SLOTS * plan->clock.steps, sizeof *fresh);
    size_t *const counts = eng_alloc(n, sizeof *counts);
    for (size_t i = 0; i < n; i++) {
        spans[i] = eng_plan_spans(plan, i / ENG_SLOTS, (EngSlot)(i % ENG_SLOTS), &counts[i]);
        if (i / ENG_SLOTS != layer || !(slots >> i % ENG_SLOTS & 1))
            continue;
        /* One span per step. */
        EngSpan *const own = fresh + i % ENG_SLOTS * plan->clock.steps;
        for (uint32_t t = 0; t < plan->clock.steps; t++) {
            own[t] = *eng_plan_at(plan, layer, (EngSlot)(i % ENG_SLOTS), t);
            own[t].from = t;
            own[t].to = t + 1;
            if (t >= from && t < to)
                eng_precision_shift(&own[t].precision, step, &own[t].precision);
        }
        spans[i] = own;
        counts[i] = plan->clock.steps;
    }
    EngPlan *moved = NULL;
    CHECK_INT(eng_plan_from_spans(spans, counts, plan->layers, plan->clock, &moved, NULL), ENG_OK);
    eng_free(spans);
    eng_free(fresh);
    eng_free(counts);
    return moved;
}

/* A price tag is the difference between two whole plans. */
static void test_prices(void)
{
    EngRandom random;
    eng_random_init(&random, SEED, 2, 0, 0);
    int dearer = 0, cheaper = 0;
    for (int round = 0; round < 200; round++) {
        TestNet t;
        const size_t layers = 1 + eng_random_below(&random, 3);
        test_net(&t, &random, layers);
        const EngHardware hw = eng_hardware_default();
        const EngClock clock = {50, 10};
        EngPlan *const plan = random_plan(&random, layers, clock, true);
        const size_t layer = eng_random_below(&random, (uint32_t)layers);
        const uint8_t slots = (uint8_t)(1 + eng_random_below(&random, 63));
        const EngPriceStep step = (EngPriceStep)eng_random_below(&random, 4);
        const uint32_t from = eng_random_below(&random, 50);
        const uint32_t to = from + 1 + eng_random_below(&random, 50 - from);
        EngPrice price;
        const bool possible =
            eng_price(&t.net, plan, layer, slots, from, to, step, 16, &hw, 1, &price);
        EngPlan *const moved = moved_plan(plan, layer, slots, from, to, step);
        const EngCost old = eng_plan_cost(&t.net, plan, 16, &hw, 1);
        const EngCost new = eng_plan_cost(&t.net, moved, 16, &hw, 1);
        CHECK_INT(price.cycles, (int64_t)(new.cycles - old.cycles));
        CHECK_INT(price.femtojoules, (int64_t)(new.femtojoules - old.femtojoules));
        CHECK(possible || (price.cycles == 0 && price.femtojoules == 0));
        dearer += price.cycles > 0;
        cheaper += price.cycles < 0;
        eng_plan_free(moved);
        eng_plan_free(plan);
    }
    CHECK(dearer > 10 && cheaper > 10);
}

int main(void)
{
    printf("# seed %u\n", SEED);
    RUN(test_stalls_by_hand);
    RUN(test_shares_add_up);
    RUN(test_one_edge_moves);
    RUN(test_shifts);
    RUN(test_prices);
    return check_done();
}
