/* CSV tables. */
#include "check.h"
#include "data/csv.h"
#include "data/dataset.h"
#include "folder.h"
#include <math.h>

static Folder folder;

static EngStatus open_table(
    const char *text, const char *options, size_t limit, EngDataset **data, EngError *err)
{
    *err = (EngError){0};
    folder_write_text(&folder, "t.csv", text);
    return eng_dataset_open(folder_spec(&folder, "csv", "t.csv", options), 1, limit, data, err);
}

static EngDataset *accept(const char *text, const char *options)
{
    EngDataset *data;
    EngError err;
    CHECK_INT(open_table(text, options, 0, &data, &err), ENG_OK);
    CHECK_STR(err.text, "");
    folder_demand(data != NULL, "a sound table was refused");
    return data;
}

static void refuse(const char *text, const char *options, const char *sentence)
{
    EngDataset *data;
    EngError err;
    char wanted[800];
    CHECK_INT(open_table(text, options, 0, &data, &err), ENG_ERR_FORMAT);
    CHECK(data == NULL);
    snprintf(wanted, sizeof wanted, "%s/t.csv%s", folder.path, sentence);
    CHECK_STR(err.text, wanted);
}

/* Fields of a row joined by '|', lines in front: how the rows of a text are cut. */
static void check_rows(const char *text, const char *wanted)
{
    EngInput *in;
    EngCsv csv;
    EngError err = {0};
    bool have = true;
    char got[400] = "";
    CHECK_INT(eng_input_memory("text", text, strlen(text), &in, &err), ENG_OK);
    CHECK_INT(eng_csv_open(&csv, in, &err), ENG_OK);
    while (eng_csv_row(&csv, &have, &err) == ENG_OK && have) {
        const size_t at = strlen(got);
        snprintf(got + at, sizeof got - at, "%zu:", csv.line);
        for (size_t i = 0; i < csv.count; i++) {
            const size_t n = strlen(got);
            snprintf(got + n, sizeof got - n, "%s|", csv.field[i]);
        }
    }
    CHECK_STR(err.text, "");
    CHECK_STR(got, wanted);
    eng_csv_close(&csv);
    eng_input_close(in);
}

static void test_rows(void)
{
    check_rows("a,b\n1,2\n", "1:a|b|2:1|2|");
    check_rows("a,b\r\n1,2", "1:a|b|2:1|2|");
    check_rows("a,b\r1,2\r", "1:a|b|2:1|2|");
    check_rows("\n\n a , b b \n  \n1,\n,\n", "3:a|b b|5:1||6:||");
    check_rows("\xEF\xBB\xBF"
               "a;b,c;d\n",
        "1:a|b,c|d|");
    check_rows("a\tb, c\t\n", "1:a|b, c||");
    check_rows("\"a,1\",\"say \"\"so\"\"\" , \"\"\n\"two\r\nlines\",x\nend,y",
        "1:a,1|say \"so\"||2:two\r\nlines|x|4:end|y|");
    check_rows("5\" disk,b\n", "1:5\" disk|b|");
    check_rows("", "");
    check_rows("\n\r\n", "");
}

static void test_classes_and_names(void)
{
    EngDataset *data = accept("w,h,kind\n1,2,pear\n3,4,apple\n5,6,pear\n7,8,fig\n9,10,fig\n"
                              "11,12,apple\n",
        "");
    CHECK_INT(data->classes, 3);
    CHECK_INT(data->shape.c, 2);
    CHECK_INT(data->train.count, 5);
    CHECK_INT(data->test.count, 1);
    CHECK_STR(data->class_name[0], "apple");
    CHECK_STR(data->class_name[1], "fig");
    CHECK_STR(data->class_name[2], "pear");
    CHECK_STR(data->name, "csv t.csv");
    eng_dataset_free(data);
    /* Numbers are ordered as numbers, and 2 and 2.0 are one class. */
    data = accept("10,1\n2.0,2\n2,3\n-1,4\n10,5\n10,6\n", ",label=1");
    CHECK_INT(data->classes, 3);
    CHECK_STR(data->class_name[0], "-1");
    CHECK_STR(data->class_name[1], "2.0");
    CHECK_STR(data->class_name[2], "10");
    eng_dataset_free(data);
}

/* Which values and labels went where is found again from one column that numbers the rows. The
 * training rows' values have mean 0 and variance 1. */
