/* One run's state on the training thread: what happens in a step. Private to the train room.
 *
 * EngRun knows nothing of threads, mailboxes or rings: trainer.c drives it and carries its
 * records away. */
#ifndef ENG_TRAIN_RUN_H
#define ENG_TRAIN_RUN_H

#include "base/pool.h"
#include "net/model.h"
#include "train/checkpoint.h"
#include "train/trainer.h"

/* Where records go. */
typedef void (*EngEmitFn)(void *ctx, const EngRecord *record);

typedef struct EngRun {
    EngTrainerOptions options;
    EngClock clock;
    EngPlan *plan; /* as used so far and as planned for the rest */
    EngPool *pool;
    EngModel *model;
    uint16_t *label;                 /* (batch, targets) */
    uint32_t *order;                 /* of the present epoch, (training samples) */
    uint32_t *test_order;            /* 0, 1, 2 … */
    uint32_t order_epoch;            /* the epoch `order` belongs to; UINT32_MAX: none yet */
    EngFormat (*formats)[ENG_SLOTS]; /* (layers), of the present step */
    size_t *cursor;                  /* (layers * 6): span in force */
    bool *high;                      /* (layers * 3): what the adaptive rule chose last */
    EngCost step_cost;               /* of a step with `formats` */
    bool cost_known;
    uint32_t step;      /* steps done */
    double wall, began; /* seconds of the steps before; when the present one began */
    EngRunSummary summary;
    EngEmitFn emit;
    void *emit_ctx;
} EngRun;

/* Makes everything the run needs. Errors: RANGE, SHAPE, NOMEM, UNSUPPORTED, IO. */
EngStatus eng_run_init(
    EngRun *run, const EngTrainerOptions *options, EngEmitFn emit, void *emit_ctx, EngError *err);
void eng_run_clear(EngRun *run);

/* One training step, with the evaluation that falls due behind it; emits STEP, EVAL and CHOICE.
 * Error DIVERGED: layer, slot and step. Must not be called when all steps are done. */
EngStatus eng_run_step(EngRun *run, EngError *err);

/* Takes over `plan` for the steps still to come. */
EngStatus eng_run_replan(EngRun *run, const EngPlan *plan, EngError *err);

/* checkpoint.c: everything the run needs to go on from here; caller frees. Errors: NOMEM. */
EngStatus eng_run_save(EngRun *run, EngCheckpoint *out, EngError *err);

/* Puts a fresh run where the checkpoint was taken. Errors: FORMAT, UNSUPPORTED, SHAPE (another
 * network), RANGE; the run must not be used after an error. */
EngStatus eng_run_restore(EngRun *run, const EngCheckpoint *checkpoint, EngError *err);

/* formats.c: settles formats and choices for the present step; `observer` is what the model
 * shows its tensors to, or NULL where no decision is due. */
void eng_run_begin_formats(EngRun *run, EngObserver *observer, const EngObserver **used);
void eng_run_rewind_formats(EngRun *run);

/* The plan `before` up to step `at`, `after` from there on; both of the same clock and layers. */
EngStatus eng_plan_splice(
    const EngPlan *before, const EngPlan *after, uint32_t at, EngPlan **out, EngError *err);

#endif
