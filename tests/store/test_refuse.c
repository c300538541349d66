/* Files that are not ours to write: a sentence each, and every byte stays as it was. */
#include "store_help.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char *folder, *path;

/* Neither a store nor a reader opens `path`; both say `part`, and the folder stays as it is. */
static void refused(DbStatus code, const char *part)
{
    const uint64_t before = help_digest(folder);
    const DbStoreOptions options = {.busy_ms = 20};
    DbStore *store = NULL;
    DbReader *reader = NULL;
    DbError err = {0};
    CHECK_INT(db_store_open_with(path, &options, &store, &err), code);
    CHECK_INT(err.code, code);
    CHECK_HAS(err.text, part);
    CHECK_HAS(err.text, path);
    CHECK(!strchr(err.text, '\n'));
    CHECK(!store);
    CHECK(help_digest(folder) == before);
    err = (DbError){0};
    CHECK_INT(db_reader_open(path, &reader, &err), code);
    CHECK_HAS(err.text, path);
    CHECK(!reader);
    CHECK(help_digest(folder) == before);
    db_store_close(store, NULL);
    db_reader_close(reader);
}

static void begin(void)
{
    folder = help_folder();
    path = help_path(folder, "a.mantissa");
}

static void end(void)
{
    free(path);
    help_remove(folder);
}

/* A store with a run and `rows` metrics, closed. */
static int64_t make_store(size_t rows)
{
    DbStore *store = help_open(path);
    const int64_t id = help_run(store, "kept");
    DbMetric *metrics = calloc(rows, sizeof *metrics);
    help_metrics(metrics, 0, rows);
    db_run_add_metrics(store, id, metrics, rows);
    free(metrics);
    CHECK_INT(db_store_close(store, NULL), DB_OK);
    return id;
}

static void test_no_name(void)
{
    DbStore *store;
    DbReader *reader;
    DbError err;
    CHECK_INT(db_store_open("", &store, &err), DB_ERR_ARGUMENT);
    CHECK_INT(db_store_open(NULL, &store, &err), DB_ERR_ARGUMENT);
    CHECK_INT(db_reader_open(NULL, &reader, &err), DB_ERR_ARGUMENT);
    CHECK_INT(db_store_open("", &store, NULL), DB_ERR_ARGUMENT); /* nobody has to listen */
    CHECK_INT(db_store_close(NULL, NULL), DB_OK);
    db_reader_close(NULL);
}

static void test_missing_folder(void)
{
    begin();
    char *inside = help_path(path, "b.mantissa");
    free(path);
    path = inside;
    refused(DB_ERR_IO, "its folder");
    end();
}

static void test_folder_that_is_a_file(void)
{
    begin();
    help_write(path, "x", 1);
    char *inside = help_path(path, "b.mantissa");
    free(path);
    path = inside;
    refused(DB_ERR_IO, "folder");
    end();
}

static void test_a_folder(void)
{
    begin();
    mkdir(path, 0700);
    refused(DB_ERR_IO, "is a folder");
    end();
}

static void test_a_pipe(void)
{
    begin();
    CHECK_INT(mkfifo(path, 0600), 0);
    refused(DB_ERR_IO, "not a regular file");
    end();
}

static void test_a_missing_file_is_no_store_to_read(void)
{
    begin();
    DbReader *reader;
    DbError err;
    CHECK_INT(db_reader_open(path, &reader, &err), DB_ERR_IO);
    CHECK_HAS(err.text, "no such file");
    CHECK(access(path, F_OK) != 0);
    end();
}

static void test_text_files(void)
{
    begin();
    help_write(path, "step,loss\n0,2.3\n", 16);
    refused(DB_ERR_FOREIGN, "not an SQLite database");
    help_write(path, "\0", 1);
    refused(DB_ERR_FOREIGN, "not an SQLite database");
    char big[9000];
    memset(big, 'x', sizeof big);
    help_write(path, big, sizeof big);
    refused(DB_ERR_FOREIGN, "not an SQLite database");
    end();
}

