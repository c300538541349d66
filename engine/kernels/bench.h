/* How fast this machine's kernels are: for `mantissa-cli bench` and the benchmarks. */
#ifndef ENG_KERNELS_BENCH_H
#define ENG_KERNELS_BENCH_H

#include "kernels/operand.h"

/* C[M,N] = A[M,K] B[N,K]^T in two formats. Times are of the fastest call, in seconds: a call that
 * was interrupted says nothing about the kernel. */
typedef struct EngBenchProduct {
    EngPacking packing;
    double quantize_a; /* row records from rows along K */
    double quantize_b; /* panels from rows along K */
    double product;    /* from packed operands */
    double macs;       /* M N K */
} EngBenchProduct;

/* Measures for about `seconds` (0.01..60) after one call each to warm up. The roundings must be
 * settled. Errors: RANGE, NOMEM, UNSUPPORTED. */
EngStatus eng_bench_product(const EngKernels *kernels, EngPool *pool, size_t M, size_t N, size_t K,
    const EngFormat *a, const EngFormat *b, double seconds, EngBenchProduct *out, EngError *err);

/* The two directions a tensor can be quantised in, as row records or panels. */
typedef struct EngBenchQuantize {
    double along;  /* contraction axis contiguous in memory, seconds */
    double across; /* rows contiguous, contraction axis strided */
    double values; /* rows * length */
} EngBenchQuantize;

EngStatus eng_bench_quantize(const EngKernels *kernels, EngPool *pool, size_t rows, size_t length,
    const EngFormat *format, EngPacking packing, bool panels, double seconds, EngBenchQuantize *out,
    EngError *err);

#endif
