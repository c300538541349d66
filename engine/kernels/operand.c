#include "kernels/operand.h"
#include "base/memory.h"
#include "kernels/kernels_isa.h"
#include "kernels/layout.h"
#include <assert.h>
#include <string.h>

/* The largest group a format can have. */
#define GROUP_MAX 256
/* Magnitude bits an I8 mantissa has room for. */
#define I8_BITS 7

/* ---- layout ----------------------------------------------------------------------------------- */

void eng_operand_layout(
    const EngFormat *a, const EngFormat *b, EngPacking *packing, unsigned *group)
{
    const unsigned bits_a = eng_codec_bits(a), bits_b = eng_codec_bits(b);
    *packing = ENG_PACK_F32;
    *group = 1;
    if (bits_a == 0 || bits_b == 0)
        return;
    *packing = bits_a <= I8_BITS && bits_b <= I8_BITS ? ENG_PACK_I8 : ENG_PACK_WIDE;
    const unsigned block_a = eng_codec_block(a), block_b = eng_codec_block(b);
    *group = block_a < block_b ? block_a : block_b;
}

/* The group a row of `length` really needs: no longer than the next power of two. */
static unsigned fitted_group(EngPacking packing, unsigned group, size_t length)
{
    if (packing == ENG_PACK_F32)
        return 1;
    while (group > 4 && group / 2 >= length)
        group /= 2;
    return group;
}

static size_t record_bytes(EngPacking packing, unsigned group, size_t length, bool panels)
{
    const size_t groups = (length + group - 1) / group;
    return groups *
        (panels ? eng_panel_group_bytes(packing, group) : eng_row_group_bytes(packing, group));
}

static size_t record_count(size_t outer, size_t inner, bool panels)
{
    return outer * (panels ? (inner + ENG_LANES - 1) / ENG_LANES : inner);
}

size_t eng_operand_capacity(size_t outer, size_t inner, size_t length, bool panels)
{
    size_t largest = 0, count, bytes;
    /* Beyond this a record's own size could overflow below. */
    if (length > SIZE_MAX / 1024)
        return 0;
    for (unsigned group = 4; group <= GROUP_MAX; group *= 2) {
        const unsigned fitted = fitted_group(ENG_PACK_WIDE, group, length);
        const size_t size = record_bytes(ENG_PACK_WIDE, fitted, length, panels);
        largest = size > largest ? size : largest;
    }
    if (!eng_size_add(inner, ENG_LANES, &count) || !eng_size_mul(outer, count, &count))
        return 0;
    if (!eng_size_mul(record_count(outer, inner, panels) + 1, largest, &bytes))
        return 0;
    return bytes;
}

EngStatus eng_operand_init(
    EngOperand *op, size_t outer, size_t inner, size_t length, bool panels, EngError *err)
{
    *op = (EngOperand){.panels = panels};
    const size_t bytes = eng_operand_capacity(outer, inner, length, panels);
    op->data = bytes ? eng_alloc(bytes, 1) : NULL;
    if (!op->data)
        return eng_error(err, ENG_ERR_NOMEM, "No memory for an operand of %zu x %zu x %zu values.",
            outer, inner, length);
    op->capacity = bytes;
    return ENG_OK;
}

EngStatus eng_operand_reserve(
    EngOperand *op, size_t outer, size_t inner, size_t length, bool panels, EngError *err)
{
    const size_t bytes = eng_operand_capacity(outer, inner, length, panels);
    op->panels = panels;
    if (bytes && bytes <= op->capacity)
        return ENG_OK;
    eng_operand_free(op);
    return eng_operand_init(op, outer, inner, length, panels, err);
}

void eng_operand_free(EngOperand *op)
{
    eng_free(op->data);
    *op = (EngOperand){0};
}

/* ---- quantisation ----------------------------------------------------------------------------- */

/* One quantisation spread over the pool, in blocks of 16 rows. */
typedef struct Job {
    const EngKernels *kernels;
    EngMatrix matrix;
    const EngOperand *op;
    size_t blocks_per_outer;
    EngQuantTile tile; /* what all blocks have in common */
    EngCodec codec;
    bool generic;   /* no format of the kernels' own: the codec does it */
    float *scratch; /* gathered rows for each worker, or NULL */
    uint32_t max_bits[ENG_POOL_MAX];
} Job;

/* Some rows that stand side by side in memory. */
typedef struct Block {
    size_t outer, inner; /* of the first */
    unsigned rows;
    const float *src;
} Block;

/* The rows from block `index` on, up to block `end` and as many as a kernel takes; moves index
 * behind them. */
