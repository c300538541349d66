#include "mts-compare-schedule.h"

#include <string.h>

MtsCompareSchedule *mts_compare_schedule_new(EngNetwork *net, EngPlan *plan, EngPlan *used,
    guint64 batch, const EngHardware *hw, guint32 done)
{
    MtsCompareSchedule *self = g_atomic_rc_box_new0(MtsCompareSchedule);
    *self = (MtsCompareSchedule){net, plan, used, batch, *hw, done};
    return self;
}

MtsCompareSchedule *mts_compare_schedule_ref(MtsCompareSchedule *self)
{
    return g_atomic_rc_box_acquire(self);
}

static void clear(gpointer data)
{
    MtsCompareSchedule *self = data;
    eng_plan_free(self->plan);
    eng_plan_free(self->used);
    eng_network_free(self->net);
}

void mts_compare_schedule_unref(MtsCompareSchedule *self)
{
    g_atomic_rc_box_release_full(self, clear);
}

int mts_compare_schedule_find(const MtsCompareSchedule *self, const char *name)
{
    for (guint i = 0; i < self->net->product_count; i++) {
        if (strcmp(mts_compare_schedule_layer(self, i), name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

const char *mts_compare_schedule_layer(const MtsCompareSchedule *self, guint layer)
{
    return eng_network_product(self->net, layer)->name;
}

/* ---- cycles over time ------------------------------------------------------------------------- */

/* Adds what a stretch of steps [from, to) costs to the blocks it lies in. */
static void spread(
    double from, double to, double per_step, double block, guint blocks, double *cycles)
{
    for (guint b = (guint)(from / block); b < blocks && b * block < to; b++) {
        const double steps = MIN(to, (b + 1) * block) - MAX(from, b * block);
        cycles[b] += per_step * MAX(steps, 0);
    }
}

/* A mosaic goes back and forth between few pairs of formats: the last ones are remembered. */
typedef struct Known {
    EngFormat a, b;
    double cycles;
} Known;

static double step_cycles(const EngProductShape *shape, EngProductKind kind, const EngFormat *a,
    const EngFormat *b, const EngHardware *hw, Known known[4], guint *next)
{
    for (guint i = 0; i < 4; i++) {
        if (known[i].cycles > 0 && eng_format_equal(&known[i].a, a) &&
            eng_format_equal(&known[i].b, b)) {
            return known[i].cycles;
        }
    }
    const double cycles = (double)eng_product_cost(shape, kind, a, b, hw).cycles;
    known[(*next)++ % 4] = (Known){*a, *b, cycles};
    return cycles;
}

static void add_product(const MtsCompareSchedule *self, guint layer, EngProductKind kind,
    double block, guint blocks, double *cycles)
{
    const EngProductShape shape =
        eng_product_shape(eng_network_product(self->net, layer), kind, self->batch);
    size_t count;
    const EngSpan *a = eng_plan_spans(self->used, layer, ENG_PRODUCT_SLOT_A(kind), &count);
    const EngSpan *b = eng_plan_spans(self->used, layer, ENG_PRODUCT_SLOT_B(kind), &count);
    const guint32 end = self->used->clock.steps;
    Known known[4] = {0};
    guint next = 0;
    for (guint32 from = 0, to; from < end; from = to) {
        to = MIN(a->to, b->to);
        const EngPrecision *x = &a->precision, *y = &b->precision;
        double per_step =
            step_cycles(&shape, kind, &x->format, &y->format, &self->hw, known, &next);
        if (x->adaptive || y->adaptive) {
            const double high = step_cycles(&shape, kind, x->adaptive ? &x->high : &x->format,
                y->adaptive ? &y->high : &y->format, &self->hw, known, &next);
            per_step = (per_step + high) / 2;
        }
        spread(from, to, per_step, block, blocks, cycles);
        a += a->to == to;
        b += b->to == to;
    }
}

void mts_compare_schedule_cycles(
    const MtsCompareSchedule *self, guint layer, double block, guint blocks, double *cycles)
{
    memset(cycles, 0, blocks * sizeof *cycles);
    for (int kind = 0; kind < ENG_PRODUCT_KINDS; kind++) {
        /* A product that the layer does not have costs nothing over the whole run. */
        const EngCost whole = eng_plan_product_cost(
            self->net, self->used, layer, (EngProductKind)kind, self->batch, &self->hw, 0.5);
        if (whole.cycles > 0) {
            add_product(self, layer, (EngProductKind)kind, block, blocks, cycles);
        }
    }
}

/* ---- strips --------------------------------------------------------------------------------- */

/* The format's index in the strip's list; the last one where the list is full. */
static guint8 code_of(MtsStrip *strip, const EngFormat *format)
{
    for (guint i = 0; i < strip->count; i++) {
        if (eng_format_equal(&strip->formats[i], format)) {
            return (guint8)i;
        }
    }
    if (strip->count < MTS_STRIP_FORMATS) {
        strip->formats[strip->count++] = *format;
    }
    return (guint8)(strip->count - 1);
}

/* How many spans of a column are looked at: a denser mosaic is grey to the eye anyway. */
#define DENSE 8

/* A span of the precision that has most of the steps [from, to); *at is the first span there, and
 * moves on with `from`. */
static const EngSpan *majority(
    const EngSpan *spans, size_t count, size_t *at, double from, double to)
{
    while (*at + 1 < count && spans[*at].to <= from) {
        (*at)++;
    }
    size_t end = *at;
    while (end < count && end < *at + DENSE && spans[end].from < to) {
        end++;
    }
    const EngSpan *best = &spans[*at];
    double most = 0;
    for (size_t i = *at; i < end; i++) {
        double steps = 0;
        for (size_t k = *at; k < end; k++) {
            if (eng_precision_equal(&spans[k].precision, &spans[i].precision)) {
                steps += MIN(to, spans[k].to) - MAX(from, spans[k].from);
            }
        }
        if (steps > most) {
            most = steps;
            best = &spans[i];
        }
    }
    return best;
}

static void fill_row(MtsStrip *strip, const MtsCompareSchedule *schedule, guint row, EngRole role)
{
    static const EngSlot first[] = {[ENG_ROLE_W] = ENG_SLOT_W_FWD,
        [ENG_ROLE_A] = ENG_SLOT_A_FWD,
        [ENG_ROLE_G] = ENG_SLOT_G_DGRAD};
    const gsize layer = (gsize)row * strip->products / strip->layers;
    size_t count, at = 0;
    const EngSpan *spans = eng_plan_spans(schedule->used, layer, first[role], &count);
    const double column = (double)schedule->used->clock.steps / MTS_STRIP_COLUMNS;
    for (guint c = 0; c < MTS_STRIP_COLUMNS; c++) {
        const EngSpan *span = majority(spans, count, &at, c * column, (c + 1) * column);
        guint8 code = code_of(strip, &span->precision.format);
        if (span->precision.adaptive) {
            code |= MTS_STRIP_ADAPTIVE;
        }
        strip->cells[role][row][c] = code;
    }
}

MtsStrip *mts_strip_new(const MtsCompareSchedule *schedule)
{
    const EngClock clock = schedule->used->clock;
    MtsStrip *strip = g_atomic_rc_box_new0(MtsStrip);
    strip->products = (guint)schedule->used->layers;
    strip->layers = MIN(strip->products, MTS_STRIP_LAYERS);
    strip->done = (double)MIN(schedule->done, clock.steps) / clock.steps;
    strip->epochs = (double)clock.steps / clock.steps_per_epoch;
    for (guint row = 0; row < strip->layers; row++) {
        for (guint role = ENG_ROLE_W; role <= ENG_ROLE_G; role++) {
            fill_row(strip, schedule, row, (EngRole)role);
        }
    }
    return strip;
}

MtsStrip *mts_strip_ref(MtsStrip *self)
{
    return g_atomic_rc_box_acquire(self);
}

void mts_strip_unref(MtsStrip *self)
{
    g_atomic_rc_box_release(self);
}

gboolean mts_strip_is_constant(const MtsStrip *self, EngElement element)
{
    for (guint i = 0; i < self->count; i++) {
        if (self->formats[i].kind != ENG_KIND_FLOAT || self->formats[i].element != element) {
            return FALSE;
        }
    }
    return self->count > 0;
}
