/* e^x in float32, for passes over whole tensors. Plain float operations in a fixed order without
 * branches, so that a loop around it becomes vector instructions and every machine gives the same
 * bits. Private to the net room. */
#ifndef ENG_NET_FLOAT_EXP_H
#define ENG_NET_FLOAT_EXP_H

#include <stdint.h>

/* Relative error below 2^-21 for -87 <= x <= 88; below that range e^-87, above it e^88; NaN gives
 * some number. x = n ln 2 + r with |r| <= ln 2 / 2, e^r by its Taylor polynomial of degree 7, whose
 * rest is |r|^8 / 8! < 2^-27; what remains is rounding. */
static inline float eng_exp_float(float x)
{
    /* Adding 1.5 * 2^23 leaves round(x / ln 2) in the low bits of the sum. */
    const float magic = 12582912.0f;
    x = x < -87.0f ? -87.0f : x;
    x = x > 88.0f ? 88.0f : x;
    union {
        float f;
        uint32_t u;
    } whole = {.f = x * 1.44269504f + magic}, scale;
    const float n = whole.f - magic;
    /* ln 2 in two parts, the first short enough that its product with n is exact. */
    const float r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
    float e = 1.0f / 5040.0f;
    e = e * r + 1.0f / 720.0f;
    e = e * r + 1.0f / 120.0f;
    e = e * r + 1.0f / 24.0f;
    e = e * r + 1.0f / 6.0f;
    e = e * r + 0.5f;
    e = e * r + 1.0f;
    e = e * r + 1.0f;
    scale.u = (whole.u + 127) << 23;
    return e * scale.f;
}

#endif
