#include "base/error.h"
#include <stdio.h>
#include <string.h>

/* One line: a file name with a line feed in it must not break the sentence in two. */
static void keep_one_line(char *text)
{
    for (char *c = text; *c; c++) {
        if ((unsigned char)*c < ' ')
            *c = ' ';
    }
}

EngStatus eng_error(EngError *err, EngStatus code, const char *fmt, ...)
{
    if (err) {
        va_list args;
        va_start(args, fmt);
        err->code = code;
        vsnprintf(err->text, sizeof err->text, fmt, args);
        va_end(args);
        keep_one_line(err->text);
    }
    return code;
}

void eng_error_prefix(EngError *err, const char *fmt, ...)
{
    if (!err)
        return;
    char text[sizeof err->text];
    va_list args;
    va_start(args, fmt);
    int used = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (used < 0)
        return;
    if ((size_t)used < sizeof text) {
        const size_t room = sizeof text - (size_t)used;
        snprintf(text + used, room, ": %.*s", (int)room, err->text);
    }
    memcpy(err->text, text, sizeof text);
    keep_one_line(err->text);
}
