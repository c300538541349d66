/* The fMAC, beat by beat: chunks, products, tree and accumulator, against the plain dot product. */
#include "base/philox.h"
#include "check.h"
#include "hardware/cell.h"
#include "hardware/fmac.h"
#include "hardware/golden.h"
#include "hardware/multiplier.h"

#define SEED 31337u

static void random_group(EngRandom *random, unsigned m, unsigned g, int32_t *k)
{
    for (unsigned i = 0; i < g; i++) {
        k[i] = (int32_t)eng_random_below(random, 1u << m);
        if (eng_random_below(random, 2))
            k[i] = -k[i];
    }
}

/* Two groups of four, 3 and 2 bits, every number by hand. */
static void test_by_hand(void)
{
    const int32_t x[] = {5, -7, 2, 0}, y[] = {3, 2, -1, 3};
    EngFmac fmac;
    EngFmacBeat beat;
    CHECK_INT(eng_fmac_init(&fmac, x, 3, -2, y, 2, 4, 4, 16, 0, 1.5f, NULL), ENG_OK);
    CHECK_INT(eng_fmac_beats(&fmac), 2);
    /* x's low chunks 1 -3 2 0, times y: 3 -6 -2 0 */
    eng_fmac_beat(&fmac, 0, &beat);
    static const int low[] = {1, -3, 2, 0}, products[] = {3, -6, -2, 0};
    for (int i = 0; i < 4; i++) {
        CHECK_INT(beat.x[i], low[i]);
        CHECK_INT(beat.product[i], products[i]);
        CHECK_INT(beat.tree[0][i], products[i]);
    }
    CHECK_INT(beat.levels, 3);
    CHECK_INT(beat.tree[1][0], -3);
    CHECK_INT(beat.tree[1][1], -2);
    CHECK_INT(beat.tree[2][0], -5);
    CHECK_INT(beat.sum, -5);
    CHECK_INT(beat.shift, 0);
    CHECK_INT(beat.before, 0);
    CHECK_INT(beat.after, -5);
    /* x's high chunks 1 -1 0 0, times y: 3 -2 0 0; weight 4 */
    eng_fmac_beat(&fmac, 1, &beat);
    CHECK_INT(beat.i, 1);
    CHECK_INT(beat.j, 0);
    CHECK_INT(beat.sum, 1);
    CHECK_INT(beat.shift, 2);
    CHECK_INT(beat.shifted, 4);
    CHECK_INT(beat.before, -5);
    CHECK_INT(beat.after, -1); /* 15 - 14 - 2 + 0 */
    const EngFmacResult result = eng_fmac_result(&fmac);
    CHECK_INT(result.integer, -1);
    CHECK_INT(result.exponent, 2);
    CHECK(result.before == 1.5f && result.after == -2.5f); /* 1.5 - 1 2^2 */
}

static void check_against_dot(
    EngRandom *random, unsigned mx, unsigned my, unsigned g, unsigned width)
{
    int32_t x[ENG_FMAC_LANES], y[ENG_FMAC_LANES];
    random_group(random, mx, g, x);
    random_group(random, my, g, y);
    int64_t dot = 0;
    for (unsigned i = 0; i < g; i++)
        dot += (int64_t)x[i] * y[i];
    EngFmac fmac;
    CHECK_INT(eng_fmac_init(&fmac, x, mx, 0, y, my, 0, g, width, 0, 0.0f, NULL), ENG_OK);
    CHECK_INT(eng_fmac_beats(&fmac), eng_passes(mx, my) * ((g + width - 1) / width));
    CHECK_INT(eng_fmac_result(&fmac).integer, dot);
    EngFmacBeat beat;
    int64_t running = 0;
    for (unsigned b = 0; b < eng_fmac_beats(&fmac); b++) {
        eng_fmac_beat(&fmac, b, &beat);
        CHECK(beat.before == running);
        running = beat.after;
        for (unsigned i = 0; i < beat.lanes; i++)
            CHECK(beat.x[i] >= -3 && beat.x[i] <= 3 && beat.product[i] == beat.x[i] * beat.y[i]);
    }
    CHECK(running == dot);
}