static Block next_block(const Job *job, size_t *index, size_t end, unsigned worker)
{
    const EngMatrix *m = &job->matrix;
    Block block = {.outer = *index / job->blocks_per_outer,
        .inner = *index % job->blocks_per_outer * ENG_LANES};
    const size_t most = m->gather ? ENG_LANES : ENG_QUANT_ROWS;
    const size_t mine = eng_at_most((end - *index) * ENG_LANES, most);
    block.rows = (unsigned)eng_at_most(m->inner - block.inner, mine);
    *index += (block.rows + ENG_LANES - 1) / ENG_LANES;
    if (m->gather) {
        float *rows = job->scratch + worker * ENG_LANES * m->length;
        m->gather(m->gather_ctx, block.outer * m->inner + block.inner, block.rows, rows);
        block.src = rows;
    } else {
        block.src = m->data + block.outer * m->outer_stride + block.inner * m->inner_stride;
    }
    return block;
}

static void note_max(Job *job, unsigned worker, uint32_t bits)
{
    if (bits > job->max_bits[worker])
        job->max_bits[worker] = bits;
}

static void quantize_rows(Job *job, const Block *block, unsigned worker)
{
    const EngMatrix *m = &job->matrix;
    const EngOperand *op = job->op;
    EngQuantTile tile = job->tile;
    tile.rows = block->rows;
    tile.src = block->src;
    const size_t first = op->panels
        ? block->outer * job->blocks_per_outer + block->inner / ENG_LANES
        : block->outer * m->inner + block->inner;
    tile.out = op->data + first * op->record_bytes;
    tile.noise_row = (uint32_t)(block->outer * m->outer_noise + block->inner * m->inner_noise);
    tile.noise_row_step = (uint32_t)m->inner_noise;
    note_max(job, worker,
        job->generic ? eng_c_quantize_codec(&tile, &job->codec) : job->kernels->quantize(&tile));
}

static void quantize_blocks(void *ctx, size_t begin, size_t end, unsigned worker)
{
    while (begin < end) {
        const Block block = next_block(ctx, &begin, end, worker);
        quantize_rows(ctx, &block, worker);
    }
}

/* The largest |x| of the blocks, for what hangs from a tensor's largest value. */
static void measure_blocks(void *ctx, size_t begin, size_t end, unsigned worker)
{
    Job *job = ctx;
    const EngQuantTile *t = &job->tile;
    const bool along = t->pos_stride == 1;
    while (begin < end) {
        const Block block = next_block(job, &begin, end, worker);
        const size_t runs = along ? block.rows : t->length, n = along ? t->length : block.rows;
        for (size_t i = 0; i < runs; i++)
            note_max(job, worker,
                job->kernels->max_abs(block.src + i * (along ? t->row_stride : t->pos_stride), n));
    }
}

static uint32_t run_blocks(Job *job, EngPool *pool, EngPoolFn fn)
{
    memset(job->max_bits, 0, sizeof job->max_bits);
    eng_pool_run(pool, fn, job, job->matrix.outer * job->blocks_per_outer, 1);
    uint32_t largest = 0;
    for (size_t i = 0; i < ENG_POOL_MAX; i++)
        largest = job->max_bits[i] > largest ? job->max_bits[i] : largest;
    return largest;
}

/* The operand's shape for this matrix, and the record of zeros behind the others. */
static void shape_operand(
    EngOperand *op, const EngMatrix *m, const EngFormat *format, EngPacking packing, unsigned group)
{
    op->packing = packing;
    op->group = fitted_group(packing, group, m->length);
    op->outer = m->outer;
    op->inner = m->inner;
    op->length = m->length;
    op->groups = (m->length + op->group - 1) / op->group;
    op->record_bytes = record_bytes(packing, op->group, m->length, op->panels);
    op->records = record_count(m->outer, m->inner, op->panels);
    op->bits = packing == ENG_PACK_F32 ? 0 : eng_codec_bits(format);
    assert((op->records + 1) * op->record_bytes <= op->capacity);
}

/* A row of zeros: an I8 row record's mantissas are biased, all else is zero bits. */
static void write_zero_record(EngOperand *op)
{
    uint8_t *record = op->data + op->records * op->record_bytes;
    memset(record, 0, op->record_bytes);
    if (op->packing == ENG_PACK_I8 && !op->panels)
        memset(record + op->groups * sizeof(float), 128, op->groups * op->group);
}

static uint64_t lfsr_start(const EngMatrix *m, const EngFormat *format, uint32_t step)
{
    const uint64_t groups = (m->length + format->g - 1) / format->g;
    return groups * m->outer * m->inner * step;
}

