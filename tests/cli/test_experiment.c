/* The experiment file: what is read, what is refused in which words, and that nothing changes on
 * the way through the file, in a locale with a decimal comma too. */
#include "base/memory.h"
#include "base/philox.h"
#include "check.h"
#include "experiment.h"
#include "hardware/settings.h"
#include "json.h"
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static EngStatus parse(const char *text, AppExperiment *out, EngText *warnings, EngError *err)
{
    return app_experiment_parse(text, strlen(text), "run.json", out, warnings, err);
}

static const char whole[] =
    "{\"version\": 1, \"name\": \"Late raise\", \"data\": \"digits:500\", \"limit\": 400,\n"
    " \"model\": \"mlp:32\", \"training\": {\"epochs\": 3, \"batch\": 20, \"learning_rate\": "
    "0.0625,\n"
    " \"momentum\": 0.5, \"evals_per_epoch\": 2, \"optimiser\": \"adam\", \"nesterov\": true,\n"
    " \"rate\": \"cosine\", \"rate_warm_up\": 0.5},\n"
    " \"seeds\": {\"weights\": 7, \"data\": \"8\", \"noise\": \"18446744073709551615\"},\n"
    " \"schedule\": [\"*: bfp4\", \"*.G: bfp4:sr8\"],\n"
    " \"hardware\": {\"rows\": 16, \"clock_hz\": 1.5e9, \"wgrad\": \"is\"}}\n";

static void test_reads_everything(void)
{
    AppExperiment e;
    EngError err = {0};
    EngText warnings = {0};
    CHECK_INT(parse(whole, &e, &warnings, &err), ENG_OK);
    CHECK_STR(err.text, "");
    CHECK(warnings.data == NULL);
    CHECK_STR(e.name, "Late raise");
    CHECK_STR(e.data, "digits:500");
    CHECK_STR(e.model, "mlp:32");
    CHECK_STR(e.schedule, "*: bfp4\n*.G: bfp4:sr8");
    CHECK_INT(e.limit, 400);
    CHECK_INT(e.training.epochs, 3);
    CHECK_INT(e.training.batch, 20);
    CHECK(e.training.rate.base == 0.0625);
    CHECK(e.training.optimiser.momentum == 0.5);
    CHECK_INT(e.training.evals_per_epoch, 2);
    CHECK(e.training.seed_weights == 7 && e.training.seed_data == 8);
    CHECK(e.training.seed_noise == UINT64_MAX);
    CHECK_INT(e.hardware.rows, 16);
    CHECK_INT(e.hardware.columns, eng_hardware_default().columns);
    CHECK(e.hardware.clock_hz == 1.5e9);
    CHECK_INT(e.hardware.wgrad, ENG_DATAFLOW_IS);
    CHECK_INT(e.hardware.forward, ENG_DATAFLOW_WS);
    app_experiment_clear(&e);
}

/* Field by field: the structs hold pointers and padding. */
static void check_same_settings(const AppExperiment *a, const AppExperiment *b)
{
    const EngSetting *setting;
    CHECK_INT(a->limit, b->limit);
    CHECK_INT(a->training.epochs, b->training.epochs);
    CHECK_INT(a->training.batch, b->training.batch);
    CHECK(a->training.rate.base == b->training.rate.base);
    CHECK(a->training.optimiser.momentum == b->training.optimiser.momentum);
    CHECK_INT(a->training.evals_per_epoch, b->training.evals_per_epoch);
    CHECK_INT(a->training.optimiser.kind, b->training.optimiser.kind);
    CHECK_INT(a->training.optimiser.nesterov, b->training.optimiser.nesterov);
    CHECK(a->training.optimiser.beta1 == b->training.optimiser.beta1);
    CHECK(a->training.optimiser.beta2 == b->training.optimiser.beta2);
    CHECK(a->training.optimiser.epsilon == b->training.optimiser.epsilon);
    CHECK(a->training.optimiser.weight_decay == b->training.optimiser.weight_decay);
    CHECK(a->training.optimiser.clip_norm == b->training.optimiser.clip_norm);
    CHECK(a->training.label_smoothing == b->training.label_smoothing);
    CHECK_INT(a->training.rate.kind, b->training.rate.kind);
    CHECK(a->training.rate.warm_up == b->training.rate.warm_up);
    CHECK(a->training.rate.every == b->training.rate.every);
    CHECK(a->training.rate.factor == b->training.rate.factor);
    CHECK(a->training.seed_weights == b->training.seed_weights);
    CHECK(a->training.seed_data == b->training.seed_data);
    CHECK(a->training.seed_noise == b->training.seed_noise);
    for (size_t i = 0; (setting = eng_hardware_setting(i)); i++)
        CHECK(eng_hardware_get(&a->hardware, setting) == eng_hardware_get(&b->hardware, setting));
}

