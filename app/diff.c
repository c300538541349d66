#include "diff.h"
#include "base/memory.h"
#include "words.h"
#include <math.h>
#include <string.h>

#define ALL_SLOTS ((1 << ENG_SLOTS) - 1)

/* ---- B's time on A's clock ------------------------------------------------------------------ */

uint32_t app_diff_step(EngClock a, EngClock b, uint32_t step_b)
{
    if (a.steps_per_epoch == b.steps_per_epoch)
        return step_b;
    const uint64_t epochs = step_b / b.steps_per_epoch, rest = step_b % b.steps_per_epoch;
    const uint64_t part = (rest * a.steps_per_epoch + b.steps_per_epoch / 2) / b.steps_per_epoch;
    const uint64_t step = epochs * a.steps_per_epoch + part;
    return step < UINT32_MAX ? (uint32_t)step : UINT32_MAX;
}

/* One slot's spans, walked along A's clock. */
typedef struct Track {
    const EngSpan *span, *last;
    EngClock axis, own;
} Track;

static Track track_start(const EngPlan *plan, size_t layer, EngSlot slot, EngClock axis)
{
    size_t count;
    const EngSpan *const spans = eng_plan_spans(plan, layer, slot, &count);
    return (Track){.span = spans, .last = spans + count - 1, .axis = axis, .own = plan->clock};
}

static uint32_t track_end(const Track *track)
{
    return app_diff_step(track->axis, track->own, track->span->to);
}

/* Moves on to the span in force at `step`. */
static const EngPrecision *track_at(Track *track, uint32_t step)
{
    while (track->span < track->last && track_end(track) <= step)
        track->span++;
    return &track->span->precision;
}

/* The step, at most `to`, up to which all `n` tracks keep their precision. */
static uint32_t stretch_end(const Track *const tracks[], size_t n, uint32_t to)
{
    for (size_t i = 0; i < n; i++) {
        const uint32_t end = track_end(tracks[i]);
        if (tracks[i]->span < tracks[i]->last && end < to)
            to = end;
    }
    return to;
}

/* ---- cells ---------------------------------------------------------------------------------- */

typedef struct Cells {
    AppDiffCell *items;
    size_t count, capacity;
} Cells;

static EngStatus append(Cells *cells, const AppDiffCell *cell, EngError *err)
{
    if (cells->count == cells->capacity) {
        const size_t capacity = 2 * cells->capacity + 16;
        AppDiffCell *const grown = eng_alloc(capacity, sizeof *grown);
        if (!grown)
            return eng_error(err, ENG_ERR_NOMEM, "no memory for %zu differences", capacity);
        if (cells->count > 0)
            memcpy(grown, cells->items, cells->count * sizeof *grown);
        eng_free(cells->items);
        cells->items = grown;
        cells->capacity = capacity;
    }
    cells->items[cells->count++] = *cell;
    return ENG_OK;
}

static bool same_precisions(const AppDiffCell *a, const AppDiffCell *b)
{
    return eng_precision_equal(&a->a, &b->a) && eng_precision_equal(&a->b, &b->b);
}

/* The stretches in which one slot of two layers differs. */
static EngStatus slot_cells(const AppDiffSide *a, const AppDiffSide *b, const AppDiffCell *lane,
    EngSlot slot, uint32_t steps, Cells *out, EngError *err)
{
    Track ours = track_start(a->plan, lane->layer_a, slot, a->plan->clock);
    Track theirs = track_start(b->plan, lane->layer_b, slot, a->plan->clock);
    const Track *const both[] = {&ours, &theirs};
    EngStatus status = ENG_OK;
    for (uint32_t from = 0, to; from < steps && status == ENG_OK; from = to) {
        AppDiffCell cell = *lane;
        cell.a = *track_at(&ours, from);
        cell.b = *track_at(&theirs, from);
        cell.slots = (uint8_t)(1 << slot);
        cell.from = from;
        cell.to = to = stretch_end(both, 2, steps);
        if (eng_precision_equal(&cell.a, &cell.b))
            continue;
        AppDiffCell *const before = out->count > 0 ? &out->items[out->count - 1] : NULL;
        if (before && before->to == from && same_precisions(before, &cell))
            before->to = to; /* a span too short for A's clock lay between them */
        else
            status = append(out, &cell, err);
    }
    return status;
}

/* Joins the lists of a role's two slots: what both say becomes one cell of both. */
static EngStatus join_slots(const Cells *first, const Cells *second, Cells *out, EngError *err)
{
    EngStatus status = ENG_OK;
    size_t i = 0, k = 0;
    while (status == ENG_OK && (i < first->count || k < second->count)) {
        const AppDiffCell *const x = i < first->count ? &first->items[i] : NULL;
        const AppDiffCell *const y = k < second->count ? &second->items[k] : NULL;
        const bool alike = x && y && x->from == y->from && x->to == y->to && same_precisions(x, y);
        const bool take_x = x && (!y || x->from <= y->from);
        AppDiffCell cell = take_x ? *x : *y;
        if (alike)
            cell.slots |= y->slots;
        i += take_x;
        k += alike || !take_x;
        status = append(out, &cell, err);
    }
    return status;
}