static void test_split(void)
{
    char text[4000] = "id,x,label\n";
    for (int i = 0; i < 60; i++) {
        const size_t at = strlen(text);
        snprintf(text + at, sizeof text - at, "%d,7.5,%s\n", i, i % 3 ? "no" : "yes");
    }
    EngDataset *data = accept(text, "");
    CHECK_INT(data->train.count, 50);
    CHECK_INT(data->test.count, 10);
    CHECK(data->mean[0] == 0.0f && data->scale[0] == 1.0f);
    double sum = 0, squares = 0, least = 1e9, next = 1e9;
    for (size_t i = 0; i < 50; i++) {
        const double v = data->train.values[2 * i];
        CHECK(data->train.values[2 * i + 1] == 0.0f); /* a constant column */
        sum += v;
        squares += v * v;
        least = v < least ? v : least;
    }
    /* Fifty values, each off by at most 2^-24 of 2. */
    CHECK(fabs(sum) < 50 * 1.2e-7);
    CHECK(fabs(squares / 50 - 1) < 2 * 2 * 1.2e-7);
    for (size_t i = 0; i < 10; i++)
        least = data->test.values[2 * i] < least ? data->test.values[2 * i] : least;
    for (size_t i = 0; i < 60; i++) {
        const double v = i < 50 ? data->train.values[2 * i] : data->test.values[2 * (i - 50)];
        next = v > least && v < next ? v : next;
    }
    /* Neighbouring rows differ by the same step: from that, a row's number and its class. */
    bool seen[60] = {false};
    for (size_t i = 0; i < 60; i++) {
        const EngSplit *split = i < 50 ? &data->train : &data->test;
        const size_t j = i < 50 ? i : i - 50;
        const long row = lround((split->values[2 * j] - least) / (next - least));
        CHECK(row >= 0 && row < 60 && !seen[row]);
        seen[row % 60] = true;
        CHECK_INT(split->label[j], row % 3 ? 0 : 1);
    }
    EngDataset *again = accept(text, "");
    CHECK(memcmp(again->train.values, data->train.values, 100 * sizeof(float)) == 0);
    eng_dataset_free(again);
    EngError err;
    CHECK_INT(
        eng_dataset_open(folder_spec(&folder, "csv", "t.csv", ""), 2, 0, &again, &err), ENG_OK);
    CHECK(memcmp(again->train.label, data->train.label, 50 * sizeof(uint16_t)) != 0);
    eng_dataset_free(again);
    CHECK_INT(open_table(text, "", 20, &again, &err), ENG_OK);
    CHECK_INT(again->train.count, 20);
    CHECK_INT(again->test.count, 10);
    CHECK(memcmp(again->train.label, data->train.label, 20 * sizeof(uint16_t)) == 0);
    eng_dataset_free(again);
    eng_dataset_free(data);
}

