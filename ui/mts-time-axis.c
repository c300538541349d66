/* The mapping itself is two lines; the rest holds the view within the run and tells whoever draws
 * on the axis as little as possible: a moved cursor must not lay out lanes and charts again. */
#include "mts-time-axis.h"

#include <math.h>

/* Closer than this there is nothing left to see: a few steps fill the width. */
#define MIN_VISIBLE_STEPS 4.0

struct _MtsTimeAxis {
    GObject parent;
    EngClock clock;
    int width;
    double from, to; /* visible steps */
    double playhead, crosshair, pin, guide;
    gboolean guide_snapped;
    double range_from, range_to;
};

G_DEFINE_FINAL_TYPE(MtsTimeAxis, mts_time_axis, G_TYPE_OBJECT)

enum { VIEW_CHANGED, CURSOR_CHANGED, SIGNALS };
static guint signals[SIGNALS];

static void mts_time_axis_class_init(MtsTimeAxisClass *class)
{
    signals[VIEW_CHANGED] = g_signal_new("view-changed", G_TYPE_FROM_CLASS(class),
        G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[CURSOR_CHANGED] = g_signal_new("cursor-changed", G_TYPE_FROM_CLASS(class),
        G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void mts_time_axis_init(MtsTimeAxis *self)
{
    self->clock = (EngClock){1, 1};
    self->to = 1;
    self->width = MTS_AXIS_GUTTER + MTS_AXIS_MARGIN + 1;
    self->crosshair = self->pin = self->guide = -1;
}

MtsTimeAxis *mts_time_axis_new(void)
{
    return g_object_new(MTS_TYPE_TIME_AXIS, NULL);
}

void mts_time_axis_set_clock(MtsTimeAxis *self, EngClock clock)
{
    self->clock = (EngClock){MAX(clock.steps, 1), MAX(clock.steps_per_epoch, 1)};
    self->from = 0;
    self->to = self->clock.steps;
    self->playhead = MIN(self->playhead, self->clock.steps);
    self->crosshair = self->pin = self->guide = -1;
    self->range_from = self->range_to = 0;
    g_signal_emit(self, signals[VIEW_CHANGED], 0);
    g_signal_emit(self, signals[CURSOR_CHANGED], 0);
}

EngClock mts_time_axis_get_clock(MtsTimeAxis *self)
{
    return self->clock;
}

void mts_time_axis_set_width(MtsTimeAxis *self, int width)
{
    if (width == self->width) {
        return;
    }
    self->width = width;
    g_signal_emit(self, signals[VIEW_CHANGED], 0);
}

int mts_time_axis_get_width(MtsTimeAxis *self)
{
    return self->width;
}

/* Pixels the visible steps are spread over; never nothing, so that a division stays one. */
static double span_pixels(MtsTimeAxis *self)
{
    return MAX(self->width - MTS_AXIS_GUTTER - MTS_AXIS_MARGIN, 1);
}

void mts_time_axis_set_view(MtsTimeAxis *self, double from, double to)
{
    const double steps = self->clock.steps;
    const double length = CLAMP(to - from, MIN(MIN_VISIBLE_STEPS, steps), steps);
    /* What is too long or too short is changed round its middle. */
    from = CLAMP((from + to - length) / 2, 0, steps - length);
    if (from == self->from && from + length == self->to) {
        return;
    }
    self->from = from;
    self->to = from + length;
    g_signal_emit(self, signals[VIEW_CHANGED], 0);
}

void mts_time_axis_get_view(MtsTimeAxis *self, double *from, double *to)
{
    *from = self->from;
    *to = self->to;
}

void mts_time_axis_fit(MtsTimeAxis *self)
{
    mts_time_axis_set_view(self, 0, self->clock.steps);
}

gboolean mts_time_axis_is_fitted(MtsTimeAxis *self)
{
    return self->from <= 0 && self->to >= self->clock.steps;
}

void mts_time_axis_zoom_at(MtsTimeAxis *self, double x, double factor)
{
    const double steps = self->clock.steps;
    const double held = CLAMP(mts_time_axis_step(self, x), self->from, self->to);
    const double share = (held - self->from) / (self->to - self->from);
    const double length =
        CLAMP((self->to - self->from) / factor, MIN(MIN_VISIBLE_STEPS, steps), steps);
    const double from = held - share * length;
    mts_time_axis_set_view(self, from, from + length);
}

void mts_time_axis_pan(MtsTimeAxis *self, double pixels)
{
    const double length = self->to - self->from;
    const double from =
        CLAMP(self->from + pixels * length / span_pixels(self), 0, self->clock.steps - length);
    mts_time_axis_set_view(self, from, from + length);
}

double mts_time_axis_x(MtsTimeAxis *self, double step)
{
    return MTS_AXIS_GUTTER + (step - self->from) / (self->to - self->from) * span_pixels(self);
}

double mts_time_axis_step(MtsTimeAxis *self, double x)
{
    return self->from + (x - MTS_AXIS_GUTTER) / span_pixels(self) * (self->to - self->from);
}

/* Sets one of the cursors; a negative step stands for none where `optional`. */
static void set_cursor(MtsTimeAxis *self, double *cursor, double step, gboolean optional)
{
    step = optional && !(step >= 0) ? -1 : CLAMP(step, 0, self->clock.steps);
    if (*cursor == step) {
        return;
    }
    *cursor = step;
    g_signal_emit(self, signals[CURSOR_CHANGED], 0);
}

void mts_time_axis_set_playhead(MtsTimeAxis *self, double step)
{
    set_cursor(self, &self->playhead, step, FALSE);
}

double mts_time_axis_get_playhead(MtsTimeAxis *self)
{
    return self->playhead;
}

void mts_time_axis_set_crosshair(MtsTimeAxis *self, double step)
{
    set_cursor(self, &self->crosshair, step, TRUE);
}

double mts_time_axis_get_crosshair(MtsTimeAxis *self)
{
    return self->crosshair;
}

void mts_time_axis_set_pin(MtsTimeAxis *self, double step)
{
    set_cursor(self, &self->pin, step, TRUE);
}

double mts_time_axis_get_pin(MtsTimeAxis *self)
{
    return self->pin;
}

void mts_time_axis_set_guide(MtsTimeAxis *self, double step, gboolean snapped)
{
    if (snapped != self->guide_snapped && self->guide == step) {
        self->guide_snapped = snapped;
        g_signal_emit(self, signals[CURSOR_CHANGED], 0);
        return;
    }
    self->guide_snapped = snapped;
    set_cursor(self, &self->guide, step, TRUE);
}

double mts_time_axis_get_guide(MtsTimeAxis *self, gboolean *snapped)
{
    if (snapped) {
        *snapped = self->guide >= 0 && self->guide_snapped;
    }
    return self->guide;
}

void mts_time_axis_set_range(MtsTimeAxis *self, double from, double to)
{
    from = CLAMP(from, 0, self->clock.steps);
    to = CLAMP(to, 0, self->clock.steps);
    if (!(from < to)) {
        from = to = 0;
    }
    if (from == self->range_from && to == self->range_to) {
        return;
    }
    self->range_from = from;
    self->range_to = to;
    g_signal_emit(self, signals[CURSOR_CHANGED], 0);
}

gboolean mts_time_axis_get_range(MtsTimeAxis *self, double *from, double *to)
{
    *from = self->range_from;
    *to = self->range_to;
    return self->range_from < self->range_to;
}

double mts_time_axis_get_readout(MtsTimeAxis *self)
{
    if (self->crosshair >= 0) {
        return self->crosshair;
    }
    return self->pin >= 0 ? self->pin : self->playhead;
}