static const EngSlot role_slots[3][2] = {
    [ENG_ROLE_W] = {ENG_SLOT_W_FWD, ENG_SLOT_W_DGRAD},
    [ENG_ROLE_A] = {ENG_SLOT_A_FWD, ENG_SLOT_A_WGRAD},
    [ENG_ROLE_G] = {ENG_SLOT_G_DGRAD, ENG_SLOT_G_WGRAD},
};

static EngStatus lane_cells(const AppDiffSide *a, const AppDiffSide *b, const AppDiffCell *lane,
    uint32_t steps, Cells *out, EngError *err)
{
    Cells slots[2] = {{0}, {0}};
    EngStatus status = ENG_OK;
    for (int i = 0; i < 2 && status == ENG_OK; i++)
        status = slot_cells(a, b, lane, role_slots[lane->role][i], steps, &slots[i], err);
    if (status == ENG_OK)
        status = join_slots(&slots[0], &slots[1], out, err);
    eng_free(slots[0].items);
    eng_free(slots[1].items);
    return status;
}

/* ---- what they cost ------------------------------------------------------------------------- */

static const EngPlan *used_plan(const AppDiffSide *side)
{
    return side->used ? side->used : side->plan;
}

/* n steps at two precisions; of those not decided yet the share that eng_plan_cost takes. */
static void add_stretch(EngCost *sum, const EngProductShape *shape, EngProductKind kind,
    const EngPrecision *x, const EngPrecision *y, uint32_t n, const AppDiffSide *side)
{
    uint32_t high = 0;
    if ((x->adaptive || y->adaptive) && side->high_share > 0)
        high = side->high_share < 1 ? (uint32_t)floor(side->high_share * n + 0.5) : n;
    if (n > high) {
        const EngCost cost = eng_product_cost(shape, kind, &x->format, &y->format, side->hw);
        eng_cost_add(sum, &cost, n - high);
    }
    if (high > 0) {
        const EngCost cost = eng_product_cost(shape, kind, x->adaptive ? &x->high : &x->format,
            y->adaptive ? &y->high : &y->format, side->hw);
        eng_cost_add(sum, &cost, high);
    }
}

/* A product of A over steps [from, to), the slots in `taken` as B used them. */
static EngCost product_cost(const AppDiffSide *a, const AppDiffSide *b, const AppDiffCell *cell,
    EngProductKind kind, uint8_t taken)
{
    const EngClock axis = a->plan->clock;
    const EngProductShape shape =
        eng_product_shape(eng_network_product(a->net, cell->layer_a), kind, a->batch);
    Track tracks[2];
    const Track *both[2];
    for (int i = 0; i < 2; i++) {
        const EngSlot slot = (EngSlot)(2 * (int)kind + i);
        tracks[i] = taken >> slot & 1 ? track_start(used_plan(b), cell->layer_b, slot, axis)
                                      : track_start(used_plan(a), cell->layer_a, slot, axis);
        both[i] = &tracks[i];
    }
    EngCost sum = {0};
    for (uint32_t from = cell->from, to; from < cell->to; from = to) {
        const EngPrecision *const x = track_at(&tracks[0], from);
        const EngPrecision *const y = track_at(&tracks[1], from);
        to = stretch_end(both, 2, cell->to);
        add_stretch(&sum, &shape, kind, x, y, to - from, a);
    }
    return sum;
}

/* The products that a layer of A holds at all, bit by bit: the first layer, and whatever else no
 * gradient flows through, has no input gradient, which costs nothing. */
static uint8_t products_of(const AppDiffSide *a, size_t layer)
{
    uint8_t kinds = 0;
    for (int kind = 0; kind < ENG_PRODUCT_KINDS; kind++) {
        const EngCost cost = eng_plan_product_cost(
            a->net, a->plan, layer, (EngProductKind)kind, a->batch, a->hw, a->high_share);
        kinds |= (uint8_t)((cost.cycles > 0) << kind);
    }
    return kinds;
}

/* All products that the cell's slots feed; `kinds` are those its layer has. */
static EngCost cell_cost(const AppDiffSide *a, const AppDiffSide *b, const AppDiffCell *cell,
    uint8_t kinds, uint8_t taken)
{
    EngCost sum = {0};
    for (int kind = 0; kind < ENG_PRODUCT_KINDS; kind++) {
        if (!(cell->slots >> (2 * kind) & 3) || !(kinds >> kind & 1))
            continue;
        const EngCost cost = product_cost(a, b, cell, (EngProductKind)kind, taken);
        eng_cost_add(&sum, &cost, 1);
    }
    return sum;
}

