/* MtsTimeAxis: the one mapping between training steps and x pixels.
 *
 * Ruler, lanes and charts hold the same axis object and ask it for every x, so they cannot drift
 * apart. It also holds what they share: playhead, crosshair and pin. Steps are doubles (a step
 * and a half is a place too); 0 is the run's start, `steps` its end. Main thread. */
#pragma once

#include "schedule/schedule.h"
#include <glib-object.h>

G_BEGIN_DECLS

/* Left gutter and right margin of every widget on the axis, in pixels. */
#define MTS_AXIS_GUTTER 96
#define MTS_AXIS_MARGIN 16

#define MTS_TYPE_TIME_AXIS (mts_time_axis_get_type())
G_DECLARE_FINAL_TYPE(MtsTimeAxis, mts_time_axis, MTS, TIME_AXIS, GObject)

/* Signals: "view-changed" (zoom, pan, width, clock: everything must be laid out again),
 * "cursor-changed" (playhead, crosshair or pin moved: only overlays need drawing). */
MtsTimeAxis *mts_time_axis_new(void);

void mts_time_axis_set_clock(MtsTimeAxis *self, EngClock clock); /* also fits the view */
EngClock mts_time_axis_get_clock(MtsTimeAxis *self);

/* Width of the widgets on the axis, gutter and margin included; set by whoever is allocated. */
void mts_time_axis_set_width(MtsTimeAxis *self, int width);
int mts_time_axis_get_width(MtsTimeAxis *self);

/* The visible steps. Held within 0..steps and to at least four steps. */
void mts_time_axis_set_view(MtsTimeAxis *self, double from, double to);
void mts_time_axis_get_view(MtsTimeAxis *self, double *from, double *to);
void mts_time_axis_fit(MtsTimeAxis *self);
/* Zooms by `factor` (> 1: closer) so that the step under x stays under x. */
void mts_time_axis_zoom_at(MtsTimeAxis *self, double x, double factor);
void mts_time_axis_pan(MtsTimeAxis *self, double pixels); /* > 0: later steps come into sight */
/* All steps are in sight. */
gboolean mts_time_axis_is_fitted(MtsTimeAxis *self);

double mts_time_axis_x(MtsTimeAxis *self, double step);
double mts_time_axis_step(MtsTimeAxis *self, double x);

/* Steps done by the live run; what is left of it is locked. */
void mts_time_axis_set_playhead(MtsTimeAxis *self, double step);
double mts_time_axis_get_playhead(MtsTimeAxis *self);

/* Step under the pointer, or a negative number for none; and the pinned one. */
void mts_time_axis_set_crosshair(MtsTimeAxis *self, double step);
double mts_time_axis_get_crosshair(MtsTimeAxis *self);
void mts_time_axis_set_pin(MtsTimeAxis *self, double step);
double mts_time_axis_get_pin(MtsTimeAxis *self);

/* While something is dragged: the step its guide line stands at (negative: none), and whether it
 * snapped there, so that the ruler lights the label. */
void mts_time_axis_set_guide(MtsTimeAxis *self, double step, gboolean snapped);
double mts_time_axis_get_guide(MtsTimeAxis *self, gboolean *snapped);

/* A span of time selected on the ruler; FALSE where there is none (from >= to clears it). */
void mts_time_axis_set_range(MtsTimeAxis *self, double from, double to);
gboolean mts_time_axis_get_range(MtsTimeAxis *self, double *from, double *to);

/* The step that the legends speak of: crosshair, else pin, else playhead. */
double mts_time_axis_get_readout(MtsTimeAxis *self);

G_END_DECLS
