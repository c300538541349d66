#include "mts-swatch.h"

#include "mts-hatch.h"
#include "mts-lane-label.h"
#include "mts-paint.h"
#include "mts-palette.h"
#include <adwaita.h>

/* Between the patch and its ring, and the ring itself. */
#define RING_GAP 2
#define RING 2
/* A toolbar's patch is as high as this; from twice of it on the name is in the title's size. */
#define SMALL 26

struct _MtsSwatch {
    GtkWidget parent;
    EngPrecision precision;
    MtsHatch hatch;
    int size;
    gboolean ring, active;
};

G_DEFINE_FINAL_TYPE(MtsSwatch, mts_swatch, GTK_TYPE_WIDGET)

static PangoLayout *make_label(MtsSwatch *self)
{
    PangoContext *context = gtk_widget_get_pango_context(GTK_WIDGET(self));
    const EngPrecision *precision = &self->precision;
    const gboolean big = self->size > SMALL;
    if (big && precision->adaptive) {
        /* A square has no room for the blanks. */
        g_autofree char *tight = g_strdup_printf("%s↔%s", mts_format_short_name(&precision->format),
            mts_format_short_name(&precision->high));
        return mts_paint_layout(context, tight, MTS_POINTS_LEGEND, TRUE);
    }
    const char *text = mts_precision_label(precision);
    const gboolean long_name = g_utf8_strlen(text, -1) > 3;
    return mts_paint_layout(context, text, !big ? 9 : long_name ? 7.5 : 10.5, TRUE);
}

static void mts_swatch_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
    int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
    MtsSwatch *self = MTS_SWATCH(widget);
    const int around = self->ring ? 2 * (RING_GAP + RING) : 0;
    int width = self->size;
    if (orientation == GTK_ORIENTATION_HORIZONTAL) {
        g_autoptr(PangoLayout) label = make_label(self);
        int text;
        mts_paint_layout_size(label, &text, NULL);
        const int padding = self->precision.adaptive ? 16 : 12;
        /* A big one is a square whatever it says. */
        width = self->size > SMALL ? self->size : MAX(self->size, text + padding);
    }
    *minimum = *natural = width + around;
}

static void append_hatched(
    MtsSwatch *self, GtkSnapshot *snapshot, const graphene_rect_t *patch, int text_width)
{
    mts_hatch_append(&self->hatch, snapshot, patch, gtk_widget_get_scale_factor(GTK_WIDGET(self)));
    const GdkRGBA ground =
        mts_palette_fade(mts_palette_ink(MTS_INK_VIEW, mts_palette_dark()), .86f);
    const float width = MIN((float)text_width + (self->size > SMALL ? 4 : 8), patch->size.width);
    const graphene_rect_t pill =
        GRAPHENE_RECT_INIT(patch->origin.x + (patch->size.width - width) / 2,
            patch->origin.y + (patch->size.height - 14) / 2, width, 14);
    GskRoundedRect shape;
    gsk_rounded_rect_init_from_rect(&shape, &pill, 7);
    gtk_snapshot_push_rounded_clip(snapshot, &shape);
    gtk_snapshot_append_color(snapshot, &ground, &pill);
    gtk_snapshot_pop(snapshot);
}

static void append_ring(GtkSnapshot *snapshot, int width, int height, gboolean dark)
{
    GskRoundedRect shape;
    const graphene_rect_t all = GRAPHENE_RECT_INIT(0, 0, (float)width, (float)height);
    gsk_rounded_rect_init_from_rect(&shape, &all, 8);
    const GdkRGBA accent = mts_palette_ink(MTS_INK_ACCENT, dark);
    gtk_snapshot_append_border(snapshot, &shape, (const float[4]){RING, RING, RING, RING},
        (const GdkRGBA[4]){accent, accent, accent, accent});
}

static void mts_swatch_snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
    MtsSwatch *self = MTS_SWATCH(widget);
    const gboolean dark = mts_palette_dark();
    const int width = gtk_widget_get_width(widget), height = gtk_widget_get_height(widget);
    const int around = self->ring ? RING_GAP + RING : 0;
    const graphene_rect_t patch = GRAPHENE_RECT_INIT((float)around,
        (float)(height - self->size) / 2, (float)(width - 2 * around), (float)self->size);
    g_autoptr(PangoLayout) label = make_label(self);
    int text_width;
    mts_paint_layout_size(label, &text_width, NULL);
    GskRoundedRect shape;
    gsk_rounded_rect_init_from_rect(&shape, &patch, self->size > SMALL ? 7 : 5);
    gtk_snapshot_push_rounded_clip(snapshot, &shape);
    GdkRGBA ink = mts_palette_format_text(&self->precision.format, dark);
    if (self->precision.adaptive) {
        append_hatched(self, snapshot, &patch, text_width);
        ink = mts_palette_ink(MTS_INK_HATCH_TEXT, dark);
    } else {
        const GdkRGBA fill = mts_palette_format_fill(&self->precision.format, dark);
        gtk_snapshot_append_color(snapshot, &fill, &patch);
    }
    gtk_snapshot_pop(snapshot);
    const GdkRGBA outline = mts_palette_ink(MTS_INK_SEGMENT_OUTLINE, dark);
    gtk_snapshot_append_border(snapshot, &shape, (const float[4]){1, 1, 1, 1},
        (const GdkRGBA[4]){outline, outline, outline, outline});
    mts_paint_append_layout(snapshot, label, width / 2.0, height / 2.0, .5, &ink);
    if (self->ring && self->active) {
        append_ring(snapshot, width, height, dark);
    }
}

static void mts_swatch_finalize(GObject *object)
{
    mts_hatch_clear(&MTS_SWATCH(object)->hatch);
    G_OBJECT_CLASS(mts_swatch_parent_class)->finalize(object);
}

static void mts_swatch_class_init(MtsSwatchClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->finalize = mts_swatch_finalize;
    widget->measure = mts_swatch_measure;
    widget->snapshot = mts_swatch_snapshot;
    gtk_widget_class_set_css_name(widget, "swatch");
    gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_IMG);
}

static void mts_swatch_init(MtsSwatch *self)
{
    gtk_widget_set_valign(GTK_WIDGET(self), GTK_ALIGN_CENTER);
}

GtkWidget *mts_swatch_new(const EngPrecision *precision, int size, gboolean ring)
{
    MtsSwatch *self = g_object_new(MTS_TYPE_SWATCH, NULL);
    self->size = size;
    self->ring = ring;
    g_signal_connect_object(adw_style_manager_get_default(), "notify",
        G_CALLBACK(gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
    mts_swatch_set_precision(self, precision);
    return GTK_WIDGET(self);
}

void mts_swatch_set_precision(MtsSwatch *self, const EngPrecision *precision)
{
    self->precision = *precision;
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, mts_precision_label(precision), -1);
    gtk_widget_queue_resize(GTK_WIDGET(self));
}

const EngPrecision *mts_swatch_get_precision(MtsSwatch *self)
{
    return &self->precision;
}

void mts_swatch_set_active(MtsSwatch *self, gboolean active)
{
    if (!active != !self->active) {
        self->active = !!active;
        gtk_widget_queue_draw(GTK_WIDGET(self));
    }
}
