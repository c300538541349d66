/* The file cannot be written for a while, or at all: nothing that was taken is lost silently. */
#include "db_writer.h"
#include "store_help.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char *folder, *path;

static void begin(void)
{
    folder = help_folder();
    path = help_path(folder, "runs.mantissa");
}

static void end(void)
{
    free(path);
    help_remove(folder);
}

static DbStore *open_impatient(size_t queue_bytes)
{
    const DbStoreOptions options = {.busy_ms = 10, .queue_bytes = queue_bytes};
    DbStore *store = NULL;
    DbError err = {0};
    CHECK_INT(db_store_open_with(path, &options, &store, &err), DB_OK);
    return store;
}

/* A second program that holds the file's write lock. */
static sqlite3 *lock(void)
{
    sqlite3 *db;
    CHECK_INT(sqlite3_open(path, &db), SQLITE_OK);
    CHECK_INT(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    return db;
}

static int64_t stored_rows(void)
{
    return help_integer(path, "SELECT count(*) FROM metrics");
}

static void test_opening_a_locked_file(void)
{
    begin();
    db_store_close(help_open(path), NULL);
    sqlite3 *db = lock();
    const DbStoreOptions options = {.busy_ms = 10};
    DbStore *store;
    DbError err = {0};
    CHECK_INT(db_store_open_with(path, &options, &store, &err), DB_ERR_IO);
    CHECK_HAS(err.text, "locked");
    CHECK_HAS(err.text, path);
    DbReader *reader;
    CHECK_INT(db_reader_open(path, &reader, &err), DB_OK); /* reading needs no lock */
    db_reader_close(reader);
    sqlite3_close(db);
    CHECK_INT(db_store_open_with(path, &options, &store, &err), DB_OK);
    db_store_close(store, NULL);
    end();
}

/* A new file that another program is making at this moment. */
static void test_making_a_locked_file(void)
{
    begin();
    sqlite3 *db;
    CHECK_INT(sqlite3_open(path, &db), SQLITE_OK);
    CHECK_INT(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    const DbStoreOptions options = {.busy_ms = 10};
    DbStore *store;
    DbError err = {0};
    CHECK_INT(db_store_open_with(path, &options, &store, &err), DB_ERR_IO);
    CHECK_HAS(err.text, "locked");
    sqlite3_close(db);
    end();
}

static void test_rows_wait_while_the_file_is_locked(void)
{
    begin();
    DbStore *store = open_impatient(0);
    const int64_t id = help_run(store, "waits");
    CHECK_INT(db_store_flush(store, NULL), DB_OK);
    sqlite3 *db = lock();
    DbMetric rows[100];
    help_metrics(rows, 0, 100);
    DbError err = {0};
    CHECK_INT(db_run_add_metrics(store, id, rows, 100), DB_OK);
    CHECK_INT(db_store_flush(store, &err), DB_ERR_IO);
    CHECK_HAS(err.text, "locked");
    DbBacklog backlog;
    db_store_backlog(store, &backlog);
    CHECK(backlog.stuck && backlog.rows == 100);
    int64_t other = -1;
    const DbNewRun run = {.name = "no", .data = "", .model = "", .schedule = ""};
    CHECK_INT(db_run_create(store, &run, &other, &err), DB_ERR_IO); /* told at once, not kept */
    CHECK_INT(other, -1);
    CHECK_INT(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    db_store_take_error(store, NULL);
    CHECK_INT(db_store_flush(store, &err), DB_OK);
    db_store_backlog(store, &backlog);
    CHECK(!backlog.stuck && backlog.rows == 0);
    CHECK_INT(stored_rows(), 100);
    CHECK_INT(help_integer(path, "SELECT count(*) FROM runs"), 1);
    sqlite3_close(db);
    CHECK_INT(db_store_close(store, &err), DB_OK);
    end();
}

/* Nobody flushes: the writer tries again by itself. */
static void test_the_writer_tries_again(void)
{
    begin();
    DbStore *store = open_impatient(0);
    const int64_t id = help_run(store, "again");
    sqlite3 *db = lock();
    const DbMetric row = {.step = 1};
    db_run_add_metrics(store, id, &row, 1);
    DbBacklog backlog = {0};
    while (!backlog.stuck)
        db_store_backlog(store, &backlog);
    sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    while (backlog.rows > 0)
        db_store_backlog(store, &backlog);
    CHECK_INT(stored_rows(), 1);
    DbError err = {0};
    CHECK_INT(db_store_take_error(store, &err), DB_ERR_IO); /* it is told all the same */
    CHECK_INT(db_store_close(store, &err), DB_OK);
    sqlite3_close(db);
    end();
}

static void test_a_full_queue_on_a_locked_file(void)
{
    begin();
    DbStore *store = open_impatient(20000);
    const int64_t id = help_run(store, "full");
    sqlite3 *db = lock();
    DbMetric row = {0};
    unsigned taken = 0;
    DbStatus status = DB_OK;
    while (status == DB_OK && taken < 100000) {
        row.step = taken;
        status = db_run_add_metrics(store, id, &row, 1);
        taken += status == DB_OK;
    }
    CHECK_INT(status, DB_ERR_IO);
    CHECK(taken > 50 && taken < 500);
    CHECK_INT(db_run_rename(store, id, "still taken"), DB_OK);
    sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    db_store_take_error(store, NULL);
    DbError err = {0};
    CHECK_INT(db_store_flush(store, &err), DB_OK);
    CHECK_INT(stored_rows(), taken); /* all that were taken, and in order */
    CHECK_INT(help_integer(path, "SELECT max(step) FROM metrics"), taken - 1);
    CHECK_STR(help_text(path, "SELECT name FROM runs"), "still taken");
    sqlite3_close(db);
    CHECK_INT(db_store_close(store, &err), DB_ERR_IO); /* for those who did not look */
    CHECK_HAS(err.text, "1 row could not be stored");
    end();
}

static void test_closing_while_the_file_is_locked(void)
{
    begin();
    DbStore *store = open_impatient(0);
    const int64_t id = help_run(store, "lost");
    sqlite3 *db = lock();
    DbMetric rows[30];
    help_metrics(rows, 0, 30);
    db_run_add_metrics(store, id, rows, 30);
    DbError err = {0};
    CHECK_INT(db_store_close(store, &err), DB_ERR_IO);
    CHECK_HAS(err.text, "30 rows could not be stored");
    CHECK_HAS(err.text, "locked");
    sqlite3_close(db);
    CHECK_STR(help_text(path, "SELECT status FROM runs"), "running"); /* as its process lives */
    end();
}

/* ---- full disk --------------------------------------------------------------------------- */

static void limit_files(rlim_t size)
{
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = size < limit.rlim_max ? size : limit.rlim_max;
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Adds rows and flushes until the file takes no more; how many were added. */
static uint32_t fill(DbStore *store, int64_t id, uint32_t from, DbError *err)
{
    enum { PART = 500, MOST = 200000 };
    static DbMetric rows[PART];
    uint32_t n = from;
    while (n < MOST) {
        help_metrics(rows, n, PART);
        CHECK_INT(db_run_add_metrics(store, id, rows, PART), DB_OK);
        n += PART;
        if (db_store_flush(store, err) != DB_OK)
            break;
    }
    return n;
}

static void no_room_then_room(void (*take)(void), void (*give)(void))
{
    DbStore *store = open_impatient(0);
    const int64_t id = help_run(store, "full");
    CHECK_INT(db_store_flush(store, NULL), DB_OK);
    take();
    DbError err = {0};
    const uint32_t n = fill(store, id, 0, &err);
    printf("# after %u rows: %s\n", (unsigned)n, err.text);
    CHECK_INT(err.code, DB_ERR_IO);
    CHECK_HAS(err.text, path);
    CHECK(stored_rows() < n);
    CHECK_STR(help_text(path, "PRAGMA integrity_check"), "ok");
    DbReader *reader;
    DbMetric *rows;
    size_t count;
    CHECK_INT(db_reader_open(path, &reader, &err), DB_OK); /* what is stored can be read */
    CHECK_INT(db_reader_metrics(reader, id, &rows, &count, &err), DB_OK);
    CHECK_INT(count, n - 500);
    free(rows);
    db_reader_close(reader);
    give();
    db_store_take_error(store, NULL);
    CHECK_INT(db_store_flush(store, &err), DB_OK);
    CHECK_INT(stored_rows(), n);
    CHECK_INT(db_store_close(store, &err), DB_OK);
    CHECK_INT(stored_rows(), n);
}

static void take_by_limit(void)
{
    limit_files(1 << 20);
}

static void give_by_limit(void)
{
    limit_files(RLIM_INFINITY);
}

static void test_a_file_that_may_not_grow(void)
{
    begin(); /* SIGXFSZ, which would end the program, does not reach the writer thread */
    no_room_then_room(take_by_limit, give_by_limit);
    limit_files(RLIM_INFINITY);
    end();
}

static char *filler;

static void take_by_filling(void)
{
    char block[4096] = {0};
    FILE *file = fopen(filler, "wb");
    setbuf(file, NULL);
    while (fwrite(block, 1, sizeof block, file) == sizeof block)
        continue;
    fclose(file);
    struct stat info; /* some room is left, so that a few transactions still go well */
    CHECK(stat(filler, &info) == 0 && truncate(filler, info.st_size - (300 << 10)) == 0);
}

static void give_by_removing(void)
{
    unlink(filler);
}

/* A file system of its own, which ends with this process; false where that is not allowed. */
static bool own_mounts(void)
{
    return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static void test_a_full_disk(void)
{
    begin();
    filler = help_path(folder, "filler");
    CHECK_INT(mount("tmpfs", folder, "tmpfs", 0, "size=8m"), 0);
    no_room_then_room(take_by_filling, give_by_removing);
    CHECK_INT(umount(folder), 0);
    free(filler);
    end();
}

/* ---- read-only --------------------------------------------------------------------------- */

static void test_a_read_only_file_system(void)
{
    begin();
    CHECK_INT(mount("tmpfs", folder, "tmpfs", 0, "size=8m"), 0);
    DbStore *store = help_open(path);
    help_run(store, "there");
    db_store_close(store, NULL);
    CHECK_INT(mount(NULL, folder, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
    const uint64_t before = help_digest(folder);
    DbError err = {0};
    CHECK_INT(db_store_open(path, &store, &err), DB_ERR_IO);
    CHECK_HAS(err.text, "read-only");
    CHECK_HAS(err.text, path);
    DbReader *reader;
    CHECK_INT(db_reader_open(path, &reader, &err), DB_OK);
    DbRunList list;
    CHECK_INT(db_reader_runs(reader, &list, &err), DB_OK);
    CHECK_INT(list.count, 1);
    db_run_list_free(&list);
    db_reader_close(reader);
    CHECK(help_digest(folder) == before);
    char *new = help_path(folder, "new.mantissa");
    CHECK_INT(db_store_open(new, &store, &err), DB_ERR_IO);
    CHECK_HAS(err.text, new);
    free(new);
    CHECK_INT(umount(folder), 0);
    end();
}

static void test_a_file_without_write_permission(void)
{
    begin();
    DbStore *store = help_open(path);
    db_store_close(store, NULL);
    CHECK_INT(chmod(path, 0400), 0);
    DbError err = {0};
    CHECK_INT(db_store_open(path, &store, &err), DB_ERR_IO);
    CHECK_HAS(err.text, "read-only");
    CHECK_INT(chmod(folder, 0500), 0);
    CHECK_INT(db_store_open(path, &store, &err), DB_ERR_IO);
    CHECK_INT(chmod(path, 0600), 0);
    CHECK_INT(db_store_open(path, &store, &err), DB_ERR_IO); /* no place for the log */
    CHECK_HAS(err.text, path);
    CHECK_INT(chmod(folder, 0700), 0);
    end();
}

/* ---- one thread -------------------------------------------------------------------------- */

/* The writing handle asserts its thread; a call from another one ends the program. */
static void test_only_the_writer_thread_writes(void)
{
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        const int null = open("/dev/null", O_WRONLY);
        dup2(null, 2); /* the assertion's own words */
        const struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        DbWriter writer = {.thread = 0}; /* no thread's */
        db_writer_statement(&writer, DB_WRITE_BEGIN);
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int main(void)
{
    RUN(test_opening_a_locked_file);
    RUN(test_making_a_locked_file);
    RUN(test_rows_wait_while_the_file_is_locked);
    RUN(test_the_writer_tries_again);
    RUN(test_a_full_queue_on_a_locked_file);
    RUN(test_closing_while_the_file_is_locked);
    RUN(test_a_file_that_may_not_grow);
    if (own_mounts()) {
        RUN(test_a_full_disk);
        RUN(test_a_read_only_file_system);
    } else {
        SKIP(test_a_full_disk, "mounting is not allowed here");
        SKIP(test_a_read_only_file_system, "mounting is not allowed here");
    }
    if (geteuid() != 0)
        RUN(test_a_file_without_write_permission);
    else
        SKIP(test_a_file_without_write_permission, "root may write everywhere");
    RUN(test_only_the_writer_thread_writes);
    return check_done();
}
