/* A convolution's six tensors as rows, for whoever looks at them; the products quantise theirs in
 * engine/kernels. */
#include "net/layer.h"

/* The input an output sees through a tap along one side; false where that is padding. */
static bool seen_input(
    size_t out, unsigned tap, unsigned stride, unsigned pad, size_t in, size_t *at)
{
    *at = out * stride + tap - pad; /* wraps below 0, which is not below `in` either */
    return *at < in;
}

/* The output that sees input `in` through a tap along one side; false where none does. */
static bool seeing_output(
    size_t in, unsigned tap, unsigned stride, unsigned pad, size_t out, size_t *at)
{
    const size_t shifted = in + pad - tap;
    *at = shifted / stride;
    return in + pad >= tap && shifted % stride == 0 && *at < out;
}

/* Copies one tap's channels of a pixel, or zeros. */
static float *put_pixel(float *out, const float *pixel, size_t channels)
{
    for (size_t c = 0; c < channels; c++)
        out[c] = pixel ? pixel[c] : 0.0f;
    return out + channels;
}

/* Patches (r, s, c) of x around outputs. */
static void read_input_patches(const void *ctx, size_t row, size_t rows, float *out)
{
    const EngSlotRows *slot = ctx;
    const EngConv *c = &slot->conv;
    for (size_t i = row; i < row + rows; i++) {
        const size_t n = i / (c->out_y * c->out_x), oy = i / c->out_x % c->out_y, ox = i % c->out_x;
        for (unsigned r = 0; r < c->kernel_y; r++) {
            for (unsigned s = 0; s < c->kernel_x; s++) {
                size_t y, x;
                const bool inside = seen_input(oy, r, c->stride_y, c->pad_y, c->in_y, &y) &&
                    seen_input(ox, s, c->stride_x, c->pad_x, c->in_x, &x);
                const float *pixel =
                    inside ? slot->data + ((n * c->in_y + y) * c->in_x + x) * c->in_c : NULL;
                out = put_pixel(out, pixel, c->in_c);
            }
        }
    }
}

/* Patches (r, s, k) of dy around inputs. */
static void read_gradient_patches(const void *ctx, size_t row, size_t rows, float *out)
{
    const EngSlotRows *slot = ctx;
    const EngConv *c = &slot->conv;
    for (size_t i = row; i < row + rows; i++) {
        const size_t n = i / (c->in_y * c->in_x), iy = i / c->in_x % c->in_y, ix = i % c->in_x;
        for (unsigned r = 0; r < c->kernel_y; r++) {
            for (unsigned s = 0; s < c->kernel_x; s++) {
                size_t y, x;
                const bool met = seeing_output(iy, r, c->stride_y, c->pad_y, c->out_y, &y) &&
                    seeing_output(ix, s, c->stride_x, c->pad_x, c->out_x, &x);
                const float *pixel =
                    met ? slot->data + ((n * c->out_y + y) * c->out_x + x) * c->out_c : NULL;
                out = put_pixel(out, pixel, c->out_c);
            }
        }
    }
}

/* Patches (r, s) of single channels: of x around outputs, or of dy around inputs. */
static void read_channel_patches(
    const EngSlotRows *slot, bool forward, size_t row, size_t rows, float *out)
{
    const EngConv *c = &slot->conv;
    const size_t height = forward ? c->out_y : c->in_y, width = forward ? c->out_x : c->in_x;
    const size_t from_y = forward ? c->in_y : c->out_y, from_x = forward ? c->in_x : c->out_x;
    for (size_t i = row; i < row + rows; i++) {
        const size_t pixel = i / c->in_c;
        const size_t n = pixel / (height * width), py = pixel / width % height, px = pixel % width;
        for (unsigned r = 0; r < c->kernel_y; r++) {
            for (unsigned s = 0; s < c->kernel_x; s++) {
                size_t y, x;
                const bool inside = forward
                    ? seen_input(py, r, c->stride_y, c->pad_y, from_y, &y) &&
                        seen_input(px, s, c->stride_x, c->pad_x, from_x, &x)
                    : seeing_output(py, r, c->stride_y, c->pad_y, from_y, &y) &&
                        seeing_output(px, s, c->stride_x, c->pad_x, from_x, &x);
                *out++ = inside
                    ? slot->data[((n * from_y + y) * from_x + x) * c->in_c + i % c->in_c]
                    : 0.0f;
            }
        }
    }
}

static void read_channel_inputs(const void *ctx, size_t row, size_t rows, float *out)
{
    read_channel_patches(ctx, true, row, rows, out);
}

static void read_channel_gradients(const void *ctx, size_t row, size_t rows, float *out)
{
    read_channel_patches(ctx, false, row, rows, out);
}

