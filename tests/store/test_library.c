/* What people do to their runs, and finding them again. */
#include "db_library.h"
#include "db_text.h"
#include "store_help.h"
#include <math.h>
#include <stdlib.h>

static char *folder, *path;
static DbStore *store;
static DbReader *reader;

static void begin(void)
{
    folder = help_folder();
    path = help_path(folder, "runs.mantissa");
    store = help_open(path);
    CHECK_INT(db_reader_open(path, &reader, NULL), DB_OK);
}

static void end(void)
{
    db_reader_close(reader);
    DbError err = {0};
    CHECK_INT(db_store_close(store, &err), DB_OK);
    CHECK_STR(help_text(path, "PRAGMA integrity_check"), "ok");
    free(path);
    help_remove(folder);
}

static void flush(void)
{
    DbError err = {0};
    if (db_store_flush(store, &err) != DB_OK) {
        printf("# %s\n", err.text);
        CHECK(!"flush");
    }
}

/* The one run, as a list that the caller frees. */
static DbRunList get(int64_t id)
{
    DbRunList list;
    DbError err = {0};
    CHECK_INT(db_reader_run(reader, id, &list, &err), DB_OK);
    return list;
}

/* The names that a query finds, with blanks between; freed by the next call. */
static const char *names(const DbQuery *query)
{
    static char text[2000];
    int64_t *ids;
    size_t n;
    DbRunList list;
    DbError err = {0};
    text[0] = '\0';
    CHECK_INT(db_reader_find(reader, query, &ids, &n, &err), DB_OK);
    CHECK_INT(db_reader_rows(reader, ids, n, &list, &err), DB_OK);
    CHECK_INT(list.count, n);
    for (size_t i = 0; i < list.count; i++) {
        CHECK_INT(list.runs[i].id, ids[i]);
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? " " : "",
            list.runs[i].name);
    }
    db_run_list_free(&list);
    free(ids);
    return text;
}

static void test_notes_tags_and_places(void)
{
    begin();
    const int64_t id = help_run(store, "marked");
    db_run_set_note(store, id, "it's good\nvery");
    db_run_add_tag(store, id, "thesis");
    db_run_add_tag(store, id, "a tag, with 'odd' letters");
    db_run_add_tag(store, id, "thesis");
    db_run_set_archived(store, id, true);
    db_run_set_pin(store, id, 3);
    db_run_set_colour(store, id, 0);
    flush();
    DbRunList list = get(id);
    CHECK_STR(list.runs[0].note, "it's good\nvery");
    CHECK_STR(list.runs[0].tags, "a tag, with 'odd' letters\nthesis");
    CHECK(list.runs[0].archived);
    CHECK_INT(list.runs[0].pin, 3);
    CHECK_INT(list.runs[0].colour, 0);
    db_run_list_free(&list);
    db_run_set_note(store, id, NULL);
    db_run_remove_tag(store, id, "thesis");
    db_run_remove_tag(store, id, "never there");
    db_run_remove_tag(store, id, "a tag, with 'odd' letters");
    db_run_set_archived(store, id, false);
    db_run_set_pin(store, id, -1);
    db_run_set_colour(store, id, -1);
    flush();
    list = get(id);
    CHECK_STR(list.runs[0].note, "");
    CHECK(!list.runs[0].tags && !list.runs[0].archived);
    CHECK_INT(list.runs[0].pin, -1);
    CHECK_INT(list.runs[0].colour, -1);
    db_run_list_free(&list);
    CHECK_INT(db_run_add_tag(store, id, ""), DB_ERR_ARGUMENT);
    CHECK_INT(db_run_add_tag(store, id, NULL), DB_ERR_ARGUMENT);
    CHECK_INT(db_run_add_tag(store, id, "two\nlines"), DB_ERR_ARGUMENT);
    DbError err = {0};
    static const char *const sentence = "there is no run 77";
    db_run_add_tag(store, 77, "x");
    CHECK_INT(db_store_flush(store, &err), DB_ERR_NOT_FOUND);
    CHECK_HAS(err.text, sentence);
    db_run_set_note(store, 77, "x");
    CHECK_INT(db_store_flush(store, &err), DB_ERR_NOT_FOUND);
    CHECK_HAS(err.text, sentence);
    end();
}

