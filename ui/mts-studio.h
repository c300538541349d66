/* MtsStudio: the page on which a run is designed and watched: the library at the left, toolbar,
 * ruler, lanes and charts on one time axis, the inspector at the right, the transport below. It
 * holds the axis and the schedule model and keeps them, the charts' estimate and the inspector in
 * step; it knows no trainer and no store. Main thread.
 *
 * Below 1100 px both panels fold away and lie over the page when they are called.
 *
 * Signals: "toast" (char *text). Actions: "studio.copy-picture", "studio.save-picture",
 * "studio.smoothing" (int, percent: how much the training curves are smoothed, 35 at first; a
 * property as well). */
#pragma once

#include "hardware/cost.h"
#include "mts-chart.h"
#include "mts-inspector.h"
#include "mts-library.h"
#include "mts-timeline.h"
#include "mts-transport.h"

G_BEGIN_DECLS

#define MTS_TYPE_STUDIO (mts_studio_get_type())
G_DECLARE_FINAL_TYPE(MtsStudio, mts_studio, MTS, STUDIO, GtkWidget)

GtkWidget *mts_studio_new(void);

/* The parts, for whoever connects them. Owned by the page. */
MtsTimeAxis *mts_studio_get_axis(MtsStudio *self);
MtsScheduleModel *mts_studio_get_model(MtsStudio *self);
MtsTimeline *mts_studio_get_timeline(MtsStudio *self);
MtsInspector *mts_studio_get_inspector(MtsStudio *self);
MtsLibrary *mts_studio_get_library(MtsStudio *self);
MtsTransport *mts_studio_get_transport(MtsStudio *self);
MtsChart *mts_studio_get_chart(MtsStudio *self, MtsChartKind kind);

/* Loads an experiment: its plan over the network's product layers, samples a step, hardware. The
 * undo list and what was chosen adaptively are forgotten, the view fits, playhead and lock go to
 * the start. `net` is borrowed: it must live until the next call or the page's end; hw is
 * copied. */
void mts_studio_set_experiment(MtsStudio *self, const EngNetwork *net, const EngPlan *plan,
    guint64 batch, const EngHardware *hw);

/* The run in front of the charts; NULL for none. */
void mts_studio_set_live(MtsStudio *self, MtsRunData *run);
MtsRunData *mts_studio_get_live(MtsStudio *self);

/* MtsRunData behind it; add and remove at will. Owned by the page. */
GListStore *mts_studio_get_ghosts(MtsStudio *self);
/* The lowest run slot (1..) that no ghost has. */
guint mts_studio_free_slot(MtsStudio *self);

/* Steps done: playhead, lock of the schedule, progress. */
void mts_studio_set_progress(MtsStudio *self, guint32 steps);

/* The cycles of the whole run as planned and done, as the charts estimate them. */
double mts_studio_get_estimate(MtsStudio *self);

/* Panels: properties "library-shown" and "inspector-shown". */
void mts_studio_set_library_shown(MtsStudio *self, gboolean shown);
gboolean mts_studio_get_library_shown(MtsStudio *self);
void mts_studio_set_inspector_shown(MtsStudio *self, gboolean shown);
gboolean mts_studio_get_inspector_shown(MtsStudio *self);
/* As they were chosen in a wide window: what to remember. */
void mts_studio_get_wide_panels(MtsStudio *self, gboolean *library, gboolean *inspector);

G_END_DECLS
