/* MtsLabMark: how a task or a lesson stands: a dashed or plain ring, a part of a ring, a check.
 * Main thread. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MTS_TYPE_LAB_MARK (mts_lab_mark_get_type())
G_DECLARE_FINAL_TYPE(MtsLabMark, mts_lab_mark, MTS, LAB_MARK, GtkWidget)

/* `size` pixels wide and high. `dashed`: the ring of something that is still to do. */
GtkWidget *mts_lab_mark_new(int size, gboolean dashed);

/* 0: nothing is done; 1: a check, to which the ring closes in 300 ms; between: a part of the ring
 * in the accent. */
void mts_lab_mark_set_share(MtsLabMark *self, double share);

G_END_DECLS
