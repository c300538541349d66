/* The plot: grid, ticks, shade of the past, the lines in cached tiles, and the marks.
 *
 * A redrawn chart hands the renderer the very nodes it had before wherever nothing changed, so
 * that only the damage is painted. Lines are cairo nodes a tile wide: a node as wide as the plot
 * would have a fixed price for every frame in which its last pixel moves. */
#include "mts-chart-input.h"
#include "mts-chart-private.h"

#include "mts-paint.h"
#include "mts-palette.h"
#include <math.h>

enum { TILE = 100 };

/* Lines are drawn this far over the ends of the axis: half a line's width and its cap. */
#define OVER 3

struct _MtsChartPlot {
    GtkWidget parent;
    MtsChart *chart; /* not held: the chart holds the plot */

    MtsPlotMap map; /* what the nodes below were made for */
    gboolean dark;
    GskRenderNode *frame; /* grid and ticks */
    GPtrArray *tiles;     /* GskRenderNode or NULL, from the left */
    GskRenderNode *marks[MTS_MARKS];
    MtsMark mark[MTS_MARKS]; /* what they show */
    double stale;            /* axis step from which on the lines have changed */
};

G_DEFINE_FINAL_TYPE(MtsChartPlot, mts_chart_plot, GTK_TYPE_WIDGET)

static void node_free(gpointer node)
{
    if (node) {
        gsk_render_node_unref(node);
    }
}

static void forget(MtsChartPlot *self)
{
    g_clear_pointer(&self->frame, gsk_render_node_unref);
    g_ptr_array_set_size(self->tiles, 0);
    for (guint i = 0; i < MTS_MARKS; i++) {
        g_clear_pointer(&self->marks[i], gsk_render_node_unref);
    }
}

static void mts_chart_plot_dispose(GObject *object)
{
    MtsChartPlot *self = MTS_CHART_PLOT(object);
    if (self->tiles) {
        forget(self);
    }
    g_clear_pointer(&self->tiles, g_ptr_array_unref);
    G_OBJECT_CLASS(mts_chart_plot_parent_class)->dispose(object);
}

static MtsPlotMap map_for(MtsChart *chart, double width, double height)
{
    MtsTimeAxis *axis = mts_chart_axis(chart);
    MtsPlotMap map = {
        .left = MTS_AXIS_GUTTER,
        .right = MAX(width - MTS_AXIS_MARGIN, MTS_AXIS_GUTTER + 1),
        .top = 0,
        .height = MAX(height, 1),
        .scale = *mts_chart_scale(chart),
    };
    mts_time_axis_get_view(axis, &map.from, &map.to);
    return map;
}

MtsPlotMap mts_chart_plot_map(MtsChartPlot *self)
{
    return map_for(self->chart, gtk_widget_get_width(GTK_WIDGET(self)),
        gtk_widget_get_height(GTK_WIDGET(self)));
}

/* ---- frame ----------------------------------------------------------------------------------- */

/* Where the grid and its labels are: the same for the window and for a picture. */
typedef void (*RectFn)(gpointer to, const GdkRGBA *ink, double x, double y, double w, double h);
typedef void (*TextFn)(gpointer to, PangoLayout *layout, double x, double y, const GdkRGBA *ink);

static void draw_grid(
    MtsChart *chart, const MtsPlotMap *map, gboolean dark, RectFn rect, gpointer to)
{
    const GdkRGBA full = mts_palette_ink(MTS_INK_GRID, dark), half = mts_palette_fade(full, .5f);
    const EngClock clock = mts_time_axis_get_clock(mts_chart_axis(chart));
    const MtsEpochGrid grid = mts_chart_epochs(map, clock);
    for (guint epoch = grid.first; epoch <= grid.last; epoch += grid.stride) {
        const double x = mts_plot_map_x(map, epoch * (double)clock.steps_per_epoch);
        const gboolean odd = epoch / grid.stride % 2 == 1;
        rect(to, odd ? &half : &full, MIN(floor(x), map->right - 1), map->top, 1, map->height);
    }
    const MtsTicks ticks = mts_scale_ticks(&map->scale, map->height, 18);
    for (guint i = 0; i < ticks.count; i++) {
        const double y = floor(mts_plot_map_y(map, ticks.value[i]));
        rect(to, &full, map->left, y, map->right - map->left, 1);
    }
}

