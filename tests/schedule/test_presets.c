/* Presets: every one builds a plan for every network and clock, and says what its sentence says. */
#include "base/memory.h"
#include "check.h"
#include "net/network.h"
#include "schedule/presets.h"

#define MAX_LAYERS 64

/* Layers of a network as a schedule names them. */
typedef struct Named {
    EngNetwork *net;
    const char *names[MAX_LAYERS];
    size_t count;
} Named;

static bool open_network(const char *text, EngShape input, unsigned classes, Named *out)
{
    EngError err = {.text = ""};
    *out = (Named){0};
    if (eng_network_parse(text, input, classes, &out->net, &err)) {
        printf("# %s: %s\n", text, err.text);
        CHECK(!"the network cannot be read");
        return false;
    }
    CHECK(out->net->product_count > 0 && out->net->product_count <= MAX_LAYERS);
    while (out->count < out->net->product_count && out->count < MAX_LAYERS) {
        out->names[out->count] = eng_network_product(out->net, out->count)->name;
        out->count++;
    }
    return true;
}

static EngPlan *plan_of(const char *name, const Named *net, EngClock clock)
{
    EngError err = {.text = ""};
    EngPlan *plan = NULL;
    if (eng_preset_plan(name, net->names, net->count, clock, &plan, &err))
        printf("# %s: %s\n", name, err.text);
    CHECK(plan != NULL);
    return plan;
}

static void check_all_on(const Named *net)
{
    static const EngClock clocks[] = {
        {1, 1}, {2, 5}, {3, 7}, {100, 100}, {4692, 391}, {100000, 3}, {UINT32_MAX, 1}};
    for (size_t i = 0; i < eng_preset_count(); i++) {
        for (size_t c = 0; c < sizeof clocks / sizeof clocks[0]; c++) {
            EngPlan *const plan = plan_of(eng_preset_at(i)->name, net, clocks[c]);
            CHECK_INT(plan ? plan->layers : 0, net->count);
            eng_plan_free(plan);
        }
    }
}

static void test_networks(void)
{
    static const struct {
        const char *text;
        EngShape input;
        unsigned classes;
    } networks[] = {
        {"fc-10", {1, 1, 2}, 10},
        {"mlp:1024,1024", {28, 28, 1}, 10},
        {"lenet", {28, 28, 1}, 10},
        {"resnet-8", {32, 32, 3}, 10},
        {"mobilenet-s", {32, 32, 3}, 10},
        {"transformer-s", {64, 1, 1}, 65},
    };
    for (size_t i = 0; i < sizeof networks / sizeof networks[0]; i++) {
        Named net;
        if (open_network(networks[i].text, networks[i].input, networks[i].classes, &net))
            check_all_on(&net);
        eng_network_free(net.net);
    }
}

