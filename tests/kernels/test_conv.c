/* Convolutions against a plain restatement of the rules: the same rows, noise, groups and order,
 * with no packing, no tiles and no pointers. Results must be equal to the bit. */
#include "check.h"
#include "inputs.h"
#include "kernels/conv.h"
#include "number/quantize.h"

static EngRandom rng;
static const EngKernels *kernels;
static EngPool *pool;

/* ---- the restatement --------------------------------------------------------------------------- */

/* rows x length values along the contraction; mantissas and exponents, or floats where fp32. */
typedef struct Rows {
    size_t rows, length;
    float *x;
    int32_t *k, *s;
} Rows;

static Rows rows_new(size_t rows, size_t length)
{
    return (Rows){rows, length, calloc(rows * length, sizeof(float)),
        calloc(rows * length, sizeof(int32_t)), calloc(rows * length, sizeof(int32_t))};
}

static void rows_free(Rows *r)
{
    free(r->x);
    free(r->k);
    free(r->s);
}

static void rows_quantize(Rows *r, const EngFormat *f, const EngNoise *noise)
{
    if (f->kind != ENG_KIND_BFP)
        return;
    uint32_t *random = calloc(r->rows * r->length, sizeof *random);
    for (size_t i = 0; f->rounding == ENG_ROUND_STOCHASTIC && i < r->rows * r->length; i++)
        random[i] = eng_noise_at(noise->seed, noise->tensor, noise->step, (uint32_t)(i / r->length),
            r->length, i % r->length, f->noise_bits);
    CHECK_INT(eng_bfp_quantize(r->x, r->rows, r->length, f, random, r->k, r->s, NULL), ENG_OK);
    free(random);
}

/* acc + row i of a times row j of b, groups in ascending order. */
static float add_rows(float acc, const Rows *a, size_t i, const Rows *b, size_t j,
    const EngFormat *fa, const EngFormat *fb)
{
    const size_t n = a->length;
    if (fa->kind != ENG_KIND_BFP || fb->kind != ENG_KIND_BFP) {
        for (size_t p = 0; p < n; p++) {
            float x = a->x[i * n + p], y = b->x[j * n + p];
            if (fa->kind == ENG_KIND_BFP)
                x = ldexpf((float)a->k[i * n + p], a->s[i * ((n + fa->g - 1) / fa->g) + p / fa->g]);
            if (fb->kind == ENG_KIND_BFP)
                y = ldexpf((float)b->k[j * n + p], b->s[j * ((n + fb->g - 1) / fb->g) + p / fb->g]);
            acc = fmaf(x, y, acc);
        }
        return acc;
    }
    const size_t cut = fa->g < fb->g ? fa->g : fb->g;
    for (size_t from = 0; from < n; from += cut) {
        int64_t sum = 0;
        for (size_t p = from; p < n && p < from + cut; p++)
            sum += (int64_t)a->k[i * n + p] * b->k[j * n + p];
        const int s = a->s[i * ((n + fa->g - 1) / fa->g) + from / fa->g] +
            b->s[j * ((n + fb->g - 1) / fb->g) + from / fb->g];
        acc = fmaf((float)sum, ldexpf(1, s), acc);
    }
    return acc;
}

/* The pixel of the other grid that tap (r, s) of pixel (n, y, x) meets, or -1. */
static long source_pixel(const EngConv *c, bool forward, long n, long y, long x, long r, long s)
{
    if (forward) {
        const long iy = y * c->stride_y + r - c->pad_y, ix = x * c->stride_x + s - c->pad_x;
        if (iy < 0 || ix < 0 || iy >= (long)c->in_y || ix >= (long)c->in_x)
            return -1;
        return (n * (long)c->in_y + iy) * (long)c->in_x + ix;
    }
    const long oy = y + c->pad_y - r, ox = x + c->pad_x - s;
    if (oy < 0 || ox < 0 || oy % c->stride_y || ox % c->stride_x ||
        oy / c->stride_y >= (long)c->out_y || ox / c->stride_x >= (long)c->out_x)
        return -1;
    return (n * (long)c->out_y + oy / c->stride_y) * (long)c->out_x + ox / c->stride_x;
}

