/* The closed forms of the array: vectors of our own, SCALE-Sim's compute cycles, and, where it lies
 * beside the sources, the oracle's whole answer file. */
#include "check.h"
#include "hardware/golden.h"
#include "hardware/hardware.h"

typedef struct Vector {
    uint64_t R, C;
    EngDataflow dataflow;
    uint64_t M, N, K, g, passes, cycles;
} Vector;

static const Vector own[] = {
    {256, 4, ENG_DATAFLOW_WS, 2052, 2241, 2829, 16, 4, UINT64_C(4893041)},
    {64, 4, ENG_DATAFLOW_IS, 2367, 232, 2756, 16, 9, UINT64_C(3939167)},
    {256, 64, ENG_DATAFLOW_OS, 1236, 2850, 1016, 1, 2, UINT64_C(528749)},
    {256, 4, ENG_DATAFLOW_WS, 243, 1572, 203, 32, 4, UINT64_C(583997)},
    {64, 64, ENG_DATAFLOW_IS, 1338, 87, 253, 16, 9, UINT64_C(20432)},
    {16, 16, ENG_DATAFLOW_OS, 527, 2877, 827, 16, 2, UINT64_C(795959)},
    {256, 16, ENG_DATAFLOW_WS, 1459, 1602, 1350, 16, 9, UINT64_C(1379356)},
    {16, 4, ENG_DATAFLOW_IS, 950, 250, 182, 32, 9, UINT64_C(543591)},
    {16, 16, ENG_DATAFLOW_OS, 179, 773, 2691, 1, 4, UINT64_C(6346871)},
    {4, 64, ENG_DATAFLOW_WS, 727, 734, 683, 1, 4, UINT64_C(6110855)},
    {4, 4, ENG_DATAFLOW_IS, 365, 2440, 1940, 16, 9, UINT64_C(62658439)},
    {256, 16, ENG_DATAFLOW_OS, 2611, 162, 2690, 1, 1, UINT64_C(358159)},
    {4, 16, ENG_DATAFLOW_WS, 1138, 2879, 2624, 16, 2, UINT64_C(16959239)},
    {64, 4, ENG_DATAFLOW_IS, 862, 827, 21, 16, 4, UINT64_C(742607)},
    {4, 16, ENG_DATAFLOW_OS, 580, 1233, 1699, 16, 2, UINT64_C(2623919)},
    {16, 16, ENG_DATAFLOW_WS, 1045, 2863, 1898, 16, 4, UINT64_C(6051631)},
    {64, 4, ENG_DATAFLOW_IS, 1032, 2256, 2812, 16, 1, UINT64_C(1846763)},
    {16, 16, ENG_DATAFLOW_OS, 2260, 2192, 2596, 32, 9, UINT64_C(14940671)},
    {64, 64, ENG_DATAFLOW_WS, 2776, 2013, 1040, 32, 1, UINT64_C(94911)},
    {16, 4, ENG_DATAFLOW_IS, 2432, 638, 1245, 1, 1, UINT64_C(31868927)},
    {16, 16, ENG_DATAFLOW_OS, 1227, 1411, 603, 32, 9, UINT64_C(1377452)},
    {64, 16, ENG_DATAFLOW_WS, 135, 2770, 805, 32, 9, UINT64_C(236117)},
    {16, 4, ENG_DATAFLOW_IS, 1955, 2118, 1298, 16, 9, UINT64_C(56027663)},
    {256, 16, ENG_DATAFLOW_OS, 1036, 2025, 2480, 32, 2, UINT64_C(270509)},
};

/* SCALE-Sim v3 (Samajdar et al.): compute cycles, groups of one element, one pass. */
static const Vector scalesim[] = {
    {16, 64, ENG_DATAFLOW_WS, 37, 11, 5, 1, 1, UINT64_C(130)},
    {16, 64, ENG_DATAFLOW_WS, 512, 10, 784, 1, 1, UINT64_C(29693)},
    {16, 64, ENG_DATAFLOW_OS, 37, 11, 5, 1, 1, UINT64_C(248)},
    {16, 64, ENG_DATAFLOW_OS, 512, 10, 784, 1, 1, UINT64_C(27583)},
    {16, 64, ENG_DATAFLOW_IS, 37, 11, 5, 1, 1, UINT64_C(104)},
    {16, 64, ENG_DATAFLOW_IS, 512, 10, 784, 1, 1, UINT64_C(40767)},
    {256, 64, ENG_DATAFLOW_WS, 37, 11, 5, 1, 1, UINT64_C(610)},
    {256, 64, ENG_DATAFLOW_WS, 512, 10, 784, 1, 1, UINT64_C(4343)},
    {256, 64, ENG_DATAFLOW_OS, 37, 11, 5, 1, 1, UINT64_C(322)},
    {256, 64, ENG_DATAFLOW_OS, 512, 10, 784, 1, 1, UINT64_C(2203)},
    {256, 64, ENG_DATAFLOW_IS, 37, 11, 5, 1, 1, UINT64_C(584)},
    {256, 64, ENG_DATAFLOW_IS, 512, 10, 784, 1, 1, UINT64_C(18687)},
    {8, 8, ENG_DATAFLOW_WS, 37, 11, 5, 1, 1, UINT64_C(117)},
    {8, 8, ENG_DATAFLOW_WS, 512, 10, 784, 1, 1, UINT64_C(104663)},
    {8, 8, ENG_DATAFLOW_OS, 37, 11, 5, 1, 1, UINT64_C(189)},
    {8, 8, ENG_DATAFLOW_OS, 512, 10, 784, 1, 1, UINT64_C(102143)},
    {8, 8, ENG_DATAFLOW_IS, 37, 11, 5, 1, 1, UINT64_C(164)},
    {8, 8, ENG_DATAFLOW_IS, 512, 10, 784, 1, 1, UINT64_C(200703)},
    {64, 64, ENG_DATAFLOW_WS, 1000, 100, 300, 1, 1, UINT64_C(11899)},
    {64, 64, ENG_DATAFLOW_OS, 1000, 100, 300, 1, 1, UINT64_C(13631)},
    {64, 64, ENG_DATAFLOW_IS, 1000, 100, 300, 1, 1, UINT64_C(23199)},
    {64, 64, ENG_DATAFLOW_WS, 131072, 64, 576, 1, 1, UINT64_C(1181357)},
};

