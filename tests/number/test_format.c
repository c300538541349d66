#include "check.h"
#include "number/format.h"

static EngFormat parse(const char *text)
{
    EngFormat f = {0};
    EngError err;
    const EngStatus status = eng_format_parse(text, strlen(text), &f, &err);
    CHECK_INT(status, ENG_OK);
    if (status != ENG_OK)
        printf("# %s\n", err.text);
    return f;
}

static void test_names_survive_the_round_trip(void)
{
    static const char *const words[] = {"fp32", "tf32", "bf16", "fp16", "fp8_e4m3", "fp8_e5m2",
        "hfp8", "int4", "int8", "int12", "int16", "mxint8", "mxfp8_e4m3", "mxfp8_e5m2",
        "mxfp6_e3m2", "mxfp6_e2m3", "mxfp4", "nvfp4", "binary", "ternary", "q4.4", "q0.8", "q16.0",
        "bfp1", "bfp16", "bfp4/g4", "bfp4/g256", "bfp4/e2", "bfp4/g64/e5:even", "bfp4:sr0",
        "bfp4:sr16", "bfp4:lfsr8", "bfp16/g256/e2:lfsr8", "bf16:sr8", "mxfp4:nearest",
        "int8:truncate", "bfp4:truncate", "bfp4:nearest"};
    char text[ENG_FORMAT_TEXT];
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const EngFormat f = parse(words[i]);
        CHECK_STR(eng_format_text(&f, text), words[i]);
    }
}

/* Every bfp there is: text, and what the text means. */
static void test_all_bfp(void)
{
    char word[ENG_FORMAT_TEXT], text[ENG_FORMAT_TEXT];
    for (unsigned m = 1; m <= 16; m++) {
        for (unsigned g = 4; g <= 256; g *= 2) {
            for (unsigned e = 2; e <= 8; e++) {
                snprintf(word, sizeof word, "bfp%u/e%u/g%u", m, e, g);
                const EngFormat f = parse(word);
                CHECK(f.kind == ENG_KIND_BFP && f.m == m && f.g == g && f.e == e);
                const EngFormat again = parse(eng_format_text(&f, text));
                CHECK(eng_format_equal(&f, &again));
            }
        }
    }
}

static void test_other_names_of_bfp(void)
{
    static const char *const pairs[][2] = {{"msfp12", "bfp3"}, {"msfp16", "bfp7"},
        {"fb12", "bfp4:truncate"}, {"fb16", "bfp8:truncate"}, {"fb24", "bfp16:truncate"},
        {"hbfp4", "bfp3/g64"}, {"hbfp6", "bfp5/g64"}, {"hbfp8", "bfp7/g64"},
        {"bfp4:sr", "bfp4:sr8"}, {"bfp4:lfsr", "bfp4:lfsr8"}, {"bfp4/g16/e8", "bfp4"},
        {"hbfp4:sr8", "bfp3/g64:sr8"}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        const EngFormat a = parse(pairs[i][0]), b = parse(pairs[i][1]);
        CHECK(eng_format_equal(&a, &b));
    }
}

