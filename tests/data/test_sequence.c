/* Texts in windows of characters. */
#include "check.h"
#include "data/dataset.h"
#include "folder.h"

static Folder folder;

static EngStatus open_text(
    const char *bytes, size_t size, const char *options, EngDataset **data, EngError *err)
{
    *err = (EngError){0};
    folder_write(&folder, "t.txt", bytes, size);
    return eng_dataset_open(folder_spec(&folder, "text", "t.txt", options), 0, 0, data, err);
}

static void refuse(const char *bytes, size_t size, const char *options, const char *sentence)
{
    EngDataset *data;
    EngError err;
    char wanted[800];
    CHECK_INT(open_text(bytes, size, options, &data, &err), ENG_ERR_FORMAT);
    CHECK(data == NULL);
    snprintf(wanted, sizeof wanted, "%s/t.txt%s", folder.path, sentence);
    CHECK_STR(err.text, wanted);
}

/* 40 characters: 36 train, 4 test. Windows of 3 every 2: starts 0, 2, … 32 (32 + 3 targets up to
 * 35), 17 of them; the test's 4 characters hold one window and its last target. */
static void test_windows(void)
{
    static const char text[] = "abcdefghijklmnopqrstuvwxyz0123456789ABCD";
    EngDataset *data;
    EngError err;
    CHECK_INT(open_text(text, 40, ",stride=2,context=3", &data, &err), ENG_OK);
    CHECK_STR(err.text, "");
    folder_demand(data != NULL, "a sound text was refused");
    CHECK_INT(data->classes, 40);
    CHECK_INT(data->train.token_count, 36);
    CHECK_INT(data->train.count, 17);
    CHECK_INT(data->test.count, 1);
    CHECK_INT(data->test.stride, 3);
    CHECK(data->shape.y == 3 && data->shape.x == 1 && data->shape.c == 1);
    CHECK_INT(eng_dataset_targets(data), 3);
    CHECK(data->train.label == NULL && data->train.bytes == NULL && data->train.values == NULL);
    CHECK_STR(data->name, "text t.txt");
    /* The vocabulary rises: digits, capitals, small letters. */
    CHECK_INT(data->vocabulary[0], '0');
    CHECK_INT(data->vocabulary[10], 'A');
    CHECK_INT(data->vocabulary[39], 'z');
    for (uint32_t i = 0; i < 17; i++) {
        float out[3];
        uint16_t target[3];
        eng_dataset_gather(data, &data->train, &i, 1, out, target);
        for (size_t j = 0; j < 3; j++) {
            CHECK_INT(data->vocabulary[(size_t)out[j]], text[2 * i + j]);
            CHECK_INT(data->vocabulary[target[j]], text[2 * i + j + 1]);
        }
    }
    const uint32_t both[2] = {16, 0};
    float out[6];
    uint16_t target[6];
    eng_dataset_gather(data, &data->train, both, 2, out, target);
    CHECK_INT(data->vocabulary[target[2]], '9');
    CHECK_INT(data->vocabulary[target[3]], 'b');
    eng_dataset_gather(data, &data->test, both + 1, 1, out, target);
    CHECK_INT(data->vocabulary[(size_t)out[0]], 'A');
    CHECK_INT(data->vocabulary[target[2]], 'D');
    eng_dataset_free(data);
}

/* The built-in text's 5818 characters: 5236 train, one window of 8 at each of 0..5227; 582 test,
 * windows side by side at 0, 8, … 568. */
static void test_test_windows_lie_side_by_side(void)
{
    EngDataset *data;
    CHECK_INT(eng_dataset_open("tinytext:context=8,stride=1", 0, 0, &data, NULL), ENG_OK);
    CHECK_INT(data->train.count, 5228);
    CHECK_INT(data->train.stride, 1);
    CHECK_INT(data->test.count, 72);
    CHECK_INT(data->test.stride, 8);
    eng_dataset_free(data);
}

static void test_limit(void)
{
    EngDataset *data;
    EngError err;
    CHECK_INT(eng_dataset_open("tinytext", 0, 10, &data, &err), ENG_OK);
    CHECK_INT(data->train.count, 10);
    CHECK(data->test.count > 10);
    eng_dataset_free(data);
}

/* Each length of UTF-8 at its ends, as code points. */
static void test_utf8(void)
{
    static const uint32_t wanted[] = {
        0x41, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff};
    static const char text[] =
        "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"
        "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"
        "AAAAAAAAAAA";
    EngDataset *data;
    EngError err;
    CHECK_INT(open_text(text, sizeof text - 1, ",context=1", &data, &err), ENG_OK);
    CHECK_STR(err.text, "");
    if (!data)
        return;
    CHECK_INT(data->classes, 10);
    CHECK_INT(data->train.token_count, 18);
    for (size_t i = 0; i < 10 && data->classes == 10; i++)
        CHECK_INT(data->vocabulary[i], wanted[i]);
    eng_dataset_free(data);
}

