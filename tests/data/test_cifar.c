/* CIFAR records. */
#include "check.h"
#include "data/dataset.h"
#include "folder.h"

#define RECORD10 3073u
#define RECORD100 3074u

static Folder folder;

/* Record i: label i % classes (CIFAR-100: coarse i % 20), then bytes that tell plane and place. */
static uint8_t *records(size_t count, unsigned classes)
{
    const size_t size = classes == 100 ? RECORD100 : RECORD10;
    uint8_t *bytes = malloc(count * size), *to = bytes;
    for (size_t i = 0; i < count; i++) {
        if (classes == 100)
            *to++ = (uint8_t)(i % 20);
        *to++ = (uint8_t)(i % classes);
        for (size_t plane = 0; plane < 3; plane++) {
            for (size_t j = 0; j < 1024; j++)
                *to++ = (uint8_t)(plane * 80 + j / 32 + i);
        }
    }
    return bytes;
}

static void write_records(const char *name, size_t count, unsigned classes, size_t cut)
{
    uint8_t *bytes = records(count, classes);
    folder_write(&folder, name, bytes, count * (classes == 100 ? RECORD100 : RECORD10) - cut);
    free(bytes);
}

static EngStatus open_folder(const char *kind, size_t limit, EngDataset **data, EngError *err)
{
    *err = (EngError){0};
    return eng_dataset_open(folder_spec(&folder, kind, "", ""), 0, limit, data, err);
}

static void refuse(const char *kind, EngStatus status, const char *sentence)
{
    EngDataset *data;
    EngError err;
    char wanted[700];
    CHECK_INT(open_folder(kind, 0, &data, &err), status);
    CHECK(data == NULL);
    snprintf(wanted, sizeof wanted, "%s%s", folder.path, sentence);
    CHECK_STR(err.text, wanted);
}

static void test_any_batches(void)
{
    EngDataset *data;
    EngError err;
    folder_empty(&folder);
    write_records("data_batch_2.bin", 3, 10, 0);
    write_records("data_batch_5.bin", 12, 10, 0);
    write_records("test_batch.bin", 2, 10, 0);
    CHECK_INT(open_folder("cifar10", 0, &data, &err), ENG_OK);
    CHECK_STR(err.text, "");
    CHECK_INT(data->train.count, 15);
    CHECK_INT(data->test.count, 2);
    CHECK_INT(data->classes, 10);
    CHECK(data->shape.y == 32 && data->shape.x == 32 && data->shape.c == 3);
    CHECK(data->class_name == NULL);
    for (size_t i = 0; i < 15; i++) {
        const size_t own = i < 3 ? i : i - 3;
        CHECK_INT(data->train.label[i], own % 10);
        for (size_t j = 0; j < 1024; j += 33) {
            for (size_t c = 0; c < 3; c++)
                CHECK_INT(
                    data->train.bytes[(i * 1024 + j) * 3 + c], (uint8_t)(c * 80 + j / 32 + own));
        }
    }
    eng_dataset_free(data);
    CHECK_INT(open_folder("cifar10", 5, &data, &err), ENG_OK);
    CHECK_INT(data->train.count, 5);
    CHECK_INT(data->train.label[4], 1);
    eng_dataset_free(data);
}

/* The means of three channels of 80 grey levels' distance: 15.5 + i on average of i = 0..9. */
static void test_channels_are_measured_apart(void)
{
    EngDataset *data;
    EngError err;
    folder_empty(&folder);
    write_records("data_batch_1.bin", 10, 10, 0);
    write_records("test_batch.bin", 1, 10, 0);
    CHECK_INT(open_folder("cifar10", 0, &data, &err), ENG_OK);
    CHECK(data->mean[0] == 20.0f && data->mean[1] == 100.0f && data->mean[2] == 180.0f);
    CHECK(data->scale[0] == data->scale[1] && data->scale[1] == data->scale[2]);
    /* Rows 0..31 and images 0..9 are independent: variance (32^2 - 1) / 12 + (10^2 - 1) / 12. */
    CHECK(data->scale[0] == (float)0.10341753799900383);
    float out[3072];
    uint16_t label;
    const uint32_t index = 3;
    eng_dataset_gather(data, &data->train, &index, 1, out, &label);
    CHECK_INT(label, 3);
    CHECK(out[0] == (3.0f - 20.0f) * data->scale[0]);
    CHECK(out[1] == (83.0f - 100.0f) * data->scale[1]);
    CHECK(out[3071] == (194.0f - 180.0f) * data->scale[2]);
    eng_dataset_free(data);
}

static void test_cifar100(void)
{
    EngDataset *data;
    EngError err;
    folder_empty(&folder);
    write_records("train.bin", 101, 100, 0);
    write_records("test.bin", 3, 100, 0);
    CHECK_INT(open_folder("cifar100", 0, &data, &err), ENG_OK);
    CHECK_INT(data->train.count, 101);
    CHECK_INT(data->classes, 100);
    CHECK_INT(data->train.label[99], 99);
    CHECK_INT(data->train.label[100], 0);
    CHECK_INT(data->train.bytes[2 * 3072 + 2], 162);
    eng_dataset_free(data);
}

