/* The forward product and the input gradient of a convolution, over the pointers of taps. */
#include "kernels/conv_geometry.h"
#include "kernels/layout.h"
#include <assert.h>

/* Taps of one call. More of them go through in turns, each going on from the sums of the last. */
#define SEGMENTS 64

/* Computed pixels are taken in runs that lie evenly in memory: forward, or at stride 1, all pixels
 * of the tensor are one run; the input gradient of a strided convolution takes every stride-th
 * pixel of an image row, because these share the taps that reach an output at all. */
typedef struct Spread {
    const EngKernels *kernels;
    const EngConv *conv;
    const EngOperand *a, *w;
    float *out;
    bool forward;
    size_t height, width, channels; /* of what is computed */
    ptrdiff_t source_y, source_x;   /* of what the taps read */
    size_t runs, run_length, step;
    size_t tile_rows, tile_panels, tiles_per_run;
    bool by_rows; /* the pool's ranges are pixel tiles, else panel tiles */
} Spread;

/* A tap as seen from a pixel's anchor, the place in the source grid that tap (0, 0) of its phase
 * meets: where it reads, in pixels and in bytes of records. */
typedef struct Tap {
    ptrdiff_t dy, dx, offset;
    size_t block; /* of panels */
} Tap;

/* The taps of a run, ascending. */
typedef struct Taps {
    size_t count;
    ptrdiff_t low_y, high_y, low_x, high_x; /* the offsets' ranges */
    Tap tap[ENG_CONV_TAPS];
} Taps;

/* First pixel of a run. */
static size_t run_start(const Spread *job, size_t run)
{
    if (job->runs == 1)
        return 0;
    /* Runs of a strided input gradient: (n, y, phase of x). */
    return run / job->step * job->width + run % job->step;
}

static size_t run_pixels(const Spread *job, size_t run)
{
    if (job->runs == 1)
        return job->run_length;
    const size_t phase = run % job->step;
    return phase < job->width ? (job->width - phase + job->step - 1) / job->step : 0;
}

static void add_tap(const Spread *job, Taps *taps, unsigned r, unsigned s)
{
    const EngConv *c = job->conv;
    Tap tap = {.dy = (ptrdiff_t)r, .dx = (ptrdiff_t)s, .block = (size_t)r * c->kernel_x + s};
    if (!job->forward) {
        tap.dy = -(ptrdiff_t)(r / c->stride_y);
        tap.dx = -(ptrdiff_t)(s / c->stride_x);
    }
    tap.offset = (tap.dy * job->source_x + tap.dx) * (ptrdiff_t)job->a->record_bytes;
    if (taps->count == 0)
        *taps = (Taps){.low_y = tap.dy, .high_y = tap.dy, .low_x = tap.dx, .high_x = tap.dx};
    taps->low_y = tap.dy < taps->low_y ? tap.dy : taps->low_y;
    taps->high_y = tap.dy > taps->high_y ? tap.dy : taps->high_y;
    taps->low_x = tap.dx < taps->low_x ? tap.dx : taps->low_x;
    taps->high_x = tap.dx > taps->high_x ? tap.dx : taps->high_x;
    taps->tap[taps->count++] = tap;
}

/* The taps that can meet an output from pixel (y, x): forward all of them, else those whose phase
 * fits the stride's. That does not depend on tiles, so leaving others out changes no sum. */
static void list_taps(const Spread *job, size_t y, size_t x, Taps *taps)
{
    const EngConv *c = job->conv;
    const size_t phase_y = (y + c->pad_y) % c->stride_y, phase_x = (x + c->pad_x) % c->stride_x;
    taps->count = 0;
    for (unsigned r = 0; r < c->kernel_y; r++) {
        for (unsigned s = 0; s < c->kernel_x; s++) {
            if (job->forward || (r % c->stride_y == phase_y && s % c->stride_x == phase_x))
                add_tap(job, taps, r, s);
        }
    }
}