static void test_words(void)
{
    for (size_t i = 0; i < eng_preset_count(); i++) {
        const EngPreset *const preset = eng_preset_at(i);
        const size_t length = strlen(preset->sentence);
        CHECK(length > 20 && preset->sentence[length - 1] == '.');
        CHECK(strlen(preset->source) >= strlen("default"));
        CHECK(preset->title[0] != '\0');
        CHECK_INT(
            strspn(preset->name, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(preset->name));
        for (size_t j = 0; j < i; j++)
            CHECK(strcmp(preset->name, eng_preset_at(j)->name) != 0);
    }
    CHECK(eng_preset_at(eng_preset_count()) == NULL);
}

static const Named three = {.names = {"a", "b", "c"}, .count = 3};

static unsigned bits_at(const EngPlan *plan, size_t layer, EngSlot slot, uint32_t step)
{
    return eng_plan_at(plan, layer, slot, step)->precision.format.m;
}

static void test_thirds(void)
{
    const EngClock clock = {.steps = 300, .steps_per_epoch = 100};
    EngPlan *const up = plan_of("low-to-high", &three, clock);
    EngPlan *const down = plan_of("high-to-low", &three, clock);
    EngPlan *const wise = plan_of("layer-wise", &three, clock);
    for (uint32_t step = 0; up && down && wise && step < clock.steps; step++) {
        CHECK_INT(bits_at(up, 1, ENG_SLOT_W_FWD, step), 2 + step / 100);
        CHECK_INT(bits_at(down, 1, ENG_SLOT_G_WGRAD, step), 4 - step / 100);
        CHECK_INT(bits_at(wise, step % 3, ENG_SLOT_A_FWD, step), 2 + step % 3);
    }
    eng_plan_free(up);
    eng_plan_free(down);
    eng_plan_free(wise);
}

static void test_booster(void)
{
    const EngClock clock = {.steps = 1050, .steps_per_epoch = 100};
    EngPlan *const plan = plan_of("booster", &three, clock);
    size_t count;
    if (!plan)
        return;
    /* hbfpN counts the sign: hbfp4 has 3 mantissa bits, hbfp6 has 5. */
    const EngSpan *const middle = eng_plan_spans(plan, 1, ENG_SLOT_W_FWD, &count);
    CHECK_INT(count, 2);
    CHECK_INT(middle[0].to, 950);
    CHECK_INT(middle[0].precision.format.m, 3);
    CHECK_INT(middle[0].precision.format.g, 64);
    CHECK_INT(bits_at(plan, 1, ENG_SLOT_W_FWD, 950), 5);
    for (size_t layer = 0; layer < 3; layer += 2) {
        eng_plan_spans(plan, layer, ENG_SLOT_W_FWD, &count);
        CHECK_INT(count, 1);
        CHECK_INT(bits_at(plan, layer, ENG_SLOT_W_FWD, 0), 5);
    }
    eng_plan_free(plan);
}

static void test_cyclic(void)
{
    static const unsigned bits[] = {3, 4, 7, 8};
    const EngClock clock = {.steps = 3200, .steps_per_epoch = 100};
    EngPlan *const plan = plan_of("cyclic", &three, clock);
    for (uint32_t step = 0; plan && step < clock.steps; step += 50) {
        CHECK_INT(bits_at(plan, 0, ENG_SLOT_A_FWD, step), bits[step / 100 % 4]);
        CHECK_INT(bits_at(plan, 0, ENG_SLOT_G_DGRAD, step), 8);
    }
    eng_plan_free(plan);
}

/* What a plan uses at a step, as text. */
static void check_format(const EngPlan *plan, EngSlot slot, uint32_t step, const char *wanted)
{
    char text[ENG_PRECISION_TEXT];
    EngPrecision precision = eng_plan_at(plan, 1, slot, step)->precision;
    precision = eng_precision_unsettled(&precision, eng_slot_role(slot));
    CHECK_STR(eng_precision_text(&precision, text), wanted);
}

static void test_late_raise(void)
{
    const EngClock clock = {.steps = 100, .steps_per_epoch = 10};
    EngPlan *const plan = plan_of("late-raise", &three, clock);
    if (!plan)
        return;
    check_format(plan, ENG_SLOT_W_FWD, 81, "nvfp4");
    check_format(plan, ENG_SLOT_W_FWD, 82, "bf16");
    check_format(plan, ENG_SLOT_A_FWD, 82, "bf16");
    check_format(plan, ENG_SLOT_W_DGRAD, 99, "nvfp4");
    check_format(plan, ENG_SLOT_A_WGRAD, 99, "nvfp4");
    check_format(plan, ENG_SLOT_G_DGRAD, 99, "nvfp4");
    eng_plan_free(plan);
}

static void test_ends(void)
{
    const EngClock clock = {.steps = 10, .steps_per_epoch = 10};
    EngPlan *const plan = plan_of("ends-high", &three, clock);
    for (size_t layer = 0; plan && layer < 3; layer++)
        CHECK_INT(bits_at(plan, layer, ENG_SLOT_A_FWD, 0), layer == 1 ? 4 : 8);
    eng_plan_free(plan);
}

static void test_names(void)
{
    const EngClock clock = {.steps = 10, .steps_per_epoch = 10};
    static const char *const wrong[] = {"", "fast", "constant-", "constant-0", "constant-17",
        "constant-4x", "constant--4", "FAST-low", "constant-99999999999999999999"};
    for (unsigned bits = 1; bits <= 16; bits++) {
        char name[32];
        snprintf(name, sizeof name, "constant-%u", bits);
        EngPlan *const plan = plan_of(name, &three, clock);
        CHECK_INT(plan ? bits_at(plan, 2, ENG_SLOT_G_WGRAD, 9) : 0, bits);
        eng_plan_free(plan);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        EngError err = {.text = ""};
        char *text = NULL;
        CHECK_INT(eng_preset_text(wrong[i], three.names, 3, clock, &text, &err), ENG_ERR_PARSE);
        CHECK(text == NULL);
        CHECK_HAS(err.text, "fast-adaptive");
        CHECK_HAS(err.text, "constant-16");
    }
}

static void test_nothing_to_lay_over(void)
{
    EngError err = {.text = ""};
    char *text = NULL;
    CHECK_INT(
        eng_preset_text("fp32", three.names, 0, (EngClock){1, 1}, &text, &err), ENG_ERR_RANGE);
    CHECK_INT(
        eng_preset_text("fp32", three.names, 3, (EngClock){0, 1}, &text, &err), ENG_ERR_RANGE);
    CHECK(text == NULL);
}

int main(void)
{
    RUN(test_networks);
    RUN(test_words);
    RUN(test_thirds);
    RUN(test_booster);
    RUN(test_cyclic);
    RUN(test_late_raise);
    RUN(test_ends);
    RUN(test_names);
    RUN(test_nothing_to_lay_over);
    return check_done();
}
