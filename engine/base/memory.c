#include "base/memory.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Activations are walked with strides of many pages; in large pages the processor finds its way
 * without looking each of them up. */
#define HUGE_PAGE ((size_t)2 << 20)
#define HUGE_FROM ((size_t)4 << 20)

bool eng_size_mul(size_t a, size_t b, size_t *out)
{
    size_t product;
    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *out = product;
    return true;
}

bool eng_size_add(size_t a, size_t b, size_t *out)
{
    size_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *out = sum;
    return true;
}

void *eng_alloc(size_t count, size_t size)
{
    size_t bytes;
    if (!eng_size_mul(count, size, &bytes) || !eng_size_add(bytes, ENG_ALIGN, &bytes))
        return NULL;
    bytes -= bytes % ENG_ALIGN; /* aligned_alloc wants a multiple; at least one line is left */
    if (bytes >= HUGE_FROM && !eng_size_add(bytes, HUGE_PAGE - 1, &bytes))
        return NULL;
    if (bytes >= HUGE_FROM)
        bytes -= bytes % HUGE_PAGE;
    if (bytes > PTRDIFF_MAX)
        return NULL;
    const bool huge = bytes >= HUGE_FROM;
    void *p = aligned_alloc(huge ? HUGE_PAGE : ENG_ALIGN, bytes);
#ifdef MADV_HUGEPAGE
    if (p && huge)
        madvise(p, bytes, MADV_HUGEPAGE); /* a wish; without it everything works as well */
#endif
    if (p)
        memset(p, 0, bytes);
    return p;
}

void eng_free(void *p)
{
    free(p);
}

char *eng_strdup(const char *text)
{
    const size_t size = strlen(text) + 1;
    char *copy = eng_alloc(size, 1);
    if (copy)
        memcpy(copy, text, size);
    return copy;
}
