#include "net/safetensors.h"
#include "base/memory.h"
#include "data/input.h"
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The header is read from left to right; `at` is where in the file. */
typedef struct Reader {
    const char *file;
    const uint8_t *bytes;
    size_t at, end; /* of the header */
    EngError *err;
} Reader;

static EngStatus refuse(const Reader *r, size_t offset, const char *expected)
{
    return eng_error(
        r->err, ENG_ERR_FORMAT, "%s: offset %zu: expected %s", r->file, offset, expected);
}

/* ---- words of the header ------------------------------------------------------------------------ */

static void skip_blanks(Reader *r)
{
    while (r->at < r->end &&
        (r->bytes[r->at] == ' ' || r->bytes[r->at] == '\t' || r->bytes[r->at] == '\n' ||
            r->bytes[r->at] == '\r'))
        r->at++;
}

/* Takes one character, blanks before it aside. */
static bool take(Reader *r, char c)
{
    skip_blanks(r);
    if (r->at == r->end || r->bytes[r->at] != (uint8_t)c)
        return false;
    r->at++;
    return true;
}

static EngStatus need(Reader *r, char c, const char *expected)
{
    return take(r, c) ? ENG_OK : refuse(r, r->at, expected);
}

/* A string of fewer than `room` bytes; one that is longer is cut where `cut` allows that. */
static EngStatus read_string(Reader *r, const char *expected, char *out, size_t room, bool cut)
{
    size_t n = 0;
    skip_blanks(r);
    const size_t start = r->at;
    if (!take(r, '"'))
        return refuse(r, start, expected);
    while (r->at < r->end && r->bytes[r->at] != '"') {
        uint8_t c = r->bytes[r->at++];
        if (c < 0x20)
            return refuse(r, r->at - 1, "no control character in a string");
        if (c == '\\') {
            if (r->at == r->end || (r->bytes[r->at] != '"' && r->bytes[r->at] != '\\'))
                return refuse(r, r->at, "\\\" or \\\\: no other escape is read");
            c = r->bytes[r->at++];
        }
        if (n + 1 < room)
            out[n++] = (char)c;
        else if (!cut)
            return refuse(r, start, "a string that is not so long");
    }
    out[n] = '\0';
    return need(r, '"', "the string's closing quote");
}

static EngStatus read_number(Reader *r, uint64_t *out)
{
    skip_blanks(r);
    const size_t start = r->at;
    uint64_t value = 0;
    for (; r->at < r->end && r->bytes[r->at] >= '0' && r->bytes[r->at] <= '9'; r->at++) {
        const unsigned digit = r->bytes[r->at] - '0';
        if (value > (UINT64_MAX - digit) / 10)
            return refuse(r, start, "a number below 2^64");
        value = value * 10 + digit;
    }
    *out = value;
    return r->at > start ? ENG_OK : refuse(r, start, "a whole number");
}

/* `[a, b, …]` of at most `most` numbers. */
static EngStatus read_numbers(Reader *r, uint64_t *out, size_t most, size_t *count)
{
    *count = 0;
    EngStatus status = need(r, '[', "a list of numbers");
    if (status != ENG_OK || take(r, ']'))
        return status;
    do {
        if (*count == most)
            return refuse(r, r->at, "a shorter list");
        status = read_number(r, &out[(*count)++]);
    } while (status == ENG_OK && take(r, ','));
    return status == ENG_OK ? need(r, ']', "a comma or the list's end") : status;
}

/* ---- entries ------------------------------------------------------------------------------------ */

/* One entry as it is read; its place is checked once all are there. */
typedef struct Entry {
    EngSafetensor tensor;
    uint64_t begin, end;
} Entry;

typedef struct Entries {
    Entry *entry; /* (room) */
    size_t count, room;
} Entries;

enum { SEEN_DTYPE = 1, SEEN_SHAPE = 2, SEEN_OFFSETS = 4, SEEN_ALL = 7 };

static EngStatus read_field(Reader *r, unsigned *seen, Entry *entry)
{
    char key[16];
    const size_t start = r->at;
    EngStatus status = read_string(r, "a key in quotes", key, sizeof key, false);
    if (status == ENG_OK)
        status = need(r, ':', "a colon");
    if (status != ENG_OK)
        return status;
    unsigned bit = 0;
    uint64_t offsets[2];
    size_t count;
    if (strcmp(key, "dtype") == 0) {
        bit = SEEN_DTYPE;
        status = read_string(
            r, "a type in quotes", entry->tensor.dtype, sizeof entry->tensor.dtype, false);
    } else if (strcmp(key, "shape") == 0) {
        bit = SEEN_SHAPE;
        status = read_numbers(r, entry->tensor.shape, ENG_SAFETENSORS_RANK, &entry->tensor.rank);
    } else if (strcmp(key, "data_offsets") == 0) {
        bit = SEEN_OFFSETS;
        status = read_numbers(r, offsets, 2, &count);
        if (status == ENG_OK && count != 2)
            status = refuse(r, start, "two offsets");
        if (status == ENG_OK) {
            entry->begin = offsets[0];
            entry->end = offsets[1];
        }
    }
    if (status == ENG_OK && (bit == 0 || (*seen & bit)))
        status = refuse(r, start, "dtype, shape and data_offsets, each once");
    *seen |= bit;
    return status;
}

