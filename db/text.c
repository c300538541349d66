#include "db_text.h"
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

/* The number of bytes that a character with this first byte takes; 0: no first byte. */
static unsigned sequence_length(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first < 0xe0)
        return 2;
    if (first >= 0xe0 && first < 0xf0)
        return 3;
    return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

uint32_t db_text_next(const char **text)
{
    const unsigned char *at = (const unsigned char *)*text;
    const unsigned length = sequence_length(at[0]);
    *text += 1;
    if (length == 1)
        return at[0];
    if (length == 0)
        return 0xfffd;
    uint32_t value = at[0] & (0x7fu >> length);
    for (unsigned i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80) /* also the final NUL */
            return 0xfffd;
        value = value << 6 | (at[i] & 0x3f);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < least[length] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
        return 0xfffd;
    *text += length - 1;
    return value;
}

char *db_text_put(char *out, uint32_t c)
{
    if (c < 0x80) {
        *out++ = (char)c;
    } else if (c < 0x800) {
        *out++ = (char)(0xc0 | c >> 6);
        *out++ = (char)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        *out++ = (char)(0xe0 | c >> 12);
        *out++ = (char)(0x80 | (c >> 6 & 0x3f));
        *out++ = (char)(0x80 | (c & 0x3f));
    } else {
        *out++ = (char)(0xf0 | c >> 18);
        *out++ = (char)(0x80 | (c >> 12 & 0x3f));
        *out++ = (char)(0x80 | (c >> 6 & 0x3f));
        *out++ = (char)(0x80 | (c & 0x3f));
    }
    return out;
}

size_t db_text_clean_size(const char *text)
{
    if (!text)
        return 0;
    size_t size = 1;
    while (*text) {
        char buf[4];
        const size_t more = (size_t)(db_text_put(buf, db_text_next(&text)) - buf);
        if (size > SIZE_MAX - more)
            return SIZE_MAX;
        size += more;
    }
    return size;
}

char *db_text_clean(char *out, const char *text)
{
    while (*text)
        out = db_text_put(out, db_text_next(&text));
    *out++ = '\0';
    return out;
}

size_t db_text_clean_sizes(const char *const *texts, size_t count)
{
    size_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t size = db_text_clean_size(texts[i]);
        sum = sum > SIZE_MAX - size ? SIZE_MAX : sum + size;
    }
    return sum;
}

/* The lower-case letter of an upper-case one: the simple foldings of the Unicode blocks Basic
 * Latin, Latin-1, Latin Extended-A, Greek and Cyrillic. */
static uint32_t fold(uint32_t c)
{
    if ((c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7) ||
        (c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f))
        return c + 32;
    if (c >= 0x400 && c <= 0x40f)
        return c + 80;
    if (c == 0x178)
        return 0xff;
    if (c == 0x3c2) /* the final form of sigma */
        return 0x3c3;
    const bool even_upper =
        (c >= 0x100 && c <= 0x12f) || (c >= 0x132 && c <= 0x137) || (c >= 0x14a && c <= 0x177);
    const bool odd_upper = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e);
    return (even_upper && c % 2 == 0) || (odd_upper && c % 2 == 1) ? c + 1 : c;
}

char *db_text_fold(char *out, const char *text)
{
    while (*text)
        out = db_text_put(out, fold(db_text_next(&text)));
    *out = '\0';
    return out;
}

/* A number as '0', how many digits it has, and the digits: bytes compare like values. */
static char *put_number(char *out, const char **text)
{
    while (**text == '0' && (*text)[1] >= '0' && (*text)[1] <= '9')
        *text += 1;
    const char *first = *text;
    while (**text >= '0' && **text <= '9' && *text - first < 255)
        *text += 1;
    const size_t length = (size_t)(*text - first);
    *out++ = '0';
    *out++ = (char)(unsigned char)length;
    memcpy(out, first, length);
    return out + length;
}

size_t db_text_sort_key(char *out, const char *text)
{
    char *const start = out;
    while (*text) {
        if (*text >= '0' && *text <= '9')
            out = put_number(out, &text);
        else
            out = db_text_put(out, fold(db_text_next(&text)));
    }
    return (size_t)(out - start);
}

bool db_make_uuid(char text[37])
{
    unsigned char bytes[16];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return false;
    bytes[6] = (unsigned char)(0x40 | (bytes[6] & 0x0f));
    bytes[8] = (unsigned char)(0x80 | (bytes[8] & 0x3f));
    char *at = text;
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        at += sprintf(at, "%02x", bytes[i]);
    }
    return true;
}
