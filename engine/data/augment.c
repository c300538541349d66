#include "data/augment.h"
#include "base/text.h"
#include "data/kinds.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What happens to one sample. */
typedef struct Moves {
    int64_t down, right; /* shift */
    int64_t top, left;   /* where the crop's window starts, in the unpadded image */
    bool mirror;
} Moves;

/* Uniform in -reach..reach. */
static int64_t swing(EngRandom *random, uint8_t reach)
{
    return (int64_t)eng_random_below(random, 2u * reach + 1) - reach;
}

/* All are drawn whether they are wanted or not: switching one on leaves the others' draws as they
 * were. */
static Moves draw_moves(EngAugment augment, uint64_t seed, uint32_t epoch, uint32_t sample)
{
    EngRandom random;
    Moves moves;
    eng_random_init(&random, seed, ENG_STREAM_AUGMENT, epoch, sample);
    moves.down = swing(&random, augment.shift);
    moves.right = swing(&random, augment.shift);
    moves.top = swing(&random, augment.crop);
    moves.left = swing(&random, augment.crop);
    moves.mirror = (eng_random_u32(&random) >> 31) != 0 && augment.flip;
    return moves;
}

/* The pixel that stands at place `i` where a row of `n` is continued by its mirror image, for
 * -n < i < 2n - 1. */
static int64_t mirrored(int64_t i, int64_t n)
{
    return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i;
}

static void move_image(const EngDataset *data, const uint8_t *pixel, const Moves *moves, float *out)
{
    const int64_t rows = data->shape.y, columns = data->shape.x;
    const size_t channels = data->shape.c;
    for (int64_t y = 0; y < rows; y++) {
        const int64_t from_y = mirrored(y + moves->top, rows) - moves->down;
        for (int64_t x = 0; x < columns; x++) {
            const int64_t turned = moves->mirror ? columns - 1 - x : x;
            const int64_t from_x = mirrored(turned + moves->left, columns) - moves->right;
            const bool inside = from_y >= 0 && from_y < rows && from_x >= 0 && from_x < columns;
            const uint8_t *from =
                inside ? pixel + (size_t)(from_y * columns + from_x) * channels : NULL;
            for (size_t c = 0; c < channels; c++)
                *out++ = ((float)(from ? from[c] : 0) - data->mean[c]) * data->scale[c];
        }
    }
}

static bool is_none(EngAugment augment)
{
    return augment.shift == 0 && augment.crop == 0 && !augment.flip;
}

void eng_dataset_gather_augmented(const EngDataset *data, const EngSplit *split, EngAugment augment,
    uint64_t seed, uint32_t epoch, const uint32_t *index, size_t n, float *out, uint16_t *label)
{
    if (is_none(augment)) {
        eng_dataset_gather(data, split, index, n, out, label);
        return;
    }
    const size_t size = eng_shape_size(data->shape);
    for (size_t i = 0; i < n; i++) {
        const Moves moves = draw_moves(augment, seed, epoch, index[i]);
        move_image(data, split->bytes + index[i] * size, &moves, out + i * size);
        eng_dataset_sample_targets(data, split, index[i], label + i);
    }
}

/* Reads "=N" behind the name of a setting. */
static EngStatus read_pixels(
    const char *text, const char *name, const char **end, uint8_t *pixels, EngError *err)
{
    uint64_t value;
    if (**end != '=' || !eng_text_read_u64(*end + 1, end, &value))
        return eng_error(err, ENG_ERR_PARSE,
            "augmentation \"%s\": expected a number of pixels, as in %s=2", text, name);
    if (value > UINT8_MAX)
        return eng_error(err, ENG_ERR_RANGE,
            "augmentation \"%s\": %s is %" PRIu64 ", expected 0 to %u", text, name, value,
            UINT8_MAX);
    *pixels = (uint8_t)value;
    return ENG_OK;
}

static bool starts_with(const char *text, const char *word, const char **end)
{
    const size_t length = strlen(word);
    *end = text + length;
    return strncmp(text, word, length) == 0;
}

/* Reads one word of the list at `at` and leaves *end behind it. */
static EngStatus read_word(
    const char *text, const char *at, const char **end, EngAugment *out, EngError *err)
{
    if (starts_with(at, "shift", end))
        return read_pixels(text, "shift", end, &out->shift, err);
    if (starts_with(at, "crop", end))
        return read_pixels(text, "crop", end, &out->crop, err);
    if (starts_with(at, "flip", end)) {
        out->flip = true;
        return ENG_OK;
    }
    return eng_error(err, ENG_ERR_PARSE,
        "augmentation \"%s\": \"%s\" is no augmentation, expected shift=N, crop=N or flip", text,
        at);
}

EngStatus eng_augment_parse(const char *text, EngAugment *out, EngError *err)
{
    *out = (EngAugment){0};
    if (text[0] == '\0' || strcmp(text, "none") == 0)
        return ENG_OK;
    for (const char *at = text;;) {
        const char *end;
        const EngStatus status = read_word(text, at, &end, out, err);
        if (status != ENG_OK)
            return status;
        if (*end == '\0')
            return ENG_OK;
        if (*end != ',')
            return eng_error(err, ENG_ERR_PARSE,
                "augmentation \"%s\": expected a comma before \"%s\"", text, end);
        at = end + 1;
        at += strspn(at, " ");
    }
}

const char *eng_augment_text(EngAugment augment, char buf[ENG_AUGMENT_TEXT])
{
    char shift[12] = "", crop[12] = "";
    if (augment.shift)
        snprintf(shift, sizeof shift, ",shift=%u", augment.shift);
    if (augment.crop)
        snprintf(crop, sizeof crop, ",crop=%u", augment.crop);
    snprintf(buf, ENG_AUGMENT_TEXT, "%s%s%s", shift, crop, augment.flip ? ",flip" : "");
    if (buf[0] == '\0')
        strcpy(buf, "none");
    else
        memmove(buf, buf + 1, strlen(buf)); /* the first comma has nothing to part */
    return buf;
}

EngStatus eng_augment_check(EngAugment augment, const EngDataset *data, EngError *err)
{
    if (is_none(augment))
        return ENG_OK;
    if (!data->train.bytes)
        return eng_error(err, ENG_ERR_RANGE, "augmentation: %s holds no images", data->name);
    const uint32_t side = data->shape.y < data->shape.x ? data->shape.y : data->shape.x;
    if (augment.shift >= side || augment.crop >= side)
        return eng_error(err, ENG_ERR_RANGE,
            "augmentation: %s is %u, expected below %" PRIu32 " for images of %" PRIu32
            " x %" PRIu32,
            augment.shift >= side ? "shift" : "crop",
            augment.shift >= side ? augment.shift : augment.crop, side, data->shape.y,
            data->shape.x);
    return ENG_OK;
}