static const void *record_of(const EngOperand *op, size_t record)
{
    return op->data + record * op->record_bytes;
}

/* Structures go by pointer here and loops stay scalar. A vector load of what was just written in
 * smaller pieces waits until all earlier stores have reached the cache, and those are the last
 * tile's outputs, which come from far away: half a thousand cycles for each tile. */
#if defined(__GNUC__) && !defined(__clang__)
#define ONE_BY_ONE __attribute__((noinline, optimize("no-tree-vectorize")))
#else
#define ONE_BY_ONE
#endif

/* A place in what is computed. */
typedef struct Place {
    size_t n, y, x;
} Place;

static Place place_of(const Spread *job, size_t pixel)
{
    return (Place){
        pixel / (job->height * job->width), pixel / job->width % job->height, pixel % job->width};
}

/* `pixels` further on in memory: additions, because a division costs as much as a tile's taps. */
static void move_on(const Spread *job, Place *at, size_t pixels)
{
    at->x += pixels;
    while (at->x >= job->width) {
        at->x -= job->width;
        if (++at->y == job->height) {
            at->y = 0;
            at->n++;
        }
    }
}

/* A pixel's anchor in the source grid, and that place's distance from the first record in bytes,
 * which may be negative. */
typedef struct Anchor {
    ptrdiff_t y, x, offset;
} Anchor;

static void set_anchor(const Spread *job, const Place *at, Anchor *anchor)
{
    const EngConv *c = job->conv;
    if (job->forward) {
        anchor->y = (ptrdiff_t)(at->y * c->stride_y) - (ptrdiff_t)c->pad_y;
        anchor->x = (ptrdiff_t)(at->x * c->stride_x) - (ptrdiff_t)c->pad_x;
    } else {
        anchor->y = (ptrdiff_t)((at->y + c->pad_y) / c->stride_y);
        anchor->x = (ptrdiff_t)((at->x + c->pad_x) / c->stride_x);
    }
    anchor->offset = (((ptrdiff_t)at->n * job->source_y + anchor->y) * job->source_x + anchor->x) *
        (ptrdiff_t)job->a->record_bytes;
}

/* What one pixel's taps [first, first + count) read, `stride` places apart: the record, or zeros
 * where that is padding. */
ONE_BY_ONE static void point_pixel(const Spread *job, const Taps *taps, size_t first, size_t count,
    const Anchor *at, const void **row, size_t stride)
{
    const void *const zeros = record_of(job->a, job->a->records);
    const Tap *tap = taps->tap + first;
    for (size_t t = 0; t < count; t++) {
        const ptrdiff_t y = at->y + tap[t].dy, x = at->x + tap[t].dx;
        const bool there = y >= 0 && y < job->source_y && x >= 0 && x < job->source_x;
        row[t * stride] = there ? job->a->data + (at->offset + tap[t].offset) : zeros;
    }
}

/* The same for pixels of one image row, whose records lie evenly: the pixels at the borders are
 * put right afterwards. */
ONE_BY_ONE static void point_image_row(const Spread *job, const Taps *taps, size_t first,
    size_t count, Anchor *at, size_t rows, const void **row)
{
    const size_t advance = job->forward ? job->conv->stride_x : 1;
    const size_t bytes = advance * job->a->record_bytes;
    /* As integers: near a border some of these lie outside the operand until they are replaced. */
    const uintptr_t base = (uintptr_t)job->a->data + (uintptr_t)at->offset;
    const Tap *tap = taps->tap + first;
    for (size_t t = 0; t < count; t++) {
        uintptr_t record = base + (uintptr_t)tap[t].offset;
        for (size_t i = 0; i < rows; i++, record += bytes)
            row[t * rows + i] = (const void *)record;
    }
    const bool inside_y = at->y + taps->low_y >= 0 && at->y + taps->high_y < job->source_y;
    for (size_t i = 0; i < rows; i++) {
        if (!inside_y || at->x + taps->low_x < 0 || at->x + taps->high_x >= job->source_x)
            point_pixel(job, taps, first, count, at, row + i, rows);
        at->x += (ptrdiff_t)advance;
        at->offset += (ptrdiff_t)bytes;
    }
}

