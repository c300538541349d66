#include "net/network.h"
#include "base/memory.h"
#include <stdio.h>

void eng_network_free(EngNetwork *net)
{
    if (!net)
        return;
    eng_free(net->text);
    eng_free(net->ops);
    eng_free(net);
}

const EngOp *eng_network_product(const EngNetwork *net, size_t index)
{
    for (size_t i = 0; i < net->op_count; i++) {
        if (net->ops[i].product == (int)index)
            return &net->ops[i];
    }
    return NULL;
}

const char *eng_op_summary(const EngOp *op, char buf[48])
{
    const size_t from = op->kind == ENG_OP_LINEAR ? eng_shape_size(op->in) : op->in.c;
    snprintf(buf, 48, "%zu \u2192 %u", from, op->out.c);
    return buf;
}
