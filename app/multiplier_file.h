/* A multiplier's table of products in a file: the 32-bit little-endian products of all pairs of
 * magnitudes of m bits, x by x, y fastest (engine/hardware/multiplier.h); the file's size says m. */
#ifndef APP_MULTIPLIER_FILE_H
#define APP_MULTIPLIER_FILE_H

#include "base/error.h"
#include "hardware/multiplier.h"

/* Reads 4 x 4^m bytes, 1 <= m <= 10. *products (eng_free) is what out->table points to.
 * Errors: IO, FORMAT (naming the file), NOMEM. */
EngStatus app_multiplier_read(
    const char *path, EngMultiplier *out, uint32_t **products, EngError *err);

#endif
