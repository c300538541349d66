/* Approximate multipliers and structured sparsity: what they compute and what they save. */
#include "base/memory.h"
#include "base/philox.h"
#include "check.h"
#include "hardware/cell.h"
#include "hardware/cost.h"
#include "hardware/multiplier.h"
#include "hardware/sparse.h"
#include <stdlib.h>

#define SEED 5150u

static void test_exact(void)
{
    const EngMultiplier m = {.kind = ENG_MULTIPLIER_EXACT};
    CHECK_INT(eng_multiply(&m, -65535, 65535), INT64_C(-65535) * 65535);
    CHECK_INT(eng_multiply(&m, 0, -3), 0);
}

/* 7 x 5 = 111 x 101: bit products in columns 0 1 2 and 2 3 4; below column 2 stand 1 + 2. */
static void test_truncated(void)
{
    EngMultiplier m = {.kind = ENG_MULTIPLIER_TRUNCATED, .cut = 2};
    CHECK_INT(eng_multiply(&m, 7, 5), 32);
    CHECK_INT(eng_multiply(&m, -7, 5), -32);
    m.cut = 0;
    CHECK_INT(eng_multiply(&m, 12345, 54321), INT64_C(12345) * 54321);
    m.cut = 16;
    CHECK_INT(eng_multiply(&m, 255, 255), 0); /* its highest column is 14 */
    /* Column c of the product of two full m-bit mantissas holds min(c + 1, m) bits for c < m: with
     * 4 bits, columns 0..3 hold 1 2 3 4, worth 1 + 4 + 12 + 32. */
    m.cut = 4;
    CHECK_INT(eng_multiply(&m, 15, 15), 225 - 49);
}

/* Exact where a factor is a power of two, never above the exact product, at most 1/9 below it. */
static void test_mitchell(void)
{
    const EngMultiplier m = {.kind = ENG_MULTIPLIER_MITCHELL};
    CHECK_INT(eng_multiply(&m, 3, 3), 8);    /* 2 (1 + .5), twice: .5 + .5 carries, 2^3 1 */
    CHECK_INT(eng_multiply(&m, 5, -6), -28); /* 4 (1 + .25), 4 (1 + .5): 16 (1 + .75) */
    CHECK_INT(eng_multiply(&m, 0, 77), 0);
    int64_t worst = 0;
    for (int32_t x = 0; x < 512; x++) {
        for (int32_t y = 0; y < 512; y++) {
            const int64_t product = eng_multiply(&m, x, y), exact = (int64_t)x * y;
            CHECK(product <= exact && 9 * (exact - product) <= exact);
            CHECK(((x & (x - 1)) != 0 && (y & (y - 1)) != 0) || product == exact);
            worst =
                100 * (exact - product) > worst * exact ? 100 * (exact - product) / exact : worst;
        }
    }
    CHECK_INT(worst, 11); /* 1/9 is reached */
    CHECK_INT(eng_multiply(&m, 65535, 65535), INT64_C(2) * 65534 * 32768);
}

static void test_table(void)
{
    uint8_t bytes[4 * 64];
    uint32_t table[64];
    EngError err = {.text = ""};
    for (uint32_t x = 0; x < 8; x++) {
        for (uint32_t y = 0; y < 8; y++) {
            const uint32_t product = x * y | 1; /* a circuit whose lowest bit is stuck */
            memcpy(&bytes[4 * (x * 8 + y)], (uint8_t[4]){(uint8_t)product, 0, 0, 0}, 4);
        }
    }
    CHECK_INT(eng_multiplier_read_table(bytes, sizeof bytes, 3, 3, table, &err), ENG_OK);
    EngMultiplier m = {.kind = ENG_MULTIPLIER_TABLE, .mx = 3, .my = 3, .table = table};
    CHECK_INT(eng_multiply(&m, 6, -7), -43);
    CHECK_INT(eng_multiplier_check(&m, 3, 3, &err), ENG_OK);
    CHECK_INT(eng_multiplier_check(&m, 2, 4, &err), ENG_ERR_RANGE);
    CHECK_HAS(err.text, "3 and 3 bits, the formats have 2 and 4");
    m.table = NULL;
    CHECK_INT(eng_multiplier_check(&m, 2, 2, &err), ENG_ERR_RANGE);

    CHECK_INT(eng_multiplier_read_table(bytes, 255, 3, 3, table, &err), ENG_ERR_FORMAT);
    CHECK_HAS(err.text, "255 bytes, expected 256");
    bytes[4 * 9] = 64;
    CHECK_INT(eng_multiplier_read_table(bytes, 256, 3, 3, table, &err), ENG_ERR_FORMAT);
    CHECK_HAS(err.text, "64 at byte 36, expected at most 63");
    CHECK_INT(eng_multiplier_read_table(bytes, 256, 0, 3, table, &err), ENG_ERR_RANGE);
    CHECK_INT(eng_multiplier_read_table(bytes, 256, 16, 5, table, &err), ENG_ERR_RANGE);
    CHECK_INT(eng_multiplier_read_table(bytes, 256, 40, 5, table, &err), ENG_ERR_RANGE);
}

