/* What the model's two files share: its state, and how an edit is put round a lane. */
#pragma once

#include "mts-lane-pair.h"

G_BEGIN_DECLS

/* A lane as it was before an edit. */
typedef struct Saved {
    guint layer;
    EngRole role;
    MtsLanePair lane;
} Saved;

/* An edge, before its span `edge`, that goes along in a drag. */
typedef struct DragEdge {
    guint layer;
    MtsTrack track;
    guint edge;
} DragEdge;

struct _MtsScheduleModel {
    GObject parent;
    EngClock clock;
    guint layers;
    char **names, **summaries;
    MtsLanePair *lanes; /* [layer * 3 + role] */
    guint32 lock, next_id;

    GPtrArray *undo, *redo; /* of GArray of Saved */
    GArray *open;           /* Saved: lanes as they were when the outermost group began */
    guint depth;
    GArray *drag; /* DragEdge; empty: no drag */
    gboolean drag_span;

    guint frozen;
    gboolean change_pending;
    GArray *changes; /* MtsLaneChange */
};

MtsLanePair *mts_schedule_lane(MtsScheduleModel *self, guint layer, EngRole role);
const MtsLaneSpans *mts_schedule_spans(MtsScheduleModel *self, guint layer, MtsTrack track);
/* Keeps the lane as it is now, once per group. */
void mts_schedule_save(MtsScheduleModel *self, guint layer, EngRole role);
void mts_schedule_emit_changed(MtsScheduleModel *self);

G_END_DECLS
