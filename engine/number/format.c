#include "number/format.h"
#include <stdio.h>
#include <string.h>

/* The longest word that can be a format; anything longer is refused before it is looked at. */
#define WORD_MAX 31

/* Names apart from bfpM and qI.F, which carry numbers. MSFP, FlexBlock and HBFP are block floating
 * point, so their names are read as what they mean and written as bfpM. */
typedef struct FormatName {
    const char *name;
    EngFormat format;
} FormatName;

static const FormatName format_names[] = {
    {"fp32", {.kind = ENG_KIND_FLOAT, .element = ENG_ELEMENT_FP32}},
    {"tf32", {.kind = ENG_KIND_FLOAT, .element = ENG_ELEMENT_TF32}},
    {"bf16", {.kind = ENG_KIND_FLOAT, .element = ENG_ELEMENT_BF16}},
    {"fp16", {.kind = ENG_KIND_FLOAT, .element = ENG_ELEMENT_FP16}},
    {"fp8_e4m3", {.kind = ENG_KIND_FLOAT, .element = ENG_ELEMENT_FP8_E4M3}},
    {"fp8_e5m2", {.kind = ENG_KIND_FLOAT, .element = ENG_ELEMENT_FP8_E5M2}},
    {"hfp8", {.kind = ENG_KIND_FLOAT, .element = ENG_ELEMENT_HFP8}},
    {"msfp12", {.kind = ENG_KIND_BFP, .m = 3, .e = 8, .g = 16}},
    {"msfp16", {.kind = ENG_KIND_BFP, .m = 7, .e = 8, .g = 16}},
    {"fb12", {.kind = ENG_KIND_BFP, .m = 4, .e = 8, .g = 16, .rounding = ENG_ROUND_TRUNCATE}},
    {"fb16", {.kind = ENG_KIND_BFP, .m = 8, .e = 8, .g = 16, .rounding = ENG_ROUND_TRUNCATE}},
    {"fb24", {.kind = ENG_KIND_BFP, .m = 16, .e = 8, .g = 16, .rounding = ENG_ROUND_TRUNCATE}},
    {"hbfp4", {.kind = ENG_KIND_BFP, .m = 3, .e = 8, .g = 64}},
    {"hbfp6", {.kind = ENG_KIND_BFP, .m = 5, .e = 8, .g = 64}},
    {"hbfp8", {.kind = ENG_KIND_BFP, .m = 7, .e = 8, .g = 64}},
    {"int4", {.kind = ENG_KIND_INT, .m = 4}},
    {"int8", {.kind = ENG_KIND_INT, .m = 8}},
    {"int12", {.kind = ENG_KIND_INT, .m = 12}},
    {"int16", {.kind = ENG_KIND_INT, .m = 16}},
    {"mxint8", {.kind = ENG_KIND_MX, .element = ENG_ELEMENT_INT8, .g = 32}},
    {"mxfp8_e4m3", {.kind = ENG_KIND_MX, .element = ENG_ELEMENT_FP8_E4M3, .g = 32}},
    {"mxfp8_e5m2", {.kind = ENG_KIND_MX, .element = ENG_ELEMENT_FP8_E5M2, .g = 32}},
    {"mxfp6_e3m2", {.kind = ENG_KIND_MX, .element = ENG_ELEMENT_FP6_E3M2, .g = 32}},
    {"mxfp6_e2m3", {.kind = ENG_KIND_MX, .element = ENG_ELEMENT_FP6_E2M3, .g = 32}},
    {"mxfp4", {.kind = ENG_KIND_MX, .element = ENG_ELEMENT_FP4_E2M1, .g = 32}},
    {"nvfp4", {.kind = ENG_KIND_NVFP4, .element = ENG_ELEMENT_FP4_E2M1, .g = 16}},
    {"binary", {.kind = ENG_KIND_BINARY}},
    {"ternary", {.kind = ENG_KIND_TERNARY}},
};
#define FORMAT_NAMES (sizeof format_names / sizeof format_names[0])

typedef struct RoundingName {
    const char *name;
    EngRounding rounding;
    unsigned bits; /* most noise bits; 0: the rounding takes none */
} RoundingName;

static const RoundingName rounding_names[] = {
    {"nearest", ENG_ROUND_NEAREST, 0},
    {"truncate", ENG_ROUND_TRUNCATE, 0},
    {"even", ENG_ROUND_EVEN, 0},
    {"sr", ENG_ROUND_STOCHASTIC, 16},
    {"lfsr", ENG_ROUND_LFSR, 8},
};
#define ROUNDING_NAMES (sizeof rounding_names / sizeof rounding_names[0])

/* Bits that a plain `sr` or `lfsr` takes, and G without a rounding. */
#define DEFAULT_NOISE_BITS 8

