/* The trainer: one run on a thread of its own.
 *
 *   idle -> running <-> paused -> stopping -> finished
 *                \-> diverged, failed
 *
 * Commands come from any one controlling thread, are put into a small locked mailbox and take
 * effect at the next step boundary; none of them waits. Records leave through two rings: one for
 * the window (lossy, drops are counted) and one for the store (never lossy: the trainer waits). */
#ifndef ENG_TRAIN_TRAINER_H
#define ENG_TRAIN_TRAINER_H

#include "base/error.h"
#include "base/ring.h"
#include "data/dataset.h"
#include "hardware/cost.h"
#include "hardware/multiplier.h"
#include "kernels/kernels.h"
#include "net/network.h"
#include "net/optimiser.h"
#include "schedule/schedule.h"
#include "train/checkpoint.h"
#include "train/rate.h"
#include <stdint.h>

/* Settings of a run, with default and range. */
typedef struct EngTrainSettings {
    uint32_t epochs;          /* 10, 1..100000 */
    uint32_t batch;           /* 64, 1..65536, at most the training samples */
    EngOptimiser optimiser;   /* SGD with momentum 0.9 */
    EngRate rate;             /* constant 0.05 */
    double label_smoothing;   /* 0, 0 .. < 1: this share of the target goes to all classes alike */
    uint64_t seed_weights;    /* initial weights */
    uint64_t seed_data;       /* order of the samples */
    uint64_t seed_noise;      /* stochastic rounding */
    uint32_t evals_per_epoch; /* evaluations of the test split, 1, 1..1000 */
    uint32_t threads;         /* 0: one per processor; 1..256 */
    EngIsa isa;               /* AUTO */
} EngTrainSettings;

EngTrainSettings eng_train_settings_default(void);

/* Error RANGE, naming setting, value and range. */
EngStatus eng_train_settings_check(const EngTrainSettings *settings, EngError *err);

/* floor(samples / batch) whole batches an epoch; a last incomplete one is left out. */
EngClock eng_train_clock(const EngTrainSettings *settings, size_t train_samples);

typedef enum EngRunState {
    ENG_RUN_IDLE,
    ENG_RUN_RUNNING,
    ENG_RUN_PAUSED,
    ENG_RUN_STOPPING,
    ENG_RUN_FINISHED, /* all steps done */
    ENG_RUN_STOPPED,  /* ended by eng_trainer_stop */
    ENG_RUN_DIVERGED,
    ENG_RUN_FAILED,
} EngRunState;

/* "idle" "running" "paused" "stopping" "finished" "stopped" "diverged" "failed". */
const char *eng_run_state_name(EngRunState state);

typedef enum EngRecordKind {
    ENG_RECORD_STEP,  /* after every step */
    ENG_RECORD_EVAL,  /* after an evaluation of the test split */
    ENG_RECORD_STATE, /* the state changed; `step` steps are done */
    ENG_RECORD_PLAN,  /* a new plan took effect before step `step` */
    ENG_RECORD_CHOICE /* the adaptive rule decided for a layer's role before step `step` */
} EngRecordKind;

typedef struct EngRecord {
    EngRecordKind kind;
    uint32_t step;       /* STEP: index from 0 of the step just done; else steps done so far */
    double wall_seconds; /* running time since the first step, pauses left out */
    union {
        struct {
            float loss;           /* mean over the batch */
            float accuracy;       /* share of the batch that was right, 0..1 */
            uint64_t cycles;      /* simulated, cumulative, this step included */
            uint64_t femtojoules; /* the same */
        } at_step;
        struct {
            float loss, accuracy; /* over the whole test split */
        } eval;
        struct {
            EngRunState state;
        } state;
        struct {
            uint16_t layer;   /* product layer */
            uint8_t role;     /* EngRole */
            uint8_t high;     /* 1: the high format was taken */
            float r, epsilon; /* r(X) and the threshold */
        } choice;
    };
} EngRecord;

