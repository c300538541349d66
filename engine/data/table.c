/* A CSV table of numbers with a column of labels. */
#include "base/memory.h"
#include "base/text.h"
#include "data/csv.h"
#include "data/kinds.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLASSES_MAX 1000u     /* distinct labels; a column with more is hardly one of labels */
#define VALUE_MAX 1e100       /* so that squares stay far from overflow */
#define DEVIATIONS_MAX 0x1p62 /* where an operand counts as diverged */

typedef struct Label {
    const char *text; /* in the CSV's own text */
    double number;    /* where all labels are numbers */
    uint32_t row;
} Label;

typedef struct Table {
    EngCsv csv;
    char **heading; /* (columns) copies, or NULL without a header */
    size_t columns, label_column;
    size_t rows, capacity;
    double *value; /* (rows, columns - 1) */
    Label *label;  /* (rows) */
} Table;

/* Reads all of a field as a number. Whole numbers, most of what tables hold, take a short way. */
static bool read_field_number(const char *field, double *value)
{
    const char *end;
    uint64_t whole;
    if (eng_text_read_u64(field, &end, &whole) && *end == '\0' && whole <= UINT64_C(1) << 53) {
        *value = (double)whole;
        return true;
    }
    return eng_text_read_double(field, &end, value) && *end == '\0';
}

/* "column 3" or "column 3 (width)", for sentences. */
static const char *column_name(const Table *table, size_t column, char buf[128])
{
    if (table->heading)
        snprintf(buf, 128, "column %zu (%.80s)", column + 1, table->heading[column]);
    else
        snprintf(buf, 128, "column %zu", column + 1);
    return buf;
}

static EngStatus find_label_by_name(Table *table, const char *label, EngError *err)
{
    for (size_t i = 0; i < table->columns; i++) {
        if (strcmp(table->csv.field[i], label) == 0) {
            table->label_column = i;
            return ENG_OK;
        }
    }
    return eng_error(err, ENG_ERR_FORMAT, "%s: line %zu: no column is called \"%s\"",
        table->csv.name, table->csv.line, label);
}

/* Finds the label's column in the first row; *by_name: the row must then be a header. */
static EngStatus find_label(Table *table, const char *label, bool *by_name, EngError *err)
{
    const char *end;
    uint64_t number;
    *by_name = false;
    table->label_column = table->columns - 1;
    if (!label)
        return ENG_OK;
    if (!eng_text_read_u64(label, &end, &number) || *end != '\0') {
        *by_name = true;
        return find_label_by_name(table, label, err);
    }
    if (number < 1 || number > table->columns)
        return eng_error(err, ENG_ERR_FORMAT, "%s: line %zu: %zu columns, so there is no label %s",
            table->csv.name, table->csv.line, table->columns, label);
    table->label_column = (size_t)number - 1;
    return ENG_OK;
}

static bool is_header(const Table *table)
{
    double number;
    for (size_t i = 0; i < table->columns; i++) {
        if (i != table->label_column && !read_field_number(table->csv.field[i], &number))
            return true;
    }
    return false;
}

static EngStatus keep_heading(Table *table, EngError *err)
{
    table->heading = eng_alloc(table->columns, sizeof *table->heading);
    if (!table->heading)
        return eng_error(err, ENG_ERR_NOMEM, "%s: no memory for its header", table->csv.name);
    memcpy(table->heading, table->csv.field, table->columns * sizeof *table->heading);
    return ENG_OK;
}

static bool grow(Table *table)
{
    const size_t capacity = table->capacity ? table->capacity * 2 : 256;
    const size_t row_size = (table->columns - 1) * sizeof *table->value; /* below 2^20 */
    double *value = eng_alloc(capacity, row_size);
    Label *label = eng_alloc(capacity, sizeof *label);
    if (!value || !label) {
        eng_free(value);
        eng_free(label);
        return false;
    }
    if (table->rows > 0) {
        memcpy(value, table->value, table->rows * row_size);
        memcpy(label, table->label, table->rows * sizeof *label);
    }
    eng_free(table->value);
    eng_free(table->label);
    table->value = value;
    table->label = label;
    table->capacity = capacity;
    return true;
}

static EngStatus add_value(Table *table, size_t column, double *to, EngError *err)
{
    char name[128];
    const EngCsv *csv = &table->csv;
    const char *field = csv->field[column];
    if (!read_field_number(field, to))
        return eng_error(err, ENG_ERR_FORMAT, "%s: line %zu: %s is \"%.80s\", expected a number",
            csv->name, csv->line, column_name(table, column, name), field);
    if (!(fabs(*to) <= VALUE_MAX))
        return eng_error(err, ENG_ERR_FORMAT,
            "%s: line %zu: %s is %.80s, expected no more than 1e100", csv->name, csv->line,
            column_name(table, column, name), field);
    return ENG_OK;
}