/* forward: y from x and w; else dx from the gradient of y and w. */
static void plain_spread(const EngConv *c, bool forward, const float *t, const float *w,
    const EngFormat *ft, const EngFormat *fw, const EngNoise *nt, const EngNoise *nw, float *out)
{
    const size_t taps = (size_t)c->kernel_y * c->kernel_x;
    const size_t H = forward ? c->out_y : c->in_y, W = forward ? c->out_x : c->in_x;
    const size_t pixels = c->samples * H * W;
    const size_t sources = c->samples * (forward ? c->in_y * c->in_x : c->out_y * c->out_x);
    const size_t from = forward ? c->in_c : c->out_c, to = forward ? c->out_c : c->in_c;
    size_t g = SIZE_MAX;
    g = ft->g && ft->g < g ? ft->g : g;
    g = fw->g && fw->g < g ? fw->g : g;
    const bool patches = g != SIZE_MAX && from < g;
    Rows a = patches ? rows_new(pixels, taps * from) : rows_new(sources, from);
    Rows b = patches ? rows_new(to, taps * from) : rows_new(to * taps, from);
    for (size_t i = 0; i < to; i++) {
        for (size_t tap = 0; tap < taps; tap++) {
            for (size_t p = 0; p < from; p++) {
                const size_t k = forward ? i : p, ch = forward ? p : i;
                b.x[(i * taps + tap) * from + p] = w[(k * taps + tap) * c->in_c + ch];
            }
        }
    }
    for (size_t i = 0; i < pixels && patches; i++) {
        for (size_t tap = 0; tap < taps; tap++) {
            const long src = source_pixel(c, forward, (long)(i / (H * W)), (long)(i / W % H),
                (long)(i % W), (long)(tap / c->kernel_x), (long)(tap % c->kernel_x));
            if (src >= 0)
                memcpy(a.x + i * a.length + tap * from, t + (size_t)src * from, from * sizeof *t);
        }
    }
    if (!patches)
        memcpy(a.x, t, sources * from * sizeof *t);
    rows_quantize(&a, ft, nt);
    rows_quantize(&b, fw, nw);
    for (size_t i = 0; i < pixels; i++) {
        for (size_t j = 0; j < to; j++) {
            float acc = 0;
            if (patches)
                acc = add_rows(0, &a, i, &b, j, ft, fw);
            for (size_t tap = 0; tap < taps && !patches; tap++) {
                const long src = source_pixel(c, forward, (long)(i / (H * W)), (long)(i / W % H),
                    (long)(i % W), (long)(tap / c->kernel_x), (long)(tap % c->kernel_x));
                if (src >= 0)
                    acc = add_rows(acc, &a, (size_t)src, &b, j * taps + tap, ft, fw);
            }
            out[i * to + j] = acc;
        }
    }
    rows_free(&a);
    rows_free(&b);
}

/* (n, pixel, channel) as rows (pixel, channel) of n. */
static Rows sample_rows(const float *t, size_t n, size_t pixels, size_t channels)
{
    Rows r = rows_new(pixels * channels, n);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < pixels * channels; j++)
            r.x[j * n + i] = t[i * pixels * channels + j];
    }
    return r;
}

static void plain_wgrad(const EngConv *c, const float *g, const float *x, const EngFormat *fg,
    const EngFormat *fx, const EngNoise *ng, const EngNoise *nx, float *dw)
{
    Rows a = sample_rows(g, c->samples, c->out_y * c->out_x, c->out_c);
    Rows b = sample_rows(x, c->samples, c->in_y * c->in_x, c->in_c);
    rows_quantize(&a, fg, ng);
    rows_quantize(&b, fx, nx);
    for (size_t k = 0; k < c->out_c; k++) {
        for (long r = 0; r < c->kernel_y; r++) {
            for (long s = 0; s < c->kernel_x; s++) {
                for (size_t ch = 0; ch < c->in_c; ch++) {
                    float acc = 0;
                    for (size_t o = 0; o < c->out_y * c->out_x; o++) {
                        const long i = source_pixel(
                            c, true, 0, (long)(o / c->out_x), (long)(o % c->out_x), r, s);
                        if (i >= 0)
                            acc = add_rows(
                                acc, &a, o * c->out_c + k, &b, (size_t)i * c->in_c + ch, fg, fx);
                    }
                    *dw++ = acc;
                }
            }
        }
    }
    rows_free(&a);
    rows_free(&b);
}