static void test_sparse_by_hand(void)
{
    const float x[] = {1, -3, 2, 3, 0, -0.5f, 0.25f, 0, 9, 8, 7};
    const float wanted[] = {0, -3, 0, 3, 0, -0.5f, 0.25f, 0, 9, 8, 0};
    float out[11];
    eng_sparse_prune(x, out, 11, 1, 2, 4);
    CHECK(memcmp(out, wanted, sizeof wanted) == 0);
    const float ties[] = {1, -1, 1, -1, 1};
    const float first[] = {1, -1, 0, 0, 1};
    eng_sparse_prune(ties, out, 5, 1, 2, 4);
    CHECK(memcmp(out, first, sizeof first) == 0);
    eng_sparse_prune(x, out, 11, 1, 1, 1);
    CHECK(memcmp(out, x, sizeof x) == 0);
    /* Every second value is another row's. */
    float rows[] = {1, 10, 2, 30, 3, 20};
    const float pruned[] = {0, 10, 2, 30, 3, 20};
    eng_sparse_prune(rows, rows, 3, 2, 2, 3);
    CHECK(memcmp(rows, pruned, sizeof pruned) == 0);
}

static void test_sparse_keeps_the_largest(void)
{
    EngRandom random;
    eng_random_init(&random, SEED, 0, 0, 0);
    for (int round = 0; round < 300; round++) {
        float x[64], out[64];
        const unsigned of = 1 + eng_random_below(&random, 16),
                       keep = 1 + eng_random_below(&random, of);
        const size_t length = 1 + eng_random_below(&random, 64);
        for (size_t i = 0; i < length; i++)
            x[i] = (float)((int)eng_random_below(&random, 21) - 10);
        eng_sparse_prune(x, out, length, 1, keep, of);
        size_t all = 0;
        for (size_t first = 0; first < length; first += of) {
            float smallest = 1e9f, largest = -1;
            size_t kept = 0;
            const size_t end = first + of < length ? first + of : length;
            for (size_t i = first; i < end; i++) {
                const float magnitude = x[i] < 0 ? -x[i] : x[i];
                CHECK(out[i] == x[i] || out[i] == 0);
                if (out[i] != 0) {
                    kept++;
                    smallest = magnitude < smallest ? magnitude : smallest;
                } else {
                    largest = magnitude > largest ? magnitude : largest;
                }
            }
            CHECK(kept <= keep && smallest >= largest);
            all += kept;
        }
        CHECK(all <= eng_sparse_kept(length, keep, of));
    }
    CHECK_INT(eng_sparse_kept(784, 2, 4), 392);
    CHECK_INT(eng_sparse_kept(785, 2, 8), 198);
    CHECK_INT(eng_sparse_kept(5, 2, 4), 4);
    CHECK_INT(eng_sparse_kept(1, 3, 4), 1);
}

static uint64_t cycles(const EngHardware *hw, EngProductKind kind, unsigned m)
{
    const EngOp op = {.kind = ENG_OP_LINEAR, .in = {1, 1, 4096}, .out = {1, 1, 4096}};
    const EngProductShape shape = eng_product_shape(&op, kind, 64);
    const EngFormat f = eng_format_bfp(m);
    return eng_product_cost(&shape, kind, &f, &f, hw).compute_cycles;
}

