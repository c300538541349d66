/* Backup, moving, checking, giving space back, CSV. */
#include "db_export.h"
#include "db_library.h"
#include "db_maintain.h"
#include "db_trace.h"
#include "store_help.h"
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static char *folder, *path, *other;

static void begin(void)
{
    folder = help_folder();
    path = help_path(folder, "runs.mantissa");
    other = help_path(folder, "other.mantissa");
}

static void end(void)
{
    free(path);
    free(other);
    help_remove(folder);
}

static void add_rows(DbStore *store, int64_t id, uint32_t from, size_t n)
{
    DbMetric *rows = calloc(n, sizeof *rows);
    help_metrics(rows, from, n);
    CHECK_INT(db_run_add_metrics(store, id, rows, n), DB_OK);
    free(rows);
}

static int64_t rows_of(const char *file, int64_t id)
{
    char sql[100];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM metrics WHERE run = %" PRId64, id);
    return help_integer(file, sql);
}

/* ---- backup ------------------------------------------------------------------------------ */

typedef struct Progress {
    int calls, stop_at;
    double last;
    DbStore *store; /* written to meanwhile */
    int64_t id;
} Progress;

static bool note_progress(void *ctx, double done)
{
    Progress *progress = ctx;
    CHECK(done >= progress->last && done <= 1);
    progress->last = done;
    if (progress->store) {
        add_rows(progress->store, progress->id, 100000 + 10 * (uint32_t)progress->calls, 10);
        CHECK_INT(db_store_flush(progress->store, NULL), DB_OK);
    }
    return ++progress->calls != progress->stop_at;
}

static void test_backup_of_a_store_that_goes_on(void)
{
    begin();
    DbStore *store = help_open(path);
    const int64_t id = help_run(store, "goes on");
    add_rows(store, id, 0, 20000);
    CHECK_INT(db_run_add_checkpoint(store, id,
                  &(DbNewCheckpoint){.step = 1, .kind = "kept", .bytes = path, .size = 5}),
        DB_OK);
    static const char blob[12 << 20];
    CHECK_INT(
        db_run_add_checkpoint(store, id,
            &(DbNewCheckpoint){.step = 2, .kind = "kept", .bytes = blob, .size = sizeof blob}),
        DB_OK); /* enough for several calls of the progress function */
    CHECK_INT(db_store_flush(store, NULL), DB_OK);
    Progress progress = {.store = store, .id = id};
    DbError err = {0};
    CHECK_INT(db_backup(path, other, note_progress, &progress, &err), DB_OK);
    CHECK(progress.calls > 0);
    CHECK_INT(rows_of(other, id), 20000); /* as it was when the copy began */
    CHECK(rows_of(path, id) > 20000);
    CHECK_STR(help_text(other, "PRAGMA integrity_check"), "ok");
    CHECK_STR(help_text(other, "SELECT status FROM runs"), "interrupted");
    CHECK_INT(help_integer(other, "SELECT count(*) FROM writers"), 0);
    CHECK_STR(help_text(path, "SELECT status FROM runs"), "running");
    char *log = help_path(folder, "other.mantissa-wal");
    CHECK(access(log, F_OK) != 0); /* one file, to be carried away */
    free(log);
    CHECK_INT(db_store_close(store, NULL), DB_OK);
    store = help_open(other);
    CHECK_INT(help_run(store, "next"), id + 1);
    CHECK_INT(db_store_close(store, NULL), DB_OK);
    end();
}

