/* Augmentation and batches loaded ahead. */
#include "base/hash.h"
#include "check.h"
#include "data/augment.h"
#include "data/loader.h"
#include <stdlib.h>

#define ROWS 5
#define COLUMNS 7
#define CHANNELS 2
#define SIZE (ROWS * COLUMNS * CHANNELS)
#define COUNT 60
#define PINNED UINT64_C(0x685cbe91e4490f27)

/* Images whose pixels all differ, so that a picture tells where each of its pixels came from. The
 * whole set is on the stack; nothing of it is to be freed. */
typedef struct Images {
    uint8_t bytes[COUNT * SIZE];
    uint16_t label[COUNT];
    EngDataset data;
} Images;

static void make_images(Images *images)
{
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t j = 0; j < SIZE; j++)
            images->bytes[i * SIZE + j] = (uint8_t)(j + 1 + i);
        images->label[i] = (uint16_t)(i % 3);
    }
    images->data = (EngDataset){
        .name = "test",
        .shape = {ROWS, COLUMNS, CHANNELS},
        .classes = 3,
        .train = {.count = COUNT, .bytes = images->bytes, .label = images->label},
        .mean = {3, 5},
        .scale = {0.5f, 0.25f},
    };
}

static void gather(
    const Images *images, EngAugment augment, uint32_t epoch, uint32_t sample, float out[SIZE])
{
    uint16_t label;
    eng_dataset_gather_augmented(
        &images->data, &images->data.train, augment, 77, epoch, &sample, 1, out, &label);
    CHECK_INT(label, sample % 3);
}

/* The picture made of an image by a rule that says where a pixel comes from; *background for a
 * pixel from nowhere. */
typedef bool (*Rule)(int y, int x, int a, int b, int *from_y, int *from_x);

static bool is_made_by(
    const Images *images, uint32_t sample, Rule rule, int a, int b, const float out[SIZE])
{
    for (int y = 0; y < ROWS; y++) {
        for (int x = 0; x < COLUMNS; x++) {
            int fy, fx;
            const bool inside = rule(y, x, a, b, &fy, &fx);
            for (int c = 0; c < CHANNELS; c++) {
                const size_t at = sample * SIZE + (size_t)((fy * COLUMNS + fx) * CHANNELS + c);
                const float raw = inside ? images->bytes[at] : 0;
                const float wanted = (raw - images->data.mean[c]) * images->data.scale[c];
                if (out[(y * COLUMNS + x) * CHANNELS + c] != wanted)
                    return false;
            }
        }
    }
    return true;
}

static bool shifted(int y, int x, int down, int right, int *from_y, int *from_x)
{
    *from_y = y - down;
    *from_x = x - right;
    const bool inside = *from_y >= 0 && *from_y < ROWS && *from_x >= 0 && *from_x < COLUMNS;
    if (!inside)
        *from_y = *from_x = 0;
    return inside;
}

/* Mirrored padding spelled out for a reach of 2: places -2..6 of five rows, -2..8 of seven. */
static bool cropped(int y, int x, int top, int left, int *from_y, int *from_x)
{
    static const int row[] = {2, 1, 0, 1, 2, 3, 4, 3, 2};
    static const int column[] = {2, 1, 0, 1, 2, 3, 4, 5, 6, 5, 4};
    *from_y = row[y + top + 2];
    *from_x = column[x + left + 2];
    return true;
}

static bool flipped(int y, int x, int mirror, int unused, int *from_y, int *from_x)
{
    *from_y = y;
    *from_x = mirror ? COLUMNS - 1 - x : x;
    return true;
}

/* Every picture is one of the rule's (2 reach + 1)^2, and over many samples each one comes. With
 * 600 draws of 25, one stays away with a chance of 25 (24/25)^600 < 6e-10. */
