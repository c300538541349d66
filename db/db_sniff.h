/* Inside the store only: what is this file, before SQLite may touch it? SQLite makes side files,
 * rolls back journals and checkpoints logs as soon as it reads; a file that is not ours must stay
 * as it is, byte for byte. */
#ifndef DB_SNIFF_H
#define DB_SNIFF_H

#include "db_error.h"

typedef enum DbFileKind {
    DB_FILE_MISSING, /* its folder is there */
    DB_FILE_BLANK,   /* no bytes, or an SQLite database without tables and application */
    DB_FILE_OURS,    /* application_id is ours, and the version one we know */
} DbFileKind;

/* Reads the file's header (and, without locks or side files, whether a database of no application
 * has tables). Errors: IO, FOREIGN, NEWER, DAMAGED, with the sentence. Writes nothing. */
DbStatus db_sniff(const char *path, DbFileKind *kind, DbError *err);

/* A log or journal beside the file holds pages that the file itself does not have yet. */
bool db_sniff_log(const char *path);

/* Says which file is refused and why; for a version also read through SQLite, where a log may hold
 * a newer one than the header. */
DbStatus db_sniff_application(
    const char *path, uint32_t application, uint32_t version, int64_t tables, DbError *err);

#endif
