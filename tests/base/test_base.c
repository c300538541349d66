/* The base room: errors, memory, philox, elementary functions, text, ring, pool. */
#include "base/error.h"
#include "base/hash.h"
#include "base/mathfn.h"
#include "base/memory.h"
#include "base/philox.h"
#include "base/pool.h"
#include "base/ring.h"
#include "base/text.h"
#include "check.h"
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

static void test_errors_are_one_line(void)
{
    EngError err;
    CHECK_INT(eng_error(&err, ENG_ERR_IO, "a\nb %d", 7), ENG_ERR_IO);
    CHECK_STR(err.text, "a b 7");
    eng_error_prefix(&err, "file %s", "x");
    CHECK_STR(err.text, "file x: a b 7");
    char huge[2000];
    memset(huge, 'y', sizeof huge - 1);
    huge[sizeof huge - 1] = '\0';
    eng_error_prefix(&err, "%s", huge);
    CHECK_INT(strlen(err.text), sizeof err.text - 1);
    CHECK_INT(eng_error(NULL, ENG_ERR_IO, "nobody listens"), ENG_ERR_IO);
}

static void test_sizes_are_checked(void)
{
    size_t n = 3;
    CHECK(!eng_size_mul(SIZE_MAX, 2, &n));
    CHECK(!eng_size_add(SIZE_MAX, 1, &n));
    CHECK_INT(n, 3);
    CHECK(eng_alloc(SIZE_MAX / 2, 3) == NULL);
    CHECK(eng_alloc(SIZE_MAX, 1) == NULL);
    void *p = eng_alloc(0, 8);
    CHECK(p != NULL && (uintptr_t)p % ENG_ALIGN == 0);
    eng_free(p);
    unsigned char *q = eng_alloc(100, 1);
    int sum = 0;
    for (int i = 0; i < 100; i++)
        sum += q[i];
    CHECK_INT(sum, 0);
    eng_free(q);
}