/* Row records of `rows` pixels from a place on, each `step` apart. */
ONE_BY_ONE static void point_rows(const Spread *job, const Taps *taps, size_t first, size_t count,
    const Place *from, size_t rows, const void **row)
{
    Anchor anchor;
    if (from->x + (rows - 1) * job->step < job->width) {
        set_anchor(job, from, &anchor);
        point_image_row(job, taps, first, count, &anchor, rows, row);
        return;
    }
    Place at = {from->n, from->y, from->x};
    for (size_t i = 0; i < rows; i++, move_on(job, &at, job->step)) {
        set_anchor(job, &at, &anchor);
        point_pixel(job, taps, first, count, &anchor, row + i, rows);
    }
}

static void point_panels(
    const Spread *job, const Tap *tap, size_t taps, size_t panel, size_t panels, const void **out)
{
    for (size_t t = 0; t < taps; t++) {
        for (size_t p = 0; p < panels; p++)
            *out++ = record_of(job->w, tap[t].block * eng_panels_of(job->w) + panel + p);
    }
}

/* Panels [begin, end). */
typedef struct Range {
    size_t begin, end;
} Range;

/* True where all tiles of pixels meet the same panels by the same taps: they are pointed to once. */
static bool one_panel_tile(const Spread *job, const Taps *taps, Range panels)
{
    return panels.end - panels.begin <= job->tile_panels && taps->count <= SEGMENTS;
}

/* Some taps of one pixel tile, from `first` on, against the panels, `panel` being room for pointers. */
static void run_taps(const Spread *job, EngTile *tile, const Taps *taps, size_t first,
    const Place *at, Range panels, const void **panel)
{
    const void *row[SEGMENTS * ENG_TILE_ROWS];
    const size_t pixel = (at->n * job->height + at->y) * job->width + at->x;
    point_rows(job, taps, first, tile->segments, at, tile->rows, row);
    tile->row = row;
    tile->panel = panel;
    for (size_t p = panels.begin; p < panels.end; p += job->tile_panels) {
        eng_tile_panels(tile, job->w, p, job->tile_panels);
        if (!one_panel_tile(job, taps, panels))
            point_panels(job, taps->tap + first, tile->segments, p, tile->panels, panel);
        tile->out = job->out + pixel * job->channels + p * ENG_LANES;
        eng_fetch_outputs(tile);
        job->kernels->product[job->a->packing](tile);
    }
}

static void clear_pixels(const Spread *job, size_t pixel, size_t rows, Range panels)
{
    const size_t to = eng_at_most(panels.end * ENG_LANES, job->channels);
    for (size_t i = 0; i < rows; i++, pixel += job->step) {
        for (size_t k = panels.begin * ENG_LANES; k < to; k++)
            job->out[pixel * job->channels + k] = 0;
    }
}

/* One run's tiles [first, last) of pixels. */
static void run_tiles(const Spread *job, size_t run, size_t first, size_t last, Range panels)
{
    const size_t start = run_start(job, run), pixels = run_pixels(job, run);
    const void *panel[SEGMENTS * ENG_TILE_PANELS];
    /* One tile for all: a fresh copy in each round would be read back, in wider pieces than it was
     * written, only after the last outputs have reached memory. */
    EngTile tile = eng_tile_of(job->a, job->w);
    tile.out_stride = job->step * job->channels;
    Taps taps;
    list_taps(job, start / job->width % job->height, start % job->width, &taps);
    if (one_panel_tile(job, &taps, panels))
        point_panels(job, taps.tap, taps.count, panels.begin, panels.end - panels.begin, panel);
    Place at = place_of(job, start + first * job->tile_rows * job->step);
    for (size_t skip = first * job->tile_rows; skip < pixels && first < last;
         first++, skip += job->tile_rows) {
        tile.rows = (unsigned)eng_at_most(pixels - skip, job->tile_rows);
        for (size_t tap = 0; tap < taps.count; tap += SEGMENTS) {
            tile.segments = eng_at_most(taps.count - tap, SEGMENTS);
            tile.add = tap > 0;
            run_taps(job, &tile, &taps, tap, &at, panels, panel);
        }
        if (taps.count == 0)
            clear_pixels(job, start + skip * job->step, tile.rows, panels);
        move_on(job, &at, tile.rows * job->step);
    }
}

