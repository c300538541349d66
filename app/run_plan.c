#include "run_plan.h"
#include "base/memory.h"
#include "json.h"
#include <inttypes.h>
#include <string.h>

/* ---- choices in place of adaptive spans ----------------------------------------------------- */

/* One slot's spans on their way into a new plan. */
typedef struct SpanList {
    EngSpan *spans;
    size_t count;
} SpanList;

/* Room for every span of the plan, cut at every choice of its role, and once more at `done`. */
static EngStatus make_room(SpanList *list, size_t spans, size_t choices, EngError *err)
{
    size_t room;
    if (!eng_size_add(spans, choices, &room) || !eng_size_add(room, 2, &room))
        room = SIZE_MAX;
    list->spans = eng_alloc(room, sizeof *list->spans);
    if (!list->spans)
        return eng_error(err, ENG_ERR_NOMEM, "no memory for %zu spans of a schedule", room);
    return ENG_OK;
}

static void add_span(SpanList *list, uint32_t from, uint32_t to, EngPrecision precision)
{
    EngSpan *const last = list->count > 0 ? &list->spans[list->count - 1] : NULL;
    if (from >= to)
        return;
    if (last && eng_precision_equal(&last->precision, &precision))
        last->to = to;
    else
        list->spans[list->count++] = (EngSpan){from, to, precision};
}

/* The choices of one layer's role, in order. */
typedef struct Decisions {
    const AppChoice *choices;
    size_t count; /* of all layers and roles */
    size_t layer;
    EngRole role;
} Decisions;

/* Index of the first choice of this role from `at` on; the count where there is none. */
static size_t next_choice(const Decisions *of, size_t at)
{
    while (at < of->count &&
        (of->choices[at].layer != of->layer || of->choices[at].role != (uint8_t)of->role))
        at++;
    return at;
}

static size_t count_choices(const Decisions *of)
{
    size_t count = 0;
    for (size_t at = next_choice(of, 0); at < of->count; at = next_choice(of, at + 1))
        count++;
    return count;
}

/* Settles one slot: adaptive spans before `done` become what was chosen. */
static void settle_slot(
    const EngSpan *spans, size_t count, const Decisions *of, uint32_t done, SpanList *out)
{
    size_t at = next_choice(of, 0);
    bool high = false;
    for (size_t i = 0; i < count; i++) {
        const EngSpan *const span = &spans[i];
        const uint32_t end = span->to < done ? span->to : done;
        uint32_t from = span->from;
        while (from < end) {
            for (; at < of->count && of->choices[at].step <= from; at = next_choice(of, at + 1))
                high = of->choices[at].high;
            const uint32_t next = at < of->count ? of->choices[at].step : end;
            const uint32_t to = next < end ? next : end;
            const EngPrecision *const p = &span->precision;
            add_span(
                out, from, to, p->adaptive ? eng_precision_fixed(high ? p->high : p->format) : *p);
            from = to;
        }
        add_span(out, from, span->to, span->precision);
    }
}

EngStatus app_plan_used(const EngPlan *plan, const AppChoice *choices, size_t count, uint32_t done,
    EngPlan **out, EngError *err)
{
    const size_t slots = plan->layers * ENG_SLOTS;
    SpanList *const lists = eng_alloc(slots, sizeof *lists);
    const EngSpan **const spans = eng_alloc(slots, sizeof *spans);
    size_t *const counts = eng_alloc(slots, sizeof *counts);
    EngStatus status = lists && spans && counts
        ? ENG_OK
        : eng_error(err, ENG_ERR_NOMEM, "no memory for %zu lanes", slots);
    for (size_t i = 0; i < slots && status == ENG_OK; i++) {
        const EngSlot slot = (EngSlot)(i % ENG_SLOTS);
        const Decisions of = {choices, count, i / ENG_SLOTS, eng_slot_role(slot)};
        size_t n;
        const EngSpan *const planned = eng_plan_spans(plan, i / ENG_SLOTS, slot, &n);
        status = make_room(&lists[i], n, count_choices(&of), err);
        if (status == ENG_OK) {
            settle_slot(planned, n, &of, done, &lists[i]);
            spans[i] = lists[i].spans;
            counts[i] = lists[i].count;
        }
    }
    if (status == ENG_OK)
        status = eng_plan_from_spans(spans, counts, plan->layers, plan->clock, out, err);
    for (size_t i = 0; lists && i < slots; i++)
        eng_free(lists[i].spans);
    eng_free(lists);
    eng_free(spans);
    eng_free(counts);
    return status;
}

/* ---- shapes --------------------------------------------------------------------------------- */

EngStatus app_data_shape(const char *spec, EngShape *shape, unsigned *classes, EngError *err)
{
    EngDataset *data = NULL;
    const EngStatus status = eng_dataset_open(spec, APP_DATA_SEED, 1, &data, err);
    if (status != ENG_OK)
        return status;
    *shape = data->shape;
    *classes = data->classes;
    eng_dataset_free(data);
    return ENG_OK;
}

void app_shape_detail(EngShape shape, unsigned classes, EngText *out)
{
    eng_text_add(out, "{\"y\": %u, \"x\": %u, \"c\": %u, \"classes\": %u}", (unsigned)shape.y,
        (unsigned)shape.x, (unsigned)shape.c, classes);
}

