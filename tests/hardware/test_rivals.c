/* Arrays of other cells on the same silicon, one layer of each by hand, and time to accuracy. */
#include "check.h"
#include "hardware/cell.h"
#include "hardware/rivals.h"
#include "hardware/test_net.h"
#include "schedule/schedule.h"
#include <math.h>

/* 16 products of 2 x 2 bits: 64/64 of an 8 x 8 multiplier, 282 um2; 101 bits of tree, 41 of
 * accumulator and 9 of exponent: 151/8 of an adder, 679.5 um2; an fp32 adder, 4184 um2. */
static void test_fmac_area_by_hand(void)
{
    EngHardware hw = eng_hardware_default();
    CHECK_INT(eng_cell_area(&hw), INT64_C(5145500000));
    CHECK(eng_array_area(&hw) == 4096 * 5145.5);
    hw.float_area = 1;
    CHECK_INT(eng_cell_area(&hw), INT64_C(12845500000)); /* and an fp32 multiplier, 7700 um2 */
    /* Logarithms: 16 times two adders of 20 bits, a tree over 33 bits (8 x 34 + 4 x 35 + 2 x 36 +
     * 37 = 521), 41 and 9: 1211/8 of an adder. */
    hw = eng_hardware_default();
    hw.multiplier = ENG_MULTIPLIER_MITCHELL;
    CHECK_INT(eng_cell_area(&hw), INT64_C(9633500000));
}

typedef struct Rival {
    EngCell cell;
    uint64_t area; /* of a cell, square nanometres */
    uint32_t rows, columns;
    uint64_t compute, convert, memory, cycles, femtojoules;
} Rival;

/* The layer of test_product.c (784 inputs, 256 outputs, 64 samples, forward; the plan says bfp4) on
 * every rival of the default array. Number by number for fp32, cell 7700 + 4184 um2: the side is
 * sqrt(4096 5145.5 / 11884) = 42.1. Compute: ceil(784/42) ceil(256/42) (3 42 + 64 - 2) - 1 =
 * 19 7 188 - 1 = 25003. Memory: 32 (64 784 + 256 784 + 64 256) = 8552448 bits, 1069056 bytes, / 128
 * = 8352. Fill: 42 (42 32 + 32) = 57792 bits, 7224 bytes, 57 cycles. Energy: 64 256 784 pairs of
 * 4600 fJ, 59087257600; SRAM 64 25088 7 + 256 25088 + 524288 (2 19 - 1) + 8552448 bits are 712704
 * words, 7127040000; DRAM 133632 words, 173721600000. The others by an independent program. */
static const Rival expected[] = {
    {ENG_CELL_FP32, UINT64_C(11884000000), 42, 42, 25003, 0, 8352, 25060, UINT64_C(239935897600)},
    {ENG_CELL_BF16, UINT64_C(5051438016), 64, 65, 13259, 242, 4432, 13325, UINT64_C(115012718592)},
    {ENG_CELL_FP16, UINT64_C(5824000000), 60, 60, 16939, 262, 4432, 16997, UINT64_C(121955737600)},
    {ENG_CELL_INT8, UINT64_C(426000000), 222, 222, 5823, 71, 2472, 6210, UINT64_C(56903403520)},
    {ENG_CELL_MSFP12, UINT64_C(5516000000), 61, 62, 1229, 253, 1615, 1833, UINT64_C(35807661056)},
    {ENG_CELL_HFP8, UINT64_C(1576859504), 115, 116, 8567, 136, 2472, 8673, UINT64_C(60347781120)},
    {ENG_CELL_FLEX, UINT64_C(6261500000), 58, 58, 1179, 271, 1860, 2109, UINT64_C(41390744576)},
};

static void test_a_layer_on_every_rival(void)
{
    const EngHardware hw = eng_hardware_default();
    const EngOp op = {.kind = ENG_OP_LINEAR, .in = {28, 28, 1}, .out = {1, 1, 256}};
    const EngProductShape shape = eng_product_shape(&op, ENG_PRODUCT_FORWARD, 64);
    const EngFormat b4 = eng_format_bfp(4);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const Rival *const r = &expected[i];
        const EngHardware rival = eng_rival_hardware(&hw, r->cell);
        const EngCost cost = eng_product_cost(&shape, ENG_PRODUCT_FORWARD, &b4, &b4, &rival);
        const int before = check_failures;
        CHECK_INT(eng_cell_area(&rival), r->area);
        CHECK_INT(rival.rows, r->rows);
        CHECK_INT(rival.columns, r->columns);
        CHECK_INT(cost.compute_cycles, r->compute);
        CHECK_INT(cost.convert_cycles, r->convert);
        CHECK_INT(cost.memory_cycles, r->memory);
        CHECK_INT(cost.cycles, r->cycles);
        CHECK_INT(cost.femtojoules, r->femtojoules);
        if (check_failures != before)
            printf("# rival %zu\n", i);
    }
}

