/* Whole runs: sums over stretches against sums over steps. */
#include "base/memory.h"
#include "check.h"
#include "hardware/cost.h"
#include "hardware/settings.h"
#include "hardware/test_net.h"
#include "schedule/random_plan.h"

#define SEED 99123u

static bool same_cost(const EngCost *a, const EngCost *b)
{
    return a->cycles == b->cycles && a->compute_cycles == b->compute_cycles &&
        a->convert_cycles == b->convert_cycles && a->memory_cycles == b->memory_cycles &&
        a->dram_bytes == b->dram_bytes && a->femtojoules == b->femtojoules;
}

static void add_step(const TestNet *t, const EngPlan *plan, uint32_t step, bool high,
    const EngHardware *hw, EngCost *sum)
{
    for (size_t layer = 0; layer < plan->layers; layer++) {
        EngFormat formats[ENG_SLOTS];
        for (int s = 0; s < ENG_SLOTS; s++) {
            const EngPrecision *const p = &eng_plan_at(plan, layer, (EngSlot)s, step)->precision;
            formats[s] = p->adaptive && high ? p->high : p->format;
        }
        const EngCost cost = eng_layer_step_cost(&t->net, layer, 32, formats, hw);
        eng_cost_add(sum, &cost, 1);
    }
}

static EngHardware random_hardware(EngRandom *random)
{
    EngHardware hw = eng_hardware_default();
    hw.rows = 1 + eng_random_below(random, 128);
    hw.columns = 1 + eng_random_below(random, 128);
    hw.forward = (EngDataflow)eng_random_below(random, 3);
    hw.dgrad = (EngDataflow)eng_random_below(random, 3);
    hw.wgrad = (EngDataflow)eng_random_below(random, 3);
    hw.sram_bytes = 4096u << eng_random_below(random, 8);
    hw.dram_bytes_per_s = 1e9 * (1 + eng_random_below(random, 200));
    hw.sparse_of = 1 + eng_random_below(random, 4);
    hw.sparse_keep = 1 + eng_random_below(random, hw.sparse_of);
    hw.cell =
        eng_random_below(random, 2) ? ENG_CELL_FMAC : (EngCell)eng_random_below(random, ENG_CELLS);
    return hw;
}

/* Every step by itself against the estimate; with adaptive spans all low and all high. */
static void test_sum_over_steps(void)
{
    EngRandom random;
    eng_random_init(&random, SEED, 0, 0, 0);
    for (int round = 0; round < 30; round++) {
        TestNet t;
        const size_t layers = 1 + eng_random_below(&random, 5);
        test_net(&t, &random, layers);
        const EngHardware hw = random_hardware(&random);
        const EngClock clock = {
            1 + eng_random_below(&random, 120), 1 + eng_random_below(&random, 20)};
        EngPlan *const plan = random_plan(&random, layers, clock, true);
        for (int high = 0; high < 2; high++) {
            EngCost sum = {0};
            uint32_t steps[256];
            uint64_t wanted[256], curve[256];
            for (uint32_t step = 0; step <= clock.steps; step++) {
                steps[step] = step;
                wanted[step] = sum.cycles;
                if (step < clock.steps)
                    add_step(&t, plan, step, high, &hw, &sum);
            }
            const EngCost cost = eng_plan_cost(&t.net, plan, 32, &hw, high);
            CHECK(same_cost(&cost, &sum));
            eng_plan_cycles(&t.net, plan, 32, &hw, high, steps, clock.steps + 1, curve);
            CHECK(memcmp(curve, wanted, (clock.steps + 1) * sizeof *curve) == 0);
        }
        eng_plan_free(plan);
    }
}

/* A share between 0 and 1: of a stretch of 10 adaptive steps, 0.25 makes 3 (2.5 goes up). */
static void test_high_share(void)
{
    EngRandom random;
    eng_random_init(&random, SEED, 1, 0, 0);
    TestNet t;
    test_net(&t, &random, 2);
    const EngHardware hw = eng_hardware_default();
    const EngClock clock = {20, 10};
    EngSchedule *schedule;
    EngPlan *plan;
    CHECK_INT(eng_schedule_parse("*.W: adaptive(bfp2, bfp8) @..10it", &schedule, NULL), ENG_OK);
    CHECK_INT(eng_plan_build(schedule, t.names, 2, clock, &plan, NULL), ENG_OK);
    EngCost sum = {0};
    for (uint32_t step = 0; step < 20; step++)
        add_step(&t, plan, step, step < 3, &hw, &sum);
    const EngCost cost = eng_plan_cost(&t.net, plan, 32, &hw, 0.25);
    CHECK(same_cost(&cost, &sum));
    const uint32_t steps[] = {0, 1, 2, 3, 10, 10, 20};
    uint64_t curve[7];
    eng_plan_cycles(&t.net, plan, 32, &hw, 0.25, steps, 7, curve);
    for (int i = 1; i < 7; i++)
        CHECK(curve[i] >= curve[i - 1]);
    CHECK(curve[0] == 0 && curve[4] == curve[5] && curve[6] == cost.cycles);
    eng_plan_free(plan);
    eng_schedule_free(schedule);
}

