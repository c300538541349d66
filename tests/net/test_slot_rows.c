/* The rows that observers are shown are the rows that are quantised: products of them, by plain
 * sums, are what the layers compute. */
#include "base/philox.h"
#include "check.h"
#include "net/model.h"
#include "number/quantize.h"
#include <math.h>
#include <stdlib.h>

typedef struct Seen {
    float *x; /* (rows, length) */
    size_t rows, length;
    EngFormat format;
} Seen;

typedef struct Watch {
    Seen slot[8][ENG_SLOTS];
} Watch;

static void inspect(void *ctx, size_t layer, EngSlot slot, const EngSlotRows *rows,
    const EngFormat *format, const EngNoise *noise)
{
    Watch *watch = ctx;
    Seen *seen = &watch->slot[layer][slot];
    (void)noise;
    *seen =
        (Seen){calloc(rows->rows, rows->length * sizeof(float)), rows->rows, rows->length, *format};
    eng_slot_rows_read(rows, 0, rows->rows, seen->x);
}

static void forget(Watch *watch)
{
    for (size_t i = 0; i < 8 * ENG_SLOTS; i++)
        free(watch->slot[i / ENG_SLOTS][i % ENG_SLOTS].x);
}

/* Row i of a times row j of b, quantised, groups in ascending order; all formats here are block
 * floating point whose values' products add up exactly in float64 within a group. */
static float product(const float *a, const float *b, size_t n, size_t group, float acc)
{
    for (size_t from = 0; from < n; from += group) {
        double sum = 0;
        for (size_t i = from; i < n && i < from + group; i++)
            sum += (double)a[i] * (double)b[i];
        acc += (float)sum;
    }
    return acc;
}

static float *quantised(const Seen *seen)
{
    float *y = calloc(seen->rows, seen->length * sizeof *y);
    CHECK_INT(eng_quantize_values(seen->x, seen->rows, seen->length, &seen->format, NULL, y, NULL),
        ENG_OK);
    return y;
}

static size_t group_of(const Seen *a, const Seen *b)
{
    return a->format.g < b->format.g ? a->format.g : b->format.g;
}

typedef struct Case {
    EngNetwork *net;
    EngModel *model;
    EngFormat (*formats)[ENG_SLOTS];
    EngStep step;
    EngObserver observer;
    Watch watch;
} Case;

#define SAMPLES 5

/* One pass forward and backward with all slots in bfp5, rounded to nearest. */
static void run_case(Case *c, const char *text, EngShape input)
{
    EngError err = {0};
    const EngKernels *kernels = NULL;
    uint16_t label[SAMPLES * 16] = {0};
    EngFormat format = eng_format_bfp(5);
    format.rounding = ENG_ROUND_NEAREST;
    *c = (Case){0};
    CHECK_INT(eng_kernels(ENG_ISA_AUTO, &kernels, &err), ENG_OK);
    CHECK_INT(eng_network_parse(text, input, 3, &c->net, &err), ENG_OK);
    CHECK_INT(eng_model_new(c->net, SAMPLES, 4, kernels, NULL, &c->model, &err), ENG_OK);
    c->formats = calloc(c->net->product_count, sizeof *c->formats);
    for (size_t i = 0; i < c->net->product_count * ENG_SLOTS; i++)
        c->formats[i / ENG_SLOTS][i % ENG_SLOTS] = format;
    c->observer = (EngObserver){.inspect = inspect, .ctx = &c->watch};
    c->step = (EngStep){.formats = (const EngFormat(*)[ENG_SLOTS])c->formats,
        .samples = SAMPLES,
        .training = true,
        .observer = &c->observer};
    EngRandom random;
    eng_random_init(&random, 6, 0, 0, 0);
    const bool tokens = c->net->ops[0].kind == ENG_OP_EMBEDDING;
    for (size_t i = 0; i < SAMPLES * eng_shape_size(input); i++)
        eng_model_input(c->model)[i] =
            (float)(tokens ? eng_random_below(&random, 3) : eng_random_normal(&random));
    EngLoss loss;
    CHECK_INT(eng_model_forward(c->model, &c->step, &err), ENG_OK);
    CHECK_INT(eng_model_loss(c->model, &c->step, label, &loss, &err), ENG_OK);
    CHECK_INT(eng_model_backward(c->model, &c->step, &err), ENG_OK);
}

