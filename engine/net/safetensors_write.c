/* Writing the safetensors container; see safetensors.h. */
#include "base/memory.h"
#include "base/text.h"
#include "net/safetensors.h"
#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* Names are the layers' own: nothing in them needs an escape. */
static void add_entry(EngText *text, const EngSafetensor *t, uint64_t *at)
{
    const uint64_t end = *at + 4 * (uint64_t)eng_safetensor_values(t);
    eng_text_add(text, ",\"%s\":{\"dtype\":\"F32\",\"shape\":[", t->name);
    for (size_t i = 0; i < t->rank; i++)
        eng_text_add(text, "%s%" PRIu64, i ? "," : "", t->shape[i]);
    eng_text_add(text, "],\"data_offsets\":[%" PRIu64 ",%" PRIu64 "]}", *at, end);
    *at = end;
}

/* The header, padded with blanks so that the data begin at a multiple of 8. */
static EngText make_header(const EngSafetensor *tensor, size_t count)
{
    EngText text = {0};
    uint64_t at = 0;
    eng_text_add(&text, "{\"__metadata__\":{\"format\":\"pt\"}");
    for (size_t i = 0; i < count; i++)
        add_entry(&text, &tensor[i], &at);
    eng_text_add(&text, "}");
    while (!text.failed && text.length % 8 != 0)
        eng_text_add(&text, " ");
    return text;
}

static bool put_number(FILE *file, uint64_t value)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
    return fwrite(bytes, 1, sizeof bytes, file) == sizeof bytes;
}

static bool put_floats(FILE *file, float *values, size_t n)
{
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        bits = __builtin_bswap32(bits);
        memcpy(&values[i], &bits, sizeof bits);
    }
#endif
    return fwrite(values, sizeof *values, n, file) == n;
}

static bool put_all(FILE *file, const EngText *header, const EngSafetensor *tensor, size_t count,
    EngSafetensorFn values, void *ctx, float *buffer)
{
    if (!put_number(file, header->length) ||
        fwrite(header->data, 1, header->length, file) != header->length)
        return false;
    for (size_t i = 0; i < count; i++) {
        values(ctx, i, buffer);
        if (!put_floats(file, buffer, eng_safetensor_values(&tensor[i])))
            return false;
    }
    return true;
}

static EngStatus system_error(const char *path, EngError *err)
{
    return eng_error(err, ENG_ERR_IO, "%s cannot be written: %s", path, strerror(errno));
}

/* Beside its place first, then under its name: nobody ever sees half a file there. */
static EngStatus write_file(const char *path, const EngText *header, const EngSafetensor *tensor,
    size_t count, EngSafetensorFn values, void *ctx, float *buffer, EngError *err)
{
    EngText beside = {0};
    eng_text_add(&beside, "%s.part", path);
    if (beside.failed)
        return eng_error(err, ENG_ERR_NOMEM, "No memory to write weights.");
    FILE *file = fopen(beside.data, "wb");
    EngStatus status = file ? ENG_OK : system_error(path, err);
    if (file && !put_all(file, header, tensor, count, values, ctx, buffer))
        status = system_error(path, err);
    if (file && fclose(file) != 0 && status == ENG_OK)
        status = system_error(path, err);
    if (status == ENG_OK && rename(beside.data, path) != 0)
        status = system_error(path, err);
    if (status != ENG_OK && file)
        remove(beside.data);
    eng_text_free(&beside);
    return status;
}

EngStatus eng_safetensors_write(const char *path, const EngSafetensor *tensor, size_t count,
    EngSafetensorFn values, void *ctx, EngError *err)
{
    size_t most = 0;
    for (size_t i = 0; i < count; i++)
        most = eng_safetensor_values(&tensor[i]) > most ? eng_safetensor_values(&tensor[i]) : most;
    float *buffer = eng_alloc(most, sizeof *buffer);
    EngText header = make_header(tensor, count);
    const EngStatus status = buffer && !header.failed
        ? write_file(path, &header, tensor, count, values, ctx, buffer, err)
        : eng_error(err, ENG_ERR_NOMEM, "No memory to write weights.");
    eng_text_free(&header);
    eng_free(buffer);
    return status;
}
