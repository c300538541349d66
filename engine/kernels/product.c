/* Products of quantised operands: which tile is computed by whom and in which order. */
#include "kernels/layout.h"
#include "kernels/operand.h"
#include <assert.h>

/* What a product keeps close: the panels of one tile over a slab of K stay in half a first-level
 * cache while row after row passes, and a block of rows stays in half a second-level cache while
 * panel after panel passes. */
#define SLAB_BYTES (24 * 1024)
#define ROW_BLOCK_BYTES (512 * 1024)
/* Outputs so narrow (in floats) lie close together, and asking for them ahead pays; the lines of
 * wider ones, a page or so apart, would only drive each other out. */
#define NARROW_OUTPUT 256

typedef struct Linear {
    const EngKernels *kernels;
    const EngOperand *a, *b;
    float *out;
    size_t out_stride;
    bool by_rows; /* the pool's ranges are row tiles, else panel tiles */
    size_t tile_rows, tile_panels;
    size_t slab; /* groups (F32: elements) per slab */
} Linear;

/* What comes after a slab, fetched into the second-level cache a piece at a time while the rows
 * pass: from a cold start a slab's first rows would wait for it. */
typedef struct Ahead {
    const uint8_t *panel[ENG_TILE_PANELS];
    unsigned panels;
    size_t bytes; /* of each */
} Ahead;

static Ahead ahead_of(const Linear *job, const EngTile *tile, size_t panel)
{
    const EngOperand *b = job->b;
    const size_t group = eng_panel_group_bytes(b->packing, b->group);
    size_t first = tile->first + tile->count, next = panel;
    if (first >= tile->groups) {
        first = 0;
        next += job->tile_panels;
    }
    Ahead ahead = {.bytes = eng_at_most(tile->groups - first, job->slab) * group};
    for (size_t p = next; p < eng_panels_of(b) && ahead.panels < job->tile_panels; p++)
        ahead.panel[ahead.panels++] = b->data + p * b->record_bytes + first * group;
    return ahead;
}

/* Piece `index` of `pieces`. */
static void fetch_piece(const Ahead *ahead, size_t index, size_t pieces)
{
    const size_t piece = (ahead->bytes / pieces + 63) / 64 * 64;
    const size_t from = index * piece, to = eng_at_most(from + piece, ahead->bytes);
    for (unsigned p = 0; p < ahead->panels; p++) {
        for (size_t at = from; at < to; at += 64)
            __builtin_prefetch(ahead->panel[p] + at, 0, 2);
    }
}

/* Rows [begin, end) against one tile's panels over one slab. */
static void run_rows(const Linear *job, EngTile tile, size_t begin, size_t end, size_t panel)
{
    const void *row[ENG_TILE_ROWS];
    const Ahead ahead = ahead_of(job, &tile, panel);
    const size_t pieces = (end - begin + job->tile_rows - 1) / job->tile_rows;
    tile.row = row;
    for (size_t i = begin; i < end; i += job->tile_rows) {
        fetch_piece(&ahead, (i - begin) / job->tile_rows, pieces);
        tile.rows = (unsigned)eng_at_most(end - i, job->tile_rows);
        for (size_t r = 0; r < tile.rows; r++)
            row[r] = job->a->data + (i + r) * job->a->record_bytes;
        tile.out = job->out + i * job->out_stride + panel * ENG_LANES;
        if (job->out_stride <= NARROW_OUTPUT)
            eng_fetch_outputs(&tile);
        job->kernels->product[job->a->packing](&tile);
    }
}

static void run_panels(const Linear *job, size_t panel, size_t begin, size_t end)
{
    EngTile tile = eng_tile_of(job->a, job->b);
    const void *panels[ENG_TILE_PANELS];
    tile.panel = panels;
    tile.out_stride = job->out_stride;
    eng_tile_panels(&tile, job->b, panel, job->tile_panels);
    for (size_t p = 0; p < tile.panels; p++)
        panels[p] = job->b->data + (panel + p) * job->b->record_bytes;
    for (tile.first = 0; tile.first < tile.groups; tile.first += job->slab) {
        tile.count = eng_at_most(tile.groups - tile.first, job->slab);
        tile.add = tile.first > 0;
        run_rows(job, tile, begin, end, panel);
    }
}

static void run_range(void *ctx, size_t begin, size_t end, unsigned worker)
{
    const Linear *job = ctx;
    (void)worker;
    size_t rows[2] = {0, job->a->inner}, panels[2] = {0, eng_panels_of(job->b)};
    size_t *mine = job->by_rows ? rows : panels;
    const size_t most = mine[1], unit = job->by_rows ? job->tile_rows : job->tile_panels;
    mine[0] = begin * unit;
    mine[1] = eng_at_most(end * unit, most);
    size_t block = ROW_BLOCK_BYTES / job->a->record_bytes / job->tile_rows * job->tile_rows;
    block = block ? block : job->tile_rows;
    for (size_t i = rows[0]; i < rows[1]; i += block) {
        for (size_t p = panels[0]; p < panels[1]; p += job->tile_panels)
            run_panels(job, p, i, eng_at_most(rows[1], i + block));
    }
}

typedef struct Finish {
    float *out;
    size_t n, out_stride;
    float factor;
} Finish;

static void finish_rows(void *ctx, size_t begin, size_t end, unsigned worker)
{
    const Finish *job = ctx;
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        for (size_t j = 0; j < job->n; j++)
            job->out[i * job->out_stride + j] *= job->factor;
    }
}

void eng_product_finish(EngPool *pool, const EngOperand *a, const EngOperand *b, float *out,
    size_t rows, size_t n, size_t out_stride)
{
    Finish job = {out, n, out_stride, a->factor * b->factor};
    if (job.factor != 1)
        eng_pool_run(pool, finish_rows, &job, rows, 16);
}

void eng_product(const EngKernels *kernels, EngPool *pool, const EngOperand *a, const EngOperand *b,
    float *out, size_t out_stride)
{
    assert(a->packing == b->packing && a->group == b->group && a->length == b->length);
    assert(!a->panels && b->panels && a->outer == 1 && b->outer == 1);
    const EngPacking packing = a->packing;
    Linear job = {.kernels = kernels,
        .a = a,
        .b = b,
        .out = out,
        .out_stride = out_stride,
        .tile_rows = kernels->tile_rows[packing],
        .tile_panels = kernels->tile_panels[packing]};
    job.slab = SLAB_BYTES / (job.tile_panels * eng_panel_group_bytes(packing, a->group));
    job.slab = job.slab ? job.slab : 1;
    const size_t rows = (a->inner + job.tile_rows - 1) / job.tile_rows;
    const size_t panels = (eng_panels_of(b) + job.tile_panels - 1) / job.tile_panels;
    const size_t threads = eng_pool_threads(pool);
    const double by_rows = eng_imbalance(rows, threads), by_panels = eng_imbalance(panels, threads);
    job.by_rows = by_rows < by_panels || (by_rows == by_panels && rows > panels);
    eng_pool_run(pool, run_range, &job, job.by_rows ? rows : panels, 1);
    eng_product_finish(pool, a, b, out, a->inner, b->inner, out_stride);
}
