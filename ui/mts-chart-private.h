/* What the files mts-chart*.c share. */
#pragma once

#include "mts-chart.h"
#include "mts-polyline.h"

G_BEGIN_DECLS

/* Back to front. */
typedef enum MtsLineRole {
    MTS_LINE_BASELINE,
    MTS_LINE_GHOST,
    MTS_LINE_RAW,
    MTS_LINE_ESTIMATE,
    MTS_LINE_TRAIN,
    MTS_LINE_MAIN, /* test loss or accuracy, or this run's cycles */
} MtsLineRole;

typedef struct MtsChartLine {
    MtsLineRole role;
    guint slot;      /* run slot: its colour */
    guint key;       /* stays with the line while others come and go */
    char *name;      /* in the legend; the raw trace has none of its own */
    MtsRunData *run; /* held; NULL: baseline, estimate */
    MtsLineSource source;
    MtsPolyline line; /* what is drawn, see mts_chart_lines_trace */
    double stale;     /* axis step from which on `line` is not what source and map say */
} MtsChartLine;

/* What the lines are made from. */
typedef struct MtsChartContent {
    MtsChartKind kind;
    MtsRunData *live;   /* may be NULL */
    GListModel *ghosts; /* may be NULL */
    MtsSeries *fp32, *bf16, *estimate;
    EngClock clock; /* the axis's */
} MtsChartContent;

/* ---- mts-chart-lines.c --------------------------------------------------------------------- */

/* The lines, back to front; free with g_ptr_array_unref. */
GPtrArray *mts_chart_lines_new(const MtsChartContent *content);
/* Brings the estimate's line to where the run stands. */
void mts_chart_lines_move(GPtrArray *lines, const MtsChartContent *content);

/* The range that steps [from, to) need. */
MtsScale mts_chart_lines_scale(const GPtrArray *lines, MtsChartKind kind, gboolean log,
    EngClock clock, double from, double to);

/* Brings the polylines up to date. */
void mts_chart_lines_trace(GPtrArray *lines, const MtsPlotMap *map);

MtsPen mts_chart_line_pen(const MtsChartLine *line, float strength, gboolean dark);
GdkRGBA mts_chart_line_ink(const MtsChartLine *line, gboolean dark);
/* Its value at an axis step; an estimate's at its end. */
double mts_chart_line_value(const MtsChartLine *line, double step);

/* An estimate of a run that has come to its end: there is nothing left to expect. */
gboolean mts_chart_line_is_over(const MtsChartLine *line);

char *mts_chart_value_text(MtsChartKind kind, double value);
char *mts_chart_tick_text(MtsChartKind kind, const MtsTicks *ticks, guint index);
const char *mts_chart_title(MtsChartKind kind);

/* ---- mts-chart.c ---------------------------------------------------------------------------- */

MtsTimeAxis *mts_chart_axis(MtsChart *self);
MtsRunData *mts_chart_live(MtsChart *self);
GPtrArray *mts_chart_lines(MtsChart *self);
/* 1, or less for lines that stand back behind one the pointer is at; 0 hidden. */
float mts_chart_line_strength(MtsChart *self, const MtsChartLine *line);
void mts_chart_set_emphasis(MtsChart *self, guint key); /* 0: none */
guint mts_chart_get_emphasis(MtsChart *self);
void mts_chart_toggle(MtsChart *self, guint key);
void mts_chart_isolate(MtsChart *self, guint key);
gboolean mts_chart_is_hidden(MtsChart *self, guint key);
/* Scale for the lines now in sight; the one in use is kept while it fits. */
const MtsScale *mts_chart_scale(MtsChart *self);
/* A line's value for the legend: past its last point that point's, as far as its run has come. */
double mts_chart_value(MtsChart *self, const MtsChartLine *line, double step);
/* The step that the legend speaks of: the axis's readout; before the run has begun, its end. */
double mts_chart_readout(MtsChart *self);
/* fp32's cycles over the estimated (or final) ones; NAN where unknown. */
double mts_chart_gain(MtsChart *self);

/* ---- mts-chart-legend.c ---------------------------------------------------------------------- */

#define MTS_TYPE_CHART_LEGEND (mts_chart_legend_get_type())
G_DECLARE_FINAL_TYPE(MtsChartLegend, mts_chart_legend, MTS, CHART_LEGEND, GtkWidget)
GtkWidget *mts_chart_legend_new(MtsChart *chart);
void mts_chart_legend_refresh(MtsChartLegend *self);
void mts_chart_legend_draw(
    MtsChart *chart, cairo_t *cr, PangoContext *context, double width, double step, gboolean dark);

/* ---- mts-chart-plot.c ------------------------------------------------------------------------ */

#define MTS_TYPE_CHART_PLOT (mts_chart_plot_get_type())
G_DECLARE_FINAL_TYPE(MtsChartPlot, mts_chart_plot, MTS, CHART_PLOT, GtkWidget)
GtkWidget *mts_chart_plot_new(MtsChart *chart);
/* Everything right of axis step `from` is drawn anew; the rest is kept where the scale stays. */
void mts_chart_plot_refresh(MtsChartPlot *self, double from);
MtsPlotMap mts_chart_plot_map(MtsChartPlot *self);

/* ---- mts-chart-marks.c: what stands on the lines ------------------------------------------- */

/* Vertical grid: epochs between `from` and `to`, at least some pixels apart. */
typedef struct MtsEpochGrid {
    guint first, last, stride;
} MtsEpochGrid;
MtsEpochGrid mts_chart_epochs(const MtsPlotMap *map, EngClock clock);

/* The live end's dot and value; the badge with its bracket; the place where the run diverged. */
typedef enum MtsMarkKind {
    MTS_MARK_BADGE,
    MTS_MARK_DIVERGED,
    MTS_MARK_HEAD,
    MTS_MARKS
} MtsMarkKind;

/* Where a mark stands, in whole pixels and words: two that are equal look alike. */
typedef struct MtsMark {
    MtsMarkKind kind;
    guint slot;            /* run slot of the line it belongs to */
    gboolean below;        /* head: the text stands below the dot */
    gboolean rising;       /* head: the line only rises */
    double x, top, bottom; /* head: top is the dot's y, in quarters of a pixel */
    double middle;         /* badge: of its pill */
    double left, right;    /* of the plot */
    char text[360];
} MtsMark;

/* FALSE where the chart has no such mark in sight. */
gboolean mts_chart_mark(MtsChart *chart, MtsMarkKind kind, const MtsPlotMap *map, MtsMark *mark);
/* A rectangle that holds all of it. */
graphene_rect_t mts_chart_mark_bounds(const MtsMark *mark);
void mts_chart_mark_draw(const MtsMark *mark, cairo_t *cr, PangoContext *context, gboolean dark);

G_END_DECLS
