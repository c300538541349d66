#include "schedule/words.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>

size_t eng_word_length(EngWord word)
{
    return (size_t)(word.end - word.start);
}

bool eng_word_empty(EngWord word)
{
    return word.start == word.end;
}

bool eng_word_is(EngWord word, const char *text)
{
    const size_t length = strlen(text);
    return eng_word_length(word) == length && memcmp(word.start, text, length) == 0;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

EngWord eng_word_trim(EngWord word)
{
    while (word.start < word.end && blank(*word.start))
        word.start++;
    while (word.start < word.end && blank(word.end[-1]))
        word.end--;
    return word;
}

bool eng_word_cut(EngWord word, const char *mark, EngWord *before, EngWord *behind)
{
    const size_t length = eng_word_length(word);
    const char *const at = length ? memmem(word.start, length, mark, strlen(mark)) : NULL;
    *before = eng_word_trim((EngWord){word.start, at ? at : word.end});
    *behind = eng_word_trim((EngWord){at ? at + strlen(mark) : word.end, word.end});
    return at != NULL;
}

bool eng_word_number(EngWord word, double *value)
{
    char digits[64]; /* longer than any number that means something here */
    const size_t length = eng_word_length(word);
    if (length == 0 || length >= sizeof digits)
        return false;
    memcpy(digits, word.start, length);
    digits[length] = '\0';
    const char *end;
    return eng_text_read_double(digits, &end, value) && end == digits + length;
}

EngStatus eng_word_error(EngError *err, EngWord word, const char *fmt, ...)
{
    char shown[48];
    size_t n = 0;
    for (const char *c = word.start; c < word.end && n < sizeof shown - 4; c++)
        shown[n++] = *c >= ' ' && *c <= '~' ? *c : '?';
    strcpy(shown + n, eng_word_length(word) > n ? "..." : "");

    char sentence[256];
    va_list args;
    va_start(args, fmt);
    vsnprintf(sentence, sizeof sentence, fmt, args);
    va_end(args);
    return eng_error(err, ENG_ERR_PARSE, "\"%s\": %s.", shown, sentence);
}
