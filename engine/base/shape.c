#include "base/shape.h"
#include "base/memory.h"

size_t eng_shape_size(EngShape shape)
{
    size_t size;
    if (!eng_size_mul(shape.y, shape.x, &size) || !eng_size_mul(size, shape.c, &size))
        return 0;
    return size;
}
