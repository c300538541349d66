#include "words.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* Beyond this a fraction is no longer exact in the integers below. */
#define LARGEST 1e15

static void add(EngText *out, double value, int decimals, const char *positive, const char *zero)
{
    static const uint64_t powers[] = {
        1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};
    if (!(fabs(value) < LARGEST)) {
        eng_text_add(out, "–");
        return;
    }
    const uint64_t power = powers[decimals], whole = (uint64_t)fabs(value);
    uint64_t units = whole;
    uint64_t rest = (uint64_t)((fabs(value) - (double)whole) * (double)power + 0.5);
    if (rest == power) {
        units++;
        rest = 0;
    }
    const bool nothing = units == 0 && rest == 0;
    eng_text_add(out, "%s%" PRIu64, nothing ? zero : value < 0 ? "−" : positive, units);
    if (decimals > 0)
        eng_text_add(out, ".%0*" PRIu64, decimals, rest);
}

void app_words_fixed(EngText *out, double value, int decimals)
{
    add(out, value, decimals, "", "");
}

void app_words_signed(EngText *out, double value, int decimals)
{
    add(out, value, decimals, "+", "±");
}

void app_words_count(EngText *out, uint64_t count)
{
    char digits[24];
    const int length = snprintf(digits, sizeof digits, "%" PRIu64, count);
    for (int i = 0; i < length; i++)
        eng_text_add(out, "%s%c", i > 0 && (length - i) % 3 == 0 ? "," : "", digits[i]);
}
