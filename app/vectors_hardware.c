/* Cases about the simulated accelerator. */
#include "hardware/hardware.h"
#include "vectors.h"
#include <inttypes.h>
#include <string.h>

static bool dataflow_of(const json_t *vector, EngDataflow *out, EngError *err)
{
    static const char *const names[] = {
        [ENG_DATAFLOW_WS] = "ws", [ENG_DATAFLOW_OS] = "os", [ENG_DATAFLOW_IS] = "is"};
    const char *text;
    if (!vector_text(vector, "dataflow", &text, err))
        return false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(text, names[i]) == 0) {
            *out = (EngDataflow)i;
            return true;
        }
    }
    eng_error(err, ENG_ERR_FORMAT, "dataflow: \"%s\", expected ws, os or is", text);
    return false;
}

bool vector_cycles(const VectorBench *bench, const json_t *vector, EngError *err)
{
    static const char *const keys[] = {"R", "C", "M", "N", "K", "g", "passes"};
    uint64_t v[7], wanted;
    EngDataflow dataflow;
    if (!dataflow_of(vector, &dataflow, err) ||
        !vector_count(vector, "cycles", 0, INT64_MAX, &wanted, err))
        return false;
    for (size_t i = 0; i < 7; i++)
        if (!vector_count(vector, keys[i], 1, UINT32_MAX, &v[i], err))
            return false;
    const uint64_t groups = (v[4] + v[5] - 1) / v[5];
    const uint64_t got = eng_array_cycles(dataflow, v[0], v[1], v[2], v[3], groups, v[6]);
    if (got == wanted)
        return true;
    eng_error(err, ENG_ERR_FORMAT, "cycles is %" PRIu64 ", expected %" PRIu64, got, wanted);
    return false;
}