static void test_broken_utf8(void)
{
    static const struct {
        const char *bytes, *sentence;
    } cases[] = {
        {"ab\x80", ": byte 2 is 0x80, expected a character in UTF-8"},       /* no start */
        {"abc\xc3", ": byte 3 is 0xc3, expected a character in UTF-8"},      /* cut off */
        {"\xe2\x82", ": byte 0 is 0xe2, expected a character in UTF-8"},     /* cut off */
        {"\xc3(", ": byte 0 is 0xc3, expected a character in UTF-8"},        /* no second */
        {"\xe2\x82(", ": byte 0 is 0xe2, expected a character in UTF-8"},    /* no third */
        {"\xc0\xaf", ": byte 0 is 0xc0, expected a character in UTF-8"},     /* overlong */
        {"\xe0\x80\xaf", ": byte 0 is 0xe0, expected a character in UTF-8"}, /* overlong */
        {"\xf0\x80\x80\xaf", ": byte 0 is 0xf0, expected a character in UTF-8"},
        {"x\xed\xa0\x80", ": byte 1 is 0xed, expected a character in UTF-8"}, /* surrogate */
        {"\xf4\x90\x80\x80", ": byte 0 is 0xf4, expected a character in UTF-8"},
        {"\xf5\x80\x80\x80", ": byte 0 is 0xf5, expected a character in UTF-8"},
        {"\xff", ": byte 0 is 0xff, expected a character in UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        refuse(cases[i].bytes, strlen(cases[i].bytes), "", cases[i].sentence);
}

static void test_too_short(void)
{
    char many[700];
    memset(many, 'a', sizeof many);
    refuse("", 0, "",
        ": holds 0 characters, whose last tenth is shorter than a window of 64 and the character "
        "after it");
    refuse("abcdefghijklmnopqrst", 20, ",context=2",
        ": holds 20 characters, whose last tenth is shorter than a window of 2 and the character "
        "after it");
    refuse(many, sizeof many, "", ": holds 1 distinct character, expected 2 to 65535");
    EngDataset *data;
    EngError err;
    CHECK_INT(open_text("abcdefghijklmnopqrst", 20, ",context=1", &data, &err), ENG_OK);
    CHECK_INT(data->train.count, 17);
    CHECK_INT(data->test.count, 1);
    eng_dataset_free(data);
}

static void check_spec(const char *spec, EngStatus status, const char *sentence)
{
    EngDataset *data;
    EngError err = {0};
    CHECK_INT(eng_dataset_open(spec, 0, 0, &data, &err), status);
    CHECK_STR(err.text, sentence);
    eng_dataset_free(data);
}

static void test_options(void)
{
    check_spec("tinytext:context=0", ENG_ERR_RANGE,
        "data \"tinytext:context=0\": context is 0, expected 1 to 4096");
    check_spec("tinytext:context=16,stride=17", ENG_ERR_RANGE,
        "data \"tinytext:context=16,stride=17\": stride is 17, expected 1 to 16");
    check_spec("tinytext:stride=x", ENG_ERR_PARSE,
        "data \"tinytext:stride=x\": stride is \"x\", expected a whole number");
    check_spec("tinytext:length=3", ENG_ERR_PARSE,
        "data \"tinytext:length=3\": \"length=3\" is no option, expected context=T or stride=S");
    check_spec("text", ENG_ERR_PARSE, "data \"text\": expected text:FILE");
    check_spec("text:context=3", ENG_ERR_PARSE, "data \"text:context=3\": expected text:FILE");
    check_spec("tinytext:stride=1,context=2", ENG_OK, "");
    check_spec("tinytext:context=2", ENG_OK, "");
    check_spec("tinytext:", ENG_OK, "");
}

/* A path with a comma in it, and an option behind. */
static void test_comma_in_path(void)
{
    char text[400];
    EngDataset *data;
    EngError err;
    memset(text, 'a', sizeof text);
    memset(text, 'b', 100);
    folder_write(&folder, "one,two=2.txt", text, sizeof text);
    CHECK_INT(eng_dataset_open(
                  folder_spec(&folder, "text", "one,two=2.txt", ",context=8"), 0, 0, &data, &err),
        ENG_OK);
    CHECK_STR(data ? data->name : NULL, "text one,two=2.txt");
    eng_dataset_free(data);
}

static void test_tinytext(void)
{
    EngDataset *data;
    EngError err;
    CHECK_INT(eng_dataset_open("tinytext", 0, 0, &data, &err), ENG_OK);
    CHECK_STR(data->name, "tinytext");
    CHECK_INT(data->shape.y, 32);
    CHECK_INT(data->train.stride, 4);
    CHECK_INT(data->classes, 52);
    CHECK_INT(data->train.token_count + data->test.token_count, 5818);
    CHECK(data->train.count > 1000 && data->test.count >= 16);
    eng_dataset_free(data);
}

static void test_real(void)
{
    char spec[700];
    EngDataset *data;
    EngError err;
    snprintf(spec, sizeof spec, "text:%s", real_data("tinyshakespeare/input.txt"));
    CHECK_INT(eng_dataset_open(spec, 0, 0, &data, &err), ENG_OK);
    CHECK_INT(data->classes, 65);
    CHECK_INT(data->train.token_count, 1115394 / 10 * 9 + 3);
    CHECK_INT(data->test.token_count, 1115394 - 1003854);
    eng_dataset_free(data);
}

int main(void)
{
    folder = folder_new();
    RUN(test_windows);
    RUN(test_test_windows_lie_side_by_side);
    RUN(test_limit);
    RUN(test_utf8);
    RUN(test_broken_utf8);
    RUN(test_too_short);
    RUN(test_options);
    RUN(test_comma_in_path);
    RUN(test_tinytext);
    if (real_data("tinyshakespeare/input.txt"))
        RUN(test_real);
    else
        SKIP(test_real, "no tinyshakespeare in $MANTISSA_DATA or ../shared/data");
    folder_free(&folder);
    return check_done();
}
