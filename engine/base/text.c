#include "base/text.h"
#include "base/memory.h"
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The "C" locale costs nothing to make: the C library hands out a static object. */
static locale_t c_locale(void)
{
    return newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

const char *eng_text_double(char buf[ENG_TEXT_NUMBER], double value)
{
    if (isnan(value) || isinf(value)) {
        strcpy(buf, isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
        return buf;
    }
    const locale_t c = c_locale(), before = uselocale(c);
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(buf, ENG_TEXT_NUMBER, "%.*g", digits, value);
        if (strtod(buf, NULL) == value)
            break;
    }
    uselocale(before);
    freelocale(c);
    return buf;
}

static size_t span_digits(const char *text)
{
    size_t n = 0;
    while (text[n] >= '0' && text[n] <= '9')
        n++;
    return n;
}

/* Characters of the decimal number at `text`; 0 where there is none. */
static size_t span_number(const char *text)
{
    size_t n = text[0] == '-' || text[0] == '+';
    const size_t whole = span_digits(text + n);
    n += whole;
    size_t fraction = 0;
    if (text[n] == '.') {
        fraction = span_digits(text + n + 1);
        if (whole + fraction > 0)
            n += 1 + fraction;
    }
    if (whole + fraction == 0)
        return 0;
    if (text[n] == 'e' || text[n] == 'E') {
        const size_t sign = text[n + 1] == '-' || text[n + 1] == '+';
        const size_t digits = span_digits(text + n + 1 + sign);
        if (digits > 0)
            n += 1 + sign + digits;
    }
    return n;
}

bool eng_text_read_double(const char *text, const char **end, double *value)
{
    char digits[512]; /* longer than any number that means something */
    const size_t n = span_number(text);
    if (n == 0 || n >= sizeof digits)
        return false;
    memcpy(digits, text, n);
    digits[n] = '\0';
    const locale_t c = c_locale();
    *value = strtod_l(digits, NULL, c);
    freelocale(c);
    if (end)
        *end = text + n;
    return true;
}

bool eng_text_read_u64(const char *text, const char **end, uint64_t *value)
{
    uint64_t sum = 0;
    const char *p = text;
    for (; *p >= '0' && *p <= '9'; p++) {
        if (__builtin_mul_overflow(sum, UINT64_C(10), &sum) ||
            __builtin_add_overflow(sum, (uint64_t)(*p - '0'), &sum))
            return false;
    }
    if (p == text)
        return false;
    *value = sum;
    if (end)
        *end = p;
    return true;
}

static bool reserve(EngText *text, size_t more)
{
    size_t needed;
    if (text->failed || !eng_size_add(text->length, more, &needed) ||
        !eng_size_add(needed, 1, &needed))
        return false;
    if (needed <= text->capacity)
        return true;
    size_t capacity = text->capacity ? text->capacity : 256;
    while (capacity < needed) {
        if (!eng_size_mul(capacity, 2, &capacity))
            return false;
    }
    char *data = eng_alloc(capacity, 1);
    if (!data)
        return false;
    if (text->data)
        memcpy(data, text->data, text->length);
    eng_free(text->data);
    text->data = data;
    text->capacity = capacity;
    return true;
}

void eng_text_add(EngText *text, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    const int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n < 0 || !reserve(text, (size_t)n)) {
        text->failed = true;
    } else {
        vsnprintf(text->data + text->length, (size_t)n + 1, fmt, again);
        text->length += (size_t)n;
    }
    va_end(again);
}

void eng_text_free(EngText *text)
{
    eng_free(text->data);
    *text = (EngText){0};
}
