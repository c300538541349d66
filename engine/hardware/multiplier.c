#include "hardware/multiplier.h"

EngMultiplier eng_multiplier_of(const EngHardware *hw)
{
    return (EngMultiplier){.kind = hw->multiplier, .cut = hw->multiplier_cut};
}

EngStatus eng_multiplier_read_table(
    const void *bytes, size_t size, unsigned mx, unsigned my, uint32_t *table, EngError *err)
{
    if (mx < 1 || my < 1 || mx > ENG_MULTIPLIER_TABLE_BITS || my > ENG_MULTIPLIER_TABLE_BITS - mx)
        return eng_error(err, ENG_ERR_RANGE,
            "A table of products has magnitudes of at least 1 and together at most %d bits, not "
            "%u and %u.",
            ENG_MULTIPLIER_TABLE_BITS, mx, my);
    const size_t count = (size_t)1 << (mx + my);
    if (size != 4 * count)
        return eng_error(err, ENG_ERR_FORMAT,
            "The table of products has %zu bytes, expected %zu (4 for each of 2^%u x 2^%u "
            "products).",
            size, 4 * count, mx, my);
    const uint8_t *const at = bytes;
    for (size_t i = 0; i < count; i++) {
        table[i] = (uint32_t)at[4 * i] | (uint32_t)at[4 * i + 1] << 8 |
            (uint32_t)at[4 * i + 2] << 16 | (uint32_t)at[4 * i + 3] << 24;
        if (table[i] >= count)
            return eng_error(err, ENG_ERR_FORMAT,
                "The table of products holds %lu at byte %zu, expected at most %zu.",
                (unsigned long)table[i], 4 * i, count - 1);
    }
    return ENG_OK;
}

EngStatus eng_multiplier_check(
    const EngMultiplier *multiplier, unsigned mx, unsigned my, EngError *err)
{
    if (multiplier->kind != ENG_MULTIPLIER_TABLE)
        return ENG_OK;
    if (!multiplier->table)
        return eng_error(err, ENG_ERR_RANGE, "The multiplier is a table, but none was given.");
    if (mx > multiplier->mx || my > multiplier->my)
        return eng_error(err, ENG_ERR_RANGE,
            "The table of products takes magnitudes of %u and %u bits, the formats have %u and %u.",
            multiplier->mx, multiplier->my, mx, my);
    return ENG_OK;
}

static uint64_t truncated(uint32_t x, uint32_t y, unsigned cut)
{
    uint64_t sum = 0;
    for (unsigned bit = 0; x >> bit; bit++) {
        if (x >> bit & 1)
            sum += (uint64_t)y << bit >> cut << cut;
    }
    return sum;
}

static unsigned floor_log2(uint32_t x)
{
    return 31u - (unsigned)__builtin_clz(x);
}

/* x = 2^a (1 + u), y = 2^b (1 + v); log2(1 + u) is taken as u, so the product is
 * 2^(a+b) (1 + u + v), or 2^(a+b+1) (u + v) where u + v carries. Exact in integers. */
static uint64_t mitchell(uint32_t x, uint32_t y)
{
    if (x == 0 || y == 0)
        return 0;
    const unsigned a = floor_log2(x), b = floor_log2(y);
    const uint64_t one = UINT64_C(1) << (a + b);
    const uint64_t sum =
        ((uint64_t)(x - (1u << a)) << b) + ((uint64_t)(y - (1u << b)) << a); /* (u + v) 2^(a+b) */
    return sum < one ? one + sum : 2 * sum;
}

static uint32_t magnitude(int32_t x)
{
    return x < 0 ? (uint32_t)-x : (uint32_t)x;
}

int64_t eng_multiply(const EngMultiplier *multiplier, int32_t x, int32_t y)
{
    const uint32_t a = magnitude(x), b = magnitude(y);
    uint64_t product = (uint64_t)a * b;
    switch (multiplier->kind) {
    case ENG_MULTIPLIER_TRUNCATED:
        product = truncated(a, b, multiplier->cut);
        break;
    case ENG_MULTIPLIER_MITCHELL:
        product = mitchell(a, b);
        break;
    case ENG_MULTIPLIER_TABLE:
        product = a && b ? multiplier->table[((size_t)a << multiplier->my) + b] : 0;
        break;
    case ENG_MULTIPLIER_EXACT:
        break;
    }
    return (x < 0) != (y < 0) ? -(int64_t)product : (int64_t)product;
}

int64_t eng_multiply_group(
    const EngMultiplier *multiplier, const int32_t *x, const int32_t *y, size_t n)
{
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += eng_multiply(multiplier, x[i], y[i]);
    return sum;
}