#define ROUND_BIT(rounding) (1u << (rounding))
#define ROUND_PLAIN                                                                                \
    (ROUND_BIT(ENG_ROUND_NEAREST) | ROUND_BIT(ENG_ROUND_TRUNCATE) | ROUND_BIT(ENG_ROUND_EVEN) |    \
        ROUND_BIT(ENG_ROUND_STOCHASTIC))

/* Which roundings a kind of format knows. The LFSRs sit in the converter of block floating
 * point; sign and threshold leave nothing to round. */
static const unsigned kind_roundings[] = {
    [ENG_KIND_FLOAT] = ROUND_BIT(ENG_ROUND_EVEN) | ROUND_BIT(ENG_ROUND_STOCHASTIC),
    [ENG_KIND_BFP] = ROUND_PLAIN | ROUND_BIT(ENG_ROUND_LFSR),
    [ENG_KIND_INT] = ROUND_PLAIN,
    [ENG_KIND_MX] = ROUND_PLAIN,
    [ENG_KIND_NVFP4] = ROUND_PLAIN,
    [ENG_KIND_FIXED] = ROUND_PLAIN,
    [ENG_KIND_BINARY] = 0,
    [ENG_KIND_TERNARY] = 0,
};

EngRole eng_slot_role(EngSlot slot)
{
    static const EngRole role[ENG_SLOTS] = {
        [ENG_SLOT_A_FWD] = ENG_ROLE_A,
        [ENG_SLOT_W_FWD] = ENG_ROLE_W,
        [ENG_SLOT_G_DGRAD] = ENG_ROLE_G,
        [ENG_SLOT_W_DGRAD] = ENG_ROLE_W,
        [ENG_SLOT_A_WGRAD] = ENG_ROLE_A,
        [ENG_SLOT_G_WGRAD] = ENG_ROLE_G,
    };
    return role[slot];
}

const char *eng_role_name(EngRole role)
{
    static const char *const name[] = {"W", "A", "G"};
    return name[role];
}

const char *eng_slot_name(EngSlot slot)
{
    static const char *const name[ENG_SLOTS] = {
        "A.fwd", "W.fwd", "G.dgrad", "W.dgrad", "A.wgrad", "G.wgrad"};
    return name[slot];
}

/* Reads an unsigned number of at most three digits at *at and moves behind it. */
static bool read_number(const char **at, unsigned *value)
{
    const char *p = *at;
    unsigned n = 0;
    while (*p >= '0' && *p <= '9' && p - *at < 4)
        n = n * 10 + (unsigned)(*p++ - '0');
    if (p == *at || p - *at > 3)
        return false;
    *at = p;
    *value = n;
    return true;
}

static EngStatus number_range(
    const char *word, const char *what, unsigned from, unsigned to, EngError *err)
{
    return eng_error(
        err, ENG_ERR_PARSE, "\"%s\": %s must be a number from %u to %u.", word, what, from, to);
}

static EngStatus read_group(const char *word, const char **at, EngFormat *f, EngError *err)
{
    unsigned g;
    if (!read_number(at, &g) || g < 4 || g > 256 || (g & (g - 1)))
        return eng_error(err, ENG_ERR_PARSE,
            "\"%s\": the group after /g must be a power of two from 4 to 256.", word);
    f->g = (uint16_t)g;
    return ENG_OK;
}

static EngStatus read_exponent(const char *word, const char **at, EngFormat *f, EngError *err)
{
    unsigned e;
    if (!read_number(at, &e) || e < 2 || e > 8)
        return number_range(word, "the exponent bits after /e", 2, 8, err);
    f->e = (uint8_t)e;
    return ENG_OK;
}

/* bfpM[/gG][/eE]: `at` stands behind "bfp". */
static EngStatus read_bfp(const char *word, const char *at, EngFormat *f, EngError *err)
{
    unsigned m;
    if (!read_number(&at, &m) || m < 1 || m > 16)
        return number_range(word, "the mantissa bits after bfp", 1, 16, err);
    *f = eng_format_bfp(m);
    while (at[0] == '/' && (at[1] == 'g' || at[1] == 'e')) {
        const char option = at[1];
        at += 2;
        const EngStatus status =
            option == 'g' ? read_group(word, &at, f, err) : read_exponent(word, &at, f, err);
        if (status)
            return status;
    }
    if (*at)
        return eng_error(err, ENG_ERR_PARSE,
            "\"%s\": \"%s\" follows the mantissa bits; /gGROUP, /eBITS or :ROUNDING may.", word,
            at);
    return ENG_OK;
}

