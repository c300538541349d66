#include "base/pool.h"
#include "base/memory.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

/* A training step makes dozens of calls of some 50 microseconds each. A worker therefore watches
 * for the next call a moment before it goes to sleep: waking a sleeping thread costs as much as
 * the work. The same holds for the caller at the end of a call. */
#define SPINS 1000

typedef struct Worker {
    EngPool *pool;
    pthread_t thread;
    unsigned index;
} Worker;

/* The work of a call is cut into one share per worker. A worker begins with its own share and then
 * takes those nobody has begun: a thread the system keeps waiting delays nobody. Which thread
 * computes a share changes nothing in it. */
struct EngPool {
    unsigned threads;
    EngPoolFn fn;
    void *ctx;
    size_t count, grain;
    _Alignas(ENG_ALIGN) atomic_uint call;    /* counts the calls; workers wait for it to move */
    _Alignas(ENG_ALIGN) atomic_uint pending; /* shares that are not done in this call */
    pthread_mutex_t lock;
    pthread_cond_t called, finished;
    bool quit;
    Worker workers[ENG_POOL_MAX];
    atomic_uint taken[ENG_POOL_MAX]; /* by share: the last call in which somebody began it */
};

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* True as soon as *value differs from `old`; false when it did not for a while. */
static bool spin_while_equal(atomic_uint *value, unsigned old)
{
    for (int i = 0; i < SPINS; i++) {
        if (atomic_load_explicit(value, memory_order_acquire) != old)
            return true;
        relax();
    }
    return false;
}

static void run_share(const EngPool *pool, unsigned share)
{
    const size_t units = (pool->count + pool->grain - 1) / pool->grain;
    const size_t begin = units * share / pool->threads * pool->grain;
    size_t end = units * (share + 1) / pool->threads * pool->grain;
    if (end > pool->count)
        end = pool->count;
    if (begin < end)
        pool->fn(pool->ctx, begin, end, share);
}

/* True for the one thread that may run this share in this call. A thread that comes late, with the
 * number of an earlier call, finds that share taken. */
static bool claim(EngPool *pool, unsigned share, unsigned call)
{
    unsigned before = call - 1;
    return atomic_compare_exchange_strong(&pool->taken[share], &before, call);
}

/* Runs the shares of a call nobody has begun, `first` before the others. What the call is about is
 * read only behind a claim: until that share is done the caller cannot begin another call. */
static void run_shares(EngPool *pool, unsigned first, unsigned call, unsigned threads)
{
    for (unsigned i = 0; i < threads; i++) {
        const unsigned share = (first + i) % threads;
        if (!claim(pool, share, call))
            continue;
        run_share(pool, share);
        if (atomic_fetch_sub_explicit(&pool->pending, 1, memory_order_acq_rel) == 1) {
            pthread_mutex_lock(&pool->lock);
            pthread_cond_signal(&pool->finished);
            pthread_mutex_unlock(&pool->lock);
        }
    }
}

/* Waits for a call after number `seen`; false when the pool ends. */
static bool await_call(EngPool *pool, unsigned seen)
{
    if (!spin_while_equal(&pool->call, seen)) {
        pthread_mutex_lock(&pool->lock);
        while (!pool->quit && atomic_load(&pool->call) == seen)
            pthread_cond_wait(&pool->called, &pool->lock);
        pthread_mutex_unlock(&pool->lock);
    }
    return atomic_load(&pool->call) != seen;
}

static void *worker_main(void *arg)
{
    Worker *worker = arg;
    EngPool *pool = worker->pool;
    for (unsigned seen = 0; await_call(pool, seen);) {
        seen = atomic_load_explicit(&pool->call, memory_order_acquire);
        if (pool->quit)
            break;
        run_shares(pool, worker->index, seen, pool->threads);
    }
    return NULL;
}

static unsigned online_processors(void)
{
    const long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > ENG_POOL_MAX ? ENG_POOL_MAX : (unsigned)n;
}

EngStatus eng_pool_new(unsigned threads, EngPool **out, EngError *err)
{
    if (threads > ENG_POOL_MAX)
        return eng_error(err, ENG_ERR_RANGE, "%u threads were asked for; 1 to %d are possible.",
            threads, ENG_POOL_MAX);
    EngPool *pool = eng_alloc(1, sizeof *pool);
    if (!pool)
        return eng_error(err, ENG_ERR_NOMEM, "No memory for a pool of threads.");
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->called, NULL);
    pthread_cond_init(&pool->finished, NULL);
    const unsigned wanted = threads ? threads : online_processors();
    pool->threads = 1;
    for (unsigned i = 1; i < wanted; i++) {
        pool->workers[i] = (Worker){.pool = pool, .index = i};
        if (pthread_create(&pool->workers[i].thread, NULL, worker_main, &pool->workers[i]) != 0) {
            eng_pool_free(pool);
            return eng_error(err, ENG_ERR_IO, "The system refused thread %u of %u.", i, wanted);
        }
        pool->threads = i + 1;
    }
    *out = pool;
    return ENG_OK;
}

/* Starts a call: whatever the workers read of the pool is written before the counter moves. */
static unsigned announce(EngPool *pool)
{
    atomic_store_explicit(&pool->pending, pool->threads, memory_order_relaxed);
    pthread_mutex_lock(&pool->lock);
    const unsigned call = atomic_fetch_add_explicit(&pool->call, 1, memory_order_release) + 1;
    pthread_cond_broadcast(&pool->called);
    pthread_mutex_unlock(&pool->lock);
    return call;
}

static void await_workers(EngPool *pool)
{
    for (int i = 0; i < SPINS; i++) {
        if (atomic_load_explicit(&pool->pending, memory_order_acquire) == 0)
            return;
        relax();
    }
    pthread_mutex_lock(&pool->lock);
    while (atomic_load(&pool->pending) != 0)
        pthread_cond_wait(&pool->finished, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

void eng_pool_free(EngPool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->quit = true;
    atomic_fetch_add_explicit(&pool->call, 1, memory_order_release);
    pthread_cond_broadcast(&pool->called);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 1; i < pool->threads; i++)
        pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->finished);
    pthread_cond_destroy(&pool->called);
    pthread_mutex_destroy(&pool->lock);
    eng_free(pool);
}

unsigned eng_pool_threads(const EngPool *pool)
{
    return pool ? pool->threads : 1;
}

void eng_pool_run(EngPool *pool, EngPoolFn fn, void *ctx, size_t count, size_t grain)
{
    if (count == 0)
        return;
    if (!pool || pool->threads == 1 || count <= grain) {
        fn(ctx, 0, count, 0);
        return;
    }
    pool->fn = fn;
    pool->ctx = ctx;
    pool->count = count;
    pool->grain = grain;
    run_shares(pool, 0, announce(pool), pool->threads);
    await_workers(pool);
}
