#include "schedule/presets.h"
#include "base/memory.h"
#include "base/text.h"
#include <inttypes.h>
#include <string.h>

#define FAST "after FAST, arXiv 2110.15456"
#define CONSTANT "constant-"
#define BITS_MAX 16

typedef struct Layers {
    const char *const *names;
    size_t count;
    EngClock clock;
} Layers;

/* A preset and how its text comes about: the text itself, or a function that writes it. */
typedef struct Recipe {
    EngPreset preset;
    const char *text;
    void (*write)(EngText *out, const Layers *layers);
} Recipe;

/* ---- texts that depend on the network or the clock ------------------------------------------- */

static void write_layer_wise(EngText *out, const Layers *layers)
{
    for (size_t i = 0; i < layers->count; i++)
        eng_text_add(out, "%s: bfp%zu\n", layers->names[i], 2 + 3 * i / layers->count);
}

/* What holds in the first and in the last layer; a network of one layer is both. */
static void write_ends(EngText *out, const Layers *layers, const char *format)
{
    eng_text_add(out, "%s: %s\n", layers->names[0], format);
    if (layers->count > 1)
        eng_text_add(out, "%s: %s\n", layers->names[layers->count - 1], format);
}

static void write_ends_high(EngText *out, const Layers *layers)
{
    eng_text_add(out, "*: bfp4\n");
    write_ends(out, layers, "bfp8");
}

static void write_booster(EngText *out, const Layers *layers)
{
    const EngClock clock = layers->clock;
    const uint32_t last =
        clock.steps > clock.steps_per_epoch ? clock.steps - clock.steps_per_epoch : 0;
    eng_text_add(out, "*: hbfp4 @0..%" PRIu32 "it, hbfp6 @%" PRIu32 "it..\n", last, last);
    write_ends(out, layers, "hbfp6");
}

/* Eight cosine cycles from 3 to 8 bits, each in four parts of the nearest whole bits. */
static void write_cyclic(EngText *out, const Layers *layers)
{
    enum { CYCLES = 8, PARTS = 4, ALL = CYCLES * PARTS };
    static const unsigned bits[PARTS] = {3, 4, 7, 8};
    (void)layers;
    eng_text_add(out, "*: ");
    for (unsigned i = 0; i < ALL; i++) {
        /* A 32nd of a hundred has five digits behind the point, so thousandths of a percent are
         * cut alike at both sides of an edge: parts meet without a gap. */
        const unsigned from = i * 100000 / ALL, to = (i + 1) * 100000 / ALL;
        eng_text_add(out, "%sbfp%u @%u.%03u..%u.%03u%%", i > 0 ? ", " : "", bits[i % PARTS],
            from / 1000, from % 1000, to / 1000, to % 1000);
    }
    eng_text_add(out, "\n*.G: bfp8\n");
}

/* ---- the list -------------------------------------------------------------------------------- */

static const Recipe recipes[] = {
    {{"fast-adaptive", "FAST-Adaptive",
         "Every lane takes 2 bits until 4 bits would improve it enough; the threshold falls with "
         "time and depth.",
         FAST},
        .text = "*: adaptive(bfp2, bfp4)\n"},
    {{"fast-low", "FAST low", "2 bits everywhere, from the first step to the last.", FAST},
        .text = "*: bfp2\n"},
    {{"fast-mid", "FAST mid", "3 bits everywhere; costs what 4 bits cost.", FAST},
        .text = "*: bfp3\n"},
    {{"fast-high", "FAST high", "4 bits everywhere, from the first step to the last.", FAST},
        .text = "*: bfp4\n"},
    {{"constant-8", "Constant 8",
         "8 bits everywhere: one number of bits for all layers, tensors and times.", "default"},
        .text = "*: bfp8\n"},
    {{"low-to-high", "Low → high",
         "2 bits at first, 3 bits, 4 bits in the last third: coarse while steps are large.", FAST},
        .text = "*: bfp2 @0..33.3333%, bfp3 @33.3333..66.6667%, bfp4 @66.6667%..\n"},
    {{"high-to-low", "High → low",
         "4 bits at first, 2 bits in the last third: the other way round, to compare.", FAST},
        .text = "*: bfp4 @0..33.3333%, bfp3 @33.3333..66.6667%, bfp2 @66.6667%..\n"},
    {{"layer-wise", "Layer by layer",
         "2 bits in the first third of the layers, 3 in the next, 4 in the last.", FAST},
        .write = write_layer_wise},
    {{"hbfp", "Hybrid block floating point",
         "8-bit blocks of 64 in every product; everything else stays in float.",
         "HBFP, arXiv 1804.01526"},
        .text = "*: hbfp8\n"},
    {{"booster", "Booster epoch",
         "4-bit blocks of 64; 6-bit ones in the first and last layer, and everywhere in the last "
         "epoch.",
         "after Accuracy Boosters, arXiv 2211.10737"},
        .write = write_booster},
    {{"cyclic", "Cyclic precision",
         "Weights and activations swing between 3 and 8 bits, eight times over the run; gradients "
         "stay at 8.",
         "after CPT, arXiv 2101.09868"},
        .write = write_cyclic},
    {{"late-raise", "4-bit floats, raised late",
         "NVFP4 everywhere; the forward product takes bfloat16 in the last 18 % of the run.",
         "after NVFP4 pretraining, arXiv 2509.25149"},
        .text = "*: nvfp4\n*.W.fwd: bf16 @82%..\n*.A.fwd: bf16 @82%..\n"},
    {{"ends-high", "Ends high",
         "4 bits, but 8 in the first and the last layer, which suffer most from few bits.",
         "common practice since DoReFa-Net, arXiv 1606.06160"},
        .write = write_ends_high},
    {{"bf16", "bfloat16", "bfloat16 everywhere: the usual mixed precision, to compare.",
         "Google Brain's 16-bit float"},
        .text = "*: bf16\n"},
    {{"fp32", "FP32", "Single precision everywhere: what all gains are measured against.",
         "IEEE 754 binary32"},
        .text = "*: fp32\n"},
};

