/* MtsSwatch: a patch in the colour of a precision with its name on it: in the toolbar, and big at
 * the head of the inspector. It only shows; put it into a button to make it one. Main thread. */
#pragma once

#include "schedule/schedule.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MTS_TYPE_SWATCH (mts_swatch_get_type())
G_DECLARE_FINAL_TYPE(MtsSwatch, mts_swatch, MTS, SWATCH, GtkWidget)

/* `size` pixels high and at least as wide; an active one has a ring round it, which takes 4 pixels
 * more on every side where `ring`. */
GtkWidget *mts_swatch_new(const EngPrecision *precision, int size, gboolean ring);
void mts_swatch_set_precision(MtsSwatch *self, const EngPrecision *precision);
const EngPrecision *mts_swatch_get_precision(MtsSwatch *self);
void mts_swatch_set_active(MtsSwatch *self, gboolean active);

G_END_DECLS
