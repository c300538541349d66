/* Statistics, checkpoints, and what accuracy had cost. */
#include "db_trace.h"
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
    free(path);
    help_remove(folder);
}

static bool same(float a, float b)
{
    return (isnan(a) && isnan(b)) || a == b;
}

static void test_statistics(void)
{
    begin();
    const int64_t id = help_run(store, "measured");
    const DbStatistic rows[] = {
        {10, 0, 0, 1, 0.5f, 0.25f, 30.5f, 0.125f, 0.0f, 1.5f},
        {10, 0, 5, -1, NAN, NAN, 31.5f, NAN, NAN, NAN},
        {20, 65535, 2, 0, INFINITY, 0.2f, NAN, 1.0f, 1.0f, 0.0f},
        {UINT32_MAX, 1, 1, -1, 1, 2, 3, 4, 5, 6},
    };
    CHECK_INT(db_run_add_statistics(store, id, rows, 4), DB_OK);
    DbStatistic again = rows[1];
    again.sqnr_db = 99;
    CHECK_INT(db_run_add_statistics(store, id, &again, 1), DB_OK);
    CHECK_INT(db_store_flush(store, NULL), DB_OK);
    DbStatistic *got;
    size_t n;
    DbError err = {0};
    CHECK_INT(db_reader_statistics(reader, id, 0, UINT32_MAX, &got, &n, &err), DB_OK);
    CHECK_INT(n, 4);
    for (size_t i = 0; i < n && i < 4; i++) {
        const DbStatistic *wanted = i == 1 ? &again : &rows[i];
        CHECK(got[i].step == wanted->step && got[i].layer == wanted->layer &&
            got[i].slot == wanted->slot && got[i].high == wanted->high);
        CHECK(same(got[i].r, wanted->r) && same(got[i].epsilon, wanted->epsilon) &&
            same(got[i].sqnr_db, wanted->sqnr_db) && same(got[i].flushed, wanted->flushed) &&
            same(got[i].saturated, wanted->saturated) && same(got[i].spread, wanted->spread));
    }
    free(got);
    CHECK_INT(db_reader_statistics(reader, id, 11, 20, &got, &n, &err), DB_OK);
    CHECK(n == 1 && got[0].step == 20);
    free(got);
    db_run_add_statistics(store, 99, rows, 1);
    CHECK_INT(db_store_flush(store, &err), DB_ERR_NOT_FOUND);
    end();
}

/* Bytes that can be told apart by step. */
static unsigned char *make_bytes(uint32_t step, size_t size)
{
    unsigned char *bytes = malloc(size);
    uint64_t seed = step;
    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)(i % 8 == 0 ? help_random(&seed) : i + step);
    return bytes;
}

static void add(int64_t id, uint32_t step, const char *kind, size_t size, uint32_t keep)
{
    unsigned char *bytes = make_bytes(step, size);
    const DbNewCheckpoint new = {step, kind, bytes, size, keep};
    CHECK_INT(db_run_add_checkpoint(store, id, &new), DB_OK);
    free(bytes);
}

/* Steps of the run's checkpoints as text. */
static const char *steps(int64_t id)
{
    static char text[200];
    DbCheckpoint *rows;
    size_t n;
    CHECK_INT(db_reader_checkpoints(reader, id, &rows, &n, NULL), DB_OK);
    text[0] = '\0';
    for (size_t i = 0; i < n; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%" PRIu32, i ? " " : "",
            rows[i].step);
    db_checkpoints_free(rows, n);
    return text;
}

static void test_checkpoints(void)
{
    begin();
    const int64_t id = help_run(store, "saved");
    static const size_t sizes[] = {1, 100, 4096, 1000003};
    for (uint32_t i = 0; i < 4; i++)
        add(id, 10 * i, "interval", sizes[i], 0);
    CHECK_INT(db_store_flush(store, NULL), DB_OK);
    CHECK_STR(steps(id), "0 10 20 30");
    DbError err = {0};
    for (uint32_t i = 0; i < 4; i++) {
        void *bytes;
        size_t size;
        uint32_t found;
        CHECK_INT(db_reader_checkpoint(reader, id, 10 * i + 9, &found, &bytes, &size, &err), DB_OK);
        CHECK_INT(found, 10 * i);
        CHECK_INT(size, sizes[i]);
        unsigned char *wanted = make_bytes(10 * i, sizes[i]);
        CHECK(size == sizes[i] && memcmp(bytes, wanted, size) == 0);
        free(wanted);
        free(bytes);
    }
    CHECK_STR(help_text(path, "SELECT group_concat(kind) FROM checkpoints"),
        "interval,interval,interval,interval");
    add(id, 20, "kept", 50, 0); /* takes the place of the old one */
    add(id, 25, "pause", 60, 0);
    add(id, 40, "interval", 70, 2);
    CHECK_INT(db_store_flush(store, NULL), DB_OK);
    CHECK_STR(steps(id), "20 25 30 40"); /* two interval ones, and those of other kinds */
    DbCheckpoint *rows;
    size_t n;
    CHECK_INT(db_reader_checkpoints(reader, id, &rows, &n, &err), DB_OK);
    CHECK_STR(rows[0].kind, "kept");
    CHECK(rows[0].size == 50 && rows[0].created > 1700000000);
    db_checkpoints_free(rows, n);

    void *bytes;
    size_t size;
    uint32_t found;
    CHECK_INT(db_reader_checkpoint(reader, id, 19, &found, &bytes, &size, &err), DB_ERR_NOT_FOUND);
    CHECK_HAS(err.text, "no checkpoint of at most 19 steps");
    CHECK(!bytes && size == 0);
    CHECK_INT(db_run_add_checkpoint(store, id, &(DbNewCheckpoint){1, "end", NULL, 5, 0}),
        DB_ERR_ARGUMENT);
    CHECK_INT(
        db_run_add_checkpoint(store, id, &(DbNewCheckpoint){1, "end", "", 0, 0}), DB_ERR_ARGUMENT);
    CHECK_INT(
        db_run_add_checkpoint(store, id, &(DbNewCheckpoint){1, NULL, "x", 1, 0}), DB_ERR_ARGUMENT);
    CHECK_INT(db_run_add_checkpoint(store, id, &(DbNewCheckpoint){1, "end", "x", SIZE_MAX, 0}),
        DB_ERR_ARGUMENT);
    end();
}

