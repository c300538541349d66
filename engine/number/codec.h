/* Any format but LFSR noise, block by block: the integers a product packs, or the values. What the
 * generic quantiser of the kernels and eng_quantize_values share. Private to the engine.
 * Pure; any thread. */
#ifndef ENG_NUMBER_CODEC_H
#define ENG_NUMBER_CODEC_H

#include "number/element.h"
#include "number/group.h"
#include <stddef.h>

/* Elements that go through a codec at once. */
#define ENG_CODEC_BLOCK 256

typedef struct EngCodec {
    EngFormat format;    /* settled for its role */
    EngGroupRule group;  /* BFP */
    EngElementRule rule; /* floats, MX, NVFP4 */
    float factor;        /* INT, NVFP4: the tensor's scale; 1 elsewhere */
    float row_mean;      /* binary, ternary: mean |x| of the row */
    int lowest;          /* integers: no s is below */
} EngCodec;

/* A codec for a tensor whose largest |x| has the bits `max_bits` (see eng_codec_needs_max). For a
 * product, exponents stay within 2^-62 and above. */
EngCodec eng_codec(const EngFormat *format, uint32_t max_bits, bool for_product);

/* True where the tensor's largest |x| must be known before the first element. */
bool eng_codec_needs_max(const EngFormat *format);

/* Magnitude bits of the integers a format's values are multiples of in each block: 1..16, or 0
 * where the format goes the float path. */
unsigned eng_codec_bits(const EngFormat *format);

/* Elements that are quantised together, 1..ENG_CODEC_BLOCK; where they do not depend on each
 * other, ENG_CODEC_BLOCK. */
unsigned eng_codec_block(const EngFormat *format);

/* Reads a row before its first block: x[i * stride], i < length. */
void eng_codec_row(EngCodec *codec, const float *x, size_t stride, size_t length);

/* One block, or a row's last shorter one, n <= eng_codec_block: k[n], and returns s; values are
 * k 2^s factor. Only where eng_codec_bits is not 0. `noise` is R of the stochastic roundings. */
int eng_codec_integers(
    const EngCodec *codec, const float *x, size_t n, const uint32_t *noise, int32_t *k);

/* The same block as values. y may be x. */
void eng_codec_values(
    const EngCodec *codec, const float *x, size_t n, const uint32_t *noise, float *y);

#endif
