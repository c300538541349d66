/* N:M structured sparsity of a layer's weights in training, as in BDWP: the forward product and the
 * input gradient each see a pruned copy, of every `of` neighbours along their own contraction axis
 * the `keep` of largest magnitude (hardware/sparse.h). The weight gradient and the update know
 * nothing of it: they change all weights, also those that take no part at present.
 *
 * The contraction axis is what a segment of the product's cost is: inputs or outputs of a linear
 * layer, channels of one tap of a convolution, whatever groups the formats make. A depthwise
 * convolution contracts a single channel per tap and attention's products have no weights: there is
 * nothing to prune. Private to the net room. */
#ifndef ENG_NET_SPARSE_WEIGHTS_H
#define ENG_NET_SPARSE_WEIGHTS_H

#include "net/layer.h"

/* Room for the copies of a layer that has something to prune. Errors: NOMEM; they are freed with
 * the layer. */
EngStatus eng_sparse_weights_init(EngLayer *layer, EngError *err);
void eng_sparse_weights_clear(EngLayer *layer);

/* Prunes the present weights, if the copies are older. */
void eng_sparse_weights_refresh(EngLayer *layer, const EngContext *ctx);

/* What slot W.fwd or W.dgrad quantises: the copy, or the weights themselves. */
const float *eng_sparse_weights_of(const EngLayer *layer, EngSlot slot);

#endif
