#include "train/checkpoint.h"
#include "base/hash.h"
#include "base/memory.h"
#include "train/run.h"
#include <string.h>

#define MAGIC "MNTSCKPT"
#define VERSION 2
#define CHECKSUM_BYTES 8

void eng_checkpoint_free(EngCheckpoint *checkpoint)
{
    eng_free(checkpoint->bytes);
    *checkpoint = (EngCheckpoint){0};
}

/* Bytes being written or read, one after the other. Reading stops for good at the first thing
 * that does not fit. Writing without memory only counts. */
typedef struct Stream {
    uint8_t *out;
    const uint8_t *in;
    size_t size, at;
    bool failed;
} Stream;

/* Moves `n` bytes between memory and stream. */
static void move(Stream *s, void *data, size_t n)
{
    if (s->in) {
        if (s->failed || n > s->size - s->at) {
            s->failed = true;
            return;
        }
        memcpy(data, s->in + s->at, n);
    } else if (s->out) {
        memcpy(s->out + s->at, data, n);
    }
    s->at += n;
}

/* One number, in little-endian order. A value that could not be read stays as it was. */
static void move_number(Stream *s, uint64_t *value, size_t bytes)
{
    uint8_t raw[8] = {0};
    for (size_t i = 0; i < bytes; i++)
        raw[i] = (uint8_t)(*value >> (8 * i));
    move(s, raw, bytes);
    if (!s->in || s->failed)
        return;
    *value = 0;
    for (size_t i = 0; i < bytes; i++)
        *value |= (uint64_t)raw[i] << (8 * i);
}

static void move_u32(Stream *s, uint32_t *value)
{
    uint64_t wide = *value;
    move_number(s, &wide, 4);
    *value = (uint32_t)wide;
}

static void move_u64(Stream *s, uint64_t *value)
{
    move_number(s, value, 8);
}

static void move_float(Stream *s, float *value)
{
    uint32_t bits;
    memcpy(&bits, value, sizeof bits);
    move_u32(s, &bits);
    memcpy(value, &bits, sizeof bits);
}

static void move_double(Stream *s, double *value)
{
    uint64_t bits;
    memcpy(&bits, value, sizeof bits);
    move_u64(s, &bits);
    memcpy(value, &bits, sizeof bits);
}

/* Refuses, while reading, a number that is not the run's own. */
static void expect_u64(Stream *s, uint64_t wanted, size_t bytes)
{
    uint64_t value = wanted;
    move_number(s, &value, bytes);
    if (value != wanted)
        s->failed = true;
}

static void move_floats(Stream *s, float *values, size_t count)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    move(s, values, count * sizeof *values);
#else
    for (size_t i = 0; i < count; i++)
        move_float(s, &values[i]);
#endif
}

static void move_summary(Stream *s, EngRunSummary *summary)
{
    move_float(s, &summary->train_loss);
    move_float(s, &summary->test_loss);
    move_float(s, &summary->test_accuracy);
    move_float(s, &summary->best_test_accuracy);
    move_u32(s, &summary->best_step);
    move_u64(s, &summary->loss_hash);
    move_double(s, &summary->wall_seconds);
    uint64_t *const cost[] = {&summary->cost.cycles, &summary->cost.compute_cycles,
        &summary->cost.convert_cycles, &summary->cost.memory_cycles, &summary->cost.dram_bytes,
        &summary->cost.femtojoules};
    for (size_t i = 0; i < sizeof cost / sizeof *cost; i++)
        move_u64(s, cost[i]);
}

