/* Pieces of a text that is being read, and the sentences about them. Used inside this room only.
 * Pure; any thread. */
#ifndef ENG_SCHEDULE_WORDS_H
#define ENG_SCHEDULE_WORDS_H

#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>

/* Characters [start, end) of a text somebody else owns. */
typedef struct EngWord {
    const char *start, *end;
} EngWord;

size_t eng_word_length(EngWord word);
bool eng_word_empty(EngWord word);

/* The word is exactly `text`. */
bool eng_word_is(EngWord word, const char *text);

/* Without the blanks (space, tab, carriage return) at both ends. */
EngWord eng_word_trim(EngWord word);

/* Cuts at the first `mark`: what stands before and behind it, both trimmed. Without a mark all of
 * the word is before, behind is empty, and the answer is false. */
bool eng_word_cut(EngWord word, const char *mark, EngWord *before, EngWord *behind);

/* Reads the word, all of it, as a decimal number. */
bool eng_word_number(EngWord word, double *value);

/* Error PARSE: the word in quotes, a colon, the sentence, a full stop. Long words are cut, bytes outside printable ASCII
 * become '?', so that the sentence can always be shown. */
EngStatus eng_word_error(EngError *err, EngWord word, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
