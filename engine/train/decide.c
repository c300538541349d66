/* What the adaptive rules look at, over whole tensors: sums over blocks of rows on the pool, then
 * over the blocks in order, so that they do not depend on the number of threads. */
#include "base/memory.h"
#include "number/group.h"
#include "train/measure.h"
#include <math.h>

#define BLOCK_ROWS 64

/* What one block of rows adds. */
typedef struct Sums {
    double changed; /* sum |high - low| */
    double size;    /* sum |low| */
    double sum;     /* sum low */
    uint64_t nonzero, flushed;
    uint32_t max_bits;
} Sums;

typedef struct Scan Scan;
typedef void (*RowFn)(const Scan *scan, const float *row, Sums *sums);

struct Scan {
    const EngSlotRows *rows;
    RowFn add;
    EngGroupRule rule[2]; /* low, high */
    unsigned group[2];
    float flush_below; /* q that becomes 0 … */
    bool flush_equal;  /* … the bound itself too */
    Sums *block;       /* (blocks) */
    float *buffer;     /* (threads, length), NULL where rows are contiguous */
};

/* ---- rows -------------------------------------------------------------------------------------- */

static bool contiguous(const EngMatrix *m)
{
    return !m->gather && m->pos_stride == 1;
}

static void scan_blocks(void *arg, size_t begin, size_t end, unsigned worker)
{
    const Scan *scan = arg;
    const EngMatrix *m = &scan->rows->matrix;
    for (size_t i = begin * BLOCK_ROWS; i < end * BLOCK_ROWS && i < scan->rows->rows; i++) {
        const float *row;
        if (scan->buffer) {
            float *copy = scan->buffer + worker * m->length;
            eng_slot_rows_read(scan->rows, i, 1, copy);
            row = copy;
        } else {
            row = m->data + i / m->inner * m->outer_stride + i % m->inner * m->inner_stride;
        }
        scan->add(scan, row, &scan->block[i / BLOCK_ROWS]);
    }
}