static void check_same(const AppExperiment *a, const AppExperiment *b)
{
    CHECK_STR(a->name, b->name);
    CHECK_STR(a->data, b->data);
    CHECK_STR(a->model, b->model);
    CHECK_STR(a->schedule, b->schedule);
    check_same_settings(a, b);
}

static void test_least_file_has_defaults(void)
{
    AppExperiment e, d;
    EngError err = {0};
    CHECK_INT(app_experiment_init(&d, &err), ENG_OK);
    CHECK_INT(
        parse("{\"version\": 1, \"data\": \"spirals\", \"model\": \"mlp:8\"}", &e, NULL, &err),
        ENG_OK);
    CHECK_STR(e.name, "");
    CHECK_STR(e.schedule, "");
    CHECK_INT(e.limit, 0);
    check_same_settings(&e, &d);
    CHECK(e.training.seed_weights == 1 && e.training.seed_noise == 1);
    char *const title = app_experiment_title(&e);
    CHECK_STR(title, "spirals, mlp:8");
    eng_free(title);
    app_experiment_clear(&e);
    app_experiment_clear(&d);
}

/* Each damage, and what the sentence must say about it. */
typedef struct Wrong {
    const char *text, *place, *expected;
} Wrong;

#define HEAD "{\"version\": 1, \"data\": \"digits\", \"model\": \"mlp:8\", "

static const Wrong wrong[] = {
    {"", "line 1, column 0", "JSON"},
    {"[1, 2]", "no JSON object", "\"version\": 1"},
    {"{\"version\": 1,\n \"data\": }", "line 2", "JSON"},
    {"{\"version\": 1, \"version\": 1}", "line 1", "duplicate"},
    {"{\"data\": \"digits\"}", "version is missing", "the experiment's version, 1"},
    {"{\"version\": \"1\"}", "version is \"1\"", "the experiment's version, 1"},
    {"{\"version\": 0}", "version is 0", "the experiment's version, 1"},
    {"{\"version\": 2}", "version is 2", "newer Mantissa"},
    {"{\"version\": 1, \"model\": \"mlp:8\"}", "data is missing", "a text"},
    {"{\"version\": 1, \"data\": \"digits\"}", "model is missing", "a text"},
    {"{\"version\": 1, \"data\": 3, \"model\": \"mlp:8\"}", "data is 3", "a text"},
    {HEAD "\"name\": [\"a\"]}", "name is [\"a\"]", "a text"},
    {HEAD "\"limit\": -1}", "limit is -1", "a whole number from 0 to 4294967295"},
    {HEAD "\"training\": []}", "training is []", "an object"},
    {HEAD "\"training\": {\"epochs\": 1.5}}", "training.epochs is 1.5", "a whole number"},
    {HEAD "\"training\": {\"epochs\": \"3\"}}", "training.epochs is \"3\"", "a whole number"},
    {HEAD "\"training\": {\"epochs\": 4294967296}}", "training.epochs is 4294967296", "4294967295"},
    {HEAD "\"training\": {\"epochs\": 0}}", "epochs", "1"},
    {HEAD "\"training\": {\"momentum\": \"0.9\"}}", "training.momentum is \"0.9\"", "a number"},
    {HEAD "\"training\": {\"momentum\": 1}}", "momentum", "1"},
    {HEAD "\"training\": {\"optimiser\": \"fast\"}}", "training.optimiser is \"fast\"", "\"adam\""},
    {HEAD "\"training\": {\"nesterov\": 1}}", "training.nesterov is 1", "true or false"},
    {HEAD "\"training\": {\"rate\": 3}}", "training.rate is 3", "one of \"constant\""},
    {HEAD "\"seeds\": {\"noise\": -1}}", "seeds.noise is -1", "below 2^63"},
    {HEAD "\"seeds\": {\"noise\": 0.5}}", "seeds.noise is 0.5", "a whole number"},
    {HEAD "\"seeds\": {\"noise\": \"18446744073709551616\"}}", "seeds.noise is \"1844",
        "below 2^64"},
    {HEAD "\"seeds\": {\"noise\": \" 1\"}}", "seeds.noise is \" 1\"", "decimal string"},
    {HEAD "\"seeds\": {\"noise\": \"\"}}", "seeds.noise is \"\"", "decimal string"},
    {HEAD "\"schedule\": \"*: bfp4\"}", "schedule is \"*: bfp4\"", "an array with a line per lane"},
    {HEAD "\"schedule\": [4]}", "schedule is 4", "lines like"},
    {HEAD "\"schedule\": [\"*: bfp4\", \"*.G: bfp99\"]}", "schedule", "bfp99"},
    {HEAD "\"schedule\": [\"*: bfp4 @5..2ep\"]}", "schedule", "5"},
    {HEAD "\"hardware\": {\"rows\": 0}}", "rows", "1024"},
    {HEAD "\"hardware\": {\"forward\": \"up\"}}", "forward", "ws, os, is"},
    {HEAD "\"hardware\": {\"forward\": 1}}", "hardware.forward is 1", "a word"},
    {HEAD "\"hardware\": {\"rows\": 1.5}}", "rows", "whole number"},
    {HEAD "\"hardware\": {\"clock_hz\": true}}", "hardware.clock_hz is true", "a number"},
};