/* The whole content; reading and writing walk the same path, so they cannot differ. */
static void move_run(Stream *s, EngRun *run, EngRunSummary *summary, uint32_t *step)
{
    const EngNetwork *net = run->options.net;
    char magic[] = MAGIC;
    move(s, magic, sizeof magic - 1);
    if (memcmp(magic, MAGIC, sizeof magic - 1) != 0)
        s->failed = true;
    expect_u64(s, VERSION, 4);
    move_u32(s, step);
    expect_u64(s, run->clock.steps_per_epoch, 4);
    expect_u64(s, eng_hash_bytes(ENG_HASH_START, net->text, strlen(net->text)), 8);
    move_summary(s, summary);
    move_float(s, &run->scaler.scale);
    move_u32(s, &run->scaler.good);
    move_u32(s, &run->loud);
    expect_u64(s, net->product_count, 4);
    move(s, run->high, net->product_count * 3 * sizeof *run->high);
    size_t count;
    const EngTensor *tensors = eng_model_tensors(run->model, &count);
    expect_u64(s, count, 4);
    for (size_t i = 0; i < count && !s->failed; i++) {
        char name[sizeof tensors->name];
        memcpy(name, tensors[i].name, sizeof name);
        move(s, name, sizeof name);
        if (memcmp(name, tensors[i].name, sizeof name) != 0)
            s->failed = true;
        expect_u64(s, tensors[i].size, 8);
        if (!s->failed)
            move_floats(s, tensors[i].data, tensors[i].size);
    }
}

EngStatus eng_run_save(EngRun *run, EngCheckpoint *out, EngError *err)
{
    EngRunSummary summary = run->summary;
    uint32_t step = run->step;
    Stream measure = {0};
    move_run(&measure, run, &summary, &step);
    const size_t size = measure.at + CHECKSUM_BYTES;
    uint8_t *bytes = eng_alloc(size, 1);
    if (!bytes)
        return eng_error(err, ENG_ERR_NOMEM, "No memory for a checkpoint of %zu bytes.", size);
    Stream s = {.out = bytes, .size = size};
    move_run(&s, run, &summary, &step);
    uint64_t checksum = eng_hash_bytes(ENG_HASH_START, bytes, s.at);
    move_u64(&s, &checksum);
    *out = (EngCheckpoint){bytes, size, step};
    return ENG_OK;
}

EngStatus eng_checkpoint_check(const uint8_t *bytes, size_t size, uint32_t *step, EngError *err)
{
    const size_t head = strlen(MAGIC) + 8;
    if (size < head + CHECKSUM_BYTES || memcmp(bytes, MAGIC, strlen(MAGIC)) != 0)
        return eng_error(err, ENG_ERR_FORMAT,
            "Offset 0: these %zu bytes are no checkpoint; \"%s\" was expected.", size, MAGIC);
    Stream s = {.in = bytes + strlen(MAGIC), .size = 8};
    uint32_t version = 0;
    move_u32(&s, &version);
    move_u32(&s, step);
    if (version != VERSION)
        return eng_error(err, ENG_ERR_UNSUPPORTED,
            "Offset 8: a checkpoint of version %u; this program reads version %d.", version,
            VERSION);
    uint64_t checksum = 0;
    Stream tail = {.in = bytes + size - CHECKSUM_BYTES, .size = CHECKSUM_BYTES};
    move_u64(&tail, &checksum);
    if (eng_hash_bytes(ENG_HASH_START, bytes, size - CHECKSUM_BYTES) != checksum)
        return eng_error(err, ENG_ERR_FORMAT,
            "Offset %zu: the checkpoint's checksum does not fit its bytes; it is damaged.",
            size - CHECKSUM_BYTES);
    return ENG_OK;
}

EngStatus eng_run_restore(EngRun *run, const EngCheckpoint *checkpoint, EngError *err)
{
    uint32_t step = 0;
    EngStatus status = eng_checkpoint_check(checkpoint->bytes, checkpoint->size, &step, err);
    if (status != ENG_OK)
        return status;
    EngRunSummary summary = run->summary;
    Stream s = {.in = checkpoint->bytes, .size = checkpoint->size - CHECKSUM_BYTES};
    move_run(&s, run, &summary, &step);
    if (s.failed || s.at != s.size)
        return eng_error(err, ENG_ERR_SHAPE,
            "Offset %zu: the checkpoint belongs to another network or batch than \"%.80s\".", s.at,
            run->options.net->text);
    if (step >= run->clock.steps)
        return eng_error(err, ENG_ERR_RANGE,
            "The checkpoint was taken after %u steps, but the run has only %u.", step,
            run->clock.steps);
    run->step = step;
    run->summary = summary;
    run->summary.steps = step;
    run->wall = summary.wall_seconds;
    eng_model_touch(run->model);
    eng_run_rewind_formats(run);
    return eng_run_start_loader(run, err);
}
