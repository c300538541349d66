/* The six quantisations of a convolution. */
#include "kernels/conv_geometry.h"

size_t eng_conv_outputs(size_t in, unsigned kernel, unsigned stride, unsigned pad)
{
    const size_t padded = in + 2 * (size_t)pad;
    return padded < kernel || stride == 0 ? 0 : (padded - kernel) / stride + 1;
}

/* In fp32 a patch gives the same bits as its taps one after the other; with few channels the
 * gathered rows are the quicker way. */
#define FEW_CHANNELS 16

bool eng_conv_gathers(size_t channels, const EngFormat *a, const EngFormat *b)
{
    if (eng_format_is_fp32(a) && eng_format_is_fp32(b))
        return channels < FEW_CHANNELS;
    size_t group = SIZE_MAX;
    if (a->g)
        group = a->g;
    if (b->g && b->g < group)
        group = b->g;
    return group != SIZE_MAX && channels < group;
}

/* ---- patches -------------------------------------------------------------------------------------- */

typedef struct Patches {
    const EngConv *conv;
    const float *data;
    bool forward;
} Patches;

/* One row of taps (s, channel) of the pixel at (n, y, x). */
static void gather_taps(
    const Patches *p, size_t n, size_t y, size_t x, unsigned r, size_t channels, float *out)
{
    const EngConv *c = p->conv;
    const unsigned last = c->kernel_x - 1;
    if (p->forward) {
        /* Where both ends are there, all taps stand side by side. */
        const size_t from = eng_conv_source(c, true, n, y, x, r, 0);
        if (from != ENG_NO_PIXEL && eng_conv_source(c, true, n, y, x, r, last) != ENG_NO_PIXEL) {
            const float *in = p->data + from * channels;
            for (size_t i = 0; i < c->kernel_x * channels; i++)
                out[i] = in[i];
            return;
        }
    }
    for (unsigned s = 0; s <= last; s++, out += channels) {
        const size_t pixel = eng_conv_source(c, p->forward, n, y, x, r, s);
        for (size_t i = 0; i < channels; i++)
            out[i] = pixel == ENG_NO_PIXEL ? 0 : p->data[pixel * channels + i];
    }
}

/* The patch (r, s, channel) of each computed pixel. */
static void gather_pixels(const void *ctx, size_t row, size_t rows, float *out)
{
    const Patches *p = ctx;
    const EngConv *c = p->conv;
    const size_t height = p->forward ? c->out_y : c->in_y, width = p->forward ? c->out_x : c->in_x;
    const size_t channels = p->forward ? c->in_c : c->out_c;
    for (size_t i = row; i < row + rows; i++) {
        const size_t n = i / (height * width), y = i / width % height, x = i % width;
        for (unsigned r = 0; r < c->kernel_y; r++, out += c->kernel_x * channels)
            gather_taps(p, n, y, x, r, channels, out);
    }
}

/* w (k, r, s, c) as rows c of (r, s, k). */
static void gather_transposed_weights(const void *ctx, size_t row, size_t rows, float *out)
{
    const Patches *p = ctx;
    const size_t taps = eng_conv_taps(p->conv), channels = p->conv->in_c;
    for (size_t c = row; c < row + rows; c++) {
        for (size_t tap = 0; tap < taps; tap++) {
            for (size_t k = 0; k < p->conv->out_c; k++)
                *out++ = p->data[(k * taps + tap) * channels + c];
        }
    }
}

static EngMatrix patch_matrix(const EngConv *c, EngSlot slot, const Patches *patches)
{
    const size_t taps = eng_conv_taps(c);
    EngMatrix m = {.outer = 1, .inner_noise = 1, .gather_ctx = patches};
    switch (slot) {
    case ENG_SLOT_A_FWD:
        m.inner = c->samples * c->out_y * c->out_x;
        m.length = taps * c->in_c;
        m.gather = gather_pixels;
        break;
    case ENG_SLOT_W_FWD:
        m.inner = c->out_c;
        m.length = taps * c->in_c;
        m.data = patches->data;
        m.inner_stride = m.length;
        m.pos_stride = 1;
        break;
    case ENG_SLOT_G_DGRAD:
        m.inner = c->samples * c->in_y * c->in_x;
        m.length = taps * c->out_c;
        m.gather = gather_pixels;
        break;
    default:
        m.inner = c->in_c;
        m.length = taps * c->out_c;
        m.gather = gather_transposed_weights;
        break;
    }
    return m;
}

