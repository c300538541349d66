/* The functions inside layers: e^x in float32, GELU, dropout's share, and that evaluation drops
 * nothing. */
#include "base/mathfn.h"
#include "base/philox.h"
#include "check.h"
#include "net/float_exp.h"
#include "net/lanes.h"
#include "net/model.h"
#include <math.h>
#include <stdlib.h>

/* The bound is the one float_exp.h derives: a rest of 2^-27 and, of the twenty or so roundings,
 * the last few at full size. */
static void test_exp(void)
{
    double worst = 0;
    for (int i = 0; i <= 1750000; i++) {
        const float x = -87.0f + (float)i * 1e-4f;
        const double wanted = eng_exp((double)x);
        worst = fmax(worst, fabs((double)eng_exp_float(x) - wanted) / wanted);
    }
    printf("# largest relative error 2^%.2f\n", log2(worst));
    CHECK(worst < 0x1p-21);
    CHECK(eng_exp_float(0.0f) == 1.0f);
    CHECK(eng_exp_float(-1e30f) == eng_exp_float(-87.0f) && eng_exp_float(-87.0f) > 0.0f);
    CHECK(eng_exp_float(1e30f) == eng_exp_float(88.0f) && isfinite(eng_exp_float(88.0f)));
}

/* Any tree of the same values, up to the roundings of n additions. */
static void test_lanes(void)
{
    EngRandom random;
    eng_random_init(&random, 3, 0, 0, 0);
    float x[77], y[77];
    for (int i = 0; i < 77; i++) {
        x[i] = (float)eng_random_below(&random, 2048);
        y[i] = (float)eng_random_below(&random, 64);
    }
    for (size_t n = 0; n <= 77; n++) { /* whole numbers below 2^24: exact in any order */
        float sum = 0, dot = 0;
        for (size_t i = 0; i < n; i++) {
            sum += x[i];
            dot += x[i] * y[i];
        }
        CHECK(eng_lanes_sum(x, n) == sum);
        CHECK(eng_lanes_dot(x, y, n) == dot);
    }
}

typedef struct Case {
    EngNetwork *net;
    EngModel *model;
    EngFormat (*formats)[ENG_SLOTS];
    EngStep step;
} Case;

static void open_case(Case *c, const char *text, unsigned width, size_t samples)
{
    EngError err = {0};
    const EngKernels *kernels = NULL;
    CHECK_INT(eng_kernels(ENG_ISA_AUTO, &kernels, &err), ENG_OK);
    CHECK_INT(eng_network_parse(text, (EngShape){1, 1, width}, width, &c->net, &err), ENG_OK);
    CHECK_INT(eng_model_new(c->net, samples, 1, kernels, NULL, &c->model, &err), ENG_OK);
    c->formats = calloc(c->net->product_count, sizeof *c->formats);
    for (int s = 0; s < ENG_SLOTS; s++)
        c->formats[0][s] = eng_format_fp32();
    c->step = (EngStep){.formats = (const EngFormat(*)[ENG_SLOTS])c->formats,
        .samples = samples,
        .training = true,
        .noise_seed = 9};
}

static void close_case(Case *c)
{
    eng_model_free(c->model);
    eng_network_free(c->net);
    free(c->formats);
}

/* The first layer hands its input on unchanged, so that the output is the second one's. */
static void make_identity(Case *c, unsigned width)
{
    size_t count;
    EngParam *params = eng_model_params(c->model, &count);
    for (size_t i = 0; i < params[0].size; i++)
        params[0].value[i] = i / width == i % width ? 1.0f : 0.0f;
    eng_model_touch(c->model);
}

static const float *run(Case *c)
{
    EngError err = {0};
    CHECK_INT(eng_model_forward(c->model, &c->step, &err), ENG_OK);
    return eng_model_output(c->model);
}

/* Some 2^-20 of x: the share's own error and three roundings. */
static void test_gelu(void)
{
    Case c = {0};
    open_case(&c, "fc-64, gelu", 64, 8);
    make_identity(&c, 64);
    float *x = eng_model_input(c.model);
    for (int i = 0; i < 512; i++)
        x[i] = (float)(i - 256) / 32.0f;
    const float *y = run(&c);
    for (int i = 0; i < 512; i++) {
        const double v = x[i];
        const double wanted =
            0.5 * v * (1.0 + eng_tanh(0.7978845608028654 * (v + 0.044715 * v * v * v)));
        CHECK(fabs((double)y[i] - wanted) <= 0x1p-20 * fabs(v));
    }
    close_case(&c);
}

