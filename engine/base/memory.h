/* Allocation with checked sizes. Any thread. */
#ifndef ENG_BASE_MEMORY_H
#define ENG_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes every allocation is aligned to: one cache line, one AVX-512 register. */
#define ENG_ALIGN 64

/* *out = a * b. Returns false, leaving *out alone, where the product does not fit size_t. */
bool eng_size_mul(size_t a, size_t b, size_t *out);

/* *out = a + b. Returns false, leaving *out alone, where the sum does not fit size_t. */
bool eng_size_add(size_t a, size_t b, size_t *out);

/* Zeroed memory for `count` things of `size` bytes, aligned to ENG_ALIGN. NULL where memory is
 * short or the product overflows; never NULL for a count or size of 0. Free with eng_free. */
void *eng_alloc(size_t count, size_t size);

/* Frees what eng_alloc gave; NULL is fine. */
void eng_free(void *p);

/* A copy of `text` in memory of eng_alloc; NULL where memory is short. */
char *eng_strdup(const char *text);

#endif
