/* CIFAR's binary version: records of one label byte (CIFAR-100: coarse, then fine), then 1,024
 * bytes each of red, green and blue, row by row. Source: A. Krizhevsky, "The CIFAR-10 dataset",
 * section "Binary version". */
#include "base/memory.h"
#include "base/text.h"
#include "data/kinds.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SIDE 32u
#define PLANE (SIDE * SIDE)
#define PIXELS (3 * PLANE)
#define COARSE_CLASSES 20u

static size_t record_size(unsigned classes)
{
    return (classes == 100 ? 2 : 1) + (size_t)PIXELS;
}

static EngStatus wrong_label(const EngInput *in, size_t offset, const char *what, unsigned label,
    unsigned classes, EngError *err)
{
    return eng_error(err, ENG_ERR_FORMAT, "%s: byte %zu%s: %s %u, expected 0 to %u",
        eng_input_name(in), offset, eng_input_where(in), what, label, classes - 1);
}

/* Makes room for `more` samples behind those of the split. */
static bool extend(EngSplit *split, size_t more)
{
    size_t count;
    if (!eng_size_add(split->count, more, &count))
        return false;
    uint8_t *bytes = eng_alloc(count, PIXELS);
    uint16_t *label = eng_alloc(count, sizeof *label);
    if (!bytes || !label) {
        eng_free(bytes);
        eng_free(label);
        return false;
    }
    if (split->count > 0) {
        memcpy(bytes, split->bytes, split->count * PIXELS);
        memcpy(label, split->label, split->count * sizeof *label);
    }
    eng_free(split->bytes);
    eng_free(split->label);
    split->bytes = bytes;
    split->label = label;
    return true;
}

/* Planes of colour to pixels of three channels. */
static void interleave(const uint8_t *plane, uint8_t *pixel)
{
    for (size_t i = 0; i < PLANE; i++) {
        for (size_t c = 0; c < 3; c++)
            pixel[3 * i + c] = plane[c * PLANE + i];
    }
}

static EngStatus append_records(const EngInput *in, const uint8_t *bytes, size_t records,
    unsigned classes, EngSplit *split, EngError *err)
{
    const size_t size = record_size(classes), labels = size - PIXELS;
    if (!extend(split, records))
        return eng_error(
            err, ENG_ERR_NOMEM, "%s: no memory for %zu images", eng_input_name(in), records);
    for (size_t i = 0; i < records; i++) {
        const uint8_t *record = bytes + i * size;
        const unsigned label = record[labels - 1];
        if (labels == 2 && record[0] >= COARSE_CLASSES)
            return wrong_label(in, i * size, "coarse label", record[0], COARSE_CLASSES, err);
        if (label >= classes)
            return wrong_label(in, i * size + labels - 1, "label", label, classes, err);
        interleave(record + labels, split->bytes + split->count * PIXELS);
        split->label[split->count++] = (uint16_t)label;
    }
    return ENG_OK;
}

EngStatus eng_cifar_batch(
    EngInput *in, unsigned classes, size_t limit, EngSplit *split, EngError *err)
{
    const size_t size = record_size(classes), room = limit - split->count;
    const uint64_t keep = room < ENG_INPUT_MOST / size ? (uint64_t)room * size : ENG_INPUT_MOST;
    uint8_t *bytes;
    uint64_t got;
    EngStatus status = eng_input_take(in, ENG_INPUT_MOST, keep, &bytes, &got, err);
    if (status == ENG_OK && got == ENG_INPUT_MOST)
        status = eng_error(err, ENG_ERR_FORMAT, "%s: %" PRIu64 " bytes and more, expected fewer",
            eng_input_name(in), got);
    if (status == ENG_OK && (got == 0 || got % size != 0))
        status = eng_error(err, ENG_ERR_FORMAT,
            "%s: ends at byte %" PRIu64 "%s, inside a record that starts at byte %" PRIu64
            ", expected whole records of %zu bytes",
            eng_input_name(in), got, eng_input_where(in), got - got % size, size);
    if (status == ENG_OK)
        status = append_records(
            in, bytes, (size_t)((got < keep ? got : keep) / size), classes, split, err);
    eng_free(bytes);
    return status;
}

