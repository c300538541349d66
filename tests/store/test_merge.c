/* Importing other stores, and salvaging damaged ones. */
#include "db_library.h"
#include "db_maintain.h"
#include "db_trace.h"
#include "store_help.h"
#include <stdlib.h>
#include <unistd.h>

static char *folder, *path, *other;

static void begin(void)
{
    folder = help_folder();
    path = help_path(folder, "here.mantissa");
    other = help_path(folder, "there.mantissa");
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

static void finish(DbStore *store, int64_t id, uint32_t steps)
{
    db_run_update(store, id,
        &(DbRunEnd){.status = "finished",
            .steps = steps,
            .test_accuracy = 0.5f,
            .schedule_used = "*: bfp4"});
}

static int64_t fork_run(DbStore *store, const char *name, int64_t parent, int64_t group)
{
    const DbNewRun run = {.name = name,
        .data = "digits",
        .model = "m",
        .schedule = "s",
        .created = 5,
        .parent = parent,
        .fork_step = 7,
        .group = group,
        .replica = 1};
    int64_t id = 0;
    CHECK_INT(db_run_create(store, &run, &id, NULL), DB_OK);
    return id;
}

/* A store with a parent, a fork of it in a group, and a run in the bin; rows of every kind. */
static void make_other(void)
{
    DbStore *store = help_open(other);
    int64_t group;
    CHECK_INT(db_group_create(store, &(DbNewGroup){"dice", "noise", NULL, 1}, &group, NULL), DB_OK);
    const int64_t bin = help_run(store, "in the bin"), parent = help_run(store, "parent"),
                  child = fork_run(store, "child", parent, group);
    db_run_delete(store, bin);
    add_rows(store, parent, 0, 300);
    add_rows(store, child, 0, 20);
    db_run_add_evals(store, parent, (DbEval[]){{10, 1, 0.5f, 1}, {20, 2, 0.75f, 2}}, 2);
    db_run_add_event(store, parent, &(DbEvent){9, "plan", "later step first"});
    db_run_add_event(store, parent, &(DbEvent){3, "choice", NULL});
    db_run_add_statistics(store, parent, &(DbStatistic){.step = 4, .slot = 2, .r = 0.5f}, 1);
    db_run_add_checkpoint(
        store, parent, &(DbNewCheckpoint){.step = 8, .kind = "end", .bytes = "abc", .size = 3});
    db_run_add_tag(store, parent, "theirs");
    db_run_set_note(store, parent, "their note");
    db_preset_save(store, &(DbPreset){.kind = "schedule", .name = "Low", .body = "theirs"});
    db_preset_save(store, &(DbPreset){.kind = "schedule", .name = "High", .body = "theirs"});
    finish(store, parent, 300);
    CHECK_INT(db_store_close(store, NULL), DB_OK);
}

static DbImported import(DbStore *store, const char *from)
{
    DbImported counts;
    DbError err = {0};
    CHECK_INT(db_store_import(store, from, NULL, NULL, &counts, &err), DB_OK);
    if (err.code != DB_OK)
        printf("# %s\n", err.text);
    CHECK_INT(db_store_flush(store, &err), DB_OK);
    return counts;
}

static void expect(DbImported counts, size_t added, size_t updated, size_t same)
{
    CHECK_INT(counts.added, added);
    CHECK_INT(counts.updated, updated);
    CHECK_INT(counts.same, same);
}

/* Everything that hangs on the run of this name, as one text. */
static const char *digest(const char *file, const char *name)
{
    char sql[1500];
    snprintf(sql, sizeof sql,
        "SELECT (SELECT count(*) || '/' || sum(cycles) FROM metrics WHERE run = runs.id) || ' ' ||"
        " (SELECT count(*) || '/' || sum(accuracy) FROM evals WHERE run = runs.id) || ' ' ||"
        " (SELECT group_concat(step || kind) FROM (SELECT * FROM events WHERE run = runs.id "
        "ORDER BY id)) || ' ' || (SELECT count(*) FROM statistics WHERE run = runs.id) || ' ' ||"
        " (SELECT group_concat(body) FROM checkpoints WHERE run = runs.id) || ' ' ||"
        " (SELECT schedule || schedule_used || experiment FROM run_texts WHERE run = runs.id)"
        " || ' ' || uuid || status || steps || loss_hash || created FROM runs WHERE name = '%s'",
        name);
    return help_text(file, sql);
}

static void test_importing_a_store(void)
{
    begin();
    make_other();
    DbStore *store = help_open(path);
    const int64_t own = help_run(store, "own");
    db_preset_save(store, &(DbPreset){.kind = "schedule", .name = "Low", .body = "ours"});
    const uint64_t before = help_digest(folder);
    (void)before;
    const DbImported counts = import(store, other);
    expect(counts, 2, 0, 0);
    CHECK(counts.groups == 1 && counts.presets == 1);
    char *wanted = strdup(digest(other, "parent"));
    CHECK_STR(digest(path, "parent"), wanted);
    free(wanted);
    CHECK_INT(help_integer(path, "SELECT count(*) FROM runs"), 3); /* not what is in their bin */
    CHECK_STR(help_text(path, "SELECT name || fork_step FROM lineage"), "child7");
    CHECK_STR(help_text(path, "SELECT parent_name FROM lineage"), "parent");
    CHECK_STR(help_text(path,
                  "SELECT groups.name || runs.name || replica FROM groups JOIN runs "
                  "ON runs.group_id = groups.id"),
        "dicechild1");
    CHECK_STR(help_text(path, "SELECT status FROM runs WHERE name = 'child'"), "interrupted");
    CHECK_STR(help_text(path, "SELECT note FROM runs WHERE name = 'parent'"), "their note");
    CHECK_STR(help_text(path, "SELECT tag FROM tags"), "theirs");
    CHECK_STR(
        help_text(path, "SELECT group_concat(body) FROM (SELECT * FROM presets ORDER BY name)"),
        "theirs,ours"); /* High is new, Low stays ours */
    const DbImported again = import(store, other);
    expect(again, 0, 0, 2);
    CHECK(again.groups == 0 && again.presets == 0);
    CHECK_INT(help_integer(path, "SELECT count(*) FROM metrics"), 320);
    expect(import(store, path), 0, 0, 3); /* the store itself */
    CHECK_INT(help_integer(path, "SELECT count(*) FROM events"), 2);
    CHECK_STR(help_text(path, "SELECT status FROM runs WHERE name = 'own'"), "running");
    CHECK(own > 0);
    CHECK_INT(db_store_close(store, NULL), DB_OK);
    CHECK_STR(help_text(path, "PRAGMA integrity_check"), "ok");
    CHECK_INT(help_integer(path, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    end();
}

/* A copy was taken while the run went on; later the rest is brought in. */
static void test_importing_what_has_come_further(void)
{
    begin();
    DbStore *there = help_open(other);
    const int64_t id = help_run(there, "long");
    add_rows(there, id, 0, 50);
    db_run_add_event(there, id, &(DbEvent){1, "plan", "a"});
    db_run_update(there, id, &(DbRunEnd){.status = "running", .steps = 50});
    CHECK_INT(db_store_flush(there, NULL), DB_OK);
    DbStore *store = help_open(path);
    expect(import(store, other), 1, 0, 0); /* from a file that is being written */
    CHECK_STR(help_text(path, "SELECT status FROM runs"), "interrupted");
    db_run_rename(store, 1, "my name for it");
    db_run_set_note(store, 1, "my note");
    db_run_add_tag(store, 1, "mine");
    db_run_delete(store, 1);
    add_rows(there, id, 50, 50);
    db_run_add_event(there, id, &(DbEvent){60, "plan", "b"});
    db_run_add_tag(there, id, "theirs");
    finish(there, id, 100);
    CHECK_INT(db_store_close(there, NULL), DB_OK);
    expect(import(store, other), 0, 1, 0);
    CHECK_INT(help_integer(path, "SELECT count(*) FROM metrics"), 100);
    CHECK_STR(help_text(path, "SELECT group_concat(detail) FROM events"), "a,b");
    CHECK_STR(help_text(path, "SELECT name || note || status || steps FROM runs"),
        "my name for itmy notefinished100");
    CHECK_STR(help_text(path, "SELECT schedule_used FROM run_texts"), "*: bfp4");
    CHECK_STR(help_text(path, "SELECT group_concat(tag) FROM tags"), "mine,theirs");
    CHECK(!help_text(path, "SELECT deleted FROM runs")); /* asked for again */
    expect(import(store, other), 0, 0, 1);
    CHECK_INT(db_store_close(store, NULL), DB_OK);
    /* The other way round nothing is taken back. */
    there = help_open(other);
    help_sql(other, "UPDATE runs SET steps = 120");
    expect(import(there, path), 0, 0, 1);
    CHECK_INT(help_integer(other, "SELECT steps FROM runs"), 120);
    CHECK_INT(db_store_close(there, NULL), DB_OK);
    end();
}

/* The child comes first, its parent with another file. */
static void test_lineage_over_several_files(void)
{
    begin();
    make_other();
    char *third = help_path(folder, "third.mantissa");
    help_copy(other, third);
    help_sql(third, "PRAGMA foreign_keys = ON; DELETE FROM runs WHERE name <> 'child'");
    DbStore *store = help_open(path);
    expect(import(store, third), 1, 0, 0);
    CHECK(!help_text(path, "SELECT parent FROM lineage"));
    expect(import(store, other), 1, 0, 1);
    CHECK_STR(help_text(path, "SELECT parent_name FROM lineage"), "parent");
    CHECK_INT(db_store_close(store, NULL), DB_OK);
    free(third);
    end();
}

static bool stop_second(void *ctx, double done)
{
    return ++*(int *)ctx < 2;
}

static void test_importing_in_two_goes(void)
{
    begin();
    make_other();
    DbStore *store = help_open(path);
    DbImported counts;
    DbError err = {0};
    int calls = 0;
    CHECK_INT(db_store_import(store, other, stop_second, &calls, &counts, &err), DB_ERR_IO);
    CHECK_HAS(err.text, "stopped after 1 of 2");
    expect(counts, 1, 0, 0);
    CHECK_INT(help_integer(path, "SELECT count(*) FROM runs"), 1);
    expect(import(store, other), 1, 0, 1);
    CHECK_INT(db_store_close(store, NULL), DB_OK);
    end();
}

static void test_importing_an_old_version(void)
{
    begin();
    char *old = help_path(folder, "old.mantissa");
    help_copy(STORE_FILES "/version-1.mantissa", old);
    DbStore *store = help_open(path);
    expect(import(store, old), 3, 0, 0);
    expect(import(store, old), 0, 0, 3);
    CHECK_INT(help_integer(old, "PRAGMA user_version"), 1);
    CHECK_INT(help_integer(path, "SELECT count(*) FROM metrics"), 50);
    CHECK_INT(db_store_close(store, NULL), DB_OK);
    free(old);
    end();
}

static void test_import_refusals(void)
{
    begin();
    DbStore *store = help_open(path);
    DbImported counts;
    DbError err = {0};
    CHECK_INT(db_store_import(store, other, NULL, NULL, &counts, &err), DB_ERR_IO);
    CHECK_HAS(err.text, other);
    CHECK_INT(db_store_import(store, NULL, NULL, NULL, &counts, &err), DB_ERR_ARGUMENT);
    help_write(other, "run,loss\n", 9);
    CHECK_INT(db_store_import(store, other, NULL, NULL, &counts, &err), DB_ERR_FOREIGN);
    unlink(other);
    make_other();
    help_sql(other, "PRAGMA user_version = 77");
    CHECK_INT(db_store_import(store, other, NULL, NULL, &counts, &err), DB_ERR_NEWER);
    /* A page of metrics is damaged: the run that has it is not taken, and the store goes on. */
    unlink(other);
    make_other();
    const int64_t root = help_integer(
        other, "SELECT rootpage FROM sqlite_schema WHERE name = 'metrics' AND type = 'table'");
    static unsigned char junk[4096];
    memset(junk, 0xff, sizeof junk);
    help_patch(other, (size_t)(root - 1) * 4096, junk, sizeof junk);
    const int64_t own = help_run(store, "own");
    CHECK_INT(db_store_import(store, other, NULL, NULL, &counts, &err), DB_ERR_DAMAGED);
    CHECK_HAS(err.text, other);
    CHECK_INT(help_integer(path, "SELECT count(*) FROM runs"), 1);
    add_rows(store, own, 0, 10);
    CHECK_INT(db_store_close(store, &err), DB_OK);
    CHECK_INT(help_integer(path, "SELECT count(*) FROM metrics"), 10);
    end();
}

/* A run goes on in this store while another one is imported: neither waits for long. */
static void test_importing_beside_a_run(void)
{
    begin();
    DbStore *there = help_open(other);
    for (int i = 0; i < 20; i++)
        add_rows(there, help_run(there, "many"), 0, 3000);
    CHECK_INT(db_store_close(there, NULL), DB_OK);
    DbStore *store = help_open(path);
    const int64_t own = help_run(store, "own");
    add_rows(store, own, 0, 4000);
    expect(import(store, other), 20, 0, 0);
    add_rows(store, own, 4000, 4000);
    CHECK_INT(db_store_close(store, NULL), DB_OK);
    CHECK_INT(help_integer(path, "SELECT count(*) FROM metrics"), 68000);
    end();
}

/* ---- salvage ----------------------------------------------------------------------------- */

static DbSalvaged salvage(void)
{
    char *to = help_path(folder, "saved.mantissa");
    unlink(to);
    DbSalvaged saved;
    DbError err = {0};
    const uint64_t before = help_digest(folder);
    CHECK_INT(db_salvage(other, to, &saved, &err), DB_OK);
    if (err.code != DB_OK)
        printf("# %s\n", err.text);
    printf("# %zu runs, %zu metrics, %zu gaps, %zu unnamed\n", saved.runs, saved.metrics,
        saved.gaps, saved.unnamed);
    CHECK_STR(help_text(to, "PRAGMA integrity_check"), "ok");
    CHECK_INT(help_integer(to, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    DbStore *store = help_open(to); /* it is a store like any other */
    CHECK_INT(db_store_close(store, NULL), DB_OK);
    CHECK(help_digest(folder) != before);
    free(to);
    return saved;
}

static int64_t page_of(const char *table)
{
    char sql[120];
    snprintf(sql, sizeof sql,
        "SELECT rootpage FROM sqlite_schema WHERE name = '%s' AND type = 'table'", table);
    return help_integer(other, sql);
}

static void spoil_page(int64_t page)
{
    static unsigned char junk[4096];
    memset(junk, 0xff, sizeof junk);
    help_patch(other, (size_t)(page - 1) * 4096, junk, sizeof junk);
}

static void test_salvaging_a_sound_file(void)
{
    begin();
    make_other();
    const DbSalvaged saved = salvage();
    CHECK(saved.runs == 3 && saved.metrics == 320 && saved.evals == 2 && saved.events == 2 &&
        saved.statistics == 1 && saved.checkpoints == 1 && saved.other == 4);
    CHECK(saved.gaps == 0 && saved.unnamed == 0);
    char *to = help_path(folder, "saved.mantissa"), *wanted = strdup(digest(other, "parent"));
    CHECK_STR(digest(to, "parent"), wanted);
    free(wanted);
    free(to);
    end();
}

/* One page of rows in the middle of a long run is lost, and nothing else. */
static void test_salvaging_round_a_page(void)
{
    begin();
    DbStore *store = help_open(other);
    const int64_t a = help_run(store, "a"), b = help_run(store, "b");
    add_rows(store, a, 0, 5000);
    add_rows(store, b, 0, 5000);
    finish(store, a, 5000);
    CHECK_INT(db_store_close(store, NULL), DB_OK);
    const int64_t pages = help_integer(other, "PRAGMA page_count");
    CHECK(pages > 100);
    /* A leaf of the metrics: its type byte is 10, that of an index leaf. */
    int64_t leaf = 0;
    for (int64_t page = pages / 2; page < pages && leaf == 0; page++) {
        FILE *file = fopen(other, "rb");
        fseek(file, (long)(page - 1) * 4096, SEEK_SET);
        leaf = fgetc(file) == 10 ? page : 0;
        fclose(file);
    }
    spoil_page(leaf);
    DbReader *reader;
    DbMetric *rows;
    size_t n;
    CHECK_INT(db_reader_open(other, &reader, NULL), DB_OK);
    const DbStatus of_a = db_reader_metrics(reader, a, &rows, &n, NULL);
    free(rows);
    const DbStatus of_b = db_reader_metrics(reader, b, &rows, &n, NULL);
    free(rows);
    db_reader_close(reader);
    CHECK((of_a == DB_ERR_DAMAGED) != (of_b == DB_ERR_DAMAGED)); /* the page is one of metrics */
    const DbSalvaged saved = salvage();
    CHECK(saved.gaps >= 1);
    CHECK_INT(saved.runs, 2);
    /* A leaf of 4096 bytes holds fewer than 100 rows of at least 41 bytes. */
    CHECK(saved.metrics < 10000 && saved.metrics > 10000 - 100);
    end();
}

static void test_salvaging_without_the_runs(void)
{
    begin();
    make_other();
    spoil_page(page_of("runs"));
    const DbSalvaged saved = salvage();
    CHECK(saved.metrics == 320 && saved.evals == 2 && saved.checkpoints == 1);
    CHECK(saved.unnamed >= 2 && saved.runs == saved.unnamed);
    char *to = help_path(folder, "saved.mantissa");
    CHECK_STR(help_text(to, "SELECT name || steps || status FROM runs WHERE id = 2"),
        "Salvaged run 2300interrupted");
    CHECK_INT(help_integer(to, "SELECT count(DISTINCT uuid) FROM runs WHERE length(uuid) = 36"),
        (intmax_t)saved.runs);
    free(to);
    end();
}

static void test_salvaging_a_cut_file(void)
{
    begin();
    DbStore *store = help_open(other);
    for (int i = 0; i < 5; i++)
        add_rows(store, help_run(store, "r"), 0, 4000);
    CHECK_INT(db_store_close(store, NULL), DB_OK);
    CHECK_INT(truncate(other, (off_t)(help_size(other) * 6 / 10)), 0);
    const DbSalvaged saved = salvage();
    CHECK_INT(saved.runs, 5);
    CHECK(saved.metrics > 20000 / 2 && saved.metrics < 20000 * 7 / 10);
    CHECK(saved.gaps > 0);
    end();
}

static void test_salvaging_an_old_version(void)
{
    begin();
    help_copy(STORE_FILES "/version-1.mantissa", other);
    const DbSalvaged saved = salvage();
    CHECK(saved.runs == 3 && saved.metrics == 50);
    CHECK_INT(help_integer(other, "PRAGMA user_version"), 1);
    end();
}

static void test_salvage_refusals(void)
{
    begin();
    DbSalvaged saved;
    DbError err = {0};
    CHECK_INT(db_salvage(other, path, &saved, &err), DB_ERR_IO);
    help_write(other, "hello world", 11);
    CHECK_INT(db_salvage(other, path, &saved, &err), DB_ERR_FOREIGN);
    unlink(other);
    make_other();
    unsigned char junk[3000];
    memset(junk, 0x5a, sizeof junk);
    help_patch(other, 100, junk, sizeof junk);
    const uint64_t before = help_digest(folder);
    CHECK_INT(db_salvage(other, path, &saved, &err), DB_ERR_DAMAGED);
    CHECK_HAS(err.text, "nothing can be read");
    CHECK(access(path, F_OK) != 0);
    CHECK(help_digest(folder) == before);
    unlink(other);
    make_other();
    help_write(path, "x", 1);
    CHECK_INT(db_salvage(other, path, &saved, &err), DB_ERR_IO);
    CHECK_HAS(err.text, "already");
    CHECK_INT(help_size(path), 1);
    end();
}

/* Pages spoilt at random, many times: it always ends, and what is saved is sound. */
static void test_salvaging_anything(void)
{
    begin();
    make_other();
    char *copy = help_path(folder, "copy.mantissa"), *to = help_path(folder, "saved.mantissa");
    help_copy(other, copy);
    const size_t size = help_size(other);
    uint64_t seed = 4711;
    printf("# seed %" PRIu64 "\n", seed);
    unsigned saved_files = 0;
    for (int round = 0; round < 150; round++) {
        help_copy(copy, other);
        const int spots = 1 + (int)(help_random(&seed) % 8);
        for (int i = 0; i < spots; i++) {
            const uint64_t dice = help_random(&seed), bytes = help_random(&seed);
            const size_t length = dice % 3 == 0 ? 8 : 1;
            help_patch(other, 100 + (dice >> 8) % (size - 200), &bytes, length);
        }
        unlink(to);
        DbSalvaged saved;
        DbError err = {0};
        if (db_salvage(other, to, &saved, &err) != DB_OK) {
            CHECK(err.text[0] && access(to, F_OK) != 0);
            continue;
        }
        saved_files++;
        CHECK_STR(help_text(to, "PRAGMA integrity_check"), "ok");
        CHECK_INT(help_integer(to, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    }
    printf("# %u of 150 could be salvaged\n", saved_files);
    CHECK(saved_files > 50);
    free(copy);
    free(to);
    end();
}

int main(void)
{
    RUN(test_importing_a_store);
    RUN(test_importing_what_has_come_further);
    RUN(test_lineage_over_several_files);
    RUN(test_importing_in_two_goes);
    RUN(test_importing_an_old_version);
    RUN(test_import_refusals);
    RUN(test_importing_beside_a_run);
    RUN(test_salvaging_a_sound_file);
    RUN(test_salvaging_round_a_page);
    RUN(test_salvaging_without_the_runs);
    RUN(test_salvaging_a_cut_file);
    RUN(test_salvaging_an_old_version);
    RUN(test_salvage_refusals);
    RUN(test_salvaging_anything);
    return check_done();
}
