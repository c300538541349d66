/* Weights in and out of a model, as a safetensors file with PyTorch's names and layouts.
 *
 * A module whose attributes are called like the layers (self.conv1, self.bn1, self.fc1, …) gives and
 * takes such files with safetensors' save_file(net.state_dict()) and load_file:
 *
 *   fcN, attnN.qkv, attnN.out   weight (out, in), bias (out): nn.Linear
 *   convN                       weight (out, in, rows, columns), bias (out) if any: nn.Conv2d
 *   dwN                         weight (channels, 1, rows, columns): nn.Conv2d with groups
 *   bnN                         weight, bias, running_mean, running_var (channels): nn.BatchNorm2d
 *   lnN                         weight, bias (channels): nn.LayerNorm
 *   embedN                      weight (classes, width), position (places, width): nn.Embedding and
 *                               an nn.Parameter
 *
 * Images are channels-last here and channels-first there. A linear layer behind an image flattens
 * it as nn.Flatten does, channels first: its columns change places on the way. attnN.qkv holds the
 * rows of queries, keys and values one behind the other, each head by head, like in_proj_weight of
 * nn.MultiheadAttention. GELU is nn.GELU(approximate='tanh').
 *
 * Not from the window's main loop: files are read and written. */
#ifndef ENG_NET_WEIGHTS_H
#define ENG_NET_WEIGHTS_H

#include "net/model.h"

/* Takes all parameters and running statistics from the file; the optimiser's memory stays as it is.
 * Numbers that count batches (num_batches_tracked) are passed over. Nothing changes on an error.
 * Errors: IO, NOMEM; FORMAT (file and offset); SHAPE, naming file and tensor, where one is missing,
 * has another shape, or belongs to no layer. */
EngStatus eng_model_load_weights(EngModel *model, const char *path, EngError *err);

/* Writes them all. Errors: IO, NOMEM. */
EngStatus eng_model_save_weights(EngModel *model, const char *path, EngError *err);

#endif
