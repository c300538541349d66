#include "net/block_sums.h"
#include "base/memory.h"
#include <string.h>

#define BLOCK_ROWS 256

typedef struct Job {
    EngBlockFn add;
    const void *ctx;
    size_t rows, channels;
    double *memory;
} Job;

static size_t blocks_of(size_t rows)
{
    return rows / BLOCK_ROWS + (rows % BLOCK_ROWS != 0);
}

size_t eng_block_sums_size(size_t rows, size_t channels)
{
    size_t size;
    return eng_size_mul(blocks_of(rows), channels, &size) && eng_size_mul(size, 2, &size) ? size
                                                                                          : 0;
}

static void sum_blocks(void *arg, size_t begin, size_t end, unsigned worker)
{
    const Job *job = arg;
    (void)worker;
    for (size_t block = begin; block < end; block++) {
        double *a = job->memory + block * 2 * job->channels;
        const size_t first = block * BLOCK_ROWS, left = job->rows - first;
        memset(a, 0, 2 * job->channels * sizeof *a);
        job->add(job->ctx, first, left < BLOCK_ROWS ? left : BLOCK_ROWS, a, a + job->channels);
    }
}

void eng_block_sums(
    EngPool *pool, EngBlockFn add, const void *ctx, size_t rows, size_t channels, double *memory)
{
    Job job = {add, ctx, rows, channels, memory};
    eng_pool_run(pool, sum_blocks, &job, blocks_of(rows), 1);
    for (size_t block = 1; block < blocks_of(rows); block++) {
        for (size_t i = 0; i < 2 * channels; i++)
            memory[i] += memory[block * 2 * channels + i];
    }
}
