/* Depthwise convolutions against a plain restatement: rows of patches, quantised as a whole, and
 * multiplied value by value or group by group in order. Equal to the bit. */
#include "base/philox.h"
#include "check.h"
#include "kernels/depthwise.h"
#include "number/quantize.h"
#include <math.h>
#include <stdlib.h>

static EngRandom rng;
static const EngKernels *kernels;
static EngPool *pool;

static float *filled(size_t n)
{
    float *x = calloc(n, sizeof *x);
    for (size_t i = 0; i < n; i++)
        x[i] = eng_random_below(&rng, 9)
            ? ldexpf((float)eng_random_normal(&rng), (int)eng_random_below(&rng, 12) - 6)
            : 0.0f;
    return x;
}

static bool is_integer(const EngFormat *f)
{
    return f->kind == ENG_KIND_BFP || (f->kind == ENG_KIND_MX && (f->element == ENG_ELEMENT_INT8));
}

/* acc + the product of two rows of values. A group's values are multiples of one power of two, so
 * their products add up exactly in float64. */
static float add_rows(
    float acc, const float *a, const float *b, size_t n, const EngFormat *fa, const EngFormat *fb)
{
    if (!is_integer(fa) || !is_integer(fb)) {
        for (size_t i = 0; i < n; i++)
            acc = fmaf(a[i], b[i], acc);
        return acc;
    }
    const size_t group = fa->g < fb->g ? fa->g : fb->g;
    for (size_t from = 0; from < n; from += group) {
        double sum = 0;
        for (size_t i = from; i < n && i < from + group; i++)
            sum += (double)a[i] * (double)b[i];
        acc += (float)sum;
    }
    return acc;
}

/* rows x length values, quantised in place. */
static void quantize_rows(
    float *x, size_t rows, size_t length, const EngFormat *f, EngNoise noise, EngSlot slot)
{
    EngError err = {0};
    noise.tensor = slot;
    CHECK_INT(eng_quantize_values(x, rows, length, f, &noise, x, &err), ENG_OK);
}

static float at(const float *x, size_t n, size_t h, size_t w, size_t c, long y, long xx, size_t k)
{
    return y < 0 || xx < 0 || y >= (long)h || xx >= (long)w
        ? 0.0f
        : x[((n * h + (size_t)y) * w + (size_t)xx) * c + k];
}

/* Patches (pixel, channel) of x around outputs. */
static float *input_patches(const EngConv *c, const float *x)
{
    const size_t taps = (size_t)c->kernel_y * c->kernel_x;
    float *rows = calloc(c->samples * c->out_y * c->out_x * c->in_c, taps * sizeof *rows),
          *to = rows;
    for (size_t i = 0; i < c->samples * c->out_y * c->out_x; i++) {
        const size_t n = i / (c->out_y * c->out_x), oy = i / c->out_x % c->out_y, ox = i % c->out_x;
        for (size_t k = 0; k < c->in_c; k++)
            for (long r = 0; r < (long)c->kernel_y; r++)
                for (long s = 0; s < (long)c->kernel_x; s++)
                    *to++ =
                        at(x, n, c->in_y, c->in_x, c->in_c, (long)(oy * c->stride_y) + r - c->pad_y,
                            (long)(ox * c->stride_x) + s - c->pad_x, k);
    }
    return rows;
}

/* Patches (pixel, channel) of dy around inputs. */
static float *output_patches(const EngConv *c, const float *dy)
{
    const size_t taps = (size_t)c->kernel_y * c->kernel_x;
    float *rows = calloc(c->samples * c->in_y * c->in_x * c->in_c, taps * sizeof *rows), *to = rows;
    for (size_t i = 0; i < c->samples * c->in_y * c->in_x; i++) {
        const size_t n = i / (c->in_y * c->in_x), y = i / c->in_x % c->in_y, x = i % c->in_x;
        for (size_t k = 0; k < c->in_c; k++)
            for (long r = 0; r < (long)c->kernel_y; r++)
                for (long s = 0; s < (long)c->kernel_x; s++) {
                    const long oy = (long)y + c->pad_y - r, ox = (long)x + c->pad_x - s;
                    const bool met =
                        oy >= 0 && ox >= 0 && oy % c->stride_y == 0 && ox % c->stride_x == 0;
                    *to++ = met ? at(dy, n, c->out_y, c->out_x, c->in_c, oy / c->stride_y,
                                      ox / c->stride_x, k)
                                : 0.0f;
                }
    }
    return rows;
}

