/* The settings as a list: keys, ranges, text, and sentences for what does not fit. */
#include "check.h"
#include "hardware/settings.h"

static void test_every_setting(void)
{
    size_t count = 0;
    const EngHardware usual = eng_hardware_default();
    CHECK_INT(eng_hardware_check(&usual, NULL), ENG_OK);
    for (const EngSetting *s; (s = eng_hardware_setting(count)) != NULL; count++) {
        EngHardware hw = usual;
        char text[ENG_TEXT_NUMBER];
        EngError err;
        CHECK(eng_hardware_find(s->key) == s);
        CHECK(s->text[0] != '\0');
        CHECK(eng_hardware_get(&hw, s) == eng_hardware_default_of(s));
        const double low = s->kind == ENG_SETTING_CHOICE ? 0 : s->min;
        const double high = s->kind == ENG_SETTING_CHOICE ? 2 : s->max;
        CHECK_INT(eng_hardware_put(&hw, s, high, &err), ENG_OK);
        CHECK(eng_hardware_get(&hw, s) == high);
        eng_hardware_text(&hw, s, text);
        CHECK_INT(eng_hardware_put(&hw, s, low, &err), ENG_OK);
        CHECK_INT(eng_hardware_set(&hw, s->key, text, &err), ENG_OK);
        CHECK(eng_hardware_get(&hw, s) == high);
        CHECK_INT(eng_hardware_put(&hw, s, s->kind == ENG_SETTING_CHOICE ? 99 : high + 1, &err),
            ENG_ERR_RANGE);
        CHECK_HAS(err.text, s->key);
        CHECK_INT(eng_hardware_put(&hw, s, -1, &err), ENG_ERR_RANGE);
        CHECK_INT(eng_hardware_put(&hw, s, 0.0 / 0.0, &err), ENG_ERR_RANGE);
        CHECK(eng_hardware_get(&hw, s) == high);
        if (s->kind == ENG_SETTING_COUNT)
            CHECK_INT(eng_hardware_put(&hw, s, s->min + 0.5, &err), ENG_ERR_RANGE);
    }
    CHECK(count > 20);
    CHECK(eng_hardware_find("row") == NULL);
}

static void check_refused(const char *key, const char *value, EngStatus code, const char *sentence)
{
    EngHardware hw = eng_hardware_default();
    EngError err = {.text = ""};
    CHECK_INT(eng_hardware_set(&hw, key, value, &err), code);
    CHECK_HAS(err.text, sentence);
    const EngHardware usual = eng_hardware_default();
    CHECK(hw.rows == usual.rows && hw.clock_hz == usual.clock_hz && hw.forward == usual.forward);
}

static void test_refuses(void)
{
    check_refused("rows", "0", ENG_ERR_RANGE, "rows is 0, expected a whole number in 1..1024");
    check_refused("rows", "1e99", ENG_ERR_RANGE, "rows is 1e+99");
    check_refused("rows", "32.5", ENG_ERR_RANGE, "rows is 32.5");
    check_refused("rows", "32x", ENG_ERR_PARSE, "\"32x\" was given");
    check_refused("rows", "", ENG_ERR_PARSE, "\"\" was given");
    check_refused("clock_hz", "1", ENG_ERR_RANGE, "clock_hz is 1");
    check_refused("forward", "systolic", ENG_ERR_PARSE, "expected ws, os, is");
    check_refused("colums", "3", ENG_ERR_PARSE, "\"colums\" is no hardware setting");
    check_refused("colums", "3", ENG_ERR_PARSE, "columns");
}

static void test_checks_a_struct(void)
{
    EngHardware hw = eng_hardware_default();
    EngError err = {.text = ""};
    hw.columns = 0;
    CHECK_INT(eng_hardware_check(&hw, &err), ENG_ERR_RANGE);
    CHECK_HAS(err.text, "columns is 0");
    hw = eng_hardware_default();
    hw.wgrad = (EngDataflow)77;
    CHECK_INT(eng_hardware_check(&hw, &err), ENG_ERR_RANGE);
    CHECK_HAS(err.text, "wgrad");
    hw = eng_hardware_default();
    hw.dram_bytes_per_s = 0.0 / 0.0;
    CHECK_INT(eng_hardware_check(&hw, &err), ENG_ERR_RANGE);
    hw = eng_hardware_default();
    hw.sparse_keep = 4;
    hw.sparse_of = 2;
    CHECK_INT(eng_hardware_check(&hw, &err), ENG_ERR_RANGE);
    CHECK_HAS(err.text, "at most sparse_of, which is 2");
}

int main(void)
{
    RUN(test_every_setting);
    RUN(test_refuses);
    RUN(test_checks_a_struct);
    return check_done();
}
