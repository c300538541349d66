/* Schedules to start from: each with a name, a sentence that says what it does, and where it comes
 * from. What a paper leaves open (bits, thresholds, lengths of a cycle) is this project's default;
 * sentence or source says so. Pure; any thread. */
#ifndef ENG_SCHEDULE_PRESETS_H
#define ENG_SCHEDULE_PRESETS_H

#include "base/error.h"
#include "schedule/schedule.h"

typedef struct EngPreset {
    const char *name;     /* for a command line: small letters, digits, '-' */
    const char *title;    /* for people */
    const char *sentence; /* what it does, with its full stop */
    const char *source;   /* a paper, with its arXiv number where it has one, or "default" */
} EngPreset;

/* The presets in the order in which lists show them; static. NULL beyond the last. */
size_t eng_preset_count(void);
const EngPreset *eng_preset_at(size_t index);

/* The preset `name` as schedule text for layers names[0..layers) on this clock, a line per lane;
 * layers >= 1, clock.steps >= 1. Names are those of the list and `constant-M` with M = 1..16. It parses and builds a plan for every network. Caller frees *out
 * with eng_free. Errors: PARSE for an unknown name, telling those there are; RANGE without layers
 * or steps; NOMEM. */
EngStatus eng_preset_text(const char *name, const char *const *names, size_t layers, EngClock clock,
    char **out, EngError *err);

/* The same as a plan; caller frees with eng_plan_free. */
EngStatus eng_preset_plan(const char *name, const char *const *names, size_t layers, EngClock clock,
    EngPlan **out, EngError *err);

#endif
