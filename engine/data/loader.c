#include "data/loader.h"
#include "base/memory.h"
#include <inttypes.h>
#include <pthread.h>

typedef struct Slot {
    EngBatch batch;
    float *x;
    uint16_t *label;
} Slot;

/* The slots are a ring. The thread fills them in turn; the caller holds one while it works, so
 * there is one more than are loaded ahead. */
struct EngLoader {
    EngLoaderOptions options;
    uint64_t batches; /* an epoch's */
    uint32_t *order;  /* (count) of epoch order_epoch; only the side that fills touches it */
    uint32_t order_epoch;
    bool ordered;
    uint64_t fill_step; /* the same */
    Slot slot[ENG_LOADER_AHEAD_MAX + 1];
    unsigned slots;
    unsigned fill_at, take_at; /* indices of the side that fills and the side that takes */
    bool holding;              /* the caller holds the slot before take_at */
    bool threaded;
    pthread_t thread;
    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t changed;
    unsigned ready; /* filled slots nobody took */
    unsigned empty; /* slots to be filled */
    bool ending;
};

static void lay_out_epoch(EngLoader *loader, uint32_t epoch)
{
    const EngLoaderOptions *o = &loader->options;
    if (loader->ordered && (o->in_order || loader->order_epoch == epoch))
        return;
    if (o->in_order) {
        for (size_t i = 0; i < o->split->count; i++)
            loader->order[i] = (uint32_t)i;
    } else {
        eng_dataset_order(o->seed, epoch, o->split->count, loader->order);
    }
    loader->order_epoch = epoch;
    loader->ordered = true;
}

static void fill_slot(EngLoader *loader, Slot *slot)
{
    const EngLoaderOptions *o = &loader->options;
    const uint32_t epoch = (uint32_t)(loader->fill_step / loader->batches);
    const size_t first = (size_t)(loader->fill_step % loader->batches) * o->batch;
    lay_out_epoch(loader, epoch);
    eng_dataset_gather_augmented(o->data, o->split, o->augment, o->seed, epoch,
        loader->order + first, o->batch, slot->x, slot->label);
    slot->batch =
        (EngBatch){.step = loader->fill_step, .epoch = epoch, .x = slot->x, .label = slot->label};
    loader->fill_step++;
}

static void *fill_ahead(void *ctx)
{
    EngLoader *loader = ctx;
    pthread_mutex_lock(&loader->lock);
    for (;;) {
        while (loader->empty == 0 && !loader->ending)
            pthread_cond_wait(&loader->changed, &loader->lock);
        if (loader->ending)
            break;
        loader->empty--;
        pthread_mutex_unlock(&loader->lock);
        fill_slot(loader, &loader->slot[loader->fill_at]);
        loader->fill_at = (loader->fill_at + 1) % loader->slots;
        pthread_mutex_lock(&loader->lock);
        loader->ready++;
        pthread_cond_signal(&loader->changed);
    }
    pthread_mutex_unlock(&loader->lock);
    return NULL;
}

static void wait_until_ready(EngLoader *loader)
{
    pthread_mutex_lock(&loader->lock);
    if (loader->holding) {
        loader->empty++;
        pthread_cond_signal(&loader->changed);
    }
    while (loader->ready == 0)
        pthread_cond_wait(&loader->changed, &loader->lock);
    loader->ready--;
    pthread_mutex_unlock(&loader->lock);
    loader->holding = true;
}

const EngBatch *eng_loader_next(EngLoader *loader)
{
    if (!loader->threaded) {
        fill_slot(loader, &loader->slot[0]);
        return &loader->slot[0].batch;
    }
    wait_until_ready(loader);
    const EngBatch *batch = &loader->slot[loader->take_at].batch;
    loader->take_at = (loader->take_at + 1) % loader->slots;
    return batch;
}

