/* IDX files: what is read, and the sentence for everything that is wrong with them. */
#include "check.h"
#include "data/dataset.h"
#include "folder.h"

#define IMAGES 5u
#define SIDE 4u

static Folder folder;

/* The header of an IDX file with `n` sizes; returns its length. */
static size_t header(uint8_t *to, uint8_t type, uint8_t n, const uint32_t *size)
{
    to[0] = to[1] = 0;
    to[2] = type;
    to[3] = n;
    for (size_t i = 0; i < n; i++) {
        for (size_t b = 0; b < 4; b++)
            to[4 + 4 * i + b] = (uint8_t)(size[i] >> (24 - 8 * b));
    }
    return 4 + 4 * (size_t)n;
}

static size_t images(uint8_t *to, uint32_t count, uint32_t side)
{
    const uint32_t size[3] = {count, side, side};
    size_t n = header(to, 0x08, 3, size);
    for (uint32_t i = 0; i < count * side * side; i++)
        to[n++] = (uint8_t)(i * 7);
    return n;
}

static size_t labels(uint8_t *to, uint32_t count)
{
    size_t n = header(to, 0x08, 1, &count);
    for (uint32_t i = 0; i < count; i++)
        to[n++] = (uint8_t)(i % 10);
    return n;
}

#define TRAIN_IMAGES "train-images-idx3-ubyte"
#define TRAIN_LABELS "train-labels-idx1-ubyte"
#define TEST_IMAGES "t10k-images-idx3-ubyte"
#define TEST_LABELS "t10k-labels-idx1-ubyte"

/* A folder of four sound files: 5 training and 3 test images of 4 x 4. */
static void sound_folder(void)
{
    uint8_t bytes[200];
    folder_empty(&folder);
    folder_write(&folder, TRAIN_IMAGES, bytes, images(bytes, IMAGES, SIDE));
    folder_write(&folder, TRAIN_LABELS, bytes, labels(bytes, IMAGES));
    folder_write(&folder, TEST_IMAGES, bytes, images(bytes, 3, SIDE));
    folder_write(&folder, TEST_LABELS, bytes, labels(bytes, 3));
}

/* The folder is refused, with the folder's path and a slash left out of the sentence. */
static void refuse(EngStatus status, const char *sentence)
{
    EngDataset *data;
    EngError err = {0};
    char wanted[700];
    CHECK_INT(eng_dataset_open(folder_spec(&folder, "idx", "", ""), 0, 0, &data, &err), status);
    CHECK(data == NULL);
    snprintf(wanted, sizeof wanted, "%s/%s", folder.path, sentence);
    CHECK_STR(err.text, wanted);
    eng_dataset_free(data);
}

static EngDataset *accept(const char *options, size_t limit)
{
    EngDataset *data;
    EngError err = {0};
    CHECK_INT(
        eng_dataset_open(folder_spec(&folder, "idx", "", options), 0, limit, &data, &err), ENG_OK);
    CHECK_STR(err.text, "");
    folder_demand(data != NULL, "a sound folder was refused");
    return data;
}

static void check_sound(EngDataset *data, size_t train)
{
    CHECK_INT(data->train.count, train);
    CHECK_INT(data->test.count, 3);
    CHECK_INT(data->classes, 10);
    CHECK_INT(data->shape.y, SIDE);
    CHECK_INT(data->shape.x, SIDE);
    CHECK_INT(data->shape.c, 1);
    CHECK(strncmp(data->name, "idx mantissa-data-", 18) == 0);
    for (size_t i = 0; i < train * SIDE * SIDE; i++)
        CHECK_INT(data->train.bytes[i], (uint8_t)(i * 7));
    for (size_t i = 0; i < train; i++)
        CHECK_INT(data->train.label[i], i);
    eng_dataset_free(data);
}

static void test_sound_files(void)
{
    sound_folder();
    check_sound(accept("", 0), IMAGES);
    check_sound(accept("", 2), 2);
    check_sound(accept("", 100), IMAGES);
    EngDataset *data = accept(",classes=26", 0);
    CHECK_INT(data->classes, 26);
    eng_dataset_free(data);
}

static void test_packed_and_dotted_names(void)
{
    uint8_t bytes[200];
    folder_empty(&folder);
    folder_pack(&folder, TRAIN_IMAGES ".gz", bytes, images(bytes, IMAGES, SIDE));
    folder_write(&folder, "train-labels.idx1-ubyte", bytes, labels(bytes, IMAGES));
    folder_pack(&folder, "t10k-images.idx3-ubyte.gz", bytes, images(bytes, 3, SIDE));
    folder_pack(&folder, TEST_LABELS, bytes, labels(bytes, 3)); /* packed, whatever its name says */
    check_sound(accept("", 0), IMAGES);
}

