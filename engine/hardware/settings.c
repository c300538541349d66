#include "hardware/settings.h"
#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const char *const dataflows[] = {"ws", "os", "is", NULL};
static const char *const cells[] = {
    "fmac", "fp32", "bf16", "fp16", "int8", "msfp12", "hfp8", "flex", NULL};
static const char *const multipliers[] = {"exact", "truncated", "mitchell", "table", NULL};

#define COUNT(field, from, to, what, of)                                                           \
    {                                                                                              \
        .key = #field, .unit = of, .text = what, .kind = ENG_SETTING_COUNT, .min = from,           \
        .max = to, .offset = offsetof(EngHardware, field)                                          \
    }
#define REAL(field, from, to, what, of)                                                            \
    {                                                                                              \
        .key = #field, .unit = of, .text = what, .kind = ENG_SETTING_REAL, .min = from, .max = to, \
        .offset = offsetof(EngHardware, field)                                                     \
    }
#define CHOICE(field, list, what)                                                                  \
    {                                                                                              \
        .key = #field, .unit = "", .text = what, .kind = ENG_SETTING_CHOICE, .choices = list,      \
        .offset = offsetof(EngHardware, field)                                                     \
    }
#define ENERGY(field, what) COUNT(field, 0, 1e9, what, "fJ")
#define AREA(field, what) COUNT(field, 0, 1e6, what, "um2")

static const EngSetting settings[] = {
    COUNT(rows, 1, 1024, "rows of the array", "cells"),
    COUNT(columns, 1, 1024, "columns of the array", "cells"),
    REAL(clock_hz, 1e6, 1e10, "clock", "Hz"),
    REAL(dram_bytes_per_s, 1e6, 1e13, "bandwidth of the DRAM", "B/s"),
    COUNT(sram_bytes, 4096, 1073741824, "each of the three buffers", "B"),
    COUNT(converters, 0, 1024, "groups converted a cycle, 0: one per column", "groups"),
    CHOICE(forward, dataflows, "dataflow of the forward product"),
    CHOICE(dgrad, dataflows, "dataflow of the input gradient"),
    CHOICE(wgrad, dataflows, "dataflow of the weight gradient"),
    COUNT(float32_beats, 1, 1024, "beats of 16 products where an operand is fp32", "beats"),
    COUNT(float16_beats, 1, 1024, "beats of 16 products of 16-bit floats", "beats"),
    COUNT(float8_beats, 1, 1024, "beats of 16 products of 8-bit floats", "beats"),
    CHOICE(cell, cells, "what a cell of the array is"),
    COUNT(cell_width, 1, 256, "products side by side in a cell", "products"),
    COUNT(float_area, 0, 1, "1: an fmac cell's area counts an fp32 multiplier", ""),
    CHOICE(multiplier, multipliers, "how mantissas are multiplied"),
    COUNT(multiplier_cut, 0, 16, "columns a truncated multiplier leaves out", "bits"),
    COUNT(sparse_keep, 1, 16, "weights kept of every sparse_of", "weights"),
    COUNT(sparse_of, 1, 16, "neighbouring weights that compete, 1: dense", "weights"),
    ENERGY(int8_add_fj, "energy of an 8-bit integer add"),
    ENERGY(int8_multiply_fj, "energy of an 8-bit integer multiply"),
    ENERGY(fp16_add_fj, "energy of an fp16 add"),
    ENERGY(fp16_multiply_fj, "energy of an fp16 multiply"),
    ENERGY(fp32_add_fj, "energy of an fp32 add"),
    ENERGY(fp32_multiply_fj, "energy of an fp32 multiply"),
    ENERGY(sram_word_fj, "energy of 64 bits of an 8 KiB SRAM"),
    ENERGY(dram_word_fj, "energy of 64 bits of DRAM"),
    AREA(int8_add_um2, "area of an 8-bit integer adder"),
    AREA(int8_multiply_um2, "area of an 8-bit integer multiplier"),
    AREA(fp16_add_um2, "area of an fp16 adder"),
    AREA(fp16_multiply_um2, "area of an fp16 multiplier"),
    AREA(fp32_add_um2, "area of an fp32 adder"),
    AREA(fp32_multiply_um2, "area of an fp32 multiplier"),
};
#define SETTINGS (sizeof settings / sizeof settings[0])

