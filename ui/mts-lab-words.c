#include "mts-lab-words.h"

#include "base/text.h"
#include <math.h>
#include <string.h>

GQuark mts_lab_error_quark(void)
{
    return g_quark_from_static_string("mts-lab-error");
}

gboolean mts_lab_fail(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *sentence = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, MTS_LAB_ERROR, 0, sentence);
    return FALSE;
}

/* ---- words ----------------------------------------------------------------------------------- */

static gboolean is_key(char c)
{
    return g_ascii_isalnum(c) || c == '_' || c == '-' || c == '.';
}

/* A quoted value, `*at` on its opening quote; NULL where it has no end. */
static char *read_quoted(const char **at)
{
    GString *out = g_string_new(NULL);
    const char *c = *at + 1;
    for (; *c && *c != '"'; c++) {
        if (*c == '\\' && c[1]) {
            c++;
        }
        g_string_append_c(out, *c);
    }
    if (!*c) {
        g_string_free(out, TRUE);
        return NULL;
    }
    *at = c + 1;
    return g_string_free(out, FALSE);
}

static char *read_plain(const char **at)
{
    const char *c = *at;
    while (*c && !g_ascii_isspace(*c)) {
        c++;
    }
    char *out = g_strndup(*at, (gsize)(c - *at));
    *at = c;
    return out;
}

gboolean mts_lab_words_next(const char **text, char **key, char **value, GError **error)
{
    const char *at = *text;
    *key = *value = NULL;
    while (g_ascii_isspace(*at)) {
        at++;
    }
    if (!*at) {
        *text = at;
        return FALSE;
    }
    const char *start = at;
    while (is_key(*at)) {
        at++;
    }
    if (at == start || *at != '=') {
        g_autofree char *word = read_plain(&start);
        return mts_lab_fail(error, "“%s” is no setting; expected key=value.", word);
    }
    g_autofree char *name = g_strndup(start, (gsize)(at - start));
    at++;
    *value = *at == '"' ? read_quoted(&at) : read_plain(&at);
    if (!*value) {
        return mts_lab_fail(error, "The value of “%s” has no closing quote.", name);
    }
    if (*at && !g_ascii_isspace(*at)) {
        g_clear_pointer(value, g_free);
        return mts_lab_fail(error, "Behind the value of “%s” a blank is expected.", name);
    }
    *key = g_steal_pointer(&name);
    *text = at;
    return TRUE;
}

void mts_lab_words_add(GString *text, const char *key, const char *value)
{
    if (text->len > 0) {
        g_string_append_c(text, ' ');
    }
    g_string_append_printf(text, "%s=", key);
    if (*value && !strpbrk(value, " \t\r\n\"\\")) {
        g_string_append(text, value);
        return;
    }
    g_string_append_c(text, '"');
    for (const char *c = value; *c; c++) {
        if (*c == '"' || *c == '\\') {
            g_string_append_c(text, '\\');
        }
        g_string_append_c(text, *c);
    }
    g_string_append_c(text, '"');
}

/* ---- values ---------------------------------------------------------------------------------- */

gboolean mts_lab_read_count(
    const char *key, const char *value, guint min, guint max, guint *out, GError **error)
{
    const char *end;
    guint64 number;
    if (!eng_text_read_u64(value, &end, &number) || *end || number < min || number > max) {
        return mts_lab_fail(
            error, "%s is “%s”; expected a whole number from %u to %u.", key, value, min, max);
    }
    *out = (guint)number;
    return TRUE;
}

gboolean mts_lab_read_real(
    const char *key, const char *value, double min, double max, double *out, GError **error)
{
    const char *end;
    double number;
    if (!eng_text_read_double(value, &end, &number) || *end || !(number >= min && number <= max)) {
        char low[ENG_TEXT_NUMBER], high[ENG_TEXT_NUMBER];
        return mts_lab_fail(error, "%s is “%s”; expected a number from %s to %s.", key, value,
            eng_text_double(low, min), eng_text_double(high, max));
    }
    *out = number;
    return TRUE;
}

gboolean mts_lab_read_choice(
    const char *key, const char *value, const char *const *words, guint *out, GError **error)
{
    for (guint i = 0; words[i]; i++) {
        if (g_str_equal(words[i], value)) {
            *out = i;
            return TRUE;
        }
    }
    g_autofree char *all = g_strjoinv(", ", (char **)words);
    return mts_lab_fail(error, "%s is “%s”; expected one of %s.", key, value, all);
}

gboolean mts_lab_read_list(const char *key, const char *value, double min, double max,
    gsize max_count, float *out, gsize *count, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(value, ",", -1);
    const gsize n = g_strv_length(parts);
    if (n < 1 || n > max_count) {
        return mts_lab_fail(error,
            "%s has %" G_GSIZE_FORMAT " numbers; expected 1 to %" G_GSIZE_FORMAT ".", key, n,
            max_count);
    }
    for (gsize i = 0; i < n; i++) {
        double number;
        if (!mts_lab_read_real(key, g_strstrip(parts[i]), min, max, &number, error)) {
            return FALSE;
        }
        out[i] = (float)number;
    }
    *count = n;
    return TRUE;
}

void mts_lab_write_real(GString *out, double value)
{
    char text[ENG_TEXT_NUMBER];
    g_string_append(out, eng_text_double(text, value));
}

/* The shortest decimal that reads back as this float32: nine digits always do. */
static void write_float(GString *out, float value)
{
    for (int digits = 1; digits <= 9; digits++) {
        char format[8], text[G_ASCII_DTOSTR_BUF_SIZE];
        double back;
        const char *end;
        g_snprintf(format, sizeof format, "%%.%dg", digits);
        g_ascii_formatd(text, sizeof text, format, (double)value);
        if (digits == 9 || (eng_text_read_double(text, &end, &back) && (float)back == value)) {
            g_string_append(out, text);
            return;
        }
    }
}

void mts_lab_write_list(GString *out, const float *values, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        if (i > 0) {
            g_string_append_c(out, ',');
        }
        write_float(out, values[i]);
    }
}
