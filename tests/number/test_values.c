/* The values of every other format against lists of what the format can hold: the nearest of the
 * list, ties to the one with an even code. */
#include "../kernels/inputs.h"
#include "check.h"
#include "number/format.h"
#include "number/quantize.h"

static EngRandom rng;

#define ROWS 3
#define LENGTH 70
#define COUNT (ROWS * LENGTH)

static EngFormat parse(const char *word)
{
    EngFormat f = {0};
    CHECK_INT(eng_format_parse(word, strlen(word), &f, NULL), ENG_OK);
    return eng_format_for_role(&f, ENG_ROLE_A);
}

static void values(const char *word, const float *x, float *y)
{
    const EngFormat f = parse(word);
    const EngNoise noise = {11, 22, 33};
    CHECK_INT(eng_quantize_values(x, ROWS, LENGTH, &f, &noise, y, NULL), ENG_OK);
}

static void check_values(const char *word, const float *x, const float *got, const double *wanted)
{
    for (size_t i = 0; i < COUNT && check_failures < 20; i++) {
        if (!((double)got[i] == wanted[i] || (isnan(got[i]) && isnan(wanted[i])))) {
            CHECK(!"the value the format holds");
            printf("# %s: %a becomes %a, expected %a\n", word, (double)x[i], (double)got[i],
                wanted[i]);
        }
    }
}

/* ---- lists ---------------------------------------------------------------------------------------- */

typedef struct List {
    double value[256]; /* ascending from 0; index = code without sign */
    size_t count;
} List;

/* All values of `exponent_bits` and `fraction` bits from 0 to `most`. */
static List minifloat(int exponent_bits, int fraction, double most)
{
    List list = {.count = 0};
    const int bias = (1 << (exponent_bits - 1)) - 1;
    for (int code = 0; code < 128; code++) {
        const int e = code >> fraction, f = code & ((1 << fraction) - 1);
        const double value = e == 0 ? ldexp(f, 1 - bias - fraction)
                                    : ldexp((1 << fraction) + f, e - bias - fraction);
        if (value <= most)
            list.value[list.count++] = value;
    }
    return list;
}

static List integers_64(void)
{
    List list = {.count = 128};
    for (int k = 0; k < 128; k++)
        list.value[k] = k / 64.0;
    return list;
}

/* The nearest value, ties to even codes; the last one where a is larger. */
static double nearest(const List *list, double a)
{
    for (size_t i = 1; i < list->count; i++) {
        if (a > list->value[i])
            continue;
        const double down = a - list->value[i - 1], up = list->value[i] - a;
        if (down < up || (down == up && (i - 1) % 2 == 0))
            return list->value[i - 1];
        return list->value[i];
    }
    return list->value[list->count - 1];
}

/* ---- scalar floats -------------------------------------------------------------------------------- */

/* Magnitudes that fall all over a small format's range and beyond both ends. */
static void spread_input(float *x, int from, int to)
{
    for (size_t i = 0; i < COUNT; i++) {
        const uint32_t bits = eng_random_u32(&rng);
        const int e = from + (int)eng_random_below(&rng, (uint32_t)(to - from + 1));
        /* Half of them with few bits, so that ties come up. */
        const uint32_t fraction = bits & 1 ? bits >> 9 : bits >> 28 << 19;
        x[i] = ldexpf(1 + (float)fraction * 0x1p-23f, e) * (bits & 2 ? -1.0f : 1.0f);
    }
    x[0] = 0;
}

static void test_fp8(void)
{
    const List e4m3 = minifloat(4, 3, 448), e5m2 = minifloat(5, 2, 57344);
    float x[COUNT], y[COUNT];
    double wanted[COUNT];
    for (int round = 0; round < 20; round++) {
        spread_input(x, -12, 10);
        for (size_t i = 0; i < COUNT; i++)
            wanted[i] = copysign(nearest(&e4m3, fabs((double)x[i])), (double)x[i]);
        values("fp8_e4m3", x, y);
        check_values("fp8_e4m3", x, y, wanted);
        spread_input(x, -19, 17);
        for (size_t i = 0; i < COUNT; i++) {
            /* IEEE: from the largest number plus half a step on, infinity. */
            const double a = fabs((double)x[i]);
            wanted[i] = copysign(a >= 61440 ? INFINITY : nearest(&e5m2, a), (double)x[i]);
        }
        values("fp8_e5m2", x, y);
        check_values("fp8_e5m2", x, y, wanted);
        values("hfp8", x, y);
        for (size_t i = 0; i < COUNT; i++)
            wanted[i] = copysign(nearest(&e4m3, fabs((double)x[i])), (double)x[i]);
        check_values("hfp8", x, y, wanted);
    }
}