static void test_list(void)
{
    const EngHardware hw = eng_hardware_default();
    size_t count = 0;
    for (const EngRival *r; (r = eng_rival(count)) != NULL; count++) {
        CHECK(r->key[0] && r->name[0] && r->text[0]);
        CHECK(r->cell == expected[count].cell);
        const EngHardware rival = eng_rival_hardware(&hw, r->cell);
        CHECK_INT(eng_hardware_check(&rival, NULL), ENG_OK);
        /* It takes no more silicon, and less than a row and a column of it are left over. */
        const double cell = (double)eng_cell_area(&rival) / 1e6;
        CHECK(eng_array_area(&rival) <= eng_array_area(&hw));
        CHECK(eng_array_area(&rival) + cell * (rival.rows + rival.columns + 1) >=
            eng_array_area(&hw));
    }
    CHECK_INT(count, sizeof expected / sizeof expected[0]);
    const EngHardware same = eng_rival_hardware(&hw, ENG_CELL_FMAC);
    CHECK(same.rows == 64 && same.columns == 64);
}

/* FlexBlock's cells take the smallest of their three modes; the others have one. */
static void test_modes(void)
{
    EngHardware hw = eng_hardware_default();
    hw.cell = ENG_CELL_FLEX;
    static const struct {
        unsigned m, beats;
    } modes[] = {{1, 1}, {4, 1}, {5, 4}, {8, 4}, {9, 16}, {16, 16}};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        const EngFormat f = eng_format_bfp(modes[i].m);
        CHECK_INT(eng_pair_work(&hw, &f, &f).beats, modes[i].beats);
    }
    const EngFormat b4 = eng_format_bfp(4), b8 = eng_format_bfp(8), fp32 = eng_format_fp32();
    CHECK_INT(eng_pair_work(&hw, &b4, &b8).beats, 2);
    CHECK_INT(eng_pair_work(&hw, &b4, &fp32).beats, 4);
    CHECK_INT(eng_storage_bits(&hw, &b4, 1, 16), 8 + 16 * 5);
    hw.cell = ENG_CELL_MSFP12;
    CHECK_INT(eng_pair_work(&hw, &fp32, &b8).beats, 1);
    CHECK_INT(eng_storage_bits(&hw, &fp32, 1, 16), 8 + 16 * 4);
    hw.cell = ENG_CELL_HFP8;
    CHECK_INT(eng_storage_bits(&hw, &b4, 1, 16), 128);
}

static void test_tiny_and_huge(void)
{
    EngHardware hw = eng_hardware_default();
    hw.rows = hw.columns = 1;
    const EngHardware one = eng_rival_hardware(&hw, ENG_CELL_FP32);
    CHECK(one.rows == 1 && one.columns == 1); /* a rival has one cell at least */
    hw.rows = hw.columns = 1024;
    const EngHardware many = eng_rival_hardware(&hw, ENG_CELL_INT8);
    CHECK(many.rows == 1024 && many.columns == 1024);
    hw.int8_add_um2 = hw.int8_multiply_um2 = 0;
    const EngHardware nothing = eng_rival_hardware(&hw, ENG_CELL_INT8);
    CHECK_INT(eng_hardware_check(&nothing, NULL), ENG_OK);
}

static void test_time_to_accuracy(void)
{
    EngRandom random;
    eng_random_init(&random, 1, 0, 0, 0);
    TestNet t;
    test_net(&t, &random, 2);
    const EngHardware hw = eng_hardware_default();
    EngSchedule *schedule;
    EngPlan *plan;
    CHECK_INT(eng_schedule_parse("*: bfp2 @..50%, bfp8 @50%..", &schedule, NULL), ENG_OK);
    CHECK_INT(eng_plan_build(schedule, t.names, 2, (EngClock){100, 10}, &plan, NULL), ENG_OK);
    const uint32_t step[] = {10, 20, 60, 100};
    const float accuracy[] = {0.5f, NAN, 0.9f, 0.95f};
    size_t first = 99;
    double seconds = 0;
    CHECK(eng_first_reaching(accuracy, 4, 0.9f, &first) && first == 2);
    CHECK(!eng_first_reaching(accuracy, 4, 0.96f, &first));
    CHECK(!eng_first_reaching(accuracy, 0, 0.0f, &first));
    uint64_t cycles;
    const uint32_t sixty = 60;
    eng_plan_cycles(&t.net, plan, 32, &hw, 0, &sixty, 1, &cycles);
    CHECK(eng_time_to_accuracy(&t.net, plan, 32, &hw, 0, step, accuracy, 4, 0.9f, &seconds));
    CHECK(seconds == (double)cycles / 500e6);
    CHECK(!eng_time_to_accuracy(&t.net, plan, 32, &hw, 0, step, accuracy, 4, 1.0f, &seconds));
    eng_plan_free(plan);
    eng_schedule_free(schedule);
}

int main(void)
{
    RUN(test_fmac_area_by_hand);
    RUN(test_a_layer_on_every_rival);
    RUN(test_list);
    RUN(test_modes);
    RUN(test_tiny_and_huge);
    RUN(test_time_to_accuracy);
    return check_done();
}
