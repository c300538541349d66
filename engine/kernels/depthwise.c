#include "kernels/depthwise.h"
#include "kernels/approximate.h"
#include "kernels/conv_geometry.h"
#include "kernels/kernels_isa.h"
#include "kernels/layout.h"
#include <math.h>
#include <string.h>

/* Taps of the largest kernel a network can ask for. */
#define TAPS_MAX 225

/* Loops over lanes that hold fused multiply-adds are compiled twice on x86: with the instruction,
 * for tables whose processors have it, and without, where the library's fmaf does the same. */
#if defined(__x86_64__)
#define WITH_FMA __attribute__((target("avx2,fma")))
#else
#define WITH_FMA
#endif

static bool has_fma(const EngKernels *kernels)
{
    return kernels->isa == ENG_ISA_AVX2 || kernels->isa == ENG_ISA_AVX512;
}

static size_t lane_blocks(const EngConv *c)
{
    return (c->in_c + ENG_LANES - 1) / ENG_LANES;
}

/* Lanes of a block that are channels. */
static unsigned lanes_at(const EngConv *c, size_t block)
{
    return (unsigned)eng_at_most(c->in_c - block * ENG_LANES, ENG_LANES);
}

/* Integer formats stand as floats with a scale each group, others as values. */
static void layout_of(const EngFormat *a, const EngFormat *b, EngPacking *packing, unsigned *group)
{
    eng_operand_layout(a, b, packing, group);
    *packing = *packing == ENG_PACK_F32 ? ENG_PACK_F32 : ENG_PACK_WIDE;
}

/* ---- sums of 16 lanes -------------------------------------------------------------------------- */

/* One panel of each operand: `length` elements in groups, multiplied lane by lane. */
typedef struct Lanes {
    EngPacking packing;
    unsigned group;
    size_t length;
    const EngApproximate *approximate;
    bool swapped; /* the first panel is the product's second operand */
} Lanes;

/* Float products of integers whose sum in a group may pass 2^24 are added in float64, where they
 * are exact. */
static inline __attribute__((always_inline)) void add_group(
    float *acc, const float *a, const float *b, size_t n)
{
    double sum[ENG_LANES] = {0};
    for (size_t i = 1; i <= n; i++) {
        for (int l = 0; l < ENG_LANES; l++)
            sum[l] += (double)a[i * ENG_LANES + l] * (double)b[i * ENG_LANES + l];
    }
    for (int l = 0; l < ENG_LANES; l++)
        acc[l] += (float)sum[l] * (a[l] * b[l]);
}

/* acc[lane] += the product of two panels. The scales are powers of two, so that the fused
 * multiply-add of a group is a product without rounding and a sum. */
static inline __attribute__((always_inline)) void add_lanes(
    const Lanes *lanes, const float *a, const float *b, float *acc)
{
    if (lanes->packing == ENG_PACK_F32) {
        for (size_t i = 0; i < lanes->length; i++) {
            for (int l = 0; l < ENG_LANES; l++)
                acc[l] = fmaf(a[i * ENG_LANES + l], b[i * ENG_LANES + l], acc[l]);
        }
        return;
    }
    const size_t step = (1 + lanes->group) * ENG_LANES;
    for (size_t from = 0; from < lanes->length; from += lanes->group, a += step, b += step)
        add_group(acc, a, b, eng_at_most(lanes->length - from, lanes->group));
}

static WITH_FMA void add_lanes_fma(const Lanes *lanes, const float *a, const float *b, float *acc)
{
    add_lanes(lanes, a, b, acc);
}

static void add_lanes_plain(const Lanes *lanes, const float *a, const float *b, float *acc)
{
    add_lanes(lanes, a, b, acc);
}

