#include "multiplier_file.h"
#include "base/memory.h"
#include "json.h"

/* Bits of both magnitudes alike. */
#define BITS_MOST (ENG_MULTIPLIER_TABLE_BITS / 2)

/* The magnitudes' bits of a table of `size` bytes; 0 where no table has that size. */
static unsigned bits_of(size_t size)
{
    for (unsigned m = 1; m <= BITS_MOST; m++)
        if (size == (size_t)4 << 2 * m)
            return m;
    return 0;
}

static EngStatus take(const char *path, const char *bytes, size_t size, EngMultiplier *out,
    uint32_t **products, EngError *err)
{
    const unsigned m = bits_of(size);
    if (m == 0)
        return eng_error(err, ENG_ERR_FORMAT,
            "%s has %zu bytes, expected a table of products: 4 x 4^m bytes for magnitudes of m "
            "bits, m = 1 to %d (16, 64, 256, 1024 …)",
            path, size, BITS_MOST);
    uint32_t *const table = eng_alloc((size_t)1 << 2 * m, sizeof *table);
    if (!table)
        return eng_error(err, ENG_ERR_NOMEM, "%s: no memory for %zu bytes", path, size);
    const EngStatus status = eng_multiplier_read_table(bytes, size, m, m, table, err);
    if (status != ENG_OK) {
        eng_free(table);
        eng_error_prefix(err, "%s", path);
        return status;
    }
    *out = (EngMultiplier){.kind = ENG_MULTIPLIER_TABLE, .mx = m, .my = m, .table = table};
    *products = table;
    return ENG_OK;
}

EngStatus app_multiplier_read(
    const char *path, EngMultiplier *out, uint32_t **products, EngError *err)
{
    char *bytes;
    size_t size;
    EngStatus status = app_file_read(path, &bytes, &size, err);
    if (status != ENG_OK)
        return status;
    status = take(path, bytes, size, out, products, err);
    eng_free(bytes);
    return status;
}
