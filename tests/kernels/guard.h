/* Memory that ends at a page nobody may touch: a kernel that reads or writes one byte too many
 * dies here instead of in somebody's training run. */
#ifndef TESTS_KERNELS_GUARD_H
#define TESTS_KERNELS_GUARD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct Guarded {
    unsigned char *data; /* `size` bytes that end at the guard page */
    size_t size;
    void *map;
    size_t mapped;
} Guarded;

static inline Guarded guarded_new(size_t size)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t room = (size + page - 1) / page * page;
    Guarded g = {.size = size, .mapped = room + page};
    g.map = mmap(NULL, g.mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (g.map == MAP_FAILED || mprotect((char *)g.map + room, page, PROT_NONE) != 0) {
        perror("guard page");
        exit(1);
    }
    g.data = (unsigned char *)g.map + room - size;
    return g;
}

static inline void guarded_free(Guarded *g)
{
    munmap(g->map, g->mapped);
}

#endif
