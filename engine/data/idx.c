/* IDX: the format of the MNIST family. Two zero bytes, the element type, the number of
 * dimensions, one big-endian 32-bit size for each, then the elements, last dimension fastest.
 * Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", section
 * "File formats". */
#include "base/memory.h"
#include "base/text.h"
#include "data/kinds.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TYPE_BYTE 0x08u
#define SIDE_MAX 4096u /* rows or columns of an image */

static const char *type_name(unsigned type)
{
    switch (type) {
    case 0x08:
        return "unsigned byte";
    case 0x09:
        return "signed byte";
    case 0x0b:
        return "16-bit integer";
    case 0x0c:
        return "32-bit integer";
    case 0x0d:
        return "float";
    case 0x0e:
        return "double";
    default:
        return "unknown";
    }
}

static uint32_t big_endian(const uint8_t *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static EngStatus check_magic(
    const EngInput *in, const uint8_t *magic, unsigned dimensions, EngError *err)
{
    const char *name = eng_input_name(in), *where = eng_input_where(in);
    if (magic[0] != 0 || magic[1] != 0)
        return eng_error(err, ENG_ERR_FORMAT,
            "%s: byte 0%s: magic number 0x%08" PRIx32 ", expected 0x%08x (IDX of unsigned bytes)",
            name, where, big_endian(magic), TYPE_BYTE << 8 | dimensions);
    if (magic[2] != TYPE_BYTE)
        return eng_error(err, ENG_ERR_FORMAT,
            "%s: byte 2%s: element type 0x%02x (%s), expected 0x%02x (unsigned byte)", name, where,
            magic[2], type_name(magic[2]), TYPE_BYTE);
    if (magic[3] != dimensions)
        return eng_error(err, ENG_ERR_FORMAT, "%s: byte 3%s: %u dimension%s, expected %u (%s)",
            name, where, magic[3], magic[3] == 1 ? "" : "s", dimensions,
            dimensions == 3 ? "images, rows, columns" : "labels");
    return ENG_OK;
}

/* Reads magic number and sizes, `dimensions` of them (1 or 3). */
static EngStatus read_header(EngInput *in, unsigned dimensions, uint32_t size[3], EngError *err)
{
    uint8_t header[16];
    const size_t want = 4 + 4 * (size_t)dimensions;
    size_t got;
    EngStatus status = eng_input_read(in, header, want, &got, err);
    if (status == ENG_OK && got >= 4)
        status = check_magic(in, header, dimensions, err);
    if (status != ENG_OK)
        return status;
    if (got < want)
        return eng_error(err, ENG_ERR_FORMAT,
            "%s: ends at byte %zu%s, expected an IDX header of %zu bytes", eng_input_name(in), got,
            eng_input_where(in), want);
    static const char *const what[] = {"samples", "rows", "columns"};
    for (unsigned i = 0; i < dimensions; i++) {
        size[i] = big_endian(header + 4 + 4 * i);
        const uint32_t most = i == 0 ? UINT32_MAX : SIDE_MAX;
        if (size[i] < 1 || size[i] > most)
            return eng_error(err, ENG_ERR_FORMAT,
                "%s: byte %u%s: %" PRIu32 " %s, expected 1 to %" PRIu32, eng_input_name(in),
                4 + 4 * i, eng_input_where(in), size[i], what[i], most);
    }
    return ENG_OK;
}

/* Reads the elements behind the header, count * each bytes, and keeps those of `limit` samples. */
static EngStatus read_elements(EngInput *in, uint64_t count, uint64_t each, size_t limit,
    const char *what, uint8_t **bytes, EngError *err)
{
    const uint64_t header = eng_input_offset(in), want = count * each; /* below 2^56 */
    const uint64_t kept = count < limit ? count : limit;
    uint64_t got;
    const EngStatus status = eng_input_take(in, want, kept * each, bytes, &got, err);
    if (status != ENG_OK)
        return status;
    if (got < want)
        return eng_error(err, ENG_ERR_FORMAT,
            "%s: ends at byte %" PRIu64 "%s, expected %" PRIu64 " bytes (a header of %" PRIu64
            " and %" PRIu64 " %s)",
            eng_input_name(in), header + got, eng_input_where(in), header + want, header, count,
            what);
    return eng_input_end(in, what, err);
}

EngStatus eng_idx_images(
    EngInput *in, size_t limit, EngShape *shape, size_t *count, uint8_t **bytes, EngError *err)
{
    uint32_t size[3];
    char what[64];
    *bytes = NULL;
    const EngStatus status = read_header(in, 3, size, err);
    if (status != ENG_OK)
        return status;
    snprintf(what, sizeof what, "images of %" PRIu32 " x %" PRIu32 " bytes", size[1], size[2]);
    *shape = (EngShape){.y = size[1], .x = size[2], .c = 1};
    *count = size[0];
    return read_elements(in, size[0], (uint64_t)size[1] * size[2], limit, what, bytes, err);
}

static EngStatus check_labels(const EngInput *in, uint64_t first, const uint8_t *bytes,
    size_t count, unsigned classes, EngError *err)
{
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] >= classes)
            return eng_error(err, ENG_ERR_FORMAT,
                "%s: byte %" PRIu64 "%s: label %u, expected 0 to %u", eng_input_name(in), first + i,
                eng_input_where(in), bytes[i], classes - 1);
    }
    return ENG_OK;
}

