/* One step of the optimiser over all parameters at once. Private to the net room. */
#ifndef ENG_NET_UPDATE_H
#define ENG_NET_UPDATE_H

#include "net/layer.h"

typedef struct EngUpdate {
    EngParam *params;
    size_t count;
    const EngOptimiser *optimiser;
    double rate;
    uint64_t t;       /* updates so far, this one included */
    float loss_scale; /* of the gradients there are */
} EngUpdate;

void eng_update(const EngUpdate *update, const EngContext *ctx);

#endif