/* Adds up all rows. Errors: NOMEM; DIVERGED where `add` noted such a value. */
static EngStatus run_scan(Scan *scan, EngPool *pool, Sums *total, EngError *err)
{
    const size_t blocks = (scan->rows->rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
    *total = (Sums){0};
    scan->block = eng_alloc(blocks, sizeof *scan->block);
    scan->buffer = contiguous(&scan->rows->matrix)
        ? NULL
        : eng_alloc(eng_pool_threads(pool), scan->rows->length * sizeof(float));
    const bool fits = scan->block && (scan->buffer || contiguous(&scan->rows->matrix));
    if (fits)
        eng_pool_run(pool, scan_blocks, scan, blocks, 1);
    for (size_t i = 0; fits && i < blocks; i++) {
        const Sums *b = &scan->block[i];
        total->changed += b->changed;
        total->size += b->size;
        total->sum += b->sum;
        total->nonzero += b->nonzero;
        total->flushed += b->flushed;
        total->max_bits = b->max_bits > total->max_bits ? b->max_bits : total->max_bits;
    }
    eng_free(scan->block);
    eng_free(scan->buffer);
    if (!fits)
        return eng_error(err, ENG_ERR_NOMEM, "No memory to look at a tensor.");
    return total->max_bits < ENG_DIVERGED_BITS
        ? ENG_OK
        : eng_error(err, ENG_ERR_DIVERGED, "The tensor holds a value that is not below 2^62.");
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static void add_max(const Scan *scan, const float *row, Sums *sums)
{
    sums->max_bits = larger(sums->max_bits, eng_max_bits(row, scan->rows->length));
}

/* The rule of a format on this tensor; only narrow exponents need the tensor's largest value. */
static EngStatus rule_of(const EngSlotRows *rows, const EngFormat *format, EngPool *pool,
    EngGroupRule *out, EngError *err)
{
    Sums sums = {0};
    if (format->e < 8) {
        Scan scan = {.rows = rows, .add = add_max};
        const EngStatus status = run_scan(&scan, pool, &sums, err);
        if (status != ENG_OK)
            return status;
    }
    *out = (EngGroupRule){.m = format->m,
        .rounding = format->rounding,
        .min_exponent = eng_bfp_min_exponent(format, sums.max_bits)};
    return ENG_OK;
}

/* 2^n, |n| <= 126 */
static float power_of_two(int n)
{
    return eng_bits_float((uint32_t)(n + 127) << 23);
}

/* ---- r(X) -------------------------------------------------------------------------------------- */

/* k = min(floor(|x| 2^-s + 1/2), 2^m - 1); the fraction is compared, because adding the half first
 * could round. */
static inline int32_t nearest(float x, float scale, int32_t most)
{
    const float q = fabsf(x) * scale;
    const int32_t whole = (int32_t)q;
    const int32_t k = whole + (q - (float)whole >= 0.5f);
    return k < most ? k : most;
}

/* n neighbours that share a group in both formats. With the high format's unit no coarser than the
 * low one's, both values are whole multiples of it, and the sums are exact in 32 bits: at most 256
 * values below 2^17. */
static void improve_span(
    const float *x, size_t n, const EngGroupRule rule[2], const int s[2], Sums *sums)
{
    const float low_scale = power_of_two(-s[0]), high_scale = power_of_two(-s[1]);
    const int32_t low_most = (INT32_C(1) << rule[0].m) - 1,
                  high_most = (INT32_C(1) << rule[1].m) - 1;
    const int shift = s[0] - s[1];
    int32_t changed = 0, size = 0, sum = 0;
    double apart = 0;
    if (shift >= 0 && shift <= 16) {
        for (size_t i = 0; i < n; i++) {
            const int32_t low = nearest(x[i], low_scale, low_most);
            const int32_t difference =
                nearest(x[i], high_scale, high_most) - (int32_t)((uint32_t)low << shift);
            changed += difference < 0 ? -difference : difference;
            size += low;
            sum += x[i] < 0 ? -low : low;
        }
        apart = (double)changed * (double)power_of_two(s[1]);
    } else { /* exponent windows of different widths */
        for (size_t i = 0; i < n; i++) {
            const int32_t low = nearest(x[i], low_scale, low_most);
            const int32_t high = nearest(x[i], high_scale, high_most);
            apart += fabs((double)high * (double)power_of_two(s[1]) -
                (double)low * (double)power_of_two(s[0]));
            size += low;
            sum += x[i] < 0 ? -low : low;
        }
    }
    sums->changed += apart;
    sums->size += (double)size * (double)power_of_two(s[0]);
    sums->sum += (double)sum * (double)power_of_two(s[0]);
}

static size_t at_most(size_t n, size_t most)
{
    return n < most ? n : most;
}

/* s of the group of length `group` that holds position `at`. */
static int scale_at(
    const EngGroupRule *rule, const float *row, size_t length, size_t group, size_t at, Sums *sums)
{
    const size_t from = at / group * group;
    const uint32_t bits = eng_max_bits(row + from, at_most(length - from, group));
    sums->max_bits = larger(sums->max_bits, bits);
    return eng_group_scale(rule, bits < ENG_DIVERGED_BITS ? bits : 0);
}

static void improve_row(const Scan *scan, const float *row, Sums *sums)
{
    const size_t length = scan->rows->length;
    const size_t cut = at_most(scan->group[0], scan->group[1]);
    for (size_t from = 0; from < length; from += cut) {
        int s[2];
        for (int i = 0; i < 2; i++)
            s[i] = scale_at(&scan->rule[i], row, length, scan->group[i], from, sums);
        if (sums->max_bits < ENG_DIVERGED_BITS)
            improve_span(row + from, at_most(length - from, cut), scan->rule, s, sums);
    }
}

EngStatus eng_measure_improvement(const EngSlotRows *rows, const EngFormat *low,
    const EngFormat *high, bool literal, EngPool *pool, double *r, EngError *err)
{
    Scan scan = {.rows = rows, .add = improve_row, .group = {low->g, high->g}};
    Sums sums;
    if (low->kind != ENG_KIND_BFP || high->kind != ENG_KIND_BFP)
        return eng_error(err, ENG_ERR_SHAPE, "r(X) needs two formats of block floating point.");
    EngStatus status = rule_of(rows, low, pool, &scan.rule[0], err);
    if (status == ENG_OK)
        status = rule_of(rows, high, pool, &scan.rule[1], err);
    if (status == ENG_OK)
        status = run_scan(&scan, pool, &sums, err);
    if (status != ENG_OK)
        return status;
    const double size = literal ? fabs(sums.sum) : sums.size;
    *r = sums.changed == 0 ? 0 : size == 0 ? INFINITY : sums.changed / size;
    return ENG_OK;
}

/* ---- zero-setting error ------------------------------------------------------------------------ */

static void flush_row(const Scan *scan, const float *row, Sums *sums)
{
    const size_t length = scan->rows->length, group = scan->group[0];
    for (size_t from = 0; from < length; from += group) {
        const size_t n = at_most(length - from, group);
        const int s = scale_at(&scan->rule[0], row, length, group, from, sums);
        const float scale = power_of_two(-s);
        uint32_t nonzero = 0, flushed = 0;
        for (size_t i = from; i < from + n; i++) {
            const float q = fabsf(row[i]) * scale;
            const bool gone =
                q < scan->flush_below || (scan->flush_equal && q == scan->flush_below);
            nonzero += row[i] != 0;
            flushed += row[i] != 0 && gone;
        }
        sums->nonzero += nonzero;
        sums->flushed += flushed;
    }
}

EngStatus eng_measure_flushed(
    const EngSlotRows *rows, const EngFormat *format, EngPool *pool, double *share, EngError *err)
{
    Scan scan = {.rows = rows,
        .add = flush_row,
        .group = {format->g},
        .flush_below = format->rounding == ENG_ROUND_TRUNCATE ? 1.0f : 0.5f,
        .flush_equal = format->rounding == ENG_ROUND_EVEN};
    Sums sums;
    if (format->kind != ENG_KIND_BFP)
        return eng_error(err, ENG_ERR_SHAPE, "The zero-setting error needs block floating point.");
    EngStatus status = rule_of(rows, format, pool, &scan.rule[0], err);
    if (status == ENG_OK)
        status = run_scan(&scan, pool, &sums, err);
    if (status == ENG_OK)
        *share = sums.nonzero ? (double)sums.flushed / (double)sums.nonzero : 0;
    return status;
}
