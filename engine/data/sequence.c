/* A text as windows of characters. */
#include "base/memory.h"
#include "data/kinds.h"
#include <inttypes.h>
#include <string.h>

#define CODE_POINTS 0x110000u
#define CLASSES_MAX 65535u

/* The length of the UTF-8 sequence at `s` and its code point; 0 where it is none. Source: Unicode
 * 15.0, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF. */
static size_t decode(const uint8_t *s, size_t left, uint32_t *code)
{
    if (s[0] < 0x80) {
        *code = s[0];
        return 1;
    }
    const size_t length = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
    if (s[0] < 0xC2 || s[0] > 0xF4 || length > left)
        return 0;
    uint32_t value = s[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (s[i] & 0x3Fu);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < least[length] || value >= CODE_POINTS || (value >= 0xD800 && value < 0xE000))
        return 0;
    *code = value;
    return length;
}

/* Marks the code points the text holds in seen (CODE_POINTS) and counts its characters. */
static EngStatus scan(const EngInput *in, const uint8_t *bytes, size_t size, uint16_t *seen,
    size_t *characters, EngError *err)
{
    *characters = 0;
    for (size_t at = 0; at < size;) {
        uint32_t code;
        const size_t length = decode(bytes + at, size - at, &code);
        if (length == 0)
            return eng_error(err, ENG_ERR_FORMAT,
                "%s: byte %zu%s is 0x%02x, expected a character in UTF-8", eng_input_name(in), at,
                eng_input_where(in), bytes[at]);
        seen[code] = 1;
        at += length;
        ++*characters;
    }
    return ENG_OK;
}

/* Turns the marks into the tokens' numbers, in rising order of code points. */
static EngStatus number_vocabulary(
    const EngInput *in, uint16_t *seen, EngDataset *out, EngError *err)
{
    size_t distinct = 0;
    for (uint32_t code = 0; code < CODE_POINTS; code++)
        distinct += seen[code];
    if (distinct < 2 || distinct > CLASSES_MAX)
        return eng_error(err, ENG_ERR_FORMAT,
            "%s: holds %zu distinct character%s, expected 2 to %u", eng_input_name(in), distinct,
            distinct == 1 ? "" : "s", CLASSES_MAX);
    out->vocabulary = eng_alloc(distinct, sizeof *out->vocabulary);
    if (!out->vocabulary)
        return eng_error(err, ENG_ERR_NOMEM, "%s: no memory for its %zu distinct characters",
            eng_input_name(in), distinct);
    for (uint32_t code = 0; code < CODE_POINTS; code++) {
        if (!seen[code])
            continue;
        out->vocabulary[out->classes] = code;
        seen[code] = (uint16_t)out->classes++;
    }
    return ENG_OK;
}

/* Fills a split with the next `count` characters; `bytes` is known to be sound. */
static EngStatus fill(const EngInput *in, const uint8_t **bytes, size_t count,
    const uint16_t *number, EngSplit *split, EngError *err)
{
    split->tokens = eng_alloc(count, sizeof *split->tokens);
    if (!split->tokens)
        return eng_error(
            err, ENG_ERR_NOMEM, "%s: no memory for %zu characters", eng_input_name(in), count);
    for (size_t i = 0; i < count; i++) {
        uint32_t code = 0;
        *bytes += decode(*bytes, 4, &code);
        split->tokens[i] = number[code];
    }
    split->token_count = count;
    return ENG_OK;
}

/* Whole windows with their last target. */
static size_t windows(size_t characters, size_t context, size_t stride)
{
    return characters > context ? (characters - context - 1) / stride + 1 : 0;
}

EngStatus eng_sequence_read(
    EngInput *in, size_t context, size_t stride, size_t limit, EngDataset *out, EngError *err)
{
    uint8_t *bytes = NULL;
    uint64_t size = 0;
    size_t characters = 0;
    uint16_t *number = eng_alloc(CODE_POINTS, sizeof *number);
    EngStatus status = number
        ? eng_input_take_all(in, &bytes, &size, err)
        : eng_error(err, ENG_ERR_NOMEM, "%s: no memory to read it", eng_input_name(in));
    if (status == ENG_OK)
        status = scan(in, bytes, (size_t)size, number, &characters, err);
    const size_t train = characters / 10 * 9 + characters % 10 * 9 / 10;
    if (status == ENG_OK && characters - train <= context)
        status = eng_error(err, ENG_ERR_FORMAT,
            "%s: holds %zu characters, whose last tenth is shorter than a window of %zu and the "
            "character after it",
            eng_input_name(in), characters, context);
    if (status == ENG_OK)
        status = number_vocabulary(in, number, out, err);
    const uint8_t *next = bytes;
    if (status == ENG_OK)
        status = fill(in, &next, train, number, &out->train, err);
    if (status == ENG_OK)
        status = fill(in, &next, characters - train, number, &out->test, err);
    const size_t all = windows(train, context, stride);
    out->train.count = all < limit ? all : limit;
    out->train.stride = stride;
    out->test.count = windows(characters - train, context, context);
    out->test.stride = context;
    out->shape = (EngShape){.y = (uint32_t)context, .x = 1, .c = 1};
    eng_free(number);
    eng_free(bytes);
    return status;
}
