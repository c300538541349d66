/* The smallest harness that can fail: TAP on standard output, no library behind it.
 *
 *   static void test_thing(void) { CHECK(1 + 1 == 2); CHECK_INT(f(3), 9); }
 *   int main(void) { RUN(test_thing); return check_done(); }
 *
 * A failed check names file, line and values, marks the running test, and the test goes on. */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int check_tests, check_failed_tests, check_failures;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            check_failures++;                                                                      \
            printf("# %s:%d: %s does not hold\n", __FILE__, __LINE__, #condition);                 \
        }                                                                                          \
    } while (0)

#define CHECK_INT(got, wanted)                                                                     \
    do {                                                                                           \
        const intmax_t got_ = (intmax_t)(got), wanted_ = (intmax_t)(wanted);                       \
        if (got_ != wanted_) {                                                                     \
            check_failures++;                                                                      \
            printf("# %s:%d: %s is %" PRIdMAX ", expected %" PRIdMAX "\n", __FILE__, __LINE__,     \
                #got, got_, wanted_);                                                              \
        }                                                                                          \
    } while (0)

#define CHECK_STR(got, wanted)                                                                     \
    do {                                                                                           \
        const char *got_ = (got), *wanted_ = (wanted);                                             \
        if (!got_ || strcmp(got_, wanted_) != 0) {                                                 \
            check_failures++;                                                                      \
            printf("# %s:%d: %s is \"%s\", expected \"%s\"\n", __FILE__, __LINE__, #got,           \
                got_ ? got_ : "(null)", wanted_);                                                  \
        }                                                                                          \
    } while (0)

/* The text `got` holds `part`: for error sentences. */
#define CHECK_HAS(got, part)                                                                       \
    do {                                                                                           \
        const char *got_ = (got), *part_ = (part);                                                 \
        if (!got_ || !strstr(got_, part_)) {                                                       \
            check_failures++;                                                                      \
            printf("# %s:%d: \"%s\" lacks \"%s\"\n", __FILE__, __LINE__, got_ ? got_ : "(null)",   \
                part_);                                                                            \
        }                                                                                          \
    } while (0)

#define RUN(test)                                                                                  \
    do {                                                                                           \
        const int before_ = check_failures;                                                        \
        test();                                                                                    \
        const bool ok_ = check_failures == before_;                                                \
        check_failed_tests += !ok_;                                                                \
        printf("%sok %d - %s\n", ok_ ? "" : "not ", ++check_tests, #test);                         \
        fflush(stdout);                                                                            \
    } while (0)

/* A test that cannot run here says why; it counts as skipped. */
#define SKIP(test, why) printf("ok %d - %s # SKIP %s\n", ++check_tests, #test, why)

static inline int check_done(void)
{
    printf("1..%d\n", check_tests);
    return check_failed_tests ? 1 : 0;
}

#endif
