#include "data/input.h"
#include "base/memory.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#define PIECE 65536u        /* raw bytes fetched at a time */
#define FIRST_GROWTH 65536u /* bytes a growing buffer starts with */

struct EngInput {
    char *name;
    FILE *file; /* NULL: memory */
    const uint8_t *memory;
    size_t memory_left;
    bool packed;
    bool member_done; /* packed: between two gzip members */
    z_stream z;       /* packed */
    uint64_t offset;
    const uint8_t *raw; /* bytes fetched and not used yet */
    size_t raw_left;
    uint8_t piece[PIECE];
};

/* Makes sure that raw bytes are at hand where there are any left; raw_left == 0 means the end. */
static EngStatus fetch(EngInput *in, EngError *err)
{
    if (in->raw_left > 0)
        return ENG_OK;
    if (in->file) {
        in->raw = in->piece;
        in->raw_left = fread(in->piece, 1, sizeof in->piece, in->file);
        if (in->raw_left == 0 && ferror(in->file))
            return eng_error(err, ENG_ERR_IO, "%s: cannot be read after byte %" PRIu64 ": %s",
                in->name, in->offset, strerror(errno));
        return ENG_OK;
    }
    in->raw = in->memory;
    in->raw_left = in->memory_left < PIECE ? in->memory_left : PIECE;
    in->memory += in->raw_left;
    in->memory_left -= in->raw_left;
    return ENG_OK;
}

/* gzip starts with 1f 8b (RFC 1952), whatever the file is called. */
static EngStatus detect_gzip(EngInput *in, EngError *err)
{
    const EngStatus status = fetch(in, err);
    if (status != ENG_OK)
        return status;
    if (in->raw_left < 2 || in->raw[0] != 0x1f || in->raw[1] != 0x8b)
        return ENG_OK;
    if (inflateInit2(&in->z, 16 + MAX_WBITS) != Z_OK)
        return eng_error(err, ENG_ERR_NOMEM, "%s: no memory to unpack it", in->name);
    in->packed = true;
    return ENG_OK;
}

static EngStatus new_input(const char *name, EngInput **out, EngError *err)
{
    EngInput *in = eng_alloc(1, sizeof *in);
    if (in && !(in->name = eng_strdup(name))) {
        eng_free(in);
        in = NULL;
    }
    *out = in;
    return in ? ENG_OK : eng_error(err, ENG_ERR_NOMEM, "%s: no memory to read it", name);
}

static EngStatus open_file(EngInput *in, EngError *err)
{
    in->file = fopen(in->name, "rb");
    if (!in->file)
        return eng_error(err, ENG_ERR_IO, "%s: cannot be opened: %s", in->name, strerror(errno));
    struct stat about;
    if (fstat(fileno(in->file), &about) != 0 || !S_ISREG(about.st_mode))
        return eng_error(err, ENG_ERR_IO, "%s: is not a regular file", in->name);
    return detect_gzip(in, err);
}

static EngStatus close_unless_ok(EngStatus status, EngInput **in)
{
    if (status != ENG_OK) {
        eng_input_close(*in);
        *in = NULL;
    }
    return status;
}

EngStatus eng_input_open(const char *path, EngInput **out, EngError *err)
{
    const EngStatus status = new_input(path, out, err);
    return status != ENG_OK ? status : close_unless_ok(open_file(*out, err), out);
}

EngStatus eng_input_memory(
    const char *name, const void *bytes, size_t size, EngInput **out, EngError *err)
{
    const EngStatus status = new_input(name, out, err);
    if (status != ENG_OK)
        return status;
    (*out)->memory = bytes;
    (*out)->memory_left = size;
    return close_unless_ok(detect_gzip(*out, err), out);
}

void eng_input_close(EngInput *in)
{
    if (!in)
        return;
    if (in->packed)
        inflateEnd(&in->z);
    if (in->file)
        fclose(in->file);
    eng_free(in->name);
    eng_free(in);
}

const char *eng_input_name(const EngInput *in)
{
    return in->name;
}

uint64_t eng_input_offset(const EngInput *in)
{
    return in->offset;
}

const char *eng_input_where(const EngInput *in)
{
    return in->packed ? " of the unpacked data" : "";
}

static EngStatus damaged(const EngInput *in, uint64_t at, const char *how, EngError *err)
{
    return eng_error(err, ENG_ERR_FORMAT, "%s: the gzip data %s after byte %" PRIu64 "%s", in->name,
        how, at, eng_input_where(in));
}

/* One call of inflate: *got unpacked bytes. *end is set where the last member is complete and no
 * raw bytes are left. */
