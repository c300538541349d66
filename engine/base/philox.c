#include "base/philox.h"
#include "base/mathfn.h"
#include <math.h>

void eng_philox(const uint32_t ctr[4], uint64_t key, uint32_t out[4])
{
    uint32_t c0 = ctr[0], c1 = ctr[1], c2 = ctr[2], c3 = ctr[3];
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (int round = 0; round < 10; round++) {
        const uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

void eng_random_init(EngRandom *random, uint64_t seed, uint32_t a, uint32_t b, uint32_t c)
{
    *random = (EngRandom){.seed = seed, .stream = {a, b, c}};
}

uint32_t eng_random_u32(EngRandom *random)
{
    if (random->have == 0) {
        const uint32_t ctr[4] = {
            random->next++, random->stream[0], random->stream[1], random->stream[2]};
        eng_philox(ctr, random->seed, random->word);
        random->have = 4;
    }
    return random->word[4 - random->have--];
}

uint32_t eng_random_below(EngRandom *random, uint32_t n)
{
    /* Lemire's multiply-and-reject: the low half tells the few values that would be too many. */
    uint64_t product = (uint64_t)eng_random_u32(random) * n;
    if ((uint32_t)product < n) {
        const uint32_t surplus = -n % n;
        while ((uint32_t)product < surplus)
            product = (uint64_t)eng_random_u32(random) * n;
    }
    return (uint32_t)(product >> 32);
}

double eng_random_unit(EngRandom *random)
{
    const uint64_t high = eng_random_u32(random), low = eng_random_u32(random);
    return (double)((high << 32 | low) >> 11) * 0x1p-53;
}

double eng_random_normal(EngRandom *random)
{
    const double radius = sqrt(-2.0 * eng_log(1.0 - eng_random_unit(random)));
    return radius * eng_cos_turn(eng_random_unit(random));
}