static void test_wrong_files_get_a_sentence(void)
{
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        AppExperiment e;
        EngError err = {0};
        CHECK(parse(wrong[i].text, &e, NULL, &err) < 0);
        CHECK(strncmp(err.text, "run.json: ", 10) == 0);
        CHECK_HAS(err.text, wrong[i].place);
        CHECK_HAS(err.text, wrong[i].expected);
        CHECK(strchr(err.text, '\n') == NULL);
        CHECK(e.name == NULL && e.schedule == NULL);
    }
}

/* Cut anywhere, a file is refused or read, but never more than that. */
static void test_truncated_files_are_refused(void)
{
    const size_t length = strlen(whole) - 1; /* without the last newline */
    for (size_t n = 0; n < length; n++) {
        AppExperiment e;
        EngError err = {0};
        CHECK(app_experiment_parse(whole, n, "run.json", &e, NULL, &err) == ENG_ERR_FORMAT);
        CHECK_HAS(err.text, "run.json: line ");
    }
}

static void test_unknown_keys_are_told(void)
{
    AppExperiment e;
    EngError err = {0};
    EngText warnings = {0};
    CHECK_INT(parse(HEAD "\"colour\": 3, \"training\": {\"epochs\": 2, \"warp\": 9}}", &e,
                  &warnings, &err),
        ENG_OK);
    CHECK_INT(e.training.epochs, 2);
    CHECK_STR(warnings.data,
        "run.json: training.warp is not known to this version, left out\n"
        "run.json: colour is not known to this version, left out\n");
    eng_text_free(&warnings);
    app_experiment_clear(&e);
}

static void check_round_trip(const AppExperiment *e, bool pretty)
{
    AppExperiment back;
    EngError err = {0};
    EngText text = {0}, warnings = {0};
    app_experiment_text(e, &text, pretty);
    CHECK(!text.failed);
    CHECK_INT(
        app_experiment_parse(text.data, text.length, "run.json", &back, &warnings, &err), ENG_OK);
    CHECK_STR(err.text, "");
    CHECK(warnings.data == NULL);
    if (back.name)
        check_same(e, &back);
    app_experiment_clear(&back);
    eng_text_free(&text);
}

