#include "db_copy.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- rows -------------------------------------------------------------------------------- */

static bool is_listed(const char *name, const char *const *list)
{
    for (; *list; list++) {
        if (strcmp(name, *list) == 0)
            return true;
    }
    return false;
}

/* The columns of the table, with commas between; counts them. */
static int list_columns(
    sqlite3 *db, const char *table, const char *const *without, sqlite3_str *out, int *count)
{
    sqlite3_stmt *row = NULL;
    int rc = sqlite3_prepare_v2(db, "SELECT name FROM pragma_table_info(?1)", -1, &row, NULL);
    if (rc != SQLITE_OK)
        return rc;
    sqlite3_bind_text(row, 1, table, -1, SQLITE_STATIC);
    *count = 0;
    while ((rc = sqlite3_step(row)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(row, 0);
        if (!name || is_listed(name, without))
            continue;
        sqlite3_str_appendf(out, "%s\"%w\"", *count ? ", " : "", name);
        ++*count;
    }
    sqlite3_finalize(row);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static void append_values(sqlite3_str *sql, int count)
{
    sqlite3_str_appendall(sql, "(");
    for (int i = 0; i < count; i++)
        sqlite3_str_appendf(sql, "%s?%d", i ? ", " : "", i + 1);
    sqlite3_str_appendall(sql, ")");
}

static char *insert_sql(
    const char *verb, const char *table, const char *columns, int count, const char *extra)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendf(sql, "%s INTO %s (%s%s%s) VALUES ", verb, table, columns, extra ? ", " : "",
        extra ? extra : "");
    append_values(sql, count + (extra ? 1 : 0));
    return sqlite3_str_finish(sql);
}

static char *update_sql(const char *table, const char *columns, int count, const char *key)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendf(sql, "UPDATE %s SET (%s) = ", table, columns);
    append_values(sql, count);
    sqlite3_str_appendf(sql, " WHERE %s = ?%d", key, count + 1);
    return sqlite3_str_finish(sql);
}

static int prepare(sqlite3 *db, const char *sql, sqlite3_stmt **out)
{
    return sql ? sqlite3_prepare_v2(db, sql, -1, out, NULL) : SQLITE_NOMEM;
}

int db_copy_prepare(DbCopy *copy, sqlite3 *from, sqlite3 *to, const char *table,
    const char *const *without, const char *rest, const char *verb, const char *extra,
    sqlite3 **side)
{
    *copy = (DbCopy){0};
    *side = from;
    sqlite3_str *list = sqlite3_str_new(NULL);
    int rc = list_columns(from, table, without, list, &copy->columns);
    char *columns = sqlite3_str_finish(list);
    if (rc == SQLITE_OK && copy->columns > 0) {
        char *select = sqlite3_mprintf("SELECT %s FROM %s %s", columns, table, rest);
        rc = prepare(from, select, &copy->select);
        sqlite3_free(select);
        if (rc == SQLITE_OK) {
            char *insert = verb ? insert_sql(verb, table, columns, copy->columns, extra)
                                : update_sql(table, columns, copy->columns, extra);
            *side = to;
            rc = prepare(to, insert, &copy->insert);
            sqlite3_free(insert);
        }
    }
    sqlite3_free(columns);
    if (rc != SQLITE_OK)
        db_copy_free(copy);
    return rc;
}

void db_copy_free(DbCopy *copy)
{
    sqlite3_finalize(copy->select);
    sqlite3_finalize(copy->insert);
    *copy = (DbCopy){0};
}

void db_copy_bind(const DbCopy *copy)
{
    sqlite3_reset(copy->insert);
    for (int i = 0; i < copy->columns; i++)
        sqlite3_bind_value(copy->insert, i + 1, sqlite3_column_value(copy->select, i));
}

/* ---- files ------------------------------------------------------------------------------- */

DbStatus db_new_file_begin(DbNewFile *file, const char *to, DbError *err)
{
    *file = (DbNewFile){.to = to};
    if (!to || !to[0])
        return db_error(err, DB_ERR_ARGUMENT, "the new file needs a name");
    if (access(to, F_OK) == 0)
        return db_error(err, DB_ERR_IO, "%s: there is a file of this name already", to);
    const size_t size = strlen(to) + sizeof ".XXXXXX";
    file->part = malloc(size);
    if (!file->part)
        return db_error(err, DB_ERR_NOMEM, "%s: out of memory while making it", to);
    snprintf(file->part, size, "%s.XXXXXX", to);
    const int fd = mkstemp(file->part);
    if (fd < 0) {
        free(file->part);
        file->part = NULL;
        return db_error(err, DB_ERR_IO, "%s: cannot be made: %s", to, strerror(errno));
    }
    close(fd);
    return DB_OK;
}