static void test_backup_refusals(void)
{
    begin();
    DbError err = {0};
    CHECK_INT(db_backup(path, other, NULL, NULL, &err), DB_ERR_IO);
    CHECK_HAS(err.text, "no such file");
    DbStore *store = help_open(path);
    add_rows(store, help_run(store, "a"), 0, 30000);
    CHECK_INT(db_store_flush(store, NULL), DB_OK);
    CHECK_INT(db_store_close(store, NULL), DB_OK);
    help_write(other, "precious", 8);
    const uint64_t before = help_digest(folder);
    CHECK_INT(db_backup(path, other, NULL, NULL, &err), DB_ERR_IO);
    CHECK_HAS(err.text, "file of this name already");
    unlink(other);
    CHECK_INT(db_backup(path, "", NULL, NULL, &err), DB_ERR_ARGUMENT);
    CHECK_INT(db_backup(path, "/no/such/folder/x", NULL, NULL, &err), DB_ERR_IO);
    CHECK_HAS(err.text, "/no/such/folder/x");
    Progress progress = {.stop_at = 1};
    help_sql(path,
        "INSERT INTO checkpoints (run, step, created, kind, size, checksum, body) "
        "VALUES (1, 1, 1, 'kept', 12000000, '', zeroblob(12000000))");
    CHECK_INT(db_backup(path, other, note_progress, &progress, &err), DB_ERR_IO);
    CHECK_HAS(err.text, "stopped");
    CHECK(access(other, F_OK) != 0);
    help_sql(path, "DELETE FROM checkpoints; PRAGMA application_id = 5");
    CHECK_INT(db_backup(path, other, NULL, NULL, &err), DB_ERR_FOREIGN);
    CHECK(access(other, F_OK) != 0);
    CHECK(before != 0);
    end();
}

/* No half copy is left where the disk is full. */
static void test_backup_without_room(void)
{
    begin();
    DbStore *store = help_open(path);
    add_rows(store, help_run(store, "a"), 0, 30000);
    CHECK_INT(db_store_close(store, NULL), DB_OK);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = 300 << 10;
    setrlimit(RLIMIT_FSIZE, &limit);
    DbError err = {0};
    const uint64_t digest = help_digest(folder);
    CHECK_INT(db_backup(path, other, NULL, NULL, &err), DB_ERR_IO);
    limit.rlim_cur = before;
    setrlimit(RLIMIT_FSIZE, &limit);
    CHECK(help_digest(folder) == digest);
    CHECK_INT(db_backup(path, other, NULL, NULL, &err), DB_OK);
    end();
}

static void test_backup_of_an_old_version(void)
{
    begin();
    CHECK_INT(db_backup(STORE_FILES "/version-1.mantissa", other, NULL, NULL, NULL), DB_OK);
    CHECK_INT(help_integer(other, "PRAGMA user_version"), 1); /* as it was */
    CHECK_INT(help_integer(other, "SELECT count(*) FROM metrics"), 50);
    end();
}

/* ---- moving ------------------------------------------------------------------------------ */