/* x rounded half to even to `fraction` bits, subnormal below 2^lowest, infinite above `most`. */
static double round_float(double x, int fraction, int lowest, double most)
{
    if (x == 0)
        return x;
    const double step = exp2(fmax(logb(x), lowest) - fraction);
    const double value = nearbyint(x / step) * step;
    return fabs(value) > most ? copysign(INFINITY, x) : value;
}

static void test_wider_floats(void)
{
    static const struct {
        const char *word;
        int fraction, lowest;
        double most;
    } formats[] = {
        {"tf32", 10, -126, 0x1.ffcp127}, {"bf16", 7, -126, 0x1.fep127}, {"fp16", 10, -14, 65504}};
    float x[COUNT], y[COUNT];
    double wanted[COUNT];
    for (int round = 0; round < 20; round++) {
        for (int f = 0; f < 3; f++) {
            spread_input(x, f == 2 ? -28 : -140, f == 2 ? 17 : 127);
            x[1] = 0x1p-149f;
            x[2] = f == 2 ? 65519.99f : 0x1.fffffep127f;
            for (size_t i = 0; i < COUNT; i++)
                wanted[i] = round_float(
                    (double)x[i], formats[f].fraction, formats[f].lowest, formats[f].most);
            values(formats[f].word, x, y);
            check_values(formats[f].word, x, y, wanted);
        }
    }
}

static void test_odd_values_pass(void)
{
    float x[COUNT] = {NAN, INFINITY, -INFINITY, -0.0f}, y[COUNT];
    values("bf16", x, y);
    CHECK(isnan(y[0]) && y[1] == INFINITY && y[2] == -INFINITY && y[3] == 0 && signbit(y[3]));
    values("fp8_e4m3", x, y);
    CHECK(isnan(y[0]) && y[1] == 448 && y[2] == -448);
    values("fp32", x, y);
    CHECK(isnan(y[0]) && y[1] == INFINITY);
    const EngFormat f = parse("mxfp4");
    CHECK_INT(eng_quantize_values(x, ROWS, LENGTH, &f, NULL, y, NULL), ENG_ERR_DIVERGED);
}

/* ---- blocks with a scale -------------------------------------------------------------------------- */

static void test_microscaling(void)
{
    const struct {
        const char *word;
        List list;
        int emax;
    } formats[] = {{"mxfp8_e4m3", minifloat(4, 3, 448), 8},
        {"mxfp8_e5m2", minifloat(5, 2, 57344), 15}, {"mxfp6_e3m2", minifloat(3, 2, 28), 4},
        {"mxfp6_e2m3", minifloat(2, 3, 7.5), 2}, {"mxfp4", minifloat(2, 1, 6), 2},
        {"mxint8", integers_64(), 0}};
    float x[COUNT], y[COUNT];
    double wanted[COUNT];
    for (int round = 0; round < 60; round++) {
        const int f = round % 6;
        spread_input(x, -9, 3);
        for (size_t from = 0; from < COUNT; from += from % LENGTH == 64 ? 6 : 32) {
            const size_t n = from % LENGTH == 64 ? 6 : 32;
            double most = 0;
            for (size_t i = from; i < from + n; i++)
                most = fmax(most, fabs((double)x[i]));
            const double scale = exp2(logb(most) - formats[f].emax);
            for (size_t i = from; i < from + n; i++)
                wanted[i] = copysign(
                    nearest(&formats[f].list, fabs((double)x[i]) / scale) * scale, (double)x[i]);
        }
        values(formats[f].word, x, y);
        check_values(formats[f].word, x, y, wanted);
    }
}

static void test_nvfp4(void)
{
    const List e4m3 = minifloat(4, 3, 448), e2m1 = minifloat(2, 1, 6);
    float x[COUNT], y[COUNT];
    double wanted[COUNT];
    for (int round = 0; round < 20; round++) {
        spread_input(x, -14, 3);
        double top = 0;
        for (size_t i = 0; i < COUNT; i++)
            top = fmax(top, fabs((double)x[i]));
        const float tensor = (float)top / (6 * 448);
        for (size_t from = 0; from < COUNT; from += from % LENGTH == 64 ? 6 : 16) {
            const size_t n = from % LENGTH == 64 ? 6 : 16;
            double most = 0;
            for (size_t i = from; i < from + n; i++)
                most = fmax(most, fabs((double)x[i]));
            const double block = nearest(&e4m3, most / 6 / (double)tensor);
            for (size_t i = from; i < from + n; i++) {
                const double a = fabs((double)x[i]) / (block * (double)tensor);
                const double e = block > 0 ? nearest(&e2m1, a) : 0;
                wanted[i] = copysign((double)((float)(e * block) * tensor), (double)x[i]);
            }
        }
        values("nvfp4", x, y);
        check_values("nvfp4", x, y, wanted);
    }
}