static void test_the_bin(void)
{
    begin();
    const int64_t a = help_run(store, "a"), b = help_run(store, "b");
    DbMetric rows[10];
    help_metrics(rows, 0, 10);
    db_run_add_metrics(store, a, rows, 10);
    db_run_delete(store, a);
    flush();
    CHECK_STR(names(&(DbQuery){0}), "b");
    CHECK_STR(names(&(DbQuery){.shelf = DB_SHELF_ALL}), "b");
    CHECK_STR(names(&(DbQuery){.shelf = DB_SHELF_BIN}), "a");
    DbRunList list;
    CHECK_INT(db_reader_runs(reader, &list, NULL), DB_OK);
    CHECK(list.count == 1 && list.runs[0].id == b);
    db_run_list_free(&list);
    list = get(a);
    CHECK(list.runs[0].deleted > 1700000000);
    db_run_list_free(&list);
    db_run_restore(store, a);
    flush();
    list = get(a);
    CHECK(list.runs[0].deleted == 0);
    db_run_list_free(&list);
    DbMetric *got;
    size_t n;
    CHECK_INT(db_reader_metrics(reader, a, &got, &n, NULL), DB_OK);
    CHECK_INT(n, 10); /* nothing of it was lost */
    free(got);
    CHECK_STR(names(&(DbQuery){0}), "a b");
    end();
}

static int64_t make(const DbNewRun *run, const DbRunEnd *last)
{
    int64_t id = 0;
    DbError err = {0};
    CHECK_INT(db_run_create(store, run, &id, &err), DB_OK);
    if (last)
        db_run_update(store, id, last);
    return id;
}

/* Five runs that differ in everything that can be asked for. */
static void make_shelf(int64_t ids[5])
{
    const DbNewRun runs[5] = {
        {"Run 10", "digits", "mlp:32", "*: bfp4", NULL, NULL, "avx2, 2 threads", .created = 500},
        {"run 2", "digits", "lenet", "*: bfp2", NULL, NULL, "c, 1 thread", .created = 100},
        {"ÜBUNG", "idx:mnist", "lenet", "*: fp32", NULL, NULL, NULL, .created = 300},
        {"Ωmega", "spirals", "mlp:8", "*: bfp4:sr8", NULL, NULL, NULL, .created = 200},
        {"zebra", "cifar", "vgg-s", "*: int8", NULL, NULL, NULL, .created = 400},
    };
    const DbRunEnd ends[5] = {
        {.status = "finished", .test_accuracy = 0.5f, .best_test_accuracy = 0.9f, .cycles = 30},
        {.status = "finished", .test_accuracy = 0.7f, .best_test_accuracy = 0.8f, .cycles = 10},
        {.status = "diverged", .test_accuracy = NAN, .best_test_accuracy = NAN, .cycles = 20},
        {.status = "stopped",
            .test_accuracy = 0.6f,
            .best_test_accuracy = 0.7f,
            .cycles = UINT64_MAX},
        {.status = "finished", .test_accuracy = 0.8f, .best_test_accuracy = 0.8f, .cycles = 5},
    };
    for (int i = 0; i < 5; i++)
        ids[i] = make(&runs[i], &ends[i]);
    db_run_add_tag(store, ids[0], "Keep");
    db_run_add_tag(store, ids[3], "keep");
    db_run_add_tag(store, ids[3], "Thesis 2024");
    db_run_set_note(store, ids[1], "the one for Mövenpick");
    db_run_set_archived(store, ids[4], true);
    db_run_set_pin(store, ids[2], 1);
    db_run_set_pin(store, ids[1], 0);
    flush();
}

