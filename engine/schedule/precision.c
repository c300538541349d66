/* What one segment asks for: a format, or a choice between two by one of two rules. */
#include "base/text.h"
#include "schedule/schedule.h"
#include "schedule/words.h"
#include <stdio.h>
#include <string.h>

/* This project's defaults; the adaptive rule of FAST (arXiv 2110.15456) leaves them to the user. */
#define DEFAULT_ALPHA 0.6
#define DEFAULT_BETA 0.3
#define DEFAULT_INTERVAL 10u
/* The rule by zero-setting error is FlexBlock's (S.-H. Noh et al., "FlexBlock: A Flexible DNN
 * Training Accelerator with Multi-Mode Block Floating Point Support", IEEE Transactions on
 * Computers, 2023); the shares are this project's. */
#define DEFAULT_UP 0.25
#define DEFAULT_DOWN 0.15
#define MAX_FACTOR 10.0
#define MAX_INTERVAL 1000000u

EngPrecision eng_precision_fixed(EngFormat format)
{
    return (EngPrecision){.format = format};
}

EngPrecision eng_precision_adaptive(EngFormat low, EngFormat high)
{
    return (EngPrecision){.adaptive = true,
        .format = low,
        .high = high,
        .alpha = DEFAULT_ALPHA,
        .beta = DEFAULT_BETA,
        .interval = DEFAULT_INTERVAL};
}

EngPrecision eng_precision_zse(EngFormat low, EngFormat high)
{
    return (EngPrecision){.adaptive = true,
        .format = low,
        .high = high,
        .rule = ENG_RULE_ZSE,
        .up = DEFAULT_UP,
        .down = DEFAULT_DOWN,
        .interval = DEFAULT_INTERVAL};
}

static bool same_rule(const EngPrecision *a, const EngPrecision *b)
{
    if (a->rule != b->rule || a->interval != b->interval)
        return false;
    if (a->rule == ENG_RULE_ZSE)
        return a->up == b->up && a->down == b->down;
    return a->alpha == b->alpha && a->beta == b->beta && a->literal == b->literal;
}

bool eng_precision_equal(const EngPrecision *a, const EngPrecision *b)
{
    if (a->adaptive != b->adaptive || !eng_format_equal(&a->format, &b->format))
        return false;
    return !a->adaptive || (eng_format_equal(&a->high, &b->high) && same_rule(a, b));
}

EngPrecision eng_precision_for_role(const EngPrecision *precision, EngRole role)
{
    EngPrecision settled = *precision;
    settled.format = eng_format_for_role(&precision->format, role);
    if (precision->adaptive)
        settled.high = eng_format_for_role(&precision->high, role);
    return settled;
}

static EngFormat unsettled_format(const EngFormat *format, EngRole role)
{
    EngFormat open = *format;
    open.rounding = ENG_ROUND_BY_ROLE;
    open.noise_bits = 0;
    const EngFormat settled = eng_format_for_role(&open, role);
    return eng_format_equal(&settled, format) ? open : *format;
}

EngPrecision eng_precision_unsettled(const EngPrecision *precision, EngRole role)
{
    EngPrecision open = *precision;
    open.format = unsettled_format(&precision->format, role);
    if (precision->adaptive)
        open.high = unsettled_format(&precision->high, role);
    return open;
}

EngStatus eng_precision_check(const EngPrecision *precision, EngError *err)
{
    if (!precision->adaptive)
        return ENG_OK;
    const EngFormat *const both[2] = {&precision->format, &precision->high};
    for (int i = 0; i < 2; i++) {
        char text[ENG_FORMAT_TEXT];
        if (both[i]->kind != ENG_KIND_BFP)
            return eng_error(err, ENG_ERR_RANGE,
                "Adaptive chooses between two block formats (bfpM and its kin), and \"%s\" is "
                "none.",
                eng_format_text(both[i], text));
    }
    if (precision->format.m >= precision->high.m)
        return eng_error(err, ENG_ERR_RANGE,
            "Adaptive's low format must have fewer mantissa bits than its high one, not %u and %u.",
            precision->format.m, precision->high.m);
    /* Written so that NaN fails as well. */
    if (precision->rule == ENG_RULE_ZSE) {
        if (!(precision->down >= 0 && precision->down <= precision->up && precision->up <= 1))
            return eng_error(
                err, ENG_ERR_RANGE, "Zse's shares must lie within 0..1, down not above up.");
    } else if (!(precision->alpha >= 0 && precision->alpha <= MAX_FACTOR) ||
        !(precision->beta >= 0 && precision->beta <= MAX_FACTOR))
        return eng_error(err, ENG_ERR_RANGE, "Adaptive's alpha and beta must lie within 0..10.");
    if (precision->interval < 1 || precision->interval > MAX_INTERVAL)
        return eng_error(err, ENG_ERR_RANGE, "Adaptive's interval is %u, expected 1..1000000.",
            (unsigned)precision->interval);
    return ENG_OK;
}