/* Adds the CSV's current row. */
static EngStatus add_row(Table *table, EngError *err)
{
    const EngCsv *csv = &table->csv;
    char name[128];
    if (csv->count != table->columns)
        return eng_error(err, ENG_ERR_FORMAT,
            "%s: line %zu: %zu column%s, expected %zu as in the first row", csv->name, csv->line,
            csv->count, csv->count == 1 ? "" : "s", table->columns);
    if (table->rows == table->capacity && (table->rows == UINT32_MAX || !grow(table)))
        return eng_error(
            err, ENG_ERR_NOMEM, "%s: line %zu: no memory for more rows", csv->name, csv->line);
    double *to = table->value + table->rows * (table->columns - 1);
    for (size_t i = 0; i < table->columns; i++) {
        if (i == table->label_column)
            continue;
        const EngStatus status = add_value(table, i, to++, err);
        if (status != ENG_OK)
            return status;
    }
    const char *label = csv->field[table->label_column];
    if (label[0] == '\0')
        return eng_error(err, ENG_ERR_FORMAT, "%s: line %zu: %s is empty, expected a label",
            csv->name, csv->line, column_name(table, table->label_column, name));
    table->label[table->rows] = (Label){.text = label, .row = (uint32_t)table->rows};
    table->rows++;
    return ENG_OK;
}

static EngStatus read_first_row(Table *table, const char *label, EngError *err)
{
    EngCsv *csv = &table->csv;
    bool have, by_name;
    EngStatus status = eng_csv_row(csv, &have, err);
    if (status != ENG_OK)
        return status;
    if (!have)
        return eng_error(err, ENG_ERR_FORMAT,
            "%s: is empty, expected rows of numbers with a label each", csv->name);
    table->columns = csv->count;
    if (table->columns < 2)
        return eng_error(err, ENG_ERR_FORMAT,
            "%s: line %zu: 1 column, expected at least 2 (a number and a label)", csv->name,
            csv->line);
    status = find_label(table, label, &by_name, err);
    if (status != ENG_OK)
        return status;
    return by_name || is_header(table) ? keep_heading(table, err) : add_row(table, err);
}

static EngStatus read_rows(Table *table, const char *label, EngError *err)
{
    EngStatus status = read_first_row(table, label, err);
    for (bool have = true; status == ENG_OK;) {
        status = eng_csv_row(&table->csv, &have, err);
        if (!have)
            break;
        if (status == ENG_OK)
            status = add_row(table, err);
    }
    if (status == ENG_OK && table->rows < 2)
        status = eng_error(err, ENG_ERR_FORMAT,
            "%s: ends at line %zu with %zu row%s of data, expected at least 2", table->csv.name,
            table->csv.next_line, table->rows, table->rows == 1 ? "" : "s");
    return status;
}