static void test_refusals_name_the_word(void)
{
    static const char *const refusals[][2] = {{"bfp0", "1 to 16"}, {"bfp17", "1 to 16"},
        {"bfp", "1 to 16"}, {"bfp4/g3", "power of two"}, {"bfp4/g512", "power of two"},
        {"bfp4/g", "power of two"}, {"bfp4/e1", "2 to 8"}, {"bfp4/e9", "2 to 8"},
        {"bfp4x", "\"x\" follows"}, {"bfp4/x2", "\"/x2\" follows"}, {"bfp4:sr17", "0 to 16"},
        {"bfp4:lfsr9", "0 to 8"}, {"bfp4:srx", "is no rounding"}, {"bfp4:", "is no rounding"},
        {"bfp4:up", "is no rounding"}, {"fp32:even", "takes no rounding"},
        {"binary:sr8", "takes no rounding"}, {"bf16:nearest", "even or sr"},
        {"int8:lfsr8", "nearest, truncate, even or sr"}, {"q0.0", "together 1 to 16"},
        {"q9.9", "together 1 to 16"}, {"q4", "together 1 to 16"}, {"q4.4x", "together 1 to 16"},
        {"float", "is no number format"}, {"", "is missing"}, {" bfp4", "is no number format"},
        {"bfp0000000000000000000000000000000000004", "more than"},
        {"bfp99999999999999999", "1 to 16"}};
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        EngFormat f;
        EngError err = {0};
        CHECK_INT(
            eng_format_parse(refusals[i][0], strlen(refusals[i][0]), &f, &err), ENG_ERR_PARSE);
        CHECK_HAS(err.text, refusals[i][1]);
    }
    EngFormat f;
    CHECK_INT(eng_format_parse("bfp4\0:sr8", 9, &f, NULL), ENG_ERR_PARSE);
}

static void test_length_ends_the_word(void)
{
    EngFormat f;
    CHECK_INT(eng_format_parse("bfp4:sr8, bfp2", 8, &f, NULL), ENG_OK);
    CHECK_INT(f.rounding, ENG_ROUND_STOCHASTIC);
    CHECK_INT(eng_format_parse("bfp47", 4, &f, NULL), ENG_OK);
    CHECK_INT(f.m, 4);
}

static void check_role(const char *word, EngRole role, const char *wanted)
{
    char text[ENG_FORMAT_TEXT];
    const EngFormat f = parse(word), settled = eng_format_for_role(&f, role);
    CHECK_STR(eng_format_text(&settled, text), wanted);
}

static void test_roles_settle_roundings(void)
{
    check_role("bfp4", ENG_ROLE_W, "bfp4:nearest");
    check_role("bfp4", ENG_ROLE_A, "bfp4:nearest");
    check_role("bfp4", ENG_ROLE_G, "bfp4:sr8");
    check_role("bfp4:truncate", ENG_ROLE_G, "bfp4:truncate");
    check_role("int8", ENG_ROLE_G, "int8:sr8");
    check_role("mxfp4", ENG_ROLE_G, "mxfp4:even");
    check_role("bf16", ENG_ROLE_W, "bf16:even");
    check_role("hfp8", ENG_ROLE_A, "fp8_e4m3:even");
    check_role("hfp8:sr8", ENG_ROLE_G, "fp8_e5m2:sr8");
    check_role("fp32", ENG_ROLE_G, "fp32");
    CHECK_INT(eng_slot_role(ENG_SLOT_W_DGRAD), ENG_ROLE_W);
    CHECK_INT(eng_slot_role(ENG_SLOT_A_WGRAD), ENG_ROLE_A);
    CHECK_STR(eng_slot_name(ENG_SLOT_G_DGRAD), "G.dgrad");
    CHECK_STR(eng_role_name(ENG_ROLE_G), "G");
}

static void test_bits_a_multiplier_sees(void)
{
    static const struct {
        const char *word;
        unsigned bits;
    } cases[] = {{"bfp5", 5}, {"fp32", 0}, {"bf16", 0}, {"int8", 7}, {"int16", 15}, {"mxint8", 7},
        {"mxfp4", 4}, {"nvfp4", 4}, {"mxfp6_e2m3", 6}, {"mxfp6_e3m2", 9}, {"mxfp8_e4m3", 0},
        {"q3.4", 7}, {"binary", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const EngFormat f = parse(cases[i].word);
        CHECK_INT(eng_format_bits(&f), cases[i].bits);
    }
}

int main(void)
{
    RUN(test_names_survive_the_round_trip);
    RUN(test_all_bfp);
    RUN(test_other_names_of_bfp);
    RUN(test_refusals_name_the_word);
    RUN(test_length_ends_the_word);
    RUN(test_roles_settle_roundings);
    RUN(test_bits_a_multiplier_sees);
    return check_done();
}