static void test_sorting(void)
{
    begin();
    int64_t ids[5];
    make_shelf(ids);
    CHECK_STR(names(&(DbQuery){0}), "run 2 Ωmega ÜBUNG Run 10"); /* oldest first */
    CHECK_STR(names(&(DbQuery){.descending = true}), "Run 10 ÜBUNG Ωmega run 2");
    CHECK_STR(names(&(DbQuery){.shelf = DB_SHELF_ALL}), "run 2 Ωmega ÜBUNG zebra Run 10");
    CHECK_STR(names(&(DbQuery){.shelf = DB_SHELF_ARCHIVE}), "zebra");
    CHECK_STR(names(&(DbQuery){.sort = DB_SORT_NAME}), "run 2 Run 10 ÜBUNG Ωmega");
    CHECK_STR(names(&(DbQuery){.sort = DB_SORT_BEST_ACCURACY, .descending = true}),
        "Run 10 run 2 Ωmega ÜBUNG"); /* unknown last */
    CHECK_STR(names(&(DbQuery){.sort = DB_SORT_BEST_ACCURACY}), "Ωmega run 2 Run 10 ÜBUNG");
    CHECK_STR(names(&(DbQuery){.sort = DB_SORT_CYCLES}), "run 2 ÜBUNG Run 10 Ωmega");
    CHECK_STR(
        names(&(DbQuery){.sort = DB_SORT_CYCLES, .descending = true}), "Ωmega Run 10 ÜBUNG run 2");
    CHECK_STR(names(&(DbQuery){.sort = DB_SORT_STATUS}), "ÜBUNG Run 10 run 2 Ωmega");
    CHECK_STR(names(&(DbQuery){.sort = DB_SORT_PIN}), "run 2 ÜBUNG Run 10 Ωmega");
    for (int sort = 0; sort < DB_SORT_COUNT; sort++)
        CHECK_INT(
            strlen(names(&(DbQuery){.sort = (DbSort)sort})), strlen("run 2 Ωmega ÜBUNG Run 10"));
    int64_t *found;
    size_t n;
    DbError err = {0};
    CHECK_INT(db_reader_find(reader, &(DbQuery){.sort = DB_SORT_COUNT}, &found, &n, &err),
        DB_ERR_ARGUMENT);
    CHECK_INT(
        db_reader_find(reader, &(DbQuery){.sort = (DbSort)-1}, &found, &n, &err), DB_ERR_ARGUMENT);
    end();
}

static void test_filters(void)
{
    begin();
    int64_t ids[5];
    make_shelf(ids);
    CHECK_STR(names(&(DbQuery){.data = "digits"}), "run 2 Run 10");
    CHECK_STR(names(&(DbQuery){.data = "digits", .model = "lenet"}), "run 2");
    CHECK_STR(names(&(DbQuery){.status = "diverged"}), "ÜBUNG");
    CHECK_STR(names(&(DbQuery){.tag = "keep"}), "Ωmega"); /* exactly this tag */
    CHECK_STR(names(&(DbQuery){.created_from = 200, .created_before = 300}), "Ωmega");
    CHECK_STR(names(&(DbQuery){.data = "' OR 1=1 --"}), "");
    CHECK_STR(names(&(DbQuery){.text = ""}), "run 2 Ωmega ÜBUNG Run 10");
    CHECK_STR(names(&(DbQuery){.text = " \t "}), "run 2 Ωmega ÜBUNG Run 10");
    CHECK_STR(names(&(DbQuery){.text = "RUN"}), "run 2 Run 10");
    CHECK_STR(names(&(DbQuery){.text = "übung"}), "ÜBUNG");
    CHECK_STR(names(&(DbQuery){.text = "ωMEGA"}), "Ωmega");
    CHECK_STR(names(&(DbQuery){.text = "mövenpick"}), "run 2");   /* the note */
    CHECK_STR(names(&(DbQuery){.text = "KEEP"}), "Ωmega Run 10"); /* a tag, in any case */
    CHECK_STR(names(&(DbQuery){.text = "sr8"}), "Ωmega");         /* the schedule */
    CHECK_STR(names(&(DbQuery){.text = "avx2"}), "Run 10");       /* the machine */
    CHECK_STR(names(&(DbQuery){.text = "digits 1"}), "run 2 Run 10");
    CHECK_STR(names(&(DbQuery){.text = "digits  lenet "}), "run 2");
    CHECK_STR(names(&(DbQuery){.text = "digits spirals"}), "");
    CHECK_STR(names(&(DbQuery){.text = "%"}), ""); /* no wildcards */
    CHECK_STR(names(&(DbQuery){.text = "\xff\xfe"}), "");
    end();
}

