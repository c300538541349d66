#include "db_text.h"

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