static void draw_ticks(MtsChart *chart, const MtsPlotMap *map, PangoContext *context, gboolean dark,
    TextFn text, gpointer to)
{
    const GdkRGBA ink = mts_palette_ink(MTS_INK_TEXT_TICKS, dark);
    const MtsTicks ticks = mts_scale_ticks(&map->scale, map->height, 18);
    for (guint i = 0; i < ticks.count; i++) {
        const double y = mts_plot_map_y(map, ticks.value[i]);
        if (!(y >= map->top + 6 && y <= map->top + map->height - 5)) {
            continue; /* its label would be cut */
        }
        g_autofree char *label = mts_chart_tick_text(mts_chart_get_kind(chart), &ticks, i);
        g_autoptr(PangoLayout) layout = mts_paint_layout(context, label, MTS_POINTS_TICKS, FALSE);
        text(to, layout, map->left - 8, y, &ink);
    }
}

static void snapshot_rect(gpointer to, const GdkRGBA *ink, double x, double y, double w, double h)
{
    gtk_snapshot_append_color(to, ink, &GRAPHENE_RECT_INIT((float)x, (float)y, (float)w, (float)h));
}

static void snapshot_text(gpointer to, PangoLayout *layout, double x, double y, const GdkRGBA *ink)
{
    mts_paint_append_layout(to, layout, x, y, 1, ink);
}

/* An empty chart says what it is for. */
static void draw_hint(
    MtsChart *chart, const MtsPlotMap *map, PangoContext *context, gboolean dark, GtkSnapshot *to)
{
    const GPtrArray *lines = mts_chart_lines(chart);
    gboolean empty = mts_chart_get_kind(chart) == MTS_CHART_LOSS;
    for (guint i = 0; i < lines->len && empty; i++) {
        const MtsChartLine *line = g_ptr_array_index(lines, i);
        empty = mts_series_length(line->source.series) == 0;
    }
    if (empty) {
        const GdkRGBA ink = mts_palette_ink(MTS_INK_TEXT_TICKS, dark);
        g_autoptr(PangoLayout) layout = mts_paint_layout(context,
            "Loss and accuracy appear here while the run trains", MTS_POINTS_SECONDARY, FALSE);
        mts_paint_append_layout(
            to, layout, (map->left + map->right) / 2, map->top + map->height / 2, .5, &ink);
    }
}

static void append_frame(MtsChartPlot *self, GtkSnapshot *snapshot)
{
    if (!self->frame) {
        GtkSnapshot *own = gtk_snapshot_new();
        draw_grid(self->chart, &self->map, self->dark, snapshot_rect, own);
        draw_ticks(self->chart, &self->map, gtk_widget_get_pango_context(GTK_WIDGET(self)),
            self->dark, snapshot_text, own);
        draw_hint(self->chart, &self->map, gtk_widget_get_pango_context(GTK_WIDGET(self)),
            self->dark, own);
        self->frame = gtk_snapshot_free_to_node(own);
    }
    if (self->frame) {
        gtk_snapshot_append_node(snapshot, self->frame);
    }
}

static void append_past(MtsChartPlot *self, GtkSnapshot *snapshot)
{
    const double playhead = mts_time_axis_get_playhead(mts_chart_axis(self->chart));
    const double x = CLAMP(mts_plot_map_x(&self->map, playhead), self->map.left, self->map.right);
    if (x > self->map.left) {
        const GdkRGBA past = mts_palette_ink(MTS_INK_PAST, self->dark);
        snapshot_rect(snapshot, &past, self->map.left, 0, x - self->map.left, self->map.height);
    }
}