/* The same with an approximate multiplier. */
static void add_lanes_approximate(const Lanes *lanes, const float *a, const float *b, float *acc)
{
    if (lanes->packing == ENG_PACK_F32) {
        add_lanes(lanes, a, b, acc);
        return;
    }
    const size_t step = (1 + lanes->group) * ENG_LANES;
    for (size_t from = 0; from < lanes->length; from += lanes->group, a += step, b += step) {
        const float *const x = (lanes->swapped ? b : a) + ENG_LANES;
        const float *const y = (lanes->swapped ? a : b) + ENG_LANES;
        int64_t sum[ENG_LANES];
        eng_approximate_lanes(
            lanes->approximate, x, y, eng_at_most(lanes->length - from, lanes->group), sum);
        for (int l = 0; l < ENG_LANES; l++)
            acc[l] = fmaf((float)sum[l], a[l] * b[l], acc[l]);
    }
}

typedef void (*AddFn)(const Lanes *lanes, const float *a, const float *b, float *acc);

static AddFn add_fn(const EngKernels *kernels, const EngOperand *op)
{
    if (op->approximate)
        return add_lanes_approximate;
    return has_fma(kernels) ? add_lanes_fma : add_lanes_plain;
}

static const float *panel_at(const EngOperand *op, size_t panel)
{
    return (const float *)(const void *)(op->data + panel * op->record_bytes);
}

/* ---- operands ---------------------------------------------------------------------------------- */

static EngMatrix matrix_of(const EngConv *c, EngSlot slot, const float *data)
{
    const bool input = slot == ENG_SLOT_A_WGRAD;
    const size_t taps = eng_conv_taps(c), channels = c->in_c;
    const size_t pixels = input ? c->in_y * c->in_x : c->out_y * c->out_x;
    if (slot == ENG_SLOT_W_FWD || slot == ENG_SLOT_W_DGRAD)
        return (EngMatrix){.data = data,
            .outer = 1,
            .inner = channels,
            .length = taps,
            .inner_stride = taps,
            .pos_stride = 1,
            .inner_noise = 1};
    return (EngMatrix){.data = data,
        .outer = pixels,
        .inner = channels,
        .length = c->samples,
        .outer_stride = channels,
        .inner_stride = 1,
        .pos_stride = pixels * channels,
        .outer_noise = channels,
        .inner_noise = 1};
}

EngStatus eng_depthwise_quantize(const EngKernels *kernels, EngPool *pool, const EngConv *conv,
    EngSlot slot, const float *data, const EngFormat *mine, const EngFormat *other,
    const EngNoise *noise, EngOperand *op, EngError *err)
{
    const EngMatrix m = matrix_of(conv, slot, data);
    EngPacking packing;
    unsigned group;
    layout_of(mine, other, &packing, &group);
    const EngStatus status = eng_operand_reserve(op, m.outer, m.inner, m.length, true, err);
    return status == ENG_OK
        ? eng_operand_quantize(kernels, pool, &m, mine, packing, group, noise, op, err)
        : status;
}

/* ---- forward and input gradient ---------------------------------------------------------------- */

typedef struct Spread {
    const EngKernels *kernels;
    const EngConv *conv;
    bool forward;
    const float *data;
    const EngOperand *w;
    float *out;
    EngQuantTile tile; /* what all patches have in common */
    EngCodec codec;
    bool generic;
    AddFn add;
    float factor;                    /* of the finished sums */
    uint32_t max_bits[ENG_POOL_MAX]; /* by worker */
} Spread;

typedef struct Measure {
    const EngKernels *kernels;
    const float *data;
    uint32_t max_bits[ENG_POOL_MAX];
} Measure;

static void measure_range(void *arg, size_t begin, size_t end, unsigned worker)
{
    Measure *m = arg;
    m->max_bits[worker] = m->kernels->max_abs(m->data + begin, end - begin);
}

static uint32_t largest_of(const uint32_t max_bits[ENG_POOL_MAX])
{
    uint32_t largest = 0;
    for (size_t i = 0; i < ENG_POOL_MAX; i++)
        largest = max_bits[i] > largest ? max_bits[i] : largest;
    return largest;
}

static uint32_t measure(const EngKernels *kernels, EngPool *pool, const float *data, size_t n)
{
    Measure m = {.kernels = kernels, .data = data};
    eng_pool_run(pool, measure_range, &m, n, 4096);
    return largest_of(m.max_bits);
}

