/* MtsCompareSchedule: a run's schedule as it is compared: planned and really used, with what is
 * needed to cost it. Never changes once made, so any thread may hold it; counted references.
 *
 * And MtsStrip: what a schedule used, coarse enough for a thumbnail: a format for every layer, role
 * and column of time. */
#pragma once

#include "hardware/cost.h"
#include "net/network.h"
#include "schedule/schedule.h"
#include <glib.h>

G_BEGIN_DECLS

typedef struct MtsCompareSchedule {
    EngNetwork *net;
    EngPlan *plan; /* as planned, live edits included */
    EngPlan *used; /* … with the choices that were really made before `done` */
    guint64 batch; /* samples a step */
    EngHardware hw;
    guint32 done; /* steps */
} MtsCompareSchedule;

/* Takes net and both plans over (in memory of the engine). */
MtsCompareSchedule *mts_compare_schedule_new(EngNetwork *net, EngPlan *plan, EngPlan *used,
    guint64 batch, const EngHardware *hw, guint32 done);
MtsCompareSchedule *mts_compare_schedule_ref(MtsCompareSchedule *self);
void mts_compare_schedule_unref(MtsCompareSchedule *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MtsCompareSchedule, mts_compare_schedule_unref)

/* Cycles of one layer's products in every block of `block` steps (which need not be whole), from the
 * run's start on: cycles[blocks], 0 beyond its end. What is not decided yet counts half at the high
 * format. */
void mts_compare_schedule_cycles(
    const MtsCompareSchedule *self, guint layer, double block, guint blocks, double *cycles);

/* The layer of this name, or -1. */
int mts_compare_schedule_find(const MtsCompareSchedule *self, const char *name);
const char *mts_compare_schedule_layer(const MtsCompareSchedule *self, guint layer);

#define MTS_STRIP_COLUMNS 176
#define MTS_STRIP_LAYERS 24
#define MTS_STRIP_FORMATS 63

/* Cells of a strip: the index of a format; with MTS_STRIP_ADAPTIVE it is the low one of a choice
 * that is still ahead. */
#define MTS_STRIP_ADAPTIVE 0x80

typedef struct MtsStrip {
    guint layers;   /* rows; of a network with more layers neighbours share one */
    guint products; /* layers of the network */
    double done;    /* share of the run that is over, 0..1 */
    double epochs;  /* of the whole run */
    guint count;    /* of formats */
    EngFormat formats[MTS_STRIP_FORMATS];
    guint8 cells[3][MTS_STRIP_LAYERS][MTS_STRIP_COLUMNS]; /* by EngRole */
} MtsStrip;

/* What the first slot of every role used for most of a column's steps. Counted references, any
 * thread. Takes some 100 microseconds. */
MtsStrip *mts_strip_new(const MtsCompareSchedule *schedule);
MtsStrip *mts_strip_ref(MtsStrip *self);
void mts_strip_unref(MtsStrip *self);

/* TRUE where all of it is in this one format. */
gboolean mts_strip_is_constant(const MtsStrip *self, EngElement element);

G_END_DECLS
