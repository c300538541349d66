#include "base/ring.h"
#include "base/memory.h"
#include <stdatomic.h>
#include <string.h>

struct EngRing {
    size_t mask, size;
    unsigned char *slots; /* (mask + 1, size) */
    /* Each side writes its own line, so that neither slows the other down. */
    _Alignas(ENG_ALIGN) atomic_size_t head; /* records pushed */
    _Alignas(ENG_ALIGN) atomic_size_t tail; /* records popped */
    _Alignas(ENG_ALIGN) atomic_uint_fast64_t drops;
};

EngStatus eng_ring_new(size_t records, size_t size, EngRing **out, EngError *err)
{
    if (records < 2 || records > (size_t)1 << 24 || size == 0)
        return eng_error(err, ENG_ERR_RANGE,
            "A ring of %zu records of %zu bytes was asked for; 2 to 2^24 records of at least one "
            "byte are possible.",
            records, size);
    size_t capacity = 2;
    while (capacity < records)
        capacity *= 2;
    EngRing *ring = eng_alloc(1, sizeof *ring);
    unsigned char *slots = eng_alloc(capacity, size);
    if (!ring || !slots) {
        eng_free(ring);
        eng_free(slots);
        return eng_error(err, ENG_ERR_NOMEM, "No memory for a ring of %zu records.", capacity);
    }
    ring->mask = capacity - 1;
    ring->size = size;
    ring->slots = slots;
    *out = ring;
    return ENG_OK;
}

void eng_ring_free(EngRing *ring)
{
    if (!ring)
        return;
    eng_free(ring->slots);
    eng_free(ring);
}

bool eng_ring_has_room(const EngRing *ring)
{
    const size_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    return head - atomic_load_explicit(&ring->tail, memory_order_acquire) <= ring->mask;
}

bool eng_ring_push(EngRing *ring, const void *record)
{
    if (!eng_ring_has_room(ring)) {
        atomic_fetch_add_explicit(&ring->drops, 1, memory_order_relaxed);
        return false;
    }
    const size_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    memcpy(ring->slots + (head & ring->mask) * ring->size, record, ring->size);
    atomic_store_explicit(&ring->head, head + 1, memory_order_release);
    return true;
}

size_t eng_ring_pop(EngRing *ring, void *records, size_t max)
{
    const size_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    const size_t there = atomic_load_explicit(&ring->head, memory_order_acquire) - tail;
    const size_t n = there < max ? there : max;
    for (size_t i = 0; i < n; i++)
        memcpy((unsigned char *)records + i * ring->size,
            ring->slots + ((tail + i) & ring->mask) * ring->size, ring->size);
    atomic_store_explicit(&ring->tail, tail + n, memory_order_release);
    return n;
}

uint64_t eng_ring_drops(const EngRing *ring)
{
    return atomic_load_explicit(&ring->drops, memory_order_relaxed);
}
