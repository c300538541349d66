/* Inputs that have hurt kernels before, from a printed seed. */
#ifndef TESTS_KERNELS_INPUTS_H
#define TESTS_KERNELS_INPUTS_H

#include "base/philox.h"
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef enum Input {
    INPUT_NORMAL,
    INPUT_ZERO,
    INPUT_NEGATIVE_ZERO,
    INPUT_SUBNORMAL,
    INPUT_ALL_EXPONENTS, /* any float below 2^62 */
    INPUT_HUGE,          /* close to 2^62 */
    INPUT_ALTERNATING,   /* +-1: sums at their largest */
    INPUT_RELU,          /* half zeros */
    INPUT_NARROW,        /* near ties: multiples of 1/8 */
    INPUTS,
} Input;

/* The seed of this run: TEST_SEED, or a fixed one; printed either way. */
static inline EngRandom inputs_seed(void)
{
    const char *text = getenv("TEST_SEED");
    const uint64_t seed = text ? strtoull(text, NULL, 10) : 20240511;
    printf("# TEST_SEED=%llu\n", (unsigned long long)seed);
    EngRandom random;
    eng_random_init(&random, seed, 0, 0, 0);
    return random;
}

static inline float input_value(EngRandom *random, Input kind, size_t i)
{
    const uint32_t bits = eng_random_u32(random);
    const float sign = bits & 1 ? -1.0f : 1.0f;
    switch (kind) {
    case INPUT_ZERO:
        return 0.0f;
    case INPUT_NEGATIVE_ZERO:
        return bits & 1 ? -0.0f : 0.0f;
    case INPUT_SUBNORMAL:
        return sign * ldexpf((float)(bits >> 9), -149);
    case INPUT_ALL_EXPONENTS:
        return sign *
            ldexpf(1.0f + (float)(bits >> 9) * 0x1p-23f, (int)(bits >> 1 & 0xff) % 188 - 126);
    case INPUT_HUGE:
        return sign * ldexpf(1.0f + (float)(bits >> 9) * 0x1p-23f, 61 - (int)(bits >> 1 & 3));
    case INPUT_ALTERNATING:
        return i % 2 ? -1.0f : 1.0f;
    case INPUT_RELU:
        return bits & 1 ? 0.0f : (float)(bits >> 8) * 0x1p-24f;
    case INPUT_NARROW:
        return sign * (float)(bits >> 1 & 0xff) * 0.125f;
    default:
        return (float)eng_random_normal(random);
    }
}

static inline void input_fill(EngRandom *random, Input kind, float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = input_value(random, kind, i);
}

static inline size_t random_size(EngRandom *random, size_t from, size_t to)
{
    return from + eng_random_below(random, (uint32_t)(to - from + 1));
}

#endif
