/* Schedules to start from, each with a sentence that says what it does and where it comes from.
 * What a paper leaves open (block size, thresholds, cycle lengths here) is this project's choice.
 * Pure; any thread. */
#pragma once

#include "schedule/schedule.h"
#include <glib.h>

G_BEGIN_DECLS

typedef struct MtsPreset {
    const char *title, *sentence, *source;
} MtsPreset;

const MtsPreset *mts_presets_get(guint *count);

/* The preset as schedule text for these layers; caller g_frees. */
char *mts_preset_text(guint preset, const char *const *names, guint layers, EngClock clock);

/* And as a plan; caller frees with eng_plan_free. NULL where memory is short. */
EngPlan *mts_preset_plan(guint preset, const char *const *names, guint layers, EngClock clock);

G_END_DECLS
