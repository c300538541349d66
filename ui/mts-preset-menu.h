/* MtsPresetMenu: the toolbar's list of presets. Resting on one lays it over the future as a
 * preview, with its estimate; choosing it keeps it as one edit, leaving takes it back. Main
 * thread. */
#pragma once

#include "mts-timeline.h"

G_BEGIN_DECLS

/* A menu button. */
GtkWidget *mts_preset_menu_new(MtsTimeline *timeline);

G_END_DECLS
