/* One product, number by number, and a table of others. */
#include "check.h"
#include "hardware/cell.h"
#include "hardware/cost.h"
#include "hardware/settings.h"

static EngFormat format(const char *text)
{
    EngFormat f = eng_format_fp32();
    EngError err;
    if (eng_format_parse(text, strlen(text), &f, &err)) {
        printf("# %s\n", err.text);
        CHECK(false);
    }
    return f;
}

/* A linear layer of 784 inputs and 256 outputs, 64 samples, forward; A in bfp4, W in bfp2; the
 * default array of 64 x 64 cells. Every number can be followed in cost.h. */
static void test_by_hand(void)
{
    const EngHardware hw = eng_hardware_default();
    const EngOp op = {.kind = ENG_OP_LINEAR, .in = {28, 28, 1}, .out = {1, 1, 256}};
    const EngProductShape shape = eng_product_shape(&op, ENG_PRODUCT_FORWARD, 64);
    CHECK_INT(shape.M, 64);
    CHECK_INT(shape.N, 256);
    CHECK_INT(shape.segments, 1);
    CHECK_INT(shape.length, 784);
    CHECK_INT(shape.a_elements, 50176);
    CHECK_INT(shape.b_elements, 200704);
    const EngFormat a = format("bfp4:nearest"), b = format("bfp2:nearest");
    const EngProductDetail d = eng_product_detail(&shape, ENG_PRODUCT_FORWARD, &a, &b, &hw);
    CHECK_INT(d.dataflow, ENG_DATAFLOW_WS);
    CHECK_INT(d.kg, 49);   /* 784 / 16 */
    CHECK_INT(d.beats, 2); /* 2 chunks x 1 chunk, one slice */
    /* 1 fold of K x 4 tiles of N x (2 64 + 64 + 64 2 - 2) - 1 */
    CHECK_INT(d.cost.compute_cycles, 1271);
    CHECK_INT(d.a_row, 5096);                  /* 49 groups of 8 + 3 16 2 bits */
    CHECK_INT(d.b_row, 2744);                  /* 49 groups of 8 + 3 16 1 bits */
    CHECK_INT(d.a_bits, 326144);               /* 64 rows */
    CHECK_INT(d.b_bits, 702464);               /* 256 rows */
    CHECK_INT(d.a_groups + d.b_groups, 15680); /* (64 + 256) 49 */
    CHECK_INT(d.cost.convert_cycles, 245);     /* by 64 converters */
    /* All of K fits the 64 rows, so no partial sums wait; half a buffer is 2097152 bits. */
    CHECK_INT(d.blocks, 1);
    CHECK_INT(d.a_reads, 1);
    CHECK_INT(d.b_reads, 1);
    CHECK_INT(d.dram_bits, 1552896); /* 326144 + 702464 + 32 64 256 */
    CHECK_INT(d.cost.dram_bytes, 194112);
    CHECK_INT(d.cost.memory_cycles, 1517); /* 194112 / (64e9 / 500e6 = 128), rounded up */
    CHECK_INT(d.fill_bits, 180712);        /* 49 (64 groups of 56 + one of 104 bits) */
    CHECK_INT(d.fill_cycles, 177);         /* 22589 bytes / 128, rounded up */
    CHECK_INT(d.cost.cycles, 1694);        /* memory 1517 binds, and the fill */
    CHECK_INT(eng_cost_bound(&d.cost), ENG_BOUND_MEMORY);
    /* A pair: 2 beats of 16 products of 4 bit cells (128 x 200/64 fJ), 2 x (tree 101 + accumulator
     * 4 + 2 + 4 + 1) + 9 adder bits (233 x 30/8 fJ) and an fp32 add (900 fJ): 2173.75 fJ. */
    CHECK_INT(d.pair_fj, 2174);
    CHECK_INT(d.pairs_fj, INT64_C(1745321984)); /* 64 256 49 pairs */
    CHECK_INT(d.convert_fj, 30105600);          /* (50176 + 200704) 4 30 */
    /* At the array 64 5096 4 + 256 2744 + 524288, to and from DRAM 1552896 bits. */
    CHECK_INT(d.sram_bits, 4084224);
    CHECK_INT(d.sram_fj, 638160000);            /* 63816 words of 10 pJ */
    CHECK_INT(d.dram_fj, INT64_C(31543200000)); /* 24264 words of 1.3 nJ */
    CHECK_INT(d.cost.femtojoules, INT64_C(33956787584));
    CHECK(eng_cost_joules(&d.cost) == 33956787584.0 / 1e15);
    CHECK(eng_cost_seconds(&d.cost, &hw) == 1694 / 500e6);
}

