#include "kernels/bench.h"
#include "base/memory.h"
#include "base/philox.h"
#include "number/codec.h"
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* One quantisation that can be repeated. */
typedef struct Quantization {
    const EngKernels *kernels;
    EngPool *pool;
    EngMatrix matrix;
    const EngFormat *format;
    EngPacking packing;
    unsigned group;
    EngOperand op;
    float *data;
} Quantization;

static EngStatus quantize_once(Quantization *q, EngError *err)
{
    const EngNoise noise = {.seed = 1};
    return eng_operand_quantize(
        q->kernels, q->pool, &q->matrix, q->format, q->packing, q->group, &noise, &q->op, err);
}

static EngStatus quantization_init(
    Quantization *q, size_t rows, size_t length, bool along, bool panels, EngError *err)
{
    size_t n;
    q->data = eng_size_mul(rows, length, &n) ? eng_alloc(n, sizeof(float)) : NULL;
    if (!q->data)
        return eng_error(err, ENG_ERR_NOMEM, "No memory for %zu x %zu values.", rows, length);
    EngRandom random;
    eng_random_init(&random, 1, 0, 0, 0);
    for (size_t i = 0; i < n; i++)
        q->data[i] = (float)(eng_random_unit(&random) - 0.5);
    q->matrix = (EngMatrix){.data = q->data,
        .outer = 1,
        .inner = rows,
        .length = length,
        .inner_stride = along ? length : 1,
        .pos_stride = along ? 1 : rows,
        .inner_noise = 1};
    return eng_operand_init(&q->op, 1, rows, length, panels, err);
}

static void quantization_free(Quantization *q)
{
    eng_operand_free(&q->op);
    eng_free(q->data);
}

/* The fastest of the calls that fit into `seconds`; at least two are made. */
static EngStatus time_quantization(Quantization *q, double seconds, double *best, EngError *err)
{
    EngStatus status = quantize_once(q, err);
    *best = 1e300;
    for (const double end = now() + seconds; status == ENG_OK;) {
        const double start = now();
        status = quantize_once(q, err);
        const double stop = now();
        *best = stop - start < *best ? stop - start : *best;
        if (stop >= end)
            break;
    }
    return status;
}

static double time_product(const Quantization *a, const Quantization *b, float *out, double seconds)
{
    double best = 1e300;
    eng_product(a->kernels, a->pool, &a->op, &b->op, out, b->op.inner);
    for (const double end = now() + seconds;;) {
        const double start = now();
        eng_product(a->kernels, a->pool, &a->op, &b->op, out, b->op.inner);
        const double stop = now();
        best = stop - start < best ? stop - start : best;
        if (stop >= end)
            return best;
    }
}

static EngStatus check_bench(size_t a, size_t b, size_t c, double seconds, EngError *err)
{
    if (a < 1 || b < 1 || c < 1)
        return eng_error(err, ENG_ERR_RANGE, "The sizes of a benchmark must be at least 1.");
    if (!(seconds >= 0.01 && seconds <= 60))
        return eng_error(
            err, ENG_ERR_RANGE, "A benchmark takes between 0.01 and 60 seconds per figure.");
    return ENG_OK;
}

static EngStatus bench_operands(Quantization *a, Quantization *b, size_t M, size_t N, size_t K,
    double seconds, EngBenchProduct *out, EngError *err)
{
    EngStatus status = quantization_init(a, M, K, true, false, err);
    if (status == ENG_OK)
        status = quantization_init(b, N, K, true, true, err);
    if (status == ENG_OK)
        status = time_quantization(a, seconds, &out->quantize_a, err);
    if (status == ENG_OK)
        status = time_quantization(b, seconds, &out->quantize_b, err);
    return status;
}

EngStatus eng_bench_product(const EngKernels *kernels, EngPool *pool, size_t M, size_t N, size_t K,
    const EngFormat *a, const EngFormat *b, double seconds, EngBenchProduct *out, EngError *err)
{
    EngStatus status = check_bench(M, N, K, seconds, err);
    if (status)
        return status;
    unsigned group;
    *out = (EngBenchProduct){.macs = (double)M * (double)N * (double)K};
    eng_operand_layout(a, b, &out->packing, &group);
    Quantization left = {
        .kernels = kernels, .pool = pool, .format = a, .packing = out->packing, .group = group};
    Quantization right = left;
    right.format = b;
    status = bench_operands(&left, &right, M, N, K, seconds, out, err);
    size_t n = 0;
    float *c = eng_size_mul(M, N, &n) ? eng_alloc(n, sizeof *c) : NULL;
    if (status == ENG_OK && !c)
        status = eng_error(err, ENG_ERR_NOMEM, "No memory for %zu x %zu outputs.", M, N);
    if (status == ENG_OK)
        out->product = time_product(&left, &right, c, seconds);
    eng_free(c);
    quantization_free(&left);
    quantization_free(&right);
    return status;
}

EngStatus eng_bench_quantize(const EngKernels *kernels, EngPool *pool, size_t rows, size_t length,
    const EngFormat *format, EngPacking packing, bool panels, double seconds, EngBenchQuantize *out,
    EngError *err)
{
    EngStatus status = check_bench(rows, length, 1, seconds, err);
    *out = (EngBenchQuantize){.values = (double)rows * (double)length};
    for (int along = 0; along < 2 && status == ENG_OK; along++) {
        Quantization q = {.kernels = kernels,
            .pool = pool,
            .format = format,
            .packing = packing,
            .group = packing == ENG_PACK_F32 ? 1 : eng_codec_block(format)};
        status = quantization_init(&q, rows, length, along, panels, err);
        if (status == ENG_OK)
            status = time_quantization(&q, seconds, along ? &out->along : &out->across, err);
        quantization_free(&q);
    }
    return status;
}
