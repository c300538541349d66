#include "experiment.h"
#include "base/memory.h"
#include "hardware/settings.h"
#include "json.h"
#include "schedule/schedule.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* The settings of a training that stand in the file by name: read and written from one table. The
 * accelerator's table is the engine's own (hardware/settings.h). */
typedef enum FieldKind { FIELD_U32, FIELD_DOUBLE, FIELD_BOOL, FIELD_WORD, FIELD_SEED } FieldKind;

typedef struct Field {
    const char *key;
    FieldKind kind;
    size_t offset;            /* in EngTrainSettings */
    const char *const *words; /* WORD: NULL at the end; the value is an enum with this index */
} Field;

static const char *const optimiser_words[] = {
    [ENG_OPTIMISER_SGD] = "sgd", [ENG_OPTIMISER_ADAM] = "adam", NULL};
static const char *const rate_words[] = {
    [ENG_RATE_CONSTANT] = "constant", [ENG_RATE_STEP] = "step", [ENG_RATE_COSINE] = "cosine", NULL};

_Static_assert(
    sizeof(EngOptimiserKind) == sizeof(uint32_t) && sizeof(EngRateKind) == sizeof(uint32_t),
    "a word is stored like a count");

#define AT(member) offsetof(EngTrainSettings, member)

static const Field training_fields[] = {
    {"epochs", FIELD_U32, AT(epochs), NULL},
    {"batch", FIELD_U32, AT(batch), NULL},
    {"optimiser", FIELD_WORD, AT(optimiser.kind), optimiser_words},
    {"learning_rate", FIELD_DOUBLE, AT(rate.base), NULL},
    {"momentum", FIELD_DOUBLE, AT(optimiser.momentum), NULL},
    {"nesterov", FIELD_BOOL, AT(optimiser.nesterov), NULL},
    {"beta1", FIELD_DOUBLE, AT(optimiser.beta1), NULL},
    {"beta2", FIELD_DOUBLE, AT(optimiser.beta2), NULL},
    {"epsilon", FIELD_DOUBLE, AT(optimiser.epsilon), NULL},
    {"weight_decay", FIELD_DOUBLE, AT(optimiser.weight_decay), NULL},
    {"clip_norm", FIELD_DOUBLE, AT(optimiser.clip_norm), NULL},
    {"label_smoothing", FIELD_DOUBLE, AT(label_smoothing), NULL},
    {"rate", FIELD_WORD, AT(rate.kind), rate_words},
    {"rate_warm_up", FIELD_DOUBLE, AT(rate.warm_up), NULL},
    {"rate_every", FIELD_DOUBLE, AT(rate.every), NULL},
    {"rate_factor", FIELD_DOUBLE, AT(rate.factor), NULL},
    {"evals_per_epoch", FIELD_U32, AT(evals_per_epoch), NULL},
};

static const Field seed_fields[] = {
    {"weights", FIELD_SEED, AT(seed_weights), NULL},
    {"data", FIELD_SEED, AT(seed_data), NULL},
    {"noise", FIELD_SEED, AT(seed_noise), NULL},
};

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* ---- the struct ---------------------------------------------------------------------------- */

EngStatus app_experiment_set(char **field, const char *text, EngError *err)
{
    char *const copy = eng_strdup(text);
    if (!copy)
        return eng_error(err, ENG_ERR_NOMEM, "no memory for a text of %zu bytes", strlen(text));
    eng_free(*field);
    *field = copy;
    return ENG_OK;
}

EngStatus app_experiment_set_schedule(AppExperiment *experiment, const char *text, EngError *err)
{
    EngSchedule *schedule = NULL;
    EngStatus status = eng_schedule_parse(text, &schedule, err);
    if (status != ENG_OK)
        return status;
    char *const plain = eng_schedule_text(schedule, "\n");
    eng_schedule_free(schedule);
    if (!plain)
        return eng_error(err, ENG_ERR_NOMEM, "no memory for the schedule");
    eng_free(experiment->schedule);
    experiment->schedule = plain;
    return ENG_OK;
}

static EngStatus set_texts(AppExperiment *experiment, const char *name, const char *data,
    const char *model, const char *schedule, const char *table, EngError *err)
{
    EngStatus status = app_experiment_set(&experiment->name, name, err);
    if (status == ENG_OK)
        status = app_experiment_set(&experiment->data, data, err);
    if (status == ENG_OK)
        status = app_experiment_set(&experiment->model, model, err);
    if (status == ENG_OK)
        status = app_experiment_set(&experiment->schedule, schedule, err);
    if (status == ENG_OK)
        status = app_experiment_set(&experiment->multiplier_table, table, err);
    return status;
}

