/* The shape of one sample or activation. */
#ifndef ENG_BASE_SHAPE_H
#define ENG_BASE_SHAPE_H

#include <stddef.h>
#include <stdint.h>

/* Rows, columns, channels; c is fastest. A vector of n values is 1 x 1 x n. */
typedef struct EngShape {
    uint32_t y, x, c;
} EngShape;

/* Values of one sample: y * x * c; 0 where that does not fit size_t. */
size_t eng_shape_size(EngShape shape);

#endif
