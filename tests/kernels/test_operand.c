/* Linear products in any two formats against a plain restatement, for every instruction set and
 * several numbers of threads; capacity, divergence, layout. */
#include "check.h"
#include "inputs.h"
#include "kernels/layout.h"
#include "number/codec.h"

static EngRandom rng;
static const EngKernels *kernels;
static EngPool *pool;

static EngFormat random_format(void)
{
    static const char *const words[] = {"bfp4", "bfp4:sr8", "bfp2/g4:truncate", "bfp7/g32:even",
        "bfp3/g8/e3", "bfp9:sr12", "bfp16/g64", "bfp5/g8:lfsr6", "bfp12/g256", "fp32", "bf16",
        "fp8_e4m3:sr8", "mxfp8_e5m2", "mxint8", "mxfp4", "mxfp6_e3m2", "mxfp6_e2m3", "nvfp4",
        "int4", "int8:sr8", "int16", "q3.4", "binary", "ternary"};
    const size_t n = sizeof words / sizeof words[0];
    const char *word = words[random_size(&rng, 0, n - 1)];
    EngFormat f;
    CHECK_INT(eng_format_parse(word, strlen(word), &f, NULL), ENG_OK);
    return eng_format_for_role(&f, ENG_ROLE_A);
}

/* One side of a product: floats, and what they become. */
typedef struct Side {
    size_t rows, length;
    bool along; /* x[row][pos], else x[pos][row] */
    float *x, *plain;
    EngFormat format;
    EngNoise noise;
    EngOperand op;
} Side;

static Side random_side(size_t rows, size_t length)
{
    Side s = {.rows = rows,
        .length = length,
        .along = random_size(&rng, 0, 1),
        .x = malloc(rows * length * sizeof(float)),
        .plain = malloc(rows * length * sizeof(float)),
        .format = random_format(),
        .noise = {eng_random_u32(&rng), eng_random_u32(&rng), eng_random_u32(&rng)}};
    input_fill(&rng, random_size(&rng, 0, 1) ? INPUT_RELU : INPUT_NORMAL, s.plain, rows * length);
    for (size_t i = 0; i < rows; i++) {
        for (size_t p = 0; p < length; p++)
            s.x[s.along ? i * length + p : p * rows + i] = s.plain[i * length + p];
    }
    return s;
}

static EngStatus side_quantize(Side *s, const EngFormat *other, bool panels, EngError *err)
{
    EngPacking packing;
    unsigned group;
    const EngMatrix m = {.data = s->x,
        .outer = 1,
        .inner = s->rows,
        .length = s->length,
        .inner_stride = s->along ? s->length : 1,
        .pos_stride = s->along ? 1 : s->rows,
        .inner_noise = 1};
    eng_operand_layout(&s->format, other, &packing, &group);
    const EngStatus status = eng_operand_reserve(&s->op, 1, s->rows, s->length, panels, err);
    if (status != ENG_OK)
        return status;
    return eng_operand_quantize(
        kernels, pool, &m, &s->format, packing, group, &s->noise, &s->op, err);
}

static void side_free(Side *s)
{
    eng_operand_free(&s->op);
    free(s->x);
    free(s->plain);
}

/* The value of each element, without the tensor's scale where the format has one: an integer times
 * a power of two, so that the sum over one group is exact in float64. Returns the scale. */
static float unscaled_values(const Side *s, bool integers, double *v)
{
    float *y = malloc(s->rows * s->length * sizeof *y);
    CHECK_INT(
        eng_quantize_values(s->plain, s->rows, s->length, &s->format, &s->noise, y, NULL), ENG_OK);
    const bool scaled =
        integers && (s->format.kind == ENG_KIND_INT || s->format.kind == ENG_KIND_NVFP4);
    uint32_t top = 0;
    for (size_t i = 0; i < s->rows * s->length; i++)
        top = eng_max_bits(&s->plain[i], 1) > top ? eng_max_bits(&s->plain[i], 1) : top;
    const float most = s->format.kind == ENG_KIND_NVFP4 ? 6 * 448 : exp2f(s->format.m - 1) - 1;
    const float scale = scaled ? eng_bits_float(top) / most : 1;
    for (size_t i = 0; i < s->rows * s->length; i++) {
        v[i] = (double)y[i];
        /* y is a multiple of the steps times the scale, rounded to 24 bits. It has at most 15 bits
         * for int, steps of 1, and 22 for nvfp4, steps of 2^-10: dividing and rounding finds it. */
        const double steps = s->format.kind == ENG_KIND_INT ? 1 : 1024;
        if (scaled && scale > 0)
            v[i] = nearbyint((double)y[i] / (double)scale * steps) / steps;
    }
    free(y);
    return scale;
}

