/* MtsLanePair: the lane of one role with its two slots: one list of spans while both use the same,
 * two while they are set apart. And tracks, which name a role or one slot of it. Plain functions;
 * main thread. */
#pragma once

#include "mts-lane-spans.h"
#include "mts-schedule-model.h"

G_BEGIN_DECLS

typedef struct MtsLanePair {
    MtsLaneSpans slot[2]; /* the second only where they are apart */
    gboolean apart;
} MtsLanePair;

/* The slots of a role; the first speaks for both. */
EngSlot mts_role_slot(EngRole role, guint half);
gboolean mts_track_is_role(MtsTrack track);
/* Which of its role's two slots a track reads. */
guint mts_track_half(MtsTrack track);

void mts_lane_pair_load(
    MtsLanePair *self, const EngPlan *plan, guint layer, EngRole role, guint32 *next_id);
void mts_lane_pair_clear(MtsLanePair *self);
void mts_lane_pair_copy(MtsLanePair *to, const MtsLanePair *from);
gboolean mts_lane_pair_equal(const MtsLanePair *a, const MtsLanePair *b);
const MtsLaneSpans *mts_lane_pair_half(const MtsLanePair *self, guint half);
/* The spans an edit of this track changes. */
MtsLaneSpans *mts_lane_pair_edit(MtsLanePair *self, MtsTrack track);
void mts_lane_pair_set_apart(MtsLanePair *self);
/* One list again where nothing tells the slots apart. */
void mts_lane_pair_settle(MtsLanePair *self);
/* *self = past before `step`, future from there on; `self` may be either of them. */
void mts_lane_pair_splice(MtsLanePair *self, const MtsLanePair *past, const MtsLanePair *future,
    guint32 step, guint32 *next_id);
/* The second slot follows the first from `step` on; FALSE where it did already. */
gboolean mts_lane_pair_follow(MtsLanePair *self, guint32 step, guint32 *next_id);
/* The steps [*from, *to) in which the two say different things; FALSE where they are alike. Where
 * only a cut differs, the span round it counts. */
gboolean mts_lane_pair_difference(
    const MtsLanePair *a, const MtsLanePair *b, guint32 *from, guint32 *to);

G_END_DECLS