/* Settings of all kinds: seeds around 2^53 and 2^63, numbers with long expansions. */
static void fill(AppExperiment *e, EngRandom *random)
{
    static const uint64_t seeds[] = {0, UINT64_C(1) << 53, (UINT64_C(1) << 53) + 1, INT64_MAX,
        (uint64_t)INT64_MAX + 1, UINT64_MAX};
    EngError err = {0};
    CHECK_INT(app_experiment_init(e, &err), ENG_OK);
    CHECK_INT(app_experiment_set(&e->name, "späte \"Anhebung\"\t\\ 1/2\x7f", &err), ENG_OK);
    CHECK_INT(
        app_experiment_set(&e->schedule, "*: bfp4\nfc1.W: bfp2 @0..12.5%, bfp4 @12.5%..", &err),
        ENG_OK);
    e->limit = eng_random_u32(random);
    e->training.epochs = 1 + eng_random_below(random, 100000);
    e->training.batch = 1 + eng_random_below(random, 65536);
    e->training.rate.base = 100 * eng_random_unit(random) + 1e-30;
    e->training.optimiser.momentum = eng_random_unit(random);
    e->training.optimiser.kind = (EngOptimiserKind)eng_random_below(random, 2);
    e->training.optimiser.nesterov = eng_random_below(random, 2);
    e->training.optimiser.beta1 = eng_random_unit(random);
    e->training.optimiser.weight_decay = eng_random_unit(random);
    e->training.optimiser.clip_norm = 1e9 * eng_random_unit(random);
    e->training.label_smoothing = eng_random_unit(random);
    e->training.rate.kind = (EngRateKind)eng_random_below(random, 3);
    e->training.rate.warm_up = 100 * eng_random_unit(random);
    e->training.rate.factor = 1 - eng_random_unit(random);
    e->training.evals_per_epoch = 1 + eng_random_below(random, 1000);
    e->training.seed_weights = seeds[eng_random_below(random, 6)];
    e->training.seed_data = seeds[eng_random_below(random, 6)];
    e->training.seed_noise = (uint64_t)eng_random_u32(random) << 32 | eng_random_u32(random);
    e->hardware.rows = 1 + eng_random_below(random, 1024);
    e->hardware.clock_hz = 1e6 + 9e9 * eng_random_unit(random);
    e->hardware.dgrad = (EngDataflow)eng_random_below(random, 3);
}

#define SEED 20240607

static void test_round_trip(void)
{
    EngRandom random;
    printf("# seed %d\n", SEED);
    eng_random_init(&random, SEED, 0, 0, 0);
    for (int i = 0; i < 200; i++) {
        AppExperiment e;
        fill(&e, &random);
        check_round_trip(&e, i % 2);
        app_experiment_clear(&e);
    }
}

static void test_copy_is_deep(void)
{
    AppExperiment e, copy;
    EngError err = {0};
    CHECK_INT(parse(whole, &e, NULL, &err), ENG_OK);
    CHECK_INT(app_experiment_copy(&e, &copy, &err), ENG_OK);
    check_same(&e, &copy);
    CHECK(copy.schedule != e.schedule && copy.name != e.name);
    app_experiment_clear(&e);
    CHECK_STR(copy.schedule, "*: bfp4\n*.G: bfp4:sr8");
    app_experiment_clear(&copy);
}

/* Large seeds are text, small ones and whole numbers plain, as a person would write them. */
static void test_text_is_plain(void)
{
    AppExperiment e;
    EngError err = {0};
    EngText text = {0};
    CHECK_INT(app_experiment_init(&e, &err), ENG_OK);
    e.training.seed_data = (UINT64_C(1) << 53) + 1;
    app_experiment_text(&e, &text, true);
    CHECK_HAS(text.data, "{\n  \"version\": 1,\n");
    CHECK_HAS(text.data, "\"learning_rate\": 0.05,");
    CHECK_HAS(text.data, "\"weights\": 1,");
    CHECK_HAS(text.data, "\"data\": \"9007199254740993\",");
    CHECK_HAS(text.data, "\"clock_hz\": 500000000,");
    CHECK_HAS(text.data, "\"schedule\": [],");
    CHECK(text.data[text.length - 1] == '\n');
    eng_text_free(&text);
    app_experiment_clear(&e);
}