static int sync_path(const char *path, int flags)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | flags);
    if (fd < 0)
        return -1;
    const int result = fsync(fd);
    close(fd);
    return result;
}

/* The folder's entry reaches the disk too; where a folder cannot be synced, nothing is lost but
 * the promise. */
static void sync_folder(const char *path)
{
    char *folder = strdup(path);
    char *slash = folder ? strrchr(folder, '/') : NULL;
    if (slash)
        slash[slash == folder ? 1 : 0] = '\0';
    if (folder)
        sync_path(slash ? folder : ".", O_DIRECTORY);
    free(folder);
}

/* Renames without taking another file's place; where the file system cannot promise that, after
 * having looked. */
static int rename_new(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (access(to, F_OK) == 0) {
        errno = EEXIST;
        return -1;
    }
    return rename(from, to);
}

DbStatus db_new_file_keep(DbNewFile *file, DbError *err)
{
    if (sync_path(file->part, 0) != 0 || rename_new(file->part, file->to) != 0) {
        const int number = errno;
        db_new_file_drop(file);
        return db_error(err, DB_ERR_IO, "%s: cannot be made: %s", file->to, strerror(number));
    }
    sync_folder(file->to);
    free(file->part);
    file->part = NULL;
    return DB_OK;
}

void db_new_file_drop(DbNewFile *file)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; file->part && i < sizeof suffixes / sizeof suffixes[0]; i++) {
        char *name = sqlite3_mprintf("%s%s", file->part, suffixes[i]);
        if (name)
            unlink(name);
        sqlite3_free(name);
    }
    free(file->part);
    file->part = NULL;
}

/* ---- pages ------------------------------------------------------------------------------- */

/* Copies in pieces, so that `progress` is asked now and then. */
static int copy_pages(sqlite3_backup *backup, bool (*progress)(void *ctx, double done), void *ctx)
{
    enum { PAGES = 2048 };
    int rc = SQLITE_OK;
    while (rc == SQLITE_OK) {
        rc = sqlite3_backup_step(backup, progress ? PAGES : -1);
        const double all = sqlite3_backup_pagecount(backup);
        if (rc == SQLITE_OK && progress &&
            !progress(ctx, 1 - sqlite3_backup_remaining(backup) / all))
            rc = SQLITE_INTERRUPT;
    }
    return rc;
}

DbStatus db_copy_pages(sqlite3 *from, const char *from_path, const char *to,
    bool (*progress)(void *ctx, double done), void *ctx, DbError *err)
{
    sqlite3 *copy;
    const DbStatus status = db_sqlite_open(to, DB_ACCESS_WRITE, 1000, &copy, err);
    if (status != DB_OK)
        return status;
    /* The open transaction holds what is read to one moment, whoever writes meanwhile. */
    int64_t tables;
    int rc = db_sqlite_run(copy, "PRAGMA synchronous = OFF");
    if (rc == SQLITE_OK)
        rc = db_sqlite_run(from, "BEGIN");
    if (rc == SQLITE_OK)
        rc = db_sqlite_integer(from, "SELECT count(*) FROM sqlite_schema", &tables);
    sqlite3_backup *backup =
        rc == SQLITE_OK ? sqlite3_backup_init(copy, "main", from, "main") : NULL;
    if (backup) {
        rc = copy_pages(backup, progress, ctx);
        sqlite3_backup_finish(backup);
    } else if (rc == SQLITE_OK) {
        rc = sqlite3_errcode(copy);
    }
    if (!sqlite3_get_autocommit(from))
        db_sqlite_run(from, "COMMIT");
    sqlite3_close(copy);
    if (rc == SQLITE_DONE)
        return DB_OK;
    if (rc == SQLITE_INTERRUPT)
        return db_error(err, DB_ERR_IO, "%s: copying it was stopped", from_path);
    const int kind = rc & 0xff;
    const bool of_copy = kind == SQLITE_FULL || kind == SQLITE_READONLY;
    return db_error_sqlite(err, of_copy ? to : from_path, NULL, rc, "copying it");
}