static void test_a_damaged_checkpoint(void)
{
    begin();
    const int64_t id = help_run(store, "bent");
    add(id, 10, "interval", 500, 0);
    add(id, 20, "interval", 500, 0);
    add(id, 30, "interval", 500, 0);
    CHECK_INT(db_store_flush(store, NULL), DB_OK);
    help_sql(path,
        "UPDATE checkpoints SET body = zeroblob(size) WHERE step = 30;"
        "UPDATE checkpoints SET body = substr(body, 1, 499) WHERE step = 20");
    void *bytes;
    size_t size;
    uint32_t found;
    DbError err = {0};
    CHECK_INT(
        db_reader_checkpoint(reader, id, UINT32_MAX, &found, &bytes, &size, &err), DB_ERR_DAMAGED);
    CHECK_HAS(err.text, "at step 30");
    CHECK_INT(found, 30);
    CHECK(!bytes);
    CHECK_INT(db_reader_checkpoint(reader, id, 29, &found, &bytes, &size, &err), DB_ERR_DAMAGED);
    CHECK_INT(found, 20);
    CHECK_INT(db_reader_checkpoint(reader, id, 19, &found, &bytes, &size, &err), DB_OK);
    CHECK_INT(found, 10);
    free(bytes);
    end();
}

static void test_what_accuracy_had_cost(void)
{
    begin();
    const int64_t id = help_run(store, "costed"), bare = help_run(store, "bare");
    DbMetric rows[100];
    help_metrics(rows, 0, 100);
    rows[79].cycles = UINT64_MAX; /* compared as unsigned */
    db_run_add_metrics(store, id, rows, 100);
    const DbEval evals[] = {{0, 2.3f, 0.1f, 0}, {20, 1, 0.5f, 0.1}, {40, 0.8f, 0.75f, 0.2},
        {60, 0.9f, NAN, 0.3}, {80, 0.5f, 0.875f, 0.4}, {100, 0.6f, 0.8f, 0.5}};
    db_run_add_evals(store, id, evals, 6);
    db_run_add_evals(store, bare, evals, 2);
    CHECK_INT(db_store_flush(store, NULL), DB_OK);
    DbMoment *moments, moment;
    size_t n;
    bool found;
    DbError err = {0};
    CHECK_INT(db_reader_moments(reader, id, &moments, &n, &err), DB_OK);
    CHECK_INT(n, 6);
    CHECK(moments[0].cycles == 0 && moments[1].cycles == 20000 && moments[5].cycles == 100000);
    CHECK(moments[1].femtojoules == 140000000 && isnan(moments[3].accuracy));
    free(moments);
    CHECK_INT(db_reader_reach(reader, id, 0.75f, &moment, &found, &err), DB_OK);
    CHECK(found && moment.step == 40 && moment.cycles == 40000 && moment.wall_seconds == 0.2);
    CHECK_INT(db_reader_reach(reader, id, 0.76f, &moment, &found, &err), DB_OK);
    CHECK(found && moment.step == 80);
    CHECK_INT(db_reader_reach(reader, id, 0.9f, &moment, &found, &err), DB_OK);
    CHECK(!found);
    CHECK_INT(db_reader_best_within(reader, id, 40000, &moment, &found, &err), DB_OK);
    CHECK(found && moment.step == 40);
    CHECK_INT(db_reader_best_within(reader, id, 39999, &moment, &found, &err), DB_OK);
    CHECK(found && moment.step == 20);
    CHECK_INT(db_reader_best_within(reader, id, 200000, &moment, &found, &err), DB_OK);
    CHECK(found && moment.step == 100);
    CHECK_INT(db_reader_best_within(reader, id, UINT64_MAX, &moment, &found, &err), DB_OK);
    CHECK(found && moment.step == 80);
    CHECK_INT(db_reader_moments(reader, bare, &moments, &n, &err), DB_OK);
    CHECK(n == 2 && moments[1].cycles == 0);
    free(moments);
    CHECK_INT(db_reader_reach(reader, 999, 0, &moment, &found, &err), DB_OK);
    CHECK(!found);
    end();
}

int main(void)
{
    RUN(test_statistics);
    RUN(test_checkpoints);
    RUN(test_a_damaged_checkpoint);
    RUN(test_what_accuracy_had_cost);
    return check_done();
}
