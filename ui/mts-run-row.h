/* MtsRunRow: a run in the library: status, name, figures, sparkline, check box in the colour of
 * its run slot. One row widget shows one item after the other. Main thread.
 *
 * Signals: "activated", "toggled" (gboolean on), both of the item shown. */
#pragma once

#include "mts-run-item.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MTS_TYPE_RUN_ROW (mts_run_row_get_type())
G_DECLARE_FINAL_TYPE(MtsRunRow, mts_run_row, MTS, RUN_ROW, GtkWidget)

GtkWidget *mts_run_row_new(void);
/* NULL: none. Referenced. */
void mts_run_row_set_item(MtsRunRow *self, MtsRunItem *item);
MtsRunItem *mts_run_row_get_item(MtsRunRow *self);

/* The style class of a check box in a slot's colour: "run-0" …, "run-fp32", "run-bf16". */
const char *mts_run_slot_class(guint slot);

G_END_DECLS