static void run_spread(void *ctx, size_t begin, size_t end, unsigned worker)
{
    const Spread *job = ctx;
    (void)worker;
    const size_t tiles = job->runs * job->tiles_per_run;
    const size_t last = job->by_rows ? end : tiles;
    Range panels = {0, eng_panels_of(job->w)};
    if (!job->by_rows)
        panels = (Range){begin * job->tile_panels, eng_at_most(end * job->tile_panels, panels.end)};
    for (size_t tile = job->by_rows ? begin : 0; tile < last;) {
        const size_t run = tile / job->tiles_per_run, skip = tile % job->tiles_per_run;
        const size_t some = eng_at_most(job->tiles_per_run - skip, last - tile);
        run_tiles(job, run, skip, skip + some, panels);
        tile += some;
    }
}

static void set_runs(Spread *job)
{
    const EngConv *c = job->conv;
    job->runs = 1;
    job->step = 1;
    job->run_length = c->samples * job->height * job->width;
    if (!job->forward && (c->stride_x > 1 || c->stride_y > 1)) {
        job->step = c->stride_x;
        job->runs = c->samples * job->height * job->step;
        job->run_length = (job->width + job->step - 1) / job->step;
    }
    job->tiles_per_run = (job->run_length + job->tile_rows - 1) / job->tile_rows;
}

static void spread(const EngKernels *kernels, EngPool *pool, const EngConv *conv,
    const EngOperand *a, const EngOperand *w, float *out, bool forward)
{
    const size_t channels = forward ? conv->out_c : conv->in_c;
    assert(eng_conv_taps(conv) <= ENG_CONV_TAPS);
    assert(a->patches == w->patches && a->packing == w->packing && a->length == w->length);
    if (a->patches) {
        eng_product(kernels, pool, a, w, out, channels);
        return;
    }
    Spread job = {.kernels = kernels,
        .conv = conv,
        .a = a,
        .w = w,
        .out = out,
        .forward = forward,
        .height = forward ? conv->out_y : conv->in_y,
        .width = forward ? conv->out_x : conv->in_x,
        .channels = channels,
        .source_y = (ptrdiff_t)(forward ? conv->in_y : conv->out_y),
        .source_x = (ptrdiff_t)(forward ? conv->in_x : conv->out_x),
        .tile_rows = kernels->tile_rows[a->packing],
        .tile_panels = kernels->tile_panels[a->packing]};
    set_runs(&job);
    const size_t tiles = job.runs * job.tiles_per_run;
    const size_t panels = (eng_panels_of(w) + job.tile_panels - 1) / job.tile_panels;
    const size_t threads = eng_pool_threads(pool);
    job.by_rows = eng_imbalance(tiles, threads) <= eng_imbalance(panels, threads);
    eng_pool_run(pool, run_spread, &job, job.by_rows ? tiles : panels, 1);
    eng_product_finish(pool, a, w, out, conv->samples * job.height * job.width, channels, channels);
}

void eng_conv_forward(const EngKernels *kernels, EngPool *pool, const EngConv *conv,
    const EngOperand *a, const EngOperand *w, float *y)
{
    spread(kernels, pool, conv, a, w, y, true);
}

void eng_conv_dgrad(const EngKernels *kernels, EngPool *pool, const EngConv *conv,
    const EngOperand *g, const EngOperand *w, float *dx)
{
    spread(kernels, pool, conv, g, w, dx, false);
}
