#include "base/memory.h"
#include "base/text.h"
#include "data/kinds.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What a kind's opener gets. `argument` is what follows the colon, NULL without one; openers may
 * write into it while they cut options off. */
typedef struct Request {
    const char *spec;
    const char *kind;
    char *argument;
    uint64_t seed;
    size_t limit;
} Request;

typedef EngStatus (*OpenFn)(const Request *request, EngDataset *out, EngError *err);

/* Reads all of `text` as a number in low..high. */
static EngStatus read_number(const Request *request, const char *what, const char *text,
    uint64_t low, uint64_t high, uint64_t *value, EngError *err)
{
    const char *end;
    if (!eng_text_read_u64(text, &end, value) || *end != '\0')
        return eng_error(err, ENG_ERR_PARSE, "data \"%s\": %s is \"%s\", expected a whole number",
            request->spec, what, text);
    if (*value < low || *value > high)
        return eng_error(err, ENG_ERR_RANGE,
            "data \"%s\": %s is %" PRIu64 ", expected %" PRIu64 " to %" PRIu64, request->spec, what,
            *value, low, high);
    return ENG_OK;
}

/* Cuts "key=value" and the comma before it off the end of the argument (may be NULL); returns the
 * value, or NULL where the argument does not end so. */
static char *cut_option(char *argument, const char *key)
{
    if (!argument)
        return NULL;
    char *comma = strrchr(argument, ','), *option = comma ? comma + 1 : argument;
    const size_t length = strlen(key);
    if (strncmp(option, key, length) != 0 || option[length] != '=')
        return NULL;
    *(comma ? comma : argument) = '\0';
    return option + length + 1;
}

static EngStatus need_path(const Request *request, const char *what, EngError *err)
{
    if (request->argument && request->argument[0] != '\0')
        return ENG_OK;
    return eng_error(
        err, ENG_ERR_PARSE, "data \"%s\": expected %s:%s", request->spec, request->kind, what);
}

static const char *base_name(char *path)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        path[--length] = '\0';
    const char *slash = strrchr(path, '/');
    return slash && slash[1] != '\0' ? slash + 1 : path;
}

/* "kind base", cut where a UTF-8 character begins. */
static void name_after(EngDataset *out, const char *kind, const char *base)
{
    char name[2 * sizeof out->name];
    snprintf(name, sizeof name, "%s %.*s", kind, (int)sizeof out->name, base);
    size_t length = strlen(name);
    if (length >= sizeof out->name) {
        length = sizeof out->name - 1;
        while (length > 0 && ((unsigned char)name[length] & 0xC0) == 0x80)
            length--;
    }
    memcpy(out->name, name, length);
    out->name[length] = '\0';
}

/* The N of `digits:N`, or `usual`. */
static EngStatus read_samples(
    const Request *request, uint64_t usual, uint64_t *samples, EngError *err)
{
    *samples = usual;
    if (!request->argument)
        return ENG_OK;
    return read_number(request, "the number of training samples", request->argument,
        ENG_DATA_SAMPLES_MIN, ENG_DATA_SAMPLES_MAX, samples, err);
}

static EngStatus open_digits(const Request *request, EngDataset *out, EngError *err)
{
    uint64_t n;
    const EngStatus status = read_samples(request, 12000, &n, err);
    return status != ENG_OK
        ? status
        : eng_digits_make(request->seed, (size_t)n, (size_t)n / 6, request->limit, out, err);
}

static EngStatus open_planar(const Request *request, EngPlanar kind, EngDataset *out, EngError *err)
{
    uint64_t n;
    const EngStatus status = read_samples(request, 2000, &n, err);
    return status != ENG_OK
        ? status
        : eng_planar_make(kind, request->seed, (size_t)n, (size_t)n / 4, request->limit, out, err);
}

static EngStatus open_spirals(const Request *request, EngDataset *out, EngError *err)
{
    return open_planar(request, ENG_PLANAR_SPIRALS, out, err);
}

