/* Where things lie on the user's disk. Any thread. */
#ifndef APP_PATHS_H
#define APP_PATHS_H

#include "base/error.h"

/* The default store, $XDG_DATA_HOME/mantissa/runs.db, or ~/.local/share/mantissa/runs.db where
 * that variable is unset or relative (XDG Base Directory Specification). In memory of eng_alloc,
 * *out is the caller's. Errors: IO where HOME is unset too, NOMEM. */
EngStatus app_default_store(char **out, EngError *err);

/* Makes the folder that `path` lies in, with those above it, for the user alone (0700).
 * Errors: IO, NOMEM. */
EngStatus app_make_folder_of(const char *path, EngError *err);

#endif