/* b - a, held within the range of int64_t. */
static int64_t difference(uint64_t a, uint64_t b)
{
    const uint64_t gap = a > b ? a - b : b - a;
    const int64_t held = gap > INT64_MAX ? INT64_MAX : (int64_t)gap;
    return a > b ? -held : held;
}

/* Costs the cells one by one, and what all of B's formats at once change beside them. */
static void cost_cells(const AppDiffSide *a, const AppDiffSide *b, const AppDiffCell *layers,
    size_t count, AppDiff *diff)
{
    int64_t rest = 0;
    size_t next = 0; /* cells stand in the order of the layers */
    for (size_t i = 0; i < count; i++) {
        const uint8_t kinds = products_of(a, layers[i].layer_a);
        rest += difference(cell_cost(a, b, &layers[i], kinds, 0).cycles,
            cell_cost(a, b, &layers[i], kinds, ALL_SLOTS).cycles);
        for (; next < diff->count && diff->cells[next].layer_a == layers[i].layer_a; next++) {
            AppDiffCell *const cell = &diff->cells[next];
            cell->cost_a = cell_cost(a, b, cell, kinds, 0);
            cell->cost_b = cell_cost(a, b, cell, kinds, cell->slots);
            rest -= difference(cell->cost_a.cycles, cell->cost_b.cycles);
        }
    }
    diff->rest_cycles = rest;
}

/* ---- shares --------------------------------------------------------------------------------- */

static unsigned element_bits(EngElement element)
{
    static const unsigned char bits[] = {
        [ENG_ELEMENT_FP32] = 24,
        [ENG_ELEMENT_TF32] = 11,
        [ENG_ELEMENT_BF16] = 8,
        [ENG_ELEMENT_FP16] = 11,
        [ENG_ELEMENT_FP8_E4M3] = 4,
        [ENG_ELEMENT_FP8_E5M2] = 3,
        [ENG_ELEMENT_HFP8] = 4,
        [ENG_ELEMENT_FP6_E3M2] = 3,
        [ENG_ELEMENT_FP6_E2M3] = 4,
        [ENG_ELEMENT_FP4_E2M1] = 2,
        [ENG_ELEMENT_INT8] = 7,
    };
    return bits[element];
}

unsigned app_format_bits(const EngFormat *format)
{
    switch ((EngFormatKind)format->kind) {
    case ENG_KIND_FLOAT:
    case ENG_KIND_MX:
        return element_bits((EngElement)format->element);
    case ENG_KIND_BFP:
        return format->m;
    case ENG_KIND_INT:
        return format->m > 1 ? format->m - 1u : 1;
    case ENG_KIND_NVFP4:
        return element_bits(ENG_ELEMENT_FP4_E2M1);
    case ENG_KIND_FIXED:
        return (unsigned)format->int_bits + format->frac_bits;
    case ENG_KIND_BINARY:
    case ENG_KIND_TERNARY:
        return 1;
    }
    return 0;
}

/* On average, where nobody has decided yet. */
static double precision_bits(const EngPrecision *precision, double high_share)
{
    const double low = app_format_bits(&precision->format);
    return precision->adaptive ? low + high_share * (app_format_bits(&precision->high) - low) : low;
}

/* Steps of one slot in which the sides used different precisions, in which B's has more bits, and
 * fewer. */
static void count_steps(const AppDiffSide *a, const AppDiffSide *b, const AppDiffCell *layer,
    EngSlot slot, double counts[3])
{
    Track ours = track_start(used_plan(a), layer->layer_a, slot, a->plan->clock);
    Track theirs = track_start(used_plan(b), layer->layer_b, slot, a->plan->clock);
    const Track *const both[] = {&ours, &theirs};
    for (uint32_t from = 0, to; from < layer->to; from = to) {
        const EngPrecision *const x = track_at(&ours, from), *const y = track_at(&theirs, from);
        to = stretch_end(both, 2, layer->to);
        if (eng_precision_equal(x, y))
            continue;
        const double more = precision_bits(y, b->high_share) - precision_bits(x, a->high_share);
        counts[0] += to - from;
        counts[1] += more > 0 ? to - from : 0;
        counts[2] += more < 0 ? to - from : 0;
    }
}

static void take_shares(const AppDiffSide *a, const AppDiffSide *b, const AppDiffCell *layers,
    size_t count, AppDiff *diff)
{
    double counts[3] = {0, 0, 0};
    for (size_t i = 0; i < count; i++) {
        for (int slot = 0; slot < ENG_SLOTS; slot++)
            count_steps(a, b, &layers[i], (EngSlot)slot, counts);
    }
    const double all = (double)count * ENG_SLOTS * diff->steps;
    diff->differs = all > 0 ? counts[0] / all : 0;
    diff->more_bits = all > 0 ? counts[1] / all : 0;
    diff->fewer_bits = all > 0 ? counts[2] / all : 0;
}

