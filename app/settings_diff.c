#include "settings_diff.h"
#include "base/memory.h"
#include "json.h"
#include <string.h>

/* Leaves of the experiment's object that are no settings. */
static bool is_setting(const char *key)
{
    static const char *const others[] = {"version", "name", "schedule"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strcmp(key, others[i]) == 0)
            return false;
    return true;
}

static size_t count_leaves(const json_t *object, bool top)
{
    const char *key;
    json_t *value;
    size_t count = 0;
    json_object_foreach((json_t *)object, key, value)
    {
        if (!top || is_setting(key))
            count += json_is_object(value) ? count_leaves(value, false) : 1;
    }
    return count;
}

/* Appends one leaf; `section` is NULL at the top. */
static bool append(AppSettings *out, const char *section, const char *key, const json_t *value)
{
    EngText path = {0}, text = {0};
    eng_text_add(&path, "%s%s%s", section ? section : "", section ? "." : "", key);
    if (json_is_string(value))
        eng_text_add(&text, "%s", json_string_value(value));
    else
        app_json_add(&text, value, false);
    AppSetting *const item = &out->items[out->count];
    item->key = path.failed ? NULL : eng_strdup(path.data);
    item->value = text.failed ? NULL : eng_strdup(text.data);
    eng_text_free(&path);
    eng_text_free(&text);
    out->count++;
    return item->key && item->value;
}

static bool append_all(AppSettings *out, const char *section, const json_t *object)
{
    const char *key;
    json_t *value;
    bool whole = true;
    json_object_foreach((json_t *)object, key, value)
    {
        if (!section && !is_setting(key))
            continue;
        if (json_is_object(value))
            whole = append_all(out, key, value) && whole;
        else
            whole = append(out, section, key, value) && whole;
    }
    return whole;
}

EngStatus app_settings_read(const AppExperiment *experiment, AppSettings *out, EngError *err)
{
    EngText text = {0};
    json_t *root = NULL;
    *out = (AppSettings){0};
    app_experiment_text(experiment, &text, false);
    EngStatus status = text.failed
        ? ENG_ERR_NOMEM
        : app_json_parse(text.data, text.length, "experiment", &root, err);
    eng_text_free(&text);
    if (status == ENG_OK) {
        out->items = eng_alloc(count_leaves(root, true), sizeof *out->items);
        if (!out->items || !append_all(out, NULL, root))
            status = ENG_ERR_NOMEM;
    }
    json_decref(root);
    if (status == ENG_ERR_NOMEM)
        return eng_error(err, status, "no memory for an experiment's settings");
    return status;
}

void app_settings_clear(AppSettings *settings)
{
    for (size_t i = 0; i < settings->count; i++) {
        eng_free(settings->items[i].key);
        eng_free(settings->items[i].value);
    }
    eng_free(settings->items);
    *settings = (AppSettings){0};
}

const char *app_settings_get(const AppSettings *settings, const char *key)
{
    for (size_t i = 0; i < settings->count; i++)
        if (strcmp(settings->items[i].key, key) == 0)
            return settings->items[i].value;
    return NULL;
}
