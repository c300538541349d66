/* Block floating point against a plain restatement in float64, over everything a format can say;
 * noise, LFSRs and r(X). */
#include "../kernels/inputs.h"
#include "check.h"
#include "number/group.h"
#include "number/lfsr.h"
#include "number/quantize.h"

static EngRandom rng;

/* ---- the restatement ---------------------------------------------------------------------------- */

/* Every step in float64, where it is exact: 24 bits of x, at most 16 more for the noise. */
static void restate(const float *x, size_t rows, size_t length, const EngFormat *f,
    const uint32_t *noise, int32_t *k, int32_t *s)
{
    double top = 0;
    for (size_t i = 0; i < rows * length; i++)
        top = fmax(top, fabs((double)x[i]) < 0x1p-126 ? 0 : fabs((double)x[i]));
    for (size_t row = 0; row < rows; row++) {
        for (size_t from = 0; from < length; from += f->g) {
            const size_t first = row * length + from;
            const size_t n = length - from < f->g ? length - from : f->g;
            double largest = 0;
            for (size_t i = first; i < first + n; i++)
                largest = fmax(largest, fabs((double)x[i]) < 0x1p-126 ? 0 : fabs((double)x[i]));
            double E = largest > 0 ? logb(largest) : -1e6;
            E = fmax(E, f->m - 63);
            if (f->e < 8 && top > 0)
                E = fmax(E, logb(top) - ((1 << f->e) - 1));
            const double unit = exp2(E - f->m + 1);
            *s++ = (int32_t)(E - f->m + 1);
            for (size_t i = first; i < first + n; i++) {
                const double a = fabs((double)x[i]) < 0x1p-126 ? 0 : fabs((double)x[i]);
                const double q = a / unit;
                double size = 0;
                if (f->rounding == ENG_ROUND_TRUNCATE)
                    size = floor(q);
                else if (f->rounding == ENG_ROUND_NEAREST)
                    size = floor(q + 0.5);
                else if (f->rounding == ENG_ROUND_EVEN)
                    size = nearbyint(q);
                else
                    size = floor((floor(q * exp2(f->noise_bits)) + noise[i]) / exp2(f->noise_bits));
                size = fmin(size, exp2(f->m) - 1);
                k[i] = (int32_t)copysign(size, (double)x[i]);
            }
        }
    }
}

static void check_format(const EngFormat *f, size_t length, Input kind)
{
    enum { ROWS = 2, MOST = ROWS * 270 };
    float x[MOST] = {0};
    int32_t k[MOST], s[MOST], wanted_k[MOST], wanted_s[MOST];
    uint32_t noise[MOST] = {0};
    const size_t n = ROWS * length, scales = ROWS * ((length + f->g - 1) / f->g);
    input_fill(&rng, kind, x, n);
    for (size_t i = 0; i < n; i++)
        noise[i] = eng_random_u32(&rng) & ((1u << f->noise_bits) - 1);
    CHECK_INT(eng_bfp_quantize(x, ROWS, length, f, noise, k, s, NULL), ENG_OK);
    restate(x, ROWS, length, f, noise, wanted_k, wanted_s);
    const bool same =
        memcmp(k, wanted_k, n * sizeof *k) == 0 && memcmp(s, wanted_s, scales * sizeof *s) == 0;
    CHECK(same);
    char text[ENG_FORMAT_TEXT];
    if (!same)
        printf("# %s length %zu input %d\n", eng_format_text(f, text), length, kind);
}

