#include "schedule/adaptive.h"

double eng_adaptive_threshold(
    const EngPrecision *precision, size_t layer, size_t layers, uint32_t step, uint32_t steps)
{
    return precision->alpha - precision->beta * step / steps -
        precision->beta * (double)layer / (double)layers;
}

double eng_zse_threshold(const EngPrecision *precision, bool high)
{
    return high ? precision->down : precision->up;
}

bool eng_adaptive_due(const EngPrecision *precision, uint32_t from, uint32_t step)
{
    return step == from || step % precision->interval == 0;
}