static EngStatus open_moons(const Request *request, EngDataset *out, EngError *err)
{
    return open_planar(request, ENG_PLANAR_MOONS, out, err);
}

static EngStatus open_circles(const Request *request, EngDataset *out, EngError *err)
{
    return open_planar(request, ENG_PLANAR_CIRCLES, out, err);
}

static EngStatus open_xor(const Request *request, EngDataset *out, EngError *err)
{
    return open_planar(request, ENG_PLANAR_XOR, out, err);
}

static EngStatus open_idx(const Request *request, EngDataset *out, EngError *err)
{
    uint64_t classes = 10;
    const char *option = cut_option(request->argument, "classes");
    EngStatus status = need_path(request, "FOLDER", err);
    if (status == ENG_OK && option)
        status = read_number(request, "classes", option, 2, 256, &classes, err);
    if (status != ENG_OK)
        return status;
    name_after(out, "idx", base_name(request->argument));
    return eng_idx_load(request->argument, (unsigned)classes, request->limit, out, err);
}

static EngStatus open_cifar(
    const Request *request, unsigned classes, EngDataset *out, EngError *err)
{
    const EngStatus status = need_path(request, "FOLDER", err);
    if (status != ENG_OK)
        return status;
    name_after(out, request->kind, base_name(request->argument));
    return eng_cifar_load(request->argument, classes, request->limit, out, err);
}

static EngStatus open_cifar10(const Request *request, EngDataset *out, EngError *err)
{
    return open_cifar(request, 10, out, err);
}

static EngStatus open_cifar100(const Request *request, EngDataset *out, EngError *err)
{
    return open_cifar(request, 100, out, err);
}

static EngStatus open_csv(const Request *request, EngDataset *out, EngError *err)
{
    const char *label = cut_option(request->argument, "label");
    EngStatus status = need_path(request, "FILE", err);
    if (status != ENG_OK)
        return status;
    EngInput *in;
    status = eng_input_open(request->argument, &in, err);
    if (status == ENG_OK)
        status = eng_table_read(in, label, request->seed, request->limit, out, err);
    eng_input_close(in);
    name_after(out, "csv", base_name(request->argument));
    return status;
}

/* Cuts context and stride off the end of the argument, in any order. `context` and `stride` come
 * with their usual values; a stride nobody asked for is at most the context. */
static EngStatus read_windows(
    const Request *request, uint64_t *context, uint64_t *stride, EngError *err)
{
    const char *length = NULL, *step = NULL;
    for (const char *value = ""; value;) {
        if ((value = cut_option(request->argument, "context")))
            length = value;
        else if ((value = cut_option(request->argument, "stride")))
            step = value;
    }
    EngStatus status = ENG_OK;
    if (length)
        status = read_number(request, "context", length, 1, ENG_DATA_CONTEXT_MAX, context, err);
    if (*stride > *context)
        *stride = *context;
    if (status == ENG_OK && step)
        status = read_number(request, "stride", step, 1, *context, stride, err);
    return status;
}

static EngStatus open_text(const Request *request, EngDataset *out, EngError *err)
{
    EngInput *in = NULL;
    uint64_t context = 64, stride = ENG_DATA_CONTEXT_MAX;
    EngStatus status = read_windows(request, &context, &stride, err);
    if (status == ENG_OK)
        status = need_path(request, "FILE", err);
    if (status != ENG_OK)
        return status;
    status = eng_input_open(request->argument, &in, err);
    if (status == ENG_OK)
        status = eng_sequence_read(in, (size_t)context, (size_t)stride, request->limit, out, err);
    eng_input_close(in);
    name_after(out, "text", base_name(request->argument));
    return status;
}