/* gzip allows a file of several members, one behind the other. */
static void test_two_gzip_members(void)
{
    uint8_t bytes[200];
    sound_folder();
    unlink(folder_file(&folder, TRAIN_IMAGES));
    const size_t n = images(bytes, IMAGES, SIDE);
    folder_pack(&folder, TRAIN_IMAGES ".gz", bytes, 30);
    folder_pack(&folder, TRAIN_IMAGES ".gz", bytes + 30, n - 30);
    check_sound(accept("", 0), IMAGES);
}

static void test_missing_files(void)
{
    sound_folder();
    unlink(folder_file(&folder, TEST_LABELS));
    EngDataset *data;
    EngError err;
    char wanted[700];
    CHECK_INT(eng_dataset_open(folder_spec(&folder, "idx", "", ""), 0, 0, &data, &err), ENG_ERR_IO);
    snprintf(wanted, sizeof wanted,
        "%s: holds neither t10k-labels-idx1-ubyte nor t10k-labels-idx1-ubyte.gz", folder.path);
    CHECK_STR(err.text, wanted);
    CHECK_INT(eng_dataset_open("idx:/nowhere/at/all", 0, 0, &data, &err), ENG_ERR_IO);
    CHECK_STR(err.text,
        "/nowhere/at/all: holds neither train-images-idx3-ubyte nor "
        "train-images-idx3-ubyte.gz");
    /* A folder where a file should be. */
    char nested[600];
    snprintf(nested, sizeof nested, "idx:%s", folder_file(&folder, "deep"));
    folder_demand(mkdir(nested + 4, 0700) == 0, "a folder cannot be made");
    char inner[640];
    snprintf(inner, sizeof inner, "%s/%s", nested + 4, TRAIN_IMAGES);
    folder_demand(mkdir(inner, 0700) == 0, "a folder cannot be made");
    CHECK_INT(eng_dataset_open(nested, 0, 0, &data, &err), ENG_ERR_IO);
    snprintf(wanted, sizeof wanted, "%s: is not a regular file", inner);
    CHECK_STR(err.text, wanted);
    rmdir(inner);
    rmdir(nested + 4);
}

static void test_bad_headers(void)
{
    uint8_t bytes[200];
    sound_folder();
    images(bytes, IMAGES, SIDE);
    folder_write(&folder, TRAIN_IMAGES, bytes, 0);
    refuse(ENG_ERR_FORMAT, TRAIN_IMAGES ": ends at byte 0, expected an IDX header of 16 bytes");
    folder_write(&folder, TRAIN_IMAGES, bytes, 15);
    refuse(ENG_ERR_FORMAT, TRAIN_IMAGES ": ends at byte 15, expected an IDX header of 16 bytes");
    bytes[0] = 0x50;
    folder_write(&folder, TRAIN_IMAGES, bytes, 96);
    refuse(ENG_ERR_FORMAT,
        TRAIN_IMAGES ": byte 0: magic number 0x50000803, expected 0x00000803 "
                     "(IDX of unsigned bytes)");
    bytes[0] = 0;
    bytes[2] = 0x0d;
    folder_write(&folder, TRAIN_IMAGES, bytes, 96);
    refuse(ENG_ERR_FORMAT,
        TRAIN_IMAGES ": byte 2: element type 0x0d (float), expected 0x08 (unsigned byte)");
    bytes[2] = 8;
    bytes[3] = 1;
    folder_write(&folder, TRAIN_IMAGES, bytes, 96);
    refuse(
        ENG_ERR_FORMAT, TRAIN_IMAGES ": byte 3: 1 dimension, expected 3 (images, rows, columns)");
    sound_folder();
    images(bytes, IMAGES, SIDE);
    folder_write(&folder, TRAIN_LABELS, bytes, 96);
    refuse(ENG_ERR_FORMAT, TRAIN_LABELS ": byte 3: 3 dimensions, expected 1 (labels)");
    folder_write(&folder, TRAIN_LABELS, bytes, 3);
    refuse(ENG_ERR_FORMAT, TRAIN_LABELS ": ends at byte 3, expected an IDX header of 8 bytes");
}

/* What a header claims is compared with what the file holds before any memory is taken for it:
 * each of these claims more than this machine's memory, and none is answered by NOMEM. */
