/* A folder of its own for a test that needs damaged files: made with mkdtemp, removed at the end.
 * A helper that cannot do its work ends the program, so that no test passes on nothing. */
#ifndef TESTS_DATA_FOLDER_H
#define TESTS_DATA_FOLDER_H

#include <dirent.h>
#include <locale.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

typedef struct Folder {
    char path[256];
} Folder;

static inline void folder_demand(int held, const char *what)
{
    if (!held) {
        printf("Bail out! %s\n", what);
        exit(2);
    }
}

static inline Folder folder_new(void)
{
    Folder folder;
    const char *root = getenv("TMPDIR");
    snprintf(folder.path, sizeof folder.path, "%s/mantissa-data-XXXXXX", root ? root : "/tmp");
    folder_demand(mkdtemp(folder.path) != NULL, "no temporary folder can be made");
    return folder;
}

/* The path of a file in the folder, in one of four buffers that take turns. */
static inline const char *folder_file(const Folder *folder, const char *name)
{
    static char paths[4][600];
    static unsigned turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder->path, name);
    return path;
}

static inline void folder_write(
    const Folder *folder, const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(folder_file(folder, name), "wb");
    folder_demand(file && fwrite(bytes, 1, size, file) == size, "a file cannot be written");
    folder_demand(fclose(file) == 0, "a file cannot be closed");
}

static inline void folder_write_text(const Folder *folder, const char *name, const char *text)
{
    folder_write(folder, name, text, strlen(text));
}

/* Appends a gzip member to the file. */
static inline void folder_pack(
    const Folder *folder, const char *name, const void *bytes, size_t size)
{
    gzFile file = gzopen(folder_file(folder, name), "ab");
    folder_demand(file && gzwrite(file, bytes, (unsigned)size) == (int)size, "gzip: no write");
    folder_demand(gzclose(file) == Z_OK, "gzip: no close");
}

/* The bytes of a file; the caller frees them. */
static inline uint8_t *folder_read(const Folder *folder, const char *name, size_t *size)
{
    FILE *file = fopen(folder_file(folder, name), "rb");
    uint8_t *bytes = malloc(1 << 20);
    folder_demand(file && bytes, "a file cannot be read");
    *size = fread(bytes, 1, 1 << 20, file);
    folder_demand(fclose(file) == 0 && *size < 1 << 20, "a file is too long for this test");
    return bytes;
}

static inline void folder_empty(const Folder *folder)
{
    DIR *dir = opendir(folder->path);
    folder_demand(dir != NULL, "the folder cannot be listed");
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] != '.')
            unlink(folder_file(folder, entry->d_name));
    }
    closedir(dir);
}

static inline void folder_free(const Folder *folder)
{
    folder_empty(folder);
    rmdir(folder->path);
}

/* "KIND:folder" or "KIND:folder/name", for eng_dataset_open. */
static inline const char *folder_spec(
    const Folder *folder, const char *kind, const char *name, const char *options)
{
    static char spec[600];
    snprintf(
        spec, sizeof spec, "%s:%s%s%s%s", kind, folder->path, name[0] ? "/" : "", name, options);
    return spec;
}

/* Sets a locale whose decimal point is a comma: the system's German one, or one compiled into the
 * folder. Returns 0 where neither can be had. */
static inline int folder_comma_locale(const Folder *folder)
{
    char command[800];
    if (!setlocale(LC_ALL, "de_DE.UTF-8")) {
        snprintf(command, sizeof command,
            "localedef -i de_DE -f UTF-8 '%s/de_DE.UTF-8' >/dev/null 2>&1", folder->path);
        if (system(command) == 0)
            setenv("LOCPATH", folder->path, 1);
    }
    return setlocale(LC_ALL, "de_DE.UTF-8") && strcmp(localeconv()->decimal_point, ",") == 0;
}

/* Back to the C locale; removes what folder_comma_locale made. */
static inline void folder_plain_locale(const Folder *folder)
{
    char command[800];
    setlocale(LC_ALL, "C");
    unsetenv("LOCPATH");
    snprintf(command, sizeof command, "rm -rf '%s/de_DE.UTF-8'", folder->path);
    folder_demand(system(command) == 0, "the locale cannot be removed");
}

/* Real data: $MANTISSA_DATA or ../shared/data beside the project; NULL where neither is there. */
static inline const char *real_data(const char *member)
{
    static char path[600];
    const char *root = getenv("MANTISSA_DATA");
    snprintf(path, sizeof path, "%s/%s", root ? root : TEST_REAL_DATA, member);
    return access(path, R_OK) == 0 ? path : NULL;
}

#endif
