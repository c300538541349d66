/* An array that grows while it is filled. Used inside this room only. */
#ifndef ENG_SCHEDULE_GROW_H
#define ENG_SCHEDULE_GROW_H

#include "base/error.h"
#include <stddef.h>

/* Makes room for one more element behind the `count` that `*array` (of eng_alloc, capacity
 * `*capacity`, elements of `size` bytes) holds. Error NOMEM, leaving the array as it is. */
EngStatus eng_grow(void **array, size_t count, size_t *capacity, size_t size, EngError *err);

#endif
