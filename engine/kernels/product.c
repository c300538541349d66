/* Products of quantised operands: which tile is computed by whom and in which order. */
#include "kernels/layout.h"
#include "kernels/operand.h"
#include <assert.h>

/* What a product keeps close: the panels of one tile over a slab of K stay in half a first-level
 * cache while row after row passes, and a block of rows stays in half a second-level cache while
 * panel after panel passes. */
#define SLAB_BYTES (24 * 1024)
#define ROW_BLOCK_BYTES (512 * 1024)

typedef struct Linear {
    const EngKernels *kernels;
    const EngOperand *a, *b;
    float *out;
    size_t out_stride;
    bool by_rows; /* the pool's ranges are row tiles, else panel tiles */
    size_t tile_rows, tile_panels;
    size_t slab; /* groups (F32: elements) per slab */
} Linear;

/* What all tiles of a product have in common. */
static EngTile tile_of(const EngOperand *a, const EngOperand *b)
{
    return (EngTile){.segments = 1,
        .groups = a->groups,
        .group = a->group,
        .row_bits = a->bits,
        .panel_bits = b->bits};
}

static size_t panels_of(const EngOperand *b)
{
    return (b->inner + ENG_LANES - 1) / ENG_LANES;
}

static size_t at_most(size_t n, size_t most)
{
    return n < most ? n : most;
}

/* Rows [begin, end) against one tile's panels over one slab. */
static void run_rows(const Linear *job, EngTile tile, size_t begin, size_t end, size_t panel)
{
    const void *row[ENG_TILE_ROWS];
    tile.row = row;
    for (size_t i = begin; i < end; i += job->tile_rows) {
        tile.rows = (unsigned)at_most(end - i, job->tile_rows);
        for (size_t r = 0; r < tile.rows; r++)
            row[r] = job->a->data + (i + r) * job->a->record_bytes;
        tile.out = job->out + i * job->out_stride + panel * ENG_LANES;
        job->kernels->product[job->a->packing](&tile);
    }
}

static void run_panels(const Linear *job, size_t panel, size_t begin, size_t end)
{
    EngTile tile = tile_of(job->a, job->b);
    const void *panels[ENG_TILE_PANELS];
    tile.panel = panels;
    tile.out_stride = job->out_stride;
    tile.panels = (unsigned)at_most(panels_of(job->b) - panel, job->tile_panels);
    tile.lanes =
        (unsigned)at_most(job->b->inner - (panel + tile.panels - 1) * ENG_LANES, ENG_LANES);
    for (size_t p = 0; p < tile.panels; p++)
        panels[p] = job->b->data + (panel + p) * job->b->record_bytes;
    for (tile.first = 0; tile.first < tile.groups; tile.first += job->slab) {
        tile.count = at_most(tile.groups - tile.first, job->slab);
        tile.add = tile.first > 0;
        run_rows(job, tile, begin, end, panel);
    }
}

static void run_range(void *ctx, size_t begin, size_t end, unsigned worker)
{
    const Linear *job = ctx;
    (void)worker;
    size_t rows[2] = {0, job->a->inner}, panels[2] = {0, panels_of(job->b)};
    size_t *mine = job->by_rows ? rows : panels;
    const size_t most = mine[1], unit = job->by_rows ? job->tile_rows : job->tile_panels;
    mine[0] = begin * unit;
    mine[1] = at_most(end * unit, most);
    size_t block = ROW_BLOCK_BYTES / job->a->record_bytes / job->tile_rows * job->tile_rows;
    block = block ? block : job->tile_rows;
    for (size_t i = rows[0]; i < rows[1]; i += block) {
        for (size_t p = panels[0]; p < panels[1]; p += job->tile_panels)
            run_panels(job, p, i, at_most(rows[1], i + block));
    }
}

/* How much longer than a fair share the longest range of `units` is, over `threads`. */
static double imbalance(size_t units, size_t threads)
{
    return (double)((units + threads - 1) / threads * threads) / (double)units;
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
    const size_t panels = (panels_of(b) + job.tile_panels - 1) / job.tile_panels;
    const size_t threads = eng_pool_threads(pool);
    const double by_rows = imbalance(rows, threads), by_panels = imbalance(panels, threads);
    job.by_rows = by_rows < by_panels || (by_rows == by_panels && rows > panels);
    eng_pool_run(pool, run_range, &job, job.by_rows ? rows : panels, 1);
}