static void test_comma_locale_changes_nothing(void)
{
    EngText plain = {0}, comma = {0};
    AppExperiment e;
    EngError err = {0};
    char shown[16];
    CHECK_INT(parse(whole, &e, NULL, &err), ENG_OK);
    app_experiment_text(&e, &plain, true);
    CHECK(setlocale(LC_ALL, "de_DE.UTF-8") != NULL);
    snprintf(shown, sizeof shown, "%.1f", 0.5);
    CHECK_STR(shown, "0,5");
    app_experiment_text(&e, &comma, true);
    CHECK_STR(comma.data, plain.data);
    check_round_trip(&e, true);
    app_experiment_clear(&e);
    CHECK_INT(parse(whole, &e, NULL, &err), ENG_OK);
    CHECK(e.training.rate.base == 0.0625);
    CHECK(e.hardware.clock_hz == 1.5e9);
    CHECK_INT(app_hardware_set(&e.hardware, "dram_bytes_per_s=0.5e9", &err), ENG_OK);
    CHECK(e.hardware.dram_bytes_per_s == 0.5e9);
    app_experiment_clear(&e);
    eng_text_free(&plain);
    eng_text_free(&comma);
    setlocale(LC_ALL, "C");
}

static void test_files(void)
{
    char folder[] = "/tmp/mantissa-experiment-XXXXXX", path[64];
    AppExperiment e, back;
    EngError err = {0};
    CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/run.json", folder);
    CHECK_INT(app_experiment_read(path, &back, NULL, &err), ENG_ERR_IO);
    CHECK_HAS(err.text, path);
    CHECK_INT(app_experiment_read(folder, &back, NULL, &err), ENG_ERR_IO);
    CHECK_INT(parse(whole, &e, NULL, &err), ENG_OK);
    CHECK_INT(app_experiment_write(&e, path, &err), ENG_OK);
    e.limit = 17; /* a second time, over the first */
    CHECK_INT(app_experiment_write(&e, path, &err), ENG_OK);
    CHECK_INT(app_experiment_read(path, &back, NULL, &err), ENG_OK);
    if (back.name)
        check_same(&e, &back);
    app_experiment_clear(&back);
    unlink(path);
    CHECK_INT(rmdir(folder), 0); /* nothing else was left there */
    CHECK_INT(app_experiment_write(&e, path, &err), ENG_ERR_IO);
    CHECK_HAS(err.text, path);
    app_experiment_clear(&e);
}

static void test_hardware_settings(void)
{
    EngHardware hw = eng_hardware_default();
    EngError err = {0};
    CHECK_INT(app_hardware_set(&hw, "rows=32", &err), ENG_OK);
    CHECK_INT(app_hardware_set(&hw, "wgrad=ws", &err), ENG_OK);
    CHECK_INT(app_hardware_set(&hw, "clock_hz=1e9", &err), ENG_OK);
    CHECK(hw.rows == 32 && hw.wgrad == ENG_DATAFLOW_WS && hw.clock_hz == 1e9);
    CHECK_INT(app_hardware_set(&hw, "rows=many", &err), ENG_ERR_PARSE);
    CHECK_HAS(err.text, "a whole number");
    CHECK_INT(app_hardware_set(&hw, "rows", &err), ENG_ERR_PARSE);
    CHECK_INT(app_hardware_set(&hw, "row=3", &err), ENG_ERR_PARSE);
    CHECK_HAS(err.text, "\"row\"");
    CHECK_HAS(err.text, "dram_bytes_per_s");
    CHECK_INT(app_hardware_set(&hw, "forward=up", &err), ENG_ERR_PARSE);
    CHECK_INT(hw.rows, 32);
}

int main(void)
{
    RUN(test_reads_everything);
    RUN(test_least_file_has_defaults);
    RUN(test_wrong_files_get_a_sentence);
    RUN(test_truncated_files_are_refused);
    RUN(test_unknown_keys_are_told);
    RUN(test_round_trip);
    RUN(test_copy_is_deep);
    RUN(test_text_is_plain);
    if (setlocale(LC_ALL, "de_DE.UTF-8"))
        RUN(test_comma_locale_changes_nothing);
    else
        SKIP(test_comma_locale_changes_nothing, "no locale with a decimal comma");
    RUN(test_files);
    RUN(test_hardware_settings);
    return check_done();
}
