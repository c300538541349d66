/* Numbers as text, whatever the locale says: the decimal point is always '.'. Any thread. */
#ifndef ENG_BASE_TEXT_H
#define ENG_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room that the longest number takes, with its final NUL. */
#define ENG_TEXT_NUMBER 32

/* Writes the shortest text that reads back as exactly `value` ("0.1", "1e-30", "inf", "-inf",
 * "nan"). Returns `buf`. */
const char *eng_text_double(char buf[ENG_TEXT_NUMBER], double value);

/* Reads a decimal number at `text`; on success stores it and the first unread character.
 * Leading blanks, hexadecimal, "inf" and "nan" are refused. */
bool eng_text_read_double(const char *text, const char **end, double *value);

/* Reads an unsigned decimal integer at `text`, no sign, no blanks; false on overflow. */
bool eng_text_read_u64(const char *text, const char **end, uint64_t *value);

/* A growing string. Start with {0}; free with eng_text_free. */
typedef struct EngText {
    char *data; /* NUL-terminated once anything was added; NULL before */
    size_t length, capacity;
    bool failed; /* memory ran short: the text is incomplete */
} EngText;

void eng_text_add(EngText *text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void eng_text_free(EngText *text);

#endif