EngStatus app_experiment_init(AppExperiment *experiment, EngError *err)
{
    *experiment = (AppExperiment){
        .training = eng_train_settings_default(), .hardware = eng_hardware_default()};
    return set_texts(experiment, "", "digits", "mlp:256,128", "", "", err);
}

void app_experiment_clear(AppExperiment *experiment)
{
    eng_free(experiment->name);
    eng_free(experiment->data);
    eng_free(experiment->model);
    eng_free(experiment->schedule);
    eng_free(experiment->multiplier_table);
    *experiment = (AppExperiment){0};
}

EngStatus app_experiment_copy(const AppExperiment *from, AppExperiment *to, EngError *err)
{
    *to = *from;
    to->name = to->data = to->model = to->schedule = to->multiplier_table = NULL;
    return set_texts(
        to, from->name, from->data, from->model, from->schedule, from->multiplier_table, err);
}

char *app_experiment_title(const AppExperiment *experiment)
{
    if (experiment->name[0])
        return eng_strdup(experiment->name);
    EngText title = {0};
    eng_text_add(&title, "%s, %s", experiment->data, experiment->model);
    char *const copy = title.failed ? NULL : eng_strdup(title.data);
    eng_text_free(&title);
    return copy;
}

/* ---- reading ------------------------------------------------------------------------------- */

/* Where a reader stands: for its sentences. */
typedef struct Reader {
    const char *name; /* of the file */
    EngText *warnings;
    EngError *err;
} Reader;

/* "run.json: training.epochs is "ten", expected …". `section` may be "". */
static EngStatus unexpected(const Reader *reader, const char *section, const char *key,
    const json_t *value, const char *expected)
{
    const char *const dot = section[0] ? "." : "";
    if (!value)
        return eng_error(reader->err, ENG_ERR_FORMAT, "%s: %s%s%s is missing, expected %s",
            reader->name, section, dot, key, expected);
    EngText text = {0};
    app_json_add(&text, value, false);
    eng_error(reader->err, ENG_ERR_FORMAT, "%s: %s%s%s is %.40s%s, expected %s", reader->name,
        section, dot, key, text.failed ? "?" : text.data, text.length > 40 ? "…" : "", expected);
    eng_text_free(&text);
    return ENG_ERR_FORMAT;
}

static bool known(const char *key, const char *const *others, const Field *fields, size_t count)
{
    for (; others && *others; others++)
        if (strcmp(key, *others) == 0)
            return true;
    for (size_t i = 0; i < count; i++)
        if (strcmp(key, fields[i].key) == 0)
            return true;
    return false;
}

static void warn(const Reader *reader, const char *section, const char *key)
{
    if (reader->warnings)
        eng_text_add(reader->warnings, "%s: %s%s%s is not known to this version, left out\n",
            reader->name, section, section[0] ? "." : "", key);
}

/* Names the keys of an object that nobody reads. */
static void warn_unknown(const Reader *reader, const char *section, const json_t *object,
    const char *const *others, const Field *fields, size_t count)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        if (!known(key, others, fields, count))
            warn(reader, section, key);
    }
}

static bool read_seed(const json_t *value, uint64_t *out)
{
    if (json_is_integer(value) && json_integer_value(value) >= 0) {
        *out = (uint64_t)json_integer_value(value);
        return true;
    }
    const char *end = NULL;
    return json_is_string(value) && eng_text_read_u64(json_string_value(value), &end, out) &&
        *end == '\0';
}

