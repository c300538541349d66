/* kill -9 of a writing process at random moments, and who a run belongs to. */
#include "db_owner.h"
#include "store_help.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_STEPS = 200000 };

/* What the writing child tells; it outlives the child. */
typedef struct Shared {
    volatile int64_t run;           /* its run, once made */
    volatile uint32_t queued;       /* steps handed to the store */
    volatile uint32_t flushed;      /* steps that a flush has promised */
    volatile bool flush;            /* now and then; else rows reach the file by themselves */
    volatile double at[MOST_STEPS]; /* when each step was queued */
} Shared;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* Lets some time pass: what a step takes, or how long a child lives. Nothing depends on it. */
static void pass_time(uint64_t microseconds)
{
    const struct timespec time = {.tv_sec = (time_t)(microseconds / 1000000),
        .tv_nsec = (long)(microseconds % 1000000) * 1000};
    nanosleep(&time, NULL);
}

static Shared *share(void)
{
    Shared *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        exit(99);
    return shared;
}

/* A process that trains: steps, evaluations, events, now and then a flush. */
static void write_until_killed(const char *path, Shared *shared)
{
    DbStore *store = help_open(path);
    const int64_t id = help_run(store, "killed");
    shared->run = id;
    for (uint32_t step = 0; step < MOST_STEPS; step++) {
        DbMetric row;
        help_metrics(&row, step, 1);
        shared->at[step] = now();
        db_run_add_metrics(store, id, &row, 1);
        shared->queued = step + 1;
        if (step % 50 == 0)
            db_run_add_evals(store, id, &(DbEval){.step = step, .accuracy = 0.5f}, 1);
        if (step % 70 == 0)
            db_run_add_event(store, id, &(DbEvent){step, "choice", "{}"});
        if (shared->flush && step % 200 == 199 && db_store_flush(store, NULL) == DB_OK)
            shared->flushed = step + 1;
        pass_time(100);
    }
    for (;;)
        pause();
}

static uint64_t seed = 77001;

static pid_t start_child(const char *path, Shared *shared)
{
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        write_until_killed(path, shared);
        _exit(0);
    }
    return child;
}

