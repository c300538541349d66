/* What goes in comes out: every field of every row, in order. */
#include "store_help.h"
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

static char *folder, *path;

/* Same bits, or both NaN. */
static bool same(double a, double b)
{
    return (isnan(a) && isnan(b)) || (a == b && signbit(a) == signbit(b));
}

static DbReader *reader_open(void)
{
    DbReader *reader = NULL;
    DbError err = {0};
    CHECK_INT(db_reader_open(path, &reader, &err), DB_OK);
    return reader;
}

static DbRunEnd plain_end(const char *status)
{
    return (DbRunEnd){.status = status,
        .train_loss = 0.5f,
        .test_loss = NAN,
        .test_accuracy = 0.25f,
        .best_test_accuracy = 0.75f};
}

static void test_every_field_of_a_run(void)
{
    DbStore *store = help_open(path);
    CHECK_STR(db_store_path(store), path);
    const DbNewRun new = {.name = "Rüben's \"best\" run; DROP TABLE runs -- 数 🎲",
        .data = "idx:/data/o'brien",
        .model = "mlp:256,128",
        .schedule = "*: bfp4\n*.G: bfp4:sr8",
        .experiment = "{\"a\": 0.5}",
        .engine_version = "0.1.0",
        .machine = "avx512, 2 threads",
        .seed_weights = UINT64_MAX,
        .seed_data = UINT64_C(1) << 63,
        .seed_noise = 0,
        .steps_total = UINT32_MAX,
        .steps_per_epoch = 938,
        .created = INT64_C(1700000001)};
    int64_t id = 0;
    DbError err = {0};
    CHECK_INT(db_run_create(store, &new, &id, &err), DB_OK);
    const DbRunEnd end = {.status = "diverged",
        .message = "conv1.G at step 17: NaN",
        .schedule_used = "*: bfp4 @0..17it",
        .steps = 17,
        .train_loss = INFINITY,
        .test_loss = -0.0f,
        .test_accuracy = 0.1f,
        .best_test_accuracy = NAN,
        .loss_hash = UINT64_C(0x00000000deadbeef),
        .cycles = UINT64_MAX,
        .compute_cycles = UINT64_MAX - 1,
        .femtojoules = UINT64_C(0x8000000000000000),
        .simulated_seconds = 1e-9,
        .wall_seconds = NAN};
    CHECK_INT(db_run_update(store, id, &end), DB_OK);
    CHECK_INT(db_store_flush(store, &err), DB_OK);

    DbReader *reader = reader_open();
    DbRunList list;
    CHECK_INT(db_reader_run(reader, id, &list, &err), DB_OK);
    CHECK_INT(list.count, 1);
    const DbRun *run = list.runs;
    CHECK_INT(run->id, id);
    CHECK_INT(run->created, new.created);
    CHECK_STR(run->name, new.name);
    CHECK_STR(run->data, new.data);
    CHECK_STR(run->model, new.model);
    CHECK_STR(run->schedule, new.schedule);
    CHECK_STR(run->schedule_used, end.schedule_used);
    CHECK_STR(run->experiment, new.experiment);
    CHECK_STR(run->status, end.status);
    CHECK_STR(run->message, end.message);
    CHECK_STR(run->engine_version, new.engine_version);
    CHECK_STR(run->machine, new.machine);
    CHECK(run->seed_weights == new.seed_weights);
    CHECK(run->seed_data == new.seed_data);
    CHECK(run->seed_noise == new.seed_noise);
    CHECK(run->loss_hash == end.loss_hash);
    CHECK(run->cycles == end.cycles);
    CHECK(run->compute_cycles == end.compute_cycles);
    CHECK(run->femtojoules == end.femtojoules);
    CHECK_INT(run->steps, end.steps);
    CHECK_INT(run->steps_total, new.steps_total);
    CHECK_INT(run->steps_per_epoch, new.steps_per_epoch);
    CHECK(same(run->train_loss, end.train_loss));
    CHECK(same(run->test_loss, 0.0f)); /* SQLite knows one zero */
    CHECK(same(run->test_accuracy, end.test_accuracy));
    CHECK(same(run->best_test_accuracy, NAN));
    CHECK(same(run->simulated_seconds, 1e-9));
    CHECK(same(run->wall_seconds, NAN));
    db_run_list_free(&list);
    CHECK_STR(help_text(path, "SELECT loss_hash FROM runs"), "00000000deadbeef");
    CHECK_STR(help_text(path, "SELECT best_test_accuracy IS NULL FROM runs"), "1");
    CHECK_INT(help_integer(path, "SELECT cycles = 18446744073709551616.0 FROM run_overview"),
        1); /* 2^64 - 1 as the nearest double */
    CHECK_STR(help_text(path, "SELECT round(joules, 3) FROM run_overview"), "9223.372");
    CHECK_INT(help_integer(path, "SELECT length(uuid) FROM runs"), 36);
    db_reader_close(reader);
    CHECK_INT(db_store_close(store, &err), DB_OK);
}

