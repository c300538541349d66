/* Inside this room: bytes of a file or of memory, unpacked on the way where they are gzip.
 *
 * Reading goes in bounded pieces: what a file's header claims never decides how much memory is
 * taken, only what the file holds does. Offsets count unpacked bytes from 0. One thread at a
 * time. */
#ifndef ENG_DATA_INPUT_H
#define ENG_DATA_INPUT_H

#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct EngInput EngInput;

/* Opens a regular file. Errors: IO (the system's reason; not a regular file), NOMEM. */
EngStatus eng_input_open(const char *path, EngInput **out, EngError *err);

/* Reads memory the caller keeps until the input is closed; `name` stands in for the file's. */
EngStatus eng_input_memory(
    const char *name, const void *bytes, size_t size, EngInput **out, EngError *err);

void eng_input_close(EngInput *in);

/* The file's path, for sentences. */
const char *eng_input_name(const EngInput *in);

/* Bytes handed out so far. */
uint64_t eng_input_offset(const EngInput *in);

/* " of the unpacked data" where the bytes were packed, else "": what follows an offset. */
const char *eng_input_where(const EngInput *in);

/* Reads `want` bytes to `out`; *got is less only where the data end. Errors: IO, FORMAT (damaged
 * or truncated gzip), NOMEM. */
EngStatus eng_input_read(EngInput *in, void *out, size_t want, size_t *got, EngError *err);

/* Reads up to `want` bytes and stores the first `keep` of them in *bytes (caller frees with
 * eng_free, also after an error); *got counts what was read, kept or not, and is less than `want`
 * only where the data end; then, if want == keep, a zero byte stands behind the last one. Memory
 * grows with the bytes that came. Errors as above. */
EngStatus eng_input_take(
    EngInput *in, uint64_t want, uint64_t keep, uint8_t **bytes, uint64_t *got, EngError *err);

/* Reads everything to the end as eng_input_take does, ENG_INPUT_MOST bytes at most: a longer file
 * is refused with FORMAT, an endless one ends there too. A zero byte stands behind the last one. */
#define ENG_INPUT_MOST (UINT64_C(1) << 30)
EngStatus eng_input_take_all(EngInput *in, uint8_t **bytes, uint64_t *got, EngError *err);

/* Fails with FORMAT where there is more to read: "… goes on after byte N, where `what` end". */
EngStatus eng_input_end(EngInput *in, const char *what, EngError *err);

#endif