/* ---- taps and pixels ------------------------------------------------------------------------------ */

/* Pixels of a tensor (n, y, x, channels), channels contracted. */
static EngMatrix pixel_rows(const float *data, size_t pixels, size_t channels)
{
    return (EngMatrix){.data = data,
        .outer = 1,
        .inner = pixels,
        .length = channels,
        .inner_stride = channels,
        .pos_stride = 1,
        .inner_noise = 1};
}

/* A tensor (n, y, x, channels) contracted over the samples: a row per pixel and channel. */
static EngMatrix sample_rows(const float *data, size_t samples, size_t pixels, size_t channels)
{
    return (EngMatrix){.data = data,
        .outer = pixels,
        .inner = channels,
        .length = samples,
        .outer_stride = channels,
        .inner_stride = 1,
        .pos_stride = pixels * channels,
        .outer_noise = channels,
        .inner_noise = 1};
}

/* w (k, r, s, c): a block of panels per tap, rows k contracted over c or rows c over k. */
static EngMatrix weight_rows(const EngConv *c, const float *w, bool forward)
{
    const size_t taps = eng_conv_taps(c);
    return (EngMatrix){.data = w,
        .outer = taps,
        .inner = forward ? c->out_c : c->in_c,
        .length = forward ? c->in_c : c->out_c,
        .outer_stride = c->in_c,
        .inner_stride = forward ? taps * c->in_c : 1,
        .pos_stride = forward ? 1 : taps * c->in_c,
        .outer_noise = 1,
        .inner_noise = taps};
}

static EngMatrix slot_matrix(const EngConv *c, EngSlot slot, const float *data)
{
    switch (slot) {
    case ENG_SLOT_A_FWD:
        return pixel_rows(data, c->samples * c->in_y * c->in_x, c->in_c);
    case ENG_SLOT_W_FWD:
        return weight_rows(c, data, true);
    case ENG_SLOT_G_DGRAD:
        return pixel_rows(data, c->samples * c->out_y * c->out_x, c->out_c);
    case ENG_SLOT_W_DGRAD:
        return weight_rows(c, data, false);
    case ENG_SLOT_A_WGRAD:
        return sample_rows(data, c->samples, c->in_y * c->in_x, c->in_c);
    default:
        return sample_rows(data, c->samples, c->out_y * c->out_x, c->out_c);
    }
}

/* Weights stand in panels, and in the weight gradient the input; but where the input has fewer
 * channels than a panel has lanes and the output has more, the output does. */
static bool stands_in_panels(const EngConv *c, EngSlot slot)
{
    const bool turned = c->in_c < ENG_LANES && c->out_c > c->in_c;
    switch (slot) {
    case ENG_SLOT_W_FWD:
    case ENG_SLOT_W_DGRAD:
        return true;
    case ENG_SLOT_A_WGRAD:
        return !turned;
    case ENG_SLOT_G_WGRAD:
        return turned;
    default:
        return false;
    }
}

EngStatus eng_conv_quantize(const EngKernels *kernels, EngPool *pool, const EngConv *conv,
    EngSlot slot, const float *data, const EngFormat *mine, const EngFormat *other,
    const EngNoise *noise, EngOperand *op, EngError *err)
{
    const bool forward = slot == ENG_SLOT_A_FWD || slot == ENG_SLOT_W_FWD;
    const bool dgrad = slot == ENG_SLOT_G_DGRAD || slot == ENG_SLOT_W_DGRAD;
    const bool panels = stands_in_panels(conv, slot);
    const Patches patches = {conv, data, forward};
    const bool gathers =
        (forward || dgrad) && eng_conv_gathers(forward ? conv->in_c : conv->out_c, mine, other);
    const EngMatrix m =
        gathers ? patch_matrix(conv, slot, &patches) : slot_matrix(conv, slot, data);
    EngPacking packing;
    unsigned group;
    eng_operand_layout(mine, other, &packing, &group);
    EngStatus status = eng_operand_reserve(op, m.outer, m.inner, m.length, panels, err);
    op->patches = gathers;
    if (status == ENG_OK)
        status = eng_operand_quantize(kernels, pool, &m, mine, packing, group, noise, op, err);
    return status;
}
