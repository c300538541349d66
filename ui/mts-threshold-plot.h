/* MtsThresholdPlot: FAST's threshold over training for every layer, with the measured r(X) of one
 * lane as dots in the colour of what they lead to. Main thread. */
#pragma once

#include "mts-time-axis.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MTS_TYPE_THRESHOLD_PLOT (mts_threshold_plot_get_type())
G_DECLARE_FINAL_TYPE(MtsThresholdPlot, mts_threshold_plot, MTS, THRESHOLD_PLOT, GtkWidget)

/* A measured r(X). */
typedef struct MtsRatio {
    guint32 step;
    float ratio;
} MtsRatio;

/* The threshold of layer l of L at step i of I: alpha - beta i/I - beta l/L. */
double mts_threshold_at(
    const EngPrecision *rule, double step, guint32 steps, guint layer, guint layers);

GtkWidget *mts_threshold_plot_new(void);

/* What is shown; `rule` is adaptive, `names` of all layers and `ratios` (ascending) are borrowed
 * until the next call. */
typedef struct MtsThresholdShow {
    EngPrecision rule;
    EngClock clock;
    double playhead; /* steps */
    guint layer, layers;
    EngRole role;
    const char *const *names;
    const MtsRatio *ratios;
    guint ratio_count;
} MtsThresholdShow;
void mts_threshold_plot_show(MtsThresholdPlot *self, const MtsThresholdShow *show);

G_END_DECLS
