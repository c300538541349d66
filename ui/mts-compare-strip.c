#include "mts-compare-strip.h"

#include "mts-palette.h"
#include <math.h>

enum { WIDTH = 176, HEIGHT = 20, LANE = 5, LAYER_GAP = 3 };
#define RADIUS 3.0f
/* What is left of the colours where the run has not come yet. */
#define AHEAD 0.38f

struct _MtsCompareStrip {
    GtkWidget parent;
    MtsStrip *strip;
    gboolean lanes;
    GdkTexture *texture; /* NULL: to be drawn */
    int width, height, scale;
    gboolean dark;
};

G_DEFINE_FINAL_TYPE(MtsCompareStrip, mts_compare_strip, GTK_TYPE_WIDGET)

/* ---- pixels ----------------------------------------------------------------------------------- */

/* The colour of one column of one lane. An adaptive lane ahead alternates between its ground and
 * its stripe: at this size that is all a hatch can be. */
static GdkRGBA column_ink(const MtsStrip *strip, guint role, guint row, guint column, gboolean dark)
{
    const guint8 cell = strip->cells[role][row][column];
    if (cell & MTS_STRIP_ADAPTIVE) {
        return mts_palette_ink(
            (column + row) % 4 < 2 ? MTS_INK_HATCH_STRIPE : MTS_INK_HATCH_GROUND, dark);
    }
    return mts_palette_format_fill(&strip->formats[cell], dark);
}

/* Runs of equal cells, each from pixel to pixel. */
void mts_strip_draw_row(const MtsStrip *strip, guint role, guint row, cairo_t *cr, double x,
    double y, double width, double height, gboolean dark)
{
    const GdkRGBA view = mts_palette_ink(MTS_INK_VIEW, dark);
    const guint done = (guint)(strip->done * MTS_STRIP_COLUMNS + 0.5);
    for (guint from = 0, to; from < MTS_STRIP_COLUMNS; from = to) {
        const guint8 cell = strip->cells[role][row][from];
        const gboolean ahead = from >= done;
        to = from + 1;
        while (to < MTS_STRIP_COLUMNS && strip->cells[role][row][to] == cell &&
            (to >= done) == ahead && !(cell & MTS_STRIP_ADAPTIVE)) {
            to++;
        }
        GdkRGBA ink = column_ink(strip, role, row, from, dark);
        if (ahead && done > 0) {
            ink = mts_palette_mix(view, ink, AHEAD);
        }
        const double left = round(width * from / MTS_STRIP_COLUMNS),
                     right = round(width * to / MTS_STRIP_COLUMNS);
        cairo_set_source_rgba(cr, ink.red, ink.green, ink.blue, ink.alpha);
        cairo_rectangle(cr, x + left, y, right - left, height);
        cairo_fill(cr);
    }
}

/* Lanes share the height as evenly as whole pixels allow; a light line tells layers apart where
 * there is room for one. */
void mts_strip_draw(const MtsStrip *strip, int role, cairo_t *cr, double x, double y, double width,
    double height, gboolean dark)
{
    const guint roles = role < 0 ? 3 : 1, first = role < 0 ? 0 : (guint)role;
    const guint lanes = strip->layers * roles;
    const double pitch = height / lanes;
    for (guint i = 0; i < lanes; i++) {
        const double top = round(i * pitch), bottom = round((i + 1) * pitch);
        const gboolean edge = roles == 1 || i % 3 == 2;
        const double gap = i + 1 < lanes && pitch >= 3 ? (roles == 3 && edge ? 2 : 1) : 0;
        mts_strip_draw_row(
            strip, first + i % roles, i / roles, cr, x, y + top, width, MAX(bottom - top, 1), dark);
        if (gap > 0) {
            const GdkRGBA view = mts_palette_ink(MTS_INK_VIEW, dark);
            cairo_set_source_rgba(cr, view.red, view.green, view.blue, roles == 3 ? 1 : 0.45);
            cairo_rectangle(cr, x, y + bottom - gap, width, gap);
            cairo_fill(cr);
        }
    }
    if (strip->done > 0 && strip->done < 1) {
        const GdkRGBA head = mts_palette_ink(MTS_INK_ACCENT, dark);
        cairo_set_source_rgba(cr, head.red, head.green, head.blue, head.alpha);
        cairo_rectangle(cr, x + round(width * strip->done) - 1, y, 2, height);
        cairo_fill(cr);
    }
}

