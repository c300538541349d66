/* Sums over neighbours in a fixed tree: 16 lanes side by side, then halving. The order does not
 * depend on how wide the machine's vectors are. Private to the net room. */
#ifndef ENG_NET_LANES_H
#define ENG_NET_LANES_H

#include <stddef.h>

#define ENG_SUM_LANES 16

static inline float eng_lanes_fold(float lane[ENG_SUM_LANES])
{
    for (size_t half = ENG_SUM_LANES / 2; half > 0; half /= 2) {
        for (size_t i = 0; i < half; i++)
            lane[i] += lane[i + half];
    }
    return lane[0];
}

/* x[0] + … + x[n - 1] */
static inline float eng_lanes_sum(const float *x, size_t n)
{
    float lane[ENG_SUM_LANES] = {0};
    size_t i = 0;
    for (; i + ENG_SUM_LANES <= n; i += ENG_SUM_LANES) {
        for (size_t l = 0; l < ENG_SUM_LANES; l++)
            lane[l] += x[i + l];
    }
    for (size_t l = 0; i + l < n; l++)
        lane[l] += x[i + l];
    return eng_lanes_fold(lane);
}

/* x[0] y[0] + … + x[n - 1] y[n - 1], products rounded */
static inline float eng_lanes_dot(const float *x, const float *y, size_t n)
{
    float lane[ENG_SUM_LANES] = {0};
    size_t i = 0;
    for (; i + ENG_SUM_LANES <= n; i += ENG_SUM_LANES) {
        for (size_t l = 0; l < ENG_SUM_LANES; l++)
            lane[l] += x[i + l] * y[i + l];
    }
    for (size_t l = 0; i + l < n; l++)
        lane[l] += x[i + l] * y[i + l];
    return eng_lanes_fold(lane);
}

#endif
