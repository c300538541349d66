/* Cases about the simulated accelerator. */
#include "base/memory.h"
#include "hardware/fmac.h"
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

/* The groups of a case in a cell as wide as they are. */
static bool run_fmac(
    const json_t *vector, const int32_t *x, const int32_t *y, unsigned g, EngError *err)
{
    EngFmac fmac;
    uint64_t mx, my;
    if (!vector_count(vector, "m_x", 1, 16, &mx, err) ||
        !vector_count(vector, "m_y", 1, 16, &my, err) ||
        eng_fmac_init(&fmac, x, (unsigned)mx, 0, y, (unsigned)my, 0, g, g, 0, 0, err) != ENG_OK)
        return false;
    const json_t *const dot = json_object_get(vector, "dot");
    const json_t *const passes = json_object_get(vector, "passes");
    const EngFmacResult result = eng_fmac_result(&fmac);
    if (json_is_integer(dot) && json_integer_value(dot) == result.integer &&
        json_is_integer(passes) && json_integer_value(passes) == eng_fmac_beats(&fmac))
        return true;
    eng_error(err, ENG_ERR_FORMAT, "dot is %" PRId64 " in %u passes, expected %lld in %lld",
        result.integer, eng_fmac_beats(&fmac), (long long)json_integer_value(dot),
        (long long)json_integer_value(passes));
    return false;
}

bool vector_fmac(const VectorBench *bench, const json_t *vector, EngError *err)
{
    const json_t *const kx = json_object_get(vector, "kx");
    const size_t g = json_array_size(kx);
    int32_t *x = NULL, *y = NULL;
    if (g < 1 || g > ENG_FMAC_LANES) {
        eng_error(err, ENG_ERR_FORMAT, "kx: expected 1 to %d mantissas", ENG_FMAC_LANES);
        return false;
    }
    const bool same = vector_ints(kx, "kx", g, &x, err) &&
        vector_ints(json_object_get(vector, "ky"), "ky", g, &y, err) &&
        run_fmac(vector, x, y, (unsigned)g, err);
    eng_free(y);
    eng_free(x);
    return same;
}
