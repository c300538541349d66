#include "db_sniff.h"
#include "db_sqlite.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The database header: https://www.sqlite.org/fileformat2.html, section 1.3. */
enum {
    HEADER_SIZE = 100,
    AT_PAGE_SIZE = 16,   /* 2 bytes; 1 stands for 65536 */
    AT_CHANGES = 24,     /* file change counter */
    AT_PAGES = 28,       /* size in pages, valid where AT_VALID_FOR equals AT_CHANGES */
    AT_VERSION = 60,     /* user_version */
    AT_APPLICATION = 68, /* application_id */
    AT_VALID_FOR = 92,
};

static uint32_t big_endian(const unsigned char *bytes, unsigned count)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < count; i++)
        value = value << 8 | bytes[i];
    return value;
}

static DbStatus no_such_file(const char *path, DbFileKind *kind, DbError *err)
{
    *kind = DB_FILE_MISSING;
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return DB_OK;
    char *folder = strndup(path, (size_t)(slash - path));
    if (!folder)
        return db_error(err, DB_ERR_NOMEM, "%s: out of memory while opening it", path);
    struct stat info;
    DbStatus status = DB_OK;
    if (stat(folder, &info) != 0)
        status = db_error(
            err, DB_ERR_IO, "%s: its folder %s cannot be used: %s", path, folder, strerror(errno));
    else if (!S_ISDIR(info.st_mode))
        status = db_error(err, DB_ERR_IO, "%s: %s is not a folder", path, folder);
    free(folder);
    return status;
}

static bool has_side_file(const char *path, const char *suffix)
{
    char *name = sqlite3_mprintf("%s%s", path, suffix);
    struct stat info;
    const bool has = name && stat(name, &info) == 0 && info.st_size > 0;
    sqlite3_free(name);
    return has;
}

bool db_sniff_log(const char *path)
{
    return has_side_file(path, "-wal") || has_side_file(path, "-journal");
}

static DbStatus check_length(
    const char *path, const unsigned char *header, uint64_t size, DbError *err)
{
    uint64_t page = big_endian(header + AT_PAGE_SIZE, 2);
    page = page == 1 ? 65536 : page;
    const uint64_t pages = big_endian(header + AT_PAGES, 4);
    const bool valid = memcmp(header + AT_CHANGES, header + AT_VALID_FOR, 4) == 0 && pages > 0;
    if (!valid || size >= page * pages || has_side_file(path, "-wal") ||
        has_side_file(path, "-journal"))
        return DB_OK;
    return db_error(err, DB_ERR_DAMAGED,
        "%s: the file is cut off at byte %llu; expected %llu pages of %llu bytes; what can be read "
        "can be salvaged into a new file",
        path, (unsigned long long)size, (unsigned long long)pages, (unsigned long long)page);
}

DbStatus db_sniff_application(
    const char *path, uint32_t application, uint32_t version, int64_t tables, DbError *err)
{
    if (application == 0 && tables == 0 && version == 0)
        return DB_OK;
    if (application != DB_APPLICATION_ID) {
        char number[40] = "no application";
        if (application != 0)
            snprintf(number, sizeof number, "application 0x%08x", (unsigned)application);
        return db_error(err, DB_ERR_FOREIGN,
            "%s: a database of another program (%s); expected a Mantissa store", path, number);
    }
    if (version > DB_SCHEMA_VERSION)
        return db_error(err, DB_ERR_NEWER,
            "%s: written by a newer Mantissa (schema version %u); this one knows versions up to %d",
            path, (unsigned)version, DB_SCHEMA_VERSION);
    if (version == 0)
        return db_error(err, DB_ERR_DAMAGED,
            "%s: the file says it is a Mantissa store but has schema version 0; expected 1 to %d",
            path, DB_SCHEMA_VERSION);
    return DB_OK;
}

/* A database of no application: ours to use only where it holds nothing. */
static DbStatus check_blank(const char *path, DbError *err)
{
    sqlite3 *db;
    DbStatus status = db_sqlite_open(path, DB_ACCESS_IMMUTABLE, 0, &db, err);
    if (status != DB_OK)
        return status;
    int64_t tables = 0, version = 0;
    int rc = db_sqlite_integer(db, "SELECT count(*) FROM sqlite_schema", &tables);
    if (rc == SQLITE_OK)
        rc = db_sqlite_integer(db, "PRAGMA user_version", &version);
    if (rc != SQLITE_OK)
        status = db_error_sqlite(err, path, db, rc, "reading its tables");
    sqlite3_close(db);
    if (status != DB_OK)
        return status;
    return db_sniff_application(path, 0, (uint32_t)version, tables, err);
}

static DbStatus sniff_header(
    const char *path, const unsigned char *header, uint64_t size, DbFileKind *kind, DbError *err)
{
    static const char magic[16] = "SQLite format 3";
    const size_t got = size < HEADER_SIZE ? (size_t)size : HEADER_SIZE;
    if (got == 0) {
        *kind = DB_FILE_BLANK;
        return DB_OK;
    }
    if (memcmp(header, magic, got < sizeof magic ? got : sizeof magic) != 0)
        return db_error(
            err, DB_ERR_FOREIGN, "%s: not an SQLite database; expected a Mantissa store", path);
    if (got < HEADER_SIZE)
        return db_error(err, DB_ERR_DAMAGED,
            "%s: the file ends at byte %llu, within its header of 100 bytes", path,
            (unsigned long long)size);
    const uint32_t application = big_endian(header + AT_APPLICATION, 4);
    if (application == 0) {
        *kind = DB_FILE_BLANK;
        return check_blank(path, err);
    }
    *kind = DB_FILE_OURS;
    const DbStatus status =
        db_sniff_application(path, application, big_endian(header + AT_VERSION, 4), 0, err);
    return status == DB_OK ? check_length(path, header, size, err) : status;
}

DbStatus db_sniff(const char *path, DbFileKind *kind, DbError *err)
{
    struct stat info;
    if (stat(path, &info) != 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return no_such_file(path, kind, err);
        return db_error(err, DB_ERR_IO, "%s: cannot be opened: %s", path, strerror(errno));
    }
    if (!S_ISREG(info.st_mode)) /* opening a pipe would wait for its other end */
        return db_error(err, DB_ERR_IO, "%s: %s; expected a file", path,
            S_ISDIR(info.st_mode) ? "is a folder" : "is not a regular file");
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return db_error(err, DB_ERR_IO, "%s: cannot be opened: %s", path, strerror(errno));
    unsigned char header[HEADER_SIZE] = {0};
    const ssize_t got = read(fd, header, sizeof header);
    const int number = errno;
    close(fd);
    if (got < 0)
        return db_error(err, DB_ERR_IO, "%s: reading failed: %s", path, strerror(number));
    const uint64_t size = got < HEADER_SIZE ? (uint64_t)got : (uint64_t)info.st_size;
    return sniff_header(path, header, size, kind, err);
}