static void test_cut_within_the_header(void)
{
    begin();
    make_store(1);
    CHECK_INT(truncate(path, 57), 0);
    refused(DB_ERR_DAMAGED, "ends at byte 57");
    CHECK_INT(truncate(path, 5), 0);
    refused(DB_ERR_DAMAGED, "ends at byte 5");
    end();
}

static void test_cut_off(void)
{
    begin();
    make_store(2000);
    const size_t size = help_size(path);
    CHECK_INT(truncate(path, (off_t)(size - 4096)), 0);
    char part[64];
    snprintf(part, sizeof part, "cut off at byte %zu", size - 4096);
    refused(DB_ERR_DAMAGED, part);
    CHECK_INT(truncate(path, 100), 0);
    refused(DB_ERR_DAMAGED, "cut off at byte 100");
    end();
}

static void test_another_program(void)
{
    begin();
    help_sql(path, "PRAGMA application_id = 0x47504b47; CREATE TABLE gpkg (a)");
    refused(DB_ERR_FOREIGN, "0x47504b47");
    end();
    begin();
    help_sql(path, "CREATE TABLE runs (id INTEGER PRIMARY KEY)");
    refused(DB_ERR_FOREIGN, "another program");
    end();
    begin();
    help_sql(path, "PRAGMA user_version = 3; CREATE TABLE t (a); DROP TABLE t");
    refused(DB_ERR_FOREIGN, "another program");
    end();
}

/* Another program's file whose pages are still in its log: opening and closing it the plain way
 * would move them into the file. */
static void test_another_programs_log(void)
{
    begin();
    sqlite3 *db;
    CHECK_INT(sqlite3_open(path, &db), SQLITE_OK);
    CHECK_INT(sqlite3_exec(db,
                  "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;"
                  "CREATE TABLE mail (a); INSERT INTO mail VALUES ('dear')",
                  NULL, NULL, NULL),
        SQLITE_OK);
    char *copy = help_path(folder, "b.mantissa"), *log = help_path(folder, "a.mantissa-wal"),
         *copy_log = help_path(folder, "b.mantissa-wal");
    help_copy(path, copy);
    help_copy(log, copy_log);
    sqlite3_close(db);
    free(path);
    path = copy;
    refused(DB_ERR_FOREIGN, "another program");
    CHECK_STR(help_text(path, "SELECT a FROM mail"), "dear");
    free(log);
    free(copy_log);
    end();
}

static void test_a_newer_version(void)
{
    begin();
    make_store(1);
    help_sql(path, "PRAGMA user_version = 99");
    CHECK(help_size(path) > 0);
    help_sql(path, "PRAGMA wal_checkpoint(TRUNCATE)");
    refused(DB_ERR_NEWER, "schema version 99");
    end();
}

/* The newer version is in the log only; the header still says the old one. */
static void test_a_newer_version_in_the_log(void)
{
    begin();
    make_store(1);
    sqlite3 *db;
    CHECK_INT(sqlite3_open(path, &db), SQLITE_OK);
    CHECK_INT(sqlite3_exec(
                  db, "PRAGMA wal_autocheckpoint = 0; PRAGMA user_version = 98", NULL, NULL, NULL),
        SQLITE_OK);
    refused(DB_ERR_NEWER, "schema version 98");
    sqlite3_close(db);
    end();
}

static void test_our_mark_without_our_tables(void)
{
    begin();
    char sql[120];
    snprintf(sql, sizeof sql,
        "PRAGMA application_id = %d; PRAGMA user_version = %d;"
        "CREATE TABLE other (a)",
        DB_APPLICATION_ID, DB_SCHEMA_VERSION);
    help_sql(path, sql);
    const DbStoreOptions options = {.busy_ms = 20};
    DbStore *store;
    DbReader *reader;
    DbError err;
    CHECK_INT(db_store_open_with(path, &options, &store, &err), DB_ERR_DAMAGED);
    CHECK_HAS(err.text, "no such table");
    CHECK_INT(db_reader_open(path, &reader, &err), DB_ERR_DAMAGED);
    CHECK_INT(help_integer(path, "SELECT count(*) FROM sqlite_schema"), 1);
    end();
    begin();
    snprintf(
        sql, sizeof sql, "PRAGMA application_id = %d; CREATE TABLE other (a)", DB_APPLICATION_ID);
    help_sql(path, sql);
    refused(DB_ERR_DAMAGED, "schema version 0");
    end();
}