static void test_absurd_sizes(void)
{
    uint8_t bytes[64] = {0};
    static const struct {
        uint32_t size[3];
        const char *sentence;
    } cases[] = {
        {{0, 28, 28}, TRAIN_IMAGES ": byte 4: 0 samples, expected 1 to 4294967295"},
        {{1, 0, 28}, TRAIN_IMAGES ": byte 8: 0 rows, expected 1 to 4096"},
        {{1, 28, 4097}, TRAIN_IMAGES ": byte 12: 4097 columns, expected 1 to 4096"},
        {{1, 0xffffffff, 28}, TRAIN_IMAGES ": byte 8: 4294967295 rows, expected 1 to 4096"},
        {{0xffffffff, 4096, 4096},
            TRAIN_IMAGES ": ends at byte 64, expected 72057594021150736 bytes (a header of 16 and "
                         "4294967295 images of 4096 x 4096 bytes)"},
        {{0x7fffffff, 28, 28},
            TRAIN_IMAGES ": ends at byte 64, expected 1683627179264 bytes (a header of 16 "
                         "and 2147483647 images of 28 x 28 bytes)"},
    };
    sound_folder();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        header(bytes, 8, 3, cases[i].size);
        folder_write(&folder, TRAIN_IMAGES, bytes, sizeof bytes);
        refuse(ENG_ERR_FORMAT, cases[i].sentence);
    }
}

static void test_truncated_and_trailing(void)
{
    uint8_t bytes[200];
    sound_folder();
    const size_t n = images(bytes, IMAGES, SIDE);
    folder_write(&folder, TRAIN_IMAGES, bytes, n - 1);
    refuse(ENG_ERR_FORMAT,
        TRAIN_IMAGES ": ends at byte 95, expected 96 bytes (a header of 16 and 5 "
                     "images of 4 x 4 bytes)");
    folder_write(&folder, TRAIN_IMAGES, bytes, n + 1);
    refuse(ENG_ERR_FORMAT, TRAIN_IMAGES ": goes on after byte 96, where images of 4 x 4 bytes end");
    sound_folder();
    const size_t m = labels(bytes, IMAGES);
    folder_write(&folder, TRAIN_LABELS, bytes, m - 2);
    refuse(ENG_ERR_FORMAT,
        TRAIN_LABELS ": ends at byte 11, expected 13 bytes (a header of 8 and 5 labels)");
    folder_write(&folder, TRAIN_LABELS, bytes, m + 2);
    refuse(ENG_ERR_FORMAT, TRAIN_LABELS ": goes on after byte 13, where labels end");
    /* A limit does not make a damaged file whole. */
    sound_folder();
    images(bytes, IMAGES, SIDE);
    folder_write(&folder, TRAIN_IMAGES, bytes, n - 1);
    EngDataset *data;
    EngError err;
    CHECK_INT(
        eng_dataset_open(folder_spec(&folder, "idx", "", ""), 0, 1, &data, &err), ENG_ERR_FORMAT);
    CHECK_HAS(err.text, "ends at byte 95");
}

static void test_bad_labels_and_counts(void)
{
    uint8_t bytes[200];
    sound_folder();
    const size_t n = labels(bytes, IMAGES);
    bytes[10] = 10;
    folder_write(&folder, TRAIN_LABELS, bytes, n);
    refuse(ENG_ERR_FORMAT, TRAIN_LABELS ": byte 10: label 10, expected 0 to 9");
    EngDataset *data = accept(",classes=11", 0);
    CHECK_INT(data->train.label[2], 10);
    eng_dataset_free(data);
    folder_write(&folder, TRAIN_LABELS, bytes, labels(bytes, IMAGES - 1));
    char wanted[700];
    snprintf(wanted, sizeof wanted,
        TRAIN_LABELS ": holds 4 labels, expected 5 as %s/" TRAIN_IMAGES " holds images",
        folder.path);
    refuse(ENG_ERR_FORMAT, wanted);
    sound_folder();
    folder_write(&folder, TEST_IMAGES, bytes, images(bytes, 3, 3));
    EngError err;
    CHECK_INT(
        eng_dataset_open(folder_spec(&folder, "idx", "", ""), 0, 0, &data, &err), ENG_ERR_FORMAT);
    CHECK_HAS(err.text, ": the test images are 3 x 3, expected 4 x 4 as in the training images");
}

/* Cut at every byte and with every bit turned, a packed file is refused or, where gzip does not
 * care for the bit (time stamp and flags, what fills up the last byte before the check sum), read
 * right. */
