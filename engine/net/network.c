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

size_t eng_network_targets(const EngNetwork *net)
{
    const EngOp *last = &net->ops[net->op_count - 1];
    return last->sequence ? last->out.y : 1;
}

size_t eng_op_rows(const EngOp *op)
{
    return op->sequence ? op->in.y : 1;
}

size_t eng_op_row_length(const EngOp *op)
{
    return eng_shape_size(op->in) / eng_op_rows(op);
}

const char *eng_op_summary(const EngOp *op, char buf[48])
{
    if (op->kind == ENG_OP_SCORES)
        snprintf(buf, 48, "%u heads, %u \u00d7 %u", op->heads, op->in.y, op->in.y);
    else if (op->kind == ENG_OP_MIX)
        snprintf(buf, 48, "%u heads, %u \u00d7 %u", op->heads, op->out.y, op->out.c / op->heads);
    else
        snprintf(buf, 48, "%zu \u2192 %u",
            op->kind == ENG_OP_LINEAR ? eng_op_row_length(op) : op->in.c, op->out.c);
    return buf;
}
