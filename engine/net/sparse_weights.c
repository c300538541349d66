#include "net/sparse_weights.h"
#include "base/memory.h"
#include "hardware/sparse.h"

/* Weights (k, taps, c): a linear layer's have one tap. */
typedef struct Shape {
    size_t k, taps, c;
} Shape;

static bool can_be_pruned(const EngOp *op)
{
    return op->kind == ENG_OP_LINEAR || op->kind == ENG_OP_CONV;
}

static Shape shape_of(const EngOp *op)
{
    if (op->kind == ENG_OP_LINEAR)
        return (Shape){op->out.c, 1, eng_op_row_length(op)};
    return (Shape){op->out.c, (size_t)op->kernel * op->kernel, op->in.c};
}

EngStatus eng_sparse_weights_init(EngLayer *layer, EngError *err)
{
    if (!can_be_pruned(layer->op))
        return ENG_OK;
    eng_sparse_weights_clear(layer);
    layer->pruned_forward = eng_alloc(layer->weight->size, sizeof(float));
    if (layer->op->input_gradient)
        layer->pruned_dgrad = eng_alloc(layer->weight->size, sizeof(float));
    if (!layer->pruned_forward || (layer->op->input_gradient && !layer->pruned_dgrad))
        return eng_error(
            err, ENG_ERR_NOMEM, "No memory for the pruned weights of layer %s.", layer->op->name);
    return ENG_OK;
}

void eng_sparse_weights_clear(EngLayer *layer)
{
    eng_free(layer->pruned_forward);
    eng_free(layer->pruned_dgrad);
    layer->pruned_forward = layer->pruned_dgrad = NULL;
    layer->pruned_fresh = false;
}

const float *eng_sparse_weights_of(const EngLayer *layer, EngSlot slot)
{
    const float *const pruned =
        slot == ENG_SLOT_W_FWD ? layer->pruned_forward : layer->pruned_dgrad;
    return pruned ? pruned : layer->weight->value;
}

/* ---- pruning ---------------------------------------------------------------------------------- */

typedef struct Prune {
    Shape shape;
    const float *from;
    float *forward, *dgrad;
    unsigned keep, of;
} Prune;

/* Rows (k, tap) of c neighbours. */
static void prune_forward(void *arg, size_t begin, size_t end, unsigned worker)
{
    const Prune *p = arg;
    const size_t c = p->shape.c;
    (void)worker;
    for (size_t row = begin; row < end; row++)
        eng_sparse_prune(p->from + row * c, p->forward + row * c, c, 1, p->keep, p->of);
}

/* Rows (tap, c) of k, a whole output apart. */
static void prune_dgrad(void *arg, size_t begin, size_t end, unsigned worker)
{
    const Prune *p = arg;
    const size_t stride = p->shape.taps * p->shape.c;
    (void)worker;
    for (size_t row = begin; row < end; row++)
        eng_sparse_prune(p->from + row, p->dgrad + row, p->shape.k, stride, p->keep, p->of);
}

void eng_sparse_weights_refresh(EngLayer *layer, const EngContext *ctx)
{
    if (!layer->pruned_forward || layer->pruned_fresh)
        return;
    Prune job = {.shape = shape_of(layer->op),
        .from = layer->weight->value,
        .forward = layer->pruned_forward,
        .dgrad = layer->pruned_dgrad,
        .keep = ctx->sparse_keep,
        .of = ctx->sparse_of};
    eng_pool_run(ctx->pool, prune_forward, &job, job.shape.k * job.shape.taps, 16);
    if (job.dgrad)
        eng_pool_run(ctx->pool, prune_dgrad, &job, job.shape.taps * job.shape.c, 16);
    layer->pruned_fresh = true;
}