/* ---- reading ------------------------------------------------------------------------------ */

static EngStatus read_factor(EngWord value, const char *name, double *out, EngError *err)
{
    double number;
    if (!eng_word_number(value, &number) || !(number >= 0 && number <= MAX_FACTOR))
        return eng_word_error(err, value, "%s must be a number from 0 to 10", name);
    *out = number + 0.0; /* -0 becomes 0 */
    return ENG_OK;
}

static EngStatus read_interval(EngWord value, uint32_t *out, EngError *err)
{
    double number;
    if (!eng_word_number(value, &number) || !(number >= 1 && number <= MAX_INTERVAL) ||
        number != (double)(uint32_t)number)
        return eng_word_error(err, value, "interval must be a whole number from 1 to 1000000");
    *out = (uint32_t)number;
    return ENG_OK;
}

static EngStatus read_share(EngWord value, const char *name, double *out, EngError *err)
{
    double number;
    if (!eng_word_number(value, &number) || !(number >= 0 && number <= 1))
        return eng_word_error(err, value, "%s must be a share from 0 to 1", name);
    *out = number + 0.0;
    return ENG_OK;
}

enum {
    SEEN_ALPHA = 1,
    SEEN_BETA = 2,
    SEEN_INTERVAL = 4,
    SEEN_LITERAL = 8,
    SEEN_UP = 16,
    SEEN_DOWN = 32
};

/* The options each rule takes. */
static const unsigned rule_options[] = {
    [ENG_RULE_FAST] = SEEN_ALPHA | SEEN_BETA | SEEN_INTERVAL | SEEN_LITERAL,
    [ENG_RULE_ZSE] = SEEN_UP | SEEN_DOWN | SEEN_INTERVAL,
};

static const char *const rule_words[] = {[ENG_RULE_FAST] = "adaptive", [ENG_RULE_ZSE] = "zse"};

static unsigned option_kind(EngWord key, bool has_value)
{
    if (!has_value)
        return eng_word_is(key, "literal") ? SEEN_LITERAL : 0;
    return eng_word_is(key, "alpha")   ? SEEN_ALPHA
        : eng_word_is(key, "beta")     ? SEEN_BETA
        : eng_word_is(key, "interval") ? SEEN_INTERVAL
        : eng_word_is(key, "up")       ? SEEN_UP
        : eng_word_is(key, "down")     ? SEEN_DOWN
                                       : 0;
}

static EngStatus read_value(unsigned kind, EngWord value, EngPrecision *out, EngError *err)
{
    switch (kind) {
    case SEEN_ALPHA:
        return read_factor(value, "alpha", &out->alpha, err);
    case SEEN_BETA:
        return read_factor(value, "beta", &out->beta, err);
    case SEEN_INTERVAL:
        return read_interval(value, &out->interval, err);
    case SEEN_UP:
        return read_share(value, "up", &out->up, err);
    case SEEN_DOWN:
        return read_share(value, "down", &out->down, err);
    default:
        out->literal = true;
        return ENG_OK;
    }
}

static EngStatus read_option(EngWord option, unsigned *seen, EngPrecision *out, EngError *err)
{
    EngWord key, value;
    const bool has_value = eng_word_cut(option, "=", &key, &value);
    const unsigned kind = option_kind(key, has_value) & rule_options[out->rule];
    if (!kind)
        return eng_word_error(err, option, "%s takes %s behind its two formats",
            rule_words[out->rule],
            out->rule == ENG_RULE_ZSE ? "up=…, down=… or interval=…"
                                      : "alpha=…, beta=…, interval=… or literal");
    if (*seen & kind)
        return eng_word_error(err, option, "%s takes this once", rule_words[out->rule]);
    *seen |= kind;
    return read_value(kind, value, out, err);
}

static EngStatus read_format(EngWord word, EngFormat *out, EngError *err)
{
    if (eng_word_empty(word))
        return eng_word_error(err, word,
            "expected a format (such as bfp4 or fp32), adaptive(low, high) or zse(low, high)");
    return eng_format_parse(word.start, eng_word_length(word), out, err);
}

