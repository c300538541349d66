#include "mts-presets.h"

#define FAST "after FAST, arXiv 2110.15456"

enum {
    FAST_ADAPTIVE,
    CONSTANT_LOW,
    CONSTANT_MIDDLE,
    CONSTANT_HIGH,
    LOW_TO_HIGH,
    HIGH_TO_LOW,
    LAYER_WISE,
    HYBRID,
    BOOSTER,
    CYCLIC,
    LATE_RAISE,
    ENDS_HIGH,
    BFLOAT16,
    FLOAT32,
    PRESETS
};

static const MtsPreset presets[PRESETS] = {
    [FAST_ADAPTIVE] = {"FAST-Adaptive",
        "Every lane takes 2 bits until 4 bits would improve it enough; the threshold falls with "
        "time and depth.",
        FAST},
    [CONSTANT_LOW] = {"Constant 2", "2 bits everywhere, from the first step to the last.", FAST},
    [CONSTANT_MIDDLE] = {"Constant 3", "3 bits everywhere; costs what 4 bits cost.", FAST},
    [CONSTANT_HIGH] = {"Constant 4", "4 bits everywhere, from the first step to the last.", FAST},
    [LOW_TO_HIGH] = {"Low → high",
        "2 bits at first, 3 bits, 4 bits in the last third: coarse while "
        "steps are large.",
        FAST},
    [HIGH_TO_LOW] = {"High → low",
        "4 bits at first, 2 bits in the last third: the other way round, "
        "to compare.",
        FAST},
    [LAYER_WISE] = {"Layer by layer",
        "2 bits in the first third of the layers, 3 in the next, 4 "
        "in the last.",
        FAST},
    [HYBRID] = {"Hybrid block floating point",
        "8-bit blocks of 64 in every product; everything else stays in float.",
        "HBFP, arXiv 1804.01526"},
    [BOOSTER] = {"Booster epoch",
        "4-bit blocks of 64; 6-bit ones in the first and last layer, and everywhere in the last "
        "epoch.",
        "after Accuracy Boosters, arXiv 2211.10737"},
    [CYCLIC] = {"Cyclic precision",
        "Weights and activations swing between 3 and 8 bits, eight times over the run; gradients "
        "stay at 8.",
        "after CPT, arXiv 2101.09868"},
    [LATE_RAISE] = {"4-bit floats, raised late",
        "NVFP4 everywhere; the forward product takes bfloat16 in the last 18 % of the run.",
        "after NVFP4 pretraining, arXiv 2509.25149"},
    [ENDS_HIGH] = {"Ends high",
        "4 bits, but 8 in the first and the last layer, which suffer most from few bits.",
        "common practice since DoReFa-Net, arXiv 1606.06160"},
    [BFLOAT16] = {"bfloat16", "bfloat16 everywhere: the usual mixed precision, to compare.",
        "Google Brain's 16-bit float"},
    [FLOAT32] = {"FP32", "Single precision everywhere: what all gains are measured against.",
        "IEEE 754 binary32"},
};

const MtsPreset *mts_presets_get(guint *count)
{
    *count = PRESETS;
    return presets;
}

/* ---- texts ---------------------------------------------------------------------------------- */

static char *layer_wise(const char *const *names, guint layers)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < layers; i++) {
        g_string_append_printf(text, "%s: bfp%u\n", names[i], 2 + 3 * i / layers);
    }
    return g_string_free(text, FALSE);
}

static char *booster(const char *const *names, guint layers, EngClock clock)
{
    const guint last_epoch = clock.steps - MIN(clock.steps, clock.steps_per_epoch);
    return g_strdup_printf("*: hbfp4 @0..%uit, hbfp6 @%uit..\n%s: hbfp6\n%s: hbfp6\n", last_epoch,
        last_epoch, names[0], names[layers - 1]);
}

/* A cosine from 3 to 8 bits in quarters of a cycle, rounded to whole bits, eight cycles. */
static char *cyclic(void)
{
    enum { CYCLES = 8, PARTS = 4 };
    static const guint bits[PARTS] = {3, 4, 7, 8};
    GString *text = g_string_new("*: ");
    for (guint i = 0; i < CYCLES * PARTS; i++) {
        const char *comma = i > 0 ? ", " : "";
        /* Whole 32nds of a hundred have five digits behind the point at most: written exactly. */
        const guint from = i * 100000 / (CYCLES * PARTS), to = (i + 1) * 100000 / (CYCLES * PARTS);
        g_string_append_printf(text, "%sbfp%u @%u.%03u..%u.%03u%%", comma, bits[i % PARTS],
            from / 1000, from % 1000, to / 1000, to % 1000);
    }
    g_string_append(text, "\n*.G: bfp8\n");
    return g_string_free(text, FALSE);
}

char *mts_preset_text(guint preset, const char *const *names, guint layers, EngClock clock)
{
    g_return_val_if_fail(preset < PRESETS && layers > 0, NULL);
    switch (preset) {
    case FAST_ADAPTIVE:
        return g_strdup("*: adaptive(bfp2, bfp4)\n");
    case CONSTANT_LOW:
        return g_strdup("*: bfp2\n");
    case CONSTANT_MIDDLE:
        return g_strdup("*: bfp3\n");
    case CONSTANT_HIGH:
        return g_strdup("*: bfp4\n");
    case LOW_TO_HIGH:
        return g_strdup("*: bfp2 @0..33.3333%, bfp3 @33.3333..66.6667%, bfp4 @66.6667%..\n");
    case HIGH_TO_LOW:
        return g_strdup("*: bfp4 @0..33.3333%, bfp3 @33.3333..66.6667%, bfp2 @66.6667%..\n");
    case LAYER_WISE:
        return layer_wise(names, layers);
    case HYBRID:
        return g_strdup("*: hbfp8\n");
    case BOOSTER:
        return booster(names, layers, clock);
    case CYCLIC:
        return cyclic();
    case LATE_RAISE:
        return g_strdup("*: nvfp4\n*.W.fwd: bf16 @82%..\n*.A.fwd: bf16 @82%..\n");
    case ENDS_HIGH:
        return g_strdup_printf("*: bfp4\n%s: bfp8\n%s: bfp8\n", names[0], names[layers - 1]);
    case BFLOAT16:
        return g_strdup("*: bf16\n");
    default:
        return g_strdup("*: fp32\n");
    }
}

EngPlan *mts_preset_plan(guint preset, const char *const *names, guint layers, EngClock clock)
{
    g_autofree char *text = mts_preset_text(preset, names, layers, clock);
    EngSchedule *schedule = NULL;
    EngPlan *plan = NULL;
    EngError error;
    if (eng_schedule_parse(text, &schedule, &error) == ENG_OK &&
        eng_plan_build(schedule, names, layers, clock, &plan, &error) != ENG_OK) {
        g_warning("%s: %s", presets[preset].title, error.text);
    }
    eng_schedule_free(schedule);
    return plan;
}
