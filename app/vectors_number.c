/* Cases about formats and products. */
#include "base/memory.h"
#include "kernels/operand.h"
#include "number/format.h"
#include "number/quantize.h"
#include "vectors.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- the format of a case ------------------------------------------------------------------- */

static bool rounding_of(const json_t *vector, EngFormat *format, EngError *err)
{
    static const struct {
        const char *name;
        EngRounding rounding;
    } names[] = {{"nearest", ENG_ROUND_NEAREST}, {"truncate", ENG_ROUND_TRUNCATE},
        {"even", ENG_ROUND_EVEN}, {"stochastic", ENG_ROUND_STOCHASTIC}};
    const char *text;
    uint64_t bits = 0;
    if (!vector_text(vector, "rounding", &text, err))
        return false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(text, names[i].name) != 0)
            continue;
        format->rounding = (uint8_t)names[i].rounding;
        if (names[i].rounding == ENG_ROUND_STOCHASTIC &&
            !vector_count(vector, "noise_bits", 0, 16, &bits, err))
            return false;
        format->noise_bits = (uint8_t)bits;
        return true;
    }
    eng_error(err, ENG_ERR_FORMAT,
        "rounding: \"%s\", expected nearest, truncate, even or "
        "stochastic",
        text);
    return false;
}

/* A block format with `m` bits under the case's g, e and rounding, checked by the engine itself. */
static bool block_format(const json_t *vector, const char *m_key, EngFormat *out, EngError *err)
{
    uint64_t m, g, e = 8;
    char text[ENG_FORMAT_TEXT];
    if (!vector_count(vector, m_key, 1, 16, &m, err) ||
        !vector_count(vector, "g", 1, 4096, &g, err))
        return false;
    if (json_object_get(vector, "e") && !vector_count(vector, "e", 2, 8, &e, err))
        return false;
    snprintf(text, sizeof text, "bfp%u/g%u/e%u:nearest", (unsigned)m, (unsigned)g, (unsigned)e);
    if (eng_format_parse(text, strlen(text), out, err) != ENG_OK)
        return false;
    return !json_object_get(vector, "rounding") || rounding_of(vector, out, err);
}

/* ---- quantize -------------------------------------------------------------------------------- */

typedef struct QuantizeCase {
    size_t rows, cols, groups;
    EngFormat format;
    uint64_t seed, tensor, step;
} QuantizeCase;

static bool read_quantize(const json_t *vector, QuantizeCase *out, EngError *err)
{
    *out = (QuantizeCase){0};
    if (!vector_size(vector, "rows", "cols", &out->rows, &out->cols, err) ||
        !block_format(vector, "m", &out->format, err))
        return false;
    out->groups = (out->cols + out->format.g - 1) / out->format.g;
    if (out->format.rounding != ENG_ROUND_STOCHASTIC)
        return true;
    return vector_seed(vector, "seed", &out->seed, err) &&
        vector_count(vector, "tensor", 0, UINT32_MAX, &out->tensor, err) &&
        vector_count(vector, "step", 0, UINT32_MAX, &out->step, err);
}

/* The noise of every element, or NULL where the rounding takes none. */
static uint32_t *noise_of(const QuantizeCase *c)
{
    if (c->format.rounding != ENG_ROUND_STOCHASTIC || c->format.noise_bits == 0)
        return NULL;
    uint32_t *const noise = eng_alloc(c->rows * c->cols, sizeof *noise);
    for (size_t r = 0; noise && r < c->rows; r++)
        for (size_t i = 0; i < c->cols; i++)
            noise[r * c->cols + i] = eng_noise_at(c->seed, (uint32_t)c->tensor, (uint32_t)c->step,
                (uint32_t)r, c->cols, i, c->format.noise_bits);
    return noise;
}

