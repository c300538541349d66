/* The array against the product the training uses: random matrices, quantised by the engine, must
 * come out of both with the same bits, in as many cycles as the closed form says. */
#include "base/memory.h"
#include "base/philox.h"
#include "check.h"
#include "hardware/stepper.h"
#include "kernels/operand.h"
#include "number/quantize.h"
#include <math.h>

#define SEED 8086u
#define CASES 1200

typedef struct Side {
    size_t rows;
    float *x;
    EngFormat format;
    int32_t *k, *s; /* mantissas; exponents per group of the product */
} Side;

/* Values over many orders of magnitude, zeros among them. */
static void fill(EngRandom *random, float *x, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const int exponent = (int)eng_random_below(random, 24) - 12;
        x[i] =
            eng_random_below(random, 8) ? ldexpf((float)eng_random_normal(random), exponent) : 0.0f;
    }
}

static EngFormat some_format(EngRandom *random)
{
    static const uint16_t groups[] = {4, 8, 16, 16, 16, 32};
    EngFormat format = eng_format_bfp(1 + eng_random_below(random, 16));
    format.g = groups[eng_random_below(random, 6)];
    format.rounding = ENG_ROUND_NEAREST;
    return format;
}

/* Quantises a side; where its groups are longer than the product's, each exponent serves several. */
static void quantise(EngRandom *random, Side *side, size_t K, unsigned g)
{
    const size_t own = (K + side->format.g - 1) / side->format.g, groups = (K + g - 1) / g;
    int32_t *const s = eng_alloc(side->rows * own, sizeof *s);
    side->x = eng_alloc(side->rows * K, sizeof *side->x);
    side->k = eng_alloc(side->rows * K, sizeof *side->k);
    side->s = eng_alloc(side->rows * groups, sizeof *side->s);
    fill(random, side->x, side->rows * K);
    CHECK_INT(
        eng_bfp_quantize(side->x, side->rows, K, &side->format, NULL, side->k, s, NULL), ENG_OK);
    for (size_t i = 0; i < side->rows * groups; i++)
        side->s[i] = s[i / groups * own + i % groups * g / side->format.g];
    eng_free(s);
}

static void free_side(Side *side)
{
    eng_free(side->x);
    eng_free(side->k);
    eng_free(side->s);
}

/* What the training computes. */
static void engine_product(
    const EngKernels *kernels, const Side *a, const Side *b, size_t K, float *out)
{
    EngPacking packing;
    unsigned group;
    eng_operand_layout(&a->format, &b->format, &packing, &group);
    const Side *const sides[2] = {a, b};
    EngOperand operands[2];
    for (int i = 0; i < 2; i++) {
        const EngMatrix matrix = {.data = sides[i]->x,
            .outer = 1,
            .inner = sides[i]->rows,
            .length = K,
            .inner_stride = K,
            .pos_stride = 1};
        CHECK_INT(eng_operand_init(&operands[i], 1, sides[i]->rows, K, i == 1, NULL), ENG_OK);
        CHECK_INT(eng_operand_quantize(kernels, NULL, &matrix, &sides[i]->format, packing, group,
                      &(EngNoise){0}, &operands[i], NULL),
            ENG_OK);
    }
    eng_product(kernels, NULL, &operands[0], &operands[1], out, b->rows);
    eng_operand_free(&operands[0]);
    eng_operand_free(&operands[1]);
}

static void check_case(EngRandom *random, const EngKernels *kernels, EngDataflow dataflow)
{
    Side a = {.rows = 1 + eng_random_below(random, 24), .format = some_format(random)};
    Side b = {.rows = 1 + eng_random_below(random, 24), .format = some_format(random)};
    const unsigned g = a.format.g < b.format.g ? a.format.g : b.format.g;
    const uint32_t K = 1 + eng_random_below(random, 100);
    quantise(random, &a, K, g);
    quantise(random, &b, K, g);
    const EngStepperJob job = {.dataflow = dataflow,
        .rows = 1 + eng_random_below(random, 16),
        .columns = 1 + eng_random_below(random, 16),
        .M = (uint32_t)a.rows,
        .N = (uint32_t)b.rows,
        .K = K,
        .g = g,
        .width = 16,
        .a = {a.k, a.s, a.format.m},
        .b = {b.k, b.s, b.format.m}};
    EngStepper *s = NULL;
    EngError err = {.text = ""};
    CHECK_INT(eng_stepper_new(&job, &s, &err), ENG_OK);
    eng_stepper_seek(s, UINT64_MAX);
    CHECK_INT(eng_stepper_cycle(s), eng_stepper_expected(s));
    float *const wanted = eng_alloc(a.rows * b.rows, sizeof *wanted);
    engine_product(kernels, &a, &b, K, wanted);
    CHECK(memcmp(eng_stepper_output(s), wanted, a.rows * b.rows * sizeof *wanted) == 0);
    eng_free(wanted);
    eng_stepper_free(s);
    free_side(&a);
    free_side(&b);
}

static void test_same_bits_as_the_engine(void)
{
    EngRandom random;
    eng_random_init(&random, SEED, 0, 0, 0);
    const EngKernels *kernels = NULL;
    CHECK_INT(eng_kernels(ENG_ISA_AUTO, &kernels, NULL), ENG_OK);
    printf("# kernels: %s\n", kernels->name);
    for (int i = 0; i < CASES; i++)
        check_case(&random, kernels, (EngDataflow)(i % 3));
}

int main(void)
{
    printf("# seed %u\n", SEED);
    RUN(test_same_bits_as_the_engine);
    return check_done();
}