/* Appends DIR/name to the split. A file that is not there is an error only where it is needed;
 * *found tells. */
static EngStatus read_file(const char *dir, const char *name, bool needed, unsigned classes,
    size_t limit, EngSplit *split, bool *found, EngError *err)
{
    EngText path = {0};
    EngInput *in = NULL;
    EngStatus status = ENG_OK;
    eng_text_add(&path, "%s/%s", dir, name);
    if (path.failed)
        status = eng_error(err, ENG_ERR_NOMEM, "%s: no memory for its file names", dir);
    else if (needed || access(path.data, F_OK) == 0)
        status = eng_input_open(path.data, &in, err);
    *found = in != NULL;
    if (in)
        status = eng_cifar_batch(in, classes, limit, split, err);
    eng_input_close(in);
    eng_text_free(&path);
    return status;
}

/* CIFAR-10's training batches: whichever of the five there are. */
static EngStatus read_batches(const char *dir, size_t limit, EngSplit *split, EngError *err)
{
    bool any = false;
    for (unsigned i = 1; i <= 5 && split->count < limit; i++) {
        char name[32];
        bool found;
        snprintf(name, sizeof name, "data_batch_%u.bin", i);
        const EngStatus status = read_file(dir, name, false, 10, limit, split, &found, err);
        if (status != ENG_OK)
            return status;
        any = any || found;
    }
    if (!any)
        return eng_error(err, ENG_ERR_IO,
            "%s: holds none of data_batch_1.bin to data_batch_5.bin, expected at least one", dir);
    return ENG_OK;
}

/* Cuts the lines of `text` out as the classes' names. Returns false where there are too few. */
static bool copy_names(char *text, EngDataset *out)
{
    out->class_name = eng_alloc(out->classes, sizeof *out->class_name);
    if (!out->class_name)
        return false;
    for (unsigned i = 0; i < out->classes; i++) {
        const size_t length = strcspn(text, "\r\n");
        const bool last = text[length] == '\0';
        text[length] = '\0';
        if (length == 0 || !(out->class_name[i] = eng_strdup(text)))
            return false;
        if (last)
            return i + 1 == out->classes;
        text += length + 1;
        text += strspn(text, "\r\n");
    }
    return true;
}

/* The classes' names, a line each. They are for people only: a folder without the file, or with
 * another one, is read all the same and its classes go by number. */
static void read_names(const char *dir, const char *name, EngDataset *out)
{
    EngText path = {0};
    EngInput *in = NULL;
    uint8_t *bytes = NULL;
    uint64_t got;
    eng_text_add(&path, "%s/%s", dir, name);
    const bool named = !path.failed && eng_input_open(path.data, &in, NULL) == ENG_OK &&
        eng_input_take(in, 65536, 65536, &bytes, &got, NULL) == ENG_OK && got < 65536 &&
        copy_names((char *)bytes, out);
    if (!named && out->class_name) {
        for (unsigned i = 0; i < out->classes; i++)
            eng_free(out->class_name[i]);
        eng_free(out->class_name);
        out->class_name = NULL;
    }
    eng_free(bytes);
    eng_input_close(in);
    eng_text_free(&path);
}

EngStatus eng_cifar_load(
    const char *dir, unsigned classes, size_t limit, EngDataset *out, EngError *err)
{
    const bool fine = classes == 100;
    bool found;
    out->shape = (EngShape){.y = SIDE, .x = SIDE, .c = 3};
    out->classes = classes;
    EngStatus status = fine
        ? read_file(dir, "train.bin", true, classes, limit, &out->train, &found, err)
        : read_batches(dir, limit, &out->train, err);
    if (status == ENG_OK)
        status = read_file(dir, fine ? "test.bin" : "test_batch.bin", true, classes, SIZE_MAX,
            &out->test, &found, err);
    if (status == ENG_OK)
        read_names(dir, fine ? "fine_label_names.txt" : "batches.meta.txt", out);
    return status;
}