/* `inside` is what stands between the brackets behind the rule's word. */
static EngStatus read_adaptive(
    EngWord inside, EngAdaptiveRule rule, EngPrecision *out, EngError *err)
{
    EngWord rest = inside, argument;
    EngFormat formats[2];
    bool more = true;
    for (int i = 0; i < 2; i++) {
        if (!more)
            return eng_word_error(
                err, inside, "%s needs two formats, low and high", rule_words[rule]);
        more = eng_word_cut(rest, ",", &argument, &rest);
        const EngStatus status = read_format(argument, &formats[i], err);
        if (status)
            return status;
    }
    *out = rule == ENG_RULE_ZSE ? eng_precision_zse(formats[0], formats[1])
                                : eng_precision_adaptive(formats[0], formats[1]);
    for (unsigned seen = 0; more;) {
        more = eng_word_cut(rest, ",", &argument, &rest);
        const EngStatus status = read_option(argument, &seen, out, err);
        if (status)
            return status;
    }
    if (eng_precision_check(out, err) == ENG_OK)
        return ENG_OK;
    if (err)
        err->code = ENG_ERR_PARSE;
    return ENG_ERR_PARSE;
}

static bool find_rule(EngWord word, EngAdaptiveRule *rule)
{
    *rule = eng_word_is(word, rule_words[ENG_RULE_ZSE]) ? ENG_RULE_ZSE : ENG_RULE_FAST;
    return eng_word_is(word, rule_words[*rule]);
}

EngStatus eng_precision_parse(const char *text, size_t length, EngPrecision *out, EngError *err)
{
    const EngWord word = eng_word_trim((EngWord){text, text + length});
    EngWord head, inside, behind;
    EngAdaptiveRule rule;
    if (!eng_word_cut(word, "(", &head, &inside)) {
        if (find_rule(word, &rule))
            return eng_word_error(err, word, "expected %s(low, high)", rule_words[rule]);
        EngFormat format;
        const EngStatus status = read_format(word, &format, err);
        if (!status)
            *out = eng_precision_fixed(format);
        return status;
    }
    if (!find_rule(head, &rule))
        return eng_word_error(
            err, word, "only adaptive(low, high) and zse(low, high) take brackets");
    if (!eng_word_cut(inside, ")", &inside, &behind))
        return eng_word_error(err, word, "expected a closing bracket ')'");
    if (!eng_word_empty(behind))
        return eng_word_error(err, behind, "nothing but @from..to may follow the closing bracket");
    EngPrecision precision;
    const EngStatus status = read_adaptive(inside, rule, &precision, err);
    if (!status)
        *out = precision;
    return status;
}

/* ---- writing ------------------------------------------------------------------------------ */

/* Appends `, name=value` where the value is not the default. */
static void add_number(
    char buf[ENG_PRECISION_TEXT], const char *name, double value, double standard)
{
    char number[ENG_TEXT_NUMBER];
    const size_t used = strlen(buf);
    if (value != standard)
        snprintf(
            buf + used, ENG_PRECISION_TEXT - used, ", %s=%s", name, eng_text_double(number, value));
}

const char *eng_precision_text(const EngPrecision *precision, char buf[ENG_PRECISION_TEXT])
{
    char low[ENG_FORMAT_TEXT], high[ENG_FORMAT_TEXT];
    if (!precision->adaptive) {
        snprintf(buf, ENG_PRECISION_TEXT, "%s", eng_format_text(&precision->format, low));
        return buf;
    }
    snprintf(buf, ENG_PRECISION_TEXT, "%s(%s, %s", rule_words[precision->rule],
        eng_format_text(&precision->format, low), eng_format_text(&precision->high, high));
    if (precision->rule == ENG_RULE_ZSE) {
        add_number(buf, "up", precision->up, DEFAULT_UP);
        add_number(buf, "down", precision->down, DEFAULT_DOWN);
    } else {
        add_number(buf, "alpha", precision->alpha, DEFAULT_ALPHA);
        add_number(buf, "beta", precision->beta, DEFAULT_BETA);
    }
    add_number(buf, "interval", precision->interval, DEFAULT_INTERVAL);
    const size_t used = strlen(buf);
    snprintf(buf + used, ENG_PRECISION_TEXT - used, "%s)", precision->literal ? ", literal" : "");
    return buf;
}