/* Drawn once at the screen's own scale: a mosaic is thousands of cells. */
static GdkTexture *texture_new(
    const MtsStrip *strip, gboolean lanes, int width, int height, int scale, gboolean dark)
{
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width * scale, height * scale);
    cairo_t *cr = cairo_create(surface);
    cairo_set_antialias(cr, CAIRO_ANTIALIAS_NONE);
    cairo_scale(cr, scale, scale);
    mts_strip_draw(strip, lanes ? -1 : ENG_ROLE_W, cr, 0, 0, width, height, dark);
    cairo_destroy(cr);
    cairo_surface_flush(surface);
    const int stride = cairo_image_surface_get_stride(surface);
    g_autoptr(GBytes) bytes = g_bytes_new_with_free_func(cairo_image_surface_get_data(surface),
        (gsize)stride * (gsize)(height * scale), (GDestroyNotify)cairo_surface_destroy, surface);
    return gdk_memory_texture_new(
        width * scale, height * scale, GDK_MEMORY_DEFAULT, bytes, (gsize)stride);
}

/* ---- widget ----------------------------------------------------------------------------------- */

static int natural_height(MtsCompareStrip *self)
{
    if (!self->lanes || !self->strip) {
        return HEIGHT;
    }
    return (int)self->strip->layers * (3 * LANE + LAYER_GAP) - LAYER_GAP;
}

static void mts_compare_strip_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
    int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
    MtsCompareStrip *self = MTS_COMPARE_STRIP(widget);
    if (orientation == GTK_ORIENTATION_HORIZONTAL) {
        *minimum = self->lanes ? 2 * WIDTH : 24;
        *natural = self->lanes ? 2 * WIDTH : WIDTH;
    } else {
        *minimum = *natural = natural_height(self);
    }
}

static void mts_compare_strip_snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
    MtsCompareStrip *self = MTS_COMPARE_STRIP(widget);
    const int width = gtk_widget_get_width(widget), height = natural_height(self);
    const int scale = gtk_widget_get_scale_factor(widget);
    const gboolean dark = mts_palette_dark();
    if (!self->strip || width <= 0) {
        return;
    }
    if (!self->texture || width != self->width || height != self->height || scale != self->scale ||
        dark != self->dark) {
        g_clear_object(&self->texture);
        self->texture = texture_new(self->strip, self->lanes, width, height, scale, dark);
        self->width = width;
        self->height = height;
        self->scale = scale;
        self->dark = dark;
    }
    const float top = floorf((float)(gtk_widget_get_height(widget) - height) / 2);
    const graphene_rect_t box = GRAPHENE_RECT_INIT(0, top, (float)width, (float)height);
    GskRoundedRect outline;
    gsk_rounded_rect_init_from_rect(&outline, &box, RADIUS);
    gtk_snapshot_push_rounded_clip(snapshot, &outline);
    gtk_snapshot_append_texture(snapshot, self->texture, &box);
    gtk_snapshot_pop(snapshot);
    const GdkRGBA rim = mts_palette_ink(MTS_INK_SEGMENT_OUTLINE, dark);
    gtk_snapshot_append_border(
        snapshot, &outline, (float[4]){1, 1, 1, 1}, (GdkRGBA[4]){rim, rim, rim, rim});
}

static void mts_compare_strip_dispose(GObject *object)
{
    g_clear_object(&MTS_COMPARE_STRIP(object)->texture);
    g_clear_pointer(&MTS_COMPARE_STRIP(object)->strip, mts_strip_unref);
    G_OBJECT_CLASS(mts_compare_strip_parent_class)->dispose(object);
}

static void mts_compare_strip_class_init(MtsCompareStripClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = mts_compare_strip_dispose;
    widget->measure = mts_compare_strip_measure;
    widget->snapshot = mts_compare_strip_snapshot;
    gtk_widget_class_set_css_name(widget, "strip");
    gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_IMG);
}

static void mts_compare_strip_init(MtsCompareStrip *self)
{
    gtk_widget_set_valign(GTK_WIDGET(self), GTK_ALIGN_CENTER);
}

GtkWidget *mts_compare_strip_new(gboolean lanes)
{
    MtsCompareStrip *self = g_object_new(MTS_TYPE_COMPARE_STRIP, NULL);
    self->lanes = lanes;
    return GTK_WIDGET(self);
}

void mts_compare_strip_set(MtsCompareStrip *self, MtsStrip *strip)
{
    if (strip == self->strip) {
        return;
    }
    g_clear_pointer(&self->strip, mts_strip_unref);
    self->strip = strip ? mts_strip_ref(strip) : NULL;
    g_clear_object(&self->texture);
    if (self->lanes) {
        gtk_widget_queue_resize(GTK_WIDGET(self));
    } else {
        gtk_widget_queue_draw(GTK_WIDGET(self));
    }
}

MtsStrip *mts_compare_strip_get(MtsCompareStrip *self)
{
    return self->strip;
}
