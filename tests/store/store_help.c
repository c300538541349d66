#include "store_help.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void give_up(const char *what)
{
    perror(what);
    printf("Bail out! %s\n", what);
    exit(99);
}

char *help_folder(void)
{
    const char *base = getenv("TMPDIR");
    if (!base || !base[0])
        base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    char *name = help_path(base, "mantissa-store-XXXXXX");
    if (!mkdtemp(name))
        give_up(name);
    return name;
}

void help_remove(char *folder)
{
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        char *path = help_path(folder, entry->d_name);
        struct stat info;
        if (lstat(path, &info) == 0 && !S_ISDIR(info.st_mode))
            unlink(path);
        else if (entry->d_name[0] != '.')
            rmdir(path);
        free(path);
    }
    if (dir)
        closedir(dir);
    rmdir(folder);
    free(folder);
}

char *help_path(const char *folder, const char *name)
{
    const size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    if (!path)
        give_up("malloc");
    snprintf(path, size, "%s/%s", folder, name);
    return path;
}

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ at[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static uint64_t hash_file(const char *path)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    unsigned char buf[65536];
    const int fd = open(path, O_RDONLY | O_NONBLOCK);
    for (ssize_t got; fd >= 0 && (got = read(fd, buf, sizeof buf)) > 0;)
        hash = hash_bytes(hash, buf, (size_t)got);
    if (fd >= 0)
        close(fd);
    return hash;
}

uint64_t help_digest(const char *folder)
{
    uint64_t sum = 0; /* a sum, because a folder has no order */
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        const size_t length = strlen(entry->d_name);
        if (length > 4 && strcmp(entry->d_name + length - 4, "-shm") == 0)
            continue;
        char *path = help_path(folder, entry->d_name);
        sum += hash_bytes(hash_file(path), entry->d_name, length);
        free(path);
    }
    if (dir)
        closedir(dir);
    return sum;
}

void help_write(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
        give_up(path);
}

void help_patch(const char *path, size_t offset, const void *bytes, size_t size)
{
    const int fd = open(path, O_WRONLY);
    if (fd < 0 || pwrite(fd, bytes, size, (off_t)offset) != (ssize_t)size || close(fd) != 0)
        give_up(path);
}

size_t help_size(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 ? (size_t)info.st_size : 0;
}

void help_copy(const char *from, const char *to)
{
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    if (!in || !out)
        give_up(to);
    char buf[65536];
    for (size_t got; (got = fread(buf, 1, sizeof buf, in)) > 0;) {
        if (fwrite(buf, 1, got, out) != got)
            give_up(to);
    }
    fclose(in);
    fclose(out);
}

static sqlite3 *raw_handle(const char *path)
{
    sqlite3 *db = NULL;
    if (sqlite3_open(path, &db) != SQLITE_OK)
        give_up(path);
    sqlite3_busy_timeout(db, 10000);
    return db;
}

void help_sql(const char *path, const char *sql)
{
    sqlite3 *db = raw_handle(path);
    char *message = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK) {
        printf("# %s: %s\n", sql, message);
        CHECK(!"SQL of the test");
    }
    sqlite3_free(message);
    sqlite3_close(db);
}

const char *help_text(const char *path, const char *sql)
{
    static char *last; /* kept for the caller until the next call */
    free(last);
    last = NULL;
    sqlite3 *db = raw_handle(path);
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW) {
        printf("# %s: %s\n", sql, sqlite3_errmsg(db));
        CHECK(!"SQL of the test");
    } else if (sqlite3_column_type(statement, 0) != SQLITE_NULL) {
        last = strdup((const char *)sqlite3_column_text(statement, 0));
    }
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return last;
}

int64_t help_integer(const char *path, const char *sql)
{
    const char *text = help_text(path, sql);
    return text ? strtoll(text, NULL, 10) : 0;
}

DbStore *help_open(const char *path)
{
    const DbStoreOptions options = {.busy_ms = 10000};
    DbStore *store;
    DbError err = {0};
    if (db_store_open_with(path, &options, &store, &err) != DB_OK) {
        printf("# %s\n", err.text);
        give_up("db_store_open_with");
    }
    return store;
}

int64_t help_run(DbStore *store, const char *name)
{
    const DbNewRun run = {.name = name,
        .data = "digits",
        .model = "mlp:16",
        .schedule = "*: bfp4",
        .experiment = "{}",
        .engine_version = "0.1.0",
        .machine = "c, 1 thread",
        .steps_total = 1000,
        .steps_per_epoch = 100,
        .created = 1700000000};
    int64_t id = 0;
    DbError err = {0};
    CHECK_INT(db_run_create(store, &run, &id, &err), DB_OK);
    if (err.code != DB_OK)
        printf("# %s\n", err.text);
    return id;
}

void help_metrics(DbMetric *rows, uint32_t from, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const uint32_t step = from + (uint32_t)i;
        rows[i] = (DbMetric){.step = step,
            .loss = 2.5f / (float)(step + 1),
            .accuracy = (float)(step % 65) / 64,
            .cycles = 1000 * ((uint64_t)step + 1),
            .femtojoules = 7000000 * ((uint64_t)step + 1),
            .wall_seconds = 0.001 * step};
    }
}

uint64_t help_random(uint64_t *seed)
{
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}