/* (pixel, channel) rows along the samples. */
static float *sample_rows(const float *x, size_t samples, size_t pixels, size_t channels)
{
    float *rows = calloc(pixels * channels, samples * sizeof *rows);
    for (size_t p = 0; p < pixels * channels; p++)
        for (size_t n = 0; n < samples; n++)
            rows[p * samples + n] = x[n * pixels * channels + p];
    return rows;
}

static void compare(const char *what, const float *got, const float *wanted, size_t n)
{
    size_t differ = 0;
    for (size_t i = 0; i < n; i++)
        differ += memcmp(&got[i], &wanted[i], sizeof *got) != 0 && !(got[i] == 0 && wanted[i] == 0);
    if (differ)
        printf("# %s: %zu of %zu differ\n", what, differ, n);
    CHECK_INT(differ, 0);
}

/* One of the two products that run over patches. */
static void check_spread(const EngConv *c, bool forward, const float *x, const float *w,
    const EngFormat *fx, const EngFormat *fw, EngNoise noise)
{
    const EngSlot slot = forward ? ENG_SLOT_A_FWD : ENG_SLOT_G_DGRAD, partner = slot ^ 1;
    const size_t taps = (size_t)c->kernel_y * c->kernel_x;
    const size_t rows = c->in_c * c->samples * (forward ? c->out_y * c->out_x : c->in_y * c->in_x);
    float *patches = forward ? input_patches(c, x) : output_patches(c, x);
    float *weights = memcpy(calloc(c->in_c, taps * sizeof *w), w, c->in_c * taps * sizeof *w);
    float *wanted = calloc(rows, sizeof *wanted), *got = calloc(rows, sizeof *got);
    quantize_rows(patches, rows, taps, fx, noise, slot);
    quantize_rows(weights, c->in_c, taps, fw, noise, partner);
    for (size_t i = 0; i < rows; i++)
        wanted[i] = add_rows(0.0f, patches + i * taps, weights + i % c->in_c * taps, taps, fx, fw);
    EngOperand op = {0};
    EngError err = {0};
    noise.tensor = partner;
    CHECK_INT(
        eng_depthwise_quantize(kernels, pool, c, partner, w, fw, fx, &noise, &op, &err), ENG_OK);
    noise.tensor = slot;
    CHECK_INT(
        eng_depthwise_spread(kernels, pool, c, slot, x, fx, fw, &noise, &op, got, &err), ENG_OK);
    compare(forward ? "forward" : "dgrad", got, wanted, rows);
    eng_operand_free(&op);
    free(patches);
    free(weights);
    free(wanted);
    free(got);
}

static void check_wgrad(const EngConv *c, const float *x, const float *dy, const EngFormat *fa,
    const EngFormat *fg, EngNoise noise)
{
    const size_t in = c->in_y * c->in_x, out = c->out_y * c->out_x, n = c->samples;
    const size_t taps = (size_t)c->kernel_y * c->kernel_x;
    float *a = sample_rows(x, n, in, c->in_c), *g = sample_rows(dy, n, out, c->in_c);
    float *wanted = calloc(c->in_c, taps * sizeof *wanted),
          *got = calloc(c->in_c, taps * sizeof *got);
    quantize_rows(a, in * c->in_c, n, fa, noise, ENG_SLOT_A_WGRAD);
    quantize_rows(g, out * c->in_c, n, fg, noise, ENG_SLOT_G_WGRAD);
    for (size_t i = 0; i < c->in_c * taps; i++) {
        const size_t k = i / taps, r = i % taps / c->kernel_x, s = i % c->kernel_x;
        for (size_t p = 0; p < out; p++) {
            const size_t y = p / c->out_x * c->stride_y + r - c->pad_y;
            const size_t xx = p % c->out_x * c->stride_x + s - c->pad_x;
            if (y < c->in_y && xx < c->in_x)
                wanted[i] = add_rows(wanted[i], g + (p * c->in_c + k) * n,
                    a + ((y * c->in_x + xx) * c->in_c + k) * n, n, fg, fa);
        }
    }
    EngOperand op[2] = {{0}, {0}};
    EngError err = {0};
    noise.tensor = ENG_SLOT_A_WGRAD;
    CHECK_INT(
        eng_depthwise_quantize(kernels, pool, c, ENG_SLOT_A_WGRAD, x, fa, fg, &noise, &op[0], &err),
        ENG_OK);
    noise.tensor = ENG_SLOT_G_WGRAD;
    CHECK_INT(eng_depthwise_quantize(
                  kernels, pool, c, ENG_SLOT_G_WGRAD, dy, fg, fa, &noise, &op[1], &err),
        ENG_OK);
    eng_depthwise_wgrad(kernels, pool, c, &op[1], &op[0], got);
    compare("wgrad", got, wanted, c->in_c * taps);
    eng_operand_free(&op[0]);
    eng_operand_free(&op[1]);
    free(a);
    free(g);
    free(wanted);
    free(got);
}