static void test_equals_the_dot_product(void)
{
    EngRandom random;
    eng_random_init(&random, SEED, 0, 0, 0);
    for (unsigned mx = 1; mx <= 16; mx++) {
        for (unsigned my = 1; my <= 16; my++)
            check_against_dot(&random, mx, my, 1 + eng_random_below(&random, 40), 16);
    }
    check_against_dot(&random, 16, 16, 256, 256);
    check_against_dot(&random, 16, 15, 255, 20);
    check_against_dot(&random, 4, 3, 21, 1);
    check_against_dot(&random, 7, 9, 200, 48);
}

/* The largest mantissas of the longest group: nothing overflows on the way. */
static void test_extremes(void)
{
    int32_t x[256], y[256];
    for (int i = 0; i < 256; i++) {
        x[i] = 65535;
        y[i] = -65535;
    }
    EngFmac fmac;
    CHECK_INT(eng_fmac_init(&fmac, x, 16, 62, y, 16, 62, 256, 256, 0, 0.0f, NULL), ENG_OK);
    const EngFmacResult result = eng_fmac_result(&fmac);
    CHECK(result.integer == INT64_C(-65535) * 65535 * 256);
    CHECK(result.value == (float)(INT64_C(-65535) * 65535 * 256));
    CHECK_INT(result.exponent, 124);
    CHECK(eng_fmac_scale(-124) == 0x1p-124f && eng_fmac_scale(124) == 0x1p124f);
}

/* One rounding, not two: the addend is below half a unit of the product's last place. */
static void test_accumulation_is_fused(void)
{
    CHECK(eng_fmac_accumulate(16777217, 0, 1.0f) == 16777216.0f + 1.0f);
    CHECK(eng_fmac_accumulate(3, -1, 0x1p24f) == 0x1.000002p24f); /* 1.5 goes up to 2 */
    CHECK(eng_fmac_accumulate(1, 0, 0x1p24f) == 0x1p24f);         /* a tie, to even */
}

/* With columns left out the beats add up to what the truncated multiplier says, and the cell's work
 * counts as many passes. */
static void test_truncated(void)
{
    EngRandom random;
    eng_random_init(&random, SEED, 1, 0, 0);
    for (int round = 0; round < 400; round++) {
        const unsigned mx = 1 + eng_random_below(&random, 16),
                       my = 1 + eng_random_below(&random, 16);
        const unsigned g = 1 + eng_random_below(&random, 32), cut = eng_random_below(&random, 17);
        int32_t x[32], y[32];
        random_group(&random, mx, g, x);
        random_group(&random, my, g, y);
        const EngMultiplier multiplier = {.kind = ENG_MULTIPLIER_TRUNCATED, .cut = cut};
        EngFmac fmac;
        CHECK_INT(eng_fmac_init(&fmac, x, mx, 0, y, my, 0, g, 16, cut, 0.0f, NULL), ENG_OK);
        CHECK_INT(eng_fmac_result(&fmac).integer, eng_multiply_group(&multiplier, x, y, g));
        EngHardware hw = eng_hardware_default();
        hw.multiplier = ENG_MULTIPLIER_TRUNCATED;
        hw.multiplier_cut = cut;
        const EngFormat a = eng_format_bfp(mx), b = eng_format_bfp(my);
        CHECK_INT(eng_pair_work(&hw, &a, &b).passes * ((g + 15) / 16), eng_fmac_beats(&fmac));
    }
}