static void test_integers(void)
{
    static const char *const words[] = {"int4", "int8", "int12", "int16"};
    float x[COUNT], y[COUNT];
    double wanted[COUNT];
    for (int w = 0; w < 4; w++) {
        spread_input(x, -9, 3);
        const double most = exp2(4 * w + 3) - 1;
        double top = 0;
        for (size_t i = 0; i < COUNT; i++)
            top = fmax(top, fabs((double)x[i]));
        const float scale = (float)top / (float)most;
        for (size_t i = 0; i < COUNT; i++) {
            const double k = fmin(floor(fabs((double)x[i]) / (double)scale + 0.5), most);
            wanted[i] = copysign((double)((float)k * scale), (double)x[i]);
        }
        values(words[w], x, y);
        check_values(words[w], x, y, wanted);
    }
    memset(x, 0, sizeof x);
    memset(wanted, 0, sizeof wanted);
    values("int8", x, y);
    check_values("int8 of zeros", x, y, wanted);
    values("nvfp4", x, y);
    check_values("nvfp4 of zeros", x, y, wanted);
    values("mxfp4", x, y);
    check_values("mxfp4 of zeros", x, y, wanted);
}

static void test_fixed_point(void)
{
    float x[COUNT], y[COUNT];
    double wanted[COUNT];
    spread_input(x, -9, 6);
    for (size_t i = 0; i < COUNT; i++)
        wanted[i] = copysign(fmin(floor(fabs((double)x[i]) * 16 + 0.5), 127) / 16, (double)x[i]);
    values("q3.4", x, y);
    check_values("q3.4", x, y, wanted);
}

static void test_signs(void)
{
    float x[COUNT], y[COUNT];
    double binary[COUNT], ternary[COUNT];
    spread_input(x, -3, 2);
    for (size_t row = 0; row < ROWS; row++) {
        double sum = 0;
        for (size_t i = 0; i < LENGTH; i++)
            sum += fabs((double)x[row * LENGTH + i]);
        const float mean = (float)(sum / LENGTH);
        for (size_t i = row * LENGTH; i < (row + 1) * LENGTH; i++) {
            binary[i] = copysign((double)mean, (double)x[i]);
            ternary[i] = fabs((double)x[i]) > 0.7 * (double)mean ? binary[i] : 0;
        }
    }
    values("binary", x, y);
    check_values("binary", x, y, binary);
    values("ternary", x, y);
    check_values("ternary", x, y, ternary);
}

/* ---- noise ---------------------------------------------------------------------------------------- */

static void test_stochastic_floats(void)
{
    float x[COUNT], y[COUNT];
    double wanted[COUNT];
    spread_input(x, -10, 10);
    for (size_t i = 0; i < COUNT; i++) {
        const uint32_t r = eng_noise_at(11, 22, 33, (uint32_t)(i / LENGTH), LENGTH, i % LENGTH, 5);
        const double a = fabs((double)x[i]), step = a > 0 ? exp2(logb(a) - 7) : 1;
        wanted[i] = copysign(floor((floor(a / step * 32) + r) / 32) * step, (double)x[i]);
    }
    values("bf16:sr5", x, y);
    check_values("bf16:sr5", x, y, wanted);
}

static void test_bfp_values(void)
{
    float x[COUNT], y[COUNT];
    double wanted[COUNT];
    int32_t k[COUNT], s[COUNT];
    const EngFormat f = parse("bfp5/g32");
    spread_input(x, -10, 10);
    CHECK_INT(eng_bfp_quantize(x, ROWS, LENGTH, &f, NULL, k, s, NULL), ENG_OK);
    for (size_t i = 0; i < COUNT; i++)
        wanted[i] = ldexp(k[i], s[i / LENGTH * 3 + i % LENGTH / 32]);
    values("bfp5/g32", x, y);
    check_values("bfp5/g32", x, y, wanted);
}

int main(void)
{
    rng = inputs_seed();
    RUN(test_fp8);
    RUN(test_wider_floats);
    RUN(test_odd_values_pass);
    RUN(test_microscaling);
    RUN(test_nvfp4);
    RUN(test_integers);
    RUN(test_fixed_point);
    RUN(test_signs);
    RUN(test_stochastic_floats);
    RUN(test_bfp_values);
    return check_done();
}
