#include "mts-lab-mark.h"

#include "mts-paint.h"
#include "mts-palette.h"
#include <adwaita.h>
#include <math.h>

/* Milliseconds in which a ring closes. */
#define CLOSING 300

struct _MtsLabMark {
    GtkWidget parent;
    int size;
    gboolean dashed;
    double share, shown; /* what is and what is drawn on the way there */
    AdwAnimation *animation;
};

G_DEFINE_FINAL_TYPE(MtsLabMark, mts_lab_mark, GTK_TYPE_WIDGET)

static void mts_lab_mark_dispose(GObject *object)
{
    g_clear_object(&MTS_LAB_MARK(object)->animation);
    G_OBJECT_CLASS(mts_lab_mark_parent_class)->dispose(object);
}

static void mts_lab_mark_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
    int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
    *minimum = *natural = MTS_LAB_MARK(widget)->size;
}

/* The green of what is done. */
static const GdkRGBA done_ink = {.165f, .616f, .388f, 1};

static void draw_check(cairo_t *cr, double middle, double radius)
{
    mts_paint_source(cr, &done_ink);
    cairo_arc(cr, middle, middle, radius, 0, 2 * G_PI);
    cairo_fill(cr);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_set_line_width(cr, radius * .22);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_move_to(cr, middle - radius * .45, middle + radius * .02);
    cairo_line_to(cr, middle - radius * .12, middle + radius * .36);
    cairo_line_to(cr, middle + radius * .46, middle - radius * .34);
    cairo_stroke(cr);
}

static void draw_ring(MtsLabMark *self, cairo_t *cr, double middle, double radius, gboolean dark)
{
    const GdkRGBA grey = mts_palette_fade(mts_palette_ink(MTS_INK_TEXT_TICKS, dark), .6f);
    const GdkRGBA accent = mts_palette_ink(MTS_INK_ACCENT, dark);
    const double width = self->dashed ? 1.75 : 2;
    const double dash = 2 * G_PI * (radius - width / 2) / 20;
    cairo_set_line_width(cr, width);
    cairo_set_dash(cr, (const double[]){dash, dash}, self->dashed ? 2 : 0, 0);
    mts_paint_source(cr, self->dashed ? &done_ink : &grey);
    cairo_arc(cr, middle, middle, radius - width / 2, 0, 2 * G_PI);
    cairo_stroke(cr);
    cairo_set_dash(cr, NULL, 0, 0);
    if (self->shown > 0) {
        mts_paint_source(cr, self->share < 1 ? &accent : &done_ink);
        cairo_arc(cr, middle, middle, radius - width / 2, -G_PI_2, 2 * G_PI * self->shown - G_PI_2);
        cairo_stroke(cr);
    }
}

static void mts_lab_mark_snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
    MtsLabMark *self = MTS_LAB_MARK(widget);
    const int size = gtk_widget_get_width(widget);
    cairo_t *cr =
        gtk_snapshot_append_cairo(snapshot, &GRAPHENE_RECT_INIT(0, 0, (float)size, (float)size));
    if (self->shown >= 1) {
        draw_check(cr, size / 2.0, size / 2.0 - .5);
    } else {
        draw_ring(self, cr, size / 2.0, size / 2.0 - .5, mts_palette_dark());
    }
    cairo_destroy(cr);
}

static void mts_lab_mark_class_init(MtsLabMarkClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = mts_lab_mark_dispose;
    widget->measure = mts_lab_mark_measure;
    widget->snapshot = mts_lab_mark_snapshot;
    gtk_widget_class_set_css_name(widget, "labmark");
    gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_IMG);
}

static void mts_lab_mark_init(MtsLabMark *self)
{
    gtk_widget_set_valign(GTK_WIDGET(self), GTK_ALIGN_CENTER);
    gtk_widget_set_halign(GTK_WIDGET(self), GTK_ALIGN_CENTER);
    g_signal_connect_object(adw_style_manager_get_default(), "notify::dark",
        G_CALLBACK(gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
}

static void tell(MtsLabMark *self)
{
    gtk_accessible_update_property(GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL,
        self->share >= 1      ? "Done"
            : self->share > 0 ? "Begun"
                              : "To do",
        -1);
}

GtkWidget *mts_lab_mark_new(int size, gboolean dashed)
{
    MtsLabMark *self = g_object_new(MTS_TYPE_LAB_MARK, NULL);
    self->size = size;
    self->dashed = dashed;
    tell(self);
    return GTK_WIDGET(self);
}

static void on_frame(double value, gpointer data)
{
    MtsLabMark *self = data;
    self->shown = value;
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

void mts_lab_mark_set_share(MtsLabMark *self, double share)
{
    if (share == self->share) {
        return;
    }
    const double from = self->shown;
    self->share = self->shown = share;
    tell(self);
    if (share >= 1 && gtk_widget_get_mapped(GTK_WIDGET(self))) {
        AdwAnimationTarget *target = adw_callback_animation_target_new(on_frame, self, NULL);
        g_clear_object(&self->animation);
        self->animation = adw_timed_animation_new(GTK_WIDGET(self), from, 1, CLOSING, target);
        adw_animation_play(self->animation);
    }
    gtk_widget_queue_draw(GTK_WIDGET(self));
}