static void test_constant_plan(void)
{
    EngRandom random;
    eng_random_init(&random, SEED, 2, 0, 0);
    TestNet t;
    test_net(&t, &random, 4);
    const EngHardware hw = eng_hardware_default();
    const EngClock clock = {1000, 100};
    EngSchedule *schedule;
    EngPlan *plan;
    CHECK_INT(eng_schedule_parse("*: bfp4", &schedule, NULL), ENG_OK);
    CHECK_INT(eng_plan_build(schedule, t.names, 4, clock, &plan, NULL), ENG_OK);
    const EngFormat b4 = eng_format_bfp(4), fp32 = eng_format_fp32();
    const EngCost by_plan = eng_plan_cost(&t.net, plan, 64, &hw, 0);
    const EngCost constant = eng_constant_cost(&t.net, &b4, clock, 64, &hw);
    const EngCost floats = eng_constant_cost(&t.net, &fp32, clock, 64, &hw);
    CHECK(same_cost(&by_plan, &constant));
    CHECK(floats.cycles > constant.cycles);
    eng_plan_free(plan);
    eng_schedule_free(schedule);
}

static void test_no_input_gradient_where_nothing_is_trained(void)
{
    EngRandom random;
    eng_random_init(&random, SEED, 3, 0, 0);
    TestNet t;
    test_net(&t, &random, 2);
    const EngHardware hw = eng_hardware_default();
    EngFormat formats[ENG_SLOTS];
    for (int s = 0; s < ENG_SLOTS; s++)
        formats[s] = eng_format_bfp(4);
    EngCost sum = {0};
    for (int kind = 0; kind < 3; kind++) {
        const EngProductShape shape = eng_product_shape(&t.ops[0], (EngProductKind)kind, 8);
        const EngCost cost =
            eng_product_cost(&shape, (EngProductKind)kind, &formats[0], &formats[0], &hw);
        if (kind != ENG_PRODUCT_DGRAD)
            eng_cost_add(&sum, &cost, 1);
    }
    const EngCost first = eng_layer_step_cost(&t.net, 0, 8, formats, &hw);
    CHECK(same_cost(&first, &sum));
    /* Behind something that learns, a first layer has one, too. */
    t.ops[0].input_gradient = true;
    const EngProductShape shape = eng_product_shape(&t.ops[0], ENG_PRODUCT_DGRAD, 8);
    const EngCost dgrad =
        eng_product_cost(&shape, ENG_PRODUCT_DGRAD, &formats[0], &formats[0], &hw);
    eng_cost_add(&sum, &dgrad, 1);
    const EngCost behind = eng_layer_step_cost(&t.net, 0, 8, formats, &hw);
    CHECK(same_cost(&behind, &sum));
}

/* Multiplications of a product, by its shape. */
static uint64_t multiplications(const EngProductShape *s)
{
    return s->M * s->N * s->segments * s->length * s->products;
}

/* The networks with a name: each layer's shapes say what the layer computes, and it costs. */
static void check_network(const char *text, EngShape input, unsigned classes)
{
    EngNetwork *net = NULL;
    EngError err = {.text = ""};
    CHECK_INT(eng_network_parse(text, input, classes, &net, &err), ENG_OK);
    if (!net) {
        printf("# %s\n", err.text);
        return;
    }
    const EngHardware hw = eng_hardware_default();
    EngFormat formats[ENG_SLOTS];
    for (int s = 0; s < ENG_SLOTS; s++)
        formats[s] = eng_format_bfp(4);
    for (size_t layer = 0; layer < net->product_count; layer++) {
        const EngOp *const op = eng_network_product(net, layer);
        const EngProductShape forward = eng_product_shape(op, ENG_PRODUCT_FORWARD, 4);
        const EngProductShape dgrad = eng_product_shape(op, ENG_PRODUCT_DGRAD, 4);
        const EngProductShape wgrad = eng_product_shape(op, ENG_PRODUCT_WGRAD, 4);
        CHECK(forward.M * forward.N * forward.products == 4 * eng_shape_size(op->out));
        /* The three products multiply as often; with a stride, dgrad sees every input pixel. */
        const uint64_t strides = op->stride > 1 ? (uint64_t)op->in.y * op->in.x : 1;
        const uint64_t outputs = op->stride > 1 ? (uint64_t)op->out.y * op->out.x : 1;
        CHECK(multiplications(&wgrad) == multiplications(&forward));
        CHECK(multiplications(&dgrad) * outputs == multiplications(&forward) * strides);
        const EngCost cost = eng_layer_step_cost(net, layer, 4, formats, &hw);
        CHECK(cost.cycles > 0 && cost.cycles < UINT64_MAX && cost.femtojoules > 0);
    }
    eng_network_free(net);
}

static void test_networks_with_a_name(void)
{
    check_network("mlp:256,128", (EngShape){28, 28, 1}, 10);
    check_network("lenet", (EngShape){28, 28, 1}, 10);
    check_network("vgg-s", (EngShape){32, 32, 3}, 10);
    check_network("resnet-20", (EngShape){32, 32, 3}, 10);
    check_network("mobilenet-s", (EngShape){32, 32, 3}, 10);
    check_network("transformer-s", (EngShape){32, 1, 1}, 30);
}

int main(void)
{
    printf("# seed %u\n", SEED);
    RUN(test_sum_over_steps);
    RUN(test_high_share);
    RUN(test_constant_plan);
    RUN(test_no_input_gradient_where_nothing_is_trained);
    RUN(test_networks_with_a_name);
    return check_done();
}
