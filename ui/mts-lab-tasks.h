/* MtsLabTasks: the tasks of the open step with a ring or a check, help for who is stuck, and the way
 * on once all are done. Main thread. */
#pragma once

#include "mts-lab-desk.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MTS_TYPE_LAB_TASKS (mts_lab_tasks_get_type())
G_DECLARE_FINAL_TYPE(MtsLabTasks, mts_lab_tasks, MTS, LAB_TASKS, GtkWidget)

/* Shows the step that is open now; a new one is made when another is opened. */
GtkWidget *mts_lab_tasks_new(MtsLabDesk *desk);

G_END_DECLS
