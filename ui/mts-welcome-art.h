/* The pictures of the start page: a schedule above a loss curve that shows the idea, and one for
 * each example. Drawings, not measurements: the same in every start. Plain cairo; main thread. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A place to draw in, and what is needed for it. */
typedef struct MtsArt {
    cairo_t *cr;
    PangoContext *context;
    double width, height;
    gboolean dark;
} MtsArt;

/* A point of a data set in the plane, -1..1 either way. */
typedef struct MtsArtPoint {
    float x, y;
    guint label; /* 0 or 1 */
} MtsArtPoint;

/* Pixels on a side of a drawn digit. */
#define MTS_ART_DIGIT 28

/* Lanes whose height is their bits, and the loss below; what is left of the playhead (0..1 of the
 * time) is done, adaptive parts show there what they chose. */
void mts_art_hero(const MtsArt *art, double playhead);
/* Where the playhead of a hero of this width can go, in pixels. */
void mts_art_hero_range(double width, double *left, double *right);

/* Two arms and the line between them. `points` may be NULL. */
void mts_art_spirals(const MtsArt *art, const MtsArtPoint *points, gsize count);
/* Grey drawings of MTS_ART_DIGIT squared bytes each, 255 the ink; as many as there is room for. */
void mts_art_digits(const MtsArt *art, const guint8 *pixels, gsize count);
/* Accuracy over cycles of three schedules, and what two of them use. */
void mts_art_adaptive(const MtsArt *art);

G_END_DECLS