static int by_row(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int by_text(const void *a, const void *b)
{
    const Label *left = a, *right = b;
    const int order = strcmp(left->text, right->text);
    return order ? order : by_row(left->row, right->row);
}

static int by_number(const void *a, const void *b)
{
    const Label *left = a, *right = b;
    const int order = (left->number > right->number) - (left->number < right->number);
    return order ? order : by_row(left->row, right->row);
}

/* Labels that are all numbers are ordered as numbers and equal as numbers (1 and 1.0). */
static bool sort_labels(Table *table)
{
    bool numbers = true;
    for (size_t i = 0; i < table->rows && numbers; i++)
        numbers = read_field_number(table->label[i].text, &table->label[i].number);
    qsort(table->label, table->rows, sizeof *table->label, numbers ? by_number : by_text);
    return numbers;
}

/* Numbers the classes in their order: class_of (rows), and the first label of each class. */
static EngStatus number_classes(
    Table *table, uint16_t *class_of, const Label **first, unsigned *classes, EngError *err)
{
    char name[128];
    const bool numbers = sort_labels(table);
    const Label *before = NULL;
    *classes = 0;
    for (size_t i = 0; i < table->rows; i++) {
        const Label *label = &table->label[i];
        const bool fresh = !before ||
            (numbers ? label->number != before->number : strcmp(label->text, before->text) != 0);
        if (fresh && *classes == CLASSES_MAX)
            return eng_error(err, ENG_ERR_FORMAT,
                "%s: %s holds more than %u distinct labels, expected a column of classes",
                table->csv.name, column_name(table, table->label_column, name), CLASSES_MAX);
        if (fresh)
            first[(*classes)++] = label;
        class_of[label->row] = (uint16_t)(*classes - 1);
        before = label;
    }
    if (*classes < 2)
        return eng_error(err, ENG_ERR_FORMAT,
            "%s: every row has the label \"%.80s\", expected at least 2 classes", table->csv.name,
            first[0]->text);
    return ENG_OK;
}

static EngStatus name_classes(
    EngDataset *out, const Label *const *first, unsigned classes, EngError *err)
{
    out->classes = classes;
    out->class_name = eng_alloc(classes, sizeof *out->class_name);
    for (unsigned i = 0; out->class_name && i < classes; i++) {
        out->class_name[i] = eng_strdup(first[i]->text);
        if (!out->class_name[i])
            return eng_error(err, ENG_ERR_NOMEM, "no memory for the names of %u classes", classes);
    }
    return out->class_name
        ? ENG_OK
        : eng_error(err, ENG_ERR_NOMEM, "no memory for the names of %u classes", classes);
}

/* Mean and 1 / deviation of every feature over the training rows, summed in their order. */
static void measure_features(
    const Table *table, const uint32_t *row, size_t count, double *mean, double *scale)
{
    const size_t features = table->columns - 1;
    for (size_t i = 0; i < count; i++) {
        const double *value = table->value + row[i] * features;
        for (size_t f = 0; f < features; f++)
            mean[f] += value[f];
    }
    for (size_t f = 0; f < features; f++)
        mean[f] /= (double)count;
    for (size_t i = 0; i < count; i++) {
        const double *value = table->value + row[i] * features;
        for (size_t f = 0; f < features; f++)
            scale[f] += (value[f] - mean[f]) * (value[f] - mean[f]);
    }
    for (size_t f = 0; f < features; f++)
        scale[f] = scale[f] > 0 ? 1.0 / sqrt(scale[f] / (double)count) : 1.0;
}

/* Only a test row can be: the training rows' own deviation is 1. */
static EngStatus too_far(const Table *table, uint32_t row, size_t feature, EngError *err)
{
    char name[128];
    return eng_error(err, ENG_ERR_FORMAT,
        "%s: row %" PRIu32 " of data: %s is more than 2^62 deviations off the training rows' mean",
        table->csv.name, row + 1,
        column_name(table, feature + (feature >= table->label_column), name));
}

/* Copies rows to a split, centred and scaled. */
static EngStatus fill_split(const Table *table, const uint32_t *row, size_t count,
    const uint16_t *class_of, const double *mean, const double *scale, EngSplit *split,
    EngError *err)
{
    const size_t features = table->columns - 1;
    split->values = eng_alloc(count, features * sizeof *split->values);
    split->label = eng_alloc(count, sizeof *split->label);
    if (!split->values || !split->label)
        return eng_error(err, ENG_ERR_NOMEM, "%s: no memory for %zu rows", table->csv.name, count);
    for (size_t i = 0; i < count; i++) {
        const double *value = table->value + row[i] * features;
        for (size_t f = 0; f < features; f++) {
            const double x = (value[f] - mean[f]) * scale[f];
            if (!(fabs(x) < DEVIATIONS_MAX))
                return too_far(table, row[i], f, err);
            split->values[i * features + f] = (float)x;
        }
        split->label[i] = class_of[row[i]];
    }
    split->count = count;
    return ENG_OK;
}

/* Deals the rows out: the first five sixths of a random order are for training. */
static EngStatus split_rows(const Table *table, const uint16_t *class_of, uint64_t seed,
    size_t limit, EngDataset *out, EngError *err)
{
    EngRandom random;
    uint32_t *row = eng_alloc(table->rows, sizeof *row);
    double *mean = eng_alloc(table->columns - 1, sizeof *mean);
    double *scale = eng_alloc(table->columns - 1, sizeof *scale);
    EngStatus status = row && mean && scale
        ? ENG_OK
        : eng_error(err, ENG_ERR_NOMEM, "%s: no memory for %zu rows", table->csv.name, table->rows);
    if (status == ENG_OK) {
        const size_t all = table->rows * 5 / 6, train = all < limit ? all : limit;
        eng_random_init(&random, seed, ENG_STREAM_ROWS, 0, 0);
        eng_dataset_shuffle(&random, table->rows, row);
        measure_features(table, row, train, mean, scale);
        status = fill_split(table, row, train, class_of, mean, scale, &out->train, err);
        if (status == ENG_OK)
            status = fill_split(
                table, row + all, table->rows - all, class_of, mean, scale, &out->test, err);
    }
    eng_free(row);
    eng_free(mean);
    eng_free(scale);
    return status;
}

static EngStatus make_dataset(
    Table *table, uint64_t seed, size_t limit, EngDataset *out, EngError *err)
{
    unsigned classes = 0;
    uint16_t *class_of = eng_alloc(table->rows, sizeof *class_of);
    const Label **first = eng_alloc(CLASSES_MAX, sizeof *first);
    EngStatus status = class_of && first
        ? number_classes(table, class_of, first, &classes, err)
        : eng_error(err, ENG_ERR_NOMEM, "%s: no memory for its labels", table->csv.name);
    if (status == ENG_OK)
        status = name_classes(out, first, classes, err);
    if (status == ENG_OK)
        status = split_rows(table, class_of, seed, limit, out, err);
    out->shape = (EngShape){.y = 1, .x = 1, .c = (uint32_t)(table->columns - 1)};
    out->scale[0] = 1.0f; /* each feature has been scaled by itself */
    eng_free(class_of);
    eng_free(first);
    return status;
}

EngStatus eng_table_read(
    EngInput *in, const char *label, uint64_t seed, size_t limit, EngDataset *out, EngError *err)
{
    Table table = {0};
    EngStatus status = eng_csv_open(&table.csv, in, err);
    if (status == ENG_OK)
        status = read_rows(&table, label, err);
    if (status == ENG_OK)
        status = make_dataset(&table, seed, limit, out, err);
    eng_free(table.heading);
    eng_free(table.value);
    eng_free(table.label);
    eng_csv_close(&table.csv);
    return status;
}