/* The index of a word in a field's list; false where it is none of them. */
static bool find_word(const char *text, const char *const *words, uint32_t *out)
{
    for (uint32_t i = 0; text && words[i]; i++) {
        if (strcmp(text, words[i]) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

/* "one of sgd, adam". */
static void list_words(const char *const *words, char *out, size_t size)
{
    size_t used = (size_t)snprintf(out, size, "one of");
    for (size_t i = 0; words[i] && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s \"%s\"", i ? "," : "", words[i]);
}

static bool read_u32(const json_t *value, uint32_t *out)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0 ||
        json_integer_value(value) > UINT32_MAX)
        return false;
    *out = (uint32_t)json_integer_value(value);
    return true;
}

static EngStatus read_field(
    const Reader *reader, const char *section, const Field *field, const json_t *value, void *base)
{
    void *const at = (char *)base + field->offset;
    bool fine = false;
    const char *expected = "";
    char words[128];
    switch (field->kind) {
    case FIELD_U32:
        fine = read_u32(value, at);
        expected = "a whole number from 0 to 4294967295";
        break;
    case FIELD_SEED:
        fine = read_seed(value, at);
        expected = "a whole number below 2^63 or a decimal string below 2^64";
        break;
    case FIELD_DOUBLE:
        fine = json_is_number(value);
        if (fine)
            *(double *)at = json_number_value(value);
        expected = "a number";
        break;
    case FIELD_BOOL:
        fine = json_is_boolean(value);
        if (fine)
            *(bool *)at = json_is_true(value);
        expected = "true or false";
        break;
    case FIELD_WORD:
        fine = find_word(json_string_value(value), field->words, at);
        list_words(field->words, words, sizeof words);
        expected = words;
        break;
    }
    return fine ? ENG_OK : unexpected(reader, section, field->key, value, expected);
}

/* Reads the object `section` of the root, if it is there, into the struct at `base`. */
static EngStatus read_section(const Reader *reader, const json_t *root, const char *section,
    const Field *fields, size_t count, void *base)
{
    const json_t *const object = json_object_get(root, section);
    if (!object)
        return ENG_OK;
    if (!json_is_object(object))
        return unexpected(reader, "", section, object, "an object");
    for (size_t i = 0; i < count; i++) {
        const json_t *const value = json_object_get(object, fields[i].key);
        const EngStatus status =
            value ? read_field(reader, section, &fields[i], value, base) : ENG_OK;
        if (status != ENG_OK)
            return status;
    }
    warn_unknown(reader, section, object, NULL, fields, count);
    return ENG_OK;
}

/* One setting of the accelerator; the engine knows its range and its words. */
static EngStatus read_setting(
    const Reader *reader, const EngSetting *setting, const json_t *value, EngHardware *hardware)
{
    EngStatus status;
    if (setting->kind == ENG_SETTING_CHOICE) {
        if (!json_is_string(value))
            return unexpected(reader, "hardware", setting->key, value, "a word");
        status = eng_hardware_set(hardware, setting->key, json_string_value(value), reader->err);
    } else {
        if (!json_is_number(value))
            return unexpected(reader, "hardware", setting->key, value, "a number");
        status = eng_hardware_put(hardware, setting, json_number_value(value), reader->err);
    }
    if (status != ENG_OK)
        eng_error_prefix(reader->err, "%s", reader->name);
    return status;
}

/* What the accelerator's table of numbers and words does not hold. */
#define MULTIPLIER_TABLE "multiplier_table"

static EngStatus read_hardware(const Reader *reader, const json_t *root, AppExperiment *out)
{
    json_t *const object = json_object_get(root, "hardware");
    const char *key;
    json_t *value;
    if (!object)
        return ENG_OK;
    if (!json_is_object(object))
        return unexpected(reader, "", "hardware", object, "an object");
    json_object_foreach(object, key, value)
    {
        const EngSetting *const setting = eng_hardware_find(key);
        EngStatus status = ENG_OK;
        if (setting)
            status = read_setting(reader, setting, value, &out->hardware);
        else if (strcmp(key, MULTIPLIER_TABLE) != 0)
            warn(reader, "hardware", key);
        else if (!json_is_string(value))
            status = unexpected(reader, "hardware", key, value, "a file's name");
        else
            status =
                app_experiment_set(&out->multiplier_table, json_string_value(value), reader->err);
        if (status != ENG_OK)
            return status;
    }
    return ENG_OK;
}

static EngStatus read_text(
    const Reader *reader, const json_t *root, const char *key, bool needed, char **out)
{
    const json_t *const value = json_object_get(root, key);
    if (!value && !needed)
        return ENG_OK;
    if (!json_is_string(value) || (needed && json_string_length(value) == 0))
        return unexpected(reader, "", key, value, "a text");
    return app_experiment_set(out, json_string_value(value), reader->err);
}

/* Joins the schedule's lines and has the engine read them, so that a wrong one is named here. */
static EngStatus read_schedule(const Reader *reader, const json_t *root, AppExperiment *out)
{
    const json_t *const lines = json_object_get(root, "schedule");
    if (!lines)
        return ENG_OK;
    if (!json_is_array(lines))
        return unexpected(reader, "", "schedule", lines, "an array with a line per lane");
    EngText text = {0};
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const char *const line = json_string_value(json_array_get(lines, i));
        if (!line || strchr(line, '\n')) {
            eng_text_free(&text);
            return unexpected(
                reader, "", "schedule", json_array_get(lines, i), "lines like \"*.W: bfp4\"");
        }
        eng_text_add(&text, "%s%s", i ? "\n" : "", line);
    }
    const EngStatus status = text.failed
        ? eng_error(reader->err, ENG_ERR_NOMEM, "no memory for the schedule")
        : app_experiment_set_schedule(out, text.data ? text.data : "", reader->err);
    if (status != ENG_OK)
        eng_error_prefix(reader->err, "%s: schedule", reader->name);
    eng_text_free(&text);
    return status;
}

