/* Data sets: images, vectors or sequences with their classes, in two splits. */
#ifndef ENG_DATA_DATASET_H
#define ENG_DATA_DATASET_H

#include "base/error.h"
#include "base/shape.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Samples the generators make: N of `digits:N` and its kin. */
#define ENG_DATA_SAMPLES_MIN 100
#define ENG_DATA_SAMPLES_MAX 1000000

/* Most characters of a sequence's window. */
#define ENG_DATA_CONTEXT_MAX 4096

typedef struct EngSplit {
    size_t count;
    /* One of these three is set. */
    uint8_t *bytes;   /* (count, y, x, c) raw pixels, or NULL */
    float *values;    /* (count, y, x, c), or NULL */
    uint16_t *tokens; /* (token_count) one running text, or NULL: see sequences below */
    uint16_t *label;  /* (count), below classes; NULL for sequences */
    size_t token_count;
    size_t stride; /* sequences: sample i is the window that starts at token i * stride */
} EngSplit;

/* Sequences (`text:`, `tinytext`). A character is a token: its number in `vocabulary`, which is
 * also its class. A sample is a window of y = context neighbouring characters, shape y x 1 x 1,
 * and every position has a target, the character that follows it; so a batch of n samples is n * y
 * rows, "flattened in order", with n * y targets. The first nine tenths of a text (rounded down)
 * are the training split, the rest is the test split, and no window reaches across. Training
 * windows start every `stride` characters; test windows lie side by side, so that every character
 * of the test split is predicted at most once. A rest too short for a whole window and its last
 * target is left out. */

typedef struct EngDataset {
    char name[64]; /* "digits", "idx mnist" … for people; the bytes of a path as they are */
    EngShape shape;
    unsigned classes; /* 2..65535 */
    EngSplit train, test;
    float mean[4], scale[4]; /* per channel (vectors: [0] for all): x' = (x - mean) * scale */
    char **class_name;       /* (classes) for people, or NULL: the class's number is its name */
    uint32_t *vocabulary;    /* sequences: (classes) code points in rising order, else NULL */
} EngDataset;

/* Opens what `spec` names; eng_dataset_help lists the kinds. `seed` is the generators' and the
 * CSV split's (other files ignore it); `limit` keeps the first `limit` training samples, 0 keeps
 * all. The same spec and seed (and files) give the same bytes on every machine. Caller owns the
 * result.
 *
 * idx:DIR[,classes=K]  The MNIST family's four files, plain or .gz: train-images-idx3-ubyte,
 *                      train-labels-idx1-ubyte, t10k-… (also with `.idx3-ubyte`). K: 10, 2..256.
 * cifar10:DIR          data_batch_1.bin … data_batch_5.bin, any of them, and test_batch.bin.
 * cifar100:DIR         train.bin and test.bin; the fine labels are the classes.
 * csv:FILE[,label=L]   Comma, semicolon or tab; quotes as in RFC 4180; the first line is a header
 *                      where one of its features is not a number. L: a column's name or its
 *                      number from 1; the last column unless given. Five sixths of the rows
 *                      (rounded down), chosen by Philox from `seed`, are the training split. Every
 *                      feature column is brought to mean 0 and deviation 1 of its training rows.
 * text:FILE[,context=T][,stride=S]
 *                      UTF-8 characters. T: 64, 1..4096; S: T, 1..T.
 * tinytext[:context=T][,stride=S]
 *                      The same on a built-in text, T: 32, S: 4.
 * digits[:N]           28 x 28 grey drawings, N training samples (12000) and a sixth as many tests.
 * spirals[:N] moons[:N] circles[:N] xor[:N]
 *                      Two classes in the plane, N training samples (2000), a quarter as many
 *                      tests.
 *
 * All kinds of files may be packed with gzip; pipes and devices are refused. An option is cut off
 * from the end of the text, so that a path may hold commas.
 * Errors: PARSE (unknown spec), RANGE (a number in it), IO, FORMAT (file, offset or line, what was
 * expected), NOMEM. Not from the window's main loop: it reads files. */
EngStatus eng_dataset_open(
    const char *spec, uint64_t seed, size_t limit, EngDataset **out, EngError *err);

void eng_dataset_free(EngDataset *data);

/* The kinds as lines of text for `--help`, each "  kind  what it is\n". Static. */
const char *eng_dataset_help(void);

/* Classes a sample has to be told: 1, for sequences shape.y. Pure; any thread. */
size_t eng_dataset_targets(const EngDataset *data);

/* Copies samples index[0..n) of a split, normalised, to out (n, y, x, c) and their classes to
 * label (n, targets). Indices must be below the split's count. Sequences: out holds the tokens'
 * numbers, exact in float32, for an embedding to look up. Pure; any thread. */
void eng_dataset_gather(const EngDataset *data, const EngSplit *split, const uint32_t *index,
    size_t n, float *out, uint16_t *label);

/* The order of the `epoch`-th epoch: a permutation of 0..count-1 from Philox (Fisher-Yates);
 * the same for the same seed, count and epoch. count < 2^32. Pure; any thread. */
void eng_dataset_order(uint64_t seed, uint32_t epoch, size_t count, uint32_t *order);

#endif
