/* A stored run opened far enough to be costed, compared and drawn: its experiment, network and
 * plan, without its data. Any thread but the window's main loop, because a run whose row does not
 * say the shape of its samples has its data opened for that. */
#ifndef APP_RUN_PLAN_H
#define APP_RUN_PLAN_H

#include "db_store.h"
#include "job.h"

/* What the adaptive rule decided for a layer's role before a step. */
typedef struct AppChoice {
    uint32_t step;
    uint16_t layer; /* with a product */
    uint8_t role;   /* EngRole */
    bool high;
} AppChoice;

/* The plan as it was really used in its first `done` steps: where a span is adaptive, the formats
 * that `choices` (ascending in step) name, low before the first of them; from `done` on as planned.
 * Its cost up to `done` is to the unit what the run counted. Caller frees *out with eng_plan_free.
 * Errors: NOMEM. */
EngStatus app_plan_used(const EngPlan *plan, const AppChoice *choices, size_t count, uint32_t done,
    EngPlan **out, EngError *err);

/* The shape and the classes of what a data spec names. Opens the data. Errors: the reader's. */
EngStatus app_data_shape(const char *spec, EngShape *shape, unsigned *classes, EngError *err);

/* The event that a recorder writes at a run's start, so that later nobody needs the data to know
 * their shape: its kind, and its detail as JSON. */
#define APP_EVENT_SHAPE "shape"
void app_shape_detail(EngShape shape, unsigned classes, EngText *out);

typedef struct AppRunPlan {
    AppExperiment experiment; /* as stored; its schedule with all live edits */
    AppJob job;               /* network, names, clock and plan; no data */
    EngPlan *used;            /* the plan with the choices that were made */
    uint32_t done;            /* steps */
} AppRunPlan;

/* Opens a run from its row (as db_reader_run gives it) and its events. Free with
 * app_run_plan_clear, also after an error. Errors: those of the experiment's text, of the network
 * and the schedule, and of the data where their shape is not among the events; the sentence begins
 * with the run. */
EngStatus app_run_plan_open(
    const DbRun *row, const DbEventRow *events, size_t count, AppRunPlan *out, EngError *err);
void app_run_plan_clear(AppRunPlan *run);

#endif
