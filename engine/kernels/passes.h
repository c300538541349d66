/* Passes over whole activations, in plain C: every instruction set's file includes this text and
 * its compiler makes the vectors. Nothing is reassociated, so the bits are the same in all of them.
 *
 * Sums take channels sixteen at a time and stay in registers while the rows go by; every channel
 * still adds its rows in ascending order. Private to the kernels; to be included once by each
 * kernels_*.c. */
#include "kernels/kernels.h"
#include <math.h>
#include <stdbool.h>
#include <stddef.h>

/* Sixteen neighbouring channels. The compiler cuts these vectors to the width it has. */
#define PASS_LANES 16
typedef float PassFloats __attribute__((vector_size(64), aligned(4)));
typedef int32_t PassBits __attribute__((vector_size(64), aligned(4)));
typedef double PassDoubles __attribute__((vector_size(128), aligned(8)));

static inline PassFloats pass_load(const float *p)
{
    return *(const PassFloats *)p;
}

static inline PassDoubles pass_wide(PassFloats v)
{
    return __builtin_convertvector(v, PassDoubles);
}

static inline void pass_store(double *p, PassDoubles v)
{
    *(PassDoubles *)p = v;
}

static inline float pass_relu(float v, bool relu)
{
    return relu && v < 0.0f ? 0.0f : v;
}

static void norm_sums(const float *restrict x, size_t rows, size_t channels, double *restrict sum,
    double *restrict squares)
{
    size_t c = 0;
    for (; c + PASS_LANES <= channels; c += PASS_LANES) {
        PassDoubles s = {0}, q = {0};
        for (size_t i = 0; i < rows; i++) {
            const PassDoubles v = pass_wide(pass_load(x + i * channels + c));
            s += v;
            q += v * v;
        }
        pass_store(sum + c, s);
        pass_store(squares + c, q);
    }
    for (; c < channels; c++) {
        double s = 0, q = 0;
        for (size_t i = 0; i < rows; i++) {
            const double v = x[i * channels + c];
            s += v;
            q += v * v;
        }
        sum[c] = s;
        squares[c] = q;
    }
}

static void norm_apply(const EngNormPass *p, float *restrict y)
{
    const size_t channels = p->channels;
    const float *restrict factor = p->factor, *restrict shift = p->shift;
    const bool relu = p->relu;
    for (size_t i = 0; i < p->rows; i++) {
        const float *restrict x = p->x + i * channels;
        float *restrict out = y + i * channels;
        for (size_t c = 0; c < channels; c++)
            out[c] = pass_relu(x[c] * factor[c] + shift[c], relu);
    }
}

/* Forward values at or below this were clamped, so that no gradient passes them. */
static inline float pass_limit(bool relu)
{
    return relu ? 0.0f : -INFINITY;
}

/* Rows that are added up in float32 before they join the float64 sums: few enough that what is
 * rounded away is some 2^-24 of their own size, which gradients have in them anyhow. */
#define PASS_ROWS 16

static void norm_gradient_sums(
    const EngNormPass *p, const float *restrict dy, double *restrict sum, double *restrict products)
{
    const size_t rows = p->rows, channels = p->channels;
    const float limit = pass_limit(p->relu);
    size_t c = 0;
    for (; c + PASS_LANES <= channels; c += PASS_LANES) {
        const PassFloats factor = pass_load(p->factor + c), shift = pass_load(p->shift + c);
        const PassFloats mean = pass_load(p->mean + c), inverse = pass_load(p->inverse + c);
        PassDoubles s = {0}, q = {0};
        for (size_t first = 0; first < rows; first += PASS_ROWS) {
            PassFloats some = {0}, more = {0};
            const size_t end = first + PASS_ROWS < rows ? first + PASS_ROWS : rows;
            for (size_t i = first; i < end; i++) {
                const PassFloats x = pass_load(p->x + i * channels + c);
                const PassBits passes = x * factor + shift > limit;
                const PassBits kept = (PassBits)pass_load(dy + i * channels + c) & passes;
                some += (PassFloats)kept;
                more += (PassFloats)kept * ((x - mean) * inverse);
            }
            s += pass_wide(some);
            q += pass_wide(more);
        }
        pass_store(sum + c, s);
        pass_store(products + c, q);
    }
    for (; c < channels; c++) {
        double s = 0, q = 0;
        for (size_t first = 0; first < rows; first += PASS_ROWS) {
            float some = 0, more = 0;
            const size_t end = first + PASS_ROWS < rows ? first + PASS_ROWS : rows;
            for (size_t i = first; i < end; i++) {
                const float x = p->x[i * channels + c];
                const float g =
                    x * p->factor[c] + p->shift[c] > limit ? dy[i * channels + c] : 0.0f;
                some += g;
                more += g * ((x - p->mean[c]) * p->inverse[c]);
            }
            s += (double)some;
            q += (double)more;
        }
        sum[c] = s;
        products[c] = q;
    }
}

