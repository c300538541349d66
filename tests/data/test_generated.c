/* Generated data, orders and batches. */
#include "base/hash.h"
#include "check.h"
#include "data/dataset.h"
#include <stdlib.h>

static EngDataset *open_data(const char *spec, uint64_t seed, size_t limit)
{
    EngDataset *data = NULL;
    EngError err = {0};
    CHECK_INT(eng_dataset_open(spec, seed, limit, &data, &err), ENG_OK);
    if (!data) {
        printf("Bail out! %s: %s\n", spec, err.text);
        exit(2);
    }
    return data;
}

/* Labels and data of a split, byte by byte, floats and labels little-endian. */
static uint64_t split_hash(const EngDataset *data, const EngSplit *split)
{
    const size_t size = eng_shape_size(data->shape);
    uint64_t hash = ENG_HASH_START;
    for (size_t i = 0; i < split->count; i++) {
        const uint8_t label[2] = {(uint8_t)split->label[i], (uint8_t)(split->label[i] >> 8)};
        hash = eng_hash_bytes(hash, label, 2);
    }
    if (split->bytes)
        return eng_hash_bytes(hash, split->bytes, split->count * size);
    for (size_t i = 0; i < split->count * size; i++)
        hash = eng_hash_float(hash, split->values[i]);
    return hash;
}

/* The bytes are a promise: a run's identity starts with them. A change of a generator is a change
 * of every saved run on it. */
static void test_pinned_bytes(void)
{
    static const struct {
        const char *spec;
        uint64_t train, test;
        float mean, scale;
    } pinned[] = {
        {"digits:600", UINT64_C(0x8822792c6ed79e67), UINT64_C(0xae3480e27df589de), 0x1.da856ap+4f,
            0x1.062036p-6f},
        {"spirals:300", UINT64_C(0x0f9a68a5c694d571), UINT64_C(0xc3df1b2f3dd9a9c9),
            -0x1.fcb1e8p-12f, 0x1.2b7e12p+1f},
        {"moons:300", UINT64_C(0x052cd786ef8a2fdf), UINT64_C(0xd72c973840ccc06a), -0x1.68b25ep-6f,
            0x1.ff1568p+0f},
        {"circles:300", UINT64_C(0xa1168d8d4f8c093c), UINT64_C(0x96bd63a8a566f61d), 0x1.c1e0bap-8f,
            0x1.fd976cp+0f},
        {"xor:300", UINT64_C(0x49df3fa0f924a288), UINT64_C(0x6834aa20acdb89d8), 0x1.1fb438p-8f,
            0x1.8fb2dcp+0f},
    };
    for (size_t i = 0; i < sizeof pinned / sizeof *pinned; i++) {
        EngDataset *data = open_data(pinned[i].spec, 1, 0);
        const uint64_t train = split_hash(data, &data->train), test = split_hash(data, &data->test);
        if (train != pinned[i].train || test != pinned[i].test)
            printf("# {\"%s\", UINT64_C(0x%016" PRIx64 "), UINT64_C(0x%016" PRIx64
                   "), %af, %af},\n",
                pinned[i].spec, train, test, (double)data->mean[0], (double)data->scale[0]);
        CHECK(train == pinned[i].train);
        CHECK(test == pinned[i].test);
        CHECK(data->mean[0] == pinned[i].mean);
        CHECK(data->scale[0] == pinned[i].scale);
        eng_dataset_free(data);
    }
}

static void test_defaults(void)
{
    static const struct {
        const char *spec;
        size_t train, test;
        EngShape shape;
        unsigned classes;
    } kinds[] = {
        {"digits", 12000, 2000, {28, 28, 1}, 10},
        {"digits:1000", 1000, 166, {28, 28, 1}, 10},
        {"spirals", 2000, 500, {1, 1, 2}, 2},
        {"moons", 2000, 500, {1, 1, 2}, 2},
        {"circles", 2000, 500, {1, 1, 2}, 2},
        {"xor:100", 100, 25, {1, 1, 2}, 2},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        EngDataset *data = open_data(kinds[i].spec, 7, 0);
        CHECK_INT(data->train.count, kinds[i].train);
        CHECK_INT(data->test.count, kinds[i].test);
        CHECK(memcmp(&data->shape, &kinds[i].shape, sizeof data->shape) == 0);
        CHECK_INT(data->classes, kinds[i].classes);
        CHECK_INT(eng_dataset_targets(data), 1);
        CHECK(strncmp(data->name, kinds[i].spec, strlen(data->name)) == 0 && data->name[0]);
        eng_dataset_free(data);
    }
}

