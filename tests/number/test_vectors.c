/* vectors.txt, which make_vectors.py worked out in rational numbers, and, where they are there, the
 * golden files of ../shared. */
#include "check.h"
#include "kernels/operand.h"
#include "number/quantize.h"
#include <math.h>
#include <stdlib.h>

/* ---- our own: words ------------------------------------------------------------------------------ */

#define MOST 4096

typedef struct Case {
    EngFormat format;
    EngNoise noise;
    size_t rows, cols;
} Case;

static EngRounding rounding_of(const char *name)
{
    static const char *const names[] = {NULL, "nearest", "truncate", "even", "stochastic"};
    for (int i = 1; i <= ENG_ROUND_STOCHASTIC; i++) {
        if (strcmp(name, names[i]) == 0)
            return (EngRounding)i;
    }
    CHECK_STR(name, "a rounding");
    return ENG_ROUND_NEAREST;
}

static void expect_numbers(FILE *in, char head, const int32_t *got, size_t n)
{
    char name[2];
    CHECK_INT(fscanf(in, " %1s", name), 1);
    CHECK_INT(name[0], head);
    for (size_t i = 0; i < n; i++) {
        int wanted;
        CHECK_INT(fscanf(in, "%d", &wanted), 1);
        CHECK_INT(got[i], wanted);
    }
}

static void run_case(FILE *in, const Case *c)
{
    static float x[MOST];
    static uint32_t noise[MOST];
    static int32_t k[MOST], s[MOST];
    const size_t n = c->rows * c->cols, g = c->format.g;
    char name[2];
    CHECK_INT(fscanf(in, " %1s", name), 1);
    for (size_t i = 0; i < n && n <= MOST; i++) {
        unsigned bits;
        CHECK_INT(fscanf(in, "%x", &bits), 1);
        memcpy(&x[i], &bits, sizeof bits);
        if (c->format.rounding == ENG_ROUND_STOCHASTIC)
            noise[i] = eng_noise_at(c->noise.seed, c->noise.tensor, c->noise.step,
                (uint32_t)(i / c->cols), c->cols, i % c->cols, c->format.noise_bits);
    }
    CHECK_INT(eng_bfp_quantize(x, c->rows, c->cols, &c->format, noise, k, s, NULL), ENG_OK);
    expect_numbers(in, 'k', k, n);
    expect_numbers(in, 's', s, c->rows * ((c->cols + g - 1) / g));
}

static void test_own_vectors(void)
{
    FILE *in = fopen(TEST_VECTORS, "r");
    CHECK(in != NULL);
    if (!in)
        return;
    unsigned cases = 0, m, g, e, bits, tensor, step;
    char rounding[16];
    Case c = {.format = {.kind = ENG_KIND_BFP}};
    CHECK(fscanf(in, "#%*[^\n]") == 0);
    while (check_failures < 20 &&
        fscanf(in, " quantize %u %u %u %15s %u %" SCNu64 " %u %u %zu %zu", &m, &g, &e, rounding,
            &bits, &c.noise.seed, &tensor, &step, &c.rows, &c.cols) == 10) {
        c.format.m = (uint8_t)m;
        c.format.g = (uint16_t)g;
        c.format.e = (uint8_t)e;
        c.format.rounding = (uint8_t)rounding_of(rounding);
        c.format.noise_bits = (uint8_t)bits;
        c.noise.tensor = tensor;
        c.noise.step = step;
        run_case(in, &c);
        cases++;
    }
    fclose(in);
    CHECK_INT(cases, 48);
}

/* ---- golden files: one flat JSON object per line ---------------------------------------------------- */

/* What stands behind "key": in the line; NULL where it is not there. */
static const char *value_of(const char *line, const char *key)
{
    char quoted[40];
    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    const char *at = strstr(line, quoted);
    return at ? at + strlen(quoted) : NULL;
}

static long number_of(const char *line, const char *key)
{
    const char *at = value_of(line, key);
    CHECK(at != NULL);
    return at ? strtol(at, NULL, 10) : 0;
}

static bool word_is(const char *line, const char *key, const char *word)
{
    const char *at = value_of(line, key);
    return at && at[0] == '"' && strncmp(at + 1, word, strlen(word)) == 0 &&
        at[1 + strlen(word)] == '"';
}

/* An array of integers; returns how many. Caller frees *out. */
static size_t array_of(const char *line, const char *key, int64_t **out)
{
    size_t n = 0;
    const char *at = value_of(line, key);
    *out = malloc(strlen(line) * sizeof **out);
    while (at && *at != ']') {
        char *end;
        (*out)[n++] = strtoll(at + 1, &end, 10);
        at = end;
    }
    return n;
}