static void close_case(Case *c)
{
    forget(&c->watch);
    eng_model_free(c->model);
    eng_network_free(c->net);
    free(c->formats);
}

/* A gathered convolution's output, which is what the next layer reads as its rows of pixels. */
static void check_forward(const Case *c, size_t layer, const Seen *next)
{
    const Seen *a = &c->watch.slot[layer][ENG_SLOT_A_FWD],
               *w = &c->watch.slot[layer][ENG_SLOT_W_FWD];
    float *qa = quantised(a), *qw = quantised(w);
    CHECK_INT(a->length, w->length);
    CHECK_INT(a->rows * w->rows, next->rows * next->length);
    size_t differ = 0;
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < w->rows; j++)
            differ += product(qa + i * a->length, qw + j * w->length, a->length, group_of(a, w),
                          0) != next->x[i * w->rows + j];
    CHECK_INT(differ, 0);
    free(qa);
    free(qw);
}

/* The input gradient of `layer`, which the layer before it reads as rows along the samples. */
static void check_dgrad(const Case *c, size_t layer, const Seen *before)
{
    const Seen *g = &c->watch.slot[layer][ENG_SLOT_G_DGRAD],
               *w = &c->watch.slot[layer][ENG_SLOT_W_DGRAD];
    float *qg = quantised(g), *qw = quantised(w);
    CHECK_INT(before->length, SAMPLES);
    CHECK_INT(g->rows * w->rows, before->rows * SAMPLES);
    const size_t pixels = g->rows / SAMPLES;
    size_t differ = 0;
    for (size_t i = 0; i < g->rows; i++)
        for (size_t j = 0; j < w->rows; j++)
            differ += product(qg + i * g->length, qw + j * w->length, g->length, group_of(g, w),
                          0) != before->x[(i % pixels * w->rows + j) * SAMPLES + i / pixels];
    CHECK_INT(differ, 0);
    free(qg);
    free(qw);
}

/* 3 and 5 channels are fewer than a group: patches run on through the taps. */
static void test_patches(void)
{
    Case c;
    run_case(&c, "conv3x3-5, conv3x3-3, conv1x1-3, gap", (EngShape){5, 4, 2});
    const Watch *w = &c.watch;
    CHECK_INT(w->slot[0][ENG_SLOT_A_FWD].length, 18);
    check_forward(&c, 1, &w->slot[2][ENG_SLOT_A_FWD]);
    check_dgrad(&c, 1, &w->slot[0][ENG_SLOT_G_WGRAD]);
    CHECK(w->slot[0][ENG_SLOT_G_DGRAD].x == NULL); /* never quantised */
    close_case(&c);
}

static void test_strided_patches(void)
{
    Case c;
    run_case(&c, "conv1x1-5, conv3x3-3/2, conv1x1-3, gap", (EngShape){6, 5, 2});
    check_forward(&c, 1, &c.watch.slot[2][ENG_SLOT_A_FWD]);
    check_dgrad(&c, 1, &c.watch.slot[0][ENG_SLOT_G_WGRAD]);
    close_case(&c);
}