static void test_seeds_and_limits(void)
{
    EngDataset *whole = open_data("digits:300", 3, 0);
    EngDataset *part = open_data("digits:300", 3, 120);
    EngDataset *other = open_data("digits:300", 4, 0);
    EngDataset *more = open_data("digits:400", 3, 0);
    const size_t size = eng_shape_size(whole->shape);
    CHECK_INT(part->train.count, 120);
    CHECK_INT(part->test.count, whole->test.count);
    CHECK(memcmp(part->train.bytes, whole->train.bytes, 120 * size) == 0);
    CHECK(memcmp(part->train.label, whole->train.label, 120 * sizeof(uint16_t)) == 0);
    CHECK(memcmp(other->train.bytes, whole->train.bytes, 300 * size) != 0);
    /* A sample depends on its own number only. */
    CHECK(memcmp(more->train.bytes, whole->train.bytes, 300 * size) == 0);
    CHECK(memcmp(whole->test.bytes, whole->train.bytes, 50 * size) != 0);
    eng_dataset_free(whole);
    eng_dataset_free(part);
    eng_dataset_free(other);
    eng_dataset_free(more);
}

/* Every digit is drawn evenly, leaves ink, and most of the sheet stays empty. */
static void test_digits_look_written(void)
{
    EngDataset *data = open_data("digits:1000", 5, 0);
    const size_t size = eng_shape_size(data->shape);
    unsigned classes[10] = {0};
    for (size_t i = 0; i < data->train.count; i++) {
        const uint8_t *pixel = data->train.bytes + i * size;
        unsigned dark = 0, light = 0;
        for (size_t j = 0; j < size; j++) {
            dark += pixel[j] < 64;
            light += pixel[j] >= 128;
        }
        CHECK(data->train.label[i] < 10);
        classes[data->train.label[i] % 10]++;
        CHECK(light >= 8);
        CHECK(dark >= size / 2);
    }
    for (unsigned c = 0; c < 10; c++)
        CHECK_INT(classes[c], 100);
    eng_dataset_free(data);
}

static void test_order_is_a_permutation(void)
{
    static const size_t counts[] = {1, 2, 3, 64, 1000, 12000};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        const size_t n = counts[i];
        uint32_t *order = malloc(n * sizeof *order);
        uint8_t *seen = calloc(n, 1);
        eng_dataset_order(11, 2, n, order);
        size_t distinct = 0;
        for (size_t j = 0; j < n; j++) {
            CHECK(order[j] < n);
            distinct += order[j] < n && !seen[order[j]]++;
        }
        CHECK_INT(distinct, n);
        free(order);
        free(seen);
    }
}

static void test_order_follows_seed_and_epoch(void)
{
    uint32_t a[500], b[500];
    eng_dataset_order(1, 0, 500, a);
    eng_dataset_order(1, 0, 500, b);
    CHECK(memcmp(a, b, sizeof a) == 0);
    eng_dataset_order(1, 1, 500, b);
    CHECK(memcmp(a, b, sizeof a) != 0);
    eng_dataset_order(2, 0, 500, b);
    CHECK(memcmp(a, b, sizeof a) != 0);
    eng_dataset_order(1, 0, 0, b); /* nothing to order, nothing to write */
}

/* Fisher-Yates draws each of the 6 orders of 3 samples alike: in 6,000 epochs each comes 1,000
 * times with a deviation of sqrt(6000 * 1/6 * 5/6) = 28.9, and seven deviations are 202. */
static void test_order_is_even(void)
{
    unsigned seen[27] = {0};
    for (uint32_t epoch = 0; epoch < 6000; epoch++) {
        uint32_t order[3];
        eng_dataset_order(99, epoch, 3, order);
        seen[order[0] * 9 + order[1] * 3 + order[2]]++;
    }
    static const unsigned orders[] = {5, 7, 11, 15, 19, 21}; /* 012 021 102 120 201 210 */
    for (size_t i = 0; i < 6; i++)
        CHECK(seen[orders[i]] > 798 && seen[orders[i]] < 1202);
}

static void test_pinned_order(void)
{
    static const uint32_t wanted[8] = {5, 2, 6, 1, 0, 7, 4, 3};
    uint32_t order[8];
    eng_dataset_order(1, 0, 8, order);
    for (size_t i = 0; i < 8; i++)
        CHECK_INT(order[i], wanted[i]);
}

static void test_gather(void)
{
    EngDataset *data = open_data("digits:100", 1, 0);
    static const uint32_t index[] = {99, 0, 7, 7};
    const size_t size = eng_shape_size(data->shape);
    float *out = malloc(4 * size * sizeof *out);
    uint16_t label[4];
    eng_dataset_gather(data, &data->train, index, 4, out, label);
    for (size_t i = 0; i < 4; i++) {
        CHECK_INT(label[i], data->train.label[index[i]]);
        const uint8_t *pixel = data->train.bytes + index[i] * size;
        bool same = true;
        for (size_t j = 0; j < size; j++) {
            const float centred = (float)pixel[j] - data->mean[0];
            same = same && out[i * size + j] == centred * data->scale[0];
        }
        CHECK(same);
    }
    free(out);
    eng_dataset_free(data);
}