static void check_vector(const Vector *v)
{
    CHECK_INT(
        eng_array_cycles(v->dataflow, v->R, v->C, v->M, v->N, (v->K + v->g - 1) / v->g, v->passes),
        v->cycles);
}

static void test_own_vectors(void)
{
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        check_vector(&own[i]);
}

static void test_scalesim(void)
{
    for (size_t i = 0; i < sizeof scalesim / sizeof scalesim[0]; i++)
        check_vector(&scalesim[i]);
}

/* 2 x 2 cells, one weight tile: 2R + C + M p - 2 - 1 = 4 + 2 + 6 - 2 - 1. */
static void test_by_hand(void)
{
    CHECK_INT(eng_array_cycles(ENG_DATAFLOW_WS, 2, 2, 3, 2, 2, 2), 9);
    CHECK_INT(eng_array_cycles(ENG_DATAFLOW_OS, 2, 2, 2, 2, 3, 2), 7);
    CHECK_INT(eng_array_cycles(ENG_DATAFLOW_IS, 2, 2, 2, 3, 2, 2), 9);
    CHECK_INT(eng_array_cycles(ENG_DATAFLOW_OS, 1, 1, 1, 1, 1, 1), 0);
    CHECK_INT(eng_array_cycles(ENG_DATAFLOW_WS, 1, 1, 1, 1, 1, 1), 1);
}

static void test_saturates(void)
{
    const uint64_t huge = UINT64_MAX / 2;
    CHECK(eng_array_cycles(ENG_DATAFLOW_WS, 1, 1, huge, huge, huge, 64) == UINT64_MAX);
    CHECK(eng_array_cycles(ENG_DATAFLOW_OS, 1, 1, huge, 3, 1, 1) == UINT64_MAX);
    CHECK(eng_array_cycles(ENG_DATAFLOW_IS, 1024, 1024, 1, 1, 1, UINT64_MAX) == UINT64_MAX);
}

static void test_passes_and_bits(void)
{
    CHECK_INT(eng_passes(2, 2), 1);
    CHECK_INT(eng_passes(4, 2), 2);
    CHECK_INT(eng_passes(3, 4), 4);
    CHECK_INT(eng_passes(1, 16), 8);
    CHECK_INT(eng_passes(16, 16), 64);
    CHECK_INT(eng_group_bits(2, 16, 8), 56);
    CHECK_INT(eng_group_bits(3, 16, 8), 104);
    CHECK_INT(eng_group_bits(4, 16, 8), 104);
    CHECK_INT(eng_group_bits(16, 256, 5), 6149);
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
        if (!golden_op(line, "cycles"))
            continue;
        int64_t R = 0, C = 0, M = 0, N = 0, K = 0, g = 1, p = 0, cycles = 0;
        const char *const flow = golden_value(line, "dataflow");
        const bool whole = flow && golden_number(line, "R", &R) && golden_number(line, "C", &C) &&
            golden_number(line, "M", &M) && golden_number(line, "N", &N) &&
            golden_number(line, "K", &K) && golden_number(line, "g", &g) &&
            golden_number(line, "passes", &p) && golden_number(line, "cycles", &cycles);
        CHECK(whole);
        if (!whole)
            continue;
        const Vector v = {(uint64_t)R, (uint64_t)C,
            flow[1] == 'w'       ? ENG_DATAFLOW_WS
                : flow[1] == 'o' ? ENG_DATAFLOW_OS
                                 : ENG_DATAFLOW_IS,
            (uint64_t)M, (uint64_t)N, (uint64_t)K, (uint64_t)g, (uint64_t)p, (uint64_t)cycles};
        check_vector(&v);
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
    RUN(test_own_vectors);
    RUN(test_scalesim);
    RUN(test_by_hand);
    RUN(test_saturates);
    RUN(test_passes_and_bits);
    test_oracle(argc > 1 ? argv[1] : "");
    return check_done();
}