static EngStatus check_options(const EngLoaderOptions *o, EngError *err)
{
    const size_t count = o->split->count;
    if (o->batch < 1 || o->batch > count)
        return eng_error(err, ENG_ERR_RANGE,
            "batch is %" PRIu32 ", expected 1 to the %zu samples of %s", o->batch, count,
            o->data->name);
    if (o->first_step / (count / o->batch) > UINT32_MAX)
        return eng_error(err, ENG_ERR_RANGE,
            "first step is %" PRIu64 ", expected one of the first 2^32 epochs of %zu batches",
            o->first_step, count / o->batch);
    if (o->ahead > ENG_LOADER_AHEAD_MAX)
        return eng_error(err, ENG_ERR_RANGE, "batches ahead are %u, expected 0 to %u", o->ahead,
            ENG_LOADER_AHEAD_MAX);
    return eng_augment_check(o->augment, o->data, err);
}

static EngStatus allocate(EngLoader *loader, EngError *err)
{
    const EngLoaderOptions *o = &loader->options;
    size_t values, labels, value_bytes, label_bytes;
    bool held = eng_size_mul(o->batch, eng_shape_size(o->data->shape), &values) &&
        eng_size_mul(o->batch, eng_dataset_targets(o->data), &labels) &&
        eng_size_mul(values, sizeof(float), &value_bytes) &&
        eng_size_mul(labels, sizeof(uint16_t), &label_bytes);
    loader->order = eng_alloc(o->split->count, sizeof *loader->order);
    held = held && loader->order;
    for (unsigned i = 0; held && i < loader->slots; i++) {
        loader->slot[i].x = eng_alloc(value_bytes, 1);
        loader->slot[i].label = eng_alloc(label_bytes, 1);
        held = loader->slot[i].x && loader->slot[i].label;
    }
    return held ? ENG_OK
                : eng_error(err, ENG_ERR_NOMEM, "no memory for %u batches of %" PRIu32 " samples",
                      loader->slots, o->batch);
}

static EngStatus start_thread(EngLoader *loader, EngError *err)
{
    if (loader->options.ahead == 0)
        return ENG_OK;
    pthread_mutex_init(&loader->lock, NULL);
    pthread_cond_init(&loader->changed, NULL);
    loader->empty = loader->slots;
    if (pthread_create(&loader->thread, NULL, fill_ahead, loader) == 0) {
        loader->threaded = true;
        return ENG_OK;
    }
    pthread_cond_destroy(&loader->changed);
    pthread_mutex_destroy(&loader->lock);
    return eng_error(err, ENG_ERR_IO, "the thread that loads batches ahead cannot be started");
}

EngStatus eng_loader_new(const EngLoaderOptions *options, EngLoader **out, EngError *err)
{
    *out = NULL;
    EngStatus status = check_options(options, err);
    if (status != ENG_OK)
        return status;
    EngLoader *loader = eng_alloc(1, sizeof *loader);
    if (!loader)
        return eng_error(err, ENG_ERR_NOMEM, "no memory to load batches");
    loader->options = *options;
    loader->batches = options->split->count / options->batch;
    loader->fill_step = options->first_step;
    loader->slots = options->ahead + 1;
    status = allocate(loader, err);
    if (status == ENG_OK)
        status = start_thread(loader, err);
    if (status != ENG_OK) {
        eng_loader_free(loader);
        return status;
    }
    *out = loader;
    return ENG_OK;
}

static void end_thread(EngLoader *loader)
{
    pthread_mutex_lock(&loader->lock);
    loader->ending = true;
    pthread_cond_signal(&loader->changed);
    pthread_mutex_unlock(&loader->lock);
    pthread_join(loader->thread, NULL);
    pthread_cond_destroy(&loader->changed);
    pthread_mutex_destroy(&loader->lock);
}

void eng_loader_free(EngLoader *loader)
{
    if (!loader)
        return;
    if (loader->threaded)
        end_thread(loader);
    for (unsigned i = 0; i < loader->slots; i++) {
        eng_free(loader->slot[i].x);
        eng_free(loader->slot[i].label);
    }
    eng_free(loader->order);
    eng_free(loader);
}