/* What a run was and is: filled by eng_trainer_summary. */
typedef struct EngRunSummary {
    EngRunState state;
    uint32_t steps; /* done */
    uint32_t steps_total;
    float train_loss;               /* of the last step */
    float test_loss, test_accuracy; /* of the last evaluation; NaN before the first */
    float best_test_accuracy;
    uint64_t loss_hash; /* FNV-1a over every step's loss (float32, little-endian) */
    EngCost cost;       /* of the steps done */
    double wall_seconds;
    EngError error; /* diverged, failed: what, where, when */
} EngRunSummary;

typedef struct EngTrainer EngTrainer;

/* Wakes the consumers: called on the trainer's thread, at most once until the woken side calls
 * eng_trainer_armed again; it may do nothing but signal. */
typedef void (*EngWakeFn)(void *ctx);

typedef struct EngTrainerOptions {
    const EngDataset *data; /* outlives the trainer */
    const EngNetwork *net;  /* outlives the trainer */
    const EngPlan *plan;    /* copied */
    EngTrainSettings settings;
    EngHardware hardware;         /* its multiplier and sparsity change the numbers, too */
    EngMultiplier table;          /* where hardware.multiplier is a table; outlives the trainer */
    bool window_ring, store_ring; /* which rings to keep; one that is off costs nothing */
    const EngCheckpoint *resume;  /* where to go on from; NULL: from the start; not kept */
    uint32_t checkpoint_every;    /* steps between two checkpoints, 0: none; see below */
    EngWakeFn wake;               /* NULL: nobody */
    void *wake_ctx;
} EngTrainerOptions;

/* Makes a trainer in state idle: allocates everything the run needs and sets the initial weights,
 * starts its thread (which waits). Errors: RANGE, SHAPE, NOMEM, UNSUPPORTED (the isa), IO. */
EngStatus eng_trainer_new(const EngTrainerOptions *options, EngTrainer **out, EngError *err);

/* Stops at the next step boundary, joins the thread and frees everything; NULL is fine. The store
 * ring must be drained by then or is dropped. */
void eng_trainer_free(EngTrainer *trainer);

/* Commands; none waits, each takes effect at the next step boundary. In a final state they do
 * nothing. `step` runs one step and pauses again. */
void eng_trainer_run(EngTrainer *trainer);
void eng_trainer_pause(EngTrainer *trainer);
void eng_trainer_step(EngTrainer *trainer);
void eng_trainer_stop(EngTrainer *trainer);

/* Takes the newest checkpoint that was made since the last call: with `checkpoint_every`, one at
 * each of its multiples and at a pause. false: none is waiting. The caller owns *out. */
bool eng_trainer_take_checkpoint(EngTrainer *trainer, EngCheckpoint *out);

/* A new plan for the steps that are still to come; copied. Its clock and layer count must be the
 * run's (else SHAPE), and a multiplier table must hold its mantissas (else RANGE). What is left of the step at which it takes effect is not looked at. */
EngStatus eng_trainer_set_plan(EngTrainer *trainer, const EngPlan *plan, EngError *err);

/* Takes up to `max` records, oldest first, without waiting. One thread per ring. */
size_t eng_trainer_window_records(EngTrainer *trainer, EngRecord *records, size_t max);
size_t eng_trainer_store_records(EngTrainer *trainer, EngRecord *records, size_t max);

/* Says that the woken side is about to drain, so that the next record may wake again. */
void eng_trainer_armed(EngTrainer *trainer);

/* Waits up to `timeout_ms` for records in the store ring or a final state; for a headless loop.
 * Returns false on time-out. */
bool eng_trainer_wait(EngTrainer *trainer, unsigned timeout_ms);

/* A consistent copy of where the run stands, as of the last step boundary. Any thread. */
void eng_trainer_summary(EngTrainer *trainer, EngRunSummary *out);

/* Copies the plan as used so far and as planned for the rest. Caller frees with eng_plan_free. */
EngStatus eng_trainer_plan(EngTrainer *trainer, EngPlan **out, EngError *err);

/* True once in finished, stopped, diverged or failed. */
bool eng_run_state_final(EngRunState state);

#endif
