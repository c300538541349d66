#include "kernels/approximate.h"
#include "base/memory.h"
#include "kernels/layout.h"
#include "number/group.h"
#include <math.h>

/* Mantissas of an I8 operand, offset to count from 0. */
#define NARROW 256
#define OFFSET 128
#define NARROW_MOST 127

/* Magnitudes a table has products of; the others no mantissa of a checked format reaches. */
static int magnitudes(EngMultiplierKind kind, unsigned bits)
{
    return kind == ENG_MULTIPLIER_TABLE && bits < 7 ? (1 << bits) - 1 : NARROW_MOST;
}

EngStatus eng_approximate_init(
    EngApproximate *approximate, const EngMultiplier *multiplier, EngError *err)
{
    const int most_x = magnitudes(multiplier->kind, multiplier->mx);
    const int most_y = magnitudes(multiplier->kind, multiplier->my);
    *approximate = (EngApproximate){.multiplier = *multiplier};
    approximate->narrow = eng_alloc((size_t)NARROW * NARROW, sizeof *approximate->narrow);
    if (!approximate->narrow)
        return eng_error(err, ENG_ERR_NOMEM, "No memory for a multiplier's products.");
    for (int x = -most_x; x <= most_x; x++) {
        for (int y = -most_y; y <= most_y; y++)
            approximate->narrow[(x + OFFSET) * NARROW + y + OFFSET] =
                (int32_t)eng_multiply(multiplier, x, y);
    }
    return ENG_OK;
}

void eng_approximate_clear(EngApproximate *approximate)
{
    eng_free(approximate->narrow);
    *approximate = (EngApproximate){0};
}

/* ---- groups ----------------------------------------------------------------------------------- */

/* The sums of one group for the 16 lanes of a panel, and what they count. */
typedef struct GroupSums {
    int64_t sum[ENG_LANES];
    float scale[ENG_LANES];
} GroupSums;

static void sum_i8(const EngTile *t, const void *row, const void *panel, size_t g, GroupSums *out)
{
    const float *scales = row;
    const uint8_t *a = (const uint8_t *)eng_row_mantissas(row, t->groups) + g * t->group;
    const char *at = (const char *)panel + g * eng_panel_group_bytes(ENG_PACK_I8, t->group);
    const float *head = (const float *)(const void *)at;
    const int8_t *b = (const int8_t *)(head + 2 * ENG_LANES);
    const int32_t *narrow = t->approximate->narrow;
    /* Where the rows are the product's second operand they choose the table's column. */
    const int a_step = t->swapped ? 1 : NARROW, b_step = t->swapped ? NARROW : 1;
    for (size_t l = 0; l < ENG_LANES; l++) {
        const uint32_t bits = eng_float_bits(head[l]);
        out->scale[l] = scales[g] * (bits ? eng_bits_float(bits - ENG_MAGIC_BITS) : 0.0f);
        out->sum[l] = 0;
    }
    for (size_t k = 0; k < t->group; k++) {
        const int32_t *products = narrow + a[k] * a_step;
        for (size_t l = 0; l < ENG_LANES; l++)
            out->sum[l] += products[(b[(k / 4 * ENG_LANES + l) * 4 + k % 4] + OFFSET) * b_step];
    }
}

static void sum_wide(const EngTile *t, const void *row, const void *panel, size_t g, GroupSums *out)
{
    const float *scales = row;
    const float *a = (const float *)eng_row_mantissas(row, t->groups) + g * t->group;
    const char *at = (const char *)panel + g * eng_panel_group_bytes(ENG_PACK_WIDE, t->group);
    const float *head = (const float *)(const void *)at;
    const float *b = head + ENG_LANES;
    const EngMultiplier *multiplier = &t->approximate->multiplier;
    for (size_t l = 0; l < ENG_LANES; l++) {
        out->scale[l] = scales[g] * head[l];
        out->sum[l] = 0;
        for (size_t k = 0; k < t->group; k++) {
            const int32_t x = (int32_t)a[k], y = (int32_t)b[k * ENG_LANES + l];
            out->sum[l] += eng_multiply(multiplier, t->swapped ? y : x, t->swapped ? x : y);
        }
    }
}

void eng_approximate_lanes(const EngApproximate *approximate, const float *x, const float *y,
    size_t n, int64_t sum[ENG_LANES])
{
    for (size_t l = 0; l < ENG_LANES; l++)
        sum[l] = 0;
    for (size_t i = 0; i < n * ENG_LANES; i++)
        sum[i % ENG_LANES] += eng_multiply(&approximate->multiplier, (int32_t)x[i], (int32_t)y[i]);
}

/* ---- tiles ------------------------------------------------------------------------------------ */

typedef void (*SumFn)(
    const EngTile *t, const void *row, const void *panel, size_t g, GroupSums *out);

/* One row against one panel: all segments and groups in ascending order. */
static void multiply_panel(const EngTile *t, SumFn sum, size_t i, size_t p, size_t lanes)
{
    float *out = t->out + i * t->out_stride + p * ENG_LANES;
    float acc[ENG_LANES] = {0};
    for (size_t l = 0; t->add && l < lanes; l++)
        acc[l] = out[l];
    for (size_t s = 0; s < t->segments; s++) {
        for (size_t g = t->first; g < t->first + t->count; g++) {
            GroupSums group;
            sum(t, t->row[s * t->rows + i], t->panel[s * t->panels + p], g, &group);
            for (size_t l = 0; l < lanes; l++)
                acc[l] = fmaf((float)group.sum[l], group.scale[l], acc[l]);
        }
    }
    for (size_t l = 0; l < lanes; l++)
        out[l] = acc[l];
}

static void multiply_tile(const EngTile *t, SumFn sum)
{
    for (size_t i = 0; i < t->rows; i++) {
        for (size_t p = 0; p < t->panels; p++)
            multiply_panel(t, sum, i, p, p + 1 < t->panels ? ENG_LANES : t->lanes);
    }
}

static void product_i8(const EngTile *tile)
{
    multiply_tile(tile, sum_i8);
}

static void product_wide(const EngTile *tile)
{
    multiply_tile(tile, sum_wide);
}

EngKernels eng_approximate_kernels(const EngKernels *kernels)
{
    EngKernels table = *kernels;
    table.product[ENG_PACK_I8] = product_i8;
    table.product[ENG_PACK_WIDE] = product_wide;
    return table;
}
