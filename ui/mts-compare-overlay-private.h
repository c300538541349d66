/* What the files mts-compare-overlay*.c share. */
#pragma once

#include "mts-compare-overlay.h"

G_BEGIN_DECLS

/* The plot in the widget, from the specification's card. */
enum { LEGEND = 24, LEFT = 56, RIGHT = 20, BOTTOM = 26 };
enum { PILL_WIDTH = 64, PILL_HEIGHT = 20, GRAB = 6, SAMPLE = 14, TEXT_GAP = 4, ENTRY_GAP = 10 };

typedef struct MtsOverlayView {
    gboolean set;
    double x0, x1, y0, y1;
} MtsOverlayView;

/* An entry of the legend: where it lies. */
typedef struct MtsLegendEntry {
    MtsCompareRun *run; /* borrowed while the legend is laid out */
    char *said;         /* its name, or the first words of it */
    double x, width, name;
} MtsLegendEntry;

typedef enum MtsOverlayGrip { GRIP_NONE, GRIP_TARGET, GRIP_BOX } MtsOverlayGrip;

struct _MtsCompareOverlay {
    GtkWidget parent;
    MtsCompareModel *model;
    GskRenderNode *still; /* everything but what follows the pointer; NULL: to be drawn */
    MtsOverlayView view;
    MtsOverlayGrip grip;
    double press_x, press_y, x, y; /* of a drag */
    gboolean dark;
};

/* mts-compare-overlay-draw.c */
MtsPlot mts_overlay_plot(MtsCompareOverlay *self, double width, double height);
/* The legend's entries from left to right, of MtsLegendEntry; free with g_array_unref. */
GArray *mts_overlay_legend(MtsCompareOverlay *self, const MtsFigure *figure, double width);
/* A run's value at the crosshair, or at its end; *ended: it was over before. */
double mts_overlay_value(MtsCompareOverlay *self, MtsCompareRun *run, gboolean *ended);
void mts_overlay_draw_legend(MtsCompareOverlay *self, const MtsFigure *figure, double width);
void mts_overlay_draw_plot(MtsCompareOverlay *self, const MtsFigure *figure, const MtsPlot *plot);
void mts_overlay_draw_cross(MtsCompareOverlay *self, const MtsFigure *figure, const MtsPlot *plot);
void mts_overlay_draw_box(MtsCompareOverlay *self, const MtsFigure *figure);

G_END_DECLS
