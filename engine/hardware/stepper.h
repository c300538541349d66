/* The systolic array, cycle by cycle and register by register: it moves every operand from cell to
 * cell, computes the numbers, and counts the cycles by noticing that it has finished. The closed
 * forms of hardware.h and the engine's product must agree with it. Pure; one thread at a time.
 *
 * C[M,N] = A[M,K] B[N,K]^T, both quantised along K in groups of g. A group pair takes p beats in a
 * cell (fmac.h): in each cycle a cell takes one chunk of the operands, and the chunks of a group
 * follow each other, so neighbours stay one cycle apart.
 *
 *   ws   Weights stay: cell (r, c) holds group r of a K tile of B's row c. R cycles to shift them
 *        in from the top, then A's rows stream in from the left, row r of the array r cycles after
 *        row 0. In the last beat of its group pair a cell adds to the partial sum that the cell
 *        above wrote a cycle ago; at the top the sum of the K tiles before re-enters from the
 *        output buffer. So every output is accumulated over groups in ascending order, whatever
 *        the tiling. Tiles: columns of C outside, K inside.
 *   is   The same with A and B changing places: cell (r, c) holds group r of A's row c.
 *   os   Outputs stay: cell (r, c) accumulates output (r, c) while A's groups come from the left
 *        and B's from above. Tiles: rows of C outside, columns inside.
 *
 * A tile ends when the last operand has passed the corner cell (R - 1, C - 1), the next one starts
 * in the following cycle. Cycles are numbered from 0; the work of cycle t is done in state t, and
 * the number of cycles is the number of the last one, as in SCALE-Sim. */
#ifndef ENG_HARDWARE_STEPPER_H
#define ENG_HARDWARE_STEPPER_H

#include "base/error.h"
#include "hardware/fmac.h"
#include "hardware/hardware.h"
#include <stdbool.h>

/* One operand: mantissas k[rows][K] (K fastest) and exponents s[rows][ceil(K/g)]. */
typedef struct EngStepperOperand {
    const int32_t *k, *s;
    unsigned m; /* magnitude bits, 1..16 */
} EngStepperOperand;

typedef struct EngStepperJob {
    EngDataflow dataflow;
    uint32_t rows, columns; /* of the array, 1..256 */
    uint32_t M, N, K;       /* 1..65536 each */
    uint32_t g;             /* 1..256 */
    uint32_t width;         /* products side by side in a cell, 1..256 */
    EngStepperOperand a, b; /* M rows, N rows; copied */
} EngStepperJob;

typedef struct EngStepper EngStepper;

/* An array before cycle 0 is over: state 0. Errors: RANGE (sizes, mantissas, exponents beyond
 * +-62), NOMEM. Caller owns *out. */
EngStatus eng_stepper_new(const EngStepperJob *job, EngStepper **out, EngError *err);
void eng_stepper_free(EngStepper *stepper);

/* The cycle whose state is shown. */
uint64_t eng_stepper_cycle(const EngStepper *stepper);

/* The closed form: what the number of the last cycle will be. */
uint64_t eng_stepper_expected(const EngStepper *stepper);

/* Goes on by one cycle; false, changing nothing, where all work is done. */
bool eng_stepper_step(EngStepper *stepper);

/* True in the last state. */
bool eng_stepper_finished(const EngStepper *stepper);

/* Goes to `cycle`, forward or backward, the last one at most. Backward it starts again from a state
 * it has kept (some are, as memory allows) and computes everything in between anew. */
void eng_stepper_seek(EngStepper *stepper, uint64_t cycle);

/* The output buffer, [M][N]: what has left the array so far; partial sums in between. */
const float *eng_stepper_output(const EngStepper *stepper);

/* Where the work stands. */
typedef struct EngStepperPlace {
    uint64_t tile, tiles; /* done before, and in all */
    uint64_t cycle_in_tile;
    bool loading;          /* ws, is: the operand that stays is shifting in */
    uint32_t first_group;  /* ws, is: of the K tile */
    uint32_t first_row;    /* os: of C in the tile */
    uint32_t first_column; /* ws, os: column of C in the tile; is: row of C */
    uint32_t working;      /* cells at work in this cycle */
    uint64_t worked;       /* cell-cycles of work up to this one, this one included */
} EngStepperPlace;

EngStepperPlace eng_stepper_place(const EngStepper *stepper);

/* A register that holds one chunk of a group, on its way. */
typedef struct EngStepperChunk {
    bool full;      /* something is in it */
    bool bubble;    /* a place holder beyond the operand's edge: keeps time, carries nothing */
    uint32_t row;   /* of its operand */
    uint32_t group; /* along K */
    uint32_t beat;  /* which chunk pair it is meant for; the operand that stays: 0 */
} EngStepperChunk;

/* One cell in the state that is shown. */
typedef struct EngStepperCell {
    bool working;
    EngStepperChunk resident; /* ws, is: the group that stays */
    EngStepperChunk left;     /* what came from the left */
    EngStepperChunk top;      /* os: what came from above */
    int64_t integer;          /* the integer accumulator after this cycle */
    float sum;                /* ws, is: the partial sum last written; os: the accumulator */
    bool sum_written;         /* in this very cycle */
    uint32_t m, n;            /* working: the output it adds to */
} EngStepperCell;

EngStepperCell eng_stepper_cell(const EngStepper *stepper, uint32_t row, uint32_t column);

/* The beat a working cell makes in this cycle, every number of it; false where it does not work,
 * or where the last group is so short that none of its elements are left for this slice. */
bool eng_stepper_beat(const EngStepper *stepper, uint32_t row, uint32_t column, EngFmacBeat *beat);

#endif
