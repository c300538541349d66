#include "schedule/grow.h"
#include "base/memory.h"
#include <string.h>

EngStatus eng_grow(void **array, size_t count, size_t *capacity, size_t size, EngError *err)
{
    if (count < *capacity)
        return ENG_OK;
    size_t wanted = 4;
    void *bigger = NULL;
    if (*capacity == 0 || eng_size_mul(*capacity, 2, &wanted))
        bigger = eng_alloc(wanted, size);
    if (!bigger)
        return eng_error(err, ENG_ERR_NOMEM, "No memory for a schedule of this size.");
    if (count > 0)
        memcpy(bigger, *array, count * size);
    eng_free(*array);
    *array = bigger;
    *capacity = wanted;
    return ENG_OK;
}
