/* The array, cycle by cycle, against the closed form (cycles) and the plain product (bits). */
#include "base/memory.h"
#include "base/philox.h"
#include "check.h"
#include "hardware/stepper.h"
#include <math.h>
#include <stdlib.h>

#define SEED 60601u
#define CASES 1500

typedef struct Matrix {
    int32_t *k, *s;
    unsigned m;
} Matrix;

static Matrix random_matrix(EngRandom *random, size_t rows, size_t K, size_t groups, unsigned m)
{
    Matrix x = {eng_alloc(rows * K, sizeof *x.k), eng_alloc(rows * groups, sizeof *x.s), m};
    for (size_t i = 0; i < rows * K; i++) {
        x.k[i] = (int32_t)eng_random_below(random, 1u << m);
        x.k[i] = eng_random_below(random, 2) ? -x.k[i] : x.k[i];
    }
    for (size_t i = 0; i < rows * groups; i++)
        x.s[i] = (int32_t)eng_random_below(random, 25) - 12;
    return x;
}

static void free_matrix(Matrix *x)
{
    eng_free(x->k);
    eng_free(x->s);
}

/* The engine's rule: groups in ascending order, an exact integer dot product in each, one fused
 * multiply-add per group. */
static float plain(const EngStepperJob *job, size_t m, size_t n)
{
    const size_t groups = (job->K + job->g - 1) / job->g;
    float sum = 0;
    for (size_t q = 0; q < groups; q++) {
        int64_t dot = 0;
        for (size_t k = q * job->g; k < (q + 1) * job->g && k < job->K; k++)
            dot += (int64_t)job->a.k[m * job->K + k] * job->b.k[n * job->K + k];
        sum = fmaf(
            (float)dot, ldexpf(1.0f, job->a.s[m * groups + q] + job->b.s[n * groups + q]), sum);
    }
    return sum;
}

