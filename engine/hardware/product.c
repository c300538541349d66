/* One product on the array: compute, conversion, memory, energy. The formulas stand in cost.h. */
#include "hardware/cell.h"
#include "hardware/cost.h"
#include "hardware/saturate.h"
#include "hardware/sparse.h"
#include <math.h>

const char *eng_product_name(EngProductKind kind)
{
    static const char *const names[] = {"forward", "dgrad", "wgrad"};
    return names[kind];
}

const char *eng_bound_name(EngBound bound)
{
    static const char *const names[] = {"compute", "convert", "memory"};
    return names[bound];
}

EngBound eng_cost_bound(const EngCost *cost)
{
    if (cost->compute_cycles >= cost->convert_cycles && cost->compute_cycles >= cost->memory_cycles)
        return ENG_BOUND_COMPUTE;
    return cost->convert_cycles >= cost->memory_cycles ? ENG_BOUND_CONVERT : ENG_BOUND_MEMORY;
}

void eng_cost_add(EngCost *sum, const EngCost *cost, uint64_t times)
{
    sum->cycles = eng_sat_add(sum->cycles, eng_sat_mul(cost->cycles, times));
    sum->compute_cycles =
        eng_sat_add(sum->compute_cycles, eng_sat_mul(cost->compute_cycles, times));
    sum->convert_cycles =
        eng_sat_add(sum->convert_cycles, eng_sat_mul(cost->convert_cycles, times));
    sum->memory_cycles = eng_sat_add(sum->memory_cycles, eng_sat_mul(cost->memory_cycles, times));
    sum->dram_bytes = eng_sat_add(sum->dram_bytes, eng_sat_mul(cost->dram_bytes, times));
    sum->femtojoules = eng_sat_add(sum->femtojoules, eng_sat_mul(cost->femtojoules, times));
}

double eng_cost_seconds(const EngCost *cost, const EngHardware *hw)
{
    return (double)cost->cycles / hw->clock_hz;
}

double eng_cost_joules(const EngCost *cost)
{
    return (double)cost->femtojoules / 1e15;
}

/* ---- shapes --------------------------------------------------------------------------------- */

static bool starts_anew(const EngProductShape *shape, unsigned g)
{
    return shape->segments_apart || shape->segments == 1 || shape->length >= g;
}

uint64_t eng_product_groups(const EngProductShape *shape, unsigned g)
{
    if (starts_anew(shape, g))
        return eng_sat_mul(shape->segments, eng_ceil_div(shape->length, g));
    return eng_ceil_div(eng_sat_mul(shape->segments, shape->length), g);
}

static uint64_t pixels(EngShape shape)
{
    return (uint64_t)shape.y * shape.x;
}

static uint64_t values(EngShape shape)
{
    return eng_sat_mul(pixels(shape), shape.c);
}

/* A[rows, in] W[in, out] and its two gradients; `products` of them. */
static EngProductShape matrix_shape(
    EngProductKind kind, uint64_t rows, uint64_t in, uint64_t out, uint64_t products)
{
    const uint64_t a = eng_sat_mul(rows, in), w = eng_sat_mul(in, out), g = eng_sat_mul(rows, out);
    EngProductShape shape = {.segments = 1, .products = products};
    switch (kind) {
    case ENG_PRODUCT_FORWARD:
        shape.M = rows;
        shape.N = out;
        shape.length = in;
        shape.a_elements = a;
        shape.b_elements = w;
        break;
    case ENG_PRODUCT_DGRAD:
        shape.M = rows;
        shape.N = in;
        shape.length = out;
        shape.a_elements = g;
        shape.b_elements = w;
        break;
    case ENG_PRODUCT_WGRAD:
        shape.M = in;
        shape.N = out;
        shape.length = rows;
        shape.a_elements = a;
        shape.b_elements = g;
        break;
    }
    return shape;
}

static EngProductShape linear_shape(const EngOp *op, EngProductKind kind, uint64_t batch)
{
    const uint64_t rows = eng_op_rows(op);
    return matrix_shape(
        kind, eng_sat_mul(batch, rows), eng_op_row_length(op), values(op->out) / rows, 1);
}

/* Q K^T of every head and sample: Q [T, d] stands in A's place, K^T [d, T] in W's. */
static EngProductShape scores_shape(const EngOp *op, EngProductKind kind, uint64_t batch)
{
    const uint64_t positions = op->in.y, depth = op->in.c / 3 / op->heads;
    return matrix_shape(kind, positions, depth, positions, eng_sat_mul(batch, op->heads));
}