static void check_moves(EngAugment augment, Rule rule, int low_a, int high_a, int low_b, int high_b)
{
    static Images images;
    make_images(&images);
    unsigned seen[5][5] = {0};
    for (uint32_t epoch = 0; epoch < 10; epoch++) {
        for (uint32_t sample = 0; sample < COUNT; sample++) {
            float out[SIZE];
            unsigned found = 0;
            gather(&images, augment, epoch, sample, out);
            for (int a = low_a; a <= high_a; a++) {
                for (int b = low_b; b <= high_b; b++) {
                    const bool made = is_made_by(&images, sample, rule, a, b, out);
                    found += made;
                    seen[a - low_a][b - low_b] += made;
                }
            }
            CHECK_INT(found, 1);
        }
    }
    for (int a = low_a; a <= high_a; a++) {
        for (int b = low_b; b <= high_b; b++)
            CHECK(seen[a - low_a][b - low_b] > 0);
    }
}

static void test_shift(void)
{
    check_moves((EngAugment){.shift = 2}, shifted, -2, 2, -2, 2);
}

static void test_crop(void)
{
    check_moves((EngAugment){.crop = 2}, cropped, -2, 2, -2, 2);
}

static void test_flip(void)
{
    check_moves((EngAugment){.flip = true}, flipped, 0, 1, 0, 0);
}

static void test_none_is_plain(void)
{
    static Images images;
    make_images(&images);
    static const uint32_t index[] = {5, 0, 59};
    float plain[3 * SIZE], out[3 * SIZE];
    uint16_t plain_label[3], label[3];
    eng_dataset_gather(&images.data, &images.data.train, index, 3, plain, plain_label);
    eng_dataset_gather_augmented(
        &images.data, &images.data.train, (EngAugment){0}, 1, 2, index, 3, out, label);
    CHECK(memcmp(plain, out, sizeof out) == 0);
    CHECK(memcmp(plain_label, label, sizeof label) == 0);
}

/* What happens to a sample depends on seed, epoch and its number, not on its place in a batch; and
 * switching the flip on changes no shift. */
static void test_pure(void)
{
    static Images images;
    make_images(&images);
    const EngAugment both = {.shift = 2, .flip = true};
    static const uint32_t index[] = {9, 4, 9};
    float out[3 * SIZE], one[SIZE], shift[SIZE];
    uint16_t label[3];
    eng_dataset_gather_augmented(
        &images.data, &images.data.train, both, 77, 3, index, 3, out, label);
    gather(&images, both, 3, 9, one);
    CHECK(memcmp(out, one, sizeof one) == 0);
    CHECK(memcmp(out + 2 * SIZE, one, sizeof one) == 0);
    unsigned same = 0, turned = 0, unlike = 0;
    for (uint32_t sample = 0; sample < COUNT; sample++) {
        gather(&images, both, 0, sample, one);
        gather(&images, (EngAugment){.shift = 2}, 0, sample, shift);
        bool mirror = true;
        for (int y = 0; y < ROWS; y++) {
            for (int x = 0; x < COLUMNS; x++)
                mirror = mirror &&
                    memcmp(&one[(y * COLUMNS + x) * CHANNELS],
                        &shift[(y * COLUMNS + COLUMNS - 1 - x) * CHANNELS],
                        CHANNELS * sizeof *one) == 0;
        }
        same += memcmp(one, shift, sizeof one) == 0;
        turned += mirror;
        gather(&images, both, 1, sample, shift);
        unlike += memcmp(one, shift, sizeof one) != 0;
    }
    CHECK_INT(same + turned, COUNT);
    CHECK(same > 0 && turned > 0);
    CHECK(unlike > COUNT / 2); /* 50 outcomes: about one in fifty comes twice */
}

static void test_pinned(void)
{
    EngDataset *data;
    CHECK_INT(eng_dataset_open("digits:100", 1, 0, &data, NULL), ENG_OK);
    uint32_t index[100];
    for (uint32_t i = 0; i < 100; i++)
        index[i] = i;
    float *out = malloc(100 * 784 * sizeof *out);
    uint16_t label[100];
    eng_dataset_gather_augmented(
        data, &data->train, (EngAugment){3, 2, true}, 5, 1, index, 100, out, label);
    uint64_t hash = ENG_HASH_START;
    for (size_t i = 0; i < 100 * 784; i++)
        hash = eng_hash_float(hash, out[i]);
    if (hash != PINNED)
        printf("# hash 0x%016" PRIx64 "\n", hash);
    CHECK(hash == PINNED);
    free(out);
    eng_dataset_free(data);
}

