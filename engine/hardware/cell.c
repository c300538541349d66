#include "hardware/cell.h"
#include "hardware/saturate.h"

#define EXPONENT_ADDER_BITS 9 /* the sum of two 8-bit exponents */
#define WIDEST_MANTISSA 16u
#define WIDEST_GROUP_LOG2 8u /* groups of up to 256 */
#define FLOAT_GROUP 16u      /* the group in which float products are counted */
#define FP8_CELLS 16u        /* a significand of 4 bits, times another */
#define BF16_CELLS 64u       /* 8 bits */
#define FP16_CELLS 121u      /* 11 bits */

/* ---- parts ------------------------------------------------------------------------------------ */

static uint64_t weigh(const EngParts *parts, uint64_t unit, uint64_t multiply, uint64_t add,
    uint64_t multiply16, uint64_t add16, uint64_t multiply32, uint64_t add32)
{
    return parts->multiplier_cells * multiply * unit / 64 + parts->adder_bits * add * unit / 8 +
        parts->fp16_multiplier_cells * multiply16 * unit / FP16_CELLS +
        (parts->fp16_adds * add16 + parts->fp32_multiplies * multiply32 +
            parts->fp32_adds * add32) *
        unit;
}

uint64_t eng_parts_femtojoules(const EngHardware *hw, const EngParts *parts)
{
    const uint64_t attojoules = weigh(parts, 1000, hw->int8_multiply_fj, hw->int8_add_fj,
        hw->fp16_multiply_fj, hw->fp16_add_fj, hw->fp32_multiply_fj, hw->fp32_add_fj);
    return (attojoules + 500) / 1000;
}

uint64_t eng_parts_area(const EngHardware *hw, const EngParts *parts)
{
    return weigh(parts, 1000000, hw->int8_multiply_um2, hw->int8_add_um2, hw->fp16_multiply_um2,
        hw->fp16_add_um2, hw->fp32_multiply_um2, hw->fp32_add_um2);
}

uint64_t eng_tree_bits(uint64_t n, uint64_t bits)
{
    uint64_t sum = 0;
    for (; n > 1; n -= n / 2) {
        bits++;
        sum += n / 2 * bits;
    }
    return sum;
}

static EngParts times(EngParts parts, uint64_t n)
{
    parts.multiplier_cells *= n;
    parts.adder_bits *= n;
    parts.fp16_multiplier_cells *= n;
    parts.fp16_adds *= n;
    parts.fp32_multiplies *= n;
    parts.fp32_adds *= n;
    return parts;
}

static unsigned log2_up(unsigned n)
{
    unsigned bits = 0;
    while ((1u << bits) < n)
        bits++;
    return bits;
}

/* ---- the integer product ------------------------------------------------------------------------ */

/* Mantissas as a cell sees them: how many chunks of how many bits. */
typedef struct Chunks {
    unsigned bits, x, y;
} Chunks;

static Chunks chunks_of(EngCell cell, unsigned mx, unsigned my)
{
    const unsigned bits = cell == ENG_CELL_FMAC ? 2 : cell == ENG_CELL_FLEX ? 4 : 3;
    return (Chunks){bits, (mx + bits - 1) / bits, (my + bits - 1) / bits};
}

/* Bit cells of the product of chunks i and j that lie in column `cut` or above. */
static unsigned kept_cells(unsigned bits, unsigned i, unsigned j, unsigned cut)
{
    unsigned kept = 0;
    for (unsigned x = 0; x < bits; x++) {
        for (unsigned y = 0; y < bits; y++)
            kept += bits * (i + j) + x + y >= cut;
    }
    return kept;
}

static unsigned columns_cut(const EngHardware *hw)
{
    return hw->cell == ENG_CELL_FMAC && hw->multiplier == ENG_MULTIPLIER_TRUNCATED
        ? hw->multiplier_cut
        : 0;
}

/* Passes that are made, and the bit cells of one product over all of them. A product that is cut
 * away as a whole still takes its last pass. */
static void count_passes(const EngHardware *hw, Chunks c, uint64_t *passes, uint64_t *cells)
{
    const unsigned cut = columns_cut(hw);
    *passes = *cells = 0;
    for (unsigned i = 0; i < c.x; i++) {
        for (unsigned j = 0; j < c.y; j++) {
            const unsigned kept = kept_cells(c.bits, i, j, cut);
            *passes += kept > 0;
            *cells += kept;
        }
    }
    *passes = eng_max_u64(*passes, 1);
}