/* P V of every head and sample: P [T, T] stands in A's place, V [T, d] in W's. */
static EngProductShape mix_shape(const EngOp *op, EngProductKind kind, uint64_t batch)
{
    const uint64_t positions = op->out.y, depth = op->out.c / op->heads;
    return matrix_shape(kind, positions, positions, depth, eng_sat_mul(batch, op->heads));
}

/* A convolution of `in` to `out` channels. */
static EngProductShape conv_shape(
    const EngOp *op, EngProductKind kind, uint64_t batch, uint64_t in, uint64_t out)
{
    const uint64_t taps = (uint64_t)op->kernel * op->kernel;
    const uint64_t computed = eng_sat_mul(batch, pixels(op->out));
    const uint64_t given = eng_sat_mul(batch, pixels(op->in));
    const uint64_t a = eng_sat_mul(given, in), g = eng_sat_mul(computed, out);
    EngProductShape shape = {.segments = taps, .products = 1};
    switch (kind) {
    case ENG_PRODUCT_FORWARD:
        shape.M = computed;
        shape.N = out;
        shape.length = in;
        shape.a_elements = a;
        shape.b_elements = eng_sat_mul3(taps, in, out);
        break;
    case ENG_PRODUCT_DGRAD:
        shape.M = given;
        shape.N = in;
        shape.length = out;
        shape.a_elements = g;
        shape.b_elements = eng_sat_mul3(taps, in, out);
        break;
    case ENG_PRODUCT_WGRAD:
        shape.M = eng_sat_mul(taps, in);
        shape.N = out;
        shape.segments = pixels(op->out);
        shape.length = batch;
        shape.segments_apart = true;
        shape.a_elements = a;
        shape.b_elements = g;
        break;
    }
    return shape;
}

/* Every channel is a convolution of its own. */
static EngProductShape depthwise_shape(const EngOp *op, EngProductKind kind, uint64_t batch)
{
    EngProductShape shape = conv_shape(op, kind, batch, 1, 1);
    shape.products = op->out.c;
    return shape;
}

static EngProductShape without_weights(EngProductShape shape)
{
    shape.no_weights = true;
    return shape;
}

EngProductShape eng_product_shape(const EngOp *op, EngProductKind kind, uint64_t batch)
{
    switch (op->kind) {
    case ENG_OP_CONV:
        return conv_shape(op, kind, batch, op->in.c, op->out.c);
    case ENG_OP_DEPTHWISE:
        return depthwise_shape(op, kind, batch);
    case ENG_OP_SCORES:
        return without_weights(scores_shape(op, kind, batch));
    case ENG_OP_MIX:
        return without_weights(mix_shape(op, kind, batch));
    default:
        return linear_shape(op, kind, batch);
    }
}

/* ---- operands ---------------------------------------------------------------------------------- */

/* One operand as it is quantised and stored: rows along K. */
typedef struct Operand {
    uint64_t bits;    /* of the whole tensor in memory */
    uint64_t row;     /* of one row of the product along K */
    uint64_t slices;  /* converter cycles of one converter */
    uint64_t changed; /* elements that are converted */
} Operand;

static uint64_t kept_length(uint64_t length, const EngHardware *hw)
{
    return eng_sparse_kept(length, hw->sparse_keep, hw->sparse_of);
}

static uint64_t index_bits(const EngHardware *hw)
{
    uint64_t bits = 0;
    while ((UINT64_C(1) << bits) < hw->sparse_of)
        bits++;
    return bits;
}

/* Bits of rows x length elements; each of a sparse operand's comes with its position. */
static uint64_t stored(
    const EngHardware *hw, const EngFormat *format, bool sparse, uint64_t rows, uint64_t length)
{
    const uint64_t bits = eng_storage_bits(hw, format, rows, length);
    return sparse ? eng_sat_add(bits, eng_sat_mul3(rows, length, index_bits(hw))) : bits;
}

/* `side` is M for A and N for B. */
static Operand operand_of(const EngProductShape *shape, uint64_t side, uint64_t elements,
    const EngFormat *format, bool sparse, const EngHardware *hw)
{
    const EngFormat own = eng_cell_format(hw->cell, format);
    const bool anew = starts_anew(shape, own.g); /* true where the format has no groups */
    const uint64_t length = anew ? shape->length : eng_sat_mul(shape->segments, shape->length);
    const uint64_t segment = sparse ? kept_length(shape->length, hw) : shape->length;
    const uint64_t kept = anew ? segment : eng_sat_mul(shape->segments, segment);
    const uint64_t rows = anew ? eng_ceil_div(elements, shape->length) : side;
    const unsigned g = own.g ? own.g : hw->cell_width;
    Operand operand = {.bits = stored(hw, format, sparse, rows, kept),
        .row = stored(hw, format, sparse, anew ? shape->segments : 1, kept)};
    if (!eng_format_is_fp32(&own)) {
        operand.slices =
            eng_sat_mul3(rows, eng_ceil_div(length, g), eng_ceil_div(g, hw->cell_width));
        operand.changed = eng_sat_mul(rows, length);
    }
    return operand;
}

