/* A slider that edits the schedule: what a held button drags through is one undo step. Main
 * thread. */
#pragma once

#include "mts-schedule-model.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A GtkScale without a value beside it; the caller connects "value-changed" and edits the model
 * there. The model is held. */
GtkWidget *mts_scale_edit_new(MtsScheduleModel *model, double least, double most, double step);

G_END_DECLS
