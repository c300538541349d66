/* MtsLab: the page of lessons: the course at the left, the open step at the right, presentation and
 * hand-out. It opens no file by itself: whoever holds it adds lessons (mts_lab_get_desk) and keeps
 * the desk's progress. Main thread.
 *
 * Signals: "toast" (char *text). Actions: lab.previous, next, present, hand-out, show-me,
 * reset-step, reset-lesson. Keys: F11 presents, Ctrl+Page_Up and Ctrl+Page_Down turn the step. */
#pragma once

#include "mts-lab-desk.h"
#include "mts-lab-sidebar.h"
#include "mts-lab-step.h"

G_BEGIN_DECLS

#define MTS_TYPE_LAB (mts_lab_get_type())
G_DECLARE_FINAL_TYPE(MtsLab, mts_lab, MTS, LAB, GtkWidget)

GtkWidget *mts_lab_new(void);

MtsLabDesk *mts_lab_get_desk(MtsLab *self);
MtsLabSidebar *mts_lab_get_sidebar(MtsLab *self);
MtsLabStep *mts_lab_get_step(MtsLab *self);

/* Begins and ends the presentation; its window, NULL while there is none. */
void mts_lab_present(MtsLab *self);
GtkWindow *mts_lab_get_presentation(MtsLab *self);

G_END_DECLS