/* A depthwise convolution's patches and weights. */
static EngMatrix channel_patches(const EngSlotRows *slot, EngSlot which)
{
    const EngConv *c = &slot->conv;
    EngMatrix m = {.outer = 1,
        .inner = c->in_c,
        .length = (size_t)c->kernel_y * c->kernel_x,
        .inner_noise = 1,
        .gather_ctx = slot};
    m.inner_stride = m.length;
    m.pos_stride = 1;
    if (which == ENG_SLOT_A_FWD) {
        m.inner = c->samples * c->out_y * c->out_x * c->in_c;
        m.gather = read_channel_inputs;
    } else if (which == ENG_SLOT_G_DGRAD) {
        m.inner = c->samples * c->in_y * c->in_x * c->in_c;
        m.gather = read_channel_gradients;
    }
    return m;
}

/* Weights (k, r, s, c) as rows c of (r, s, k). */
static void read_turned_weights(const void *ctx, size_t row, size_t rows, float *out)
{
    const EngSlotRows *slot = ctx;
    const size_t taps = (size_t)slot->conv.kernel_y * slot->conv.kernel_x;
    for (size_t c = row; c < row + rows; c++) {
        for (size_t tap = 0; tap < taps; tap++) {
            for (size_t k = 0; k < slot->conv.out_c; k++)
                *out++ = slot->data[(k * taps + tap) * slot->conv.in_c + c];
        }
    }
}

static EngMatrix patches(const EngSlotRows *slot, EngSlot which)
{
    const EngConv *c = &slot->conv;
    const size_t taps = (size_t)c->kernel_y * c->kernel_x;
    EngMatrix m = {.outer = 1, .inner_noise = 1, .gather_ctx = slot};
    switch (which) {
    case ENG_SLOT_A_FWD:
        m.inner = c->samples * c->out_y * c->out_x;
        m.length = taps * c->in_c;
        m.gather = read_input_patches;
        break;
    case ENG_SLOT_W_FWD:
        m.inner = c->out_c;
        m.length = m.inner_stride = taps * c->in_c;
        m.pos_stride = 1;
        break;
    case ENG_SLOT_G_DGRAD:
        m.inner = c->samples * c->in_y * c->in_x;
        m.length = taps * c->out_c;
        m.gather = read_gradient_patches;
        break;
    default:
        m.inner = c->in_c;
        m.length = taps * c->out_c;
        m.gather = read_turned_weights;
        break;
    }
    return m;
}

/* Channels along rows of pixels. */
static EngMatrix pixels(size_t count, size_t channels)
{
    return (EngMatrix){.outer = 1,
        .inner = count,
        .length = channels,
        .inner_stride = channels,
        .pos_stride = 1,
        .inner_noise = 1};
}

/* Samples along rows of (pixel, channel). */
static EngMatrix samples(size_t count, size_t pixel_count, size_t channels)
{
    return (EngMatrix){.outer = pixel_count,
        .inner = channels,
        .length = count,
        .outer_stride = channels,
        .inner_stride = 1,
        .pos_stride = pixel_count * channels,
        .outer_noise = channels,
        .inner_noise = 1};
}

static EngMatrix taps(const EngConv *c, EngSlot which)
{
    const size_t count = (size_t)c->kernel_y * c->kernel_x;
    const bool forward = which == ENG_SLOT_W_FWD;
    return (EngMatrix){.outer = count,
        .inner = forward ? c->out_c : c->in_c,
        .length = forward ? c->in_c : c->out_c,
        .outer_stride = c->in_c,
        .inner_stride = forward ? count * c->in_c : 1,
        .pos_stride = forward ? 1 : count * c->in_c,
        .outer_noise = 1,
        .inner_noise = count};
}

void eng_conv_slot_rows(
    const EngLayer *layer, const EngFormat formats[ENG_SLOTS], EngSlot which, EngSlotRows *out)
{
    const EngConv *c = &out->conv;
    const bool contracts_inputs = which == ENG_SLOT_A_FWD || which == ENG_SLOT_W_FWD;
    const bool over_samples = which == ENG_SLOT_A_WGRAD || which == ENG_SLOT_G_WGRAD;
    out->data = eng_layer_slot_data(layer, which);
    if (!over_samples && layer->op->kind == ENG_OP_DEPTHWISE)
        out->matrix = channel_patches(out, which);
    else if (!over_samples &&
        eng_conv_gathers(
            contracts_inputs ? c->in_c : c->out_c, &formats[which], &formats[which ^ 1]))
        out->matrix = patches(out, which);
    else if (which == ENG_SLOT_A_FWD)
        out->matrix = pixels(c->samples * c->in_y * c->in_x, c->in_c);
    else if (which == ENG_SLOT_G_DGRAD)
        out->matrix = pixels(c->samples * c->out_y * c->out_x, c->out_c);
    else if (which == ENG_SLOT_A_WGRAD)
        out->matrix = samples(c->samples, c->in_y * c->in_x, c->in_c);
    else if (which == ENG_SLOT_G_WGRAD)
        out->matrix = samples(c->samples, c->out_y * c->out_x, c->out_c);
    else
        out->matrix = taps(c, which);
    out->matrix.data = out->data;
}