/* A pixel's patches of one block of channels: patch[tap][lane]. */
static void gather(const Spread *job, size_t n, size_t y, size_t x, size_t block, float *patch)
{
    const EngConv *c = job->conv;
    const unsigned lanes = lanes_at(c, block);
    for (unsigned r = 0; r < c->kernel_y; r++) {
        for (unsigned s = 0; s < c->kernel_x; s++, patch += ENG_LANES) {
            const size_t pixel = eng_conv_source(c, job->forward, n, y, x, r, s);
            if (pixel == ENG_NO_PIXEL)
                memset(patch, 0, ENG_LANES * sizeof *patch);
            else
                memcpy(
                    patch, job->data + pixel * c->in_c + block * ENG_LANES, lanes * sizeof *patch);
        }
    }
}

static void run_block(
    Spread *job, size_t pixel, size_t block, float *patch, void *panel, unsigned worker)
{
    const EngConv *c = job->conv;
    const Lanes shape = {
        job->w->packing, job->w->group, job->tile.length, job->w->approximate, !job->w->second};
    EngQuantTile tile = job->tile;
    float acc[ENG_LANES] = {0};
    tile.src = patch;
    tile.out = panel;
    tile.rows = lanes_at(c, block);
    tile.noise_row = (uint32_t)(pixel * c->in_c + block * ENG_LANES);
    tile.noise_row_step = 1;
    const uint32_t bits =
        job->generic ? eng_c_quantize_codec(&tile, &job->codec) : job->kernels->quantize(&tile);
    if (bits > job->max_bits[worker])
        job->max_bits[worker] = bits;
    job->add(&shape, panel, panel_at(job->w, block), acc);
    float *out = job->out + pixel * c->in_c + block * ENG_LANES;
    for (unsigned l = 0; l < tile.rows; l++)
        out[l] = job->factor == 1.0f ? acc[l] : acc[l] * job->factor;
}

/* Image rows (n, y) of what is computed. */
static void run_spread(void *arg, size_t begin, size_t end, unsigned worker)
{
    Spread *job = arg;
    const EngConv *c = job->conv;
    const size_t height = job->forward ? c->out_y : c->in_y;
    const size_t width = job->forward ? c->out_x : c->in_x;
    float patch[TAPS_MAX * ENG_LANES] = {0};
    /* WIDE with the smallest group needs the most: a scale for every four elements. */
    _Alignas(ENG_RECORD_ALIGN) float panel[(TAPS_MAX + 255 + TAPS_MAX / 4 + 1) * ENG_LANES];
    for (size_t i = begin; i < end; i++) {
        for (size_t x = 0; x < width; x++) {
            for (size_t block = 0; block < lane_blocks(c); block++) {
                gather(job, i / height, i % height, x, block, patch);
                run_block(job, i * width + x, block, patch, panel, worker);
            }
        }
    }
}

static EngQuantTile patch_tile(
    const EngFormat *f, const EngOperand *w, size_t rows, const EngNoise *noise)
{
    const size_t groups = f->g ? (w->length + f->g - 1) / f->g : 1;
    return (EngQuantTile){.row_stride = 1,
        .pos_stride = ENG_LANES,
        .length = w->length,
        .group = eng_codec_block(f),
        .pack_group = w->group,
        .m = eng_format_is_fp32(f) ? 0 : f->m,
        .rounding = f->rounding,
        .noise_bits = f->noise_bits,
        .packing = w->packing,
        .to_panel = true,
        .record_bytes = w->record_bytes,
        .noise_seed = noise->seed,
        .noise_tensor = noise->tensor,
        .noise_step = noise->step,
        .lfsr_start = f->rounding == ENG_ROUND_LFSR ? (uint64_t)groups * rows * noise->step : 0};
}