/* ---- the checks --------------------------------------------------------------------------------- */

static EngFormat random_format(void)
{
    static const char *const words[] = {"bfp4", "bfp4:sr8", "bfp2/g4:truncate", "bfp7/g32:even",
        "bfp3/g8/e3", "bfp9:sr12", "bfp16/g64", "fp32", "bfp5/g8:sr3"};
    const char *word = words[random_size(&rng, 0, 8)];
    EngFormat f;
    CHECK_INT(eng_format_parse(word, strlen(word), &f, NULL), ENG_OK);
    return eng_format_for_role(&f, ENG_ROLE_A);
}

static EngConv random_conv(void)
{
    EngConv c = {.samples = random_size(&rng, 1, 5),
        .in_c = random_size(&rng, 1, 3) == 1 ? random_size(&rng, 16, 40) : random_size(&rng, 1, 19),
        .out_c =
            random_size(&rng, 1, 3) == 1 ? random_size(&rng, 30, 50) : random_size(&rng, 1, 19),
        .kernel_y = (unsigned)random_size(&rng, 1, 7),
        .kernel_x = (unsigned)random_size(&rng, 1, 7),
        .stride_y = (unsigned)random_size(&rng, 1, 3),
        .stride_x = (unsigned)random_size(&rng, 1, 3)};
    if (random_size(&rng, 0, 3) == 0)
        c.kernel_y = c.kernel_x = 9; /* more taps than go into one call */
    c.pad_y = (unsigned)random_size(&rng, 0, c.kernel_y - 1);
    c.pad_x = (unsigned)random_size(&rng, 0, c.kernel_x - 1);
    do {
        c.in_y = random_size(&rng, 1, 9);
        c.in_x = random_size(&rng, 1, 9);
        c.out_y = eng_conv_outputs(c.in_y, c.kernel_y, c.stride_y, c.pad_y);
        c.out_x = eng_conv_outputs(c.in_x, c.kernel_x, c.stride_x, c.pad_x);
    } while (c.out_y == 0 || c.out_x == 0);
    return c;
}

static float *random_floats(size_t n, bool exact)
{
    /* In fp32 some zeros, as ReLU leaves them; everywhere normal numbers of mixed size. */
    float *x = malloc(n * sizeof *x);
    input_fill(&rng, exact ? INPUT_RELU : INPUT_NORMAL, x, n);
    return x;
}

static void check_same(const EngConv *c, const char *what, const EngFormat *a, const EngFormat *b,
    const float *got, const float *wanted, size_t n)
{
    char ta[ENG_FORMAT_TEXT], tb[ENG_FORMAT_TEXT];
    const bool same = memcmp(got, wanted, n * sizeof *got) == 0;
    CHECK(same);
    if (!same)
        printf("# %s %s x %s, n %zu in %zux%zux%zu out %zux%zux%zu kernel %ux%u stride %u %u pad "
               "%u %u\n",
            what, eng_format_text(a, ta), eng_format_text(b, tb), c->samples, c->in_y, c->in_x,
            c->in_c, c->out_y, c->out_x, c->out_c, c->kernel_y, c->kernel_x, c->stride_y,
            c->stride_x, c->pad_y, c->pad_x);
}

/* One tensor of the layer with its format and noise. */
typedef struct Side {
    EngSlot slot;
    const float *data;
    EngFormat format;
    EngNoise noise;
    EngOperand op;
} Side;

static Side random_side(EngSlot slot, const float *data)
{
    return (Side){.slot = slot,
        .data = data,
        .format = random_format(),
        .noise = {eng_random_u32(&rng), eng_random_u32(&rng), eng_random_u32(&rng)}};
}