static void test_folding_and_order_of_names(void)
{
    static const char *const folds[][2] = {{"ABCxyz19_", "abcxyz19_"}, {"ÀÖØÞ×ß", "àöøþ×ß"},
        {"ĀŁŃŽŸĲ", "āłńžÿĳ"}, {"ΑΣΩς", "ασωσ"}, {"АЯЁЏ", "аяёџ"}, {"数🎲", "数🎲"}};
    char buf[200];
    for (size_t i = 0; i < sizeof folds / sizeof folds[0]; i++) {
        CHECK(*db_text_fold(buf, folds[i][0]) == '\0');
        CHECK_STR(buf, folds[i][1]);
        db_text_fold(buf, folds[i][1]);
        CHECK_STR(buf, folds[i][1]); /* once is enough */
    }
    static const char *const sorted[] = {
        "", "Run", "run 2", "RUN 002b", "run 10", "run 10a", "run 99999999999999999999", "runs"};
    char last[200];
    size_t last_size = 0;
    for (size_t i = 0; i < sizeof sorted / sizeof sorted[0]; i++) {
        const size_t size = db_text_sort_key(buf, sorted[i]);
        const int order = memcmp(last, buf, size < last_size ? size : last_size);
        CHECK(i == 0 || order < 0 || (order == 0 && last_size < size));
        memcpy(last, buf, size);
        last_size = size;
    }
}

static void test_facets(void)
{
    begin();
    int64_t ids[5];
    make_shelf(ids);
    db_run_delete(store, ids[2]);
    flush();
    DbFacetValue *values;
    size_t n;
    DbError err = {0};
    CHECK_INT(db_reader_facets(reader, DB_FACET_DATA, &values, &n, &err), DB_OK);
    CHECK_INT(n, 3);
    CHECK(n == 3 && values[0].runs == 2 && strcmp(values[0].value, "digits") == 0);
    db_facets_free(values, n);
    CHECK_INT(db_reader_facets(reader, DB_FACET_TAG, &values, &n, &err), DB_OK);
    CHECK(n == 3 && strcmp(values[0].value, "Keep") == 0);
    db_facets_free(values, n);
    CHECK_INT(db_reader_facets(reader, DB_FACET_MODEL, &values, &n, &err), DB_OK);
    CHECK_INT(n, 4);
    db_facets_free(values, n);
    CHECK_INT(db_reader_facets(reader, DB_FACET_STATUS, &values, &n, &err), DB_OK);
    CHECK(n == 2 && values[0].runs == 3 && strcmp(values[0].value, "finished") == 0);
    db_facets_free(values, n);
    end();
}

static int64_t fork_of(int64_t parent, const char *name, uint32_t step, int64_t created)
{
    return make(&(DbNewRun){.name = name,
                    .data = "",
                    .model = "",
                    .schedule = "",
                    .created = created,
                    .parent = parent,
                    .fork_step = step},
        NULL);
}

