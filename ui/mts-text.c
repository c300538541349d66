#include "mts-text.h"

#include <math.h>

char *mts_text_count(guint64 count)
{
    char digits[24];
    const int length = g_snprintf(digits, sizeof digits, "%" G_GUINT64_FORMAT, count);
    GString *out = g_string_new(NULL);
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            g_string_append_c(out, ',');
        }
        g_string_append_c(out, digits[i]);
    }
    return g_string_free(out, FALSE);
}

char *mts_text_fixed(double value, int decimals)
{
    if (isnan(value)) {
        return g_strdup(MTS_TEXT_NONE);
    }
    if (isinf(value)) {
        return g_strdup(value > 0 ? "∞" : "−∞");
    }
    char format[16], digits[G_ASCII_DTOSTR_BUF_SIZE + 340];
    g_snprintf(format, sizeof format, "%%.%df", CLAMP(decimals, 0, 20));
    g_ascii_formatd(digits, sizeof digits, format, fabs(value));
    /* What rounds to nothing has no sign. */
    gboolean nothing = TRUE;
    for (const char *c = digits; *c; c++) {
        nothing = nothing && (*c == '0' || *c == '.');
    }
    return g_strconcat(value < 0 && !nothing ? "−" : "", digits, NULL);
}

/* Decimals that leave three significant digits of a magnitude below 1000. */
static int three_digits(double magnitude)
{
    if (magnitude >= 99.95) {
        return 0;
    }
    return magnitude >= 9.995 ? 1 : 2;
}

char *mts_text_amount_parts(double amount, const char **unit)
{
    static const char *const units[] = {"", "k", "M", "G", "T", "P", "E"};
    *unit = "";
    if (!isfinite(amount)) {
        return mts_text_fixed(amount, 0);
    }
    double magnitude = fabs(amount);
    guint step = 0;
    /* 999.5 would be written as 1000: it belongs to the next unit. */
    while (magnitude >= 999.5 && step + 1 < G_N_ELEMENTS(units)) {
        magnitude /= 1000;
        step++;
    }
    *unit = units[step];
    const gboolean whole = step == 0 && magnitude == floor(magnitude);
    return mts_text_fixed(copysign(magnitude, amount), whole ? 0 : three_digits(magnitude));
}

char *mts_text_amount(double amount)
{
    const char *unit;
    g_autofree char *number = mts_text_amount_parts(amount, &unit);
    return *unit ? g_strconcat(number, " ", unit, NULL) : g_steal_pointer(&number);
}

char *mts_text_percent(double share)
{
    if (!isfinite(share)) {
        return g_strdup(MTS_TEXT_NONE);
    }
    g_autofree char *number = mts_text_fixed(share * 100, 1);
    return g_strconcat(number, " %", NULL);
}

char *mts_text_value(double value)
{
    const double magnitude = fabs(value);
    if (!isfinite(value) || value == 0) {
        return mts_text_fixed(value, 0);
    }
    if (magnitude >= 0.001 && magnitude < 99995) {
        const int digits = magnitude >= 0.9995 ? three_digits(magnitude)
            : magnitude >= 0.09995             ? 3
            : magnitude >= 0.009995            ? 4
                                               : 5;
        return mts_text_fixed(value, digits);
    }
    int exponent = (int)floor(log10(magnitude));
    double mantissa = magnitude / pow(10, exponent);
    if (mantissa >= 9.995) {
        mantissa /= 10;
        exponent++;
    }
    g_autofree char *number = mts_text_fixed(copysign(mantissa, value), 2);
    return g_strdup_printf("%se%s%d", number, exponent < 0 ? "−" : "", ABS(exponent));
}

char *mts_text_rate(double rate)
{
    if (!isfinite(rate) || rate < 0) {
        return g_strdup(MTS_TEXT_NONE);
    }
    if (rate < 99.95) {
        return mts_text_fixed(rate, 1);
    }
    return mts_text_count((guint64)MIN(rate + 0.5, 1e18));
}

char *mts_text_clock(double seconds)
{
    if (!isfinite(seconds) || seconds < 0 || seconds > 1e9) {
        return g_strdup(MTS_TEXT_NONE);
    }
    const guint64 whole = (guint64)(seconds + 0.5);
    const guint hours = (guint)(whole / 3600), minutes = (guint)(whole / 60 % 60),
                rest = (guint)(whole % 60);
    if (hours > 0) {
        return g_strdup_printf("%u:%02u:%02u", hours, minutes, rest);
    }
    return g_strdup_printf("%u:%02u", minutes, rest);
}
