/* Real files of every earlier version open, keep what they hold, and become what a new file is. */
#include "store_help.h"
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

static char *folder, *path;

static void begin(const char *version)
{
    folder = help_folder();
    path = help_path(folder, "old.mantissa");
    char *old = help_path(STORE_FILES, version);
    help_copy(old, path);
    free(old);
}

static void end(void)
{
    free(path);
    help_remove(folder);
}

/* What tests/store/files/README.md says that version-1.mantissa holds. */
static void check_version_1(DbReader *reader)
{
    DbError err = {0};
    DbRunList list;
    CHECK_INT(db_reader_runs(reader, &list, &err), DB_OK);
    CHECK_INT(list.count, 3);
    if (list.count == 3) {
        CHECK_STR(list.runs[0].name, "Diverged");
        CHECK_STR(list.runs[0].message, "fc1.W at step 3: NaN");
        CHECK(isinf(list.runs[0].train_loss) && isnan(list.runs[0].test_accuracy));
        CHECK_STR(list.runs[1].name, "Übung – it's 2·3·4");
        CHECK_STR(list.runs[1].status, "interrupted");
        CHECK_STR(list.runs[1].data, "idx:/data/café");
        const DbRun *run = &list.runs[2];
        CHECK_STR(run->name, "First run");
        CHECK_STR(run->uuid, "cd6623ad-49d0-473d-ab30-9fdfc6221154");
        CHECK_STR(run->schedule, "*: bfp4\n*.G: bfp4:sr8");
        CHECK_STR(run->experiment, "{\"version\": 1}");
        CHECK(run->seed_data == UINT64_MAX && run->seed_noise == UINT64_C(1) << 63);
        CHECK(run->loss_hash == UINT64_C(0x0123456789abcdef) && run->femtojoules == UINT64_MAX);
        CHECK_STR(run->note, ""); /* what version 1 did not know is empty */
        CHECK(!run->tags && !run->parent_uuid && run->parent == 0 && run->group == 0);
        CHECK(!run->archived && run->deleted == 0 && run->pin == -1 && run->colour == -1);
    }
    db_run_list_free(&list);
    DbMetric *rows;
    size_t n;
    CHECK_INT(db_reader_metrics(reader, 1, &rows, &n, &err), DB_OK);
    CHECK_INT(n, 40);
    for (size_t i = 0; i < n; i++) {
        DbMetric wanted;
        help_metrics(&wanted, (uint32_t)i, 1);
        CHECK(rows[i].step == i && rows[i].cycles == wanted.cycles &&
            (i == 3 ? isnan(rows[i].loss) : rows[i].loss == wanted.loss));
    }
    free(rows);
    DbEval *evals;
    CHECK_INT(db_reader_evals(reader, 1, &evals, &n, &err), DB_OK);
    CHECK(n == 2 && evals[1].accuracy == 0.875f);
    free(evals);
    DbEventRow *events;
    CHECK_INT(db_reader_events(reader, 1, &events, &n, &err), DB_OK);
    CHECK(n == 2 && strcmp(events[0].detail, "{\"lane\": \"fc1.W\"}") == 0 && !events[1].detail);
    db_events_free(events, n);
}

static void test_version_1_is_read_without_a_change(void)
{
    begin("version-1.mantissa");
    const uint64_t before = help_digest(folder);
    DbReader *reader;
    DbError err = {0};
    CHECK_INT(db_reader_open(path, &reader, &err), DB_OK);
    check_version_1(reader);
    db_reader_close(reader);
    CHECK(help_digest(folder) == before);
    CHECK_INT(help_integer(path, "PRAGMA user_version"), 1);
    end();
}

static void test_version_1_is_brought_up_to_date(void)
{
    begin("version-1.mantissa");
    DbStore *store = help_open(path);
    DbReader *reader;
    DbError err = {0};
    CHECK_INT(db_reader_open(path, &reader, &err), DB_OK);
    check_version_1(reader);
    db_reader_close(reader);
    CHECK(help_run(store, "new") == 4);
    CHECK_INT(db_store_close(store, &err), DB_OK);
    CHECK_INT(help_integer(path, "PRAGMA user_version"), DB_SCHEMA_VERSION);
    CHECK_STR(help_text(path, "PRAGMA integrity_check"), "ok");
    CHECK_INT(help_integer(path, "SELECT count(*) FROM pragma_foreign_key_check"), 0);

    char *fresh = help_path(folder, "fresh.mantissa"), sql[400];
    db_store_close(help_open(fresh), NULL);
    snprintf(sql, sizeof sql,
        "ATTACH '%s' AS fresh; CREATE TEMP TABLE differ AS "
        "SELECT 1 FROM (SELECT type, name, sql FROM main.sqlite_schema EXCEPT "
        "SELECT type, name, sql FROM fresh.sqlite_schema);"
        "CREATE TABLE main.differs AS SELECT count(*) AS n FROM differ",
        fresh);
    help_sql(path, sql);
    CHECK_INT(help_integer(path, "SELECT n FROM differs"), 0);
    free(fresh);
    end();
}

/* Two applications find the old file at the same time. */
static void test_two_stores_climb_together(void)
{
    begin("version-1.mantissa");
    DbStore *a = help_open(path), *b = help_open(path);
    help_run(a, "a");
    help_run(b, "b");
    CHECK_INT(db_store_close(a, NULL), DB_OK);
    CHECK_INT(db_store_close(b, NULL), DB_OK);
    CHECK_INT(help_integer(path, "SELECT count(*) FROM runs"), 5);
    end();
}

/* A climb that fails half way leaves the old version as it was. */
static void test_a_failed_climb_changes_nothing(void)
{
    begin("version-1.mantissa");
    help_sql(path, "CREATE TABLE presets (in_the_way)"); /* the last table of version 2 */
    const DbStoreOptions options = {.busy_ms = 10};
    DbStore *store;
    DbError err = {0};
    CHECK_INT(db_store_open_with(path, &options, &store, &err), DB_ERR_DAMAGED);
    CHECK_HAS(err.text, "schema version 2");
    CHECK_INT(help_integer(path, "PRAGMA user_version"), 1);
    CHECK_INT(
        help_integer(path, "SELECT count(*) FROM sqlite_schema WHERE name IN ('groups', 'tags')"),
        0);
    help_sql(path, "DROP TABLE presets");
    CHECK_INT(db_store_open_with(path, &options, &store, &err), DB_OK);
    db_store_close(store, NULL);
    end();
}

/* Whoever opens the file with sqlite3 finds words about every table and view in it. */
static void test_the_schema_explains_itself(void)
{
    begin("version-1.mantissa");
    db_store_close(help_open(path), NULL);
    CHECK_INT(help_integer(path,
                  "SELECT count(*) FROM sqlite_schema WHERE type IN ('table', 'view')"
                  " AND name NOT LIKE 'sqlite%' AND sql NOT LIKE '%--%'"),
        0);
    CHECK_INT(help_integer(path,
                  "SELECT count(*) FROM sqlite_schema WHERE name = 'runs' AND "
                  "sql LIKE '%bit for bit%' AND sql LIKE '%never given twice%'"),
        1);
    end();
}

int main(void)
{
    RUN(test_version_1_is_read_without_a_change);
    RUN(test_version_1_is_brought_up_to_date);
    RUN(test_two_stores_climb_together);
    RUN(test_a_failed_climb_changes_nothing);
    RUN(test_the_schema_explains_itself);
    return check_done();
}