static EngStatus unpack(
    EngInput *in, uint8_t *out, size_t want, size_t *got, bool *end, EngError *err)
{
    *got = 0;
    const EngStatus status = fetch(in, err);
    if (status != ENG_OK)
        return status;
    if (in->raw_left == 0) {
        *end = true;
        return in->member_done ? ENG_OK : damaged(in, in->offset, "are cut off", err);
    }
    if (in->member_done) { /* RFC 1952 2.2: members simply follow each other */
        inflateReset(&in->z);
        in->member_done = false;
    }
    in->z.next_in = (Bytef *)in->raw;
    in->z.avail_in = (uInt)in->raw_left;
    in->z.next_out = out;
    in->z.avail_out = want < (1u << 30) ? (uInt)want : 1u << 30;
    const uInt room = in->z.avail_out;
    const int answer = inflate(&in->z, Z_NO_FLUSH);
    *got = room - in->z.avail_out;
    in->raw += in->raw_left - in->z.avail_in;
    in->raw_left = in->z.avail_in;
    if (answer == Z_MEM_ERROR)
        return eng_error(err, ENG_ERR_NOMEM, "%s: no memory to unpack it", in->name);
    if (answer != Z_OK && answer != Z_STREAM_END && answer != Z_BUF_ERROR)
        return damaged(in, in->offset + *got, "are damaged", err);
    in->member_done = answer == Z_STREAM_END;
    return ENG_OK;
}

static EngStatus copy_raw(
    EngInput *in, uint8_t *out, size_t want, size_t *got, bool *end, EngError *err)
{
    *got = 0;
    const EngStatus status = fetch(in, err);
    if (status != ENG_OK)
        return status;
    *got = want < in->raw_left ? want : in->raw_left;
    memcpy(out, in->raw, *got);
    in->raw += *got;
    in->raw_left -= *got;
    *end = *got == 0;
    return ENG_OK;
}

EngStatus eng_input_read(EngInput *in, void *out, size_t want, size_t *got, EngError *err)
{
    uint8_t *to = out;
    *got = 0;
    bool end = false;
    while (*got < want && !end) {
        size_t n;
        const EngStatus status = in->packed ? unpack(in, to + *got, want - *got, &n, &end, err)
                                            : copy_raw(in, to + *got, want - *got, &n, &end, err);
        *got += n;
        in->offset += n;
        if (status != ENG_OK)
            return status;
    }
    return ENG_OK;
}

/* Doubles the buffer, up to `most` bytes. */
static bool grow(uint8_t **bytes, size_t *capacity, size_t used, uint64_t most)
{
    uint64_t larger = *capacity < FIRST_GROWTH ? FIRST_GROWTH : (uint64_t)*capacity * 2;
    if (larger > most)
        larger = most;
    if (larger > SIZE_MAX)
        return false;
    uint8_t *fresh = eng_alloc((size_t)larger, 1);
    if (!fresh)
        return false;
    if (used > 0)
        memcpy(fresh, *bytes, used);
    eng_free(*bytes);
    *bytes = fresh;
    *capacity = (size_t)larger;
    return true;
}

/* Reads `want` bytes and drops them. */
static EngStatus skip(EngInput *in, uint64_t want, uint64_t *got, EngError *err)
{
    uint8_t dropped[4096];
    *got = 0;
    while (*got < want) {
        const size_t ask = want - *got < sizeof dropped ? (size_t)(want - *got) : sizeof dropped;
        size_t n;
        const EngStatus status = eng_input_read(in, dropped, ask, &n, err);
        *got += n;
        if (status != ENG_OK || n < ask)
            return status;
    }
    return ENG_OK;
}

EngStatus eng_input_take(
    EngInput *in, uint64_t want, uint64_t keep, uint8_t **bytes, uint64_t *got, EngError *err)
{
    size_t capacity = 0, used = 0;
    if (keep > want)
        keep = want;
    *bytes = NULL;
    *got = 0;
    while (used < keep) {
        if (used == capacity && !grow(bytes, &capacity, used, keep))
            return eng_error(err, ENG_ERR_NOMEM, "%s: no memory for more than its first %zu bytes",
                in->name, used);
        size_t n;
        const EngStatus status = eng_input_read(in, *bytes + used, capacity - used, &n, err);
        used += n;
        *got = used;
        if (status != ENG_OK || used < capacity)
            return status;
    }
    uint64_t dropped;
    const EngStatus status = skip(in, want - keep, &dropped, err);
    *got += dropped;
    return status;
}

EngStatus eng_input_take_all(EngInput *in, uint8_t **bytes, uint64_t *got, EngError *err)
{
    const EngStatus status = eng_input_take(in, ENG_INPUT_MOST, ENG_INPUT_MOST, bytes, got, err);
    if (status != ENG_OK || *got < ENG_INPUT_MOST)
        return status;
    return eng_error(err, ENG_ERR_FORMAT, "%s: holds more than the %" PRIu64 " bytes that are read",
        in->name, ENG_INPUT_MOST - 1);
}

EngStatus eng_input_end(EngInput *in, const char *what, EngError *err)
{
    const uint64_t end = in->offset;
    uint8_t one;
    size_t got;
    const EngStatus status = eng_input_read(in, &one, 1, &got, err);
    if (status != ENG_OK || got == 0)
        return status;
    return eng_error(err, ENG_ERR_FORMAT, "%s: goes on after byte %" PRIu64 "%s, where %s end",
        in->name, end, eng_input_where(in), what);
}
