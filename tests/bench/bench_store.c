/* How quick the store stays with many runs: bench-store [RUNS [ROWS [FILE]]]
 *
 * Makes (or uses again, where FILE exists) a store of RUNS runs, 1000, with ROWS metric rows each,
 * 10000, through the public functions, and prints what the library and Compare would wait for.
 * A benchmark, not a test: it judges nothing. */
#include "db_library.h"
#include "db_maintain.h"
#include "db_store.h"
#include "db_trace.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void check(DbStatus status, const DbError *err)
{
    if (status != DB_OK) {
        fprintf(stderr, "bench-store: %s\n", err->text);
        exit(1);
    }
}

static const char *const models[] = {"mlp:256,128", "lenet", "cnn:32,32,p,64,64,p,128,128", "vgg-s",
    "resnet-8", "resnet-14", "resnet-20", "mobilenet-s", "transformer-s"};
static const char *const data_sets[] = {"digits", "idx:mnist", "cifar10", "spirals"};

/* A learning curve: falling loss, rising accuracy, with ripples. */
static void make_rows(DbMetric *rows, size_t n, unsigned run)
{
    for (size_t i = 0; i < n; i++) {
        const float progress = (float)i / (float)n, ripple = (float)((i * 7919 + run) % 97) / 970;
        rows[i] = (DbMetric){.step = (uint32_t)i,
            .loss = 2.3f / (1 + 12 * progress) + ripple,
            .accuracy = 0.95f - 0.8f / (1 + 10 * progress) - ripple / 2,
            .cycles = (uint64_t)(i + 1) * (90000 + run),
            .femtojoules = (uint64_t)(i + 1) * UINT64_C(7000000000),
            .wall_seconds = 0.011 * (double)(i + 1)};
    }
}

static void make_run(DbStore *store, unsigned number, DbMetric *rows, size_t n)
{
    char name[64], experiment[4096];
    snprintf(name, sizeof name, "Ramp %u to %u, run %u", number % 5 + 2, number % 7 + 3, number);
    memset(experiment, ' ', sizeof experiment - 1); /* as long as a real one */
    experiment[sizeof experiment - 1] = '\0';
    experiment[0] = '{', experiment[sizeof experiment - 2] = '}';
    const DbNewRun new = {.name = name,
        .data = data_sets[number % 4],
        .model = models[number % 9],
        .schedule = "*: bfp4\n*.G: bfp4:sr8\nconv1.W: bfp2 @0..50%, bfp4 @50%..",
        .experiment = experiment,
        .engine_version = "0.1.0",
        .machine = "avx512, 2 threads",
        .seed_weights = number,
        .steps_total = (uint32_t)n,
        .steps_per_epoch = 500,
        .created = 1700000000 + 60 * (int64_t)number};
    int64_t id;
    DbError err;
    check(db_run_create(store, &new, &id, &err), &err);
    make_rows(rows, n, number);
    db_run_add_metrics(store, id, rows, n);
    float best = 0;
    for (size_t i = 500; i <= n; i += 500) {
        const DbEval eval = {.step = (uint32_t)i,
            .loss = rows[i - 1].loss + 0.05f,
            .accuracy = rows[i - 1].accuracy - 0.01f,
            .wall_seconds = rows[i - 1].wall_seconds};
        best = fmaxf(best, eval.accuracy);
        db_run_add_evals(store, id, &eval, 1);
    }
    const DbMetric *last = &rows[n - 1];
    db_run_update(store, id,
        &(DbRunEnd){.status = "finished",
            .schedule_used = new.schedule,
            .steps = (uint32_t)n,
            .train_loss = last->loss,
            .test_loss = last->loss,
            .test_accuracy = last->accuracy,
            .best_test_accuracy = best,
            .loss_hash = number,
            .cycles = last->cycles,
            .femtojoules = last->femtojoules,
            .simulated_seconds = (double)last->cycles / 5e8,
            .wall_seconds = last->wall_seconds});
}

static void generate(const char *path, unsigned runs, size_t n)
{
    DbStore *store;
    DbError err;
    DbMetric *rows = calloc(n, sizeof *rows);
    if (!rows)
        exit(1);
    const double start = now();
    check(db_store_open(path, &store, &err), &err);
    for (unsigned i = 0; i < runs; i++)
        make_run(store, i, rows, n);
    check(db_store_close(store, &err), &err);
    const double seconds = now() - start;
    struct stat info = {0};
    stat(path, &info);
    printf("generate %u runs of %zu rows: %.1f s, %.2f M rows/s, %.0f MB, %.1f bytes a row\n", runs,
        n, seconds, runs * (double)n / seconds * 1e-6, (double)info.st_size * 1e-6,
        (double)info.st_size / ((double)runs * (double)n));
    free(rows);
}

/* The middle and the longest of several times, in milliseconds. */
static void print(const char *what, double *times, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        for (size_t j = i; j > 0 && times[j] < times[j - 1]; j--) {
            const double swap = times[j];
            times[j] = times[j - 1], times[j - 1] = swap;
        }
    }
    printf(
        "%-44s median %8.2f ms, longest %8.2f ms\n", what, times[n / 2] * 1e3, times[n - 1] * 1e3);
}