static bool same_bits(float a, float b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static void describe(const EngStepperJob *job)
{
    printf("# flow %d, array %u x %u, M %u N %u K %u, g %u, width %u, bits %u and %u\n",
        (int)job->dataflow, (unsigned)job->rows, (unsigned)job->columns, (unsigned)job->M,
        (unsigned)job->N, (unsigned)job->K, (unsigned)job->g, (unsigned)job->width, job->a.m,
        job->b.m);
}

static void check_job(const EngStepperJob *job)
{
    const int before = check_failures;
    EngStepper *s = NULL;
    EngError err = {.text = ""};
    CHECK_INT(eng_stepper_new(job, &s, &err), ENG_OK);
    if (!s) {
        printf("# %s\n", err.text);
        return;
    }
    uint64_t steps = 0;
    while (eng_stepper_step(s))
        steps++;
    const uint64_t groups = (job->K + job->g - 1) / job->g;
    const uint64_t beats =
        eng_passes(job->a.m, job->b.m) * (uint64_t)((job->g + job->width - 1) / job->width);
    CHECK(eng_stepper_finished(s));
    CHECK_INT(steps,
        eng_array_cycles(job->dataflow, job->rows, job->columns, job->M, job->N, groups, beats));
    CHECK_INT(eng_stepper_cycle(s), steps);
    CHECK_INT(eng_stepper_expected(s), steps);
    CHECK_INT(eng_stepper_place(s).worked, (uint64_t)job->M * job->N * groups * beats);
    const float *const out = eng_stepper_output(s);
    for (size_t m = 0; m < job->M; m++) {
        for (size_t n = 0; n < job->N; n++)
            CHECK(same_bits(out[m * job->N + n], plain(job, m, n)));
    }
    eng_stepper_free(s);
    if (check_failures != before)
        describe(job);
}

/* Mantissa widths so that the passes 1..16 all come up: as many chunks as passes / chunks of y. */
static EngStepperJob random_job(EngRandom *random, Matrix *a, Matrix *b, unsigned passes)
{
    static const unsigned groups[] = {1, 2, 3, 4, 8, 16, 16, 32};
    unsigned chunks = 1 + eng_random_below(random, passes);
    while (passes % chunks || passes / chunks > 8 || chunks > 8)
        chunks = 1 + eng_random_below(random, passes);
    EngStepperJob job = {.dataflow = (EngDataflow)eng_random_below(random, 3),
        .rows = 1 + eng_random_below(random, 16),
        .columns = 1 + eng_random_below(random, 16),
        .M = 1 + eng_random_below(random, 30),
        .N = 1 + eng_random_below(random, 30),
        .g = groups[eng_random_below(random, 8)],
        .width = eng_random_below(random, 4) ? 16 : 1 + eng_random_below(random, 16)};
    job.K = 1 + eng_random_below(random, job.g * 6);
    const size_t kg = (job.K + job.g - 1) / job.g;
    *a = random_matrix(random, job.M, job.K, kg, 2 * chunks - eng_random_below(random, 2));
    *b = random_matrix(
        random, job.N, job.K, kg, 2 * (passes / chunks) - eng_random_below(random, 2));
    job.a = (EngStepperOperand){a->k, a->s, a->m};
    job.b = (EngStepperOperand){b->k, b->s, b->m};
    return job;
}

/* 11 and 13 passes are no product of two chunk counts up to 8. */
static unsigned some_passes(unsigned round)
{
    const unsigned passes = 1 + round % 16;
    return passes == 11 || passes == 13 ? passes + 1 : passes;
}

static void test_random_jobs(void)
{
    EngRandom random;
    eng_random_init(&random, SEED, 0, 0, 0);
    for (unsigned round = 0; round < CASES; round++) {
        Matrix a, b;
        const EngStepperJob job = random_job(&random, &a, &b, some_passes(round));
        check_job(&job);
        free_matrix(&a);
        free_matrix(&b);
    }
}

/* SCALE-Sim's smallest case: 8 x 8 cells, 37 x 11 x 5, one element a group, one pass. */
static void test_scalesim_case(void)
{
    EngRandom random;
    eng_random_init(&random, SEED, 1, 0, 0);
    Matrix a = random_matrix(&random, 37, 5, 5, 2), b = random_matrix(&random, 11, 5, 5, 2);
    static const uint64_t wanted[] = {
        [ENG_DATAFLOW_WS] = 117, [ENG_DATAFLOW_OS] = 189, [ENG_DATAFLOW_IS] = 164};
    for (int flow = 0; flow < 3; flow++) {
        const EngStepperJob job = {.dataflow = (EngDataflow)flow,
            .rows = 8,
            .columns = 8,
            .M = 37,
            .N = 11,
            .K = 5,
            .g = 1,
            .width = 16,
            .a = {a.k, a.s, 2},
            .b = {b.k, b.s, 2}};
        EngStepper *s = NULL;
        CHECK_INT(eng_stepper_new(&job, &s, NULL), ENG_OK);
        while (eng_stepper_step(s))
            continue;
        CHECK_INT(eng_stepper_cycle(s), wanted[flow]);
        eng_stepper_free(s);
    }
    free_matrix(&a);
    free_matrix(&b);
}

/* Everything an animation could show of one state, as a hash. */
static uint64_t look(const EngStepper *s, const EngStepperJob *job)
{
    uint64_t hash = 14695981039346656037u;
    for (uint32_t r = 0; r < job->rows; r++) {
        for (uint32_t c = 0; c < job->columns; c++) {
            const EngStepperCell cell = eng_stepper_cell(s, r, c);
            uint32_t sum;
            memcpy(&sum, &cell.sum, sizeof sum);
            const uint64_t seen[] = {cell.working, cell.left.full, cell.left.bubble, cell.left.row,
                cell.left.group, cell.left.beat, cell.top.full, cell.top.row, cell.top.group,
                cell.resident.full, cell.resident.row, cell.resident.group, (uint64_t)cell.integer,
                sum, cell.sum_written, cell.m, cell.n};
            for (size_t i = 0; i < sizeof seen / sizeof seen[0]; i++)
                hash = (hash ^ seen[i]) * 1099511628211u;
        }
    }
    const EngStepperPlace place = eng_stepper_place(s);
    return hash ^ place.worked ^ place.tile << 32 ^ place.cycle_in_tile << 16;
}

/* Forward and backward in time: a state looks the same whichever way it was reached. */
static void test_seeking(void)
{
    EngRandom random;
    eng_random_init(&random, SEED, 2, 0, 0);
    for (unsigned round = 0; round < 24; round++) {
        Matrix a, b;
        const EngStepperJob job = random_job(&random, &a, &b, some_passes(round));
        EngStepper *s = NULL;
        CHECK_INT(eng_stepper_new(&job, &s, NULL), ENG_OK);
        const uint64_t cycles = eng_stepper_expected(s);
        uint64_t *const seen = eng_alloc(cycles + 1, sizeof *seen);
        seen[0] = look(s, &job);
        while (eng_stepper_step(s))
            seen[eng_stepper_cycle(s)] = look(s, &job);
        for (int i = 0; i < 40; i++) {
            const uint64_t to = eng_random_below(&random, (uint32_t)cycles + 1);
            eng_stepper_seek(s, to);
            CHECK_INT(eng_stepper_cycle(s), to);
            CHECK(look(s, &job) == seen[to]);
        }
        eng_stepper_seek(s, UINT64_MAX);
        CHECK_INT(eng_stepper_cycle(s), cycles);
        eng_stepper_seek(s, 0);
        CHECK(look(s, &job) == seen[0]);
        eng_stepper_free(s);
        eng_free(seen);
        free_matrix(&a);
        free_matrix(&b);
    }
}

static bool same_chunk(const EngStepperChunk *a, const EngStepperChunk *b)
{
    return a->full == b->full && a->bubble == b->bubble && a->row == b->row &&
        a->group == b->group && a->beat == b->beat;
}

/* The neighbours of a cell hold in the next cycle what it holds in this one. */
static void test_operands_move_one_register(void)
{
    EngRandom random;
    eng_random_init(&random, SEED, 3, 0, 0);
    Matrix a = random_matrix(&random, 9, 40, 3, 4), b = random_matrix(&random, 7, 40, 3, 4);
    for (int flow = 0; flow < 3; flow++) {
        const EngStepperJob job = {.dataflow = (EngDataflow)flow,
            .rows = 4,
            .columns = 5,
            .M = 9,
            .N = 7,
            .K = 40,
            .g = 16,
            .width = 16,
            .a = {a.k, a.s, 4},
            .b = {b.k, b.s, 4}};
        EngStepper *s = NULL;
        CHECK_INT(eng_stepper_new(&job, &s, NULL), ENG_OK);
        EngStepperCell old[4][5];
        for (bool more = true; more;) {
            for (uint32_t r = 0; r < 4; r++) {
                for (uint32_t c = 0; c < 5; c++)
                    old[r][c] = eng_stepper_cell(s, r, c);
            }
            more = eng_stepper_step(s);
            for (uint32_t r = 0; r < 4 && more; r++) {
                for (uint32_t c = 0; c < 5; c++) {
                    const EngStepperCell now = eng_stepper_cell(s, r, c);
                    CHECK(c == 0 || same_chunk(&now.left, &old[r][c - 1].left));
                    CHECK(r == 0 || same_chunk(&now.top, &old[r - 1][c].top));
                }
            }
        }
        eng_stepper_free(s);
    }
    free_matrix(&a);
    free_matrix(&b);
}

/* The beats that working cells show add up to their integer accumulators. */
static void test_beats_of_cells(void)
{
    EngRandom random;
    eng_random_init(&random, SEED, 4, 0, 0);
    Matrix a = random_matrix(&random, 6, 20, 2, 5), b = random_matrix(&random, 6, 20, 2, 3);
    const EngStepperJob job = {.dataflow = ENG_DATAFLOW_OS,
        .rows = 3,
        .columns = 3,
        .M = 6,
        .N = 6,
        .K = 20,
        .g = 16,
        .width = 16,
        .a = {a.k, a.s, 5},
        .b = {b.k, b.s, 3}};
    EngStepper *s = NULL;
    CHECK_INT(eng_stepper_new(&job, &s, NULL), ENG_OK);
    size_t shown = 0;
    do {
        for (uint32_t i = 0; i < 9; i++) {
            EngFmacBeat beat;
            const EngStepperCell cell = eng_stepper_cell(s, i / 3, i % 3);
            CHECK(eng_stepper_beat(s, i / 3, i % 3, &beat) == cell.working);
            if (cell.working)
                CHECK_INT(beat.after, cell.integer);
            shown += cell.working;
        }
    } while (eng_stepper_step(s));
    CHECK_INT(shown, 6 * 6 * 2 * 6);
    eng_stepper_free(s);
    free_matrix(&a);
    free_matrix(&b);
}

static void check_refused(EngStepperJob job, const char *sentence)
{
    EngStepper *s = NULL;
    EngError err = {.text = ""};
    CHECK_INT(eng_stepper_new(&job, &s, &err), ENG_ERR_RANGE);
    CHECK_HAS(err.text, sentence);
    CHECK(s == NULL);
    eng_stepper_free(s);
}

static void test_refuses(void)
{
    int32_t k[] = {1, 2, 3, 7}, e[] = {0, 0};
    const EngStepperJob good = {.dataflow = ENG_DATAFLOW_WS,
        .rows = 2,
        .columns = 2,
        .M = 2,
        .N = 2,
        .K = 2,
        .g = 16,
        .width = 16,
        .a = {k, e, 3},
        .b = {k, e, 3}};
    EngStepperJob bad = good;
    bad.rows = 0;
    check_refused(bad, "array of 0 x 2");
    bad = good;
    bad.columns = 257;
    check_refused(bad, "2 x 257");
    bad = good;
    bad.K = 0;
    check_refused(bad, "K 0");
    bad = good;
    bad.M = 65537;
    check_refused(bad, "M 65537");
    bad = good;
    bad.g = 0;
    check_refused(bad, "Groups of 0");
    bad = good;
    bad.b.m = 2;
    check_refused(bad, "Mantissa 3 of operand B is 7");
    bad = good;
    bad.a.m = 17;
    check_refused(bad, "17 mantissa bits");
    e[1] = 63;
    check_refused(good, "Exponent 1 of operand A is 63");
}

int main(void)
{
    printf("# seed %u\n", SEED);
    RUN(test_random_jobs);
    RUN(test_scalesim_case);
    RUN(test_seeking);
    RUN(test_operands_move_one_register);
    RUN(test_beats_of_cells);
    RUN(test_refuses);
    return check_done();
}