static EngStatus read_version(const Reader *reader, const json_t *root)
{
    if (!json_is_object(root))
        return eng_error(reader->err, ENG_ERR_FORMAT,
            "%s: no JSON object, expected an experiment: {\"version\": %d, …}", reader->name,
            APP_EXPERIMENT_VERSION);
    const json_t *const version = json_object_get(root, "version");
    if (!json_is_integer(version) || json_integer_value(version) < 1)
        return unexpected(reader, "", "version", version, "the experiment's version, 1");
    if (json_integer_value(version) > APP_EXPERIMENT_VERSION)
        return eng_error(reader->err, ENG_ERR_UNSUPPORTED,
            "%s: version is %lld, written by a newer Mantissa; this one reads version %d",
            reader->name, (long long)json_integer_value(version), APP_EXPERIMENT_VERSION);
    return ENG_OK;
}

static EngStatus read_ranges(const Reader *reader, const AppExperiment *experiment)
{
    EngStatus status = eng_train_settings_check(&experiment->training, reader->err);
    if (status == ENG_OK)
        status = eng_hardware_check(&experiment->hardware, reader->err);
    if (status != ENG_OK)
        eng_error_prefix(reader->err, "%s", reader->name);
    return status;
}

static EngStatus read_root(const Reader *reader, const json_t *root, AppExperiment *out)
{
    static const char *const others[] = {"version", "name", "data", "limit", "model", "training",
        "seeds", "schedule", "hardware", NULL};
    static const Field limit = {"limit", FIELD_U32, offsetof(AppExperiment, limit), NULL};
    EngStatus status = read_version(reader, root);
    if (status == ENG_OK)
        status = read_text(reader, root, "name", false, &out->name);
    if (status == ENG_OK)
        status = read_text(reader, root, "data", true, &out->data);
    if (status == ENG_OK)
        status = read_text(reader, root, "model", true, &out->model);
    if (status == ENG_OK && json_object_get(root, limit.key))
        status = read_field(reader, "", &limit, json_object_get(root, limit.key), out);
    if (status == ENG_OK)
        status = read_section(
            reader, root, "training", training_fields, COUNT(training_fields), &out->training);
    if (status == ENG_OK)
        status =
            read_section(reader, root, "seeds", seed_fields, COUNT(seed_fields), &out->training);
    if (status == ENG_OK)
        status = read_hardware(reader, root, out);
    if (status == ENG_OK)
        status = read_schedule(reader, root, out);
    if (status == ENG_OK)
        status = read_ranges(reader, out);
    if (status == ENG_OK)
        warn_unknown(reader, "", root, others, NULL, 0);
    return status;
}

EngStatus app_experiment_parse(const char *text, size_t length, const char *name,
    AppExperiment *out, EngText *warnings, EngError *err)
{
    const Reader reader = {.name = name, .warnings = warnings, .err = err};
    json_t *root = NULL;
    EngStatus status = app_experiment_init(out, err);
    if (status == ENG_OK)
        status = app_json_parse(text, length, name, &root, err);
    if (status == ENG_OK)
        status = read_root(&reader, root, out);
    json_decref(root);
    if (status != ENG_OK)
        app_experiment_clear(out);
    return status;
}

EngStatus app_experiment_read(
    const char *path, AppExperiment *out, EngText *warnings, EngError *err)
{
    char *text = NULL;
    size_t length = 0;
    *out = (AppExperiment){0};
    EngStatus status = app_file_read(path, &text, &length, err);
    if (status == ENG_OK)
        status = app_experiment_parse(text, length, path, out, warnings, err);
    eng_free(text);
    return status;
}

/* ---- writing ------------------------------------------------------------------------------- */

/* A whole number stands without a point or an exponent, as a person would write it. */
static json_t *number(double value)
{
    const double whole = 1e15;
    if (value == floor(value) && fabs(value) < whole)
        return json_integer((json_int_t)value);
    return app_json_real(value);
}

static json_t *field_value(const Field *field, const void *base)
{
    const void *const at = (const char *)base + field->offset;
    switch (field->kind) {
    case FIELD_U32:
        return json_integer(*(const uint32_t *)at);
    case FIELD_SEED:
        return app_json_u64(*(const uint64_t *)at);
    case FIELD_DOUBLE:
        return number(*(const double *)at);
    case FIELD_BOOL:
        return json_boolean(*(const bool *)at);
    case FIELD_WORD:
        return json_string(field->words[*(const uint32_t *)at]);
    }
    return NULL;
}

