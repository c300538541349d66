#include "data/dataset.h"
#include "base/memory.h"
#include "data/kinds.h"
#include <assert.h>
#include <math.h>
#include <string.h>

static void free_split(EngSplit *split)
{
    eng_free(split->bytes);
    eng_free(split->values);
    eng_free(split->tokens);
    eng_free(split->label);
}

void eng_dataset_clear(EngDataset *data)
{
    free_split(&data->train);
    free_split(&data->test);
    if (data->class_name) {
        for (unsigned i = 0; i < data->classes; i++)
            eng_free(data->class_name[i]);
    }
    eng_free(data->class_name);
    eng_free(data->vocabulary);
    *data = (EngDataset){0};
}

void eng_dataset_free(EngDataset *data)
{
    if (!data)
        return;
    eng_dataset_clear(data);
    eng_free(data);
}

size_t eng_dataset_targets(const EngDataset *data)
{
    return data->train.tokens ? data->shape.y : 1;
}

void eng_dataset_sample(const EngDataset *data, const EngSplit *split, uint32_t index, float *out)
{
    const size_t size = eng_shape_size(data->shape), channels = data->shape.c;
    assert(index < split->count);
    if (split->bytes) {
        const uint8_t *pixel = split->bytes + index * size;
        for (size_t i = 0; i < size; i += channels) {
            for (size_t c = 0; c < channels; c++)
                out[i + c] = ((float)pixel[i + c] - data->mean[c]) * data->scale[c];
        }
    } else if (split->values) {
        const float *value = split->values + index * size;
        for (size_t i = 0; i < size; i++)
            out[i] = (value[i] - data->mean[0]) * data->scale[0];
    } else {
        const uint16_t *token = split->tokens + index * split->stride;
        for (size_t i = 0; i < size; i++)
            out[i] = token[i];
    }
}

void eng_dataset_sample_targets(
    const EngDataset *data, const EngSplit *split, uint32_t index, uint16_t *label)
{
    assert(index < split->count);
    if (split->tokens)
        memcpy(label, split->tokens + index * split->stride + 1, data->shape.y * sizeof *label);
    else
        *label = split->label[index];
}

void eng_dataset_gather(const EngDataset *data, const EngSplit *split, const uint32_t *index,
    size_t n, float *out, uint16_t *label)
{
    const size_t size = eng_shape_size(data->shape), targets = eng_dataset_targets(data);
    for (size_t i = 0; i < n; i++) {
        eng_dataset_sample(data, split, index[i], out + i * size);
        eng_dataset_sample_targets(data, split, index[i], label + i * targets);
    }
}

void eng_dataset_shuffle(EngRandom *random, size_t count, uint32_t *order)
{
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    for (size_t i = count; i > 1; i--) {
        const uint32_t other = eng_random_below(random, (uint32_t)i);
        const uint32_t held = order[i - 1];
        order[i - 1] = order[other];
        order[other] = held;
    }
}

void eng_dataset_order(uint64_t seed, uint32_t epoch, size_t count, uint32_t *order)
{
    EngRandom random;
    assert(count <= UINT32_MAX);
    eng_random_init(&random, seed, ENG_STREAM_ORDER, epoch, 0);
    eng_dataset_shuffle(&random, count, order);
}

/* Sums over `count` values of channel `c`. A split of 2^32 images of 2^24 bytes would still fit:
 * 255^2 * 2^56 needs 72 bits, so the squares' sum has 128. */
static void measure_channel(EngDataset *data, size_t c, size_t size)
{
    const EngSplit *split = &data->train;
    const size_t channels = data->shape.c;
    uint64_t sum = 0;
    unsigned __int128 squares = 0;
    for (size_t i = 0; i < split->count; i++) {
        const uint8_t *pixel = split->bytes + i * size;
        uint64_t image_squares = 0;
        for (size_t j = c; j < size; j += channels) {
            sum += pixel[j];
            image_squares += (uint64_t)pixel[j] * pixel[j];
        }
        squares += image_squares;
    }
    const double n = (double)split->count * (double)(size / channels);
    const unsigned __int128 count = (unsigned __int128)split->count * (size / channels);
    /* variance = (n squares - sum^2) / n^2: the difference is taken before anything rounds. */
    const double spread = (double)(count * squares - (unsigned __int128)sum * sum);
    data->mean[c] = (float)((double)sum / n);
    data->scale[c] = spread > 0 ? (float)(n / sqrt(spread)) : 1.0f;
}

static void measure_values(EngDataset *data, size_t size)
{
    const float *value = data->train.values;
    const size_t n = data->train.count * size;
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        sum += value[i];
    const double mean = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (value[i] - mean) * (value[i] - mean);
    data->mean[0] = (float)mean;
    data->scale[0] = squares > 0 ? (float)(1.0 / sqrt(squares / (double)n)) : 1.0f;
}

void eng_dataset_measure(EngDataset *data)
{
    const size_t size = eng_shape_size(data->shape);
    for (size_t c = 0; c < 4; c++) {
        data->mean[c] = 0.0f;
        data->scale[c] = 1.0f;
    }
    if (data->train.bytes) {
        assert(data->shape.c <= 4);
        for (size_t c = 0; c < data->shape.c; c++)
            measure_channel(data, c, size);
    } else if (data->train.values) {
        measure_values(data, size);
    }
}
