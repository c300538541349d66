/* Charts as pictures: PNG, SVG or PDF in memory, legends included. Main thread. */
#pragma once

#include "mts-chart.h"

G_BEGIN_DECLS

typedef enum MtsPictureKind { MTS_PICTURE_PNG, MTS_PICTURE_SVG, MTS_PICTURE_PDF } MtsPictureKind;

/* From a file's name; PNG where its ending says nothing else. */
MtsPictureKind mts_picture_kind(const char *name);

/* The charts below each other, each as large as it is in the window; PNG has two pixels a point.
 * NULL where the picture cannot be made; the caller unrefs. */
GBytes *mts_charts_export(MtsChart *const *charts, guint count, MtsPictureKind kind, gboolean dark);

G_END_DECLS