/* A new object with all fields, NULL where memory is short. */
static json_t *section(const Field *fields, size_t count, const void *base)
{
    json_t *const object = json_object();
    for (size_t i = 0; object && i < count; i++) {
        if (json_object_set_new(object, fields[i].key, field_value(&fields[i], base)) < 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static json_t *setting_value(const EngHardware *hardware, const EngSetting *setting)
{
    const double value = eng_hardware_get(hardware, setting);
    return setting->kind == ENG_SETTING_CHOICE ? json_string(setting->choices[(size_t)value])
                                               : number(value);
}

json_t *app_hardware_json(const EngHardware *hardware)
{
    json_t *const object = json_object();
    const EngSetting *setting;
    for (size_t i = 0; object && (setting = eng_hardware_setting(i)); i++) {
        if (json_object_set_new(object, setting->key, setting_value(hardware, setting)) < 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static json_t *hardware_of(const AppExperiment *experiment)
{
    json_t *const object = app_hardware_json(&experiment->hardware);
    if (object && experiment->multiplier_table[0] &&
        json_object_set_new(
            object, MULTIPLIER_TABLE, app_json_string(experiment->multiplier_table)) < 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

/* The schedule's text as an array of its lines. */
static json_t *lines_of(const char *text)
{
    json_t *const lines = json_array();
    while (lines && *text) {
        const size_t length = strcspn(text, "\n");
        if (length > 0 && json_array_append_new(lines, json_stringn(text, length)) < 0) {
            json_decref(lines);
            return NULL;
        }
        text += length + (text[length] == '\n');
    }
    return lines;
}

void app_experiment_text(const AppExperiment *experiment, EngText *out, bool pretty)
{
    json_t *const root = json_pack("{s:i, s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:o}", "version",
        APP_EXPERIMENT_VERSION, "name", app_json_string(experiment->name), "data",
        app_json_string(experiment->data), "limit", (json_int_t)experiment->limit, "model",
        app_json_string(experiment->model), "training",
        section(training_fields, COUNT(training_fields), &experiment->training), "seeds",
        section(seed_fields, COUNT(seed_fields), &experiment->training), "schedule",
        lines_of(experiment->schedule), "hardware", hardware_of(experiment));
    app_json_add(out, root, pretty);
    json_decref(root);
}

EngStatus app_experiment_write(const AppExperiment *experiment, const char *path, EngError *err)
{
    EngText text = {0};
    app_experiment_text(experiment, &text, true);
    const EngStatus status = text.failed
        ? eng_error(err, ENG_ERR_NOMEM, "%s: no memory for writing it", path)
        : app_file_write(path, text.data, text.length, err);
    eng_text_free(&text);
    return status;
}

/* ---- single settings from the command line ---------------------------------------------------- */

EngStatus app_training_word(
    EngTrainSettings *settings, const char *key, const char *word, EngError *err)
{
    for (size_t i = 0; i < COUNT(training_fields); i++) {
        const Field *const field = &training_fields[i];
        char words[128];
        if (field->kind != FIELD_WORD || strcmp(field->key, key) != 0)
            continue;
        if (find_word(word, field->words, (void *)((char *)settings + field->offset)))
            return ENG_OK;
        list_words(field->words, words, sizeof words);
        return eng_error(err, ENG_ERR_PARSE, "%s is \"%s\", expected %s", key, word, words);
    }
    return eng_error(err, ENG_ERR_PARSE, "there is no setting %s that takes a word", key);
}

EngStatus app_hardware_set(EngHardware *hardware, const char *text, EngError *err)
{
    const char *const sign = strchr(text, '=');
    if (!sign)
        return eng_error(
            err, ENG_ERR_PARSE, "hardware setting \"%s\", expected key=value like rows=32", text);
    char *const key = eng_strdup(text);
    if (!key)
        return eng_error(err, ENG_ERR_NOMEM, "no memory for a setting");
    key[sign - text] = '\0';
    const EngStatus status = eng_hardware_set(hardware, key, sign + 1, err);
    eng_free(key);
    return status;
}

EngStatus app_experiment_set_hardware(AppExperiment *experiment, const char *text, EngError *err)
{
    const size_t length = strlen(MULTIPLIER_TABLE);
    if (strncmp(text, MULTIPLIER_TABLE, length) == 0 && text[length] == '=')
        return app_experiment_set(&experiment->multiplier_table, text + length + 1, err);
    return app_hardware_set(&experiment->hardware, text, err);
}