/* ---- memory -------------------------------------------------------------------------------------- */

static uint64_t memory_cycles(uint64_t bits, const EngHardware *hw)
{
    const uint64_t bytes = eng_ceil_div(bits, 8);
    const double cycles = ceil((double)bytes / (hw->dram_bytes_per_s / hw->clock_hz));
    return cycles < 0x1p64 ? (uint64_t)cycles : UINT64_MAX;
}

/* One operand stays in the array (of `side` rows of the product), the other one streams by. */
typedef struct Side {
    uint64_t side, bits, row; /* rows of the product; bits of the tensor and of one row */
    uint64_t *reads;
} Side;

/* ws and is: tiles of R groups x C rows stay, the other operand streams in blocks whose partial
 * sums find room in the output buffer. */
static void resident_traffic(
    EngProductDetail *d, Side resident, Side streaming, const EngHardware *hw)
{
    const uint64_t half = UINT64_C(4) * hw->sram_bytes;
    const uint64_t wide = eng_min_u64(resident.side, hw->columns);
    const uint64_t tiles = eng_ceil_div(resident.side, hw->columns);
    const uint64_t folds = eng_ceil_div(d->kg, hw->rows);
    uint64_t held = eng_max_u64(1, hw->sram_bytes / 2 / (4 * wide));
    if (folds == 1)
        held = streaming.side;
    held = eng_min_u64(held, streaming.side);
    d->blocks = eng_ceil_div(streaming.side, held);
    const uint64_t block = eng_sat_mul(eng_ceil_div(streaming.bits, streaming.side), held);
    *streaming.reads = block <= half ? 1 : tiles;
    *resident.reads = resident.bits <= half ? 1 : d->blocks;

    const uint64_t deep = eng_min_u64(d->kg, hw->rows);
    d->fill_bits = eng_sat_add(eng_sat_mul3(deep, wide, eng_ceil_div(resident.row, d->kg)),
        eng_sat_mul(deep, eng_ceil_div(streaming.row, d->kg)));
    const uint64_t sums = eng_sat_mul3(eng_sat_mul(d->M, d->N), 32, 2 * folds - 1);
    d->sram_bits = eng_sat_add(sums,
        eng_sat_add(eng_sat_mul3(streaming.side, streaming.row, tiles),
            eng_sat_mul(resident.side, resident.row)));
}

/* os: outputs stay, both operands stream by. */
static void output_traffic(EngProductDetail *d, const EngHardware *hw)
{
    const uint64_t half = UINT64_C(4) * hw->sram_bytes;
    const uint64_t high = eng_min_u64(d->M, hw->rows), wide = eng_min_u64(d->N, hw->columns);
    const uint64_t down = eng_ceil_div(d->M, hw->rows), across = eng_ceil_div(d->N, hw->columns);
    d->blocks = 1;
    d->a_reads = eng_sat_mul(eng_ceil_div(d->a_bits, d->M), high) <= half ? 1 : across;
    d->b_reads = d->b_bits <= half ? 1 : down;
    d->fill_bits = eng_sat_add(eng_sat_mul(high, eng_ceil_div(d->a_row, d->kg)),
        eng_sat_mul(wide, eng_ceil_div(d->b_row, d->kg)));
    d->sram_bits = eng_sat_add(eng_sat_mul3(d->M, d->N, 32),
        eng_sat_add(eng_sat_mul3(d->M, d->a_row, across), eng_sat_mul3(d->N, d->b_row, down)));
}

static void count_traffic(EngProductDetail *d, const EngHardware *hw)
{
    const Side a = {d->M, d->a_bits, d->a_row, &d->a_reads};
    const Side b = {d->N, d->b_bits, d->b_row, &d->b_reads};
    if (d->dataflow == ENG_DATAFLOW_WS)
        resident_traffic(d, b, a, hw);
    else if (d->dataflow == ENG_DATAFLOW_IS)
        resident_traffic(d, a, b, hw);
    else
        output_traffic(d, hw);
    d->dram_bits = eng_sat_add(eng_sat_mul3(d->M, d->N, 32),
        eng_sat_add(eng_sat_mul(d->a_bits, d->a_reads), eng_sat_mul(d->b_bits, d->b_reads)));
    d->sram_bits = eng_sat_add(d->sram_bits, d->dram_bits);
    d->fill_cycles = memory_cycles(d->fill_bits, hw);
}

