/* The inner loops, one table of function pointers per instruction set.
 *
 * kernels_c.c is the reference: plain C that says what each kernel does. eng_kernels() starts
 * from it and raises entries by what the processor and the operating system allow (CPUID and
 * XGETBV). Every table gives the same bits for the same input. Kernels neither read nor set
 * MXCSR, do not allocate, and may run on any thread. */
#ifndef ENG_KERNELS_KERNELS_H
#define ENG_KERNELS_KERNELS_H

#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Rows of the vector side that stand side by side in a panel. */
#define ENG_LANES 16
/* The largest tile any instruction set asks for. */
#define ENG_TILE_ROWS 16
#define ENG_TILE_PANELS 4

typedef enum EngIsa {
    ENG_ISA_AUTO = 0,
    ENG_ISA_C,
    ENG_ISA_AVX2,
    ENG_ISA_AVX512, /* F, BW, VL, DQ and VNNI */
    ENG_ISA_NEON,   /* with dot product */
} EngIsa;

/* How a quantised operand stands in memory.
 *
 * A product is C[M,N] = A[M,K] B[N,K]^T. The rows of A are *row records*, the rows of B stand in
 * *panels* of ENG_LANES. K is `groups` groups of `group` elements; the last group of a record is
 * padded with zeros to a whole group.
 *
 * I8, both mantissas within +-127:
 *   row record: float scale[groups]; uint8 mantissa[groups * group], biased by 128
 *   panel: for each group { float scale[16]; int32 start[16]; int8 mantissa[group/4][16][4] }
 * WIDE, mantissas within +-65535:
 *   row record: float scale[groups]; float mantissa[groups * group]
 *   panel: for each group { float scale[16]; float mantissa[group][16] }
 * F32 (group = 1, no scales):
 *   row record: float value[length];  panel: float value[length][16]
 *
 * Scales are floats: 2^s, |s| <= 62. Only an I8 panel's is 1.5 * 2^(23 + s), and its start is an
 * integer, the bits of that float less 128 * (sum of the lane's mantissas in the group). An integer
 * accumulator that begins with start undoes the rows' bias, and after the group its bits *are* the
 * float (1.5 * 2^23 + S) 2^s: subtracting scale leaves S 2^s, exactly and without a conversion
 * (|S| <= 256 * 127^2 < 2^22).
 * Panels are multiples of 64 bytes and aligned to them, row records multiples of four. */
typedef enum EngPacking { ENG_PACK_I8 = 0, ENG_PACK_WIDE, ENG_PACK_F32, ENG_PACKINGS } EngPacking;

/* What the bits of 1.5 * 2^(23 + s) are above those of 2^s: 23 in the exponent, the half in 1.5. */
#define ENG_MAGIC_BITS ((23 << 23) + (1 << 22))

/* One tile of a product: up to tile_rows x (tile_panels * 16) outputs.
 * K runs over `segments` (1 for a linear layer; taps of a convolution; pixels of its weight
 * gradient), and within each over groups [first, first + count) of its records. Each segment has
 * its own row records and panels, so a convolution needs no copy of its patches. */
typedef struct EngTile {
    size_t segments;
    size_t groups;       /* groups of a record (F32: elements) */
    size_t first, count; /* which of them this call adds up */
    unsigned group;      /* elements per group */
    unsigned rows;       /* 1..tile_rows */
    unsigned panels;     /* 1..tile_panels */
    unsigned lanes;      /* outputs wanted of the last panel, 1..16 */
    unsigned row_bits;   /* magnitude bits of the rows' mantissas (not for F32) */
    unsigned panel_bits; /* and of the panels' */
    bool add;            /* the sums start from what `out` holds, else from zero */
    bool swapped;        /* the rows are the product's second operand (approximate) */
    const struct EngApproximate *approximate; /* kernels/approximate.h; NULL: exact */
    const void *const *row;                   /* [segments][rows] */
    const void *const *panel;                 /* [segments][panels] */
    float *out;                               /* out[i * out_stride + 16 * p + lane] */
    size_t out_stride;                        /* floats from one row to the next */
} EngTile;

/* Quantises up to ENG_QUANT_ROWS rows of block floating point and packs them.
 *
 * src(i, k) = src[i * row_stride + k * pos_stride]; one of both strides is 1. Rounding is unified:
 * t = floor(|x| 2^(bits - s)), k = min((t + R) >> bits, 2^m - 1): truncate bits 0; nearest bits
 * 1, R 1; stochastic bits b, R noise; `even` apart. In the packing F32 the value k 2^s is
 * written, and m = 0 means the source itself.
 *
 * With `element` set the format is a small float instead: each value in units of its own last
 * place, rounded the same way; or with `scaled` a Microscaling block, whose scale is
 * 2^(floor(log2 max|x|) - highest) and whose elements are packed as multiples of their smallest
 * step. */
