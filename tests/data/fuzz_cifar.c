#include "data/kinds.h"
#include "fuzz.h"

static void try_batch(const uint8_t *data, size_t size, unsigned classes, size_t limit)
{
    EngInput *in;
    EngError err = {0};
    EngDataset out = {.classes = classes};
    FUZZ_HOLDS(eng_input_memory(FUZZ_NAME, data, size, &in, NULL) == ENG_OK);
    const EngStatus status = eng_cifar_batch(in, classes, limit, &out.train, &err);
    fuzz_check_status(status, &err);
    if (status == ENG_OK) {
        FUZZ_HOLDS(out.train.count > 0 && out.train.count <= limit);
        fuzz_touch(out.train.bytes, out.train.count * 3072);
        for (size_t i = 0; i < out.train.count; i++)
            FUZZ_HOLDS(out.train.label[i] < classes);
    }
    eng_dataset_clear(&out);
    eng_input_close(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_batch(data, size, 10, SIZE_MAX);
    try_batch(data, size, 10, 1);
    try_batch(data, size, 100, SIZE_MAX);
    return 0;
}