static void test_header_and_label(void)
{
    static const struct {
        const char *text, *options;
        size_t rows;
    } cases[] = {
        {"a,b\n1,x\n2,y\n", "", 2},
        {"1,x\n2,y\n3,x\n", "", 3},
        {"kind,a\nx,1\ny,2\n", ",label=kind", 2},
        {"x,1\ny,2\nx,3\n", ",label=1", 3},
        {"x,1\ny,2\nx,3\ny,4\n", ",label=x", 3}, /* a name makes the first row a header */
        {"1;x\n2;y\n", "", 2},
        {"1e3\tx\n-.5\ty\n", "", 2},
        {"\"1\",\"x\"\n\"2\",\"y\"\n", "", 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        EngDataset *data = accept(cases[i].text, cases[i].options);
        CHECK_INT(data->train.count + data->test.count, cases[i].rows);
        CHECK_INT(data->classes, 2);
        CHECK_INT(data->shape.c, 1);
        eng_dataset_free(data);
    }
}

static void test_refused(void)
{
    refuse("", "", ": is empty, expected rows of numbers with a label each");
    refuse("\n\n", "", ": is empty, expected rows of numbers with a label each");
    refuse("a,b\n", "", ": ends at line 2 with 0 rows of data, expected at least 2");
    refuse("1,x\n", "", ": ends at line 2 with 1 row of data, expected at least 2");
    refuse("1\n2\n", "", ": line 1: 1 column, expected at least 2 (a number and a label)");
    refuse("a,b,c\n1,2,x\n\n3,y\n", "", ": line 4: 2 columns, expected 3 as in the first row");
    refuse("1,2,x\n1,2,3,x\n", "", ": line 2: 4 columns, expected 3 as in the first row");
    refuse("a,b\n1,x\n2 1,y\n", "", ": line 3: column 1 (a) is \"2 1\", expected a number");
    refuse("1,1,x\n1,,y\n", "", ": line 2: column 2 is \"\", expected a number");
    refuse("1,x\nnan,y\n", "", ": line 2: column 1 is \"nan\", expected a number");
    refuse("1,x\n1e101,y\n", "", ": line 2: column 1 is 1e101, expected no more than 1e100");
    refuse("1,x\n1e999,y\n", "", ": line 2: column 1 is 1e999, expected no more than 1e100");
    refuse("1;x\n0,5;y\n", "", ": line 2: column 1 is \"0,5\", expected a number");
    refuse("a,b\n1,x\n1,\n", "", ": line 3: column 2 (b) is empty, expected a label");
    refuse("a,b\n1,x\n2,y\n", ",label=c", ": line 1: no column is called \"c\"");
    refuse("a,b\n1,x\n2,y\n", ",label=3", ": line 1: 2 columns, so there is no label 3");
    refuse("a,b\n1,x\n2,y\n", ",label=0", ": line 1: 2 columns, so there is no label 0");
    refuse("1,x\n2,x\n", "", ": every row has the label \"x\", expected at least 2 classes");
    refuse("1,x\n\"2,y\n3,z\n", "", ": line 2: a quotation mark is opened and never closed");
    refuse("1,x\n\"2\"2,y\n", "", ": line 2: column 1 goes on behind its closing quotation mark");
    folder_write(&folder, "t.csv", "1,x\n2\0,y\n", 9);
    EngDataset *data;
    EngError err;
    CHECK_INT(eng_dataset_open(folder_spec(&folder, "csv", "t.csv", ""), 0, 0, &data, &err),
        ENG_ERR_FORMAT);
    CHECK_HAS(err.text, "/t.csv: byte 5 is 0, expected text");
}

/* Rows are dealt at random: with one of six far off, it is the test row for some seeds, and the
 * training rows' deviation is then 0 or small. */
static void test_far_test_row(void)
{
    unsigned refused = 0;
    folder_write_text(&folder, "t.csv", "1,x\n1,y\n1,x\n1,y\n1,x\n1e40,y\n");
    for (uint64_t seed = 0; seed < 40; seed++) {
        EngDataset *data;
        EngError err = {0};
        const EngStatus status =
            eng_dataset_open(folder_spec(&folder, "csv", "t.csv", ""), seed, 0, &data, &err);
        if (status == ENG_OK) {
            for (size_t i = 0; i < 5; i++)
                CHECK(fabs(data->train.values[i]) <= 2.0001); /* 5 values: sqrt(4) at most */
        } else {
            CHECK_INT(status, ENG_ERR_FORMAT);
            CHECK_HAS(err.text,
                "/t.csv: row 6 of data: column 1 is more than 2^62 deviations off "
                "the training rows' mean");
            refused++;
        }
        eng_dataset_free(data);
    }
    CHECK(refused > 0 && refused < 40); /* (5/6)^40 and (1/6)^40 say so for nearly any seeds */
}

static void test_too_many(void)
{
    char *text = calloc(1 << 20, 1), *to = text;
    for (int i = 0; i < 1000; i++)
        to += sprintf(to, "1,%d\n", i);
    EngDataset *data = accept(text, "");
    CHECK_INT(data->classes, 1000);
    eng_dataset_free(data);
    sprintf(to, "1,1000\n");
    refuse(
        text, "", ": column 2 holds more than 1000 distinct labels, expected a column of classes");
    memset(text, ',', 65535);
    strcpy(text + 65535, "\n");
    refuse(text, "", ": ends at line 2 with 0 rows of data, expected at least 2");
    text[65535] = ',';
    refuse(text, "", ": line 1: more than 65536 columns");
    free(text);
}

static void test_comma_locale(void)
{
    EngDataset *plain = accept("x,y\n0.5,a\n-1.25e1,b\n3,a\n", ""), *comma;
    CHECK(folder_comma_locale(&folder));
    comma = accept("x,y\n0.5,a\n-1.25e1,b\n3,a\n", "");
    CHECK(memcmp(plain->train.values, comma->train.values, 2 * sizeof(float)) == 0);
    eng_dataset_free(comma);
    refuse("1,x\n1e101,y\n", "", ": line 2: column 1 is 1e101, expected no more than 1e100");
    folder_plain_locale(&folder);
    eng_dataset_free(plain);
}

static void test_packed(void)
{
    static const char text[] = "1,x\n2,y\n3,y\n";
    EngDataset *data;
    EngError err;
    folder_empty(&folder);
    folder_pack(&folder, "t.csv.gz", text, sizeof text - 1);
    CHECK_INT(
        eng_dataset_open(folder_spec(&folder, "csv", "t.csv.gz", ""), 0, 0, &data, &err), ENG_OK);
    CHECK_INT(data->train.count, 2);
    eng_dataset_free(data);
}

int main(void)
{
    folder = folder_new();
    RUN(test_rows);
    RUN(test_classes_and_names);
    RUN(test_split);
    RUN(test_header_and_label);
    RUN(test_refused);
    RUN(test_far_test_row);
    RUN(test_too_many);
    const bool comma = folder_comma_locale(&folder);
    folder_plain_locale(&folder);
    if (comma)
        RUN(test_comma_locale);
    else
        SKIP(test_comma_locale, "no German locale, and none can be compiled");
    RUN(test_packed);
    folder_free(&folder);
    return check_done();
}