EngStatus eng_depthwise_spread(const EngKernels *kernels, EngPool *pool, const EngConv *conv,
    EngSlot slot, const float *data, const EngFormat *mine, const EngFormat *other,
    const EngNoise *noise, const EngOperand *w, float *out, EngError *err)
{
    const bool forward = slot == ENG_SLOT_A_FWD;
    const size_t from =
        conv->samples * (forward ? conv->in_y * conv->in_x : conv->out_y * conv->out_x);
    const size_t rows = conv->samples * (forward ? conv->out_y : conv->in_y);
    const size_t width = forward ? conv->out_x : conv->in_x;
    Spread job = {.kernels = kernels,
        .conv = conv,
        .forward = forward,
        .data = data,
        .w = w,
        .out = out,
        .tile = patch_tile(mine, w, rows * width * conv->in_c, noise),
        .generic = mine->kind != ENG_KIND_BFP && !eng_format_is_fp32(mine),
        .add = add_fn(kernels, w)};
    const bool integers = w->packing != ENG_PACK_F32;
    uint32_t tensor_max = 0;
    if (eng_codec_needs_max(mine))
        tensor_max = measure(kernels, pool, data, from * conv->in_c);
    job.codec = eng_codec(mine, tensor_max, integers);
    job.tile.min_exponent = job.codec.group.min_exponent;
    job.factor = integers ? job.codec.factor * w->factor : 1.0f;
    eng_pool_run(pool, run_spread, &job, rows, 1);
    const bool ends = integers || mine->kind == ENG_KIND_BFP;
    if (largest_of(job.max_bits) < (ends ? ENG_DIVERGED_BITS : ENG_INFINITE_BITS))
        return ENG_OK;
    return eng_error(err, ENG_ERR_DIVERGED,
        ends ? "An operand holds a value that is not below 2^62: the run has diverged."
             : "An operand holds an infinity or NaN: the run has diverged.");
}

/* ---- weight gradient --------------------------------------------------------------------------- */

typedef struct Weights {
    const EngConv *conv;
    const EngOperand *g, *a;
    AddFn add;
    float factor;
    float *dw;
} Weights;

/* One row r of the kernel, one block of channels: sums over all output pixels, in order. */
static void run_taps(const Weights *job, size_t block, unsigned r)
{
    const EngConv *c = job->conv;
    const size_t blocks = lane_blocks(c), taps = eng_conv_taps(c);
    const Lanes shape = {
        job->g->packing, job->g->group, job->g->length, job->g->approximate, job->g->second};
    float acc[15][ENG_LANES] = {{0}};
    for (size_t pixel = 0; pixel < c->out_y * c->out_x; pixel++) {
        const float *g = panel_at(job->g, pixel * blocks + block);
        for (unsigned s = 0; s < c->kernel_x; s++) {
            const size_t source =
                eng_conv_source(c, true, 0, pixel / c->out_x, pixel % c->out_x, r, s);
            if (source != ENG_NO_PIXEL)
                job->add(&shape, g, panel_at(job->a, source * blocks + block), acc[s]);
        }
    }
    for (unsigned l = 0; l < lanes_at(c, block); l++) {
        float *dw = job->dw + (block * ENG_LANES + l) * taps + (size_t)r * c->kernel_x;
        for (unsigned s = 0; s < c->kernel_x; s++)
            dw[s] = job->factor == 1.0f ? acc[s][l] : acc[s][l] * job->factor;
    }
}

static void run_weights(void *arg, size_t begin, size_t end, unsigned worker)
{
    const Weights *job = arg;
    (void)worker;
    for (size_t i = begin; i < end; i++)
        run_taps(job, i / job->conv->kernel_y, (unsigned)(i % job->conv->kernel_y));
}

void eng_depthwise_wgrad(const EngKernels *kernels, EngPool *pool, const EngConv *conv,
    const EngOperand *g, const EngOperand *a, float *dw)
{
    Weights job = {.conv = conv,
        .g = g,
        .a = a,
        .add = add_fn(kernels, g),
        .factor = g->packing != ENG_PACK_F32 ? g->factor * a->factor : 1.0f,
        .dw = dw};
    eng_pool_run(pool, run_weights, &job, lane_blocks(conv) * conv->kernel_y, 1);
}