/* A channel at a time: row (pixel, c) meets the weights of c. */
static void test_channel_patches(void)
{
    Case c;
    run_case(&c, "conv1x1-5, dw3x3/2, conv1x1-3, gap", (EngShape){6, 5, 2});
    const Seen *a = &c.watch.slot[1][ENG_SLOT_A_FWD], *w = &c.watch.slot[1][ENG_SLOT_W_FWD];
    const Seen *next = &c.watch.slot[2][ENG_SLOT_A_FWD];
    float *qa = quantised(a), *qw = quantised(w);
    CHECK(a->length == 9 && w->rows == 5 && a->rows == SAMPLES * 3 * 3 * 5);
    for (size_t i = 0; i < a->rows; i++)
        CHECK(product(qa + i * 9, qw + i % 5 * 9, 9, 16, 0) == next->x[i]);
    free(qa);
    free(qw);
    const Seen *g = &c.watch.slot[1][ENG_SLOT_G_DGRAD], *v = &c.watch.slot[1][ENG_SLOT_W_DGRAD];
    const Seen *before = &c.watch.slot[0][ENG_SLOT_G_WGRAD];
    float *qg = quantised(g), *qv = quantised(v);
    for (size_t i = 0; i < g->rows; i++) {
        const size_t n = i / (6 * 5 * 5), place = i % (6 * 5 * 5);
        CHECK(product(qg + i * 9, qv + i % 5 * 9, 9, 16, 0) == before->x[place * SAMPLES + n]);
    }
    free(qg);
    free(qv);
    close_case(&c);
}

/* 20 channels hold a group: each tap starts anew, and rows are pixels. */
static void test_pixels(void)
{
    Case c;
    run_case(&c, "conv1x1-20, conv3x3-3, gap", (EngShape){5, 4, 2});
    const Watch *w = &c.watch;
    const Seen *a = &w->slot[1][ENG_SLOT_A_FWD], *weights = &w->slot[1][ENG_SLOT_W_FWD];
    CHECK(a->rows == SAMPLES * 20 && a->length == 20);
    CHECK(weights->rows == 9 * 3 && weights->length == 20); /* (tap, k) */
    check_forward(&c, 0, a);
    close_case(&c);
}

/* Scores of one head: row (n, h, t) of Q meets row (n, h, u) of K, and what comes out is P's score. */
static void test_heads(void)
{
    Case c;
    run_case(&c, "embed-8, attn-2, fc-3", (EngShape){6, 1, 1});
    const Seen *q = &c.watch.slot[1][ENG_SLOT_A_FWD], *k = &c.watch.slot[1][ENG_SLOT_W_FWD];
    const Seen *p = &c.watch.slot[2][ENG_SLOT_A_FWD], *v = &c.watch.slot[2][ENG_SLOT_W_FWD];
    const Seen *out = &c.watch.slot[3][ENG_SLOT_A_FWD];
    CHECK(q->rows == SAMPLES * 2 * 6 && q->length == 4 && k->rows == q->rows);
    CHECK(p->rows == SAMPLES * 2 * 6 && p->length == 6);
    CHECK(v->rows == SAMPLES * 2 * 4 && v->length == 6);
    float *qp = quantised(p), *qv = quantised(v);
    for (size_t row = 0; row < p->rows; row++) {
        const size_t pair = row / 6, t = row % 6;
        float sum = 0;
        for (size_t u = 0; u < 6; u++) {
            CHECK(u <= t ? p->x[row * 6 + u] > 0 : p->x[row * 6 + u] == 0);
            sum += p->x[row * 6 + u];
        }
        CHECK(fabsf(sum - 1) < 6 * 0x1p-23f); /* a division each, and the sum */
        for (size_t j = 0; j < 4; j++)
            CHECK(product(qp + row * 6, qv + (pair * 4 + j) * 6, 6, 16, 0) ==
                out->x[(pair / 2 * 6 + t) * 8 + pair % 2 * 4 + j]);
    }
    free(qp);
    free(qv);
    close_case(&c);
}

int main(void)
{
    RUN(test_patches);
    RUN(test_strided_patches);
    RUN(test_channel_patches);
    RUN(test_pixels);
    RUN(test_heads);
    return check_done();
}