static void test_philox_known_answers(void)
{
    /* Random123's kat_vectors for philox4x32, 10 rounds. */
    uint32_t out[4];
    eng_philox((uint32_t[4]){0, 0, 0, 0}, 0, out);
    CHECK(out[0] == 0x6627e8d5 && out[1] == 0xe169c58d && out[2] == 0xbc57ac4c &&
        out[3] == 0x9b00dbd8);
    eng_philox((uint32_t[4]){0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, UINT64_MAX, out);
    CHECK(out[0] == 0x408f276d && out[1] == 0x41c83b0e && out[2] == 0xa20bc7c6 &&
        out[3] == 0x6d5451fd);
    eng_philox(
        (uint32_t[4]){0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0x299f31d0a4093822u, out);
    CHECK(out[0] == 0xd16cfe09 && out[1] == 0x94fdcceb && out[2] == 0x5001e420 &&
        out[3] == 0x24126ea1);
}

static void test_random_stream(void)
{
    EngRandom a, b;
    eng_random_init(&a, 7, 1, 2, 3);
    eng_random_init(&b, 7, 1, 2, 4);
    int same = 0;
    for (int i = 0; i < 1000; i++)
        same += eng_random_u32(&a) == eng_random_u32(&b);
    CHECK_INT(same, 0);
    double sum = 0, squares = 0;
    const int n = 100000;
    for (int i = 0; i < n; i++) {
        const double x = eng_random_normal(&a);
        sum += x;
        squares += x * x;
    }
    /* Standard errors are 1/sqrt(n) = 0.0032 and sqrt(2/n) = 0.0045; five of them. */
    CHECK(fabs(sum / n) < 5 * 0.0032);
    CHECK(fabs(squares / n - 1) < 5 * 0.0045);
    int seen[7] = {0};
    for (int i = 0; i < 7000; i++)
        seen[eng_random_below(&a, 7)]++;
    for (int i = 0; i < 7; i++)
        CHECK(abs(seen[i] - 1000) < 5 * 30); /* sqrt(1000 * 6/7) = 29.3 */
}

static double worst_error(double (*f)(double), double (*libm)(double), double from, double to)
{
    double worst = 0;
    for (int i = 0; i <= 20000; i++) {
        const double x = from + (to - from) * i / 20000;
        const double wanted = libm(x), got = f(x);
        const double error = wanted == 0 ? fabs(got) : fabs(got / wanted - 1);
        worst = error > worst ? error : worst;
    }
    return worst;
}

static double libm_sin_turn(double t)
{
    return sin(t * 2 * 3.14159265358979323846);
}

static void test_elementary_functions(void)
{
    /* The header promises 1e-14; libm itself is good to 2e-16. */
    CHECK(worst_error(eng_exp, exp, -700, 700) < 1e-14);
    CHECK(worst_error(eng_exp, exp, -1, 1) < 1e-14);
    CHECK(worst_error(eng_log, log, 1e-3, 0.99) < 1e-14);
    CHECK(worst_error(eng_log, log, 1.01, 1e6) < 1e-14);
    CHECK(worst_error(eng_tanh, tanh, -20, 20) < 1e-14);
    CHECK(worst_error(eng_tanh, tanh, 1e-9, 0.5) < 1e-14);
    /* libm's argument carries a rounding of 2 pi t, so only a middle stretch is compared. */
    CHECK(worst_error(eng_sin_turn, libm_sin_turn, 0.01, 0.24) < 1e-14);
    CHECK(eng_exp(0) == 1 && eng_exp(-800) == 0 && isinf(eng_exp(710)) && isnan(eng_exp(NAN)));
    CHECK(eng_log(1) == 0 && isinf(eng_log(0)) && isnan(eng_log(-1)));
    CHECK(fabs(eng_log(5e-324) - log(5e-324)) < 1e-11);
    CHECK(eng_sin_turn(0.25) == 1 && eng_sin_turn(0.5) == 0 && eng_cos_turn(0.5) == -1);
    CHECK(eng_cos_turn(0) == 1 && eng_cos_turn(0.25) == 0 && eng_sin_turn(-0.25) == -1);
}

static void check_round_trip(double value, const char *wanted)
{
    char buf[ENG_TEXT_NUMBER];
    const char *end;
    double back;
    CHECK_STR(eng_text_double(buf, value), wanted);
    CHECK(eng_text_read_double(buf, &end, &back) && *end == '\0' && back == value);
}

static void test_numbers_as_text(void)
{
    check_round_trip(0.1, "0.1");
    check_round_trip(1e-30, "1e-30");
    check_round_trip(-2.5, "-2.5");
    check_round_trip(1.0 / 3.0, "0.3333333333333333");
    check_round_trip(123456789, "123456789");
    const char *end;
    double x;
    const char *bad[] = {"", "-", ".", "e5", " 1", "inf", "nan", "x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!eng_text_read_double(bad[i], &end, &x));
    CHECK(eng_text_read_double("0x10", &end, &x) && x == 0 && *end == 'x');
    CHECK(eng_text_read_double("1.5,2", &end, &x) && x == 1.5 && *end == ',');
    CHECK(eng_text_read_double("1e", &end, &x) && x == 1 && *end == 'e');
    uint64_t u;
    CHECK(eng_text_read_u64("18446744073709551615%", &end, &u) && u == UINT64_MAX && *end == '%');
    CHECK(!eng_text_read_u64("18446744073709551616", &end, &u));
    CHECK(!eng_text_read_u64("-1", &end, &u));
}

static void test_text_under_a_comma_locale(void)
{
    if (!setlocale(LC_ALL, "de_DE.UTF-8")) {
        printf("# no de_DE.UTF-8 here; the C locale was tested\n");
        return;
    }
    check_round_trip(0.5, "0.5");
    setlocale(LC_ALL, "C");
}

static void test_hash(void)
{
    CHECK(eng_hash_bytes(ENG_HASH_START, "a", 1) == UINT64_C(0xaf63dc4c8601ec8c));
    CHECK(
        eng_hash_float(ENG_HASH_START, 1.0f) == eng_hash_bytes(ENG_HASH_START, "\0\0\x80\x3f", 4));
}

#define RING_RECORDS 200000

static void *push_all(void *arg)
{
    for (uint32_t i = 0; i < RING_RECORDS;)
        i += eng_ring_push(arg, &i);
    return NULL;
}

static void test_ring(void)
{
    EngRing *ring;
    EngError err;
    CHECK_INT(eng_ring_new(1, 4, &ring, &err), ENG_ERR_RANGE);
    CHECK_INT(eng_ring_new(5, 4, &ring, &err), ENG_OK); /* becomes 8 */
    for (uint32_t i = 0; i < 8; i++)
        CHECK(eng_ring_push(ring, &i));
    uint32_t extra = 9, got[8];
    CHECK(!eng_ring_has_room(ring) && !eng_ring_push(ring, &extra));
    CHECK_INT(eng_ring_drops(ring), 1);
    CHECK_INT(eng_ring_pop(ring, got, 3), 3);
    CHECK(got[0] == 0 && got[2] == 2 && eng_ring_has_room(ring));
    CHECK_INT(eng_ring_pop(ring, got, 8), 5);
    pthread_t producer;
    pthread_create(&producer, NULL, push_all, ring);
    bool ordered = true;
    for (uint32_t next = 0; next < RING_RECORDS;) {
        const size_t n = eng_ring_pop(ring, got, 8);
        for (size_t i = 0; i < n; i++)
            ordered &= got[i] == next++;
    }
    pthread_join(producer, NULL);
    CHECK(ordered);
    eng_ring_free(ring);
}

typedef struct Marks {
    unsigned char seen[1000];
    unsigned char whose[1000];
} Marks;

static void mark(void *ctx, size_t begin, size_t end, unsigned worker)
{
    Marks *marks = ctx;
    for (size_t i = begin; i < end; i++) {
        marks->seen[i]++;
        marks->whose[i] = (unsigned char)worker;
    }
}

static void test_pool_covers_everything_once(void)
{
    for (unsigned threads = 1; threads <= 5; threads++) {
        EngPool *pool;
        CHECK_INT(eng_pool_new(threads, &pool, NULL), ENG_OK);
        CHECK_INT(eng_pool_threads(pool), threads);
        for (size_t count = 0; count < 1000; count += 37) {
            Marks marks = {0};
            eng_pool_run(pool, mark, &marks, count, 16);
            bool once = true, whole = true;
            for (size_t i = 0; i < 1000; i++) {
                once &= marks.seen[i] == (i < count);
                whole &= i % 16 == 0 || i >= count || marks.whose[i] == marks.whose[i - 1];
            }
            CHECK(once && whole);
        }
        eng_pool_free(pool);
    }
    EngPool *pool;
    EngError err;
    CHECK_INT(eng_pool_new(100000, &pool, &err), ENG_ERR_RANGE);
    CHECK_HAS(err.text, "100000");
    CHECK_INT(eng_pool_new(0, &pool, &err), ENG_OK);
    CHECK(eng_pool_threads(pool) >= 1);
    eng_pool_free(pool);
}

int main(void)
{
    RUN(test_errors_are_one_line);
    RUN(test_sizes_are_checked);
    RUN(test_philox_known_answers);
    RUN(test_random_stream);
    RUN(test_elementary_functions);
    RUN(test_numbers_as_text);
    RUN(test_text_under_a_comma_locale);
    RUN(test_hash);
    RUN(test_ring);
    RUN(test_pool_covers_everything_once);
    return check_done();
}
