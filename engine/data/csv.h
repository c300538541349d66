/* Inside this room: rows of fields out of a CSV file. One thread at a time. */
#ifndef ENG_DATA_CSV_H
#define ENG_DATA_CSV_H

#include "data/input.h"

#define ENG_CSV_COLUMNS 65536u /* most columns of a row */

typedef struct EngCsv {
    const char *name; /* the file's, for sentences; the input's */
    char *text;       /* all of it, NUL-terminated; fields are cut out in place */
    char *at;         /* what is not read yet */
    char delimiter;
    size_t next_line; /* the line at `at`, from 1 */
    size_t line;      /* the line the current row starts in */
    char **field;     /* (count) the current row's; good until eng_csv_close */
    size_t count, capacity;
} EngCsv;

/* Reads the whole input, which must outlive `csv`, and finds out which of comma, semicolon and tab
 * parts the first line's fields (the one it holds most of). A byte order mark is passed over.
 * Errors: FORMAT (a byte 0; what the input says), IO, NOMEM. Close `csv` in any case. */
EngStatus eng_csv_open(EngCsv *csv, EngInput *in, EngError *err);

/* Reads the next row that is not blank; *have is false at the end. Blanks around a field are cut,
 * those inside quotes stay; "" inside quotes is one quote (RFC 4180). Lines end in LF, CR LF or
 * CR. Errors: FORMAT (file, line), NOMEM. */
EngStatus eng_csv_row(EngCsv *csv, bool *have, EngError *err);

void eng_csv_close(EngCsv *csv);

#endif