static EngStatus widen_labels(
    const EngInput *in, const uint8_t *bytes, size_t count, uint16_t **label, EngError *err)
{
    *label = eng_alloc(count, sizeof **label);
    if (!*label)
        return eng_error(
            err, ENG_ERR_NOMEM, "%s: no memory for %zu labels", eng_input_name(in), count);
    for (size_t i = 0; i < count; i++)
        (*label)[i] = bytes[i];
    return ENG_OK;
}

EngStatus eng_idx_labels(
    EngInput *in, size_t limit, unsigned classes, size_t *count, uint16_t **label, EngError *err)
{
    uint32_t size[3];
    uint8_t *bytes = NULL;
    *label = NULL;
    EngStatus status = read_header(in, 1, size, err);
    if (status != ENG_OK)
        return status;
    const uint64_t first = eng_input_offset(in);
    *count = size[0];
    status = read_elements(in, size[0], 1, SIZE_MAX, "labels", &bytes, err);
    if (status == ENG_OK)
        status = check_labels(in, first, bytes, *count, classes, err);
    if (status == ENG_OK)
        status = widen_labels(in, bytes, *count < limit ? *count : limit, label, err);
    eng_free(bytes);
    return status;
}

/* "train-images-idx3-ubyte" goes by two spellings, each plain or packed. */
static EngStatus find_file(
    const char *dir, const char *stem, const char *type, EngText *path, EngError *err)
{
    static const char *const packing[] = {"", ".gz"};
    static const char *const joint[] = {"-", "."};
    for (size_t i = 0; i < 4; i++) {
        eng_text_free(path);
        eng_text_add(path, "%s/%s%s%s-ubyte%s", dir, stem, joint[i / 2], type, packing[i % 2]);
        if (path->failed)
            return eng_error(err, ENG_ERR_NOMEM, "%s: no memory for its file names", dir);
        if (access(path->data, F_OK) == 0)
            return ENG_OK;
    }
    return eng_error(err, ENG_ERR_IO, "%s: holds neither %s-%s-ubyte nor %s-%s-ubyte.gz", dir, stem,
        type, stem, type);
}

static EngStatus open_member(
    const char *dir, const char *stem, const char *type, EngInput **in, EngError *err)
{
    EngText path = {0};
    EngStatus status = find_file(dir, stem, type, &path, err);
    if (status == ENG_OK)
        status = eng_input_open(path.data, in, err);
    eng_text_free(&path);
    return status;
}

/* Reads the images and labels of one split; `shape` is the file's. */
static EngStatus read_split(EngInput *images, EngInput *labels, unsigned classes, size_t limit,
    EngShape *shape, EngSplit *split, EngError *err)
{
    size_t image_count, label_count;
    EngStatus status = eng_idx_images(images, limit, shape, &image_count, &split->bytes, err);
    if (status == ENG_OK)
        status = eng_idx_labels(labels, limit, classes, &label_count, &split->label, err);
    if (status != ENG_OK)
        return status;
    if (image_count != label_count)
        return eng_error(err, ENG_ERR_FORMAT,
            "%s: holds %zu labels, expected %zu as %s holds images", eng_input_name(labels),
            label_count, image_count, eng_input_name(images));
    split->count = image_count < limit ? image_count : limit;
    return ENG_OK;
}

static EngStatus load_split(const char *dir, const char *prefix, unsigned classes, size_t limit,
    EngShape *shape, EngSplit *split, EngError *err)
{
    char stem[32];
    EngInput *images = NULL, *labels = NULL;
    snprintf(stem, sizeof stem, "%s-images", prefix);
    EngStatus status = open_member(dir, stem, "idx3", &images, err);
    snprintf(stem, sizeof stem, "%s-labels", prefix);
    if (status == ENG_OK)
        status = open_member(dir, stem, "idx1", &labels, err);
    if (status == ENG_OK)
        status = read_split(images, labels, classes, limit, shape, split, err);
    eng_input_close(images);
    eng_input_close(labels);
    return status;
}

EngStatus eng_idx_load(
    const char *dir, unsigned classes, size_t limit, EngDataset *out, EngError *err)
{
    EngShape test = {0};
    EngStatus status = load_split(dir, "train", classes, limit, &out->shape, &out->train, err);
    if (status == ENG_OK)
        status = load_split(dir, "t10k", classes, SIZE_MAX, &test, &out->test, err);
    if (status != ENG_OK)
        return status;
    if (test.y != out->shape.y || test.x != out->shape.x)
        return eng_error(err, ENG_ERR_FORMAT,
            "%s: the test images are %" PRIu32 " x %" PRIu32 ", expected %" PRIu32 " x %" PRIu32
            " as in the training images",
            dir, test.y, test.x, out->shape.y, out->shape.x);
    out->classes = classes;
    return ENG_OK;
}