static void test_moving_a_store_that_cannot_be_written(void)
{
    begin();
    const DbStoreOptions options = {.busy_ms = 10};
    DbStore *store;
    DbError err = {0};
    CHECK_INT(db_store_open_with(path, &options, &store, &err), DB_OK);
    const int64_t id = help_run(store, "homeless");
    add_rows(store, id, 0, 1000);
    CHECK_INT(db_store_flush(store, &err), DB_OK);
    sqlite3 *lock; /* stands for a disk that is full, or a folder that cannot be written any more */
    sqlite3_open(path, &lock);
    CHECK_INT(sqlite3_exec(lock, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    add_rows(store, id, 1000, 500);
    CHECK_INT(db_store_flush(store, &err), DB_ERR_IO);
    help_write(other, "x", 1);
    CHECK_INT(db_store_move(store, other, &err), DB_ERR_IO);
    CHECK_STR(db_store_path(store), path); /* still where it was */
    unlink(other);
    CHECK_INT(db_store_move(store, "", &err), DB_ERR_ARGUMENT);
    CHECK_INT(db_store_move(store, other, &err), DB_OK);
    CHECK_STR(db_store_path(store), other);
    db_store_take_error(store, NULL);
    CHECK_INT(db_store_flush(store, &err), DB_OK);
    CHECK_INT(rows_of(other, id), 1500);
    CHECK_STR(help_text(other, "SELECT status FROM runs"), "running");
    CHECK_INT(help_integer(other, "SELECT count(*) FROM writers"), 1);
    CHECK_INT(help_integer(other, "SELECT writer = (SELECT id FROM writers) FROM runs"), 1);
    add_rows(store, id, 1500, 500);
    CHECK_INT(help_run(store, "second"), id + 1);
    sqlite3_exec(lock, "COMMIT", NULL, NULL, NULL);
    sqlite3_close(lock);
    CHECK_INT(db_store_close(store, &err), DB_OK);
    CHECK_INT(rows_of(other, id), 2000);
    CHECK_INT(rows_of(path, id), 1000); /* what it held is left */
    CHECK_STR(help_text(other, "PRAGMA integrity_check"), "ok");
    end();
}

static void test_moving_away_from_a_damaged_file(void)
{
    begin();
    DbStore *store = help_open(path);
    const int64_t id = help_run(store, "bent");
    add_rows(store, id, 0, 3000);
    CHECK_INT(db_store_close(store, NULL), DB_OK);
    const int64_t root = help_integer(
        path, "SELECT rootpage FROM sqlite_schema WHERE name = 'run_texts' AND type = 'table'");
    static unsigned char junk[4096];
    memset(junk, 0xff, sizeof junk);
    help_patch(path, (size_t)(root - 1) * 4096, junk, sizeof junk);
    store = help_open(path);
    db_run_update(store, id, &(DbRunEnd){.status = "running", .schedule_used = "x"});
    add_rows(store, id, 3000, 10);
    DbError err = {0};
    CHECK_INT(db_store_flush(store, &err), DB_ERR_DAMAGED);
    CHECK_INT(db_store_move(store, other, &err), DB_OK); /* row by row, round the damage */
    db_store_take_error(store, NULL);                    /* of before */
    CHECK_INT(db_store_flush(store, &err), DB_OK);
    CHECK_INT(db_store_close(store, &err), DB_OK);
    CHECK_INT(rows_of(other, id), 3010);
    CHECK_STR(help_text(other, "PRAGMA integrity_check"), "ok");
    CHECK_STR(help_text(other, "SELECT name || schedule_used FROM runs, run_texts"), "bentx");
    end();
}

/* ---- check ------------------------------------------------------------------------------- */

typedef struct Findings {
    char text[4000];
    size_t calls;
} Findings;

static void note_finding(void *ctx, const char *sentence)
{
    Findings *findings = ctx;
    findings->calls++;
    snprintf(findings->text + strlen(findings->text),
        sizeof findings->text - strlen(findings->text), "%s\n", sentence);
}

static void expect_findings(size_t at_least, const char *part)
{
    Findings findings = {0};
    size_t count = 99;
    DbError err = {0};
    CHECK_INT(db_check(path, note_finding, &findings, &count, &err), DB_OK);
    CHECK(count >= at_least && (at_least > 0 || count == 0));
    CHECK(findings.calls == count || (count > 100 && findings.calls == 100));
    CHECK_HAS(findings.text, part);
    CHECK_INT(db_check(path, NULL, NULL, &count, &err), DB_OK); /* the number alone */
}

static void test_check(void)
{
    begin();
    size_t count;
    DbError err = {0};
    CHECK_INT(db_check(path, NULL, NULL, &count, &err), DB_ERR_IO);
    help_write(path, "hello", 5);
    CHECK_INT(db_check(path, NULL, NULL, &count, &err), DB_ERR_FOREIGN);
    unlink(path);
    DbStore *store = help_open(path);
    const int64_t id = help_run(store, "a");
    add_rows(store, id, 0, 5000);
    db_run_add_checkpoint(
        store, id, &(DbNewCheckpoint){.step = 9, .kind = "end", .bytes = "state", .size = 5});
    CHECK_INT(db_store_flush(store, NULL), DB_OK);
    expect_findings(0, ""); /* while it is open, too */
    CHECK_INT(db_store_close(store, NULL), DB_OK);
    const uint64_t before = help_digest(folder);
    expect_findings(0, "");
    CHECK(help_digest(folder) == before);
    help_sql(path, "UPDATE checkpoints SET body = CAST('stale' AS BLOB)");
    expect_findings(1, "checkpoint of run 1 at step 9");
    help_sql(path, "INSERT INTO tags VALUES (77, 'x')");
    expect_findings(2, "tags: 1 rows refer to a row of runs");
    help_sql(path, "DELETE FROM run_texts");
    expect_findings(3, "run 1 has no schedule");
    const int64_t root = help_integer(
        path, "SELECT rootpage FROM sqlite_schema WHERE name = 'metrics' AND type = 'table'");
    const unsigned char junk[200] = {1, 2, 3};
    help_patch(path, (size_t)(root - 1) * 4096, junk, sizeof junk);
    expect_findings(2, "");
    CHECK_INT(truncate(path, 40000), 0);
    expect_findings(1, "cut off");
    end();
}

/* ---- space ------------------------------------------------------------------------------- */

static void test_purge(void)
{
    begin();
    DbStore *store = help_open(path);
    int64_t ids[4];
    for (int i = 0; i < 4; i++) {
        ids[i] = help_run(store, "r");
        add_rows(store, ids[i], 0, 5000);
    }
    size_t n = 99;
    DbError err = {0};
    CHECK_INT(db_store_purge(store, INT64_MAX, &n, &err), DB_OK);
    CHECK_INT(n, 0);
    db_run_delete(store, ids[0]);
    db_run_delete(store, ids[1]);
    db_run_delete(store, ids[2]);
    db_run_restore(store, ids[1]);
    CHECK_INT(db_store_flush(store, NULL), DB_OK);
    help_sql(path, "PRAGMA wal_checkpoint(TRUNCATE)");
    const size_t before = help_size(path);
    CHECK_INT(db_store_purge(store, (int64_t)time(NULL) - 1000, &n, &err), DB_OK);
    CHECK_INT(n, 0); /* none has been there so long */
    CHECK_INT(db_store_purge(store, INT64_MAX, &n, &err), DB_OK);
    CHECK_INT(n, 2);
    CHECK_INT(help_integer(path, "SELECT count(*) FROM runs"), 2);
    CHECK_INT(help_integer(path, "SELECT count(*) FROM metrics"), 10000);
    CHECK_INT(help_integer(path, "PRAGMA freelist_count"), 0);
    CHECK(help_size(path) < before * 6 / 10);
    CHECK_STR(help_text(path, "PRAGMA integrity_check"), "ok");
    CHECK_INT(db_store_close(store, &err), DB_OK);
    end();
}

static void test_compact(void)
{
    begin();
    DbStore *store = help_open(path);
    const int64_t old = help_run(store, "old"), live = help_run(store, "live");
    static char state[50000];
    for (uint32_t i = 0; i < 50; i++) {
        for (uint16_t layer = 0; layer < 3; layer++) {
            const DbStatistic row = {.step = i * 10, .layer = layer, .slot = 1, .high = -1};
            db_run_add_statistics(store, old, &row, 1);
            db_run_add_statistics(store, live, &row, 1);
        }
        if (i % 10 == 0)
            db_run_add_checkpoint(store, old,
                &(DbNewCheckpoint){.step = i,
                    .kind = i == 10 ? "kept" : "interval",
                    .bytes = state,
                    .size = sizeof state});
    }
    add_rows(store, old, 0, 100);
    db_run_update(store, old, &(DbRunEnd){.status = "finished"});
    CHECK_INT(db_store_flush(store, NULL), DB_OK);
    DbCompacted done;
    DbError err = {0};
    const DbCompact nothing = {
        .before = INT64_MAX, .statistic_steps = UINT32_MAX, .checkpoints = UINT32_MAX};
    CHECK_INT(db_store_compact(store, &nothing, &done, &err), DB_OK);
    CHECK(done.runs == 0 && done.statistics == 0 && done.checkpoints == 0);
    const DbCompact too_new = {.before = 1000};
    CHECK_INT(db_store_compact(store, &too_new, &done, &err), DB_OK);
    CHECK(done.runs == 0);
    const DbCompact some = {.before = INT64_MAX, .statistic_steps = 8, .checkpoints = 1};
    CHECK_INT(db_store_compact(store, &some, &done, &err), DB_OK);
    CHECK_INT(done.runs, 1);
    CHECK_INT(done.statistics, (50 - 8) * 3);
    CHECK_INT(done.checkpoints, 3);
    CHECK(done.bytes >= 3 * 48000);
    CHECK_STR(help_text(path,
                  "SELECT group_concat(step) FROM (SELECT DISTINCT step FROM statistics"
                  " WHERE run = 1 ORDER BY step)"),
        "0,70,140,210,280,350,420,490"); /* evenly, the first and the last among them */
    CHECK_STR(help_text(path, "SELECT group_concat(step) FROM checkpoints"), "10,40");
    CHECK_INT(help_integer(path, "SELECT count(*) FROM statistics WHERE run = 2"), 150);
    CHECK_INT(help_integer(path, "SELECT count(*) FROM metrics"), 100);
    for (uint32_t keep = 7; keep < 8; keep--) { /* 7 down to 0 */
        const DbCompact less = {
            .before = INT64_MAX, .statistic_steps = keep, .checkpoints = UINT32_MAX};
        CHECK_INT(db_store_compact(store, &less, &done, &err), DB_OK);
        CHECK_INT(
            help_integer(path, "SELECT count(DISTINCT step) FROM statistics WHERE run = 1"), keep);
    }
    DbReader *reader;
    DbSpace space;
    CHECK_INT(db_reader_open(path, &reader, &err), DB_OK);
    CHECK_INT(db_reader_space(reader, &space, &err), DB_OK);
    CHECK(space.runs == 2 && space.bin == 0 && space.metric_rows == 100 &&
        space.statistic_rows == 150 && space.checkpoints == 100000 && space.free == 0);
    CHECK(space.file == help_size(path));
    db_reader_close(reader);
    CHECK_INT(db_store_close(store, &err), DB_OK);
    end();
}

/* ---- CSV --------------------------------------------------------------------------------- */

typedef struct Lines {
    char text[4000];
    int left; /* lines that are still taken */
} Lines;

static bool take_line(void *ctx, const char *line, size_t length)
{
    Lines *lines = ctx;
    CHECK(length > 0 && line[length - 1] == '\n' && strlen(line) == length);
    snprintf(
        lines->text + strlen(lines->text), sizeof lines->text - strlen(lines->text), "%s", line);
    return --lines->left != 0;
}

static const char *csv(DbTable table, const int64_t *ids, size_t n)
{
    static Lines lines;
    lines = (Lines){.left = -1};
    DbReader *reader;
    DbError err = {0};
    CHECK_INT(db_reader_open(path, &reader, &err), DB_OK);
    CHECK_INT(db_export_csv(reader, table, ids, n, take_line, &lines, &err), DB_OK);
    db_reader_close(reader);
    return lines.text;
}

static void check_csv(void)
{
    begin();
    DbStore *store = help_open(path);
    const DbNewRun run = {.name = "A, \"B\"\nC",
        .data = "digits",
        .model = "mlp:8",
        .schedule = "*: fp32",
        .seed_weights = UINT64_MAX,
        .created = 5,
        .steps_total = 3,
        .steps_per_epoch = 1,
        .machine = "c"};
    int64_t id = 0;
    CHECK_INT(db_run_create(store, &run, &id, NULL), DB_OK);
    const DbMetric rows[] = {{0, 0.1f, 1.0f / 3, 10, UINT64_MAX, 0.1},
        {1, NAN, INFINITY, 20, 0, 1e-30}, {2, 2.5f, -INFINITY, 30, 1, 12345678.875}};
    db_run_add_metrics(store, id, rows, 3);
    const DbEval evals[] = {{2, 1.5f, 0.75f, 0.25}, {9, 16777216.0f, 1e-10f, NAN}};
    db_run_add_evals(store, id, evals, 2);
    db_run_add_event(store, id, &(DbEvent){1, "plan", "{\"a\": 1}"});
    db_run_add_event(store, id, &(DbEvent){2, "choice", NULL});
    db_run_add_statistics(store, id, &(DbStatistic){1, 2, 3, 1, 0.5f, NAN, 30, 0, 1, 0.1f}, 1);
    db_run_add_tag(store, id, "x");
    db_run_update(store, id,
        &(DbRunEnd){.status = "finished",
            .steps = 3,
            .train_loss = 2.5f,
            .test_accuracy = 0.1f,
            .test_loss = NAN,
            .best_test_accuracy = 0.2f,
            .loss_hash = 255});
    const int64_t second = help_run(store, "second");
    CHECK_INT(db_store_flush(store, NULL), DB_OK);
    const int64_t ids[] = {second, id, 99};
    CHECK_STR(csv(DB_TABLE_METRICS, ids, 3),
        "run,step,loss,accuracy,cycles,femtojoules,wall_seconds\n"
        "1,0,0.1,0.33333334,10,18446744073709551615,0.1\n"
        "1,1,,inf,20,0,1e-30\n"
        "1,2,2.5,-inf,30,1,12345678.875\n");
    CHECK_STR(csv(DB_TABLE_EVALS, ids, 3),
        "run,step,loss,accuracy,cycles,femtojoules,wall_seconds\n"
        "1,2,1.5,0.75,20,0,0.25\n"
        "1,9,16777216,1e-10,,,\n");
    CHECK_STR(csv(DB_TABLE_EVENTS, ids, 3),
        "run,step,kind,detail\n1,1,plan,\"{\"\"a\"\": 1}\"\n1,2,choice,\n");
    CHECK_STR(csv(DB_TABLE_STATISTICS, ids, 3),
        "run,step,layer,slot,r,epsilon,high,sqnr_db,flushed,saturated,spread\n"
        "1,1,2,3,0.5,,1,30,0,1,0.1\n");
    const char *runs = csv(DB_TABLE_RUNS, &id, 1);
    CHECK_HAS(runs, "run,uuid,name,status,created,");
    CHECK_HAS(runs,
        ",\"A, \"\"B\"\"\nC\",finished,5,digits,mlp:8,3,3,1,2.5,,0.1,0.2,"
        "00000000000000ff,0,0,0,0,0,18446744073709551615,0,0,,c,,x,,,\n");
    CHECK_STR(csv(DB_TABLE_EVENTS, ids, 0), "run,step,kind,detail\n");
    DbReader *reader;
    Lines lines = {.left = 2};
    DbError err = {0};
    CHECK_INT(db_reader_open(path, &reader, &err), DB_OK);
    CHECK_INT(db_export_csv(reader, DB_TABLE_METRICS, ids, 3, take_line, &lines, &err), DB_ERR_IO);
    CHECK_HAS(err.text, "stopped");
    CHECK_INT(
        db_export_csv(reader, DB_TABLE_COUNT, ids, 3, take_line, &lines, &err), DB_ERR_ARGUMENT);
    lines = (Lines){.left = -1};
    CHECK_INT(db_export_csv(reader, DB_TABLE_METRICS, ids, 3, take_line, &lines, &err), DB_OK);
    db_reader_close(reader);
    CHECK_INT(db_store_close(store, NULL), DB_OK);
    end();
}

static void test_csv(void)
{
    check_csv();
}

static void test_csv_where_the_decimal_point_is_a_comma(void)
{
    check_csv();
    char text[20];
    snprintf(text, sizeof text, "%.1f", 0.5);
    CHECK_STR(text, "0,5"); /* the locale is what it was */
}

/* A locale with a decimal comma, where the machine has one. */
static bool take_comma_locale(void)
{
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (setlocale(LC_ALL, names[i]) && localeconv()->decimal_point[0] == ',')
            return true;
    }
    return false;
}

int main(void)
{
    RUN(test_backup_of_a_store_that_goes_on);
    RUN(test_backup_refusals);
    RUN(test_backup_without_room);
    RUN(test_backup_of_an_old_version);
    RUN(test_moving_a_store_that_cannot_be_written);
    RUN(test_moving_away_from_a_damaged_file);
    RUN(test_check);
    RUN(test_purge);
    RUN(test_compact);
    RUN(test_csv);
    if (take_comma_locale())
        RUN(test_csv_where_the_decimal_point_is_a_comma);
    else
        SKIP(test_csv_where_the_decimal_point_is_a_comma, "no locale with a decimal comma");
    return check_done();
}