static void test_damaged_gzip(void)
{
    uint8_t plain[200];
    size_t size;
    sound_folder();
    folder_write_text(&folder, TRAIN_LABELS, "");
    unlink(folder_file(&folder, TRAIN_LABELS));
    folder_pack(&folder, TRAIN_LABELS ".gz", plain, labels(plain, IMAGES));
    uint8_t *packed = folder_read(&folder, TRAIN_LABELS ".gz", &size);
    EngDataset *data;
    EngError err;
    for (size_t cut = 0; cut < size; cut++) {
        folder_write(&folder, TRAIN_LABELS ".gz", packed, cut);
        CHECK_INT(eng_dataset_open(folder_spec(&folder, "idx", "", ""), 0, 0, &data, &err),
            ENG_ERR_FORMAT);
        CHECK_HAS(err.text, TRAIN_LABELS ".gz: ");
        if (cut >= 10)
            CHECK_HAS(err.text, ": the gzip data are cut off after byte ");
    }
    unsigned read = 0;
    for (size_t bit = 0; bit < size * 8; bit++) {
        packed[bit / 8] ^= (uint8_t)(1u << bit % 8);
        folder_write(&folder, TRAIN_LABELS ".gz", packed, size);
        packed[bit / 8] ^= (uint8_t)(1u << bit % 8);
        const EngStatus status =
            eng_dataset_open(folder_spec(&folder, "idx", "", ""), 0, 0, &data, &err);
        CHECK(status == ENG_OK || status == ENG_ERR_FORMAT);
        if (status == ENG_OK) {
            CHECK((bit / 8 >= 3 && bit / 8 < 10) || bit / 8 == size - 9);
            check_sound(data, IMAGES);
            read++;
        }
    }
    CHECK(read > 0);
    packed[size] = 'x';
    folder_write(&folder, TRAIN_LABELS ".gz", packed, size + 1);
    refuse(ENG_ERR_FORMAT,
        TRAIN_LABELS ".gz: the gzip data are cut off after byte 13 of the unpacked data");
    packed[size - 8] ^= 1;
    folder_write(&folder, TRAIN_LABELS ".gz", packed, size);
    refuse(ENG_ERR_FORMAT,
        TRAIN_LABELS ".gz: the gzip data are damaged after byte 13 of the unpacked data");
    free(packed);
}

/* Millions of zeros pack to kilobytes: reading stops at what the header said. */
static void test_gzip_bomb(void)
{
    static uint8_t zeros[1 << 20];
    uint8_t bytes[200];
    sound_folder();
    unlink(folder_file(&folder, TRAIN_IMAGES));
    const size_t n = images(bytes, IMAGES, SIDE);
    folder_pack(&folder, TRAIN_IMAGES ".gz", bytes, n);
    for (int i = 0; i < 64; i++)
        folder_pack(&folder, TRAIN_IMAGES ".gz", zeros, sizeof zeros);
    refuse(ENG_ERR_FORMAT,
        TRAIN_IMAGES ".gz: goes on after byte 96 of the unpacked data, where "
                     "images of 4 x 4 bytes end");
}

/* MNIST itself; sums by another program. Mean 1567298545 / (60000 * 784). */
static void test_mnist(void)
{
    char spec[700];
    snprintf(spec, sizeof spec, "idx:%s", real_data("mnist"));
    EngDataset *data;
    EngError err = {0};
    CHECK_INT(eng_dataset_open(spec, 0, 0, &data, &err), ENG_OK);
    CHECK_STR(err.text, "");
    if (!data)
        return;
    static const uint16_t first[10] = {5, 0, 4, 1, 9, 2, 1, 3, 1, 4};
    CHECK_STR(data->name, "idx mnist");
    CHECK_INT(data->train.count, 60000);
    CHECK_INT(data->test.count, 10000);
    CHECK(memcmp(data->train.label, first, sizeof first) == 0);
    uint64_t sum = 0;
    for (size_t i = 0; i < (size_t)60000 * 784; i++)
        sum += data->train.bytes[i];
    CHECK_INT(sum, 1567298545);
    CHECK(data->mean[0] == 33.318421449829934f);
    CHECK(data->scale[0] == 0.0127279107454153f);
    eng_dataset_free(data);
}

int main(void)
{
    folder = folder_new();
    RUN(test_sound_files);
    RUN(test_packed_and_dotted_names);
    RUN(test_two_gzip_members);
    RUN(test_missing_files);
    RUN(test_bad_headers);
    RUN(test_absurd_sizes);
    RUN(test_truncated_and_trailing);
    RUN(test_bad_labels_and_counts);
    RUN(test_damaged_gzip);
    RUN(test_gzip_bomb);
    if (real_data("mnist"))
        RUN(test_mnist);
    else
        SKIP(test_mnist, "no MNIST in $MANTISSA_DATA/mnist or ../shared/data/mnist");
    folder_free(&folder);
    return check_done();
}