static void test_text(void)
{
    static const struct {
        const char *text;
        EngAugment augment;
        const char *again;
    } cases[] = {
        {"", {0}, "none"},
        {"none", {0}, "none"},
        {"shift=2", {.shift = 2}, "shift=2"},
        {"flip", {.flip = true}, "flip"},
        {"flip, crop=4", {.crop = 4, .flip = true}, "crop=4,flip"},
        {"shift=255,crop=255,flip", {255, 255, true}, "shift=255,crop=255,flip"},
        {"shift=0", {0}, "none"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        EngAugment augment;
        char buf[ENG_AUGMENT_TEXT];
        EngError err = {0};
        CHECK_INT(eng_augment_parse(cases[i].text, &augment, &err), ENG_OK);
        CHECK_STR(err.text, "");
        CHECK_INT(augment.shift, cases[i].augment.shift);
        CHECK_INT(augment.crop, cases[i].augment.crop);
        CHECK_INT(augment.flip, cases[i].augment.flip);
        CHECK_STR(eng_augment_text(augment, buf), cases[i].again);
    }
}

static void test_bad_text(void)
{
    static const struct {
        const char *text, *sentence;
        EngStatus status;
    } cases[] = {
        {"shift", "augmentation \"shift\": expected a number of pixels, as in shift=2",
            ENG_ERR_PARSE},
        {"crop=", "augmentation \"crop=\": expected a number of pixels, as in crop=2",
            ENG_ERR_PARSE},
        {"shift=256", "augmentation \"shift=256\": shift is 256, expected 0 to 255", ENG_ERR_RANGE},
        {"flip,turn=3",
            "augmentation \"flip,turn=3\": \"turn=3\" is no augmentation, expected shift=N, "
            "crop=N or flip",
            ENG_ERR_PARSE},
        {"flip crop=2", "augmentation \"flip crop=2\": expected a comma before \" crop=2\"",
            ENG_ERR_PARSE},
        {"flip,",
            "augmentation \"flip,\": \"\" is no augmentation, expected shift=N, crop=N or "
            "flip",
            ENG_ERR_PARSE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        EngAugment augment;
        EngError err = {0};
        CHECK_INT(eng_augment_parse(cases[i].text, &augment, &err), cases[i].status);
        CHECK_STR(err.text, cases[i].sentence);
    }
}

static void test_check(void)
{
    static Images images;
    EngDataset *plane;
    EngError err = {0};
    make_images(&images);
    CHECK_INT(eng_augment_check((EngAugment){4, 4, true}, &images.data, &err), ENG_OK);
    CHECK_INT(eng_augment_check((EngAugment){.shift = 5}, &images.data, &err), ENG_ERR_RANGE);
    CHECK_STR(err.text, "augmentation: shift is 5, expected below 5 for images of 5 x 7");
    CHECK_INT(eng_augment_check((EngAugment){.crop = 7}, &images.data, &err), ENG_ERR_RANGE);
    CHECK_STR(err.text, "augmentation: crop is 7, expected below 5 for images of 5 x 7");
    CHECK_INT(eng_dataset_open("xor:100", 1, 0, &plane, NULL), ENG_OK);
    CHECK_INT(eng_augment_check((EngAugment){0}, plane, &err), ENG_OK);
    CHECK_INT(eng_augment_check((EngAugment){.flip = true}, plane, &err), ENG_ERR_RANGE);
    CHECK_STR(err.text, "augmentation: xor holds no images");
    eng_dataset_free(plane);
}

/* 60 samples in batches of 16: three an epoch, twelve samples left out each time. */
static void check_loader(unsigned ahead, uint64_t first_step, EngAugment augment, bool in_order)
{
    static Images images;
    make_images(&images);
    EngLoader *loader;
    EngError err = {0};
    const EngLoaderOptions options = {.data = &images.data,
        .split = &images.data.train,
        .augment = augment,
        .seed = 31,
        .in_order = in_order,
        .batch = 16,
        .first_step = first_step,
        .ahead = ahead};
    CHECK_INT(eng_loader_new(&options, &loader, &err), ENG_OK);
    CHECK_STR(err.text, "");
    for (uint64_t step = first_step; loader && step < first_step + 11; step++) {
        uint32_t order[COUNT];
        static float x[16 * SIZE];
        uint16_t label[16];
        eng_dataset_order(31, (uint32_t)(step / 3), COUNT, order);
        for (uint32_t i = 0; in_order && i < COUNT; i++)
            order[i] = i;
        eng_dataset_gather_augmented(&images.data, &images.data.train, augment, 31,
            (uint32_t)(step / 3), order + step % 3 * 16, 16, x, label);
        const EngBatch *batch = eng_loader_next(loader);
        CHECK_INT(batch->step, step);
        CHECK_INT(batch->epoch, step / 3);
        CHECK(memcmp(batch->x, x, sizeof x) == 0);
        CHECK(memcmp(batch->label, label, sizeof label) == 0);
    }
    eng_loader_free(loader);
}

static void test_loader(void)
{
    static const unsigned ahead[] = {0, 1, 2, 3, 16};
    for (size_t i = 0; i < sizeof ahead / sizeof *ahead; i++) {
        check_loader(ahead[i], 0, (EngAugment){0}, false);
        check_loader(ahead[i], 4, (EngAugment){.flip = true}, true);
        check_loader(ahead[i], 7, (EngAugment){.shift = 1, .flip = true}, false);
    }
    check_loader(2, UINT64_C(3) * UINT32_MAX - 9, (EngAugment){0}, false);
}

/* Freed at once, at rest and in the middle of work. */
static void test_loader_ends(void)
{
    static Images images;
    make_images(&images);
    for (unsigned taken = 0; taken < 40; taken++) {
        EngLoader *loader;
        const EngLoaderOptions options = {
            .data = &images.data, .split = &images.data.train, .batch = 60, .ahead = 1 + taken % 4};
        CHECK_INT(eng_loader_new(&options, &loader, NULL), ENG_OK);
        for (unsigned i = 0; i < taken; i++)
            CHECK_INT(eng_loader_next(loader)->step, i);
        eng_loader_free(loader);
    }
    eng_loader_free(NULL);
}

static void test_loader_sequences(void)
{
    EngDataset *data;
    EngLoader *loader;
    CHECK_INT(eng_dataset_open("tinytext:context=9", 0, 0, &data, NULL), ENG_OK);
    const EngLoaderOptions options = {
        .data = data, .split = &data->train, .batch = 5, .seed = 2, .ahead = 2};
    CHECK_INT(eng_loader_new(&options, &loader, NULL), ENG_OK);
    const EngBatch *batch = eng_loader_next(loader);
    for (size_t i = 0; i < 5; i++) {
        for (size_t j = 0; j + 1 < 9; j++) /* a position's target is the next position's token */
            CHECK(batch->x[i * 9 + j + 1] == (float)batch->label[i * 9 + j]);
    }
    eng_loader_free(loader);
    eng_dataset_free(data);
}

static void refuse(EngLoaderOptions options, const char *sentence)
{
    EngLoader *loader;
    EngError err = {0};
    CHECK_INT(eng_loader_new(&options, &loader, &err), ENG_ERR_RANGE);
    CHECK(loader == NULL);
    CHECK_STR(err.text, sentence);
}

static void test_loader_refuses(void)
{
    static Images images;
    make_images(&images);
    EngLoaderOptions options = {.data = &images.data, .split = &images.data.train};
    refuse(options, "batch is 0, expected 1 to the 60 samples of test");
    options.batch = 61;
    refuse(options, "batch is 61, expected 1 to the 60 samples of test");
    options.batch = 16;
    options.first_step = UINT64_C(3) << 32;
    refuse(
        options, "first step is 12884901888, expected one of the first 2^32 epochs of 3 batches");
    options.first_step = 0;
    options.ahead = 17;
    refuse(options, "batches ahead are 17, expected 0 to 16");
    options.ahead = 1;
    options.augment.crop = 9;
    refuse(options, "augmentation: crop is 9, expected below 5 for images of 5 x 7");
}

int main(void)
{
    RUN(test_shift);
    RUN(test_crop);
    RUN(test_flip);
    RUN(test_none_is_plain);
    RUN(test_pure);
    RUN(test_pinned);
    RUN(test_text);
    RUN(test_bad_text);
    RUN(test_check);
    RUN(test_loader);
    RUN(test_loader_ends);
    RUN(test_loader_sequences);
    RUN(test_loader_refuses);
    return check_done();
}
