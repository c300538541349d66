/* Checkpoints: everything a run needs to go on to the bit, in one block of bytes.
 *
 * Layout, all little-endian: "MNTSCKPT", u32 version, u32 step, u32 steps per epoch, u64 FNV-1a of
 * the network's text, the run's summary so far, the loss scale, the adaptive rules' choices, then each tensor of
 * the model (name, size, float32 values), and last the FNV-1a 64 of all bytes before it. Order of
 * the samples and noise need no state: both follow from seed and step. */
#ifndef ENG_TRAIN_CHECKPOINT_H
#define ENG_TRAIN_CHECKPOINT_H

#include "base/error.h"
#include <stddef.h>
#include <stdint.h>

typedef struct EngCheckpoint {
    uint8_t *bytes; /* of eng_alloc */
    size_t size;
    uint32_t step; /* steps done when it was taken */
} EngCheckpoint;

/* Frees the bytes; a zeroed or freed one is fine. */
void eng_checkpoint_free(EngCheckpoint *checkpoint);

/* Looks at bytes from a file: magic, version, checksum. On success *step is the step at which
 * they were taken. Errors: FORMAT with offset and what was expected; UNSUPPORTED for a newer
 * version. Any thread. */
EngStatus eng_checkpoint_check(const uint8_t *bytes, size_t size, uint32_t *step, EngError *err);

#endif
