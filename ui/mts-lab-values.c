#include "mts-lab-values.h"

#include "base/mathfn.h"
#include "base/philox.h"
#include "mts-text.h"
#include <math.h>
#include <string.h>

const char *const mts_lab_spread_names[] = {"even", "normal", "heavy", "loud", NULL};
const char *const mts_lab_spread_words[] = {
    "Even", "Normal", "A few large, most small", "One loud value", NULL};

#define LIMIT 3.9

/* Tells these draws from any others of the same seed. */
enum { STREAM = 0x4c6162 };

static double draw_one(EngRandom *random, MtsLabSpread spread)
{
    if (spread == MTS_LAB_EVEN) {
        return (2 * eng_random_unit(random) - 1) * LIMIT;
    }
    const double normal = eng_random_normal(random);
    switch (spread) {
    case MTS_LAB_HEAVY:
        return 0.5 * normal * normal * normal;
    case MTS_LAB_LOUD:
        return 0.25 * normal;
    default:
        return 1.2 * normal;
    }
}

void mts_lab_draw_values(MtsLabSpread spread, guint64 seed, float *out, gsize n)
{
    EngRandom random;
    eng_random_init(&random, seed, STREAM, (uint32_t)spread, 0);
    for (gsize i = 0; i < n; i++) {
        const double value = CLAMP(draw_one(&random, spread), -LIMIT, LIMIT);
        out[i] = (float)(floor(value * 100 + .5) / 100);
    }
    if (spread == MTS_LAB_LOUD && n > 0) {
        const double loud = 2.6 + eng_random_unit(&random);
        const double sign = eng_random_below(&random, 2) ? 1 : -1;
        out[eng_random_below(&random, (uint32_t)n)] = (float)(sign * floor(loud * 100 + .5) / 100);
    }
}

MtsLabError mts_lab_measure(const float *x, const float *y, gsize n)
{
    MtsLabError out = {0};
    double signal = 0, noise = 0;
    for (gsize i = 0; i < n; i++) {
        const double error = (double)y[i] - (double)x[i];
        signal += (double)x[i] * (double)x[i];
        noise += error * error;
        out.largest = MAX(out.largest, fabs(error));
        out.zeros += x[i] != 0 && y[i] == 0;
    }
    out.rms = n > 0 ? sqrt(noise / (double)n) : 0;
    if (noise == 0) {
        out.snr = INFINITY;
    } else if (signal == 0) {
        out.snr = -INFINITY;
    } else {
        out.snr = 10 * eng_log(signal / noise) / eng_log(10);
    }
    return out;
}

char *mts_lab_raised(int number)
{
    static const char *const digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    char plain[16];
    g_snprintf(plain, sizeof plain, "%d", number);
    GString *out = g_string_new(NULL);
    for (const char *c = plain; *c; c++) {
        g_string_append(out, *c == '-' ? "⁻" : digits[*c - '0']);
    }
    return g_string_free(out, FALSE);
}

char *mts_lab_power_text(int exponent)
{
    if (exponent >= 0 && exponent <= 10) {
        return g_strdup_printf("%d", 1 << exponent);
    }
    if (exponent < 0 && exponent >= -9) {
        return g_strdup_printf("1/%d", 1 << -exponent);
    }
    g_autofree char *raised = mts_lab_raised(exponent);
    return g_strconcat("2", raised, NULL);
}

char *mts_lab_short_text(double value, int decimals)
{
    char *text = mts_text_fixed(value, decimals);
    if (strchr(text, '.')) {
        gsize length = strlen(text);
        while (text[length - 1] == '0') {
            length--;
        }
        text[text[length - 1] == '.' ? length - 1 : length] = '\0';
    }
    return text;
}

char *mts_lab_decibel_text(double snr)
{
    g_autofree char *number = mts_text_fixed(snr, 1);
    return g_strconcat(number, " dB", NULL);
}
