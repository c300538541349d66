/* The two directions of a convolution as one: a grid of pixels that are computed, each from the
 * taps' pixels of another grid. Private to the kernels. */
#ifndef ENG_KERNELS_CONV_GEOMETRY_H
#define ENG_KERNELS_CONV_GEOMETRY_H

#include "kernels/conv.h"

#define ENG_NO_PIXEL SIZE_MAX

static inline size_t eng_conv_taps(const EngConv *c)
{
    return (size_t)c->kernel_y * c->kernel_x;
}

/* Where output o meets tap t along one side, or ENG_NO_PIXEL. */
static inline size_t eng_conv_input(size_t o, unsigned t, unsigned stride, unsigned pad, size_t in)
{
    const size_t at = o * stride + t;
    return at >= pad && at - pad < in ? at - pad : ENG_NO_PIXEL;
}

/* The output that tap t leads to from input i along one side, or ENG_NO_PIXEL. */
static inline size_t eng_conv_output(
    size_t i, unsigned t, unsigned stride, unsigned pad, size_t out)
{
    const size_t at = i + pad;
    if (at < t || (at - t) % stride)
        return ENG_NO_PIXEL;
    return (at - t) / stride < out ? (at - t) / stride : ENG_NO_PIXEL;
}

/* The pixel ((n H + y) W + x) that tap (r, s) reads for computed pixel (n, y, x): forward, the
 * input of an output; else the output of an input. ENG_NO_PIXEL where that is padding. */
static inline size_t eng_conv_source(
    const EngConv *c, bool forward, size_t n, size_t y, size_t x, unsigned r, unsigned s)
{
    const size_t sy = forward ? eng_conv_input(y, r, c->stride_y, c->pad_y, c->in_y)
                              : eng_conv_output(y, r, c->stride_y, c->pad_y, c->out_y);
    const size_t sx = forward ? eng_conv_input(x, s, c->stride_x, c->pad_x, c->in_x)
                              : eng_conv_output(x, s, c->stride_x, c->pad_x, c->out_x);
    if (sy == ENG_NO_PIXEL || sx == ENG_NO_PIXEL)
        return ENG_NO_PIXEL;
    return forward ? (n * c->in_y + sy) * c->in_x + sx : (n * c->out_y + sy) * c->out_x + sx;
}

#endif