EngHardware eng_hardware_default(void)
{
    return (EngHardware){
        .rows = 64,
        .columns = 64,
        .clock_hz = 500e6,
        .dram_bytes_per_s = 64e9,
        .sram_bytes = 524288,
        .converters = 0,
        .forward = ENG_DATAFLOW_WS,
        .dgrad = ENG_DATAFLOW_WS,
        .wgrad = ENG_DATAFLOW_OS,
        .float32_beats = 16,
        .float16_beats = 8,
        .float8_beats = 4,
        .cell = ENG_CELL_FMAC,
        .cell_width = 16,
        .float_area = 0,
        .multiplier = ENG_MULTIPLIER_EXACT,
        .multiplier_cut = 4,
        .sparse_keep = 1,
        .sparse_of = 1,
        .int8_add_fj = 30,
        .int8_multiply_fj = 200,
        .fp16_add_fj = 400,
        .fp16_multiply_fj = 1100,
        .fp32_add_fj = 900,
        .fp32_multiply_fj = 3700,
        .sram_word_fj = 10000,
        .dram_word_fj = 1300000,
        .int8_add_um2 = 36,
        .int8_multiply_um2 = 282,
        .fp16_add_um2 = 1360,
        .fp16_multiply_um2 = 1640,
        .fp32_add_um2 = 4184,
        .fp32_multiply_um2 = 7700,
    };
}

const EngSetting *eng_hardware_setting(size_t index)
{
    return index < SETTINGS ? &settings[index] : NULL;
}

const EngSetting *eng_hardware_find(const char *key)
{
    for (size_t i = 0; i < SETTINGS; i++) {
        if (strcmp(settings[i].key, key) == 0)
            return &settings[i];
    }
    return NULL;
}

/* ---- values --------------------------------------------------------------------------------- */

/* Enumerations and counts are both 32 bits wide. */
static_assert(sizeof(EngDataflow) == sizeof(uint32_t) && sizeof(EngCell) == sizeof(uint32_t) &&
        sizeof(EngMultiplierKind) == sizeof(uint32_t),
    "a choice is stored like a count");

double eng_hardware_get(const EngHardware *hw, const EngSetting *setting)
{
    const char *const at = (const char *)hw + setting->offset;
    double real;
    uint32_t count;
    if (setting->kind == ENG_SETTING_REAL) {
        memcpy(&real, at, sizeof real);
        return real;
    }
    memcpy(&count, at, sizeof count);
    return count;
}

double eng_hardware_default_of(const EngSetting *setting)
{
    const EngHardware hw = eng_hardware_default();
    return eng_hardware_get(&hw, setting);
}

static void store(EngHardware *hw, const EngSetting *setting, double value)
{
    char *const at = (char *)hw + setting->offset;
    const uint32_t count = (uint32_t)(setting->kind == ENG_SETTING_REAL ? 0 : value);
    if (setting->kind == ENG_SETTING_REAL)
        memcpy(at, &value, sizeof value);
    else
        memcpy(at, &count, sizeof count);
}

static size_t count_choices(const EngSetting *setting)
{
    size_t n = 0;
    while (setting->choices[n])
        n++;
    return n;
}

/* "ws, os, is", or "1..1024 cells". */
static void describe_range(const EngSetting *setting, char *buf, size_t size)
{
    size_t used = 0;
    if (setting->kind == ENG_SETTING_CHOICE) {
        for (size_t i = 0; setting->choices[i] && used < size; i++)
            used += (size_t)snprintf(
                buf + used, size - used, "%s%s", i ? ", " : "", setting->choices[i]);
        return;
    }
    char min[ENG_TEXT_NUMBER], max[ENG_TEXT_NUMBER];
    if (setting->kind == ENG_SETTING_REAL)
        snprintf(buf, size, "%s..%s%s%s", eng_text_double(min, setting->min),
            eng_text_double(max, setting->max), *setting->unit ? " " : "", setting->unit);
    else
        snprintf(buf, size, "a whole number in %.0f..%.0f%s%s", setting->min, setting->max,
            *setting->unit ? " " : "", setting->unit);
}

