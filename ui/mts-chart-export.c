#include "mts-chart-export.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>

/* Pixels a point of a PNG: sharp on any screen and in print. */
#define PNG_SCALE 2

/* No chart is larger; a picture of a broken layout must not take all memory. */
#define LARGEST 10000

MtsPictureKind mts_picture_kind(const char *name)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    return g_str_has_suffix(lower, ".svg") ? MTS_PICTURE_SVG
        : g_str_has_suffix(lower, ".pdf")  ? MTS_PICTURE_PDF
                                           : MTS_PICTURE_PNG;
}

static cairo_status_t write_bytes(void *to, const unsigned char *data, unsigned int length)
{
    g_byte_array_append(to, data, length);
    return CAIRO_STATUS_SUCCESS;
}

static cairo_surface_t *surface_new(MtsPictureKind kind, GByteArray *to, int width, int height)
{
    switch (kind) {
    case MTS_PICTURE_SVG:
        return cairo_svg_surface_create_for_stream(write_bytes, to, width, height);
    case MTS_PICTURE_PDF:
        return cairo_pdf_surface_create_for_stream(write_bytes, to, width, height);
    case MTS_PICTURE_PNG:
        break;
    }
    return cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width * PNG_SCALE, height * PNG_SCALE);
}

static void draw(MtsChart *const *charts, guint count, cairo_t *cr, gboolean dark)
{
    for (guint i = 0; i < count; i++) {
        GtkWidget *chart = GTK_WIDGET(charts[i]);
        const int width = gtk_widget_get_width(chart), height = gtk_widget_get_height(chart);
        cairo_save(cr);
        cairo_rectangle(cr, 0, 0, width, height);
        cairo_clip(cr);
        mts_chart_draw(charts[i], cr, width, height, dark);
        cairo_restore(cr);
        cairo_translate(cr, 0, height);
    }
}

GBytes *mts_charts_export(MtsChart *const *charts, guint count, MtsPictureKind kind, gboolean dark)
{
    int width = 0, height = 0;
    for (guint i = 0; i < count; i++) {
        width = MAX(width, gtk_widget_get_width(GTK_WIDGET(charts[i])));
        height += gtk_widget_get_height(GTK_WIDGET(charts[i]));
    }
    if (width <= 0 || height <= 0 || width > LARGEST || height > LARGEST) {
        return NULL;
    }
    GByteArray *bytes = g_byte_array_new();
    cairo_surface_t *surface = surface_new(kind, bytes, width, height);
    cairo_t *cr = cairo_create(surface);
    if (kind == MTS_PICTURE_PNG) {
        cairo_scale(cr, PNG_SCALE, PNG_SCALE);
    }
    draw(charts, count, cr, dark);
    cairo_status_t status = cairo_status(cr);
    cairo_destroy(cr);
    if (kind == MTS_PICTURE_PNG && status == CAIRO_STATUS_SUCCESS) {
        status = cairo_surface_write_to_png_stream(surface, write_bytes, bytes);
    }
    cairo_surface_finish(surface);
    if (status == CAIRO_STATUS_SUCCESS) {
        status = cairo_surface_status(surface);
    }
    cairo_surface_destroy(surface);
    GBytes *picture = g_byte_array_free_to_bytes(bytes);
    if (status != CAIRO_STATUS_SUCCESS) {
        g_clear_pointer(&picture, g_bytes_unref);
    }
    return picture;
}