typedef struct Case {
    const char *name;
    EngProductShape shape;
    EngProductKind kind;
    const char *a, *b, *hardware;
    uint64_t cycles, compute, convert, memory, bytes, femtojoules;
} Case;

/* By an independent program that follows cost.h in exact fractions. */
static const Case cases[] = {
    {"linear, weight gradient", {784, 256, 1, 64, false, 50176, 16384, 1, false}, ENG_PRODUCT_WGRAD,
        "bfp4", "bfp4", "", 7396, 7383, 65, 6695, 856896, UINT64_C(144513285504)},
    {"input gradient without a whole tile", {37, 11, 1, 5, false, 185, 55, 1, false},
        ENG_PRODUCT_DGRAD, "bfp2", "bfp6", "", 301, 300, 1, 15, 1808, UINT64_C(299494912)},
    {"convolution, taps apart", {12544, 32, 9, 32, false, 401408, 9216, 1, false},
        ENG_PRODUCT_FORWARD, "bfp4", "bfp4", "", 50426, 50365, 401, 15151, 1939264,
        UINT64_C(348173359616)},
    {"convolution, groups run on", {50176, 32, 9, 3, false, 150528, 864, 1, false},
        ENG_PRODUCT_FORWARD, "bfp4", "bfp2", "", 100545, 100541, 1569, 58902, 7539332,
        UINT64_C(1251134391856)},
    {"convolution, weight gradient", {288, 64, 196, 64, true, 401408, 802816, 1, false},
        ENG_PRODUCT_WGRAD, "bfp8", "bfp4/g32/e5", "", 32008, 31989, 1176, 29609, 3789888,
        UINT64_C(719521505792)},
    {"fp32", {64, 256, 1, 784, false, 50176, 200704, 1, false}, ENG_PRODUCT_FORWARD, "fp32", "fp32",
        "", 9945, 4855, 0, 8352, 1069056, UINT64_C(236234137600)},
    {"fp32 patches stay a tensor", {50176, 32, 9, 3, false, 150528, 864, 1, false},
        ENG_PRODUCT_FORWARD, "fp32", "bfp4", "", 803012, 803005, 1, 54886, 7025352,
        UINT64_C(1401553334080)},
    {"bf16", {64, 256, 1, 784, false, 50176, 200704, 1, false}, ENG_PRODUCT_DGRAD, "bf16", "bf16",
        "", 5229, 2807, 245, 4432, 567296, UINT64_C(119700377600)},
    {"int8 beside bfp4", {64, 256, 1, 784, false, 50176, 200704, 1, false}, ENG_PRODUCT_FORWARD,
        "int8", "bfp4/g64", "", 9258, 8951, 257, 2106, 269568, UINT64_C(49326153728)},
    {"int8 beside int8, narrow cell", {100, 300, 1, 500, false, 50000, 150000, 1, false},
        ENG_PRODUCT_FORWARD, "int8", "int8", "cell_width=8", 9205, 8949, 394, 2500, 320000,
        UINT64_C(65347660000)},
    {"os on a small array, little SRAM", {1000, 100, 1, 3000, false, 3000000, 300000, 1, false},
        ENG_PRODUCT_FORWARD, "bfp3", "bfp5",
        "forward=os dgrad=os wgrad=os rows=16 columns=8 sram_bytes=4096", 941852, 941849, 25850,
        426101, 54540900, UINT64_C(9088832350000)},
    {"ws with partial sums in blocks", {5000, 100, 1, 9000, false, 45000000, 900000, 1, false},
        ENG_PRODUCT_FORWARD, "bfp3", "bfp5",
        "forward=ws dgrad=ws wgrad=ws rows=8 columns=16 sram_bytes=65536", 14924929, 14924909,
        179457, 2098774, 268643000, UINT64_C(46005015000000)},
    {"is with partial sums in blocks", {300, 5000, 1, 3000, false, 900000, 15000000, 1, false},
        ENG_PRODUCT_DGRAD, "bfp16", "bfp1",
        "forward=is dgrad=is wgrad=is rows=16 columns=32 sram_bytes=65536 converters=3", 4807636,
        4807439, 332134, 990454, 126778000, UINT64_C(22783441500000)},
    {"slow memory, odd rates", {64, 10, 1, 256, false, 16384, 2560, 1, false}, ENG_PRODUCT_FORWARD,
        "bfp4", "bfp4", "clock_hz=333000000 dram_bytes_per_s=1000000000", 6741, 445, 19, 5979,
        17952, UINT64_C(2999619840)},
    {"2:4 sparse weights", {64, 256, 1, 784, false, 50176, 200704, 1, false}, ENG_PRODUCT_FORWARD,
        "bfp4", "bfp4", "sparse_keep=2 sparse_of=4", 1998, 1783, 245, 1665, 213056,
        UINT64_C(36747888000)},
    {"2:4 sparse taps", {12544, 32, 9, 32, false, 401408, 9216, 1, false}, ENG_PRODUCT_DGRAD,
        "bfp4", "bfp4", "sparse_keep=2 sparse_of=4", 50406, 50365, 401, 15131, 1936672,
        UINT64_C(335303637248)},
    {"2:5 sparse patches", {50176, 32, 9, 3, false, 150528, 864, 1, false}, ENG_PRODUCT_FORWARD,
        "bfp4", "bfp4", "sparse_keep=2 sparse_of=5", 200899, 200893, 1569, 58904, 7539656,
        UINT64_C(1255265507136)},
    {"one fold of K, nothing to hold back", {5000, 4000, 1, 256, false, 1280000, 1024000, 1, false},
        ENG_PRODUCT_FORWARD, "bfp4", "bfp4", "sram_bytes=65536", 1272075, 1271969, 2250, 1143375,
        146352000, UINT64_C(25250436480000)},
    {"many blocks, but the weights stay", {50000, 64, 1, 2048, false, 102400000, 131072, 1, false},
        ENG_PRODUCT_DGRAD, "bfp4", "bfp4", "", 751255, 400379, 100128, 750832, 96106496,
        UINT64_C(17312537968640)},
};