static void test_a_damaged_first_page(void)
{
    begin();
    make_store(10);
    unsigned char junk[300];
    memset(junk, 0xa5, sizeof junk);
    help_patch(path, 100, junk, sizeof junk);
    refused(DB_ERR_DAMAGED, "damaged");
    end();
}

/* A page of metrics is overwritten: the store opens, the run's rows are refused with a sentence,
 * everything else is there, and a write that meets the page is reported. */
static void test_a_damaged_page_within(void)
{
    begin();
    const int64_t id = make_store(5000);
    const int64_t root = help_integer(
        path, "SELECT rootpage FROM sqlite_schema WHERE name = 'metrics' AND type = 'table'");
    unsigned char junk[4096];
    memset(junk, 0xff, sizeof junk);
    help_patch(path, (size_t)(root - 1) * 4096, junk, sizeof junk);
    DbReader *reader;
    DbError err = {0};
    CHECK_INT(db_reader_open(path, &reader, &err), DB_OK);
    DbRunList list;
    CHECK_INT(db_reader_runs(reader, &list, &err), DB_OK);
    CHECK_INT(list.count, 1);
    db_run_list_free(&list);
    DbMetric *rows;
    size_t n;
    CHECK_INT(db_reader_metrics(reader, id, &rows, &n, &err), DB_ERR_DAMAGED);
    CHECK_HAS(err.text, "salvaged");
    CHECK(!rows && n == 0);
    db_reader_close(reader);
    DbStore *store = help_open(path);
    const DbMetric row = {.step = 2500};
    db_run_add_metrics(store, id, &row, 1);
    CHECK_INT(db_store_flush(store, &err), DB_ERR_DAMAGED);
    DbBacklog backlog;
    db_store_backlog(store, &backlog);
    CHECK(backlog.stuck && backlog.rows == 1); /* kept as long as the store is open */
    CHECK_INT(db_store_close(store, &err), DB_ERR_IO);
    CHECK_HAS(err.text, "1 row could not be stored");
    end();
}

static void test_empty_files_are_new_stores(void)
{
    begin();
    help_write(path, "", 0);
    DbReader *reader;
    DbError err = {0};
    CHECK_INT(db_reader_open(path, &reader, &err), DB_OK);
    DbRunList list;
    CHECK_INT(db_reader_runs(reader, &list, &err), DB_OK);
    CHECK_INT(list.count, 0);
    db_reader_close(reader);
    CHECK_INT(help_size(path), 0); /* reading wrote nothing */
    make_store(1);
    CHECK_INT(help_integer(path, "PRAGMA user_version"), DB_SCHEMA_VERSION);
    CHECK_INT(help_integer(path, "PRAGMA application_id"), DB_APPLICATION_ID);
    end();
    begin();
    help_sql(path, "VACUUM"); /* a database of one page without anything in it */
    CHECK(help_size(path) > 0);
    make_store(1);
    CHECK_INT(help_integer(path, "SELECT count(*) FROM runs"), 1);
    end();
}

