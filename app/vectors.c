#include "vectors.h"
#include "base/memory.h"
#include "base/text.h"
#include <inttypes.h>
#include <string.h>

typedef struct Op {
    const char *name;
    VectorFn check;
} Op;

static const Op ops[] = {
    {"quantize", vector_quantize},
    {"gemm", vector_gemm},
    {"relative_improvement", vector_relative_improvement},
    {"fmac", vector_fmac},
    {"cycles", vector_cycles},
    {"mx", vector_mx},
    {"cast", vector_cast},
    {"train", vector_train},
};

bool vector_check(const VectorBench *bench, const json_t *vector, EngError *err)
{
    const char *op;
    if (!vector_text(vector, "op", &op, err))
        return false;
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++)
        if (strcmp(op, ops[i].name) == 0)
            return ops[i].check(bench, vector, err);
    eng_error(err, ENG_ERR_UNSUPPORTED, "op \"%s\" is not known", op);
    return false;
}

static bool lacks(EngError *err, const char *key, const char *expected)
{
    eng_error(err, ENG_ERR_FORMAT, "%s: expected %s", key, expected);
    return false;
}

bool vector_count(const json_t *vector, const char *key, uint64_t least, uint64_t most,
    uint64_t *out, EngError *err)
{
    const json_t *const value = json_object_get(vector, key);
    const json_int_t number = json_integer_value(value);
    if (json_is_integer(value) && number >= 0 && (uint64_t)number >= least &&
        (uint64_t)number <= most) {
        *out = (uint64_t)number;
        return true;
    }
    eng_error(err, ENG_ERR_FORMAT, "%s: expected a whole number from %" PRIu64 " to %" PRIu64, key,
        least, most);
    return false;
}

bool vector_seed(const json_t *vector, const char *key, uint64_t *out, EngError *err)
{
    const json_t *const value = json_object_get(vector, key);
    const char *end = "";
    if (json_is_integer(value) && json_integer_value(value) >= 0)
        *out = (uint64_t)json_integer_value(value);
    else if (!json_is_string(value) || !eng_text_read_u64(json_string_value(value), &end, out) ||
        *end)
        return lacks(err, key, "a 64-bit number as decimal text");
    return true;
}

bool vector_text(const json_t *vector, const char *key, const char **out, EngError *err)
{
    *out = json_string_value(json_object_get(vector, key));
    return *out ? true : lacks(err, key, "a text");
}

static bool right_length(const json_t *array, const char *name, size_t count, EngError *err)
{
    if (json_is_array(array) && json_array_size(array) == count)
        return true;
    eng_error(err, ENG_ERR_FORMAT, "%s: expected an array of %zu numbers", name, count);
    return false;
}

/* Element i as a whole number within least..most. */
static bool element(
    const json_t *array, size_t i, json_int_t least, json_int_t most, json_int_t *out)
{
    const json_t *const value = json_array_get(array, i);
    *out = json_integer_value(value);
    return json_is_integer(value) && *out >= least && *out <= most;
}

static float from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint32_t to_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

bool vector_floats(const json_t *array, const char *name, size_t count, float **out, EngError *err)
{
    *out = NULL;
    if (!right_length(array, name, count, err))
        return false;
    float *const values = eng_alloc(count, sizeof *values);
    for (size_t i = 0; values && i < count; i++) {
        json_int_t bits;
        if (!element(array, i, 0, UINT32_MAX, &bits)) {
            eng_free(values);
            return lacks(err, name, "the bits of float32 values");
        }
        values[i] = from_bits((uint32_t)bits);
    }
    *out = values;
    return values ? true : lacks(err, name, "memory for it");
}

bool vector_ints(const json_t *array, const char *name, size_t count, int32_t **out, EngError *err)
{
    *out = NULL;
    if (!right_length(array, name, count, err))
        return false;
    int32_t *const values = eng_alloc(count, sizeof *values);
    for (size_t i = 0; values && i < count; i++) {
        json_int_t value;
        if (!element(array, i, INT32_MIN, INT32_MAX, &value)) {
            eng_free(values);
            return lacks(err, name, "integers of 32 bits");
        }
        values[i] = (int32_t)value;
    }
    *out = values;
    return values ? true : lacks(err, name, "memory for it");
}

bool vector_same_floats(
    const float *got, size_t count, const json_t *array, const char *name, EngError *err)
{
    if (!right_length(array, name, count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        json_int_t wanted;
        if (!element(array, i, 0, UINT32_MAX, &wanted))
            return lacks(err, name, "the bits of float32 values");
        if (to_bits(got[i]) != (uint32_t)wanted) {
            eng_error(err, ENG_ERR_FORMAT,
                "%s[%zu] is %.9g (%08" PRIx32 "), expected %.9g (%08" PRIx32 ")", name, i,
                (double)got[i], to_bits(got[i]), (double)from_bits((uint32_t)wanted),
                (uint32_t)wanted);
            return false;
        }
    }
    return true;
}

bool vector_same_ints(
    const int32_t *got, size_t count, const json_t *array, const char *name, EngError *err)
{
    if (!right_length(array, name, count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        json_int_t wanted;
        if (!element(array, i, INT32_MIN, INT32_MAX, &wanted))
            return lacks(err, name, "integers of 32 bits");
        if (got[i] != wanted) {
            eng_error(err, ENG_ERR_FORMAT, "%s[%zu] is %" PRId32 ", expected %" PRId32, name, i,
                got[i], (int32_t)wanted);
            return false;
        }
    }
    return true;
}

bool vector_size(const json_t *vector, const char *rows_key, const char *cols_key, size_t *rows,
    size_t *cols, EngError *err)
{
    uint64_t r, c;
    if (!vector_count(vector, rows_key, 1, VECTOR_LIMIT, &r, err) ||
        !vector_count(vector, cols_key, 1, VECTOR_LIMIT, &c, err))
        return false;
    if (r * c > VECTOR_LIMIT) /* both are below 2^24: no overflow */
        return lacks(err, rows_key, "a smaller case");
    *rows = (size_t)r;
    *cols = (size_t)c;
    return true;
}
