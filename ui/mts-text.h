/* Numbers as the window says them: three significant digits, `G` `M` `k` after a space, a true
 * minus, `%` after a space. The decimal point is '.', whatever the locale. The caller g_frees
 * every result. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What stands where a number is unknown (NaN): an en dash. */
#define MTS_TEXT_NONE "–"

/* 1877 -> "1,877". */
char *mts_text_count(guint64 count);

/* 1.7e9 -> "1.70 G", 320e6 -> "320 M", 405 -> "405"; the unit is "k" "M" "G" "T" "P" "E". */
char *mts_text_amount(double amount);

/* The same in two parts, for a figure with a smaller unit: "1.70" and "G" (static; "" for none). */
char *mts_text_amount_parts(double amount, const char **unit);

/* 0.716 -> "71.6 %". */
char *mts_text_percent(double share);

/* A loss or a threshold: 0.9418 -> "0.942", 12.34 -> "12.3", 1.23e-5 -> "1.23e−5". */
char *mts_text_value(double value);

/* `decimals` digits behind the point, a true minus. */
char *mts_text_fixed(double value, int decimals);

/* 8.43 -> "8.4", 123.4 -> "123", 1234 -> "1,234": iterations per second. */
char *mts_text_rate(double rate);

/* Seconds as "5:35" or "1:02:03". */
char *mts_text_clock(double seconds);

G_END_DECLS
