#include "base/memory.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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
    if (bytes > PTRDIFF_MAX)
        return NULL;
    void *p = aligned_alloc(ENG_ALIGN, bytes);
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
