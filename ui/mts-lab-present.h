/* The presentation of a desk: a window of its own, full screen, with everything 1.6 times as large.
 *
 * Keys: Page_Down and Page_Up (a clicker's) turn the step; B blanks the picture; a press and hold
 * shows a spotlight; D draws on top with the pointer, E wipes; Escape and F11 end it. The pointer
 * hides after three seconds without a motion. Main thread. */
#pragma once

#include "mts-lab-desk.h"
#include "mts-lab-step.h"

G_BEGIN_DECLS

#define MTS_TYPE_LAB_PRESENT (mts_lab_present_get_type())
G_DECLARE_FINAL_TYPE(MtsLabPresent, mts_lab_present, MTS, LAB_PRESENT, GtkWindow)

/* Not shown yet. */
GtkWindow *mts_lab_present_new(MtsLabDesk *desk, GtkWindow *over);

MtsLabStep *mts_lab_present_get_step(MtsLabPresent *self);
gboolean mts_lab_present_is_blank(MtsLabPresent *self);
/* Strokes drawn on top. */
guint mts_lab_present_stroke_count(MtsLabPresent *self);

G_END_DECLS