static EngPairWork chunked_work(
    const EngHardware *hw, unsigned mx, unsigned my, unsigned g, Chunks c)
{
    EngPairWork work = {.integer = true, .group = g};
    const uint64_t slices = eng_ceil_div(g, hw->cell_width);
    const uint64_t n = eng_min_u64(g, hw->cell_width);
    uint64_t cells;
    count_passes(hw, c, &work.passes, &cells);
    work.beats = work.passes * slices;
    work.parts.multiplier_cells = cells * n * slices;
    const uint64_t accumulator = c.bits * (c.x + c.y) + log2_up(g) + 1;
    work.parts.adder_bits =
        work.beats * (eng_tree_bits(n, 2 * c.bits + 1) + accumulator) + EXPONENT_ADDER_BITS;
    work.parts.fp32_adds = 1;
    return work;
}

static EngPairWork mitchell_work(const EngHardware *hw, unsigned mx, unsigned my, unsigned g)
{
    EngPairWork work = {.integer = true, .group = g, .passes = 1};
    const unsigned widest = mx > my ? mx : my;
    const uint64_t n = eng_min_u64(g, hw->cell_width);
    work.beats = eng_ceil_div(g, hw->cell_width);
    const uint64_t accumulator = mx + my + log2_up(g) + 1;
    work.parts.adder_bits =
        work.beats * (2 * n * (widest + 4) + eng_tree_bits(n, mx + my + 1) + accumulator) +
        EXPONENT_ADDER_BITS;
    work.parts.fp32_adds = 1;
    return work;
}

static unsigned shared_group(const EngHardware *hw, const EngFormat *a, const EngFormat *b)
{
    if (a->g && b->g)
        return a->g < b->g ? a->g : b->g;
    return a->g ? a->g : b->g ? b->g : hw->cell_width;
}

static EngPairWork integer_work(const EngHardware *hw, const EngFormat *a, const EngFormat *b)
{
    const unsigned mx = eng_format_bits(a), my = eng_format_bits(b), g = shared_group(hw, a, b);
    if (hw->cell == ENG_CELL_FMAC && hw->multiplier == ENG_MULTIPLIER_MITCHELL)
        return mitchell_work(hw, mx, my, g);
    return chunked_work(hw, mx, my, g, chunks_of(hw->cell, mx, my));
}

/* ---- floats --------------------------------------------------------------------------------------- */

/* Bits of the float a multiplier must be built for. */
static unsigned float_class(const EngFormat *format)
{
    const unsigned m = eng_format_bits(format);
    if (m)
        return m <= 4 ? 8 : m <= 11 ? 16 : 32;
    switch ((EngElement)format->element) {
    case ENG_ELEMENT_FP32:
    case ENG_ELEMENT_TF32:
        return 32;
    case ENG_ELEMENT_BF16:
    case ENG_ELEMENT_FP16:
        return 16;
    default:
        return 8;
    }
}

static EngPairWork float_work(const EngHardware *hw, const EngFormat *a, const EngFormat *b)
{
    const unsigned x = float_class(a), y = float_class(b), widest = x > y ? x : y;
    EngParts one = {.fp32_adds = 1};
    one.fp32_multiplies = widest == 32;
    one.fp16_multiplier_cells = widest == 16 ? FP16_CELLS : widest == 8 ? FP8_CELLS : 0;
    return (EngPairWork){.group = FLOAT_GROUP,
        .passes = 1,
        .beats = widest == 32 ? hw->float32_beats
            : widest == 16    ? hw->float16_beats
                              : hw->float8_beats,
        .parts = times(one, FLOAT_GROUP)};
}

/* ---- cells ------------------------------------------------------------------------------------------ */

/* The parts of a cell that multiplies one pair of elements a beat. */
static EngParts scalar_parts(EngCell cell)
{
    switch (cell) {
    case ENG_CELL_FP32:
        return (EngParts){.fp32_multiplies = 1, .fp32_adds = 1};
    case ENG_CELL_BF16:
        return (EngParts){.fp16_multiplier_cells = BF16_CELLS, .fp32_adds = 1};
    case ENG_CELL_FP16:
        return (EngParts){.fp16_multiplier_cells = FP16_CELLS, .fp32_adds = 1};
    case ENG_CELL_HFP8:
        return (EngParts){.fp16_multiplier_cells = FP8_CELLS, .fp16_adds = 1};
    case ENG_CELL_INT8:
        return (EngParts){.multiplier_cells = 64, .adder_bits = 32};
    default:
        return (EngParts){0};
    }
}

static bool scalar_cell(EngCell cell)
{
    return cell != ENG_CELL_FMAC && cell != ENG_CELL_MSFP12 && cell != ENG_CELL_FLEX;
}

EngPairWork eng_pair_work(const EngHardware *hw, const EngFormat *a, const EngFormat *b)
{
    const EngFormat x = eng_cell_format(hw->cell, a), y = eng_cell_format(hw->cell, b);
    EngPairWork work;
    if (scalar_cell(hw->cell))
        work = (EngPairWork){.integer = hw->cell == ENG_CELL_INT8,
            .group = 1,
            .beats = 1,
            .passes = 1,
            .parts = scalar_parts(hw->cell)};
    else if (eng_format_bits(&x) && eng_format_bits(&y))
        work = integer_work(hw, &x, &y);
    else
        work = float_work(hw, &x, &y);
    work.femtojoules = eng_parts_femtojoules(hw, &work.parts);
    return work;
}