enum { TIMES = 7 };

static void time_library(const char *path)
{
    double open_times[TIMES], list_times[TIMES];
    size_t count = 0;
    for (int i = 0; i < TIMES; i++) {
        DbReader *reader;
        DbRunList list;
        DbError err;
        const double start = now();
        check(db_reader_open(path, &reader, &err), &err);
        open_times[i] = now() - start;
        check(db_reader_runs(reader, &list, &err), &err);
        list_times[i] = now() - start;
        count = list.count;
        db_run_list_free(&list);
        db_reader_close(reader);
    }
    printf("%zu runs\n", count);
    print("open a reader", open_times, TIMES);
    print("open and list all runs with all texts", list_times, TIMES);
}

/* What typing into the search field costs, and showing what it finds. */
static void time_search(const char *path)
{
    static const char *const texts[] = {
        "r", "re", "res", "resnet", "resnet 20 digits", "bfp2", "~"};
    double find_times[TIMES], page_times[TIMES], sort_times[TIMES];
    DbReader *reader;
    DbError err;
    int64_t *ids;
    size_t count;
    check(db_reader_open(path, &reader, &err), &err);
    for (int i = 0; i < TIMES; i++) {
        double start = now();
        const DbQuery query = {.text = texts[i], .descending = true};
        check(db_reader_find(reader, &query, &ids, &count, &err), &err);
        find_times[i] = now() - start;
        DbRunList list;
        start = now();
        check(db_reader_rows(reader, ids, count < 50 ? count : 50, &list, &err), &err);
        page_times[i] = now() - start;
        db_run_list_free(&list);
        free(ids);
        start = now();
        check(
            db_reader_find(reader, &(DbQuery){.sort = (DbSort)(2 * i)}, &ids, &count, &err), &err);
        sort_times[i] = now() - start;
        free(ids);
    }
    db_reader_close(reader);
    print("find by text", find_times, TIMES);
    print("rows of 50 found", page_times, TIMES);
    print("sort all", sort_times, TIMES);
}

static void time_runs(const char *path, unsigned runs)
{
    DbReader *reader;
    DbError err;
    check(db_reader_open(path, &reader, &err), &err);
    double spark[TIMES], one[TIMES], ten[TIMES];
    for (int i = 0; i < TIMES; i++) {
        float points[60];
        size_t count;
        double start = now();
        for (int64_t id = 1; id <= 50; id++)
            check(db_reader_sparkline(reader, id, points, 60, &count, &err), &err);
        spark[i] = now() - start;
        const double begin = now();
        for (int j = 0; j < 10; j++) {
            DbMetric *rows;
            DbEval *evals;
            const int64_t id = 1 + (i * 131 + j * 17) % (int64_t)runs;
            start = now();
            check(db_reader_metrics(reader, id, &rows, &count, &err), &err);
            one[i] = now() - start;
            free(rows);
            check(db_reader_evals(reader, id, &evals, &count, &err), &err);
            free(evals);
            DbMoment *moments;
            check(db_reader_moments(reader, id, &moments, &count, &err), &err);
            free(moments);
        }
        ten[i] = now() - begin;
    }
    print("sparklines of 50 runs", spark, TIMES);
    print("metrics of one run", one, TIMES);
    print("metrics, evaluations and costs of 10 runs", ten, TIMES);
    db_reader_close(reader);
}

static void time_upkeep(const char *path)
{
    DbError err;
    size_t count;
    double start = now();
    check(db_check(path, NULL, NULL, &count, &err), &err);
    printf("%-44s %.2f s, %zu findings\n", "check", now() - start, count);
    char to[4096];
    snprintf(to, sizeof to, "%s.copy", path);
    start = now();
    check(db_backup(path, to, NULL, NULL, &err), &err);
    printf("%-44s %.2f s\n", "backup", now() - start);
    unlink(to);
    DbSalvaged saved;
    start = now();
    check(db_salvage(path, to, &saved, &err), &err);
    printf("%-44s %.2f s, %zu rows\n", "salvage", now() - start, saved.metrics);
    unlink(to);
}

int main(int argc, char **argv)
{
    const unsigned runs = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1000;
    const size_t rows = argc > 2 ? strtoul(argv[2], NULL, 10) : 10000;
    char temporary[] = "/tmp/bench-store-XXXXXX";
    if (argc <= 3)
        close(mkstemp(temporary));
    const char *path = argc > 3 ? argv[3] : temporary;
    if (runs == 0 || rows == 0)
        return 1;
    struct stat info;
    if (stat(path, &info) != 0 || info.st_size == 0)
        generate(path, runs, rows);
    time_library(path);
    time_search(path);
    time_runs(path, runs);
    time_upkeep(path);
    if (argc <= 3)
        unlink(temporary);
    return 0;
}
