#include "net/buffers.h"
#include "base/memory.h"

static size_t tensor_size(const EngNetwork *net, size_t tensor)
{
    return eng_shape_size(tensor == 0 ? net->input : net->ops[tensor - 1].out);
}

static unsigned count_consumers(const EngNetwork *net, int tensor)
{
    unsigned n = 0;
    for (size_t i = 0; i < net->op_count; i++)
        n += (net->ops[i].input == tensor) + (net->ops[i].second == tensor);
    return n;
}

bool eng_op_in_place(const EngNetwork *net, size_t op)
{
    switch (net->ops[op].kind) {
    case ENG_OP_RELU:
    case ENG_OP_SOFTMAX:
    case ENG_OP_DROPOUT:
        return net->ops[op].input > 0 && count_consumers(net, net->ops[op].input) == 1;
    default:
        return false;
    }
}

static EngStatus no_memory(EngError *err, size_t batch)
{
    return eng_error(err, ENG_ERR_NOMEM,
        "No memory for the activations of %zu samples; a smaller batch needs less.", batch);
}

/* (batch, floats) zeroed floats; NULL where that is too much. */
static float *allocate(size_t batch, size_t floats)
{
    size_t bytes;
    return eng_size_mul(floats, sizeof(float), &bytes) ? eng_alloc(batch, bytes) : NULL;
}

static bool allocate_values(EngBuffers *b, const EngNetwork *net, size_t batch)
{
    for (size_t t = 0; t < b->count; t++) {
        EngTensorPlace *place = &b->tensor[t];
        place->consumers = count_consumers(net, (int)t);
        place->alias = t > 0 && eng_op_in_place(net, t - 1) ? net->ops[t - 1].input : -1;
        place->value = place->alias >= 0 ? b->tensor[place->alias].value
                                         : allocate(batch, tensor_size(net, t));
        if (!place->value)
            return false;
    }
    return true;
}

/* A gradient is needed from the backward pass of the tensor's last reader to that of its writer.
 * Walking backwards, `owner` says which tensor each shared buffer serves; 0 sizes the buffers. */
typedef struct Shares {
    int *owner;   /* by buffer; -1: free */
    size_t *size; /* by buffer: the largest tensor it serves */
    int *buffer;  /* by tensor; -1: none yet */
    size_t count;
} Shares;

static void take_share(Shares *s, size_t tensor, size_t size)
{
    size_t pick = s->count;
    for (size_t i = 0; i < s->count; i++) {
        /* The free buffer that is large enough with the least waste, else the largest. */
        const bool free_one = s->owner[i] < 0;
        if (free_one &&
            (pick == s->count || (s->size[i] >= size && s->size[i] < s->size[pick]) ||
                (s->size[pick] < size && s->size[i] > s->size[pick])))
            pick = i;
    }
    if (pick == s->count)
        s->size[s->count++] = 0;
    s->owner[pick] = (int)tensor;
    s->size[pick] = s->size[pick] > size ? s->size[pick] : size;
    s->buffer[tensor] = (int)pick;
}

static void need_gradient(Shares *s, const EngNetwork *net, int tensor)
{
    if (tensor > 0 && net->ops[tensor - 1].learns && s->buffer[tensor] < 0)
        take_share(s, (size_t)tensor, tensor_size(net, (size_t)tensor));
}

/* Gives every tensor the number of its gradient buffer. */
static void share_gradients(Shares *s, const EngNetwork *net)
{
    need_gradient(s, net, (int)net->op_count);
    for (size_t op = net->op_count; op-- > 0;) {
        const size_t out = op + 1;
        if (s->buffer[out] < 0)
            continue; /* nobody reads it, or nothing before it learns */
        if (eng_op_in_place(net, op)) {
            s->buffer[net->ops[op].input] = s->buffer[out];
            s->owner[s->buffer[out]] = net->ops[op].input;
            continue;
        }
        need_gradient(s, net, net->ops[op].input);
        need_gradient(s, net, net->ops[op].second);
        s->owner[s->buffer[out]] = -1;
    }
}

static bool allocate_gradients(EngBuffers *b, const Shares *s, size_t batch)
{
    b->gradient = eng_alloc(s->count, sizeof *b->gradient);
    if (!b->gradient)
        return false;
    for (; b->gradient_count < s->count; b->gradient_count++) {
        b->gradient[b->gradient_count] = allocate(batch, s->size[b->gradient_count]);
        if (!b->gradient[b->gradient_count])
            return false;
    }
    for (size_t t = 0; t < b->count; t++)
        b->tensor[t].gradient = s->buffer[t] >= 0 ? b->gradient[s->buffer[t]] : NULL;
    return true;
}

/* Room for one more gradient of the largest tensor that two ops read. */
static bool allocate_scratch(EngBuffers *b, const EngNetwork *net, size_t batch)
{
    size_t largest = 0;
    for (size_t t = 0; t < b->count; t++) {
        const size_t size = tensor_size(net, t);
        largest = b->tensor[t].consumers > 1 && size > largest ? size : largest;
    }
    b->scratch = largest ? allocate(batch, largest) : NULL;
    return largest == 0 || b->scratch;
}

EngStatus eng_buffers_init(EngBuffers *b, const EngNetwork *net, size_t batch, EngError *err)
{
    *b = (EngBuffers){.count = net->op_count + 1};
    b->tensor = eng_alloc(b->count, sizeof *b->tensor);
    Shares s = {.owner = eng_alloc(b->count, sizeof(int)),
        .size = eng_alloc(b->count, sizeof(size_t)),
        .buffer = eng_alloc(b->count, sizeof(int))};
    bool fits = b->tensor && s.owner && s.size && s.buffer;
    if (fits) {
        for (size_t t = 0; t < b->count; t++)
            s.buffer[t] = -1;
        share_gradients(&s, net);
        fits = allocate_values(b, net, batch) && allocate_gradients(b, &s, batch) &&
            allocate_scratch(b, net, batch);
    }
    eng_free(s.owner);
    eng_free(s.size);
    eng_free(s.buffer);
    return fits ? ENG_OK : no_memory(err, batch);
}

void eng_buffers_clear(EngBuffers *b)
{
    for (size_t t = 0; b->tensor && t < b->count; t++) {
        if (b->tensor[t].alias < 0)
            eng_free(b->tensor[t].value);
    }
    for (size_t i = 0; i < b->gradient_count; i++)
        eng_free(b->gradient[i]);
    eng_free(b->gradient);
    eng_free(b->tensor);
    eng_free(b->scratch);
    *b = (EngBuffers){0};
}