uint64_t eng_cell_area(const EngHardware *hw)
{
    EngParts parts = scalar_parts(hw->cell);
    if (!scalar_cell(hw->cell)) {
        const uint64_t n = hw->cell_width;
        const Chunks c = chunks_of(hw->cell, 1, 1);
        const bool logs = hw->cell == ENG_CELL_FMAC && hw->multiplier == ENG_MULTIPLIER_MITCHELL;
        const unsigned accumulator = hw->cell == ENG_CELL_MSFP12
            ? 2 * c.bits + WIDEST_GROUP_LOG2 + 1
            : 2 * WIDEST_MANTISSA + WIDEST_GROUP_LOG2 + 1;
        parts.multiplier_cells = logs ? 0 : n * c.bits * c.bits;
        parts.adder_bits = eng_tree_bits(n, logs ? 2 * WIDEST_MANTISSA + 1 : 2 * c.bits + 1) +
            accumulator + EXPONENT_ADDER_BITS + (logs ? 2 * n * (WIDEST_MANTISSA + 4) : 0);
        parts.fp32_adds = 1;
        parts.fp32_multiplies = hw->cell == ENG_CELL_FMAC && hw->float_area;
    }
    return eng_parts_area(hw, &parts);
}

EngFormat eng_cell_format(EngCell cell, const EngFormat *format)
{
    const unsigned m = eng_format_bits(format);
    switch (cell) {
    case ENG_CELL_FP32:
        return eng_format_fp32();
    case ENG_CELL_BF16:
        return (EngFormat){.kind = ENG_KIND_FLOAT, .element = ENG_ELEMENT_BF16};
    case ENG_CELL_FP16:
        return (EngFormat){.kind = ENG_KIND_FLOAT, .element = ENG_ELEMENT_FP16};
    case ENG_CELL_INT8:
        return (EngFormat){.kind = ENG_KIND_INT, .m = 8};
    case ENG_CELL_MSFP12:
        return eng_format_bfp(3);
    case ENG_CELL_HFP8:
        return (EngFormat){.kind = ENG_KIND_FLOAT, .element = ENG_ELEMENT_HFP8};
    case ENG_CELL_FLEX:
        return eng_format_bfp(m == 0 || m > 8 ? 16 : m > 4 ? 8 : 4);
    case ENG_CELL_FMAC:
    case ENG_CELLS:
        break;
    }
    return *format;
}

/* ---- memory ------------------------------------------------------------------------------------------- */

static unsigned element_bits(EngElement element)
{
    switch (element) {
    case ENG_ELEMENT_FP32:
    case ENG_ELEMENT_TF32:
        return 32;
    case ENG_ELEMENT_BF16:
    case ENG_ELEMENT_FP16:
        return 16;
    case ENG_ELEMENT_FP6_E3M2:
    case ENG_ELEMENT_FP6_E2M3:
        return 6;
    case ENG_ELEMENT_FP4_E2M1:
        return 4;
    default:
        return 8;
    }
}

/* Bits per element, per group and per row. */
typedef struct Storage {
    uint64_t element, group, row;
} Storage;

static Storage storage_of(const EngHardware *hw, const EngFormat *format)
{
    switch ((EngFormatKind)format->kind) {
    case ENG_KIND_FLOAT:
        return (Storage){.element = element_bits((EngElement)format->element)};
    case ENG_KIND_BFP:
        return (Storage){
            .element = hw->cell == ENG_CELL_FMAC ? eng_group_bits(format->m, 1, 0) : format->m + 1u,
            .group = format->e};
    case ENG_KIND_INT:
        return (Storage){.element = format->m};
    case ENG_KIND_MX:
    case ENG_KIND_NVFP4:
        return (Storage){.element = element_bits((EngElement)format->element), .group = 8};
    case ENG_KIND_FIXED:
        return (Storage){.element = format->int_bits + format->frac_bits + 1u};
    case ENG_KIND_BINARY:
        return (Storage){.element = 1, .row = 32};
    case ENG_KIND_TERNARY:
        return (Storage){.element = 2, .row = 32};
    }
    return (Storage){.element = 32};
}

uint64_t eng_storage_bits(
    const EngHardware *hw, const EngFormat *format, uint64_t rows, uint64_t length)
{
    const EngFormat own = eng_cell_format(hw->cell, format);
    const Storage bits = storage_of(hw, &own);
    const uint64_t groups = own.g ? eng_ceil_div(length, own.g) : 0;
    const uint64_t row = eng_sat_add(
        eng_sat_add(eng_sat_mul(length, bits.element), eng_sat_mul(groups, bits.group)), bits.row);
    return eng_sat_mul(rows, row);
}