static EngHardware hardware(const char *settings)
{
    EngHardware hw = eng_hardware_default();
    char text[256];
    snprintf(text, sizeof text, "%s", settings);
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " ")) {
        char *const value = strchr(word, '=');
        *value = '\0';
        EngError err = {.text = ""};
        CHECK_INT(eng_hardware_set(&hw, word, value + 1, &err), ENG_OK);
    }
    return hw;
}

static void test_table(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const Case *const c = &cases[i];
        const EngHardware hw = hardware(c->hardware);
        const EngFormat a = format(c->a), b = format(c->b);
        const EngCost cost = eng_product_cost(&c->shape, c->kind, &a, &b, &hw);
        const int before = check_failures;
        CHECK_INT(cost.cycles, c->cycles);
        CHECK_INT(cost.compute_cycles, c->compute);
        CHECK_INT(cost.convert_cycles, c->convert);
        CHECK_INT(cost.memory_cycles, c->memory);
        CHECK_INT(cost.dram_bytes, c->bytes);
        CHECK_INT(cost.femtojoules, c->femtojoules);
        if (check_failures != before)
            printf("# %s\n", c->name);
    }
}

static void test_groups(void)
{
    const EngProductShape apart = {.segments = 9, .length = 20};
    CHECK_INT(eng_product_groups(&apart, 16), 18); /* 9 x ceil(20/16) */
    CHECK_INT(eng_product_groups(&apart, 20), 9);
    CHECK_INT(eng_product_groups(&apart, 32), 6); /* ceil(180/32) */
    const EngProductShape pixels = {.segments = 9, .length = 20, .segments_apart = true};
    CHECK_INT(eng_product_groups(&pixels, 32), 9);
}

static void test_shapes(void)
{
    const EngOp conv = {.kind = ENG_OP_CONV, .in = {14, 12, 5}, .out = {7, 6, 10}, .kernel = 3};
    const EngProductShape forward = eng_product_shape(&conv, ENG_PRODUCT_FORWARD, 4);
    CHECK_INT(forward.M, 4 * 42);
    CHECK_INT(forward.N, 10);
    CHECK_INT(forward.segments, 9);
    CHECK_INT(forward.length, 5);
    CHECK_INT(forward.a_elements, 4 * 14 * 12 * 5);
    CHECK_INT(forward.b_elements, 450);
    const EngProductShape dgrad = eng_product_shape(&conv, ENG_PRODUCT_DGRAD, 4);
    CHECK_INT(dgrad.M, 4 * 168);
    CHECK_INT(dgrad.N, 5);
    CHECK_INT(dgrad.segments, 9);
    CHECK_INT(dgrad.length, 10);
    CHECK_INT(dgrad.a_elements, 4 * 42 * 10);
    const EngProductShape wgrad = eng_product_shape(&conv, ENG_PRODUCT_WGRAD, 4);
    CHECK_INT(wgrad.M, 45);
    CHECK_INT(wgrad.N, 10);
    CHECK_INT(wgrad.segments, 42);
    CHECK_INT(wgrad.length, 4);
    CHECK(wgrad.segments_apart && !forward.segments_apart);
    CHECK_INT(wgrad.b_elements, 4 * 42 * 10);
    const EngOp linear = {.kind = ENG_OP_LINEAR, .in = {2, 3, 4}, .out = {1, 1, 7}};
    const EngProductShape w = eng_product_shape(&linear, ENG_PRODUCT_WGRAD, 5);
    CHECK_INT(w.M, 24);
    CHECK_INT(w.N, 7);
    CHECK_INT(w.length, 5);
    CHECK_INT(w.products, 1);
}

