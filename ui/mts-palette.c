/* The tables of the colour specification. Nothing here knows a widget. */
#include "mts-palette.h"

#include <adwaita.h>
#include <math.h>

/* A colour as in the specification, 0xRRGGBB, with its opacity. */
typedef struct Ink {
    guint32 rgb;
    float alpha;
} Ink;

static const struct {
    Ink light, dark;
} inks[MTS_INKS] = {
    [MTS_INK_VIEW] = {{0xffffff, 1}, {0x1e1e1e, 1}},
    [MTS_INK_TEXT] = {{0x2e2e31, 1}, {0xf2f2f2, 1}},
    [MTS_INK_TEXT_SECONDARY] = {{0x5d5d62, 1}, {0xb4b4b6, 1}},
    [MTS_INK_TEXT_TICKS] = {{0x7c7c82, 1}, {0x949498, 1}},
    [MTS_INK_ACCENT] = {{0x3584e4, 1}, {0x3584e4, 1}},
    [MTS_INK_ACCENT_TEXT] = {{0x1c71d8, 1}, {0x78aeed, 1}},
    [MTS_INK_ACCENT_WASH] = {{0x3584e4, .10f}, {0x78aeed, .14f}},
    [MTS_INK_BORDER] = {{0x000000, .09f}, {0xffffff, .11f}},
    [MTS_INK_HAIRLINE] = {{0x000000, .055f}, {0xffffff, .065f}},
    [MTS_INK_GRID] = {{0x000000, .07f}, {0xffffff, .075f}},
    [MTS_INK_PAST] = {{0x000000, .038f}, {0xffffff, .035f}},
    [MTS_INK_EMPTY_LANE] = {{0x000000, .05f}, {0xffffff, .055f}},
    [MTS_INK_CROSSHAIR] = {{0x000000, .45f}, {0xffffff, .45f}},
    [MTS_INK_PIN] = {{0x5f5f64, 1}, {0xc9c9cb, 1}},
    [MTS_INK_PIN_TEXT] = {{0xffffff, 1}, {0x1e1e1e, 1}},
    [MTS_INK_SEGMENT_OUTLINE] = {{0x000000, .10f}, {0xffffff, .14f}},
    [MTS_INK_HATCH_GROUND] = {{0xeaf4d2, 1}, {0x3c5f3c, 1}},
    [MTS_INK_HATCH_STRIPE] = {{0x90d3c8, 1}, {0x358f89, 1}},
    [MTS_INK_HATCH_TEXT] = {{0x1f5d52, 1}, {0xbfe6df, 1}},
    [MTS_INK_TOOLTIP] = {{0x2b2b2e, 1}, {0x101012, 1}},
    [MTS_INK_TOOLTIP_TEXT] = {{0xffffff, 1}, {0xffffff, 1}},
    [MTS_INK_TOOLTIP_SNAP] = {{0x8fc0ff, 1}, {0x8fc0ff, 1}},
    [MTS_INK_GOOD] = {{0x1b8553, 1}, {0x8ff0a4, 1}},
    [MTS_INK_GOOD_GROUND] = {{0xe2f3ea, 1}, {0x263d30, 1}},
    [MTS_INK_CAUTION] = {{0x9c6e03, 1}, {0xf8e45c, 1}},
    [MTS_INK_ERROR] = {{0xc01c28, 1}, {0xff7b63, 1}},
    [MTS_INK_DONE] = {{0x2ec27e, 1}, {0x57e389, 1}},
};

/* The precision ramp's named steps; the widths between them are mixed. */
typedef struct Step {
    guint bits;
    guint32 fill[2], text[2]; /* light, dark */
} Step;

static const Step ramp[] = {
    {2, {0xddeeb4, 0xbad27e}, {0x42521a, 0x2c3a0c}},
    {3, {0xa5dab0, 0x86cba0}, {0x1d4f2b, 0x0f3a20}},
    {4, {0x5abfb2, 0x42afa8}, {0x0b3f39, 0x04302c}},
    {6, {0x2282ac, 0x2b81b2}, {0xffffff, 0xffffff}},
    {8, {0x27549c, 0x4463c4}, {0xffffff, 0xffffff}},
    {24, {0x382862, 0x5e4394}, {0xffffff, 0xffffff}}, /* FP32: 24 bits of significand */
};

static const Step bfloat16 = {0, {0x6c5b95, 0x8d7ab8}, {0xffffff, 0x1e1330}};

