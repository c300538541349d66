#include "base/memory.h"
#include "data/kinds.h"
#include "fuzz.h"

static EngInput *open_input(const uint8_t *data, size_t size)
{
    EngInput *in;
    FUZZ_HOLDS(eng_input_memory(FUZZ_NAME, data, size, &in, NULL) == ENG_OK);
    return in;
}

static void try_images(const uint8_t *data, size_t size, size_t limit)
{
    EngInput *in = open_input(data, size);
    const bool packed = size >= 2 && data[0] == 0x1f && data[1] == 0x8b;
    EngError err = {0};
    EngShape shape = {0};
    size_t count = 0;
    uint8_t *bytes;
    const EngStatus status = eng_idx_images(in, limit, &shape, &count, &bytes, &err);
    fuzz_check_status(status, &err);
    if (status == ENG_OK) {
        FUZZ_HOLDS(count > 0 && shape.y > 0 && shape.x > 0 && shape.c == 1);
        FUZZ_HOLDS(packed || 16 + count * shape.y * shape.x == size);
        fuzz_touch(bytes, (count < limit ? count : limit) * shape.y * shape.x);
    }
    eng_free(bytes);
    eng_input_close(in);
}

static void try_labels(const uint8_t *data, size_t size, size_t limit, unsigned classes)
{
    EngInput *in = open_input(data, size);
    EngError err = {0};
    size_t count = 0;
    uint16_t *label;
    const EngStatus status = eng_idx_labels(in, limit, classes, &count, &label, &err);
    fuzz_check_status(status, &err);
    for (size_t i = 0; status == ENG_OK && i < count && i < limit; i++)
        FUZZ_HOLDS(label[i] < classes);
    eng_free(label);
    eng_input_close(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_images(data, size, SIZE_MAX);
    try_images(data, size, 2);
    try_labels(data, size, SIZE_MAX, 10);
    try_labels(data, size, 3, 256);
    return 0;
}
