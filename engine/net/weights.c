#include "net/weights.h"
#include "base/memory.h"
#include "base/text.h"
#include "net/safetensors.h"
#include <inttypes.h>
#include <string.h>

/* How a tensor stands in the file. The model's own order is (outer, image, channels), the file's
 * (outer, channels, image); where one of the two is 1 they are the same. */
typedef struct Layout {
    size_t rank;
    uint64_t shape[4];
    size_t outer, image, channels;
} Layout;

static size_t kernel_area(const EngOp *op)
{
    return (size_t)op->kernel * op->kernel;
}

static Layout vector(size_t n)
{
    return (Layout){.rank = 1, .shape = {n}, .outer = n, .image = 1, .channels = 1};
}

static Layout matrix(size_t rows, size_t columns)
{
    return (Layout){
        .rank = 2, .shape = {rows, columns}, .outer = rows, .image = 1, .channels = columns};
}

/* The layout of an op's weight; `size` is the model's. */
static Layout weight_layout(const EngOp *op, size_t size)
{
    const size_t out = op->out.c, in = op->in.c;
    Layout layout;
    switch (op->kind) {
    case ENG_OP_LINEAR:
        layout = matrix(out, eng_op_row_length(op));
        layout.channels = in;
        layout.image = eng_op_row_length(op) / in;
        return layout;
    case ENG_OP_CONV:
        return (Layout){.rank = 4,
            .shape = {out, in, op->kernel, op->kernel},
            .outer = out,
            .image = kernel_area(op),
            .channels = in};
    case ENG_OP_DEPTHWISE:
        return (Layout){.rank = 4,
            .shape = {in, 1, op->kernel, op->kernel},
            .outer = in,
            .image = kernel_area(op),
            .channels = 1};
    case ENG_OP_EMBEDDING:
        return matrix(size / out, out);
    default:
        return vector(size);
    }
}

/* The op a tensor belongs to: its name up to the last point. */
static const EngOp *op_of(const EngNetwork *net, const char *name)
{
    const size_t length = (size_t)(strrchr(name, '.') - name);
    for (size_t i = 0; i < net->op_count; i++) {
        const EngOp *op = &net->ops[i];
        if (strlen(op->name) == length && memcmp(op->name, name, length) == 0)
            return op;
    }
    return NULL;
}

static Layout layout_of(const EngNetwork *net, const EngTensor *tensor)
{
    const char *part = strrchr(tensor->name, '.') + 1;
    const EngOp *op = op_of(net, tensor->name);
    if (strcmp(part, "weight") == 0)
        return weight_layout(op, tensor->size);
    if (strcmp(part, "position") == 0)
        return matrix(op->out.y, op->out.c);
    return vector(tensor->size);
}

/* Between the two orders: (outer, a, b) to (outer, b, a). */
static void turn(const float *from, size_t outer, size_t a, size_t b, float *to)
{
    for (size_t o = 0; o < outer; o++, from += a * b, to += a * b) {
        for (size_t i = 0; i < a; i++) {
            for (size_t j = 0; j < b; j++)
                to[j * a + i] = from[i * b + j];
        }
    }
}

/* ---- which tensors ------------------------------------------------------------------------------ */

typedef struct Set {
    const EngNetwork *net;
    const EngTensor **tensor; /* parameters and running statistics */
    size_t count, largest;
} Set;

static EngStatus list(EngModel *model, Set *set, EngError *err)
{
    size_t count;
    const EngTensor *all = eng_model_tensors(model, &count);
    *set = (Set){.net = eng_model_network(model), .tensor = eng_alloc(count, sizeof *set->tensor)};
    if (!set->tensor)
        return eng_error(err, ENG_ERR_NOMEM, "No memory for the names of weights.");
    for (size_t i = 0; i < count; i++) {
        if (all[i].kind == ENG_TENSOR_OPTIMISER)
            continue;
        set->tensor[set->count++] = &all[i];
        set->largest = all[i].size > set->largest ? all[i].size : set->largest;
    }
    return ENG_OK;
}

/* ---- in ----------------------------------------------------------------------------------------- */

static void add_shape(EngText *text, const uint64_t *shape, size_t rank)
{
    eng_text_add(text, "(");
    for (size_t i = 0; i < rank; i++)
        eng_text_add(text, "%s%" PRIu64, i ? ", " : "", shape[i]);
    eng_text_add(text, ")");
}

static EngStatus wrong_shape(
    const EngSafetensors *file, const EngSafetensor *found, const Layout *wanted, EngError *err)
{
    EngText text = {0};
    add_shape(&text, found->shape, found->rank);
    eng_text_add(&text, "; expected ");
    add_shape(&text, wanted->shape, wanted->rank);
    eng_error(err, ENG_ERR_SHAPE, "%s: tensor \"%s\" has the shape %s", file->file, found->name,
        text.failed ? "?" : text.data);
    eng_text_free(&text);
    return ENG_ERR_SHAPE;
}