/* Nothing but options follows the colon. */
static EngStatus open_tinytext(const Request *request, EngDataset *out, EngError *err)
{
    EngInput *in = NULL;
    uint64_t context = 32, stride = 4;
    const char *text = eng_tinytext();
    EngStatus status = read_windows(request, &context, &stride, err);
    if (status == ENG_OK && request->argument && request->argument[0] != '\0')
        status = eng_error(err, ENG_ERR_PARSE,
            "data \"%s\": \"%s\" is no option, expected context=T or stride=S", request->spec,
            request->argument);
    if (status == ENG_OK)
        status = eng_input_memory("tinytext", text, strlen(text), &in, err);
    if (status == ENG_OK)
        status = eng_sequence_read(in, (size_t)context, (size_t)stride, request->limit, out, err);
    eng_input_close(in);
    return status;
}

static const struct {
    const char *name;
    OpenFn open;
    bool bare; /* may stand without a colon */
} kinds[] = {
    {"idx", open_idx, false},
    {"digits", open_digits, true},
    {"spirals", open_spirals, true},
    {"moons", open_moons, true},
    {"circles", open_circles, true},
    {"xor", open_xor, true},
    {"cifar10", open_cifar10, false},
    {"cifar100", open_cifar100, false},
    {"csv", open_csv, false},
    {"text", open_text, false},
    {"tinytext", open_tinytext, true},
};

const char *eng_dataset_help(void)
{
    return "  digits[:N]             hand-drawn-like digits, N training samples (12000)\n"
           "  spirals[:N] moons[:N] circles[:N] xor[:N]\n"
           "                         two classes in the plane, N training samples (2000)\n"
           "  idx:FOLDER[,classes=K] the MNIST family's four files, plain or .gz; K: 10\n"
           "  cifar10:FOLDER         data_batch_1.bin to data_batch_5.bin (any) and "
           "test_batch.bin\n"
           "  cifar100:FOLDER        train.bin and test.bin, 100 classes\n"
           "  csv:FILE[,label=L]     numbers with a label in column L, a name or a number from 1\n"
           "                         (the last column)\n"
           "  tinytext[:context=T][,stride=S]\n"
           "                         a built-in text, windows of T characters (32) every S (4)\n"
           "  text:FILE[,context=T][,stride=S]\n"
           "                         a text in UTF-8, windows of T characters (64) every S (T)\n";
}

static EngStatus unknown(const char *spec, EngError *err)
{
    EngText known = {0};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        eng_text_add(&known, "%s%s%s", i ? ", " : "", kinds[i].name, kinds[i].bare ? "" : ":PATH");
    const EngStatus status = eng_error(err, ENG_ERR_PARSE, "data \"%s\": expected one of %s", spec,
        known.failed ? "the known kinds" : known.data);
    eng_text_free(&known);
    return status;
}

/* Splits kind and argument, and hands over to the kind. */
static EngStatus open_kind(Request *request, char *text, EngDataset *out, EngError *err)
{
    char *colon = strchr(text, ':');
    if (colon) {
        *colon = '\0';
        request->argument = colon + 1;
    }
    request->kind = text;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].name, text) != 0)
            continue;
        strcpy(out->name, kinds[i].name);
        return kinds[i].open(request, out, err);
    }
    return unknown(request->spec, err);
}

EngStatus eng_dataset_open(
    const char *spec, uint64_t seed, size_t limit, EngDataset **out, EngError *err)
{
    *out = NULL;
    char *text = eng_strdup(spec);
    EngDataset *data = eng_alloc(1, sizeof *data);
    EngStatus status;
    if (text && data) {
        Request request = {.spec = spec, .seed = seed, .limit = limit ? limit : SIZE_MAX};
        status = open_kind(&request, text, data, err);
    } else {
        status = eng_error(err, ENG_ERR_NOMEM, "data \"%s\": no memory", spec);
    }
    eng_free(text);
    if (status != ENG_OK) {
        eng_dataset_free(data);
        return status;
    }
    if (data->scale[0] == 0.0f)
        eng_dataset_measure(data);
    *out = data;
    return ENG_OK;
}
