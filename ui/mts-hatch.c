#include "mts-hatch.h"

#include "mts-paint.h"
#include "mts-palette.h"
#include <math.h>

/* Along a lane the stripes come every 7 * sqrt(2) = 9.899 px, and ten of them are a whole number
 * of pixels but for half a hundredth: one tile. */
#define TILE_WIDTH 99
#define TILE_HEIGHT 48
#define STRIPE 3
#define PERIODS 10

static GdkTexture *draw_tile(int scale, gboolean dark)
{
    const int width = TILE_WIDTH * scale, height = TILE_HEIGHT * scale;
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height);
    cairo_t *cr = cairo_create(surface);
    const GdkRGBA ground = mts_palette_ink(MTS_INK_HATCH_GROUND, dark);
    const GdkRGBA stripe = mts_palette_ink(MTS_INK_HATCH_STRIPE, dark);
    mts_paint_source(cr, &ground);
    cairo_paint(cr);
    cairo_scale(cr, scale, scale);
    mts_paint_source(cr, &stripe);
    cairo_set_line_width(cr, STRIPE);
    for (int i = -6; i < PERIODS + 1; i++) {
        const double x = i * (double)TILE_WIDTH / PERIODS;
        cairo_move_to(cr, x - 2, TILE_HEIGHT + 2);
        cairo_line_to(cr, x + TILE_HEIGHT + 2, -2);
    }
    cairo_stroke(cr);
    cairo_destroy(cr);
    cairo_surface_flush(surface);
    const gsize stride = (gsize)cairo_image_surface_get_stride(surface);
    GBytes *bytes = g_bytes_new_with_free_func(cairo_image_surface_get_data(surface),
        stride * (gsize)height, (GDestroyNotify)cairo_surface_destroy, surface);
    GdkTexture *texture = gdk_memory_texture_new(width, height, GDK_MEMORY_DEFAULT, bytes, stride);
    g_bytes_unref(bytes);
    return texture;
}

void mts_hatch_append(MtsHatch *self, GtkSnapshot *snapshot, const graphene_rect_t *rect, int scale)
{
    const gboolean dark = mts_palette_dark();
    /* Twice as fine as the screen costs nothing and keeps pictures at 200 % sharp. */
    scale = MAX(scale, 2);
    if (!self->texture || self->scale != scale || self->dark != dark) {
        mts_hatch_clear(self);
        *self = (MtsHatch){draw_tile(scale, dark), scale, dark};
    }
    const double right = rect->origin.x + rect->size.width;
    const double bottom = rect->origin.y + rect->size.height;
    gtk_snapshot_push_clip(snapshot, rect);
    for (double y = rect->origin.y; y < bottom; y += TILE_HEIGHT) {
        /* The tiles hang on the screen, not on the rectangle: neighbours' stripes meet. */
        double x = floor(rect->origin.x / TILE_WIDTH) * TILE_WIDTH;
        for (; x < right; x += TILE_WIDTH) {
            gtk_snapshot_append_texture(snapshot, self->texture,
                &GRAPHENE_RECT_INIT((float)x, (float)y, TILE_WIDTH, TILE_HEIGHT));
        }
    }
    gtk_snapshot_pop(snapshot);
}

void mts_hatch_clear(MtsHatch *self)
{
    g_clear_object(&self->texture);
}