static EngStatus check_tensor(
    const EngSafetensors *file, const EngTensor *tensor, const Layout *layout, EngError *err)
{
    const EngSafetensor *found = eng_safetensors_find(file, tensor->name);
    if (!found)
        return eng_error(err, ENG_ERR_SHAPE, "%s: expected a tensor \"%s\", which is not there",
            file->file, tensor->name);
    bool same = found->rank == layout->rank;
    for (size_t i = 0; same && i < layout->rank; i++)
        same = found->shape[i] == layout->shape[i];
    return same ? ENG_OK : wrong_shape(file, found, layout, err);
}

static bool counts_batches(const char *name)
{
    const char *part = strrchr(name, '.');
    return part && strcmp(part, ".num_batches_tracked") == 0;
}

static bool is_wanted(const Set *set, const char *name)
{
    for (size_t i = 0; i < set->count; i++) {
        if (strcmp(set->tensor[i]->name, name) == 0)
            return true;
    }
    return counts_batches(name);
}

static EngStatus check_file(const Set *set, const EngSafetensors *file, EngError *err)
{
    for (size_t i = 0; i < set->count; i++) {
        const Layout layout = layout_of(set->net, set->tensor[i]);
        const EngStatus status = check_tensor(file, set->tensor[i], &layout, err);
        if (status != ENG_OK)
            return status;
    }
    for (size_t i = 0; i < file->count; i++) {
        if (!is_wanted(set, file->tensor[i].name))
            return eng_error(err, ENG_ERR_SHAPE,
                "%s: tensor \"%s\" belongs to no layer of \"%.80s\"", file->file,
                file->tensor[i].name, set->net->text);
    }
    return ENG_OK;
}

/* Values that are there but are no floats show only now; they are all read before any is kept. */
static EngStatus read_values(
    const Set *set, const EngSafetensors *file, float *values, EngError *err)
{
    for (size_t i = 0; i < set->count; i++) {
        const EngSafetensor *found = eng_safetensors_find(file, set->tensor[i]->name);
        const EngStatus status = eng_safetensor_floats(file, found, values, err);
        if (status != ENG_OK)
            return status;
        values += set->tensor[i]->size;
    }
    return ENG_OK;
}

static void keep_values(const Set *set, const float *values)
{
    for (size_t i = 0; i < set->count; i++) {
        const EngTensor *tensor = set->tensor[i];
        const Layout layout = layout_of(set->net, tensor);
        turn(values, layout.outer, layout.channels, layout.image, tensor->data);
        values += tensor->size;
    }
}

static EngStatus take_file(
    const Set *set, const EngSafetensors *file, EngModel *model, EngError *err)
{
    size_t total = 0;
    for (size_t i = 0; i < set->count; i++)
        total += set->tensor[i]->size;
    float *values = eng_alloc(total, sizeof *values);
    if (!values)
        return eng_error(err, ENG_ERR_NOMEM, "No memory for %zu weights.", total);
    const EngStatus status = read_values(set, file, values, err);
    if (status == ENG_OK) {
        keep_values(set, values);
        eng_model_touch(model);
    }
    eng_free(values);
    return status;
}

EngStatus eng_model_load_weights(EngModel *model, const char *path, EngError *err)
{
    Set set;
    EngSafetensors file = {0};
    EngStatus status = list(model, &set, err);
    if (status == ENG_OK)
        status = eng_safetensors_read(path, &file, err);
    if (status == ENG_OK)
        status = check_file(&set, &file, err);
    if (status == ENG_OK)
        status = take_file(&set, &file, model, err);
    eng_safetensors_clear(&file);
    eng_free(set.tensor);
    return status;
}

/* ---- out ---------------------------------------------------------------------------------------- */

static void hand_over(void *ctx, size_t index, float *buffer)
{
    const Set *set = ctx;
    const Layout layout = layout_of(set->net, set->tensor[index]);
    turn(set->tensor[index]->data, layout.outer, layout.image, layout.channels, buffer);
}

EngStatus eng_model_save_weights(EngModel *model, const char *path, EngError *err)
{
    Set set;
    EngStatus status = list(model, &set, err);
    EngSafetensor *entry = status == ENG_OK ? eng_alloc(set.count, sizeof *entry) : NULL;
    if (status == ENG_OK && !entry)
        status = eng_error(err, ENG_ERR_NOMEM, "No memory for the names of weights.");
    for (size_t i = 0; status == ENG_OK && i < set.count; i++) {
        const Layout layout = layout_of(set.net, set.tensor[i]);
        memcpy(entry[i].name, set.tensor[i]->name, sizeof set.tensor[i]->name);
        entry[i].rank = layout.rank;
        memcpy(entry[i].shape, layout.shape, sizeof layout.shape);
    }
    if (status == ENG_OK)
        status = eng_safetensors_write(path, entry, set.count, hand_over, &set, err);
    eng_free(entry);
    eng_free(set.tensor);
    return status;
}
