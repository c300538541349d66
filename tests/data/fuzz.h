/* Fuzzed readers. Each fuzz_*.c holds one libFuzzer entry:
 *
 *   clang -fsanitize=fuzzer,address,undefined … tests/data/fuzz_idx.c engine/{base,data}/?*.c -lz -lm
 *
 * and is an ordinary test together with fuzz_main.c, which replays the corpus and a fixed number
 * of mutations of it. A broken promise aborts, as fuzzers expect. */
#ifndef TESTS_DATA_FUZZ_H
#define TESTS_DATA_FUZZ_H

#include "base/error.h"
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_NAME "input" /* what the readers are told the file is called */

#define FUZZ_HOLDS(condition)                                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("Bail out! %s:%d: %s does not hold\n", __FILE__, __LINE__, #condition);         \
            fflush(stdout);                                                                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* A reader either succeeds or says in one line what is wrong with which file; bad bytes are a
 * matter of format, never of memory or of a system call. */
static inline void fuzz_check_status(EngStatus status, const EngError *err)
{
    FUZZ_HOLDS(status == ENG_OK || status == ENG_ERR_FORMAT);
    if (status == ENG_OK)
        return;
    FUZZ_HOLDS(err->code == status);
    FUZZ_HOLDS(strncmp(err->text, FUZZ_NAME ": ", strlen(FUZZ_NAME ": ")) == 0);
    FUZZ_HOLDS(memchr(err->text, '\0', sizeof err->text) != NULL);
}

/* Reads every byte, so that a sanitizer sees one that is not there. */
static inline void fuzz_touch(const void *bytes, size_t size)
{
    static volatile unsigned sink;
    unsigned sum = 0;
    for (size_t i = 0; i < size; i++)
        sum += ((const uint8_t *)bytes)[i];
    sink = sum;
    (void)sink;
}

#endif