static void test_a_run_without_optional_texts(void)
{
    DbStore *store = help_open(path);
    const DbNewRun new = {.name = "", .data = "", .model = "", .schedule = ""};
    int64_t id = 0;
    DbError err = {0};
    CHECK_INT(db_run_create(store, &new, &id, &err), DB_OK);
    DbReader *reader = reader_open();
    DbRunList list;
    CHECK_INT(db_reader_run(reader, id, &list, &err), DB_OK);
    CHECK_STR(list.runs[0].name, "");
    CHECK_STR(list.runs[0].status, "running");
    CHECK(!list.runs[0].experiment && !list.runs[0].message && !list.runs[0].schedule_used &&
        !list.runs[0].machine && !list.runs[0].engine_version);
    CHECK(isnan(list.runs[0].test_accuracy));
    db_run_list_free(&list);
    CHECK_INT(db_reader_run(reader, id + 1, &list, &err), DB_ERR_NOT_FOUND);
    CHECK_HAS(err.text, "there is no run");
    CHECK_INT(list.count, 0);
    db_reader_close(reader);
    DbNewRun lacking = new;
    lacking.model = NULL;
    CHECK_INT(db_run_create(store, &lacking, &id, &err), DB_ERR_ARGUMENT);
    CHECK_HAS(err.text, "model");
    CHECK_INT(db_store_close(store, &err), DB_OK);
}

