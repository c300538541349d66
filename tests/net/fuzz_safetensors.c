/* Weights on damaged input; see tests/data/fuzz.h. */
#include "base/memory.h"
#include "fuzz.h"
#include "net/safetensors.h"

/* What was read lies within the file, and all of it can be read. */
static void check_tensors(const EngSafetensors *tensors, size_t size)
{
    size_t total = 0;
    for (size_t i = 0; i < tensors->count; i++) {
        const EngSafetensor *t = &tensors->tensor[i];
        FUZZ_HOLDS(
            memchr(t->name, '\0', sizeof t->name) != NULL && t->rank <= ENG_SAFETENSORS_RANK);
        FUZZ_HOLDS(t->data >= tensors->bytes && t->size <= size);
        FUZZ_HOLDS((size_t)(t->data - tensors->bytes) + t->size <= size);
        FUZZ_HOLDS(eng_safetensors_find(tensors, t->name) == t);
        total += t->size;
        fuzz_touch(t->data, t->size);
        float *values = eng_alloc(eng_safetensor_values(t), sizeof *values);
        FUZZ_HOLDS(values != NULL);
        EngError err = {0};
        fuzz_check_status(eng_safetensor_floats(tensors, t, values, &err), &err);
        eng_free(values);
    }
    FUZZ_HOLDS(total <= size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    EngSafetensors tensors;
    EngError err = {0};
    const EngStatus status = eng_safetensors_parse(FUZZ_NAME, data, size, &tensors, &err);
    fuzz_check_status(status, &err);
    if (status == ENG_OK)
        check_tensors(&tensors, size);
    else
        FUZZ_HOLDS(tensors.bytes == NULL && tensors.tensor == NULL);
    eng_safetensors_clear(&tensors);
    return 0;
}