static float plain_dot(const Side *a, const double *x, const Side *b, const double *y)
{
    const size_t n = a->length;
    float acc = 0;
    if (!eng_codec_bits(&a->format) || !eng_codec_bits(&b->format)) {
        for (size_t i = 0; i < n; i++)
            acc = fmaf((float)x[i], (float)y[i], acc);
        return acc;
    }
    size_t cut = 256;
    cut = a->format.g && a->format.g < cut ? a->format.g : cut;
    cut = b->format.g && b->format.g < cut ? b->format.g : cut;
    for (size_t from = 0; from < n; from += cut) {
        double sum = 0;
        for (size_t i = from; i < n && i < from + cut; i++)
            sum += x[i] * y[i];
        acc += (float)sum;
    }
    return acc;
}

static void check_product(Side *a, Side *b)
{
    const bool integers = eng_codec_bits(&a->format) && eng_codec_bits(&b->format);
    const size_t stride = b->rows + random_size(&rng, 0, 3);
    float *out = malloc(a->rows * stride * sizeof *out);
    double *x = malloc(a->rows * a->length * sizeof *x);
    double *y = malloc(b->rows * b->length * sizeof *y);
    const float factor = unscaled_values(a, integers, x) * unscaled_values(b, integers, y);
    eng_product(kernels, pool, &a->op, &b->op, out, stride);
    size_t wrong = 0;
    for (size_t i = 0; i < a->rows; i++) {
        for (size_t j = 0; j < b->rows; j++) {
            float wanted = plain_dot(a, x + i * a->length, b, y + j * b->length);
            if (factor != 1)
                wanted *= factor;
            wrong += out[i * stride + j] != wanted;
        }
    }
    CHECK_INT(wrong, 0);
    char ta[ENG_FORMAT_TEXT], tb[ENG_FORMAT_TEXT];
    if (wrong)
        printf("# %s x %s: %zu x %zu x %zu, along %d %d\n", eng_format_text(&a->format, ta),
            eng_format_text(&b->format, tb), a->rows, b->rows, a->length, a->along, b->along);
    free(out);
    free(x);
    free(y);
}

static void test_products(void)
{
    for (int round = 0; round < 150 && check_failures < 5; round++) {
        const size_t length = random_size(&rng, 1, 300);
        Side a = random_side(random_size(&rng, 1, 40), length);
        Side b = random_side(random_size(&rng, 1, 70), length);
        CHECK_INT(side_quantize(&a, &b.format, false, NULL), ENG_OK);
        CHECK_INT(side_quantize(&b, &a.format, true, NULL), ENG_OK);
        check_product(&a, &b);
        side_free(&a);
        side_free(&b);
    }
}

/* Long enough that K goes through in slabs. */
static void test_slabs(void)
{
    for (int round = 0; round < 3; round++) {
        Side a = random_side(random_size(&rng, 1, 9), 5000);
        Side b = random_side(random_size(&rng, 1, 40), 5000);
        CHECK_INT(side_quantize(&a, &b.format, false, NULL), ENG_OK);
        CHECK_INT(side_quantize(&b, &a.format, true, NULL), ENG_OK);
        check_product(&a, &b);
        side_free(&a);
        side_free(&b);
    }
}

