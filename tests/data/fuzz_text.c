#include "data/kinds.h"
#include "fuzz.h"

static void check_split(const EngDataset *data, const EngSplit *split)
{
    FUZZ_HOLDS(split->count > 0);
    FUZZ_HOLDS((split->count - 1) * split->stride + data->shape.y < split->token_count);
    for (size_t i = 0; i < split->token_count; i++)
        FUZZ_HOLDS(split->tokens[i] < data->classes);
}

static void try_text(const uint8_t *data, size_t size, size_t context, size_t stride)
{
    EngInput *in;
    EngError err = {0};
    EngDataset out = {0};
    FUZZ_HOLDS(eng_input_memory(FUZZ_NAME, data, size, &in, NULL) == ENG_OK);
    const EngStatus status = eng_sequence_read(in, context, stride, SIZE_MAX, &out, &err);
    fuzz_check_status(status, &err);
    if (status == ENG_OK) {
        check_split(&out, &out.train);
        check_split(&out, &out.test);
        for (unsigned i = 1; i < out.classes; i++)
            FUZZ_HOLDS(out.vocabulary[i - 1] < out.vocabulary[i]);
    }
    eng_dataset_clear(&out);
    eng_input_close(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_text(data, size, 3, 2);
    return 0;
}