static void test_every_format(void)
{
    static const EngRounding roundings[] = {
        ENG_ROUND_NEAREST, ENG_ROUND_TRUNCATE, ENG_ROUND_EVEN, ENG_ROUND_STOCHASTIC};
    for (unsigned m = 1; m <= 16; m++) {
        for (unsigned g = 4; g <= 256; g *= 2) {
            for (unsigned e = 2; e <= 8; e++) {
                for (int r = 0; r < 4; r++) {
                    const EngFormat f = {.kind = ENG_KIND_BFP,
                        .m = (uint8_t)m,
                        .g = (uint16_t)g,
                        .e = (uint8_t)e,
                        .rounding = (uint8_t)roundings[r],
                        .noise_bits = (uint8_t)(r == 3 ? random_size(&rng, 0, 16) : 0)};
                    const size_t length = random_size(&rng, 1, g + 9);
                    check_format(&f, length, (Input)random_size(&rng, 0, INPUTS - 1));
                }
            }
        }
    }
}

/* ---- single cases one can follow by hand ---------------------------------------------------------- */

static void quantize(const char *format, const float *x, size_t n, int32_t *k, int32_t *s)
{
    EngFormat f;
    CHECK_INT(eng_format_parse(format, strlen(format), &f, NULL), ENG_OK);
    CHECK_INT(eng_bfp_quantize(x, 1, n, &f, NULL, k, s, NULL), ENG_OK);
}

static void test_by_hand(void)
{
    int32_t k[4], s[1];
    /* E = 0, m = 3: unit 2^-2. 1.9 is 7.6 units, 0.375 is 1.5, 0.625 is 2.5. */
    const float x[4] = {1.9f, -0.375f, 0.625f, 0.12f};
    quantize("bfp3:nearest", x, 4, k, s);
    CHECK_INT(s[0], -2);
    CHECK_INT(k[0], 7); /* saturates: the exponent stays */
    CHECK_INT(k[1], -2);
    CHECK_INT(k[2], 3);
    CHECK_INT(k[3], 0);
    quantize("bfp3:even", x, 4, k, s);
    CHECK_INT(k[1], -2);
    CHECK_INT(k[2], 2);
    quantize("bfp3:truncate", x, 4, k, s);
    CHECK_INT(k[1], -1);
    CHECK_INT(k[2], 2);
}

static void test_window_hangs_from_the_tensor(void)
{
    int32_t k[8], s[2];
    const float x[8] = {64, 0, 0, 0, 0.25f, 0.125f, 0, 0};
    quantize("bfp4/g4/e2:nearest", x, 8, k, s); /* E >= 6 - 3 */
    CHECK_INT(s[0], 3);
    CHECK_INT(s[1], 0);
    CHECK_INT(k[4], 0);
    quantize("bfp4/g4:nearest", x, 8, k, s);
    CHECK_INT(s[1], -5);
    CHECK_INT(k[4], 8);
}

static void test_divergence(void)
{
    const EngFormat f = eng_format_bfp(4);
    static const float bad[] = {NAN, INFINITY, -0x1p62f};
    for (int i = 0; i < 3; i++) {
        float x[20] = {1, 2, 3};
        x[17] = bad[i];
        int32_t k[20], s[4];
        EngError err;
        CHECK_INT(eng_bfp_quantize(x, 2, 10, &f, NULL, k, s, &err), ENG_ERR_DIVERGED);
        CHECK_HAS(err.text, "row 1 at position 7");
    }
    const EngFormat fp32 = eng_format_fp32();
    CHECK_INT(eng_bfp_quantize(NULL, 0, 1, &fp32, NULL, NULL, NULL, NULL), ENG_ERR_SHAPE);
}

/* ---- noise ---------------------------------------------------------------------------------------- */

static void test_noise_fill_is_noise_at(void)
{
    for (int round = 0; round < 200; round++) {
        const EngNoise noise = {eng_random_u32(&rng), eng_random_u32(&rng), eng_random_u32(&rng)};
        const size_t length = random_size(&rng, 1, 90), from = random_size(&rng, 0, length - 1);
        const size_t n = random_size(&rng, 1, length - from);
        const unsigned bits = (unsigned)random_size(&rng, 1, 16);
        const uint32_t row = eng_random_u32(&rng);
        uint32_t got[90];
        eng_noise_fill(&noise, row, length, from, n, bits, got);
        for (size_t i = 0; i < n; i++)
            CHECK_INT(got[i],
                eng_noise_at(noise.seed, noise.tensor, noise.step, row, length, from + i, bits));
    }
}

