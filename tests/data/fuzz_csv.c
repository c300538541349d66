#include "data/kinds.h"
#include "fuzz.h"
#include <math.h>

static void check_split(const EngDataset *data, const EngSplit *split)
{
    for (size_t i = 0; i < split->count; i++)
        FUZZ_HOLDS(split->label[i] < data->classes);
    for (size_t i = 0; i < split->count * data->shape.c; i++)
        FUZZ_HOLDS(isfinite(split->values[i]));
}

static void try_table(const uint8_t *data, size_t size, const char *label, size_t limit)
{
    EngInput *in;
    EngError err = {0};
    EngDataset out = {0};
    FUZZ_HOLDS(eng_input_memory(FUZZ_NAME, data, size, &in, NULL) == ENG_OK);
    const EngStatus status = eng_table_read(in, label, 1, limit, &out, &err);
    fuzz_check_status(status, &err);
    if (status == ENG_OK) {
        FUZZ_HOLDS(out.train.count > 0 && out.train.count <= limit && out.test.count > 0);
        FUZZ_HOLDS(out.classes >= 2 && out.classes <= 1000 && out.shape.c > 0);
        check_split(&out, &out.train);
        check_split(&out, &out.test);
        for (unsigned i = 0; i < out.classes; i++)
            FUZZ_HOLDS(out.class_name[i] && out.class_name[i][0] != '\0');
    }
    eng_dataset_clear(&out);
    eng_input_close(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_table(data, size, NULL, SIZE_MAX);
    try_table(data, size, "1", 3);
    try_table(data, size, "kind", SIZE_MAX);
    return 0;
}