static void test_divergence(void)
{
    static const float bad[] = {NAN, INFINITY, 0x1p62f};
    for (int i = 0; i < 3; i++) {
        Side s = random_side(19, 37);
        EngError err;
        s.x[19 * 37 - 1] = bad[i];
        s.format = eng_format_bfp(4);
        s.format.rounding = ENG_ROUND_NEAREST;
        CHECK_INT(side_quantize(&s, &s.format, true, &err), ENG_ERR_DIVERGED);
        CHECK_HAS(err.text, "2^62");
        s.format = eng_format_fp32();
        CHECK_INT(side_quantize(&s, &s.format, true, &err), i < 2 ? ENG_ERR_DIVERGED : ENG_OK);
        if (i < 2)
            CHECK_HAS(err.text, "infinity or NaN");
        side_free(&s);
    }
}

/* Whatever is quantised into an operand of this capacity fits: shape_operand asserts it. */
static void test_capacity(void)
{
    for (int round = 0; round < 200; round++) {
        Side s = random_side(random_size(&rng, 1, 33), random_size(&rng, 1, 270));
        EngFormat other = random_format();
        EngOperand exact;
        CHECK_INT(eng_operand_init(&exact, 1, s.rows, s.length, round % 2, NULL), ENG_OK);
        s.op = exact;
        CHECK_INT(side_quantize(&s, &other, round % 2, NULL), ENG_OK);
        CHECK(s.op.data == exact.data);
        side_free(&s);
    }
    CHECK_INT(eng_operand_capacity(SIZE_MAX / 2, 7, 100, true), 0);
    CHECK_INT(eng_operand_capacity(1, SIZE_MAX - 3, 100, false), 0);
    CHECK_INT(eng_operand_capacity(1, 7, SIZE_MAX / 2, true), 0);
    EngOperand op;
    EngError err;
    CHECK_INT(eng_operand_init(&op, SIZE_MAX / 2, 7, 100, true, &err), ENG_ERR_NOMEM);
}

static void check_layout(const char *a, const char *b, EngPacking packing, unsigned group)
{
    EngFormat fa, fb;
    EngPacking got;
    unsigned got_group;
    CHECK_INT(eng_format_parse(a, strlen(a), &fa, NULL), ENG_OK);
    CHECK_INT(eng_format_parse(b, strlen(b), &fb, NULL), ENG_OK);
    eng_operand_layout(&fa, &fb, &got, &got_group);
    CHECK_INT(got, packing);
    CHECK_INT(got_group, group);
}

static void test_layout(void)
{
    check_layout("bfp4", "bfp7/g64", ENG_PACK_I8, 16);
    check_layout("bfp4", "bfp8", ENG_PACK_WIDE, 16);
    check_layout("bfp4", "fp32", ENG_PACK_F32, 1);
    check_layout("bfp4", "mxfp8_e4m3", ENG_PACK_F32, 1);
    check_layout("int8", "mxint8", ENG_PACK_I8, 32);
    check_layout("int8", "int8", ENG_PACK_I8, 256);
    check_layout("mxfp4", "mxfp6_e2m3", ENG_PACK_I8, 32);
    check_layout("mxfp4", "mxfp6_e3m2", ENG_PACK_WIDE, 32);
    check_layout("nvfp4", "nvfp4", ENG_PACK_WIDE, 16);
}

int main(void)
{
    static const EngIsa isas[] = {ENG_ISA_C, ENG_ISA_AVX2, ENG_ISA_AVX512, ENG_ISA_NEON};
    rng = inputs_seed();
    RUN(test_layout);
    for (unsigned i = 0; i < 4; i++) {
        if (eng_kernels(isas[i], &kernels, NULL) != ENG_OK)
            continue;
        for (unsigned threads = 1; threads <= 3; threads++) {
            CHECK_INT(eng_pool_new(threads, &pool, NULL), ENG_OK);
            printf("# %s, %u threads\n", kernels->name, threads);
            RUN(test_products);
            RUN(test_slabs);
            RUN(test_divergence);
            RUN(test_capacity);
            eng_pool_free(pool);
        }
    }
    return check_done();
}