#define ENG_QUANT_ROWS 128
struct EngElementTraits; /* number/element.h */
typedef struct EngQuantTile {
    const float *src;
    size_t row_stride, pos_stride;
    unsigned rows;       /* 1..ENG_QUANT_ROWS */
    size_t length;       /* elements of a row, >= 1 */
    unsigned group;      /* the format's group g */
    unsigned pack_group; /* the layout's group, divides g (F32: 1) */
    unsigned m;          /* 1..16; 0 copies (F32 only) */
    unsigned rounding;   /* EngRounding, settled */
    unsigned noise_bits; /* 0..16 */
    int min_exponent;    /* E is raised to this: max(m - 63, Etop - (2^e - 1)); with `scaled` the
                            scale's exponent is, >= -127 */
    const struct EngElementTraits *element; /* NULL: block floating point */
    bool scaled;
    EngPacking packing;  /* I8 wants m <= 7 */
    bool to_panel;       /* panels of 16 rows, or row records */
    void *out;           /* the first panel or record, the others behind it */
    size_t record_bytes; /* of one panel or record; whole ones are written */
    uint64_t noise_seed;
    uint32_t noise_tensor, noise_step;
    uint32_t noise_row, noise_row_step; /* the noise counter's row: first, and from row to row */
    uint64_t lfsr_start;                /* steps the LFSRs have made before this tensor */
} EngQuantTile;

/* One run of rows of a batch norm, with the ReLU behind it where that belongs to it.
 * x: (rows, channels), what was normalised; the rest is by channel: y = x factor + shift. */
typedef struct EngNormPass {
    const float *x;
    size_t rows, channels;
    const float *factor, *shift;
    const float *mean, *inverse; /* of the batch: xhat = (x - mean) * inverse */
    bool relu;
} EngNormPass;

/* One row of windows of a max pooling, size x size without overlap.
 * x: the windows' first image row; outputs: windows side by side; row: floats from one image row
 * to the next. */
typedef struct EngPoolPass {
    const float *x;
    size_t outputs, channels, row;
    unsigned size;
} EngPoolPass;

typedef struct EngKernels {
    const char *name; /* "c", "avx2", "avx512", "neon" */
    EngIsa isa;

    /* Product of one tile, by packing; with the tile size this table likes best. */
    void (*product[ENG_PACKINGS])(const EngTile *tile);
    unsigned tile_rows[ENG_PACKINGS];
    unsigned tile_panels[ENG_PACKINGS];

    /* Quantises and packs. Returns the largest |x| as bits; ENG_DIVERGED_BITS (2^62) and above
     * is divergence, and then what was packed means nothing. */
    uint32_t (*quantize)(const EngQuantTile *tile);
    /* Largest |x| as bits over n floats. */
    uint32_t (*max_abs)(const float *x, size_t n);

    /* Elementwise passes of a training step. Sizes in floats. */
    void (*relu)(float *x, size_t n);                           /* x = x < 0 ? 0 : x; NaN stays */
    void (*relu_backward)(float *dx, const float *y, size_t n); /* dx = y > 0 ? dx : 0 */
    void (*add_bias)(float *x, const float *bias, size_t rows, size_t n); /* x[i][j] += bias[j] */
    /* sum[j] = sum over rows of x[i][j], in ascending order of i in float64, rounded once. */
    void (*column_sums)(const float *x, size_t rows, size_t n, size_t stride, float *sum);
    /* v = mu v + (g + decay w); w -= lr v (nesterov: w -= lr (g' + mu v)), each op rounded. */
    void (*sgd)(float *w, float *v, const float *g, size_t n, float lr, float mu, float decay,
        bool nesterov);

    /* Batch norm: sums over rows, by channel, of x and x^2 in float64, and of the masked dy and dy
     * xhat in float32 over 16 rows and float64 over these, all in ascending order; y; and
     * dx = a g + (b x + constant), g the masked dy. */

    void (*norm_sums)(const float *x, size_t rows, size_t channels, double *sum, double *squares);
    void (*norm_apply)(const EngNormPass *pass, float *y);
    void (*norm_gradient_sums)(
        const EngNormPass *pass, const float *dy, double *sum, double *products);
    void (*norm_gradient)(const EngNormPass *pass, const float *dy, const float *a, const float *b,
        const float *constant, float *dx);

    /* Max pooling of one row of windows; the gradient goes to the first value that equals the
     * window's maximum (y), 0 to the others. */
    void (*pool_max)(const EngPoolPass *pass, float *y);
    void (*pool_max_gradient)(const EngPoolPass *pass, const float *y, const float *dy, float *dx);
} EngKernels;

/* The table for `isa`; AUTO takes the best this machine has. ENG_CPU_MASK in the environment
 * (comma-separated names, e.g. "avx512") takes instruction sets away. Lives for ever.
 * Error UNSUPPORTED: this processor lacks what was asked for; the sentence names it. */
EngStatus eng_kernels(EngIsa isa, const EngKernels **out, EngError *err);

/* "auto" "c" "avx2" "avx512" "neon". Error PARSE. */
EngStatus eng_isa_parse(const char *text, EngIsa *out, EngError *err);

#endif