bool vector_quantize(const VectorBench *bench, const json_t *vector, EngError *err)
{
    QuantizeCase c;
    float *x = NULL;
    if (!read_quantize(vector, &c, err) ||
        !vector_floats(json_object_get(vector, "x"), "x", c.rows * c.cols, &x, err))
        return false;
    uint32_t *const noise = noise_of(&c);
    int32_t *const k = eng_alloc(c.rows * c.cols, sizeof *k);
    int32_t *const s = eng_alloc(c.rows * c.groups, sizeof *s);
    const bool same = k && s &&
        eng_bfp_quantize(x, c.rows, c.cols, &c.format, noise, k, s, err) == ENG_OK &&
        vector_same_ints(k, c.rows * c.cols, json_object_get(vector, "k"), "k", err) &&
        vector_same_ints(s, c.rows * c.groups, json_object_get(vector, "s"), "s", err);
    eng_free(s);
    eng_free(k);
    eng_free(noise);
    eng_free(x);
    return same;
}

/* ---- gemm ------------------------------------------------------------------------------------ */

typedef struct GemmCase {
    size_t M, N, K;
    EngFormat a, b;
} GemmCase;

static bool read_gemm(const json_t *vector, GemmCase *out, EngError *err)
{
    uint64_t n;
    if (!vector_size(vector, "M", "K", &out->M, &out->K, err) ||
        !vector_count(vector, "N", 1, VECTOR_LIMIT / out->K, &n, err))
        return false;
    out->N = (size_t)n;
    if (out->M * out->N > VECTOR_LIMIT) {
        eng_error(err, ENG_ERR_FORMAT, "M, N: expected a smaller case");
        return false;
    }
    return block_format(vector, "m_a", &out->a, err) && block_format(vector, "m_b", &out->b, err);
}

/* Quantises rows[count][K] into an operand, as a layer does. */
static bool pack(const VectorBench *bench, const GemmCase *c, const float *rows, size_t count,
    bool panels, EngOperand *op, EngError *err)
{
    EngPacking packing;
    unsigned group;
    const EngNoise noise = {0};
    const EngMatrix matrix = {.data = rows,
        .outer = 1,
        .inner = count,
        .length = c->K,
        .inner_stride = c->K,
        .pos_stride = 1,
        .inner_noise = 1};
    eng_operand_layout(&c->a, &c->b, &packing, &group);
    return eng_operand_init(op, 1, count, c->K, panels, err) == ENG_OK &&
        eng_operand_quantize(bench->kernels, bench->pool, &matrix, panels ? &c->b : &c->a, packing,
            group, &noise, op, err) == ENG_OK;
}

bool vector_gemm(const VectorBench *bench, const json_t *vector, EngError *err)
{
    GemmCase c;
    float *a = NULL, *b = NULL, *out = NULL;
    EngOperand left = {0}, right = {0};
    bool same = read_gemm(vector, &c, err) &&
        vector_floats(json_object_get(vector, "a"), "a", c.M * c.K, &a, err) &&
        vector_floats(json_object_get(vector, "b"), "b", c.N * c.K, &b, err) &&
        pack(bench, &c, a, c.M, false, &left, err) && pack(bench, &c, b, c.N, true, &right, err);
    if (same)
        out = eng_alloc(c.M * c.N, sizeof *out);
    if (out)
        eng_product(bench->kernels, bench->pool, &left, &right, out, c.N);
    same = out && vector_same_floats(out, c.M * c.N, json_object_get(vector, "c"), "c", err);
    eng_operand_free(&left);
    eng_operand_free(&right);
    eng_free(out);
    eng_free(b);
    eng_free(a);
    return same;
}

/* ---- relative_improvement -------------------------------------------------------------------- */

/* Sums of `count` float64 terms of either sign, each rounded once per addition, differ between two
 * orders of summation by at most count * 2^-53 of the sum of magnitudes; the answer is a quotient
 * of two, of which the literal one may cancel by the factor `cancelled`. */