static float *floats_of(const char *line, const char *key, size_t *count)
{
    int64_t *bits;
    *count = array_of(line, key, &bits);
    float *x = malloc((*count + 1) * sizeof *x);
    for (size_t i = 0; i < *count; i++) {
        const uint32_t word = (uint32_t)bits[i];
        memcpy(&x[i], &word, sizeof word);
    }
    free(bits);
    return x;
}

static EngFormat block_format(const char *line, const char *m_key)
{
    EngFormat f = eng_format_bfp((unsigned)number_of(line, m_key));
    f.g = (uint16_t)number_of(line, "g");
    f.e = value_of(line, "e") ? (uint8_t)number_of(line, "e") : 8;
    f.rounding = ENG_ROUND_NEAREST;
    static const char *const names[] = {NULL, "nearest", "truncate", "even", "stochastic"};
    for (int i = 1; i <= ENG_ROUND_STOCHASTIC; i++) {
        if (word_is(line, "rounding", names[i]))
            f.rounding = (uint8_t)i;
    }
    if (f.rounding == ENG_ROUND_STOCHASTIC)
        f.noise_bits = (uint8_t)number_of(line, "noise_bits");
    return f;
}

static void check_integers(const char *line, const char *key, const int32_t *got)
{
    int64_t *wanted;
    const size_t n = array_of(line, key, &wanted);
    for (size_t i = 0; i < n && check_failures < 20; i++)
        CHECK_INT(got[i], wanted[i]);
    free(wanted);
}

static void check_floats(const char *line, const char *key, const float *got)
{
    size_t n;
    float *wanted = floats_of(line, key, &n);
    CHECK(n > 0 && memcmp(got, wanted, n * sizeof *got) == 0);
    free(wanted);
}

static void golden_quantize(const char *line)
{
    const EngFormat f = block_format(line, "m");
    const size_t rows = (size_t)number_of(line, "rows"), cols = (size_t)number_of(line, "cols");
    size_t n;
    float *x = floats_of(line, "x", &n);
    int32_t *k = malloc(n * sizeof *k), *s = malloc(n * sizeof *s);
    uint32_t *noise = calloc(n, sizeof *noise);
    if (f.rounding == ENG_ROUND_STOCHASTIC) {
        const EngNoise from = {strtoull(value_of(line, "seed") + 1, NULL, 10),
            (uint32_t)number_of(line, "tensor"), (uint32_t)number_of(line, "step")};
        for (size_t row = 0; row < rows; row++)
            eng_noise_fill(&from, (uint32_t)row, cols, 0, cols, f.noise_bits, noise + row * cols);
    }
    CHECK_INT(eng_bfp_quantize(x, rows, cols, &f, noise, k, s, NULL), ENG_OK);
    check_integers(line, "k", k);
    check_integers(line, "s", s);
    free(x);
    free(k);
    free(s);
    free(noise);
}

static void golden_operand(const EngKernels *kernels, float *x, size_t rows, size_t length,
    const EngFormat *mine, const EngFormat *other, bool panels, EngOperand *op)
{
    EngPacking packing;
    unsigned group;
    const EngMatrix m = {.data = x,
        .outer = 1,
        .inner = rows,
        .length = length,
        .inner_stride = length,
        .pos_stride = 1,
        .inner_noise = 1};
    eng_operand_layout(mine, other, &packing, &group);
    CHECK_INT(eng_operand_init(op, 1, rows, length, panels, NULL), ENG_OK);
    CHECK_INT(
        eng_operand_quantize(kernels, NULL, &m, mine, packing, group, &(EngNoise){0}, op, NULL),
        ENG_OK);
}

static void golden_gemm(const char *line)
{
    static const EngIsa isas[] = {ENG_ISA_C, ENG_ISA_AVX2, ENG_ISA_AVX512, ENG_ISA_NEON};
    const size_t M = (size_t)number_of(line, "M"), N = (size_t)number_of(line, "N");
    const size_t K = (size_t)number_of(line, "K");
    const EngFormat fa = block_format(line, "m_a"), fb = block_format(line, "m_b");
    size_t n;
    float *a = floats_of(line, "a", &n), *b = floats_of(line, "b", &n);
    float *c = malloc(M * N * sizeof *c);
    for (int i = 0; i < 4; i++) {
        const EngKernels *kernels;
        EngOperand left, right;
        if (eng_kernels(isas[i], &kernels, NULL) != ENG_OK)
            continue;
        golden_operand(kernels, a, M, K, &fa, &fb, false, &left);
        golden_operand(kernels, b, N, K, &fb, &fa, true, &right);
        eng_product(kernels, NULL, &left, &right, c, N);
        check_floats(line, "c", c);
        eng_operand_free(&left);
        eng_operand_free(&right);
    }
    free(a);
    free(b);
    free(c);
}