/* A number of the detail that is one; 0 where it is none. */
static unsigned number(const json_t *object, const char *key)
{
    const json_int_t value = json_integer_value(json_object_get(object, key));
    return value > 0 && value <= UINT32_MAX ? (unsigned)value : 0;
}

static bool read_shape(const DbEventRow *event, EngShape *shape, unsigned *classes)
{
    json_t *detail = NULL;
    if (strcmp(event->kind, APP_EVENT_SHAPE) != 0 || !event->detail ||
        app_json_parse(event->detail, strlen(event->detail), "event", &detail, NULL) != ENG_OK)
        return false;
    *shape = (EngShape){number(detail, "y"), number(detail, "x"), number(detail, "c")};
    *classes = number(detail, "classes");
    json_decref(detail);
    return shape->y && shape->x && shape->c && *classes;
}

static EngStatus find_shape(const char *spec, const DbEventRow *events, size_t count,
    EngShape *shape, unsigned *classes, EngError *err)
{
    for (size_t i = 0; i < count; i++) {
        if (read_shape(&events[i], shape, classes))
            return ENG_OK;
    }
    return app_data_shape(spec, shape, classes, err);
}

/* ---- choices from events -------------------------------------------------------------------- */

static bool find_name(const AppJob *job, const char *name, uint16_t *layer)
{
    for (size_t i = 0; name && i < job->net->product_count && i <= UINT16_MAX; i++) {
        if (strcmp(job->names[i], name) == 0) {
            *layer = (uint16_t)i;
            return true;
        }
    }
    return false;
}

static bool find_role(const char *name, uint8_t *role)
{
    for (int r = ENG_ROLE_W; name && r <= ENG_ROLE_G; r++) {
        if (strcmp(eng_role_name((EngRole)r), name) == 0) {
            *role = (uint8_t)r;
            return true;
        }
    }
    return false;
}

/* Reads one event as the recorder wrote it; false for other kinds and what cannot be read. */
static bool read_choice(const AppJob *job, const DbEventRow *event, AppChoice *out)
{
    json_t *detail = NULL;
    const char *layer = NULL, *role = NULL, *precision = NULL;
    if (strcmp(event->kind, "choice") != 0 || !event->detail ||
        app_json_parse(event->detail, strlen(event->detail), "event", &detail, NULL) != ENG_OK)
        return false;
    json_unpack(detail, "{s:s, s:s, s:s}", "layer", &layer, "role", &role, "precision", &precision);
    out->step = event->step;
    out->high = precision && strcmp(precision, "high") == 0;
    const bool whole =
        precision && find_name(job, layer, &out->layer) && find_role(role, &out->role);
    json_decref(detail);
    return whole;
}

static EngStatus settle(AppRunPlan *run, const DbEventRow *events, size_t count, EngError *err)
{
    size_t n = 0;
    AppChoice *const choices = eng_alloc(count, sizeof *choices);
    if (!choices)
        return eng_error(err, ENG_ERR_NOMEM, "no memory for %zu choices", count);
    for (size_t i = 0; i < count; i++)
        n += read_choice(&run->job, &events[i], &choices[n]);
    const EngStatus status = app_plan_used(run->job.plan, choices, n, run->done, &run->used, err);
    eng_free(choices);
    return status;
}

/* ---- a stored run --------------------------------------------------------------------------- */

/* The stored experiment, with the schedule that was used in place of the one first drawn. */
static EngStatus read_experiment(const DbRun *row, AppExperiment *out, EngError *err)
{
    const char *const text = row->experiment ? row->experiment : "";
    EngStatus status = app_experiment_parse(text, strlen(text), "experiment", out, NULL, err);
    if (status == ENG_OK && row->schedule_used && row->schedule_used[0])
        status = app_experiment_set(&out->schedule, row->schedule_used, err);
    return status;
}

/* As many samples as give the clock that the run had. */
static size_t samples(const DbRun *row, const AppExperiment *experiment)
{
    const uint64_t all = (uint64_t)row->steps_per_epoch * experiment->training.batch;
    return all < SIZE_MAX ? (size_t)all : SIZE_MAX;
}

EngStatus app_run_plan_open(
    const DbRun *row, const DbEventRow *events, size_t count, AppRunPlan *out, EngError *err)
{
    EngShape shape = {0};
    unsigned classes = 0;
    *out = (AppRunPlan){.done = row->steps};
    EngStatus status = read_experiment(row, &out->experiment, err);
    if (status == ENG_OK)
        status = find_shape(out->experiment.data, events, count, &shape, &classes, err);
    if (status == ENG_OK)
        status = app_job_plan(
            &out->experiment, shape, classes, samples(row, &out->experiment), &out->job, err);
    if (status == ENG_OK)
        status = settle(out, events, count, err);
    if (status != ENG_OK)
        eng_error_prefix(err, "run %" PRId64, row->id);
    return status;
}

void app_run_plan_clear(AppRunPlan *run)
{
    eng_plan_free(run->used);
    app_job_close(&run->job);
    app_experiment_clear(&run->experiment);
    *run = (AppRunPlan){0};
}
