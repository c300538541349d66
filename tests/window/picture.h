/* Pictures of widgets: what a widget draws, rendered by GSK's cairo renderer into a PNG that is the
 * same, to the byte, in every run. The widget must be mapped (tests/xrun.sh gives it a screen) but
 * need not be in sight. Main thread. */
#pragma once

#include <gtk/gtk.h>

/* Writes <folder>/<name>-<light|dark>[-2x].png for both styles and both scales. `folder` is made
 * where it is missing. Leaves the style as it found it. */
void picture_all(GtkWidget *widget, const char *folder, const char *name);

/* One of them, in the style that is set now; scale 1 or 2. */
void picture_write(GtkWidget *widget, const char *path, int scale);
/* The same, as a texture to look at; caller unrefs. */
GdkTexture *picture_take(GtkWidget *widget, int scale);
/* A pixel of it, as its four bytes 0xAARRGGBB, not premultiplied where opaque. */
guint32 picture_pixel(GdkTexture *picture, int x, int y);

/* MANTISSA_PICTURES, or NULL where no pictures are wanted. */
const char *picture_folder(void);
