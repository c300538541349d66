/* Status codes and error sentences of the engine.
 *
 * Every function that can fail returns an EngStatus and, when the caller passed one, fills an
 * EngError it owns. The text is one sentence that names the file, the offset, line or layer, and
 * what was expected. Nothing here allocates or prints. Any thread. */
#ifndef ENG_BASE_ERROR_H
#define ENG_BASE_ERROR_H

#include <stdarg.h>

typedef enum EngStatus {
    ENG_OK = 0,
    ENG_ERR_NOMEM = -1,       /* an allocation failed */
    ENG_ERR_IO = -2,          /* the operating system refused a file */
    ENG_ERR_FORMAT = -3,      /* a file is damaged, truncated or of another kind */
    ENG_ERR_PARSE = -4,       /* a text (format, schedule, network) cannot be read */
    ENG_ERR_SHAPE = -5,       /* shapes of neighbouring layers or operands do not fit */
    ENG_ERR_RANGE = -6,       /* a setting lies outside its documented range */
    ENG_ERR_DIVERGED = -7,    /* an operand held NaN, Inf or |x| >= 2^62 */
    ENG_ERR_STATE = -8,       /* the call does not fit the object's state */
    ENG_ERR_UNSUPPORTED = -9, /* this machine or version cannot do it */
} EngStatus;

typedef struct EngError {
    EngStatus code;
    char text[512]; /* one line, no final newline; cut, never overrun */
} EngError;

/* Fills `err` (may be NULL) and returns `code`, so that `return eng_error(err, …)` reads well.
 * `fmt` is printf's; pass numbers with a decimal point through eng_text_double, because printf
 * follows the locale. */
EngStatus eng_error(EngError *err, EngStatus code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts `prefix` and ": " before the sentence in `err`: a caller that knows the file or the layer
 * adds it to what a callee said. `err` may be NULL. */
void eng_error_prefix(EngError *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
