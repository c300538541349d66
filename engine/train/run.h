/* One run's state on the training thread: what happens in a step. Private to the train room.
 *
 * EngRun knows nothing of threads, mailboxes or rings: trainer.c drives it and carries its
 * records away. */
#ifndef ENG_TRAIN_RUN_H
#define ENG_TRAIN_RUN_H

#include "base/pool.h"
#include "data/loader.h"
#include "net/model.h"
#include "train/checkpoint.h"
#include "train/trainer.h"

/* Where records and looked-at groups go. */
typedef struct EngRunSink {
    void (*record)(void *ctx, const EngRecord *record);
    void (*look)(void *ctx, const EngGroupLook *look);
    void *ctx;
} EngRunSink;

/* What somebody wants to see of the coming pass. */
typedef struct EngWish {
    bool figures;
    bool look;
    uint16_t layer;
    EngSlot slot;
    size_t row, position;
} EngWish;

/* Dynamic loss scaling; part of what a checkpoint keeps. */
typedef struct EngScaler {
    float scale;   /* a power of two */
    uint32_t good; /* steps without an overflow since it last changed */
} EngScaler;

/* What an adaptive rule said last about a layer's role. */
typedef struct EngRatio {
    float r, epsilon;
} EngRatio;

typedef struct EngRun {
    EngTrainerOptions options;
    EngClock clock;
    EngPlan *plan; /* as used so far and as planned for the rest */
    EngPool *pool;
    EngModel *model;
    EngLoader *loader;
    const EngBatch *batch;           /* the last one taken, NULL before the first */
    uint16_t *label;                 /* (batch, targets) of the test split */
    uint32_t *test_order;            /* 0, 1, 2 … */
    EngFormat (*formats)[ENG_SLOTS]; /* (layers), of the present step */
    size_t *cursor;                  /* (layers * 6): span in force */
    bool *high;                      /* (layers * 3): what the adaptive rule chose last */
    EngRatio *ratio;                 /* (layers * 3) */
    EngCost step_cost;               /* of a step with `formats` */
    bool cost_known;
    EngScaler scaler;
    uint32_t loud;      /* steps in a row whose loss was beyond the explosion's limit */
    uint32_t step;      /* steps done */
    double wall, began; /* seconds of the steps before; when the present one began */
    bool improved;      /* the last step's evaluation was the best so far */
    EngWish wish;
    EngRunSummary summary;
    EngRunSink sink;
} EngRun;

/* Makes everything the run needs. Errors: RANGE, SHAPE, NOMEM, UNSUPPORTED, IO. */
EngStatus eng_run_init(
    EngRun *run, const EngTrainerOptions *options, EngRunSink sink, EngError *err);
void eng_run_clear(EngRun *run);

/* One training step, with the evaluation that falls due behind it; emits STEP, EVAL, CHOICE,
 * FIGURES and what was wished for. Error DIVERGED: layer, slot and step. Must not be called when
 * all steps are done. */
EngStatus eng_run_step(EngRun *run, EngError *err);

/* Fulfils the wish by sending the last batch (before the first step: the first one) through the
 * network without any effect on the run. Errors: those of a step. */
EngStatus eng_run_show(EngRun *run, EngError *err);

/* Takes over `plan` for the steps still to come. */
EngStatus eng_run_replan(EngRun *run, const EngPlan *plan, EngError *err);

/* evaluate.c: the whole test split in the formats of the last step; emits EVAL. */
EngStatus eng_run_evaluate(EngRun *run, EngError *err);
/* After every 1/evals of an epoch, and at the end. */
bool eng_run_evaluation_due(const EngRun *run);

/* What a pass over `samples` samples works under. */
EngStep eng_run_context(const EngRun *run, size_t samples, bool training);

/* Training time so far, pauses left out, into the summary; only while a step runs. */
void eng_run_read_clock(EngRun *run);

/* checkpoint.c: everything the run needs to go on from here; caller frees. Errors: NOMEM. */
EngStatus eng_run_save(EngRun *run, EngCheckpoint *out, EngError *err);

/* Puts a fresh run where the checkpoint was taken. Errors: FORMAT, UNSUPPORTED, SHAPE (another
 * network), RANGE, NOMEM, IO; the run must not be used after an error. */
EngStatus eng_run_restore(EngRun *run, const EngCheckpoint *checkpoint, EngError *err);

/* Hands out batches from the present step on. Errors: NOMEM, IO, RANGE. */
EngStatus eng_run_start_loader(EngRun *run, EngError *err);

/* formats.c: settles formats and choices for the present step. True where a decision is due in the
 * coming pass: it needs eng_run_decide as its observer. */
bool eng_run_begin_formats(EngRun *run);
void eng_run_rewind_formats(EngRun *run);
void eng_run_decide(void *run, size_t layer, EngRole role, const EngSlotRows *rows);
/* True where the role's present span is adaptive. */
bool eng_run_is_adaptive(EngRun *run, size_t layer, EngRole role);

/* inspect.c: an observer that measures every slot, or finds the group that was asked for. */
bool eng_run_wants_to_inspect(const EngRun *run);
void eng_run_inspect(void *run, size_t layer, EngSlot slot, const EngSlotRows *rows,
    const EngFormat *format, const EngNoise *noise);

/* scaling.c: what the gradients of this step are scaled with: 1 unless a slot needs it. */
float eng_run_loss_scale(const EngRun *run);
/* After a backward pass that overflowed or did not. Error DIVERGED: no scale helps any more. */
EngStatus eng_run_adjust_scale(EngRun *run, bool overflowed, EngError *err);

/* The plan `before` up to step `at`, `after` from there on; both of the same clock and layers. */
EngStatus eng_plan_splice(
    const EngPlan *before, const EngPlan *after, uint32_t at, EngPlan **out, EngError *err);

#endif