/* qI.F: `at` stands behind "q". */
static EngStatus read_fixed(const char *word, const char *at, EngFormat *f, EngError *err)
{
    unsigned i, n;
    if (!read_number(&at, &i) || *at++ != '.' || !read_number(&at, &n) || *at || i > 16 || n > 16 ||
        i + n < 1 || i + n > 16)
        return eng_error(err, ENG_ERR_PARSE,
            "\"%s\": fixed point is qI.F with I integer and F fraction bits, together 1 to 16.",
            word);
    *f = (EngFormat){.kind = ENG_KIND_FIXED, .int_bits = (uint8_t)i, .frac_bits = (uint8_t)n};
    return ENG_OK;
}

static EngStatus read_base(const char *word, EngFormat *f, EngError *err)
{
    for (size_t i = 0; i < FORMAT_NAMES; i++) {
        if (strcmp(word, format_names[i].name) == 0) {
            *f = format_names[i].format;
            return ENG_OK;
        }
    }
    if (strncmp(word, "bfp", 3) == 0)
        return read_bfp(word, word + 3, f, err);
    if (word[0] == 'q' && word[1] >= '0' && word[1] <= '9')
        return read_fixed(word, word + 1, f, err);
    return eng_error(err, ENG_ERR_PARSE,
        "\"%s\" is no number format; fp32, bf16, bfp4, int8, mxfp8_e4m3, nvfp4 and q4.4 are some.",
        word);
}

/* The noise bits behind `sr` or `lfsr`: nothing means the default. */
static EngStatus read_noise_bits(
    const char *word, const RoundingName *name, const char *at, EngFormat *f, EngError *err)
{
    unsigned bits = DEFAULT_NOISE_BITS;
    if (*at && (!read_number(&at, &bits) || *at || bits > name->bits))
        return eng_error(err, ENG_ERR_PARSE,
            "\"%s\" is no rounding; %s takes a number of noise bits from 0 to %u.", word,
            name->name, name->bits);
    f->noise_bits = (uint8_t)bits;
    return ENG_OK;
}

static EngStatus read_rounding(const char *word, EngFormat *f, EngError *err)
{
    for (size_t i = 0; i < ROUNDING_NAMES; i++) {
        const RoundingName *name = &rounding_names[i];
        const size_t n = strlen(name->name);
        if (name->bits ? strncmp(word, name->name, n) != 0 : strcmp(word, name->name) != 0)
            continue;
        f->rounding = (uint8_t)name->rounding;
        return name->bits ? read_noise_bits(word, name, word + n, f, err) : ENG_OK;
    }
    return eng_error(err, ENG_ERR_PARSE,
        "\"%s\" is no rounding; nearest, truncate, even, sr8 and lfsr8 are.", word);
}

static EngStatus check_rounding(const char *word, const EngFormat *f, EngError *err)
{
    unsigned known = kind_roundings[f->kind];
    if (eng_format_is_fp32(f))
        known = 0;
    if (known & ROUND_BIT(f->rounding))
        return ENG_OK;
    if (known == 0)
        return eng_error(err, ENG_ERR_PARSE, "\"%s\": this format takes no rounding.", word);
    return eng_error(err, ENG_ERR_PARSE, "\"%s\": this format takes %s.", word,
        f->kind == ENG_KIND_FLOAT ? "even or sr as its rounding"
                                  : "nearest, truncate, even or sr as its rounding");
}

EngStatus eng_format_parse(const char *text, size_t length, EngFormat *out, EngError *err)
{
    if (length == 0)
        return eng_error(err, ENG_ERR_PARSE, "A number format is missing; bfp4 and fp32 are some.");
    if (length > WORD_MAX || memchr(text, 0, length))
        return eng_error(err, ENG_ERR_PARSE,
            "\"%.*s\": no number format has more than %d characters.", (int)strnlen(text, WORD_MAX),
            text, WORD_MAX);
    char word[WORD_MAX + 1], base[WORD_MAX + 1];
    memcpy(word, text, length);
    word[length] = '\0';
    const char *const colon = strchr(word, ':');
    const size_t n = colon ? (size_t)(colon - word) : length;
    memcpy(base, word, n);
    base[n] = '\0';
    EngFormat f;
    EngStatus status = read_base(base, &f, err);
    if (status == ENG_OK && colon) {
        status = read_rounding(colon + 1, &f, err);
        if (status == ENG_OK)
            status = check_rounding(word, &f, err);
    }
    if (status == ENG_OK)
        *out = f;
    return status;
}

