/* Random plans for tests: a pool of tracks that slots, roles and layers share now and then, as
 * people draw them, and some that nobody shares. */
#ifndef TESTS_SCHEDULE_RANDOM_PLAN_H
#define TESTS_SCHEDULE_RANDOM_PLAN_H

#include "base/memory.h"
#include "base/philox.h"
#include "schedule/schedule.h"
#include <stdio.h>
#include <string.h>

#define RANDOM_SPANS 12
#define RANDOM_TRACKS 6

typedef struct RandomTrack {
    EngSpan spans[RANDOM_SPANS];
    size_t count;
} RandomTrack;

static inline EngFormat random_format(EngRandom *random)
{
    static const char *const words[] = {"fp32", "bf16", "fp16", "fp8_e4m3", "int8", "mxfp4",
        "nvfp4", "q4.4", "bfp2", "bfp3:truncate", "bfp4", "bfp4:sr4", "bfp6/g32", "bfp8/e5:even",
        "bfp4:nearest", "bfp4:sr8", "bfp16/g4", "mxint8", "ternary", "tf32"};
    const char *const word = words[eng_random_below(random, sizeof words / sizeof words[0])];
    EngFormat format = eng_format_fp32();
    eng_format_parse(word, strlen(word), &format, NULL);
    return format;
}

static inline EngPrecision random_precision(EngRandom *random, bool adaptive)
{
    if (!adaptive || eng_random_below(random, 5) > 0)
        return eng_precision_fixed(random_format(random));
    const EngFormat low = eng_format_bfp(1 + eng_random_below(random, 4));
    const EngFormat high = eng_format_bfp(5 + eng_random_below(random, 8));
    if (eng_random_below(random, 3) == 0) {
        EngPrecision zse = eng_precision_zse(low, high);
        zse.up = eng_random_unit(random);
        zse.down = zse.up * eng_random_unit(random);
        return zse;
    }
    EngPrecision p = eng_precision_adaptive(low, high);
    if (eng_random_below(random, 2)) {
        p.alpha = eng_random_below(random, 1000) / 100.0;
        p.beta = eng_random_unit(random);
        p.interval = 1 + eng_random_below(random, 1000000);
        p.literal = eng_random_below(random, 2);
    }
    return p;
}

static inline RandomTrack random_track(EngRandom *random, EngClock clock, bool adaptive)
{
    RandomTrack track = {.count = 0};
    const uint32_t wanted = 1 + eng_random_below(random, RANDOM_SPANS);
    const bool snap = eng_random_below(random, 2);
    uint32_t at = 0;
    while (at < clock.steps) {
        uint32_t to = at + 1 + eng_random_below(random, clock.steps * 2 / wanted + 1);
        if (snap)
            to = (to / clock.steps_per_epoch + 1) * clock.steps_per_epoch;
        if (to > clock.steps || track.count + 1 == wanted)
            to = clock.steps;
        track.spans[track.count++] = (EngSpan){at, to, random_precision(random, adaptive)};
        at = to;
    }
    return track;
}

/* Names "conv1", "conv2", …, then "fc1", …, now and then a "convt1" among them that the pattern
 * `conv*` would take for one of the convolutions; storage of the caller. */
static inline void random_names(
    EngRandom *random, size_t layers, char text[][16], const char *names[])
{
    const size_t convs = eng_random_below(random, (uint32_t)layers + 1);
    for (size_t i = 0; i < layers; i++) {
        snprintf(text[i], 16, "%s%u", i < convs ? "conv" : "fc",
            (unsigned)(i < convs ? i + 1 : i - convs + 1));
        if (i > 0 && i + 1 == layers && eng_random_below(random, 2))
            snprintf(text[i], 16, "convt1");
        names[i] = text[i];
    }
}

static inline EngPlan *random_plan(EngRandom *random, size_t layers, EngClock clock, bool adaptive)
{
    const size_t slots = layers * ENG_SLOTS;
    RandomTrack pool[RANDOM_TRACKS];
    for (int i = 0; i < RANDOM_TRACKS; i++)
        pool[i] = random_track(random, clock, adaptive);
    const uint32_t shared = 1 + eng_random_below(random, RANDOM_TRACKS);
    const EngSpan **const spans = eng_alloc(slots, sizeof *spans);
    size_t *const counts = eng_alloc(slots, sizeof *counts);
    for (size_t i = 0; i < slots; i++) {
        const RandomTrack *track = &pool[eng_random_below(random, shared)];
        if (eng_random_below(random, 2)) /* what the role's other slots or the layer above have */
            track =
                &pool[(i % ENG_SLOTS + (eng_random_below(random, 2) ? 0 : i / ENG_SLOTS)) % shared];
        spans[i] = track->spans;
        counts[i] = track->count;
    }
    EngPlan *plan = NULL;
    EngError err;
    if (eng_plan_from_spans(spans, counts, layers, clock, &plan, &err))
        printf("# random plan: %s\n", err.text);
    eng_free(spans);
    eng_free(counts);
    return plan;
}

#endif
