#include "mts-crosshair.h"

#include "mts-paint.h"
#include "mts-palette.h"
#include <math.h>

/* Dots that one chart shows at most. */
enum { DOTS = 16 };

struct _MtsCrosshair {
    GtkWidget parent;
    MtsTimeAxis *axis;
    GPtrArray *bands;  /* GtkWidget */
    GPtrArray *charts; /* MtsChart */
};

G_DEFINE_FINAL_TYPE(MtsCrosshair, mts_crosshair, GTK_TYPE_WIDGET)

static void mts_crosshair_dispose(GObject *object)
{
    MtsCrosshair *self = MTS_CROSSHAIR(object);
    if (self->axis) {
        g_signal_handlers_disconnect_by_data(self->axis, self);
    }
    g_clear_object(&self->axis);
    g_clear_pointer(&self->bands, g_ptr_array_unref);
    g_clear_pointer(&self->charts, g_ptr_array_unref);
    G_OBJECT_CLASS(mts_crosshair_parent_class)->dispose(object);
}

/* A band's place in the overlay; FALSE where it has none now. A band inside a scrolled window may
 * be taller than what is seen of it: what the window shows is what counts. */
static gboolean place(MtsCrosshair *self, GtkWidget *band, graphene_rect_t *rect)
{
    if (!gtk_widget_get_mapped(band) || !gtk_widget_compute_bounds(band, GTK_WIDGET(self), rect)) {
        return FALSE;
    }
    GtkWidget *window = gtk_widget_get_ancestor(band, GTK_TYPE_SCROLLED_WINDOW);
    graphene_rect_t seen;
    if (window && gtk_widget_compute_bounds(window, GTK_WIDGET(self), &seen)) {
        return graphene_rect_intersection(rect, &seen, rect);
    }
    return rect->size.height > 0;
}

/* An upright line one pixel wide, dashed on and off. As a repeated colour node it costs the same
 * however long it is. */
static void append_dashes(GtkSnapshot *snapshot, double x, double y, double height, float on,
    float off, const GdkRGBA *ink)
{
    const graphene_rect_t all = GRAPHENE_RECT_INIT((float)x, (float)y, 1, (float)height),
                          one = GRAPHENE_RECT_INIT((float)x, (float)y, 1, on + off);
    gtk_snapshot_push_repeat(snapshot, &all, &one);
    gtk_snapshot_append_color(snapshot, ink, &GRAPHENE_RECT_INIT((float)x, (float)y, 1, on));
    gtk_snapshot_pop(snapshot);
}

typedef enum Cursor { CURSOR_PLAYHEAD, CURSOR_CROSSHAIR, CURSOR_PIN, CURSOR_GUIDE } Cursor;

static void append_line(
    GtkSnapshot *snapshot, Cursor cursor, const graphene_rect_t *band, double x, gboolean dark)
{
    const double top = band->origin.y, height = band->size.height;
    x += band->origin.x;
    GdkRGBA ink;
    switch (cursor) {
    case CURSOR_PLAYHEAD:
        ink = mts_palette_ink(MTS_INK_ACCENT, dark);
        gtk_snapshot_append_color(
            snapshot, &ink, &GRAPHENE_RECT_INIT((float)(x - .75), (float)top, 1.5f, (float)height));
        break;
    case CURSOR_CROSSHAIR:
    case CURSOR_PIN:
        ink = mts_palette_ink(MTS_INK_CROSSHAIR, dark);
        append_dashes(snapshot, floor(x), top, height, 2, 2, &ink);
        break;
    case CURSOR_GUIDE:
        ink = mts_palette_ink(MTS_INK_ACCENT_TEXT, dark);
        append_dashes(snapshot, floor(x), top, height, 3, 2, &ink);
        break;
    }
}

static void append_dots(MtsCrosshair *self, GtkSnapshot *snapshot, MtsChart *chart,
    const graphene_rect_t *band, double step, gboolean dark)
{
    MtsChartDot dots[DOTS];
    const guint count = mts_chart_get_dots(chart, step, dots, DOTS);
    if (count == 0) {
        return;
    }
    const double x = band->origin.x + dots[0].x;
    const graphene_rect_t bounds =
        GRAPHENE_RECT_INIT((float)floor(x - 6), band->origin.y, 12, band->size.height);
    cairo_t *cr = gtk_snapshot_append_cairo(snapshot, &bounds);
    const GdkRGBA view = mts_palette_ink(MTS_INK_VIEW, dark);
    for (guint i = 0; i < count; i++) {
        mts_paint_hollow(
            cr, band->origin.x + dots[i].x, band->origin.y + dots[i].y, &dots[i].ink, &view);
    }
    cairo_destroy(cr);
}