/* The format's name without its rounding. */
static int base_text(const EngFormat *f, char buf[ENG_FORMAT_TEXT])
{
    if (f->kind == ENG_KIND_FIXED)
        return snprintf(buf, ENG_FORMAT_TEXT, "q%u.%u", f->int_bits, f->frac_bits);
    if (f->kind == ENG_KIND_BFP) {
        int n = snprintf(buf, ENG_FORMAT_TEXT, "bfp%u", f->m);
        if (f->g != 16)
            n += snprintf(buf + n, (size_t)(ENG_FORMAT_TEXT - n), "/g%u", f->g);
        if (f->e != 8)
            n += snprintf(buf + n, (size_t)(ENG_FORMAT_TEXT - n), "/e%u", f->e);
        return n;
    }
    for (size_t i = 0; i < FORMAT_NAMES; i++) {
        const EngFormat *known = &format_names[i].format;
        if (known->kind == f->kind && known->element == f->element && known->m == f->m)
            return snprintf(buf, ENG_FORMAT_TEXT, "%s", format_names[i].name);
    }
    return snprintf(buf, ENG_FORMAT_TEXT, "?");
}

const char *eng_format_text(const EngFormat *format, char buf[ENG_FORMAT_TEXT])
{
    const int n = base_text(format, buf);
    for (size_t i = 0; i < ROUNDING_NAMES; i++) {
        const RoundingName *name = &rounding_names[i];
        if (name->rounding != format->rounding)
            continue;
        const size_t room = (size_t)(ENG_FORMAT_TEXT - n);
        if (name->bits)
            snprintf(buf + n, room, ":%s%u", name->name, format->noise_bits);
        else
            snprintf(buf + n, room, ":%s", name->name);
    }
    return buf;
}

/* What a format without a written rounding does in `role`. */
static EngRounding default_rounding(const EngFormat *f, EngRole role)
{
    switch ((EngFormatKind)f->kind) {
    case ENG_KIND_FLOAT:
        return eng_format_is_fp32(f) ? ENG_ROUND_BY_ROLE : ENG_ROUND_EVEN;
    case ENG_KIND_MX:
    case ENG_KIND_NVFP4:
        return ENG_ROUND_EVEN;
    case ENG_KIND_BINARY:
    case ENG_KIND_TERNARY:
        return ENG_ROUND_BY_ROLE;
    case ENG_KIND_BFP:
    case ENG_KIND_INT:
    case ENG_KIND_FIXED:
        break;
    }
    return role == ENG_ROLE_G ? ENG_ROUND_STOCHASTIC : ENG_ROUND_NEAREST;
}

EngFormat eng_format_for_role(const EngFormat *format, EngRole role)
{
    EngFormat f = *format;
    if (f.kind == ENG_KIND_FLOAT && f.element == ENG_ELEMENT_HFP8)
        f.element = role == ENG_ROLE_G ? ENG_ELEMENT_FP8_E5M2 : ENG_ELEMENT_FP8_E4M3;
    if (f.rounding == ENG_ROUND_BY_ROLE) {
        f.rounding = (uint8_t)default_rounding(&f, role);
        if (f.rounding == ENG_ROUND_STOCHASTIC)
            f.noise_bits = DEFAULT_NOISE_BITS;
    }
    return f;
}

/* Bits of the largest multiple of the element's smallest step: 6 / 0.5 = 12 for E2M1, and so on. */
static unsigned element_bits(EngElement element)
{
    switch (element) {
    case ENG_ELEMENT_FP4_E2M1:
        return 4;
    case ENG_ELEMENT_FP6_E2M3:
        return 6;
    case ENG_ELEMENT_FP6_E3M2:
        return 9;
    case ENG_ELEMENT_INT8:
        return 7;
    default:
        return 0;
    }
}

unsigned eng_format_bits(const EngFormat *format)
{
    switch ((EngFormatKind)format->kind) {
    case ENG_KIND_FLOAT:
        return 0;
    case ENG_KIND_BFP:
        return format->m;
    case ENG_KIND_INT:
        return format->m - 1u;
    case ENG_KIND_MX:
    case ENG_KIND_NVFP4:
        return element_bits((EngElement)format->element);
    case ENG_KIND_FIXED:
        return (unsigned)format->int_bits + format->frac_bits;
    case ENG_KIND_BINARY:
    case ENG_KIND_TERNARY:
        return 1;
    }
    return 0;
}

bool eng_format_equal(const EngFormat *a, const EngFormat *b)
{
    return a->kind == b->kind && a->element == b->element && a->m == b->m && a->e == b->e &&
        a->g == b->g && a->rounding == b->rounding && a->noise_bits == b->noise_bits &&
        a->int_bits == b->int_bits && a->frac_bits == b->frac_bits;
}

bool eng_format_is_fp32(const EngFormat *format)
{
    return format->kind == ENG_KIND_FLOAT && format->element == ENG_ELEMENT_FP32;
}

EngFormat eng_format_fp32(void)
{
    return (EngFormat){.kind = ENG_KIND_FLOAT, .element = ENG_ELEMENT_FP32};
}

EngFormat eng_format_bfp(unsigned m)
{
    return (EngFormat){.kind = ENG_KIND_BFP, .m = (uint8_t)m, .e = 8, .g = 16};
}
