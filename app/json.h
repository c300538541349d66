/* JSON in and out, whatever the locale says.
 *
 * Reading is Jansson's, under the C locale of the calling thread, so that "0.5" is a half even
 * where the window's locale writes 0,5. Writing is done here: the shortest text that reads back
 * as the same number. Any thread. */
#ifndef APP_JSON_H
#define APP_JSON_H

#include "base/error.h"
#include "base/text.h"
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* The largest file that is read: 64 MiB. */
#define APP_JSON_LIMIT ((size_t)64 << 20)

/* Reads the `length` bytes at `text`; `name` (a file's) begins the sentence of an error. The
 * caller owns *out (json_decref). Errors: FORMAT with line and column, NOMEM. */
EngStatus app_json_parse(
    const char *text, size_t length, const char *name, json_t **out, EngError *err);

/* Reads a whole file of at most APP_JSON_LIMIT bytes into *text (NUL-terminated, eng_free).
 * Errors: IO, FORMAT (too large), NOMEM. */
EngStatus app_file_read(const char *path, char **text, size_t *length, EngError *err);

/* Writes `length` bytes to `path` so that either the old or the new file is there at any time.
 * Errors: IO, NOMEM. */
EngStatus app_file_write(const char *path, const char *text, size_t length, EngError *err);

/* Adds a value to `out`: on one line, or indented by two blanks a level with a final newline. */
void app_json_add(EngText *out, const json_t *value, bool pretty);

/* New references: an unsigned number, as a string above 2^53 where other readers would round it;
 * a count, always an integer, at most 2^63 - 1; a number that is null where it is NaN or infinite;
 * a string, null for NULL. */
json_t *app_json_u64(uint64_t value);
json_t *app_json_count(uint64_t value);
json_t *app_json_real(double value);
json_t *app_json_string(const char *text);

#endif
