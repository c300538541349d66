/* The Studio's timeline on a stage of its own: a window with toolbar, ruler, lanes and inspector
 * over one model and one axis, filled with a schedule of five layers and twelve epochs. */
#pragma once

#include "mts-timeline.h"
#include "net/network.h"
#include <adwaita.h>

/* Of the schedule that the stage starts with. */
enum { STAGE_STEPS = 4692, STAGE_PER_EPOCH = 391, STAGE_LAYERS = 5 };

typedef struct Stage {
    GtkWidget *window, *bar, *ruler, *lanes, *inspector;
    MtsTimeline *timeline;
    MtsScheduleModel *model;
    MtsTimeAxis *axis;
    EngNetwork *net;
    char *toast; /* the last one */
    guint committed;
} Stage;

/* A window of width x height, shown. With `text` NULL the mock-up's schedule. */
void stage_set_up(Stage *stage, const char *text, int width, int height);
void stage_tear_down(Stage *stage);

/* Starts GTK for a test program: settings of the pictures, and warnings that are fatal. */
void stage_init(int *argc, char ***argv);

/* A lane as text, epochs to two digits: "2@0-3.5 2~4@3.5-9 4@9-12"; caller g_frees. */
char *stage_lane(Stage *stage, guint layer, MtsTrack track);

/* Where a step, and a lane's middle, lie in the timeline. */
double stage_x(Stage *stage, double epochs);
double stage_y(Stage *stage, guint layer, EngRole role);

/* Lets the run stand at `epochs`: playhead, lock, and made-up choices of the adaptive lanes. */
void stage_run_to(Stage *stage, double epochs);
