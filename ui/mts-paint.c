#include "mts-paint.h"

#include "mts-palette.h"
#include <math.h>

PangoLayout *mts_paint_layout(PangoContext *context, const char *text, double points, gboolean bold)
{
    PangoLayout *layout = pango_layout_new(context);
    g_autoptr(PangoAttrList) attributes = pango_attr_list_new();
    pango_attr_list_insert(attributes, pango_attr_scale_new(points / MTS_POINTS_BODY));
    pango_attr_list_insert(attributes, pango_attr_font_features_new("tnum=1"));
    pango_attr_list_insert(
        attributes, pango_attr_weight_new(bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL));
    pango_layout_set_attributes(layout, attributes);
    pango_layout_set_text(layout, text, -1);
    return layout;
}

void mts_paint_layout_size(PangoLayout *layout, int *width, int *height)
{
    PangoRectangle logical;
    pango_layout_get_pixel_extents(layout, NULL, &logical);
    if (width) {
        *width = logical.width;
    }
    if (height) {
        *height = logical.height;
    }
}

/* The top left corner, on a whole pixel so that the text stays crisp. */
static void corner(PangoLayout *layout, double *x, double *y, double align)
{
    int width, height;
    mts_paint_layout_size(layout, &width, &height);
    *x = round(*x - width * align);
    *y = round(*y - height / 2.0);
}

void mts_paint_append_layout(GtkSnapshot *snapshot, PangoLayout *layout, double x, double y,
    double align, const GdkRGBA *ink)
{
    corner(layout, &x, &y, align);
    gtk_snapshot_save(snapshot);
    gtk_snapshot_translate(snapshot, &GRAPHENE_POINT_INIT((float)x, (float)y));
    gtk_snapshot_append_layout(snapshot, layout, ink);
    gtk_snapshot_restore(snapshot);
}

void mts_paint_source(cairo_t *cr, const GdkRGBA *ink)
{
    cairo_set_source_rgba(cr, ink->red, ink->green, ink->blue, ink->alpha);
}

void mts_paint_layout_cairo(
    cairo_t *cr, PangoLayout *layout, double x, double y, double align, const GdkRGBA *ink)
{
    corner(layout, &x, &y, align);
    mts_paint_source(cr, ink);
    cairo_move_to(cr, x, y);
    pango_cairo_show_layout(cr, layout);
}

void mts_paint_haloed_cairo(cairo_t *cr, PangoLayout *layout, double x, double y, double align,
    const GdkRGBA *ink, const GdkRGBA *halo)
{
    double left = x, top = y;
    corner(layout, &left, &top, align);
    cairo_move_to(cr, left, top);
    pango_cairo_layout_path(cr, layout);
    mts_paint_source(cr, halo);
    cairo_set_dash(cr, NULL, 0, 0);
    cairo_set_line_width(cr, 3);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_stroke(cr);
    mts_paint_layout_cairo(cr, layout, x, y, align, ink);
}

void mts_paint_rounded(cairo_t *cr, double x, double y, double width, double height, double radius)
{
    const double r = MIN(radius, MIN(width, height) / 2);
    cairo_new_sub_path(cr);
    cairo_arc(cr, x + width - r, y + r, r, -G_PI_2, 0);
    cairo_arc(cr, x + width - r, y + height - r, r, 0, G_PI_2);
    cairo_arc(cr, x + r, y + height - r, r, G_PI_2, G_PI);
    cairo_arc(cr, x + r, y + r, r, G_PI, 3 * G_PI_2);
    cairo_close_path(cr);
}

static void disc(cairo_t *cr, double x, double y, double radius)
{
    cairo_new_path(cr);
    cairo_arc(cr, x, y, radius, 0, 2 * G_PI);
}

void mts_paint_head(cairo_t *cr, double x, double y, const GdkRGBA *ink, const GdkRGBA *rim)
{
    disc(cr, x, y, 5.5);
    mts_paint_source(cr, rim);
    cairo_fill(cr);
    disc(cr, x, y, 4);
    mts_paint_source(cr, ink);
    cairo_fill(cr);
}

void mts_paint_hollow(cairo_t *cr, double x, double y, const GdkRGBA *ink, const GdkRGBA *inside)
{
    disc(cr, x, y, 3);
    mts_paint_source(cr, inside);
    cairo_fill_preserve(cr);
    mts_paint_source(cr, ink);
    cairo_set_dash(cr, NULL, 0, 0);
    cairo_set_line_width(cr, 1.75);
    cairo_stroke(cr);
}

static void ring(cairo_t *cr, double x, double y, double turn, gboolean dark)
{
    const GdkRGBA ink = mts_palette_run(0, dark);
    const GdkRGBA faint = mts_palette_fade(ink, .3f);
    disc(cr, x, y, 3);
    mts_paint_source(cr, &ink);
    cairo_fill(cr);
    cairo_set_dash(cr, NULL, 0, 0);
    cairo_set_line_width(cr, 1.5);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    disc(cr, x, y, 5.25);
    mts_paint_source(cr, &faint);
    cairo_stroke(cr);
    cairo_arc(cr, x, y, 5.25, turn * 2 * G_PI - G_PI_2, turn * 2 * G_PI);
    mts_paint_source(cr, &ink);
    cairo_stroke(cr);
}

static void bars(cairo_t *cr, double x, double y)
{
    cairo_rectangle(cr, x - 3.5, y - 4, 2.5, 8);
    cairo_rectangle(cr, x + 1, y - 4, 2.5, 8);
    cairo_fill(cr);
}

static void triangle(cairo_t *cr, double x, double y)
{
    cairo_move_to(cr, x, y - 4.5);
    cairo_line_to(cr, x + 5, y + 4);
    cairo_line_to(cr, x - 5, y + 4);
    cairo_close_path(cr);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_dash(cr, NULL, 0, 0);
    cairo_set_line_width(cr, 1);
    cairo_stroke_preserve(cr);
    cairo_fill(cr);
}

void mts_paint_status(
    cairo_t *cr, double x, double y, MtsRunStatus status, double turn, gboolean dark)
{
    const GdkRGBA caution = mts_palette_ink(MTS_INK_CAUTION, dark);
    const GdkRGBA done = mts_palette_ink(MTS_INK_DONE, dark);
    const GdkRGBA grey = mts_palette_run(MTS_RUN_GREY, dark);
    switch (status) {
    case MTS_STATUS_RUNNING:
        ring(cr, x, y, turn, dark);
        return;
    case MTS_STATUS_PAUSED:
        mts_paint_source(cr, &caution);
        bars(cr, x, y);
        return;
    case MTS_STATUS_DIVERGED:
    case MTS_STATUS_FAILED:
        mts_paint_source(cr, &caution);
        triangle(cr, x, y);
        return;
    case MTS_STATUS_FINISHED:
        disc(cr, x, y, 4);
        mts_paint_source(cr, &done);
        cairo_fill(cr);
        return;
    case MTS_STATUS_STOPPED:
    case MTS_STATUS_INTERRUPTED:
        mts_paint_source(cr, &grey);
        cairo_rectangle(cr, x - 3.5, y - 3.5, 7, 7);
        cairo_fill(cr);
        return;
    case MTS_STATUS_IDLE:
        disc(cr, x, y, 3.5);
        mts_paint_source(cr, &grey);
        cairo_set_dash(cr, NULL, 0, 0);
        cairo_set_line_width(cr, 1.5);
        cairo_stroke(cr);
        return;
    }
}