static void test_names(void)
{
    EngDataset *data;
    EngError err;
    folder_empty(&folder);
    write_records("data_batch_1.bin", 1, 10, 0);
    write_records("test_batch.bin", 1, 10, 0);
    static const char *const names[] = {"a\nb\nc\nd\ne\nf\ng\nh\ni\njay\n\n",
        "a\r\nb\r\nc\r\nd\r\ne\r\nf\r\ng\r\nh\r\ni\r\njay", "a\nb\nc\nd\ne\nf\ng\nh\ni\njay\nk"};
    for (size_t i = 0; i < 3; i++) {
        folder_write_text(&folder, "batches.meta.txt", names[i]);
        CHECK_INT(open_folder("cifar10", 0, &data, &err), ENG_OK);
        CHECK(data->class_name != NULL);
        if (data->class_name) {
            CHECK_STR(data->class_name[0], "a");
            CHECK_STR(data->class_name[9], "jay");
        }
        eng_dataset_free(data);
    }
    folder_write_text(&folder, "batches.meta.txt", "a\nb\n");
    CHECK_INT(open_folder("cifar10", 0, &data, &err), ENG_OK);
    CHECK(data->class_name == NULL);
    eng_dataset_free(data);
}

static void test_refused(void)
{
    folder_empty(&folder);
    refuse("cifar10", ENG_ERR_IO,
        ": holds none of data_batch_1.bin to data_batch_5.bin, expected at least one");
    refuse("cifar100", ENG_ERR_IO, "/train.bin: cannot be opened: No such file or directory");
    write_records("data_batch_3.bin", 2, 10, 0);
    refuse("cifar10", ENG_ERR_IO, "/test_batch.bin: cannot be opened: No such file or directory");
    write_records("test_batch.bin", 2, 10, 1);
    refuse("cifar10", ENG_ERR_FORMAT,
        "/test_batch.bin: ends at byte 6145, inside a record that starts at byte 3073, expected "
        "whole records of 3073 bytes");
    folder_write_text(&folder, "test_batch.bin", "");
    refuse("cifar10", ENG_ERR_FORMAT,
        "/test_batch.bin: ends at byte 0, inside a record that starts at byte 0, expected whole "
        "records of 3073 bytes");
    uint8_t *bytes = records(2, 10);
    bytes[RECORD10] = 10;
    folder_write(&folder, "test_batch.bin", bytes, 2 * RECORD10);
    refuse("cifar10", ENG_ERR_FORMAT, "/test_batch.bin: byte 3073: label 10, expected 0 to 9");
    free(bytes);
    bytes = records(2, 100);
    bytes[RECORD100] = 20;
    folder_write(&folder, "train.bin", bytes, 2 * RECORD100);
    refuse("cifar100", ENG_ERR_FORMAT, "/train.bin: byte 3074: coarse label 20, expected 0 to 19");
    bytes[RECORD100] = 0;
    bytes[1] = 100;
    folder_write(&folder, "train.bin", bytes, 2 * RECORD100);
    refuse("cifar100", ENG_ERR_FORMAT, "/train.bin: byte 1: label 100, expected 0 to 99");
    free(bytes);
}

/* Two batches of 10,000 images, 1,000 of each class; sums by another program. */
static void test_real(void)
{
    char spec[700];
    snprintf(spec, sizeof spec, "cifar10:%s", real_data("cifar-10-batches-bin"));
    EngDataset *data;
    EngError err = {0};
    CHECK_INT(eng_dataset_open(spec, 0, 0, &data, &err), ENG_OK);
    CHECK_STR(err.text, "");
    if (!data)
        return;
    CHECK_INT(data->train.count, 20000);
    CHECK_INT(data->test.count, 10000);
    CHECK_STR(data->class_name ? data->class_name[9] : NULL, "truck");
    unsigned seen[10] = {0};
    for (size_t i = 0; i < data->train.count; i++)
        seen[data->train.label[i]]++;
    for (size_t c = 0; c < 10; c++)
        CHECK_INT(seen[c], 2000);
    CHECK(data->mean[0] == 0x1.f67444p+6f && data->scale[2] == 0x1.ec3df2p-7f);
    eng_dataset_free(data);
}

int main(void)
{
    folder = folder_new();
    RUN(test_any_batches);
    RUN(test_channels_are_measured_apart);
    RUN(test_cifar100);
    RUN(test_names);
    RUN(test_refused);
    if (real_data("cifar-10-batches-bin"))
        RUN(test_real);
    else
        SKIP(test_real, "no CIFAR-10 in $MANTISSA_DATA or ../shared/data");
    folder_free(&folder);
    return check_done();
}