/* Names that SQLite would read as something else than a file. */
static void test_odd_names_are_plain_files(void)
{
    begin();
    char before[4096];
    CHECK(getcwd(before, sizeof before) != NULL);
    CHECK_INT(chdir(folder), 0);
    static const char *const names[] = {
        ":memory:", "file:x?mode=memory", "file:y", "100%20 #1?.mantissa", "-x", "a'b\"c"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        DbStore *store;
        DbError err = {0};
        CHECK_INT(db_store_open(names[i], &store, &err), DB_OK);
        const int64_t id = help_run(store, names[i]);
        db_store_close(store, NULL);
        CHECK_INT(access(names[i], F_OK), 0);
        DbReader *reader;
        CHECK_INT(db_reader_open(names[i], &reader, &err), DB_OK);
        DbRunList list;
        CHECK_INT(db_reader_run(reader, id, &list, &err), DB_OK);
        CHECK_STR(list.runs[0].name, names[i]);
        db_run_list_free(&list);
        db_reader_close(reader);
    }
    CHECK_INT(chdir(before), 0);
    end();
}

/* Steps beyond uint32 can only come from another hand; they are damage, not a step cut short. */
static void test_numbers_out_of_range(void)
{
    begin();
    const int64_t id = make_store(3);
    help_sql(path,
        "PRAGMA ignore_check_constraints = ON; UPDATE metrics SET step = 1e15 WHERE "
        "step = 1; UPDATE runs SET steps = -1");
    DbReader *reader;
    DbError err = {0};
    CHECK_INT(db_reader_open(path, &reader, &err), DB_OK);
    DbMetric *rows;
    size_t n;
    CHECK_INT(db_reader_metrics(reader, id, &rows, &n, &err), DB_ERR_DAMAGED);
    DbRunList list;
    CHECK_INT(db_reader_runs(reader, &list, &err), DB_ERR_DAMAGED);
    CHECK_INT(list.count, 0);
    db_reader_close(reader);
    end();
}

/* Each byte of the first two pages in turn is set to several values: whatever that makes of the
 * file, opening and reading it ends in order. */
static void test_any_damaged_byte_of_the_head(void)
{
    begin();
    const int64_t id = make_store(50);
    char *copy = help_path(folder, "copy.mantissa");
    help_copy(path, copy);
    uint64_t seed = 20240607;
    printf("# seed %" PRIu64 "\n", seed);
    unsigned refusals = 0;
    const DbStoreOptions options = {.busy_ms = 5};
    for (int i = 0; i < 400; i++) {
        const uint64_t dice = help_random(&seed);
        const unsigned char byte = (unsigned char)(dice >> 32);
        const size_t offset = i < 100 ? (size_t)i : dice % 8192;
        help_copy(copy, path);
        help_patch(path, offset, &byte, 1);
        DbReader *reader = NULL;
        DbError err = {0};
        if (db_reader_open(path, &reader, &err) == DB_OK) {
            DbRunList list;
            DbMetric *rows;
            size_t n;
            if (db_reader_runs(reader, &list, &err) == DB_OK)
                db_run_list_free(&list);
            if (db_reader_metrics(reader, id, &rows, &n, &err) == DB_OK)
                free(rows);
        } else {
            CHECK(err.text[0]);
            refusals++;
        }
        db_reader_close(reader);
        DbStore *store = NULL;
        if (db_store_open_with(path, &options, &store, &err) == DB_OK)
            db_store_close(store, &err);
    }
    printf("# %u of 400 were refused\n", refusals);
    CHECK(refusals > 20);
    free(copy);
    end();
}

int main(void)
{
    RUN(test_no_name);
    RUN(test_missing_folder);
    RUN(test_folder_that_is_a_file);
    RUN(test_a_folder);
    RUN(test_a_pipe);
    RUN(test_a_missing_file_is_no_store_to_read);
    RUN(test_text_files);
    RUN(test_cut_within_the_header);
    RUN(test_cut_off);
    RUN(test_another_program);
    RUN(test_another_programs_log);
    RUN(test_a_newer_version);
    RUN(test_a_newer_version_in_the_log);
    RUN(test_our_mark_without_our_tables);
    RUN(test_a_damaged_first_page);
    RUN(test_a_damaged_page_within);
    RUN(test_empty_files_are_new_stores);
    RUN(test_odd_names_are_plain_files);
    RUN(test_numbers_out_of_range);
    RUN(test_any_damaged_byte_of_the_head);
    return check_done();
}