/* A normalised training split has mean 0 and variance 1. Mean and scale are rounded to float32
 * (2^-24 relative each), the mean of about 30 grey levels is thus off by at most 1.8e-6 levels or
 * 3e-8 deviations, and each of the values by 2^-23 of at most 15 deviations, 1.8e-6: the mean
 * stays below 2e-6, the variance within 2 * 15 * 1.8e-6 < 6e-5 of 1. */
static void check_normalised(const char *spec)
{
    EngDataset *data = open_data(spec, 2, 0);
    const size_t size = eng_shape_size(data->shape), n = data->train.count;
    float *out = malloc(size * sizeof *out);
    double sum = 0, squares = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint16_t label;
        eng_dataset_gather(data, &data->train, &i, 1, out, &label);
        for (size_t j = 0; j < size; j++) {
            sum += out[j];
            squares += (double)out[j] * out[j];
        }
    }
    const double mean = sum / (double)(n * size), variance = squares / (double)(n * size);
    CHECK(mean > -2e-6 && mean < 2e-6);
    CHECK(variance > 1 - 6e-5 && variance < 1 + 6e-5);
    free(out);
    eng_dataset_free(data);
}

static void test_normalised(void)
{
    check_normalised("digits:200");
    check_normalised("spirals");
    check_normalised("moons:500");
}

static void refuse(const char *spec, EngStatus status, const char *sentence)
{
    EngDataset *data = (EngDataset *)&data;
    EngError err = {0};
    CHECK_INT(eng_dataset_open(spec, 0, 0, &data, &err), status);
    CHECK(data == NULL);
    CHECK_INT(err.code, status);
    CHECK_STR(err.text, sentence);
    data = NULL;
    CHECK_INT(eng_dataset_open(spec, 0, 0, &data, NULL), status);
    CHECK(data == NULL);
}

static void test_bad_specs(void)
{
    EngError err;
    EngDataset *data;
    CHECK_INT(eng_dataset_open("pictures", 0, 0, &data, &err), ENG_ERR_PARSE);
    CHECK_HAS(err.text, "data \"pictures\": expected one of ");
    CHECK_HAS(err.text, "idx:PATH");
    CHECK_HAS(err.text, "spirals");
    CHECK_INT(eng_dataset_open("", 0, 0, &data, &err), ENG_ERR_PARSE);
    CHECK_INT(eng_dataset_open(":", 0, 0, &data, &err), ENG_ERR_PARSE);
    refuse("idx", ENG_ERR_PARSE, "data \"idx\": expected idx:FOLDER");
    refuse("idx:", ENG_ERR_PARSE, "data \"idx:\": expected idx:FOLDER");
    refuse("digits:", ENG_ERR_PARSE,
        "data \"digits:\": the number of training samples is \"\", expected a whole number");
    refuse("digits:12x", ENG_ERR_PARSE,
        "data \"digits:12x\": the number of training samples is \"12x\", expected a whole number");
    refuse("spirals:-5", ENG_ERR_PARSE,
        "data \"spirals:-5\": the number of training samples is \"-5\", expected a whole number");
    refuse("digits:99", ENG_ERR_RANGE,
        "data \"digits:99\": the number of training samples is 99, expected 100 to 1000000");
    refuse("xor:1000001", ENG_ERR_RANGE,
        "data \"xor:1000001\": the number of training samples is 1000001, expected 100 to 1000000");
    refuse("digits:99999999999999999999", ENG_ERR_PARSE,
        "data \"digits:99999999999999999999\": the number of training samples is "
        "\"99999999999999999999\", expected a whole number");
    refuse("idx:x,classes=1", ENG_ERR_RANGE,
        "data \"idx:x,classes=1\": classes is 1, expected 2 to 256");
}

static void test_help_names_every_kind(void)
{
    const char *const kinds[] = {"digits", "spirals", "moons", "circles", "xor", "idx", "cifar10",
        "cifar100", "csv", "text", "tinytext"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        CHECK_HAS(eng_dataset_help(), kinds[i]);
}

int main(void)
{
    RUN(test_pinned_bytes);
    RUN(test_defaults);
    RUN(test_seeds_and_limits);
    RUN(test_digits_look_written);
    RUN(test_order_is_a_permutation);
    RUN(test_order_follows_seed_and_epoch);
    RUN(test_order_is_even);
    RUN(test_pinned_order);
    RUN(test_gather);
    RUN(test_normalised);
    RUN(test_bad_specs);
    RUN(test_help_names_every_kind);
    return check_done();
}
