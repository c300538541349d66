/* Inside this room: how the ten digits are written, as pen strokes. */
#ifndef ENG_DATA_SKELETONS_H
#define ENG_DATA_SKELETONS_H

#include <stdint.h>

#define ENG_STROKE_POINTS 14
#define ENG_SKELETON_STROKES 3
#define ENG_SKELETON_FORMS 4

/* Points the pen passes on a smooth curve; a corner is where one stroke ends and the next one
 * starts. x runs right, y down, both from 0 to 100 over the height of the digit. */
typedef struct EngStroke {
    uint8_t count; /* 2..ENG_STROKE_POINTS */
    int8_t point[ENG_STROKE_POINTS][2];
} EngStroke;

typedef struct EngSkeleton {
    uint8_t count; /* strokes */
    EngStroke stroke[ENG_SKELETON_STROKES];
} EngSkeleton;

/* The forms of `digit` (0..9); *count is how many. Static. Pure; any thread. */
const EngSkeleton *eng_skeletons(unsigned digit, unsigned *count);

#endif
