/* Where things stand in row records and panels; the layout itself is told in kernels.h.
 * Private to the kernels. */
#ifndef ENG_KERNELS_LAYOUT_H
#define ENG_KERNELS_LAYOUT_H

#include "kernels/operand.h"

/* What panels are aligned to. */
#define ENG_RECORD_ALIGN 64

/* Bytes of one group in an I8 or WIDE panel; of one element in an F32 panel. */
static inline size_t eng_panel_group_bytes(EngPacking packing, unsigned group)
{
    switch (packing) {
    case ENG_PACK_I8:
        return ENG_LANES * (2 * sizeof(float) + group);
    case ENG_PACK_WIDE:
        return ENG_LANES * (1 + group) * sizeof(float);
    default:
        return ENG_LANES * sizeof(float);
    }
}

/* Bytes of one group in a row record, its scale word included. */
static inline size_t eng_row_group_bytes(EngPacking packing, unsigned group)
{
    switch (packing) {
    case ENG_PACK_I8:
        return sizeof(float) + group;
    case ENG_PACK_WIDE:
        return (1 + group) * sizeof(float);
    default:
        return sizeof(float);
    }
}

/* WIDE: whether any partial sum of a group stays below 2^24, so that float32 adds it up exactly. */
static inline bool eng_wide_fits_float(const EngTile *t)
{
    unsigned bits = t->row_bits + t->panel_bits;
    for (unsigned n = 1; n < t->group; n *= 2)
        bits++;
    return bits <= 24;
}

static inline size_t eng_at_most(size_t n, size_t most)
{
    return n < most ? n : most;
}

static inline size_t eng_panels_of(const EngOperand *b)
{
    return (b->inner + ENG_LANES - 1) / ENG_LANES;
}

/* What all tiles of a product over whole records have in common. */
static inline EngTile eng_tile_of(const EngOperand *a, const EngOperand *b)
{
    return (EngTile){.segments = 1,
        .groups = a->groups,
        .count = a->groups,
        .group = a->group,
        .row_bits = a->bits,
        .panel_bits = b->bits,
        .swapped = a->second,
        .approximate = a->approximate};
}

/* The tile's panels from `panel` on: how many, and the lanes wanted of the last. */
static inline void eng_tile_panels(EngTile *t, const EngOperand *b, size_t panel, size_t most)
{
    t->panels = (unsigned)eng_at_most(eng_panels_of(b) - panel, most);
    t->lanes = (unsigned)eng_at_most(b->inner - (panel + t->panels - 1) * ENG_LANES, ENG_LANES);
}

/* Asks for the lines a tile will write, before it is computed: stores wait for their lines in
 * order, and a tile takes about as long as a line from memory. */
static inline void eng_fetch_outputs(const EngTile *t)
{
    for (unsigned i = 0; i < t->rows; i++) {
        for (unsigned p = 0; p < t->panels; p++)
            __builtin_prefetch(t->out + i * t->out_stride + p * ENG_LANES, 1);
    }
}

/* How much longer than a fair share the longest of the ranges is, `units` over `threads`. */
static inline double eng_imbalance(size_t units, size_t threads)
{
    return (double)((units + threads - 1) / threads * threads) / (double)units;
}

/* The last step of a product whose operands have tensor scales: out[rows][n] times both. */
void eng_product_finish(EngPool *pool, const EngOperand *a, const EngOperand *b, float *out,
    size_t rows, size_t n, size_t out_stride);

/* The mantissas behind a row record's scale words. */
static inline const void *eng_row_mantissas(const void *record, size_t groups)
{
    return (const float *)record + groups;
}

#endif
