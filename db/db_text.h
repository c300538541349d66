/* Inside the store only: UTF-8. Pure; any thread. */
#ifndef DB_TEXT_H
#define DB_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that db_text_clean needs for `text`, its NUL included; 0 for NULL. SIZE_MAX where that does
 * not fit. */
size_t db_text_clean_size(const char *text);

/* The sum for several texts; SIZE_MAX where that does not fit. */
size_t db_text_clean_sizes(const char *const *texts, size_t count);

/* Copies `text` to `out`; each byte that is no part of valid UTF-8 becomes U+FFFD, so that what is
 * stored can always be shown and exported (file names may hold any bytes). Returns the first byte
 * after the final NUL. */
char *db_text_clean(char *out, const char *text);

/* Reads the character at `*text` (valid or not; not at the end) and steps over it. A byte that is
 * no part of valid UTF-8 reads as U+FFFD. */
uint32_t db_text_next(const char **text);

/* Writes the character; returns the first byte after it. Room for four bytes. */
char *db_text_put(char *out, uint32_t character);

/* Writes `text` to `out` with its letters in lower case (Latin, Greek, Cyrillic), so that a search
 * finds them in any case. At most 3 bytes for each of `text` and the NUL. Returns the NUL. */
char *db_text_fold(char *out, const char *text);

/* Writes bytes that sort as people expect names to: without case, numbers by their value. At most 4
 * bytes for each of `text`. Returns how many. */
size_t db_text_sort_key(char *out, const char *text);

/* A random identity, version 4 of RFC 4122; false where the system gives no random bytes. */
bool db_make_uuid(char text[37]);

#endif