static EngFormat format(const char *text, EngRole role)
{
    EngFormat f = eng_format_fp32();
    EngError err = {0};
    CHECK_INT(eng_format_parse(text, strlen(text), &f, &err), ENG_OK);
    return eng_format_for_role(&f, role);
}

static const char *const pairs[][2] = {{"fp32", "fp32"}, {"bfp4", "bfp4"}, {"bfp4:sr8", "bfp2/g8"},
    {"bfp7/g4/e3:sr11", "bfp9/g8"}, {"bfp16:even", "bfp16/g32"}, {"bf16", "bfp4"},
    {"mxint8", "bfp5/g16:truncate"}, {"fp8_e4m3", "fp8_e5m2"}};

static void check_geometry(size_t y, size_t x, size_t channels, unsigned kernel, unsigned stride)
{
    EngConv c = {.samples = 3 + eng_random_below(&rng, 17),
        .in_y = y,
        .in_x = x,
        .in_c = channels,
        .out_c = channels,
        .kernel_y = kernel,
        .kernel_x = kernel,
        .stride_y = stride,
        .stride_x = stride,
        .pad_y = (kernel - 1) / 2,
        .pad_x = (kernel - 1) / 2};
    c.out_y = eng_conv_outputs(y, kernel, stride, c.pad_y);
    c.out_x = eng_conv_outputs(x, kernel, stride, c.pad_x);
    float *in = filled(c.samples * y * x * channels), *w = filled(channels * kernel * kernel);
    float *dy = filled(c.samples * c.out_y * c.out_x * channels);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const EngFormat a = format(pairs[i][0], ENG_ROLE_A), b = format(pairs[i][1], ENG_ROLE_W);
        const EngNoise noise = {.seed = 5 + i, .step = (uint32_t)i};
        check_spread(&c, true, in, w, &a, &b, noise);
        check_spread(&c, false, dy, w, &a, &b, noise);
        check_wgrad(&c, in, dy, &a, &b, noise);
    }
    free(in);
    free(w);
    free(dy);
}

static void test_depthwise(void)
{
    check_geometry(5, 4, 3, 3, 1);
    check_geometry(7, 6, 16, 3, 2);
    check_geometry(6, 7, 37, 5, 1);
    check_geometry(9, 9, 20, 2, 2);
    check_geometry(4, 4, 17, 1, 1);
}

int main(void)
{
    const uint64_t seed = 20240;
    eng_random_init(&rng, seed, 0, 0, 0);
    printf("# seed %" PRIu64 "\n", seed);
    const EngIsa isas[] = {ENG_ISA_C, ENG_ISA_AVX2, ENG_ISA_AVX512, ENG_ISA_NEON};
    for (size_t i = 0; i < sizeof isas / sizeof *isas; i++) {
        if (eng_kernels(isas[i], &kernels, NULL) != ENG_OK)
            continue;
        for (unsigned threads = 1; threads <= 3; threads += 2) {
            CHECK_INT(eng_pool_new(threads, &pool, NULL), ENG_OK);
            printf("# %s, %u threads\n", kernels->name, threads);
            RUN(test_depthwise);
            eng_pool_free(pool);
        }
    }
    return check_done();
}