/* ---- lines ----------------------------------------------------------------------------------- */

static void draw_lines(MtsChart *chart, cairo_t *cr, double left, double right, gboolean dark)
{
    const GPtrArray *lines = mts_chart_lines(chart);
    for (guint i = 0; i < lines->len; i++) {
        const MtsChartLine *line = g_ptr_array_index(lines, i);
        const float strength = mts_chart_line_strength(chart, line);
        if (strength > 0) {
            const MtsPen pen = mts_chart_line_pen(line, strength, dark);
            mts_polyline_draw(&line->line, cr, &pen, left, right);
        }
    }
}

static double tile_left(const MtsPlotMap *map, guint index)
{
    return index == 0 ? map->left - OVER : map->left + index * (double)TILE;
}

static double tile_right(const MtsPlotMap *map, guint index, guint count)
{
    return index + 1 == count ? ceil(map->right) + OVER : map->left + (index + 1) * (double)TILE;
}

static GskRenderNode *tile_new(MtsChartPlot *self, guint index, guint count)
{
    const double left = tile_left(&self->map, index), right = tile_right(&self->map, index, count);
    GtkSnapshot *own = gtk_snapshot_new();
    const graphene_rect_t bounds =
        GRAPHENE_RECT_INIT((float)left, 0, (float)(right - left), (float)self->map.height);
    cairo_t *cr = gtk_snapshot_append_cairo(own, &bounds);
    cairo_rectangle(cr, left, 0, right - left, self->map.height);
    cairo_clip(cr);
    draw_lines(self->chart, cr, left, right, self->dark);
    cairo_destroy(cr);
    return gtk_snapshot_free_to_node(own);
}

/* Drops the tiles whose lines have changed. */
static void drop_stale(MtsChartPlot *self)
{
    if (self->stale == INFINITY) {
        return;
    }
    /* A line's cap and joins reach back over the place where it changed, and so does the column
     * whose extremes the new points share. */
    const double x = mts_plot_map_x(&self->map, MAX(self->stale, -1)) - 6;
    for (guint i = 0; i < self->tiles->len; i++) {
        if (tile_right(&self->map, i, self->tiles->len) >= x) {
            node_free(g_ptr_array_index(self->tiles, i));
            g_ptr_array_index(self->tiles, i) = NULL;
        }
    }
    self->stale = INFINITY;
}

static void append_lines(MtsChartPlot *self, GtkSnapshot *snapshot)
{
    const guint count = (guint)ceil((self->map.right - self->map.left) / TILE);
    if (self->tiles->len != count) {
        g_ptr_array_set_size(self->tiles, 0);
        g_ptr_array_set_size(self->tiles, (int)count);
    }
    drop_stale(self);
    mts_chart_lines_trace(mts_chart_lines(self->chart), &self->map);
    for (guint i = 0; i < count; i++) {
        if (!g_ptr_array_index(self->tiles, i)) {
            g_ptr_array_index(self->tiles, i) = tile_new(self, i, count);
        }
        if (g_ptr_array_index(self->tiles, i)) {
            gtk_snapshot_append_node(snapshot, g_ptr_array_index(self->tiles, i));
        }
    }
}

static void append_marks(MtsChartPlot *self, GtkSnapshot *snapshot)
{
    for (guint i = 0; i < MTS_MARKS; i++) {
        MtsMark mark;
        if (!mts_chart_mark(self->chart, (MtsMarkKind)i, &self->map, &mark)) {
            g_clear_pointer(&self->marks[i], gsk_render_node_unref);
            continue;
        }
        if (!self->marks[i] || memcmp(&mark, &self->mark[i], sizeof mark) != 0) {
            g_clear_pointer(&self->marks[i], gsk_render_node_unref);
            const graphene_rect_t bounds = mts_chart_mark_bounds(&mark);
            GtkSnapshot *own = gtk_snapshot_new();
            cairo_t *cr = gtk_snapshot_append_cairo(own, &bounds);
            mts_chart_mark_draw(
                &mark, cr, gtk_widget_get_pango_context(GTK_WIDGET(self)), self->dark);
            cairo_destroy(cr);
            self->marks[i] = gtk_snapshot_free_to_node(own);
            self->mark[i] = mark;
        }
        if (self->marks[i]) {
            gtk_snapshot_append_node(snapshot, self->marks[i]);
        }
    }
}

