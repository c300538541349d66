/* Inside the store only: UTF-8. Pure; any thread. */
#ifndef DB_TEXT_H
#define DB_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that db_text_clean needs for `text`, its NUL included; 0 for NULL. SIZE_MAX where that does
 * not fit. */
size_t db_text_clean_size(const char *text);

/* Copies `text` to `out`; each byte that is no part of valid UTF-8 becomes U+FFFD, so that what is
 * stored can always be shown and exported (file names may hold any bytes). Returns the first byte
 * after the final NUL. */
char *db_text_clean(char *out, const char *text);

/* Reads the character at `*text` (valid or not; not at the end) and steps over it. A byte that is
 * no part of valid UTF-8 reads as U+FFFD. */
uint32_t db_text_next(const char **text);

/* Writes the character; returns the first byte after it. Room for four bytes. */
char *db_text_put(char *out, uint32_t character);

#endif