/* K = 4096 is 256 groups, 4 folds of 64 rows; half of it 2 folds: half the cycles, forward and
 * input gradient; the weight gradient stays. */
static void test_sparsity_saves_cycles(void)
{
    const EngHardware dense = eng_hardware_default();
    EngHardware half = dense, quarter = dense;
    half.sparse_keep = 2;
    half.sparse_of = 4;
    quarter.sparse_keep = 2;
    quarter.sparse_of = 8;
    for (int kind = 0; kind < 2; kind++) {
        const uint64_t all = cycles(&dense, (EngProductKind)kind, 4) + 1;
        CHECK_INT(2 * (cycles(&half, (EngProductKind)kind, 4) + 1), all);
        CHECK_INT(4 * (cycles(&quarter, (EngProductKind)kind, 4) + 1), all);
    }
    CHECK_INT(cycles(&half, ENG_PRODUCT_WGRAD, 4), cycles(&dense, ENG_PRODUCT_WGRAD, 4));
}

/* bfp4 takes 4 passes; with 3 columns left out the pass of the two low chunks, which reaches up to
 * column 2, is never made; with 5 only the pass of the high chunks is left. Logarithms take one. */
static void test_multipliers_save_cycles(void)
{
    EngHardware hw = eng_hardware_default();
    const uint64_t tiles = 4 * 64, exact = cycles(&hw, ENG_PRODUCT_FORWARD, 4);
    CHECK_INT(exact, tiles * (3 * 64 + 64 * 4 - 2) - 1);
    hw.multiplier = ENG_MULTIPLIER_TRUNCATED;
    hw.multiplier_cut = 2;
    CHECK_INT(cycles(&hw, ENG_PRODUCT_FORWARD, 4), exact);
    hw.multiplier_cut = 3;
    CHECK_INT(cycles(&hw, ENG_PRODUCT_FORWARD, 4), tiles * (3 * 64 + 64 * 3 - 2) - 1);
    hw.multiplier_cut = 5;
    CHECK_INT(cycles(&hw, ENG_PRODUCT_FORWARD, 4), tiles * (3 * 64 + 64 * 1 - 2) - 1);
    hw.multiplier = ENG_MULTIPLIER_MITCHELL;
    CHECK_INT(cycles(&hw, ENG_PRODUCT_FORWARD, 8), tiles * (3 * 64 + 64 * 1 - 2) - 1);
    hw.multiplier = ENG_MULTIPLIER_TABLE;
    CHECK_INT(cycles(&hw, ENG_PRODUCT_FORWARD, 4), exact);
}

/* What a truncated multiplier leaves out shows in the energy of a pair: of the 16 bit cells of a
 * 4 x 4 product, 3 columns cut leave out 1 + 2 + 3. */
static void test_truncation_saves_energy(void)
{
    EngHardware hw = eng_hardware_default();
    const EngFormat f = eng_format_bfp(4);
    CHECK_INT(eng_pair_work(&hw, &f, &f).parts.multiplier_cells, 16 * 16);
    hw.multiplier = ENG_MULTIPLIER_TRUNCATED;
    hw.multiplier_cut = 3;
    CHECK_INT(eng_pair_work(&hw, &f, &f).parts.multiplier_cells, 16 * (16 - 6));
    hw.multiplier_cut = 16;
    CHECK_INT(eng_pair_work(&hw, &f, &f).parts.multiplier_cells, 0);
    CHECK_INT(eng_pair_work(&hw, &f, &f).beats, 1);
}

int main(void)
{
    printf("# seed %u\n", SEED);
    RUN(test_exact);
    RUN(test_truncated);
    RUN(test_mitchell);
    RUN(test_table);
    RUN(test_sparse_by_hand);
    RUN(test_sparse_keeps_the_largest);
    RUN(test_sparsity_saves_cycles);
    RUN(test_multipliers_save_cycles);
    RUN(test_truncation_saves_energy);
    return check_done();
}