/* What is being swept to zoom to. */
static void append_band(MtsChartPlot *self, GtkSnapshot *snapshot)
{
    double from, to;
    if (mts_chart_input_band(GTK_WIDGET(self), &from, &to)) {
        const GdkRGBA wash = mts_palette_ink(MTS_INK_ACCENT_WASH, self->dark),
                      edge = mts_palette_ink(MTS_INK_ACCENT, self->dark);
        snapshot_rect(snapshot, &wash, from, 0, to - from, self->map.height);
        snapshot_rect(snapshot, &edge, from, 0, 1, self->map.height);
        snapshot_rect(snapshot, &edge, to - 1, 0, 1, self->map.height);
    }
}

static gboolean same_map(const MtsPlotMap *a, const MtsPlotMap *b)
{
    return a->left == b->left && a->right == b->right && a->from == b->from && a->to == b->to &&
        a->top == b->top && a->height == b->height && a->scale.low == b->scale.low &&
        a->scale.high == b->scale.high && a->scale.log == b->scale.log;
}

static void untrace(MtsChart *chart)
{
    const GPtrArray *lines = mts_chart_lines(chart);
    for (guint i = 0; i < lines->len; i++) {
        ((MtsChartLine *)g_ptr_array_index(lines, i))->stale = -INFINITY;
    }
}

static void mts_chart_plot_snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
    MtsChartPlot *self = MTS_CHART_PLOT(widget);
    const MtsPlotMap map = mts_chart_plot_map(self);
    const gboolean dark = mts_palette_dark();
    if (!same_map(&map, &self->map) || dark != self->dark) {
        forget(self);
        untrace(self->chart);
        self->map = map;
        self->dark = dark;
    }
    gtk_snapshot_push_clip(snapshot,
        &GRAPHENE_RECT_INIT(0, 0, (float)gtk_widget_get_width(widget), (float)map.height));
    append_past(self, snapshot);
    append_frame(self, snapshot);
    append_lines(self, snapshot);
    append_marks(self, snapshot);
    append_band(self, snapshot);
    gtk_snapshot_pop(snapshot);
}

void mts_chart_plot_refresh(MtsChartPlot *self, double from)
{
    /* The first points take the hint away. */
    if (self->stale == INFINITY && from <= 0) {
        g_clear_pointer(&self->frame, gsk_render_node_unref);
    }
    self->stale = MIN(self->stale, from);
    if (from == -INFINITY) {
        /* Other lines, another text size or other colours: nothing is sure to be the same. */
        forget(self);
        untrace(self->chart);
    }
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

/* ---- widget ---------------------------------------------------------------------------------- */

static void mts_chart_plot_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
    int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
    static const int heights[] = {
        [MTS_CHART_LOSS] = 132, [MTS_CHART_ACCURACY] = 109, [MTS_CHART_CYCLES] = 114};
    if (orientation == GTK_ORIENTATION_VERTICAL) {
        *minimum = 56;
        *natural = heights[mts_chart_get_kind(MTS_CHART_PLOT(widget)->chart)];
    } else {
        *minimum = MTS_AXIS_GUTTER + MTS_AXIS_MARGIN + 100;
        *natural = MTS_AXIS_GUTTER + MTS_AXIS_MARGIN + 744;
    }
}

static void mts_chart_plot_size_allocate(GtkWidget *widget, int width, int height, int baseline)
{
    mts_time_axis_set_width(mts_chart_axis(MTS_CHART_PLOT(widget)->chart), width);
}

