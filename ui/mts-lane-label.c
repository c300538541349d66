#include "mts-lane-label.h"

#include "mts-palette.h"

const char *mts_precision_label(const EngPrecision *precision)
{
    if (!precision->adaptive) {
        return mts_format_short_name(&precision->format);
    }
    g_autofree char *text = g_strdup_printf("%s ↔ %s", mts_format_short_name(&precision->format),
        mts_format_short_name(&precision->high));
    return g_intern_string(text);
}

const char *mts_precision_words(const EngPrecision *precision, char buf[64])
{
    if (precision->adaptive) {
        g_snprintf(buf, 64, "Adaptive %s", mts_precision_label(precision));
    } else if (precision->format.kind == ENG_KIND_BFP) {
        g_snprintf(buf, 64, precision->format.m == 1 ? "%u bit" : "%u bits", precision->format.m);
    } else {
        g_snprintf(buf, 64, "%s", mts_precision_label(precision));
    }
    return buf;
}

const char *mts_role_words(EngRole role)
{
    switch (role) {
    case ENG_ROLE_W:
        return "weights";
    case ENG_ROLE_A:
        return "activations";
    case ENG_ROLE_G:
        return "gradients";
    }
    return "";
}