/* ---- all together --------------------------------------------------------------------------- */

static bool find_layer(const EngNetwork *net, const char *name, size_t *layer)
{
    for (size_t i = 0; i < net->product_count; i++) {
        if (strcmp(eng_network_product(net, i)->name, name) == 0) {
            *layer = i;
            return true;
        }
    }
    return false;
}

/* The layers both sides have, each as a cell of all its slots over all that is compared; returns
 * how many. */
static size_t match_layers(
    const AppDiffSide *a, const AppDiffSide *b, uint32_t steps, AppDiffCell *layers)
{
    size_t count = 0;
    for (size_t i = 0; i < a->net->product_count; i++) {
        AppDiffCell *const layer = &layers[count];
        *layer = (AppDiffCell){.layer_a = i, .slots = ALL_SLOTS, .to = steps};
        count += find_layer(b->net, eng_network_product(a->net, i)->name, &layer->layer_b);
    }
    return count;
}

static EngStatus find_cells(const AppDiffSide *a, const AppDiffSide *b, const AppDiffCell *layers,
    size_t count, AppDiff *diff, EngError *err)
{
    Cells cells = {0};
    EngStatus status = ENG_OK;
    for (size_t i = 0; i < count; i++) {
        for (int role = ENG_ROLE_W; role <= ENG_ROLE_G && status == ENG_OK; role++) {
            AppDiffCell lane = layers[i];
            lane.role = (EngRole)role;
            const size_t before = cells.count;
            status = lane_cells(a, b, &lane, diff->steps, &cells, err);
            diff->lanes += cells.count > before;
        }
    }
    diff->cells = cells.items;
    diff->count = cells.count;
    return status;
}

EngStatus app_diff(const AppDiffSide *a, const AppDiffSide *b, AppDiff *out, EngError *err)
{
    const EngClock x = a->plan->clock, y = b->plan->clock;
    const uint32_t end = app_diff_step(x, y, y.steps);
    *out = (AppDiff){.steps = end < x.steps ? end : x.steps,
        .same_clock = x.steps == y.steps && x.steps_per_epoch == y.steps_per_epoch};
    AppDiffCell *const layers = eng_alloc(a->net->product_count, sizeof *layers);
    if (!layers)
        return eng_error(
            err, ENG_ERR_NOMEM, "no memory to compare %zu layers", a->net->product_count);
    const size_t count = match_layers(a, b, out->steps, layers);
    out->shared_layers = count;
    out->same_layers = count == a->net->product_count && count == b->net->product_count;
    out->whole_a = eng_plan_cost(a->net, used_plan(a), a->batch, a->hw, a->high_share);
    out->whole_b = eng_plan_cost(b->net, used_plan(b), b->batch, b->hw, b->high_share);
    const EngStatus status = find_cells(a, b, layers, count, out, err);
    cost_cells(a, b, layers, count, out);
    take_shares(a, b, layers, count, out);
    eng_free(layers);
    return status;
}

void app_diff_clear(AppDiff *diff)
{
    eng_free(diff->cells);
    *diff = (AppDiff){0};
}

/* ---- words ---------------------------------------------------------------------------------- */

const char *app_diff_lane(const AppDiffCell *cell)
{
    for (int slot = 0; slot < ENG_SLOTS; slot++) {
        if (cell->slots == 1 << slot)
            return eng_slot_name((EngSlot)slot);
    }
    return eng_role_name(cell->role);
}

double app_diff_ratio(uint64_t a, uint64_t b)
{
    return a == 0 ? (double)NAN : ((double)b - (double)a) / (double)a;
}

void app_diff_sentence(
    const AppDiff *diff, double accuracy_a, double accuracy_b, double spread, EngText *out)
{
    const double points = 100 * (accuracy_b - accuracy_a);
    if (diff->count == 0)
        eng_text_add(out, "No cell differs: ");
    else
        eng_text_add(
            out, diff->count == 1 ? "%zu cell differs: " : "%zu cells differ: ", diff->count);
    app_words_signed(out, 100 * app_diff_ratio(diff->whole_a.cycles, diff->whole_b.cycles), 1);
    eng_text_add(out, " %% cycles");
    if (isnan(points))
        return;
    eng_text_add(out, ", ");
    app_words_signed(out, points, 1);
    if (!isnan(spread)) {
        eng_text_add(out, " ± ");
        app_words_fixed(out, 100 * spread, 1);
    }
    eng_text_add(out, " points");
}
