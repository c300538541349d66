/* N:M structured sparsity of weights: of every `of` neighbours along the contraction axis the
 * `keep` with the largest magnitude take part in the forward product and the input gradient, as in
 * BDWP (bidirectional weight pruning). Pure; any thread. */
#ifndef ENG_HARDWARE_SPARSE_H
#define ENG_HARDWARE_SPARSE_H

#include <stddef.h>
#include <stdint.h>

/* out[i stride] = x[i stride] where it is kept, else 0, i < length; x and out may be the same.
 * Blocks of `of` start at 0; in a last block that is shorter at most `keep` stay. Of equal
 * magnitudes the earlier stays; NaN counts as larger than everything. 1 <= keep <= of <= 16. */
void eng_sparse_prune(
    const float *x, float *out, size_t length, size_t stride, unsigned keep, unsigned of);

/* How many of `length` elements are kept at most, and room is counted for: the smaller of length
 * and ceil(length / of) keep. */
uint64_t eng_sparse_kept(uint64_t length, unsigned keep, unsigned of);

#endif
