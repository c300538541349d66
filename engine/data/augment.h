/* Augmentation: each epoch sees every image a little differently. What happens to a sample follows
 * from (seed, epoch, the sample's number) and nothing else, so neither threads nor pauses change
 * it. Pure; any thread. */
#ifndef ENG_DATA_AUGMENT_H
#define ENG_DATA_AUGMENT_H

#include "data/dataset.h"

/* All zero: none. The three are done in this order. */
typedef struct EngAugment {
    uint8_t shift; /* moves by -shift..shift pixels on each axis; what comes in is raw 0 */
    uint8_t crop;  /* pads by so many mirrored pixels on each side (… 2 1 [0 1 2 …), then cuts a
                    * window of the image's own size out anywhere */
    bool flip;     /* swaps left and right in half of the samples */
} EngAugment;

/* Room for the longest text, with its NUL. */
#define ENG_AUGMENT_TEXT 32

/* Reads "none" or "" or any of "shift=2,crop=4,flip" (blanks allowed after commas; shift and crop
 * 0..255). Errors: PARSE (the word), RANGE. */
EngStatus eng_augment_parse(const char *text, EngAugment *out, EngError *err);

/* Writes what eng_augment_parse reads back. Returns buf. */
const char *eng_augment_text(EngAugment augment, char buf[ENG_AUGMENT_TEXT]);

/* Whether the data can be augmented so: images of bytes, and shift and crop smaller than their
 * sides. No augmentation fits all data. Error: RANGE. */
EngStatus eng_augment_check(EngAugment augment, const EngDataset *data, EngError *err);

/* eng_dataset_gather with augmentation; it must have passed eng_augment_check. `seed` is the data
 * order's. */
void eng_dataset_gather_augmented(const EngDataset *data, const EngSplit *split, EngAugment augment,
    uint64_t seed, uint32_t epoch, const uint32_t *index, size_t n, float *out, uint16_t *label);

#endif
