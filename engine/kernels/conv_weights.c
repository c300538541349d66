/* The weight gradient of a convolution, over the pointers of pixels. */
#include "kernels/conv_geometry.h"
#include "kernels/layout.h"
#include <assert.h>

/* Pixels of one call. More of them go through in turns, each going on from the sums of the last. */
#define SEGMENTS 64
/* A slab of pixels: one tile's panels stay in a share of the second-level cache. */
#define SLAB_BYTES (128 * 1024)

/* One side of the product: an operand's records by pixel and channel. */
typedef struct Side {
    const EngOperand *op;
    size_t channels;
    size_t weight_stride; /* floats in dw from one channel to the next */
} Side;

typedef struct Weights {
    const EngKernels *kernels;
    const EngConv *conv;
    Side rows, lanes;
    bool rows_are_outputs; /* the gradient's channels are rows, else the input's are */
    float *dw;
    size_t tile_rows, tile_panels;
    size_t row_tiles, panel_tiles; /* per tap */
    size_t slab;                   /* output pixels, whole image rows */
} Weights;

/* Pixels of both sides that one tap brings together, without samples. */
typedef struct Pairs {
    size_t count;
    size_t row[SEGMENTS], lane[SEGMENTS];
} Pairs;

/* The pairs of one tap from output pixel *next on, at most SEGMENTS of them. */
static void next_pairs(const Weights *job, size_t tap, size_t *next, size_t end, Pairs *pairs)
{
    const EngConv *c = job->conv;
    const unsigned r = (unsigned)(tap / c->kernel_x), s = (unsigned)(tap % c->kernel_x);
    pairs->count = 0;
    for (; *next < end && pairs->count < SEGMENTS; ++*next) {
        const size_t in = eng_conv_source(c, true, 0, *next / c->out_x, *next % c->out_x, r, s);
        if (in == ENG_NO_PIXEL)
            continue;
        pairs->row[pairs->count] = job->rows_are_outputs ? *next : in;
        pairs->lane[pairs->count++] = job->rows_are_outputs ? in : *next;
    }
}

/* One tile of dw: channels from `row` and from 16 * `panel` on, one tap. */
typedef struct WeightTile {
    size_t tap, row, panel;
} WeightTile;

static WeightTile weight_tile(const Weights *job, size_t index)
{
    return (WeightTile){.tap = index / (job->row_tiles * job->panel_tiles),
        .row = index % job->row_tiles * job->tile_rows,
        .panel = index / job->row_tiles % job->panel_tiles * job->tile_panels};
}

static const void *record_of(const EngOperand *op, size_t record)
{
    return op->data + record * op->record_bytes;
}

static void point_pairs(const Weights *job, const WeightTile *at, const EngTile *tile,
    const Pairs *pairs, const void **row, const void **panel)
{
    const size_t panels = eng_panels_of(job->lanes.op);
    for (size_t i = 0; i < pairs->count; i++) {
        const size_t first_row = pairs->row[i] * job->rows.channels + at->row;
        const size_t first_panel = pairs->lane[i] * panels + at->panel;
        for (size_t r = 0; r < tile->rows; r++)
            *row++ = record_of(job->rows.op, first_row + r);
        for (size_t p = 0; p < tile->panels; p++)
            *panel++ = record_of(job->lanes.op, first_panel + p);
    }
}

/* The tile's first weight. */
static float *weights_at(const Weights *job, const WeightTile *at)
{
    return job->dw + at->tap * job->conv->in_c + at->row * job->rows.weight_stride +
        at->panel * ENG_LANES * job->lanes.weight_stride;
}

static size_t lanes_at(const Weights *job, const WeightTile *at)
{
    return eng_at_most(job->lanes.channels - at->panel * ENG_LANES, job->tile_panels * ENG_LANES);
}

/* Moves a tile between dw, where neighbouring lanes may lie apart, and a buffer, where they do not. */
static void move_weights(
    const Weights *job, const WeightTile *at, size_t rows, float *buffer, bool to_dw)
{
    float *dw = weights_at(job, at);
    const size_t lanes = lanes_at(job, at);
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < lanes; j++) {
            float *weight = dw + i * job->rows.weight_stride + j * job->lanes.weight_stride;
            float *place = buffer + i * ENG_TILE_PANELS * ENG_LANES + j;
            if (to_dw)
                *weight = *place;
            else
                *place = *weight;
        }
    }
}