static void kill_child(pid_t child)
{
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

/* Rows 0..n-1 without a gap, each as it was queued; n. */
static uint32_t whole_rows(const char *path, int64_t id)
{
    DbReader *reader = NULL;
    DbMetric *rows = NULL;
    size_t n = 0;
    CHECK_INT(db_reader_open(path, &reader, NULL), DB_OK);
    CHECK_INT(db_reader_metrics(reader, id, &rows, &n, NULL), DB_OK);
    for (size_t i = 0; i < n; i++) {
        DbMetric wanted;
        help_metrics(&wanted, (uint32_t)i, 1);
        if (rows[i].step != i || rows[i].loss != wanted.loss || rows[i].cycles != wanted.cycles) {
            CHECK(!"a row is missing or wrong");
            break;
        }
    }
    free(rows);
    db_reader_close(reader);
    return (uint32_t)n;
}

static void test_kill_at_random_moments(void)
{
    char *folder = help_folder(), *path = help_path(folder, "runs.mantissa");
    Shared *shared = share();
    double most = 0;
    int incomplete = 0;
    const char *wanted = getenv("MANTISSA_KILLS"); /* more of them, for a night */
    const int rounds = wanted ? atoi(wanted) : 20;
    printf("# seed %" PRIu64 "\n", seed);
    for (int round = 0; round < rounds; round++) {
        memset(shared, 0, sizeof *shared);
        shared->flush = round % 2 == 0;
        const pid_t child = start_child(path, shared);
        while (shared->queued == 0)
            pass_time(100);
        pass_time(help_random(&seed) % (shared->flush ? 60000 : 300000));
        kill_child(child);
        const double end = now();
        const uint32_t flushed = shared->flushed, queued = shared->queued;

        CHECK_STR(help_text(path, "PRAGMA integrity_check"), "ok");
        DbStore *store = help_open(path);
        const uint32_t got = whole_rows(path, shared->run);
        CHECK(got >= flushed && got <= queued + 1);
        if (got < queued) {
            incomplete++;
            most = end - shared->at[got] > most ? end - shared->at[got] : most;
        }
        char sql[100];
        snprintf(sql, sizeof sql, "SELECT status FROM runs WHERE id = %" PRId64, shared->run);
        CHECK_STR(help_text(path, sql), "interrupted");
        CHECK_INT(help_integer(path, "SELECT count(*) FROM writers"), 1);
        CHECK_INT(db_store_close(store, NULL), DB_OK);
        CHECK_INT(help_integer(path, "SELECT count(*) FROM writers"), 0);
    }
    CHECK_INT(help_integer(path, "SELECT count(*) FROM runs WHERE status = 'interrupted'"), rounds);
    CHECK_INT(help_integer(path, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    printf("# %d of %d lost rows, at most the last %.0f ms\n", incomplete, rounds, most * 1e3);
    munmap((void *)shared, sizeof *shared);
    free(path);
    help_remove(folder);
}

/* Killed while it makes a new file: the next one finds nothing, an empty file or a whole store. */
static void test_kill_while_a_file_is_made(void)
{
    char *folder = help_folder(), *path = help_path(folder, "new.mantissa");
    for (int round = 0; round < 30; round++) {
        fflush(stdout);
        const pid_t child = fork();
        if (child == 0) {
            DbStore *store;
            if (db_store_open(path, &store, NULL) == DB_OK)
                for (;;)
                    pause();
            _exit(1);
        }
        pass_time(help_random(&seed) % 15000);
        kill_child(child);
        DbStore *store = help_open(path);
        help_run(store, "first");
        CHECK_INT(db_store_close(store, NULL), DB_OK);
        CHECK_STR(help_text(path, "PRAGMA integrity_check"), "ok");
        CHECK_INT(help_integer(path, "PRAGMA user_version"), DB_SCHEMA_VERSION);
        unlink(path);
    }
    free(path);
    help_remove(folder);
}

static void test_two_processes_write_one_file(void)
{
    char *folder = help_folder(), *path = help_path(folder, "runs.mantissa");
    Shared *shared = share();
    const pid_t child = start_child(path, shared);
    while (shared->queued < 100)
        pass_time(100);
    shared->flush = true;
    DbStore *store = help_open(path);
    char sql[100];
    snprintf(sql, sizeof sql, "SELECT status FROM runs WHERE id = %" PRId64, shared->run);
    CHECK_STR(help_text(path, sql), "running"); /* its process lives */
    const int64_t own = help_run(store, "parent's");
    CHECK(own != shared->run);
    enum { OWN = 3000 };
    static DbMetric rows[OWN];
    help_metrics(rows, 0, OWN);
    for (int i = 0; i < OWN; i++)
        CHECK_INT(db_run_add_metrics(store, own, &rows[i], 1), DB_OK);
    CHECK_INT(db_store_flush(store, NULL), DB_OK);
    const uint32_t before = shared->flushed;
    while (shared->flushed == before)
        pass_time(100);
    CHECK_STR(help_text(path, sql), "running");
    kill_child(child);
    CHECK_INT(whole_rows(path, own), OWN);
    CHECK(whole_rows(path, shared->run) >= shared->flushed);

    DbStore *third = help_open(path); /* the one that notices */
    CHECK_STR(help_text(path, sql), "interrupted");
    snprintf(sql, sizeof sql, "SELECT status FROM runs WHERE id = %" PRId64, own);
    CHECK_STR(help_text(path, sql), "running"); /* this process's, in another store of it */
    CHECK_INT(db_store_close(third, NULL), DB_OK);
    CHECK_STR(help_text(path, sql), "running");
    CHECK_INT(db_store_close(store, NULL), DB_OK);
    CHECK_STR(help_text(path, sql), "interrupted"); /* closed without an end */
    munmap((void *)shared, sizeof *shared);
    free(path);
    help_remove(folder);
}

/* Two stores of one process on one file, written in turn; both see everything. */
static void test_two_stores_in_one_process(void)
{
    char *folder = help_folder(), *path = help_path(folder, "runs.mantissa");
    DbStore *a = help_open(path), *b = help_open(path);
    const int64_t run_a = help_run(a, "a"), run_b = help_run(b, "b");
    enum { ROWS = 1000 };
    for (uint32_t i = 0; i < ROWS; i++) {
        DbMetric row;
        help_metrics(&row, i, 1);
        db_run_add_metrics(a, run_a, &row, 1);
        db_run_add_metrics(b, run_b, &row, 1);
        if (i % 100 == 0) {
            CHECK_INT(db_store_flush(a, NULL), DB_OK);
            CHECK_INT(db_store_flush(b, NULL), DB_OK);
        }
    }
    db_run_rename(b, run_a, "a, named by b");
    CHECK_INT(db_store_close(a, NULL), DB_OK);
    CHECK_INT(db_store_close(b, NULL), DB_OK);
    CHECK_INT(whole_rows(path, run_a), ROWS);
    CHECK_INT(whole_rows(path, run_b), ROWS);
    CHECK_STR(help_text(path, "SELECT name FROM runs WHERE id = 1"), "a, named by b");
    free(path);
    help_remove(folder);
}

static void test_a_resumed_run_belongs_to_who_resumes_it(void)
{
    char *folder = help_folder(), *path = help_path(folder, "runs.mantissa");
    DbStore *store = help_open(path);
    const int64_t id = help_run(store, "again");
    db_store_close(store, NULL);
    store = help_open(path);
    CHECK_STR(help_text(path, "SELECT status FROM runs"), "interrupted");
    db_run_update(store, id, &(DbRunEnd){.status = "running"});
    CHECK_INT(db_store_flush(store, NULL), DB_OK);
    DbStore *other = help_open(path);
    CHECK_STR(help_text(path, "SELECT status FROM runs"), "running");
    CHECK_INT(help_integer(path, "SELECT writer = (SELECT min(id) FROM writers) FROM runs"), 1);
    db_run_update(store, id, &(DbRunEnd){.status = "finished"});
    CHECK_INT(db_store_close(store, NULL), DB_OK);
    CHECK_STR(help_text(path, "SELECT status FROM runs"), "finished");
    CHECK(!help_text(path, "SELECT writer FROM runs"));
    CHECK_INT(db_store_close(other, NULL), DB_OK);
    free(path);
    help_remove(folder);
}

static void test_owner_texts(void)
{
    char self[DB_OWNER_TEXT], boot[80], space[80], text[DB_OWNER_TEXT * 2];
    long pid;
    unsigned long long start;
    db_owner_self(self);
    printf("# %s\n", self);
    CHECK_INT(db_owner_state(self), DB_OWNER_ALIVE);
    CHECK_INT(sscanf(self, "%79s %79s %ld %llu", boot, space, &pid, &start), 4);
    CHECK_INT(pid, getpid());
    snprintf(text, sizeof text, "%s %s %ld %llu", boot, space, pid, start + 1);
    CHECK_INT(db_owner_state(text), DB_OWNER_GONE); /* the number was given again */
    snprintf(text, sizeof text, "%s-x %s %ld %llu", boot, space, pid, start);
    CHECK_INT(db_owner_state(text), DB_OWNER_GONE); /* before the last start */
    snprintf(text, sizeof text, "%s pid:[1] %ld %llu", boot, pid, start);
    CHECK_INT(db_owner_state(text), DB_OWNER_UNKNOWN);
    CHECK_INT(db_owner_state(""), DB_OWNER_GONE);
    CHECK_INT(db_owner_state("a b c d"), DB_OWNER_GONE);
    snprintf(text, sizeof text, "%s %s -1 0", boot, space);
    CHECK_INT(db_owner_state(text), DB_OWNER_GONE);

    int ends[2];
    CHECK_INT(pipe(ends), 0);
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        char own[DB_OWNER_TEXT] = "";
        db_owner_self(own);
        _exit(write(ends[1], own, sizeof own) == (ssize_t)sizeof own ? 0 : 1);
    }
    char its[DB_OWNER_TEXT];
    CHECK_INT(read(ends[0], its, sizeof its), sizeof its);
    siginfo_t info;
    waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT); /* ended, and not yet cleared away */
    CHECK_INT(db_owner_state(its), DB_OWNER_GONE);
    waitpid(child, NULL, 0);
    CHECK_INT(db_owner_state(its), DB_OWNER_GONE);
    close(ends[0]);
    close(ends[1]);
}

/* A writer in another container cannot be asked: it counts as gone a day after it wrote last. */
static void test_a_writer_in_another_container(void)
{
    char *folder = help_folder(), *path = help_path(folder, "runs.mantissa");
    DbStore *store = help_open(path);
    help_run(store, "elsewhere");
    CHECK_INT(db_store_flush(store, NULL), DB_OK);
    char self[DB_OWNER_TEXT], boot[80], sql[300];
    db_owner_self(self);
    sscanf(self, "%79s", boot);
    snprintf(sql, sizeof sql, "UPDATE writers SET process = '%s pid:[1] 1 1'", boot);
    help_sql(path, sql);
    DbStore *other = help_open(path);
    CHECK_STR(help_text(path, "SELECT status FROM runs"), "running");
    db_store_close(other, NULL);
    help_sql(path, "UPDATE writers SET seen = seen - 90000");
    other = help_open(path);
    CHECK_STR(help_text(path, "SELECT status FROM runs"), "interrupted");
    db_store_close(other, NULL);
    db_store_close(store, NULL);
    free(path);
    help_remove(folder);
}

int main(void)
{
    RUN(test_kill_at_random_moments);
    RUN(test_kill_while_a_file_is_made);
    RUN(test_two_processes_write_one_file);
    RUN(test_two_stores_in_one_process);
    RUN(test_a_resumed_run_belongs_to_who_resumes_it);
    RUN(test_owner_texts);
    RUN(test_a_writer_in_another_container);
    return check_done();
}
