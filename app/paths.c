#include "paths.h"
#include "base/memory.h"
#include "base/text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

EngStatus app_default_store(char **out, EngError *err)
{
    const char *const data = getenv("XDG_DATA_HOME");
    const char *const home = getenv("HOME");
    EngText path = {0};
    if (data && data[0] == '/')
        eng_text_add(&path, "%s/mantissa/runs.db", data);
    else if (home && home[0])
        eng_text_add(&path, "%s/.local/share/mantissa/runs.db", home);
    else
        return eng_error(err, ENG_ERR_IO,
            "neither XDG_DATA_HOME nor HOME is set, expected a place for the runs (or --db FILE)");
    *out = path.failed ? NULL : eng_strdup(path.data);
    eng_text_free(&path);
    return *out ? ENG_OK : eng_error(err, ENG_ERR_NOMEM, "no memory for a path");
}

EngStatus app_make_folder_of(const char *path, EngError *err)
{
    char *const copy = eng_strdup(path);
    if (!copy)
        return eng_error(err, ENG_ERR_NOMEM, "no memory for a path");
    EngStatus status = ENG_OK;
    for (char *slash = strchr(copy + 1, '/'); slash && status == ENG_OK;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(copy, 0700) < 0 && errno != EEXIST)
            status = eng_error(err, ENG_ERR_IO, "%s: %s", copy, strerror(errno));
        *slash = '/';
    }
    eng_free(copy);
    return status;
}
