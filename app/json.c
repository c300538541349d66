#include "json.h"
#include "base/memory.h"
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Integers up to here are exact in the float64 that most readers of JSON use. */
#define EXACT_INTEGER (UINT64_C(1) << 53)

EngStatus app_json_parse(
    const char *text, size_t length, const char *name, json_t **out, EngError *err)
{
    /* Jansson puts the locale's point into a number before it calls strtod; with a locale of its
     * own for this thread the two always agree. */
    const locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!plain)
        return eng_error(err, ENG_ERR_NOMEM, "%s: no memory for reading it", name);
    const locale_t before = uselocale(plain);
    json_error_t where;
    *out = json_loadb(text, length, JSON_REJECT_DUPLICATES, &where);
    uselocale(before);
    freelocale(plain);
    if (*out)
        return ENG_OK;
    if (json_error_code(&where) == json_error_out_of_memory)
        return eng_error(err, ENG_ERR_NOMEM, "%s: no memory for reading it", name);
    return eng_error(err, ENG_ERR_FORMAT, "%s: line %d, column %d: %s, expected JSON", name,
        where.line, where.column, where.text);
}

/* Makes room for `more` bytes and a final NUL. */
static bool make_room(EngText *all, size_t more)
{
    if (all->length + more < all->capacity)
        return true;
    const size_t capacity = 2 * (all->length + more) + 1;
    char *const grown = eng_alloc(capacity, 1);
    if (!grown)
        return false;
    if (all->length > 0)
        memcpy(grown, all->data, all->length);
    eng_free(all->data);
    all->data = grown;
    all->capacity = capacity;
    return true;
}

/* Reads what an open file holds, up to the limit, into memory that grows as bytes arrive. */
static EngStatus read_all(FILE *file, const char *path, EngText *all, EngError *err)
{
    const size_t block = 16384;
    size_t got;
    do {
        if (!make_room(all, block))
            return eng_error(err, ENG_ERR_NOMEM, "%s: no memory for reading it", path);
        got = fread(all->data + all->length, 1, block, file);
        all->length += got;
        all->data[all->length] = '\0';
        if (all->length > APP_JSON_LIMIT)
            return eng_error(err, ENG_ERR_FORMAT, "%s: longer than the %zu bytes that are read",
                path, APP_JSON_LIMIT);
    } while (got > 0);
    return ferror(file) ? eng_error(err, ENG_ERR_IO, "%s: %s", path, strerror(errno)) : ENG_OK;
}

EngStatus app_file_read(const char *path, char **text, size_t *length, EngError *err)
{
    FILE *const file = fopen(path, "rb");
    if (!file)
        return eng_error(err, ENG_ERR_IO, "%s: %s", path, strerror(errno));
    EngText all = {0};
    const EngStatus status = read_all(file, path, &all, err);
    fclose(file);
    if (status != ENG_OK) {
        eng_free(all.data);
        return status;
    }
    *text = all.data;
    *length = all.length;
    return ENG_OK;
}

static EngStatus write_all(int fd, const char *path, const char *text, size_t length, EngError *err)
{
    while (length > 0) {
        const ssize_t done = write(fd, text, length);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return eng_error(err, ENG_ERR_IO, "%s: %s", path, strerror(errno));
        text += done;
        length -= (size_t)done;
    }
    if (fsync(fd) < 0 && errno != EINVAL)
        return eng_error(err, ENG_ERR_IO, "%s: %s", path, strerror(errno));
    return ENG_OK;
}

EngStatus app_file_write(const char *path, const char *text, size_t length, EngError *err)
{
    EngText beside = {0};
    eng_text_add(&beside, "%s.XXXXXX", path);
    if (beside.failed) {
        eng_text_free(&beside);
        return eng_error(err, ENG_ERR_NOMEM, "%s: no memory for writing it", path);
    }
    const int fd = mkstemp(beside.data);
    if (fd < 0) {
        eng_text_free(&beside);
        return eng_error(err, ENG_ERR_IO, "%s: %s", path, strerror(errno));
    }
    EngStatus status = write_all(fd, path, text, length, err);
    const mode_t mask = umask(0);
    umask(mask);
    fchmod(fd, 0666 & ~mask);
    close(fd);
    if (status == ENG_OK && rename(beside.data, path) < 0)
        status = eng_error(err, ENG_ERR_IO, "%s: %s", path, strerror(errno));
    if (status != ENG_OK)
        unlink(beside.data);
    eng_text_free(&beside);
    return status;
}

