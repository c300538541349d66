/* The Lab on a stage of its own: a window with the page of lessons and nothing else running, as the
 * application shows it. */
#pragma once

#include "mts-lab-present.h"
#include "mts-lab.h"
#include "mts-window.h"

typedef struct LabStage {
    AdwApplication *app;
    MtsWindow *window;
    MtsLab *lab;
    MtsLabDesk *desk;
    char *toast; /* the last one */
} LabStage;

/* A window of width x height that shows the Lab, the first lesson open. */
void lab_stage_set_up(LabStage *stage, int width, int height);
void lab_stage_tear_down(LabStage *stage);

/* Opens lesson `id` at `step`. */
void lab_stage_open(LabStage *stage, const char *id, guint step);

/* The open step's thing `index`, and its drawing in the page. */
MtsLabModel *lab_stage_thing(LabStage *stage, guint index);
GtkWidget *lab_stage_canvas(LabStage *stage, guint index);

/* A reading of it. */
double lab_stage_read(LabStage *stage, guint index, const char *name);
/* Where a point of its drawing lies in the canvas' own coordinates. */
void lab_stage_place(LabStage *stage, guint index, double x, double y, double *at_x, double *at_y);
/* The width its drawing has, before any shrinking. */
double lab_stage_width(LabStage *stage, guint index);