static bool near(double got, const json_t *wanted, size_t count, double cancelled, const char *name,
    EngError *err)
{
    const double bound = 2 * (double)count * 0x1p-53 * (1 + cancelled);
    const double value = json_number_value(wanted);
    /* null: the denominator is 0 and the answer infinite (or 0 over 0, which counts as 0). */
    if (json_is_null(wanted) ? isinf(got) || got == 0
                             : json_is_number(wanted) && fabs(got - value) <= bound * value)
        return true;
    eng_error(err, ENG_ERR_FORMAT, "%s is %.17g, expected %.17g", name, got, value);
    return false;
}

bool vector_relative_improvement(const VectorBench *bench, const json_t *vector, EngError *err)
{
    size_t rows, cols;
    float *x = NULL;
    double r = 0, literal = 0;
    EngFormat low, high;
    if (!vector_size(vector, "rows", "cols", &rows, &cols, err) ||
        !block_format(vector, "low", &low, err) || !block_format(vector, "high", &high, err) ||
        !vector_floats(json_object_get(vector, "x"), "x", rows * cols, &x, err))
        return false;
    bool same = eng_relative_improvement(x, rows, cols, &low, &high, false, &r, err) == ENG_OK &&
        eng_relative_improvement(x, rows, cols, &low, &high, true, &literal, err) == ENG_OK;
    eng_free(x);
    const double cancelled = r > 0 && isfinite(literal) ? literal / r : 0;
    return same && near(r, json_object_get(vector, "r"), rows * cols, 0, "r", err) &&
        near(literal, json_object_get(vector, "r_literal"), rows * cols, cancelled, "r_literal",
            err);
}

/* ---- mx and cast: any format's values --------------------------------------------------------- */

/* Compares what the engine makes of x[rows][cols] with the case's y. */
static bool values_agree(const json_t *vector, const EngFormat *format, EngError *err)
{
    size_t rows, cols;
    float *x = NULL;
    if (!vector_size(vector, "rows", "cols", &rows, &cols, err) ||
        !vector_floats(json_object_get(vector, "x"), "x", rows * cols, &x, err))
        return false;
    const bool same = eng_quantize_values(x, rows, cols, format, NULL, x, err) == ENG_OK &&
        vector_same_floats(x, rows * cols, json_object_get(vector, "y"), "y", err);
    eng_free(x);
    return same;
}

/* The Microscaling format with these elements, under the case's block and rounding. */
bool vector_mx(const VectorBench *bench, const json_t *vector, EngError *err)
{
    static const struct {
        const char *element, *format;
    } names[] = {{"fp8_e4m3", "mxfp8_e4m3"}, {"fp8_e5m2", "mxfp8_e5m2"}, {"fp6_e3m2", "mxfp6_e3m2"},
        {"fp6_e2m3", "mxfp6_e2m3"}, {"fp4_e2m1", "mxfp4"}, {"int8", "mxint8"}};
    const char *element;
    uint64_t block;
    (void)bench;
    if (!vector_text(vector, "element", &element, err) ||
        !vector_count(vector, "block", 4, 256, &block, err))
        return false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        EngFormat format;
        if (strcmp(element, names[i].element) != 0)
            continue;
        if (eng_format_parse(names[i].format, strlen(names[i].format), &format, err) != ENG_OK ||
            !rounding_of(vector, &format, err))
            return false;
        format.g = (uint16_t)block;
        return values_agree(vector, &format, err);
    }
    eng_error(
        err, ENG_ERR_FORMAT, "element: \"%s\" is no element of a Microscaling format", element);
    return false;
}

/* A scalar float's rounding, half to even. */
bool vector_cast(const VectorBench *bench, const json_t *vector, EngError *err)
{
    const char *name;
    EngFormat format;
    (void)bench;
    if (!vector_text(vector, "format", &name, err) ||
        eng_format_parse(name, strlen(name), &format, err) != ENG_OK)
        return false;
    format = eng_format_for_role(&format, ENG_ROLE_W);
    return values_agree(vector, &format, err);
}
