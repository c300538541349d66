/* Values to touch: drawn from a distribution, written for people, and measured against what they
 * became. Drawing uses the engine's generator, so that a seed means the same values everywhere.
 * Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum MtsLabSpread {
    MTS_LAB_EVEN,   /* uniform in -3.9 .. 3.9 */
    MTS_LAB_NORMAL, /* normal, deviation 1.2, cut at 3.9 */
    MTS_LAB_HEAVY,  /* a few large, most small: the cube of a normal, as gradients often are */
    MTS_LAB_LOUD,   /* normal with deviation 0.25 and one value near 3 */
    MTS_LAB_SPREADS
} MtsLabSpread;

/* What lesson files call them (NULL at the end), and people. */
extern const char *const mts_lab_spread_names[];
extern const char *const mts_lab_spread_words[];

/* n values, each a whole number of hundredths, none beyond 3.9. */
void mts_lab_draw_values(MtsLabSpread spread, guint64 seed, float *out, gsize n);

/* How far y[n] is from x[n]. */
typedef struct MtsLabError {
    double snr;     /* signal to noise in dB: 10 log10 of sum x^2 / sum (x - y)^2; +Inf: no error */
    double rms;     /* root of the mean squared error */
    double largest; /* |x - y| */
    guint zeros;    /* x != 0 that became 0 */
} MtsLabError;

MtsLabError mts_lab_measure(const float *x, const float *y, gsize n);

/* floor(log2 |x|) as text for a weight: 4, 2, 1, 1/2 … 1/64, else 2 with the exponent raised;
 * caller g_frees. */
char *mts_lab_power_text(int exponent);
/* A whole number in raised digits: "⁻⁸"; caller g_frees. */
char *mts_lab_raised(int number);

/* A number without zeros behind it, to at most `decimals` places, with a true minus: "3", "−0.75";
 * caller g_frees. */
char *mts_lab_short_text(double value, int decimals);

/* Decibels: "24.6 dB", "∞ dB"; caller g_frees. */
char *mts_lab_decibel_text(double snr);

G_END_DECLS