static EngStatus read_entry(Reader *r, Entry *entry)
{
    unsigned seen = 0;
    EngStatus status = need(r, '{', "a tensor's description");
    if (status != ENG_OK)
        return status;
    do {
        skip_blanks(r);
        status = read_field(r, &seen, entry);
    } while (status == ENG_OK && take(r, ','));
    if (status == ENG_OK)
        status = need(r, '}', "a comma or the description's end");
    if (status == ENG_OK && seen != SEEN_ALL)
        status = refuse(r, entry->tensor.offset, "dtype, shape and data_offsets of the tensor");
    return status;
}

/* `{"key": "value", …}`, which says nothing about the tensors. */
static EngStatus skip_metadata(Reader *r)
{
    char unused[2];
    EngStatus status = need(r, '{', "an object of strings");
    if (status != ENG_OK || take(r, '}'))
        return status;
    do {
        status = read_string(r, "a key in quotes", unused, sizeof unused, true);
        if (status == ENG_OK)
            status = need(r, ':', "a colon");
        if (status == ENG_OK)
            status = read_string(r, "a string", unused, sizeof unused, true);
    } while (status == ENG_OK && take(r, ','));
    return status == ENG_OK ? need(r, '}', "a comma or the object's end") : status;
}

/* Room for one more entry. A description takes dozens of bytes of the header, so that the memory
 * follows from what was read. */
static EngStatus grow(Reader *r, Entries *entries)
{
    if (entries->count < entries->room)
        return ENG_OK;
    const size_t room = entries->room ? 2 * entries->room : 16;
    Entry *more = eng_alloc(room, sizeof *more);
    if (!more)
        return eng_error(r->err, ENG_ERR_NOMEM, "%s: no memory for %zu tensors", r->file, room);
    if (entries->count)
        memcpy(more, entries->entry, entries->count * sizeof *more);
    eng_free(entries->entry);
    entries->entry = more;
    entries->room = room;
    return ENG_OK;
}

static EngStatus read_header(Reader *r, Entries *entries)
{
    EngStatus status = need(r, '{', "a header that begins with {");
    if (status == ENG_OK && take(r, '}'))
        return ENG_OK;
    while (status == ENG_OK) {
        status = grow(r, entries);
        if (status != ENG_OK)
            return status;
        Entry *entry = &entries->entry[entries->count];
        skip_blanks(r);
        *entry = (Entry){.tensor = {.offset = r->at}};
        status = read_string(
            r, "a tensor's name in quotes", entry->tensor.name, sizeof entry->tensor.name, false);
        if (status == ENG_OK)
            status = need(r, ':', "a colon");
        if (status == ENG_OK && strcmp(entry->tensor.name, "__metadata__") == 0) {
            status = skip_metadata(r);
        } else if (status == ENG_OK) {
            status = read_entry(r, entry);
            entries->count++;
        }
        if (status == ENG_OK && !take(r, ','))
            break;
    }
    return status == ENG_OK ? need(r, '}', "a comma or the header's end") : status;
}

/* ---- what the entries claim --------------------------------------------------------------------- */

/* Bytes of one value; 0: a type that is not known, whose size is taken as it is. */
static size_t value_size(const char *dtype)
{
    static const struct {
        const char *name;
        size_t bytes;
    } known[] = {{"F64", 8}, {"F32", 4}, {"F16", 2}, {"BF16", 2}, {"I64", 8}, {"I32", 4},
        {"I16", 2}, {"I8", 1}, {"U8", 1}, {"U16", 2}, {"U32", 4}, {"U64", 8}, {"BOOL", 1}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].name, dtype) == 0)
            return known[i].bytes;
    }
    return 0;
}