static void check_shape(const EngOp *op, EngProductKind kind, EngProductShape wanted)
{
    const EngProductShape got = eng_product_shape(op, kind, 5);
    CHECK_INT(got.M, wanted.M);
    CHECK_INT(got.N, wanted.N);
    CHECK_INT(got.segments, wanted.segments);
    CHECK_INT(got.length, wanted.length);
    CHECK_INT(got.segments_apart, wanted.segments_apart);
    CHECK_INT(got.a_elements, wanted.a_elements);
    CHECK_INT(got.b_elements, wanted.b_elements);
    CHECK_INT(got.products, wanted.products);
    CHECK_INT(got.no_weights, wanted.no_weights);
}

/* Five samples; 11 positions of 2 heads of 8 values; 6 channels of 10 x 8 pixels, stride 2. */
static void test_shapes_of_sequences_and_channels(void)
{
    const EngOp linear = {
        .kind = ENG_OP_LINEAR, .in = {11, 1, 16}, .out = {11, 1, 48}, .sequence = true};
    check_shape(
        &linear, ENG_PRODUCT_FORWARD, (EngProductShape){55, 48, 1, 16, 0, 880, 768, 1, false});
    check_shape(
        &linear, ENG_PRODUCT_DGRAD, (EngProductShape){55, 16, 1, 48, 0, 2640, 768, 1, false});
    check_shape(
        &linear, ENG_PRODUCT_WGRAD, (EngProductShape){16, 48, 1, 55, 0, 880, 2640, 1, false});
    const EngOp scores = {.kind = ENG_OP_SCORES, .in = {11, 1, 48}, .out = {2, 11, 11}, .heads = 2};
    check_shape(&scores, ENG_PRODUCT_FORWARD, (EngProductShape){11, 11, 1, 8, 0, 88, 88, 10, true});
    check_shape(&scores, ENG_PRODUCT_DGRAD, (EngProductShape){11, 8, 1, 11, 0, 121, 88, 10, true});
    check_shape(&scores, ENG_PRODUCT_WGRAD, (EngProductShape){8, 11, 1, 11, 0, 88, 121, 10, true});
    const EngOp mix = {.kind = ENG_OP_MIX, .in = {2, 11, 11}, .out = {11, 1, 16}, .heads = 2};
    check_shape(&mix, ENG_PRODUCT_FORWARD, (EngProductShape){11, 8, 1, 11, 0, 121, 88, 10, true});
    check_shape(&mix, ENG_PRODUCT_DGRAD, (EngProductShape){11, 11, 1, 8, 0, 88, 88, 10, true});
    check_shape(&mix, ENG_PRODUCT_WGRAD, (EngProductShape){11, 8, 1, 11, 0, 121, 88, 10, true});
    const EngOp dw = {
        .kind = ENG_OP_DEPTHWISE, .in = {10, 8, 6}, .out = {5, 4, 6}, .kernel = 3, .stride = 2};
    check_shape(&dw, ENG_PRODUCT_FORWARD, (EngProductShape){100, 1, 9, 1, 0, 400, 9, 6, false});
    check_shape(&dw, ENG_PRODUCT_DGRAD, (EngProductShape){400, 1, 9, 1, 0, 100, 9, 6, false});
    check_shape(&dw, ENG_PRODUCT_WGRAD, (EngProductShape){9, 1, 20, 5, 1, 400, 100, 6, false});
}

/* Products that are made one after the other cost so many times one. */
static void test_many_products(void)
{
    const EngHardware hw = eng_hardware_default();
    EngProductShape shape = {
        .M = 11, .N = 8, .segments = 1, .length = 11, .a_elements = 121, .b_elements = 88};
    const EngFormat f = format("bfp4");
    const EngCost one = eng_product_cost(&shape, ENG_PRODUCT_FORWARD, &f, &f, &hw);
    shape.products = 10;
    const EngCost ten = eng_product_cost(&shape, ENG_PRODUCT_FORWARD, &f, &f, &hw);
    CHECK(one.cycles > 0);
    CHECK_INT(ten.cycles, 10 * one.cycles);
    CHECK_INT(ten.memory_cycles, 10 * one.memory_cycles);
    CHECK_INT(ten.femtojoules, 10 * one.femtojoules);
}

