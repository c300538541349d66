/* A made-up experiment for pictures and tests of the studio page: a network of five layers over
 * twelve epochs, its schedule, a live run two fifths through, and a library of runs. Every curve
 * is drawn by a formula with a fixed seed; nothing here was trained. */
#pragma once

#include "mts-window.h"

typedef struct StudioData {
    EngNetwork *net;
    EngPlan *plan;
    EngHardware hw;
    MtsRunData *live;
    GListStore *items; /* MtsRunItem */
} StudioData;

/* Clock of the experiment: 12 epochs of 391 steps. */
#define STUDIO_EPOCH 391
#define STUDIO_STEPS (12 * STUDIO_EPOCH)
#define STUDIO_DONE 1877

void studio_data_init(StudioData *data);
void studio_data_clear(StudioData *data);

/* Loads all of it into a studio: the live run with `done` of its steps, two ghosts. */
void studio_data_load(StudioData *data, MtsStudio *studio, guint32 done);

/* A run by formula: its loss falls from 2.3 by `pace`. cycles[steps]: cumulated after each step;
 * NULL: a thousand a step. */
MtsRunData *studio_run(
    const char *name, guint slot, guint32 steps, guint32 seed, double pace, const guint64 *cycles);