static void test_lineage(void)
{
    begin();
    const int64_t root = fork_of(0, "root", 0, 1), left = fork_of(root, "left", 100, 2),
                  right = fork_of(root, "right", 200, 3), leaf = fork_of(left, "leaf", 300, 4),
                  other = fork_of(0, "other", 0, 5);
    flush();
    DbRunList list = get(leaf);
    CHECK_INT(list.runs[0].parent, left);
    CHECK_INT(list.runs[0].fork_step, 300);
    db_run_list_free(&list);
    const int64_t family[] = {root, left, right, leaf};
    for (size_t i = 0; i < 4; i++) { /* whoever is asked */
        CHECK_INT(db_reader_family(reader, family[i], &list, NULL), DB_OK);
        CHECK_INT(list.count, 4);
        for (size_t j = 0; j < list.count && j < 4; j++)
            CHECK_INT(list.runs[j].id, family[j]);
        db_run_list_free(&list);
    }
    CHECK_INT(db_reader_family(reader, other, &list, NULL), DB_OK);
    CHECK_INT(list.count, 1);
    db_run_list_free(&list);
    db_run_delete(store, root);
    flush();
    CHECK_INT(db_reader_family(reader, leaf, &list, NULL), DB_OK);
    CHECK_INT(list.count, 3); /* they still belong together */
    db_run_list_free(&list);
    DbError err = {0};
    int64_t id;
    const DbNewRun orphan = {.name = "", .data = "", .model = "", .schedule = "", .parent = 999};
    CHECK_INT(db_run_create(store, &orphan, &id, &err), DB_ERR_NOT_FOUND);
    CHECK_HAS(err.text, "no run 999");
    CHECK_INT(help_integer(path, "SELECT count(*) FROM runs"), 5);
    CHECK_INT(help_integer(path, "SELECT count(*) FROM lineage"), 3);
    end();
}

static void test_groups(void)
{
    begin();
    DbError err = {0};
    int64_t group = 0;
    const DbNewGroup new = {"dice", "noise", "{\"n\": 3}", 77};
    CHECK_INT(db_group_create(store, &new, &group, &err), DB_OK);
    const float accuracies[3] = {0.5f, 0.625f, 0.75f};
    for (uint32_t i = 0; i < 3; i++)
        make(&(DbNewRun){.name = "replica",
                 .data = "",
                 .model = "",
                 .schedule = "",
                 .group = group,
                 .replica = i},
            &(DbRunEnd){.status = "finished",
                .test_accuracy = accuracies[i],
                .best_test_accuracy = accuracies[i]});
    const int64_t loose = help_run(store, "loose");
    flush();
    CHECK_STR(names(&(DbQuery){.group = group}), "replica replica replica");
    CHECK_STR(help_text(path, "SELECT final_mean || ' ' || final_variance FROM group_overview"),
        "0.625 0.015625"); /* variance of 1/2, 5/8, 3/4: 2 * (1/8)^2 / 2 */
    db_run_set_group(store, loose, group, 3);
    db_group_rename(store, group, "four dice");
    flush();
    DbGroupList list;
    CHECK_INT(db_reader_groups(reader, &list, &err), DB_OK);
    CHECK_INT(list.count, 1);
    CHECK_STR(list.groups[0].name, "four dice");
    CHECK_STR(list.groups[0].kind, "noise");
    CHECK_STR(list.groups[0].detail, "{\"n\": 3}");
    CHECK_INT(list.groups[0].created, 77);
    CHECK_INT(list.groups[0].runs, 4);
    CHECK_INT(strlen(list.groups[0].uuid), 36);
    db_group_list_free(&list);
    DbRunList run = get(loose);
    CHECK(run.runs[0].group == group && run.runs[0].replica == 3);
    db_run_list_free(&run);
    db_run_set_group(store, loose, 0, 0);
    db_group_delete(store, group);
    flush();
    CHECK_INT(help_integer(path, "SELECT count(*) FROM runs WHERE group_id IS NULL"), 4);
    db_run_set_group(store, loose, 55, 0);
    CHECK_INT(db_store_flush(store, &err), DB_ERR_NOT_FOUND);
    CHECK_HAS(err.text, "no group 55");
    db_group_rename(store, 55, "x");
    CHECK_INT(db_store_flush(store, &err), DB_ERR_NOT_FOUND);
    CHECK_HAS(err.text, "no group 55");
    const DbNewRun homeless = {.name = "", .data = "", .model = "", .schedule = "", .group = 55};
    CHECK_INT(db_run_create(store, &homeless, &group, &err), DB_ERR_NOT_FOUND);
    CHECK_HAS(err.text, "no group 55");
    CHECK_INT(db_group_create(store, &(DbNewGroup){.name = "x"}, &group, &err), DB_ERR_ARGUMENT);
    end();
}