static void test_bytes_that_are_not_utf8(void)
{
    DbStore *store = help_open(path);
    const int64_t id = help_run(store, "caf\xe9 \xf0\x9f\x8e \xc3\xa9 \xed\xa0\x80");
    DbError err = {0};
    DbReader *reader = reader_open();
    DbRunList list;
    CHECK_INT(db_reader_run(reader, id, &list, &err), DB_OK);
    CHECK_STR(list.runs[0].name,
        "caf\xef\xbf\xbd \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd \xc3\xa9 "
        "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    db_run_list_free(&list);
    db_reader_close(reader);
    db_store_close(store, NULL);
}

static void test_every_field_of_a_row(void)
{
    DbStore *store = help_open(path);
    const int64_t id = help_run(store, "rows");
    const DbMetric metrics[] = {
        {0, NAN, -0.0f, UINT64_MAX, 0, 0.0},
        {1, 0.1f, 1.0f, 0, UINT64_MAX, 1e-300},
        {UINT32_MAX, 1e-45f, 0.99999994f, UINT64_C(1) << 63, 1, NAN},
    };
    const DbEval evals[] = {{1, 2.0f, 0.5f, 0.25}, {UINT32_MAX, NAN, NAN, NAN}};
    const DbEvent events[] = {
        {5, "plan", "{\"lane\": \"o'x\"}"}, {3, "choice", NULL}, {5, "plan", "second"}};
    CHECK_INT(db_run_add_metrics(store, id, metrics, 3), DB_OK);
    CHECK_INT(db_run_add_evals(store, id, evals, 2), DB_OK);
    for (int i = 0; i < 3; i++)
        CHECK_INT(db_run_add_event(store, id, &events[i]), DB_OK);
    DbError err = {0};
    CHECK_INT(db_store_flush(store, &err), DB_OK);

    DbReader *reader = reader_open();
    DbMetric *got;
    size_t n;
    CHECK_INT(db_reader_metrics(reader, id, &got, &n, &err), DB_OK);
    CHECK_INT(n, 3);
    for (size_t i = 0; i < n && i < 3; i++) {
        CHECK_INT(got[i].step, metrics[i].step);
        CHECK(same(got[i].loss, metrics[i].loss));
        CHECK(got[i].accuracy == metrics[i].accuracy);
        CHECK(got[i].cycles == metrics[i].cycles);
        CHECK(got[i].femtojoules == metrics[i].femtojoules);
        CHECK(same(got[i].wall_seconds, metrics[i].wall_seconds));
    }
    CHECK(!signbit(got[0].accuracy)); /* -0.0 comes back as 0.0 */
    free(got);
    DbEval *tests;
    CHECK_INT(db_reader_evals(reader, id, &tests, &n, &err), DB_OK);
    CHECK_INT(n, 2);
    for (size_t i = 0; i < n && i < 2; i++) {
        CHECK_INT(tests[i].step, evals[i].step);
        CHECK(same(tests[i].loss, evals[i].loss));
        CHECK(same(tests[i].accuracy, evals[i].accuracy));
        CHECK(same(tests[i].wall_seconds, evals[i].wall_seconds));
    }
    free(tests);
    DbEventRow *rows;
    CHECK_INT(db_reader_events(reader, id, &rows, &n, &err), DB_OK);
    CHECK_INT(n, 3); /* in the order of happening, not of steps */
    for (size_t i = 0; i < n && i < 3; i++) {
        CHECK_INT(rows[i].step, events[i].step);
        CHECK_STR(rows[i].kind, events[i].kind);
        CHECK(events[i].detail ? strcmp(rows[i].detail, events[i].detail) == 0 : !rows[i].detail);
    }
    db_events_free(rows, n);
    db_reader_close(reader);
    CHECK_INT(db_store_close(store, &err), DB_OK);
}

static void test_many_rows_keep_their_order(void)
{
    enum { ROWS = 20000 };
    static DbMetric rows[ROWS];
    help_metrics(rows, 0, ROWS);
    DbStore *store = help_open(path);
    const int64_t id = help_run(store, "many");
    for (size_t i = 0; i < ROWS / 2; i++)
        CHECK_INT(db_run_add_metrics(store, id, &rows[i], 1), DB_OK);
    CHECK_INT(db_run_add_metrics(store, id, &rows[ROWS / 2], ROWS / 2), DB_OK);
    const DbMetric again = {.step = 7, .loss = 42};
    CHECK_INT(db_run_add_metrics(store, id, &again, 1), DB_OK);
    DbError err = {0};
    CHECK_INT(db_store_flush(store, &err), DB_OK);
    DbReader *reader = reader_open();
    DbMetric *got;
    size_t n;
    CHECK_INT(db_reader_metrics(reader, id, &got, &n, &err), DB_OK);
    CHECK_INT(n, ROWS);
    bool ordered = n == ROWS;
    for (size_t i = 0; ordered && i < n; i++)
        ordered = got[i].step == i && (i == 7 || got[i].cycles == rows[i].cycles);
    CHECK(ordered);
    CHECK(n > 7 && got[7].loss == 42); /* a repeated step takes the old one's place */
    free(got);
    float points[50];
    CHECK_INT(db_reader_sparkline(reader, id, points, 50, &n, &err), DB_OK);
    CHECK_INT(n, 50); /* of the training accuracy, as there are no evaluations */
    double sum = 0;
    for (size_t i = 0; i < 400; i++)
        sum += i == 7 ? 0 : rows[i].accuracy;
    CHECK(points[0] == (float)(sum / 400)); /* multiples of 1/64 add up exactly */
    db_reader_close(reader);
    db_store_close(store, &err);
}

static void test_sparkline_of_evaluations(void)
{
    DbStore *store = help_open(path);
    const int64_t id = help_run(store, "spark");
    DbReader *reader = reader_open();
    float points[4] = {0};
    size_t n = 9;
    DbError err = {0};
    CHECK_INT(db_reader_sparkline(reader, id, points, 4, &n, &err), DB_OK);
    CHECK_INT(n, 0);
    DbEval evals[101];
    for (uint32_t i = 0; i < 101; i++)
        evals[i] = (DbEval){.step = i, .loss = 1, .accuracy = i == 100 ? NAN : (float)i / 128};
    db_run_add_evals(store, id, evals, 101);
    CHECK_INT(db_store_flush(store, &err), DB_OK);
    CHECK_INT(db_reader_sparkline(reader, id, points, 4, &n, &err), DB_OK);
    CHECK_INT(n, 4);
    CHECK(points[0] == 0 && points[1] == 33.0f / 128 && points[2] == 66.0f / 128 &&
        points[3] == 99.0f / 128);
    CHECK_INT(db_reader_sparkline(reader, id, points, 1, &n, &err), DB_OK);
    CHECK(n == 1 && points[0] == 99.0f / 128);
    db_reader_close(reader);
    db_store_close(store, &err);
}

static void test_list_rename_delete(void)
{
    DbStore *store = help_open(path);
    DbError err = {0};
    const int64_t a = help_run(store, "a"), b = help_run(store, "b");
    const DbMetric row = {.step = 1};
    db_run_add_metrics(store, a, &row, 1);
    db_run_rename(store, b, "it's b now");
    db_run_delete(store, a);
    CHECK_INT(db_store_flush(store, &err), DB_OK);
    DbReader *reader = reader_open();
    DbRunList list;
    CHECK_INT(db_reader_runs(reader, &list, &err), DB_OK);
    CHECK(list.count > 1);
    if (list.count > 0)
        CHECK_STR(list.runs[0].name, "Rüben's \"best\" run; DROP TABLE runs -- 数 🎲"); /* newest */
    bool found_a = false, found_b = false;
    for (size_t i = 0; i < list.count; i++) {
        found_a = found_a || list.runs[i].id == a;
        found_b = found_b || (list.runs[i].id == b && strcmp(list.runs[i].name, "it's b now") == 0);
        CHECK(i == 0 || list.runs[i].created <= list.runs[i - 1].created);
    }
    CHECK(!found_a && found_b);
    db_run_list_free(&list);
    db_reader_close(reader);
    const int64_t c = help_run(store, "c");
    CHECK(c > b); /* an id is never given twice */
    db_store_close(store, &err);
}

static void test_writes_that_are_wrong_are_reported(void)
{
    DbStore *store = help_open(path);
    const int64_t id = help_run(store, "right");
    DbMetric rows[3];
    help_metrics(rows, 0, 3);
    DbError err = {0};
    db_run_add_metrics(store, 999999, rows, 3);
    db_run_add_metrics(store, id, rows, 3);
    CHECK_INT(db_store_flush(store, &err), DB_ERR_NOT_FOUND);
    CHECK_HAS(err.text, "no run 999999");
    CHECK_INT(db_store_flush(store, &err), DB_OK); /* told once */
    char sql[80];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM metrics WHERE run = %" PRId64, id);
    CHECK_INT(help_integer(path, sql), 3); /* the right ones are in */
    db_run_rename(store, 999999, "nobody");
    CHECK_INT(db_store_flush(store, &err), DB_ERR_NOT_FOUND);
    const DbRunEnd odd = plain_end("dancing"), none = plain_end(NULL), good = plain_end("paused");
    CHECK_INT(db_run_update(store, id, &odd), DB_ERR_ARGUMENT);
    CHECK_INT(db_run_update(store, id, &none), DB_ERR_ARGUMENT);
    CHECK_INT(db_run_update(store, id, &good), DB_OK);
    CHECK_INT(db_run_update(store, 999999, &good), DB_OK);
    CHECK_INT(db_store_flush(store, &err), DB_ERR_NOT_FOUND);
    CHECK_INT(db_store_take_error(store, &err), DB_OK);
    CHECK_INT(db_run_rename(store, id, NULL), DB_ERR_ARGUMENT);
    CHECK_INT(db_run_add_event(store, id, &(DbEvent){.step = 1}), DB_ERR_ARGUMENT);
    db_run_delete(store, 999999);
    CHECK_INT(db_store_close(store, &err), DB_ERR_NOT_FOUND); /* close is the last to ask */
}

/* A NULL schedule_used leaves what is there. */
static void test_schedule_used_stays(void)
{
    DbStore *store = help_open(path);
    const int64_t id = help_run(store, "used");
    DbRunEnd end = plain_end("running");
    end.schedule_used = "*: bfp2";
    db_run_update(store, id, &end);
    end.schedule_used = NULL;
    end.status = "finished";
    db_run_update(store, id, &end);
    DbError err = {0};
    CHECK_INT(db_store_close(store, &err), DB_OK);
    char sql[80];
    snprintf(sql, sizeof sql, "SELECT schedule_used FROM run_texts WHERE run = %" PRId64, id);
    CHECK_STR(help_text(path, sql), "*: bfp2");
    snprintf(sql, sizeof sql, "SELECT status FROM runs WHERE id = %" PRId64, id);
    CHECK_STR(help_text(path, sql), "finished");
}

typedef struct Feeder {
    DbStore *store;
    int64_t id;
} Feeder;

static void *feed(void *arg)
{
    const Feeder *feeder = arg;
    for (uint32_t step = 0; step < 5000; step++) {
        DbMetric row;
        help_metrics(&row, step, 1);
        if (db_run_add_metrics(feeder->store, feeder->id, &row, 1) != DB_OK)
            return NULL;
    }
    return arg;
}

/* Several threads write through a queue that holds a few rows only, so that all of them wait for
 * room again and again; nothing is lost. */
static void test_back_pressure_from_four_threads(void)
{
    const DbStoreOptions options = {.queue_bytes = 4000};
    DbStore *store;
    DbError err = {0};
    CHECK_INT(db_store_open_with(path, &options, &store, &err), DB_OK);
    pthread_t threads[4];
    Feeder feeders[4];
    for (int i = 0; i < 4; i++) {
        feeders[i] = (Feeder){store, help_run(store, "fed")};
        pthread_create(&threads[i], NULL, feed, &feeders[i]);
    }
    for (int i = 0; i < 4; i++) {
        void *fine;
        pthread_join(threads[i], &fine);
        CHECK(fine != NULL);
    }
    DbBacklog backlog;
    db_store_backlog(store, &backlog);
    CHECK(backlog.bytes <= 4000 && !backlog.stuck);
    CHECK_INT(db_store_flush(store, &err), DB_OK);
    db_store_backlog(store, &backlog);
    CHECK_INT(backlog.rows, 0);
    for (int i = 0; i < 4; i++) {
        char sql[80];
        snprintf(
            sql, sizeof sql, "SELECT count(*) FROM metrics WHERE run = %" PRId64, feeders[i].id);
        CHECK_INT(help_integer(path, sql), 5000);
    }
    CHECK_INT(db_store_close(store, &err), DB_OK);
}

/* Rows come into the file by themselves: nobody flushes here. */
static void test_rows_arrive_without_a_flush(void)
{
    DbStore *store = help_open(path);
    const int64_t id = help_run(store, "alone");
    DbMetric row;
    help_metrics(&row, 0, 1);
    db_run_add_metrics(store, id, &row, 1);
    DbReader *reader = reader_open();
    size_t n = 0;
    while (n == 0) { /* a store that never writes by itself hangs here until the suite ends it */
        DbMetric *got;
        if (db_reader_metrics(reader, id, &got, &n, NULL) != DB_OK)
            break;
        free(got);
    }
    CHECK_INT(n, 1);
    db_reader_close(reader);
    DbBacklog backlog;
    db_store_backlog(store, &backlog);
    printf("# the longest wait of a row was %.0f ms\n", backlog.longest_seconds * 1e3);
    db_store_close(store, NULL);
}

static void test_views_answer(void)
{
    CHECK(help_integer(path, "SELECT count(*) FROM run_overview") > 5);
    CHECK(help_integer(path, "SELECT count(*) FROM epoch_metrics") > 5);
    CHECK(help_integer(path, "SELECT count(*) FROM eval_costs") > 5);
    CHECK_STR(help_text(path, "PRAGMA integrity_check"), "ok");
    CHECK_INT(help_integer(path, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    CHECK_INT(help_integer(path,
                  "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND "
                  "type = 'table' AND NOT strict AND name NOT LIKE 'sqlite%'"),
        0);
}

int main(void)
{
    folder = help_folder();
    path = help_path(folder, "runs.mantissa");
    RUN(test_every_field_of_a_run);
    RUN(test_a_run_without_optional_texts);
    RUN(test_bytes_that_are_not_utf8);
    RUN(test_every_field_of_a_row);
    RUN(test_many_rows_keep_their_order);
    RUN(test_sparkline_of_evaluations);
    RUN(test_list_rename_delete);
    RUN(test_writes_that_are_wrong_are_reported);
    RUN(test_schedule_used_stays);
    RUN(test_back_pressure_from_four_threads);
    RUN(test_rows_arrive_without_a_flush);
    RUN(test_views_answer);
    free(path);
    help_remove(folder);
    return check_done();
}