/* ---- time and energy -------------------------------------------------------------------------------- */

static uint64_t converter_count(const EngHardware *hw)
{
    return hw->converters ? hw->converters : hw->columns;
}

static void count_time(EngProductDetail *d, const EngHardware *hw)
{
    EngCost *const cost = &d->one;
    cost->compute_cycles =
        eng_array_cycles(d->dataflow, hw->rows, hw->columns, d->M, d->N, d->kg, d->beats);
    cost->convert_cycles = eng_ceil_div(eng_sat_add(d->a_groups, d->b_groups), converter_count(hw));
    cost->memory_cycles = memory_cycles(d->dram_bits, hw);
    const uint64_t slowest =
        eng_max_u64(cost->compute_cycles, eng_max_u64(cost->convert_cycles, cost->memory_cycles));
    cost->cycles = eng_sat_add(slowest, d->fill_cycles);
    cost->dram_bytes = eng_ceil_div(d->dram_bits, 8);
}

static void count_energy(EngProductDetail *d, uint64_t converted, const EngHardware *hw)
{
    d->pairs_fj = eng_sat_mul(eng_sat_mul3(d->M, d->N, d->kg), d->pair_fj);
    d->convert_fj = eng_sat_mul3(converted, 4, hw->int8_add_fj);
    d->sram_fj = eng_sat_mul(eng_ceil_div(d->sram_bits, 64), hw->sram_word_fj);
    d->dram_fj = eng_sat_mul(eng_ceil_div(d->one.dram_bytes, 8), hw->dram_word_fj);
    d->one.femtojoules =
        eng_sat_add(eng_sat_add(d->pairs_fj, d->convert_fj), eng_sat_add(d->sram_fj, d->dram_fj));
}

static EngDataflow dataflow_of(EngProductKind kind, const EngHardware *hw)
{
    return kind == ENG_PRODUCT_FORWARD ? hw->forward
        : kind == ENG_PRODUCT_DGRAD    ? hw->dgrad
                                       : hw->wgrad;
}

/* K as the array sees it: where B is sparse, only what is kept of it. Where groups run on through
 * dense segments they do through what is left of them; where they start anew they still do. */
static EngProductShape array_shape(
    const EngProductShape *shape, unsigned g, bool sparse, const EngHardware *hw)
{
    EngProductShape seen = *shape;
    if (sparse) {
        seen.segments_apart = starts_anew(shape, g);
        seen.length = kept_length(shape->length, hw);
    }
    return seen;
}

EngProductDetail eng_product_detail(const EngProductShape *shape, EngProductKind kind,
    const EngFormat *a, const EngFormat *b, const EngHardware *hw)
{
    const bool sparse =
        kind != ENG_PRODUCT_WGRAD && !shape->no_weights && hw->sparse_keep < hw->sparse_of;
    const EngPairWork pair = eng_pair_work(hw, a, b);
    const EngProductShape seen = array_shape(shape, pair.group, sparse, hw);
    const Operand x = operand_of(shape, shape->M, shape->a_elements, a, false, hw);
    const Operand y = operand_of(shape, shape->N, shape->b_elements, b, sparse, hw);
    EngProductDetail d = {.dataflow = dataflow_of(kind, hw),
        .M = shape->M,
        .N = shape->N,
        .kg = eng_product_groups(&seen, pair.group),
        .group = pair.group,
        .beats = pair.beats,
        .pair_fj = pair.femtojoules,
        .a_bits = x.bits,
        .b_bits = y.bits,
        .a_row = x.row,
        .b_row = y.row,
        .a_groups = x.slices,
        .b_groups = y.slices};
    count_traffic(&d, hw);
    count_time(&d, hw);
    count_energy(&d, eng_sat_add(x.changed, y.changed), hw);
    d.products = eng_max_u64(1, shape->products);
    eng_cost_add(&d.cost, &d.one, d.products);
    return d;
}

EngCost eng_product_cost(const EngProductShape *shape, EngProductKind kind, const EngFormat *a,
    const EngFormat *b, const EngHardware *hw)
{
    return eng_product_detail(shape, kind, a, b, hw).cost;
}
