/* Reading single numbers and lists of numbers out of a line of JSON that we wrote ourselves: enough
 * for the answer files of the arithmetic oracle, which are optional. */
#ifndef TESTS_HARDWARE_GOLDEN_H
#define TESTS_HARDWARE_GOLDEN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline const char *golden_value(const char *line, const char *key)
{
    char quoted[40];
    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    const char *const at = strstr(line, quoted);
    return at ? at + strlen(quoted) : NULL;
}

static inline bool golden_number(const char *line, const char *key, int64_t *value)
{
    const char *const at = golden_value(line, key);
    char *end;
    if (!at)
        return false;
    *value = strtoll(at, &end, 10);
    return end != at;
}

/* Reads "key":[1,-2,…]; returns how many, at most `room`. */
static inline size_t golden_list(const char *line, const char *key, int32_t *list, size_t room)
{
    const char *at = golden_value(line, key);
    size_t n = 0;
    if (!at || *at != '[')
        return 0;
    for (at++; n < room && *at != ']' && *at; at += *at == ',') {
        char *end;
        list[n++] = (int32_t)strtol(at, &end, 10);
        if (end == at)
            return 0;
        at = end;
    }
    return n;
}

/* The line's operation is `op`. */
static inline bool golden_op(const char *line, const char *op)
{
    const char *const at = golden_value(line, "op");
    return at && at[0] == '"' && strncmp(at + 1, op, strlen(op)) == 0 && at[1 + strlen(op)] == '"';
}

#endif