/* The shape's values times their size is what the offsets hold. */
static EngStatus check_entry(const Reader *r, const Entry *e, size_t data_size)
{
    const EngSafetensor *t = &e->tensor;
    size_t size = value_size(t->dtype);
    if (e->begin > e->end || e->end > data_size)
        return eng_error(r->err, ENG_ERR_FORMAT,
            "%s: offset %zu: tensor \"%s\" lies from %" PRIu64 " to %" PRIu64
            " in data of %zu bytes",
            r->file, t->offset, t->name, e->begin, e->end, data_size);
    if (size == 0)
        return eng_error(r->err, ENG_ERR_FORMAT,
            "%s: offset %zu: tensor \"%s\" has the unknown type \"%s\"; expected F32 or its kin",
            r->file, t->offset, t->name, t->dtype);
    bool fits = true;
    for (size_t i = 0; i < t->rank; i++)
        fits = fits && t->shape[i] <= SIZE_MAX && eng_size_mul(size, (size_t)t->shape[i], &size);
    if (!fits || size != e->end - e->begin)
        return eng_error(r->err, ENG_ERR_FORMAT,
            "%s: offset %zu: tensor \"%s\" has %" PRIu64 " bytes, which its shape and type do not "
            "fill",
            r->file, t->offset, t->name, e->end - e->begin);
    return ENG_OK;
}