/* m = 3 costs what m = 4 costs; a group twice as long takes twice the beats, so the product costs
 * the same compute; every mantissa bit pair more costs more. */
static void test_precision_and_beats(void)
{
    const EngHardware hw = eng_hardware_default();
    const EngFormat b3 = format("bfp3"), b4 = format("bfp4"), b5 = format("bfp5"),
                    g32 = format("bfp4/g32"), g8 = format("bfp4/g8"), mx = format("mxint8"),
                    tf = format("tf32"), f8 = format("fp8_e5m2"), b12 = format("bfp12");
    CHECK_INT(eng_pair_work(&hw, &b3, &b3).beats, 4);
    CHECK_INT(eng_pair_work(&hw, &b4, &b4).beats, 4);
    CHECK_INT(eng_pair_work(&hw, &b5, &b4).beats, 6);
    CHECK_INT(eng_pair_work(&hw, &g32, &g32).beats, 8);
    CHECK_INT(eng_pair_work(&hw, &g32, &g32).group, 32);
    CHECK_INT(eng_pair_work(&hw, &g32, &b4).group, 16);
    CHECK_INT(eng_pair_work(&hw, &g8, &b4).group, 8);
    CHECK_INT(eng_pair_work(&hw, &g8, &b4).beats, 4);
    CHECK_INT(eng_pair_work(&hw, &mx, &b4).passes, 8);
    CHECK_INT(eng_pair_work(&hw, &tf, &b4).beats, 16);
    CHECK_INT(eng_pair_work(&hw, &f8, &b4).beats, 4);   /* 4 bits fit an 8-bit float */
    CHECK_INT(eng_pair_work(&hw, &f8, &b5).beats, 8);   /* 5 bits take 16 */
    CHECK_INT(eng_pair_work(&hw, &f8, &b12).beats, 16); /* 12 bits take 32 */
    CHECK(!eng_pair_work(&hw, &f8, &f8).integer && eng_pair_work(&hw, &b4, &b4).integer);
}

static void test_tree_and_storage(void)
{
    CHECK_INT(eng_tree_bits(1, 5), 0);
    CHECK_INT(eng_tree_bits(2, 5), 6);
    CHECK_INT(eng_tree_bits(16, 5), 101);
    CHECK_INT(eng_tree_bits(3, 1), 2 + 3); /* one pair and one that waits */
    const EngHardware hw = eng_hardware_default();
    static const struct {
        const char *text;
        uint64_t bits; /* of 2 rows of 40 */
    } stored[] = {{"fp32", 2560}, {"tf32", 2560}, {"bf16", 1280}, {"fp8_e4m3", 640}, {"hfp8", 640},
        {"int4", 320}, {"int12", 960}, {"q3.4", 640}, {"binary", 144}, {"ternary", 224},
        {"mxint8", 672}, {"mxfp6_e2m3", 512}, {"mxfp4", 352}, {"nvfp4", 368}, {"bfp2", 288},
        {"bfp3", 528}, {"bfp4/g64", 496}, {"bfp16/e5", 1950}};
    for (size_t i = 0; i < sizeof stored / sizeof stored[0]; i++) {
        const EngFormat f = format(stored[i].text);
        const int before = check_failures;
        CHECK_INT(eng_storage_bits(&hw, &f, 2, 40), stored[i].bits);
        if (check_failures != before)
            printf("# %s\n", stored[i].text);
    }
}

static void test_sums_saturate(void)
{
    const EngHardware hw = eng_hardware_default();
    const uint64_t huge = UINT64_C(1) << 62;
    const EngProductShape shape = {.M = huge,
        .N = huge,
        .segments = huge,
        .length = huge,
        .a_elements = UINT64_MAX,
        .b_elements = UINT64_MAX};
    const EngFormat f = format("bfp4");
    for (int kind = 0; kind < 3; kind++) {
        const EngCost cost = eng_product_cost(&shape, (EngProductKind)kind, &f, &f, &hw);
        CHECK(cost.cycles == UINT64_MAX && cost.femtojoules == UINT64_MAX);
        EngCost sum = cost;
        eng_cost_add(&sum, &cost, 3);
        CHECK(sum.cycles == UINT64_MAX);
    }
}

int main(void)
{
    RUN(test_by_hand);
    RUN(test_table);
    RUN(test_groups);
    RUN(test_shapes);
    RUN(test_shapes_of_sequences_and_channels);
    RUN(test_many_products);
    RUN(test_precision_and_beats);
    RUN(test_tree_and_storage);
    RUN(test_sums_saturate);
    return check_done();
}
