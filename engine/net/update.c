#include "net/update.h"
#include <math.h>

/* Values that are worth a worker's while. */
#define GRAIN 4096
/* Parts in which the gradients' norm is added up, whatever the number of threads. */
#define NORM_PARTS 256

/* All parameters one behind the other are one range of values; a worker's share of it covers parts
 * of some of them. */
typedef void (*PartFn)(void *ctx, const EngParam *param, size_t from, size_t n);

static size_t total_of(const EngUpdate *u)
{
    size_t total = 0;
    for (size_t i = 0; i < u->count; i++)
        total += u->params[i].size;
    return total;
}

static void visit(const EngUpdate *u, size_t begin, size_t end, PartFn fn, void *ctx)
{
    size_t first = 0; /* of the present parameter */
    for (size_t i = 0; i < u->count && first < end; i++) {
        const EngParam *p = &u->params[i];
        const size_t from = begin > first ? begin - first : 0;
        const size_t to = end - first < p->size ? end - first : p->size;
        if (from < to)
            fn(ctx, p, from, to - from);
        first += p->size;
    }
}

/* ---- the norm of all gradients ----------------------------------------------------------------- */

typedef struct Norm {
    const EngUpdate *update;
    size_t total;
    double squares[NORM_PARTS];
} Norm;

static void add_squares(void *ctx, const EngParam *p, size_t from, size_t n)
{
    double *sum = ctx;
    for (size_t i = from; i < from + n; i++)
        *sum += (double)p->gradient[i] * (double)p->gradient[i];
}

static void sum_parts(void *arg, size_t begin, size_t end, unsigned worker)
{
    Norm *norm = arg;
    (void)worker;
    for (size_t part = begin; part < end; part++)
        visit(norm->update, norm->total * part / NORM_PARTS, norm->total * (part + 1) / NORM_PARTS,
            add_squares, &norm->squares[part]);
}

/* What the gradients are multiplied with so that the loss scale is undone and their norm over all
 * parameters, added up in float64, is at most the optimiser's limit then. */
static float gradient_scale(const EngUpdate *u, const EngContext *ctx)
{
    const double undo = 1.0 / (double)u->loss_scale, most = u->optimiser->clip_norm;
    if (most <= 0.0)
        return (float)undo;
    Norm norm = {.update = u, .total = total_of(u)};
    eng_pool_run(ctx->pool, sum_parts, &norm, NORM_PARTS, 1);
    double squares = 0.0;
    for (size_t i = 0; i < NORM_PARTS; i++)
        squares += norm.squares[i];
    const double length = sqrt(squares) * undo;
    return (float)(length > most ? undo * (most / length) : undo);
}

/* ---- the step ---------------------------------------------------------------------------------- */

typedef struct Job {
    const EngUpdate *update;
    const EngKernels *kernels;
    EngAdamStep adam;
    float rate, scale;
} Job;

static void update_part(void *ctx, const EngParam *p, size_t from, size_t n)
{
    const Job *job = ctx;
    const EngOptimiser *o = job->update->optimiser;
    const float decay = p->decays ? (float)o->weight_decay : 0.0f;
    float *g = p->gradient + from;
    for (size_t i = 0; job->scale != 1.0f && i < n; i++)
        g[i] *= job->scale;
    if (o->kind == ENG_OPTIMISER_ADAM) {
        EngAdamStep step = job->adam;
        step.decay = decay;
        eng_adam_update(&step, p->value + from, p->velocity + from, p->square + from, g, n);
    } else {
        job->kernels->sgd(p->value + from, p->velocity + from, g, n, job->rate, (float)o->momentum,
            decay, o->nesterov);
    }
}

static void update_range(void *arg, size_t begin, size_t end, unsigned worker)
{
    const Job *job = arg;
    (void)worker;
    visit(job->update, begin, end, update_part, arg);
}

void eng_update(const EngUpdate *u, const EngContext *ctx)
{
    Job job = {.update = u,
        .kernels = ctx->kernels,
        .adam = eng_adam_step(u->optimiser, u->rate, u->t),
        .rate = (float)u->rate,
        .scale = gradient_scale(u, ctx)};
    eng_pool_run(ctx->pool, update_range, &job, total_of(u), GRAIN);
}