static void mts_chart_plot_css_changed(GtkWidget *widget, GtkCssStyleChange *change)
{
    GTK_WIDGET_CLASS(mts_chart_plot_parent_class)->css_changed(widget, change);
    forget(MTS_CHART_PLOT(widget));
    gtk_widget_queue_draw(widget);
}

static void mts_chart_plot_class_init(MtsChartPlotClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = mts_chart_plot_dispose;
    widget_class->snapshot = mts_chart_plot_snapshot;
    widget_class->measure = mts_chart_plot_measure;
    widget_class->size_allocate = mts_chart_plot_size_allocate;
    widget_class->css_changed = mts_chart_plot_css_changed;
    gtk_widget_class_set_css_name(widget_class, "plot");
    gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void mts_chart_plot_init(MtsChartPlot *self)
{
    self->tiles = g_ptr_array_new_with_free_func(node_free);
    self->stale = INFINITY;
    gtk_widget_set_focusable(GTK_WIDGET(self), TRUE);
    gtk_widget_set_overflow(GTK_WIDGET(self), GTK_OVERFLOW_HIDDEN);
}

GtkWidget *mts_chart_plot_new(MtsChart *chart)
{
    MtsChartPlot *self = g_object_new(MTS_TYPE_CHART_PLOT, NULL);
    self->chart = chart;
    g_autofree char *label =
        g_strdup_printf("%s over time", mts_chart_title(mts_chart_get_kind(chart)));
    gtk_accessible_update_property(GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
    mts_chart_input_attach(GTK_WIDGET(self), mts_chart_axis(chart));
    return GTK_WIDGET(self);
}

/* ---- a picture ------------------------------------------------------------------------------- */

static void cairo_rect(gpointer to, const GdkRGBA *ink, double x, double y, double w, double h)
{
    mts_paint_source(to, ink);
    cairo_rectangle(to, x, y, w, h);
    cairo_fill(to);
}

static void cairo_text(gpointer to, PangoLayout *layout, double x, double y, const GdkRGBA *ink)
{
    mts_paint_layout_cairo(to, layout, x, y, 1, ink);
}

static void draw_plot(
    MtsChart *self, cairo_t *cr, PangoContext *context, const MtsPlotMap *map, gboolean dark)
{
    draw_grid(self, map, dark, cairo_rect, cr);
    draw_ticks(self, map, context, dark, cairo_text, cr);
    cairo_save(cr);
    cairo_rectangle(cr, map->left - OVER, 0, map->right - map->left + 2 * OVER, map->height);
    cairo_clip(cr);
    /* The window's own lines are traced for the window's width: they are traced again there. */
    untrace(self);
    mts_chart_lines_trace(mts_chart_lines(self), map);
    draw_lines(self, cr, map->left - OVER, map->right + OVER, dark);
    cairo_restore(cr);
    for (guint i = 0; i < MTS_MARKS; i++) {
        MtsMark mark;
        if (mts_chart_mark(self, (MtsMarkKind)i, map, &mark)) {
            mts_chart_mark_draw(&mark, cr, context, dark);
        }
    }
    untrace(self);
}

void mts_chart_draw(MtsChart *self, cairo_t *cr, double width, double height, gboolean dark)
{
    PangoContext *context = pango_cairo_create_context(cr);
    g_autoptr(PangoFontDescription) font = pango_font_description_from_string("Cantarell 10");
    pango_context_set_font_description(context, font);
    const GdkRGBA view = mts_palette_ink(MTS_INK_VIEW, dark);
    cairo_rect(cr, &view, 0, 0, width, height);
    const double readout = mts_chart_readout(self);
    mts_chart_legend_draw(self, cr, context, width, readout, dark);
    const MtsPlotMap map = map_for(self, width, height - MTS_CHART_STRIP);
    cairo_save(cr);
    cairo_translate(cr, 0, MTS_CHART_STRIP);
    draw_plot(self, cr, context, &map, dark);
    cairo_restore(cr);
    g_object_unref(context);
}
