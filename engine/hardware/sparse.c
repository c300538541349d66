#include "hardware/sparse.h"
#include "hardware/saturate.h"
#include <string.h>

/* Magnitudes compare like their bits. */
static uint32_t magnitude_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits & 0x7fffffffu;
}

void eng_sparse_prune(
    const float *x, float *out, size_t length, size_t stride, unsigned keep, unsigned of)
{
    for (size_t first = 0; first < length; first += of) {
        const unsigned n = length - first < of ? (unsigned)(length - first) : of;
        uint32_t larger[16] = {0}; /* neighbours that go before this one */
        for (unsigned i = 0; i < n; i++) {
            const uint32_t mine = magnitude_bits(x[(first + i) * stride]);
            for (unsigned j = 0; j < n; j++) {
                const uint32_t other = magnitude_bits(x[(first + j) * stride]);
                larger[i] += other > mine || (other == mine && j < i);
            }
        }
        for (unsigned i = 0; i < n; i++) {
            const size_t at = (first + i) * stride;
            out[at] = larger[i] < keep ? x[at] : 0.0f;
        }
    }
}

uint64_t eng_sparse_kept(uint64_t length, unsigned keep, unsigned of)
{
    return eng_min_u64(length, eng_sat_mul(eng_ceil_div(length, of), keep));
}