static const guint32 runs[][2] = {
    {0x1c71d8, 0x78aeed},
    {0xe66100, 0xffa348},
    {0x2f9e6b, 0x83f1d1},
    {0x5a1582, 0x946fcf},
    {0xd867b0, 0xd67fa6},
    {0x7f5300, 0xfedb36},
};

static GdkRGBA from_rgb(guint32 rgb, float alpha)
{
    return (GdkRGBA){(float)(rgb >> 16 & 0xff) / 255, (float)(rgb >> 8 & 0xff) / 255,
        (float)(rgb & 0xff) / 255, alpha};
}

gboolean mts_palette_dark(void)
{
    return adw_style_manager_get_dark(adw_style_manager_get_default());
}

GdkRGBA mts_palette_ink(MtsInk ink, gboolean dark)
{
    g_assert(ink < MTS_INKS);
    const Ink *one = dark ? &inks[ink].dark : &inks[ink].light;
    return from_rgb(one->rgb, one->alpha);
}

GdkRGBA mts_palette_fade(GdkRGBA color, float opacity)
{
    color.alpha *= opacity;
    return color;
}

/* ---- OKLab (B. Ottosson, "A perceptual color space for image processing", 2020) ------------- */

static double linear_from_srgb(double v)
{
    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double srgb_from_linear(double v)
{
    const double out = v <= 0.0031308 ? 12.92 * v : 1.055 * pow(v, 1 / 2.4) - 0.055;
    return CLAMP(out, 0, 1);
}

static void oklab_from_rgb(GdkRGBA c, double lab[3])
{
    const double r = linear_from_srgb(c.red), g = linear_from_srgb(c.green),
                 b = linear_from_srgb(c.blue);
    const double l = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    const double m = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    const double s = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    lab[0] = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s;
    lab[1] = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s;
    lab[2] = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s;
}

static GdkRGBA rgb_from_oklab(const double lab[3])
{
    const double l = lab[0] + 0.3963377774 * lab[1] + 0.2158037573 * lab[2];
    const double m = lab[0] - 0.1055613458 * lab[1] - 0.0638541728 * lab[2];
    const double s = lab[0] - 0.0894841775 * lab[1] - 1.2914855480 * lab[2];
    const double l3 = l * l * l, m3 = m * m * m, s3 = s * s * s;
    return (GdkRGBA){
        (float)srgb_from_linear(4.0767416621 * l3 - 3.3077115913 * m3 + 0.2309699292 * s3),
        (float)srgb_from_linear(-1.2684380046 * l3 + 2.6097574011 * m3 - 0.3413193965 * s3),
        (float)srgb_from_linear(-0.0041960863 * l3 - 0.7034186147 * m3 + 1.7076147010 * s3), 1};
}

GdkRGBA mts_palette_mix(GdkRGBA a, GdkRGBA b, double t)
{
    double from[3], to[3], lab[3];
    oklab_from_rgb(a, from);
    oklab_from_rgb(b, to);
    for (int i = 0; i < 3; i++) {
        lab[i] = from[i] + (to[i] - from[i]) * t;
    }
    GdkRGBA out = rgb_from_oklab(lab);
    out.alpha = (float)(a.alpha + (b.alpha - a.alpha) * t);
    return out;
}

/* ---- formats -------------------------------------------------------------------------------- */

/* Bits of a float's or element's word without its sign: where it stands on the ramp. */
static guint element_bits(EngElement element)
{
    switch (element) {
    case ENG_ELEMENT_FP32:
        return 24;
    case ENG_ELEMENT_TF32:
    case ENG_ELEMENT_BF16:
    case ENG_ELEMENT_FP16:
        return 15;
    case ENG_ELEMENT_FP8_E4M3:
    case ENG_ELEMENT_FP8_E5M2:
    case ENG_ELEMENT_HFP8:
    case ENG_ELEMENT_INT8:
        return 7;
    case ENG_ELEMENT_FP6_E3M2:
    case ENG_ELEMENT_FP6_E2M3:
        return 5;
    case ENG_ELEMENT_FP4_E2M1:
        return 3;
    }
    return 24;
}

static guint ramp_bits(const EngFormat *format)
{
    switch ((EngFormatKind)format->kind) {
    case ENG_KIND_FLOAT:
    case ENG_KIND_MX:
        return element_bits((EngElement)format->element);
    case ENG_KIND_BFP:
        return format->m;
    case ENG_KIND_INT:
        return format->m > 1 ? format->m - 1u : 1;
    case ENG_KIND_NVFP4:
        return 3;
    case ENG_KIND_FIXED:
        return (guint)format->int_bits + format->frac_bits;
    case ENG_KIND_BINARY:
        return 1;
    case ENG_KIND_TERNARY:
        return 2;
    }
    return 24;
}

static gboolean is_half_float(const EngFormat *format)
{
    return format->kind == ENG_KIND_FLOAT && element_bits((EngElement)format->element) == 15;
}

/* The two steps of the ramp round `bits` and the place between them, 0..1. */
static double ramp_find(guint bits, const Step **low, const Step **high)
{
    const size_t last = G_N_ELEMENTS(ramp) - 1;
    size_t i = 0;
    while (i < last && ramp[i + 1].bits <= bits) {
        i++;
    }
    *low = &ramp[i];
    *high = &ramp[MIN(i + 1, last)];
    if (bits <= (*low)->bits || *low == *high) {
        return 0;
    }
    return (double)(bits - (*low)->bits) / ((*high)->bits - (*low)->bits);
}

GdkRGBA mts_palette_format_fill(const EngFormat *format, gboolean dark)
{
    const int side = dark ? 1 : 0;
    if (is_half_float(format)) {
        return from_rgb(bfloat16.fill[side], 1);
    }
    const Step *low, *high;
    const double t = ramp_find(ramp_bits(format), &low, &high);
    if (t == 0) {
        return from_rgb(low->fill[side], 1);
    }
    return mts_palette_mix(from_rgb(low->fill[side], 1), from_rgb(high->fill[side], 1), t);
}

GdkRGBA mts_palette_format_text(const EngFormat *format, gboolean dark)
{
    const int side = dark ? 1 : 0;
    if (is_half_float(format)) {
        return from_rgb(bfloat16.text[side], 1);
    }
    /* A text is not mixed: half-way between dark and white it would be read on nothing. On the
     * mixed 5-bit fill the dark text has the better contrast. */
    const Step *low, *high;
    ramp_find(ramp_bits(format), &low, &high);
    return from_rgb(low->text[side], 1);
}

static const char *element_name(EngElement element)
{
    switch (element) {
    case ENG_ELEMENT_FP32:
        return "FP32";
    case ENG_ELEMENT_TF32:
        return "TF32";
    case ENG_ELEMENT_BF16:
        return "BF16";
    case ENG_ELEMENT_FP16:
        return "FP16";
    case ENG_ELEMENT_FP8_E4M3:
    case ENG_ELEMENT_FP8_E5M2:
        return "FP8";
    case ENG_ELEMENT_HFP8:
        return "HFP8";
    case ENG_ELEMENT_FP6_E3M2:
    case ENG_ELEMENT_FP6_E2M3:
        return "FP6";
    case ENG_ELEMENT_FP4_E2M1:
        return "FP4";
    case ENG_ELEMENT_INT8:
        return "INT8";
    }
    return "?";
}

static const char *mx_name(EngElement element)
{
    char text[16];
    g_snprintf(text, sizeof text, "MX%s", element_name(element));
    return g_intern_string(text);
}

static const char *number_name(const char *prefix, guint number)
{
    char text[16];
    g_snprintf(text, sizeof text, "%s%u", prefix, number);
    return g_intern_string(text);
}

const char *mts_format_short_name(const EngFormat *format)
{
    switch ((EngFormatKind)format->kind) {
    case ENG_KIND_FLOAT:
        return element_name((EngElement)format->element);
    case ENG_KIND_BFP:
        return number_name("", format->m);
    case ENG_KIND_INT:
        return number_name("INT", format->m);
    case ENG_KIND_MX:
        return mx_name((EngElement)format->element);
    case ENG_KIND_NVFP4:
        return "NVFP4";
    case ENG_KIND_FIXED:
        return number_name("Q", (guint)format->int_bits + format->frac_bits);
    case ENG_KIND_BINARY:
        return "±1";
    case ENG_KIND_TERNARY:
        return "±1,0";
    }
    return "?";
}

/* ---- runs ----------------------------------------------------------------------------------- */

GdkRGBA mts_palette_run(guint slot, gboolean dark)
{
    switch (slot) {
    case MTS_RUN_FP32:
        return from_rgb(dark ? 0xb5b3b0 : 0x5e5c64, 1);
    case MTS_RUN_BF16:
        return from_rgb(dark ? 0x8b8a8e : 0x918f97, 1);
    case MTS_RUN_GREY:
        return from_rgb(dark ? 0x949498 : 0x7c7c82, 1);
    default:
        return from_rgb(runs[slot % G_N_ELEMENTS(runs)][dark ? 1 : 0], 1);
    }
}