static void test_presets(void)
{
    begin();
    const DbPreset presets[] = {{"schedule", "Low", "*: bfp2", "a paper", 0},
        {"hardware", "64 x 64", "{}", NULL, 0}, {"schedule", "Low", "*: bfp3", NULL, 0},
        {"schedule", "High", "*: bfp8", NULL, 0}};
    for (size_t i = 0; i < 4; i++)
        CHECK_INT(db_preset_save(store, &presets[i]), DB_OK);
    flush();
    DbPresetList list;
    DbError err = {0};
    CHECK_INT(db_reader_presets(reader, "schedule", &list, &err), DB_OK);
    CHECK_INT(list.count, 2);
    CHECK_STR(list.presets[0].name, "High");
    CHECK_STR(list.presets[1].body, "*: bfp3"); /* saved again */
    CHECK(!list.presets[1].source && list.presets[1].changed > 1700000000);
    db_preset_list_free(&list);
    CHECK_INT(db_reader_presets(reader, NULL, &list, &err), DB_OK);
    CHECK_INT(list.count, 3);
    db_preset_list_free(&list);
    db_preset_delete(store, "schedule", "Low");
    db_preset_delete(store, "schedule", "never there");
    flush();
    CHECK_INT(help_integer(path, "SELECT count(*) FROM presets"), 2);
    CHECK_INT(db_preset_save(store, &(DbPreset){.kind = "x", .name = "y"}), DB_ERR_ARGUMENT);
    CHECK_INT(db_preset_delete(store, NULL, "y"), DB_ERR_ARGUMENT);
    end();
}

static void test_a_reader_notices_changes(void)
{
    begin();
    bool changed = true;
    CHECK_INT(db_reader_changed(reader, &changed, NULL), DB_OK);
    CHECK(!changed);
    help_run(store, "new");
    CHECK_INT(db_reader_changed(reader, &changed, NULL), DB_OK);
    CHECK(changed);
    CHECK_INT(db_reader_changed(reader, &changed, NULL), DB_OK);
    CHECK(!changed);
    end();
}

static void test_rows_from_a_step_on(void)
{
    begin();
    const int64_t id = help_run(store, "goes on");
    DbMetric rows[30], *got;
    size_t n;
    help_metrics(rows, 0, 30);
    db_run_add_metrics(store, id, rows, 30);
    flush();
    CHECK_INT(db_reader_metrics_from(reader, id, 25, &got, &n, NULL), DB_OK);
    CHECK(n == 5 && got[0].step == 25);
    free(got);
    CHECK_INT(db_reader_metrics_from(reader, id, 30, &got, &n, NULL), DB_OK);
    CHECK(n == 0);
    free(got);
    end();
}

/* A run whose program ended without a word stands where its rows say. */
static void test_an_interrupted_run_knows_its_rows(void)
{
    begin();
    const int64_t id = help_run(store, "cut");
    DbMetric rows[25];
    help_metrics(rows, 0, 25);
    db_run_add_metrics(store, id, rows, 25);
    const DbEval evals[] = {{10, 1.0f, 0.75f, 0.1}, {20, 0.5f, 0.5f, 0.2}};
    db_run_add_evals(store, id, evals, 2);
    db_store_close(store, NULL);
    store = help_open(path);
    DbRunList list = get(id);
    CHECK_STR(list.runs[0].status, "interrupted");
    CHECK_INT(list.runs[0].steps, 25);
    CHECK(list.runs[0].train_loss == rows[24].loss && list.runs[0].cycles == rows[24].cycles);
    CHECK(list.runs[0].femtojoules == rows[24].femtojoules);
    CHECK(list.runs[0].test_accuracy == 0.5f && list.runs[0].best_test_accuracy == 0.75f);
    db_run_list_free(&list);
    end();
}

int main(void)
{
    RUN(test_notes_tags_and_places);
    RUN(test_the_bin);
    RUN(test_sorting);
    RUN(test_filters);
    RUN(test_folding_and_order_of_names);
    RUN(test_facets);
    RUN(test_lineage);
    RUN(test_groups);
    RUN(test_presets);
    RUN(test_a_reader_notices_changes);
    RUN(test_rows_from_a_step_on);
    RUN(test_an_interrupted_run_knows_its_rows);
    return check_done();
}