static void test_dropout(void)
{
    Case c = {0};
    open_case(&c, "fc-64, drop-0.25", 64, 1000);
    make_identity(&c, 64);
    float *x = eng_model_input(c.model);
    for (size_t i = 0; i < 64000; i++)
        x[i] = 3.0f;
    unsigned kept[3] = {0};
    bool same = true;
    for (uint32_t step = 0; step < 3; step++) {
        c.step.step = step;
        const float *y = run(&c);
        for (size_t i = 0; i < 64000; i++) {
            CHECK(y[i] == 0.0f || y[i] == 4.0f);
            kept[step] += y[i] != 0.0f;
        }
        float *first = malloc(64000 * sizeof *first);
        memcpy(first, y, 64000 * sizeof *first);
        y = run(&c); /* the same step drops the same values again */
        same = same && memcmp(first, y, 64000 * sizeof *first) == 0;
        free(first);
        /* 48000 are expected, with a deviation of sqrt(64000 * 0.25 * 0.75) = 110. */
        printf("# step %u keeps %u of 64000\n", step, kept[step]);
        CHECK(kept[step] > 48000 - 500 && kept[step] < 48000 + 500);
    }
    CHECK(same);
    CHECK(kept[0] != kept[1] || kept[1] != kept[2]);
    c.step.training = false;
    const float *y = run(&c);
    for (size_t i = 0; i < 64000; i++)
        CHECK(y[i] == 3.0f);
    close_case(&c);
}

static void test_layer_norm(void)
{
    Case c = {0};
    open_case(&c, "fc-37, ln", 37, 5);
    EngRandom random;
    eng_random_init(&random, 8, 0, 0, 0);
    for (size_t i = 0; i < 5 * 37; i++)
        eng_model_input(c.model)[i] = (float)(2.0 + 3.0 * eng_random_normal(&random));
    make_identity(&c, 37);
    const float *y = run(&c);
    for (size_t n = 0; n < 5; n++) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < 37; i++) {
            sum += (double)y[n * 37 + i];
            squares += (double)y[n * 37 + i] * (double)y[n * 37 + i];
        }
        /* Roundings of 37 values near 1, and the 1e-5 beside a variance near 9. */
        CHECK(fabs(sum) < 37 * 0x1p-22);
        CHECK(fabs(squares / 37 - 1.0) < 5e-6);
    }
    close_case(&c);
}

/* What is no token would read past the table. */
static void test_tokens_are_checked(void)
{
    EngError err = {0};
    const EngKernels *kernels = NULL;
    Case c = {0};
    CHECK_INT(eng_kernels(ENG_ISA_AUTO, &kernels, &err), ENG_OK);
    CHECK_INT(eng_network_parse("embed-4, fc-6", (EngShape){3, 1, 1}, 6, &c.net, &err), ENG_OK);
    CHECK_INT(eng_model_new(c.net, 2, 1, kernels, NULL, &c.model, &err), ENG_OK);
    c.formats = calloc(1, sizeof *c.formats);
    for (int s = 0; s < ENG_SLOTS; s++)
        c.formats[0][s] = eng_format_fp32();
    c.step = (EngStep){.formats = (const EngFormat(*)[ENG_SLOTS])c.formats, .samples = 2};
    const float bad[] = {-1.0f, 6.0f, NAN, INFINITY, 1e30f};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        eng_model_input(c.model)[4] = bad[i];
        CHECK_INT(eng_model_forward(c.model, &c.step, &err), ENG_ERR_RANGE);
        CHECK_HAS(err.text, "position 1 of sample 1");
    }
    eng_model_input(c.model)[4] = 5.0f;
    CHECK_INT(eng_model_forward(c.model, &c.step, &err), ENG_OK);
    close_case(&c);
}

int main(void)
{
    RUN(test_exp);
    RUN(test_lanes);
    RUN(test_gelu);
    RUN(test_dropout);
    RUN(test_layer_norm);
    RUN(test_tokens_are_checked);
    return check_done();
}