#define PRESETS (sizeof recipes / sizeof recipes[0])

size_t eng_preset_count(void)
{
    return PRESETS;
}

const EngPreset *eng_preset_at(size_t index)
{
    return index < PRESETS ? &recipes[index].preset : NULL;
}

/* ---- by name --------------------------------------------------------------------------------- */

/* M of "constant-M"; 0 for other names. */
static unsigned constant_bits(const char *name)
{
    const size_t length = strlen(CONSTANT);
    const char *end = name;
    uint64_t bits = 0;
    if (strncmp(name, CONSTANT, length) != 0 || !eng_text_read_u64(name + length, &end, &bits) ||
        *end != '\0' || bits > BITS_MAX)
        return 0;
    return (unsigned)bits;
}

static EngStatus unknown(const char *name, EngError *err)
{
    EngText names = {0};
    for (size_t i = 0; i < PRESETS; i++)
        eng_text_add(&names, "%s%s", i > 0 ? ", " : "", recipes[i].preset.name);
    eng_error(err, ENG_ERR_PARSE,
        "there is no preset \"%.40s\", expected one of %s, or constant-1 to constant-%d", name,
        names.data && !names.failed ? names.data : "those that are listed", BITS_MAX);
    eng_text_free(&names);
    return ENG_ERR_PARSE;
}

static EngStatus write(const char *name, const Layers *layers, EngText *out, EngError *err)
{
    const unsigned bits = constant_bits(name);
    if (bits > 0) {
        eng_text_add(out, "*: bfp%u\n", bits);
        return ENG_OK;
    }
    for (size_t i = 0; i < PRESETS; i++) {
        const Recipe *const recipe = &recipes[i];
        if (strcmp(recipe->preset.name, name) != 0)
            continue;
        if (recipe->write)
            recipe->write(out, layers);
        else
            eng_text_add(out, "%s", recipe->text);
        return ENG_OK;
    }
    return unknown(name, err);
}

EngStatus eng_preset_text(const char *name, const char *const *names, size_t layers, EngClock clock,
    char **out, EngError *err)
{
    if (layers == 0 || clock.steps == 0)
        return eng_error(err, ENG_ERR_RANGE,
            "a preset needs a layer and a step, there are %zu layers and %" PRIu32 " steps", layers,
            clock.steps);
    const Layers all = {names, layers, clock};
    EngText text = {0};
    EngStatus status = write(name, &all, &text, err);
    char *const copy = status == ENG_OK && !text.failed ? eng_strdup(text.data) : NULL;
    eng_text_free(&text);
    if (status == ENG_OK && !copy)
        status = eng_error(err, ENG_ERR_NOMEM, "no memory for the schedule of a preset");
    if (status == ENG_OK)
        *out = copy;
    return status;
}

EngStatus eng_preset_plan(const char *name, const char *const *names, size_t layers, EngClock clock,
    EngPlan **out, EngError *err)
{
    char *text = NULL;
    EngSchedule *schedule = NULL;
    EngStatus status = eng_preset_text(name, names, layers, clock, &text, err);
    if (status == ENG_OK)
        status = eng_schedule_parse(text, &schedule, err);
    if (status == ENG_OK)
        status = eng_plan_build(schedule, names, layers, clock, out, err);
    eng_schedule_free(schedule);
    eng_free(text);
    return status;
}