static void test_refuses(void)
{
    const int32_t x[] = {1, -4}, y[] = {1, 1};
    EngFmac fmac;
    EngError err = {.text = ""};
    CHECK_INT(eng_fmac_init(&fmac, x, 2, 0, y, 2, 0, 2, 16, 0, 0, &err), ENG_ERR_RANGE);
    CHECK_HAS(err.text, "Mantissa 1 of x is -4");
    CHECK_INT(eng_fmac_init(&fmac, y, 2, 0, x, 2, 0, 2, 16, 0, 0, &err), ENG_ERR_RANGE);
    CHECK_HAS(err.text, "of y");
    CHECK_INT(eng_fmac_init(&fmac, y, 0, 0, y, 2, 0, 2, 16, 0, 0, &err), ENG_ERR_RANGE);
    CHECK_INT(eng_fmac_init(&fmac, y, 2, 0, y, 17, 0, 2, 16, 0, 0, &err), ENG_ERR_RANGE);
    CHECK_INT(eng_fmac_init(&fmac, y, 2, 63, y, 2, 0, 2, 16, 0, 0, &err), ENG_ERR_RANGE);
    CHECK_INT(eng_fmac_init(&fmac, y, 2, 0, y, 2, 0, 0, 16, 0, 0, &err), ENG_ERR_RANGE);
    CHECK_INT(eng_fmac_init(&fmac, y, 2, 0, y, 2, 0, 257, 16, 0, 0, &err), ENG_ERR_RANGE);
    CHECK_INT(eng_fmac_init(&fmac, y, 2, 0, y, 2, 0, 2, 0, 0, 0, &err), ENG_ERR_RANGE);
}

/* Vectors of the oracle. */
static void check_vector(unsigned mx, unsigned my, const int32_t *x, const int32_t *y, unsigned g,
    int64_t dot, int64_t passes)
{
    EngFmac fmac;
    CHECK_INT(eng_fmac_init(&fmac, x, mx, 0, y, my, 0, g, g, 0, 0.0f, NULL), ENG_OK);
    CHECK_INT(eng_fmac_beats(&fmac), passes);
    CHECK_INT(eng_fmac_result(&fmac).integer, dot);
}

static void test_own_vectors(void)
{
    const int32_t x6[] = {6, 47, -16, -60, 19, -18, -7, 16, 41, -58, -62, -54, -56, 15, -10, 14};
    const int32_t y4[] = {12, 7, -9, -2, -11, 4, -6, 10, 6, 6, 9, -15, -12, 13, 4, 12};
    check_vector(6, 4, x6, y4, 16, 1731, 6);
    const int32_t x7[] = {-102, 77, 50, 4, -49, -112, -12, -54, -123, 63, 30, 28, -39, -9, 94, 75};
    const int32_t y8[] = {
        153, -218, 76, -61, 61, 206, 55, -60, 182, -44, -254, -82, -247, 245, 199, -113};
    check_vector(7, 8, x7, y8, 16, -69732, 16);
}

static void test_oracle(const char *path)
{
    FILE *const file = fopen(path, "r");
    if (!file) {
        SKIP(test_oracle, "the oracle's answers are not here");
        return;
    }
    static char line[1 << 20];
    const int before = check_failures;
    size_t vectors = 0;
    while (fgets(line, sizeof line, file)) {
        int32_t x[ENG_FMAC_LANES], y[ENG_FMAC_LANES];
        int64_t mx = 0, my = 0, dot = 0, passes = 0;
        if (!golden_op(line, "fmac"))
            continue;
        const size_t g = golden_list(line, "kx", x, ENG_FMAC_LANES);
        const bool whole = g > 0 && golden_list(line, "ky", y, ENG_FMAC_LANES) == g &&
            golden_number(line, "m_x", &mx) && golden_number(line, "m_y", &my) &&
            golden_number(line, "dot", &dot) && golden_number(line, "passes", &passes);
        CHECK(whole);
        if (whole)
            check_vector((unsigned)mx, (unsigned)my, x, y, (unsigned)g, dot, passes);
        vectors++;
    }
    fclose(file);
    CHECK(vectors > 0);
    check_failed_tests += check_failures != before;
    printf("%sok %d - test_oracle: %zu vectors\n", check_failures == before ? "" : "not ",
        ++check_tests, vectors);
}

int main(int argc, char **argv)
{
    printf("# seed %u\n", SEED);
    RUN(test_by_hand);
    RUN(test_equals_the_dot_product);
    RUN(test_extremes);
    RUN(test_accumulation_is_fused);
    RUN(test_truncated);
    RUN(test_refuses);
    RUN(test_own_vectors);
    test_oracle(argc > 1 ? argv[1] : "");
    return check_done();
}
