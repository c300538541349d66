#include "mts-lane-snap.h"

#include <math.h>

guint32 mts_lane_quarter_step(EngClock clock, double quarters)
{
    const double step = floor(quarters * clock.steps_per_epoch / 4 + 0.5);
    return (guint32)CLAMP(step, 0, clock.steps);
}

gboolean mts_lane_shows_quarters(EngClock clock, MtsLaneScale scale)
{
    return clock.steps_per_epoch * scale.per_step >= MTS_SNAP_QUARTER_PIXELS;
}

/* Takes `step` where it attracts more than what was found so far. */
static void offer(
    const MtsSnapField *field, double wanted, guint32 step, MtsSnapKind kind, MtsSnap *best)
{
    const double distance = fabs(step - wanted) * field->scale.per_step;
    if (distance > MTS_SNAP_REACH) {
        return;
    }
    const double least = fabs(best->step - wanted) * field->scale.per_step;
    if (best->kind == MTS_SNAP_NONE || distance < least ||
        (distance == least && kind > best->kind)) {
        *best = (MtsSnap){step, kind};
    }
}

MtsSnap mts_lane_snap(const MtsSnapField *field, double step)
{
    const double wanted = CLAMP(step, 0, field->clock.steps);
    MtsSnap best = {(guint32)floor(wanted + 0.5), MTS_SNAP_NONE};
    best.step = MIN(best.step, field->clock.steps);
    if (field->off) {
        return best;
    }
    const double quarters = wanted * 4 / field->clock.steps_per_epoch;
    /* The last epoch may be a part of one: its end attracts like a whole one's. */
    offer(field, wanted, field->clock.steps, MTS_SNAP_EPOCH, &best);
    offer(field, wanted, mts_lane_quarter_step(field->clock, 4 * floor(quarters / 4 + 0.5)),
        MTS_SNAP_EPOCH, &best);
    if (mts_lane_shows_quarters(field->clock, field->scale)) {
        offer(field, wanted, mts_lane_quarter_step(field->clock, floor(quarters + 0.5)),
            MTS_SNAP_QUARTER, &best);
    }
    for (guint i = 0; i < field->edge_count; i++) {
        offer(field, wanted, field->edges[i], MTS_SNAP_EDGE, &best);
    }
    if (field->playhead >= 0) {
        const guint32 playhead = (guint32)CLAMP(ceil(field->playhead), 0, field->clock.steps);
        offer(field, wanted, playhead, MTS_SNAP_PLAYHEAD, &best);
    }
    return best;
}

void mts_lane_cell(EngClock clock, gboolean quarter, double step, guint32 *from, guint32 *to)
{
    const double quarters = quarter ? 1 : 4;
    const double size = MAX(clock.steps_per_epoch * quarters / 4, 1);
    step = CLAMP(step, 0, clock.steps - 1.0);
    double cell = floor(step / size);
    *from = (guint32)floor(cell * size + 0.5);
    *to = (guint32)floor((cell + 1) * size + 0.5);
    /* Rounding the grid to steps may have moved a boundary over the step. */
    if (step < *from) {
        *to = *from;
        *from = (guint32)floor((cell - 1) * size + 0.5);
    } else if (step >= *to) {
        *from = *to;
        *to = (guint32)floor((cell + 2) * size + 0.5);
    }
    *to = MIN(*to, clock.steps);
}

const char *mts_lane_epoch_text(EngClock clock, double step, char buf[32])
{
    const double hundredths = floor(step * 100 / clock.steps_per_epoch + 0.5);
    const guint64 n = (guint64)MAX(hundredths, 0);
    if (n % 10 == 0) {
        g_snprintf(buf, 32, "%" G_GUINT64_FORMAT ".%u", n / 100, (guint)(n % 100 / 10));
    } else {
        g_snprintf(buf, 32, "%" G_GUINT64_FORMAT ".%02u", n / 100, (guint)(n % 100));
    }
    return buf;
}
