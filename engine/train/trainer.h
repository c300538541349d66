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
#include "data/augment.h"
#include "hardware/cost.h"
#include "hardware/multiplier.h"
#include "kernels/kernels.h"
#include "net/network.h"
#include "net/optimiser.h"
#include "schedule/schedule.h"
#include "train/checkpoint.h"
#include "train/measure.h"
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
    EngAugment augment;       /* of the training images; none */
    bool no_shuffle;          /* samples in the order of the file, each epoch alike; off */
    uint32_t evals_per_epoch; /* evaluations of the test split, 1, 1..1000 */
    double explosion;    /* the run has diverged where the loss of 16 steps in a row is more than
                                 this many times that of guessing, ln(classes); 10, 1..1e6, 0: off */
    uint32_t load_ahead; /* batches loaded ahead on a thread of their own; 2, 0..16 */
    uint32_t threads;    /* 0: one per processor; 1..256 */
    EngIsa isa;          /* AUTO; neither this nor the two before change any bit */
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
    ENG_RECORD_STEP,   /* after every step */
    ENG_RECORD_EVAL,   /* after an evaluation of the test split */
    ENG_RECORD_STATE,  /* the state changed; `step` steps are done */
    ENG_RECORD_PLAN,   /* a new plan took effect before step `step` */
    ENG_RECORD_CHOICE, /* an adaptive rule decided for a layer's role before step `step` */
    ENG_RECORD_FIGURES /* what one slot's quantisation did in step `step` */
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
            float r, epsilon; /* r(X), or the share flushed to zero, and the threshold */
        } choice;
        struct {
            uint16_t layer;   /* product layer */
            uint8_t slot;     /* EngSlot */
            int8_t high;      /* what its adaptive rule took last: 1 high, 0 low; -1: it has none */
            float r, epsilon; /* of that decision; NaN: none */
            EngSlotFigures figures;
        } figures;
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
    uint32_t best_step; /* steps done when it was reached; 0 before the first evaluation */
    float loss_scale;   /* of the last step: 1 unless a slot is fp16 or fp8 */
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
    const char *initial_weights;  /* a safetensors file to start from (net/weights.h); NULL: drawn;
                                     read by eng_trainer_new */
    const EngCheckpoint *resume;  /* where to go on from; NULL: from the start; not kept */
    uint32_t checkpoint_every;    /* steps between two checkpoints, 0: none; see below */
    bool keep_best;               /* a checkpoint of the best evaluation; see below */
    uint32_t figures_every; /* FIGURES of all slots at multiples of so many steps; 0: only when
                                     eng_trainer_figures asks */
    EngWakeFn wake;         /* NULL: nobody */
    void *wake_ctx;
} EngTrainerOptions;

/* Makes a trainer in state idle: allocates everything the run needs and sets the initial weights,
 * starts its thread (which waits). Errors: RANGE, SHAPE, NOMEM, UNSUPPORTED (the isa), IO, FORMAT
 * (of the initial weights). */
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

/* The same for the checkpoint of the evaluation with the best accuracy so far (`keep_best`). */
bool eng_trainer_take_best(EngTrainer *trainer, EngCheckpoint *out);

/* Writes the weights as they are now to a safetensors file (net/weights.h). Not from the window's
 * main loop. Errors: STATE (the run is running), IO, NOMEM. */
EngStatus eng_trainer_save_weights(EngTrainer *trainer, const char *path, EngError *err);

/* Asks for FIGURES of all slots, from the step that comes next. Where no step comes (paused, or in
 * a final state), the last batch goes through the network once more without any effect on the run,
 * under the noise of its step. In a final state the store's ring gets none. Does not wait. */
void eng_trainer_figures(EngTrainer *trainer);

/* Asks to see the group around element (row, position) of a slot's tensor, as it is quantised in
 * the step that comes next, or as above; row and position are taken modulo the tensor's size. A
 * newer question replaces one that is not answered yet. Does not wait; the answer wakes. Error
 * RANGE: there is no such layer, or its input gradient is never computed (slots 2 and 3). */
EngStatus eng_trainer_look(
    EngTrainer *trainer, size_t layer, EngSlot slot, size_t row, size_t position, EngError *err);

/* Takes the newest answer. false: none is waiting. */
bool eng_trainer_take_look(EngTrainer *trainer, EngGroupLook *out);

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