static void run_pairs(const Weights *job, const WeightTile *at, const Pairs *pairs)
{
    const void *row[SEGMENTS * ENG_TILE_ROWS], *panel[SEGMENTS * ENG_TILE_PANELS];
    float buffer[ENG_TILE_ROWS * ENG_TILE_PANELS * ENG_LANES];
    const bool direct = job->lanes.weight_stride == 1;
    EngTile tile = eng_tile_of(job->rows.op, job->lanes.op);
    tile.segments = pairs->count;
    tile.rows = (unsigned)eng_at_most(job->rows.channels - at->row, job->tile_rows);
    eng_tile_panels(&tile, job->lanes.op, at->panel, job->tile_panels);
    point_pairs(job, at, &tile, pairs, row, panel);
    tile.row = row;
    tile.panel = panel;
    tile.add = true;
    tile.out = direct ? weights_at(job, at) : buffer;
    tile.out_stride = direct ? job->rows.weight_stride : ENG_TILE_PANELS * ENG_LANES;
    if (!direct)
        move_weights(job, at, tile.rows, buffer, false);
    job->kernels->product[job->rows.op->packing](&tile);
    if (!direct)
        move_weights(job, at, tile.rows, buffer, true);
}

static void clear_weights(const Weights *job, size_t begin, size_t end)
{
    float buffer[ENG_TILE_ROWS * ENG_TILE_PANELS * ENG_LANES] = {0};
    for (size_t index = begin; index < end; index++) {
        const WeightTile at = weight_tile(job, index);
        move_weights(
            job, &at, eng_at_most(job->rows.channels - at.row, job->tile_rows), buffer, true);
    }
}

/* Pixels go by in slabs of a few image rows: all taps of a slab read the same rows of both tensors
 * while these are still in the cache. */
static void run_weights(void *ctx, size_t begin, size_t end, unsigned worker)
{
    const Weights *job = ctx;
    const size_t pixels = job->conv->out_y * job->conv->out_x;
    (void)worker;
    clear_weights(job, begin, end);
    for (size_t from = 0; from < pixels; from += job->slab) {
        const size_t to = eng_at_most(from + job->slab, pixels);
        for (size_t index = begin; index < end; index++) {
            const WeightTile at = weight_tile(job, index);
            Pairs pairs;
            for (size_t next = from; next < to;) {
                next_pairs(job, at.tap, &next, to, &pairs);
                if (pairs.count)
                    run_pairs(job, &at, &pairs);
            }
        }
    }
}

static void set_tiles(Weights *job)
{
    const EngOperand *lanes = job->lanes.op;
    job->tile_rows = job->kernels->tile_rows[lanes->packing];
    job->tile_panels = job->kernels->tile_panels[lanes->packing];
    job->row_tiles = (job->rows.channels + job->tile_rows - 1) / job->tile_rows;
    job->panel_tiles = (eng_panels_of(lanes) + job->tile_panels - 1) / job->tile_panels;
    const size_t image_row = job->tile_panels * lanes->record_bytes * job->conv->out_x;
    job->slab = (image_row < SLAB_BYTES ? SLAB_BYTES / image_row : 1) * job->conv->out_x;
}

void eng_conv_wgrad(const EngKernels *kernels, EngPool *pool, const EngConv *conv,
    const EngOperand *g, const EngOperand *a, float *dw)
{
    assert(g->packing == a->packing && g->length == a->length && g->panels != a->panels);
    const size_t per_output = eng_conv_taps(conv) * conv->in_c;
    const Side outputs = {g, conv->out_c, per_output}, inputs = {a, conv->in_c, 1};
    Weights job = {.kernels = kernels,
        .conv = conv,
        .rows = g->panels ? inputs : outputs,
        .lanes = g->panels ? outputs : inputs,
        .rows_are_outputs = !g->panels,
        .dw = dw};
    set_tiles(&job);
    eng_pool_run(pool, run_weights, &job, eng_conv_taps(conv) * job.row_tiles * job.panel_tiles, 1);
    eng_product_finish(pool, g, a, dw, conv->out_c, per_output, per_output);
}
