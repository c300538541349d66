/* The hatch of what is adaptive and still ahead: 45 degrees, 3 px stripes every 7 px. Drawn once as
 * a texture and laid over any rectangle. Main thread. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct MtsHatch {
    GdkTexture *texture; /* NULL: not drawn yet */
    int scale;
    gboolean dark;
} MtsHatch;

/* Lays the hatch over `rect`. `scale` is the screen's. Start with {0}. */
void mts_hatch_append(
    MtsHatch *self, GtkSnapshot *snapshot, const graphene_rect_t *rect, int scale);
void mts_hatch_clear(MtsHatch *self);

G_END_DECLS