static void golden_improvement(const char *line)
{
    const EngFormat low = block_format(line, "low"), high = block_format(line, "high");
    size_t n;
    float *x = floats_of(line, "x", &n);
    for (int literal = 0; literal < 2; literal++) {
        const char *text = value_of(line, literal ? "r_literal" : "r");
        const double wanted = text[0] == 'n' ? INFINITY : strtod(text, NULL);
        double r;
        CHECK_INT(eng_relative_improvement(x, (size_t)number_of(line, "rows"),
                      (size_t)number_of(line, "cols"), &low, &high, literal, &r, NULL),
            ENG_OK);
        /* Both sums are of few-bit multiples of powers of two, n of them; each of at most n
         * additions rounds by 2^-53 of a partial sum no larger than the sum of magnitudes, which
         * for the default denominator is the sum itself: 3 n 2^-53 covers both and the quotient. */
        CHECK(r == wanted || fabs(r - wanted) <= 3 * (double)n * 0x1p-53 * wanted);
    }
    free(x);
}

static EngElement element_of(const char *line)
{
    static const struct {
        const char *name;
        EngElement element;
    } names[] = {{"fp8_e4m3", ENG_ELEMENT_FP8_E4M3}, {"fp8_e5m2", ENG_ELEMENT_FP8_E5M2},
        {"fp6_e3m2", ENG_ELEMENT_FP6_E3M2}, {"fp6_e2m3", ENG_ELEMENT_FP6_E2M3},
        {"fp4_e2m1", ENG_ELEMENT_FP4_E2M1}, {"int8", ENG_ELEMENT_INT8}, {"bf16", ENG_ELEMENT_BF16},
        {"fp16", ENG_ELEMENT_FP16}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (word_is(line, "element", names[i].name) || word_is(line, "format", names[i].name))
            return names[i].element;
    }
    CHECK_STR(line, "an element");
    return ENG_ELEMENT_FP32;
}

static void golden_values(const char *line, bool mx)
{
    EngFormat f = {
        .kind = ENG_KIND_FLOAT, .element = (uint8_t)element_of(line), .rounding = ENG_ROUND_EVEN};
    if (mx) {
        f.kind = ENG_KIND_MX;
        f.g = (uint16_t)number_of(line, "block");
        f.rounding = word_is(line, "rounding", "even") ? ENG_ROUND_EVEN : ENG_ROUND_NEAREST;
    }
    size_t n;
    float *x = floats_of(line, "x", &n);
    CHECK_INT(eng_quantize_values(x, (size_t)number_of(line, "rows"),
                  (size_t)number_of(line, "cols"), &f, NULL, x, NULL),
        ENG_OK);
    check_floats(line, "y", x);
    free(x);
}

static bool golden_line(const char *line)
{
    if (word_is(line, "op", "quantize"))
        golden_quantize(line);
    else if (word_is(line, "op", "gemm"))
        golden_gemm(line);
    else if (word_is(line, "op", "relative_improvement"))
        golden_improvement(line);
    else if (word_is(line, "op", "mx"))
        golden_values(line, true);
    else if (word_is(line, "op", "cast"))
        golden_values(line, false);
    else
        return false;
    return true;
}

/* Lines of the file that were understood. */
static unsigned golden_file(const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", TEST_GOLDEN, name);
    FILE *in = fopen(path, "r");
    if (!in)
        return 0;
    char *line = NULL;
    size_t room = 0;
    unsigned lines = 0;
    while (getline(&line, &room, in) > 0 && check_failures < 20)
        lines += golden_line(line);
    free(line);
    fclose(in);
    return lines;
}

static void test_golden_arithmetic(void)
{
    CHECK_INT(golden_file("arithmetic.jsonl"), 350);
}

static void test_golden_formats(void)
{
    CHECK_INT(golden_file("mx_formats.jsonl"), 144);
}

int main(void)
{
    RUN(test_own_vectors);
    FILE *there = fopen(TEST_GOLDEN "/arithmetic.jsonl", "r");
    if (!there) {
        SKIP(test_golden_arithmetic, "no golden files in ../shared");
        return check_done();
    }
    fclose(there);
    RUN(test_golden_arithmetic);
    RUN(test_golden_formats);
    return check_done();
}