static void norm_gradient(const EngNormPass *p, const float *restrict dy, const float *restrict a,
    const float *restrict b, const float *restrict constant, float *restrict dx)
{
    const size_t channels = p->channels;
    const float *restrict factor = p->factor, *restrict shift = p->shift;
    const float limit = pass_limit(p->relu);
    for (size_t i = 0; i < p->rows; i++) {
        const float *restrict x = p->x + i * channels, *restrict d = dy + i * channels;
        float *restrict out = dx + i * channels;
        for (size_t c = 0; c < channels; c++) {
            const float g = x[c] * factor[c] + shift[c] > limit ? d[c] : 0.0f;
            out[c] = a[c] * g + (b[c] * x[c] + constant[c]);
        }
    }
}

static void pool_max(const EngPoolPass *p, float *restrict y)
{
    for (size_t o = 0; o < p->outputs; o++) {
        const float *restrict x = p->x + o * p->size * p->channels;
        float *restrict out = y + o * p->channels;
        for (size_t c = 0; c < p->channels; c++)
            out[c] = x[c];
        for (unsigned i = 1; i < p->size * p->size; i++) {
            const float *restrict v = x + i / p->size * p->row + i % p->size * p->channels;
            for (size_t c = 0; c < p->channels; c++)
                out[c] = v[c] > out[c] ? v[c] : out[c];
        }
    }
}

/* Channels c to c + 15 of one window: the first of its values that equals the maximum takes the
 * gradient, and nothing is left for the others. */
static inline void pool_gradient_lanes(
    const EngPoolPass *p, const float *x, const float *best, const float *dy, float *dx)
{
    const PassFloats most = pass_load(best);
    PassBits left = (PassBits)pass_load(dy);
    for (unsigned y = 0; y < p->size; y++) {
        for (unsigned i = 0; i < p->size; i++) {
            const size_t at = y * p->row + i * p->channels;
            const PassBits wins = pass_load(x + at) == most;
            *(PassFloats *)(dx + at) = (PassFloats)(left & wins);
            left &= ~wins;
        }
    }
}

static void pool_max_gradient(const EngPoolPass *p, const float *y, const float *dy, float *dx)
{
    for (size_t o = 0; o < p->outputs; o++) {
        const size_t first = o * p->size * p->channels, out = o * p->channels;
        size_t c = 0;
        for (; c + PASS_LANES <= p->channels; c += PASS_LANES)
            pool_gradient_lanes(p, p->x + first + c, y + out + c, dy + out + c, dx + first + c);
        for (; c < p->channels; c++) {
            float left = dy[out + c];
            for (unsigned i = 0; i < p->size * p->size; i++) {
                const size_t at = first + i / p->size * p->row + i % p->size * p->channels + c;
                const bool wins = p->x[at] == y[out + c];
                dx[at] = wins ? left : 0.0f;
                left = wins ? 0.0f : left;
            }
        }
    }
}

#define ENG_PASSES                                                                                 \
    .norm_sums = norm_sums, .norm_apply = norm_apply, .norm_gradient_sums = norm_gradient_sums,    \
    .norm_gradient = norm_gradient, .pool_max = pool_max, .pool_max_gradient = pool_max_gradient