static gboolean in_sight(MtsCrosshair *self, double step, double *x)
{
    if (!(step >= 0)) {
        return FALSE;
    }
    *x = mts_time_axis_x(self->axis, step);
    return *x >= MTS_AXIS_GUTTER - .5 &&
        *x <= mts_time_axis_get_width(self->axis) - MTS_AXIS_MARGIN + .5;
}

/* One cursor through all bands; the guide of a drag only where it helps, among the lanes. */
static void append_cursor(
    MtsCrosshair *self, GtkSnapshot *snapshot, Cursor cursor, double step, gboolean dark)
{
    double x;
    if (!in_sight(self, step, &x)) {
        return;
    }
    graphene_rect_t band;
    for (guint i = 0; i < self->bands->len; i++) {
        if (place(self, g_ptr_array_index(self->bands, i), &band)) {
            append_line(snapshot, cursor, &band, x, dark);
        }
    }
    for (guint i = 0; i < self->charts->len && cursor != CURSOR_GUIDE; i++) {
        MtsChart *chart = g_ptr_array_index(self->charts, i);
        if (place(self, mts_chart_get_plot(chart), &band)) {
            append_line(snapshot, cursor, &band, x, dark);
            if (cursor != CURSOR_PLAYHEAD) {
                append_dots(self, snapshot, chart, &band, step, dark);
            }
        }
    }
}

static void mts_crosshair_snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
    MtsCrosshair *self = MTS_CROSSHAIR(widget);
    const gboolean dark = mts_palette_dark();
    gboolean snapped;
    const double playhead = mts_time_axis_get_playhead(self->axis);
    /* A run that has not begun has no playhead line: it would hide the axis. */
    append_cursor(self, snapshot, CURSOR_PLAYHEAD, playhead > 0 ? playhead : -1, dark);
    append_cursor(self, snapshot, CURSOR_PIN, mts_time_axis_get_pin(self->axis), dark);
    append_cursor(
        self, snapshot, CURSOR_GUIDE, mts_time_axis_get_guide(self->axis, &snapped), dark);
    append_cursor(self, snapshot, CURSOR_CROSSHAIR, mts_time_axis_get_crosshair(self->axis), dark);
}

static void mts_crosshair_class_init(MtsCrosshairClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = mts_crosshair_dispose;
    widget_class->snapshot = mts_crosshair_snapshot;
    gtk_widget_class_set_css_name(widget_class, "crosshair");
    gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void mts_crosshair_init(MtsCrosshair *self)
{
    self->bands = g_ptr_array_new();
    self->charts = g_ptr_array_new();
    gtk_widget_set_can_target(GTK_WIDGET(self), FALSE);
    gtk_widget_set_can_focus(GTK_WIDGET(self), FALSE);
    gtk_widget_set_overflow(GTK_WIDGET(self), GTK_OVERFLOW_HIDDEN);
}

GtkWidget *mts_crosshair_new(MtsTimeAxis *axis)
{
    MtsCrosshair *self = g_object_new(MTS_TYPE_CROSSHAIR, NULL);
    self->axis = g_object_ref(axis);
    g_signal_connect_swapped(axis, "view-changed", G_CALLBACK(gtk_widget_queue_draw), self);
    g_signal_connect_swapped(axis, "cursor-changed", G_CALLBACK(gtk_widget_queue_draw), self);
    return GTK_WIDGET(self);
}

void mts_crosshair_add_band(MtsCrosshair *self, GtkWidget *band)
{
    g_ptr_array_add(self->bands, band);
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

void mts_crosshair_add_chart(MtsCrosshair *self, MtsChart *chart)
{
    g_ptr_array_add(self->charts, chart);
    g_signal_connect_object(
        chart, "redrawn", G_CALLBACK(gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
    gtk_widget_queue_draw(GTK_WIDGET(self));
}
