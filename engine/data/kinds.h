/* Inside this room: one function per kind of data, and what they share.
 *
 * Each function fills *out, which the caller has zeroed and frees with eng_dataset_clear whether
 * it succeeds or not. The name is the caller's work (open.c), and so are mean and scale unless the
 * kind has set a scale itself. `limit` is never 0 here: SIZE_MAX keeps all. */
#ifndef ENG_DATA_KINDS_H
#define ENG_DATA_KINDS_H

#include "base/philox.h"
#include "data/dataset.h"
#include "data/input.h"

/* The first stream word of everything random in this room, so that equal seeds never meet. */
enum {
    ENG_STREAM_ORDER = 0x6f726465,   /* then epoch */
    ENG_STREAM_AUGMENT = 0x6175676d, /* then epoch, sample */
    ENG_STREAM_DIGITS = 0x64696769,  /* then split, sample */
    ENG_STREAM_PLANAR = 0x706c616e,  /* then kind * 2 + split, sample */
    ENG_STREAM_ROWS = 0x726f7773,    /* the CSV split */
};

/* Frees what a data set holds, not the struct itself. */
void eng_dataset_clear(EngDataset *data);

/* Mean and 1 / deviation of the training split into data->mean and data->scale: per channel from
 * exact integer sums for bytes, one for all values in float64, in order, for floats. A constant
 * channel gets scale 1; so do sequences, with mean 0. Needs at most four channels of bytes. */
void eng_dataset_measure(EngDataset *data);

/* Fisher-Yates on order (count), filled with 0..count-1, from `random`. */
void eng_dataset_shuffle(EngRandom *random, size_t count, uint32_t *order);

/* Copies one sample, normalised, to out (y, x, c). */
void eng_dataset_sample(const EngDataset *data, const EngSplit *split, uint32_t index, float *out);

/* Copies one sample's classes to label (targets). */
void eng_dataset_sample_targets(
    const EngDataset *data, const EngSplit *split, uint32_t index, uint16_t *label);

/* `train` samples, cut at `limit`, and `test` samples of hand-drawn-like digits. Error: NOMEM. */
EngStatus eng_digits_make(
    uint64_t seed, size_t train, size_t test, size_t limit, EngDataset *out, EngError *err);

typedef enum EngPlanar {
    ENG_PLANAR_SPIRALS,
    ENG_PLANAR_MOONS,
    ENG_PLANAR_CIRCLES,
    ENG_PLANAR_XOR,
} EngPlanar;

/* The same of points in the plane, shape 1 x 1 x 2, two classes. Error: NOMEM. */
EngStatus eng_planar_make(EngPlanar kind, uint64_t seed, size_t train, size_t test, size_t limit,
    EngDataset *out, EngError *err);

/* One IDX file of images (count, y, x): checks it whole, keeps the first `limit` images.
 * *count is the file's. Caller frees *bytes, also after an error. */
EngStatus eng_idx_images(
    EngInput *in, size_t limit, EngShape *shape, size_t *count, uint8_t **bytes, EngError *err);

/* One IDX file of labels below `classes`: the same. */
EngStatus eng_idx_labels(
    EngInput *in, size_t limit, unsigned classes, size_t *count, uint16_t **label, EngError *err);

/* The four files of a folder. */
EngStatus eng_idx_load(
    const char *dir, unsigned classes, size_t limit, EngDataset *out, EngError *err);

/* One file of CIFAR records (10 or 100 classes), appended to `split` until it holds `limit`
 * samples. */
EngStatus eng_cifar_batch(
    EngInput *in, unsigned classes, size_t limit, EngSplit *split, EngError *err);

/* The files of a folder, with the classes' names where it holds them. */
EngStatus eng_cifar_load(
    const char *dir, unsigned classes, size_t limit, EngDataset *out, EngError *err);

/* A table; `label` names or numbers its column, NULL is the last. */
EngStatus eng_table_read(
    EngInput *in, const char *label, uint64_t seed, size_t limit, EngDataset *out, EngError *err);

/* A text in windows of `context` characters (1..4096), one every `stride` (1..context). */
EngStatus eng_sequence_read(
    EngInput *in, size_t context, size_t stride, size_t limit, EngDataset *out, EngError *err);

/* The built-in text, ASCII. Static. */
const char *eng_tinytext(void);

#endif