/* Writes one string with its quotes; control characters and what JSON reserves are escaped. */
static void add_string(EngText *out, const char *text, size_t length)
{
    eng_text_add(out, "\"");
    size_t plain = 0; /* start of the run of bytes that need no escape */
    for (size_t i = 0; i < length; i++) {
        const unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
            continue;
        eng_text_add(out, "%.*s", (int)(i - plain), text + plain);
        if (c == '"' || c == '\\')
            eng_text_add(out, "\\%c", c);
        else if (c == '\n')
            eng_text_add(out, "\\n");
        else
            eng_text_add(out, "\\u%04x", c);
        plain = i + 1;
    }
    eng_text_add(out, "%.*s\"", (int)(length - plain), text + plain);
}

/* A new line at `level`, or nothing where all stands on one line. */
static void add_break(EngText *out, bool pretty, int level)
{
    if (pretty)
        eng_text_add(out, "\n%*s", 2 * level, "");
}

static void add_value(EngText *out, const json_t *value, bool pretty, int level);

static void add_object(EngText *out, const json_t *value, bool pretty, int level)
{
    const char *key;
    json_t *item;
    bool first = true;
    eng_text_add(out, "{");
    json_object_foreach((json_t *)value, key, item)
    {
        eng_text_add(out, "%s", first ? "" : pretty ? "," : ", ");
        first = false;
        add_break(out, pretty, level + 1);
        add_string(out, key, strlen(key));
        eng_text_add(out, ": ");
        add_value(out, item, pretty, level + 1);
    }
    if (!first)
        add_break(out, pretty, level);
    eng_text_add(out, "}");
}

static void add_array(EngText *out, const json_t *value, bool pretty, int level)
{
    const size_t count = json_array_size(value);
    eng_text_add(out, "[");
    for (size_t i = 0; i < count; i++) {
        eng_text_add(out, "%s", i == 0 ? "" : pretty ? "," : ", ");
        add_break(out, pretty, level + 1);
        add_value(out, json_array_get(value, i), pretty, level + 1);
    }
    if (count > 0)
        add_break(out, pretty, level);
    eng_text_add(out, "]");
}

static void add_value(EngText *out, const json_t *value, bool pretty, int level)
{
    char number[ENG_TEXT_NUMBER];
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        add_object(out, value, pretty, level);
        break;
    case JSON_ARRAY:
        add_array(out, value, pretty, level);
        break;
    case JSON_STRING:
        add_string(out, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        eng_text_add(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        break;
    case JSON_REAL:
        eng_text_add(out, "%s", eng_text_double(number, json_real_value(value)));
        break;
    default:
        eng_text_add(out, "%s",
            json_is_null(value)       ? "null"
                : json_is_true(value) ? "true"
                                      : "false");
    }
}

void app_json_add(EngText *out, const json_t *value, bool pretty)
{
    if (!value) {
        out->failed = true; /* Jansson ran out of memory while the value was made */
        return;
    }
    add_value(out, value, pretty, 0);
    if (pretty)
        eng_text_add(out, "\n");
}

json_t *app_json_u64(uint64_t value)
{
    char text[ENG_TEXT_NUMBER];
    if (value <= EXACT_INTEGER)
        return json_integer((json_int_t)value);
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    return json_string(text);
}

json_t *app_json_count(uint64_t value)
{
    return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

json_t *app_json_real(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

/* JSON is UTF-8; a name typed in another encoding keeps what is ASCII. */
static json_t *without_wrong_bytes(const char *text)
{
    char *const copy = eng_strdup(text);
    if (!copy)
        return NULL;
    for (char *c = copy; *c; c++)
        if ((unsigned char)*c >= 0x80)
            *c = '?';
    json_t *const string = json_string(copy);
    eng_free(copy);
    return string;
}

json_t *app_json_string(const char *text)
{
    if (!text)
        return json_null();
    json_t *const string = json_string(text);
    return string ? string : without_wrong_bytes(text);
}
