#include "picture.h"

#include "xinput.h"
#include <adwaita.h>

GdkTexture *picture_take(GtkWidget *widget, int scale)
{
    const int width = gtk_widget_get_width(widget), height = gtk_widget_get_height(widget);
    g_assert_true(gtk_widget_get_mapped(widget) && width > 0 && height > 0);
    g_autoptr(GdkPaintable) paintable = gtk_widget_paintable_new(widget);
    GtkSnapshot *snapshot = gtk_snapshot_new();
    gtk_snapshot_scale(snapshot, (float)scale, (float)scale);
    gdk_paintable_snapshot(paintable, snapshot, width, height);
    GskRenderNode *node = gtk_snapshot_free_to_node(snapshot);
    g_assert_nonnull(node);

    GError *error = NULL;
    g_autoptr(GskRenderer) renderer = gsk_cairo_renderer_new();
    gsk_renderer_realize(renderer, NULL, &error);
    g_assert_no_error(error);
    GdkTexture *texture = gsk_renderer_render_texture(
        renderer, node, &GRAPHENE_RECT_INIT(0, 0, (float)(width * scale), (float)(height * scale)));
    gsk_renderer_unrealize(renderer);
    gsk_render_node_unref(node);
    return texture;
}

void picture_write(GtkWidget *widget, const char *path, int scale)
{
    g_autoptr(GdkTexture) texture = picture_take(widget, scale);
    g_assert_true(gdk_texture_save_to_png(texture, path));
}

guint32 picture_pixel(GdkTexture *picture, int x, int y)
{
    const int width = gdk_texture_get_width(picture), height = gdk_texture_get_height(picture);
    g_assert_true(x >= 0 && x < width && y >= 0 && y < height);
    const gsize stride = (gsize)width * 4;
    g_autofree guint32 *pixels = g_malloc_n((gsize)height, stride);
    gdk_texture_download(picture, (guchar *)pixels, stride);
    return pixels[(gsize)y * (gsize)width + (gsize)x];
}

void picture_all(GtkWidget *widget, const char *folder, const char *name)
{
    AdwStyleManager *style = adw_style_manager_get_default();
    const AdwColorScheme before = adw_style_manager_get_color_scheme(style);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0755), ==, 0);
    for (int dark = 0; dark < 2; dark++) {
        adw_style_manager_set_color_scheme(
            style, dark ? ADW_COLOR_SCHEME_FORCE_DARK : ADW_COLOR_SCHEME_FORCE_LIGHT);
        xinput_settle(widget);
        for (int scale = 1; scale <= 2; scale++) {
            g_autofree char *path = g_strdup_printf(
                "%s/%s-%s%s.png", folder, name, dark ? "dark" : "light", scale == 2 ? "-2x" : "");
            picture_write(widget, path, scale);
        }
    }
    adw_style_manager_set_color_scheme(style, before);
    xinput_settle(widget);
}

const char *picture_folder(void)
{
    return g_getenv("MANTISSA_PICTURES");
}