static int by_place(const void *a, const void *b)
{
    const Entry *x = a, *y = b;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

static int by_name(const void *a, const void *b)
{
    const Entry *const *x = a, *const *y = b;
    return strcmp((*x)->tensor.name, (*y)->tensor.name);
}

static EngStatus check_names(const Reader *r, const Entries *entries)
{
    const Entry **sorted = eng_alloc(entries->count, sizeof *sorted);
    if (!sorted)
        return eng_error(r->err, ENG_ERR_NOMEM, "%s: no memory for its names", r->file);
    for (size_t i = 0; i < entries->count; i++)
        sorted[i] = &entries->entry[i];
    if (entries->count)
        qsort(sorted, entries->count, sizeof *sorted, by_name);
    EngStatus status = ENG_OK;
    for (size_t i = 1; i < entries->count && status == ENG_OK; i++) {
        if (strcmp(sorted[i - 1]->tensor.name, sorted[i]->tensor.name) == 0)
            status =
                eng_error(r->err, ENG_ERR_FORMAT, "%s: offset %zu: there are two tensors \"%s\"",
                    r->file, sorted[i]->tensor.offset, sorted[i]->tensor.name);
    }
    eng_free(sorted);
    return status;
}

/* Tensors lie one behind the other, from the first byte of the data to the last. */
static EngStatus check_places(const Reader *r, const Entries *entries, size_t data_size)
{
    uint64_t at = 0;
    for (size_t i = 0; i < entries->count; i++) {
        const Entry *e = &entries->entry[i];
        const EngStatus status = check_entry(r, e, data_size);
        if (status != ENG_OK)
            return status;
        if (e->begin != at)
            return eng_error(r->err, ENG_ERR_FORMAT,
                "%s: offset %zu: tensor \"%s\" begins at %" PRIu64 " of the data, where %" PRIu64
                " is the next free byte",
                r->file, e->tensor.offset, e->tensor.name, e->begin, at);
        at = e->end;
    }
    if (at != data_size)
        return eng_error(r->err, ENG_ERR_FORMAT,
            "%s: offset %zu: the tensors end after %" PRIu64 " of %zu bytes of data", r->file,
            r->end + (size_t)at, at, data_size);
    return check_names(r, entries);
}

/* ---- the file ------------------------------------------------------------------------------------ */

static uint64_t little_endian(const uint8_t *bytes, size_t n)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

static EngStatus hand_over(const Reader *r, const Entries *entries, EngSafetensors *out)
{
    out->tensor = eng_alloc(entries->count, sizeof *out->tensor);
    if (!out->tensor)
        return eng_error(r->err, ENG_ERR_NOMEM, "%s: no memory for its tensors", r->file);
    out->count = entries->count;
    for (size_t i = 0; i < entries->count; i++) {
        const Entry *e = &entries->entry[i];
        out->tensor[i] = e->tensor;
        out->tensor[i].data = r->bytes + r->end + e->begin;
        out->tensor[i].size = (size_t)(e->end - e->begin);
    }
    return ENG_OK;
}

/* `out` holds the file's name and bytes already. */
static EngStatus parse(EngSafetensors *out, size_t size, EngError *err)
{
    Reader r = {.file = out->file, .bytes = out->bytes, .at = 8, .err = err};
    if (size < 8)
        return refuse(&r, size, "the eight bytes of the header's length");
    const uint64_t length = little_endian(out->bytes, 8);
    if (length > size - 8 || length > ENG_SAFETENSORS_HEADER)
        return eng_error(err, ENG_ERR_FORMAT,
            "%s: offset 0: a header of %" PRIu64 " bytes is claimed, %zu bytes follow and %u are "
            "possible",
            out->file, length, size - 8, ENG_SAFETENSORS_HEADER);
    r.end = 8 + (size_t)length;
    Entries entries = {0};
    EngStatus status = read_header(&r, &entries);
    skip_blanks(&r);
    if (status == ENG_OK && r.at != r.end)
        status = refuse(&r, r.at, "nothing but blanks behind the header's object");
    if (status == ENG_OK && entries.count)
        qsort(entries.entry, entries.count, sizeof *entries.entry, by_place);
    if (status == ENG_OK)
        status = check_places(&r, &entries, size - r.end);
    if (status == ENG_OK)
        status = hand_over(&r, &entries, out);
    eng_free(entries.entry);
    return status;
}

static EngStatus finish(EngSafetensors *out, size_t size, EngError *err)
{
    const EngStatus status = out->file && out->bytes
        ? parse(out, size, err)
        : eng_error(err, ENG_ERR_NOMEM, "No memory for %zu bytes of weights.", size);
    if (status != ENG_OK)
        eng_safetensors_clear(out);
    return status;
}

EngStatus eng_safetensors_parse(
    const char *name, const uint8_t *bytes, size_t size, EngSafetensors *out, EngError *err)
{
    *out = (EngSafetensors){.file = eng_strdup(name), .bytes = eng_alloc(size, 1)};
    if (out->bytes && size)
        memcpy(out->bytes, bytes, size);
    return finish(out, size, err);
}

EngStatus eng_safetensors_read(const char *path, EngSafetensors *out, EngError *err)
{
    EngInput *in = NULL;
    uint64_t size = 0;
    *out = (EngSafetensors){0};
    EngStatus status = eng_input_open(path, &in, err);
    if (status == ENG_OK)
        status = eng_input_take_all(in, &out->bytes, &size, err);
    eng_input_close(in);
    if (status != ENG_OK) {
        eng_safetensors_clear(out);
        return status;
    }
    out->file = eng_strdup(path);
    return finish(out, (size_t)size, err);
}

void eng_safetensors_clear(EngSafetensors *tensors)
{
    eng_free(tensors->file);
    eng_free(tensors->bytes);
    eng_free(tensors->tensor);
    *tensors = (EngSafetensors){0};
}

const EngSafetensor *eng_safetensors_find(const EngSafetensors *tensors, const char *name)
{
    for (size_t i = 0; i < tensors->count; i++) {
        if (strcmp(tensors->tensor[i].name, name) == 0)
            return &tensors->tensor[i];
    }
    return NULL;
}

size_t eng_safetensor_values(const EngSafetensor *tensor)
{
    size_t values = 1;
    for (size_t i = 0; i < tensor->rank; i++)
        values *= (size_t)tensor->shape[i]; /* checked: times the value's size it fits */
    return values;
}

/* ---- values -------------------------------------------------------------------------------------- */

static float bits_to_float(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* IEEE half precision is exact in float32: subnormals are k 2^-24. */
static float half_to_float(uint32_t h)
{
    const uint32_t sign = (h & 0x8000u) << 16, exponent = h >> 10 & 31, fraction = h & 0x3ffu;
    if (exponent == 0) {
        const float size = (float)fraction * 0x1p-24f;
        return sign ? -size : size;
    }
    if (exponent == 31)
        return bits_to_float(sign | 0x7f800000u | fraction << 13);
    return bits_to_float(sign | (exponent + 112) << 23 | fraction << 13);
}

static float double_to_float(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return (float)value;
}

EngStatus eng_safetensor_floats(
    const EngSafetensors *tensors, const EngSafetensor *t, float *out, EngError *err)
{
    const size_t n = eng_safetensor_values(t), bytes = value_size(t->dtype);
    const bool half = strcmp(t->dtype, "F16") == 0, brain = strcmp(t->dtype, "BF16") == 0;
    const bool single = strcmp(t->dtype, "F32") == 0, wide = strcmp(t->dtype, "F64") == 0;
    if (!half && !brain && !single && !wide)
        return eng_error(err, ENG_ERR_FORMAT,
            "%s: offset %zu: tensor \"%s\" holds %s; expected F32, F64, F16 or BF16", tensors->file,
            t->offset, t->name, t->dtype);
    for (size_t i = 0; i < n; i++) {
        const uint64_t raw = little_endian(t->data + i * bytes, bytes);
        out[i] = half ? half_to_float((uint32_t)raw)
            : brain   ? bits_to_float((uint32_t)raw << 16)
            : single  ? bits_to_float((uint32_t)raw)
                      : double_to_float(raw);
    }
    return ENG_OK;
}
