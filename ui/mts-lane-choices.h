/* What an adaptive lane really used: the choices of the rule in order, summed so that any stretch
 * of time can be asked at once. Plain functions; main thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct MtsLaneChoices {
    GArray *choices; /* of Choice, ascending by step; NULL: none */
} MtsLaneChoices;

/* From `step` on, until the next choice. An earlier step than the last forgets what follows it. */
void mts_lane_choices_add(MtsLaneChoices *self, guint32 step, gboolean high);
void mts_lane_choices_clear(MtsLaneChoices *self);

/* First step a choice is known for; G_MAXUINT32 without one. */
guint32 mts_lane_choices_first(const MtsLaneChoices *self);

/* Whether `step` took the high format (before the first choice: no); *until is the next step at
 * which that changes, G_MAXUINT32 where none is known. */
gboolean mts_lane_choices_at(const MtsLaneChoices *self, guint32 step, guint32 *until);

/* Of the steps [from, to): how many took the high format. Steps before the first choice took the
 * low one; the last choice holds to the end. */
guint32 mts_lane_choices_high(const MtsLaneChoices *self, guint32 from, guint32 to);

G_END_DECLS