static void quantize_sides(const EngConv *c, Side *a, Side *b)
{
    CHECK_INT(eng_conv_quantize(kernels, pool, c, a->slot, a->data, &a->format, &b->format,
                  &a->noise, &a->op, NULL),
        ENG_OK);
    CHECK_INT(eng_conv_quantize(kernels, pool, c, b->slot, b->data, &b->format, &a->format,
                  &b->noise, &b->op, NULL),
        ENG_OK);
}

static void test_convolutions(void)
{
    for (int round = 0; round < 60 && check_failures < 5; round++) {
        const EngConv c = random_conv();
        const size_t nx = c.samples * c.in_y * c.in_x * c.in_c;
        const size_t ny = c.samples * c.out_y * c.out_x * c.out_c;
        const size_t nw = c.out_c * c.kernel_y * c.kernel_x * c.in_c;
        const size_t most = nx > ny ? nx > nw ? nx : nw : ny > nw ? ny : nw;
        float *x = random_floats(nx, true), *w = random_floats(nw, false);
        float *dy = random_floats(ny, false);
        float *got = malloc(most * sizeof *got), *wanted = malloc(most * sizeof *wanted);

        Side a = random_side(ENG_SLOT_A_FWD, x), b = random_side(ENG_SLOT_W_FWD, w);
        quantize_sides(&c, &a, &b);
        eng_conv_forward(kernels, pool, &c, &a.op, &b.op, got);
        plain_spread(&c, true, x, w, &a.format, &b.format, &a.noise, &b.noise, wanted);
        check_same(&c, "forward", &a.format, &b.format, got, wanted, ny);
        eng_operand_free(&a.op);
        eng_operand_free(&b.op);

        a = random_side(ENG_SLOT_G_DGRAD, dy);
        b = random_side(ENG_SLOT_W_DGRAD, w);
        quantize_sides(&c, &a, &b);
        eng_conv_dgrad(kernels, pool, &c, &a.op, &b.op, got);
        plain_spread(&c, false, dy, w, &a.format, &b.format, &a.noise, &b.noise, wanted);
        check_same(&c, "dgrad", &a.format, &b.format, got, wanted, nx);
        eng_operand_free(&a.op);
        eng_operand_free(&b.op);

        a = random_side(ENG_SLOT_G_WGRAD, dy);
        b = random_side(ENG_SLOT_A_WGRAD, x);
        quantize_sides(&c, &a, &b);
        eng_conv_wgrad(kernels, pool, &c, &a.op, &b.op, got);
        plain_wgrad(&c, dy, x, &a.format, &b.format, &a.noise, &b.noise, wanted);
        check_same(&c, "wgrad", &a.format, &b.format, got, wanted, nw);
        eng_operand_free(&a.op);
        eng_operand_free(&b.op);

        free(x);
        free(w);
        free(dy);
        free(got);
        free(wanted);
    }
}

static void test_outputs(void)
{
    CHECK_INT(eng_conv_outputs(28, 3, 1, 1), 28);
    CHECK_INT(eng_conv_outputs(32, 3, 2, 1), 16);
    CHECK_INT(eng_conv_outputs(5, 7, 1, 0), 0);
    CHECK_INT(eng_conv_outputs(5, 5, 3, 0), 1);
}

int main(void)
{
    static const EngIsa isas[] = {ENG_ISA_C, ENG_ISA_AVX2, ENG_ISA_AVX512, ENG_ISA_NEON};
    rng = inputs_seed();
    RUN(test_outputs);
    for (unsigned i = 0; i < 4; i++) {
        if (eng_kernels(isas[i], &kernels, NULL) != ENG_OK)
            continue;
        for (unsigned threads = 1; threads <= 3; threads += 2) {
            CHECK_INT(eng_pool_new(threads, &pool, NULL), ENG_OK);
            printf("# %s, %u threads\n", kernels->name, threads);
            RUN(test_convolutions);
            eng_pool_free(pool);
        }
    }
    return check_done();
}
