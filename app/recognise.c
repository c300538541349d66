#include "recognise.h"
#include "base/memory.h"
#include "base/text.h"
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <zlib.h>

/* How much of a file is looked at. */
#define GLANCE 4096

#define READ_ARE                                                                                   \
    "expected a folder of IDX files or CIFAR batches, a CSV or text file, or an experiment"

/* A kind of folder, and names of which one must be there; both may end in .gz. */
typedef struct Folder {
    const char *kind;
    const char *names[6];
} Folder;

static const Folder folders[] = {
    {"idx", {"train-images-idx3-ubyte", "train-images.idx3-ubyte", NULL}},
    {"cifar10",
        {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
            "data_batch_5.bin", NULL}},
    {"cifar100", {"train.bin", NULL}},
};

/* Further names of files that stand for their folder. */
static const char *const members[] = {"train-labels-idx1-ubyte", "train-labels.idx1-ubyte",
    "t10k-images-idx3-ubyte", "t10k-images.idx3-ubyte", "t10k-labels-idx1-ubyte",
    "t10k-labels.idx1-ubyte", "test_batch.bin", "test.bin"};

static EngStatus no_memory(EngError *err)
{
    return eng_error(err, ENG_ERR_NOMEM, "no memory to look at a file");
}

static EngStatus found(AppFoundKind kind, const char *prefix, const char *path, size_t length,
    AppFound *out, EngError *err)
{
    EngText text = {0};
    eng_text_add(&text, "%s%.*s", prefix, (int)length, path);
    char *const spec = text.failed ? NULL : eng_strdup(text.data);
    eng_text_free(&text);
    if (!spec)
        return no_memory(err);
    *out = (AppFound){kind, spec};
    return ENG_OK;
}

/* ---- folders --------------------------------------------------------------------------------- */

static bool is_file(const char *folder, size_t length, const char *name, const char *ending)
{
    struct stat about;
    EngText path = {0};
    eng_text_add(&path, "%.*s/%s%s", (int)length, folder, name, ending);
    const bool there = !path.failed && stat(path.data, &about) == 0 && S_ISREG(about.st_mode);
    eng_text_free(&path);
    return there;
}

/* The kind of data in the first `length` characters of a path; NULL where there are none. */
static const char *folder_kind(const char *path, size_t length)
{
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        for (const char *const *name = folders[i].names; *name; name++)
            if (is_file(path, length, *name, "") || is_file(path, length, *name, ".gz"))
                return folders[i].kind;
    return NULL;
}

static EngStatus found_folder(
    const char *kind, const char *path, size_t length, AppFound *out, EngError *err)
{
    char prefix[16];
    snprintf(prefix, sizeof prefix, "%s:", kind);
    return found(APP_FOUND_DATA, prefix, path, length, out, err);
}

/* `name` without .gz is `wanted`. */
static bool is_named(const char *name, const char *wanted)
{
    const size_t length = strlen(wanted);
    return strncmp(name, wanted, length) == 0 &&
        (name[length] == '\0' || strcmp(name + length, ".gz") == 0);
}

static bool is_member(const char *name)
{
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (is_named(name, members[i]))
            return true;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        for (const char *const *member = folders[i].names; *member; member++)
            if (is_named(name, *member))
                return true;
    return false;
}

/* ---- files ----------------------------------------------------------------------------------- */

static bool ends_with(const char *name, const char *ending)
{
    size_t length = strlen(name);
    const size_t wanted = strlen(ending);
    if (length > 3 && strcasecmp(name + length - 3, ".gz") == 0)
        length -= 3;
    return length > wanted && strncasecmp(name + length - wanted, ending, wanted) == 0;
}

/* Commas, semicolons or tabs in the first line, if the second has as many; 0: no table. */
static size_t separators(const char *text)
{
    static const char marks[] = {',', ';', '\t'};
    for (size_t i = 0; i < sizeof marks; i++) {
        size_t count[2] = {0};
        const char *at = text;
        for (int line = 0; line < 2; line++) {
            for (; *at && *at != '\n'; at++)
                count[line] += *at == marks[i];
            at += *at == '\n';
        }
        if (count[0] > 0 && count[0] == count[1])
            return count[0];
    }
    return 0;
}

/* Reads the file's beginning, unpacked, and ends it with a NUL. */
static EngStatus glance(const char *path, char text[GLANCE + 1], size_t *length, EngError *err)
{
    errno = 0;
    gzFile const file = gzopen(path, "rb");
    if (!file)
        return eng_error(
            err, ENG_ERR_IO, "%s: %s", path, errno ? strerror(errno) : "it cannot be opened");
    const int got = gzread(file, text, GLANCE);
    const int error = errno;
    gzclose(file);
    if (got < 0)
        return eng_error(err, ENG_ERR_IO, "%s: %s", path,
            error ? strerror(error) : "its packed bytes are damaged");
    *length = (size_t)got;
    text[got] = '\0';
    return ENG_OK;
}

static EngStatus recognise_file(const char *path, const char *name, AppFound *out, EngError *err)
{
    static const char database[] = "SQLite format 3";
    char text[GLANCE + 1];
    size_t length = 0;
    EngStatus status = glance(path, text, &length, err);
    if (status != ENG_OK)
        return status;
    if (length >= sizeof database && memcmp(text, database, sizeof database) == 0)
        return eng_error(err, ENG_ERR_FORMAT,
            "%s: a library of runs, expected a data set or an experiment; mantissa --db opens it",
            path);
    if (length == 0 || strlen(text) != length)
        return eng_error(err, ENG_ERR_FORMAT, "%s: %s, " READ_ARE, path,
            length == 0 ? "an empty file" : "its kind is unknown");
    const char *first = text;
    while (isspace((unsigned char)*first))
        first++;
    if (*first == '{' || ends_with(name, ".json"))
        return found(APP_FOUND_EXPERIMENT, "", path, strlen(path), out, err);
    const bool table = ends_with(name, ".csv") || ends_with(name, ".tsv") ||
        (!ends_with(name, ".txt") && separators(text) > 0);
    return found(APP_FOUND_DATA, table ? "csv:" : "text:", path, strlen(path), out, err);
}

EngStatus app_recognise(const char *path, AppFound *out, EngError *err)
{
    struct stat about;
    size_t length = strlen(path);
    if (stat(path, &about) != 0)
        return eng_error(err, ENG_ERR_IO, "%s: %s", path, strerror(errno));
    while (length > 1 && path[length - 1] == '/')
        length--;
    if (S_ISDIR(about.st_mode)) {
        const char *const kind = folder_kind(path, length);
        return kind ? found_folder(kind, path, length, out, err)
                    : eng_error(err, ENG_ERR_FORMAT,
                          "%s: a folder without IDX files or CIFAR batches, " READ_ARE, path);
    }
    if (!S_ISREG(about.st_mode))
        return eng_error(err, ENG_ERR_FORMAT, "%s: no plain file, " READ_ARE, path);
    const char *const slash = strrchr(path, '/');
    const char *const name = slash ? slash + 1 : path;
    const char *const kind =
        slash && is_member(name) ? folder_kind(path, (size_t)(slash - path)) : NULL;
    return kind ? found_folder(kind, path, (size_t)(slash - path), out, err)
                : recognise_file(path, name, out, err);
}