/* What all blocks have in common; the codec and what hangs from it come later. */
static EngQuantTile tile_of(
    const EngMatrix *m, const EngFormat *f, const EngOperand *op, const EngNoise *noise)
{
    const bool copies = eng_format_is_fp32(f);
    return (EngQuantTile){.row_stride = m->gather ? m->length : m->inner_stride,
        .pos_stride = m->gather ? 1 : m->pos_stride,
        .length = m->length,
        .group = eng_codec_block(f),
        .pack_group = op->group,
        .m = copies ? 0 : f->m,
        .rounding = f->rounding,
        .noise_bits = f->noise_bits,
        .packing = op->packing,
        .to_panel = op->panels,
        .record_bytes = op->record_bytes,
        .noise_seed = noise->seed,
        .noise_tensor = noise->tensor,
        .noise_step = noise->step,
        .lfsr_start = f->rounding == ENG_ROUND_LFSR ? lfsr_start(m, f, noise->step) : 0};
}

/* What the kernels must know beyond the format's bits: the codec's limits, in their words. */
static void set_element(Job *job, const EngFormat *f)
{
    EngQuantTile *tile = &job->tile;
    tile->min_exponent = job->codec.group.min_exponent;
    if (job->generic || f->kind == ENG_KIND_BFP || eng_format_is_fp32(f))
        return;
    tile->element = job->codec.rule.traits;
    tile->scaled = f->kind == ENG_KIND_MX;
    const int lowest = job->codec.lowest - (tile->element->lowest - tile->element->fraction);
    tile->min_exponent = lowest < -127 ? -127 : lowest;
}

/* Gathered rows need a place for each worker. */
static EngStatus make_scratch(Job *job, EngPool *pool, EngError *err)
{
    const EngMatrix *m = &job->matrix;
    if (!m->gather)
        return ENG_OK;
    job->scratch = eng_alloc(eng_pool_threads(pool), ENG_LANES * m->length * sizeof(float));
    if (!job->scratch)
        return eng_error(err, ENG_ERR_NOMEM, "No memory to gather rows of %zu values.", m->length);
    return ENG_OK;
}

/* Integers, and BFP in either path, have scales that end at 2^62; floats only must be finite. */
static EngStatus check_range(const EngOperand *op, const EngFormat *f, EngError *err)
{
    const bool ends = op->packing != ENG_PACK_F32 || f->kind == ENG_KIND_BFP;
    if (op->max_bits < (ends ? ENG_DIVERGED_BITS : ENG_INFINITE_BITS))
        return ENG_OK;
    return eng_error(err, ENG_ERR_DIVERGED,
        ends ? "An operand holds a value that is not below 2^62: the run has diverged."
             : "An operand holds an infinity or NaN: the run has diverged.");
}

/* The same rows in fewer, longer runs, where the rows of one o end where those of the next begin:
 * more neighbours then go through a kernel together. Panels must not change. */
static EngMatrix joined(const EngMatrix *m, bool panels)
{
    EngMatrix j = *m;
    const bool even = !panels || m->inner % ENG_LANES == 0;
    if (m->outer > 1 && even && !m->gather && m->outer_stride == m->inner * m->inner_stride &&
        m->outer_noise == m->inner * m->inner_noise) {
        j.inner = m->outer * m->inner;
        j.outer = 1;
    }
    return j;
}

EngStatus eng_operand_quantize(const EngKernels *kernels, EngPool *pool, const EngMatrix *matrix,
    const EngFormat *format, EngPacking packing, unsigned group, const EngNoise *noise,
    EngOperand *op, EngError *err)
{
    shape_operand(op, matrix, format, packing, group);
    Job job = {.kernels = kernels,
        .matrix = joined(matrix, op->panels),
        .op = op,
        .tile = tile_of(matrix, format, op, noise),
        .generic = !eng_format_is_fp32(format) && format->kind != ENG_KIND_BFP &&
            format->kind != ENG_KIND_FLOAT && format->kind != ENG_KIND_MX};
    job.blocks_per_outer = (job.matrix.inner + ENG_LANES - 1) / ENG_LANES;
    const EngStatus status = make_scratch(&job, pool, err);
    if (status != ENG_OK)
        return status;
    uint32_t tensor_max = 0;
    if (eng_codec_needs_max(format))
        tensor_max = run_blocks(&job, pool, measure_blocks);
    job.codec = eng_codec(format, tensor_max, packing != ENG_PACK_F32);
    set_element(&job, format);
    op->factor = packing == ENG_PACK_F32 ? 1 : job.codec.factor;
    op->max_bits = run_blocks(&job, pool, quantize_blocks);
    eng_free(job.scratch);
    write_zero_record(op);
    return check_range(op, format, err);
}
