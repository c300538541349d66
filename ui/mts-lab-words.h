/* Words `key=value` on one line: how a lesson sets up what one can touch, and how its state is kept.
 * A value with blanks stands in double quotes; a quote or backslash in it has a backslash before
 * it. Numbers have a point, whatever the locale. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define MTS_LAB_ERROR (mts_lab_error_quark())
GQuark mts_lab_error_quark(void);

/* Fills `error` with one sentence and returns FALSE, so that `return mts_lab_fail(…)` reads well. */
gboolean mts_lab_fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Takes the next word from *text and moves on. FALSE at the end (no error), or where what stands
 * there is no word: then `error` says what was expected. The caller g_frees both. */
gboolean mts_lab_words_next(const char **text, char **key, char **value, GError **error);

/* Adds ` key=value` (without the blank at the start of the text), quoted where it has to be. */
void mts_lab_words_add(GString *text, const char *key, const char *value);

/* Reading a value: the whole of it, within a range. The sentence names key, value and range. */
gboolean mts_lab_read_count(
    const char *key, const char *value, guint min, guint max, guint *out, GError **error);
gboolean mts_lab_read_real(
    const char *key, const char *value, double min, double max, double *out, GError **error);
/* Which of `words` (NULL at the end) the value is. */
gboolean mts_lab_read_choice(
    const char *key, const char *value, const char *const *words, guint *out, GError **error);
/* Numbers with commas between; 1..max of them into out[max]. */
gboolean mts_lab_read_list(const char *key, const char *value, double min, double max,
    gsize max_count, float *out, gsize *count, GError **error);

/* Writing one: the shortest text that reads back as the same. */
void mts_lab_write_real(GString *out, double value);
/* The same for a list of float32 values. */
void mts_lab_write_list(GString *out, const float *values, gsize count);

G_END_DECLS
