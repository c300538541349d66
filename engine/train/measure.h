/* What a quantisation did to its tensor: figures over many values, and one group in full. */
#ifndef ENG_TRAIN_MEASURE_H
#define ENG_TRAIN_MEASURE_H

#include "base/pool.h"
#include "net/slot_rows.h"

/* Values a figure is taken from, at most about: rows evenly spread over the tensor. */
#define ENG_MEASURE_VALUES 65536

/* NaN where a figure does not apply. */
typedef struct EngSlotFigures {
    float sqnr_db;      /* sum x^2 over sum (x - q)^2, decibels; +Inf where nothing was lost */
    float sqnr_less_db; /* the same with one mantissa bit less; block floating point only */
    float sqnr_more_db; /* and with one more */
    float flushed;      /* share of the values other than 0 that became 0 */
    float saturated;    /* share of all values at the largest code; not for MX, NVFP4, signs */
    float spread;       /* standard deviation of the shared exponents, groups of zeros left out */
} EngSlotFigures;

/* Measures what `format` (rounding settled) makes of the tensor under `noise`. Does not depend on
 * the pool's threads. Errors: NOMEM; DIVERGED where a value is no finite number. */
EngStatus eng_measure_slot(const EngSlotRows *rows, const EngFormat *format, const EngNoise *noise,
    EngPool *pool, EngSlotFigures *out, EngError *err);

/* The share of values other than 0 that the format, rounding to nearest or as it says where it is
 * not stochastic, turns into 0; over the whole tensor. Errors: NOMEM, DIVERGED. */
EngStatus eng_measure_flushed(
    const EngSlotRows *rows, const EngFormat *format, EngPool *pool, double *share, EngError *err);

/* FAST's r(X) over the whole tensor, as eng_relative_improvement defines it, in sums over fixed
 * blocks of rows. Errors: NOMEM, DIVERGED; SHAPE where a format is no BFP. */
EngStatus eng_measure_improvement(const EngSlotRows *rows, const EngFormat *low,
    const EngFormat *high, bool literal, EngPool *pool, double *r, EngError *err);

/* The neighbours that share an exponent with one element (16 neighbours where the format has no
 * groups), and what became of each. */
#define ENG_LOOK_MAX 256
typedef struct EngGroupLook {
    uint32_t step; /* whose noise it is */
    uint16_t layer;
    uint8_t slot;                           /* EngSlot */
    EngFormat format;                       /* rounding settled */
    size_t rows, length;                    /* of the slot's tensor */
    size_t row, first;                      /* of the group's first element */
    unsigned count;                         /* 1..ENG_LOOK_MAX */
    float x[ENG_LOOK_MAX], y[ENG_LOOK_MAX]; /* before and after */
    uint32_t noise[ENG_LOOK_MAX];           /* R of a stochastic rounding, else 0 */
    bool integers;                          /* y = k 2^s factor */
    int32_t k[ENG_LOOK_MAX];
    int s;
    float factor; /* int and nvfp4: the tensor's scale; else 1 */
} EngGroupLook;

/* Fills in everything but step, layer and slot. `row` and `position` are taken modulo the tensor's
 * size. Errors: NOMEM, DIVERGED. */
EngStatus eng_look_group(const EngSlotRows *rows, const EngFormat *format, const EngNoise *noise,
    size_t row, size_t position, EngGroupLook *out, EngError *err);

#endif
