#include "data/csv.h"
#include "base/memory.h"
#include <string.h>

static char find_delimiter(const char *text)
{
    static const char candidates[] = {',', ';', '\t'};
    size_t seen[3] = {0};
    bool quoted = false;
    for (const char *p = text; *p && (quoted || (*p != '\n' && *p != '\r')); p++) {
        quoted ^= *p == '"';
        for (size_t i = 0; i < 3 && !quoted; i++)
            seen[i] += *p == candidates[i];
    }
    size_t best = 0;
    for (size_t i = 1; i < 3; i++)
        best = seen[i] > seen[best] ? i : best;
    return candidates[best];
}

EngStatus eng_csv_open(EngCsv *csv, EngInput *in, EngError *err)
{
    uint8_t *bytes;
    uint64_t size;
    *csv = (EngCsv){.name = eng_input_name(in), .next_line = 1};
    const EngStatus status = eng_input_take_all(in, &bytes, &size, err);
    csv->text = csv->at = (char *)bytes;
    if (status != ENG_OK)
        return status;
    const size_t length = strlen(csv->text);
    if (length < size)
        return eng_error(err, ENG_ERR_FORMAT, "%s: byte %zu%s is 0, expected text", csv->name,
            length, eng_input_where(in));
    if (strncmp(csv->text, "\xEF\xBB\xBF", 3) == 0)
        csv->at += 3;
    csv->delimiter = find_delimiter(csv->at);
    return ENG_OK;
}

void eng_csv_close(EngCsv *csv)
{
    eng_free(csv->text);
    eng_free(csv->field);
    *csv = (EngCsv){0};
}

static EngStatus add_field(EngCsv *csv, char *text, EngError *err)
{
    if (csv->count == ENG_CSV_COLUMNS)
        return eng_error(err, ENG_ERR_FORMAT, "%s: line %zu: more than %u columns", csv->name,
            csv->line, ENG_CSV_COLUMNS);
    if (csv->count == csv->capacity) {
        const size_t capacity = csv->capacity ? csv->capacity * 2 : 64;
        char **field = eng_alloc(capacity, sizeof *field);
        if (!field)
            return eng_error(
                err, ENG_ERR_NOMEM, "%s: line %zu: no memory for its fields", csv->name, csv->line);
        if (csv->count > 0)
            memcpy(field, csv->field, csv->count * sizeof *field);
        eng_free(csv->field);
        csv->field = field;
        csv->capacity = capacity;
    }
    csv->field[csv->count++] = text;
    return ENG_OK;
}

/* Blank, unless it parts the fields. */
static bool is_blank(const EngCsv *csv, char c)
{
    return (c == ' ' || c == '\t') && c != csv->delimiter;
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

/* Steps over a line end at `at`, if there is one. */
static char *next_line(EngCsv *csv, char *at)
{
    if (!is_line_end(*at))
        return at;
    csv->next_line++;
    return at + (at[0] == '\r' && at[1] == '\n' ? 2 : 1);
}

/* Cuts a field in quotes out, `at` on its opening quote, and moves `at` to what follows its
 * closing one. */
static EngStatus cut_quoted(EngCsv *csv, char **at, EngError *err)
{
    char *from = *at + 1, *to = *at;
    while (*from && (*from != '"' || from[1] == '"')) {
        if (is_line_end(*from)) { /* a field may run over several lines */
            for (const char *end = next_line(csv, from); from < end;)
                *to++ = *from++;
            continue;
        }
        from += *from == '"';
        *to++ = *from++;
    }
    if (*from == '\0')
        return eng_error(err, ENG_ERR_FORMAT,
            "%s: line %zu: a quotation mark is opened and never closed", csv->name, csv->line);
    for (from++; is_blank(csv, *from);)
        from++;
    if (*from && *from != csv->delimiter && !is_line_end(*from))
        return eng_error(err, ENG_ERR_FORMAT,
            "%s: line %zu: column %zu goes on behind its closing quotation mark", csv->name,
            csv->next_line, csv->count + 1);
    *to = '\0';
    *at = from;
    return ENG_OK;
}

/* Finds the end of a plain field and leaves `at` there; returns where its blanks start. */
static char *plain_end(const EngCsv *csv, char **at)
{
    char *start = *at, *p = start;
    while (*p && *p != csv->delimiter && !is_line_end(*p))
        p++;
    *at = p;
    while (p > start && is_blank(csv, p[-1]))
        p--;
    return p;
}

/* Reads one field and what parts it from the next; *more tells whether one follows. */
static EngStatus read_field(EngCsv *csv, bool *more, EngError *err)
{
    char *at = csv->at;
    while (is_blank(csv, *at))
        at++;
    char *text = at, *end = NULL;
    if (*at == '"') {
        const EngStatus status = cut_quoted(csv, &at, err);
        if (status != ENG_OK)
            return status;
    } else {
        end = plain_end(csv, &at);
    }
    *more = *at != '\0' && *at == csv->delimiter;
    csv->at = *more ? at + 1 : next_line(csv, at);
    if (end)
        *end = '\0'; /* only now: it may stand where the delimiter was */
    return add_field(csv, text, err);
}

EngStatus eng_csv_row(EngCsv *csv, bool *have, EngError *err)
{
    *have = false;
    while (!*have && *csv->at != '\0') {
        csv->line = csv->next_line;
        csv->count = 0;
        for (bool more = true; more;) {
            const EngStatus status = read_field(csv, &more, err);
            if (status != ENG_OK)
                return status;
        }
        *have = csv->count > 1 || csv->field[0][0] != '\0';
    }
    return ENG_OK;
}
