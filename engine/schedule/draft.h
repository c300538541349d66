/* The segments of one line of a schedule that is being written from a plan. Used inside this room
 * only. Pure; any thread. */
#ifndef ENG_SCHEDULE_DRAFT_H
#define ENG_SCHEDULE_DRAFT_H

#include "schedule/schedule.h"

#define ENG_TRACK_UNKNOWN SIZE_MAX

/* Tracks by number: what slots use over the whole run. */
typedef struct EngTracks {
    EngClock clock;
    EngSpan *spans; /* roundings left out where they are the role's default */
    size_t *length; /* characters of each span's precision */
    size_t *first;  /* spans of track t: first[t] .. first[t + 1] */
} EngTracks;

/* Segments that are counted, and kept where somebody wants them. */
typedef struct EngDraft {
    EngSegment *segments; /* of eng_alloc; NULL: only counted */
    size_t count, capacity;
    size_t length; /* characters, about */
    bool failed;   /* memory ran short: what is kept is incomplete */
} EngDraft;

/* The fewest segments that turn track `before` (or ENG_TRACK_UNKNOWN) into `track`, in one of
 * three ways: all its spans; only the steps that differ; its most frequent precision and the
 * others on top. The caller frees segments that are kept. */
EngDraft eng_draft_track(const EngTracks *tracks, size_t before, size_t track, bool keep);

#endif