static bool in_range(const EngSetting *setting, double value)
{
    if (setting->kind == ENG_SETTING_CHOICE)
        return value >= 0 && value < (double)count_choices(setting) &&
            value == (double)(uint32_t)value;
    if (!(value >= setting->min && value <= setting->max)) /* NaN fails as well */
        return false;
    return setting->kind == ENG_SETTING_REAL || value == (double)(uint32_t)value;
}

EngStatus eng_hardware_put(EngHardware *hw, const EngSetting *setting, double value, EngError *err)
{
    if (in_range(setting, value)) {
        store(hw, setting, value);
        return ENG_OK;
    }
    char number[ENG_TEXT_NUMBER], range[160];
    describe_range(setting, range, sizeof range);
    return eng_error(err, ENG_ERR_RANGE, "Hardware setting %s is %s, expected %s.", setting->key,
        eng_text_double(number, value), range);
}

EngStatus eng_hardware_check(const EngHardware *hw, EngError *err)
{
    EngHardware trial = *hw;
    for (size_t i = 0; i < SETTINGS; i++) {
        const EngStatus status =
            eng_hardware_put(&trial, &settings[i], eng_hardware_get(hw, &settings[i]), err);
        if (status)
            return status;
    }
    if (hw->sparse_keep > hw->sparse_of)
        return eng_error(err, ENG_ERR_RANGE,
            "Hardware setting sparse_keep is %u, expected at most sparse_of, which is %u.",
            (unsigned)hw->sparse_keep, (unsigned)hw->sparse_of);
    return ENG_OK;
}

/* ---- text ------------------------------------------------------------------------------------ */

static EngStatus no_such_key(const char *key, EngError *err)
{
    char list[400] = "";
    size_t used = 0;
    for (size_t i = 0; i < SETTINGS && used < sizeof list; i++)
        used += (size_t)snprintf(
            list + used, sizeof list - used, "%s%s", i ? ", " : "", settings[i].key);
    if (used >= sizeof list)
        strcpy(list + sizeof list - 4, "...");
    return eng_error(
        err, ENG_ERR_PARSE, "\"%.40s\" is no hardware setting, expected one of %s.", key, list);
}

static bool read_value(const EngSetting *setting, const char *text, double *value)
{
    if (setting->kind != ENG_SETTING_CHOICE) {
        const char *end;
        return eng_text_read_double(text, &end, value) && *end == '\0';
    }
    for (size_t i = 0; setting->choices[i]; i++) {
        if (strcmp(setting->choices[i], text) == 0) {
            *value = (double)i;
            return true;
        }
    }
    return false;
}

EngStatus eng_hardware_set(EngHardware *hw, const char *key, const char *value, EngError *err)
{
    const EngSetting *const setting = eng_hardware_find(key);
    if (!setting)
        return no_such_key(key, err);
    double number;
    if (read_value(setting, value, &number))
        return eng_hardware_put(hw, setting, number, err);
    char range[160];
    describe_range(setting, range, sizeof range);
    return eng_error(err, ENG_ERR_PARSE, "Hardware setting %s: \"%.40s\" was given, expected %s.",
        key, value, range);
}

const char *eng_hardware_text(
    const EngHardware *hw, const EngSetting *setting, char buf[ENG_TEXT_NUMBER])
{
    const double value = eng_hardware_get(hw, setting);
    if (setting->kind == ENG_SETTING_REAL)
        return eng_text_double(buf, value);
    if (setting->kind == ENG_SETTING_COUNT)
        snprintf(buf, ENG_TEXT_NUMBER, "%.0f", value);
    else
        snprintf(buf, ENG_TEXT_NUMBER, "%s",
            value < (double)count_choices(setting) ? setting->choices[(size_t)value] : "?");
    return buf;
}