/* The mean of stochastic rounding is the value itself: over all 2^8 noises of one element, the sum
 * of k is exactly floor(256 q). */
static void test_stochastic_rounding_has_no_bias(void)
{
    const EngFormat f = {.kind = ENG_KIND_BFP,
        .m = 4,
        .g = 16,
        .e = 8,
        .rounding = ENG_ROUND_STOCHASTIC,
        .noise_bits = 8};
    for (int i = 1; i < 15 * 256; i += 7) {
        const float x[2] = {8, (float)i / 256}; /* below 16: the unit is 1 */
        int32_t k[2], s[1], sum = 0;
        for (uint32_t r = 0; r < 256; r++) {
            const uint32_t noise[2] = {0, r};
            CHECK_INT(eng_bfp_quantize(x, 1, 2, &f, noise, k, s, NULL), ENG_OK);
            sum += k[1];
        }
        CHECK_INT(sum, i);
    }
}

static void test_lfsr(void)
{
    uint8_t state = 1;
    unsigned period = 0;
    do {
        state = eng_lfsr_step(state);
        period++;
    } while (state != 1 && period < 300);
    CHECK_INT(period, 255);
    CHECK_INT(eng_lfsr_step(1), 0xB8);
    EngLfsr lfsr;
    eng_lfsr_init(&lfsr, 42, 7, 256);
    for (unsigned lane = 0; lane < 256; lane++) {
        uint8_t walk = (uint8_t)eng_lfsr_at(&lfsr, lane, 0);
        CHECK(walk != 0);
        for (uint64_t n = 0; n < 600; n++, walk = eng_lfsr_step(walk))
            CHECK_INT(eng_lfsr_at(&lfsr, lane, n), walk);
    }
}

/* ---- r(X) ----------------------------------------------------------------------------------------- */

static void test_relative_improvement(void)
{
    EngFormat low = eng_format_bfp(2), high = eng_format_bfp(4);
    low.g = 4;
    high.g = 8;
    double r;
    /* Unit of low 2^-1 in both groups of four, of high 2^-3 in the group of eight:
     * low 1.5 0.5 0 0 | 1 0.5 0 0, high 1.5 0.375 0.125 0 | 1 0.375 0.25 0. */
    const float x[8] = {1.5f, 0.375f, 0.125f, 0, 1, 0.375f, 0.2f, 0};
    CHECK_INT(eng_relative_improvement(x, 1, 8, &low, &high, false, &r, NULL), ENG_OK);
    CHECK(r == (0.125 + 0.125 + 0.125 + 0.25) / 3.5);
    const float signs[4] = {1.5f, -1.5f, 0.375f, 0};
    CHECK_INT(eng_relative_improvement(signs, 1, 4, &low, &high, true, &r, NULL), ENG_OK);
    CHECK(r == 0.125 / 0.5);
    const float same[4] = {1, -1, 0, 0};
    CHECK_INT(eng_relative_improvement(same, 1, 4, &low, &high, true, &r, NULL), ENG_OK);
    CHECK(r == 0);
    const float cancels[4] = {1.5f, -1.5f, 0.125f, 0};
    CHECK_INT(eng_relative_improvement(cancels, 1, 4, &low, &high, true, &r, NULL), ENG_OK);
    CHECK(isinf(r) && r > 0);
}

int main(void)
{
    rng = inputs_seed();
    RUN(test_every_format);
    RUN(test_by_hand);
    RUN(test_window_hangs_from_the_tensor);
    RUN(test_divergence);
    RUN(test_noise_fill_is_noise_at);
    RUN(test_stochastic_rounding_has_no_bias);
    RUN(test_lfsr);
    RUN(test_relative_improvement);
    return check_done();
}
